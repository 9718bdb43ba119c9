//! What can be wrong with a ledger or with earning rules.

use thiserror::Error;

use super::{MAX_AWARD, MAX_ENTRIES, MAX_POSTING, Points};
use crate::event::EventType;
use crate::id::{CampaignId, EarningId, PurseId};
use crate::money::{Currency, Money};
use crate::rule;

/// What is wrong at a place of a ledger or of earning rules.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A number of points is zero, negative where it must not be, or too large.
    #[error("{points} points: it must be 1 to {MAX_POSTING}")]
    Amount {
        /// The number of points.
        points: Points,
    },
    /// Points can be spent before they are earned.
    #[error("the points are active before they are earned")]
    ActiveTooEarly,
    /// Points expire before they can be spent.
    #[error("the points expire before they are active")]
    ExpiresTooEarly,
    /// Points that were confirmed could have been spent earlier without.
    #[error("the points were confirmed when they could be spent already")]
    ConfirmedTooLate,
    /// An event takes back the points that it earned itself, or undoes another movement of its own.
    #[error("an event takes back its own points")]
    OwnClawBack,
    /// Points are held until an instant that is not after the one from which on they are.
    #[error("the points are held for no time")]
    HeldForNoTime,
    /// An entry does not continue the ledger: another one got there first, or one is missing.
    #[error("the entry is number {found}: the next one is {expected}")]
    Number {
        /// The number that continues the ledger.
        expected: u64,
        /// The number of the entry.
        found: u64,
    },
    /// The ledger has too many entries.
    #[error("{count} entries are too many: at most {MAX_ENTRIES}")]
    TooManyEntries {
        /// How many there are.
        count: usize,
    },
    /// The entries of a cause come to less than nothing, or to too much.
    #[error("the entries of this cause come to {net}: it must be 0 to {MAX_POSTING}")]
    Net {
        /// What they come to, in the direction of the cause.
        net: Points,
    },
    /// Two earning rules have one id.
    #[error("earning rule `{id}` is there twice: also at [{first}]")]
    DuplicateRule {
        /// The id.
        id: EarningId,
        /// Where the first rule is.
        first: usize,
    },
    /// Two purses have one id.
    #[error("purse `{id}` is there twice: also at purses[{first}]")]
    DuplicatePurse {
        /// The id.
        id: PurseId,
        /// Where the first purse is.
        first: usize,
    },
    /// Points are of a purse that is not declared.
    #[error("there is no purse `{id}`{}", hint(suggestion.as_ref()))]
    UnknownPurse {
        /// The id.
        id: PurseId,
        /// A purse that was probably meant.
        suggestion: Option<PurseId>,
    },
    /// Something costs points that cannot be spent.
    #[error("points of purse `{id}` cannot be spent")]
    Unspendable {
        /// The purse.
        id: PurseId,
    },
    /// A rule gives no points, or too many at a time.
    #[error("{points} points: a rule gives 1 to {MAX_AWARD} at a time")]
    Award {
        /// The number of points.
        points: Points,
    },
    /// An amount is not of the program's currency.
    #[error("{amount} is not in {currency}, the currency of the program")]
    ForeignCurrency {
        /// The amount.
        amount: Money,
        /// The program's currency.
        currency: Currency,
    },
    /// Points are given for nothing, or for less.
    #[error("points are given per {amount}: it must be more than nothing")]
    PerNothing {
        /// The amount.
        amount: Money,
    },
    /// Points are given for an event that moves points itself.
    #[error("`{event}` moves points itself and earns none")]
    EarnsNothing {
        /// The kind of event.
        event: EventType,
    },
    /// A cap lets a rule give points not even once.
    #[error("the cap is 0: leave the rule out if it is never to give points")]
    NeverEarns,
    /// A cap says neither how many times nor how many points.
    #[error("the cap caps nothing: say how many `times` or `points` at most")]
    CapsNothing,
    /// A bonus for orders names no order, or in two ways.
    #[error("which order is it: either the `nth`, or `every` so many")]
    WhichOrder,
    /// Orders are counted from 1.
    #[error("it is 0: orders are counted from 1")]
    OrderZero,
    /// A profile is complete without anything.
    #[error("there are no attributes: name those that must be known")]
    NothingToTell,
    /// Points wait for a confirmation that cannot come.
    #[error("only an order can be confirmed, and it is not only orders that earn these points")]
    NothingToConfirm,
    /// Two campaigns have one id.
    #[error("campaign `{id}` is there twice: also at campaigns[{first}]")]
    DuplicateCampaign {
        /// The id.
        id: CampaignId,
        /// Where the first campaign is.
        first: usize,
    },
    /// A campaign multiplies by one.
    #[error("1x multiplies nothing: leave the campaign out, or say how many times")]
    MultipliesNothing,
    /// A campaign names an earning rule that is not there.
    #[error("there is no earning rule `{id}`")]
    UnknownRule {
        /// The id.
        id: EarningId,
    },
    /// A campaign is never on.
    #[error("it ends before it begins")]
    EndsBeforeItBegins,
    /// The condition of a rule does not fit the program's fields.
    #[error(transparent)]
    When(#[from] rule::Fault),
}

fn hint(suggestion: Option<&PurseId>) -> String {
    match suggestion {
        Some(purse) => format!(": did you mean `{purse}`?"),
        None => String::from(": declare it under `purses`"),
    }
}
