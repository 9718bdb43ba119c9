//! What can be wrong with a ladder.

use thiserror::Error;

use super::{AtLeast, Credits, MAX_TIERS, Measure, Qualification};
use crate::id::{AttributeName, OfferId, TierId};
use crate::money::{Currency, Money};

/// What is wrong at a place of a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// There are no tiers.
    #[error("there are no tiers: at least one is needed, which everybody is in")]
    NoTiers,
    /// There are too many tiers.
    #[error("{count} tiers are too many: at most {MAX_TIERS}")]
    TooManyTiers {
        /// How many there are.
        count: usize,
    },
    /// Two tiers have one id.
    #[error("tier `{id}` is there twice: also at tiers[{first}]")]
    DuplicateTier {
        /// The id.
        id: TierId,
        /// Where the first tier is.
        first: usize,
    },
    /// The lowest tier is not for everybody.
    #[error("the first tier begins at {found}: it must be 0, so that everybody has a tier")]
    FirstNotZero {
        /// Where it begins.
        found: AtLeast,
    },
    /// A tier does not take more credits than the one below it.
    #[error("the tier begins at {found}, the one below it at {below}: it must take more")]
    NotRising {
        /// Where the tier begins.
        found: AtLeast,
        /// Where the tier below it begins.
        below: AtLeast,
    },
    /// A combination is empty, or takes none of a measure.
    #[error("nothing is needed for it: say how much of each measure, more than none")]
    NothingNeeded,
    /// Money where a number is counted, or the other way round.
    #[error("the ladder counts {measure}: write {}, not `{found}`", .measure.example())]
    WrongCredits {
        /// What the ladder counts.
        measure: Measure,
        /// The credits as they are written.
        found: Credits,
    },
    /// An amount is not of the program's currency.
    #[error("{amount} is not in {currency}, the currency of the program")]
    ForeignCurrency {
        /// The amount.
        amount: Money,
        /// The program's currency.
        currency: Currency,
    },
    /// A purchase is to be split where the next tier begins, but tiers do not begin at an amount.
    #[error("the ladder counts {measure}: only spend can be split where a tier begins")]
    NothingToSplit {
        /// What the ladder counts.
        measure: Measure,
    },
    /// The tier after a purchase depends on the points that depend on that tier.
    #[error("the ladder counts points earned: these cannot depend on the tier that they lead to")]
    Circular,
    /// A tier is to last until the end of a window that has none.
    #[error(
        "the window `{window}` has no end: write a term such as `{{\"for\": \"12mo\"}}` or \
         `{{\"end_of_next\": \"year\"}}`"
    )]
    NoEnd {
        /// The window.
        window: Qualification,
    },
    /// A term or a grace where tiers never end.
    #[error("no tier is ever lost (`downgrade` is `never`): then it needs no term and no grace")]
    NeverEnds,
    /// The tier a step lower has no term.
    #[error("one step at a time needs a `validity` with a term, for how long a step lasts")]
    NoTerm,
    /// Nothing is left to carry over, or no window comes after it.
    #[error("nothing is carried over from the window `{window}`: no other one begins after it")]
    NothingToCarry {
        /// The window.
        window: Qualification,
    },
    /// A tier is to be kept until its term ends, and has none.
    #[error("there is no review until which a tier could be kept: give `validity` a term")]
    NoReview,
    /// A tier that everybody keeps for life anyway.
    #[error("it is for life anyway: everybody is in the lowest tier, and a lifetime never ends")]
    AlwaysForLife,
    /// The window is of an attribute that is no date, or unknown.
    #[error("`{name}` is no attribute with a date")]
    NoDate {
        /// The attribute.
        name: AttributeName,
    },
    /// A multiplier on a ladder that is not the first one.
    #[error("only tiers of the first ladder multiply points")]
    SecondMultiplier,
    /// A benefit names an offer that the program does not have.
    #[error("there is no offer `{id}`")]
    UnknownOffer {
        /// The offer.
        id: OfferId,
    },
}
