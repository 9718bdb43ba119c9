//! Named segments of scored customers.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Fault, Rfm, RfmExplanation, RfmModel, RfmScore, RfmSpec};
use crate::feature::FeatureTable;
use crate::path::{Path, Problems};
use crate::rule::{Schema, Text, Value};
use crate::segment::grid::{Bins, CheckedGrid};
use crate::segment::migration::Cause;
use crate::segment::{Fit, Membership, Segment, Segmenter};

/// The recipe of named segments: scores by `rfm`, segments by `grid`.
///
/// ```
/// use loyalty::feature::FeatureTable;
/// use loyalty::id::CustomerId;
/// use loyalty::segment::grid::StandardGrid;
/// use loyalty::segment::rfm::{Rfm, RfmSegmentation};
/// use loyalty::segment::{Fit, Segmenter};
///
/// let table = FeatureTable::new(
///     ["recency_days", "orders(lifetime)", "spend(lifetime)"],
///     [
///         (CustomerId::new("ann")?, [Some(3.0), Some(9.0), Some(420.0)]),
///         (CustomerId::new("bob")?, [Some(200.0), Some(1.0), Some(15.0)]),
///     ],
/// )?;
/// let recipe =
///     RfmSegmentation { rfm: Rfm::default(), grid: StandardGrid::Standard125.grid().check()? };
/// let segments = recipe.fit_seeded(&table, 0)?;
/// let memberships = segments.assign_all(&table, "2026-01-31".parse()?)?;
/// assert_eq!(memberships.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RfmSegmentation {
    /// How customers are scored.
    pub rfm: Rfm,
    /// Which segment each cell of scores belongs to.
    pub grid: CheckedGrid,
}

/// Assigns customers to named segments by their scores: each to one, or to none if a value is
/// missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RfmSpec", into = "RfmSpec")]
pub struct RfmSegments {
    model: RfmModel,
    grid: CheckedGrid,
    inputs: [Text; 3],
}

impl RfmSegments {
    /// The segments of `grid` over the scores of `model`.
    ///
    /// # Errors
    /// [`Fault::GridBins`] if the grid has other scores than the model.
    pub fn new(model: RfmModel, grid: CheckedGrid) -> Result<Self, Problems<Fault>> {
        same_bins(&grid, model.bins())?;
        let inputs = model.features().map(Text::clone);
        Ok(Self { model, grid, inputs })
    }

    /// Whether the features are in `schema` and can be compared with the cuts, so that no customer
    /// goes without a segment because of a currency or a type.
    ///
    /// # Errors
    /// All features that are not in the schema or that are not numbers or money, and all cuts that
    /// cannot be compared with them.
    pub fn fit_to(&self, schema: &Schema) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        problems.absorb(&Path::from("scoring"), self.model.scoring().fit_to(schema));
        problems.into_result(())
    }

    /// What scores the customers.
    #[must_use]
    pub const fn model(&self) -> &RfmModel {
        &self.model
    }

    /// Which segment each cell of scores belongs to.
    #[must_use]
    pub const fn grid(&self) -> &CheckedGrid {
        &self.grid
    }

    /// The segment of customers with this score; `None` only if the model never gives it.
    #[must_use]
    pub fn segment(&self, score: RfmScore) -> Option<&Segment> {
        self.grid.segment(score.cell(self.grid.bins()))
    }

    /// Why a customer of whom `row` has the values of [`Segmenter::inputs`] is in a segment.
    #[must_use]
    pub fn explain(&self, row: &[Option<Value>]) -> RfmExplanation {
        let explanation = self.model.explain_row(row);
        let segment = explanation.score.and_then(|score| self.segment(score)).cloned();
        RfmExplanation { segment, ..explanation }
    }
}

impl Segmenter for RfmSegments {
    fn segments(&self) -> &[Segment] {
        self.grid.segments()
    }

    fn inputs(&self) -> &[Text] {
        &self.inputs
    }

    fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
        let segment = self.model.score_row(row).and_then(|score| self.segment(score));
        segment.map_or(Membership::none(), |segment| Membership::of(segment.id.clone()))
    }

    fn causes(
        &self,
        then: (&[Option<Value>], NaiveDate),
        now: (&[Option<Value>], NaiveDate),
    ) -> Vec<Cause> {
        self.moved(then.0, now.0)
    }
}

/// Nothing is left to chance: every seed gives the same model.
impl Fit for RfmSegmentation {
    type Model = RfmSegments;
    type Error = Problems<Fault>;

    fn fit_seeded(&self, table: &FeatureTable, _seed: u64) -> Result<RfmSegments, Self::Error> {
        same_bins(&self.grid, self.rfm.bins())?;
        RfmSegments::new(self.rfm.fit_table(table)?.model, self.grid.clone())
    }
}

fn same_bins(grid: &CheckedGrid, scores: Bins) -> Result<(), Problems<Fault>> {
    let grid = grid.bins();
    if (grid.r, grid.f) == (scores.r, scores.f) && (grid.m.is_none() || grid.m == scores.m) {
        return Ok(());
    }
    Err(Problems::one(Path::from("grid").field("bins"), Fault::GridBins { grid, scores }))
}
