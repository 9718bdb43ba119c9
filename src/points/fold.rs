//! What entries do to lots when they are taken in chronological order.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use chrono::{DateTime, Utc};

use super::{Balance, Cause, Expiring, Lot, LotState, Movement, Points, Source, Term, Use};
use crate::id::{EventId, LineId};

/// The lots of a ledger, as they stand when its entries until an instant are taken in and more
/// time has passed.
///
/// Sums are plain: a ledger bounds both its entries and their points, so that none overflows.
#[derive(Default)]
pub(super) struct Fold<'a> {
    lots: Vec<Opened<'a>>,
    /// The lots that an event opened from a source for a line.
    own: BTreeMap<(&'a EventId, &'a Source, Option<&'a LineId>), Vec<usize>>,
    /// The lots that are active, unless they are over, in the order in which they are spent.
    active: BTreeSet<Turn>,
    /// The lots that are not active yet, by the instant at which they will be.
    pending: BTreeSet<(DateTime<Utc>, usize)>,
    /// What was taken beyond what there was, in the order in which it is paid down.
    debts: VecDeque<Debt<'a>>,
    uses: Vec<Taken<'a>>,
    earned: i64,
    spent: i64,
    clawed_back: i64,
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

/// Counts points that were spent or taken back as if they had not been.
const fn undo(by: &Cause, points: i64, spent: &mut i64, clawed_back: &mut i64) {
    match by.movement {
        Movement::Spend => *spent -= points,
        _ => *clawed_back -= points,
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
                let own = self.own.get(&(of, &cause.source, cause.line.as_ref()));
                let mut wanted = points;
                for lot in own.cloned().unwrap_or_default() {
                    wanted -= self.take(lot, cause, wanted);
                }
                self.draw(cause, wanted);
            }
            Movement::Restore { of } => self.restore(cause, of, points),
        }
    }

    /// Gives back what an event spent or took back from the same source for the same line: first
    /// what is still owed of it, then the last taken to the lot that it came from.
    fn restore(&mut self, cause: &'a Cause, of: &EventId, mut wanted: i64) {
        let is_it = |by: &Cause| {
            (&by.event, &by.source, &by.line) == (of, &cause.source, &cause.line)
                && matches!(by.movement, Movement::Spend | Movement::ClawBack { .. })
        };
        for debt in self.debts.iter_mut().filter(|debt| is_it(debt.by)) {
            let points = debt.points.min(wanted);
            debt.points -= points;
            wanted -= points;
            undo(debt.by, points, &mut self.spent, &mut self.clawed_back);
        }
        self.debts.retain(|debt| debt.points > 0);
        let mut given = Vec::new();
        for taken in self.uses.iter_mut().rev().filter(|taken| is_it(taken.by)) {
            let points = taken.points.min(wanted);
            taken.points -= points;
            wanted -= points;
            undo(taken.by, points, &mut self.spent, &mut self.clawed_back);
            given.push((taken.lot, points));
        }
        self.uses.retain(|taken| taken.points > 0);
        for (lot, points) in given {
            if let Some(opened) = self.lots.get_mut(lot) {
                opened.left += points;
                self.pending.insert((opened.term.active_at, lot));
            }
        }
        self.activate(cause.at);
    }

    fn open(&mut self, cause: &'a Cause, term: Term, points: i64) {
        let lot = self.lots.len();
        self.lots.push(Opened { cause, term, earned: points, left: points });
        let key = (&cause.event, &cause.source, cause.line.as_ref());
        self.own.entry(key).or_default().push(lot);
        self.pending.insert((term.active_at, lot));
        self.activate(cause.at);
    }

    /// Makes lots active whose time has come; they first pay down what is owed.
    fn activate(&mut self, until: DateTime<Utc>) {
        while let Some(&(at, lot)) = self.pending.first()
            && at <= until
        {
            self.pending.pop_first();
            while let Some(mut debt) = self.debts.pop_front() {
                debt.points -= self.take(lot, debt.by, debt.points);
                if debt.points > 0 {
                    self.debts.push_front(debt);
                    break;
                }
            }
            if let Some(opened) = self.lots.get(lot).filter(|opened| opened.left > 0) {
                self.active.insert(opened.turn(lot));
            }
        }
    }

    /// Takes points from the active lots in turn; what they do not have is owed.
    fn draw(&mut self, by: &'a Cause, mut wanted: i64) {
        while wanted > 0
            && let Some(&turn) = self.active.first()
        {
            if turn.expires_at.is_some_and(|expires_at| expires_at <= by.at) {
                self.active.pop_first();
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
        if opened.left == 0 {
            self.active.remove(&opened.turn(lot));
            self.pending.remove(&(opened.term.active_at, lot));
        }
        points
    }

    pub(super) fn balance(&self, as_of: DateTime<Utc>) -> Balance {
        let left = |state| {
            let lots = self.lots.iter().filter(|lot| lot.state(as_of) == state);
            Points(lots.map(|lot| lot.left).sum())
        };
        Balance {
            earned: Points(self.earned),
            active: left(LotState::Active),
            pending: left(LotState::Pending),
            expired: left(LotState::Expired),
            spent: Points(self.spent),
            clawed_back: Points(self.clawed_back),
            deficit: Points(self.debts.iter().map(|debt| debt.points).sum()),
        }
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
