//! Single linkage: the edges of a shortest spanning tree, found from one place on to the next
//! nearest. No matrix is kept.
//!
//! R. Prim, "Shortest connection networks and some generalizations", Bell System Technical Journal
//! 36 (1957), 1389–1401; J. Gower and G. Ross, "Minimum spanning trees and single linkage cluster
//! analysis", Applied Statistics 18 (1969), 54–64.

use super::blocks::{LANES, squared_distances};
use super::edges::Edge;
use super::places::Places;

/// The places that are not in the tree yet.
struct Outside {
    columns: usize,
    blocks: Vec<[f64; LANES]>,
    distances: Vec<[f64; LANES]>,
    from: Vec<[u32; LANES]>,
    ids: Vec<[u32; LANES]>,
    left: usize,
}

/// A place outside and its way into the tree.
#[derive(Clone, Copy)]
struct Way {
    block: usize,
    lane: usize,
    distance: f64,
}

/// The edges of the tree in the order of their squared lengths; of equal ones, in that of their
/// places.
pub(super) fn merges(places: &Places) -> Vec<Edge> {
    let mut outside = Outside::new(places);
    let mut edges = Vec::with_capacity(places.len());
    let mut inside = 0;
    while outside.left > 0 {
        let point = places.point(inside);
        let Some(way) = outside.approach(inside as u32, point) else { break };
        let (from, next) = outside.take(way);
        let (left, right) = (from.min(next) as usize, from.max(next) as usize);
        edges.push(Edge { left, right, height: way.distance });
        inside = next as usize;
    }
    edges.sort_by(|one, other| {
        let ends = |edge: &Edge| (edge.left, edge.right);
        one.height.total_cmp(&other.height).then_with(|| ends(one).cmp(&ends(other)))
    });
    edges
}

impl Outside {
    /// All places but the first.
    fn new(places: &Places) -> Self {
        let ids: Vec<u32> = (1..places.len() as u32).collect();
        let columns = places.columns();
        let mut outside = Self {
            columns,
            blocks: Vec::new(),
            distances: Vec::new(),
            from: Vec::new(),
            ids: Vec::new(),
            left: ids.len(),
        };
        for eight in ids.chunks(LANES) {
            let mut lanes = [0; LANES];
            lanes.iter_mut().zip(eight).for_each(|(lane, id)| *lane = *id);
            outside.ids.push(lanes);
            outside.from.push([0; LANES]);
            outside.distances.push([f64::INFINITY; LANES]);
            for column in 0..columns {
                let mut lanes = [f64::INFINITY; LANES];
                for (lane, &id) in lanes.iter_mut().zip(eight) {
                    let x = places.point(id as usize).get(column);
                    *lane = x.copied().unwrap_or_default();
                }
                outside.blocks.push(lanes);
            }
        }
        outside
    }

    /// Sees whether a place that is in the tree now is nearer, and finds the nearest way.
    fn approach(&mut self, id: u32, point: &[f64]) -> Option<Way> {
        let mut best = Way { block: 0, lane: 0, distance: f64::INFINITY };
        let lanes = self.distances.iter_mut().zip(&mut self.from);
        let blocks = self.blocks.chunks_exact(self.columns).zip(lanes);
        for (number, (block, (distances, from))) in blocks.enumerate() {
            let squares = squared_distances(block, point);
            let mut least = f64::INFINITY;
            for ((distance, from), square) in distances.iter_mut().zip(from).zip(squares) {
                let nearer = square < *distance;
                *distance = if nearer { square } else { *distance };
                *from = if nearer { id } else { *from };
                least = if *distance < least { *distance } else { least };
            }
            if least < best.distance {
                let lane = distances.iter().position(|distance| *distance == least)?;
                best = Way { block: number, lane, distance: least };
            }
        }
        best.distance.is_finite().then_some(best)
    }

    /// Takes the place at the end of a way into the tree: from where it is reached, and which it is.
    fn take(&mut self, way: Way) -> (u32, u32) {
        let lane = |lanes: &[u32; LANES]| lanes.get(way.lane).copied();
        let from = self.from.get(way.block).and_then(lane).unwrap_or_default();
        let next = self.ids.get(way.block).and_then(lane).unwrap_or_default();
        let start = way.block * self.columns;
        let block = self.blocks.iter_mut().skip(start).take(self.columns);
        let all = block.chain(self.distances.get_mut(way.block));
        all.for_each(|lanes| {
            lanes.get_mut(way.lane).into_iter().for_each(|place| *place = f64::INFINITY);
        });
        self.left -= 1;
        (from, next)
    }
}
