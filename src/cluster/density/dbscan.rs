//! DBSCAN: clusters of core points, which have enough weight within a radius.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::neighbors::KdTree;
use super::super::points::{Points, is_weight};
use super::super::{Fault, Objective, Report};
use super::dense::dense;
use super::grouped::Grouped;
use super::linked::linked;
use super::places::Places;
use super::regions::{DenseRegions, is_radius};

/// DBSCAN: clusters of any shape where points lie dense, and noise elsewhere.
///
/// A point is a *core point* if the points at a distance of no more than the radius, itself
/// included, weigh enough. Core points within the radius of each other are in one cluster. Any
/// other point within the radius of a core point is on the border and belongs to the cluster of the
/// nearest core point, of equally near ones to that with the lower coordinates: so clusters do not
/// depend on the order of the points. What remains is noise.
///
/// A point that weighs w counts as w points at its place. One that weighs 0 adds nothing, but can
/// still be a core point, as in scikit-learn.
///
/// M. Ester, H.-P. Kriegel, J. Sander and X. Xu, "A density-based algorithm for discovering
/// clusters in large spatial databases with noise", KDD-96, 226–231. There a border point goes to
/// whichever cluster was found first.
///
/// ```
/// use loyalty::cluster::Dbscan;
/// use ndarray::array;
///
/// let points = array![[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [5.0, 5.0], [9.0, 9.0], [9.0, 8.0]];
/// let regions = Dbscan { min_weight: 2.0, ..Dbscan::new(1.5) }.fit(points.view(), None)?;
/// let labels = regions.labels(points.view());
/// assert_eq!(labels, [Some(0), Some(0), Some(0), None, Some(1), Some(1)]);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dbscan {
    /// How far a neighborhood reaches, usually called ε; a point at just this distance is in it.
    /// Squared distances are compared with its square.
    pub radius: f64,
    /// The least weight of the points in the neighborhood of a core point, its own included,
    /// usually called minPts; 5 without a word.
    #[serde(default = "five")]
    pub min_weight: f64,
}

const fn five() -> f64 {
    5.0
}

/// What [`Dbscan`] made of each of the points, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DbscanPoints {
    /// The cluster of each point; none of noise.
    pub labels: Vec<Option<usize>>,
    /// Whether it is a core point.
    pub core: Vec<bool>,
}

impl Dbscan {
    /// A recipe with this radius, and without a word on anything else.
    #[must_use]
    pub const fn new(radius: f64) -> Self {
        Self { radius, min_weight: five() }
    }

    /// The dense regions among the rows of a matrix; each row weighs 1 without `weights`.
    ///
    /// # Errors
    /// Everything in the recipe, the points or the weights that is out of range, with its place.
    ///
    /// # Complexity
    /// O(n) memory: neighbors are never listed. O(n log n) time where few or many points are near
    /// each, O(n²) at worst.
    pub fn fit(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
    ) -> Result<DenseRegions, Problems<Fault>> {
        self.fit_points(points, weights).map(|(regions, _)| regions)
    }

    /// As [`Dbscan::fit`], and what became of each point.
    ///
    /// # Errors
    /// As [`Dbscan::fit`].
    pub fn fit_points(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
    ) -> Result<(DenseRegions, DbscanPoints), Problems<Fault>> {
        let mut problems = Problems::none();
        self.check(&mut problems);
        let checked = problems.take(&Path::root(), Points::check(points, weights));
        let Some(points) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let places = Places::new(&points);
        let square = self.radius * self.radius;
        let tree = KdTree::new(places.columns, &places.coordinates);
        let core = dense(&tree, &places.weights, square, self.min_weight);
        drop(tree);
        let cores = places.iter().zip(&core).filter(|(_, core)| **core);
        let cores: Vec<f64> = cores.flat_map(|(place, _)| place).copied().collect();
        let tree = KdTree::new(places.columns, &cores);
        let (of_cores, count) = numbered(&linked(&tree, square));
        let regions = DenseRegions::new(self.radius, tree, of_cores, report(&places));
        let labels = labels(&places, &core, &regions);
        let grouped = Grouped::new(&places, &labels, count);
        let number = |label: &Option<usize>| label.and_then(|before| grouped.number(before));
        let labels: Vec<Option<usize>> = labels.iter().map(number).collect();
        let labels = places.by_row(&labels);
        let regions = regions.grouped(grouped);
        Ok((regions, DbscanPoints { labels, core: places.by_row(&core) }))
    }

    /// Adds everything that is wrong with the recipe.
    fn check(&self, problems: &mut Problems<Fault>) {
        if !is_radius(self.radius) {
            problems.add(Path::from("radius"), Fault::Radius { value: self.radius });
        }
        if self.min_weight == 0.0 || !is_weight(self.min_weight) {
            problems.add(Path::from("min_weight"), Fault::Weight { value: self.min_weight });
        }
    }
}

/// Numbers in the order of their first appearance instead of representatives, and how many.
fn numbered(linked: &[usize]) -> (Vec<usize>, usize) {
    let mut count = 0;
    let mut numbers: Vec<usize> = Vec::with_capacity(linked.len());
    for (row, &first) in linked.iter().enumerate() {
        let known = numbers.get(first).copied().filter(|_| first < row);
        numbers.push(known.unwrap_or(count));
        count += usize::from(known.is_none());
    }
    (numbers, count)
}

/// The provisional number of the cluster of each place.
fn labels(places: &Places, core: &[bool], regions: &DenseRegions) -> Vec<Option<usize>> {
    let others: Vec<usize> =
        (0..places.len()).zip(core).filter(|(_, core)| !**core).map(|(place, _)| place).collect();
    let found = parallel::each(&others, |&place| regions.label(places.place(place)));
    let (mut of_cores, mut of_others) = (0.., found.into_iter());
    let label = |core: &bool| {
        if *core {
            of_cores.next().and_then(|core| regions.of_core(core))
        } else {
            of_others.next().flatten()
        }
    };
    core.iter().map(label).collect()
}

/// What is known before the clusters are numbered.
fn report(places: &Places) -> Report {
    Report {
        seed: None,
        points: places.of_rows.len(),
        clusters: 0,
        noise: 0,
        objective: Objective::None,
        iterations: 0,
        converged: true,
        notes: places.notes(),
    }
}
