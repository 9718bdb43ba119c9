//! How a customer's credits and tier go up and down in time.

use chrono::{DateTime, NaiveDate, Utc};

use super::credits::Credit;
use super::{Ladder, Validity};
use crate::calendar::{Window, Zone};

/// The credits and the rank at every instant, from what is known at one instant.
///
/// A rank is held while the credits in the window suffice for it; with [`Validity::For`] also for
/// the span after every instant at which credits came in and sufficed. The rank is the highest
/// that is held. So it never falls because of another credit: that only adds to what is held.
pub(super) struct Climb {
    stays: Vec<Stay>,
    steps: Vec<Step>,
    changes: Vec<Change>,
}

/// For how long a credit is in the window.
struct Stay {
    enters: DateTime<Utc>,
    leaves: Option<DateTime<Utc>>,
    amount: i64,
}

/// The credits from an instant on, until the next step.
struct Step {
    at: DateTime<Utc>,
    credits: i128,
    /// Whether any credit came in, however many others went.
    came_in: bool,
}

/// The rank from an instant on, until the next change; before the first one it is the lowest.
#[derive(Clone, Copy)]
pub(super) struct Change {
    pub(super) at: DateTime<Utc>,
    pub(super) rank: usize,
}

/// A rank that is held from an instant on, or no longer.
struct Hold {
    at: DateTime<Utc>,
    rank: usize,
    begins: bool,
}

impl Climb {
    /// # Complexity
    /// O(n log n) for n credits.
    pub(super) fn of(
        ladder: &Ladder,
        credits: &[Credit],
        zone: &Zone,
        anchor: Option<NaiveDate>,
    ) -> Self {
        let stays: Vec<Stay> = credits
            .iter()
            .filter(|credit| credit.amount > 0)
            .filter_map(|credit| Stay::of(credit, ladder.window, zone, anchor))
            .collect();
        let steps = steps(&stays);
        let changes = changes(&holds(ladder, &steps, zone), ladder.tiers.len());
        Self { stays, steps, changes }
    }

    /// The credits that count at an instant.
    pub(super) fn credits(&self, as_of: DateTime<Utc>) -> i64 {
        let passed = self.steps.partition_point(|step| step.at <= as_of);
        let last = passed.checked_sub(1).and_then(|last| self.steps.get(last));
        last.map_or(0, |step| i64::try_from(step.credits).unwrap_or(i64::MAX))
    }

    /// The last change up to an instant, and the first one after it.
    pub(super) fn around(&self, as_of: DateTime<Utc>) -> (Option<Change>, Option<Change>) {
        let passed = self.changes.partition_point(|change| change.at <= as_of);
        let last = passed.checked_sub(1).and_then(|last| self.changes.get(last));
        (last.copied(), self.changes.get(passed).copied())
    }

    /// The first instant after `as_of` at which credits come in or go.
    pub(super) fn next_step(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let passed = self.steps.partition_point(|step| step.at <= as_of);
        self.steps.get(passed).map(|step| step.at)
    }

    /// The first instant at which some of the credits that count at `as_of` no longer do.
    pub(super) fn counts_until(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let counting = self.stays.iter().filter(|stay| stay.enters <= as_of);
        counting.filter_map(|stay| stay.leaves).filter(|&leaves| leaves > as_of).min()
    }
}

impl Stay {
    fn of(credit: &Credit, window: Window, zone: &Zone, anchor: Option<NaiveDate>) -> Option<Self> {
        let (enters, leaves) = window.stay(credit.at, zone, anchor)?;
        Some(Self { enters, leaves, amount: credit.amount })
    }
}

fn steps(stays: &[Stay]) -> Vec<Step> {
    let mut edges: Vec<(DateTime<Utc>, i128)> = Vec::with_capacity(stays.len() * 2);
    for stay in stays {
        let amount = i128::from(stay.amount);
        edges.push((stay.enters, amount));
        edges.extend(stay.leaves.map(|leaves| (leaves, -amount)));
    }
    edges.sort_unstable();
    let mut credits = 0;
    let step = |edges: &[(DateTime<Utc>, i128)]| {
        credits += edges.iter().map(|(_, amount)| amount).sum::<i128>();
        let came_in = edges.iter().any(|(_, amount)| *amount > 0);
        edges.first().map(|&(at, _)| Step { at, credits, came_in })
    };
    edges.chunk_by(|a, b| a.0 == b.0).filter_map(step).collect()
}

/// When ranks above the lowest are held, sorted by instant.
fn holds(ladder: &Ladder, steps: &[Step], zone: &Zone) -> Vec<Hold> {
    let mut holds = Vec::new();
    let mut hold = |rank, from, until: Option<DateTime<Utc>>| {
        holds.push(Hold { at: from, rank, begins: true });
        holds.extend(until.map(|at| Hold { at, rank, begins: false }));
    };
    for (index, step) in steps.iter().enumerate() {
        let Some(rank) = Some(ladder.rank(step.credits)).filter(|&rank| rank > 0) else { continue };
        hold(rank, step.at, steps.get(index + 1).map(|next| next.at));
        if let (true, Validity::For(span)) = (step.came_in, ladder.validity) {
            hold(rank, step.at, Some(span.after(step.at, zone)));
        }
    }
    holds.sort_by_key(|hold| hold.at);
    holds
}

/// Where the highest rank that is held changes.
fn changes(holds: &[Hold], ranks: usize) -> Vec<Change> {
    let mut held = vec![0_usize; ranks];
    let mut changes: Vec<Change> = Vec::new();
    for holds in holds.chunk_by(|a, b| a.at == b.at) {
        for hold in holds {
            if let Some(count) = held.get_mut(hold.rank) {
                // A hold begins before it ends, so that the count never falls below none.
                *count = if hold.begins { *count + 1 } else { count.saturating_sub(1) };
            }
        }
        let rank = held.iter().rposition(|&count| count > 0).unwrap_or(0);
        let before = changes.last().map_or(0, |change| change.rank);
        if let Some(hold) = holds.first().filter(|_| rank != before) {
            changes.push(Change { at: hold.at, rank });
        }
    }
    changes
}
