//! Points in blocks of eight, coordinate by coordinate, so that a machine compares eight at once.

/// How many points stand in a block.
pub(in crate::cluster) const LANES: usize = 8;

/// The squared Euclidean distances of a point from all points of a block.
pub(in crate::cluster) fn squared_distances(block: &[[f64; LANES]], point: &[f64]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    add_squares(&mut sums, block, point);
    sums
}

/// Adds the squares of the differences in some coordinates.
pub(in crate::cluster) fn add_squares(
    sums: &mut [f64; LANES],
    block: &[[f64; LANES]],
    point: &[f64],
) {
    let mut own = *sums;
    for (lanes, &x) in block.iter().zip(point) {
        for (sum, lane) in own.iter_mut().zip(lanes) {
            *sum += (x - lane) * (x - lane);
        }
    }
    *sums = own;
}

/// The least of eight numbers.
pub(in crate::cluster) fn least(lanes: &[f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = *lanes;
    let lesser = |one: f64, other: f64| if one < other { one } else { other };
    lesser(lesser(lesser(a, b), lesser(c, d)), lesser(lesser(e, f), lesser(g, h)))
}
