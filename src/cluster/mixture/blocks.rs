//! Points laid out so that several are worked on side by side.

use super::super::points::Points;

/// How many points are worked on side by side.
pub(super) const LANES: usize = 8;

/// Sums are taken over blocks of so many groups, and then over the blocks in order: whoever
/// computes a block, the result is the same.
pub(super) const BLOCK: usize = 128;

/// Points in groups of [`LANES`], in each of which a coordinate of all is contiguous.
pub(super) struct Groups {
    pub(super) columns: usize,
    /// As many arrays a group as there are columns. Places without a point repeat another.
    coordinates: Vec<[f64; LANES]>,
    /// Places without a point weigh nothing.
    weights: Vec<[f64; LANES]>,
    /// The sum of all weights.
    pub(super) total: f64,
}

impl Groups {
    pub(super) fn new(points: &Points<'_>) -> Self {
        let columns = points.columns();
        let (mut coordinates, mut weights) = (Vec::new(), Vec::new());
        let groups = points.blocks(LANES);
        for (rows, heavy) in groups {
            coordinates.extend((0..columns).map(|column| {
                let mut lanes = [0.0; LANES];
                lanes.fill(rows.get(column).copied().unwrap_or(0.0));
                for (lane, row) in lanes.iter_mut().zip(rows.chunks_exact(columns)) {
                    *lane = row.get(column).copied().unwrap_or(0.0);
                }
                lanes
            }));
            weights.push(spread(heavy.iter().copied()));
        }
        let total = points.weights().iter().sum();
        Self { columns, coordinates, weights, total }
    }

    /// How many blocks there are.
    pub(super) fn blocks(&self) -> usize {
        self.weights.len().div_ceil(BLOCK)
    }

    /// The groups of a block: coordinates and weights.
    pub(super) fn block(
        &self,
        number: usize,
    ) -> impl Iterator<Item = (&[[f64; LANES]], &[f64; LANES])> {
        let weights = self.weights.chunks(BLOCK).nth(number).unwrap_or_default();
        let coordinates = self.coordinates.chunks(BLOCK * self.columns).nth(number);
        coordinates.unwrap_or_default().chunks_exact(self.columns).zip(weights)
    }
}

/// Numbers as lanes, with 0 where there are no more.
pub(super) fn spread(numbers: impl Iterator<Item = f64>) -> [f64; LANES] {
    let mut lanes = [0.0; LANES];
    lanes.iter_mut().zip(numbers).for_each(|(lane, number)| *lane = number);
    lanes
}
