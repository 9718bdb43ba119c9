//! The tree of features that points go down, each to the nearest at every level, as scikit-learn
//! builds it.

use super::super::points::squared_distance;
use super::clustering_feature::ClusteringFeature;

/// Features with room for more, and below each of them a node if this is no leaf.
#[derive(Clone, Debug, Default)]
struct Node {
    entries: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    feature: ClusteringFeature,
    below: Option<Box<Node>>,
}

/// A tree whose leaves hold features of no more than a radius.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    root: Node,
    square: f64,
    branching: usize,
    leaves: usize,
}

impl Tree {
    pub(super) fn new(radius: f64, branching: usize) -> Self {
        Self { root: Node::default(), square: radius * radius, branching, leaves: 0 }
    }

    /// The number of features in the leaves.
    pub(super) const fn len(&self) -> usize {
        self.leaves
    }

    pub(super) fn insert(&mut self, feature: &ClusteringFeature) {
        let split = self.root.insert(feature, self.square, self.branching, &mut self.leaves);
        if split {
            let [one, other] = std::mem::take(&mut self.root).split();
            self.root.entries = vec![one, other];
        }
    }

    /// The features in the leaves, from left to right.
    pub(super) fn features(self) -> Vec<ClusteringFeature> {
        let mut features = Vec::with_capacity(self.leaves);
        let mut waiting = vec![self.root];
        while let Some(node) = waiting.pop() {
            for entry in node.entries {
                match entry.below {
                    Some(below) => waiting.push(*below),
                    None => features.push(entry.feature),
                }
            }
        }
        features
    }

    /// The squared radii that features would have with the nearest in their leaf.
    pub(super) fn joint_squares(&self) -> Vec<f64> {
        let mut squares = Vec::with_capacity(self.leaves);
        let mut waiting = vec![&self.root];
        while let Some(node) = waiting.pop() {
            waiting.extend(node.entries.iter().filter_map(|entry| entry.below.as_deref()));
            for (index, entry) in node.entries.iter().enumerate() {
                let others = node.entries.iter().enumerate().filter(|(other, _)| *other != index);
                let joint = |(_, other): (usize, &Entry)| {
                    let square = squared_distance(&entry.feature.center, &other.feature.center);
                    let ClusteringFeature { weight, scatter, .. } = other.feature;
                    entry.feature.joint_square(weight, scatter, square)
                };
                let least = others.map(joint).fold(f64::INFINITY, f64::min);
                if entry.below.is_none() && least.is_finite() {
                    squares.push(least);
                }
            }
        }
        squares
    }
}

impl Node {
    /// Whether this has more entries than it may have afterwards, and is to be split.
    fn insert(
        &mut self,
        feature: &ClusteringFeature,
        square: f64,
        branching: usize,
        leaves: &mut usize,
    ) -> bool {
        let distance = |entry: &Entry| squared_distance(&entry.feature.center, &feature.center);
        let nearest = least(self.entries.iter().map(distance));
        let found = nearest.and_then(|(at, near)| Some((at, near, self.entries.get_mut(at)?)));
        let Some((at, near, entry)) = found else {
            *leaves += 1;
            self.entries.push(Entry { feature: feature.clone(), below: None });
            return false;
        };
        match &mut entry.below {
            None => {
                let ClusteringFeature { ref center, weight, scatter } = *feature;
                if entry.feature.joint_square(weight, scatter, near) <= square {
                    entry.feature.take(center, weight, scatter, near);
                    return false;
                }
                *leaves += 1;
                self.entries.push(Entry { feature: feature.clone(), below: None });
            }
            Some(below) => {
                if !below.insert(feature, square, branching, leaves) {
                    entry.feature.take(&feature.center, feature.weight, feature.scatter, near);
                    return false;
                }
                let [one, other] = std::mem::take(below.as_mut()).split();
                self.entries.get_mut(at).into_iter().for_each(|place| *place = one.clone());
                self.entries.push(other);
            }
        }
        self.entries.len() > branching
    }

    /// Two nodes around the two entries that are farthest apart.
    fn split(self) -> [Entry; 2] {
        let mut farthest = (0, 0, 0.0);
        for (one, entry) in self.entries.iter().enumerate() {
            for (other, another) in self.entries.iter().enumerate().skip(one + 1) {
                let square = squared_distance(&entry.feature.center, &another.feature.center);
                if square > farthest.2 {
                    farthest = (one, other, square);
                }
            }
        }
        let center = |at: usize| self.entries.get(at).map(|entry| entry.feature.center.clone());
        let poles = [center(farthest.0), center(farthest.1)].map(Option::unwrap_or_default);
        let mut parts = [Node::default(), Node::default()];
        let [near, far] = &mut parts;
        for (index, entry) in self.entries.into_iter().enumerate() {
            let [to_near, to_far] =
                poles.each_ref().map(|pole| squared_distance(pole, &entry.feature.center));
            if to_near < to_far || index == farthest.0 {
                near.entries.push(entry);
            } else {
                far.entries.push(entry);
            }
        }
        parts.map(Node::entry)
    }

    /// This node as the child of an entry.
    fn entry(self) -> Entry {
        let mut features = self.entries.iter().map(|entry| &entry.feature);
        let mut sum =
            features.next().cloned().unwrap_or_else(|| ClusteringFeature::point(&[], 0.0));
        features.for_each(|feature| sum.absorb(feature));
        Entry { feature: sum, below: Some(Box::new(self)) }
    }
}

/// The least of some numbers and its place: the first of equal ones.
fn least(numbers: impl Iterator<Item = f64>) -> Option<(usize, f64)> {
    numbers.enumerate().reduce(|one, other| if other.1 < one.1 { other } else { one })
}
