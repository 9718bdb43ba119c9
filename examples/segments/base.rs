//! The shoppers as numbers on a day.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::{NaiveDate, TimeDelta};
use loyalty::calendar::Interval;
use loyalty::event::Orders;
use loyalty::feature::{Feature, FeatureTable, Moment, Preparation, Scale};
use loyalty::id::CustomerId;
use loyalty::money::Currency;

use super::read::Shoppers;

/// What is known of all shoppers at the beginning of a day: a column for each feature that
/// segments are found in, and then for each that is told of them besides.
pub fn table(shoppers: &Shoppers, day: NaiveDate) -> Result<FeatureTable, Box<dyn Error>> {
    let names: Vec<&str> = shoppers.found_in.iter().chain(shoppers.told_of).copied().collect();
    table_of(shoppers, day, &names)
}

/// These features of all shoppers at the beginning of a day; who has not bought yet is no customer
/// yet.
pub fn table_of(
    shoppers: &Shoppers,
    day: NaiveDate,
    names: &[&str],
) -> Result<FeatureTable, Box<dyn Error>> {
    let as_of = shoppers.zone.start_of_day(day);
    let moment = Moment { as_of, zone: shoppers.zone, currency: Currency::USD };
    let features: Vec<Feature> = names.iter().map(|name| name.parse()).collect::<Result<_, _>>()?;
    let table = FeatureTable::of_purchases(&shoppers.log, &features, &moment)?;
    let first = |id: &CustomerId| shoppers.log.find(id)?.first();
    Ok(table.filter(|id| first(id).is_some_and(|order| order.at < as_of)))
}

/// How the features become comparable: a few shoppers buy very much, so that logarithms are taken
/// of all of them.
pub fn preparation(shoppers: &Shoppers) -> Preparation {
    Preparation::new(shoppers.found_in.map(|feature| (feature, Scale::Log1p)))
}

/// What each shopper spent from one day up to the day before another, in major units.
pub fn spent(shoppers: &Shoppers, from: NaiveDate, to: NaiveDate) -> BTreeMap<CustomerId, f64> {
    let minor = |orders: Orders<'_>| orders.iter().map(|order| order.net_price.minor()).sum();
    let each = each(shoppers, from, to, minor);
    each.into_iter().map(|(id, minor): (_, i64)| (id, minor as f64 / 100.0)).collect()
}

/// How often each shopper ordered from one day up to the day before another.
pub fn ordered(shoppers: &Shoppers, from: NaiveDate, to: NaiveDate) -> BTreeMap<CustomerId, usize> {
    each(shoppers, from, to, |orders| orders.len())
}

fn each<T>(
    shoppers: &Shoppers,
    from: NaiveDate,
    to: NaiveDate,
    of: impl Fn(Orders<'_>) -> T,
) -> BTreeMap<CustomerId, T> {
    let [first, end] = [from, to].map(|day| shoppers.zone.start_of_day(day));
    let interval = Interval { first, last: end - TimeDelta::nanoseconds(1) };
    let customers = shoppers.log.iter();
    customers.map(|(id, orders)| (id.clone(), of(orders.within(&interval)))).collect()
}
