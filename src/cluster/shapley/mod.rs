//! Shapley values: how much each coordinate of a point has to do with a number that depends on all
//! of them.
//!
//! A coordinate that is "absent" is replaced by that of a background row, and the number is
//! averaged over the rows (the interventional game of S. Lundberg and S.-I. Lee, "A unified
//! approach to interpreting model predictions", NeurIPS 2017, and D. Janzing, L. Minorics and
//! P. Blöbaum, "Feature relevance quantification in explainable AI", AISTATS 2020). The values sum
//! to the number at the point minus its mean over the background.

mod exact;
mod sampled;

use serde::{Deserialize, Serialize};

pub use sampled::Sampling;

/// Up to so many coordinates all subsets are looked at, and the values are exact.
pub const MOST_EXACT: usize = 12;

/// What each coordinate of a point adds to a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribution {
    /// The mean of the number over the background.
    pub base: f64,
    /// What each coordinate adds to it; together, the number at the point.
    pub values: Vec<f64>,
    /// How exact the values are.
    pub precision: Precision,
}

/// How exact Shapley values are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Precision {
    /// By a formula or by all subsets: exact up to rounding.
    Exact,
    /// The mean over random orders of the coordinates.
    Sampled {
        /// How many orders were drawn.
        orders: usize,
        /// How surely all values at once are within the error, by the normal approximation of
        /// their means (with Bonferroni's correction for their number).
        confidence: f64,
        /// How far the worst value may be off.
        error: f64,
    },
}

/// What each coordinate of `point` adds to `worth`: exact up to [`MOST_EXACT`] coordinates, and
/// sampled beyond.
///
/// `None` without background, if a row of it has another number of coordinates than the point, or
/// if the worth is not finite somewhere.
///
/// ```
/// use loyalty::cluster::shapley::{Precision, Sampling, attribute};
///
/// let (point, background) = ([2.0, 3.0, 1.0], vec![vec![0.0; 3]]);
/// // The product of two is shared by both, and the third has nothing to do with it.
/// let worth = |at: &[f64]| at[0] * at[1];
/// let found = attribute(&point, &background, &Sampling::default(), worth).ok_or("none")?;
/// assert_eq!((found.base, found.values), (0.0, vec![3.0, 3.0, 0.0]));
/// assert_eq!(found.precision, Precision::Exact);
/// # Ok::<(), &str>(())
/// ```
///
/// # Complexity
/// O(2^d · rows) evaluations of the worth, or O(d · orders) if sampled.
pub fn attribute(
    point: &[f64],
    background: &[Vec<f64>],
    sampling: &Sampling,
    worth: impl Fn(&[f64]) -> f64,
) -> Option<Attribution> {
    if background.is_empty() || background.iter().any(|row| row.len() != point.len()) {
        return None;
    }
    let found = if point.len() <= MOST_EXACT {
        exact::attribute(point, background, worth)
    } else {
        sampling.attribute(point, background, worth)
    };
    let finite = found.base.is_finite() && found.values.iter().all(|value| value.is_finite());
    finite.then_some(found)
}

#[cfg(test)]
mod tests;
