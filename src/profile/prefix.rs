//! A history as it was before one of its events.

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::log::Log;
use super::{History, Profile};
use crate::event::{Event, EventKind};
use crate::id::{EventId, OrderId};

impl History {
    /// Whether an event with this id was recorded, folded or not.
    #[must_use]
    pub fn knows(&self, id: &EventId) -> bool {
        self.index.instant(id).is_some()
    }

    /// The event with this id, void or not, unless its content was folded away.
    #[must_use]
    pub fn known(&self, id: &EventId) -> Option<&Event> {
        let folded = || {
            let position = (self.index.instant(id)?, id);
            let lasting = &self.summary.lasting;
            let place = lasting.binary_search_by(|event| event.position().cmp(&position)).ok()?;
            lasting.get(place).map(Arc::as_ref)
        };
        self.event(id).or_else(folded)
    }

    /// The purchases with this id of an order, void ones included, in their order.
    pub fn purchases_of(&self, order: &OrderId) -> impl Iterator<Item = &Event> {
        let events = self.summary.lasting.iter().chain(self.events.iter()).map(Arc::as_ref);
        let is_there = self.index.names(order);
        let events = events.take_while(move |_| is_there);
        events.filter(|event| event.purchase().is_some_and(|bought| bought.order == *order))
    }

    /// The returns and voids, void ones included, in their order.
    pub fn reversals(&self) -> impl Iterator<Item = &Event> {
        let events = self.summary.lasting.iter().chain(self.events.iter()).map(Arc::as_ref);
        events.filter(|event| matches!(event.kind, EventKind::Return(_) | EventKind::Void(_)))
    }

    /// Whether all recorded events come before `event`.
    #[must_use]
    pub fn ends_before(&self, event: &Event) -> bool {
        let last = self.events.last();
        !self.summary.reaches(event.position().0)
            && last.is_none_or(|last| last.position() < event.position())
    }

    /// The events from this position on, void ones included.
    pub fn since(&self, position: (DateTime<Utc>, &EventId)) -> impl Iterator<Item = &Event> {
        let start = self.events.partition_point(|event| event.position() < position);
        self.events.since(start).map(Arc::as_ref)
    }

    /// The history with only what comes before this position, and what was folded.
    #[must_use]
    pub fn before(&self, position: (DateTime<Utc>, &EventId)) -> Self {
        self.first(self.events.partition_point(|event| event.position() < position))
    }

    /// The history of just the events in effect at `as_of`, as if those that are void then, and
    /// their voids, had never been.
    pub(crate) fn effective(&self, as_of: DateTime<Utc>) -> Self {
        let mut effective = self.clone();
        let void = self.index.void(as_of);
        let stays = |event: &Arc<Event>| {
            let is_void = matches!(event.kind, EventKind::Void(_)) || void.contains(&event.id);
            event.position().0 <= as_of && !is_void
        };
        effective.events.retain(stays);
        effective.summary.lasting.retain(stays);
        effective.index.keep_effective(as_of);
        effective.log = Log::default();
        effective
    }

    /// The part of the history that was folded, and its whole events.
    pub(crate) fn parted(&self) -> (Self, impl Iterator<Item = &Event>) {
        (self.first(0), self.events.iter().map(Arc::as_ref))
    }

    /// The history with only so many of its whole events, and what was folded.
    fn first(&self, start: usize) -> Self {
        let mut before = self.clone();
        if start < self.events.len() {
            before.log = Log::default();
        }
        for event in before.events.take_since(start) {
            before.index.remove(&event);
        }
        before
    }

    /// Whether the event with this id, recorded or not, is void at `as_of`.
    #[must_use]
    pub fn is_void(&self, id: &EventId, as_of: DateTime<Utc>) -> bool {
        self.index.void(as_of).contains(id)
    }

    /// The first instant after `as_of` at which an event was recorded to have happened.
    #[must_use]
    pub fn next_at(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.index.next_at(as_of)
    }
}

impl Profile {
    /// The profile with only what comes before this position.
    #[must_use]
    pub fn before(&self, position: (DateTime<Utc>, &EventId)) -> Self {
        Self { customer: self.customer.clone(), history: self.history.before(position) }
    }

    /// The profile with only what happened before an instant; later events may be left in it if
    /// none is of that very instant, for they have no part in answers as of then.
    pub(crate) fn before_instant(&self, at: DateTime<Utc>) -> Cow<'_, Self> {
        let History { events, summary, .. } = &self.history;
        let mut folded = summary.reaches(at).then(|| self.history.all_instants(at)).into_iter();
        if folded.any(|mut instants| instants.any(|instant| instant == at)) {
            let just_before = at.checked_sub_signed(TimeDelta::nanoseconds(1)).unwrap_or(at);
            let history = self.history.effective(just_before);
            return Cow::Owned(Self { customer: self.customer.clone(), history });
        }
        let start = events.partition_point(|event| event.position().0 < at);
        match events.get(start) {
            Some(event) if event.position().0 == at => Cow::Owned(Self {
                customer: self.customer.clone(),
                history: self.history.first(start),
            }),
            _ => Cow::Borrowed(self),
        }
    }
}
