//! What a purse comes to at an instant.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::book::{Book, Opened};
use super::{Cause, Contents, Entry, Ledger, Movement, Points, Term};
use crate::id::PurseId;

/// How many points of one purse a customer holds, and what became of the others.
///
/// At every instant: `earned + deficit = active + pending + reserved + expired + spent + sent +
/// forfeited + clawed_back`, and there are no active points while there is a deficit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// The purse; that of the main points if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purse: Option<PurseId>,
    /// All that ever came in.
    pub earned: Points,
    /// What can be spent.
    pub active: Points,
    /// What was earned and cannot be spent yet.
    pub pending: Points,
    /// What is held, and can be spent only by who holds it.
    #[serde(default)]
    pub reserved: Points,
    /// What was not used in time.
    pub expired: Points,
    /// All that was ever spent.
    pub spent: Points,
    /// All that was ever given to other accounts.
    #[serde(default)]
    pub sent: Points,
    /// All that was ever taken away by operators.
    #[serde(default)]
    pub forfeited: Points,
    /// All that was ever taken back.
    pub clawed_back: Points,
    /// What was spent or taken beyond what there was; the next points pay it down.
    pub deficit: Points,
}

impl Balance {
    /// What can be spent, or as a negative number what is owed.
    #[must_use]
    pub const fn spendable(&self) -> Points {
        // One of them is zero.
        Points(self.active.0 - self.deficit.0)
    }

    /// Counts points of a lot that is not known to be over.
    pub(super) fn count(
        &mut self,
        points: i64,
        active_at: DateTime<Utc>,
        expires_at: Option<DateTime<Utc>>,
        as_of: DateTime<Utc>,
    ) {
        let state = if expires_at.is_some_and(|expires_at| expires_at <= as_of) {
            &mut self.expired
        } else if as_of < active_at {
            &mut self.pending
        } else {
            &mut self.active
        };
        state.0 += points;
    }
}

/// The points that one cause earned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lot {
    /// What earned them; its movement has the term in which they were.
    pub cause: Cause,
    /// How many they were.
    pub earned: Points,
    /// How many are left.
    pub left: Points,
    /// How many are held beside those.
    #[serde(default)]
    pub reserved: Points,
    /// From when until when they can be spent, with all that has put off their expiry.
    pub term: Term,
    /// Whether those that are left can be spent.
    pub state: LotState,
    /// What the others went to, in the order in which it took them.
    pub uses: Vec<Use>,
}

/// Whether the points of a lot can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LotState {
    /// Not yet.
    Pending,
    /// Yes.
    Active,
    /// No: points were left when they expired.
    Expired,
    /// No: all are gone, or held.
    Used,
}

/// Points that a lot gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Use {
    /// What they were spent on, or why they were taken back.
    pub by: Cause,
    /// When they left the lot: with that or, where the lot paid down what was owed, later.
    pub at: DateTime<Utc>,
    /// How many.
    pub points: Points,
}

/// Points of one purse that expire at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expiring {
    /// The purse; that of the main points if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purse: Option<PurseId>,
    /// The first instant at which they can no longer be spent.
    pub at: DateTime<Utc>,
    /// How many.
    pub points: Points,
}

impl Ledger {
    /// What the customer holds of main points at `as_of`: [`Contents::balance`].
    #[must_use]
    pub fn balance(&self, as_of: DateTime<Utc>) -> Balance {
        self.purse(None).balance(as_of)
    }

    /// What the customer will hold of main points: [`Contents::balance_with`].
    #[must_use]
    pub fn balance_with(&self, entries: &[Entry], as_of: DateTime<Utc>) -> Balance {
        self.purse(None).balance_with(entries, as_of)
    }

    /// Every lot of main points: [`Contents::lots`].
    #[must_use]
    pub fn lots(&self, as_of: DateTime<Utc>) -> Vec<Lot> {
        self.purse(None).lots(as_of)
    }

    /// What expires of main points: [`Contents::expiring`].
    #[must_use]
    pub fn expiring(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Expiring> {
        self.purse(None).expiring(from, to)
    }

    /// The first instant after `as_of` at which the balance of any purse is another one:
    /// [`Contents::next_change`].
    #[must_use]
    pub fn next_change(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.contents().filter_map(|contents| contents.next_change(as_of)).min()
    }
}

impl Contents<'_> {
    /// What the customer holds at `as_of`.
    ///
    /// # Complexity
    /// O(m) for the m lots that have points left, if no entry is later than `as_of`; else O(log n)
    /// for the n net entries. Of an instant before the last entry the first two questions after
    /// something was posted are O(n m), and so is the first one of now after a correction.
    #[must_use]
    pub fn balance(&self, as_of: DateTime<Utc>) -> Balance {
        if self.is_all_until(as_of) {
            self.present_balance(as_of)
        } else {
            self.past_balance(as_of)
        }
    }

    /// What the customer will hold at `as_of` once `entries` are posted; what they hold now, if the
    /// ledger refuses the entries.
    #[must_use]
    pub fn balance_with(&self, entries: &[Entry], as_of: DateTime<Utc>) -> Balance {
        if let Some(balance) = self.balance_with_earned(entries, as_of) {
            return balance;
        }
        let mut ledger = self.ledger().clone();
        let _unchanged_if_refused = ledger.post(entries.to_vec());
        ledger.purse(self.purse()).balance(as_of)
    }

    /// The balance with entries that only earn, after all that is known, while no lot has to do
    /// with another.
    fn balance_with_earned(&self, entries: &[Entry], as_of: DateTime<Utc>) -> Option<Balance> {
        let last = self.net().next_back().map(|(cause, _)| cause);
        let earned = |entry: &Entry| match entry.cause.movement {
            Movement::Earn(term)
                if last < Some(&entry.cause)
                    && entry.cause.at <= as_of
                    && term.sliding.is_none() =>
            {
                Some((term, entry.points))
            }
            _ => None,
        };
        let own = entries.iter().filter(|entry| entry.cause.purse.as_ref() == self.purse());
        let earned = own.map(earned).collect::<Option<Vec<(Term, Points)>>>()?;
        if !self.with_book(as_of, Book::is_plain) || self.ledger().changed(entries).is_err() {
            return None;
        }
        let mut balance = self.balance(as_of);
        for (term, points) in earned {
            balance.earned.0 += points.0;
            balance.count(points.0, term.active_at, term.expires_at, as_of);
        }
        Some(balance)
    }

    /// Every lot that was opened until `as_of`, in chronological order, with what became of it.
    ///
    /// A deficit that a lot paid down counts among its uses under the cause that had run it up.
    #[must_use]
    pub fn lots(&self, as_of: DateTime<Utc>) -> Vec<Lot> {
        let book = self.book_as_known(as_of);
        let causes = self.causes();
        let lot = |lot: &Opened| {
            let Opened { cause, term, earned, left, reserved } = *lot;
            let state = lot.state(as_of);
            let [earned, left, reserved] = [earned, left, reserved].map(Points);
            let cause = causes.get(cause)?.clone();
            Some(Lot { cause, earned, left, reserved, term, state, uses: Vec::new() })
        };
        let mut lots: Vec<Lot> = book.lots.iter().filter_map(lot).collect();
        for taken in &book.uses {
            if let (Some(lot), Some(by)) = (lots.get_mut(taken.lot), causes.get(taken.by)) {
                lot.uses.push(Use { by: by.clone(), at: taken.at, points: Points(taken.points) });
            }
        }
        lots
    }

    /// What expires after `from` and not after `to` if nothing happens in between, by instant.
    ///
    /// Points that are held expire when they are let go.
    #[must_use]
    pub fn expiring(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Expiring> {
        let mut book = self.book_as_known(from);
        let endings = book.endings(from, to);
        let mut expired = book.expired();
        let mut ends = |at: DateTime<Utc>| {
            book.wait_until(at);
            let before = std::mem::replace(&mut expired, book.expired());
            let purse = self.purse().cloned();
            Some(Expiring { purse, at, points: expired.checked_sub(before)? })
        };
        let ends = endings.into_iter().filter_map(&mut ends);
        ends.filter(|one| !one.points.is_zero()).collect()
    }

    /// The first instant after `as_of` at which the balance is another one.
    ///
    /// That is when points become active or expire, when a hold ends, or when an entry takes place
    /// that is there already, even if it gives back what was not taken and so changes
    /// nothing.
    #[must_use]
    pub fn next_change(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let entry = self.next_entry(as_of);
        entry.into_iter().chain(self.book_until(as_of).next_change(as_of)).min()
    }
}
