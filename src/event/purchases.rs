//! The orders of many customers in columns, so that questions about all of them run over arrays.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

use chrono::{DateTime, Utc};

use super::order::{Amounts, OrderState, order_states, voided};
use super::{Event, EventKind};
use crate::calendar::{Interval, without_leap_second};
use crate::id::{CategoryId, CustomerId, EventId, ProductId};
use crate::money::{Currency, Money, MoneyError};

/// The orders of many customers in one currency, as a struct of arrays.
///
/// Customers are sorted by id, the orders of each by instant, then by order id. An order of which
/// every unit came back is cancelled and not there; of other orders, what came back is taken off
/// the order that it was bought in, not off the day of the return. When some units of a line came
/// back, their price is their share of what was paid for the line, to the nearest minor unit,
/// halves up.
///
/// It comes from events ([`Purchases::from_events`]), or from columns that the host has already
/// ([`Purchases::from_columns`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purchases {
    pub(super) currency: Currency,
    pub(super) customers: Vec<CustomerId>,
    /// Where the orders of every customer begin; one more, where the last customer's end.
    pub(super) starts: Vec<usize>,
    pub(super) at: Vec<i64>,
    pub(super) list_minor: Vec<i64>,
    pub(super) discount_minor: Vec<i64>,
    pub(super) returned_minor: Vec<i64>,
    pub(super) units: Vec<i64>,
    pub(super) returned_units: Vec<i64>,
    pub(super) lines: Option<LineTable>,
}

/// The lines of all orders; a category or product that is not known has no code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LineTable {
    /// Where the lines of every order begin; one more, where the last order's end.
    pub(super) starts: Vec<usize>,
    pub(super) category: Vec<Option<u32>>,
    pub(super) product: Vec<Option<u32>>,
    pub(super) kept_units: Vec<i64>,
    pub(super) net_minor: Vec<i64>,
    pub(super) categories: Vec<CategoryId>,
    pub(super) products: Vec<ProductId>,
}

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

impl Purchases {
    /// The orders in `events` of any customers and in any order, as they stand at `as_of`.
    ///
    /// Every customer with an event up to `as_of` is there, with or without orders. The same event
    /// id twice for a customer is the same event, and the one given first counts. Purchases in
    /// other currencies, and those whose amounts [`Event::validate`] refuses, are left out.
    ///
    /// # Complexity
    /// *O*(*n* log *n*) for *n* events.
    pub fn from_events<'a>(
        currency: Currency,
        events: impl IntoIterator<Item = &'a Event>,
        as_of: DateTime<Utc>,
    ) -> Self {
        let mut seen: HashSet<(&CustomerId, &EventId)> = HashSet::new();
        let mut sorted: Vec<&Event> = events
            .into_iter()
            .filter(|event| seen.insert((&event.customer, &event.id)))
            .filter(|event| event.position().0 <= as_of)
            .collect();
        sorted.sort_by(|a, b| (&a.customer, a.position()).cmp(&(&b.customer, b.position())));
        let mut builder = Builder::new(currency);
        for events in sorted.chunk_by(|a, b| a.customer == b.customer) {
            let voids: Vec<_> = events
                .iter()
                .filter_map(|event| match &event.kind {
                    EventKind::Void(void) => Some((&event.id, &void.event)),
                    _ => None,
                })
                .collect();
            let dead = voided(&voids);
            let effective = events.iter().copied().filter(|event| !dead.contains(&event.id));
            if let Some(event) = events.first() {
                builder.add_customer(event.customer.clone(), &order_states(effective));
            }
        }
        builder.log
    }

    /// The orders of one customer in effective events, in the order of their positions.
    pub(crate) fn of_one<'a>(
        customer: &CustomerId,
        currency: Currency,
        effective: impl Iterator<Item = &'a Event>,
    ) -> Self {
        let mut builder = Builder::new(currency);
        builder.add_customer(customer.clone(), &order_states(effective));
        builder.log
    }

    /// The currency of all amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The customers, sorted by id.
    #[must_use]
    pub fn customers(&self) -> &[CustomerId] {
        &self.customers
    }

    /// How many customers there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.customers.len()
    }

    /// Whether there is no customer.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.customers.is_empty()
    }

    /// How many orders there are of all customers.
    #[must_use]
    pub const fn order_count(&self) -> usize {
        self.at.len()
    }

    /// The orders of the customer at a position in [`Purchases::customers`]; none if there is no
    /// such position.
    #[must_use]
    pub fn orders(&self, index: usize) -> Orders<'_> {
        let Range { start, end } = span(&self.starts, index);
        Orders { log: self, first: start, end }
    }

    /// The orders of a customer; `None` if the customer is not there.
    #[must_use]
    pub fn find(&self, customer: &CustomerId) -> Option<Orders<'_>> {
        self.customers.binary_search(customer).ok().map(|index| self.orders(index))
    }

    /// Every customer with their orders, by customer id.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&CustomerId, Orders<'_>)> {
        self.customers.iter().enumerate().map(|(index, customer)| (customer, self.orders(index)))
    }
}

impl<'a> Orders<'a> {
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
        let before = |nanos: i64| DateTime::from_timestamp_nanos(nanos) < interval.first;
        let until = |nanos: i64| DateTime::from_timestamp_nanos(nanos) <= interval.last;
        let skipped = at.partition_point(|&nanos| before(nanos));
        let end = at.partition_point(|&nanos| until(nanos)).max(skipped);
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

impl LineTable {
    fn line(&self, index: usize, currency: Currency) -> Option<Line<'_>> {
        Some(Line {
            category: known(&self.categories, *self.category.get(index)?),
            product: known(&self.products, *self.product.get(index)?),
            kept_units: *self.kept_units.get(index)?,
            net_price: Money::from_minor(*self.net_minor.get(index)?, currency),
        })
    }
}

fn known<T>(names: &[T], code: Option<u32>) -> Option<&T> {
    names.get(usize::try_from(code?).ok()?)
}

fn sum(column: &[i64]) -> i128 {
    column.iter().map(|&value| i128::from(value)).sum()
}

/// Between a start and the next one.
fn span(starts: &[usize], index: usize) -> Range<usize> {
    match (starts.get(index), starts.get(index.saturating_add(1))) {
        (Some(&start), Some(&end)) => start..end,
        _ => 0..0,
    }
}

/// Nanoseconds since 1970; `None` before 1677-09-21 and after 2262-04-11.
pub(super) fn nanos(at: DateTime<Utc>) -> Option<i64> {
    without_leap_second(at).timestamp_nanos_opt()
}

/// Fills the columns customer by customer, in the order of their ids.
pub(super) struct Builder {
    pub(super) log: Purchases,
    categories: Codes<CategoryId>,
    products: Codes<ProductId>,
}

impl Builder {
    pub(super) fn new(currency: Currency) -> Self {
        let lines = LineTable { starts: vec![0], ..LineTable::default() };
        Self {
            log: Purchases {
                currency,
                customers: Vec::new(),
                starts: vec![0],
                at: Vec::new(),
                list_minor: Vec::new(),
                discount_minor: Vec::new(),
                returned_minor: Vec::new(),
                units: Vec::new(),
                returned_units: Vec::new(),
                lines: Some(lines),
            },
            categories: Codes::default(),
            products: Codes::default(),
        }
    }

    fn add_customer(&mut self, customer: CustomerId, states: &[OrderState<'_>]) {
        for state in states.iter().filter(|state| !state.is_cancelled()) {
            let amounts = state.amounts(self.log.currency);
            let Some((at, (lines, total))) = nanos(state.at()).zip(amounts) else { continue };
            for (item, line) in lines.into_iter().filter(|(_, line)| line.kept_units() > 0) {
                self.add_line(item.category.as_ref(), Some(&item.product), line);
            }
            self.add_order(at, total);
        }
        self.end_customer(customer);
    }

    /// Adds a line to the order that is added next.
    pub(super) fn add_line(
        &mut self,
        category: Option<&CategoryId>,
        product: Option<&ProductId>,
        line: Amounts,
    ) {
        let Some(table) = &mut self.log.lines else { return };
        table
            .category
            .push(category.and_then(|id| self.categories.code(id, &mut table.categories)));
        table.product.push(product.and_then(|id| self.products.code(id, &mut table.products)));
        table.kept_units.push(line.kept_units());
        table.net_minor.push(line.net_minor());
    }

    /// Adds an order to the customer that ends next.
    pub(super) fn add_order(&mut self, at: i64, total: Amounts) {
        let log = &mut self.log;
        log.at.push(at);
        log.list_minor.push(total.list_minor);
        log.discount_minor.push(total.discount_minor);
        log.returned_minor.push(total.returned_minor);
        log.units.push(total.units);
        log.returned_units.push(total.returned_units);
        if let Some(table) = &mut log.lines {
            table.starts.push(table.category.len());
        }
    }

    pub(super) fn end_customer(&mut self, customer: CustomerId) {
        self.log.customers.push(customer);
        self.log.starts.push(self.log.at.len());
    }
}

/// The codes of names that came up so far, counted from 0.
struct Codes<T>(HashMap<T, u32>);

impl<T> Default for Codes<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Clone + Eq + Hash> Codes<T> {
    fn code(&mut self, name: &T, names: &mut Vec<T>) -> Option<u32> {
        if let Some(&code) = self.0.get(name) {
            return Some(code);
        }
        let code = u32::try_from(names.len()).ok()?;
        self.0.insert(name.clone(), code);
        names.push(name.clone());
        Some(code)
    }
}
