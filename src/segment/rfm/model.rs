//! What scores a customer.

use serde::{Deserialize, Serialize};

use super::cuts::{Better, Steps};
use super::{Fault, Figure, RfmReport, RfmScore, Scale};
use crate::feature::{FeatureTable, TableFault};
use crate::path::{Path, Problems};
use crate::rule::{Schema, Text, Value};
use crate::segment::grid::Bins;

/// How customers are scored, as it is written: with fixed thresholds by an author, with quantiles
/// by a fit.
///
/// ```
/// use loyalty::segment::rfm::{RfmScore, Scoring};
///
/// let scoring: Scoring = serde_json::from_str(r#"{
///   "recency": {"feature": "recency_days", "cuts": {"thresholds": [30, 180]}},
///   "frequency": {"feature": "orders(1y)", "cuts": {"thresholds": [2, 5]}},
///   "monetary": {"feature": "spend(1y)", "cuts": {"thresholds": ["50.00 EUR", "200.00 EUR"]}}
/// }"#)?;
/// let model = scoring.check()?;
/// let spend: loyalty::money::Money = "49.99 EUR".parse()?;
/// assert_eq!(
///     model.score(30.into(), 5.into(), spend.into()),
///     Some(RfmScore { r: 3, f: 3, m: 1 }),
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// The time since the last purchase; the less, the better.
    pub recency: Scale,
    /// How often they buy.
    pub frequency: Scale,
    /// How much they spend.
    pub monetary: Scale,
    /// What was found when quantiles were taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")
    )]
    pub report: Option<RfmReport>,
}

/// Scores customers by recency, frequency and monetary value.
///
/// The same figures always get the same score. A customer of whom one of the three is missing has
/// none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Scoring", into = "Scoring")]
pub struct RfmModel(Scoring);

impl Scoring {
    /// The model that scores in this way.
    ///
    /// # Errors
    /// All problems: too few or too many scores, cuts that cannot be compared or are not in order,
    /// and groups of cuts that do not fit the scores in which they are nested.
    pub fn check(&self) -> Result<RfmModel, Problems<Fault>> {
        let (r, f) = (usize::from(self.recency.cuts.bins()), self.frequency.cuts.bins());
        let mut problems = Problems::none();
        for ((name, scale), groups) in
            self.scales().into_iter().zip([None, Some(r), Some(r.saturating_mul(usize::from(f)))])
        {
            let path = Path::from(name).field("cuts");
            problems.absorb(&path, scale.cuts.problems(groups));
        }
        problems.into_result(RfmModel(self.clone()))
    }

    /// Whether the features are in `schema` and can be compared with the cuts.
    pub(super) fn fit_to(&self, schema: &Schema) -> Problems<Fault> {
        let mut problems = Problems::none();
        for (name, scale) in self.scales() {
            problems.absorb(&Path::from(name), scale.fit_to(schema));
        }
        problems
    }

    pub(super) const fn scales(&self) -> [(&'static str, &Scale); 3] {
        let Self { recency, frequency, monetary, .. } = self;
        [("recency", recency), ("frequency", frequency), ("monetary", monetary)]
    }
}

impl RfmModel {
    /// The three features, in the order in which rows have them: recency, frequency, monetary.
    #[must_use]
    pub fn features(&self) -> [&Text; 3] {
        self.0.scales().map(|(_, scale)| &scale.feature)
    }

    /// How many scores each dimension has.
    #[must_use]
    pub fn bins(&self) -> Bins {
        let [r, f, m] = self.0.scales().map(|(_, scale)| scale.cuts.bins());
        Bins { r, f, m: Some(m) }
    }

    /// The cuts, and what was found in the fit.
    #[must_use]
    pub const fn scoring(&self) -> &Scoring {
        &self.0
    }

    /// The scores of these figures; `None` if one cannot be compared with its cuts, such as an
    /// amount of another currency.
    #[must_use]
    pub fn score(&self, recency: Figure, frequency: Figure, monetary: Figure) -> Option<RfmScore> {
        let figures = [recency, frequency, monetary].map(Some);
        let [r, f, m] = self.judged(figures).map(|judged| judged.score);
        Some(RfmScore { r: r?, f: f?, m: m? })
    }

    /// The scores of a customer of whom `row` has the values of [`RfmModel::features`]; `None` if
    /// one of them is missing or cannot be compared.
    #[must_use]
    pub fn score_row(&self, row: &[Option<Value>]) -> Option<RfmScore> {
        let [recency, frequency, monetary] = figures(row);
        self.score(recency?, frequency?, monetary?)
    }

    /// The scores of all customers of a table, in the order of its rows.
    ///
    /// # Errors
    /// All features for which the table has no column.
    pub fn score_all(
        &self,
        table: &FeatureTable,
    ) -> Result<Vec<Option<RfmScore>>, Problems<TableFault>> {
        let columns = table.positions(self.features().map(Text::as_str))?;
        let rows = 0..table.customers().len();
        let score = |row| {
            let mut figures = columns.iter().map(|&column| Figure::of(&table.value(row, column)?));
            self.score(figures.next()??, figures.next()??, figures.next()??)
        };
        Ok(rows.map(score).collect())
    }

    /// Each dimension on its way to a score, as far as it can be told: a nested one only if the
    /// scores are known in which it is nested.
    pub(super) fn judged(&self, figures: [Option<Figure>; 3]) -> [Judged<'_>; 3] {
        let Scoring { recency, frequency, monetary, .. } = &self.0;
        let [recency_figure, frequency_figure, monetary_figure] = figures;
        let place = |score: u8| usize::from(score).saturating_sub(1);

        let r = Judged::new(recency, Better::Less, None, recency_figure);
        let group = r.score.map(place);
        let f = Judged::new(frequency, Better::More, group, frequency_figure);
        let bins = usize::from(frequency.cuts.bins());
        let group = group.zip(f.score).map(|(group, f)| group * bins + place(f));
        let m = Judged::new(monetary, Better::More, group, monetary_figure);
        [r, f, m]
    }
}

/// A dimension of a customer, on its way to a score.
pub(super) struct Judged<'a> {
    pub(super) scale: &'a Scale,
    pub(super) figure: Option<Figure>,
    /// The cuts that hold for the customer, if it is known which.
    pub(super) steps: Option<Steps<'a>>,
    pub(super) score: Option<u8>,
}

impl<'a> Judged<'a> {
    fn new(scale: &'a Scale, better: Better, group: Option<usize>, figure: Option<Figure>) -> Self {
        let steps = scale.cuts.steps(better, group);
        let score = figure.zip(steps).and_then(|(figure, steps)| steps.score(figure));
        Self { scale, figure, steps, score }
    }
}

/// The figures of a row of the three features.
pub(super) fn figures(row: &[Option<Value>]) -> [Option<Figure>; 3] {
    let figure = |at: usize| Figure::of(row.get(at)?.as_ref()?);
    [figure(0), figure(1), figure(2)]
}

impl TryFrom<Scoring> for RfmModel {
    type Error = Problems<Fault>;

    fn try_from(written: Scoring) -> Result<Self, Self::Error> {
        written.check()
    }
}

impl From<RfmModel> for Scoring {
    fn from(model: RfmModel) -> Self {
        model.0
    }
}
