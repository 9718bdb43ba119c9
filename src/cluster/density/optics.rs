//! OPTICS: points in an order in which what is dense stands together.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::Fault;
use super::super::neighbors::{KdTree, Neighbor};
use super::super::points::Points;
use super::regions::is_radius;

/// OPTICS: an order of the points, and how near each is to what stands before it, from which the
/// clusters of [`Dbscan`](crate::cluster::Dbscan) can be read for any radius, up to border points.
///
/// It starts with the first point and goes on with the one that is reached at the least distance,
/// of equally near ones with the first. So, unlike all else here, it depends on the order of the
/// points. Distances are rounded to 15 decimals, as in scikit-learn, so that they tie in spite of
/// rounding.
///
/// M. Ankerst, M. Breunig, H.-P. Kriegel and J. Sander, "OPTICS: ordering points to identify the
/// clustering structure", SIGMOD 1999, 49–60.
///
/// ```
/// use loyalty::cluster::Optics;
/// use ndarray::array;
///
/// let points = array![[0.0], [9.0], [1.0], [8.0], [0.5], [8.5]];
/// let order = Optics::new(2).fit(points.view())?;
/// assert_eq!(order.rows, [0, 4, 2, 3, 5, 1]);
/// assert_eq!(order.reachability, [None, Some(0.5), Some(0.5), Some(7.0), Some(0.5), Some(0.5)]);
/// let labels = order.labels(0.5);
/// assert_eq!(labels, [Some(0), Some(1), Some(0), Some(1), Some(0), Some(1)]);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Optics {
    /// The number of points that a neighborhood of a core point holds, itself included; 5 without a
    /// word.
    #[serde(default = "five")]
    pub min_samples: usize,
    /// How far it looks; as far as needed without a word, which takes a time of O(n²).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_radius: Option<f64>,
}

const fn five() -> usize {
    5
}

/// Points in the order of their reachability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReachabilityOrder {
    /// The rows of the points, in order.
    pub rows: Vec<usize>,
    /// At which distance each of them is reached from those before it; none if it is from none.
    pub reachability: Vec<Option<f64>>,
    /// The core distance of each of them; none if its neighborhood holds too few within the radius.
    pub core_distances: Vec<Option<f64>>,
}

impl Optics {
    /// A recipe for neighborhoods of so many points, and without a word on anything else.
    #[must_use]
    pub const fn new(min_samples: usize) -> Self {
        Self { min_samples, max_radius: None }
    }

    /// The order of the rows of a matrix.
    ///
    /// # Errors
    /// Everything in the recipe or the points that is out of range, with its place.
    ///
    /// # Complexity
    /// O(n) memory and, for m points within the radius of one, O(n m log n) time.
    pub fn fit(&self, points: ArrayView2<'_, f64>) -> Result<ReachabilityOrder, Problems<Fault>> {
        let mut problems = Problems::none();
        if self.min_samples == 0 {
            problems.add(Path::from("min_samples"), Fault::Zero);
        }
        if let Some(value) = self.max_radius.filter(|&radius| !is_radius(radius)) {
            problems.add(Path::from("max_radius"), Fault::Radius { value });
        }
        let checked = problems.take(&Path::root(), Points::check(points, None));
        let Some(points) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let coordinates: Vec<f64> = points.iter().flatten().copied().collect();
        let tree = KdTree::new(points.columns(), &coordinates);
        let within = self.max_radius.map_or(f64::INFINITY, |radius| radius * radius);
        let core = |row: usize| {
            let near = tree.nearest_few(points.point(row)?, self.min_samples);
            let last =
                near.last().filter(|last| near.len() == self.min_samples && last.squared <= within);
            last.map(|last| rounded(last.squared))
        };
        let cores = parallel::each_number(points.len(), core);
        let near = |row: usize| tree.within(points.point(row).unwrap_or_default(), within);
        Ok(ordered(&cores, near))
    }
}

impl ReachabilityOrder {
    /// The clusters at a radius, by row: those of [`Dbscan`](crate::cluster::Dbscan) but for some
    /// border points, which can be noise here. They are numbered from the largest to the smallest.
    #[must_use]
    pub fn labels(&self, radius: f64) -> Vec<Option<usize>> {
        let reached = self.reachability.iter().zip(&self.core_distances);
        let mut sizes: Vec<(Reverse<usize>, usize)> = Vec::new();
        let mut labels = vec![None; self.rows.len()];
        for (&row, (reachability, core)) in self.rows.iter().zip(reached) {
            let is_reached = reachability.is_some_and(|distance| distance <= radius);
            let is_core = core.is_some_and(|distance| distance <= radius);
            if !is_reached && is_core {
                sizes.push((Reverse(0), sizes.len()));
            }
            if !is_reached && !is_core {
                continue;
            }
            let Some((size, number)) = sizes.last_mut() else { continue };
            size.0 += 1;
            if let Some(place) = labels.get_mut(row) {
                *place = Some(*number);
            }
        }
        sizes.sort_unstable();
        let mut numbers = vec![0; sizes.len()];
        for (number, (_, before)) in sizes.into_iter().enumerate() {
            if let Some(place) = numbers.get_mut(before) {
                *place = number;
            }
        }
        let number = |label: Option<usize>| label.and_then(|label| numbers.get(label).copied());
        labels.into_iter().map(number).collect()
    }
}

/// The order of points that have core distances and neighbors.
fn ordered(cores: &[Option<f64>], near: impl Fn(usize) -> Vec<Neighbor>) -> ReachabilityOrder {
    let mut order = ReachabilityOrder {
        rows: Vec::with_capacity(cores.len()),
        reachability: Vec::with_capacity(cores.len()),
        core_distances: Vec::with_capacity(cores.len()),
    };
    let mut reached: Vec<f64> = vec![f64::INFINITY; cores.len()];
    let mut open = vec![true; cores.len()];
    // Floats of 0 or more have the order of their bits.
    let mut next: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let mut unreached = 0..cores.len();
    while order.rows.len() < cores.len() {
        let is_open = |row: &usize| open.get(*row) == Some(&true);
        let nearest = std::iter::from_fn(|| next.pop()).find(|Reverse((_, row))| is_open(row));
        let row = nearest.map(|Reverse((_, row))| row).or_else(|| unreached.find(is_open));
        let Some(row) = row else { break };
        if let Some(place) = open.get_mut(row) {
            *place = false;
        }
        let core = cores.get(row).copied().flatten();
        order.rows.push(row);
        order.reachability.push(reached.get(row).copied().filter(|reach| reach.is_finite()));
        order.core_distances.push(core);
        let Some(core) = core else { continue };
        for neighbor in near(row) {
            let reach = rounded(neighbor.squared).max(core);
            let Some(place) = reached.get_mut(neighbor.row) else { continue };
            if open.get(neighbor.row) == Some(&true) && reach < *place {
                *place = reach;
                next.push(Reverse((reach.to_bits(), neighbor.row)));
            }
        }
    }
    order
}

/// A distance to 15 decimals.
fn rounded(squared: f64) -> f64 {
    const PRECISION: f64 = 1e15;
    libm::rint(squared.sqrt() * PRECISION) / PRECISION
}
