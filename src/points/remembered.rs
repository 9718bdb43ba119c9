//! What was asked of a purse and may be asked again.

use std::sync::OnceLock;

use chrono::{DateTime, Utc};

use super::book::Book;
use super::{Balance, Contents};

/// What a purse comes to, as far as it was asked for; empty again when that changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Remembered {
    /// The book of all causes.
    pub(super) book: OnceLock<Book>,
    /// Whether a balance of the past was asked for.
    asked: OnceLock<()>,
    /// Every balance until the last cause, each from its instant on.
    balances: OnceLock<Vec<(DateTime<Utc>, Balance)>>,
}

impl Remembered {
    /// Takes what is new and last into the book, if there is one, and forgets the balances.
    pub(super) fn go_on(&mut self, take_in: impl FnOnce(&mut Book)) {
        if let Some(book) = self.book.get_mut() {
            take_in(book);
        }
        self.asked.take();
        self.balances.take();
    }
}

impl Contents<'_> {
    /// The balance at an instant before the last cause.
    ///
    /// Whoever asks once may not ask again: all balances are worked out for the second question.
    pub(super) fn past_balance(&self, as_of: DateTime<Utc>) -> Balance {
        let again = self.remembered().filter(|remembered| remembered.asked.set(()).is_err());
        let Some(remembered) = again else {
            return self.with_book(as_of, |book| book.balance(as_of));
        };
        let balances = remembered.balances.get_or_init(|| self.balances());
        let place = balances.partition_point(|(from, _)| *from <= as_of);
        let last = place.checked_sub(1).and_then(|last| balances.get(last));
        last.map_or_else(|| self.empty().balance(as_of), |(_, balance)| balance.clone())
    }

    /// Every balance until the last cause, each with the instant from which on it is that.
    fn balances(&self) -> Vec<(DateTime<Utc>, Balance)> {
        let (mut book, mut balances) = (self.empty(), Vec::new());
        let mut now = DateTime::<Utc>::MIN_UTC;
        let mut nets = self.nets().peekable();
        while let Some((net, at)) = nets.next() {
            while let Some(change) = book.next_change(now).filter(|change| *change < at) {
                book.wait_until(change);
                balances.push((change, book.balance(change)));
                now = change;
            }
            self.causes().enter(&mut book, net);
            if nets.peek().is_none_or(|(_, next)| *next != at) {
                balances.push((at, book.balance(at)));
                now = at;
            }
        }
        balances
    }
}
