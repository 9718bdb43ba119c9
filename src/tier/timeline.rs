//! The credits and the tier at every instant, from what is known at one instant.

use chrono::{DateTime, Utc};

use super::frame::{Frame, Stay};
use super::grant::Grant;
use super::hold::{self, Basis, Hold, Step};
use super::measure::{Credit, Sums};
use super::tier_year::TierYears;
use super::{Downgrade, Qualification};

/// The credits and the rank at every instant: everything that is told of tiers is read from it.
///
/// A rank is held by credits, by terms, and by grants; the rank at an instant is the highest that
/// is held. So it never falls because of another credit: that only adds to what is held.
pub(super) struct Timeline {
    stays: Vec<Stay>,
    steps: Vec<Step>,
    pub(super) changes: Vec<Change>,
    pub(super) years: Option<TierYears>,
}

/// The rank from an instant on, until the next change; before the first one it is the lowest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Change {
    pub(super) at: DateTime<Utc>,
    pub(super) from: usize,
    pub(super) rank: usize,
    /// What holds the new rank if it is higher, or held the old one.
    pub(super) basis: Basis,
}

/// A hold that begins or ends.
#[derive(Clone, Copy)]
struct Edge {
    at: DateTime<Utc>,
    begins: bool,
    hold: Hold,
}

/// How often each rank is held.
struct Held {
    earned: Vec<usize>,
    promised: Vec<usize>,
    /// When everything was lost that credits had held until then.
    lost_at: Option<DateTime<Utc>>,
}

impl Timeline {
    /// # Complexity
    /// O(n log n) for n credits, but for tier years.
    pub(super) fn of(frame: &Frame<'_>, credits: &[Credit], grants: &[Grant]) -> Self {
        let ladder = frame.ladder;
        let counted = credits.iter().filter(|credit| ladder.measures.contains(&credit.measure));
        let counted: Vec<Credit> = counted.copied().collect();
        let is_tier_year = ladder.written.window == Qualification::TierYear;
        let years = is_tier_year.then(|| TierYears::of(&counted, frame));
        let stays = frame.stays(&counted, years.as_ref());
        let steps = hold::steps(&stays);
        let renewals = years.as_ref().map_or(&[][..], |years| &years.renewals);
        let mut holds = hold::earned(frame, &steps, renewals);
        if ladder.for_life.iter().any(Option::is_some) {
            holds.extend(hold::for_life(frame, credits));
        }
        holds.extend(hold::granted(frame, grants, credits));
        let changes = changes(&holds, ladder.bars.len(), ladder.written.downgrade);
        Self { stays, steps, changes, years }
    }

    /// The credits that count at an instant.
    pub(super) fn sums(&self, at: DateTime<Utc>) -> Sums {
        let passed = self.steps.partition_point(|step| step.at <= at);
        let last = passed.checked_sub(1).and_then(|last| self.steps.get(last));
        last.map_or_else(Sums::default, |step| step.sums)
    }

    /// The last change up to an instant, and the first one after it.
    pub(super) fn around(&self, at: DateTime<Utc>) -> (Option<Change>, Option<Change>) {
        let passed = self.changes.partition_point(|change| change.at <= at);
        let last = passed.checked_sub(1).and_then(|last| self.changes.get(last));
        (last.copied(), self.changes.get(passed).copied())
    }

    pub(super) fn rank(&self, at: DateTime<Utc>) -> usize {
        self.around(at).0.map_or(0, |change| change.rank)
    }

    /// The first instant at which some of the credits that count at `at` no longer do.
    pub(super) fn counts_until(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let counting = self.stays.iter().filter(|stay| stay.enters <= at);
        counting.filter_map(|stay| stay.leaves).filter(|&leaves| leaves > at).min()
    }

    /// The instants after `at` at which anything may change, in their order.
    pub(super) fn turns(&self, at: DateTime<Utc>) -> Vec<DateTime<Utc>> {
        let steps = self.steps.iter().map(|step| step.at);
        let mut turns: Vec<DateTime<Utc>> = steps
            .chain(self.changes.iter().map(|change| change.at))
            .filter(|it| *it > at)
            .collect();
        turns.sort_unstable();
        turns.dedup();
        turns
    }
}

/// Where the highest rank that is held changes.
fn changes(holds: &[Hold], ranks: usize, downgrade: Downgrade) -> Vec<Change> {
    let begins = holds.iter().map(|hold| Edge { at: hold.from, begins: true, hold: *hold });
    let ends = holds.iter().filter_map(|hold| {
        let lasts = hold.until.filter(|until| *until > hold.from)?;
        Some(Edge { at: lasts, begins: false, hold: *hold })
    });
    let lasting = begins.filter(|edge| edge.hold.until.is_none_or(|until| until > edge.at));
    let mut edges: Vec<Edge> = lasting.chain(ends).collect();
    // A hold begins before it ends, so that the count never falls below none.
    edges.sort_by_key(|edge| (edge.at, !edge.begins));
    let mut held = Held { earned: vec![0; ranks], promised: vec![0; ranks], lost_at: None };
    let mut changes: Vec<Change> = Vec::new();
    for group in edges.chunk_by(|a, b| a.at == b.at) {
        let Some(at) = group.first().map(|edge| edge.at) else { continue };
        group.iter().for_each(|edge| held.note(edge));
        let from = changes.last().map_or(0, |change| change.rank);
        let fell = held.highest() < from;
        if fell
            && downgrade == Downgrade::ToBase
            && ended(group, from).is_some_and(Basis::is_earned)
        {
            held.lose(at, group);
        }
        let rank = held.highest();
        let basis = if rank > from { begun(group, rank) } else { ended(group, from) };
        if let Some(basis) = basis.filter(|_| rank != from) {
            changes.push(Change { at, from, rank, basis });
        }
    }
    changes
}

/// What holds a rank from now on.
fn begun(group: &[Edge], rank: usize) -> Option<Basis> {
    let begun = group.iter().filter(|edge| edge.begins && edge.hold.rank == rank);
    begun.map(|edge| edge.hold.basis).min()
}

/// What held a rank until now.
fn ended(group: &[Edge], rank: usize) -> Option<Basis> {
    let ended = group.iter().filter(|edge| !edge.begins && edge.hold.rank == rank);
    ended.map(|edge| edge.hold.basis).min()
}

impl Held {
    fn note(&mut self, edge: &Edge) {
        let is_earned = edge.hold.basis.is_earned();
        let is_lost = is_earned && self.lost_at.is_some_and(|lost| edge.hold.from < lost);
        let counts = if is_earned { &mut self.earned } else { &mut self.promised };
        if let Some(count) = counts.get_mut(edge.hold.rank).filter(|_| !is_lost) {
            *count = if edge.begins { *count + 1 } else { count.saturating_sub(1) };
        }
    }

    /// Loses what credits held before an instant, of which `group` has all that begins then.
    fn lose(&mut self, at: DateTime<Utc>, group: &[Edge]) {
        self.lost_at = Some(at);
        self.earned.fill(0);
        group.iter().filter(|edge| edge.begins).for_each(|edge| {
            if edge.hold.basis.is_earned() {
                self.note(edge);
            }
        });
    }

    fn highest(&self) -> usize {
        let counts = self.earned.iter().zip(&self.promised);
        counts.into_iter().rposition(|(earned, promised)| earned + promised > 0).unwrap_or(0)
    }
}
