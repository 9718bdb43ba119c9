//! The centers nearest to eight points at a time.
//!
//! Points are turned so that one coordinate of all eight is contiguous: the compiler then measures
//! their distances in vector registers. Each lane is computed as in a plain loop over one point,
//! and so is the same number.

/// How many points are measured side by side.
pub(super) const LANES: usize = 8;

/// Does `$work` for so many columns, which few of are a constant in it, so that its loops over them
/// are unrolled.
macro_rules! for_columns {
    ($columns:expr, $constant:ident => $work:expr) => {
        for_columns!(@match $columns, $constant => $work; 1 2 3 4 5 6 7 8)
    };
    (@match $columns:expr, $constant:ident => $work:expr; $($few:literal)*) => {
        match $columns {
            $($few => {
                let $constant = $few;
                $work
            })*
            $constant => $work,
        }
    };
}
pub(super) use for_columns;

/// Takes up to [`LANES`] points over into a tile of one array for each coordinate.
#[inline(always)]
pub(super) fn turn<'a>(rows: impl Iterator<Item = &'a [f64]>, tile: &mut [[f64; LANES]]) {
    for (lane, row) in rows.enumerate() {
        for (lanes, &x) in tile.iter_mut().zip(row) {
            if let Some(place) = lanes.get_mut(lane) {
                *place = x;
            }
        }
    }
}

/// The squared distances of a tile's points from a center.
#[inline(always)]
pub(super) fn squares(tile: &[[f64; LANES]], center: &[f64]) -> [f64; LANES] {
    let mut squares = [0.0; LANES];
    for (xs, center) in tile.iter().zip(center) {
        for (square, x) in squares.iter_mut().zip(xs) {
            *square += (center - x) * (center - x);
        }
    }
    squares
}

/// Which of row-major centers are nearest to the points of a tile; of equally near ones the first.
#[inline(always)]
pub(super) fn nearest(tile: &[[f64; LANES]], centers: &[f64], columns: usize) -> [u64; LANES] {
    let (mut labels, mut least) = ([0; LANES], [f64::INFINITY; LANES]);
    for (label, center) in (0..).zip(centers.chunks_exact(columns)) {
        let places = labels.iter_mut().zip(&mut least);
        for ((own, least), square) in places.zip(squares(tile, center)) {
            let nearer = square < *least;
            *own = if nearer { label } else { *own };
            *least = if nearer { square } else { *least };
        }
    }
    labels
}
