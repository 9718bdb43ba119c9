//! Decision diagrams over the cells of fields: reduced, ordered, with three truths at the ends.

use std::collections::HashMap;
use std::sync::Arc;

use super::Inconclusive;
use super::budget::Budget;
use crate::rule::Truth;

/// What it costs to remember a node beside its branches.
const NODE: usize = 8;

/// A diagram by its root: one of three truths, or a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Edge(u32);

impl Edge {
    pub(super) const FAIL: Self = Self(0);
    pub(super) const UNKNOWN: Self = Self(1);
    pub(super) const HOLD: Self = Self(2);
    /// The first edge that is a node.
    const FIRST: u32 = 3;

    const fn is_end(self) -> bool {
        self.0 < Self::FIRST
    }
}

impl From<Truth> for Edge {
    fn from(truth: Truth) -> Self {
        match truth {
            Truth::Fail => Self::FAIL,
            Truth::Unknown => Self::UNKNOWN,
            Truth::Hold => Self::HOLD,
        }
    }
}

/// What to ask next, and where each of the answers leads.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Node {
    pub(super) variable: usize,
    pub(super) branches: Vec<Edge>,
}

/// Nodes of which no two are alike, so that equal diagrams are equal edges.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    list: Vec<Arc<Node>>,
    edges: HashMap<Arc<Node>, Edge>,
}

/// How two diagrams become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Join {
    /// The lesser truth.
    Least,
    /// The greater truth.
    Greatest,
    /// Holds where the first holds and the second does not; fails elsewhere.
    Without,
}

impl Join {
    /// What two diagrams become, if that can be seen without looking into them.
    fn settled(self, left: Edge, right: Edge) -> Option<Edge> {
        let (weak, strong) = match self {
            Self::Least => (Edge::FAIL, Edge::HOLD),
            Self::Greatest => (Edge::HOLD, Edge::FAIL),
            Self::Without => return Self::without(left, right),
        };
        if left == weak || right == weak {
            return Some(weak);
        }
        if left == strong || left == right {
            return Some(right);
        }
        (right == strong).then_some(left)
    }

    fn without(left: Edge, right: Edge) -> Option<Edge> {
        if left == right || right == Edge::HOLD || (left.is_end() && left != Edge::HOLD) {
            return Some(Edge::FAIL);
        }
        (left == Edge::HOLD && right.is_end()).then_some(Edge::HOLD)
    }
}

/// Nodes that can be added to, on top of others that stay as they are.
pub(super) struct Diagram<'a> {
    base: &'a Nodes,
    own: Nodes,
    joined: HashMap<(Join, Edge, Edge), Edge>,
    opposites: HashMap<Edge, Edge>,
    pub(super) budget: Budget,
}

impl<'a> Diagram<'a> {
    pub(super) fn on(base: &'a Nodes, budget: Budget) -> Self {
        let (joined, opposites) = (HashMap::new(), HashMap::new());
        Self { base, own: Nodes::default(), joined, opposites, budget }
    }

    /// The nodes that were added.
    pub(super) fn into_nodes(self) -> Nodes {
        self.own
    }

    pub(super) fn node(&self, edge: Edge) -> Option<&Arc<Node>> {
        let place = edge.0.checked_sub(Edge::FIRST)? as usize;
        match place.checked_sub(self.base.list.len()) {
            None => self.base.list.get(place),
            Some(own) => self.own.list.get(own),
        }
    }

    /// The diagram that asks for `variable` first; all variables below must be greater.
    pub(super) fn ask(&mut self, variable: usize, branches: Vec<Edge>) -> Edge {
        if let Some(first) = branches.first()
            && branches.iter().all(|branch| branch == first)
        {
            return *first;
        }
        let node = Node { variable, branches };
        let known = self.base.edges.get(&node).or_else(|| self.own.edges.get(&node));
        if let Some(known) = known {
            return *known;
        }
        let place = self.base.list.len() + self.own.list.len();
        let edge = Edge(u32::try_from(place).unwrap_or(u32::MAX).saturating_add(Edge::FIRST));
        let node = Arc::new(node);
        self.own.list.push(Arc::clone(&node));
        self.own.edges.insert(node, edge);
        edge
    }

    /// Two diagrams as one. It goes as deep as there are variables.
    pub(super) fn join(
        &mut self,
        how: Join,
        left: Edge,
        right: Edge,
    ) -> Result<Edge, Inconclusive> {
        if let Some(edge) = how.settled(left, right) {
            return Ok(edge);
        }
        let swapped = how != Join::Without && right < left;
        let (left, right) = if swapped { (right, left) } else { (left, right) };
        if let Some(known) = self.joined.get(&(how, left, right)) {
            return Ok(*known);
        }
        let (first, second) = (self.node(left).cloned(), self.node(right).cloned());
        let variable = first.iter().chain(&second).map(|node| node.variable).min().unwrap_or(0);
        let (lefts, rights) = (first.as_deref(), second.as_deref());
        let (lefts, rights) = (at(lefts, variable), at(rights, variable));
        let arity = lefts.or(rights).map_or(0, <[Edge]>::len);
        self.budget.spend(arity + NODE)?;
        let mut branches = Vec::with_capacity(arity);
        for branch in 0..arity {
            let next = |edges: Option<&[Edge]>, whole: Edge| {
                edges.map_or(Some(whole), |edges| edges.get(branch).copied())
            };
            let (left, right) = (next(lefts, left), next(rights, right));
            let (left, right) = (left.unwrap_or(Edge::FAIL), right.unwrap_or(Edge::FAIL));
            branches.push(self.join(how, left, right)?);
        }
        let edge = self.ask(variable, branches);
        self.joined.insert((how, left, right), edge);
        Ok(edge)
    }

    /// The least or greatest of all of them.
    pub(super) fn join_all(
        &mut self,
        how: Join,
        edges: impl IntoIterator<Item = Edge>,
    ) -> Result<Edge, Inconclusive> {
        let start = if how == Join::Least { Edge::HOLD } else { Edge::FAIL };
        edges.into_iter().try_fold(start, |joined, edge| self.join(how, joined, edge))
    }

    pub(super) fn opposite(&mut self, edge: Edge) -> Result<Edge, Inconclusive> {
        let Some(node) = self.node(edge).cloned() else {
            return Ok(match edge {
                Edge::FAIL => Edge::HOLD,
                Edge::HOLD => Edge::FAIL,
                _ => Edge::UNKNOWN,
            });
        };
        if let Some(known) = self.opposites.get(&edge) {
            return Ok(*known);
        }
        self.budget.spend(node.branches.len() + NODE)?;
        let branches = node.branches.iter().map(|branch| self.opposite(*branch));
        let branches = branches.collect::<Result<_, _>>()?;
        let opposite = self.ask(node.variable, branches);
        self.opposites.insert(edge, opposite);
        Ok(opposite)
    }

    /// Where it holds; it fails elsewhere.
    pub(super) fn holding(&mut self, edge: Edge) -> Result<Edge, Inconclusive> {
        self.join(Join::Without, edge, Edge::FAIL)
    }

    /// The greatest truth that can come out, when only the variables in `kept` are known.
    pub(super) fn project(
        &mut self,
        edge: Edge,
        kept: &std::ops::Range<usize>,
        known: &mut HashMap<Edge, Edge>,
    ) -> Result<Edge, Inconclusive> {
        let Some(node) = self.node(edge).cloned() else { return Ok(edge) };
        if let Some(known) = known.get(&edge) {
            return Ok(*known);
        }
        self.budget.spend(node.branches.len() + NODE)?;
        let branches = node.branches.iter().map(|branch| self.project(*branch, kept, known));
        let branches: Vec<Edge> = branches.collect::<Result<_, _>>()?;
        let projected = if kept.contains(&node.variable) {
            self.ask(node.variable, branches)
        } else {
            self.join_all(Join::Greatest, branches)?
        };
        known.insert(edge, projected);
        Ok(projected)
    }
}

/// The branches of a node, if it asks for this variable.
fn at(node: Option<&Node>, variable: usize) -> Option<&[Edge]> {
    node.filter(|node| node.variable == variable).map(|node| node.branches.as_slice())
}
