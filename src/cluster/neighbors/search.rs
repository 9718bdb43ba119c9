//! How the tree is searched: by whoever says what it wants.

use super::KdTree;

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
        let squared = self.gap(point, 0);
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
        let (to_left, to_right) = (self.gap(point, left), self.gap(point, right));
        let both = [(left, to_left), (right, to_right)];
        let [nearer, farther] = if to_right < to_left { [both[1], both[0]] } else { both };
        for (child, squared) in [nearer, farther] {
            if search.wants(child, squared) {
                self.descend(point, child, search);
            }
        }
    }
}
