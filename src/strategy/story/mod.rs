//! Customers with events that make sense together.

mod outline;
mod telling;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::collection::SizeRange;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use self::outline::outline;
use super::calendar::{instant, years};
use crate::event::Event;
use crate::money::Currency;
use crate::profile::{Customer, History, Profile, Retention};

/// What a [`story`] is to be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plot {
    /// The currency of all amounts.
    pub currency: Currency,
    /// How many events follow the enrollment at most.
    pub most_events: usize,
    /// How many days pass at most between two events; most follow sooner.
    pub longest_gap_days: u32,
}

impl Default for Plot {
    fn default() -> Self {
        Self { currency: Currency::EUR, most_events: 16, longest_gap_days: 120 }
    }
}

/// A customer and what happened to them.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// The customer.
    pub customer: Customer,
    /// The events, in the order of their positions.
    pub events: Vec<Event>,
}

impl Story {
    /// The story as a profile whose history keeps all events.
    #[must_use]
    pub fn profile(&self) -> Profile {
        let history = self.history(Retention::Forever);
        Profile { history, ..Profile::new(self.customer.clone()) }
    }

    /// The events as a history that keeps them so long.
    #[must_use]
    pub fn history(&self, retention: Retention) -> History {
        let mut history = History::new(retention);
        for event in &self.events {
            let _recorded = history.record(event.clone());
        }
        history
    }

    /// An instant of the story, or soon after its end: when questions are interesting.
    pub fn instant(&self) -> impl Strategy<Value = DateTime<Utc>> + Clone + use<> {
        let at = |event: Option<&Event>| event.map_or(years().start, |event| event.at);
        let end = at(self.events.last()) + TimeDelta::days(400);
        let events = self.events.iter().map(|event| event.at);
        let exact: Vec<DateTime<Utc>> = events.chain([end]).collect();
        let exact = select(exact);
        prop_oneof![1 => exact, 2 => instant(at(self.events.first())..end)]
    }
}

/// A customer who enrolls, buys, brings back some of it, and does whatever else customers do.
///
/// Every event passes [`Event::validate`], and all of them together make sense: ids are unique; a
/// return is of lines of an earlier order, and never of more than was bought, and a confirmation of
/// an earlier order; a void is of an
/// earlier event, but of no order that something came back from. Ids do not rise with time, and
/// some events happen at one instant.
pub fn story(plot: Plot) -> impl Strategy<Value = Story> + Clone {
    (0..1_000_usize, outline(plot))
        .prop_filter_map("a story", |(number, outline)| outline.tell(number))
}

/// The stories of so many customers, whose ids differ, as do those of their events and orders.
pub fn stories(
    plot: Plot,
    customers: impl Into<SizeRange>,
) -> impl Strategy<Value = Vec<Story>> + Clone {
    proptest::collection::vec(outline(plot), customers).prop_filter_map("stories", |outlines| {
        let outlines = outlines.into_iter().enumerate();
        outlines.map(|(number, outline)| outline.tell(number)).collect::<Option<Vec<Story>>>()
    })
}

/// The events in any order, some of them more than once: how they may arrive.
pub fn shuffled(events: Vec<Event>) -> impl Strategy<Value = Vec<Event>> + Clone {
    let count = events.len();
    let again = subsequence(events.clone(), 0..=count.min(4));
    let all = again.prop_map(move |again| [events.clone(), again].concat());
    all.prop_shuffle()
}
