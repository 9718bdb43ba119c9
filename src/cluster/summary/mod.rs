//! Many points as few micro-clusters: the recipe ([`Birch`]) and what it gives ([`MicroClusters`]).

mod clustering_feature;
mod tree;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::hierarchy::boxes::{Boxes, Seeker};
use super::points::{Points, is_coordinate};
use super::{Assignment, Cluster, Fault, Note, Objective, Report, nearby};

pub use clustering_feature::ClusteringFeature;

use tree::Tree;

/// BIRCH: one pass over the points that keeps micro-clusters, each within a radius, in a tree.
///
/// T. Zhang, R. Ramakrishnan and M. Livny, "BIRCH: an efficient data clustering method for very
/// large databases", SIGMOD Record 25 (1996), 103–114. The micro-clusters follow from the order of
/// the points, by the rules of scikit-learn, and are few enough for methods that compare all pairs.
///
/// ```
/// use loyalty::cluster::Birch;
/// use ndarray::array;
///
/// let points = array![[0.0, 0.0], [0.0, 0.5], [9.0, 9.0], [9.0, 8.5], [8.5, 9.0]];
/// let summary = Birch::new(0.5).fit(points.view(), None)?;
/// assert_eq!(summary.labels(points.view()), [Some(1), Some(1), Some(0), Some(0), Some(0)]);
/// assert_eq!(summary.clusters()[1].center, [0.0, 0.25]);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Birch {
    /// The greatest radius of a micro-cluster: the root of the mean squared distance of its points
    /// from their mean. 0 keeps all points apart that differ.
    pub radius: f64,
    /// The most entries of a node of the tree; 50 without a word.
    #[serde(default = "fifty")]
    pub branching: usize,
    /// The most micro-clusters: when there are more the radius grows, so that about half of them
    /// could go together. Without a word there can be any number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<usize>,
}

const fn fifty() -> usize {
    50
}

/// Micro-clusters that stand for many points.
///
/// They are numbered from the weightiest to the lightest (of equal weight, by their centers'
/// coordinates).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct MicroClusters {
    clusters: Vec<Cluster>,
    radii: Vec<f64>,
    radius: f64,
    report: Report,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    clusters: Vec<Cluster>,
    radii: Vec<f64>,
    radius: f64,
    report: Report,
}

impl Birch {
    /// A recipe for this radius, and without a word on anything else.
    #[must_use]
    pub const fn new(radius: f64) -> Self {
        Self { radius, branching: fifty(), most: None }
    }

    /// The micro-clusters of the rows of a matrix; each row weighs 1 without `weights`.
    ///
    /// There is no chance in it, but the order of the rows counts. A micro-cluster's size is the
    /// number of rows whose nearest it is; its weight and center are of the rows that it took in.
    ///
    /// # Errors
    /// Everything in the recipe, the points or the weights that is out of range, with its place.
    ///
    /// # Complexity
    /// About O(n · branching · d · log m) for m micro-clusters.
    pub fn fit(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
    ) -> Result<MicroClusters, Problems<Fault>> {
        let mut problems = Problems::none();
        self.check(&Path::root(), &mut problems);
        let checked = problems.take(&Path::root(), Points::check(points, weights));
        let Some(points) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        Ok(self.summarize(&points).0)
    }

    /// Adds everything that is wrong with the recipe at this path.
    pub(super) fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        if !(0.0..f64::INFINITY).contains(&self.radius) {
            problems.add(path.field("radius"), Fault::OutOfRange { value: self.radius });
        }
        if self.branching < 2 {
            let fault = Fault::TooFew { least: 2, found: self.branching };
            problems.add(path.field("branching"), fault);
        }
        if self.most == Some(0) {
            problems.add(path.field("most"), Fault::Zero);
        }
    }

    /// The summary of points, and which micro-cluster is nearest to each.
    pub(super) fn summarize(&self, points: &Points<'_>) -> (MicroClusters, Vec<usize>) {
        let mut radius = self.radius;
        let mut tree = Tree::new(radius, self.branching);
        let weighty = points.iter().zip(points.weights()).filter(|(_, weight)| **weight > 0.0);
        for (point, &weight) in weighty {
            tree.insert(&ClusteringFeature::point(point, weight));
            while self.most.is_some_and(|most| tree.len() > most) {
                radius = self.wider(radius, &tree);
                let mut coarser = Tree::new(radius, self.branching);
                tree.features().iter().for_each(|feature| coarser.insert(feature));
                tree = coarser;
            }
        }
        let mut found: Vec<(Cluster, f64)> = tree.features().into_iter().map(cluster).collect();
        found.sort_by(|(one, _), (other, _)| Cluster::canonical(one, other));
        let (mut clusters, radii): (Vec<Cluster>, Vec<f64>) = found.into_iter().unzip();
        let labels = label(&clusters, points);
        for &label in &labels {
            clusters.get_mut(label).into_iter().for_each(|cluster| cluster.size += 1);
        }
        let columns = points.constant_columns();
        let report = Report {
            seed: None,
            points: points.len(),
            clusters: clusters.len(),
            noise: 0,
            objective: Objective::None,
            iterations: 1,
            converged: true,
            notes: columns.map(|column| Note::ConstantColumn { column }).collect(),
        };
        (MicroClusters { clusters, radii, radius, report }, labels)
    }

    /// A greater radius, by which about half of the micro-clusters could go together.
    fn wider(&self, radius: f64, tree: &Tree) -> f64 {
        let mut squares = tree.joint_squares();
        let middle = squares.len() / 2;
        let at_least = radius * 1.1;
        if middle >= squares.len() {
            return if at_least > 0.0 { at_least } else { f64::MIN_POSITIVE.sqrt() };
        }
        let (_, square, _) = squares.select_nth_unstable_by(middle, f64::total_cmp);
        square.sqrt().max(at_least).max(f64::MIN_POSITIVE.sqrt())
    }
}

fn cluster(feature: ClusteringFeature) -> (Cluster, f64) {
    let radius = feature.radius();
    (Cluster { center: feature.center, size: 0, weight: feature.weight }, radius)
}

/// A tree in which the nearest of some centers is found.
fn boxes(clusters: &[Cluster], columns: usize) -> Boxes {
    let ids = (0..clusters.len() as u32).collect();
    Boxes::build(columns, clusters.len(), ids, |id| {
        let center = clusters.get(id as usize).map(|cluster| cluster.center.as_slice());
        Seeker { id, center: center.unwrap_or_default(), inverse: 0.5, reach: 0.0 }
    })
}

/// The number of the nearest cluster of each point.
fn label(clusters: &[Cluster], points: &Points<'_>) -> Vec<usize> {
    let boxes = boxes(clusters, points.columns());
    parallel::each_number(points.len(), |row| {
        boxes.nearest_to(points.point(row).unwrap_or_default()).id as usize
    })
}

impl MicroClusters {
    /// The micro-clusters, by number.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// The radius of each micro-cluster.
    #[must_use]
    pub fn radii(&self) -> &[f64] {
        &self.radii
    }

    /// The greatest radius that was allowed in the end.
    #[must_use]
    pub const fn radius(&self) -> f64 {
        self.radius
    }

    /// How the fit went.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// How many coordinates points have.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.clusters.first().map_or(0, |cluster| cluster.center.len())
    }

    /// The micro-cluster whose center is nearest to a point.
    ///
    /// `None` if it has another number of coordinates, or one that is not finite or beyond
    /// [`LARGEST`](crate::cluster::LARGEST).
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        nearby::assign(&self.clusters, point)
    }

    /// The micro-cluster of each row of a matrix; `None` as for [`MicroClusters::assign`].
    #[must_use]
    pub fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        let boxes = boxes(&self.clusters, self.columns());
        parallel::each_number(points.nrows(), |row| {
            let point = points.row(row).to_vec();
            let takes = point.len() == self.columns() && point.iter().all(|&x| is_coordinate(x));
            takes.then(|| boxes.nearest_to(&point).id as usize)
        })
    }
}

impl TryFrom<Written> for MicroClusters {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { clusters, radii, radius, report } = written;
        let mut problems = Problems::none();
        nearby::check(&clusters, &Path::from("clusters"), &mut problems);
        let (expected, found) = (clusters.len(), radii.len());
        if expected != found {
            problems.add(Path::from("radii"), Fault::Count { what: "radii", expected, found });
        }
        for (index, &value) in radii.iter().enumerate() {
            if !(0.0..f64::INFINITY).contains(&value) {
                problems.add(Path::from("radii").item(index), Fault::OutOfRange { value });
            }
        }
        if !(0.0..f64::INFINITY).contains(&radius) {
            problems.add(Path::from("radius"), Fault::OutOfRange { value: radius });
        }
        problems.into_result(Self { clusters, radii, radius, report })
    }
}

impl From<MicroClusters> for Written {
    fn from(summary: MicroClusters) -> Self {
        let MicroClusters { clusters, radii, radius, report } = summary;
        Self { clusters, radii, radius, report }
    }
}
