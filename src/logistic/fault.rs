//! What can be wrong with points or with a recipe.

use thiserror::Error;

use super::{LARGEST, MOST_COLUMNS, MOST_WEIGHT};

/// Why a logistic regression cannot be fitted or read as asked.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is nothing to learn from.
    #[error("there are no points")]
    NoPoints,
    /// All points are of one kind, so that nothing tells the kinds apart.
    #[error("all points are of one kind: both are needed")]
    OneKind,
    /// There are too many columns.
    #[error("`{found}` columns are too many: at most {MOST_COLUMNS}")]
    Columns {
        /// How many there are.
        found: usize,
    },
    /// A coordinate is NaN, infinite, or so large that its square would overflow.
    #[error("`{value}` is no coordinate: it must be finite and at most {LARGEST:e} in magnitude")]
    Coordinate {
        /// The value found.
        value: f64,
    },
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
    /// The ridge is not above 0, or out of range.
    #[error("`{value}` is no ridge: it must be from 1e-9 to 1e12")]
    Ridge {
        /// The value found.
        value: f64,
    },
    /// A number of the recipe must be at least 1.
    #[error("at least 1 is needed")]
    Zero,
    /// A stored model has a number that no fit could have given.
    #[error("`{value}` is out of range")]
    OutOfRange {
        /// The value found.
        value: f64,
    },
}
