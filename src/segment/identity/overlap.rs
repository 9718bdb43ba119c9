//! How many customers went from which segment to which cluster.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Before;
use crate::id::{CustomerId, SegmentId};

/// How many customers went from which segment to which. The sums of rows and columns tie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlap {
    /// The segments before: the rows.
    pub before: Vec<SegmentId>,
    /// The segments now: the columns.
    pub now: Vec<SegmentId>,
    /// For each segment before, how many of its customers are in each segment now.
    pub moved: Vec<Vec<u64>>,
    /// For each segment before, how many of its customers are in none now.
    pub gone: Vec<u64>,
    /// For each segment now, how many of its customers were in none before.
    pub come: Vec<u64>,
}

/// Customers counted by segment before and cluster now.
pub(super) struct Counts {
    moved: Vec<Vec<u64>>,
    before: Vec<u64>,
    now: Vec<u64>,
    /// How many customers of each segment are in any cluster.
    left: Vec<u64>,
    /// How many customers of each cluster were in any segment.
    known: Vec<u64>,
}

impl Counts {
    pub(super) fn new(before: &Before, now: &[Vec<CustomerId>]) -> Self {
        let mut numbers = BTreeMap::new();
        for (number, id) in before.segments.iter().enumerate() {
            numbers.entry(id).or_insert(number);
        }
        let number = |customer| numbers.get(before.members.get(customer)?).copied();
        let mut moved = vec![vec![0; now.len()]; before.segments.len()];
        let mut sizes = vec![0; before.segments.len()];
        for segment in before.members.values() {
            let number = numbers.get(segment);
            if let Some(size) = number.and_then(|&number| sizes.get_mut(number)) {
                *size += 1;
            }
        }
        for (cluster, customers) in now.iter().enumerate() {
            for segment in customers.iter().filter_map(number) {
                let row: Option<&mut Vec<u64>> = moved.get_mut(segment);
                if let Some(count) = row.and_then(|row| row.get_mut(cluster)) {
                    *count += 1;
                }
            }
        }
        let known = |cluster: usize| moved.iter().filter_map(|row| row.get(cluster)).sum();
        let known = (0..now.len()).map(known).collect();
        let left = moved.iter().map(|row| row.iter().sum()).collect();
        let now = now.iter().map(|customers| customers.len() as u64).collect();
        Self { moved, before: sizes, now, left, known }
    }

    /// How many customers of a segment are in a cluster.
    pub(super) fn moved(&self, segment: usize, cluster: usize) -> u64 {
        self.moved.get(segment).and_then(|row| row.get(cluster)).copied().unwrap_or_default()
    }

    /// How many customers a segment had.
    pub(super) fn before(&self, segment: usize) -> u64 {
        self.before.get(segment).copied().unwrap_or_default()
    }

    /// How many customers a cluster has.
    pub(super) fn now(&self, cluster: usize) -> u64 {
        self.now.get(cluster).copied().unwrap_or_default()
    }

    /// How many customers of a segment are in any cluster.
    pub(super) fn left(&self, segment: usize) -> u64 {
        self.left.get(segment).copied().unwrap_or_default()
    }

    /// How many customers of a cluster were in any segment.
    pub(super) fn known(&self, cluster: usize) -> u64 {
        self.known.get(cluster).copied().unwrap_or_default()
    }

    /// How similar a segment and a cluster are, whose centers are this close.
    pub(super) fn similarity(&self, segment: usize, cluster: usize, closeness: f64) -> f64 {
        let both = self.moved(segment, cluster) as f64;
        let present = self.left(segment) as f64 + self.known(cluster) as f64;
        let all = self.before(segment) as f64 + self.now(cluster) as f64;
        let jaccard = if present > both { both / (present - both) } else { 0.0 };
        let known = if all > 0.0 { present / all } else { 0.0 };
        known * jaccard + (1.0 - known) * closeness.clamp(0.0, 1.0)
    }

    pub(super) fn overlap(&self, before: &Before, ids: &[SegmentId]) -> Overlap {
        let segments = 0..self.before.len();
        let gone = segments.map(|segment| self.before(segment) - self.left(segment));
        let come = (0..self.now.len()).map(|cluster| self.now(cluster) - self.known(cluster));
        Overlap {
            before: before.segments.clone(),
            now: ids.to_vec(),
            moved: self.moved.clone(),
            gone: gone.collect(),
            come: come.collect(),
        }
    }
}
