//! The distances of a place from all places, measured when they are asked for.

use super::super::wide::wide;
use super::blocks::{LANES, squared_distances};
use super::places::Places;

/// Places in blocks of eight.
pub(super) struct Measured<'a> {
    places: &'a Places,
    blocks: Vec<[f64; LANES]>,
}

impl<'a> Measured<'a> {
    pub(super) fn new(places: &'a Places) -> Self {
        let columns = places.columns();
        let mut blocks = Vec::with_capacity(places.len().div_ceil(LANES) * columns);
        for eight in places.coordinates().chunks(LANES * columns) {
            for column in 0..columns {
                let mut lanes = [0.0; LANES];
                let coordinates = eight.iter().skip(column).step_by(columns);
                lanes.iter_mut().zip(coordinates).for_each(|(lane, x)| *lane = *x);
                blocks.push(lanes);
            }
        }
        Self { places, blocks }
    }

    /// The Euclidean distances of a place from all places, infinite from itself.
    pub(super) fn distances(&self, place: usize) -> Vec<f64> {
        let point = self.places.point(place);
        let mut distances = vec![0.0; self.places.len().next_multiple_of(LANES)];
        let (eights, _) = distances.as_chunks_mut::<LANES>();
        wide(
            #[inline(always)]
            || measure(point, &self.blocks, eights),
        );
        distances.truncate(self.places.len());
        distances.get_mut(place).into_iter().for_each(|itself| *itself = f64::INFINITY);
        distances
    }
}

#[inline(always)]
fn measure(point: &[f64], blocks: &[[f64; LANES]], distances: &mut [[f64; LANES]]) {
    for (block, distances) in blocks.chunks_exact(point.len()).zip(distances) {
        *distances = squared_distances(block, point).map(f64::sqrt);
    }
}
