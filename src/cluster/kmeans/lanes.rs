//! The center nearest to a point, for many points.

/// How many centers are measured side by side.
const LANES: usize = 8;

/// Centers laid out so that one coordinate of [`LANES`] centers is contiguous: the compiler then
/// measures the distances to them in vector registers. A distance is summed coordinate by
/// coordinate as in a plain loop, and so is the same number.
pub(super) struct Lanes {
    columns: usize,
    groups: Vec<[f64; LANES]>,
}

impl Lanes {
    /// Room for `count` centers of `columns` coordinates.
    pub(super) fn new(count: usize, columns: usize) -> Self {
        let groups = vec![[f64::INFINITY; LANES]; count.div_ceil(LANES) * columns];
        Self { columns, groups }
    }

    /// Takes over row-major centers; lanes without a center stay infinitely far away.
    pub(super) fn load(&mut self, centers: &[f64]) {
        let eights = centers.chunks(LANES * self.columns);
        for (group, eight) in self.groups.chunks_exact_mut(self.columns).zip(eights) {
            for (lane, center) in eight.chunks_exact(self.columns).enumerate() {
                for (lanes, &coordinate) in group.iter_mut().zip(center) {
                    if let Some(place) = lanes.get_mut(lane) {
                        *place = coordinate;
                    }
                }
            }
        }
    }

    /// The nearest center and its squared distance; of equally near ones the first.
    #[inline]
    pub(super) fn nearest(&self, point: &[f64]) -> (usize, f64) {
        let mut nearest = (0, f64::INFINITY);
        for (group, coordinates) in self.groups.chunks_exact(self.columns).enumerate() {
            let mut squares = [0.0; LANES];
            for (x, centers) in point.iter().zip(coordinates) {
                for (square, center) in squares.iter_mut().zip(centers) {
                    *square += (x - center) * (x - center);
                }
            }
            for (lane, square) in squares.into_iter().enumerate() {
                if square < nearest.1 {
                    nearest = (group * LANES + lane, square);
                }
            }
        }
        nearest
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cluster::points::squared_distance;

    proptest! {
        #[test]
        fn lanes_find_what_a_plain_search_finds(
            (columns, centers, point) in (1_usize..5).prop_flat_map(|columns| {
                // Few different numbers, so that ties are common.
                let number = (-3_i32..4).prop_map(f64::from);
                let centers = prop::collection::vec(number.clone(), columns..20 * columns);
                (Just(columns), centers, prop::collection::vec(number, columns))
            })
        ) {
            let count = centers.len() / columns;
            let centers = &centers[..count * columns];
            let mut lanes = Lanes::new(count, columns);
            lanes.load(centers);
            let distances: Vec<f64> = centers
                .chunks_exact(columns)
                .map(|center| squared_distance(center, &point))
                .collect();
            let least = distances.iter().copied().fold(f64::INFINITY, f64::min);
            let first = distances.iter().position(|&distance| distance == least).unwrap();
            prop_assert_eq!(lanes.nearest(&point), (first, least));
        }
    }
}
