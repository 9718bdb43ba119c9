//! The recipe of a logistic regression.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::model::{Column, Fitted};
use super::search::{Found, Rows, descend};
use super::{Fault, LogisticModel};

/// The largest magnitude of a coordinate.
pub const LARGEST: f64 = 1e120;

/// The largest weight of a point.
pub const MOST_WEIGHT: f64 = 1e12;

/// The most columns of a matrix.
pub const MOST_COLUMNS: usize = 256;

/// The recipe of a logistic regression with a ridge.
///
/// The model makes Σ weight × loss + ½ ridge × Σ coefficient² least, where coefficients are those
/// of columns that have mean 0 and standard deviation 1, and the constant is free. That is
/// `LogisticRegression(C=1/ridge)` of scikit-learn on columns that were put through its
/// `StandardScaler`. A constant column tells nothing and gets the coefficient 0.
///
/// ```
/// use loyalty::logistic::Logistic;
/// use ndarray::array;
///
/// // The more, the likelier.
/// let points = array![[1.0], [2.0], [3.0], [4.0], [5.0], [6.0]];
/// let model = Logistic::default().fit(
///     points.view(),
///     &[false, false, true, false, true, true],
///     None,
/// )?;
/// let high = model.chance(&[6.0]).ok_or("a number")?;
/// assert!((high - 0.781_166).abs() < 1e-6);
/// assert_eq!(model.chance(&[f64::NAN]), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    /// How strongly coefficients are held at 0: from 1e-9 to 1e12; 1 without a word.
    #[serde(default = "one")]
    pub ridge: f64,
    /// The most Newton steps; 100 without a word.
    #[serde(default = "hundred")]
    pub max_iterations: usize,
}

const fn one() -> f64 {
    1.0
}

const fn hundred() -> usize {
    100
}

impl Default for Logistic {
    fn default() -> Self {
        Self { ridge: one(), max_iterations: hundred() }
    }
}

impl Logistic {
    /// The model of how likely it is that the label of a point is true; each point counts once
    /// without `weights`.
    ///
    /// It is the same bytes for any number of threads.
    ///
    /// # Errors
    /// Everything that is out of range, with its place, and labels that are all alike.
    ///
    /// # Complexity
    /// O(iterations · n · columns²).
    pub fn fit(
        &self,
        points: ArrayView2<'_, f64>,
        labels: &[bool],
        weights: Option<&[f64]>,
    ) -> Result<LogisticModel, Problems<Fault>> {
        self.check(points, labels, weights)?;
        let weights = weights.map_or_else(|| vec![1.0; labels.len()], <[f64]>::to_vec);
        let columns: Vec<Column> =
            points.columns().into_iter().map(|column| Column::of(column, &weights)).collect();
        let rows = Rows {
            width: columns.len() + 1,
            points: standardized(points, &columns),
            labels: labels.to_vec(),
            weights,
        };
        let share = rows.share();
        let mut start = vec![0.0; columns.len()];
        start.push(libm::log(share / (1.0 - share)));
        let ridges: Vec<f64> = columns.iter().map(|_| self.ridge).chain([0.0]).collect();
        let found = descend(&rows, start, &ridges, self.max_iterations);
        let points = labels.len();
        Ok(self.model(&columns, found, points, share))
    }

    fn model(&self, columns: &[Column], found: Found, points: usize, share: f64) -> LogisticModel {
        let ridge = self.ridge;
        LogisticModel::fitted(columns, Fitted { found, points, share, ridge })
    }

    /// Adds everything in the recipe that is out of range.
    pub(crate) fn check_recipe(&self, problems: &mut Problems<Fault>) {
        if !(1e-9..=1e12).contains(&self.ridge) {
            problems.add(Path::from("ridge"), Fault::Ridge { value: self.ridge });
        }
        if self.max_iterations == 0 {
            problems.add(Path::from("max_iterations"), Fault::Zero);
        }
    }

    fn check(
        &self,
        points: ArrayView2<'_, f64>,
        labels: &[bool],
        weights: Option<&[f64]>,
    ) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        self.check_recipe(&mut problems);
        let (rows, columns) = points.dim();
        if rows == 0 {
            problems.add(Path::from("points"), Fault::NoPoints);
        }
        if columns > MOST_COLUMNS {
            problems.add(Path::from("points"), Fault::Columns { found: columns });
        }
        for ((row, column), &value) in points.indexed_iter() {
            if !(-LARGEST..=LARGEST).contains(&value) {
                let path = Path::from("points").item(row).item(column);
                problems.add(path, Fault::Coordinate { value });
            }
        }
        if labels.len() != rows {
            let fault = Fault::Count { what: "labels", expected: rows, found: labels.len() };
            problems.add(Path::from("labels"), fault);
        }
        if let Some(weights) = weights.filter(|weights| weights.len() != rows) {
            let fault = Fault::Count { what: "weights", expected: rows, found: weights.len() };
            problems.add(Path::from("weights"), fault);
        }
        for (at, &value) in weights.unwrap_or_default().iter().enumerate() {
            if !(0.0..=MOST_WEIGHT).contains(&value) {
                problems.add(Path::from("weights").item(at), Fault::Weight { value });
            }
        }
        let of_kind = |kind: bool| {
            let mut weights = weights.unwrap_or_default().iter();
            let mut weight = || weights.next().copied().unwrap_or(1.0);
            labels.iter().map(|label| (*label, weight())).any(|(own, w)| own == kind && w > 0.0)
        };
        if problems.is_empty() && !(of_kind(true) && of_kind(false)) {
            problems.add(Path::from("labels"), Fault::OneKind);
        }
        problems.into_result(())
    }
}

impl Rows {
    /// The share of points of which it was true, by their weights.
    fn share(&self) -> f64 {
        let told = self.labels.iter().zip(&self.weights);
        let yes: f64 = told.filter(|(label, _)| **label).map(|(_, weight)| weight).sum();
        yes / self.weights.iter().sum::<f64>()
    }
}

/// The points in columns of mean 0 and standard deviation 1, with a 1 behind each.
fn standardized(points: ArrayView2<'_, f64>, columns: &[Column]) -> Vec<f64> {
    let row = |row: ndarray::ArrayView1<'_, f64>| {
        let scaled = row.iter().zip(columns).map(|(&x, column)| column.scaled(x));
        scaled.chain([1.0]).collect::<Vec<f64>>()
    };
    points.rows().into_iter().flat_map(row).collect()
}
