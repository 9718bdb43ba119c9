//! The linkages between centers, by which a joined cluster can come nearer to others: the nearest
//! pair of all is joined in each step.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::centers::Centers;
use super::chain::Clusters;
use super::edges::Edge;

/// What a slot knows of its nearest.
#[derive(Clone, Copy)]
struct Near {
    slot: usize,
    /// How often that one had been joined by then.
    joins: u32,
    /// Its squared distance; if it was joined since, one that no other is below.
    distance: f64,
}

/// Clusters, and what each knows of its nearest.
struct Search<'a> {
    centers: &'a mut Centers,
    near: Vec<Option<Near>>,
    joins: Vec<u32>,
    /// By distance (of numbers that are not negative, bits are in order), then by slot.
    queue: BinaryHeap<Reverse<(u64, usize)>>,
}

/// All merges, the nearest pair first, with squared distances that can fall.
pub(super) fn merges(centers: &mut Centers) -> Vec<Edge> {
    let count = centers.count();
    let mut edges = Vec::with_capacity(count);
    let mut search = Search {
        centers,
        near: vec![None; count],
        joins: vec![0; count],
        queue: BinaryHeap::new(),
    };
    (0..count).for_each(|slot| search.find(slot));
    while let Some((slot, near)) = search.next() {
        let (gone, kept) = (slot.min(near.slot), slot.max(near.slot));
        edges.push(Edge { left: gone, right: kept, height: near.distance });
        search.join(gone, kept);
    }
    edges
}

impl Search<'_> {
    /// The nearest pair.
    fn next(&mut self) -> Option<(usize, Near)> {
        while let Some(Reverse((bits, slot))) = self.queue.pop() {
            let own = self.near.get(slot).copied().flatten();
            let Some(own) = own.filter(|own| own.distance.to_bits() == bits) else { continue };
            if self.joins.get(own.slot) == Some(&own.joins) && self.centers.is_alive(own.slot) {
                return Some((slot, own));
            }
            self.find(slot);
        }
        None
    }

    fn join(&mut self, gone: usize, kept: usize) {
        self.centers.join(gone, kept);
        self.near.get_mut(gone).into_iter().for_each(|place| *place = None);
        self.joins.get_mut(kept).into_iter().for_each(|joins| *joins = joins.wrapping_add(1));
        for (other, distance) in self.centers.reached(kept) {
            self.set(other as usize, kept, distance);
        }
        self.find(kept);
    }

    fn find(&mut self, slot: usize) {
        match self.centers.nearest(slot, None, None) {
            Some((nearest, distance)) => self.set(slot, nearest, distance),
            None => self.near.get_mut(slot).into_iter().for_each(|place| *place = None),
        }
    }

    fn set(&mut self, slot: usize, nearest: usize, distance: f64) {
        let joins = self.joins.get(nearest).copied().unwrap_or_default();
        let near = Some(Near { slot: nearest, joins, distance });
        self.near.get_mut(slot).into_iter().for_each(|place| *place = near);
        self.centers.set_reach(slot, distance);
        self.queue.push(Reverse((distance.to_bits(), slot)));
    }
}
