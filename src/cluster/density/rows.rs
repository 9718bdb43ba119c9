//! The same question about every row of a matrix.

use ndarray::{ArrayView2, Axis};

use crate::parallel;

/// The number of rows that are asked about one after the other.
const BLOCK: usize = 256;

/// What `answer` makes of each row, in order.
pub(super) fn by_rows<A: Send>(
    points: ArrayView2<'_, f64>,
    answer: impl Fn(&[f64]) -> A + Send + Sync,
) -> Vec<A> {
    let blocks: Vec<_> = points.axis_chunks_iter(Axis(0), BLOCK).collect();
    let of_block = |block: &ArrayView2<'_, f64>| -> Vec<A> {
        let mut point = Vec::with_capacity(block.ncols());
        let of_row = |row: ndarray::ArrayView1<'_, f64>| {
            point.clear();
            point.extend(row.iter().copied());
            answer(&point)
        };
        block.outer_iter().map(of_row).collect()
    };
    parallel::each(&blocks, of_block).into_iter().flatten().collect()
}
