//! The box along the principal axes of points.

use rand_chacha::ChaCha8Rng;

use super::super::points::{LARGEST, Points};
use super::resampling::uniform;

/// The most times that all pairs of axes are turned; a handful are enough.
const SWEEPS: usize = 40;

/// A box that points span along their principal axes, wherever it lies.
pub(super) struct Span {
    /// Of each coordinate, as are the axes.
    mean: Vec<f64>,
    axes: Vec<Axis>,
}

struct Axis {
    direction: Vec<f64>,
    least: f64,
    most: f64,
}

impl Span {
    pub(super) fn of(points: &Points<'_>) -> Self {
        let mean = super::means(points, &vec![0; points.len()], 1);
        let axis = |direction: Vec<f64>| {
            let mut axis = Axis { direction, least: f64::INFINITY, most: f64::NEG_INFINITY };
            for point in points.iter() {
                let centered = point.iter().zip(&mean).zip(&axis.direction);
                let at: f64 = centered.map(|((x, mean), d)| (x - mean) * d).sum();
                (axis.least, axis.most) = (axis.least.min(at), axis.most.max(at));
            }
            axis
        };
        let axes = directions(points, &mean).into_iter().map(axis).collect();
        Self { mean, axes }
    }

    /// A point drawn evenly from the box.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> Vec<f64> {
        let mut point = self.mean.clone();
        for axis in &self.axes {
            let at = axis.least + uniform(rng) * (axis.most - axis.least);
            point.iter_mut().zip(&axis.direction).for_each(|(x, d)| *x += at * d);
        }
        point.iter_mut().for_each(|x| *x = x.clamp(-LARGEST, LARGEST));
        point
    }
}

/// The principal axes, each of length 1: the eigenvectors of the points' covariance.
///
/// One-sided Jacobi rotations of the columns of a matrix A make these orthogonal, and then what
/// they were turned by are the eigenvectors of Aᵀ A: M. Hestenes, "Inversion of matrices by
/// biorthogonalization and related results", Journal of the Society for Industrial and Applied
/// Mathematics 6 (1958), 51–90.
fn directions(points: &Points<'_>, mean: &[f64]) -> Vec<Vec<f64>> {
    let columns = points.columns();
    let scale = spread(points, mean);
    let mut products = vec![vec![0.0; columns]; columns];
    for point in points.iter() {
        let centered: Vec<f64> = point.iter().zip(mean).map(|(x, m)| (x - m) / scale).collect();
        for (row, left) in products.iter_mut().zip(&centered) {
            row.iter_mut().zip(&centered).for_each(|(sum, right)| *sum += left * right);
        }
    }
    // The columns of a symmetric matrix have the same axes as its square.
    let unit = |column| (0..columns).map(|row| f64::from(u8::from(row == column))).collect();
    let mut turned: Vec<(Vec<f64>, Vec<f64>)> =
        products.into_iter().enumerate().map(|(at, column)| (column, unit(at))).collect();
    for _ in 0..SWEEPS {
        let mut still = true;
        for second in 1..columns {
            let (before, after) = turned.split_at_mut(second);
            let Some(right) = after.first_mut() else { continue };
            for left in before {
                still &= !turn(left, right);
            }
        }
        if still {
            break;
        }
    }
    turned.into_iter().map(|(_, direction)| direction).collect()
}

/// The greatest magnitude of a centered coordinate; 1 if there is none.
fn spread(points: &Points<'_>, mean: &[f64]) -> f64 {
    let all = points.iter().flat_map(|point| point.iter().zip(mean).map(|(x, m)| (x - m).abs()));
    let most = all.fold(0.0, f64::max);
    if most > 0.0 { most } else { 1.0 }
}

/// Turns two columns, and what they were turned by, so that the columns are orthogonal; whether
/// they were not yet.
fn turn(left: &mut (Vec<f64>, Vec<f64>), right: &mut (Vec<f64>, Vec<f64>)) -> bool {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let (first, second) = (dot(&left.0, &left.0), dot(&right.0, &right.0));
    let both = dot(&left.0, &right.0);
    if both.abs() <= 1e-14 * libm::sqrt(first * second) || both == 0.0 {
        return false;
    }
    let ratio = (second - first) / (2.0 * both);
    let tangent = libm::copysign(1.0, ratio) / (ratio.abs() + libm::sqrt(1.0 + ratio * ratio));
    let cosine = 1.0 / libm::sqrt(1.0 + tangent * tangent);
    let sine = cosine * tangent;
    let rotate = |left: &mut [f64], right: &mut [f64]| {
        for (a, b) in left.iter_mut().zip(right) {
            (*a, *b) = (cosine * *a - sine * *b, sine * *a + cosine * *b);
        }
    };
    rotate(&mut left.0, &mut right.0);
    rotate(&mut left.1, &mut right.1);
    true
}

#[cfg(test)]
mod tests {
    use ndarray::array;
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn the_axes_of_a_tilted_cross_are_its_arms() {
        let points = array![[3.0, 4.0], [-3.0, -4.0], [-0.8, 0.6], [0.8, -0.6]];
        let points = Points::check(points.view(), None).unwrap();
        let span = Span::of(&points);
        let mut lengths: Vec<(f64, f64)> = span
            .axes
            .iter()
            .map(|axis| (axis.most - axis.least, axis.direction[0] * axis.direction[1]))
            .collect();
        lengths.sort_by(|left, right| left.0.total_cmp(&right.0));
        for ((length, product), (expected, slope)) in
            lengths.into_iter().zip([(2.0, -0.48), (10.0, 0.48)])
        {
            assert!((length - expected).abs() < 1e-12 && (product - slope).abs() < 1e-12);
        }
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for _ in 0..100 {
            let point = span.draw(&mut rng);
            let along = 0.6 * point[0] + 0.8 * point[1];
            let across = 0.8 * point[0] - 0.6 * point[1];
            assert!(along.abs() <= 5.0 + 1e-9 && across.abs() <= 1.0 + 1e-9);
        }
    }

    #[test]
    fn points_at_one_place_span_nothing() {
        let points = array![[1e120, -1e120], [1e120, -1e120]];
        let span = Span::of(&Points::check(points.view(), None).unwrap());
        assert_eq!(span.draw(&mut ChaCha8Rng::seed_from_u64(1)), [1e120, -1e120]);
    }
}
