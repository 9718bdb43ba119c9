//! What every method tells of the clusters that it found.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

/// A cluster of points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// The mean of its points.
    pub center: Vec<f64>,
    /// The number of its points.
    pub size: usize,
    /// The sum of their weights.
    pub weight: f64,
}

/// How a fit went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The seed that all chance came from; none of a method without chance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The number of points.
    pub points: usize,
    /// The number of clusters that were found.
    pub clusters: usize,
    /// The number of points that are in none of them, which are called noise.
    #[serde(default)]
    pub noise: usize,
    /// What was made as good as possible, and how good it is.
    pub objective: Objective,
    /// The number of iterations of the start that was kept.
    pub iterations: usize,
    /// Whether the last of them changed (next to) nothing.
    pub converged: bool,
    /// What its user should know.
    pub notes: Vec<Note>,
}

/// What a fit made as good as possible.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Objective {
    /// The weighted sum of the squared distances of all points from their centers: less is better.
    Inertia(f64),
    /// The weighted mean of the logarithms of the points' densities: more is better.
    LogLikelihood(f64),
    /// The weighted sum of the points' dissimilarities from their prototypes: less is better.
    Cost(f64),
    /// The sum of the clusters' stabilities (lifetimes in the condensed tree): more is better.
    Stability(f64),
    /// The method follows a definition and makes nothing best.
    None,
}

/// Something about a fit that its user should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Note {
    /// The points are at fewer different places than clusters were wanted (places count as the same
    /// if their squared distance is too small for a float), or a tree cannot be cut into so many.
    FewerClusters {
        /// How many were wanted.
        wanted: usize,
        /// How many there are.
        found: usize,
    },
    /// The centers still moved when the iterations were used up.
    NotConverged,
    /// All points have the same coordinate here: it tells nothing.
    ConstantColumn {
        /// The position of the coordinate.
        column: usize,
    },
    /// The points of a mixture's component are (nearly) at one place, or in a line or plane: only
    /// the regularization gives it volume.
    Flat {
        /// The number of the cluster.
        cluster: usize,
    },
}

/// A cluster as seen from a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nearest {
    /// The number of the cluster.
    pub cluster: usize,
    /// How far it is: the Euclidean distance of its center, unless its method says otherwise.
    pub distance: f64,
}

/// Where a point belongs, and where it nearly belongs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Assignment {
    /// The nearest cluster; of equally near ones the first.
    pub nearest: Nearest,
    /// The next nearest, if there is another cluster.
    pub next: Option<Nearest>,
}

impl Assignment {
    /// How much farther the next nearest center is: 0 on the border, none in an only cluster.
    #[must_use]
    pub fn margin(&self) -> Option<f64> {
        self.next.map(|next| next.distance - self.nearest.distance)
    }
}

impl Cluster {
    /// The order in which the clusters of a fit are numbered.
    pub(super) fn canonical(left: &Self, right: &Self) -> Ordering {
        let coordinates = || {
            let pairs = left.center.iter().zip(&right.center);
            pairs.map(|(left, right)| left.total_cmp(right)).find(|order| order.is_ne())
        };
        let weight = right.weight.total_cmp(&left.weight);
        weight.then_with(|| coordinates().unwrap_or(Ordering::Equal))
    }
}
