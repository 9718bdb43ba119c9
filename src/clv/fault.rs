//! What can be wrong with purchases or with a recipe.

use thiserror::Error;

use super::{LONGEST, MOST_WEIGHT};

/// Why a model cannot be fitted or read as asked.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A time is negative, NaN, infinite, or out of range.
    #[error("`{value}` is no time: it must be from 0 to {LONGEST:e}")]
    Time {
        /// The value found.
        value: f64,
    },
    /// The last purchase is later than the moment at which the customer is looked at.
    #[error("the last purchase at `{recency}` is after the age of `{age}`")]
    AfterAge {
        /// The time of the last purchase.
        recency: f64,
        /// The time at which the customer is looked at.
        age: f64,
    },
    /// Without a repeat purchase the time of the last one is 0.
    #[error("without a repeat purchase the recency is 0, not `{recency}`")]
    NoPurchase {
        /// The time found.
        recency: f64,
    },
    /// Customers are given in units that have no fixed number of each other.
    #[error("the unit has no fixed number of the others' unit")]
    Unit,
    /// A weight is NaN, negative, or out of range.
    #[error("`{value}` is no weight: it must be from 0 to {MOST_WEIGHT:e}")]
    Weight {
        /// The value found.
        value: f64,
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
    /// A parameter is not above 0, or out of range.
    #[error("`{value}` is no parameter: it must be above 0, and at most 1e300")]
    Parameter {
        /// The value found.
        value: f64,
    },
    /// A number of the recipe must be at least 1.
    #[error("at least 1 is needed")]
    Zero,
    /// A number of the recipe is too large.
    #[error("`{found}` is too many: at most {most}")]
    TooMany {
        /// The most that works.
        most: usize,
        /// The number found.
        found: usize,
    },
    /// How regular buyers are can only be chosen by the gaps between purchases.
    #[error("the gaps between purchases are needed to choose how regular they are")]
    NoGaps,
    /// A number is NaN, infinite, or out of range.
    #[error("`{value}` is out of range")]
    OutOfRange {
        /// The value found.
        value: f64,
    },
    /// More happened than could have.
    #[error("there are {found} {what}: at most {most} are possible")]
    MoreThanPossible {
        /// What was counted.
        what: &'static str,
        /// The most that is possible.
        most: u32,
        /// How many there are.
        found: u32,
    },
}
