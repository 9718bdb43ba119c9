//! Which clusters were joined, and how far apart they were.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::Fault;
use super::Cut;

/// Two clusters that were joined.
///
/// Of n points the numbers 0 to n - 1 are the points, and n + i is what merge i gave, as in SciPy.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The one with the lesser number.
    pub left: usize,
    /// The one with the greater number.
    pub right: usize,
    /// How far apart they were, as their linkage measures it.
    pub height: f64,
    /// The number of points that are together now.
    pub size: usize,
    /// The sum of their weights.
    pub weight: f64,
}

/// All merges, from single points to one cluster of all.
///
/// ```
/// use loyalty::cluster::{Cut, Hierarchy};
/// use ndarray::array;
///
/// let points = array![[0.0], [1.0], [9.0], [5.0]];
/// let found = Hierarchy::new(Cut::Clusters(2)).fit(points.view(), None)?;
/// let tree = found.dendrogram();
/// assert_eq!(tree.cut(Cut::Height(1.5)), [Some(0), Some(0), Some(1), Some(2)]);
/// assert_eq!(tree.cophenetic_distance(2, 3), Some(4.0));
/// assert_eq!(tree.leaf_order(), [0, 1, 2, 3]);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Dendrogram {
    points: usize,
    absent: Vec<usize>,
    merges: Vec<Merge>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    points: usize,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    absent: Vec<usize>,
    merges: Vec<Merge>,
}

/// The highest merge of some.
#[derive(Clone, Copy)]
struct Top {
    merge: usize,
    height: f64,
}

impl Dendrogram {
    pub(super) const fn found(points: usize, absent: Vec<usize>, merges: Vec<Merge>) -> Self {
        Self { points, absent, merges }
    }

    /// The number of points.
    #[must_use]
    pub const fn points(&self) -> usize {
        self.points
    }

    /// The points that are in no merge, since they have no weight.
    #[must_use]
    pub fn absent(&self) -> &[usize] {
        &self.absent
    }

    /// The merges: by height, but in their order where a linkage lets heights fall (centroid and
    /// median).
    #[must_use]
    pub fn merges(&self) -> &[Merge] {
        &self.merges
    }

    /// The cluster of each point after a cut, counted from 0 in the order of their first points;
    /// none of a point without weight.
    ///
    /// A cut into more clusters than there are points leaves each point alone, and one into none
    /// is one into one.
    #[must_use]
    pub fn cut(&self, cut: Cut) -> Vec<Option<usize>> {
        let tops = self.tops();
        let mut kept = vec![true; self.merges.len()];
        match cut {
            Cut::Height(height) => {
                kept.iter_mut().zip(&tops).for_each(|(kept, top)| *kept = top.height <= height);
            }
            Cut::Clusters(clusters) => {
                let mut order: Vec<(usize, Top)> = tops.into_iter().enumerate().collect();
                // Of equal heights the later one is above.
                order.sort_unstable_by(|(one, top), (other, another)| {
                    let height = another.height.total_cmp(&top.height);
                    height.then(another.merge.cmp(&top.merge)).then(other.cmp(one))
                });
                let mut more = clusters.saturating_sub(1);
                for together in order.chunk_by(|(_, one), (_, other)| one.merge == other.merge) {
                    let Some(rest) = more.checked_sub(together.len()) else { break };
                    more = rest;
                    for (merge, _) in together {
                        kept.get_mut(*merge).into_iter().for_each(|kept| *kept = false);
                    }
                }
            }
        }
        self.labels(&kept)
    }

    /// The highest merge at or below each merge: itself, unless heights fall.
    fn tops(&self) -> Vec<Top> {
        let mut tops: Vec<Top> = Vec::with_capacity(self.merges.len());
        for (index, merge) in self.merges.iter().enumerate() {
            let below = |child: usize| tops.get(child.checked_sub(self.points)?).copied();
            let children = [below(merge.left), below(merge.right)];
            let own = Top { merge: index, height: merge.height };
            let higher = |one: Top, other: Top| if other.height > one.height { other } else { one };
            tops.push(children.into_iter().flatten().fold(own, higher));
        }
        tops
    }

    /// The clusters of all points if just these merges are kept.
    fn labels(&self, kept: &[bool]) -> Vec<Option<usize>> {
        // The topmost kept merge above each point or merge, or itself.
        let mut tops: Vec<usize> = (0..self.points + self.merges.len()).collect();
        for (index, (merge, kept)) in self.merges.iter().zip(kept).enumerate().rev() {
            let top = tops.get(self.points + index).copied().filter(|_| *kept);
            for child in [merge.left, merge.right] {
                tops.get_mut(child).zip(top).into_iter().for_each(|(place, top)| *place = top);
            }
        }
        let mut numbers = vec![None; tops.len()];
        let mut count = 0;
        let mut present = vec![true; self.points];
        for &row in &self.absent {
            present.get_mut(row).into_iter().for_each(|present| *present = false);
        }
        let label = |(top, present): (&usize, bool)| {
            let number = numbers.get_mut(*top).filter(|_| present)?;
            Some(*number.get_or_insert_with(|| {
                count += 1;
                count - 1
            }))
        };
        tops.iter().zip(present).map(label).collect()
    }

    /// The points from left to right, so that no two branches cross in a drawing.
    #[must_use]
    pub fn leaf_order(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.points);
        let alone = || (0..self.points).filter(|row| !self.absent.contains(row)).take(1);
        let root = self.merges.len().checked_sub(1).map(|last| self.points + last);
        let mut waiting: Vec<usize> = root.map_or_else(|| alone().collect(), |root| vec![root]);
        while let Some(node) = waiting.pop() {
            match node.checked_sub(self.points).and_then(|merge| self.merges.get(merge)) {
                Some(merge) => waiting.extend([merge.right, merge.left]),
                None => order.push(node),
            }
        }
        order
    }

    /// The height at which two points come together, if both are there; 0 of a point and itself.
    #[must_use]
    pub fn cophenetic_distance(&self, left: usize, right: usize) -> Option<f64> {
        let is_there = |row: usize| row < self.points && !self.absent.contains(&row);
        if !is_there(left) || !is_there(right) {
            return None;
        }
        let (mut left, mut right) = (left, right);
        if left == right {
            return Some(0.0);
        }
        for (index, merge) in self.merges.iter().enumerate() {
            let has = |node: usize| merge.left == node || merge.right == node;
            let number = self.points + index;
            match (has(left), has(right)) {
                (true, true) => return Some(merge.height),
                (true, false) => left = number,
                (false, true) => right = number,
                (false, false) => {}
            }
        }
        None
    }

    /// The height at which each pair of points comes together, in SciPy's order: 0 with 1, 0 with
    /// 2, …, 1 with 2, …; infinite if one of them is absent.
    ///
    /// # Complexity
    /// O(n²) time and memory.
    #[must_use]
    pub fn cophenetic_distances(&self) -> Vec<f64> {
        let pairs = self.points * self.points.saturating_sub(1) / 2;
        let mut distances = vec![f64::INFINITY; pairs];
        let mut members: Vec<Vec<usize>> = (0..self.points).map(|row| vec![row]).collect();
        for merge in &self.merges {
            let mut take = |node| members.get_mut(node).map(std::mem::take).unwrap_or_default();
            let (mut left, mut right) = (take(merge.left), take(merge.right));
            for &one in &left {
                for &other in &right {
                    let (low, high) = (one.min(other), one.max(other));
                    let place = low * self.points + high - (low + 1) * (low + 2) / 2;
                    let place = distances.get_mut(place);
                    place.into_iter().for_each(|place| *place = merge.height);
                }
            }
            if left.len() < right.len() {
                std::mem::swap(&mut left, &mut right);
            }
            left.append(&mut right);
            members.push(left);
        }
        distances
    }
}

impl TryFrom<Written> for Dendrogram {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { points, absent, merges } = written;
        let mut problems = Problems::none();
        if points == 0 {
            problems.add(Path::from("points"), Fault::NoPoints);
        }
        let ordered = absent.windows(2).all(|pair| pair.first() < pair.last());
        if !ordered || absent.last().is_some_and(|last| *last >= points) {
            let value = absent.last().map_or(0.0, |last| *last as f64);
            problems.add(Path::from("absent"), Fault::OutOfRange { value });
        }
        let expected = points.saturating_sub(absent.len() + 1);
        let found = merges.len();
        if found != expected || absent.len() >= points {
            problems.add(Path::from("merges"), Fault::Count { what: "merges", expected, found });
            return problems.into_result(Self { points, absent, merges });
        }
        check_merges(points, &absent, &merges, &mut problems);
        problems.into_result(Self { points, absent, merges })
    }
}

/// Adds what no fit could have given: each number must be merged once, after it was made.
fn check_merges(points: usize, absent: &[usize], merges: &[Merge], problems: &mut Problems<Fault>) {
    let mut sizes = vec![Some(1); points];
    for &row in absent {
        sizes.get_mut(row).into_iter().for_each(|size| *size = None);
    }
    let path = Path::from("merges");
    for (index, merge) in merges.iter().enumerate() {
        let place = path.item(index);
        let mut size = 0;
        for (name, child) in [("left", merge.left), ("right", merge.right)] {
            match sizes.get_mut(child).and_then(Option::take) {
                Some(of_child) => size += of_child,
                None => {
                    let value = child as f64;
                    problems.add(place.field(name), Fault::OutOfRange { value });
                }
            }
        }
        if merge.left > merge.right {
            let value = merge.left as f64;
            problems.add(place.field("left"), Fault::OutOfRange { value });
        }
        if size != merge.size {
            let fault = Fault::Count { what: "points", expected: size, found: merge.size };
            problems.add(place.field("size"), fault);
        }
        for (name, value) in [("height", merge.height), ("weight", merge.weight)] {
            if !(0.0..f64::INFINITY).contains(&value) {
                problems.add(place.field(name), Fault::OutOfRange { value });
            }
        }
        sizes.push(Some(size));
    }
}

impl From<Dendrogram> for Written {
    fn from(dendrogram: Dendrogram) -> Self {
        let Dendrogram { points, absent, merges } = dendrogram;
        Self { points, absent, merges }
    }
}
