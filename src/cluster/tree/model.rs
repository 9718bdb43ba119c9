//! A tree, and the way through it.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::cluster::points::is_coordinate;
use crate::cluster::{Fault, HEAVIEST};
use crate::path::{Path, Problems};

/// A decision tree: where a split asks for more than its threshold, the way goes to its high side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Tree {
    columns: usize,
    nodes: Vec<Node>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    columns: usize,
    nodes: Vec<Node>,
}

/// A split or a leaf, with the points that came to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// How its points are divided; a leaf does not divide them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Branch>,
    /// The number of its points.
    pub size: usize,
    /// The weight of each class among them.
    pub weights: Vec<f64>,
}

/// A question with two answers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// The position of the coordinate that is asked.
    pub column: usize,
    /// Up to this, it goes to the low side.
    pub threshold: f64,
    /// The greatest coordinate on the low side when it was grown: any threshold from here to below
    /// [`Branch::above`] divides the same points in the same way.
    pub below: f64,
    /// The least coordinate on the high side.
    pub above: f64,
    /// The number of the node on the low side.
    pub low: usize,
    /// The number of the node on the high side.
    pub high: usize,
}

/// The end of a way through the tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf<'a> {
    /// The number of the node.
    pub number: usize,
    /// The node itself.
    pub node: &'a Node,
    /// How one comes to it, from the root on.
    pub steps: Vec<Step<'a>>,
}

/// A step on the way to a leaf.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step<'a> {
    /// The node that was left.
    pub from: &'a Node,
    /// Its question.
    pub branch: &'a Branch,
    /// Where the way goes on.
    pub side: Side,
    /// The node that was entered.
    pub to: &'a Node,
}

/// One of both sides of a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// At most the threshold.
    Low,
    /// Above the threshold.
    High,
}

impl Node {
    /// The class of the greatest weight; of equally heavy ones the first.
    #[must_use]
    pub fn class(&self) -> usize {
        let weights = self.weights.iter().enumerate();
        let heavier = |best: (usize, f64), (class, &weight)| {
            if weight > best.1 { (class, weight) } else { best }
        };
        weights.fold((0, 0.0), heavier).0
    }

    /// The weight of all its points.
    #[must_use]
    pub fn weight(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// The share of each class in the weight.
    #[must_use]
    pub fn shares(&self) -> Vec<f64> {
        let total = self.weight();
        self.weights.iter().map(|weight| weight / total).collect()
    }
}

impl Tree {
    pub(super) const fn grown(columns: usize, nodes: Vec<Node>) -> Self {
        Self { columns, nodes }
    }

    /// How many coordinates points have.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.columns
    }

    /// How many classes are told apart.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.nodes.first().map_or(0, |root| root.weights.len())
    }

    /// The nodes by number: the root is the first, and each low side follows its split.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node at the end of a point's way; `None` if it has another number of coordinates, or
    /// one that is not finite.
    #[must_use]
    pub fn leaf(&self, point: &[f64]) -> Option<&Node> {
        if point.len() != self.columns || !point.iter().all(|x| is_coordinate(*x)) {
            return None;
        }
        let mut node = self.nodes.first()?;
        while let Some(branch) = &node.split {
            let low = *point.get(branch.column)? <= branch.threshold;
            node = self.nodes.get(if low { branch.low } else { branch.high })?;
        }
        Some(node)
    }

    /// The class of a point; `None` as for [`Tree::leaf`].
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<usize> {
        self.leaf(point).map(Node::class)
    }

    /// The class of each row of a matrix; `None` as for [`Tree::leaf`].
    #[must_use]
    pub fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        points.outer_iter().map(|row| self.assign(&row.to_vec())).collect()
    }

    /// All leaves with the ways to them, by their numbers.
    #[must_use]
    pub fn leaves(&self) -> Vec<Leaf<'_>> {
        let mut leaves = Vec::new();
        let mut waiting = vec![(0, Vec::new())];
        while let Some((number, steps)) = waiting.pop() {
            let Some(node) = self.nodes.get(number) else { continue };
            let Some(branch) = &node.split else {
                leaves.push(Leaf { number, node, steps });
                continue;
            };
            for (side, next) in [(Side::High, branch.high), (Side::Low, branch.low)] {
                let Some(to) = self.nodes.get(next) else { continue };
                let mut steps = steps.clone();
                steps.push(Step { from: node, branch, side, to });
                waiting.push((next, steps));
            }
        }
        leaves
    }

    /// The most splits on a way.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.leaves().iter().map(|leaf| leaf.steps.len()).max().unwrap_or(0)
    }
}

impl TryFrom<Written> for Tree {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { columns, nodes } = written;
        let mut problems = Problems::none();
        let path = Path::from("nodes");
        let classes = nodes.first().map_or(0, |root| root.weights.len());
        if classes == 0 {
            problems.add(path.clone(), Fault::Zero);
        }
        for (number, node) in nodes.iter().enumerate() {
            check_weights(node, classes, &path.item(number), &mut problems);
        }
        if order(&nodes, columns, &path, &mut problems) != nodes.len() && problems.is_empty() {
            let fault = Fault::OutOfRange { value: nodes.len() as f64 };
            problems.add(path, fault);
        }
        problems.into_result(Self { columns, nodes })
    }
}

fn check_weights(node: &Node, classes: usize, path: &Path, problems: &mut Problems<Fault>) {
    let found = node.weights.len();
    if found != classes {
        let fault = Fault::Count { what: "weights", expected: classes, found };
        problems.add(path.field("weights"), fault);
    }
    let total = node.weight();
    if !(total > 0.0 && total <= HEAVIEST * 1e20) || node.weights.iter().any(|w| *w < 0.0) {
        problems.add(path.field("weights"), Fault::OutOfRange { value: total });
    }
}

/// Walks through the tree in the order of its numbers and adds what is out of place; how many nodes
/// were met.
fn order(nodes: &[Node], columns: usize, path: &Path, problems: &mut Problems<Fault>) -> usize {
    let mut expected = 0;
    let mut waiting = vec![0];
    while let Some(number) = waiting.pop() {
        let Some(node) = nodes.get(number).filter(|_| number == expected) else {
            problems.add(path.item(number), Fault::OutOfRange { value: number as f64 });
            return expected;
        };
        expected += 1;
        let Some(branch) = &node.split else { continue };
        let place = path.item(number).field("split");
        if branch.column >= columns {
            let fault = Fault::OutOfRange { value: branch.column as f64 };
            problems.add(place.field("column"), fault);
        }
        if !is_coordinate(branch.threshold) {
            let fault = Fault::Coordinate { value: branch.threshold };
            problems.add(place.field("threshold"), fault);
        }
        waiting.extend([branch.high, branch.low]);
        if waiting.len() > super::MAX_DEPTH + 1 {
            problems.add(place, Fault::OutOfRange { value: number as f64 });
            return expected;
        }
    }
    expected
}

impl From<Tree> for Written {
    fn from(tree: Tree) -> Self {
        let Tree { columns, nodes } = tree;
        Self { columns, nodes }
    }
}
