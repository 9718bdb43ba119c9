//! Points of several members: transfers, households, and accounts that become one or two.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Member, Program};
use crate::event::{Event, EventKind, Operation, Parcel, Passage};
use crate::id::{CustomerId, EventId, PurseId};
use crate::points::{Amount, Cause, Points, Refusal, Sharing, share_out};

/// Two events by which points of one purse go from one account to another.
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
    /// terms that they have, into the purse that they are of.
    ///
    /// `ids` name the two events.
    ///
    /// # Errors
    /// The reason why it cannot be done.
    pub fn transfer(
        &self,
        from: &Member,
        to: &Member,
        amount: impl Into<Amount>,
        at: DateTime<Utc>,
        ids: [EventId; 2],
    ) -> Result<Handover, Refusal> {
        let amount = amount.into();
        let parcels = from.ledger().purse(amount.purse.as_ref()).parcels(amount.points, at);
        let handover = handover([from, to], amount, parcels, Passage::Transfer, (at, ids));
        self.checked([from, to], handover)
    }

    /// What has to happen so that `into` gets all points of `other`, or what `other` owes: a
    /// handover for each purse in which there is something, that of the main points first.
    ///
    /// `ids` name the two events of a purse; those of different purses must differ. Let what
    /// happens on the other's card afterwards be events of `into` that name the
    /// [`card`](Event::card).
    ///
    /// # Errors
    /// The reason why it cannot be done: points are held, or both are one account.
    pub fn merge(
        &self,
        into: &Member,
        other: &Member,
        at: DateTime<Utc>,
        ids: impl Fn(Option<&PurseId>) -> [EventId; 2],
    ) -> Result<Vec<Handover>, Refusal> {
        if into.id() == other.id() {
            return Err(Refusal::ToItself);
        }
        let all = || every(other).map(|purse| (purse, other.ledger().purse(purse)));
        let mut held = all().map(|(_, contents)| contents.balance(at).reserved);
        if let Some(held) = held.find(|held| !held.is_zero()) {
            return Err(Refusal::StillHeld { held });
        }
        let due = all().map(|(purse, contents)| amount(contents.transferable(at), purse));
        self.settle_all([other, into], due, Passage::Merge, at, ids)
    }

    /// What has to happen so that an account that was merged into `account` is on its own again: it
    /// gets what is left of the points that it brought in or that were earned on its card since,
    /// less what was taken on its card, and owes that if it is negative; a handover for each purse
    /// in which that is something.
    ///
    /// `ids` name the two events of a purse, as for [`Program::merge`].
    ///
    /// # Errors
    /// The reason why it cannot be done: both are one account, say.
    pub fn unmerge(
        &self,
        account: &Member,
        other: &Member,
        at: DateTime<Utc>,
        ids: impl Fn(Option<&PurseId>) -> [EventId; 2],
    ) -> Result<Vec<Handover>, Refusal> {
        if account.id() == other.id() {
            return Err(Refusal::ToItself);
        }
        // Void events count, too: what they moved stands in the ledger beside what their voids did.
        let history = &account.profile().history;
        let event = |cause: &Cause| history.known(&cause.event);
        let moved = account.ledger().net().filter_map(|(cause, _)| event(cause));
        let theirs = moved.filter(|event| event.card.as_ref() == Some(other.id()));
        let theirs: BTreeSet<EventId> = theirs.map(|event| event.id.clone()).collect();
        let due = every(account).map(|purse| {
            let contents = account.ledger().purse(purse);
            amount(contents.part_of(other.id(), &theirs, at), purse)
        });
        self.settle_all([account, other], due, Passage::Unmerge, at, ids)
    }

    /// Who of a household pays how much of the points that they spend together; let each of them
    /// spend their share.
    ///
    /// # Errors
    /// [`Refusal::TooFew`] if all of them together have not enough.
    pub fn share(
        &self,
        household: &[&Member],
        amount: impl Into<Amount>,
        as_of: DateTime<Utc>,
        sharing: Sharing,
    ) -> Result<Vec<(CustomerId, Points)>, Refusal> {
        let amount = amount.into();
        if let Some(refusal) = self.spend_refusal(amount.purse.as_ref()) {
            return Err(refusal);
        }
        let holders = household.iter().map(|member| (member.id(), member.ledger()));
        share_out(&holders.collect::<Vec<_>>(), amount, as_of, sharing)
    }

    /// What settles several amounts, each of a purse of its own.
    fn settle_all(
        &self,
        both: [&Member; 2],
        due: impl Iterator<Item = Amount>,
        why: Passage,
        at: DateTime<Utc>,
        ids: impl Fn(Option<&PurseId>) -> [EventId; 2],
    ) -> Result<Vec<Handover>, Refusal> {
        let mut names = BTreeSet::new();
        let mut handovers = Vec::new();
        for due in due.filter(|due| !due.points.is_zero()) {
            let ids = ids(due.purse.as_ref());
            if !ids.iter().all(|id| names.insert(id.clone())) {
                return Err(Refusal::DoneBefore);
            }
            handovers.push(self.settle_up(both, due, why, (at, ids))?);
        }
        Ok(handovers)
    }

    /// The first gives the second so many points, or takes a debt over if they are negative.
    fn settle_up(
        &self,
        [from, to]: [&Member; 2],
        Amount { points, purse }: Amount,
        why: Passage,
        when: (DateTime<Utc>, [EventId; 2]),
    ) -> Result<Handover, Refusal> {
        let amount = Amount { points: Points(points.0.saturating_abs()), purse };
        let owed = |points| Parcel { points, active_at: None, expires_at: None };
        if points < Points::ZERO {
            let parcels = vec![owed(amount.points)];
            return self.checked([to, from], handover([to, from], amount, parcels, why, when));
        }
        let contents = from.ledger().purse(amount.purse.as_ref());
        let mut parcels = contents.parcels(points, when.0);
        let found: i64 = parcels.iter().map(|parcel| parcel.points.0).sum();
        if found < points.0 {
            parcels.push(owed(Points(points.0 - found)));
        }
        self.checked([from, to], handover([from, to], amount, parcels, why, when))
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

/// The purses of a member, that of the main points first.
fn every(member: &Member) -> impl Iterator<Item = Option<&PurseId>> {
    std::iter::once(None).chain(member.ledger().purses().map(Some))
}

fn amount(points: Points, purse: Option<&PurseId>) -> Amount {
    Amount { points, purse: purse.cloned() }
}

fn handover(
    [from, to]: [&Member; 2],
    Amount { points, purse }: Amount,
    parcels: Vec<Parcel>,
    why: Passage,
    (at, [sent, received]): (DateTime<Utc>, [EventId; 2]),
) -> Handover {
    let event = |id, member: &Member, operation| {
        Event::new(id, member.id().clone(), at, EventKind::Points(operation))
    };
    let (giver, taker) = (from.id().clone(), to.id().clone());
    let send = Operation::Send { points, to: taker, why, purse: purse.clone() };
    let receive = Operation::Receive { parcels, from: giver, why, purse };
    Handover { sent: event(sent, from, send), received: event(received, to, receive) }
}
