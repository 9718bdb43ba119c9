//! In what a customer is like the seeds.

use ndarray::ArrayView2;

use super::Likeness;
use crate::feature::Prepared;

/// Where all customers are in the scaled columns.
pub(super) struct Ground<'a> {
    prepared: &'a Prepared,
    means: Vec<f64>,
    variances: Vec<f64>,
}

impl<'a> Ground<'a> {
    pub(super) fn of(prepared: &'a Prepared, matrix: ArrayView2<'_, f64>) -> Self {
        let count = matrix.nrows().max(1) as f64;
        let columns = matrix.columns().into_iter();
        let spread = columns.map(|column| {
            let mean = column.sum() / count;
            let squares: f64 = column.iter().map(|x| (x - mean) * (x - mean)).sum();
            (mean, squares / count)
        });
        let (means, variances) = spread.unzip();
        Self { prepared, means, variances }
    }

    /// What makes a customer like the seeds, the strongest first.
    pub(super) fn reasons(&self, point: &[f64], seeds: &[f64]) -> Option<Vec<Likeness>> {
        let numbers = self.prepared.undo_row(point)?;
        let of_seeds = self.prepared.undo_row(seeds)?;
        let of_all = self.prepared.undo_row(&self.means)?;
        let all = self.means.iter().zip(&self.variances);
        let scaled = point.iter().zip(seeds).zip(all);
        // The mean squared distance of all customers from where the seeds are.
        let nearer = scaled.map(|((x, seed), (mean, variance))| {
            variance + (mean - seed) * (mean - seed) - (x - seed) * (x - seed)
        });
        let told = numbers.into_iter().zip(of_seeds).zip(of_all).zip(nearer);
        let reasons = self.prepared.columns().iter().zip(told);
        let mut reasons: Vec<Likeness> = reasons
            .map(|(column, (((number, seeds), all), nearer))| Likeness {
                feature: column.name.clone(),
                stands_for: column.measure,
                number,
                seeds,
                all,
                nearer,
            })
            .collect();
        reasons.sort_by(|left, right| right.nearer.total_cmp(&left.nearer));
        Some(reasons)
    }
}
