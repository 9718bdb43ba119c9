//! The append-only ledger and its corrections.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::iter::once;
use std::ops::Bound::{Excluded, Unbounded};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::entry::Share;
use super::outlook::{Foreseen, Outlook};
use super::{Cause, Entry, Fault, MAX_POSTING, Movement, Points, Posting};
use crate::id::EventId;
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
    /// The keys of the events in `net`, sorted; one for each of its causes.
    #[serde(skip_serializing)]
    events: Vec<u64>,
    #[serde(skip_serializing)]
    foreseen: Foreseen,
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
        let is_there = self.names(event);
        self.net()
            .take_while(|_| is_there)
            .filter(|(cause, _)| cause.event == *event)
            .filter_map(|(cause, net)| Posting::new(cause.clone(), cause.movement.effect(net)).ok())
            .collect()
    }

    /// What was earned until `as_of` and not taken back by then, with the instants at which it was
    /// earned, in chronological order; whether it was spent or has expired does not matter.
    #[must_use]
    pub fn kept(&self, as_of: DateTime<Utc>) -> Vec<(DateTime<Utc>, Points)> {
        let kept = self.kept_while(|cause| cause.at <= as_of);
        kept.into_iter().map(|(cause, points)| (cause.at, points)).collect()
    }

    /// What was earned in the first part of the ledger and not taken back in it.
    pub(super) fn kept_while(&self, first: impl Fn(&Cause) -> bool) -> Vec<(&Cause, Points)> {
        let mut kept: Vec<(&Cause, Points)> = Vec::new();
        let mut taken: BTreeMap<Share<'_>, i64> = BTreeMap::new();
        let mut taken_by: BTreeMap<Share<'_>, Share<'_>> = BTreeMap::new();
        for (cause, points) in self.net().take_while(|(cause, _)| first(cause)) {
            let points = cause.movement.effect(points);
            match &cause.movement {
                Movement::Earn(_) => kept.push((cause, points)),
                Movement::ClawBack { of } => {
                    taken_by.insert(cause.share(), cause.share_of(of));
                    *taken.entry(cause.share_of(of)).or_default() += points.0;
                }
                Movement::Restore { of } => {
                    let own = taken_by.get(&cause.share_of(of));
                    if let Some(taken) = own.and_then(|own| taken.get_mut(own)) {
                        *taken -= points.0.min(*taken);
                    }
                }
                Movement::Spend => {}
            }
        }
        for (cause, points) in &mut kept {
            if let Some(taken) = taken.get_mut(&cause.share()) {
                let gone = points.0.min(*taken);
                points.0 -= gone;
                *taken -= gone;
            }
        }
        kept
    }

    /// The fewest entries after which exactly `targets` stand for `events`, in chronological order;
    /// none if they do already.
    ///
    /// Events of the targets are concerned even where `events` leaves them out. For an event that
    /// is concerned and has no target nothing stands afterwards.
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
        concerned.retain(|event| self.names(event));
        if !concerned.is_empty() {
            for (cause, &net) in
                self.net.iter().filter(|(cause, _)| concerned.contains(&cause.event))
            {
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
        let changed = self.changed(&entries)?;
        self.foreseen.keep(&changed);
        for (cause, net) in changed {
            let key = key(&cause.event);
            let place = self.events.partition_point(|known| *known < key);
            if net.is_zero() {
                if self.net.remove(&cause).is_some() {
                    self.events.remove(place);
                }
            } else if self.net.insert(cause, net).is_none() {
                self.events.insert(place, key);
            }
        }
        self.entries.extend(entries);
        Ok(())
    }

    /// What the causes of `entries` come to once these are appended, in chronological order.
    pub(super) fn changed(
        &self,
        entries: &[Entry],
    ) -> Result<Vec<(Cause, Points)>, Problems<Fault>> {
        let mut problems = Problems::none();
        let count = self.entries.len().saturating_add(entries.len());
        if count > MAX_ENTRIES {
            return Err(Problems::one(Path::root(), Fault::TooManyEntries { count }));
        }
        let mut changed: BTreeMap<&Cause, (usize, Points)> = BTreeMap::new();
        for ((index, entry), expected) in entries.iter().enumerate().zip(self.next_id()..) {
            check(entry, expected, index, &mut problems);
            let before = || self.net.get(&entry.cause).copied().unwrap_or_default();
            let (last, net) = changed.entry(&entry.cause).or_insert_with(|| (index, before()));
            *last = index;
            add(net, entry.points);
        }
        check_nets(&changed, &mut problems);
        let nets = changed.into_iter().map(|(cause, (_, net))| (cause.clone(), net));
        problems.into_result(nets.collect())
    }

    /// What stands in the ledger when the causes in `changed`, which are in chronological order,
    /// come to something else than now.
    pub(super) fn net_with<'a>(
        &'a self,
        changed: &'a [(Cause, Points)],
    ) -> impl Iterator<Item = (&'a Cause, Points)> {
        let causes = || changed.iter().map(|(cause, _)| Excluded(cause));
        let from = once(Unbounded).chain(causes());
        let until = causes().chain(once(Unbounded));
        let between = from.zip(until).map(|bounds| self.net.range::<Cause, _>(bounds));
        let then = changed.iter().map(Some).chain(once(None));
        between.zip(then).flat_map(|(unchanged, then)| {
            let then = then.filter(|(_, net)| !net.is_zero());
            let unchanged = unchanged.map(|(cause, net)| (cause, *net));
            unchanged.chain(then.map(|(cause, net)| (cause, *net)))
        })
    }

    /// How the balance goes on if nothing more happens, unless something is owed.
    pub(super) fn outlook(&self) -> Option<&Outlook> {
        self.foreseen.of(self)
    }

    /// Whether anything may stand here for this event; if not, nothing does.
    fn names(&self, event: &EventId) -> bool {
        self.events.binary_search(&key(event)).is_ok()
    }

    fn next_id(&self) -> u64 {
        self.entries.last().map_or(1, |entry| entry.id.saturating_add(1))
    }
}

/// By what an event is looked up; two events may share a key.
fn key(event: &EventId) -> u64 {
    let mut hasher = DefaultHasher::new();
    event.hash(&mut hasher);
    hasher.finish()
}

fn check(entry: &Entry, expected: u64, index: usize, problems: &mut Problems<Fault>) {
    let points = entry.points;
    let path = || Path::root().item(index);
    if entry.id != expected {
        problems.add(path().field("id"), Fault::Number { expected, found: entry.id });
    }
    if points.is_zero() || points.0.unsigned_abs() > MAX_POSTING.0.unsigned_abs() {
        problems.add(path().field("points"), Fault::Amount { points });
    }
    if let Err(fault) = entry.cause.check() {
        problems.add(path().field("cause"), fault);
    }
}

/// What the entries of a cause come to must be possible; the last of them is to blame if it is not.
fn check_nets(changed: &BTreeMap<&Cause, (usize, Points)>, problems: &mut Problems<Fault>) {
    let nets = changed.iter().map(|(cause, (last, net))| (*last, cause.movement.effect(*net)));
    let wrong: BTreeMap<usize, Points> =
        nets.filter(|(_, net)| *net < Points::ZERO || *net > MAX_POSTING).collect();
    for (last, net) in wrong {
        problems.add(Path::root().item(last), Fault::Net { net });
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn entry(id: u64, movement: &Value, points: i64) -> Value {
        json!({
            "id": id, "points": points, "recorded_by": "e-1",
            "cause": {"at": "2026-03-14T09:00:00Z", "event": "e-1", "movement": movement,
                      "source": {"earning": "base"}},
        })
    }

    fn check(entries: &[Value], expected: &[&str]) {
        let told = match serde_json::from_value::<Ledger>(json!({ "entries": entries })) {
            Ok(_) => Vec::new(),
            Err(error) => error.to_string().lines().map(str::to_owned).collect(),
        };
        assert_eq!(told, expected);
    }

    fn earn() -> Value {
        json!({"earn": {"active_at": "2026-03-14T09:00:00Z"}})
    }

    #[test]
    fn entries_that_do_not_fit_together_are_told_with_their_places() {
        check(&[entry(1, &earn(), 50), entry(2, &earn(), -50), entry(3, &json!("spend"), -1)], &[]);
        check(
            &[entry(1, &earn(), 50), entry(3, &earn(), 0), entry(3, &earn(), 1_000_000_000_001)],
            &[
                "`entries[1].id`: the entry is number 3: the next one is 2",
                "`entries[1].points`: 0 points: it must be 1 to 1000000000000",
                "`entries[2].points`: 1000000000001 points: it must be 1 to 1000000000000",
                "`entries[2]`: the entries of this cause come to 1000000000051: \
                 it must be 0 to 1000000000000",
            ],
        );
        check(
            &[entry(1, &earn(), -50), entry(2, &json!("spend"), 7)],
            &[
                "`entries[0]`: the entries of this cause come to -50: \
                 it must be 0 to 1000000000000",
                "`entries[1]`: the entries of this cause come to -7: \
                 it must be 0 to 1000000000000",
            ],
        );
    }

    #[test]
    fn a_cause_that_cannot_be_is_refused() {
        let early = json!({"earn": {"active_at": "2026-03-14T08:00:00Z"}});
        let over = json!({"earn": {"active_at": "2026-03-14T09:00:00Z",
                                   "expires_at": "2026-03-14T09:00:00Z"}});
        check(
            &[
                entry(1, &early, 1),
                entry(2, &over, 1),
                entry(3, &json!({"claw_back": {"of": "e-1"}}), -1),
            ],
            &[
                "`entries[0].cause`: the points are active before they are earned",
                "`entries[1].cause`: the points expire before they are active",
                "`entries[2].cause`: an event takes back its own points",
            ],
        );
    }

    #[test]
    fn entries_that_are_refused_leave_the_ledger_as_it_was() {
        let ledger: Ledger =
            serde_json::from_value(json!({"entries": [entry(1, &earn(), 50)]})).unwrap();
        let entries: Vec<Entry> =
            serde_json::from_value(json!([entry(2, &earn(), 5), entry(4, &earn(), 5)])).unwrap();
        let mut after = ledger.clone();
        assert_eq!(after.post(entries).unwrap_err().len(), 1);
        assert_eq!(after, ledger);
    }

    #[test]
    fn what_is_taken_back_is_not_kept_from_the_first_lot_of_its_cause_on() {
        let later = json!({"earn": {"active_at": "2026-03-15T09:00:00Z"}});
        let mut back = entry(3, &json!({"claw_back": {"of": "e-1"}}), -70);
        back["cause"]["event"] = json!("e-2");
        let entries = [entry(1, &earn(), 50), entry(2, &later, 50), back];
        let ledger: Ledger = serde_json::from_value(json!({ "entries": entries })).unwrap();
        let at = "2026-03-14T09:00:00Z".parse().unwrap();
        assert_eq!(ledger.kept(at), [(at, Points(0)), (at, Points(30))]);
    }

    #[test]
    fn there_is_nothing_to_correct_where_nothing_is_wrong() {
        let none = BTreeSet::new();
        let event: EventId = "e-1".parse().unwrap();
        assert!(Ledger::default().reconcile(&none, &[], &event).is_empty());
    }
}
