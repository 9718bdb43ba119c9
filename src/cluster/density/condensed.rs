//! The condensed tree: how clusters split, and where points leave them, as the density grows.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::Fault;
use super::sets::Sets;
use super::spanning::Edge;

/// How the points hang together at every density.
///
/// Seen from far (little density) to near (much), the first cluster holds all points. Where it
/// falls apart, parts that weigh less than the least cluster leave it as single points; two parts
/// that weigh enough are clusters of their own. Distances are those at which this happens; the
/// densities λ of the papers are their reciprocals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CondensedTree {
    /// The clusters; each stands behind the one that it split off from.
    pub clusters: Vec<Branch>,
    /// Where each of the points leaves, in their order.
    pub points: Vec<Departure>,
}

/// A cluster of the condensed tree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// Where it began; none of the first, which holds all points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Departure>,
    /// The weight of its points when it began.
    pub weight: f64,
}

/// A cluster that is left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Departure {
    /// The cluster that is left, by its place in the tree.
    pub cluster: usize,
    /// The mutual reachability distance at which that happens.
    pub distance: f64,
}

/// Two parts that become one.
struct Merge {
    parts: [usize; 2],
    squared: f64,
    weight: f64,
}

/// The binary tree of merges: its nodes are the points, then the merges.
struct Merges<'a> {
    merges: Vec<Merge>,
    weights: &'a [f64],
    cores: &'a [f64],
}

impl CondensedTree {
    /// The tree of sorted edges that span all points, which have weights and squared core
    /// distances.
    pub(super) fn new(edges: &[Edge], weights: &[f64], cores: &[f64], least: f64) -> Self {
        let merges = Merges::new(edges, weights, cores);
        let root = (weights.len() + merges.merges.len()).saturating_sub(1);
        let first = Branch { split: None, weight: merges.weight(root) };
        let departure = Departure { cluster: 0, distance: 0.0 };
        let mut tree = Self { clusters: vec![first], points: vec![departure; weights.len()] };
        let mut open = vec![Part { node: root, cluster: 0, left_at: None }];
        while let Some(part) = open.pop() {
            tree.take_apart(part, &merges, least, &mut open);
        }
        tree
    }

    /// Takes a part of a cluster apart into its two parts, or lets it leave if it is a point.
    fn take_apart(&mut self, part: Part, merges: &Merges<'_>, least: f64, open: &mut Vec<Part>) {
        let Part { node, cluster, left_at } = part;
        let Some(merge) = merges.merge(node) else {
            // A point that is a cluster by its weight is one up to its core distance.
            let core = merges.cores.get(node).copied().unwrap_or(0.0).sqrt();
            if let Some(place) = self.points.get_mut(node) {
                *place = Departure { cluster, distance: left_at.unwrap_or(core) };
            }
            return;
        };
        if left_at.is_some() {
            open.extend(merge.parts.map(|node| Part { node, cluster, left_at }));
            return;
        }
        let distance = merge.squared.sqrt();
        let splits = merge.parts.iter().all(|&node| merges.is_cluster(node, merge.squared, least));
        for node in merge.parts {
            if splits {
                let split = Some(Departure { cluster, distance });
                open.push(Part { node, cluster: self.clusters.len(), left_at: None });
                self.clusters.push(Branch { split, weight: merges.weight(node) });
            } else if merges.is_cluster(node, merge.squared, least) {
                open.push(Part { node, cluster, left_at: None });
            } else {
                open.push(Part { node, cluster, left_at: Some(distance) });
            }
        }
    }
}

/// A part of a cluster that is still to be taken apart; if it has left already, at which distance.
struct Part {
    node: usize,
    cluster: usize,
    left_at: Option<f64>,
}

impl<'a> Merges<'a> {
    fn new(edges: &[Edge], weights: &'a [f64], cores: &'a [f64]) -> Self {
        let count = weights.len();
        let mut sets = Sets::new(count);
        let mut nodes: Vec<usize> = (0..count).collect();
        let mut merges = Self { merges: Vec::with_capacity(edges.len()), weights, cores };
        for edge in edges {
            let roots = [sets.find(edge.low), sets.find(edge.high)];
            let parts = roots.map(|root| nodes.get(root).copied().unwrap_or(root));
            let weight = parts.iter().map(|&part| merges.weight(part)).sum();
            sets.unite(edge.low, edge.high);
            if let Some(place) = nodes.get_mut(sets.find(edge.low)) {
                *place = count + merges.merges.len();
            }
            merges.merges.push(Merge { parts, squared: edge.reach, weight });
        }
        merges
    }

    fn merge(&self, node: usize) -> Option<&Merge> {
        self.merges.get(node.checked_sub(self.weights.len())?)
    }

    fn weight(&self, node: usize) -> f64 {
        let of_point = || self.weights.get(node).copied().unwrap_or(0.0);
        self.merge(node).map_or_else(of_point, |merge| merge.weight)
    }

    /// Whether a part weighs enough to be a cluster below a squared distance. A single point is
    /// dense only below its core distance.
    fn is_cluster(&self, node: usize, squared: f64, least: f64) -> bool {
        let is_dense = || self.cores.get(node).is_some_and(|&core| core < squared);
        self.weight(node) >= least && (self.merge(node).is_some() || is_dense())
    }
}

impl CondensedTree {
    /// Adds everything that is wrong with the tree of so many points; an empty one is right.
    pub(super) fn check(&self, points: usize, path: &Path, problems: &mut Problems<Fault>) {
        if self.clusters.is_empty() && self.points.is_empty() {
            return;
        }
        if self.points.len() != points {
            let (expected, found) = (points, self.points.len());
            let fault = Fault::Count { what: "departures", expected, found };
            problems.add(path.field("points"), fault);
        }
        for (number, branch) in self.clusters.iter().enumerate() {
            let place = path.field("clusters").item(number);
            if !(0.0..f64::INFINITY).contains(&branch.weight) {
                let fault = Fault::OutOfRange { value: branch.weight };
                problems.add(place.field("weight"), fault);
            }
            match branch.split {
                Some(split) => self.check_departure(split, number, &place.field("split"), problems),
                None if number == 0 => {}
                None => problems.add(place.field("split"), Fault::NoCluster { number }),
            }
        }
        for (number, departure) in self.points.iter().enumerate() {
            let place = path.field("points").item(number);
            self.check_departure(*departure, self.clusters.len(), &place, problems);
        }
    }

    /// A cluster is left that stands before `end`, at no more than where it began.
    fn check_departure(
        &self,
        departure: Departure,
        end: usize,
        path: &Path,
        problems: &mut Problems<Fault>,
    ) {
        let Departure { cluster: number, distance: value } = departure;
        let Some(left) = self.clusters.get(number).filter(|_| number < end) else {
            problems.add(path.field("cluster"), Fault::NoCluster { number });
            return;
        };
        let most = left.split.map_or(f64::MAX, |split| split.distance);
        if !(0.0..=most).contains(&value) {
            problems.add(path.field("distance"), Fault::OutOfRange { value });
        }
    }
}
