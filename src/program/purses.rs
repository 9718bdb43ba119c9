//! The purses of a program: who names them, and their terms.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fault, Program, Spec};
use crate::event::{Operation, Passage};
use crate::id::PurseId;
use crate::path::{Path, Problems};
use crate::points::{
    Amount, Balance, Contents, Expiry, Ledger, Posting, Purse, Purses, Refusal, Wallet,
};

/// The purses that are written; whatever names one names one of them.
pub(super) fn checked(spec: &Spec, problems: &mut Problems<Fault>) -> Purses {
    let checked = problems.take(&Path::from("purses"), Purses::check(&spec.purses));
    // All that is wrong with them is told by now.
    let purses = checked.unwrap_or_else(|| Purses::of(&spec.purses));
    for (path, purse) in named(spec) {
        if let Some(fault) = purses.fault(purse) {
            problems.add(path, Fault::Points(fault));
        }
    }
    for (index, offer) in spec.offers.iter().enumerate() {
        let cost = offer.cost.as_ref().and_then(|cost| cost.purse.as_ref());
        if let Some(fault) = purses.cost_fault(cost) {
            problems.add(Path::from("offers").item(index).field("cost"), Fault::Points(fault));
        }
    }
    purses
}

/// The purses that ladders, prizes and benefits name, each with its path.
fn named(spec: &Spec) -> impl Iterator<Item = (Path, Option<&PurseId>)> {
    let ladders = spec.ladders.iter().enumerate().map(|(index, ladder)| {
        (Path::from("ladders").item(index).field("purse"), ladder.purse.as_ref())
    });
    let prizes = spec.games.prizes().map(|(path, prize)| {
        (Path::from("games").join(&path).field("purse"), prize.purse.as_ref())
    });
    let benefits = spec.offers.iter().enumerate().map(|(index, offer)| {
        (Path::from("offers").item(index).field("benefit"), offer.benefit.purse())
    });
    ladders.chain(prizes).chain(benefits)
}

impl Program {
    /// A ledger in which the points of each purse are spent in the order of the terms.
    pub(super) fn empty_ledger(&self) -> Ledger {
        let own = self.purses.iter().filter_map(|purse| {
            let order = purse.spend_order.filter(|order| *order != self.spend_order)?;
            Some((purse.id.clone(), order))
        });
        Ledger::in_order(self.spend_order).with_orders(own.collect())
    }

    /// What a purse says of its own; nothing for that of the main points.
    fn terms(&self, purse: Option<&PurseId>) -> Option<&Purse> {
        self.purses.get(purse?)
    }

    /// When points of a purse expire, if nothing else is said than that main points do so
    /// `usually`.
    pub(super) fn expiry(&self, purse: Option<&PurseId>, usually: Expiry) -> Expiry {
        self.terms(purse).and_then(|purse| purse.expiry).unwrap_or(usually)
    }

    /// How much of what a return or a void is to move it really moves, in each purse by its terms.
    pub(super) fn clamp(&self, postings: Vec<Posting>, ledger: &Ledger) -> Vec<Posting> {
        let mut by_purse: BTreeMap<Option<PurseId>, Vec<Posting>> = BTreeMap::new();
        for posting in postings {
            by_purse.entry(posting.cause().purse.clone()).or_default().push(posting);
        }
        let clamped = by_purse.into_iter().flat_map(|(purse, postings)| {
            let purse = purse.as_ref();
            let policy = self.terms(purse).and_then(|purse| purse.claw_back);
            policy.unwrap_or(self.claw_back).clamp(postings, ledger.purse(purse))
        });
        clamped.collect()
    }

    /// Why an operation cannot be done in its purse, whatever is in it.
    pub(super) fn purse_refusal(&self, operation: &Operation) -> Option<Refusal> {
        let purse = operation.purse();
        if operation.spends() {
            return self.spend_refusal(purse);
        }
        // Accounts become one with all that is in them, even if it is from earlier terms.
        let joins = matches!(operation.passage(), Some(Passage::Merge | Passage::Unmerge));
        let unknown = !joins && self.purses.fault(purse).is_some();
        unknown.then_some(Refusal::UnknownPurse)
    }

    /// Why points of a purse cannot be spent, however many there are.
    pub(super) fn spend_refusal(&self, purse: Option<&PurseId>) -> Option<Refusal> {
        let purse = purse?;
        match self.purses.get(purse) {
            None => Some(Refusal::UnknownPurse),
            Some(terms) => (!terms.spendable).then_some(Refusal::NotSpendable),
        }
    }

    /// What can be spent of each purse.
    pub(super) fn wallet(&self, main: &Balance, others: &BTreeMap<PurseId, Balance>) -> Wallet {
        let spendable = |balance: &&Balance| self.spend_refusal(balance.purse.as_ref()).is_none();
        let balances = std::iter::once(main).chain(others.values()).filter(spendable);
        let amount =
            |balance: &Balance| Amount { points: balance.active, purse: balance.purse.clone() };
        balances.map(amount).collect()
    }

    /// The purses of the program, and others in which the ledger has anything.
    pub(super) fn purses_in<'a>(&'a self, ledger: &'a Ledger) -> BTreeSet<&'a PurseId> {
        self.purses.iter().map(|purse| &purse.id).chain(ledger.purses()).collect()
    }

    /// The balances of all purses.
    pub(super) fn balances(
        &self,
        ledger: &Ledger,
        balance: impl Fn(Contents<'_>) -> Balance,
    ) -> BTreeMap<PurseId, Balance> {
        let purses = self.purses_in(ledger).into_iter();
        purses.map(|purse| (purse.clone(), balance(ledger.purse(purse)))).collect()
    }
}
