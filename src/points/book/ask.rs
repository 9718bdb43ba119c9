//! What a book is asked.

use chrono::{DateTime, Utc};

use super::{Book, Opened};
use crate::event::Parcel;
use crate::points::turn::Turn;
use crate::points::{Balance, LotState, Points};

impl Book {
    /// Whether a lot that is opened has nothing to do with the others: nothing is owed, and no
    /// expiry is put off.
    pub(in super::super) fn is_plain(&self) -> bool {
        self.debts.is_empty() && !self.slides
    }

    /// The balance at `as_of`, which is not before what was taken in.
    pub(in super::super) fn balance(&self, as_of: DateTime<Utc>) -> Balance {
        if !self.debts.is_empty() && self.next_turn(as_of).is_some() {
            let mut later = self.clone();
            later.wait_until(as_of);
            return later.balance(as_of);
        }
        let mut balance = self.sums.clone();
        balance.deficit = Points(self.debts.iter().map(|debt| debt.points).sum());
        for turn in &self.open {
            balance.count(self.left(turn.lot), turn.active_at, turn.expires_at, as_of);
        }
        for held in &self.holds {
            for (lot, points) in &held.parts {
                if as_of < held.until {
                    balance.reserved.0 += points;
                } else if let Some(Opened { term, .. }) = self.lots.get(*lot) {
                    balance.count(*points, term.active_at, term.expires_at, as_of);
                }
            }
        }
        balance
    }

    /// The first instant after `as_of` at which lots may count otherwise; `as_of` itself where more
    /// than lots has to be looked at.
    pub(in super::super) fn counts_until(&self, as_of: DateTime<Utc>) -> DateTime<Utc> {
        if !self.debts.is_empty() || !self.holds.is_empty() {
            return as_of;
        }
        let turns = self.open.iter().flat_map(|turn| [Some(turn.active_at), turn.expires_at]);
        let later = turns.flatten().filter(|&at| at > as_of);
        later.min().unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The first instant after `as_of`, until which it has waited, at which a lot or a hold changes
    /// by itself.
    pub(in super::super) fn next_change(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let lots = self.open.iter().flat_map(|turn| {
            let active_at = (!turn.is_waiting()).then_some(turn.active_at);
            [active_at, turn.expires_at]
        });
        let held = self.holds.iter().filter(|held| !held.parts.is_empty());
        let held = held.map(|held| Some(held.until));
        lots.chain(held).flatten().filter(|&at| at > as_of).min()
    }

    /// The instants after `from` and not after `to` at which points may expire by themselves.
    pub(in super::super) fn endings(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Vec<DateTime<Utc>> {
        let lots = self.open.iter().filter_map(|turn| turn.expires_at);
        let held = self.holds.iter().map(|held| held.until);
        let parts = self.holds.iter().flat_map(|held| &held.parts);
        let parts = parts.filter_map(|(lot, _)| self.lots.get(*lot)?.term.expires_at);
        let all = lots.chain(held).chain(parts);
        let mut endings: Vec<DateTime<Utc>> = all.filter(|at| from < *at && *at <= to).collect();
        endings.sort_unstable();
        endings.dedup();
        endings
    }

    /// Whether so many points can be spent at `as_of`; what holds let go of by then is left out.
    pub(in super::super) fn has(&self, points: Points, as_of: DateTime<Utc>) -> bool {
        let mut missing = points.0;
        let can_be_spent = |turn: &&Turn| turn.active_at <= as_of && !turn.is_over(as_of);
        self.debts.is_empty()
            && self.open.iter().filter(can_be_spent).any(|turn| {
                missing -= self.left(turn.lot);
                missing <= 0
            })
    }

    /// What is missing where something was taken, and what is held.
    pub(in super::super) fn owed_and_reserved(&self) -> (i64, i64) {
        let parts = self.holds.iter().flat_map(|held| &held.parts);
        (self.debts.iter().map(|debt| debt.points).sum(), parts.map(|(_, points)| points).sum())
    }

    /// All that has expired by the last instant that was looked at.
    pub(in super::super) const fn expired(&self) -> Points {
        self.sums.expired
    }

    /// The points that are given away next, at most so many: what is pending comes last.
    pub(in super::super) fn parcels(&self, points: Points, as_of: DateTime<Utc>) -> Vec<Parcel> {
        let mut wanted = points.0;
        let is_active = |turn: &&Turn| turn.active_at <= as_of;
        let (active, pending): (Vec<&Turn>, Vec<&Turn>) =
            self.open.iter().filter(|turn| !turn.is_waiting()).partition(is_active);
        let parcels = active.into_iter().chain(pending).map(|turn| {
            let points = Points(self.left(turn.lot).min(wanted));
            wanted -= points.0;
            let active_at = Some(turn.active_at).filter(|active_at| *active_at > as_of);
            Parcel { points, active_at, expires_at: turn.expires_at }
        });
        parcels.filter(|parcel| parcel.points > Points::ZERO).collect()
    }

    /// What has expired since an instant and was not reinstated.
    pub(in super::super) fn expired_since(&self, since: DateTime<Utc>) -> Points {
        Points(self.expired_lots(since).iter().map(|(_, lot)| self.left(*lot)).sum())
    }

    /// The lots with points that have expired since an instant, the last of them first.
    pub(super) fn expired_lots(&self, since: DateTime<Utc>) -> Vec<(DateTime<Utc>, usize)> {
        let expired = self.lots.iter().enumerate().filter_map(|(lot, opened)| {
            let expires_at = opened.term.expires_at.filter(|&expiry| since <= expiry)?;
            (self.now >= Some(expires_at) && opened.left > 0).then_some((expires_at, lot))
        });
        let mut expired: Vec<(DateTime<Utc>, usize)> = expired.collect();
        expired.sort_unstable_by(|one, other| other.cmp(one));
        expired
    }
}

impl Opened {
    /// Whether what is left can be spent at `as_of`.
    pub(in super::super) fn state(&self, as_of: DateTime<Utc>) -> LotState {
        if self.left == 0 {
            LotState::Used
        } else if self.term.is_over(as_of) {
            LotState::Expired
        } else if as_of < self.term.active_at {
            LotState::Pending
        } else {
            LotState::Active
        }
    }
}
