//! What earlier returns and voids made of the points of an event: what they took, and what they
//! forgave.
//!
//! What was forgiven stands nowhere: it is what was to be taken with a return or a void and was not
//! taken by it. So it follows from the history and the ledger, as all else does.

use std::collections::BTreeMap;

use super::{Reversal, Share, origins};
use crate::event::Event;
use crate::id::EventId;
use crate::points::{Movement, Posting};

/// What is settled of the points of one share.
#[derive(Clone, Default)]
pub(super) struct Account<'a> {
    /// How many were to be taken in all.
    pub(super) due: i64,
    by: BTreeMap<&'a EventId, Part>,
}

/// What one return or void did.
#[derive(Clone, Copy, Default)]
struct Part {
    taken: i64,
    forgiven: i64,
}

impl<'a> Reversal<'a> {
    /// What returns and voids before this one settled of what `origin` earned.
    pub(super) fn settled(
        &self,
        origin: &EventId,
        earned: &[Posting],
    ) -> BTreeMap<Share, Account<'a>> {
        let bought = self.history.known(origin).map(Event::position);
        let concerns = |event: &&Event| {
            bought < Some(event.position())
                && event.position() < self.event.position()
                && origins(self.history, event).contains(origin)
        };
        let earlier: Vec<&'a Event> = self.history.reversals().filter(concerns).collect();
        let mut accounts: BTreeMap<Share, Account<'a>> = BTreeMap::new();
        if earlier.is_empty() {
            return accounts;
        }
        let taken = self.taken_by(origin);
        let next = earlier.iter().skip(1).copied().chain([self.event]);
        for (&event, next) in earlier.iter().zip(next) {
            let history = self.history.before(next.position());
            let then = Reversal { event, history: &history, ledger: self.ledger };
            for (share, due) in then.due(origin, earned).0 {
                let taken = taken.get(&(share.clone(), &event.id)).copied().unwrap_or(0);
                let account = accounts.entry(share).or_default();
                let order = then.latest_first(account.takers());
                account.settle(&event.id, due, taken, &order);
            }
        }
        accounts
    }

    /// How much each return or void took of what `origin` earned, whatever was given back of it.
    fn taken_by(&self, origin: &EventId) -> BTreeMap<(Share, &'a EventId), i64> {
        let mut taken: BTreeMap<(Share, &EventId), i64> = BTreeMap::new();
        for (cause, points) in self.ledger.net() {
            if matches!(&cause.movement, Movement::ClawBack { of } if of == origin) {
                *taken.entry((Share::of(cause), &cause.event)).or_default() -= points.0;
            }
        }
        taken
    }
}

impl<'a> Account<'a> {
    /// Who took or forgave something.
    pub(super) fn takers(&self) -> impl Iterator<Item = &'a EventId> {
        self.by.keys().copied()
    }

    /// Takes in what an event took when so many points were to be taken in all.
    fn settle(&mut self, event: &'a EventId, due: i64, taken: i64, order: &[&EventId]) {
        let more = due - self.due;
        self.due = due;
        let _given_back = self.undo(-more, order);
        let part = self.by.entry(event).or_default();
        part.taken += taken;
        part.forgiven += (more - taken).max(0);
    }

    /// Gives up so many points, by who took or forgave them, in this order; and says what of them
    /// was taken: that is given back. What was forgiven of a part is given up first.
    pub(super) fn undo<'o>(
        &mut self,
        mut surplus: i64,
        order: &[&'o EventId],
    ) -> Vec<(&'o EventId, i64)> {
        let mut given_back = Vec::new();
        for &event in order {
            let Some(part) = self.by.get_mut(event).filter(|_| surplus > 0) else { continue };
            let forgiven = part.forgiven.min(surplus);
            let back = part.taken.min(surplus - forgiven);
            part.forgiven -= forgiven;
            part.taken -= back;
            surplus -= forgiven + back;
            given_back.push((event, back));
        }
        given_back
    }
}
