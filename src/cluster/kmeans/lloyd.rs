//! Lloyd's iterations: assign every point to its nearest center, move centers to their means.
//!
//! S. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28
//! (1982), 129–137; with the tests of convergence of scikit-learn's `_kmeans_single_lloyd`.

use super::super::points::{Points, squared_distance};
use super::lanes::Lanes;

/// Sums are taken over blocks of so many points, and then over the blocks in order: whoever
/// computes a block, the result is the same.
const BLOCK: usize = 2_048;

/// When to stop.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// The most iterations.
    pub(super) iterations: usize,
    /// The sum of squared moves of all centers that counts as standing still.
    pub(super) still: f64,
}

/// Centers in motion, with everything that an iteration needs, so that none allocates.
pub(super) struct Lloyd<'a> {
    points: &'a Points<'a>,
    /// Row-major.
    pub(super) centers: Vec<f64>,
    pub(super) iterations: usize,
    pub(super) converged: bool,
    /// What belongs to the centers since the last assignment.
    pub(super) sums: Sums,
    block: Sums,
    labels: Vec<usize>,
    /// Squared, of each point from its center.
    distances: Vec<f64>,
    lanes: Lanes,
}

/// What an assignment of all points did.
#[derive(PartialEq, Eq)]
enum Labels {
    Same,
    Changed,
}

impl<'a> Lloyd<'a> {
    /// Runs from the given centers, of which there is at least one, until they stand still.
    pub(super) fn run(points: &'a Points<'a>, centers: Vec<f64>, limits: Limits) -> Self {
        let columns = points.columns();
        let count = centers.len() / columns;
        let mut lloyd = Self {
            points,
            iterations: 0,
            converged: false,
            sums: Sums::new(count, columns),
            block: Sums::new(count, columns),
            labels: vec![usize::MAX; points.len()],
            distances: vec![0.0; points.len()],
            lanes: Lanes::new(count, columns),
            centers,
        };
        lloyd.iterate(limits);
        lloyd
    }

    fn iterate(&mut self, limits: Limits) {
        while self.iterations < limits.iterations && !self.converged {
            self.iterations += 1;
            let labels = self.assign();
            if self.repair() {
                self.sum();
                self.move_centers();
                continue;
            }
            let moved = self.move_centers();
            if labels == Labels::Same {
                // The centers were the means of these very labels already.
                self.converged = true;
                return;
            }
            self.converged = moved <= limits.still;
        }
        self.assign();
    }

    /// Assigns all points to their nearest centers, and sums them up.
    fn assign(&mut self) -> Labels {
        self.lanes.load(&self.centers);
        self.sums.clear();
        let columns = self.points.columns();
        let mut changed = Labels::Same;
        let places = self.labels.chunks_mut(BLOCK).zip(self.distances.chunks_mut(BLOCK));
        for ((coordinates, weights), (labels, distances)) in self.points.blocks(BLOCK).zip(places) {
            let places = labels.iter_mut().zip(distances.iter_mut());
            for (point, (label, distance)) in coordinates.chunks_exact(columns).zip(places) {
                let (nearest, square) = self.lanes.nearest(point);
                if nearest != *label {
                    changed = Labels::Changed;
                    *label = nearest;
                }
                *distance = square;
            }
            self.block.clear();
            self.block.count(coordinates, weights, labels, distances);
            self.sums.add(&self.block);
        }
        changed
    }

    /// Sums up all points by the labels they have.
    fn sum(&mut self) {
        self.sums.clear();
        let places = self.labels.chunks(BLOCK).zip(self.distances.chunks(BLOCK));
        for ((coordinates, weights), (labels, distances)) in self.points.blocks(BLOCK).zip(places) {
            self.block.clear();
            self.block.count(coordinates, weights, labels, distances);
            self.sums.add(&self.block);
        }
    }

    /// Moves every center that has points to their mean; the sum of the squared moves.
    fn move_centers(&mut self) -> f64 {
        let columns = self.points.columns();
        let means = self.sums.coordinates.chunks_exact_mut(columns).zip(&self.sums.weights);
        let mut moved = 0.0;
        for (center, (mean, &weight)) in self.centers.chunks_exact_mut(columns).zip(means) {
            if weight > 0.0 {
                mean.iter_mut().for_each(|coordinate| *coordinate /= weight);
                moved += squared_distance(center, mean);
                center.copy_from_slice(mean);
            }
        }
        moved
    }

    /// Gives each center without points the point that is farthest from its own, as long as there
    /// is one that is not alone and not at it; whether any was given.
    fn repair(&mut self) -> bool {
        let mut repaired = false;
        for empty in 0..self.sums.weights.len() {
            if self.sums.weights.get(empty).is_none_or(|&weight| weight > 0.0) {
                continue;
            }
            let Some(row) = self.farthest() else { break };
            let weight = self.points.weights().get(row).copied().unwrap_or_default();
            let place = self.labels.get_mut(row).zip(self.distances.get_mut(row));
            let Some((label, distance)) = place else { break };
            for (center, change) in [(*label, -weight), (empty, weight)] {
                self.sums.weights.get_mut(center).into_iter().for_each(|sum| *sum += change);
            }
            (*label, *distance) = (empty, 0.0);
            repaired = true;
        }
        repaired
    }

    /// The first of the points that are farthest from their centers and not alone there.
    fn farthest(&self) -> Option<usize> {
        let rows = self.labels.iter().zip(&self.distances).zip(self.points.weights());
        let mut farthest = (None, 0.0);
        for (row, ((&label, &distance), &weight)) in rows.enumerate() {
            let shared = self.sums.weights.get(label).is_some_and(|&sum| sum > weight);
            if weight > 0.0 && shared && distance > farthest.1 {
                farthest = (Some(row), distance);
            }
        }
        farthest.0
    }
}

/// What belongs to each center.
pub(super) struct Sums {
    columns: usize,
    /// Row-major sums of weighted coordinates.
    coordinates: Vec<f64>,
    pub(super) weights: Vec<f64>,
    pub(super) sizes: Vec<usize>,
    /// The weighted sum of all squared distances.
    pub(super) inertia: f64,
}

impl Sums {
    fn new(count: usize, columns: usize) -> Self {
        Self {
            columns,
            coordinates: vec![0.0; count * columns],
            weights: vec![0.0; count],
            sizes: vec![0; count],
            inertia: 0.0,
        }
    }

    fn clear(&mut self) {
        self.coordinates.fill(0.0);
        self.weights.fill(0.0);
        self.sizes.fill(0);
        self.inertia = 0.0;
    }

    fn count(&mut self, coordinates: &[f64], weights: &[f64], labels: &[usize], squares: &[f64]) {
        let points = coordinates.chunks_exact(self.columns).zip(weights);
        for ((point, weight), (&label, square)) in points.zip(labels.iter().zip(squares)) {
            if let Some(sums) = self.coordinates.chunks_exact_mut(self.columns).nth(label) {
                sums.iter_mut().zip(point).for_each(|(sum, x)| *sum += weight * x);
            }
            self.weights.get_mut(label).into_iter().for_each(|sum| *sum += weight);
            self.sizes.get_mut(label).into_iter().for_each(|size| *size += 1);
            self.inertia += weight * square;
        }
    }

    fn add(&mut self, part: &Self) {
        self.coordinates.iter_mut().zip(&part.coordinates).for_each(|(sum, part)| *sum += part);
        self.weights.iter_mut().zip(&part.weights).for_each(|(sum, part)| *sum += part);
        self.sizes.iter_mut().zip(&part.sizes).for_each(|(size, part)| *size += part);
        self.inertia += part.inertia;
    }
}
