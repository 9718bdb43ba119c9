//! How far the neighborhood of a place must reach to hold a weight: its core distance.

use super::super::neighbors::{KdTree, LANES, Search};
use super::sum::Sum;
use crate::parallel;

/// The squared core distance of each point of a tree, by row; infinite if all points together weigh
/// too little.
pub(super) fn core_distances(tree: &KdTree, weights: &[f64], enough: f64) -> Vec<f64> {
    let by_position = tree.by_position(weights);
    let mut found = vec![(0, 0.0); tree.len()];
    parallel::fill_chunks(&mut found, LANES * 16, |number, chunk| {
        for (position, place) in (number * LANES * 16..).zip(chunk) {
            let row = tree.rows().get(position).copied().unwrap_or(0);
            *place = (row, core_distance(tree, &by_position, tree.point(position), enough));
        }
    });
    let mut squares = vec![0.0; tree.len()];
    for (row, square) in found {
        if let Some(place) = squares.get_mut(row) {
            *place = square;
        }
    }
    squares
}

/// The square of the least distance from a place within which the points, whose weights stand in
/// the order of the tree, weigh enough.
pub(super) fn core_distance(tree: &KdTree, weights: &[f64], place: &[f64], enough: f64) -> f64 {
    let (near, within) = (Vec::new(), f64::INFINITY);
    let mut gathering = Gathering { weights, enough, near, total: 0.0, within };
    tree.search(place, &mut gathering);
    let mut sum = Sum::default();
    let full = gathering.near.iter().find(|(_, weight)| {
        sum.add(*weight);
        sum.total() >= enough
    });
    full.map_or(f64::INFINITY, |(square, _)| *square)
}

/// The nearest points so far that weigh enough together.
struct Gathering<'a> {
    weights: &'a [f64],
    enough: f64,
    /// Squared distances, in order, and weights.
    near: Vec<(f64, f64)>,
    total: f64,
    within: f64,
}

/// How much more than enough must remain, for the total is subject to rounding.
const SURE: f64 = 1.0 + 1e-9;

impl Search for Gathering<'_> {
    fn wants(&self, _: usize, squared: f64) -> bool {
        squared < self.within
    }

    fn meet(&mut self, first: usize, squares: &[f64]) {
        let weights = self.weights.iter().skip(first);
        for (&squared, &weight) in squares.iter().zip(weights) {
            if squared >= self.within || weight == 0.0 {
                continue;
            }
            let place = self.near.partition_point(|(near, _)| *near <= squared);
            self.near.insert(place, (squared, weight));
            self.total += weight;
            while let Some(&(_, last)) = self.near.last()
                && self.total - last >= self.enough * SURE
            {
                self.total -= last;
                self.near.pop();
            }
            if self.total >= self.enough * SURE {
                self.within = self.near.last().map_or(f64::INFINITY, |(near, _)| *near);
            }
        }
    }
}
