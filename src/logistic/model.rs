//! A fitted logistic regression.

use ndarray::ArrayView1;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::matrix::Root;
use super::search::{Found, logistic};
use super::{Fault, LARGEST, MOST_COLUMNS};

/// Beyond these log-odds a point is told for certain.
const CERTAIN: f64 = 15.0;

/// How likely something is, given a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct LogisticModel {
    constant: f64,
    coefficients: Vec<Coefficient>,
    report: Option<Report>,
}

/// What a column adds to the log-odds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coefficient {
    /// What a standard deviation more adds.
    pub standardized: f64,
    /// The column's mean among the points of the fit.
    pub mean: f64,
    /// The column's standard deviation among them; 1 if it is constant.
    pub deviation: f64,
    /// The standard error of `standardized`, if the model was fitted: from the second derivatives
    /// with the ridge, so that it is too small rather than too large for a strong ridge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
}

/// How the model was fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// How many points there were.
    pub points: usize,
    /// The share of them of which it was true, by their weights.
    pub share: f64,
    /// The log-likelihood, without the ridge.
    pub log_likelihood: f64,
    /// The ridge.
    pub ridge: f64,
    /// The standard error of the constant at the mean of all columns.
    pub error: f64,
    /// How many steps it took.
    pub iterations: usize,
    /// Whether the least loss was found.
    pub converged: bool,
    /// What is to be known of it besides.
    pub notes: Vec<Note>,
}

/// What is to be known of a fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Note {
    /// All points are told apart without a mistake: only the ridge holds the coefficients, and
    /// chances near 0 and 1 say less than they seem to.
    Separable,
    /// A column has one value in all points.
    Constant {
        /// The column, counted from 0.
        column: usize,
    },
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    constant: f64,
    coefficients: Vec<Coefficient>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
}

impl TryFrom<Stored> for LogisticModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { constant, coefficients, report } = stored;
        Ok(Self { report, ..Self::new(constant, coefficients)? })
    }
}

impl From<LogisticModel> for Stored {
    fn from(model: LogisticModel) -> Self {
        let LogisticModel { constant, coefficients, report } = model;
        Self { constant, coefficients, report }
    }
}

impl LogisticModel {
    /// A model with known coefficients; `constant` are the log-odds at the mean of all columns.
    ///
    /// # Errors
    /// Everything that is out of range, with its place.
    pub fn new(constant: f64, coefficients: Vec<Coefficient>) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut check = |path: Path, value: f64, sound: bool| {
            if !sound {
                problems.add(path, Fault::OutOfRange { value });
            }
        };
        check(Path::from("constant"), constant, constant.abs() <= LARGEST);
        for (at, one) in coefficients.iter().enumerate() {
            let path = Path::from("coefficients").item(at);
            let own = one.standardized;
            check(path.field("standardized"), own, own.abs() <= LARGEST);
            check(path.field("mean"), one.mean, one.mean.abs() <= LARGEST);
            let wide = one.deviation > 0.0 && one.deviation <= 2.0 * LARGEST;
            check(path.field("deviation"), one.deviation, wide);
        }
        if coefficients.len() > MOST_COLUMNS {
            let fault = Fault::Columns { found: coefficients.len() };
            problems.add(Path::from("coefficients"), fault);
        }
        problems.into_result(Self { constant, coefficients, report: None })
    }

    pub(super) fn fitted(columns: &[Column], fitted: Fitted) -> Self {
        let Fitted { found, points, share, ridge } = fitted;
        let variances = Root::of(&found.curvature).map(|root| root.inverse());
        let error = |at: usize| {
            let variance = variances.as_ref()?.get(at)?.get(at)?;
            Some(variance.sqrt())
        };
        let coefficients = columns.iter().zip(&found.place).enumerate().map(|(at, (column, x))| {
            let Column { mean, deviation, .. } = *column;
            Coefficient { standardized: *x, mean, deviation, error: error(at) }
        });
        let coefficients: Vec<Coefficient> = coefficients.collect();
        let mut notes = Vec::new();
        // Where points are told apart, the mean loss has nothing left but what the ridge costs.
        if found.loss / (points as f64) < libm::exp(-CERTAIN) {
            notes.push(Note::Separable);
        }
        let constant = columns.iter().enumerate().filter(|(_, column)| column.is_constant);
        notes.extend(constant.map(|(column, _)| Note::Constant { column }));
        let report = Report {
            points,
            share,
            log_likelihood: -found.loss,
            ridge,
            error: error(columns.len()).unwrap_or(f64::MAX),
            iterations: found.iterations,
            converged: found.converged,
            notes,
        };
        let constant = found.place.last().copied().unwrap_or_default();
        Self { constant, coefficients, report: Some(report) }
    }

    /// The log-odds at the mean of all columns.
    #[must_use]
    pub const fn constant(&self) -> f64 {
        self.constant
    }

    /// What each column adds.
    #[must_use]
    pub fn coefficients(&self) -> &[Coefficient] {
        &self.coefficients
    }

    /// How it was fitted, if it was.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// How likely it is of a point; `None` if it has another number of coordinates, or one that is
    /// not finite.
    #[must_use]
    pub fn chance(&self, point: &[f64]) -> Option<f64> {
        self.log_odds(point).map(logistic)
    }

    /// The log-odds of a point.
    #[must_use]
    pub fn log_odds(&self, point: &[f64]) -> Option<f64> {
        Some(self.constant + self.additions(point)?.iter().sum::<f64>())
    }

    /// What each coordinate of a point adds to the log-odds of the mean.
    ///
    /// ```
    /// use loyalty::logistic::{Coefficient, LogisticModel};
    ///
    /// let one = Coefficient { standardized: 2.0, mean: 10.0, deviation: 5.0, error: None };
    /// let model = LogisticModel::new(-1.0, vec![one])?;
    /// assert_eq!(model.additions(&[15.0]), Some(vec![2.0]));
    /// assert_eq!(model.log_odds(&[15.0]), Some(1.0));
    /// # Ok::<(), loyalty::path::Problems<loyalty::logistic::Fault>>(())
    /// ```
    #[must_use]
    pub fn additions(&self, point: &[f64]) -> Option<Vec<f64>> {
        let sound = point.len() == self.coefficients.len();
        let sound = sound && point.iter().all(|x| x.abs() <= LARGEST);
        sound.then(|| {
            let added = |(one, x): (&Coefficient, &f64)| {
                one.standardized * ((x - one.mean) / one.deviation)
            };
            self.coefficients.iter().zip(point).map(added).collect()
        })
    }
}

/// How a column is spread.
pub(super) struct Column {
    pub(super) mean: f64,
    pub(super) deviation: f64,
    pub(super) is_constant: bool,
}

/// What a search found, and in what.
pub(super) struct Fitted {
    pub(super) found: Found,
    pub(super) points: usize,
    pub(super) share: f64,
    pub(super) ridge: f64,
}

impl Column {
    pub(super) fn of(values: ArrayView1<'_, f64>, weights: &[f64]) -> Self {
        let total: f64 = weights.iter().sum();
        let first = values.first().copied().unwrap_or_default();
        let counted = || values.iter().zip(weights).filter(|(_, weight)| **weight > 0.0);
        // From the first value on, so that a constant column has it for its mean.
        let mean = first + counted().map(|(x, w)| (x - first) * (w / total)).sum::<f64>();
        let square = counted().map(|(x, w)| (x - mean) * (x - mean) * (w / total)).sum::<f64>();
        let deviation = square.sqrt();
        let least = 1e-13 * mean.abs();
        let is_constant = !(deviation > least && deviation > f64::MIN_POSITIVE);
        Self { mean, deviation: if is_constant { 1.0 } else { deviation }, is_constant }
    }

    pub(super) fn scaled(&self, x: f64) -> f64 {
        if self.is_constant { 0.0 } else { (x - self.mean) / self.deviation }
    }
}
