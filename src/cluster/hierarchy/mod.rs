//! Hierarchical clustering: the recipe ([`Hierarchy`]), what it finds ([`Dendrogram`]), and the
//! model that a cut through it gives ([`Branches`]).

pub(in crate::cluster) mod blocks;
pub(in crate::cluster) mod boxes;
mod branches;
mod centers;
mod centroid;
mod chain;
mod dendrogram;
mod edges;
mod matrix;
mod measured;
mod places;
mod single;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::points::Points;
use super::{Birch, Fault};

pub use branches::Branches;
pub use dendrogram::{Dendrogram, Merge};

use branches::Leaves;
use centers::Centers;
use edges::Edge;
use matrix::Matrix;
use places::Places;

/// The most different places of which [`Linkage::Average`] and [`Linkage::Complete`] keep all
/// distances: they are 3.6 GB then.
pub const MOST_PLACES: usize = 30_000;

/// Hierarchical clustering: the two nearest clusters are joined, again and again, and the tree of
/// these merges is cut.
///
/// ```
/// use loyalty::cluster::{Cut, Hierarchy};
/// use ndarray::array;
///
/// let points = array![[0.0, 0.0], [0.0, 1.0], [9.0, 9.0], [9.0, 8.0], [8.0, 9.0]];
/// let found = Hierarchy::new(Cut::Clusters(2)).fit(points.view(), None)?;
/// assert_eq!(found.members(), [1, 1, 0, 0, 0]);
/// assert_eq!(found.dendrogram().merges()[0].height, 1.0);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hierarchy {
    /// How far apart clusters are; Ward without a word.
    #[serde(default)]
    pub linkage: Linkage,
    /// Where the tree is cut.
    pub cut: Cut,
    /// For very many points: they go into micro-clusters first, in one pass, and the tree is of
    /// these (by number, with their weights) and not of the points. Without a word it is not so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Birch>,
}

/// How far apart two clusters are.
///
/// All distances are Euclidean, and heights are those of SciPy. A point of weight w counts as w
/// points that coincide.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Linkage {
    /// The root of twice that by which the sum of squared distances from the centers would grow:
    /// finds round clusters of like size. O(n) memory, and in few columns about O(n log n) time.
    ///
    /// J. Ward, "Hierarchical grouping to optimize an objective function", Journal of the American
    /// Statistical Association 58 (1963), 236–244.
    #[default]
    Ward,
    /// The mean of the distances of their points (UPGMA). O(n²) time and memory.
    Average,
    /// The greatest distance of their points. O(n²) time and memory.
    Complete,
    /// The least distance of their points: finds clusters of any form, and chains. O(n) memory and
    /// O(n²) time.
    Single,
    /// The distance of their means (UPGMC). Heights can fall. O(n) memory, mostly O(n²) time.
    Centroid,
    /// The distance of their middles, where the middle of two clusters lies halfway between their
    /// own, whatever their weights (WPGMC). Heights can fall. O(n) memory, mostly O(n²) time.
    Median,
}

/// Where a tree of clusters is cut.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// So that there are so many clusters: just so many, even if heights tie, unless the points are
    /// fewer. Where heights fall, a merge parts only together with the higher ones below it, as in
    /// SciPy, so that there can be fewer.
    Clusters(usize),
    /// At this height: what was joined at or below it stays together, if all merges within it were
    /// at or below it too.
    Height(f64),
}

impl Hierarchy {
    /// A recipe for this cut, and without a word on anything else.
    #[must_use]
    pub const fn new(cut: Cut) -> Self {
        Self { linkage: Linkage::Ward, cut, summary: None }
    }

    /// The clusters of the rows of a matrix; each row weighs 1 without `weights`, and a row of
    /// weight 0 only gets the cluster whose center is nearest to it.
    ///
    /// There is no chance in it: the same input gives the same bytes. Of equally near clusters the
    /// ones with the least rows are joined.
    ///
    /// # Errors
    /// Everything in the recipe, the points or the weights that is out of range, with its place,
    /// and too many points for a linkage that keeps all distances.
    pub fn fit(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
    ) -> Result<Branches, Problems<Fault>> {
        let mut problems = Problems::none();
        self.check(&mut problems);
        let checked = problems.take(&Path::root(), Points::check(points, weights));
        let Some(points) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let Some(birch) = &self.summary else {
            let of_points = (0..points.len()).collect();
            let leaves = Leaves { points: &points, tree: &points, of_points };
            return Ok(Branches::cut(&leaves, self.dendrogram(&points)?, self.cut));
        };
        let (summary, of_points) = birch.summarize(&points);
        let clusters = summary.clusters();
        let coordinates = clusters.iter().flat_map(|c| &c.center).copied().collect();
        let weights = clusters.iter().map(|cluster| cluster.weight).collect();
        let tree = Points::known(points.columns(), coordinates, weights);
        let leaves = Leaves { points: &points, tree: &tree, of_points };
        let branches = Branches::cut(&leaves, self.dendrogram(&tree)?, self.cut);
        Ok(branches.summarized(summary))
    }

    fn check(&self, problems: &mut Problems<Fault>) {
        let path = Path::from("cut");
        match self.cut {
            Cut::Clusters(0) => problems.add(path.field("clusters"), Fault::Zero),
            Cut::Height(value) if !(0.0..f64::INFINITY).contains(&value) => {
                problems.add(path.field("height"), Fault::OutOfRange { value });
            }
            _ => {}
        }
        if let Some(birch) = &self.summary {
            birch.check(&Path::from("summary"), problems);
        }
    }

    fn dendrogram(&self, points: &Points<'_>) -> Result<Dendrogram, Problems<Fault>> {
        let places = Places::new(points);
        let mut edges = match self.linkage {
            Linkage::Ward => chain::merges(&mut Centers::new(&places, self.linkage)),
            Linkage::Single => single::merges(&places),
            Linkage::Centroid | Linkage::Median => {
                centroid::merges(&mut Centers::new(&places, self.linkage))
            }
            Linkage::Average | Linkage::Complete => {
                let (most, found) = (MOST_PLACES, places.len());
                if found > most {
                    let fault = Fault::TooManyPlaces { most, found };
                    return Err(Problems::one(Path::from("points"), fault));
                }
                chain::merges(&mut Matrix::new(&places, self.linkage))
            }
        };
        self.heights(&mut edges);
        let falls = matches!(self.linkage, Linkage::Centroid | Linkage::Median);
        if !falls {
            edges.sort_by(|one, other| one.height.total_cmp(&other.height));
        }
        Ok(edges::dendrogram(points.weights(), &places.edges(&edges)))
    }

    /// Turns what a linkage compares into the heights that it tells.
    fn heights(&self, edges: &mut [Edge]) {
        let height = |compared: f64| match self.linkage {
            Linkage::Ward => (2.0 * compared).sqrt(),
            Linkage::Average | Linkage::Complete => compared,
            Linkage::Single | Linkage::Centroid | Linkage::Median => compared.sqrt(),
        };
        edges.iter_mut().for_each(|edge| edge.height = height(edge.height));
    }
}

/// Points in so many clusters by Ward, which are numbered in the order of their first points.
pub(in crate::cluster) fn joined_by_ward(points: &Points<'_>, clusters: usize) -> Vec<usize> {
    let places = Places::new(points);
    let mut edges = chain::merges(&mut Centers::new(&places, Linkage::Ward));
    edges.sort_by(|one, other| one.height.total_cmp(&other.height));
    let dendrogram = edges::dendrogram(points.weights(), &places.edges(&edges));
    dendrogram.cut(Cut::Clusters(clusters)).into_iter().flatten().collect()
}
