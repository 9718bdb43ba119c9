//! Scores of any number of features: the kin of RFM.

use std::slice;

use serde::{Deserialize, Serialize};

use super::cuts::{Better, Scale};
use super::fit::{by_id, column, total_column};
use super::quantile::Group;
use super::{Dimension, Fault, Figure, Method, Ties};
use crate::feature::totals::Totals;
use crate::feature::{FeatureTable, Moment, TableFault};
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

/// The recipe of scores of any number of features, each from its own better end.
///
/// What stands beside recency, frequency and monetary value makes the kin of RFM: the length of the
/// relation ([`Scorecard::lrfm`]), its regularity ([`Scorecard::lrfmp`]), the time since the first
/// order ([`Scorecard::rfmt`]), or engagement instead of money ([`Scorecard::rfe`]).
///
/// Every dimension is scored alone, by the customers who have its feature; one who lacks it lacks
/// that score only.
///
/// ```
/// use loyalty::feature::FeatureTable;
/// use loyalty::id::CustomerId;
/// use loyalty::segment::rfm::Scorecard;
///
/// let card = Scorecard::lrfm(2);
/// let table = FeatureTable::new(
///     card.features().map(|name| name.as_str()),
///     [
///         (CustomerId::new("ann")?, [Some(400.0), Some(3.0), Some(9.0), Some(420.0)]),
///         (CustomerId::new("bob")?, [Some(0.0), Some(20.0), Some(1.0), Some(15.0)]),
///     ],
/// )?;
/// let fit = card.fit_table(&table)?;
/// assert_eq!(fit.scores, [[Some(2); 4], [Some(1); 4]]);
/// assert_eq!(fit.model.weighted(&fit.scores[0]), Some(8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scorecard {
    /// What is scored, in this order.
    pub dimensions: Vec<Rated>,
    /// What becomes of customers with equal values where a quantile parts them.
    #[serde(default)]
    pub ties: Ties,
}

/// One dimension of a [`Scorecard`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rated {
    /// The feature that is scored, such as `length_days`.
    pub feature: Text,
    /// How.
    pub method: Method,
    /// Which end of it is the better one; the more, without a word.
    #[serde(default)]
    pub better: Better,
    /// How much its score counts in [`ScorecardModel::weighted`]; 1 without a word.
    #[serde(default = "one")]
    pub weight: u32,
}

const fn one() -> u32 {
    1
}

/// Scores customers as the recipe and the customers of its fit have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<RatedScale>", into = "Vec<RatedScale>")]
pub struct ScorecardModel(Vec<RatedScale>);

/// One dimension of a [`ScorecardModel`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatedScale {
    /// The feature, and where one score ends and the next begins.
    pub scale: Scale,
    /// Which end of it is the better one.
    pub better: Better,
    /// How much its score counts.
    pub weight: u32,
}

/// What a fit of a [`Scorecard`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScorecardFit {
    /// The model.
    pub model: ScorecardModel,
    /// The scores of the customers of the fit in their order, a row each, in the order of the
    /// dimensions; `None` where the feature is missing.
    pub scores: Vec<Vec<Option<u8>>>,
}

impl Rated {
    /// So many scores by the quantiles of `feature`, whose end is the better one that is named.
    pub fn quantiles(feature: impl Into<Text>, bins: u8, better: Better) -> Self {
        Self { feature: feature.into(), method: Method::Quantiles(bins), better, weight: 1 }
    }

    fn dimension(&self) -> Dimension {
        Dimension { feature: self.feature.clone(), method: self.method.clone() }
    }
}

impl Scorecard {
    /// Length, recency, frequency and monetary value by so many quantiles (Chang and Tsay,
    /// *Integrating of SOM and K-mean in data mining clustering*, 2004); the length is the days
    /// from the first order to the last.
    #[must_use]
    pub fn lrfm(bins: u8) -> Self {
        let more = |feature| Rated::quantiles(feature, bins, Better::More);
        let recency = Rated::quantiles("recency_days", bins, Better::Less);
        let [length, frequency, monetary] =
            ["length_days", "orders(lifetime)", "spend(lifetime)"].map(more);
        let dimensions = vec![length, recency, frequency, monetary];
        Self { dimensions, ties: Ties::default() }
    }

    /// The same with periodicity: how little the gaps between orders spread (Peker, Kocyigit and
    /// Eren, *LRFMP model for customer segmentation in the grocery retail industry*, Marketing
    /// Intelligence & Planning 35, 2017). It takes three orders to have one.
    #[must_use]
    pub fn lrfmp(bins: u8) -> Self {
        let mut card = Self::lrfm(bins);
        card.dimensions.push(Rated::quantiles("gap_spread_days", bins, Better::Less));
        card
    }

    /// Recency, frequency, monetary value and the time since the first order.
    #[must_use]
    pub fn rfmt(bins: u8) -> Self {
        let mut card = Self::lrfm(bins);
        card.dimensions.rotate_left(1);
        if let Some(time) = card.dimensions.last_mut() {
            *time = Rated::quantiles("tenure_days", bins, Better::More);
        }
        card
    }

    /// Recency, frequency and engagement, for those who read and look rather than buy.
    #[must_use]
    pub fn rfe(bins: u8) -> Self {
        let more = |feature| Rated::quantiles(feature, bins, Better::More);
        let recency = Rated::quantiles("recency_days", bins, Better::Less);
        let dimensions = vec![recency, more("orders(lifetime)"), more("engagement(lifetime)")];
        Self { dimensions, ties: Ties::default() }
    }

    /// What is scored, in the order of the dimensions.
    pub fn features(&self) -> impl Iterator<Item = &Text> {
        self.dimensions.iter().map(|rated| &rated.feature)
    }

    /// The model of the customers of a table, with their scores in the order of its rows.
    ///
    /// # Errors
    /// All problems of the recipe, and of its features in the table.
    ///
    /// # Complexity
    /// O(n log n) for n customers and each dimension.
    pub fn fit_table(&self, table: &FeatureTable) -> Result<ScorecardFit, Problems<Fault>> {
        let mut problems = Problems::none();
        let order = by_id(table.customers(), &mut problems);
        problems.into_result(())?;
        self.fit(&order, |feature| column(table, feature))
    }

    /// The model of the customers of totals as of a moment, with their scores in the order of
    /// [`Totals::customers`].
    ///
    /// # Errors
    /// All problems of the recipe, and of its features with totals.
    ///
    /// # Complexity
    /// O(n log n) for n customers and each dimension.
    pub fn fit_totals(
        &self,
        totals: &Totals,
        moment: &Moment,
    ) -> Result<ScorecardFit, Problems<Fault>> {
        let customers = totals.customers();
        let mut order: Vec<usize> = (0..customers.len()).collect();
        order.sort_unstable_by_key(|&place| customers.get(place));
        self.fit(&order, |feature| total_column(totals, moment, feature))
    }

    /// The model of customers in the order of their ids, of whom `column` has the figures.
    fn fit(
        &self,
        order: &[usize],
        column: impl Fn(&Text) -> Result<Vec<Option<Figure>>, Problems<Fault>>,
    ) -> Result<ScorecardFit, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut scores = vec![Vec::with_capacity(self.dimensions.len()); order.len()];
        let mut scales = Vec::new();
        for (place, rated) in self.dimensions.iter().enumerate() {
            let path = Path::from("dimensions").item(place);
            let dimension = rated.dimension();
            problems.absorb(&path.field("method"), dimension.problems());
            let figures = problems.take(&path.field("feature"), column(&rated.feature));
            let Some(figures) = figures else { continue };
            let fitted = rated.fit(order, &figures, self.ties);
            let Some((scale, of_each)) = problems.take(&path, fitted) else { continue };
            scales.push(scale);
            scores.iter_mut().zip(of_each).for_each(|(row, score)| row.push(score));
        }
        problems.into_result(())?;
        Ok(ScorecardFit { model: ScorecardModel::try_from(scales)?, scores })
    }
}

impl Rated {
    /// The scale of these figures, and the scores of those who have one.
    fn fit(
        &self,
        order: &[usize],
        figures: &[Option<Figure>],
        ties: Ties,
    ) -> Result<(RatedScale, Vec<Option<u8>>), Problems<Fault>> {
        let figure = |place: &usize| figures.get(*place).copied().flatten();
        let known = order.iter().filter_map(|place| Some((*place, figure(place)?)));
        let (places, known): (Vec<usize>, Vec<Figure>) = known.unzip();
        let dimension = self.dimension();
        if places.is_empty() && matches!(self.method, Method::Quantiles(_)) {
            return Err(Problems::one(Path::from("feature"), Fault::NoCustomers));
        }
        let keys = dimension.keys(known.into_iter())?;
        let group = Group::all();
        let scored = dimension.scored(&keys, self.better, slice::from_ref(&group), ties);
        let mut scores = vec![None; figures.len()];
        for (&place, &score) in places.iter().zip(&scored.scores) {
            if let Some(cell) = scores.get_mut(place) {
                *cell = Some(score);
            }
        }
        let scale = Scale { feature: self.feature.clone(), cuts: scored.cuts };
        Ok((RatedScale { scale, better: self.better, weight: self.weight }, scores))
    }
}

impl ScorecardModel {
    /// The dimensions in their order.
    #[must_use]
    pub fn dimensions(&self) -> &[RatedScale] {
        &self.0
    }

    /// The scores of a customer of whom `row` has the values of the dimensions, in their order;
    /// `None` where one is missing or cannot be compared.
    #[must_use]
    pub fn score_row(&self, row: &[Option<Value>]) -> Vec<Option<u8>> {
        let score = |(place, rated): (usize, &RatedScale)| {
            let figure = Figure::of(row.get(place)?.as_ref()?)?;
            rated.scale.cuts.steps(rated.better, None)?.score(figure)
        };
        self.0.iter().enumerate().map(score).collect()
    }

    /// The scores of all customers of a table, in the order of its rows.
    ///
    /// # Errors
    /// All features for which the table has no column.
    pub fn score_all(
        &self,
        table: &FeatureTable,
    ) -> Result<Vec<Vec<Option<u8>>>, Problems<TableFault>> {
        let columns = table.positions(self.0.iter().map(|rated| rated.scale.feature.as_str()))?;
        let rows = 0..table.customers().len();
        Ok(rows.map(|row| self.score_row(&table.values_at(row, &columns))).collect())
    }

    /// The weighted sum of a customer's scores, to rank customers by one number; `None` if one of
    /// them is missing.
    #[must_use]
    pub fn weighted(&self, scores: &[Option<u8>]) -> Option<u64> {
        let product = |(rated, score): (&RatedScale, &Option<u8>)| {
            Some(u64::from((*score)?) * u64::from(rated.weight))
        };
        (scores.len() == self.0.len()).then(|| self.0.iter().zip(scores).map(product).sum())?
    }
}

/// Checked: cuts that cannot be compared or are not in order, and nested ones, are refused.
impl TryFrom<Vec<RatedScale>> for ScorecardModel {
    type Error = Problems<Fault>;

    fn try_from(scales: Vec<RatedScale>) -> Result<Self, Self::Error> {
        let mut problems = Problems::none();
        for (place, rated) in scales.iter().enumerate() {
            let path = Path::root().item(place).field("scale").field("cuts");
            problems.absorb(&path, rated.scale.cuts.problems(None));
        }
        problems.into_result(Self(scales))
    }
}

impl From<ScorecardModel> for Vec<RatedScale> {
    fn from(model: ScorecardModel) -> Self {
        model.0
    }
}
