//! Branch and bound over the sequences of applications of one component.

use std::collections::HashSet;

use super::bound::Outlook;
use super::greedy::{self, By};
use super::lineup::Lineup;
use super::reach::{at_most, ships, touches};
use super::state::State;
use super::{Goal, Plan, Planned};
use crate::offer::price::Prices;

/// Up to how many entrants it is known of each two whether they commute.
const MOST_PAIRED: usize = 64;
/// How many entrants are looked at for a bound in the time in which one application is tried.
const LOOKS_PER_NODE: u64 = 16;

/// The search on its way.
pub(super) struct Search<'s, 'a> {
    goal: Goal,
    /// By rank.
    entrants: &'s [usize],
    parties: Vec<usize>,
    outlook: Outlook,
    state: State<'s, 'a>,
    /// For each two entrants of the component whether their order does not matter.
    commute: Vec<bool>,
    /// The states that were met; all that follows from them was looked at.
    met: HashSet<Vec<i64>>,
    best: Option<Found>,
    nodes: u64,
    limit: u64,
}

/// The best plan so far.
struct Found {
    applications: Vec<Planned>,
    value: i64,
    /// Whether it was found by trying all plans by rank, so that an equal one comes too late.
    in_order: bool,
}

/// A state whose next applications are being tried.
#[derive(Default)]
struct Frame {
    /// The position of the entrant that is next.
    next: usize,
    /// How often it is applied next; zero if that is not known yet.
    times: u32,
    /// Whether an offer that stands for itself could be added.
    grows: bool,
}

impl Frame {
    /// Goes on with `fewer` times than the last ones, if it is not done with the entrant already.
    fn pass_over(&mut self, fewer: impl FnOnce() -> u32) {
        if self.times > 0 {
            self.times = fewer();
            self.next += usize::from(self.times == 0);
        }
    }
}

impl<'s, 'a> Search<'s, 'a> {
    pub fn new(
        lineup: &'s Lineup<'a>,
        entrants: &'s [usize],
        prices: &Prices<'a>,
        goal: Goal,
    ) -> Self {
        let mut parties = Vec::new();
        for entrant in entrants.iter().filter_map(|&at| lineup.entrants.get(at)) {
            if !parties.contains(&entrant.party) {
                parties.push(entrant.party);
            }
        }
        Self {
            goal,
            entrants,
            parties,
            outlook: Outlook::new(lineup, entrants, prices),
            state: State::new(lineup, prices),
            commute: commuting(lineup, entrants, prices),
            met: HashSet::new(),
            best: None,
            nodes: 0,
            limit: lineup.catalog.node_limit,
        }
    }

    /// The best plan.
    pub fn run(mut self) -> Plan {
        let reach = match self.goal {
            Goal::Customer => self.outlook.most(&self.state),
            Goal::Margin => self.outlook.least(&self.state),
        };
        for &by in By::all(self.entrants.len()) {
            greedy::complete(&mut self.state, &self.outlook, &self.parties, self.goal, by);
            if self.goal == Goal::Customer || self.is_full() {
                self.compare(false);
            }
            self.state.undo_to(0);
        }
        let finished = self.walk();
        self.state.undo_to(0);
        if !finished {
            self.fill();
        }
        let (applications, value) =
            self.best.map(|found| (found.applications, found.value)).unwrap_or_default();
        let optimal = finished || value == reach;
        let bound = if optimal { value } else { reach };
        Plan { applications, value, optimal, bound, nodes: self.nodes }
    }

    /// Tries all plans by rank; whether it came to the end.
    fn walk(&mut self) -> bool {
        let mut frames = vec![Frame::default()];
        self.enter();
        while let Some(frame) = frames.last_mut() {
            let Some((position, times)) = next(frame, self.entrants, &self.state) else {
                let grows = frame.grows;
                frames.pop();
                self.leave(grows);
                continue;
            };
            if self.nodes >= self.limit {
                return false;
            }
            self.nodes += 1;
            let Some(&entrant) = self.entrants.get(position) else { continue };
            let Some(proposal) = self.state.proposal(entrant, times) else {
                // Of fewer times the next ones that take something off.
                let fewer = || self.state.as_often(entrant, times.saturating_sub(1));
                frame.pass_over(|| fewer().map_or(0, |(times, _)| times));
                continue;
            };
            frame.grows |= self.stands_alone(entrant);
            if self.comes_too_late(entrant) {
                continue;
            }
            self.state.apply(entrant, times, proposal);
            if self.is_worth_it() {
                self.enter();
                frames.push(Frame::default());
            } else {
                self.state.undo();
            }
        }
        true
    }

    /// Comes to a new state: to the customer any whole plan is one.
    fn enter(&mut self) {
        self.nodes += self.entrants.len() as u64 / LOOKS_PER_NODE;
        if self.goal == Goal::Customer {
            self.compare(true);
        }
    }

    /// Leaves a state after all that follows: for the margin, it is a plan if nothing can be added.
    fn leave(&mut self, grows: bool) {
        if self.goal == Goal::Margin && !grows && self.state.is_whole() && self.is_full() {
            self.compare(true);
        }
        self.state.undo();
    }

    /// Whether no set can be added, and no offer be applied once more.
    fn is_full(&mut self) -> bool {
        let state = &mut self.state;
        let sets = self.parties.iter().filter(|&&party| state.lineup.entrants_of(party).len() > 1);
        let sets: Vec<usize> = sets.copied().collect();
        if sets.into_iter().any(|party| greedy::can_add(state, party)) {
            return false;
        }
        let again = state.steps.iter().filter(|step| step.claims).any(|step| {
            let entrant = state.lineup.entrants.get(step.entrant);
            let most = entrant.and_then(|entrant| entrant.ceiling.cut);
            most.is_none_or(|most| step.amount < most)
                && entrant.is_some_and(|e| step.times < at_most(&e.checked.offer))
                && state.most_times(step.entrant) > 0
                && state.proposal(step.entrant, 1).is_some()
        });
        !again
    }

    /// Whether the entrant alone is a party.
    fn stands_alone(&self, entrant: usize) -> bool {
        let lineup = self.state.lineup;
        let party = lineup.entrants.get(entrant).map(|entrant| entrant.party);
        party.is_some_and(|party| lineup.entrants_of(party).len() == 1)
    }

    /// Whether it could as well come before the last one, by which it is looked at already.
    fn comes_too_late(&self, entrant: usize) -> bool {
        let Some(last) = self.state.steps.last() else { return false };
        if entrant > last.entrant {
            return false;
        }
        let position = |entrant| self.entrants.binary_search(&entrant).ok();
        let pair = position(entrant).zip(position(last.entrant));
        pair.is_some_and(|(one, other)| {
            self.commute.get(one * self.entrants.len() + other).copied().unwrap_or_default()
        })
    }

    /// Whether what follows can be better than the best plan, and was not met before.
    fn is_worth_it(&mut self) -> bool {
        if let Some(best) = &self.best {
            let (can_reach, best) = match self.goal {
                Goal::Customer => (self.state.value + self.outlook.most(&self.state), best),
                Goal::Margin => (-self.state.value - self.outlook.least(&self.state), best),
            };
            let value = if self.goal == Goal::Customer { best.value } else { -best.value };
            if can_reach < value || (can_reach == value && best.in_order) {
                return false;
            }
        }
        self.met.insert(self.key())
    }

    /// All that what follows depends on.
    fn key(&self) -> Vec<i64> {
        let state = &self.state;
        let mut key =
            Vec::with_capacity(self.entrants.len() / 63 + 2 * state.prices.lines.len() + 2);
        for some in self.entrants.chunks(63) {
            let bit = |bits: i64, entrant: &usize| bits << 1 | i64::from(state.is_used(*entrant));
            key.push(some.iter().fold(0, bit));
        }
        key.extend(state.prices.lines.iter().map(|line| line.price.running));
        key.extend(state.prices.shipping.map(|price| price.running));
        if state.steps.iter().any(|step| step.claims) {
            key.extend(state.prices.lines.iter().flat_map(|l| [l.claimed, l.claimed_price]));
            for &entrant in self.entrants {
                // Whether it can be applied once more depends on how far its limits are away.
                let step = state.steps.iter().find(|step| step.entrant == entrant);
                let limited = state.lineup.entrants.get(entrant).is_some_and(|entrant| {
                    entrant.ceiling.cut.is_some() || at_most(&entrant.checked.offer) < u32::MAX
                });
                let step = step.filter(|step| limited && step.claims);
                key.extend(step.into_iter().flat_map(|s| [s.amount, i64::from(s.times)]));
            }
        }
        key
    }

    /// Keeps the plan that the state has come to, if it is whole and better than the best.
    fn compare(&mut self, in_order: bool) {
        let value = self.state.value;
        let better = match (&self.best, self.goal) {
            (None, _) => true,
            (Some(best), Goal::Customer) => value > best.value,
            (Some(best), Goal::Margin) => value < best.value,
        };
        let first = |best: &Found| in_order && !best.in_order && value == best.value;
        if !(better || self.best.as_ref().is_some_and(first)) || !self.state.is_whole() {
            return;
        }
        let planned =
            |step: &super::state::Step| Planned { entrant: step.entrant, times: step.times };
        let applications = self.state.steps.iter().map(planned).collect();
        self.best = Some(Found { applications, value, in_order });
    }

    /// Adds what can still be added to the best plan of a search that was cut short.
    fn fill(&mut self) {
        let best = self.best.take().map(|best| best.applications).unwrap_or_default();
        for Planned { entrant, times } in best {
            if let Some(proposal) = self.state.proposal(entrant, times) {
                self.state.apply(entrant, times, proposal);
            }
        }
        greedy::complete(&mut self.state, &self.outlook, &self.parties, self.goal, By::Rank);
        self.compare(false);
        self.state.undo_to(0);
    }
}

/// The next application to be tried: by rank, and the larger number of times first.
fn next(frame: &mut Frame, entrants: &[usize], state: &State<'_, '_>) -> Option<(usize, u32)> {
    loop {
        let position = frame.next;
        let &entrant = entrants.get(position)?;
        if frame.times == 0 {
            frame.times = if state.admits(entrant) { state.most_times(entrant) } else { 0 };
        }
        let times = frame.times;
        frame.times = times.saturating_sub(1);
        if frame.times == 0 {
            frame.next += 1;
        }
        if times > 0 {
            return Some((position, times));
        }
    }
}

/// For each two entrants whether they have no line and not both shipping in common.
fn commuting(lineup: &Lineup<'_>, entrants: &[usize], prices: &Prices<'_>) -> Vec<bool> {
    if entrants.len() > MOST_PAIRED {
        return Vec::new();
    }
    let offer = |at: usize| lineup.entrants.get(at).map(|entrant| &entrant.checked.offer);
    let apart = |one: usize, other: usize| {
        let Some((one, other)) = offer(one).zip(offer(other)) else { return false };
        let common = prices.lines.iter().any(|line| touches(one, line) && touches(other, line));
        !(common || (ships(one) && ships(other)))
    };
    let pairs = entrants.iter().flat_map(|&one| entrants.iter().map(move |&other| (one, other)));
    pairs.map(|(one, other)| apart(one, other)).collect()
}
