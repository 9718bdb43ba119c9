//! How far points are spread.

use crate::parallel;

use super::super::points::Points;
use super::super::wide::wide;
use super::tile::for_columns;

/// Sums are taken over blocks of so many points, and then over the blocks in order.
const BLOCK: usize = 4_096;

/// The variance of the coordinates, whatever the weights: the mean over the columns, as in
/// scikit-learn.
pub(super) fn mean_variance(points: &Points<'_>) -> f64 {
    let count = points.len() as f64;
    let mut means = sums(points, &vec![0.0; points.columns()], Power::One);
    means.iter_mut().for_each(|mean| *mean /= count);
    let squares = sums(points, &means, Power::Two);
    squares.iter().sum::<f64>() / count / points.columns() as f64
}

#[derive(Clone, Copy)]
enum Power {
    One,
    Two,
}

/// The sums of a power of all gaps from the middle, column by column.
fn sums(points: &Points<'_>, middle: &[f64], power: Power) -> Vec<f64> {
    let blocks = parallel::each_number(points.len().div_ceil(BLOCK), |number| {
        let (rows, _) = points.span(number * BLOCK, BLOCK);
        let mut sums = vec![0.0; middle.len()];
        wide(
            #[inline(always)]
            || {
                for_columns!(points.columns(), columns => {
                    add(rows, columns, middle, power, &mut sums);
                });
            },
        );
        sums
    });
    let mut sums = vec![0.0; middle.len()];
    for block in blocks {
        sums.iter_mut().zip(block).for_each(|(sum, block)| *sum += block);
    }
    sums
}

#[inline(always)]
fn add(rows: &[f64], columns: usize, middle: &[f64], power: Power, sums: &mut [f64]) {
    let (Some(middle), Some(sums)) = (middle.get(..columns), sums.get_mut(..columns)) else {
        return;
    };
    for row in rows.chunks_exact(columns) {
        for ((sum, x), middle) in sums.iter_mut().zip(row).zip(middle) {
            let gap = x - middle;
            *sum += match power {
                Power::One => gap,
                Power::Two => gap * gap,
            };
        }
    }
}
