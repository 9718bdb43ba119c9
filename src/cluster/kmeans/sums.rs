//! What belongs to each center.

use super::super::points::squared_distance;

/// Points in a row.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    /// How many coordinates they have, which the compiler may know.
    pub(super) columns: usize,
    pub(super) coordinates: &'a [f64],
    /// They weigh 1 without.
    pub(super) weights: Option<&'a [f64]>,
}

/// Sums over the points of each center.
#[derive(Clone)]
pub(super) struct Sums {
    columns: usize,
    /// Row-major sums of weighted coordinates.
    pub(super) coordinates: Vec<f64>,
    pub(super) weights: Vec<f64>,
    pub(super) sizes: Vec<usize>,
}

impl<'a> Rows<'a> {
    /// A point and its weight.
    #[inline(always)]
    pub(super) fn get(&self, row: usize) -> Option<(&'a [f64], f64)> {
        let weight = match self.weights {
            Some(weights) => *weights.get(row)?,
            None => 1.0,
        };
        let rest = self.coordinates.get(row * self.columns..)?;
        Some((rest.get(..self.columns)?, weight))
    }
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

    /// Counts points for the centers of their labels.
    #[inline(always)]
    pub(super) fn count(&mut self, rows: Rows<'_>, labels: &[u32]) {
        let Rows { columns, coordinates, weights } = rows;
        let labeled = coordinates.chunks_exact(columns).zip(labels);
        let Some(weights) = weights else {
            for (row, &label) in labeled {
                let sums = self.coordinates.get_mut(label as usize * columns..);
                if let Some(sums) = sums.and_then(|sums| sums.get_mut(..columns)) {
                    add(sums, row);
                }
                self.sizes.get_mut(label as usize).into_iter().for_each(|size| *size += 1);
            }
            self.weigh_by_size();
            return;
        };
        for ((row, &label), &weight) in labeled.zip(weights) {
            self.put_in(label, row, weight);
        }
    }

    /// The same of the absolute values of the coordinates.
    #[inline(always)]
    pub(super) fn count_absolute(&mut self, rows: Rows<'_>, labels: &[u32]) {
        for (row, &label) in (0..).zip(labels) {
            if let Some((row, weight)) = rows.get(row) {
                self.put_in_absolute(label, row, weight);
            }
        }
    }

    /// Counts a point for a center.
    #[inline(always)]
    pub(super) fn put_in(&mut self, label: u32, row: &[f64], weight: f64) {
        self.change(label, row, weight, |x| weight * x);
        self.sizes.get_mut(label as usize).into_iter().for_each(|size| *size += 1);
    }

    /// The same of the absolute values of its coordinates.
    #[inline(always)]
    pub(super) fn put_in_absolute(&mut self, label: u32, row: &[f64], weight: f64) {
        self.change(label, row, weight, |x| weight * x.abs());
    }

    /// Counts a point for a center no more.
    #[inline(always)]
    pub(super) fn take_out(&mut self, label: u32, row: &[f64], weight: f64) {
        self.change(label, row, -weight, |x| -(weight * x));
        self.sizes.get_mut(label as usize).into_iter().for_each(|size| *size -= 1);
    }

    #[inline(always)]
    fn change(&mut self, label: u32, row: &[f64], weight: f64, part: impl Fn(f64) -> f64) {
        let sums = self.coordinates.get_mut(label as usize * row.len()..).unwrap_or_default();
        sums.iter_mut().zip(row).for_each(|(sum, &x)| *sum += part(x));
        self.weights.get_mut(label as usize).into_iter().for_each(|sum| *sum += weight);
    }

    /// Whether no sum is more than a share of another's.
    #[inline(always)]
    pub(super) fn is_within(&self, share: f64, others: &Self) -> bool {
        let within = |sums: &[f64], others: &[f64]| {
            sums.iter().zip(others).fold(true, |all, (sum, other)| all & (*sum <= share * other))
        };
        within(&self.coordinates, &others.coordinates) && within(&self.weights, &others.weights)
    }

    /// Points that weigh 1 weigh as much as there are of them.
    fn weigh_by_size(&mut self) {
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
