//! The same counted from plain columns, as any engine has them: in two parts that are put together.

use std::error::Error;
use std::fmt::Write;

use loyalty::feature::Feature;
use loyalty::feature::totals::{Refunded, Rows, Totals};

use super::layout::{heading, indented};
use super::study::Study;
use super::words::{cents, count};

const NANOS_PER_DAY: i64 = 86_400_000_000_000;

pub fn plain(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, "The same from plain columns")?;
    let (mut keys, mut at, mut paid) = (Vec::new(), Vec::new(), Vec::new());
    for (customer, (_, orders)) in (0_u64..).zip(study.shop.log.iter()) {
        for order in orders.iter() {
            let instant = order.at.timestamp_nanos_opt().ok_or("an instant is out of range")?;
            let day = u64::try_from(instant.div_euclid(NANOS_PER_DAY))?;
            // Rows of a customer and a day are one purchase.
            keys.push([customer, day]);
            at.push(instant);
            paid.push(order.net_price.minor());
        }
    }
    let days = halves(&keys, &at, &paid)?;
    let totals = days.rolled_up(Refunded::Counts);
    let purchases: u32 = totals.iter().map(|(_, total)| total.orders()).sum();
    let net: i128 = totals.iter().map(|(_, total)| total.net_minor()).sum();
    let gaps = totals.column(&Feature::GapMeanDays, &study.now)?;
    let once = gaps.iter().filter(|gap| gap.is_none()).count();
    let text = format!(
        "{} rows come to {} purchases of {} customers, who paid {}; {} of them bought once. The \
         two halves of the rows were counted apart and put together.",
        count(keys.len() as i64),
        count(purchases),
        count(totals.customers().len() as i64),
        cents(i64::try_from(net)?),
        count(once as i64),
    );
    indented(out, 0, &text)?;
    writeln!(out)?;
    Ok(())
}

/// Two machines could count these: what they found is data, and is added up in any order.
fn halves(keys: &[[u64; 2]], at: &[i64], paid: &[i64]) -> Result<Totals<[u64; 2]>, Box<dyn Error>> {
    let half = keys.len() / 2;
    let ((keys, more), (at, later), (paid, rest)) =
        (keys.split_at(half), at.split_at(half), paid.split_at(half));
    let mut one = Totals::of(Rows::new(keys, at, paid)?);
    let other = Totals::of(Rows::new(more, later, rest)?);
    one.merge(&other);
    Ok(one)
}
