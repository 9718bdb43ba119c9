//! What lies near a point: a k-d tree with exact answers.
//!
//! J. Bentley, "Multidimensional binary search trees used for associative searching",
//! Communications of the ACM 18 (1975), 509–517. Each node keeps the least box around its points,
//! and a leaf the coordinates of [`LANES`] points column by column, so that their distances are
//! computed together. The bounds and the distances are sums of the same squares in the same order,
//! and rounding keeps order: what a bound rules out is never nearer.

mod build;
mod questions;
mod search;

pub(crate) use search::Search;

/// The number of points in a leaf; only the last leaf can have fewer.
pub(crate) const LANES: usize = 16;

/// Points in a balanced tree of boxes.
///
/// A point has its row, which is its place in the coordinates that were given, and its position,
/// which is its place in the tree. Rows settle ties.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct KdTree {
    columns: usize,
    /// The rows by position.
    rows: Vec<usize>,
    /// The coordinates by position.
    coordinates: Vec<f64>,
    /// The coordinates leaf by leaf, and in it column by column.
    blocks: Vec<[f64; LANES]>,
    /// The nodes; the left child stands right behind its parent.
    nodes: Vec<Node>,
    /// For each node the least coordinates of its points, then the greatest.
    boxes: Vec<f64>,
}

/// A box of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// The position of its first point.
    pub(crate) first: usize,
    /// The number of its points.
    pub(crate) size: usize,
    /// The number of its right child; none of a leaf.
    pub(crate) right: Option<usize>,
}

/// A point near another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Neighbor {
    /// Its row.
    pub(crate) row: usize,
    /// The squared Euclidean distance.
    pub(crate) squared: f64,
}

impl KdTree {
    /// The number of coordinates of a point.
    pub(crate) const fn columns(&self) -> usize {
        self.columns
    }

    /// The number of points.
    pub(crate) const fn len(&self) -> usize {
        self.rows.len()
    }

    /// The rows by position.
    pub(crate) fn rows(&self) -> &[usize] {
        &self.rows
    }

    /// The nodes; the first is the root, and the left child of a node is the next.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The coordinates of the point at a position.
    pub(crate) fn point(&self, position: usize) -> &[f64] {
        let start = position * self.columns;
        self.coordinates.get(start..start + self.columns).unwrap_or_default()
    }

    /// The coordinates as they were given, row by row.
    pub(crate) fn as_given(&self) -> Vec<f64> {
        let mut positions = vec![0; self.len()];
        for (position, &row) in self.rows.iter().enumerate() {
            if let Some(place) = positions.get_mut(row) {
                *place = position;
            }
        }
        positions.iter().flat_map(|&position| self.point(position)).copied().collect()
    }

    /// What is known of the points, which stands by row, by position.
    pub(crate) fn by_position<T: Copy>(&self, by_row: &[T]) -> Vec<T> {
        self.rows.iter().filter_map(|&row| by_row.get(row).copied()).collect()
    }

    /// For each node what is known of all its points, if it is the same of each.
    pub(crate) fn shared<T: Copy + PartialEq>(&self, by_position: &[T]) -> Vec<Option<T>> {
        let mut shared: Vec<Option<T>> = vec![None; self.nodes.len()];
        // Children stand behind their parents.
        for (number, node) in self.nodes.iter().enumerate().rev() {
            let first = by_position.get(node.first).copied();
            let one = match node.right {
                None => {
                    let mut own = by_position.iter().skip(node.first).take(node.size);
                    own.all(|&other| Some(other) == first)
                }
                Some(right) => [number + 1, right]
                    .iter()
                    .all(|&child| first.is_some() && shared.get(child).copied().flatten() == first),
            };
            if let Some(place) = shared.get_mut(number) {
                *place = first.filter(|_| one);
            }
        }
        shared
    }

    /// The squared distances of a point from all points of the leaf that begins at a position.
    #[inline]
    pub(crate) fn squares(&self, point: &[f64], first: usize) -> [f64; LANES] {
        let start = first / LANES * self.columns;
        let block = self.blocks.get(start..start + self.columns).unwrap_or_default();
        let mut sums = [0.0; LANES];
        for (column, x) in block.iter().zip(point) {
            for (sum, y) in sums.iter_mut().zip(column) {
                *sum += (y - x) * (y - x);
            }
        }
        sums
    }

    /// The squared distance of a point from the box of a node: no point in it is nearer.
    #[inline]
    pub(crate) fn gap(&self, point: &[f64], node: usize) -> f64 {
        let (low, high) = self.edges(node);
        let mut sum = 0.0;
        for ((x, low), high) in point.iter().zip(low).zip(high) {
            let gap = (low - x).max(x - high).max(0.0);
            sum += gap * gap;
        }
        sum
    }

    /// The squared distance of the boxes of two nodes: no points of them are nearer.
    #[inline]
    pub(crate) fn between(&self, left: usize, right: usize) -> f64 {
        let ((left_low, left_high), (low, high)) = (self.edges(left), self.edges(right));
        let mut sum = 0.0;
        let left = left_low.iter().zip(left_high);
        for ((left_low, left_high), (low, high)) in left.zip(low.iter().zip(high)) {
            let gap = (low - left_high).max(left_low - high).max(0.0);
            sum += gap * gap;
        }
        sum
    }

    /// The greatest squared distance of the boxes of two nodes: no points of them are farther
    /// apart.
    #[inline]
    pub(crate) fn across(&self, left: usize, right: usize) -> f64 {
        let ((left_low, left_high), (low, high)) = (self.edges(left), self.edges(right));
        let mut sum = 0.0;
        let left = left_low.iter().zip(left_high);
        for ((left_low, left_high), (low, high)) in left.zip(low.iter().zip(high)) {
            let gap = (high - left_low).max(left_high - low);
            sum += gap * gap;
        }
        sum
    }

    /// The least and the greatest coordinates of the points of a node.
    #[inline]
    fn edges(&self, node: usize) -> (&[f64], &[f64]) {
        let start = node * 2 * self.columns;
        let edges = self.boxes.get(start..start + 2 * self.columns).unwrap_or_default();
        edges.split_at_checked(self.columns).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
