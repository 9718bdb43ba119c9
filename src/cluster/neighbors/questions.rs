//! Questions to the tree: the nearest point, the nearest few, and all within a distance.

use super::{KdTree, LANES, Neighbor, Search};

impl KdTree {
    /// The nearest point at no more than a squared distance; of equally near ones the first row.
    pub(crate) fn nearest(&self, point: &[f64], within: f64) -> Option<Neighbor> {
        let mut search = Nearest { tree: self, within, found: None };
        self.search(point, &mut search);
        search.found
    }

    /// The nearest `count` points, from the nearest to the farthest; equally near ones by row.
    pub(crate) fn nearest_few(&self, point: &[f64], count: usize) -> Vec<Neighbor> {
        let mut search =
            Few { tree: self, count, found: Vec::with_capacity(count.min(self.len())) };
        if count > 0 {
            self.search(point, &mut search);
        }
        search.found
    }

    /// All points at no more than a squared distance, by row.
    pub(crate) fn within(&self, point: &[f64], within: f64) -> Vec<Neighbor> {
        let mut search = Within { tree: self, within, found: Vec::new() };
        self.search(point, &mut search);
        search.found.sort_unstable_by_key(|neighbor| neighbor.row);
        search.found
    }
}

/// The nearest point so far.
struct Nearest<'a> {
    tree: &'a KdTree,
    within: f64,
    found: Option<Neighbor>,
}

impl Search for Nearest<'_> {
    fn wants(&self, _: usize, squared: f64) -> bool {
        squared <= self.within
    }

    fn meet(&mut self, first: usize, squares: &[f64]) {
        let rows = self.tree.rows().iter().skip(first).take(LANES);
        for (&row, &squared) in rows.zip(squares) {
            let nearer = match &self.found {
                Some(found) => (squared, row) < (found.squared, found.row),
                None => squared <= self.within,
            };
            if nearer {
                self.found = Some(Neighbor { row, squared });
                self.within = squared;
            }
        }
    }
}

/// The nearest few so far, in order.
struct Few<'a> {
    tree: &'a KdTree,
    count: usize,
    found: Vec<Neighbor>,
}

impl Few<'_> {
    fn is_full(&self) -> bool {
        self.found.len() >= self.count
    }
}

impl Search for Few<'_> {
    fn wants(&self, _: usize, squared: f64) -> bool {
        !self.is_full() || self.found.last().is_some_and(|last| squared <= last.squared)
    }

    fn meet(&mut self, first: usize, squares: &[f64]) {
        let rows = self.tree.rows().iter().skip(first).take(LANES);
        for (&row, &squared) in rows.zip(squares) {
            let before = |found: &Neighbor| (found.squared, found.row) < (squared, row);
            if self.is_full() && self.found.last().is_some_and(before) {
                continue;
            }
            let place = self.found.partition_point(before);
            if self.is_full() {
                self.found.pop();
            }
            self.found.insert(place, Neighbor { row, squared });
        }
    }
}

/// All points within a distance.
struct Within<'a> {
    tree: &'a KdTree,
    within: f64,
    found: Vec<Neighbor>,
}

impl Search for Within<'_> {
    fn wants(&self, _: usize, squared: f64) -> bool {
        squared <= self.within
    }

    fn meet(&mut self, first: usize, squares: &[f64]) {
        let rows = self.tree.rows().iter().skip(first).take(LANES);
        let near = rows.zip(squares).filter(|(_, squared)| **squared <= self.within);
        self.found.extend(near.map(|(&row, &squared)| Neighbor { row, squared }));
    }
}
