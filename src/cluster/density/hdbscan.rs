//! HDBSCAN: the most stable clusters over all densities.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::Fault;
use super::super::neighbors::KdTree;
use super::super::points::{Points, is_coordinate};
use super::condensed::CondensedTree;
use super::core_distance::core_distances;
use super::hierarchy::DensityHierarchy;
use super::places::Places;
use super::spanning::spanning;

/// HDBSCAN: clusters of any shape and of different densities, and noise between them.
///
/// The core distance of a place is how far its neighborhood must reach to hold `min_samples`
/// points. The mutual reachability distance of two points is the greatest of their distance and
/// their core distances. As the distance shrinks at which points hang together, clusters split and
/// lose points (the [`CondensedTree`]); those that live longest are told.
///
/// A point that weighs w counts as w points at its place, both in neighborhoods and in clusters,
/// and points at the same place are one of their total weight: they are told the same. Many mutual
/// reachability distances are equal. What happens at an equal distance happens in an order that the
/// places of points decide and not their rows: a point that could go to either side goes to the
/// denser one.
///
/// R. Campello, D. Moulavi, A. Zimek and J. Sander, "Hierarchical density estimates for data
/// clustering, visualization, and outlier detection", ACM TKDD 10 (2015), 5:1–5:51; L. McInnes and
/// J. Healy, "Accelerated hierarchical density based clustering", ICDMW 2017, 33–42.
///
/// ```
/// use loyalty::cluster::Hdbscan;
/// use ndarray::Array2;
///
/// let line = [0.0, 0.1, 0.2, 0.3, 5.0, 20.0, 21.0, 22.0, 23.0, 24.0, 25.0];
/// let points = Array2::from_shape_vec((11, 1), line.to_vec())?;
/// let hierarchy = Hdbscan::new(3).fit(points.view(), None)?;
/// assert_eq!(hierarchy.clusters().iter().map(|c| c.size).collect::<Vec<_>>(), [6, 5]);
/// // Five is in the second cluster, but only just, and the farthest out.
/// let five = hierarchy.members()[4];
/// assert!(five.cluster == Some(1) && five.probability < 0.1 && five.outlier_score > 0.9);
/// // New points are assigned to these clusters.
/// assert_eq!(hierarchy.labels(Array2::from_elem((1, 1), 0.15).view()), [Some(1)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hdbscan {
    /// The least weight of a cluster, at least 2; lighter parts are points that leave theirs.
    pub min_cluster_size: usize,
    /// The weight that a neighborhood holds, the point itself included; `min_cluster_size` without
    /// a word. The more, the smoother.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_samples: Option<usize>,
    /// Which clusters of the tree are told.
    #[serde(default)]
    pub selection: Selection,
    /// Whether all points can be one cluster.
    #[serde(default)]
    pub single: Single,
    /// Clusters that split off at less than this distance are told as the one that they come from,
    /// usually called the selection ε; 0, so that all are told apart, without a word.
    ///
    /// C. Malzer and M. Baum, "A hybrid approach to hierarchical density-based cluster selection",
    /// MFI 2020, 223–228.
    #[serde(default)]
    pub join_below: f64,
}

/// Which clusters of a condensed tree are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Selection {
    /// Those whose stabilities have the greatest sum.
    #[default]
    ExcessOfMass,
    /// Those that do not split: many, small and even.
    Leaf,
}

/// Whether all points can be one cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Single {
    /// There are at least two clusters, or none.
    #[default]
    Refused,
    /// The first cluster of the tree can be told. Its own points are those that leave it last, or
    /// at no more than `join_below`; the others are noise.
    Allowed,
}

impl Hdbscan {
    /// A recipe for clusters of at least so many points, and without a word on anything else.
    #[must_use]
    pub fn new(min_cluster_size: usize) -> Self {
        let (selection, single) = (Selection::default(), Single::default());
        Self { min_cluster_size, min_samples: None, selection, single, join_below: 0.0 }
    }

    /// The clusters of the rows of a matrix; each row weighs 1 without `weights`.
    ///
    /// Where all points together weigh less than `min_samples`, all are noise.
    ///
    /// # Errors
    /// Everything in the recipe, the points or the weights that is out of range, with its place.
    ///
    /// # Complexity
    /// O(n) memory; O(n log n) time where points are in few dimensions, O(n²) at worst.
    pub fn fit(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
    ) -> Result<DensityHierarchy, Problems<Fault>> {
        let mut problems = Problems::none();
        self.check(&mut problems);
        let checked = problems.take(&Path::root(), Points::check(points, weights));
        let Some(points) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let places = Places::new(&points);
        let near = KdTree::new(places.columns, &places.coordinates);
        let cores = core_distances(&near, &places.weights, self.samples());
        let tree = if cores.iter().any(|core| core.is_infinite()) {
            CondensedTree { clusters: Vec::new(), points: Vec::new() }
        } else {
            let least = self.min_cluster_size as f64;
            CondensedTree::new(&spanning(&near, &cores), &places.weights, &cores, least)
        };
        Ok(DensityHierarchy::new(*self, places, near, cores, tree))
    }

    /// The weight that a neighborhood holds.
    pub(super) fn samples(&self) -> f64 {
        self.min_samples.unwrap_or(self.min_cluster_size) as f64
    }

    /// Adds everything that is wrong with the recipe.
    pub(super) fn check(&self, problems: &mut Problems<Fault>) {
        if self.min_cluster_size < 2 {
            let fault = Fault::TooFew { found: self.min_cluster_size, least: 2 };
            problems.add(Path::from("min_cluster_size"), fault);
        }
        if self.min_samples == Some(0) {
            problems.add(Path::from("min_samples"), Fault::Zero);
        }
        if !(self.join_below >= 0.0 && is_coordinate(self.join_below)) {
            let fault = Fault::Tolerance { value: self.join_below };
            problems.add(Path::from("join_below"), fault);
        }
    }
}
