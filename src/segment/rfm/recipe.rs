//! How customers are to be scored, before anything is known of them.

use serde::{Deserialize, Serialize};

use super::cuts::{bins_of, unsteady};
use super::{Fault, Figure, RfmModel, RfmScore};
use crate::path::{Path, Problems};
use crate::rule::Text;
use crate::segment::grid::{Bins, MAX_BINS, MIN_BINS};

/// The recipe of an RFM model: which features, how many scores, and what becomes of ties.
///
/// By default the scores are quintiles of the days since the last order, of the number of orders
/// and of their sum, over the whole lifetime; equal values share a score.
///
/// ```
/// use loyalty::feature::FeatureTable;
/// use loyalty::id::CustomerId;
/// use loyalty::segment::rfm::{Dimension, Rfm};
///
/// let table = FeatureTable::new(
///     ["recency_days", "orders(lifetime)", "spend(lifetime)"],
///     [
///         (CustomerId::new("ann")?, [Some(3.0), Some(9.0), Some(420.0)]),
///         (CustomerId::new("bob")?, [Some(200.0), Some(1.0), Some(15.0)]),
///     ],
/// )?;
/// let halves = Rfm {
///     recency: Dimension::quantiles("recency_days", 2),
///     frequency: Dimension::quantiles("orders(lifetime)", 2),
///     monetary: Dimension::quantiles("spend(lifetime)", 2),
///     ..Rfm::default()
/// };
/// let fit = halves.fit_table(&table)?;
/// let codes: Vec<String> = fit.scores.iter().flatten().map(ToString::to_string).collect();
/// assert_eq!(codes, ["222", "111"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rfm {
    /// The time since the last purchase; the less, the better.
    pub recency: Dimension,
    /// How often they buy.
    pub frequency: Dimension,
    /// How much they spend.
    pub monetary: Dimension,
    /// What becomes of customers with equal values where a quantile parts them.
    pub ties: Ties,
    /// Of whom the quantiles of frequency and monetary are taken.
    pub nesting: Nesting,
}

/// How one dimension is to be scored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dimension {
    /// The feature that is scored, such as `orders(1y)`.
    pub feature: Text,
    /// How.
    pub method: Method,
}

/// How a feature is scored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// So many scores, 2 to 9, for as nearly equal numbers of customers as their ties allow.
    ///
    /// The cut after the k-th of b scores is the ⌈n·k/b⌉-th smallest of n values, and belongs to
    /// the lower score: the inverse of the distribution function, type 1 of Hyndman and Fan,
    /// *Sample Quantiles in Statistical Packages*, The American Statistician 50 (1996). Every cut
    /// is a value that occurred, so that no rounding decides a score.
    Quantiles(u8),
    /// One score more than these values, each of which must be reached for the next better score:
    /// at least that much, or for recency at most that much.
    Thresholds(Vec<Figure>),
}

/// What becomes of customers with equal values where a quantile parts them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// Equal values always get one score: the lowest of those that they span, or for recency the
    /// best.
    ///
    /// Heavy ties leave scores unused: if half of all customers bought once, score 1 of five has
    /// half of them, score 2 has none, and score 3 begins at the second order. The
    /// [report](super::RfmReport) tells it.
    #[default]
    Share,
    /// Customers are ranked by value and then by id, the smaller id as if its value were smaller,
    /// and the ranks are cut into equal parts, as `rank(method="first")` does in pandas.
    ///
    /// Only the scores of the fit itself ([`RfmFit::scores`]) are spread: two of them with equal
    /// values may differ for no other reason than an id. The model knows only values; whoever it
    /// scores later, be it a customer of the fit, gets what equal values would share.
    Spread,
}

/// Of whom the quantiles of frequency and monetary are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nesting {
    /// Of all customers.
    #[default]
    Independent,
    /// Frequency of those with the same recency score, monetary of those with the same recency and
    /// frequency scores. Where a cell has nobody, the quantiles of the next wider group stand in.
    Nested,
}

/// What a fit gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RfmFit {
    /// The model, whose [`Scoring::report`](super::Scoring::report) tells what was found.
    pub model: RfmModel,
    /// The scores of the customers of the fit in their order, `None` if a value is missing.
    pub scores: Vec<Option<RfmScore>>,
}

impl Default for Rfm {
    fn default() -> Self {
        Self {
            recency: Dimension::quantiles("recency_days", 5),
            frequency: Dimension::quantiles("orders(lifetime)", 5),
            monetary: Dimension::quantiles("spend(lifetime)", 5),
            ties: Ties::Share,
            nesting: Nesting::Independent,
        }
    }
}

impl Dimension {
    /// So many scores, by the quantiles of `feature`.
    pub fn quantiles(feature: impl Into<Text>, bins: u8) -> Self {
        Self { feature: feature.into(), method: Method::Quantiles(bins) }
    }

    /// One score more than `thresholds` of `feature`.
    pub fn thresholds<F: Into<Figure>>(
        feature: impl Into<Text>,
        thresholds: impl IntoIterator<Item = F>,
    ) -> Self {
        let thresholds = thresholds.into_iter().map(Into::into).collect();
        Self { feature: feature.into(), method: Method::Thresholds(thresholds) }
    }

    /// What is wrong with how it is scored.
    pub(super) fn problems(&self) -> Problems<Fault> {
        match &self.method {
            Method::Quantiles(bins) if !(MIN_BINS..=MAX_BINS).contains(bins) => {
                let bins = usize::from(*bins);
                Problems::one(Path::from("quantiles"), Fault::Bins { bins })
            }
            Method::Quantiles(_) => Problems::none(),
            Method::Thresholds(cuts) => {
                let mut problems = Problems::none();
                problems.absorb(&Path::from("thresholds"), unsteady(cuts, |it| it.is_lt()));
                problems
            }
        }
    }

    fn bins(&self) -> u8 {
        match &self.method {
            Method::Quantiles(bins) => *bins,
            Method::Thresholds(cuts) => bins_of(cuts.len()),
        }
    }
}

impl Rfm {
    /// How many scores each dimension has.
    #[must_use]
    pub fn bins(&self) -> Bins {
        let [r, f, m] = self.dimensions().map(|(_, dimension)| dimension.bins());
        Bins { r, f, m: Some(m) }
    }

    pub(super) const fn dimensions(&self) -> [(&'static str, &Dimension); 3] {
        let Self { recency, frequency, monetary, .. } = self;
        [("recency", recency), ("frequency", frequency), ("monetary", monetary)]
    }

    /// What is wrong with the recipe itself, whatever the customers.
    pub(super) fn problems(&self) -> Problems<Fault> {
        let mut problems = Problems::none();
        for (name, dimension) in self.dimensions() {
            problems.absorb(&Path::from(name).field("method"), dimension.problems());
        }
        problems
    }
}
