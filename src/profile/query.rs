//! What a history is asked.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::History;
use crate::calendar::Interval;
use crate::event::{Channel, Event, EventKind, EventType, OrderState, Purchases, order_states};
use crate::id::{CustomerId, OrderId};
use crate::money::Currency;

impl History {
    /// The whole events that are in effect at `as_of`, in their order: neither void, nor folded
    /// into the summary.
    pub fn events(&self, as_of: DateTime<Utc>) -> impl DoubleEndedIterator<Item = &Event> {
        let void = self.index.void(as_of);
        let end = self.events.partition_point(|event| event.position().0 <= as_of);
        let events = self.events.until(end).map(AsRef::as_ref);
        events.filter(move |event| !void.contains(&event.id))
    }

    /// The events that are in effect at `as_of` and whose content was not folded away, in their
    /// order: those of [`History::events`] and, before them, the purchases, returns, confirmations,
    /// voids, enrollments, changes of attributes, answers to surveys, granted tiers and consents in
    /// the summary.
    pub fn lasting(&self, as_of: DateTime<Utc>) -> impl DoubleEndedIterator<Item = &Event> {
        let void = self.index.void(as_of);
        let end = self.summary.lasting.partition_point(|event| event.position().0 <= as_of);
        let folded = self.summary.lasting.iter().take(end).map(AsRef::as_ref);
        let folded = folded.filter(move |event: &&Event| !void.contains(&event.id));
        folded.chain(self.events(as_of))
    }

    /// All whole events, void ones included, in their order.
    pub fn recorded(&self) -> impl Iterator<Item = &Event> {
        self.events.iter().map(AsRef::as_ref)
    }

    /// The events up to `as_of` that change what was known before them, void ones included:
    /// returns, voids, enrollments and changes of attributes, in their order.
    pub fn retractions(&self, as_of: DateTime<Utc>) -> impl Iterator<Item = &Event> {
        let events = self.summary.lasting.iter().chain(self.events.iter()).map(AsRef::as_ref);
        let until = events.take_while(move |event: &&Event| event.position().0 <= as_of);
        until.filter(|event| {
            matches!(
                event.kind,
                EventKind::Return(_)
                    | EventKind::Void(_)
                    | EventKind::Enrolled
                    | EventKind::AttributesChanged(_)
            )
        })
    }

    /// How many events in effect at `as_of` there were within `interval`, by type and channel.
    ///
    /// # Complexity
    /// *O*(*g* log *n*) for events of *g* different types and channels.
    #[must_use]
    pub fn tally(
        &self,
        interval: &Interval,
        as_of: DateTime<Utc>,
    ) -> BTreeMap<(EventType, Option<Channel>), u64> {
        let groups = self.index.tally(interval, as_of).filter(|(_, count)| *count > 0);
        groups.map(|(group, count)| ((group.event_type, group.channel), count)).collect()
    }

    /// How many events of a type in effect at `as_of` there were within `interval`.
    #[must_use]
    pub fn count(&self, event_type: EventType, interval: &Interval, as_of: DateTime<Utc>) -> u64 {
        let groups = self.index.tally(interval, as_of);
        groups.filter(|(group, _)| group.event_type == event_type).map(|(_, count)| count).sum()
    }

    /// When the last event of a type in effect at `as_of` was.
    #[must_use]
    pub fn last_at(&self, event_type: EventType, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.index.last_at(event_type, as_of)
    }

    /// When the first event of any type in effect at `as_of` was.
    #[must_use]
    pub fn first_at(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.index.first_at(None, as_of)
    }

    /// When events of a type in effect at `as_of` were, sorted.
    #[must_use]
    pub fn instants(&self, event_type: EventType, as_of: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let mut instants: Vec<_> = self.index.instants(Some(event_type), as_of).collect();
        instants.sort_unstable();
        instants
    }

    /// When the events of all types in effect at `as_of` were, in no particular order.
    pub fn all_instants(&self, as_of: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        self.index.instants(None, as_of)
    }

    /// The order with this id as it stands at `as_of`: what was bought and what came back.
    #[must_use]
    pub fn order(&self, order: &OrderId, as_of: DateTime<Utc>) -> Option<OrderState<'_>> {
        if !self.index.names(order) {
            return None;
        }
        let events = self.lasting(as_of).filter(|event| match &event.kind {
            EventKind::Purchase(purchase) => purchase.order == *order,
            EventKind::Return(returned) => returned.order == *order,
            _ => false,
        });
        order_states(events).pop()
    }

    /// When an order was first confirmed, whatever the question: `None` if it never was, or only by
    /// what is void.
    #[must_use]
    pub fn confirmed_at(&self, order: &OrderId) -> Option<DateTime<Utc>> {
        let ever = DateTime::<Utc>::MAX_UTC;
        self.index.first_at(Some(EventType::OrderConfirmed), ever)?;
        let confirms = |event: &&Event| match &event.kind {
            EventKind::OrderConfirmed(confirmed) => confirmed.order == *order,
            _ => false,
        };
        self.lasting(ever).find(confirms).map(|event| event.position().0)
    }

    /// The customer's orders as they stand at `as_of`, as the log of one customer.
    #[must_use]
    pub fn purchases(
        &self,
        customer: &CustomerId,
        currency: Currency,
        as_of: DateTime<Utc>,
    ) -> Purchases {
        Purchases::of_one(customer, currency, self.lasting(as_of))
    }
}
