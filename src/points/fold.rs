//! What entries do to lots when they are taken in chronological order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};

use super::entry::Share;
use super::{Balance, Cause, Expiring, Lot, LotState, Movement, Points, Term, Use};
use crate::id::EventId;

/// The lots of a ledger, as they stand when its entries until an instant are taken in and more
/// time has passed.
///
/// Sums are plain: a ledger bounds both its entries and their points, so that none overflows.
#[derive(Default)]
pub(super) struct Fold<'a> {
    lots: Vec<Opened<'a>>,
    /// The lots by what a claw-back takes from first; not there before there is a claw-back.
    own: Option<BTreeMap<Share<'a>, Vec<usize>>>,
    /// Whose turn it is when points are taken; not there before any are.
    queue: Option<Queue>,
    /// What was taken beyond what there was, in the order in which it is paid down.
    debts: VecDeque<Debt<'a>>,
    uses: Vec<Taken<'a>>,
    earned: i64,
    spent: i64,
    clawed_back: i64,
}

/// The lots that have points left.
#[derive(Default)]
struct Queue {
    /// Those that are active, unless they are over, in the order in which they are spent.
    active: BTreeSet<Turn>,
    /// Those that are not active yet, by the instant at which they will be.
    pending: BTreeSet<(DateTime<Utc>, usize)>,
}

struct Opened<'a> {
    cause: &'a Cause,
    term: Term,
    earned: i64,
    left: i64,
}

/// When it is a lot's turn to be spent: earliest expiry first, what never expires last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    never_expires: bool,
    expires_at: Option<DateTime<Utc>>,
    lot: usize,
}

struct Debt<'a> {
    by: &'a Cause,
    points: i64,
}

struct Taken<'a> {
    lot: usize,
    by: &'a Cause,
    points: i64,
}

impl Opened<'_> {
    const fn turn(&self, lot: usize) -> Turn {
        let expires_at = self.term.expires_at;
        Turn { never_expires: expires_at.is_none(), expires_at, lot }
    }

    fn state(&self, as_of: DateTime<Utc>) -> LotState {
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

impl<'a> Fold<'a> {
    /// Takes in what happened until `seen`; `net` is in chronological order.
    pub(super) fn of(net: impl Iterator<Item = (&'a Cause, Points)>, seen: DateTime<Utc>) -> Self {
        let mut fold = Self::default();
        for (cause, points) in net.take_while(|(cause, _)| cause.at <= seen) {
            fold.activate(cause.at);
            fold.take_in(cause, cause.movement.effect(points).0);
        }
        fold
    }

    /// Lets time pass until `as_of` without anything happening.
    pub(super) fn wait_until(mut self, as_of: DateTime<Utc>) -> Self {
        self.activate(as_of);
        self
    }

    fn take_in(&mut self, cause: &'a Cause, points: i64) {
        if self.queue.is_none() && !matches!(cause.movement, Movement::Earn(_)) {
            self.line_up(cause.at);
        }
        match &cause.movement {
            Movement::Earn(term) => {
                self.earned += points;
                self.open(cause, *term, points);
            }
            Movement::Spend => {
                self.spent += points;
                self.draw(cause, points);
            }
            Movement::ClawBack { of } => {
                self.clawed_back += points;
                let mut wanted = points;
                for lot in self.own_lots(cause, of) {
                    wanted -= self.take(lot, cause, wanted);
                }
                self.draw(cause, wanted);
            }
            Movement::Restore { of } => self.restore(cause, of, points),
        }
    }

    /// Gives back what `of` spent or took back from the source of `by` for its line: first what is
    /// still owed of it, then what was taken last, to the lot that it came from.
    ///
    /// What it did not take by then is not given back; what has expired meanwhile stays so.
    fn restore(&mut self, by: &'a Cause, of: &'a EventId, mut wanted: i64) {
        let undone = by.share_of(of);
        let is_undone = |taker: &Cause| {
            matches!(taker.movement, Movement::Spend | Movement::ClawBack { .. })
                && taker.share() == undone
        };
        let mut give = |taker: &Cause, left: &mut i64| {
            let points = wanted.min(*left);
            *left -= points;
            wanted -= points;
            match taker.movement {
                Movement::Spend => self.spent -= points,
                _ => self.clawed_back -= points,
            }
            points
        };
        for debt in self.debts.iter_mut().filter(|debt| is_undone(debt.by)) {
            give(debt.by, &mut debt.points);
        }
        let mut reopened = BTreeSet::new();
        for taken in self.uses.iter_mut().rev().filter(|taken| is_undone(taken.by)) {
            let points = give(taken.by, &mut taken.points);
            if let Some(opened) = self.lots.get_mut(taken.lot) {
                opened.left += points;
                reopened.insert(opened.turn(taken.lot));
            }
        }
        self.debts.retain(|debt| debt.points > 0);
        self.uses.retain(|taken| taken.points > 0);
        for turn in reopened {
            self.resume(turn.lot, by.at);
        }
    }

    /// Makes the queue, at the first instant at which points are taken.
    fn line_up(&mut self, at: DateTime<Utc>) {
        self.queue = Some(Queue::default());
        for lot in 0..self.lots.len() {
            self.resume(lot, at);
        }
    }

    /// Lets a lot that has points again be spent, if and when it can be.
    fn resume(&mut self, lot: usize, at: DateTime<Utc>) {
        let (Some(Opened { term, .. }), Some(queue)) = (self.lots.get(lot), &mut self.queue) else {
            return;
        };
        if term.active_at > at {
            queue.pending.insert((term.active_at, lot));
        } else if !term.is_over(at) {
            self.settle(lot);
        }
    }

    /// The lots from which `claw_back` takes first: what `of` earned from its source for its line.
    fn own_lots(&mut self, claw_back: &'a Cause, of: &'a EventId) -> Vec<usize> {
        let own = self.own.get_or_insert_with(|| {
            let mut own: BTreeMap<Share<'_>, Vec<usize>> = BTreeMap::new();
            for (lot, opened) in self.lots.iter().enumerate() {
                own.entry(opened.cause.share()).or_default().push(lot);
            }
            own
        });
        own.get(&claw_back.share_of(of)).cloned().unwrap_or_default()
    }

    fn open(&mut self, cause: &'a Cause, term: Term, points: i64) {
        let lot = self.lots.len();
        self.lots.push(Opened { cause, term, earned: points, left: points });
        if let Some(own) = &mut self.own {
            own.entry(cause.share()).or_default().push(lot);
        }
        self.resume(lot, cause.at);
    }

    /// Makes lots active whose time has come.
    fn activate(&mut self, until: DateTime<Utc>) {
        while let Some(queue) = &mut self.queue
            && let Some(&(at, lot)) = queue.pending.first()
            && at <= until
        {
            queue.pending.pop_first();
            self.settle(lot);
        }
    }

    /// Makes a lot active; it first pays down what is owed.
    fn settle(&mut self, lot: usize) {
        while let Some(mut debt) = self.debts.pop_front() {
            debt.points -= self.take(lot, debt.by, debt.points);
            if debt.points > 0 {
                self.debts.push_front(debt);
                break;
            }
        }
        if let (Some(opened), Some(queue)) = (self.lots.get(lot), &mut self.queue)
            && opened.left > 0
        {
            queue.active.insert(opened.turn(lot));
        }
    }

    /// Takes points from the active lots in turn; what they do not have is owed.
    fn draw(&mut self, by: &'a Cause, mut wanted: i64) {
        while wanted > 0
            && let Some(queue) = &mut self.queue
            && let Some(&turn) = queue.active.first()
        {
            if turn.expires_at.is_some_and(|expires_at| expires_at <= by.at) {
                queue.active.pop_first();
            } else {
                wanted -= self.take(turn.lot, by, wanted);
            }
        }
        if wanted > 0 {
            self.debts.push_back(Debt { by, points: wanted });
        }
    }

    /// Takes at most `wanted` points from a lot, and says how many.
    fn take(&mut self, lot: usize, by: &'a Cause, wanted: i64) -> i64 {
        let Some(opened) = self.lots.get_mut(lot) else {
            return 0;
        };
        let points = opened.left.min(wanted);
        opened.left -= points;
        if points > 0 {
            self.uses.push(Taken { lot, by, points });
        }
        if let (0, Some(queue)) = (opened.left, &mut self.queue) {
            queue.active.remove(&opened.turn(lot));
            queue.pending.remove(&(opened.term.active_at, lot));
        }
        points
    }

    pub(super) fn balance(&self, as_of: DateTime<Utc>) -> Balance {
        let (mut active, mut pending, mut expired) = (0, 0, 0);
        for lot in &self.lots {
            match lot.state(as_of) {
                LotState::Active => active += lot.left,
                LotState::Pending => pending += lot.left,
                LotState::Expired => expired += lot.left,
                LotState::Used => {}
            }
        }
        Balance {
            earned: Points(self.earned),
            active: Points(active),
            pending: Points(pending),
            expired: Points(expired),
            spent: Points(self.spent),
            clawed_back: Points(self.clawed_back),
            deficit: Points(self.debts.iter().map(|debt| debt.points).sum()),
        }
    }

    /// The terms that are not over at `as_of`, with what is left of each lot.
    pub(super) fn unexpired(
        &self,
        as_of: DateTime<Utc>,
    ) -> impl Iterator<Item = (Term, Points)> + use<'_, 'a> {
        let lots = self.lots.iter().filter(move |lot| lot.left > 0 && !lot.term.is_over(as_of));
        lots.map(|lot| (lot.term, Points(lot.left)))
    }

    pub(super) fn lots(self, as_of: DateTime<Utc>) -> Vec<Lot> {
        let mut lots: Vec<Lot> = self
            .lots
            .iter()
            .map(|lot| Lot {
                cause: lot.cause.clone(),
                earned: Points(lot.earned),
                left: Points(lot.left),
                state: lot.state(as_of),
                uses: Vec::new(),
            })
            .collect();
        for Taken { lot, by, points } in self.uses {
            if let Some(lot) = lots.get_mut(lot) {
                lot.uses.push(Use { by: by.clone(), points: Points(points) });
            }
        }
        lots
    }

    pub(super) fn expiring(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Expiring> {
        let mut expiring: BTreeMap<DateTime<Utc>, i64> = BTreeMap::new();
        for lot in self.lots.iter().filter(|lot| lot.left > 0) {
            if let Some(at) = lot.term.expires_at.filter(|&at| from < at && at <= to) {
                *expiring.entry(at).or_default() += lot.left;
            }
        }
        expiring.into_iter().map(|(at, points)| Expiring { at, points: Points(points) }).collect()
    }

    /// The first instant after `as_of` at which a lot changes its state by itself.
    pub(super) fn next_change(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let lots = self.lots.iter().filter(|lot| lot.left > 0);
        let turns = lots.flat_map(|lot| [Some(lot.term.active_at), lot.term.expires_at]);
        turns.flatten().filter(|&at| at > as_of).min()
    }
}
