//! Points drawn anew from points.

use ndarray::{Array2, ArrayView2, Axis};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// So many different rows of `count`, in ascending order.
pub(in crate::cluster) fn without_replacement(
    count: usize,
    sample: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<usize> {
    let mut wanted = sample.min(count);
    let mut rows = Vec::with_capacity(wanted);
    for row in 0..count {
        // Each of those left is as likely to be drawn: D. Knuth's algorithm S.
        if below(count - row, rng) < wanted {
            rows.push(row);
            wanted -= 1;
        }
    }
    rows
}

/// As many rows as are wanted, each drawn from all.
pub(super) fn with_replacement(count: usize, sample: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    (0..sample).map(|_| below(count, rng)).collect()
}

/// The rows of a matrix, which all are in it.
pub(in crate::cluster) fn rows(points: ArrayView2<'_, f64>, rows: &[usize]) -> Array2<f64> {
    points.select(Axis(0), rows)
}

/// A float from 0 up to but not including 1: the 53 highest bits of the next 64, over 2^53.
pub(super) fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}

/// A number from 0 up to but not including `count`.
fn below(count: usize, rng: &mut ChaCha8Rng) -> usize {
    // The bias of the product is less than 2^-64 times the count.
    ((u128::from(rng.next_u64()) * count as u128) >> 64) as usize
}
