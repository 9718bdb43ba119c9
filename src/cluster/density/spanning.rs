//! The minimum spanning tree of points by their mutual reachability, found by Borůvka's rounds:
//! each component is joined by the least edge that leaves it.
//!
//! O. Borůvka, "O jistém problému minimálním", Práce Moravské přírodovědecké společnosti 3 (1926),
//! 37–58; with a tree of boxes: W. March, P. Ram and A. Gray, "Fast Euclidean minimum spanning
//! tree", KDD 2010, 603–612.

use std::sync::atomic::{AtomicU64, Ordering};

use super::super::neighbors::{KdTree, LANES, Search};
use super::sets::Sets;
use crate::parallel;

/// Two points that are joined, by row. Edges have a total order, so that there is only one minimum
/// spanning tree: first by the mutual reachability distance (the greatest of the distance of the
/// two and of their core distances), of which there are many equal ones; then by the lower of the
/// two core distances, so that a point goes to the denser side; then by the distance; then by rows.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) struct Edge {
    /// The squared mutual reachability distance.
    pub(super) reach: f64,
    /// The lower of the two squared core distances.
    denser: f64,
    squared: f64,
    pub(super) low: usize,
    pub(super) high: usize,
}

impl Edge {
    /// Squares are never NaN, so that two edges always compare.
    pub(super) fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.partial_cmp(other).unwrap_or(std::cmp::Ordering::Equal)
    }
}

/// The n - 1 edges of the tree, from the least to the greatest.
pub(super) fn spanning(tree: &KdTree, cores: &[f64]) -> Vec<Edge> {
    let mut rounds = Rounds::new(tree, cores);
    let mut edges = Vec::with_capacity(tree.len().saturating_sub(1));
    while edges.len() + 1 < tree.len() {
        let before = edges.len();
        rounds.run(&mut edges);
        if edges.len() == before {
            break;
        }
    }
    edges.sort_unstable_by(|left, right| left.order(right));
    edges
}

/// The components so far, and what is known of the edges that leave them.
struct Rounds<'a> {
    tree: &'a KdTree,
    /// Squared core distances by position, and the least of each node.
    cores: Vec<f64>,
    least_cores: Vec<f64>,
    sets: Sets,
    /// The component of each position, and of each node if it is one.
    components: Vec<usize>,
    of_nodes: Vec<Option<usize>>,
    leaving: Vec<Leaving>,
}

/// What is known of the edges from a point to other components.
#[derive(Clone, Copy)]
struct Leaving {
    /// The least that was found, and the position that it leads to.
    found: Option<(Edge, usize)>,
    /// None has less reach, squared.
    least: f64,
}

impl<'a> Rounds<'a> {
    fn new(tree: &'a KdTree, cores: &[f64]) -> Self {
        let by_position = tree.by_position(cores);
        let least = |node: &super::super::neighbors::Node| {
            let own = by_position.iter().skip(node.first).take(node.size);
            own.copied().fold(f64::INFINITY, f64::min)
        };
        let components: Vec<usize> = (0..tree.len()).collect();
        Self {
            tree,
            least_cores: tree.nodes().iter().map(least).collect(),
            cores: by_position,
            sets: Sets::new(tree.len()),
            of_nodes: tree.shared(&components),
            components,
            leaving: vec![Leaving { found: None, least: 0.0 }; tree.len()],
        }
    }

    /// One round: the least edge that leaves each component.
    fn run(&mut self, edges: &mut Vec<Edge>) {
        let bounds: Vec<AtomicU64> =
            self.components.iter().map(|_| AtomicU64::new(f64::INFINITY.to_bits())).collect();
        for (leaving, component) in self.leaving.iter_mut().zip(&self.components) {
            let inside = |to: usize| self.components.get(to) == Some(component);
            leaving.found = leaving.found.filter(|(_, to)| !inside(*to));
            if let (Some((edge, _)), Some(bound)) = (leaving.found, bounds.get(*component)) {
                lower(bound, edge.reach);
            }
        }
        let mut leaving = std::mem::take(&mut self.leaving);
        let size = LANES * 16;
        parallel::fill_chunks(&mut leaving, size, |number, chunk| {
            for (position, place) in (number * size..).zip(chunk) {
                self.look(position, place, &bounds);
            }
        });
        self.leaving = leaving;
        let mut least: Vec<Option<(Edge, usize)>> = vec![None; self.components.len()];
        for (position, leaving) in self.leaving.iter().enumerate() {
            let component = self.components.get(position).and_then(|&own| least.get_mut(own));
            if let (Some((edge, _)), Some(place)) = (leaving.found, component)
                && place.is_none_or(|(least, _)| edge < least)
            {
                *place = leaving.found;
            }
        }
        for (component, least) in least.into_iter().enumerate() {
            let Some((edge, to)) = least else { continue };
            // The other component can have chosen the same edge.
            if self.sets.find(component) != self.sets.find(to) {
                self.sets.unite(component, to);
                edges.push(edge);
            }
        }
        for (position, component) in self.components.iter_mut().enumerate() {
            *component = self.sets.find(position);
        }
        self.of_nodes = self.tree.shared(&self.components);
    }

    /// Looks for the least edge from a point to another component, unless that of its component is
    /// known to be less. The bounds only spare work: what is least does not depend on them.
    fn look(&self, position: usize, leaving: &mut Leaving, bounds: &[AtomicU64]) {
        let Some(component) = self.components.get(position).copied() else { return };
        let Some(bound) = bounds.get(component) else { return };
        let within = f64::from_bits(bound.load(Ordering::Relaxed));
        if leaving.found.is_some() || leaving.least > within {
            return;
        }
        let row = self.tree.rows().get(position).copied().unwrap_or(0);
        let core = self.cores.get(position).copied().unwrap_or(0.0);
        let mut search = Look { rounds: self, component, row, core, within, found: None };
        if core <= within {
            self.tree.search(self.tree.point(position), &mut search);
        }
        leaving.found = search.found;
        leaving.least = match search.found {
            Some((edge, _)) => edge.reach,
            None => within.next_up(),
        };
        if let Some((edge, _)) = search.found {
            lower(bound, edge.reach);
        }
    }
}

/// Makes a bound no more than a value. Floats of 0 or more have the order of their bits.
fn lower(bound: &AtomicU64, value: f64) {
    bound.fetch_min(value.to_bits(), Ordering::Relaxed);
}

/// The least edge so far from a point to another component.
struct Look<'a> {
    rounds: &'a Rounds<'a>,
    component: usize,
    row: usize,
    core: f64,
    within: f64,
    found: Option<(Edge, usize)>,
}

impl Search for Look<'_> {
    fn wants(&self, node: usize, squared: f64) -> bool {
        if self.rounds.of_nodes.get(node).copied().flatten() == Some(self.component) {
            return false;
        }
        let other = self.rounds.least_cores.get(node).copied().unwrap_or(0.0);
        let reach = self.core.max(other).max(squared);
        let least = (reach, self.core.min(other), squared);
        let can = |(edge, _): (Edge, usize)| least <= (edge.reach, edge.denser, edge.squared);
        reach <= self.within && self.found.is_none_or(can)
    }

    fn meet(&mut self, first: usize, squares: &[f64]) {
        let others = self.rounds.components.iter().zip(&self.rounds.cores).skip(first);
        let others = others.zip(self.rounds.tree.rows().iter().skip(first));
        for ((position, &squared), ((&component, &core), &row)) in
            (first..).zip(squares).zip(others)
        {
            let reach = self.core.max(core).max(squared);
            if component == self.component || reach > self.within {
                continue;
            }
            let (low, high) = (self.row.min(row), self.row.max(row));
            let edge = Edge { reach, denser: self.core.min(core), squared, low, high };
            if self.found.is_none_or(|(found, _)| edge < found) {
                self.found = Some((edge, position));
                self.within = reach;
            }
        }
    }
}
