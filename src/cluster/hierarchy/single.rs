//! Single linkage: the edges of a shortest spanning tree, found from one place on to the next
//! nearest. No matrix is kept.
//!
//! R. Prim, "Shortest connection networks and some generalizations", Bell System Technical Journal
//! 36 (1957), 1389–1401; J. Gower and G. Ross, "Minimum spanning trees and single linkage cluster
//! analysis", Applied Statistics 18 (1969), 54–64.

use super::blocks::{LANES, least, squared_distances};
use super::edges::Edge;
use super::places::Places;

/// The places that are not in the tree yet.
struct Outside {
    columns: usize,
    blocks: Vec<[f64; LANES]>,
    distances: Vec<[f64; LANES]>,
    /// Of each block, the least distance.
    least: Vec<f64>,
    from: Vec<[u32; LANES]>,
    ids: Vec<[u32; LANES]>,
    left: usize,
    /// For how many places there are lanes.
    built: usize,
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
    let ways: Vec<_> = (1..places.len() as u32).map(|id| (id, 0, f64::INFINITY)).collect();
    let mut outside = Outside::new(places, &ways);
    let mut edges = Vec::with_capacity(places.len());
    let mut inside = 0;
    while outside.left > 0 {
        let point = places.point(inside);
        let Some(way) = outside.approach(inside as u32, point) else { break };
        let (from, next) = outside.take(way);
        let (left, right) = (from.min(next) as usize, from.max(next) as usize);
        edges.push(Edge { left, right, height: way.distance });
        inside = next as usize;
        if outside.left > LANES && outside.left * 4 <= outside.built * 3 {
            outside = outside.compact(places);
        }
    }
    edges.sort_by(|one, other| {
        let ends = |edge: &Edge| (edge.left, edge.right);
        one.height.total_cmp(&other.height).then_with(|| ends(one).cmp(&ends(other)))
    });
    edges
}

impl Outside {
    /// Places, each with its way into the tree so far.
    fn new(places: &Places, ways: &[(u32, u32, f64)]) -> Self {
        let columns = places.columns();
        let blocks = ways.len().div_ceil(LANES);
        let mut outside = Self {
            columns,
            blocks: Vec::with_capacity(blocks * columns),
            distances: Vec::with_capacity(blocks),
            least: Vec::with_capacity(blocks),
            from: Vec::with_capacity(blocks),
            ids: Vec::with_capacity(blocks),
            left: ways.len(),
            built: ways.len(),
        };
        for eight in ways.chunks(LANES) {
            outside.ids.push(lanes(0, eight.iter().map(|way| way.0)));
            outside.from.push(lanes(0, eight.iter().map(|way| way.1)));
            let distances = lanes(f64::INFINITY, eight.iter().map(|way| way.2));
            outside.distances.push(distances);
            outside.least.push(least(&distances));
            for column in 0..columns {
                let x = |way: &(u32, u32, f64)| {
                    places.point(way.0 as usize).get(column).copied().unwrap_or_default()
                };
                outside.blocks.push(lanes(f64::INFINITY, eight.iter().map(x)));
            }
        }
        outside
    }

    /// Without the lanes of places that are in the tree by now.
    fn compact(&self, places: &Places) -> Self {
        let lanes = self.ids.iter().zip(&self.from).zip(&self.distances);
        let ways = lanes.flat_map(|((ids, from), distances)| {
            ids.iter().zip(from).zip(distances).map(|((&id, &from), &far)| (id, from, far))
        });
        let ways: Vec<_> = ways.filter(|way| way.2.is_finite()).collect();
        Self::new(places, &ways)
    }

    /// Sees whether a place that is in the tree now is nearer, and finds the nearest way.
    fn approach(&mut self, id: u32, point: &[f64]) -> Option<Way> {
        let mut best = Way { block: 0, lane: 0, distance: f64::INFINITY };
        let lanes = self.distances.iter_mut().zip(&mut self.from).zip(&mut self.least);
        let blocks = self.blocks.chunks_exact(self.columns).zip(lanes);
        for (number, (block, ((distances, from), nearest))) in blocks.enumerate() {
            let squares = squared_distances(block, point);
            let mut nearer = false;
            for (square, distance) in squares.iter().zip(distances.iter()) {
                nearer |= square < distance;
            }
            if nearer {
                for ((distance, from), square) in distances.iter_mut().zip(from).zip(squares) {
                    if square < *distance {
                        (*distance, *from) = (square, id);
                    }
                }
                *nearest = least(distances);
            }
            if *nearest < best.distance {
                let lane = distances.iter().position(|distance| *distance == *nearest)?;
                best = Way { block: number, lane, distance: *nearest };
            }
        }
        best.distance.is_finite().then_some(best)
    }

    /// Takes the place at the end of a way into the tree: from where, and which it is.
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
        if let Some((distances, place)) =
            self.distances.get(way.block).zip(self.least.get_mut(way.block))
        {
            *place = least(distances);
        }
        self.left -= 1;
        (from, next)
    }
}

/// Eight values, and `other` where there are fewer.
fn lanes<T: Copy>(other: T, values: impl Iterator<Item = T>) -> [T; LANES] {
    let mut lanes = [other; LANES];
    lanes.iter_mut().zip(values).for_each(|(lane, value)| *lane = value);
    lanes
}
