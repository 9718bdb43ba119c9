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
    /// What the book came to when that was asked first.
    present: OnceLock<Present>,
    /// Whether a balance of the past was asked for.
    asked: OnceLock<()>,
    /// Every balance until the last cause, each from its instant on.
    balances: OnceLock<Vec<(DateTime<Utc>, Balance)>>,
}

/// A balance, and how long it stays that if nothing is posted.
#[derive(Clone, Debug)]
struct Present {
    from: DateTime<Utc>,
    /// The first instant at which it may be another one.
    until: DateTime<Utc>,
    balance: Balance,
}

impl Remembered {
    /// Takes what is new and last into the book, if there is one, and forgets the balances.
    pub(super) fn go_on(&mut self, take_in: impl FnOnce(&mut Book)) {
        if let Some(book) = self.book.get_mut() {
            take_in(book);
        }
        self.present.take();
        self.asked.take();
        self.balances.take();
    }
}

impl Present {
    fn of(book: &Book, as_of: DateTime<Utc>) -> Self {
        Self { from: as_of, until: book.counts_until(as_of), balance: book.balance(as_of) }
    }

    fn at(&self, as_of: DateTime<Utc>) -> Option<Balance> {
        (self.from <= as_of && as_of < self.until).then(|| self.balance.clone())
    }
}

impl Contents<'_> {
    /// The balance at an instant after all causes.
    ///
    /// An event is decided with the balance before it and after it, and the member may be asked
    /// about at the same time: all of them count the same lots.
    pub(super) fn present_balance(&self, as_of: DateTime<Utc>) -> Balance {
        self.with_book(as_of, |book| {
            let present = self.remembered().map(|known| &known.present);
            let present = present.map(|present| present.get_or_init(|| Present::of(book, as_of)));
            let known = present.and_then(|present| present.at(as_of));
            known.unwrap_or_else(|| book.balance(as_of))
        })
    }

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
