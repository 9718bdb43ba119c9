//! The best plan for a day's messages: which are sent, when, on which channel.
//!
//! For each customer it is searched exactly (`search`) among what the gates let through at each
//! time (`problem`): caps, cool-downs and repeats are looked at among what is planned and what was
//! sent before. What all customers share, the budgets, gets prices (`prices`): at the prices at
//! which what is wanted fits, every customer's own best plan is the best of all, up to a gap that
//! is told.

mod almanac;
mod found;
mod limit;
mod prices;
mod problem;
mod search;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use found::{LeftOut, Omission, SendPlan, Sending};

use super::{Cue, Messages, Recipient};
use crate::offer::Budgets;
use crate::parallel;
use almanac::Almanac;
use prices::{Shares, settle};
use problem::{Desk, Problem};

/// How many choices are tried at most for each customer, if nothing else is said.
pub const NODE_LIMIT: u64 = 20_000;

/// How many messages are planned at most for one customer: those that may be worth most.
pub const MAX_CANDIDATES: usize = 200;

/// How many customers share what is known of times.
const CHUNK: usize = 1_024;

/// What could be sent to a customer, of which the best is planned.
#[derive(Clone, Debug)]
pub struct Agenda<'a> {
    /// The customer, as of the instant at which it is planned.
    pub recipient: Recipient<'a>,
    /// What could be sent.
    pub candidates: Vec<Sendable>,
}

/// A message that could be sent at one of several times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sendable {
    /// What called for it.
    pub cue: Cue,
    /// When it could be sent, and what it is worth then.
    pub slots: Vec<SendTime>,
}

/// A time at which a message could be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendTime {
    /// When.
    pub at: DateTime<Utc>,
    /// What it is worth then, in the unit of [`Message::value`](super::Message::value); what is
    /// worth nothing is not sent.
    pub value: u32,
}

impl Sendable {
    /// What it is worth at its best time.
    fn most(&self) -> u32 {
        self.slots.iter().map(|slot| slot.value).max().unwrap_or_default()
    }
}

impl Messages {
    /// The plan of the greatest value for these customers, under all that the gates ask for at each
    /// time, if nothing else happens until then; each customer and firing is looked at once.
    ///
    /// What is planned passes the gates at its time in whatever order they are asked, on its
    /// channel: carry it out by dispatching its cue with [`Cue::planned_on`]. If
    /// [`SendPlan::is_optimal`], no plan is worth more, and one more candidate never makes it worth
    /// less. The order of the customers, the candidates and the times makes no difference; who is
    /// there twice is looked at as of the latest instant.
    ///
    /// # Complexity
    /// *O*(*n* log *n*) for *n* candidates of customers for whom few stand in each other's way;
    /// exponential in the candidates of one customer that do, up to [`NODE_LIMIT`]. More than
    /// [`MAX_CANDIDATES`] for one customer are not looked at, and are told as such.
    #[must_use]
    pub fn plan(&self, agendas: &[Agenda<'_>], budgets: &(dyn Budgets + Sync)) -> SendPlan {
        self.plan_within(agendas, budgets, NODE_LIMIT)
    }

    /// The same, trying at most so many choices for each customer and price.
    #[must_use]
    pub fn plan_within(
        &self,
        agendas: &[Agenda<'_>],
        budgets: &(dyn Budgets + Sync),
        node_limit: u64,
    ) -> SendPlan {
        let mut customers: BTreeMap<&str, Vec<&Agenda<'_>>> = BTreeMap::new();
        for agenda in agendas {
            customers.entry(agenda.recipient.customer().as_str()).or_default().push(agenda);
        }
        let customers: Vec<Vec<&Agenda<'_>>> = customers.into_values().collect();
        let shares = Shares::of(self, agendas, budgets);
        let desk = Desk { messages: self, shares: &shares, budgets };
        let chunks: Vec<_> = customers.chunks(CHUNK).collect();
        let problems = parallel::each(&chunks, |chunk| {
            let mut almanac = Almanac::default();
            let own = chunk.iter().filter_map(|own| Problem::of(&desk, own, &mut almanac));
            own.collect::<Vec<_>>()
        });
        let problems: Vec<Problem<'_>> = problems.into_iter().flatten().collect();
        let settled = settle(&problems, &shares, node_limit);
        SendPlan::told(&problems, &settled)
    }
}
