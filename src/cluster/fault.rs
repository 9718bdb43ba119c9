//! What can be wrong with points or with a recipe.

use thiserror::Error;

use super::{HEAVIEST, LARGEST, LIGHTEST};

/// Why points cannot be clustered as asked.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// There is nothing to cluster.
    #[error("there are no points")]
    NoPoints,
    /// The points have no coordinates.
    #[error("the points have no coordinates")]
    NoCoordinates,
    /// A coordinate is NaN, infinite, or so large that its square would overflow.
    #[error("`{value}` is no coordinate: it must be finite and at most {LARGEST:e} in magnitude")]
    Coordinate {
        /// The value found.
        value: f64,
    },
    /// A weight is NaN, negative, or out of range.
    #[error("`{value}` is no weight: it must be 0 or from {LIGHTEST:e} to {HEAVIEST:e}")]
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
    /// All weights are 0.
    #[error("no point has any weight")]
    NoWeight,
    /// A number of the recipe must be at least 1.
    #[error("at least 1 is needed")]
    Zero,
    /// The tolerance is negative, NaN or infinite.
    #[error("`{value}` is no tolerance: it must be 0 or more")]
    Tolerance {
        /// The value found.
        value: f64,
    },
    /// A score compares clusters, and there are fewer than two.
    #[error("all points are in one cluster: at least 2 are needed")]
    OneCluster,
    /// A stored model has a number that no fit could have given.
    #[error("`{value}` is out of range")]
    OutOfRange {
        /// The value found.
        value: f64,
    },
    /// Shares of all points do not sum to 1.
    #[error("the shares sum to {sum}: they must sum to 1")]
    Shares {
        /// What they sum to.
        sum: f64,
    },
    /// Matrices are in another form than the recipe has.
    #[error("the matrices are of another form than the recipe's covariance")]
    OtherForm,
    /// A matrix cannot be a covariance or the inverse of one.
    #[error("the matrix is not symmetric and positive definite")]
    NotPositiveDefinite,
    /// The radius of a neighborhood is 0, negative, NaN, infinite, or out of range.
    #[error("`{value}` is no radius: it must be more than 0 and at most {LARGEST:e}")]
    Radius {
        /// The value found.
        value: f64,
    },
    /// The points of a stored model are not in the order of their coordinates, each once.
    #[error("the point does not stand after one with lower coordinates")]
    Order,
    /// There is no cluster of this number.
    #[error("there is no cluster {number}")]
    NoCluster {
        /// The number found.
        number: usize,
    },
    /// The method keeps the distances of all points that differ, and there are too many.
    #[error("there are {found} points that differ: at most {most} can be compared each with each")]
    TooManyPlaces {
        /// The most that can be clustered so.
        most: usize,
        /// How many there are.
        found: usize,
    },
    /// A number of the recipe is too small.
    #[error("`{found}` is too few: at least {least} are needed")]
    TooFew {
        /// The least that works.
        least: usize,
        /// The number found.
        found: usize,
    },
    /// Two things that are to be merged are not of the same kind.
    #[error("the other one has a different {what}")]
    Different {
        /// What differs.
        what: &'static str,
    },
    /// A method that finds its own number of clusters was asked for so many.
    #[error("the method has no number of clusters to choose")]
    NoNumber,
}
