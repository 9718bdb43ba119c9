//! Why a customer is in a segment and not in the next best.
//!
//! The question is about a margin: how much farther the customer is from the next best segment than
//! from their own. Each feature gets its Shapley value of that margin: what it adds, as against a
//! background. With centers ([`Metric::SquaredDistance`]) distances are squared, so that the
//! margin is a sum over the features and the values are exact, whatever their number:
//! 2 (cₒ - cₙ)(x - b), with the coordinates of the customer x, both centers and the mean background
//! b. With any other method they are exact up to
//! [`MOST_EXACT`](crate::cluster::shapley::MOST_EXACT) features, and sampled beyond.

mod sentence;

use serde::{Deserialize, Serialize};

use super::Segmenter;
use super::clustered::Clustered;
use crate::cluster::shapley::{self, Precision, Sampling};
use crate::feature::{self, FeatureTable, TableFault};
use crate::id::SegmentId;
use crate::path::Problems;
use crate::rule::{Text, Value};

/// Says why customers are in the segments of a model.
///
/// ```
/// use loyalty::cluster::KMeans;
/// use loyalty::feature::{FeatureTable, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::reason::Explainer;
/// use loyalty::segment::{Fit, Segmenter, clustered::Clusters};
///
/// let rows = [("ann", [1.0, 20.0]), ("bob", [3.0, 10.0]), ("cat", [9.0, 30.0])];
/// let rows = rows.map(|(id, row)| (CustomerId::new(id).unwrap(), row.map(Some)));
/// let table = FeatureTable::new(["orders", "age"], rows)?;
/// let columns = [("orders", Scale::Standard), ("age", Scale::Standard)];
/// let model = Clusters::new(KMeans::new(2), Preparation::new(columns)).fit_seeded(&table, 1)?;
///
/// let cat = table.values(2, model.inputs())?;
/// let reasons = Explainer::new(&model).why(&cat).ok_or("in no segment")?;
/// assert_eq!(
///     reasons.to_string(),
///     "in Cluster 2 and not in Cluster 1, because 9 orders (typical here 9; next best 2) and \
///      age 30 (typical here 30; next best 15)"
/// );
/// let sum: f64 = reasons.contributions.iter().map(|found| found.contribution).sum();
/// assert!((reasons.base + sum - reasons.margin).abs() < 1e-12);
///
/// // Against the customers themselves, instead of their mean.
/// let against = Explainer::new(&model).against(&table, 100)?;
/// assert!(against.why(&cat).is_some());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Explainer<'a> {
    model: &'a Clustered,
    background: Vec<Vec<f64>>,
    sampling: Sampling,
}

/// Why a customer is in a segment and not in another.
///
/// Its [`Display`](std::fmt::Display) is a sentence in the features' own units, with the strongest
/// reasons first and what speaks against it after "although"; [`Reasons::told`] with the host's
/// words for features.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reasons {
    /// The customer's segment.
    pub segment: SegmentId,
    /// What people call it.
    pub name: String,
    /// The segment that it is compared with: the next best, unless another was asked for.
    pub other: SegmentId,
    /// What people call that.
    pub other_name: String,
    /// Whether that is the next best.
    pub next_best: bool,
    /// How distances are measured.
    pub metric: Metric,
    /// How much farther the other segment is: more than 0, or 0 on the border.
    pub margin: f64,
    /// What it is for the background: less than 0 if that is nearer to the other segment.
    pub base: f64,
    /// Every feature, from the one that speaks for the segment most to the one that speaks against
    /// it most; the base and all contributions sum to the margin.
    pub contributions: Vec<Contribution>,
    /// How exact the contributions are.
    pub precision: Precision,
}

/// How distances from segments are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Metric {
    /// By the squared Euclidean distance of the center, in the scaled columns.
    SquaredDistance,
    /// By the method's own measure.
    Own,
}

/// What a feature has to do with it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contribution {
    /// The feature's name.
    pub feature: Text,
    /// What its numbers stand for.
    pub stands_for: feature::Measure,
    /// The customer's number in the feature's own unit (money in major units); what replaced it if
    /// the value is missing.
    pub number: f64,
    /// Whether the value is missing.
    pub missing: bool,
    /// The number at the center of the customer's segment.
    pub typical: f64,
    /// The number at the center of the other segment.
    pub other_typical: f64,
    /// What it adds to the margin: more than 0 if it speaks for the segment.
    pub contribution: f64,
}

impl<'a> Explainer<'a> {
    /// Against the mean of all customers of the fit, in the scaled columns.
    #[must_use]
    pub fn new(model: &'a Clustered) -> Self {
        Self { model, background: vec![model.mean()], sampling: Sampling::default() }
    }

    /// Against the customers of a table; where there are more than `most`, against so many that
    /// are spread evenly over its rows.
    ///
    /// Customers that are to be left out do not count; without any, the background stays.
    ///
    /// # Errors
    /// All columns that the table does not have.
    pub fn against(self, table: &FeatureTable, most: usize) -> Result<Self, Problems<TableFault>> {
        let coordinates = self.model.prepared().table(table)?;
        let Some(matrix) = coordinates.matrix().filter(|matrix| matrix.nrows() > 0) else {
            return Ok(self);
        };
        let (rows, most) = (matrix.nrows(), most.clamp(1, matrix.nrows()));
        let spread = (0..most).map(|place| place * rows / most);
        let background = spread.map(|row| matrix.row(row).to_vec()).collect();
        Ok(Self { background, ..self })
    }

    /// The same, with another sampling where contributions are sampled.
    #[must_use]
    pub fn sampling(self, sampling: Sampling) -> Self {
        Self { sampling, ..self }
    }

    /// Why a customer is in their segment and not in the next best; `values` are those of
    /// [`Segmenter::inputs`]. `None` if the customer is in no segment, or there is only one.
    #[must_use]
    pub fn why(&self, values: &[Option<Value>]) -> Option<Reasons> {
        let point = self.model.prepared().row(values)?;
        let assignment = self.model.model().assign(&point)?;
        let (own, next) = (assignment.nearest.cluster, assignment.next?.cluster);
        self.reasons(values, &point, own, next, next)
    }

    /// Why a customer is in their segment and not in this one; `None` as for [`Explainer::why`], or
    /// if it is their own or there is none of that id.
    #[must_use]
    pub fn why_not(&self, values: &[Option<Value>], other: &SegmentId) -> Option<Reasons> {
        let point = self.model.prepared().row(values)?;
        let assignment = self.model.model().assign(&point)?;
        let (own, next) = (assignment.nearest.cluster, assignment.next?.cluster);
        let other = self.model.position(other).filter(|other| *other != own)?;
        self.reasons(values, &point, own, other, next)
    }

    fn reasons(
        &self,
        values: &[Option<Value>],
        point: &[f64],
        own: usize,
        other: usize,
        next: usize,
    ) -> Option<Reasons> {
        let model = self.model;
        let margin = |at: &[f64]| {
            let distances = model.measured(at);
            let both = distances.and_then(|all| Some(all.get(other)? - all.get(own)?));
            both.unwrap_or(f64::NAN)
        };
        let found = match self.by_centers(point, own, other) {
            Some(found) => found,
            None => shapley::attribute(point, &self.background, &self.sampling, margin)?,
        };
        let by_centers = model.is_by_centers();
        let (segment, compared) = (model.segments().get(own)?, model.segments().get(other)?);
        let mut contributions = self.contributions(values, point, own, other, &found.values)?;
        contributions.sort_by(|left, right| right.contribution.total_cmp(&left.contribution));
        Some(Reasons {
            segment: segment.id.clone(),
            name: segment.name.clone(),
            other: compared.id.clone(),
            other_name: compared.name.clone(),
            next_best: other == next,
            metric: if by_centers { Metric::SquaredDistance } else { Metric::Own },
            margin: margin(point),
            base: found.base,
            contributions,
            precision: found.precision,
        })
    }

    /// The closed form, where distances are those of centers.
    fn by_centers(&self, point: &[f64], own: usize, other: usize) -> Option<shapley::Attribution> {
        let clusters = self.model.is_by_centers().then(|| self.model.model().clusters())?;
        let (own, other) = (&clusters.get(own)?.center, &clusters.get(other)?.center);
        let count = self.background.len() as f64;
        let mut base = 0.0;
        let mut values = Vec::with_capacity(point.len());
        for (index, ((x, own), other)) in point.iter().zip(own).zip(other).enumerate() {
            let farther = |x: f64| (x - other) * (x - other) - (x - own) * (x - own);
            let column = self.background.iter().filter_map(|row| row.get(index));
            let mean = column.map(|x| farther(*x)).sum::<f64>() / count;
            base += mean;
            values.push(farther(*x) - mean);
        }
        let finite = base.is_finite() && values.iter().all(|value| value.is_finite());
        finite.then_some(shapley::Attribution { base, values, precision: Precision::Exact })
    }

    fn contributions(
        &self,
        values: &[Option<Value>],
        point: &[f64],
        own: usize,
        other: usize,
        added: &[f64],
    ) -> Option<Vec<Contribution>> {
        let numbers = self.model.prepared().undo_row(point)?;
        let centers = self.model.centers();
        let (own, other) = (centers.get(own)?, centers.get(other)?);
        let columns = self.model.prepared().columns().iter().zip(values).zip(numbers);
        let typical = own.iter().zip(other).zip(added);
        let mut contributions = Vec::with_capacity(point.len());
        for (((column, value), undone), ((typical, other), added)) in columns.zip(typical) {
            let told = value.as_ref().and_then(|value| feature::Measure::Number.number(value));
            contributions.push(Contribution {
                feature: column.name.clone(),
                stands_for: column.measure,
                number: told.unwrap_or(undone),
                missing: value.is_none(),
                typical: *typical,
                other_typical: *other,
                contribution: *added,
            });
        }
        Some(contributions)
    }
}
