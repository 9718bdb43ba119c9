//! Who is most worth saving.

use std::error::Error;
use std::fmt::Write;

use loyalty::id::CustomerId;

use super::layout::{heading, indented, table};
use super::study::{FEATURES, Study};
use super::words::{count, dollars, percent};

/// How many are told.
pub const TEN: usize = 10;

/// A customer, by [`FEATURES`].
pub struct Worth<'a> {
    pub customer: &'a CustomerId,
    pub alive: f64,
    pub orders: f64,
    pub spend: f64,
    pub value: f64,
}

impl Worth<'_> {
    /// What is at stake: what is still to be expected, times the chance that they have gone.
    ///
    /// The value is small of those who have surely left, and the chance of those who surely have
    /// not: neither need a letter. It is great where much may be lost and nothing is decided.
    pub fn at_stake(&self) -> f64 {
        self.value * (1.0 - self.alive)
    }
}

/// All customers, the most at stake first; ties go by their names.
pub fn all(study: &Study) -> Result<Vec<Worth<'_>>, Box<dyn Error>> {
    let places = study.table.positions(FEATURES)?;
    let mut all: Vec<Worth<'_>> = Vec::new();
    for (row, customer) in study.table.customers().iter().enumerate() {
        let numbers: Option<Vec<f64>> =
            places.iter().map(|place| study.table.number(row, *place)).collect();
        if let Some([alive, orders, spend, value]) = numbers.as_deref() {
            let (alive, orders, spend, value) = (*alive, *orders, *spend, *value);
            all.push(Worth { customer, alive, orders, spend, value });
        }
    }
    all.sort_by(|one, other| {
        let order = other.at_stake().total_cmp(&one.at_stake());
        order.then_with(|| one.customer.cmp(other.customer))
    });
    Ok(all)
}

pub fn worth(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, &format!("Most worth saving on {}", study.now.today()))?;
    let all = all(study)?;
    let value: f64 = all.iter().map(|worth| worth.value).sum();
    let stake: f64 = all.iter().map(Worth::at_stake).sum();
    let here: f64 = all.iter().map(|worth| worth.alive).sum();
    let text = format!(
        "About {} of {} customers are still there. All together they are worth {} of margin in the \
         year to come, discounted. At stake is value × (1 − P(alive)): \
         what is to be expected of a customer, times the chance that they have gone. That is small \
         of those who have surely left or surely have not, and great where a letter may decide. It \
         comes to {}, of which {} with these:",
        count(here.round() as i64),
        count(all.len() as i64),
        dollars(value),
        dollars(stake),
        percent(all.iter().take(TEN).map(Worth::at_stake).sum::<f64>() / stake),
    );
    indented(out, 0, &text)?;
    writeln!(out)?;
    let head = ["", "P(alive)", "orders in 90 days", "each", "value", "at stake"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(all.iter().take(TEN).map(|worth| {
        vec![
            worth.customer.to_string(),
            format!("{:.3}", worth.alive),
            format!("{:.2}", worth.orders),
            dollars(worth.spend),
            dollars(worth.value),
            dollars(worth.at_stake()),
        ]
    }));
    Ok(table(out, &rows)?)
}
