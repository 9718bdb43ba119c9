//! What a history is asked.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};

use super::History;
use super::summary::{Trace, within};
use crate::calendar::Interval;
use crate::event::{
    Channel, Event, EventKind, EventType, OrderState, Purchases, order_states, voided,
};
use crate::id::{CustomerId, EventId, OrderId};
use crate::money::Currency;

impl History {
    /// The whole events that are in effect at `as_of`, in their order: neither void, nor folded
    /// into the summary.
    pub fn events(&self, as_of: DateTime<Utc>) -> impl DoubleEndedIterator<Item = &Event> {
        let void = self.void(as_of);
        let end = self.events.partition_point(|event| event.position().0 <= as_of);
        let events = self.events.range(..end).map(AsRef::as_ref);
        events.filter(move |event| !void.contains(&event.id))
    }

    /// The events that are in effect at `as_of` and whose content was not folded away, in their
    /// order: those of [`History::events`] and, before them, the purchases, returns, voids,
    /// enrollments, changes of attributes and answers to surveys in the summary.
    pub fn lasting(&self, as_of: DateTime<Utc>) -> impl DoubleEndedIterator<Item = &Event> {
        let void = self.void(as_of);
        let end = self.summary.lasting.partition_point(|event| event.position().0 <= as_of);
        let folded = self.summary.lasting.iter().take(end).map(AsRef::as_ref);
        let folded = folded.filter(move |event: &&Event| !void.contains(&event.id));
        folded.chain(self.events(as_of))
    }

    /// How many events in effect at `as_of` there were within `interval`, by type and channel.
    ///
    /// # Complexity
    /// *O*(log *n* + *k*) for *k* events whose content was not folded away.
    #[must_use]
    pub fn tally(
        &self,
        interval: &Interval,
        as_of: DateTime<Utc>,
    ) -> BTreeMap<(EventType, Option<Channel>), u64> {
        let mut tally = BTreeMap::new();
        let last = interval.last.min(as_of);
        let interval = Interval { last, ..*interval };
        let (void, traces_void) = (self.void(as_of), self.void_traces(as_of));
        let mut add = |group, count: usize| {
            if count > 0 {
                *tally.entry(group).or_default() += u64::try_from(count).unwrap_or(u64::MAX);
            }
        };
        for (group, traces) in &self.summary.traces {
            let traces = traces.get(within(traces, &interval)).unwrap_or_default();
            let is_void = |trace: &&Trace| traces.binary_search(trace).is_ok();
            add(*group, traces.len() - traces_void.iter().filter(is_void).count());
        }
        for event in self.between(&interval).filter(|event| !void.contains(&event.id)) {
            add((event.kind.event_type(), event.channel), 1);
        }
        tally
    }

    /// How many events of a type in effect at `as_of` there were within `interval`.
    #[must_use]
    pub fn count(&self, event_type: EventType, interval: &Interval, as_of: DateTime<Utc>) -> u64 {
        let tally = self.tally(interval, as_of);
        tally.iter().filter(|((found, _), _)| *found == event_type).map(|(_, count)| count).sum()
    }

    /// When the last event of a type in effect at `as_of` was.
    #[must_use]
    pub fn last_at(&self, event_type: EventType, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let is_of_type = |event: &&Event| event.kind.event_type() == event_type;
        let whole = self.lasting(as_of).rfind(is_of_type).map(|event| event.position().0);
        let void = self.void_traces(as_of);
        let traces = self.summary.traces.iter().filter(|((found, _), _)| *found == event_type);
        let folded = traces
            .filter_map(|(_, traces)| traces.iter().rfind(|trace| is_there(trace, as_of, &void)))
            .map(|trace| trace.at())
            .max();
        whole.max(folded)
    }

    /// When the first event of any type in effect at `as_of` was.
    #[must_use]
    pub fn first_at(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let whole = self.lasting(as_of).next().map(|event| event.position().0);
        let void = self.void_traces(as_of);
        let folded = self.summary.traces.values();
        let folded = folded
            .filter_map(|traces| traces.iter().find(|trace| is_there(trace, as_of, &void)))
            .map(|trace| trace.at())
            .min();
        whole.into_iter().chain(folded).min()
    }

    /// When events of a type in effect at `as_of` were, in no particular order.
    #[must_use]
    pub fn instants(&self, event_type: EventType, as_of: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let is_of_type = |event: &&Event| event.kind.event_type() == event_type;
        let whole = self.lasting(as_of).filter(is_of_type).map(|event| event.position().0);
        let void = self.void_traces(as_of);
        let traces = self.summary.traces.iter().filter(|((found, _), _)| *found == event_type);
        let folded = traces.flat_map(|(_, traces)| traces);
        let folded = folded.filter(|trace| is_there(trace, as_of, &void)).map(|trace| trace.at());
        whole.chain(folded).collect()
    }

    /// The order with this id as it stands at `as_of`: what was bought and what came back.
    #[must_use]
    pub fn order(&self, order: &OrderId, as_of: DateTime<Utc>) -> Option<OrderState<'_>> {
        let events = self.lasting(as_of).filter(|event| match &event.kind {
            EventKind::Purchase(purchase) => purchase.order == *order,
            EventKind::Return(returned) => returned.order == *order,
            _ => false,
        });
        order_states(events).pop()
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

    /// The events within `interval` whose content was not folded away, void or not.
    fn between(&self, interval: &Interval) -> impl Iterator<Item = &Event> {
        let (first, last) = (interval.first, interval.last);
        let before = |event: &Event| event.position().0 < first;
        let lasting = &self.summary.lasting;
        let folded = lasting.iter().skip(lasting.partition_point(|event| before(event)));
        let whole = self.events.range(self.events.partition_point(|event| before(event))..);
        let events = folded.chain(whole).map(AsRef::as_ref);
        events.take_while(move |event: &&Event| event.position().0 <= last)
    }

    /// The events that are void at `as_of`.
    fn void(&self, as_of: DateTime<Utc>) -> HashSet<&EventId> {
        if self.voids.is_empty() {
            return HashSet::new();
        }
        let until = self.voids.iter().take_while(|((at, _), _)| *at <= as_of);
        let voids: Vec<_> = until.map(|((_, id), target)| (id, target)).collect();
        voided(&voids)
    }

    /// What the traces of void events look like, if they have one.
    fn void_traces(&self, as_of: DateTime<Utc>) -> HashSet<Trace> {
        let void = self.void(as_of).into_iter();
        void.filter_map(|id| Some(Trace::of_id(self.instant_of(id)?, id))).collect()
    }
}

fn is_there(trace: &Trace, as_of: DateTime<Utc>, void: &HashSet<Trace>) -> bool {
    trace.at() <= as_of && !void.contains(trace)
}
