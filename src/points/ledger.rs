//! The append-only ledger and its corrections.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Cause, Entry, Fault, MAX_POSTING, Movement, Points, Posting, Source};
use crate::id::{EventId, LineId};
use crate::path::{Path, Problems};

/// The most entries that a ledger can have.
pub const MAX_ENTRIES: usize = 1_000_000;

/// One customer's entries in the order in which they were recorded.
///
/// Nothing is ever removed or changed: a correction is another entry with the same [`Cause`]. In
/// JSON it is `{"entries": […]}`; a record whose entries do not fit together is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Record")]
pub struct Ledger {
    entries: Vec<Entry>,
    /// The signed sum of the entries of every cause, where it is not zero.
    #[serde(skip_serializing)]
    net: BTreeMap<Cause, Points>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    entries: Vec<Entry>,
}

impl Ledger {
    /// All entries, in the order in which they were recorded.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What stands in the ledger when corrections are counted in, in chronological order.
    ///
    /// The points have the sign of their effect on the balance.
    pub fn net(&self) -> impl Iterator<Item = (&Cause, Points)> {
        self.net.iter().map(|(cause, &points)| (cause, points))
    }

    /// What stands in the ledger for `event`, in the form in which it was to be posted.
    #[must_use]
    pub fn postings(&self, event: &EventId) -> Vec<Posting> {
        self.net()
            .filter(|(cause, _)| cause.event == *event)
            .filter_map(|(cause, net)| Posting::new(cause.clone(), cause.movement.effect(net)).ok())
            .collect()
    }

    /// What was earned until `as_of` and not taken back by then, with the instants at which it was
    /// earned, in chronological order; whether it was spent or has expired does not matter.
    #[must_use]
    pub fn kept(&self, as_of: DateTime<Utc>) -> Vec<(DateTime<Utc>, Points)> {
        let mut kept: Vec<(&Cause, i64)> = Vec::new();
        let mut taken: BTreeMap<(&EventId, &Source, Option<&LineId>), i64> = BTreeMap::new();
        for (cause, points) in self.net().take_while(|(cause, _)| cause.at <= as_of) {
            let points = cause.movement.effect(points).0;
            match &cause.movement {
                Movement::Earn(_) => kept.push((cause, points)),
                Movement::ClawBack { of } => {
                    let own = (of, &cause.source, cause.line.as_ref());
                    *taken.entry(own).or_default() += points;
                }
                Movement::Spend => {}
            }
        }
        for (cause, points) in &mut kept {
            let own = (&cause.event, &cause.source, cause.line.as_ref());
            if let Some(taken) = taken.get_mut(&own) {
                let gone = (*taken).min(*points);
                *points -= gone;
                *taken -= gone;
            }
        }
        kept.into_iter().map(|(cause, points)| (cause.at, Points(points))).collect()
    }

    /// The fewest entries after which exactly `targets` stand for `events`, in chronological order;
    /// none if they do already.
    ///
    /// Events of the targets are concerned even where `events` leaves them out. An event that was
    /// voided is concerned and has no target.
    #[must_use]
    pub fn reconcile(
        &self,
        events: &BTreeSet<EventId>,
        targets: &[Posting],
        recorded_by: &EventId,
    ) -> Vec<Entry> {
        let mut missing: BTreeMap<&Cause, Points> = BTreeMap::new();
        let mut concerned: BTreeSet<&EventId> = events.iter().collect();
        for target in targets {
            let cause = target.cause();
            concerned.insert(&cause.event);
            add(missing.entry(cause).or_default(), cause.movement.effect(target.points()));
        }
        for (cause, &net) in &self.net {
            if concerned.contains(&cause.event) {
                add(missing.entry(cause).or_default(), Points(net.0.saturating_neg()));
            }
        }
        let next = self.next_id();
        (next..)
            .zip(missing.into_iter().filter(|(_, points)| !points.is_zero()))
            .map(|(id, (cause, points))| Entry {
                id,
                cause: cause.clone(),
                points,
                recorded_by: recorded_by.clone(),
            })
            .collect()
    }

    /// Appends `entries`, all or none.
    ///
    /// # Errors
    /// All problems, each at `[index]` of the entry; the ledger is unchanged then.
    pub fn post(&mut self, entries: Vec<Entry>) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        let count = self.entries.len().saturating_add(entries.len());
        if count > MAX_ENTRIES {
            return Err(Problems::one(Path::root(), Fault::TooManyEntries { count }));
        }
        let mut changed: BTreeMap<&Cause, (usize, Points)> = BTreeMap::new();
        for ((index, entry), expected) in entries.iter().enumerate().zip(self.next_id()..) {
            let path = Path::root().item(index);
            check(entry, expected, &path, &mut problems);
            let before = || self.net.get(&entry.cause).copied().unwrap_or_default();
            let (last, net) = changed.entry(&entry.cause).or_insert_with(|| (index, before()));
            *last = index;
            add(net, entry.points);
        }
        for (cause, &(index, net)) in &changed {
            let net = cause.movement.effect(net);
            if net < Points::ZERO || net > MAX_POSTING {
                problems.add(Path::root().item(index), Fault::Net { net });
            }
        }
        let changed: Vec<(Cause, Points)> =
            changed.into_iter().map(|(cause, (_, net))| (cause.clone(), net)).collect();
        problems.into_result(())?;
        for (cause, net) in changed {
            if net.is_zero() {
                self.net.remove(&cause);
            } else {
                self.net.insert(cause, net);
            }
        }
        self.entries.extend(entries);
        Ok(())
    }

    fn next_id(&self) -> u64 {
        self.entries.last().map_or(1, |entry| entry.id.saturating_add(1))
    }
}

fn check(entry: &Entry, expected: u64, path: &Path, problems: &mut Problems<Fault>) {
    let points = entry.points;
    if entry.id != expected {
        problems.add(path.field("id"), Fault::Number { expected, found: entry.id });
    }
    if points.is_zero() || points.0.unsigned_abs() > MAX_POSTING.0.unsigned_abs() {
        problems.add(path.field("points"), Fault::Amount { points });
    }
    if let Err(fault) = entry.cause.check() {
        problems.add(path.field("cause"), fault);
    }
}

/// Adds up what is bounded by [`MAX_ENTRIES`] times [`MAX_POSTING`], or is refused afterwards.
const fn add(sum: &mut Points, points: Points) {
    sum.0 = sum.0.saturating_add(points.0);
}

impl TryFrom<Record> for Ledger {
    type Error = Problems<Fault>;

    fn try_from(record: Record) -> Result<Self, Problems<Fault>> {
        let mut ledger = Self::default();
        ledger.post(record.entries).map_err(|found| {
            let mut problems = Problems::none();
            problems.absorb(&Path::from("entries"), found);
            problems
        })?;
        Ok(ledger)
    }
}
