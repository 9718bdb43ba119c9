//! The append-only ledger and its corrections.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::book::{Book, Causes};
use super::remembered::Remembered;
use super::{Cause, Contents, Entry, Fault, MAX_POSTING, Points, Posting, SpendOrder};
use crate::id::{EventId, PurseId};
use crate::path::{Path, Problems, each_once};

/// The most entries that a ledger can have.
pub const MAX_ENTRIES: usize = 1_000_000;

/// One customer's entries in the order in which they were recorded.
///
/// Nothing is ever removed or changed: a correction is another entry with the same [`Cause`]. The
/// points of each purse are told apart ([`Ledger::purse`]); what is asked of the ledger itself is
/// asked of the main points. In JSON it is `{"entries": […]}`, with an `order` if it is not the
/// usual one, and with `orders` of purses that have others; a record whose entries do not fit
/// together is refused.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(try_from = "Record")]
pub struct Ledger {
    #[serde(skip_serializing_if = "is_usual")]
    order: SpendOrder,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    orders: BTreeMap<PurseId, SpendOrder>,
    entries: Vec<Entry>,
    /// The causes whose entries do not come to nothing, in chronological order.
    #[serde(skip_serializing)]
    net: Vec<Net>,
    /// The events in `net`, with how many of its causes are theirs.
    #[serde(skip_serializing)]
    events: HashMap<EventId, usize>,
    /// The purses that had points.
    #[serde(skip_serializing)]
    purses: BTreeMap<Option<PurseId>, Remembered>,
}

/// What the entries of a cause come to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Net {
    /// The place of an entry with that cause.
    pub(super) entry: usize,
    /// Their signed sum.
    pub(super) points: Points,
}

impl Causes<'_> {
    /// Takes what stands for a cause into the book of its purse.
    pub(super) fn enter(self, book: &mut Book, Net { entry, points }: Net) {
        if let Some(cause) = self.get(entry) {
            book.take_in(entry, cause.movement.effect(points), self);
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    #[serde(default)]
    order: SpendOrder,
    #[serde(default, deserialize_with = "each_once")]
    orders: BTreeMap<PurseId, SpendOrder>,
    entries: Vec<Entry>,
}

fn is_usual(order: &SpendOrder) -> bool {
    *order == SpendOrder::default()
}

/// All else follows from these.
impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        (self.order, &self.orders, &self.entries) == (other.order, &other.orders, &other.entries)
    }
}

impl Eq for Ledger {}

impl Ledger {
    /// An empty ledger whose lots are spent in `order`.
    #[must_use]
    pub fn in_order(order: SpendOrder) -> Self {
        Self { order, ..Self::default() }
    }

    /// The same, whose lots of these purses are spent in orders of their own.
    #[must_use]
    pub fn with_orders(mut self, orders: BTreeMap<PurseId, SpendOrder>) -> Self {
        // What is kept was spent in other orders.
        self.purses.values_mut().for_each(|purse| *purse = Remembered::default());
        Self { orders, ..self }
    }

    /// In which order its lots are spent, but for those of purses that have an order of their own.
    #[must_use]
    pub const fn order(&self) -> SpendOrder {
        self.order
    }

    /// What there is in a purse; in that of the main points for `None`.
    ///
    /// ```
    /// use loyalty::id::PurseId;
    /// use loyalty::points::{Ledger, Points};
    ///
    /// let (ledger, stars) = (Ledger::default(), PurseId::new("stars")?);
    /// let balance = ledger.purse(&stars).balance("2026-03-14T09:30:00Z".parse()?);
    /// assert_eq!((balance.active, balance.purse), (Points(0), Some(stars)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn purse<'a>(&'a self, purse: impl Into<Option<&'a PurseId>>) -> Contents<'a> {
        Contents::of(self, purse.into())
    }

    /// The purses beside the main points in which anything was ever moved.
    pub fn purses(&self) -> impl Iterator<Item = &PurseId> {
        self.purses.keys().flatten()
    }

    /// What there is in every purse in which anything was ever moved.
    pub(super) fn contents(&self) -> impl Iterator<Item = Contents<'_>> {
        self.purses.keys().map(|purse| self.purse(purse.as_ref()))
    }

    /// In which order the lots of a purse are spent.
    pub(super) fn order_of(&self, purse: Option<&PurseId>) -> SpendOrder {
        purse.and_then(|purse| self.orders.get(purse)).copied().unwrap_or(self.order)
    }

    /// What is remembered of a purse; `None` if nothing was ever moved in it.
    pub(super) fn remembered(&self, purse: Option<&PurseId>) -> Option<&Remembered> {
        self.purses.get(&purse.cloned())
    }

    /// All entries, in the order in which they were recorded.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What stands in the ledger when corrections are counted in, in chronological order.
    ///
    /// The points have the sign of their effect on what can be spent.
    pub fn net(&self) -> impl DoubleEndedIterator<Item = (&Cause, Points)> {
        self.told(&self.net)
    }

    fn told<'a>(&'a self, net: &'a [Net]) -> impl DoubleEndedIterator<Item = (&'a Cause, Points)> {
        net.iter().filter_map(|net| Some((self.cause(net.entry)?, net.points)))
    }

    pub(super) fn cause(&self, place: usize) -> Option<&Cause> {
        Causes(&self.entries).get(place)
    }

    /// The net until `as_of`, and what of it is later.
    pub(super) fn split_at(&self, as_of: DateTime<Utc>) -> (&[Net], &[Net]) {
        let is_until = |net: &Net| self.cause(net.entry).is_some_and(|cause| cause.at <= as_of);
        let until = if self.net.last().is_none_or(is_until) {
            self.net.len()
        } else {
            self.net.partition_point(is_until)
        };
        self.net.split_at(until)
    }

    /// What stands in the ledger for `event`, in the form in which it was to be posted.
    #[must_use]
    pub fn postings(&self, event: &EventId) -> Vec<Posting> {
        let count = self.events.get(event).copied().unwrap_or(0);
        let found = self.net().filter(|(cause, _)| cause.event == *event).take(count);
        found.filter_map(|(cause, net)| posting(cause, net)).collect()
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
        let mut concerned: BTreeSet<&EventId> = events.iter().collect();
        concerned.extend(targets.iter().map(|target| &target.cause().event));
        concerned.retain(|event| self.names(event));
        let wanted = targets.iter().map(|target| {
            let cause = target.cause();
            (cause, cause.movement.effect(target.points()))
        });
        let mut missing: Vec<(&Cause, Points)> = wanted.collect();
        if !concerned.is_empty() {
            let standing = self.net().filter(|(cause, _)| concerned.contains(&cause.event));
            missing.extend(standing.map(|(cause, net)| (cause, Points(net.0.saturating_neg()))));
        }
        missing.sort_by_key(|(cause, _)| *cause);
        missing.dedup_by(|(cause, points), (first, sum)| {
            let is_same = cause == first;
            if is_same {
                add(sum, *points);
            }
            is_same
        });
        missing.retain(|(_, points)| !points.is_zero());
        let entry = |(id, (cause, points)): (u64, (&Cause, Points))| {
            let (cause, recorded_by) = (cause.clone(), recorded_by.clone());
            Entry { id, cause, points, recorded_by }
        };
        (self.next_id()..).zip(missing).map(entry).collect()
    }

    /// Appends `entries`, all or none.
    ///
    /// # Errors
    /// All problems, each at `[index]` of the entry; the ledger is unchanged then.
    ///
    /// # Complexity
    /// O(log n) for each entry of a cause that is later than all before it, beside what it does to
    /// the lots that have points left.
    pub fn post(&mut self, entries: Vec<Entry>) -> Result<(), Problems<Fault>> {
        let changed = self.changed(&entries)?;
        let first = self.entries.len();
        self.entries.extend(entries);
        changed.into_iter().for_each(|(index, points)| {
            self.stand(Net { entry: first + index, points });
        });
        Ok(())
    }

    /// The entries of each cause that is concerned, by the last of them, with what they and those
    /// before them come to; in chronological order.
    pub(super) fn changed(
        &self,
        entries: &[Entry],
    ) -> Result<Vec<(usize, Points)>, Problems<Fault>> {
        let mut problems = Problems::none();
        let count = self.entries.len().saturating_add(entries.len());
        if count > MAX_ENTRIES {
            return Err(Problems::one(Path::root(), Fault::TooManyEntries { count }));
        }
        let mut changed: Vec<(&Cause, usize, Points)> = Vec::with_capacity(entries.len());
        for ((index, entry), expected) in entries.iter().enumerate().zip(self.next_id()..) {
            check(entry, expected, index, &mut problems);
            changed.push((&entry.cause, index, entry.points));
        }
        changed.sort_by_key(|(cause, index, _)| (*cause, *index));
        changed.dedup_by(|(cause, index, points), (first, last, sum)| {
            let is_same = cause == first;
            if is_same {
                *last = *index;
                add(sum, *points);
            }
            is_same
        });
        for (cause, _, sum) in &mut changed {
            add(sum, self.standing(cause));
        }
        check_nets(&changed, &mut problems);
        problems.into_result(changed.into_iter().map(|(_, last, net)| (last, net)).collect())
    }

    /// Lets the cause of an entry stand for as many points as given.
    fn stand(&mut self, new: Net) {
        let Some(cause) = self.cause(new.entry) else { return };
        let (event, purse) = (cause.event.clone(), cause.purse.clone());
        let (place, known) = self.place(cause);
        let is_same = |net: &Net| self.cause(net.entry).is_some_and(|other| other.purse == purse);
        let is_last = !self.net.iter().skip(place).any(is_same);
        match (known, new.points.is_zero()) {
            (true, true) => {
                self.net.remove(place);
                self.forget(&event);
            }
            (true, false) => {
                if let Some(net) = self.net.get_mut(place) {
                    net.points = new.points;
                }
            }
            (false, true) => return,
            (false, false) => {
                self.net.insert(place, new);
                *self.events.entry(event).or_default() += 1;
            }
        }
        let causes = Causes(&self.entries);
        let remembered = self.purses.entry(purse).or_default();
        if is_last {
            remembered.go_on(|book| causes.enter(book, new));
        } else {
            *remembered = Remembered::default();
        }
    }

    /// Counts one cause of an event less.
    fn forget(&mut self, event: &EventId) {
        if let Some(count) = self.events.get_mut(event) {
            *count -= 1;
            if *count == 0 {
                self.events.remove(event);
            }
        }
    }

    /// Where the cause stands in the net or would stand, and whether it does.
    fn place(&self, cause: &Cause) -> (usize, bool) {
        let is_before = |net: &Net| self.cause(net.entry).is_some_and(|other| other < cause);
        if self.net.last().is_none_or(is_before) {
            return (self.net.len(), false);
        }
        let place = self.net.partition_point(is_before);
        let there = self.net.get(place).and_then(|net| self.cause(net.entry));
        (place, there == Some(cause))
    }

    /// What the entries of the cause come to.
    pub(super) fn standing(&self, cause: &Cause) -> Points {
        let (place, known) = self.place(cause);
        let net = self.net.get(place).filter(|_| known);
        net.map_or(Points::ZERO, |net| net.points)
    }

    /// Whether anything stands here for this event.
    pub(super) fn names(&self, event: &EventId) -> bool {
        self.events.contains_key(event)
    }

    pub(super) fn next_id(&self) -> u64 {
        self.entries.last().map_or(1, |entry| entry.id.saturating_add(1))
    }
}

/// What is to stand for a cause, if it is as many points as are told by their effect.
fn posting(cause: &Cause, net: Points) -> Option<Posting> {
    Posting::new(cause.clone(), cause.movement.effect(net)).ok()
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
fn check_nets(changed: &[(&Cause, usize, Points)], problems: &mut Problems<Fault>) {
    let nets = changed.iter().map(|(cause, last, net)| (*last, cause.movement.effect(*net)));
    let is_wrong = |net: Points| net < Points::ZERO || net > MAX_POSTING;
    let mut wrong: Vec<(usize, Points)> = nets.filter(|(_, net)| is_wrong(*net)).collect();
    wrong.sort_unstable();
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
        let mut ledger = Self::in_order(record.order).with_orders(record.orders);
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
        let late = json!({"earn": {"active_at": "2026-03-15T09:00:00Z",
                                   "unconfirmed": {"active_at": "2026-03-15T09:00:00Z"}}});
        let early = json!({"earn": {"active_at": "2026-03-14T08:00:00Z"}});
        let over = json!({"earn": {"active_at": "2026-03-14T09:00:00Z",
                                   "expires_at": "2026-03-14T09:00:00Z"}});
        check(
            &[
                entry(1, &early, 1),
                entry(2, &over, 1),
                entry(3, &json!({"claw_back": {"of": "e-1"}}), -1),
                entry(4, &late, 1),
            ],
            &[
                "`entries[0].cause`: the points are active before they are earned",
                "`entries[1].cause`: the points expire before they are active",
                "`entries[2].cause`: an event takes back its own points",
                "`entries[3].cause`: the points were confirmed when they could be spent already",
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
