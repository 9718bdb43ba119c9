//! What can be wrong with a ladder.

use thiserror::Error;

use super::{Credits, MAX_TIERS, Measure};
use crate::id::TierId;
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
        found: Credits,
    },
    /// A tier does not take more credits than the one below it.
    #[error("the tier begins at {found}, the one below it at {below}: it must take more")]
    NotRising {
        /// Where the tier begins.
        found: Credits,
        /// Where the tier below it begins.
        below: Credits,
    },
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
}
