//! How many points of a cohort will be redeemed in the end, as far as that can be told.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::normal::quantile;
use super::{ChainLadder, Experience, Fault, Projection, Tail, TooLittle, Triangle};
use crate::money::Percent;
use crate::path::{Path, Problems};
use crate::points::Points;

/// How many cohorts are needed to show how redemptions go on, and how many periods of the oldest.
pub const MIN_COHORTS: usize = 4;

/// How redemptions are estimated.
///
/// ```
/// use loyalty::insight::liability::Method;
///
/// let method: Method = serde_json::from_str(r#"{"level": "90%", "tail": {"factor": 1.02}}"#)?;
/// assert_eq!(method.tail.factor, 1.02);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Method {
    /// How probable it is that an interval holds the outcome.
    pub level: Percent,
    /// Which distribution an interval is taken of.
    pub shape: Shape,
    /// What is assumed of the time after the oldest cohort's age.
    pub tail: Tail,
}

impl Default for Method {
    fn default() -> Self {
        Self { level: Percent::new(95), shape: Shape::default(), tail: Tail::NONE }
    }
}

/// Which distribution an interval is taken of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Shape {
    /// The logarithm of what is still redeemed is normal, as Mack suggests: it is never negative.
    #[default]
    Lognormal,
    /// What is still redeemed is normal, cut off at nothing.
    Normal,
}

/// From a low to a high figure.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The low figure.
    pub low: f64,
    /// The high figure.
    pub high: f64,
}

/// How many points will be redeemed in the end.
///
/// Rates are parts of the points that were issued and not taken back. No more is redeemed than was
/// and is outstanding: what has expired is known to be breakage.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// How many points are redeemed in the end.
    pub ultimate: f64,
    /// Mack's standard error of that, before that is capped by what is outstanding.
    pub standard_error: f64,
    /// The ultimate redemption rate.
    pub rate: f64,
    /// Its interval.
    pub rate_range: Range,
    /// The part that is never redeemed.
    pub breakage: f64,
    /// Its interval.
    pub breakage_range: Range,
    /// Whether by the figures alone more would be redeemed than is outstanding.
    pub capped: bool,
}

/// What can be told of a cohort.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expectation {
    /// How many points will be redeemed.
    Estimate(Estimate),
    /// Why nobody can tell.
    TooLittle(TooLittle),
}

/// What can be told of all cohorts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimates {
    /// Each cohort, by its first day.
    pub cohorts: BTreeMap<NaiveDate, Expectation>,
    /// Those with an estimate together, whose errors go together because they are taken on by the
    /// same factors; if there is none, why there is none for the oldest cohort.
    pub total: Expectation,
}

impl Triangle {
    /// How many points of each cohort will be redeemed, by the [`ChainLadder`] of the periods that
    /// are over. Of a cohort of which customers hold nothing any more that is known.
    ///
    /// # Errors
    /// A level or a tail that is out of range.
    pub fn estimates(&self, method: &Method) -> Result<Estimates, Problems<Fault>> {
        method.check()?;
        let ladder = self.ladder(method.tail)?;
        let mut cohorts = BTreeMap::new();
        let mut together = Together::default();
        for (&cohort, row) in self.rows() {
            let told = match projected(row, &ladder) {
                Ok(projection) => {
                    let case = Case::of(row, projection);
                    together.add(row, case);
                    Expectation::Estimate(case.estimate(method))
                }
                Err(reason) => Expectation::TooLittle(reason),
            };
            cohorts.insert(cohort, told);
        }
        let total = match (together.estimate(&ladder, method), cohorts.values().next()) {
            (Some(total), _) => Expectation::Estimate(total),
            (None, Some(oldest)) => *oldest,
            (None, None) => Expectation::TooLittle(TooLittle::NothingIssued),
        };
        Ok(Estimates { cohorts, total })
    }

    fn ladder(&self, tail: Tail) -> Result<Result<ChainLadder, TooLittle>, Problems<Fault>> {
        let rows = self.cumulative();
        let (cohorts, periods) = (rows.len(), rows.first().map_or(0, Vec::len));
        if cohorts.min(periods) < MIN_COHORTS {
            return Ok(Err(TooLittle::ShortHistory { cohorts, periods }));
        }
        ChainLadder::fit(&rows, tail).map(Ok)
    }
}

impl Method {
    pub(super) fn check(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if !(1..10_000).contains(&self.level.basis_points()) {
            problems.add(Path::from("level"), Fault::Level { level: self.level });
        }
        self.tail.check(&Path::from("tail"), &mut problems);
        problems.into_result(())
    }

    /// Between which figures something is that is expected to be `mean`.
    fn range(&self, mean: f64, standard_error: f64) -> Range {
        let probability = f64::from(self.level.basis_points()) / 10_000.0;
        let z = quantile(0.5 + probability / 2.0);
        match self.shape {
            _ if mean <= 0.0 && self.shape == Shape::Lognormal => Range { low: 0.0, high: 0.0 },
            Shape::Lognormal => {
                let variation = standard_error / mean;
                let variance = libm::log1p(variation * variation);
                let (middle, reach) = (libm::log(mean) - variance / 2.0, z * variance.sqrt());
                let (low, high) = (libm::exp(middle - reach), libm::exp(middle + reach));
                // With a very large variance the mean lies beyond nearly all outcomes.
                Range { low: low.min(mean), high: high.max(mean) }
            }
            Shape::Normal => {
                let reach = z * standard_error;
                Range { low: (mean - reach).max(0.0), high: mean + reach }
            }
        }
    }
}

/// What is known of a cohort, or of several, and how much more of it is redeemed.
#[derive(Clone, Copy, Default)]
struct Case {
    /// What was issued and not taken back.
    kept: f64,
    redeemed: f64,
    outstanding: f64,
    /// What is still redeemed by the figures alone.
    still: f64,
    standard_error: f64,
}

impl Case {
    fn of(row: &Experience, projection: Projection) -> Self {
        let redeemed = row.redeemed.0 as f64;
        Self {
            kept: row.kept() as f64,
            redeemed,
            outstanding: row.outstanding.sum() as f64,
            still: (projection.ultimate - redeemed).max(0.0),
            standard_error: projection.standard_error,
        }
    }

    fn estimate(&self, method: &Method) -> Estimate {
        let Self { kept, redeemed, outstanding, still, standard_error } = *self;
        let range = method.range(still, standard_error);
        let ultimate = |still: f64| redeemed + still.min(outstanding);
        let rate = |still: f64| ultimate(still) / kept;
        let rate_range = Range { low: rate(range.low), high: rate(range.high) };
        let breakage_range = Range { low: 1.0 - rate_range.high, high: 1.0 - rate_range.low };
        Estimate {
            ultimate: ultimate(still),
            standard_error,
            rate: rate(still),
            rate_range,
            breakage: 1.0 - rate(still),
            breakage_range,
            capped: still > outstanding,
        }
    }
}

/// The cohorts with an estimate.
#[derive(Default)]
struct Together {
    sum: Case,
    open: Vec<Vec<f64>>,
}

impl Together {
    fn add(&mut self, row: &Experience, case: Case) {
        self.sum.kept += case.kept;
        self.sum.redeemed += case.redeemed;
        self.sum.outstanding += case.outstanding;
        self.sum.still += case.still.min(case.outstanding);
        if case.outstanding > 0.0 {
            self.open.push(row.cumulative());
        }
    }

    fn estimate(
        &self,
        ladder: &Result<ChainLadder, TooLittle>,
        method: &Method,
    ) -> Option<Estimate> {
        let open: Vec<&[f64]> = self.open.iter().map(Vec::as_slice).collect();
        let standard_error = match ladder {
            Ok(ladder) => ladder.project_sum(&open).ok()?.standard_error,
            Err(_) => 0.0,
        };
        let total = Case { standard_error, ..self.sum };
        (total.kept > 0.0).then(|| total.estimate(method))
    }
}

fn projected(
    row: &Experience,
    ladder: &Result<ChainLadder, TooLittle>,
) -> Result<Projection, TooLittle> {
    if row.kept() == 0 {
        return Err(TooLittle::NothingIssued);
    }
    if row.outstanding.sum() == 0 {
        return Ok(Projection { ultimate: row.redeemed.0 as f64, standard_error: 0.0 });
    }
    if row.by_age.is_empty() {
        return Err(TooLittle::PeriodNotOver);
    }
    ladder.as_ref().map_err(|reason| *reason)?.project(&row.cumulative())
}

impl Estimate {
    /// How many points are redeemed in the end besides those that are, in whole points.
    #[must_use]
    pub fn still(&self, redeemed: Points) -> Points {
        Points((self.ultimate - redeemed.0 as f64).round().max(0.0) as i64)
    }
}
