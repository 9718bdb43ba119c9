//! Customers as benchmarks see them: mixtures of lognormal amounts, whose logarithms are clustered.

use ndarray::Array2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Points, and the component that each was drawn from.
pub struct Data {
    pub points: Array2<f64>,
    pub labels: Vec<u32>,
}

/// Customers drawn from `components` lognormal distributions (of recency, frequency, amount and so
/// on) of unequal weight, in logarithms scaled to mean 0 and variance 1, as RFM values usually are
/// before they are clustered.
pub fn customers(rows: usize, columns: usize, components: usize, seed: u64) -> Data {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let means: Vec<f64> = (0..components * columns).map(|_| 4.0 * uniform(&mut rng)).collect();
    let spreads: Vec<f64> = means.iter().map(|_| 0.3 + 0.5 * uniform(&mut rng)).collect();
    let shares: Vec<f64> = (0..components).map(|_| 0.3 + uniform(&mut rng)).collect();
    let total: f64 = shares.iter().sum();
    let (mut values, mut labels) = (Vec::with_capacity(rows * columns), Vec::with_capacity(rows));
    for _ in 0..rows {
        let component = drawn(&shares, uniform(&mut rng) * total);
        labels.push(u32::try_from(component).expect("there are few components"));
        for column in component * columns..(component + 1) * columns {
            let amount = (means[column] + spreads[column] * normal(&mut rng)).exp();
            values.push(amount.ln());
        }
    }
    let mut points = Array2::from_shape_vec((rows, columns), values).expect("all values are there");
    for mut column in points.columns_mut() {
        let mean = column.sum() / rows as f64;
        let variance = column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / rows as f64;
        column.mapv_inplace(|x| (x - mean) / variance.sqrt());
    }
    Data { points, labels }
}

/// The position at which the sum of the shares passes `target`.
fn drawn(shares: &[f64], mut target: f64) -> usize {
    let last = shares.len() - 1;
    let passed = |share: &f64| {
        target -= share;
        target < 0.0
    };
    shares.iter().position(passed).unwrap_or(last)
}

/// From 0 up to but not including 1.
pub fn uniform(rng: &mut impl Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}

/// Of mean 0 and variance 1, after Box and Muller.
fn normal(rng: &mut impl Rng) -> f64 {
    let (radius, angle) = (1.0 - uniform(rng), std::f64::consts::TAU * uniform(rng));
    (-2.0 * radius.ln()).sqrt() * angle.cos()
}
