//! What is done with points: why it cannot be done, and what it posts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Cause, Contents, Entry, Ledger, MAX_ENTRIES, Movement, Points, Posting, Source, Term};
use crate::event::{Event, EventKind, Operation, Parcel, Passage};
use crate::id::{CustomerId, EventId};

/// Why something cannot be done with points; the ledger stays as it is.
///
/// If there are several reasons, the one that is told is the first in this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Refusal {
    /// The event has moved points before.
    #[error("it was done before")]
    DoneBefore,
    /// It is said to have been done before the customer became a member.
    #[error("the customer has been a member since {since} only")]
    BeforeMembership {
        /// The day on which they became one.
        since: NaiveDate,
    },
    /// Points are given to, or taken from, the account itself.
    #[error("an account gives no points to itself")]
    ToItself,
    /// The program has no purse of this name.
    #[error("there is no such purse")]
    UnknownPurse,
    /// Points of this purse are neither spent nor given to others.
    #[error("points of this purse cannot be spent")]
    NotSpendable,
    /// The ledger is full.
    #[error("the ledger is full")]
    Full,
    /// No event of this name holds points.
    #[error("no points are held under this name")]
    UnknownHold,
    /// The points that are held are of another purse.
    #[error("the points that are held are of another purse")]
    OtherPurse,
    /// The points were captured before.
    #[error("what was held has been captured")]
    Captured,
    /// The points were released before.
    #[error("what was held has been released")]
    Released,
    /// The points are held no longer.
    #[error("the points were held until {until}")]
    HoldOver {
        /// The first instant at which they were not.
        until: DateTime<Utc>,
    },
    /// More points are to be captured than are held.
    #[error("{wanted} points are wanted, and {held} are held")]
    MoreThanHeld {
        /// How many are wanted.
        wanted: Points,
        /// How many are held.
        held: Points,
    },
    /// An account is to be merged while points are held.
    #[error("{held} points are held")]
    StillHeld {
        /// How many.
        held: Points,
    },
    /// More points are to be reinstated than have expired.
    #[error("{wanted} points are wanted, and {found} have expired since then")]
    MoreThanExpired {
        /// How many are wanted.
        wanted: Points,
        /// How many have expired in time.
        found: Points,
    },
    /// There are not enough points.
    #[error("{wanted} points are wanted, and there are {found}")]
    TooFew {
        /// How many are wanted.
        wanted: Points,
        /// How many can be spent; negative if points are owed.
        found: Points,
    },
}

impl Refusal {
    /// The name of the reason, which stays the same.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DoneBefore => "done_before",
            Self::BeforeMembership { .. } => "before_membership",
            Self::ToItself => "to_itself",
            Self::UnknownPurse => "unknown_purse",
            Self::NotSpendable => "not_spendable",
            Self::Full => "full",
            Self::UnknownHold => "unknown_hold",
            Self::OtherPurse => "other_purse",
            Self::Captured => "captured",
            Self::Released => "released",
            Self::HoldOver { .. } => "hold_over",
            Self::MoreThanHeld { .. } => "more_than_held",
            Self::StillHeld { .. } => "still_held",
            Self::MoreThanExpired { .. } => "more_than_expired",
            Self::TooFew { .. } => "too_few",
        }
    }
}

/// What became of the points that an event held.
struct Hold<'a> {
    cause: &'a Cause,
    until: DateTime<Utc>,
    captured: bool,
    left: Points,
}

impl Ledger {
    /// The entries by which the operation of an event is done, if it can be.
    ///
    /// It is judged by what the ledger has for the instants until the event's; if it arrives late,
    /// it takes nothing that was spent, held or given away since. An event that is no operation
    /// leads to no entries.
    ///
    /// # Errors
    /// The first reason why it cannot be done.
    pub fn operate(&self, event: &Event) -> Result<Vec<Entry>, Refusal> {
        let hold = self.judge(event)?;
        // Nothing stands here for the event yet.
        let entries = (self.next_id()..).zip(self.carried_out(event, hold));
        Ok(entries.map(|(id, posting)| posting.entry(id, &event.id)).collect())
    }

    /// Why the operation of an event cannot be done; `None` if it can, or if the event is none.
    #[must_use]
    pub fn refusal(&self, event: &Event) -> Option<Refusal> {
        self.judge(event).err()
    }

    /// What is held by the event whose points are captured or released, or why the operation of
    /// `event` cannot be done.
    fn judge<'a>(&'a self, event: &'a Event) -> Result<Option<Hold<'a>>, Refusal> {
        let EventKind::Points(operation) = &event.kind else { return Ok(None) };
        let (at, purse) = (event.at, self.purse(operation.purse()));
        if self.names(&event.id) {
            return Err(Refusal::DoneBefore);
        }
        let peer = match operation {
            Operation::Send { to, .. } => Some(to),
            Operation::Receive { from, .. } => Some(from),
            _ => None,
        };
        if peer == Some(&event.customer) {
            return Err(Refusal::ToItself);
        }
        let needed = match operation {
            Operation::Capture { .. } => 2,
            Operation::Receive { parcels, .. } => parcels.len(),
            _ => 1,
        };
        if self.entries().len().saturating_add(needed) > MAX_ENTRIES {
            return Err(Refusal::Full);
        }
        let refusal = match operation {
            Operation::Capture { hold, points, .. } => {
                return purse.held(hold, *points, at).map(Some);
            }
            Operation::Release { hold, .. } => return purse.held(hold, None, at).map(Some),
            Operation::Reinstate { points, expired_since, .. } => {
                let found = purse.book_until(at).expired_since(*expired_since);
                (found < *points).then_some(Refusal::MoreThanExpired { wanted: *points, found })
            }
            Operation::Spend { points, .. }
            | Operation::Hold { points, .. }
            | Operation::Send { points, why: Passage::Transfer, .. } => {
                let found = purse.spendable(event, *points);
                (found < *points).then_some(Refusal::TooFew { wanted: *points, found })
            }
            Operation::Adjust { .. } | Operation::Send { .. } | Operation::Receive { .. } => None,
        };
        refusal.map_or(Ok(None), Err)
    }

    /// The points that `event` holds, as far as the ledger tells.
    fn hold(&self, event: &EventId) -> Option<Hold<'_>> {
        let is_hold = |cause: &Cause| matches!(cause.movement, Movement::Hold { .. });
        let over = || self.net().find(|(cause, _)| cause.event == *event && is_hold(cause));
        let held = self.contents().find_map(|purse| purse.held_by(event));
        let (cause, net) = held.or_else(|| self.names(event).then(over)?)?;
        let Movement::Hold { until } = cause.movement else { return None };
        let mut hold = Hold { cause, until, captured: false, left: cause.movement.effect(net) };
        for (later, net) in self.net().rev().take_while(|(later, _)| *later > cause) {
            let gone = match &later.movement {
                Movement::Capture { of } if of == event => {
                    hold.captured = true;
                    net.0.saturating_neg()
                }
                Movement::Release { of } if of == event => net.0,
                _ => 0,
            };
            hold.left.0 -= gone;
        }
        Some(hold)
    }

    /// What is to stand in the ledger for the operation of an event, of which it has nothing yet
    /// and whose later events it lacks.
    ///
    /// It is done whether it can be or not: what is taken beyond what there is runs up a deficit.
    #[must_use]
    pub fn operation_postings(&self, event: &Event) -> Vec<Posting> {
        let hold = match &event.kind {
            EventKind::Points(
                Operation::Capture { hold, .. } | Operation::Release { hold, .. },
            ) => self.hold(hold),
            _ => None,
        };
        self.carried_out(event, hold)
    }

    fn carried_out(&self, event: &Event, hold: Option<Hold<'_>>) -> Vec<Posting> {
        let EventKind::Points(operation) = &event.kind else { return Vec::new() };
        let at = event.at;
        let moves = |source: &Source, movement, points| {
            let (event, source, purse) =
                (event.id.clone(), source.clone(), operation.purse().cloned());
            Posting::new(Cause { at, event, movement, source, line: None, purse }, points).ok()
        };
        let one = |source: Source, movement, points| moves(&source, movement, points);
        match operation {
            Operation::Spend { points, reward, .. } => {
                Vec::from_iter(one(Source::Reward(reward.clone()), Movement::Spend, *points))
            }
            Operation::Hold { points, reward, until, .. } => {
                let movement = Movement::Hold { until: *until };
                Vec::from_iter(one(Source::Reward(reward.clone()), movement, *points))
            }
            Operation::Capture { points, .. } => {
                hold.map_or_else(Vec::new, |hold| hold.captures(*points, moves))
            }
            Operation::Release { .. } => Vec::from_iter(hold.and_then(|hold| hold.release(event))),
            Operation::Adjust { points, operator, expires_at, .. } => {
                let term = Term { expires_at: *expires_at, ..Term::from(at) };
                let movement = if points.0 < 0 { Movement::Forfeit } else { Movement::Earn(term) };
                let points = Points(points.0.saturating_abs());
                Vec::from_iter(one(Source::Operator(operator.clone()), movement, points))
            }
            Operation::Reinstate { points, expired_since, operator, expires_at, .. } => {
                let (expired_since, expires_at) = (*expired_since, *expires_at);
                let movement = Movement::Reinstate { expired_since, expires_at };
                Vec::from_iter(one(Source::Operator(operator.clone()), movement, *points))
            }
            Operation::Send { points, to, why, .. } => {
                Vec::from_iter(one(source_of(*why, to), Movement::Send, *points))
            }
            Operation::Receive { parcels, from, why, .. } => {
                let source = source_of(*why, from);
                let opens = |(term, points)| moves(&source, Movement::Earn(term), points);
                terms(parcels, at).into_iter().filter_map(opens).collect()
            }
        }
    }

    /// What lets go of the points that `hold` still holds, when `event` does that.
    pub(crate) fn release_of(&self, hold: &EventId, event: &Event) -> Option<Posting> {
        self.hold(hold)?.release(event)
    }
}

impl Hold<'_> {
    /// What lets go of the points that are still held, when `event` does that.
    fn release(&self, event: &Event) -> Option<Posting> {
        let Cause { source, purse, event: of, .. } = self.cause.clone();
        let (at, event, movement) = (event.at, event.id.clone(), Movement::Release { of });
        Posting::new(Cause { at, event, movement, source, line: None, purse }, self.left).ok()
    }

    /// What captures points that are held, and releases the others.
    fn captures(
        &self,
        points: Option<Points>,
        moves: impl Fn(&Source, Movement, Points) -> Option<Posting>,
    ) -> Vec<Posting> {
        let Cause { source, event, .. } = self.cause;
        let captured = points.unwrap_or(self.left);
        let rest = Points(self.left.0 - captured.0);
        let of = || event.clone();
        let capture = moves(source, Movement::Capture { of: of() }, captured);
        capture.into_iter().chain(moves(source, Movement::Release { of: of() }, rest)).collect()
    }
}

impl<'a> Contents<'a> {
    /// How many of the points that are wanted are there to be taken at the instant of an event
    /// that arrives late, perhaps: none that were spent, held or given away since.
    fn spendable(&self, event: &Event, wanted: Points) -> Points {
        let has = self.with_book(event.at, |book| book.has(wanted, event.at));
        let found = if has { wanted } else { self.balance(event.at).spendable() };
        if found < wanted || self.next_entry(event.at).is_none() {
            return found;
        }
        let (at, id) = (event.at, event.id.clone());
        let source = Source::Account(event.customer.clone());
        let purse = self.purse().cloned();
        let cause = Cause { at, event: id, movement: Movement::Spend, source, line: None, purse };
        let spend = Posting::new(cause, wanted).ok();
        let mut without = self.ledger().clone();
        let entries = without.reconcile(&BTreeSet::new(), spend.as_slice(), &event.id);
        let _ = without.post(entries);
        let missing = self.owed_and_reserved_after(at).into_iter();
        let missing = missing
            .zip(without.purse(self.purse()).owed_and_reserved_after(at))
            .map(|(with, without)| without.0 - with.0 + with.1 - without.1);
        Points(wanted.0 - missing.max().unwrap_or_default())
    }

    /// What an event holds of the purse, if so many points of it can be captured.
    fn held(
        &self,
        event: &EventId,
        wanted: Option<Points>,
        at: DateTime<Utc>,
    ) -> Result<Hold<'a>, Refusal> {
        let hold = self.ledger().hold(event).filter(|hold| hold.cause.at <= at);
        let hold = hold.ok_or(Refusal::UnknownHold)?;
        let wanted = wanted.unwrap_or(hold.left);
        if hold.cause.purse.as_ref() != self.purse() {
            return Err(Refusal::OtherPurse);
        }
        if hold.captured {
            return Err(Refusal::Captured);
        }
        if hold.left <= Points::ZERO {
            return Err(Refusal::Released);
        }
        if hold.until <= at {
            return Err(Refusal::HoldOver { until: hold.until });
        }
        if hold.left < wanted {
            return Err(Refusal::MoreThanHeld { wanted, held: hold.left });
        }
        Ok(hold)
    }

    /// How many points go over if the account is merged into another: all that have not expired
    /// and are neither held nor wait for a confirmation and, as a negative number, what is owed.
    #[must_use]
    pub fn transferable(&self, as_of: DateTime<Utc>) -> Points {
        let parcels = self.parcels(Points(i64::MAX), as_of);
        let all: i64 = parcels.iter().map(|parcel| parcel.points.0).sum();
        Points(all - self.balance(as_of).deficit.0)
    }
}

fn source_of(why: Passage, peer: &CustomerId) -> Source {
    match why {
        Passage::Transfer => Source::Account(peer.clone()),
        Passage::Merge => Source::Merge(peer.clone()),
        Passage::Unmerge => Source::Unmerge(peer.clone()),
    }
}

/// The terms of what comes from another account, each once: a cause has one sum.
fn terms(parcels: &[Parcel], at: DateTime<Utc>) -> Vec<(Term, Points)> {
    let mut terms: BTreeMap<Term, Points> = BTreeMap::new();
    for parcel in parcels {
        let active_at = parcel.active_at.map_or(at, |active_at| active_at.max(at));
        let term = Term { expires_at: parcel.expires_at, ..Term::from(active_at) };
        let sum = terms.entry(term).or_default();
        *sum = sum.checked_add(parcel.points).unwrap_or(*sum);
    }
    terms.into_iter().collect()
}
