//! Clusters that are known by their centers and weights alone, so that no matrix is kept: those of
//! Ward's linkage and of the linkages between centers.

use super::Linkage;
use super::boxes::{Boxes, Found, Seeker};
use super::chain::Clusters;
use super::places::Places;

/// Clusters that can be joined, each in a slot, in a tree of boxes.
pub(super) struct Centers {
    linkage: Linkage,
    columns: usize,
    centers: Vec<f64>,
    weights: Vec<f64>,
    inverses: Vec<f64>,
    reaches: Vec<f64>,
    boxes: Boxes,
    alive: Vec<bool>,
    left: usize,
    /// For how many clusters the boxes were built.
    built: usize,
}

impl Centers {
    pub(super) fn new(places: &Places, linkage: Linkage) -> Self {
        let (columns, count) = (places.columns(), places.len());
        let weights = places.weights().to_vec();
        let mut new = Self {
            linkage,
            columns,
            centers: places.coordinates().to_vec(),
            inverses: weights.iter().map(|&weight| inverse(linkage, weight)).collect(),
            weights,
            reaches: vec![0.0; count],
            boxes: Boxes::default(),
            alive: vec![true; count],
            left: count,
            built: count,
        };
        new.rebuild();
        new
    }

    fn rebuild(&mut self) {
        let ids: Vec<u32> = self.alive().map(|slot| slot as u32).collect();
        self.built = ids.len();
        self.boxes = Boxes::build(self.columns, self.alive.len(), ids, |id| self.seeker(id));
    }

    fn alive(&self) -> impl Iterator<Item = usize> {
        self.alive.iter().enumerate().filter(|(_, alive)| **alive).map(|(slot, _)| slot)
    }

    fn distance(&self, left: usize, right: usize) -> f64 {
        self.seeker(left as u32).distance(self.seeker(right as u32))
    }

    fn seeker(&self, id: u32) -> Seeker<'_> {
        let (slot, columns) = (id as usize, self.columns);
        let center = self.centers.get(slot * columns..(slot + 1) * columns).unwrap_or_default();
        let of = |numbers: &[f64]| numbers.get(slot).copied().unwrap_or_default();
        Seeker { id, center, inverse: of(&self.inverses), reach: of(&self.reaches) }
    }

    /// Whether there is a cluster in a slot.
    pub(super) fn is_alive(&self, slot: usize) -> bool {
        self.alive.get(slot).copied().unwrap_or_default()
    }

    /// Sets below which squared distance from others a cluster is told of.
    pub(super) fn set_reach(&mut self, slot: usize, reach: f64) {
        self.reaches.get_mut(slot).into_iter().for_each(|place| *place = reach);
        self.boxes.set_reach(slot as u32, reach);
    }

    /// All others that a cluster is nearer to than their reach, and their squared distances.
    pub(super) fn reached(&self, slot: usize) -> Vec<(u32, f64)> {
        self.boxes.reached(self.seeker(slot as u32))
    }

    fn weight(&self, slot: usize) -> f64 {
        self.weights.get(slot).copied().unwrap_or_default()
    }

    /// Moves the center in the greater slot to the middle of both.
    fn mean(&mut self, gone: usize, kept: usize) {
        let (columns, total) = (self.columns, self.weight(gone) + self.weight(kept));
        let share = match self.linkage {
            Linkage::Median => 0.5,
            _ => self.weight(gone) / total,
        };
        let (before, from) = self.centers.split_at_mut(kept * columns);
        let gone = before.get(gone * columns..).unwrap_or_default();
        for (center, x) in from.iter_mut().zip(gone).take(columns) {
            *center += (x - *center) * share;
        }
        let places = self.weights.get_mut(kept).zip(self.inverses.get_mut(kept));
        places.into_iter().for_each(|(weight, place)| {
            (*weight, *place) = (total, inverse(self.linkage, total));
        });
    }
}

/// One by the weight as a distance sees it; without weights it is half, so that d² stays d².
fn inverse(linkage: Linkage, weight: f64) -> f64 {
    match linkage {
        Linkage::Ward => 1.0 / weight,
        _ => 0.5,
    }
}

impl Clusters for Centers {
    fn count(&self) -> usize {
        self.alive.len()
    }

    fn nearest(
        &mut self,
        slot: usize,
        before: Option<usize>,
        likely: Option<usize>,
    ) -> Option<(usize, f64)> {
        let kept = |before| Found::kept(before as u32, self.distance(slot, before));
        let mut found = before.map_or(Found::NOTHING, kept);
        if let Some(likely) = likely {
            found.meet(likely as u32, self.distance(slot, likely));
        }
        let found = self.boxes.nearest(self.seeker(slot as u32), found);
        found.distance.is_finite().then_some((found.id as usize, found.distance))
    }

    fn join(&mut self, gone: usize, kept: usize) {
        // The heavier one moves less, so that its box stays small.
        let heavier_goes = self.weight(gone) > self.weight(kept);
        self.mean(gone, kept);
        self.alive.get_mut(gone).into_iter().for_each(|alive| *alive = false);
        self.left -= 1;
        if self.left * 3 <= self.built * 2 {
            self.rebuild();
            return;
        }
        let slot = kept * self.columns;
        let center = self.centers.get(slot..slot + self.columns).unwrap_or_default();
        let inverse = self.inverses.get(kept).copied().unwrap_or_default();
        let reach = self.reaches.get(kept).copied().unwrap_or_default();
        let (gone, kept) = (gone as u32, kept as u32);
        let (stays, leaves) = if heavier_goes { (gone, kept) } else { (kept, gone) };
        self.boxes.remove(leaves);
        self.boxes.replace(stays, Seeker { id: kept, center, inverse, reach });
    }
}
