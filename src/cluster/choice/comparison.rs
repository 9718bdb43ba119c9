//! Which method to take: all of them on the same points, by the same scores.

use std::cmp::Ordering;
use std::fmt;
use std::ops::RangeInclusive;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::{Fault, Method};
use super::{Choice, Criteria, Reason, Row, as_it_is, choose};

/// Methods in the order in which they suit the points, the best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// All methods that were compared.
    pub candidates: Vec<Candidate>,
}

/// A method, and what it comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// The method with the number of clusters that is recommended for it, if it has one.
    pub method: Method,
    /// The scores for each number of clusters; a single row if the method has no number.
    pub choice: Choice,
}

impl Candidate {
    /// The scores of the number of clusters that is recommended.
    #[must_use]
    pub fn scores(&self) -> Option<&Row> {
        self.choice.table.iter().find(|row| row.clusters == self.choice.recommended)
    }

    /// How much its reason is worth: separate and stable, separate, nothing.
    const fn rank(&self) -> u8 {
        match self.choice.reason {
            Reason::BestSeparated { .. } => 0,
            Reason::NoneStable { .. } => 1,
            Reason::NothingSeparates { .. } | Reason::NothingToCompare => 2,
        }
    }

    fn silhouette(&self) -> f64 {
        self.scores().and_then(|row| row.silhouette).unwrap_or(f64::NEG_INFINITY)
    }

    /// The better one first.
    fn order(left: &Self, right: &Self) -> Ordering {
        let silhouettes = right.silhouette().total_cmp(&left.silhouette());
        left.rank().cmp(&right.rank()).then(silhouettes)
    }
}

impl Comparison {
    /// The method that suits the points best; none if nothing separates by any of them.
    #[must_use]
    pub fn recommended(&self) -> Option<&Candidate> {
        self.candidates.first().filter(|candidate| candidate.rank() < 2)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.recommended().is_none() {
            f.write_str("no method is recommended\n")?;
        }
        for (place, Candidate { method, choice }) in self.candidates.iter().enumerate() {
            let end = if place == 0 { "" } else { "\n" };
            write!(f, "{end}{}: {choice}", method.name())?;
        }
        Ok(())
    }
}

/// Which of some methods suits the rows of a matrix best, each with the number of clusters that
/// [`choose`] recommends for it; a method without a number (by density, or a tree that is cut at a
/// height) as it is.
///
/// All are told by the same scores of the same points, and points in no cluster count as one more
/// cluster for all. First come methods whose clusters are separate and stable, then those whose
/// clusters are separate only, and last those that separate nothing; among these, the greater mean
/// silhouette comes first, and of equal ones the method that was given first. Silhouettes are of
/// distances, and so are fairest to round clusters: to see a method by density preferred, look at
/// its stability too.
///
/// # Errors
/// As [`choose`], with the place of the method, and no methods at all.
///
/// ```
/// use loyalty::cluster::choice::{Criteria, compare};
/// use loyalty::cluster::{Cut, Dbscan, Hierarchy, KMeans, Method};
/// use ndarray::Array2;
///
/// // Two lines of points, far apart.
/// let points = Array2::from_shape_fn((40, 2), |(row, column)| match column {
///     0 => (row % 20) as f64,
///     _ => (row / 20 * 100) as f64 + (row % 3) as f64,
/// });
/// let methods: [Method; 3] = [
///     KMeans::new(2).into(),
///     Hierarchy::new(Cut::Clusters(2)).into(),
///     Dbscan::new(1.0).into(),
/// ];
/// let found = compare(&methods, points.view(), None, 2..=4, &Criteria::default(), 7)?;
/// assert_eq!(found.recommended().map(|best| best.method.name()), Some("kmeans"));
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
pub fn compare(
    methods: &[Method],
    points: ArrayView2<'_, f64>,
    weights: Option<&[f64]>,
    clusters: RangeInclusive<usize>,
    criteria: &Criteria,
    seed: u64,
) -> Result<Comparison, Problems<Fault>> {
    let mut problems = Problems::none();
    let path = Path::from("methods");
    if methods.is_empty() {
        problems.add(path.clone(), Fault::Zero);
    }
    let mut candidates = Vec::new();
    for (index, method) in methods.iter().enumerate() {
        let choice = if method.with_clusters(1).is_some() {
            choose(method, points, weights, clusters.clone(), criteria, seed)
        } else {
            as_it_is(method, points, weights, criteria, seed)
        };
        let Some(choice) = problems.take(&path.item(index), choice) else { continue };
        let wanted = method.with_clusters(choice.recommended);
        candidates.push(Candidate { method: wanted.unwrap_or_else(|| method.clone()), choice });
    }
    candidates.sort_by(Candidate::order);
    problems.into_result(Comparison { candidates })
}
