//! The orders of many customers in columns, so that questions about all of them run over arrays.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

use chrono::{DateTime, Utc};

use super::effect::{Amounts, OrderState, order_states, voided};
use super::orders::{Line, Orders};
use super::{Event, EventKind};
use crate::calendar::without_leap_second;
use crate::id::{CategoryId, CustomerId, EventId, ProductId};
use crate::money::{Currency, Money};

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

    /// Takes in a purchase of the only customer, whose order is later than all others and has no
    /// returns.
    pub(crate) fn append(&mut self, event: &Event) {
        let states = order_states(std::iter::once(event)).into_iter();
        for state in states.filter(|state| !state.is_cancelled()) {
            let amounts = state.amounts(self.currency);
            let Some((at, (lines, total))) = nanos(state.at()).zip(amounts) else { continue };
            if let Some(table) = &mut self.lines {
                for (item, line) in lines {
                    let category = item.category.as_ref();
                    let category = category.and_then(|id| code(id, &mut table.categories));
                    let product = code(&item.product, &mut table.products);
                    table.push(category, product, line);
                }
            }
            self.push(at, total);
        }
        if let Some(end) = self.starts.last_mut() {
            *end = self.at.len();
        }
    }

    /// The same with such a purchase, of which it has room for the lines.
    pub(crate) fn with(&self, event: &Event) -> Self {
        let lines = event.purchase().map_or(0, |purchase| purchase.basket.lines.len());
        let mut log = Self {
            currency: self.currency,
            customers: self.customers.clone(),
            starts: self.starts.clone(),
            at: roomy(&self.at, 1),
            list_minor: roomy(&self.list_minor, 1),
            discount_minor: roomy(&self.discount_minor, 1),
            returned_minor: roomy(&self.returned_minor, 1),
            units: roomy(&self.units, 1),
            returned_units: roomy(&self.returned_units, 1),
            lines: self.lines.as_ref().map(|table| table.roomy(lines)),
        };
        log.append(event);
        log
    }

    /// Adds an order to the customer that ends next.
    fn push(&mut self, at: i64, total: Amounts) {
        self.at.push(at);
        self.list_minor.push(total.list_minor);
        self.discount_minor.push(total.discount_minor);
        self.returned_minor.push(total.returned_minor);
        self.units.push(total.units);
        self.returned_units.push(total.returned_units);
        if let Some(table) = &mut self.lines {
            table.starts.push(table.category.len());
        }
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
        Orders::of(self, span(&self.starts, index))
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

impl LineTable {
    /// Adds a line to the order that is added next.
    fn push(&mut self, category: Option<u32>, product: Option<u32>, line: Amounts) {
        self.category.push(category);
        self.product.push(product);
        self.kept_units.push(line.kept_units());
        self.net_minor.push(line.net_minor());
    }

    /// The same with room for an order of so many lines.
    fn roomy(&self, lines: usize) -> Self {
        Self {
            starts: roomy(&self.starts, 1),
            category: roomy(&self.category, lines),
            product: roomy(&self.product, lines),
            kept_units: roomy(&self.kept_units, lines),
            net_minor: roomy(&self.net_minor, lines),
            categories: self.categories.clone(),
            products: self.products.clone(),
        }
    }

    /// The line in a row.
    pub(super) fn line(&self, index: usize, currency: Currency) -> Option<Line<'_>> {
        Some(Line {
            category: known(&self.categories, *self.category.get(index)?),
            product: known(&self.products, *self.product.get(index)?),
            kept_units: *self.kept_units.get(index)?,
            net_price: Money::from_minor(*self.net_minor.get(index)?, currency),
        })
    }
}

/// A copy with room for so many more.
fn roomy<T: Copy>(column: &[T], more: usize) -> Vec<T> {
    let mut copy = Vec::with_capacity(column.len() + more);
    copy.extend_from_slice(column);
    copy
}

fn known<T>(names: &[T], code: Option<u32>) -> Option<&T> {
    names.get(usize::try_from(code?).ok()?)
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
        let category = category.and_then(|id| self.categories.code(id, &mut table.categories));
        let product = product.and_then(|id| self.products.code(id, &mut table.products));
        table.push(category, product, line);
    }

    /// Adds an order to the customer that ends next.
    pub(super) fn add_order(&mut self, at: i64, total: Amounts) {
        self.log.push(at, total);
    }

    pub(super) fn end_customer(&mut self, customer: CustomerId) {
        self.log.customers.push(customer);
        self.log.starts.push(self.log.at.len());
    }
}

/// The code of a name, which is often one of the last that came up.
fn code<T: Clone + Eq>(name: &T, names: &mut Vec<T>) -> Option<u32> {
    let place = names.iter().rposition(|known| known == name).unwrap_or_else(|| {
        names.push(name.clone());
        names.len() - 1
    });
    u32::try_from(place).ok()
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
