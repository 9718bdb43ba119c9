//! What holds a customer in a tier, and for how long.

use chrono::{DateTime, Utc};

use super::Downgrade;
use super::credits::Bar;
use super::frame::{Frame, Stay};
use super::grant::Grant;
use super::measure::{Credit, Sums};

/// A tier that is held from an instant on, until another one or for good.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hold {
    pub(super) from: DateTime<Utc>,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) rank: usize,
    pub(super) basis: Basis,
}

/// Why a tier is held; the first one is told where there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Basis {
    /// A term that began with credits.
    Term,
    /// The credits in the window.
    Credits,
    /// A term one step below one that ended.
    Step,
    /// The credits of a lifetime.
    ForLife,
    /// A challenge that was met, by the position of its grant.
    Met(usize),
    /// A grant, by its position.
    Granted(usize),
    /// A challenge that is to be met, by the position of its grant.
    Trial(usize),
}

/// How many credits there are from an instant on, until the next step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) at: DateTime<Utc>,
    pub(super) sums: Sums,
    /// Whether any credit came in, however many others went.
    pub(super) came_in: bool,
}

impl Basis {
    /// Whether credits of the window hold it, directly or by what came of them.
    pub(super) const fn is_earned(self) -> bool {
        matches!(self, Self::Term | Self::Credits | Self::Step)
    }
}

/// Where credits come in and go.
pub(super) fn steps(stays: &[Stay]) -> Vec<Step> {
    let mut edges = Vec::with_capacity(stays.len() * 2);
    for stay in stays {
        edges.push((stay.enters, stay.measure, stay.amount, stay.amount > 0));
        edges.extend(stay.leaves.map(|leaves| (leaves, stay.measure, -stay.amount, false)));
    }
    edges.sort_unstable_by_key(|(at, ..)| *at);
    let mut sums = Sums::default();
    let groups = edges.chunk_by(|a, b| a.0 == b.0);
    let step = |group: &[(DateTime<Utc>, _, i128, bool)]| {
        group.iter().for_each(|(_, measure, amount, _)| sums.add(*measure, *amount));
        let came_in = group.iter().any(|(.., came_in)| *came_in);
        group.first().map(|(at, ..)| Step { at: *at, sums, came_in })
    };
    groups.filter_map(step).collect()
}

/// What the credits hold.
pub(super) fn earned(
    frame: &Frame<'_>,
    steps: &[Step],
    renewals: &[(DateTime<Utc>, usize)],
) -> Vec<Hold> {
    let mut holds = Vec::new();
    qualified(frame, steps, &mut holds);
    if frame.has_terms() {
        let came_in = steps.iter().filter(|step| step.came_in);
        let ranked = came_in.map(|step| (step.at, frame.ladder.rank_for(&step.sums)));
        for (from, rank) in ranked.chain(renewals.iter().copied()).filter(|(_, rank)| *rank > 0) {
            let until = frame.term_end(from);
            holds.push(Hold { from, until, rank, basis: Basis::Term });
        }
    }
    for hold in &mut holds {
        hold.until = match frame.ladder.written.downgrade {
            Downgrade::Never => None,
            _ => hold.until.map(|until| frame.with_grace(until)),
        };
    }
    if frame.ladder.written.downgrade == Downgrade::OneStep {
        let below: Vec<Hold> = holds.iter().flat_map(|hold| below(frame, *hold)).collect();
        holds.extend(below);
    }
    holds
}

/// What is held while the credits in the window suffice.
fn qualified(frame: &Frame<'_>, steps: &[Step], holds: &mut Vec<Hold>) {
    let ladder = frame.ladder;
    let starts_anew = ladder.written.downgrade == Downgrade::ToBase;
    let ranks: Vec<usize> = steps.iter().map(|step| ladder.rank_for(&step.sums)).collect();
    // For each rank, when it first is too much for the credits, looking forward.
    let mut too_much: Vec<Option<DateTime<Utc>>> = vec![None; ladder.bars.len()];
    for (index, (step, &rank)) in steps.iter().zip(&ranks).enumerate().rev() {
        let before = index.checked_sub(1).and_then(|last| ranks.get(last)).copied().unwrap_or(0);
        let first = match (starts_anew, step.came_in) {
            (true, true) => rank.max(1),
            (true, false) => rank + 1,
            (false, _) => before + 1,
        };
        for (held, until) in too_much.iter().enumerate().take(rank + 1).skip(first) {
            let (from, basis) = (step.at, Basis::Credits);
            holds.push(Hold { from, until: *until, rank: held, basis });
        }
        too_much.iter_mut().skip(rank + 1).for_each(|until| *until = Some(step.at));
    }
}

/// The terms on the tiers below one that ends, step by step.
fn below(frame: &Frame<'_>, hold: Hold) -> Vec<Hold> {
    let mut holds = Vec::new();
    let mut end = hold.until;
    for rank in (1..hold.rank).rev() {
        let Some(from) = end else { break };
        end = frame.term_end(from).map(|until| frame.with_grace(until));
        holds.push(Hold { from, until: end, rank, basis: Basis::Step });
    }
    holds
}

/// What the credits of a lifetime hold.
pub(super) fn for_life(frame: &Frame<'_>, credits: &[Credit]) -> Vec<Hold> {
    let stay = |credit: &Credit| Stay {
        enters: credit.from,
        leaves: None,
        measure: credit.measure,
        amount: credit.amount.into(),
    };
    let stays: Vec<Stay> = credits.iter().map(stay).collect();
    let steps = steps(&stays);
    let bars = frame.ladder.for_life.iter().enumerate();
    let bars = bars.filter_map(|(rank, bar)| Some((rank, bar.as_ref()?)));
    bars.flat_map(|(rank, bar)| while_reached(rank, bar, &steps)).collect()
}

fn while_reached(rank: usize, bar: &Bar, steps: &[Step]) -> Vec<Hold> {
    let runs = steps.chunk_by(|a, b| bar.is_reached(&a.sums) == bar.is_reached(&b.sums));
    let mut ends = runs.clone().skip(1).map(|run| run.first().map(|step| step.at));
    let hold = |run: &[Step]| {
        let until = ends.next().flatten();
        let first = run.first().filter(|step| bar.is_reached(&step.sums))?;
        Some(Hold { from: first.at, until, rank, basis: Basis::ForLife })
    };
    runs.filter_map(hold).collect()
}

/// What was granted, and what became of challenges.
pub(super) fn granted(frame: &Frame<'_>, grants: &[Grant], credits: &[Credit]) -> Vec<Hold> {
    let mut holds = Vec::new();
    for (index, grant) in grants.iter().enumerate() {
        let rank = grant.rank;
        let mut hold = |from, until: Option<DateTime<Utc>>, basis| {
            if until.is_none_or(|until| from < until) {
                holds.push(Hold { from, until, rank, basis });
            }
        };
        // Without an end of its own a grant lasts as long as if the tier had been earned then.
        let end = |from| grant.until.or_else(|| frame.term_end(from));
        match &grant.challenge {
            None => hold(grant.at, end(grant.at), Basis::Granted(index)),
            Some(challenge) => {
                hold(grant.at, Some(challenge.ends), Basis::Trial(index));
                if let Some(met) = challenge.met_at(grant.at, credits) {
                    hold(met, end(met), Basis::Met(index));
                }
            }
        }
    }
    holds
}
