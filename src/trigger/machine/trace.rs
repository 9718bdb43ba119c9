//! Why a trigger fired or did not, step by step.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Machine;
use super::judge::Look;
use super::seat::Held;
use crate::digest::Digest;
use crate::id::{CustomerId, TriggerName};
use crate::trigger::flow::{State, Turn, Way};
use crate::trigger::key::Key;
use crate::trigger::micros::Micros;

/// What became of a trigger for a customer at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trace {
    /// When.
    pub at: DateTime<Utc>,
    /// The trigger.
    pub trigger: TriggerName,
    /// The version with which it was armed.
    pub version: Digest,
    /// What became of it.
    pub step: Step,
}

/// What becomes of a trigger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Step {
    /// What it looks out for happened.
    Armed {
        /// When that leads to a firing, or until when something else can.
        until: DateTime<Utc>,
    },
    /// It happened again, so that it is later.
    Moved {
        /// When that leads to a firing, or until when something else can.
        until: DateTime<Utc>,
    },
    /// What it looked out for is no longer so.
    NoLonger,
    /// What must not happen did.
    Answered,
    /// It happened once more, and not often enough yet.
    Counted {
        /// How often it happened.
        count: u32,
    },
    /// It fired.
    Fired,
    /// It will fire if nothing more happens.
    Due,
    /// It would have fired, and was at rest.
    Rested {
        /// Until when it rests.
        until: DateTime<Utc>,
    },
}

impl Step {
    /// The step in a sentence.
    #[must_use]
    pub fn sentence(self) -> String {
        let time = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S UTC");
        match self {
            Self::Armed { until } => format!("armed until {}", time(until)),
            Self::Moved { until } => format!("goes on, now until {}", time(until)),
            Self::NoLonger => "cancelled: it is no longer so".to_owned(),
            Self::Answered => "cancelled: what was waited for happened".to_owned(),
            Self::Counted { count } => format!("counted: {count} so far"),
            Self::Fired => "fired".to_owned(),
            Self::Due => "will fire if nothing more happens".to_owned(),
            Self::Rested { until } => format!("not fired: at rest until {}", time(until)),
        }
    }
}

impl Machine {
    /// What became of all triggers for a customer, as far back as it is kept, and what is due: by
    /// instant, then by trigger.
    #[must_use]
    pub fn trace(&self, customer: &CustomerId) -> Vec<Trace> {
        let seat = self.roster.find(Key::of(customer.as_str()));
        let Some(held) = seat.map(|seat| self.roster.held(seat)) else { return Vec::new() };
        let mut traces = Vec::new();
        for look in self.flows_of(held).into_iter().filter_map(|no| self.look(no)) {
            look.turns(held, |at, turn| {
                let step = self.step(at, turn);
                let (trigger, version) = (look.flow.name.clone(), look.flow.version);
                traces.push((at, Trace { at: at.at(), trigger, version, step }));
            });
        }
        traces.sort_by(|(at, one), (then, other)| (at, &one.trigger).cmp(&(then, &other.trigger)));
        traces.into_iter().map(|(_, trace)| trace).collect()
    }

    fn step(&self, at: Micros, turn: Turn) -> Step {
        match turn {
            Turn::Armed(until) => Step::Armed { until: until.at() },
            Turn::Moved(until) => Step::Moved { until: until.at() },
            Turn::NoLonger => Step::NoLonger,
            Turn::Answered => Step::Answered,
            Turn::Counted(count) => Step::Counted { count },
            Turn::Fired(_) if at > self.watermark.at() => Step::Due,
            Turn::Fired(_) => Step::Fired,
            Turn::Rested(until) => Step::Rested { until: until.at() },
        }
    }
}

/// What a flow has to do with an instant.
pub(super) struct Ties {
    /// Something became of it until then.
    pub(super) has_begun: bool,
    /// Something becomes of it then or later, or what happened before can still lead to a firing.
    pub(super) goes_on: bool,
}

impl Look<'_> {
    pub(super) fn ties(&self, held: &Held, at: Micros) -> Ties {
        let mut ties = Ties { has_begun: false, goes_on: false };
        self.turns(held, |then, _| {
            ties.has_begun |= then <= at;
            ties.goes_on |= then >= at;
        });
        // Who is counted for good is not armed by that.
        if !ties.goes_on && !matches!(self.flow.way, Way::Happens { .. }) {
            let State { count, recent, .. } = self.base(held, at).state;
            ties.goes_on = count > 0 || !recent.is_empty();
        }
        ties
    }
}
