//! The nearest seeds of a customer.

use ndarray::{ArrayView1, ArrayView2};

use crate::cluster::neighbors::{KdTree, Neighbor};
use crate::parallel::each_number;

/// The rows of a matrix that are seeds, in a tree.
pub(super) struct Seeds<'a> {
    matrix: ArrayView2<'a, f64>,
    /// The rows of the matrix, ascending; the tree knows them by their places here.
    rows: Vec<usize>,
    tree: KdTree,
    neighbors: usize,
}

impl<'a> Seeds<'a> {
    /// The rows that are seeds, in ascending order, of which there is at least one.
    pub(super) fn of(matrix: ArrayView2<'a, f64>, rows: Vec<usize>, neighbors: usize) -> Self {
        let coordinates: Vec<f64> = rows.iter().flat_map(|row| matrix.row(*row)).copied().collect();
        let tree = KdTree::new(matrix.ncols(), &coordinates);
        Self { matrix, rows, tree, neighbors }
    }

    /// The mean distance from the nearest seeds.
    pub(super) fn distance(&self, point: ArrayView1<'_, f64>) -> f64 {
        mean_distance(&self.nearest_few(point, self.neighbors))
    }

    /// The median of how far seeds are from their nearest other ones; 1 if that is 0, or there is
    /// only one seed.
    pub(super) fn typical(&self) -> f64 {
        let distances = each_number(self.rows.len(), |place| {
            let row = self.rows.get(place).copied().unwrap_or_default();
            let mut nearest =
                self.nearest_few(self.matrix.row(row), self.neighbors.saturating_add(1));
            nearest.retain(|found| found.row != place);
            nearest.truncate(self.neighbors);
            mean_distance(&nearest)
        });
        let mut distances: Vec<f64> =
            distances.into_iter().filter(|distance| distance.is_finite()).collect();
        distances.sort_unstable_by(f64::total_cmp);
        let median = distances.get(distances.len() / 2).copied();
        median.filter(|median| *median > 0.0).unwrap_or(1.0)
    }

    /// The rows of the nearest seeds, the nearest first; of equally near ones the first row.
    pub(super) fn nearest(&self, point: ArrayView1<'_, f64>) -> Vec<usize> {
        let nearest = self.nearest_few(point, self.neighbors);
        nearest.iter().filter_map(|found| self.rows.get(found.row)).copied().collect()
    }

    /// The mean of some rows.
    pub(super) fn mean(&self, rows: &[usize]) -> Vec<f64> {
        let mut mean = vec![0.0; self.matrix.ncols()];
        for row in rows {
            let point = self.matrix.row(*row);
            mean.iter_mut().zip(point).for_each(|(mean, x)| *mean += x / rows.len() as f64);
        }
        mean
    }

    fn nearest_few(&self, point: ArrayView1<'_, f64>, count: usize) -> Vec<Neighbor> {
        match point.as_slice() {
            Some(point) => self.tree.nearest_few(point, count),
            None => self.tree.nearest_few(&point.to_vec(), count),
        }
    }
}

fn mean_distance(nearest: &[Neighbor]) -> f64 {
    let sum: f64 = nearest.iter().map(|found| found.squared.sqrt()).sum();
    sum / nearest.len() as f64
}
