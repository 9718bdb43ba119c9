//! Which points hang together: those that a chain of short steps joins.

use super::super::neighbors::KdTree;
use super::sets::Sets;

/// The least row of all points that a chain of steps, each of at most a squared distance, joins
/// with each point, by row.
pub(super) fn linked(tree: &KdTree, within: f64) -> Vec<usize> {
    let (sets, together) = (Sets::new(tree.len()), vec![false; tree.nodes().len()]);
    let mut links = Links { tree, within, sets, together };
    links.inside(0);
    let mut least = vec![usize::MAX; tree.len()];
    for (position, &row) in tree.rows().iter().enumerate() {
        if let Some(place) = least.get_mut(links.sets.find(position)) {
            *place = row.min(*place);
        }
    }
    let mut linked = vec![0; tree.len()];
    for (position, &row) in tree.rows().iter().enumerate() {
        let first = least.get(links.sets.find(position)).copied().unwrap_or(row);
        if let Some(place) = linked.get_mut(row) {
            *place = first;
        }
    }
    linked
}

/// The sets of positions that are joined so far. Where all points of a node are in one set, nothing
/// remains to be found in it, which spares nearly all distances.
struct Links<'a> {
    tree: &'a KdTree,
    within: f64,
    sets: Sets,
    /// For each node whether all its points are known to be in one set.
    together: Vec<bool>,
}

impl Links<'_> {
    /// Joins the points of a node among themselves.
    fn inside(&mut self, number: usize) {
        let Some(&node) = self.tree.nodes().get(number) else { return };
        let Some(right) = node.right else {
            for position in node.first..node.first + node.size {
                self.join(position, node.first, node.size);
            }
            return;
        };
        self.inside(number + 1);
        self.inside(right);
        self.between(number + 1, right);
        let _ = self.set_of(number);
    }

    /// Joins a point with those of a leaf.
    fn join(&mut self, position: usize, first: usize, size: usize) {
        let squares = self.tree.squares(self.tree.point(position), first);
        for (other, square) in (first..first + size).zip(squares) {
            if square <= self.within {
                self.sets.unite(position, other);
            }
        }
    }

    /// Joins the points of one node with those of another.
    fn between(&mut self, left: usize, right: usize) {
        if self.tree.between(left, right) > self.within {
            return;
        }
        let (left_set, right_set) = (self.set_of(left), self.set_of(right));
        if left_set.is_some() && left_set == right_set {
            return;
        }
        let nodes = self.tree.nodes();
        let (Some(&one), Some(&other)) = (nodes.get(left), nodes.get(right)) else { return };
        let (parted, whole, second) = match (one.right, other.right) {
            (None, None) => {
                let both = left_set.is_some() && right_set.is_some();
                for position in one.first..one.first + one.size {
                    self.join(position, other.first, other.size);
                    if both && self.sets.find(one.first) == self.sets.find(other.first) {
                        return;
                    }
                }
                return;
            }
            (Some(second), None) => (left, right, second),
            (Some(second), Some(_)) if one.size >= other.size => (left, right, second),
            (_, Some(second)) => (right, left, second),
        };
        let children = [parted + 1, second];
        let [a, b] = children.map(|child| self.tree.between(child, whole));
        for child in if b < a { [second, parted + 1] } else { children } {
            self.between(child, whole);
        }
    }

    /// The set that all points of a node are in, if they are in one.
    fn set_of(&mut self, number: usize) -> Option<usize> {
        let node = *self.tree.nodes().get(number)?;
        let set = self.sets.find(node.first);
        if self.together.get(number) == Some(&true) {
            return Some(set);
        }
        let together = match node.right {
            None => (node.first..node.first + node.size).all(|place| self.sets.find(place) == set),
            Some(right) => [number + 1, right].into_iter().all(|child| {
                let first = self.tree.nodes().get(child).map_or(0, |node| node.first);
                self.together.get(child) == Some(&true) && self.sets.find(first) == set
            }),
        };
        if let Some(place) = self.together.get_mut(number) {
            *place = together;
        }
        together.then_some(set)
    }
}
