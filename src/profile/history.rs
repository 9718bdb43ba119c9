//! The events of one customer in the order in which they happened.

use std::sync::Arc;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::Summary;
use super::chronicle::Chronicle;
use super::index::{Index, Trace};
use super::log::{Arrival, Log};
use super::stored::StoredHistory;
use super::summary::same;
use crate::event::Event;
use crate::id::EventId;

/// The events of one customer, each once, in the order in which they happened.
///
/// Events may be recorded in any order and more than once: the same events lead to equal histories.
/// A question names the instant that it is asked `as_of`; events after that instant have no part in
/// the answer.
///
/// # Voids and returns
/// A void takes its event away from the instant of the *void* on; whoever asks `as_of` an earlier
/// instant still sees the event. A void may be recorded before the event that it names. A void that
/// is void itself has no effect, so that the event is there again; only a later void can do that.
/// A return takes effect at its own instant, and counts nothing if it stands before the purchase.
/// No more units come back than were bought; [`History::check`] tells of the excess.
///
/// # Retention
/// With [`Retention::Days`] events that happened so many days before the newest one are folded into
/// the [`Summary`], whatever order they arrive in. What is asked about orders, the offers used in
/// them, attributes, surveys, and the counts, types, channels and instants of events has the same
/// answer with and without retention, for any interval and any `as_of`, also when a return, a void
/// or a purchase comes late. What is lost is the rest: the store, region, coupons, shipping and
/// stated totals of purchases, and the content of events of other types. [`History::events`] yields
/// no event that was folded; [`History::lasting`] yields what is left of them.
///
/// What grows with a customer's life is one event per order, correction, survey or change of
/// attributes, and some 60 bytes of JSON for each other event.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "StoredHistory")]
pub struct History {
    pub(super) retention: Retention,
    pub(super) events: Chronicle,
    pub(super) summary: Summary,
    pub(super) index: Index,
    pub(super) log: Log,
}

/// How long a history keeps whole events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Retention {
    /// For good.
    #[default]
    Forever,
    /// So many days of 24 hours before the newest event.
    Days(u32),
}

/// What became of an event that was to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Recorded {
    /// It is in the history now.
    New,
    /// It was recorded before: nothing has changed.
    Duplicate,
    /// Another event with its id was recorded before, and that one stays: nothing has changed.
    Conflicting,
    /// It is older than the retention, and went into the summary.
    Folded,
}

impl History {
    /// A history without events.
    #[must_use]
    pub fn new(retention: Retention) -> Self {
        Self { retention, ..Self::default() }
    }

    /// How long whole events are kept.
    #[must_use]
    pub const fn retention(&self) -> Retention {
        self.retention
    }

    /// Keeps whole events so long from now on. What was folded stays folded.
    pub fn retain(&mut self, retention: Retention) {
        self.retention = retention;
        self.age();
    }

    /// What is kept of events that are older than the retention.
    #[must_use]
    pub const fn summary(&self) -> &Summary {
        &self.summary
    }

    /// How many events were recorded, folded ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether no event was recorded yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.len() == 0
    }

    /// Puts an event, which has passed [`Event::validate`], into its place.
    ///
    /// Of two events with one id and different content the one that is recorded first stays; when
    /// they were recorded (`recorded_at`) makes no difference, since a host may send one twice.
    ///
    /// # Complexity
    /// Amortized *O*(1) for an event that is the newest; up to *O*(*n*) for one that is not.
    pub fn record(&mut self, event: Event) -> Recorded {
        let trace = Trace::of(&event);
        if self.index.has_id(trace) {
            let agrees = self.agrees_with(&event);
            return if agrees { Recorded::Duplicate } else { Recorded::Conflicting };
        }
        let arrival = if self.ends_before(&event) { Arrival::Newest } else { Arrival::Late };
        self.keep_log(&event, arrival);
        self.index.add_as(&event, trace);
        if self.summary.reaches(event.position().0) {
            self.summary.fold(&event);
            return Recorded::Folded;
        }
        if arrival == Arrival::Newest {
            self.events.push(Arc::new(event));
        } else {
            let place = self.events.partition_point(|kept| kept.position() < event.position());
            self.events.insert(place, Arc::new(event));
        }
        self.age();
        Recorded::New
    }

    /// The event with this id, unless it was folded.
    #[must_use]
    pub fn event(&self, id: &EventId) -> Option<&Event> {
        let at = self.index.instant(id)?;
        let place = self.events.partition_point(|event| event.position() < (at, id));
        let found = self.events.get(place).map(AsRef::as_ref);
        found.filter(|event: &&Event| event.position() == (at, id))
    }

    /// Whether an event whose id is known is the one that was recorded.
    pub(super) fn agrees_with(&self, event: &Event) -> bool {
        let whole = self.event(&event.id);
        self.index.has(event)
            && whole.map_or_else(|| self.summary.agrees_with(event), |whole| same(whole, event))
    }

    /// Folds what has grown older than the retention.
    pub(super) fn age(&mut self) {
        let Retention::Days(days) = self.retention else { return };
        let Some(newest) = self.events.last().map(|event| event.position().0) else { return };
        let horizon = newest.checked_sub_signed(TimeDelta::days(i64::from(days)));
        self.summary.horizon = self.summary.horizon.max(horizon);
        let Some(horizon) = self.summary.horizon else { return };
        let old = self.events.partition_point(|event| event.position().0 < horizon);
        for event in self.events.take_until(old) {
            self.summary.fold(&event);
        }
    }
}
