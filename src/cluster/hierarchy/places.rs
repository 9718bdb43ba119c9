//! Points that coincide stand at one place: they are joined first, at height 0.

use std::cmp::Ordering;

use super::super::points::Points;
use super::edges::Edge;

/// The different places of all points that have weight.
pub(super) struct Places {
    columns: usize,
    coordinates: Vec<f64>,
    weights: Vec<f64>,
    /// Of each place, the last of its rows.
    rows: Vec<usize>,
    joined: Vec<Edge>,
}

impl Places {
    pub(super) fn new(points: &Points<'_>) -> Self {
        let columns = points.columns();
        let weighty = points.weights().iter().enumerate().filter(|(_, weight)| **weight > 0.0);
        let mut rows: Vec<usize> = weighty.map(|(row, _)| row).collect();
        let point = |row: usize| points.point(row).unwrap_or_default();
        rows.sort_unstable_by(|&left, &right| {
            let pairs = point(left).iter().zip(point(right));
            // Numbers are finite, and 0 and -0 are one.
            let mut orders = pairs.map(|(x, y)| x.partial_cmp(y).unwrap_or(Ordering::Equal));
            orders.find(|order| order.is_ne()).unwrap_or_else(|| left.cmp(&right))
        });
        let mut joined = Vec::new();
        let mut last: Vec<(usize, f64)> = Vec::new();
        for same in rows.chunk_by(|&left, &right| point(left) == point(right)) {
            let edge = |pair: &[usize]| match *pair {
                [left, right] => Some(Edge { left, right, height: 0.0 }),
                _ => None,
            };
            joined.extend(same.windows(2).filter_map(edge));
            let weight = same.iter().filter_map(|&row| points.weights().get(row)).sum();
            last.extend(same.last().map(|&row| (row, weight)));
        }
        last.sort_unstable_by_key(|(row, _)| *row);
        joined.sort_unstable_by_key(|edge| edge.right);
        let coordinates = last.iter().flat_map(|(row, _)| point(*row)).copied().collect();
        let (rows, weights) = last.into_iter().unzip();
        Self { columns, coordinates, weights, rows, joined }
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) const fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn coordinates(&self) -> &[f64] {
        &self.coordinates
    }

    pub(super) fn weights(&self) -> &[f64] {
        &self.weights
    }

    pub(super) fn point(&self, place: usize) -> &[f64] {
        let start = place * self.columns;
        self.coordinates.get(start..start + self.columns).unwrap_or_default()
    }

    /// The edges between rows: those of points that coincide, then those between places.
    pub(super) fn edges(self, between: &[Edge]) -> Vec<Edge> {
        let row = |place: usize| self.rows.get(place).copied().unwrap_or_default();
        let edge = |edge: &Edge| Edge { left: row(edge.left), right: row(edge.right), ..*edge };
        let between = between.iter().map(edge);
        self.joined.iter().copied().chain(between).collect()
    }
}
