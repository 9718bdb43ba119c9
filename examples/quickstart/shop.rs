//! What the rows mean: paid orders of single CDs, and the basket that is typical of them.

use std::error::Error;

use chrono::{NaiveDate, NaiveTime};
use loyalty::calendar::Zone;
use loyalty::event::{Basket, Channel, Event, LineItem, Purchase};
use loyalty::id::{EventId, LineId, OrderId};
use loyalty::money::{Allocator, LargestRemainder, Share};
use loyalty::{Currency, Money};

use super::read::Row;

/// The purchase of a row. The file knows dates only: all orders are placed at noon, those of one
/// customer and day in the order of their rows.
pub fn event(row: &Row, zone: Zone) -> Result<Event, Box<dyn Error>> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    let order = Purchase::new(OrderId::new(format!("order-{:05}", row.line))?, basket(row)?);
    let id = EventId::new(format!("row-{:05}", row.line))?;
    let at = zone.instant(row.date.and_time(noon));
    Ok(Event::new(id, row.customer.clone(), at, order.into()).through(Channel::Web))
}

/// A line for every CD. What was paid is split over them without losing a cent.
fn basket(row: &Row) -> Result<Basket, Box<dyn Error>> {
    let ids = (1..=row.cds).map(|number| LineId::new(format!("{number:03}")));
    let ids: Vec<LineId> = ids.collect::<Result<_, _>>()?;
    let shares: Vec<Share<'_>> = ids.iter().map(|line| Share::new(line, row.paid)).collect();
    let prices = LargestRemainder.allocate(row.paid, &shares).parts;
    let lines = ids.into_iter().zip(prices).map(|(id, price)| cd(id, price));
    Ok(Basket::of(lines.collect::<Result<Vec<_>, _>>()?))
}

fn cd(id: LineId, price: Money) -> Result<LineItem, Box<dyn Error>> {
    Ok(LineItem::new(id, "cd".parse()?, 1, price).of("music".parse()?))
}

/// The basket to try the offers with: the median number of CDs, each at the median price per CD,
/// and the usual shipping.
pub fn typical_basket(rows: &[Row]) -> Result<Basket, Box<dyn Error>> {
    let mut counts: Vec<u32> = rows.iter().map(|row| row.cds).collect();
    let mut prices: Vec<i64> =
        rows.iter().map(|row| row.paid.minor() / i64::from(row.cds)).collect();
    let price = Money::from_minor(median(&mut prices).unwrap_or_default(), Currency::USD);
    let lines = (1..=median(&mut counts).unwrap_or(1))
        .map(|number| cd(LineId::new(format!("{number:03}"))?, price));
    let shipping = Money::from_minor(299, Currency::USD);
    Ok(Basket { shipping: Some(shipping), ..Basket::of(lines.collect::<Result<Vec<_>, _>>()?) })
}

fn median<T: Copy + Ord>(values: &mut [T]) -> Option<T> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

/// The first instant of the day after the last purchase: what all answers are as of.
pub fn day_after(rows: &[Row], zone: Zone) -> Option<(NaiveDate, chrono::DateTime<chrono::Utc>)> {
    let day = rows.iter().map(|row| row.date).max()?.succ_opt()?;
    Some((day, zone.start_of_day(day)))
}
