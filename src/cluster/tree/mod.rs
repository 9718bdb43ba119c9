//! Decision trees: classes of points told by thresholds, so that people can read them.
//!
//! [`Cart`] is the recipe and [`Tree`] the model; [`Tree::attributions`] says what each coordinate
//! has to do with an answer. L. Breiman, J. Friedman, R. Olshen and C. Stone, "Classification and
//! Regression Trees", 1984.

mod grow;
mod model;
mod shap;
mod split;

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::Fault;
use super::points::Points;

pub use model::{Branch, Leaf, Node, Side, Step, Tree};

use grow::Growth;

/// No tree is deeper.
pub const MAX_DEPTH: usize = 64;

/// Grows a decision tree that tells classes apart: each split makes the classes on its two sides as
/// pure as one split can.
///
/// A threshold lies in the middle of the two nearest values. Of equally good splits the one of the
/// first column, and in it of the least threshold, is taken. Splits, thresholds and the meaning of
/// the limits are those of scikit-learn's `DecisionTreeClassifier`.
///
/// ```
/// use loyalty::cluster::tree::Cart;
/// use ndarray::array;
///
/// let points = array![[1.0, 5.0], [2.0, 1.0], [3.0, 4.0], [8.0, 2.0], [9.0, 6.0]];
/// let tree = Cart::default().fit(points.view(), &[0, 0, 0, 1, 1], None)?;
/// let root = tree.nodes()[0].split.ok_or("a leaf")?;
/// assert_eq!((root.column, root.threshold, tree.depth()), (0, 5.5, 1));
/// assert_eq!(tree.assign(&[7.0, 0.0]), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cart {
    /// What is made as small as possible; the Gini impurity without a word.
    pub criterion: Criterion,
    /// How many splits an answer may take, and at most [`MAX_DEPTH`]; 3 without a word.
    pub max_depth: usize,
    /// The least number of points on each side of a split; 1 without a word.
    pub min_leaf: usize,
    /// The least number of points that are split; 2 without a word.
    pub min_split: usize,
    /// By how much a split must lessen the impurity, as a share of the weight of all points; 0
    /// without a word.
    pub min_gain: f64,
}

/// How mixed the classes of some points are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Criterion {
    /// How probably two points drawn with replacement are of different classes.
    #[default]
    Gini,
    /// The entropy of the classes, in bits.
    Entropy,
}

impl Default for Cart {
    fn default() -> Self {
        Self { criterion: Criterion::Gini, max_depth: 3, min_leaf: 1, min_split: 2, min_gain: 0.0 }
    }
}

impl Cart {
    /// The tree for the rows of a matrix, each with its class; each row weighs 1 without
    /// `weights`, and a row of weight 0 does not count.
    ///
    /// Classes are numbered from 0; one that no row has is possible, and never answered.
    ///
    /// # Errors
    /// Everything in the recipe, the points, classes or weights that is out of range, with its
    /// place.
    ///
    /// # Complexity
    /// O(depth · d · n · (log n + classes)).
    pub fn fit(
        &self,
        points: ArrayView2<'_, f64>,
        classes: &[usize],
        weights: Option<&[f64]>,
    ) -> Result<Tree, Problems<Fault>> {
        let mut problems = Problems::none();
        for (name, number) in [("min_leaf", self.min_leaf), ("min_split", self.min_split)] {
            if number == 0 {
                problems.add(Path::from(name), Fault::Zero);
            }
        }
        if !(0.0..f64::INFINITY).contains(&self.min_gain) {
            problems.add(Path::from("min_gain"), Fault::OutOfRange { value: self.min_gain });
        }
        let (rows, largest) = (points.nrows(), classes.iter().copied().max().unwrap_or(0));
        if classes.len() != rows {
            let fault = Fault::Count { what: "classes", expected: rows, found: classes.len() };
            problems.add(Path::from("classes"), fault);
        } else if largest >= rows.max(1) {
            let place = classes.iter().position(|class| *class >= rows).unwrap_or(0);
            let fault = Fault::OutOfRange { value: largest as f64 };
            problems.add(Path::from("classes").item(place), fault);
        }
        let checked = problems.take(&Path::root(), Points::check(points, weights));
        match checked.filter(|_| problems.is_empty()) {
            Some(points) => Ok(Growth::new(self, &points, classes, largest + 1).tree()),
            None => Err(problems),
        }
    }
}

#[cfg(test)]
mod tests;
