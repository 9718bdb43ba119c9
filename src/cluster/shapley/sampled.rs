//! Shapley values by random orders in which the coordinates come in.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Attribution, Precision};
use crate::stats::normal;

/// How Shapley values of many coordinates are sampled.
///
/// Orders are drawn in pairs, one the reverse of the other (R. Mitchell, J. Cooper, E. Frank and
/// G. Holmes, "Sampling permutations for Shapley value estimation", JMLR 23, 2022), and every
/// background row has equally many, so that the values sum up exactly.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sampling {
    /// The least number of orders; 2000 without a word. It is rounded up to two for each
    /// background row, and to a whole number of them.
    pub orders: usize,
    /// How surely the stated error holds, between 0 and 1; 0.95 without a word.
    pub confidence: f64,
    /// Where chance comes from; 0 without a word.
    pub seed: u64,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { orders: 2000, confidence: 0.95, seed: 0 }
    }
}

impl Sampling {
    /// The sampled values of a point that has as many coordinates as each row, of which there is
    /// one, whatever their number.
    pub(super) fn attribute(
        &self,
        point: &[f64],
        background: &[Vec<f64>],
        worth: impl Fn(&[f64]) -> f64,
    ) -> Attribution {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let rounds = self.orders.max(4).div_ceil(2).div_ceil(background.len());
        let mut order: Vec<usize> = (0..point.len()).collect();
        let mut tally = vec![Tally::default(); point.len()];
        let mut added = vec![0.0; point.len()];
        let mut base = 0.0;
        for _ in 0..rounds {
            for row in background {
                shuffle(&mut order, &mut rng);
                added.fill(0.0);
                walk(order.iter(), point, row, &worth, &mut added);
                base += walk(order.iter().rev(), point, row, &worth, &mut added);
                tally.iter_mut().zip(&added).for_each(|(tally, sum)| tally.take(sum / 2.0));
            }
        }
        let pairs = rounds * background.len();
        let confidence = self.confidence.clamp(0.0, 0.999_999);
        let tail = (1.0 - confidence) / (2.0 * point.len().max(1) as f64);
        let worst = tally.iter().map(Tally::standard_error).fold(0.0, f64::max);
        let errors = normal::quantile(tail).map_or(f64::INFINITY, |low| -low);
        let error = if worst > 0.0 { errors * worst } else { 0.0 };
        Attribution {
            base: base / pairs as f64,
            values: tally.iter().map(|tally| tally.mean).collect(),
            precision: Precision::Sampled { orders: 2 * pairs, confidence, error },
        }
    }
}

/// Lets the coordinates of `point` take the place of those of `row` one by one, and adds what each
/// changes; returns the worth of `row` itself.
fn walk<'a>(
    order: impl Iterator<Item = &'a usize>,
    point: &[f64],
    row: &[f64],
    worth: impl Fn(&[f64]) -> f64,
    added: &mut [f64],
) -> f64 {
    let mut mixed = row.to_vec();
    let first = worth(&mixed);
    let mut before = first;
    for &coordinate in order {
        if let (Some(place), Some(own)) = (mixed.get_mut(coordinate), point.get(coordinate)) {
            *place = *own;
        }
        let after = worth(&mixed);
        if let Some(sum) = added.get_mut(coordinate) {
            *sum += after - before;
        }
        before = after;
    }
    first
}

/// Puts the places in a random order (R. Fisher and F. Yates, 1938).
fn shuffle(order: &mut [usize], rng: &mut ChaCha8Rng) {
    for last in (1..order.len()).rev() {
        let choices = last as u128 + 1;
        let drawn = (u128::from(rng.next_u64()) * choices) >> 64;
        order.swap(last, drawn as usize);
    }
}

/// Mean and variance by and by (B. Welford, Technometrics 4, 1962).
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Tally {
    fn take(&mut self, number: f64) {
        self.count += 1.0;
        let off = number - self.mean;
        self.mean += off / self.count;
        self.squares += off * (number - self.mean);
    }

    fn standard_error(&self) -> f64 {
        (self.squares / (self.count - 1.0) / self.count).sqrt()
    }
}
