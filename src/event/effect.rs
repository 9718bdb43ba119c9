//! What became of a customer's orders: the purchases that count, less what came back.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::basket::{LineItem, Purchase};
use super::{Event, EventKind};
use crate::id::{EventId, LineId, OrderId};
use crate::money::{Currency, Rounding};

/// The events that are void, of the voids of one customer in the order of their positions, each
/// with the event that it names.
///
/// A void that is void itself has no effect. A void can only be voided by one that stands after it,
/// so that two voids never undo each other.
pub(crate) fn voided<'a>(voids: &[(&'a EventId, &'a EventId)]) -> HashSet<&'a EventId> {
    let places: HashMap<&EventId, usize> =
        voids.iter().enumerate().map(|(place, (id, _))| (*id, place)).collect();
    let mut dead = HashSet::new();
    for (place, (id, target)) in voids.iter().enumerate().rev() {
        let comes_before = places.get(target).is_some_and(|&target| place <= target);
        if !dead.contains(id) && !comes_before {
            dead.insert(*target);
        }
    }
    dead
}

/// An order as it stands: the purchase that counts, and how many units of it came back.
#[derive(Clone, Debug)]
pub struct OrderState<'a> {
    event: &'a Event,
    purchase: &'a Purchase,
    /// Of every line; empty while nothing came back.
    returned: Vec<i64>,
}

/// What an order or a line comes to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Amounts {
    pub(super) list_minor: i64,
    pub(super) discount_minor: i64,
    pub(super) returned_minor: i64,
    pub(super) units: i64,
    pub(super) returned_units: i64,
}

/// The orders in effective events of one customer, which come in the order of their positions.
///
/// The first purchase with an order's id is the one that counts. A return that stands before it
/// counts nothing, and no more units come back than were bought.
pub(crate) fn order_states<'a>(events: impl Iterator<Item = &'a Event>) -> Vec<OrderState<'a>> {
    let mut states = Vec::new();
    let mut places: HashMap<&OrderId, usize> = HashMap::new();
    let mut units: HashMap<(usize, &LineId), i64> = HashMap::new();
    for event in events {
        match &event.kind {
            EventKind::Purchase(purchase) => {
                if let Entry::Vacant(place) = places.entry(&purchase.order) {
                    place.insert(states.len());
                    states.push(OrderState { event, purchase, returned: Vec::new() });
                }
            }
            EventKind::Return(returned) => {
                let Some(&place) = places.get(&returned.order) else { continue };
                for line in &returned.lines {
                    let units = units.entry((place, &line.line)).or_default();
                    *units = units.saturating_add(line.quantity.max(0));
                }
            }
            _ => {}
        }
    }
    if !units.is_empty() {
        for (place, state) in states.iter_mut().enumerate() {
            state.take_back(|line| units.get(&(place, line)).copied());
        }
    }
    states.sort_by(|a, b| (a.at(), &a.purchase.order).cmp(&(b.at(), &b.purchase.order)));
    states
}

impl<'a> OrderState<'a> {
    /// When it was bought.
    #[must_use]
    pub fn at(&self) -> DateTime<Utc> {
        self.event.position().0
    }

    /// The event of the purchase.
    #[must_use]
    pub const fn event(&self) -> &'a Event {
        self.event
    }

    /// What was bought.
    #[must_use]
    pub const fn purchase(&self) -> &'a Purchase {
        self.purchase
    }

    /// How many units of a line came back, never more than were bought.
    #[must_use]
    pub fn returned(&self, line: &LineId) -> i64 {
        self.lines().find(|(item, _)| item.id == *line).map_or(0, |(_, returned)| returned)
    }

    /// How many units of a line may still come back; `None` if the order has no such line.
    #[must_use]
    pub fn returnable(&self, line: &LineId) -> Option<i64> {
        let (item, returned) = self.lines().find(|(item, _)| item.id == *line)?;
        Some(item.quantity.max(0) - returned)
    }

    /// Whether every unit came back, so that it does not count as an order.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.lines().all(|(line, returned)| line.quantity <= returned)
    }

    /// The lines, each with how many units of it came back.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (&'a LineItem, i64)> {
        let returned = self.returned.iter().copied().chain(std::iter::repeat(0));
        self.purchase.basket.lines.iter().zip(returned)
    }

    fn take_back(&mut self, units: impl Fn(&'a LineId) -> Option<i64>) {
        let lines = &self.purchase.basket.lines;
        let returned: Vec<i64> = lines
            .iter()
            .map(|line| units(&line.id).unwrap_or(0).clamp(0, line.quantity.max(0)))
            .collect();
        if returned.iter().any(|&units| units > 0) {
            self.returned = returned;
        }
    }

    /// What every line and the whole order come to.
    ///
    /// `None` for a purchase that [`Event::validate`] refuses because of its amounts, and for one
    /// in another currency.
    pub(crate) fn amounts(
        &self,
        currency: Currency,
    ) -> Option<(Vec<(&'a LineItem, Amounts)>, Amounts)> {
        let mut lines = Vec::with_capacity(self.purchase.basket.lines.len());
        let mut total = Amounts::default();
        for (line, returned) in self.lines() {
            let amounts = Amounts::of(line, returned, currency)?;
            total = total.plus(amounts)?;
            lines.push((line, amounts));
        }
        Some((lines, total))
    }
}

impl Amounts {
    fn of(line: &LineItem, returned_units: i64, currency: Currency) -> Option<Self> {
        let (list, discount) = (line.list_price().ok()?, line.discount().ok()?);
        let units = line.quantity;
        let sound = units > 0
            && list.currency() == currency
            && !list.is_negative()
            && !discount.is_negative()
            && discount <= list;
        if !sound {
            return None;
        }
        let (list_minor, discount_minor) = (list.minor(), discount.minor());
        let net = i128::from(list_minor - discount_minor);
        let returned_minor =
            Rounding::HalfUp.divide(net * i128::from(returned_units), i128::from(units))?;
        Some(Self { list_minor, discount_minor, returned_minor, units, returned_units })
    }

    fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            list_minor: self.list_minor.checked_add(other.list_minor)?,
            discount_minor: self.discount_minor.checked_add(other.discount_minor)?,
            returned_minor: self.returned_minor.checked_add(other.returned_minor)?,
            units: self.units.checked_add(other.units)?,
            returned_units: self.returned_units.checked_add(other.returned_units)?,
        })
    }

    pub(crate) const fn net_minor(self) -> i64 {
        self.list_minor.saturating_sub(self.discount_minor).saturating_sub(self.returned_minor)
    }

    pub(crate) const fn kept_units(self) -> i64 {
        self.units.saturating_sub(self.returned_units)
    }
}
