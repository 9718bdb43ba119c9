//! What can be wrong with a recipe or a log.

use thiserror::Error;

use crate::clv;

/// Why it cannot be told when customers buy.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The log has too little in it.
    #[error("the log has too little in it: {reason}")]
    TooLittle {
        /// Why.
        reason: String,
    },
    /// A number is out of its range.
    #[error("`{value}` is out of range: it must be above 0 and at most {most:e}")]
    OutOfRange {
        /// The value found.
        value: f64,
        /// The most that is allowed.
        most: f64,
    },
    /// A number of the recipe is too small.
    #[error("`{found}` is too few: at least {least}")]
    TooFew {
        /// The least that makes sense.
        least: usize,
        /// The number found.
        found: usize,
    },
    /// There is not one of something for each of another.
    #[error("there are {found} {what}: {expected} are needed")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there must be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The rates of customers cannot be fitted.
    #[error(transparent)]
    Rates(#[from] clv::Fault),
}
