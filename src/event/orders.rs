//! The orders of one customer, as a part of the log of many.

use std::ops::Range;

use chrono::{DateTime, Utc};

use super::Purchases;
use crate::calendar::{Interval, without_leap_second};
use crate::id::{CategoryId, ProductId};
use crate::money::{Currency, Money, MoneyError};

const NANOS_PER_SECOND: u32 = 1_000_000_000;

/// The orders of one customer, or a part of them in time.
#[derive(Clone, Copy, Debug)]
pub struct Orders<'a> {
    log: &'a Purchases,
    first: usize,
    end: usize,
}

/// One order of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// When it was bought.
    pub at: DateTime<Utc>,
    /// What it would have cost without discounts.
    pub list_price: Money,
    /// What was taken off.
    pub discount: Money,
    /// What was paid for the units that came back.
    pub returned: Money,
    /// What was paid and kept: the list price less the discount and what came back.
    pub net_price: Money,
    /// How many units were bought.
    pub units: i64,
    /// How many of them came back.
    pub returned_units: i64,
}

/// One line of an order, less what came back of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// The category, if known.
    pub category: Option<&'a CategoryId>,
    /// The product, if known.
    pub product: Option<&'a ProductId>,
    /// How many units were bought and kept.
    pub kept_units: i64,
    /// What was paid for them.
    pub net_price: Money,
}

impl<'a> Orders<'a> {
    /// The orders in these rows of a log.
    pub(super) const fn of(log: &'a Purchases, rows: Range<usize>) -> Self {
        Self { log, first: rows.start, end: rows.end }
    }

    /// The currency of all amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.log.currency
    }

    /// How many orders there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.end - self.first
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The orders that were bought within `interval`.
    ///
    /// # Complexity
    /// *O*(log *n*).
    #[must_use]
    pub fn within(&self, interval: &Interval) -> Self {
        let at = self.at();
        let (first, last) = (nanos(interval.first), nanos(without_leap_second(interval.last)));
        let skipped = at.partition_point(|&at| i128::from(at) < first);
        let end = at.partition_point(|&at| i128::from(at) <= last).max(skipped);
        Self { log: self.log, first: self.first + skipped, end: self.first + end }
    }

    /// The order at a position, counted from 0 for the earliest.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Order> {
        let money = |column: &[i64]| {
            column.get(index).map(|&minor| Money::from_minor(minor, self.log.currency))
        };
        let (list_price, discount) = (money(self.list_minor())?, money(self.discount_minor())?);
        let returned = money(self.returned_minor())?;
        Some(Order {
            at: DateTime::from_timestamp_nanos(*self.at().get(index)?),
            list_price,
            discount,
            returned,
            net_price: list_price.checked_sub(discount).ok()?.checked_sub(returned).ok()?,
            units: *self.units().get(index)?,
            returned_units: *self.returned_units().get(index)?,
        })
    }

    /// All orders, the earliest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Order> + use<'a> {
        let orders = *self;
        (0..orders.len()).filter_map(move |index| orders.get(index))
    }

    /// The earliest order.
    #[must_use]
    pub fn first(&self) -> Option<Order> {
        self.get(0)
    }

    /// The latest order.
    #[must_use]
    pub fn last(&self) -> Option<Order> {
        self.get(self.len().checked_sub(1)?)
    }

    /// When the orders were bought, in nanoseconds since 1970 (UTC), sorted.
    #[must_use]
    pub fn at(&self) -> &'a [i64] {
        self.column(&self.log.at)
    }

    /// What the orders would have cost without discounts, in minor units.
    #[must_use]
    pub fn list_minor(&self) -> &'a [i64] {
        self.column(&self.log.list_minor)
    }

    /// What was taken off the orders, in minor units.
    #[must_use]
    pub fn discount_minor(&self) -> &'a [i64] {
        self.column(&self.log.discount_minor)
    }

    /// What was paid for the units that came back, in minor units.
    #[must_use]
    pub fn returned_minor(&self) -> &'a [i64] {
        self.column(&self.log.returned_minor)
    }

    /// How many units were bought.
    #[must_use]
    pub fn units(&self) -> &'a [i64] {
        self.column(&self.log.units)
    }

    /// How many units came back.
    #[must_use]
    pub fn returned_units(&self) -> &'a [i64] {
        self.column(&self.log.returned_units)
    }

    /// What all the orders would have cost without discounts.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn list_price(&self) -> Result<Money, MoneyError> {
        self.money(sum(self.list_minor()))
    }

    /// What was taken off all the orders.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn discount(&self) -> Result<Money, MoneyError> {
        self.money(sum(self.discount_minor()))
    }

    /// What was paid for all the units that came back.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn returned(&self) -> Result<Money, MoneyError> {
        self.money(sum(self.returned_minor()))
    }

    /// What was paid and kept in all.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn net_price(&self) -> Result<Money, MoneyError> {
        let (list, discount) = (sum(self.list_minor()), sum(self.discount_minor()));
        self.money(list - discount - sum(self.returned_minor()))
    }

    /// How many units were bought and kept in all; `None` if that does not fit.
    #[must_use]
    pub fn kept_units(&self) -> Option<i64> {
        i64::try_from(sum(self.units()) - sum(self.returned_units())).ok()
    }

    /// The lines of all the orders, in the order of the orders; `None` if the lines are not known.
    #[must_use]
    pub fn lines(&self) -> Option<impl Iterator<Item = Line<'a>> + use<'a>> {
        let (table, currency) = (self.log.lines.as_ref()?, self.log.currency);
        let first = table.starts.get(self.first).copied().unwrap_or_default();
        let end = table.starts.get(self.end).copied().unwrap_or_default();
        Some((first..end).filter_map(move |index| table.line(index, currency)))
    }

    fn column(&self, column: &'a [i64]) -> &'a [i64] {
        column.get(self.first..self.end).unwrap_or_default()
    }

    fn money(&self, minor: i128) -> Result<Money, MoneyError> {
        let minor = i64::try_from(minor).map_err(|_| MoneyError::OutOfRange)?;
        Ok(Money::from_minor(minor, self.log.currency))
    }
}

/// Nanoseconds since 1970 (UTC); a leap second counts as the start of the next second.
fn nanos(at: DateTime<Utc>) -> i128 {
    let within = at.timestamp_subsec_nanos().min(NANOS_PER_SECOND);
    i128::from(at.timestamp()) * i128::from(NANOS_PER_SECOND) + i128::from(within)
}

fn sum(column: &[i64]) -> i128 {
    column.iter().map(|&value| i128::from(value)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Columns, earliest};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn any_two_instants_bound_an_interval() {
        let [before, after] = ["2016-12-31T23:59:59.999999999Z", "2017-01-01T00:00:00Z"].map(at);
        let columns = Columns {
            customers: vec!["ann".parse().unwrap(); 4],
            at: vec![earliest(), before, after, at("2199-12-31T00:00:00Z")],
            list_minor: vec![100; 4],
            units: vec![1; 4],
            ..Columns::default()
        };
        let log = Purchases::from_columns(Currency::EUR, &columns).unwrap();
        let leap = at("2016-12-31T23:59:60.5Z");
        let ends = [DateTime::<Utc>::MIN_UTC, before, leap, after, DateTime::<Utc>::MAX_UTC];
        for (first, last) in ends.into_iter().flat_map(|first| ends.map(|last| (first, last))) {
            let interval = Interval { first, last };
            let found = log.orders(0).within(&interval).iter().map(|order| order.at);
            let inside = columns.at.iter().copied().filter(|at| (first..=last).contains(at));
            assert_eq!(found.collect::<Vec<_>>(), inside.collect::<Vec<_>>(), "{interval:?}");
        }
    }
}
