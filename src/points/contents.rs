//! What a ledger has in one purse.

use chrono::{DateTime, Utc};

use super::book::{Book, Causes};
use super::ledger::Net;
use super::remembered::Remembered;
use super::{Cause, Ledger, Points, SpendOrder};
use crate::id::{EventId, PurseId};

/// What a [`Ledger`] has in one purse: lots, debts and holds, with which those of other purses have
/// nothing to do.
///
/// The main points have a purse without a name.
#[derive(Clone, Copy, Debug)]
pub struct Contents<'a> {
    ledger: &'a Ledger,
    purse: Option<&'a PurseId>,
}

/// Of the main points.
impl<'a> From<&'a Ledger> for Contents<'a> {
    fn from(ledger: &'a Ledger) -> Self {
        Self::of(ledger, None)
    }
}

impl<'a> Contents<'a> {
    pub(super) const fn of(ledger: &'a Ledger, purse: Option<&'a PurseId>) -> Self {
        Self { ledger, purse }
    }

    /// Which purse it is; `None` for that of the main points.
    #[must_use]
    pub const fn purse(&self) -> Option<&'a PurseId> {
        self.purse
    }

    /// In which order its lots are spent.
    #[must_use]
    pub fn order(&self) -> SpendOrder {
        self.ledger.order_of(self.purse)
    }

    /// What stands in it when corrections are counted in, in chronological order.
    ///
    /// The points have the sign of their effect on what can be spent.
    pub fn net(&self) -> impl DoubleEndedIterator<Item = (&'a Cause, Points)> + use<'a> {
        let purse = self.purse;
        self.ledger.net().filter(move |(cause, _)| cause.purse.as_ref() == purse)
    }

    pub(super) fn causes(&self) -> Causes<'a> {
        Causes(self.ledger.entries())
    }

    pub(super) const fn ledger(&self) -> &'a Ledger {
        self.ledger
    }

    /// The first instant after `as_of` at which an entry takes place that is there already.
    pub(super) fn next_entry(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut later = self.ledger.split_at(as_of).1.iter().filter(|net| self.has(net));
        self.ledger.cause(later.next()?.entry).map(|cause| cause.at)
    }

    /// The book when all that happened until `as_of` is known, at that instant.
    pub(super) fn book_until(&self, as_of: DateTime<Utc>) -> Book {
        self.with_book(as_of, |book| {
            let mut book = book.clone();
            book.wait_until(as_of);
            book
        })
    }

    /// The same as far as it was known then: confirmations that came later are not.
    pub(super) fn book_as_known(&self, as_of: DateTime<Utc>) -> Book {
        let mut book = self.book_until(as_of);
        book.know_until_now();
        book
    }

    /// What the causes until `as_of` come to.
    pub(super) fn with_book<T>(&self, as_of: DateTime<Utc>, ask: impl FnOnce(&Book) -> T) -> T {
        let (until, _) = self.ledger.split_at(as_of);
        if !self.is_all_until(as_of) {
            return ask(&self.fold(until));
        }
        match self.remembered() {
            Some(remembered) => ask(remembered.book.get_or_init(|| self.fold(until))),
            None => ask(&self.empty()),
        }
    }

    /// Whether all that moves points of this purse is until `as_of`.
    pub(super) fn is_all_until(&self, as_of: DateTime<Utc>) -> bool {
        !self.ledger.split_at(as_of).1.iter().any(|net| self.has(net))
    }

    pub(super) fn remembered(&self) -> Option<&'a Remembered> {
        self.ledger.remembered(self.purse)
    }

    /// What stands in the purse, with when it does, in chronological order.
    pub(super) fn nets(&self) -> impl Iterator<Item = (Net, DateTime<Utc>)> {
        let all = self.ledger.split_at(DateTime::<Utc>::MAX_UTC).0.iter();
        let own = all.filter(|net| self.has(net));
        own.filter_map(|net| Some((*net, self.ledger.cause(net.entry)?.at)))
    }

    /// The book before anything stands in it.
    pub(super) fn empty(&self) -> Book {
        Book::new(self.order(), self.purse)
    }

    /// What is owed and what is held after each cause that is later than `as_of`.
    pub(super) fn owed_and_reserved_after(&self, as_of: DateTime<Utc>) -> Vec<(i64, i64)> {
        let (until, later) = self.ledger.split_at(as_of);
        let mut book = self.fold(until);
        let after = |net: &Net| {
            self.causes().enter(&mut book, *net);
            book.owed_and_reserved()
        };
        later.iter().filter(|net| self.has(net)).map(after).collect()
    }

    /// By which cause `event` holds points and what stands for it, as long as it has some left.
    pub(super) fn held_by(&self, event: &EventId) -> Option<(&'a Cause, Points)> {
        let holder = |book: &Book| book.holder(event, self.causes());
        let place = self.with_book(DateTime::<Utc>::MAX_UTC, holder);
        let cause = self.ledger.cause(place?)?;
        Some((cause, self.ledger.standing(cause)))
    }

    fn fold(&self, net: &[Net]) -> Book {
        let mut book = self.empty();
        let own = net.iter().filter(|net| self.has(net));
        own.for_each(|net| self.causes().enter(&mut book, *net));
        book
    }

    /// Whether a cause moves points of this purse.
    fn has(&self, net: &Net) -> bool {
        self.ledger.cause(net.entry).is_some_and(|cause| cause.purse.as_ref() == self.purse)
    }
}
