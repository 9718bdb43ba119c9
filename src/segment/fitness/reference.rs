//! What cuts through points without any groups would explain.

use ndarray::{Array2, ArrayView2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Limits;
use super::scatter::within;
use crate::cluster::KMeans;
use crate::parallel::each_number;

/// How much more these clusters explain than k-means does of points that are spread evenly over the
/// same box, in standard deviations of the latter; none where that cannot be told.
///
/// What is explained is measured by the logarithm of the squared distances within the clusters as a
/// share of all, as in the gap statistic (R. Tibshirani, G. Walther and T. Hastie, "Estimating the
/// number of clusters in a data set via the gap statistic", Journal of the Royal Statistical
/// Society B 63, 2001), whose reference (b) is taken: the box lies along the principal axes.
pub(super) fn structure(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
    limits: &Limits,
) -> Option<f64> {
    let clusters = labels.iter().max()? + 1;
    if clusters < 2 || points.nrows() <= clusters || limits.references < 2 {
        return None;
    }
    let found = explained(points, labels)?;
    let axes = axes(points);
    let rotated = points.dot(&axes);
    let bounds: Vec<(f64, f64)> = rotated.columns().into_iter().map(|c| range(c.iter())).collect();
    let references = each_number(limits.references, |number| {
        let mut rng = ChaCha8Rng::seed_from_u64(limits.seed);
        rng.set_stream(1_000_000 + number as u64);
        let mut cells = Vec::with_capacity(points.len());
        for _ in 0..points.nrows() {
            cells.extend(bounds.iter().map(|(low, high)| low + (high - low) * unit(&mut rng)));
        }
        let made = Array2::from_shape_vec(points.dim(), cells).ok()?;
        let mut recipe = KMeans::new(clusters);
        recipe.restarts = 3;
        let model = recipe.fit_seeded(made.view(), None, rng.next_u64()).ok()?;
        let labels: Vec<usize> = model.labels(made.view()).into_iter().flatten().collect();
        explained(made.view(), &labels)
    });
    let references: Vec<f64> = references.into_iter().flatten().collect();
    let count = references.len() as f64;
    let mean = references.iter().sum::<f64>() / count;
    let squares: f64 = references.iter().map(|x| (x - mean) * (x - mean)).sum();
    let deviation = (squares / (count - 1.0) * (1.0 + 1.0 / count)).sqrt();
    let more = (mean - found) / deviation;
    more.is_finite().then_some(more)
}

/// The logarithm of the share that is within the clusters.
fn explained(points: ArrayView2<'_, f64>, labels: &[usize]) -> Option<f64> {
    let all = within(points, &vec![0; labels.len()]);
    let share = within(points, labels) / all;
    // Even the last digit is no structure: points at k places explain all, as far as it goes.
    share.is_finite().then(|| libm::log(share.max(1e-12)))
}

fn unit(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
}

fn range<'a>(mut numbers: impl Iterator<Item = &'a f64>) -> (f64, f64) {
    let first = numbers.next().copied().unwrap_or_default();
    numbers.fold((first, first), |(low, high), x| (low.min(*x), high.max(*x)))
}

/// The principal axes of points as columns, by the rotations of C. Jacobi (1846).
fn axes(points: ArrayView2<'_, f64>) -> Array2<f64> {
    let columns = points.ncols();
    let means = points.mean_axis(ndarray::Axis(0)).unwrap_or_default();
    let centered = &points - &means;
    let mut spread = centered.t().dot(&centered);
    let mut axes = Array2::eye(columns);
    for _ in 0..50 {
        let mut turned = false;
        for first in 0..columns {
            for second in first + 1..columns {
                turned |= rotate(&mut spread, &mut axes, first, second);
            }
        }
        if !turned {
            break;
        }
    }
    axes
}

/// Turns two axes so that the spread along them does not go together; whether that was needed.
fn rotate(spread: &mut Array2<f64>, axes: &mut Array2<f64>, p: usize, q: usize) -> bool {
    let at = |row, column| spread.get((row, column)).copied().unwrap_or_default();
    let (own, other, together) = (at(p, p), at(q, q), at(p, q));
    if together.abs() <= 1e-12 * (own.abs() * other.abs()).sqrt() || together == 0.0 {
        return false;
    }
    let ratio = (other - own) / (2.0 * together);
    let tangent = ratio.signum() / (ratio.abs() + (ratio * ratio + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    for matrix in [&mut *spread, axes] {
        for mut row in matrix.rows_mut() {
            turn(row.view_mut(), p, q, cosine, sine);
        }
    }
    for mut column in spread.columns_mut() {
        turn(column.view_mut(), p, q, cosine, sine);
    }
    true
}

fn turn(mut line: ndarray::ArrayViewMut1<'_, f64>, p: usize, q: usize, cosine: f64, sine: f64) {
    let (Some(&one), Some(&other)) = (line.get(p), line.get(q)) else { return };
    if let Some(place) = line.get_mut(p) {
        *place = cosine * one - sine * other;
    }
    if let Some(place) = line.get_mut(q) {
        *place = sine * one + cosine * other;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn points_along_a_diagonal_have_it_as_their_axis() {
        let points = array![[0.0, 0.0], [1.0, 1.1], [2.0, 1.9], [3.0, 3.0], [1.5, 1.4]];
        let axes = axes(points.view());
        let rotated = points.dot(&axes);
        let spreads: Vec<f64> = rotated
            .columns()
            .into_iter()
            .map(|column| range(column.iter()))
            .map(|(low, high)| high - low)
            .collect();
        // One axis is along the diagonal of length 3 √2, and the other is across.
        let (long, short) = (spreads[0].max(spreads[1]), spreads[0].min(spreads[1]));
        assert!((long - 18.0_f64.sqrt()).abs() < 0.01 && short < 0.2);
        let square = axes.t().dot(&axes);
        assert!((square[[0, 0]] - 1.0).abs() < 1e-12 && square[[0, 1]].abs() < 1e-12);
    }
}
