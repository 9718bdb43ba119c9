//! How the tree is built: halved along the longest side of the box, again and again.

use super::{KdTree, LANES, Node};

impl KdTree {
    /// The tree of points whose coordinates stand one after the other.
    ///
    /// # Complexity
    /// O(n (d + log n) log n).
    pub(crate) fn new(columns: usize, coordinates: &[f64]) -> Self {
        let count = coordinates.len().checked_div(columns).unwrap_or(0);
        let mut tree = Self {
            columns,
            rows: Vec::with_capacity(count),
            coordinates: Vec::with_capacity(count * columns),
            blocks: Vec::with_capacity(count.div_ceil(LANES) * columns),
            nodes: Vec::new(),
            boxes: Vec::new(),
        };
        let mut keyed: Vec<Keyed> = (0..count).map(|row| Keyed { key: 0.0, row }).collect();
        if count > 0 {
            tree.grow(&mut keyed, 0, coordinates);
        }
        tree
    }

    /// Adds the node of some points, of which the first comes to the position `first`, and all that
    /// is below it.
    fn grow(&mut self, points: &mut [Keyed], first: usize, coordinates: &[f64]) {
        let number = self.nodes.len();
        let size = points.len();
        self.nodes.push(Node { first, size, right: None });
        let start = self.boxes.len();
        self.boxes.extend(std::iter::repeat_n(f64::INFINITY, self.columns));
        self.boxes.extend(std::iter::repeat_n(f64::NEG_INFINITY, self.columns));
        let edges = self.boxes.get_mut(start..).unwrap_or_default();
        let (low, high) = edges.split_at_mut(self.columns);
        for keyed in points.iter() {
            let point = point(coordinates, self.columns, keyed.row);
            for ((x, low), high) in point.iter().zip(low.iter_mut()).zip(high.iter_mut()) {
                *low = if x < low { *x } else { *low };
                *high = if x > high { *x } else { *high };
            }
        }
        if size <= LANES {
            self.leaf(points, coordinates);
            return;
        }
        let longest = longest_side(low, high);
        for keyed in points.iter_mut() {
            let place = keyed.row * self.columns + longest;
            keyed.key = coordinates.get(place).copied().unwrap_or(0.0);
        }
        // Whole leaves go to the left, so that only the very last leaf can be short.
        let middle = size.div_ceil(LANES).div_ceil(2) * LANES;
        points.select_nth_unstable_by(middle, Keyed::order);
        let (left, right) = points.split_at_mut(middle);
        self.grow(left, first, coordinates);
        let next = self.nodes.len();
        if let Some(node) = self.nodes.get_mut(number) {
            node.right = Some(next);
        }
        self.grow(right, first + middle, coordinates);
    }

    fn leaf(&mut self, points: &mut [Keyed], coordinates: &[f64]) {
        points.sort_unstable_by_key(|keyed| keyed.row);
        let start = self.blocks.len();
        self.blocks.resize(start + self.columns, [f64::INFINITY; LANES]);
        let block = self.blocks.get_mut(start..).unwrap_or_default();
        for (lane, keyed) in points.iter().enumerate() {
            let point = point(coordinates, self.columns, keyed.row);
            self.rows.push(keyed.row);
            self.coordinates.extend_from_slice(point);
            for (column, x) in block.iter_mut().zip(point) {
                if let Some(place) = column.get_mut(lane) {
                    *place = *x;
                }
            }
        }
    }
}

/// A point by its coordinate on the side that is halved.
struct Keyed {
    key: f64,
    row: usize,
}

impl Keyed {
    fn order(left: &Self, right: &Self) -> std::cmp::Ordering {
        left.key.total_cmp(&right.key).then(left.row.cmp(&right.row))
    }
}

fn point(coordinates: &[f64], columns: usize, row: usize) -> &[f64] {
    let start = row * columns;
    coordinates.get(start..start + columns).unwrap_or_default()
}

/// The first of the longest sides of a box.
fn longest_side(low: &[f64], high: &[f64]) -> usize {
    let (mut longest, mut length) = (0, f64::NEG_INFINITY);
    for (column, (low, high)) in low.iter().zip(high).enumerate() {
        if high - low > length {
            (longest, length) = (column, high - low);
        }
    }
    longest
}
