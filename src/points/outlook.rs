//! What a ledger comes to from its last cause on, found once and then kept up with what is earned.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};

use super::fold::Fold;
use super::{Balance, Cause, Ledger, Movement, Points, Term};

/// How the balance goes on after the last cause if nothing more happens, as long as nothing is
/// owed: lots become active and expire, and no lot has to do with another.
#[derive(Clone, Debug)]
pub(super) struct Outlook {
    /// The instant of the last cause.
    from: DateTime<Utc>,
    /// Of the balance, what time does not change any more.
    settled: Balance,
    /// The terms of the other lots, with what is left of them.
    open: Vec<(Term, Points)>,
}

/// The outlook of a ledger, if it was asked for; none if there is none.
///
/// It follows from what stands in the ledger, so that it is no part of what makes two ledgers
/// equal.
#[derive(Clone, Debug, Default)]
pub(super) struct Foreseen(OnceLock<Option<Outlook>>);

impl PartialEq for Foreseen {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Foreseen {}

impl Foreseen {
    /// The outlook of `ledger`, whose own this is.
    pub(super) fn of(&self, ledger: &Ledger) -> Option<&Outlook> {
        self.0.get_or_init(|| Outlook::of(ledger)).as_ref()
    }

    /// Takes in what the causes come to that have just changed.
    pub(super) fn keep(&mut self, changed: &[(Cause, Points)]) {
        let known = self.0.take().flatten();
        if let Some(outlook) = known.and_then(|outlook| outlook.with(changed)) {
            self.0 = OnceLock::from(Some(outlook));
        }
    }
}

impl Outlook {
    fn of(ledger: &Ledger) -> Option<Self> {
        let (last, _) = ledger.net().last()?;
        let fold = Fold::of(ledger.net(), last.at);
        let settled = fold.balance(last.at);
        if settled.deficit > Points::ZERO {
            return None;
        }
        let settled = Balance { active: Points::ZERO, pending: Points::ZERO, ..settled };
        let mut outlook = Self { from: last.at, settled, open: Vec::new() };
        fold.unexpired(last.at).for_each(|(term, left)| outlook.add(term, left));
        Some(outlook)
    }

    /// What the customer holds at `as_of`; `None` if that is before the last cause.
    pub(super) fn balance(&self, as_of: DateTime<Utc>) -> Option<Balance> {
        let mut balance = (self.from <= as_of).then_some(self.settled)?;
        for (term, left) in &self.open {
            let state = if term.is_over(as_of) {
                &mut balance.expired
            } else if as_of < term.active_at {
                &mut balance.pending
            } else {
                &mut balance.active
            };
            state.0 += left.0;
        }
        Some(balance)
    }

    /// The outlook when these causes, too, come to what they are said to; `None` unless all of them
    /// earn, after the last cause that is known.
    pub(super) fn with(mut self, changed: &[(Cause, Points)]) -> Option<Self> {
        let known = self.from;
        self.from = changed.iter().map(|(cause, _)| cause.at).chain([known]).max()?;
        for (cause, points) in changed {
            let Movement::Earn(term) = cause.movement else { return None };
            if cause.at <= known {
                return None;
            }
            self.settled.earned.0 += points.0;
            self.add(term, *points);
        }
        Some(self)
    }

    /// Takes in a lot whose term is not over.
    fn add(&mut self, term: Term, left: Points) {
        if term.expires_at.is_none() && term.active_at <= self.from {
            self.settled.active.0 += left.0;
        } else {
            self.open.push((term, left));
        }
    }
}
