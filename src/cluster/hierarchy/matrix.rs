//! Clusters that are known by their distances from each other: average and complete linkage.

use crate::parallel;

use super::super::points::squared_distance;
use super::Linkage;
use super::blocks::LANES;
use super::chain::Clusters;
use super::places::Places;

/// The matrix is packed when no more than this share of its rows is left.
const SPARSE: f64 = 0.7;

/// The distances of all clusters, below the diagonal: half a matrix.
///
/// Its rows are those of slots in the same order. Rows that are empty are left out now and then, so
/// that what is left is near together.
pub(super) struct Matrix {
    linkage: Linkage,
    /// Of each row, its slot.
    slots: Vec<usize>,
    /// Of each slot, its row.
    places: Vec<usize>,
    /// Of each row, its distances from all lesser rows; infinite from empty ones.
    rows: Vec<Vec<f64>>,
    weights: Vec<f64>,
    alive: Vec<usize>,
    /// Of each row, what is known of the greater rows: reading down a column is slow.
    below: Vec<Below>,
}

/// The nearest of all greater rows.
#[derive(Clone, Copy)]
struct Below {
    /// The least row of those at that distance.
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
        let numbers: Vec<usize> = (0..points.len()).collect();
        let mut below = vec![Below::NOTHING; points.len()];
        for (slot, row) in rows.iter().enumerate() {
            below.iter_mut().zip(row).for_each(|(below, distance)| below.meet(slot, *distance));
        }
        Self {
            linkage,
            slots: numbers.clone(),
            places: numbers.clone(),
            rows,
            weights: places.weights().to_vec(),
            alive: numbers,
            below,
        }
    }

    /// Looks at all greater rows again.
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

    fn nearest_row(&mut self, slot: usize, before: Option<usize>) -> Option<(usize, f64)> {
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

    fn join_rows(&mut self, gone: usize, kept: usize) {
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

    /// Leaves empty rows out. What is known of greater rows stays in order.
    fn pack(&mut self) {
        let alive = std::mem::take(&mut self.alive);
        for (row, &from) in alive.iter().enumerate() {
            let mut packed = self.rows.get_mut(from).map(std::mem::take).unwrap_or_default();
            for (to, &from) in alive.iter().take(row).enumerate() {
                let distance = packed.get(from).copied().unwrap_or(f64::INFINITY);
                packed.get_mut(to).into_iter().for_each(|place| *place = distance);
            }
            packed.truncate(row);
            self.rows
                .get_mut(row)
                .into_iter()
                .for_each(|place| *place = std::mem::take(&mut packed));
        }
        self.rows.truncate(alive.len());
        self.slots = kept_of(&self.slots, &alive);
        self.weights = kept_of(&self.weights, &alive);
        self.below = kept_of(&self.below, &alive);
        for below in self.below.iter_mut().filter(|below| below.slot < usize::MAX) {
            below.slot = alive.partition_point(|&other| other < below.slot);
        }
        for (row, &slot) in self.slots.iter().enumerate() {
            self.places.get_mut(slot).into_iter().for_each(|place| *place = row);
        }
        self.alive = (0..alive.len()).collect();
    }
}

impl Clusters for Matrix {
    fn count(&self) -> usize {
        self.places.len()
    }

    fn nearest(
        &mut self,
        slot: usize,
        before: Option<usize>,
        _likely: Option<usize>,
    ) -> Option<(usize, f64)> {
        let before = before.and_then(|before| self.places.get(before).copied());
        let row = self.places.get(slot).copied()?;
        let (nearest, distance) = self.nearest_row(row, before)?;
        Some((self.slots.get(nearest).copied()?, distance))
    }

    fn join(&mut self, gone: usize, kept: usize) {
        if let (Some(&gone), Some(&kept)) = (self.places.get(gone), self.places.get(kept)) {
            self.join_rows(gone, kept);
        }
        if (self.alive.len() as f64) < self.rows.len() as f64 * SPARSE {
            self.pack();
        }
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

/// Those of these rows.
fn kept_of<T: Copy>(all: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().filter_map(|&row| all.get(row)).copied().collect()
}
