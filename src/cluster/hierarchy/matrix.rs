//! Clusters that are known by their distances from each other: average and complete linkage.

use crate::parallel;

use super::super::points::squared_distance;
use super::Linkage;
use super::blocks::LANES;
use super::chain::Clusters;
use super::places::Places;

/// The distances of all clusters, below the diagonal: half a matrix.
pub(super) struct Matrix {
    linkage: Linkage,
    /// Of each slot, its distances from all lesser slots; infinite from empty ones.
    rows: Vec<Vec<f64>>,
    weights: Vec<f64>,
    alive: Vec<usize>,
    /// Of each slot, what is known of the greater slots: reading down a column is slow.
    below: Vec<Below>,
}

/// The nearest of all greater slots.
#[derive(Clone, Copy)]
struct Below {
    /// The least slot of those at that distance.
    slot: usize,
    distance: f64,
    /// It was joined since, so that the distance is only one that no other is below.
    joined: bool,
}

impl Below {
    const NOTHING: Self = Self { slot: usize::MAX, distance: f64::INFINITY, joined: false };

    fn meet(&mut self, slot: usize, distance: f64) {
        if distance < self.distance || (distance == self.distance && slot < self.slot) {
            *self = Self { slot, distance, joined: false };
        }
    }
}

impl Matrix {
    pub(super) fn new(places: &Places, linkage: Linkage) -> Self {
        let points: Vec<&[f64]> = places.iter().collect();
        let row = |slot: usize| {
            let point = points.get(slot).copied().unwrap_or_default();
            points.iter().take(slot).map(|other| squared_distance(point, other).sqrt()).collect()
        };
        let rows: Vec<Vec<f64>> = parallel::each_number(points.len(), row);
        let alive = (0..points.len()).collect();
        let mut below = vec![Below::NOTHING; points.len()];
        for (slot, row) in rows.iter().enumerate() {
            below.iter_mut().zip(row).for_each(|(below, distance)| below.meet(slot, *distance));
        }
        Self { linkage, rows, weights: places.weights().to_vec(), alive, below }
    }

    /// Looks at all greater slots again.
    fn look_below(&mut self, slot: usize) {
        let mut below = Below::NOTHING;
        let after = self.alive.partition_point(|&other| other <= slot);
        for &other in self.alive.iter().skip(after) {
            let row = self.rows.get(other);
            if let Some(&distance) = row.and_then(|row| row.get(slot)) {
                below.meet(other, distance);
            }
        }
        self.below.get_mut(slot).into_iter().for_each(|place| *place = below);
    }

    fn distance(&self, left: usize, right: usize) -> f64 {
        let row = self.rows.get(left.max(right));
        row.and_then(|row| row.get(left.min(right))).copied().unwrap_or(f64::INFINITY)
    }
}

impl Clusters for Matrix {
    fn count(&self) -> usize {
        self.rows.len()
    }

    fn nearest(
        &mut self,
        slot: usize,
        before: Option<usize>,
        _likely: Option<usize>,
    ) -> Option<(usize, f64)> {
        let mut nearest = before.map(|before| (before, self.distance(slot, before)));
        let least = |nearest: &Option<(usize, f64)>| nearest.map_or(f64::INFINITY, |(_, d)| d);
        let row = self.rows.get(slot).map(Vec::as_slice).unwrap_or_default();
        let lesser = minimum(row);
        if lesser < least(&nearest) {
            nearest = row.iter().position(|d| *d == lesser).map(|slot| (slot, lesser));
        }
        let below = self.below.get(slot).copied().unwrap_or(Below::NOTHING);
        if below.joined && below.distance < least(&nearest) {
            self.look_below(slot);
        }
        match self.below.get(slot) {
            Some(below) if !below.joined && below.distance < least(&nearest) => {
                Some((below.slot, below.distance))
            }
            _ => nearest,
        }
    }

    fn join(&mut self, gone: usize, kept: usize) {
        let weight = |slot: usize| self.weights.get(slot).copied().unwrap_or_default();
        let (one, other) = (weight(gone), weight(kept));
        let linkage = self.linkage;
        let joined = |to_gone: f64, to_kept: f64| match linkage {
            Linkage::Complete => to_gone.max(to_kept),
            _ => (one * to_gone + other * to_kept) / (one + other),
        };
        self.alive.retain(|&slot| slot != gone);
        let of_gone = self.rows.get_mut(gone).map(std::mem::take).unwrap_or_default();
        let mut of_kept = self.rows.get_mut(kept).map(std::mem::take).unwrap_or_default();
        let mut below_kept = Below::NOTHING;
        for &slot in &self.alive {
            if slot < kept {
                let to_gone = if slot < gone {
                    of_gone.get(slot)
                } else {
                    self.rows.get(slot).and_then(|row| row.get(gone))
                };
                let places = of_kept.get_mut(slot).zip(to_gone);
                if let Some(((place, to), below)) = places.zip(self.below.get_mut(slot)) {
                    *place = joined(*to, *place);
                    if below.slot == gone || below.slot == kept {
                        below.joined = true;
                        below.distance = below.distance.min(*place);
                    } else {
                        below.meet(kept, *place);
                    }
                }
            } else if let Some(row) = self.rows.get_mut(slot) {
                let to_gone = row.get(gone).copied().unwrap_or(f64::INFINITY);
                if let Some(place) = row.get_mut(kept) {
                    *place = joined(to_gone, *place);
                    below_kept.meet(slot, *place);
                }
            }
            if slot > gone {
                let row = if slot == kept { Some(&mut of_kept) } else { self.rows.get_mut(slot) };
                let place = row.and_then(|row| row.get_mut(gone));
                place.into_iter().for_each(|place| *place = f64::INFINITY);
            }
        }
        self.below.get_mut(kept).into_iter().for_each(|place| *place = below_kept);
        self.rows.get_mut(kept).into_iter().for_each(|row| *row = std::mem::take(&mut of_kept));
        self.weights.get_mut(kept).into_iter().for_each(|weight| *weight = one + other);
    }
}

/// The least of many numbers, several at once.
fn minimum(numbers: &[f64]) -> f64 {
    let (blocks, rest) = numbers.as_chunks::<LANES>();
    let mut lanes = [f64::INFINITY; LANES];
    for block in blocks {
        for (least, &number) in lanes.iter_mut().zip(block) {
            *least = if number < *least { number } else { *least };
        }
    }
    lanes.iter().chain(rest).copied().fold(f64::INFINITY, f64::min)
}
