//! A tree of boxes around clusters, in which the nearest of a cluster is found without looking at
//! all of them.
//!
//! Distances are d² / (1/u + 1/v) for squared Euclidean distance d² and weights u and v: half of
//! what Ward's criterion grows by if the two are joined. A box knows the greatest 1/v in it, so that
//! no cluster within can be nearer than its side is.

use super::super::points::squared_distance;
use super::blocks::{LANES, squared_distances};

/// No cluster stands in a lane.
const NOBODY: u32 = u32::MAX;

/// A cluster that looks for its nearest.
#[derive(Clone, Copy)]
pub(super) struct Seeker<'a> {
    /// Its own number, which it does not find.
    pub(super) id: u32,
    pub(super) center: &'a [f64],
    /// One by its weight.
    pub(super) inverse: f64,
}

impl Seeker<'_> {
    pub(super) fn distance(self, other: Self) -> f64 {
        squared_distance(self.center, other.center) / (self.inverse + other.inverse)
    }
}

/// The nearest that was found so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) id: u32,
    pub(super) distance: f64,
    /// Another at the same distance takes its place if its number is below this.
    pub(super) rank: u32,
}

impl Found {
    /// Nothing yet.
    pub(super) const NOTHING: Self = Self { id: NOBODY, distance: f64::INFINITY, rank: NOBODY };

    /// One that only a nearer one replaces.
    pub(super) const fn kept(id: u32, distance: f64) -> Self {
        Self { id, distance, rank: 0 }
    }

    fn meet(&mut self, id: u32, distance: f64) {
        if distance < self.distance || (distance == self.distance && id < self.rank) {
            *self = Self { id, distance, rank: id };
        }
    }
}

/// A complete binary tree: the children of node i are 2i + 1 and 2i + 2, and each leaf has a block.
#[derive(Default)]
pub(super) struct Boxes {
    columns: usize,
    inner: usize,
    /// Of each node, the least and the greatest coordinate in each column.
    sides: Vec<[f64; 2]>,
    /// Of each node, the greatest 1/v of a cluster in it.
    lightest: Vec<f64>,
    /// Of each leaf, a block of centers.
    blocks: Vec<[f64; LANES]>,
    inverses: Vec<[f64; LANES]>,
    ids: Vec<[u32; LANES]>,
    /// Of each cluster, the leaf it is in.
    leaves: Vec<u32>,
}

impl Boxes {
    /// A tree of the clusters `ids`, which are below `count`.
    pub(super) fn build<'a>(
        columns: usize,
        count: usize,
        mut ids: Vec<u32>,
        cluster: impl Fn(u32) -> Seeker<'a>,
    ) -> Self {
        let leaves = ids.len().div_ceil(LANES).max(1).next_power_of_two();
        let inner = leaves - 1;
        let nodes = inner + leaves;
        let mut tree = Self {
            columns,
            inner,
            sides: vec![[f64::INFINITY, f64::NEG_INFINITY]; nodes * columns],
            lightest: vec![0.0; nodes],
            blocks: vec![[f64::INFINITY; LANES]; leaves * columns],
            inverses: vec![[0.0; LANES]; leaves],
            ids: vec![[NOBODY; LANES]; leaves],
            leaves: vec![0; count],
        };
        let mut ranges = vec![0..ids.len()];
        for node in 0..nodes {
            let Some(range) = ranges.get(node).cloned() else { break };
            let Some(part) = ids.get_mut(range.clone()) else { break };
            if node < inner {
                let middle = part.len() / 2;
                split(part, middle, columns, &cluster);
                let middle = range.start + middle;
                ranges.push(range.start..middle);
                ranges.push(middle..range.end);
            } else {
                let leaf = node - inner;
                part.sort_unstable();
                part.iter().for_each(|&id| tree.put(leaf, cluster(id)));
                tree.measure(leaf);
            }
        }
        for node in (0..inner).rev() {
            tree.enclose(node);
        }
        tree
    }

    /// The nearest of a cluster in the tree, if it is nearer than what was found.
    pub(super) fn nearest(&self, seeker: Seeker<'_>, found: Found) -> Found {
        let mut found = found;
        let leaf = self.leaf_of(seeker.id);
        self.scan(leaf, seeker, &mut found);
        let mut node = self.inner + leaf;
        while node > 0 {
            // Left children are odd.
            let sibling = if node % 2 == 1 { node + 1 } else { node - 1 };
            self.visit(sibling, self.bound(sibling, seeker), seeker, &mut found);
            node = (node - 1) / 2;
        }
        found
    }

    /// Puts `joined` in the place of the cluster `gone`.
    pub(super) fn replace(&mut self, gone: u32, joined: Seeker<'_>) {
        let leaf = self.leaf_of(gone);
        self.clear(leaf, gone);
        self.put(leaf, joined);
        self.refresh(leaf);
    }

    /// Takes a cluster out.
    pub(super) fn remove(&mut self, gone: u32) {
        let leaf = self.leaf_of(gone);
        self.clear(leaf, gone);
        self.refresh(leaf);
    }

    fn leaf_of(&self, id: u32) -> usize {
        self.leaves.get(id as usize).map_or(0, |&leaf| leaf as usize)
    }

    fn clear(&mut self, leaf: usize, gone: u32) {
        let Some(ids) = self.ids.get_mut(leaf) else { return };
        let Some((lane, id)) = ids.iter_mut().enumerate().find(|(_, id)| **id == gone) else {
            return;
        };
        *id = NOBODY;
        self.write(leaf, lane, 0.0, std::iter::repeat(&f64::INFINITY));
    }

    /// Puts a cluster into a free lane of a leaf.
    fn put(&mut self, leaf: usize, cluster: Seeker<'_>) {
        let Some(ids) = self.ids.get_mut(leaf) else { return };
        let Some((lane, id)) = ids.iter_mut().enumerate().find(|(_, id)| **id == NOBODY) else {
            return;
        };
        *id = cluster.id;
        if let Some(place) = self.leaves.get_mut(cluster.id as usize) {
            *place = leaf as u32;
        }
        self.write(leaf, lane, cluster.inverse, cluster.center.iter());
    }

    fn write<'a>(
        &mut self,
        leaf: usize,
        lane: usize,
        inverse: f64,
        center: impl Iterator<Item = &'a f64>,
    ) {
        let inverses = self.inverses.get_mut(leaf).and_then(|lanes| lanes.get_mut(lane));
        inverses.into_iter().for_each(|place| *place = inverse);
        let block = self.blocks.iter_mut().skip(leaf * self.columns).take(self.columns);
        for (lanes, x) in block.zip(center) {
            lanes.get_mut(lane).into_iter().for_each(|place| *place = *x);
        }
    }

    fn block(&self, leaf: usize) -> &[[f64; LANES]] {
        let start = leaf * self.columns;
        self.blocks.get(start..start + self.columns).unwrap_or_default()
    }

    fn sides(&self, node: usize) -> &[[f64; 2]] {
        let start = node * self.columns;
        self.sides.get(start..start + self.columns).unwrap_or_default()
    }

    /// Measures a leaf and all boxes around it, as far as they change.
    fn refresh(&mut self, leaf: usize) {
        let mut changed = self.measure(leaf);
        let mut node = self.inner + leaf;
        while changed && node > 0 {
            node = (node - 1) / 2;
            changed = self.enclose(node);
        }
    }

    /// Measures the box of a leaf, and says whether it changed.
    fn measure(&mut self, leaf: usize) -> bool {
        let node = self.inner + leaf;
        let start = leaf * self.columns;
        let block = self.blocks.get(start..start + self.columns).unwrap_or_default();
        let mut changed = false;
        for (sides, lanes) in self.sides.iter_mut().skip(node * self.columns).zip(block) {
            let there = lanes.iter().filter(|x| x.is_finite());
            let measured = there.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &x| {
                [low.min(x), high.max(x)]
            });
            changed |= *sides != measured;
            *sides = measured;
        }
        let inverses = self.inverses.get(leaf).into_iter().flatten();
        let lightest = inverses.fold(0.0, |most: f64, &inverse| most.max(inverse));
        self.set_lightest(node, lightest) || changed
    }

    /// Makes the box of a node from those of its children, and says whether it changed.
    fn enclose(&mut self, node: usize) -> bool {
        let columns = self.columns;
        let (before, children) = self.sides.split_at_mut((2 * node + 1) * columns);
        let (left, right) = children.split_at(columns.min(children.len()));
        let mut changed = false;
        let own = before.iter_mut().skip(node * columns);
        for (sides, (left, right)) in own.zip(left.iter().zip(right)) {
            let [low, high] = left;
            let enclosed = [low.min(right[0]), high.max(right[1])];
            changed |= *sides != enclosed;
            *sides = enclosed;
        }
        let of = |node: usize| self.lightest.get(node).copied().unwrap_or_default();
        let lightest = of(2 * node + 1).max(of(2 * node + 2));
        self.set_lightest(node, lightest) || changed
    }

    fn set_lightest(&mut self, node: usize, lightest: f64) -> bool {
        let Some(place) = self.lightest.get_mut(node) else { return false };
        let changed = *place != lightest;
        *place = lightest;
        changed
    }

    /// Nothing in the box of a node is nearer than this.
    fn bound(&self, node: usize, seeker: Seeker<'_>) -> f64 {
        let mut sum = 0.0;
        for ([low, high], x) in self.sides(node).iter().zip(seeker.center) {
            let (below, above) = (low - x, x - high);
            let gap = if below > above { below } else { above };
            let gap = if gap > 0.0 { gap } else { 0.0 };
            sum += gap * gap;
        }
        sum / (seeker.inverse + self.lightest.get(node).copied().unwrap_or_default())
    }

    fn visit(&self, node: usize, bound: f64, seeker: Seeker<'_>, found: &mut Found) {
        if bound > found.distance {
            return;
        }
        if node >= self.inner {
            self.scan(node - self.inner, seeker, found);
            return;
        }
        let (left, right) = (2 * node + 1, 2 * node + 2);
        let (to_left, to_right) = (self.bound(left, seeker), self.bound(right, seeker));
        if to_left <= to_right {
            self.visit(left, to_left, seeker, found);
            self.visit(right, to_right, seeker, found);
        } else {
            self.visit(right, to_right, seeker, found);
            self.visit(left, to_left, seeker, found);
        }
    }

    fn scan(&self, leaf: usize, seeker: Seeker<'_>, found: &mut Found) {
        let mut distances = squared_distances(self.block(leaf), seeker.center);
        let (Some(inverses), Some(ids)) = (self.inverses.get(leaf), self.ids.get(leaf)) else {
            return;
        };
        for (distance, inverse) in distances.iter_mut().zip(inverses) {
            *distance /= seeker.inverse + inverse;
        }
        for (&distance, &id) in distances.iter().zip(ids) {
            if distance <= found.distance && id != seeker.id && id != NOBODY {
                found.meet(id, distance);
            }
        }
    }
}

/// Parts clusters in the column in which they are farthest apart.
fn split<'a>(
    part: &mut [u32],
    middle: usize,
    columns: usize,
    cluster: &impl Fn(u32) -> Seeker<'a>,
) {
    let at = |id: u32, column: usize| cluster(id).center.get(column).copied().unwrap_or_default();
    let mut widest = (0, 0.0);
    for column in 0..columns {
        let all = part.iter().map(|&id| at(id, column));
        let [low, high] = all
            .fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], x| [low.min(x), high.max(x)]);
        if high - low > widest.1 {
            widest = (column, high - low);
        }
    }
    if middle < part.len() {
        let by = |left: &u32, right: &u32| {
            at(*left, widest.0).total_cmp(&at(*right, widest.0)).then(left.cmp(right))
        };
        part.select_nth_unstable_by(middle, by);
    }
}
