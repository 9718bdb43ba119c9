//! Shapley values by all subsets of the coordinates.

use super::{Attribution, Precision};

/// The values of a point that has as many coordinates as each row, of which there is one.
pub(super) fn attribute(
    point: &[f64],
    background: &[Vec<f64>],
    worth: impl Fn(&[f64]) -> f64,
) -> Attribution {
    let worths = worths(point, background, worth);
    let share = shares(point.len());
    let value = |coordinate: usize| -> f64 {
        let bit = 1_usize << coordinate;
        let without = worths.iter().enumerate().filter(|(present, _)| present & bit == 0);
        let added = without.filter_map(|(present, before)| {
            let after = worths.get(present | bit)?;
            Some(share.get(present.count_ones() as usize)? * (after - before))
        });
        added.sum()
    };
    let base = worths.first().copied().unwrap_or_default();
    let values = (0..point.len()).map(value).collect();
    Attribution { base, values, precision: Precision::Exact }
}

/// For every subset of present coordinates, by its bits, the mean worth over the background.
fn worths(point: &[f64], background: &[Vec<f64>], worth: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let mut mixed = point.to_vec();
    let rows = background.len() as f64;
    let mean = |present: usize| {
        let worth = |row: &Vec<f64>| {
            for (index, (place, (own, other))) in
                mixed.iter_mut().zip(point.iter().zip(row)).enumerate()
            {
                *place = if present >> index & 1 == 1 { *own } else { *other };
            }
            worth(&mixed)
        };
        background.iter().map(worth).sum::<f64>() / rows
    };
    (0..1_usize << point.len()).map(mean).collect()
}

/// The weight of each subset by its size s, of those without one of d coordinates:
/// s! (d - s - 1)! / d!, which is one in d · C(d - 1, s).
fn shares(coordinates: usize) -> Vec<f64> {
    let mut choices = 1.0;
    let share = |size: usize| {
        let share = 1.0 / (coordinates as f64 * choices);
        choices *= (coordinates - 1 - size) as f64 / (size + 1) as f64;
        share
    };
    (0..coordinates).map(share).collect()
}
