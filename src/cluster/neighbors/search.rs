//! Questions to the tree: the nearest point, the nearest few, and all within a distance.

use super::{KdTree, LANES, Neighbor};

/// What is looked for from a point, and what was found so far.
pub(crate) trait Search {
    /// Whether something that is looked for can be in a node at this squared distance.
    fn wants(&self, node: usize, squared: f64) -> bool;

    /// Takes the points of a leaf, from the position `first` on, with their squared distances.
    fn meet(&mut self, first: usize, squares: &[f64]);
}

impl KdTree {
    /// Shows a search the leaves that it wants, the nearer half of each node first.
    pub(crate) fn search(&self, point: &[f64], search: &mut impl Search) {
        let squared = self.from_point(point, 0);
        if search.wants(0, squared) {
            self.descend(point, 0, search);
        }
    }

    fn descend(&self, point: &[f64], number: usize, search: &mut impl Search) {
        let Some(node) = self.nodes().get(number) else { return };
        let Some(right) = node.right else {
            let squares = self.squares(point, node.first);
            search.meet(node.first, squares.get(..node.size).unwrap_or_default());
            return;
        };
        let left = number + 1;
        let (to_left, to_right) = (self.from_point(point, left), self.from_point(point, right));
        let both = [(left, to_left), (right, to_right)];
        let [nearer, farther] = if to_right < to_left { [both[1], both[0]] } else { both };
        for (child, squared) in [nearer, farther] {
            if search.wants(child, squared) {
                self.descend(point, child, search);
            }
        }
    }

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
