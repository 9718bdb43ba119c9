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
    /// Its distance; if the nearest is gone, one that no other is below.
    distance: f64,
    gone: bool,
}

/// All merges, the nearest pair first; heights can fall.
pub(super) fn merges(centers: &mut Centers) -> Vec<Edge> {
    let count = centers.count();
    let mut edges = Vec::with_capacity(count);
    let mut near: Vec<Option<Near>> = (0..count).map(|slot| find(centers, slot)).collect();
    let waiting = near.iter().enumerate().filter_map(|(slot, near)| Some(key(slot, (*near)?)));
    let mut queue: BinaryHeap<Reverse<(u64, usize)>> = waiting.collect();
    let mut alive: Vec<usize> = (0..count).collect();
    while let Some(Reverse((bits, slot))) = queue.pop() {
        let current = near.get(slot).copied().flatten();
        let Some(own) = current.filter(|own| own.distance.to_bits() == bits) else { continue };
        if own.gone {
            let found = find(centers, slot);
            near.get_mut(slot).into_iter().for_each(|place| *place = found);
            queue.extend(found.map(|found| key(slot, found)));
            continue;
        }
        let (gone, kept) = (slot.min(own.slot), slot.max(own.slot));
        edges.push(Edge { left: gone, right: kept, height: own.distance });
        centers.join(gone, kept);
        near.get_mut(gone).into_iter().for_each(|place| *place = None);
        near.get_mut(kept).into_iter().for_each(|place| *place = None);
        alive.retain(|slot| *slot != gone);
        for &other in &alive {
            let Some(Some(its)) = near.get_mut(other) else { continue };
            let distance = centers.distance(other, kept);
            if distance < its.distance {
                *its = Near { slot: kept, distance, gone: false };
                queue.push(key(other, *its));
            } else {
                its.gone |= its.slot == gone || its.slot == kept;
            }
        }
        let found = find(centers, kept);
        near.get_mut(kept).into_iter().for_each(|place| *place = found);
        queue.extend(found.map(|found| key(kept, found)));
    }
    edges
}

fn find(centers: &Centers, slot: usize) -> Option<Near> {
    let (nearest, distance) = centers.nearest(slot, None, None)?;
    Some(Near { slot: nearest, distance, gone: false })
}

/// The order of the queue: by distance (of numbers that are not negative, bits are in order), then
/// by slot.
fn key(slot: usize, near: Near) -> Reverse<(u64, usize)> {
    Reverse((near.distance.to_bits(), slot))
}
