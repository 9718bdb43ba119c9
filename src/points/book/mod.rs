//! What entries do to lots when they are taken in chronological order.

mod ask;
mod hold;

use std::collections::VecDeque;

use chrono::{DateTime, Utc};

use self::hold::Held;
use super::entry::Share;
use super::turn::{SpendOrder, Turn};
use super::{Balance, Cause, Entry, Movement, Points, Term};
use crate::id::{EventId, PurseId};

/// The lots of a purse as they stand when its causes up to an instant are taken in.
///
/// Causes are known by the places of their entries. Sums are plain: a ledger bounds both its
/// entries and their points, so that none overflows.
#[derive(Clone, Debug, Default)]
pub(super) struct Book {
    order: SpendOrder,
    /// The last instant that was looked at.
    now: Option<DateTime<Utc>>,
    pub(super) lots: Vec<Opened>,
    /// The lots that have points left which have not expired, in the order of spending.
    open: Vec<Turn>,
    /// What was taken beyond what there was, in the order in which it is paid down.
    debts: VecDeque<Debt>,
    holds: Vec<Held>,
    pub(super) uses: Vec<Taken>,
    sums: Balance,
    slides: bool,
}

/// A lot.
#[derive(Clone, Debug)]
pub(super) struct Opened {
    pub(super) cause: usize,
    pub(super) term: Term,
    pub(super) earned: i64,
    pub(super) left: i64,
    pub(super) reserved: i64,
}

/// Points that a lot gave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    pub(super) lot: usize,
    pub(super) by: usize,
    pub(super) at: DateTime<Utc>,
    pub(super) points: i64,
}

#[derive(Clone, Copy, Debug)]
struct Debt {
    by: usize,
    points: i64,
}

/// The causes that a book speaks of, by the places of their entries.
#[derive(Clone, Copy)]
pub(super) struct Causes<'a>(pub(super) &'a [Entry]);

impl<'a> Causes<'a> {
    pub(super) fn get(self, place: usize) -> Option<&'a Cause> {
        self.0.get(place).map(|entry| &entry.cause)
    }

    fn is_of(self, place: usize, share: Share<'_>) -> bool {
        self.get(place).is_some_and(|cause| cause.share() == share)
    }
}

impl Book {
    /// The book of a purse in which nothing stands yet.
    pub(super) fn new(order: SpendOrder, purse: Option<&PurseId>) -> Self {
        let sums = Balance { purse: purse.cloned(), ..Balance::default() };
        Self { order, sums, ..Self::default() }
    }

    /// Takes in the cause at a place, which is after those that were taken in before; `points` are
    /// as many as are moved.
    pub(super) fn take_in(&mut self, place: usize, points: Points, causes: Causes<'_>) {
        let Some(cause) = causes.get(place) else { return };
        let (at, points) = (cause.at, points.0);
        self.wait_until(at);
        match &cause.movement {
            Movement::Earn(term) => {
                self.sums.earned.0 += points;
                self.open(place, *term, points, at);
            }
            Movement::Spend => {
                self.sums.spent.0 += points;
                self.draw(place, points, at);
            }
            Movement::Send => {
                self.sums.sent.0 += points;
                let left = self.draw_active(place, points, at);
                let left = self.draw_pending(place, left);
                self.owe(place, left);
            }
            Movement::Forfeit => {
                self.sums.forfeited.0 += points;
                self.draw(place, points, at);
            }
            Movement::ClawBack { of } => {
                self.sums.clawed_back.0 += points;
                let left = self.claw_back(place, cause.share_of(of), points, causes);
                self.draw(place, left, at);
            }
            Movement::Restore { of } => self.restore(cause, of, points, causes),
            Movement::Hold { until } => self.hold(place, *until, points, at),
            Movement::Capture { of } => {
                self.sums.spent.0 += points;
                let left = self.capture(place, of, points, causes);
                self.draw(place, left, at);
            }
            Movement::Release { of } => self.release(of, points, at, causes),
            Movement::Reinstate { expired_since, expires_at } => {
                let term = Term { expires_at: *expires_at, ..Term::from(at) };
                self.reinstate(place, *expired_since, points, term);
            }
        }
        if self.slides && cause.is_activity() {
            self.slide(at);
        }
    }

    /// Lets time pass without anything happening.
    pub(super) fn wait_until(&mut self, as_of: DateTime<Utc>) {
        while let Some(at) = self.next_turn(as_of) {
            self.now = Some(at);
            self.expire(at);
            while let Some(index) = self.holds.iter().position(|held| held.until <= at) {
                let held = self.holds.remove(index);
                self.let_go(held.parts, at);
            }
            self.pay(at);
        }
        if self.now.is_none_or(|now| now < as_of) {
            self.now = Some(as_of);
        }
        self.expire(as_of);
    }

    fn left(&self, lot: usize) -> i64 {
        self.lots.get(lot).map_or(0, |lot| lot.left)
    }

    /// The next instant until `as_of` at which a hold ends, or a lot becomes active and something
    /// is owed.
    fn next_turn(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.holds.is_empty() && self.debts.is_empty() {
            return None;
        }
        let held = self.holds.iter().map(|held| held.until);
        let pending = self.open.iter().map(|turn| turn.active_at);
        let pending = pending.filter(|at| !self.debts.is_empty() && self.now < Some(*at));
        held.chain(pending).filter(|at| *at <= as_of).min()
    }

    /// Closes the lots that are over.
    fn expire(&mut self, at: DateTime<Utc>) {
        if self.order.first_to_expire(&self.open).any(|turn| turn.is_over(at)) {
            let (lots, expired) = (&self.lots, &mut self.sums.expired);
            self.open.retain(|turn| {
                let over = turn.is_over(at);
                if let (true, Some(lot)) = (over, lots.get(turn.lot)) {
                    expired.0 += lot.left;
                }
                !over
            });
        }
    }

    /// Opens a lot; if it is active, it first pays down what is owed.
    fn open(&mut self, cause: usize, term: Term, points: i64, at: DateTime<Utc>) {
        self.slides |= term.sliding.is_some();
        self.lots.push(Opened { cause, term, earned: points, left: points, reserved: 0 });
        self.reopen(self.lots.len() - 1, at);
        self.pay(at);
    }

    /// Lines a lot up that has points again which have not expired.
    fn reopen(&mut self, lot: usize, at: DateTime<Utc>) {
        let Some(Opened { term, left, .. }) = self.lots.get(lot) else { return };
        let turn = Turn::of(lot, term);
        if *left == 0 || turn.is_over(at) {
            return;
        }
        let place = self.open.partition_point(|other| self.order.compare(other, &turn).is_lt());
        if self.open.get(place).is_none_or(|other| other.lot != lot) {
            self.open.insert(place, turn);
        }
    }

    /// Pays down what is owed with the active lots in turn.
    fn pay(&mut self, at: DateTime<Utc>) {
        if self.debts.is_empty() {
            return;
        }
        self.for_each_active(at, |book, lot| {
            while let Some(mut debt) = book.debts.pop_front() {
                debt.points -= book.take(lot, debt.by, debt.points);
                if debt.points > 0 {
                    book.debts.push_front(debt);
                    break;
                }
            }
            !book.debts.is_empty()
        });
    }

    /// Takes points from the active lots in turn; what they do not have is owed.
    fn draw(&mut self, by: usize, wanted: i64, at: DateTime<Utc>) {
        let left = self.draw_active(by, wanted, at);
        self.owe(by, left);
    }

    /// Takes points from the lots that are active at `at` in turn, and says how many are missing.
    fn draw_active(&mut self, by: usize, mut wanted: i64, at: DateTime<Utc>) -> i64 {
        self.for_each_active(at, |book, lot| {
            wanted -= book.take(lot, by, wanted);
            wanted > 0
        });
        wanted
    }

    /// Takes points from lots that are pending and do not wait for a confirmation, as far as is
    /// known; says how many are missing.
    fn draw_pending(&mut self, by: usize, mut wanted: i64) -> i64 {
        let pending = |turn: &Turn| self.now < Some(turn.active_at);
        let lots = self.open.iter().filter(|turn| wanted > 0 && pending(turn));
        let mut turns: Vec<Turn> = lots.filter_map(|turn| self.as_known(turn)).collect();
        turns.sort_by(|one, other| self.order.compare(one, other));
        for turn in turns.iter().filter(|turn| !turn.is_waiting()) {
            wanted -= self.take(turn.lot, by, wanted);
        }
        self.close_used();
        wanted
    }

    fn owe(&mut self, by: usize, points: i64) {
        if points > 0 {
            self.debts.push_back(Debt { by, points });
        }
    }

    /// Goes through the lots that can be spent at `at` in their order for as long as `goes_on`.
    fn for_each_active(
        &mut self,
        at: DateTime<Utc>,
        mut goes_on: impl FnMut(&mut Self, usize) -> bool,
    ) {
        let mut place = 0;
        let mut goes_on_now = true;
        while let Some(turn) = self.open.get(place).filter(|_| goes_on_now) {
            let (lot, active) = (turn.lot, turn.active_at <= at);
            goes_on_now = !active || goes_on(self, lot);
            if self.left(lot) > 0 {
                place += 1;
            } else {
                self.open.remove(place);
            }
        }
    }

    /// Drops the lots from the queue that have nothing left.
    fn close_used(&mut self) {
        let lots = &self.lots;
        self.open.retain(|turn| lots.get(turn.lot).is_some_and(|lot| lot.left > 0));
    }

    /// The turn of a lot as far as it is known at the last instant that was looked at.
    fn as_known(&self, turn: &Turn) -> Option<Turn> {
        let term = self.lots.get(turn.lot)?.term.as_known(self.now?);
        Some(Turn::of(turn.lot, &term))
    }

    /// Forgets which confirmations are to come.
    pub(super) fn know_until_now(&mut self) {
        let Some(now) = self.now else { return };
        for opened in &mut self.lots {
            opened.term = opened.term.as_known(now);
        }
        self.queue_anew();
    }

    /// Lines the lots up as their terms are now.
    fn queue_anew(&mut self) {
        for turn in &mut self.open {
            if let Some(opened) = self.lots.get(turn.lot) {
                *turn = Turn::of(turn.lot, &opened.term);
            }
        }
        let order = self.order;
        self.open.sort_by(|one, other| order.compare(one, other));
    }

    /// Takes at most `wanted` points from a lot, and says how many.
    fn take(&mut self, lot: usize, by: usize, wanted: i64) -> i64 {
        let Some(opened) = self.lots.get_mut(lot) else { return 0 };
        let points = opened.left.min(wanted);
        opened.left -= points;
        if points > 0 {
            let at = self.now.unwrap_or_default();
            self.uses.push(Taken { lot, by, at, points });
        }
        points
    }

    /// Takes back from the lots of a share, whether they can be spent or not; says what is missing.
    fn claw_back(&mut self, by: usize, share: Share<'_>, wanted: i64, causes: Causes<'_>) -> i64 {
        let mut wanted = wanted;
        for lot in 0..self.lots.len() {
            let Some(opened) = self.lots.get(lot) else { break };
            if opened.left == 0 || !causes.is_of(opened.cause, share) {
                continue;
            }
            let is_over = self.now.is_some_and(|now| opened.term.is_over(now));
            let points = self.take(lot, by, wanted);
            wanted -= points;
            if is_over {
                self.sums.expired.0 -= points;
            }
        }
        self.close_used();
        wanted
    }

    /// Gives back what `of` took from the source of `by` for its line: first what is still owed of
    /// it, then what was taken last, to the lot that it came from.
    ///
    /// What it did not take by then is not given back; what has expired meanwhile stays so.
    fn restore(&mut self, by: &Cause, of: &EventId, mut wanted: i64, causes: Causes<'_>) {
        let undone = by.share_of(of);
        let sums = &mut self.sums;
        let mut give = |place: usize, left: &mut i64| {
            let taker = causes.get(place).filter(|taker| taker.share() == undone);
            let Some(sum) = taker.and_then(|taker| taken_sum(sums, &taker.movement)) else {
                return 0;
            };
            let points = wanted.min(*left);
            *left -= points;
            wanted -= points;
            sum.0 -= points;
            points
        };
        for debt in &mut self.debts {
            give(debt.by, &mut debt.points);
        }
        let mut given = Vec::new();
        for taken in self.uses.iter_mut().rev() {
            let points = give(taken.by, &mut taken.points);
            if points > 0 {
                given.push((taken.lot, points));
            }
        }
        self.debts.retain(|debt| debt.points > 0);
        self.uses.retain(|taken| taken.points > 0);
        self.put_back(given, by.at);
        self.pay(by.at);
    }

    /// Gives points back to lots.
    fn put_back(&mut self, given: Vec<(usize, i64)>, at: DateTime<Utc>) {
        for (lot, points) in given {
            let Some(opened) = self.lots.get_mut(lot) else { continue };
            opened.left += points;
            if opened.term.is_over(at) {
                self.sums.expired.0 += points;
            }
            self.reopen(lot, at);
        }
    }

    /// Opens a lot with points that have expired.
    fn reinstate(&mut self, by: usize, since: DateTime<Utc>, points: i64, term: Term) {
        let mut wanted = points;
        for (_, lot) in self.expired_lots(since) {
            wanted -= self.take(lot, by, wanted);
        }
        self.sums.expired.0 -= points - wanted;
        if wanted < points {
            self.open(by, term, points - wanted, term.active_at);
        }
    }

    /// Puts off the expiry of what slides.
    fn slide(&mut self, at: DateTime<Utc>) {
        for opened in &mut self.lots {
            opened.term.slide(at);
        }
        self.queue_anew();
    }
}

/// The sum that counts what a movement takes, if it takes anything.
const fn taken_sum<'a>(sums: &'a mut Balance, movement: &Movement) -> Option<&'a mut Points> {
    match movement {
        Movement::Spend | Movement::Capture { .. } => Some(&mut sums.spent),
        Movement::Send => Some(&mut sums.sent),
        Movement::Forfeit => Some(&mut sums.forfeited),
        Movement::ClawBack { .. } => Some(&mut sums.clawed_back),
        Movement::Hold { .. }
        | Movement::Restore { .. }
        | Movement::Release { .. }
        | Movement::Reinstate { .. }
        | Movement::Earn(_) => None,
    }
}
