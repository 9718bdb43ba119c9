//! The nearest seeds of a customer.

use ndarray::{ArrayView1, ArrayView2};

/// The seeds in one block, with their rows.
pub(super) struct Seeds {
    rows: Vec<usize>,
    coordinates: Vec<f64>,
    columns: usize,
    neighbors: usize,
}

impl Seeds {
    /// The rows of a matrix that are seeds, of which there is at least one.
    pub(super) fn of(matrix: ArrayView2<'_, f64>, rows: Vec<usize>, neighbors: usize) -> Self {
        let coordinates = rows.iter().flat_map(|row| matrix.row(*row)).copied().collect();
        let neighbors = neighbors.min(rows.len());
        Self { coordinates, columns: matrix.ncols(), neighbors, rows }
    }

    /// The mean distance from the nearest seeds.
    pub(super) fn distance(&self, point: ArrayView1<'_, f64>) -> f64 {
        match point.as_slice() {
            Some(point) => self.mean_distance(point, None),
            None => self.mean_distance(&point.to_vec(), None),
        }
    }

    /// The median of how far seeds are from their nearest other ones; 1 if that is 0, or there is
    /// only one seed.
    pub(super) fn typical(&self) -> f64 {
        let points = self.coordinates.chunks_exact(self.columns).zip(&self.rows);
        let distances = points.map(|(point, row)| self.mean_distance(point, Some(*row)));
        let mut distances: Vec<f64> = distances.filter(|distance| distance.is_finite()).collect();
        distances.sort_unstable_by(f64::total_cmp);
        let median = distances.get(distances.len() / 2).copied();
        median.filter(|median| *median > 0.0).unwrap_or(1.0)
    }

    /// The mean distance from the nearest seeds but the one in a row.
    fn mean_distance(&self, point: &[f64], but: Option<usize>) -> f64 {
        let nearest = self.squares(point, but);
        let sum: f64 = nearest.iter().map(|(square, _)| square.sqrt()).sum();
        sum / nearest.len() as f64
    }

    /// The rows of the nearest seeds, the nearest first.
    pub(super) fn nearest(&self, point: &[f64]) -> Vec<usize> {
        self.squares(point, None).into_iter().map(|(_, row)| row).collect()
    }

    /// The mean of seeds.
    pub(super) fn mean(&self, rows: &[usize]) -> Vec<f64> {
        let mut mean = vec![0.0; self.columns];
        for (point, row) in self.coordinates.chunks_exact(self.columns).zip(&self.rows) {
            if rows.contains(row) {
                mean.iter_mut().zip(point).for_each(|(mean, x)| *mean += x / rows.len() as f64);
            }
        }
        mean
    }

    /// The squared distances of the nearest seeds with their rows, ascending; of equally near ones
    /// the first.
    fn squares(&self, point: &[f64], but: Option<usize>) -> Vec<(f64, usize)> {
        let mut nearest: Vec<(f64, usize)> = Vec::with_capacity(self.neighbors + 1);
        let mut farthest = f64::INFINITY;
        for (seed, row) in self.coordinates.chunks_exact(self.columns).zip(&self.rows) {
            let square: f64 = seed.iter().zip(point).map(|(seed, x)| (seed - x) * (seed - x)).sum();
            if square >= farthest || Some(*row) == but {
                continue;
            }
            let place = nearest.partition_point(|(known, _)| *known <= square);
            nearest.insert(place, (square, *row));
            nearest.truncate(self.neighbors);
            if nearest.len() == self.neighbors {
                farthest = nearest.last().map_or(f64::INFINITY, |(square, _)| *square);
            }
        }
        nearest
    }
}
