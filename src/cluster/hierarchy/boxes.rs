//! A tree of boxes around clusters, in which the nearest of a cluster is found without looking at
//! all of them.
//!
//! Distances are d² / (1/u + 1/v) for squared Euclidean distance d² and weights u and v: half of
//! what Ward's criterion grows by if the two are joined. A box knows the greatest 1/v in it, so
//! that no cluster within can be nearer than its side is.

use super::super::points::squared_distance;
use super::blocks::{LANES, add_squares, squared_distances};

/// No cluster stands in a lane.
const NOBODY: u32 = u32::MAX;

/// After so many columns it is checked whether the rest matters.
const CHECKED: usize = 8;

/// A cluster that looks for its nearest.
#[derive(Clone, Copy)]
pub(in crate::cluster) struct Seeker<'a> {
    /// Its own number, which it does not find.
    pub(in crate::cluster) id: u32,
    pub(in crate::cluster) center: &'a [f64],
    /// One by its weight.
    pub(in crate::cluster) inverse: f64,
    /// Below this squared distance [`Boxes::reached`] tells of it.
    pub(in crate::cluster) reach: f64,
}

impl Seeker<'_> {
    pub(in crate::cluster) fn distance(self, other: Self) -> f64 {
        squared_distance(self.center, other.center) / (self.inverse + other.inverse)
    }
}

/// The nearest that was found so far.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::cluster) struct Found {
    pub(in crate::cluster) id: u32,
    pub(in crate::cluster) distance: f64,
    /// Another at the same distance takes its place if its number is below this.
    pub(in crate::cluster) rank: u32,
}

impl Found {
    /// Nothing yet.
    pub(in crate::cluster) const NOTHING: Self =
        Self { id: NOBODY, distance: f64::INFINITY, rank: NOBODY };

    /// One that only a nearer one replaces.
    pub(in crate::cluster) const fn kept(id: u32, distance: f64) -> Self {
        Self { id, distance, rank: 0 }
    }

    /// Takes another if it is nearer, or as near with a lesser number.
    pub(in crate::cluster) fn meet(&mut self, id: u32, distance: f64) {
        if distance < self.distance || (distance == self.distance && id < self.rank) {
            *self = Self { id, distance, rank: id };
        }
    }
}

/// A complete binary tree: the children of node i are 2i + 1 and 2i + 2, and each leaf has the same
/// number of blocks.
#[derive(Default)]
pub(in crate::cluster) struct Boxes {
    columns: usize,
    /// The number of nodes with children.
    inner: usize,
    /// The number of blocks of a leaf.
    width: usize,
    /// Of each such node, what is known of its children: side by side, to be compared at once.
    pairs: Vec<Pair>,
    /// Blocks of centers, leaf by leaf.
    blocks: Vec<[f64; LANES]>,
    inverses: Vec<[f64; LANES]>,
    reaches: Vec<[f64; LANES]>,
    ids: Vec<[u32; LANES]>,
    /// Of each cluster, the block it is in.
    homes: Vec<u32>,
    /// Of each node with children, the boxes of these in each column.
    sides: Vec<Sides>,
}

/// The greatest 1/v in each of two boxes.
#[derive(Clone, Copy, Default)]
struct Pair {
    lightest: [f64; 2],
}

/// The least and the greatest coordinates of two boxes in a column.
#[derive(Clone, Copy, PartialEq)]
struct Sides {
    low: [f64; 2],
    high: [f64; 2],
}

impl Sides {
    const EMPTY: Self = Self { low: [f64::INFINITY; 2], high: [f64::NEG_INFINITY; 2] };

    /// The box around both.
    fn around(&self) -> [f64; 2] {
        let ([left, right], [left_high, right_high]) = (self.low, self.high);
        [left.min(right), left_high.max(right_high)]
    }
}

impl Boxes {
    /// A tree of the clusters `ids`, which are below `count`.
    pub(in crate::cluster) fn build<'a>(
        columns: usize,
        count: usize,
        mut ids: Vec<u32>,
        cluster: impl Fn(u32) -> Seeker<'a>,
    ) -> Self {
        // The more columns, the less boxes keep out, and the more they cost.
        let width = (columns / 8 + 1).min(8);
        let leaves = ids.len().div_ceil(LANES * width).max(1);
        let (inner, blocks) = (leaves - 1, leaves * width);
        let mut tree = Self {
            columns,
            inner,
            pairs: vec![Pair::default(); inner],
            sides: vec![Sides::EMPTY; inner * columns],
            width,
            blocks: vec![[f64::INFINITY; LANES]; blocks * columns],
            inverses: vec![[0.0; LANES]; blocks],
            reaches: vec![[0.0; LANES]; blocks],
            ids: vec![[NOBODY; LANES]; blocks],
            homes: vec![0; count],
        };
        let below = leaves_below(inner);
        let mut ranges = Vec::with_capacity(inner + leaves);
        ranges.push(0..ids.len());
        for node in 0..inner + leaves {
            let Some(range) = ranges.get(node).cloned() else { break };
            let Some(part) = ids.get_mut(range.clone()) else { break };
            if node < inner {
                let full = below.get(2 * node + 1).map_or(0, |leaves| leaves * LANES * width);
                split(part, full, columns, &cluster);
                let middle = range.start + full;
                ranges.push(range.start..middle);
                ranges.push(middle..range.end);
            } else {
                let leaf = node - inner;
                part.iter().for_each(|&id| tree.put(leaf, cluster(id)));
                tree.measure(leaf);
            }
        }
        for node in (1..inner).rev() {
            tree.enclose(node);
        }
        tree
    }

    /// The nearest of a cluster in the tree, if it is nearer than what was found.
    pub(in crate::cluster) fn nearest(&self, seeker: Seeker<'_>, found: Found) -> Found {
        let mut found = found;
        let leaf = self.home(seeker.id) / self.width;
        self.scan(leaf, seeker, &mut found);
        let mut node = self.inner + leaf;
        while node > 0 {
            let parent = (node - 1) / 2;
            let [left, right] = self.bounds(parent, seeker);
            // Left children are odd.
            let (sibling, bound) = if node % 2 == 1 { (node + 1, right) } else { (node - 1, left) };
            self.visit(sibling, bound, seeker, &mut found);
            node = parent;
        }
        found
    }

    /// The nearest to a point, of clusters that all have the inverse weight 1/2.
    pub(in crate::cluster) fn nearest_to(&self, point: &[f64]) -> Found {
        let mut found = Found::NOTHING;
        let stranger = Seeker { id: NOBODY, center: point, inverse: 0.5, reach: 0.0 };
        self.visit(0, 0.0, stranger, &mut found);
        found
    }

    /// Sets below which squared distance a cluster is told of.
    pub(in crate::cluster) fn set_reach(&mut self, id: u32, reach: f64) {
        let block = self.home(id);
        let lanes = self.ids.get(block).zip(self.reaches.get_mut(block));
        if let Some((ids, reaches)) = lanes {
            let place = ids.iter().zip(reaches).find(|(own, _)| **own == id);
            place.into_iter().for_each(|(_, place)| *place = reach);
        }
    }

    /// All clusters but the seeker that it is nearer to than their reach, and their squared
    /// distances.
    pub(in crate::cluster) fn reached(&self, seeker: Seeker<'_>) -> Vec<(u32, f64)> {
        let mut reached = Vec::new();
        let lanes = self.reaches.iter().zip(&self.ids);
        for (block, (reaches, ids)) in self.blocks.chunks_exact(self.columns).zip(lanes) {
            let squares = squared_distances(block, seeker.center);
            let mut any = false;
            for (square, reach) in squares.iter().zip(reaches) {
                any |= square < reach;
            }
            if any {
                let lanes = squares.into_iter().zip(reaches).zip(ids);
                let lanes =
                    lanes.filter(|((square, reach), id)| square < reach && **id != seeker.id);
                reached.extend(lanes.map(|((square, _), &id)| (id, square)));
            }
        }
        reached
    }

    /// Puts `joined` in the place of the cluster `gone`.
    pub(in crate::cluster) fn replace(&mut self, gone: u32, joined: Seeker<'_>) {
        let leaf = self.clear(gone);
        self.put(leaf, joined);
        self.refresh(leaf);
    }

    /// Takes a cluster out.
    pub(in crate::cluster) fn remove(&mut self, gone: u32) {
        let leaf = self.clear(gone);
        self.refresh(leaf);
    }

    fn home(&self, id: u32) -> usize {
        self.homes.get(id as usize).map_or(0, |&block| block as usize)
    }

    /// Takes a cluster out of its lane, and tells in which leaf that is.
    fn clear(&mut self, gone: u32) -> usize {
        let block = self.home(gone);
        let ids = self.ids.get_mut(block).into_iter().flatten();
        if let Some((lane, id)) = ids.enumerate().find(|(_, id)| **id == gone) {
            *id = NOBODY;
            self.write(block, lane, [0.0; 2], std::iter::repeat(&f64::INFINITY));
        }
        block / self.width
    }

    /// Puts a cluster into a free lane of a leaf.
    fn put(&mut self, leaf: usize, cluster: Seeker<'_>) {
        let first = leaf * self.width;
        let lanes = self.ids.iter_mut().skip(first).take(self.width).flatten().enumerate();
        let Some((lane, id)) = lanes.into_iter().find(|(_, id)| **id == NOBODY) else { return };
        *id = cluster.id;
        let block = first + lane / LANES;
        let home = self.homes.get_mut(cluster.id as usize);
        home.into_iter().for_each(|home| *home = block as u32);
        let numbers = [cluster.inverse, cluster.reach];
        self.write(block, lane % LANES, numbers, cluster.center.iter());
    }

    fn write<'a>(
        &mut self,
        block: usize,
        lane: usize,
        numbers: [f64; 2],
        center: impl Iterator<Item = &'a f64>,
    ) {
        for (lanes, number) in [&mut self.inverses, &mut self.reaches].into_iter().zip(numbers) {
            let place = lanes.get_mut(block).and_then(|lanes| lanes.get_mut(lane));
            place.into_iter().for_each(|place| *place = number);
        }
        let block = self.blocks.iter_mut().skip(block * self.columns).take(self.columns);
        for (lanes, x) in block.zip(center) {
            lanes.get_mut(lane).into_iter().for_each(|place| *place = *x);
        }
    }

    fn block(&self, block: usize) -> &[[f64; LANES]] {
        let start = block * self.columns;
        self.blocks.get(start..start + self.columns).unwrap_or_default()
    }

    /// Measures a leaf and all boxes around it, as far as they change.
    fn refresh(&mut self, leaf: usize) {
        let mut changed = self.measure(leaf);
        let mut node = self.inner + leaf;
        while changed && node > 2 {
            node = (node - 1) / 2;
            changed = self.enclose(node);
        }
    }

    /// Measures the box of a leaf, and says whether it changed.
    fn measure(&mut self, leaf: usize) -> bool {
        let node = self.inner + leaf;
        let Some((parent, side)) = place(node) else { return false };
        let (start, size) = (leaf * self.width * self.columns, self.width * self.columns);
        let blocks = self.blocks.get(start..start + size).unwrap_or_default();
        let mut changed = false;
        let sides = self.sides.iter_mut().skip(parent * self.columns).take(self.columns);
        for (column, sides) in sides.enumerate() {
            let lanes = blocks.iter().skip(column).step_by(self.columns).flatten();
            let there = lanes.filter(|x| x.is_finite());
            let measured = there.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &x| {
                [low.min(x), high.max(x)]
            });
            changed |= sides.set(side, measured);
        }
        let inverses = self.inverses.iter().skip(leaf * self.width).take(self.width).flatten();
        let lightest = inverses.fold(0.0, |most: f64, &inverse| most.max(inverse));
        self.set_lightest(parent, side, lightest) || changed
    }

    /// Makes the box of a node from those of its children, and says whether it changed.
    fn enclose(&mut self, node: usize) -> bool {
        let Some((parent, side)) = place(node) else { return false };
        let (start, columns) = (parent * self.columns, self.columns);
        let (above, below) = self.sides.split_at_mut(node * columns);
        let mut changed = false;
        for (sides, children) in above.iter_mut().skip(start).take(columns).zip(below.iter()) {
            changed |= sides.set(side, children.around());
        }
        let [left, right] = self.pairs.get(node).copied().unwrap_or_default().lightest;
        self.set_lightest(parent, side, left.max(right)) || changed
    }

    fn set_lightest(&mut self, parent: usize, side: usize, lightest: f64) -> bool {
        let pair = self.pairs.get_mut(parent);
        let Some(place) = pair.and_then(|pair| pair.lightest.get_mut(side)) else { return false };
        let changed = *place != lightest;
        *place = lightest;
        changed
    }

    /// Nothing in the boxes of the two children of a node is nearer than this.
    fn bounds(&self, node: usize, seeker: Seeker<'_>) -> [f64; 2] {
        let start = node * self.columns;
        let sides = self.sides.get(start..start + self.columns).unwrap_or_default();
        let mut sums = [0.0; 2];
        for (sides, x) in sides.iter().zip(seeker.center) {
            for ((sum, low), high) in sums.iter_mut().zip(sides.low).zip(sides.high) {
                let (below, above) = (low - x, x - high);
                let gap = if below > above { below } else { above };
                let gap = if gap > 0.0 { gap } else { 0.0 };
                *sum += gap * gap;
            }
        }
        let pair = self.pairs.get(node).copied().unwrap_or_default();
        for (sum, lightest) in sums.iter_mut().zip(pair.lightest) {
            *sum /= seeker.inverse + lightest;
        }
        sums
    }

    fn visit(&self, node: usize, bound: f64, seeker: Seeker<'_>, found: &mut Found) {
        if bound > found.distance {
            return;
        }
        if node >= self.inner {
            self.scan(node - self.inner, seeker, found);
            return;
        }
        let [to_left, to_right] = self.bounds(node, seeker);
        let (left, right) = (2 * node + 1, 2 * node + 2);
        if to_left <= to_right {
            self.visit(left, to_left, seeker, found);
            self.visit(right, to_right, seeker, found);
        } else {
            self.visit(right, to_right, seeker, found);
            self.visit(left, to_left, seeker, found);
        }
    }

    /// Looks at all clusters of a leaf.
    fn scan(&self, leaf: usize, seeker: Seeker<'_>, found: &mut Found) {
        let first = leaf * self.width;
        (first..first + self.width).for_each(|block| self.scan_block(block, seeker, found));
    }

    fn scan_block(&self, block: usize, seeker: Seeker<'_>, found: &mut Found) {
        let Some(inverses) = self.inverses.get(block) else { return };
        // Few come near enough to be divided: a little more than rounding could take away.
        let limit = found.distance * (1.0 + 4.0 * f64::EPSILON);
        let limits = inverses.map(|inverse| limit * (seeker.inverse + inverse));
        let mut squares = [0.0; LANES];
        // Most are too far after some columns.
        let parts = self.block(block).chunks(CHECKED).zip(seeker.center.chunks(CHECKED));
        for (lanes, center) in parts {
            add_squares(&mut squares, lanes, center);
            let mut near = false;
            for (square, limit) in squares.iter().zip(&limits) {
                near |= square <= limit;
            }
            if !near {
                return;
            }
        }
        let lanes = squares.iter().zip(inverses).zip(self.ids.get(block).into_iter().flatten());
        for ((square, inverse), &id) in lanes {
            let distance = square / (seeker.inverse + inverse);
            if distance <= found.distance && id != seeker.id && id != NOBODY {
                found.meet(id, distance);
            }
        }
    }
}

impl Sides {
    /// Sets the box on one side, and says whether it changed.
    fn set(&mut self, side: usize, [low, high]: [f64; 2]) -> bool {
        let mut changed = false;
        for (sides, to) in [(&mut self.low, low), (&mut self.high, high)] {
            let Some(place) = sides.get_mut(side) else { continue };
            changed |= *place != to;
            *place = to;
        }
        changed
    }
}

/// The parent of a node, and on which side of it the node is.
const fn place(node: usize) -> Option<(usize, usize)> {
    if node == 0 { None } else { Some(((node - 1) / 2, (node - 1) % 2)) }
}

/// How many leaves are at or below each node of a tree.
fn leaves_below(inner: usize) -> Vec<usize> {
    let mut below = vec![1; 2 * inner + 1];
    for node in (0..inner).rev() {
        let (children, of) = (2 * node + 1, |node: usize| below.get(node).copied());
        let sum = of(children).unwrap_or_default() + of(children + 1).unwrap_or_default();
        below.get_mut(node).into_iter().for_each(|place| *place = sum);
    }
    below
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
