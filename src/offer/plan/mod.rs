//! The best plan of a lane: which of its discounts are applied, how often, in which order.
//!
//! A plan is a sequence of applications. It is searched exactly, by branch and bound, for each
//! group of offers that influence each other (`components`): applications are tried by rank, and
//! taken back (`state`); what cannot beat the best plan so far is cut (`bound`), and so is what
//! comes to a state that was met before, as it does when two offers commute (`search`). The first
//! plan to be compared with is found by a few greedy rules (`greedy`). Of equal plans the first
//! wins when offers are tried by rank, and the larger number of times first, so that the answer
//! depends on nothing but the set of offers and lines.

mod bound;
mod components;
mod conflicts;
mod greedy;
mod lineup;
mod reach;
mod search;
mod state;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

pub(super) use conflicts::{Held, Marks};
pub(super) use lineup::Lineup;
pub(super) use reach::has_reach;

use super::price::Prices;
use search::Search;

/// How many applications a search tries at most for each group of offers that influence each
/// other, if the catalog does not say otherwise.
pub const NODE_LIMIT: u64 = 100_000;

/// What a plan is to be best at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// It takes off as much as possible.
    Customer,
    /// It takes off as little as possible, though nothing can be added to it.
    Margin,
}

/// The best plan that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// In the order of application.
    pub applications: Vec<Planned>,
    /// What it takes off.
    pub value: i64,
    pub optimal: bool,
    /// What no plan passes.
    pub bound: i64,
    pub nodes: u64,
}

/// An entrant that is to be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Planned {
    pub entrant: usize,
    pub times: u32,
}

/// The best plan for the lineup at these prices.
pub(super) fn best(lineup: &Lineup<'_>, prices: &Prices<'_>, goal: Goal) -> Plan {
    let components = components::components(lineup, prices);
    let parts: Vec<Plan> =
        components.iter().map(|part| Search::new(lineup, part, prices, goal).run()).collect();
    Plan {
        value: parts.iter().map(|part| part.value).sum(),
        optimal: parts.iter().all(|part| part.optimal),
        bound: parts.iter().fold(0, |sum, part| sum.saturating_add(part.bound)),
        nodes: parts.iter().fold(0, |sum, part| sum.saturating_add(part.nodes)),
        applications: merged(parts),
    }
}

/// The applications of all parts, the first by rank first as far as each part allows.
fn merged(parts: Vec<Plan>) -> Vec<Planned> {
    let mut rests: Vec<_> =
        parts.into_iter().map(|part| part.applications.into_iter().peekable()).collect();
    let mut heads: BinaryHeap<Reverse<(usize, usize)>> = rests
        .iter_mut()
        .enumerate()
        .filter_map(|(at, rest)| Some(Reverse((rest.peek()?.entrant, at))))
        .collect();
    let mut merged = Vec::new();
    while let Some(Reverse((_, at))) = heads.pop() {
        let Some(rest) = rests.get_mut(at) else { continue };
        merged.extend(rest.next());
        heads.extend(rest.peek().map(|next| Reverse((next.entrant, at))));
    }
    merged
}
