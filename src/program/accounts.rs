//! Points of several members: transfers, households, and accounts that become one or two.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Member, Program};
use crate::event::{Event, EventKind, Operation, Parcel, Passage};
use crate::id::{CustomerId, EventId};
use crate::points::{Cause, Points, Refusal, Sharing, share_out};

/// Two events by which points go from one account to another.
///
/// Decide and apply both of them; whoever saves members one by one repeats what was interrupted, as
/// an event that was applied before changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Handover {
    /// The event of the account that gives.
    pub sent: Event,
    /// The event of the account that gets.
    pub received: Event,
}

impl Program {
    /// What has to happen so that `to` gets points of `from`: those that expire first, with the
    /// terms that they have.
    ///
    /// `ids` name the two events.
    ///
    /// # Errors
    /// The reason why it cannot be done.
    pub fn transfer(
        &self,
        from: &Member,
        to: &Member,
        points: Points,
        at: DateTime<Utc>,
        ids: [EventId; 2],
    ) -> Result<Handover, Refusal> {
        let parcels = from.ledger().parcels(points, at);
        let handover = handover([from, to], points, parcels, Passage::Transfer, (at, ids));
        self.checked([from, to], handover)
    }

    /// What has to happen so that `into` gets all points of `other`, or what `other` owes; `None`
    /// if there are none.
    ///
    /// Let what happens on the other's card afterwards be events of `into` that name the
    /// [`card`](Event::card).
    ///
    /// # Errors
    /// The reason why it cannot be done: points are held, or both are one account.
    pub fn merge(
        &self,
        into: &Member,
        other: &Member,
        at: DateTime<Utc>,
        ids: [EventId; 2],
    ) -> Result<Option<Handover>, Refusal> {
        let points = other.ledger().transferable(at);
        let held = other.ledger().balance(at).reserved;
        if into.id() == other.id() {
            return Err(Refusal::ToItself);
        }
        if !held.is_zero() {
            return Err(Refusal::StillHeld { held });
        }
        self.settle_up([other, into], points, Passage::Merge, (at, ids))
    }

    /// What has to happen so that an account that was merged into `account` is on its own again:
    /// it gets what is left of the points that it brought in or that were earned on its card since,
    /// less what was taken on its card, and owes that if it is negative. `None` if it is nothing.
    ///
    /// # Errors
    /// The reason why it cannot be done: both are one account, say.
    pub fn unmerge(
        &self,
        account: &Member,
        other: &Member,
        at: DateTime<Utc>,
        ids: [EventId; 2],
    ) -> Result<Option<Handover>, Refusal> {
        if account.id() == other.id() {
            return Err(Refusal::ToItself);
        }
        // Void events count, too: what they moved stands in the ledger beside what their voids did.
        let history = &account.profile().history;
        let event = |cause: &Cause| history.known(&cause.event);
        let moved = account.ledger().net().filter_map(|(cause, _)| event(cause));
        let theirs = moved.filter(|event| event.card.as_ref() == Some(other.id()));
        let theirs: BTreeSet<EventId> = theirs.map(|event| event.id.clone()).collect();
        let part = account.ledger().part_of(other.id(), &theirs, at);
        self.settle_up([account, other], part, Passage::Unmerge, (at, ids))
    }

    /// Who of a household pays how much of the points that they spend together; let each of them
    /// spend their share.
    ///
    /// # Errors
    /// [`Refusal::TooFew`] if all of them together have not enough.
    pub fn share(
        &self,
        household: &[&Member],
        points: Points,
        as_of: DateTime<Utc>,
        sharing: Sharing,
    ) -> Result<Vec<(CustomerId, Points)>, Refusal> {
        let holders = household.iter().map(|member| (member.id(), member.ledger()));
        share_out(&holders.collect::<Vec<_>>(), points, as_of, sharing)
    }

    /// The first gives the second so many points, or takes a debt over if they are negative.
    fn settle_up(
        &self,
        [from, to]: [&Member; 2],
        points: Points,
        why: Passage,
        when: (DateTime<Utc>, [EventId; 2]),
    ) -> Result<Option<Handover>, Refusal> {
        let amount = Points(points.0.saturating_abs());
        let owed = |points| Parcel { points, active_at: None, expires_at: None };
        if points.is_zero() {
            return Ok(None);
        }
        if points < Points::ZERO {
            let handover = handover([to, from], amount, vec![owed(amount)], why, when);
            return self.checked([to, from], handover).map(Some);
        }
        let mut parcels = from.ledger().parcels(amount, when.0);
        let found: i64 = parcels.iter().map(|parcel| parcel.points.0).sum();
        if found < amount.0 {
            parcels.push(owed(Points(amount.0 - found)));
        }
        self.checked([from, to], handover([from, to], amount, parcels, why, when)).map(Some)
    }

    /// The handover, if both accounts can do their part of it.
    fn checked(&self, [from, to]: [&Member; 2], both: Handover) -> Result<Handover, Refusal> {
        let refused = [self.refusal(from, &both.sent), self.refusal(to, &both.received)];
        match refused.into_iter().flatten().min() {
            Some(refusal) => Err(refusal),
            None => Ok(both),
        }
    }
}

fn handover(
    [from, to]: [&Member; 2],
    points: Points,
    parcels: Vec<Parcel>,
    why: Passage,
    (at, [sent, received]): (DateTime<Utc>, [EventId; 2]),
) -> Handover {
    let event = |id, member: &Member, operation| {
        Event::new(id, member.id().clone(), at, EventKind::Points(operation))
    };
    let to_id = to.id().clone();
    Handover {
        sent: event(sent, from, Operation::Send { points, to: to_id, why }),
        received: event(received, to, Operation::Receive { parcels, from: from.id().clone(), why }),
    }
}
