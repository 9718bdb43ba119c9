//! What belongs to each center.

use super::super::points::squared_distance;

/// Sums over the points of each center.
#[derive(Clone)]
pub(super) struct Sums {
    columns: usize,
    /// Row-major sums of weighted coordinates.
    pub(super) coordinates: Vec<f64>,
    pub(super) weights: Vec<f64>,
    pub(super) sizes: Vec<usize>,
}

impl Sums {
    pub(super) fn new(count: usize, columns: usize) -> Self {
        Self {
            columns,
            coordinates: vec![0.0; count * columns],
            weights: vec![0.0; count],
            sizes: vec![0; count],
        }
    }

    pub(super) fn clear(&mut self) {
        self.coordinates.fill(0.0);
        self.weights.fill(0.0);
        self.sizes.fill(0);
    }

    /// Counts points, which weigh 1 without `weights`, for the centers of their labels.
    ///
    /// `columns` is how many coordinates they have, which the compiler may know.
    #[inline(always)]
    pub(super) fn count(
        &mut self,
        columns: usize,
        rows: &[f64],
        weights: Option<&[f64]>,
        labels: &[u32],
    ) {
        let labeled = rows.chunks_exact(columns).zip(labels.iter().map(|&label| label as usize));
        let Some(weights) = weights else {
            for (row, label) in labeled {
                let sums = self.coordinates.get_mut(label * columns..);
                if let Some(sums) = sums.and_then(|sums| sums.get_mut(..columns)) {
                    add(sums, row);
                }
                self.sizes.get_mut(label).into_iter().for_each(|size| *size += 1);
            }
            return;
        };
        for ((row, label), weight) in labeled.zip(weights) {
            let sums = self.coordinates.get_mut(label * columns..);
            if let Some(sums) = sums.and_then(|sums| sums.get_mut(..columns)) {
                sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += weight * x);
            }
            self.weights.get_mut(label).into_iter().for_each(|sum| *sum += weight);
            self.sizes.get_mut(label).into_iter().for_each(|size| *size += 1);
        }
    }

    /// Points that weigh 1 weigh as much as there are of them.
    pub(super) fn weigh_by_size(&mut self) {
        for (weight, &size) in self.weights.iter_mut().zip(&self.sizes) {
            *weight = size as f64;
        }
    }

    pub(super) fn add(&mut self, part: &Self) {
        self.coordinates.iter_mut().zip(&part.coordinates).for_each(|(sum, part)| *sum += part);
        self.weights.iter_mut().zip(&part.weights).for_each(|(sum, part)| *sum += part);
        self.sizes.iter_mut().zip(&part.sizes).for_each(|(size, part)| *size += part);
    }

    /// Moves every center that has points to their mean; the squared moves.
    pub(super) fn move_centers(&mut self, centers: &mut [f64]) -> Vec<f64> {
        let means = self.coordinates.chunks_exact_mut(self.columns).zip(&self.weights);
        let centers = centers.chunks_exact_mut(self.columns);
        let to_mean = |(center, (mean, &weight)): (&mut [f64], (&mut [f64], &f64))| {
            if weight <= 0.0 {
                return 0.0;
            }
            mean.iter_mut().for_each(|coordinate| *coordinate /= weight);
            let moved = squared_distance(center, mean);
            center.copy_from_slice(mean);
            moved
        };
        centers.zip(means).map(to_mean).collect()
    }
}

/// Adds a point to sums: several coordinates at once, which are then stored as a vector.
#[inline(always)]
fn add(sums: &mut [f64], row: &[f64]) {
    let ((four_sums, sums), (fours, row)) = (sums.as_chunks_mut::<4>(), row.as_chunks::<4>());
    for (sum, &[e, f, g, h]) in four_sums.iter_mut().zip(fours) {
        let [a, b, c, d] = *sum;
        *sum = [a + e, b + f, c + g, d + h];
    }
    let ((two_sums, sums), (twos, row)) = (sums.as_chunks_mut::<2>(), row.as_chunks::<2>());
    for (sum, &[c, d]) in two_sums.iter_mut().zip(twos) {
        let [a, b] = *sum;
        *sum = [a + c, b + d];
    }
    sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
}
