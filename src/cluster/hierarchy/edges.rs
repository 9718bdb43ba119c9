//! Merges as they are found, before they have numbers.

use super::dendrogram::{Dendrogram, Merge};

/// Two clusters that are joined, each named by one of its rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) height: f64,
}

/// A cluster as it grows.
#[derive(Clone, Copy)]
struct Grown {
    number: usize,
    size: usize,
    weight: f64,
}

/// The dendrogram of edges in their order, over rows of these weights; rows of weight 0 are in no
/// edge.
pub(super) fn dendrogram(weights: &[f64], edges: &[Edge]) -> Dendrogram {
    let rows = weights.len();
    let mut parents: Vec<usize> = (0..rows).collect();
    let grown = |(number, &weight)| Grown { number, size: 1, weight };
    let mut clusters: Vec<Grown> = weights.iter().enumerate().map(grown).collect();
    let mut merges = Vec::with_capacity(edges.len());
    for edge in edges {
        let (left, right) = (root(&mut parents, edge.left), root(&mut parents, edge.right));
        let (Some(&one), Some(&other)) = (clusters.get(left), clusters.get(right)) else {
            continue;
        };
        let (size, weight) = (one.size + other.size, one.weight + other.weight);
        let (low, high) = (one.number.min(other.number), one.number.max(other.number));
        let number = rows + merges.len();
        merges.push(Merge { left: low, right: high, height: edge.height, size, weight });
        parents.get_mut(left).into_iter().for_each(|parent| *parent = right);
        clusters.get_mut(right).into_iter().for_each(|c| *c = Grown { number, size, weight });
    }
    let absent = weights.iter().enumerate().filter(|(_, weight)| **weight == 0.0);
    Dendrogram::found(rows, absent.map(|(row, _)| row).collect(), merges)
}

/// The row that stands for the cluster of a row.
fn root(parents: &mut [usize], row: usize) -> usize {
    let mut at = row;
    while let Some(&parent) = parents.get(at).filter(|parent| **parent != at) {
        // Each step halves the way for the next.
        let above = parents.get(parent).copied().unwrap_or(parent);
        parents.get_mut(at).into_iter().for_each(|place| *place = above);
        at = above;
    }
    at
}
