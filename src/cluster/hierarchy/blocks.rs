//! Points in blocks of eight, coordinate by coordinate, so that a machine compares eight at once.

/// How many points stand in a block.
pub(in crate::cluster) const LANES: usize = 8;

/// The squared Euclidean distances of a point from all points of a block.
pub(in crate::cluster) fn squared_distances(block: &[[f64; LANES]], point: &[f64]) -> [f64; LANES] {
    let mut sums = [0.0; LANES];
    for (lanes, &x) in block.iter().zip(point) {
        for (sum, lane) in sums.iter_mut().zip(lanes) {
            *sum += (x - lane) * (x - lane);
        }
    }
    sums
}
