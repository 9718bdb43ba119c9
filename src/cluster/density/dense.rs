//! Which points have enough weight around them.

use super::super::neighbors::{KdTree, LANES, Node};
use super::sum::Sum;
use crate::parallel;

/// For each point of a tree, by row, whether the weights of the points at no more than a squared
/// distance, its own included, sum to enough.
pub(super) fn dense(tree: &KdTree, weights: &[f64], within: f64, enough: f64) -> Vec<bool> {
    let leaves: Vec<usize> = (0..tree.nodes().len()).filter(|&node| is_leaf(tree, node)).collect();
    let weights = Weights::new(tree, weights);
    let count = |&leaf: &usize| {
        let mut counting = Counting::new(tree, &weights, leaf, within, enough);
        counting.visit(0);
        counting.sums.map(|sum| sum.total() >= enough)
    };
    let found = parallel::each(&leaves, count);
    let mut dense = vec![false; tree.len()];
    for (&row, found) in tree.rows().iter().zip(found.iter().flatten()) {
        if let Some(place) = dense.get_mut(row) {
            *place = *found;
        }
    }
    dense
}

fn is_leaf(tree: &KdTree, node: usize) -> bool {
    tree.nodes().get(node).is_some_and(|node| node.right.is_none())
}

/// The weights of points by position, and of nodes.
struct Weights {
    points: Vec<f64>,
    /// None if sums depend on their order: only those of whole numbers are exact in any.
    nodes: Option<Vec<f64>>,
}

impl Weights {
    fn new(tree: &KdTree, by_row: &[f64]) -> Self {
        let points = tree.by_position(by_row);
        let whole =
            points.iter().all(|weight| weight.fract() == 0.0) && points.iter().sum::<f64>() < 9e15;
        let weight = |node: &Node| points.iter().skip(node.first).take(node.size).sum();
        let nodes = whole.then(|| tree.nodes().iter().map(weight).collect());
        Self { points, nodes }
    }
}

/// The weights near the points of a leaf, as far as they were looked at.
struct Counting<'a> {
    tree: &'a KdTree,
    weights: &'a Weights,
    leaf: usize,
    first: usize,
    size: usize,
    within: f64,
    enough: f64,
    sums: [Sum; LANES],
    /// How many of the points have not enough yet.
    open: usize,
}

impl<'a> Counting<'a> {
    fn new(tree: &'a KdTree, weights: &'a Weights, leaf: usize, within: f64, enough: f64) -> Self {
        let (first, size) = tree.nodes().get(leaf).map_or((0, 0), |node| (node.first, node.size));
        let sums = [Sum::default(); LANES];
        Self { tree, weights, leaf, first, size, within, enough, sums, open: size }
    }

    /// Looks at the points of a node, the nearer half first, until all have enough.
    fn visit(&mut self, number: usize) {
        let Some(node) = self.tree.nodes().get(number) else { return };
        if let Some(&weight) = self.weights.nodes.as_ref().and_then(|nodes| nodes.get(number))
            && self.tree.across(self.leaf, number) <= self.within
        {
            self.take_all(weight);
            return;
        }
        let Some(right) = node.right else {
            self.meet(node.first, node.size);
            return;
        };
        let (left, between) = (number + 1, |node| self.tree.between(self.leaf, node));
        let (to_left, to_right) = (between(left), between(right));
        let both = [(left, to_left), (right, to_right)];
        let own_is_right =
            self.tree.nodes().get(right).is_some_and(|node| node.first <= self.first);
        let swap = to_right < to_left || (to_right == to_left && own_is_right);
        let order = if swap { [both[1], both[0]] } else { both };
        for (child, squared) in order {
            if squared <= self.within && self.open > 0 {
                self.visit(child);
            }
        }
    }

    /// Takes the weight of a node all of whose points are near.
    fn take_all(&mut self, weight: f64) {
        for sum in self.sums.iter_mut().take(self.size).filter(|sum| sum.total() < self.enough) {
            sum.high += weight;
            self.open -= usize::from(sum.total() >= self.enough);
        }
    }

    fn meet(&mut self, first: usize, size: usize) {
        let whole = self.weights.nodes.is_some();
        let weights = self.weights.points.get(first..first + size).unwrap_or_default();
        for (lane, sum) in self.sums.iter_mut().enumerate().take(self.size) {
            if sum.total() >= self.enough {
                continue;
            }
            let squares = self.tree.squares(self.tree.point(self.first + lane), first);
            if whole {
                for (&weight, square) in weights.iter().zip(squares) {
                    sum.high += if square <= self.within { weight } else { 0.0 };
                }
            } else {
                let near = weights.iter().zip(squares).filter(|(_, s)| *s <= self.within);
                near.for_each(|(&weight, _)| sum.add(weight));
            }
            if sum.total() >= self.enough {
                self.open -= 1;
            }
        }
    }
}
