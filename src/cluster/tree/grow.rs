//! Growing a tree from its root.

use super::split::{Division, Item, best, is_better, middle};
use super::{Branch, Cart, MAX_DEPTH, Node, Points, Tree};

/// A tree that grows.
pub(super) struct Growth<'a> {
    recipe: &'a Cart,
    points: &'a Points<'a>,
    labels: &'a [usize],
    classes: usize,
    total: f64,
    nodes: Vec<Node>,
}

/// Points of which a node is still to be made.
struct Seedling {
    rows: Vec<usize>,
    depth: usize,
    /// The node whose high side they are.
    high_of: Option<usize>,
}

impl<'a> Growth<'a> {
    pub(super) fn new(
        recipe: &'a Cart,
        points: &'a Points<'a>,
        labels: &'a [usize],
        classes: usize,
    ) -> Self {
        let total = points.weights().iter().sum();
        Self { recipe, points, labels, classes, total, nodes: Vec::new() }
    }

    /// The grown tree, whose nodes are numbered with each low side right after its split.
    pub(super) fn tree(mut self) -> Tree {
        let weights = self.points.weights().iter().enumerate();
        let rows = weights.filter(|(_, weight)| **weight > 0.0).map(|(row, _)| row).collect();
        let mut waiting = vec![Seedling { rows, depth: 0, high_of: None }];
        while let Some(seedling) = waiting.pop() {
            let number = self.nodes.len();
            let parent = seedling.high_of.and_then(|parent| self.nodes.get_mut(parent));
            if let Some(branch) = parent.and_then(|parent| parent.split.as_mut()) {
                branch.high = number;
            }
            let division = self.division(&seedling);
            let weights = self.weights(&seedling.rows);
            let split = division.map(|found| Branch {
                column: found.column,
                threshold: middle(found.below, found.above),
                below: found.below,
                above: found.above,
                low: number + 1,
                high: number + 1,
            });
            self.nodes.push(Node { split, size: seedling.rows.len(), weights });
            let Some(found) = division else { continue };
            let is_low = |row: &usize| self.value(*row, found.column) <= found.below;
            let (low, high): (Vec<_>, Vec<_>) = seedling.rows.into_iter().partition(is_low);
            let depth = seedling.depth + 1;
            waiting.push(Seedling { rows: high, depth, high_of: Some(number) });
            waiting.push(Seedling { rows: low, depth, high_of: None });
        }
        Tree::grown(self.points.columns(), self.nodes)
    }

    /// How the points of a node are divided; not at all if it is to be a leaf.
    fn division(&self, seedling: &Seedling) -> Option<Division> {
        let Cart { criterion, max_depth, min_leaf, min_split, min_gain } = *self.recipe;
        let count = seedling.rows.len();
        let limit = max_depth.min(MAX_DEPTH);
        if seedling.depth >= limit || count < min_split || count / 2 < min_leaf {
            return None;
        }
        let weights = self.weights(&seedling.rows);
        let (impurity, weight) = (criterion.impurity(&weights), weights.iter().sum::<f64>());
        if impurity <= f64::EPSILON * weight {
            return None;
        }
        let mut found: Option<Division> = None;
        for column in 0..self.points.columns() {
            let mut items = self.items(&seedling.rows, column);
            let division = best(&mut items, column, self.classes, criterion, min_leaf);
            let Some(division) = division else { continue };
            if found.is_none_or(|found| is_better(&division, &found, weight)) {
                found = Some(division);
            }
        }
        let gain = |division: &Division| (impurity - division.left) / self.total;
        found.filter(|division| gain(division) + f64::EPSILON >= min_gain)
    }

    fn items(&self, rows: &[usize], column: usize) -> Vec<Item> {
        let item = |&row: &usize| Item {
            value: self.value(row, column),
            class: self.labels.get(row).copied().unwrap_or_default(),
            weight: self.weight(row),
        };
        rows.iter().map(item).collect()
    }

    /// The weight of each class among some rows.
    fn weights(&self, rows: &[usize]) -> Vec<f64> {
        let mut weights = vec![0.0; self.classes];
        for &row in rows {
            let class = self.labels.get(row).and_then(|class| weights.get_mut(*class));
            if let Some(sum) = class {
                *sum += self.weight(row);
            }
        }
        weights
    }

    fn value(&self, row: usize, column: usize) -> f64 {
        let value = self.points.point(row).and_then(|point| point.get(column));
        value.copied().unwrap_or_default()
    }

    fn weight(&self, row: usize) -> f64 {
        self.points.weights().get(row).copied().unwrap_or_default()
    }
}
