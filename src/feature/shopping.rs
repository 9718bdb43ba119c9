//! The features that orders alone can tell, computed the same way for one customer's history and
//! for the log of many customers.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

use super::{Feature, Moment, RepeatBuying, ValueModel};
use crate::calendar::{Interval, Window};
use crate::event::Orders;
use crate::id::CategoryId;
use crate::money::Rounding;
use crate::rule::Value;

const NS_PER_DAY: f64 = 86_400e9;
/// The month of [`Feature::UsageRate`].
const DAYS_PER_MONTH: f64 = 30.0;

/// The orders of one customer that are seen at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shopping<'a> {
    orders: Orders<'a>,
    moment: Moment,
    /// The customer's first day, for tenure and anniversaries.
    since: Option<NaiveDate>,
    /// By which is told what the customer is worth.
    worth: Option<Worth<'a>>,
}

/// A model of what customers are worth, and what it knows of one of them as soon as it was asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Worth<'a> {
    pub(super) model: &'a ValueModel,
    pub(super) bought: &'a OnceCell<Option<RepeatBuying>>,
}

impl<'a> Shopping<'a> {
    /// The orders up to the moment.
    pub(super) fn new(orders: Orders<'a>, moment: Moment, since: Option<NaiveDate>) -> Self {
        let seen = Interval { first: DateTime::<Utc>::MIN_UTC, last: moment.as_of };
        Self { orders: orders.within(&seen), moment, since, worth: None }
    }

    /// The same, with a model of what customers are worth.
    pub(super) const fn valued_by(self, worth: Option<Worth<'a>>) -> Self {
        Self { worth, ..self }
    }

    /// The value of `feature`; `None` if it cannot be told, or not from orders.
    pub(super) fn value(&self, feature: &Feature) -> Option<Value> {
        match feature {
            Feature::RecencyDays => {
                days_from(self.moment.zone.date(self.orders.last()?.at), &self.moment)
            }
            Feature::TenureDays => days_from(self.since?, &self.moment),
            Feature::LengthDays => {
                let [first, last] = [self.orders.first()?, self.orders.last()?]
                    .map(|order| self.moment.zone.date(order.at));
                Some(Value::Integer(last.signed_duration_since(first).num_days()))
            }
            Feature::GapMeanDays => Value::number(self.gap_mean()?),
            Feature::GapSpreadDays => Value::number(self.gap_spread()?),
            Feature::MonthShare(month) => self.share(|at| at.month() == u32::from(*month)),
            Feature::QuarterShare(quarter) => {
                self.share(|at| at.month0() / 3 + 1 == u32::from(*quarter))
            }
            Feature::WeekdayShare(day) => self.share(|at| at.weekday() == *day),
            Feature::HourShare(hour) => self.share(|at| at.hour() == u32::from(*hour)),
            feature if feature.needs_value_model() => {
                let Worth { model, bought } = self.worth.filter(|it| it.model.tells(feature))?;
                let tempo = model.tempo.as_ref();
                let buying = || RepeatBuying::at_tempo(self.orders, &self.moment, tempo);
                model.value(feature, bought.get_or_init(buying).as_ref()?, &self.moment)
            }
            _ => self.windowed(feature, *feature.window()?),
        }
    }

    fn windowed(&self, feature: &Feature, window: Window) -> Option<Value> {
        let orders = self.within(window)?;
        let count = i64::try_from(orders.len()).ok()?;
        match feature {
            Feature::Orders(_) => Some(Value::Integer(count)),
            Feature::RepeatOrders(_) => Some(Value::Integer((count - 1).max(0))),
            Feature::Units(_) => orders.kept_units().map(Value::Integer),
            Feature::CategoryUnits(category, _) => {
                let lines = orders.lines()?.filter(|line| line.category == Some(category));
                let units: i128 = lines.map(|line| i128::from(line.kept_units)).sum();
                i64::try_from(units).ok().map(Value::Integer)
            }
            Feature::Spend(_) => orders.net_price().ok().map(Value::Money),
            Feature::AverageOrderValue(_) => {
                orders.net_price().ok()?.scale(1, count, Rounding::HalfUp).ok().map(Value::Money)
            }
            Feature::UsageRate(_) => self.usage_rate(count, window),
            Feature::FavoriteCategory(_) => {
                favorite(orders).map(|(category, _)| Value::text(category))
            }
            Feature::FavoriteCategoryShare(_) => favorite(orders).and_then(|(_, share)| share),
            Feature::Categories(_) => Some(Value::set(categories(orders)?)),
            Feature::DistinctCategories(_) => {
                i64::try_from(categories(orders)?.len()).ok().map(Value::Integer)
            }
            Feature::DiscountShare(_) => {
                ratio(sum(orders.discount_minor()), sum(orders.list_minor()))
            }
            Feature::ReturnRate(_) => {
                let paid = sum(orders.list_minor()) - sum(orders.discount_minor());
                ratio(sum(orders.returned_minor()), paid)
            }
            _ => None,
        }
    }

    /// The orders in a window that ends with the moment.
    fn within(&self, window: Window) -> Option<Orders<'a>> {
        let interval = window.interval(self.moment.as_of, &self.moment.zone, self.since)?;
        Some(self.orders.within(&interval))
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of orders and days are small")]
    fn usage_rate(&self, count: i64, window: Window) -> Option<Value> {
        let zone = self.moment.zone;
        let interval = window.interval(self.moment.as_of, &zone, self.since)?;
        let first = zone.date(interval.first).max(self.since?);
        let days = zone.date(interval.last).signed_duration_since(first).num_days().max(1);
        Value::number(count as f64 / days as f64 * DAYS_PER_MONTH)
    }

    /// The share of orders whose local time is such.
    #[expect(clippy::cast_precision_loss, reason = "counts of orders are small")]
    fn share(&self, is: impl Fn(chrono::NaiveDateTime) -> bool) -> Option<Value> {
        let all = self.orders.len();
        let some = self.orders.iter().filter(|order| is(self.moment.zone.local(order.at))).count();
        Value::number(some as f64 / (all > 0).then_some(all as f64)?)
    }

    /// Mean time between successive orders, in days.
    fn gap_mean(&self) -> Option<f64> {
        let instants = self.orders.at();
        gap_mean(*instants.first()?, *instants.last()?, i64::try_from(instants.len()).ok()?)
    }

    /// Sample standard deviation (n − 1) of the times between successive orders, in days.
    #[expect(clippy::cast_precision_loss, reason = "nanoseconds of centuries keep 9 digits")]
    fn gap_spread(&self) -> Option<f64> {
        let mean = self.gap_mean()?;
        let instants = self.orders.at();
        let gaps = instants.iter().zip(instants.iter().skip(1));
        let squares: f64 = gaps
            .map(|(before, after)| (after - before) as f64 / NS_PER_DAY - mean)
            .map(|d| d * d)
            .sum();
        let free = instants.len().checked_sub(2).filter(|&free| free > 0)?;
        Some((squares / free as f64).sqrt())
    }
}

/// Calendar days from `date` to the day of the moment; `None` if it is still to come.
pub(super) fn days_from(date: NaiveDate, moment: &Moment) -> Option<Value> {
    let days = moment.today().signed_duration_since(date).num_days();
    (days >= 0).then_some(Value::Integer(days))
}

/// Mean time between so many successive orders from one instant to another, in days.
#[expect(clippy::cast_precision_loss, reason = "nanoseconds of centuries keep 9 digits")]
pub(super) fn gap_mean(first: i64, last: i64, orders: i64) -> Option<f64> {
    let gaps = orders.checked_sub(1).filter(|&gaps| gaps > 0)?;
    Some((last - first) as f64 / NS_PER_DAY / gaps as f64)
}

fn sum(minors: &[i64]) -> i128 {
    minors.iter().map(|&minor| i128::from(minor)).sum()
}

#[expect(clippy::cast_precision_loss, reason = "a ratio of amounts needs no more than 15 digits")]
fn ratio(part: i128, whole: i128) -> Option<Value> {
    if whole > 0 { Value::number(part as f64 / whole as f64) } else { None }
}

/// The category with the greatest spend, ties to the first by name, and its share of what was spent
/// in known categories.
fn favorite(orders: Orders<'_>) -> Option<(&CategoryId, Option<Value>)> {
    let mut spend: BTreeMap<&CategoryId, i128> = BTreeMap::new();
    for line in orders.lines()?.filter(|line| line.kept_units > 0) {
        if let Some(category) = line.category {
            *spend.entry(category).or_default() += i128::from(line.net_price.minor());
        }
    }
    let whole = spend.values().sum();
    let (category, part) = spend.into_iter().rev().max_by_key(|(_, part)| *part)?;
    Some((category, ratio(part, whole)))
}

fn categories(orders: Orders<'_>) -> Option<BTreeSet<&CategoryId>> {
    let kept = orders.lines()?.filter(|line| line.kept_units > 0);
    Some(kept.filter_map(|line| line.category).collect())
}
