//! Whether segments differ in what happened afterwards.

mod told;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::{CustomerId, SegmentId};
use crate::path::{Path, Problems};
use crate::segment::{Membership, Segment};
use crate::stats::{Confidence, Estimate, Evidence, Moments, Proportion};
use crate::stats::{chi_squared, kruskal_wallis, welch};

/// A period after a fit, in which it is looked what became of the customers of each segment.
///
/// ```
/// use std::collections::BTreeMap;
/// use loyalty::id::{CustomerId, SegmentId};
/// use loyalty::segment::{Membership, Segment};
/// use loyalty::segment::outcome::Validation;
///
/// let segments = ["often", "seldom"].map(|id| SegmentId::new(id).map(|it| Segment::new(it, id)));
/// let [often, seldom] = segments;
/// let segments = [often?, seldom?];
/// let (mut members, mut answered) = (BTreeMap::new(), BTreeMap::new());
/// for at in 0..300 {
///     let customer = CustomerId::new(format!("c{at}"))?;
///     let segment = if at < 100 { &segments[0] } else { &segments[1] };
///     members.insert(customer.clone(), Membership::of(segment.id.clone()));
///     // 30 of 100 answered, and 20 of 200.
///     answered.insert(customer, at < 30 || (100..120).contains(&at));
/// }
/// let (fit, from) = ("2026-03-01".parse()?, "2026-03-02".parse()?);
/// let after = Validation::new(fit, from, "2026-04-01".parse()?);
/// let found = after.answers(&segments, &members, &answered)?;
/// assert_eq!(
///     found.sentences(&segments),
///     [
///         "often: 30 of 100 (30.0 %, 21.9 to 39.6), 3.00 times the others (1.79 to 4.92)",
///         "seldom: 20 of 200 (10.0 %, 6.6 to 14.9), 0.33 times the others (0.20 to 0.56)",
///         "the segments differ: a chance of less than 0.001 without any difference",
///     ],
/// );
/// let early = Validation { from: "2026-02-15".parse()?, ..after };
/// assert_eq!(
///     early.answers(&segments, &members, &answered).unwrap_err().to_string(),
///     "`from`: what happened from 2026-02-15 on is not after the fit on data up to 2026-03-01",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// The last date of the data that the segments were fitted on, and as of which customers were
    /// assigned.
    pub fitted_on: NaiveDate,
    /// The first date on which outcomes count.
    pub from: NaiveDate,
    /// The last date on which outcomes count.
    pub until: NaiveDate,
    /// The confidence of all intervals; 0.95 without a word.
    #[serde(default)]
    pub confidence: Confidence,
}

/// Why segments cannot be validated.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum OutcomeFault {
    /// What a model was fitted on cannot validate it.
    #[error("what happened from {from} on is not after the fit on data up to {fitted_on}")]
    NotAfter {
        /// The first date of the outcomes.
        from: NaiveDate,
        /// The last date of the data of the fit.
        fitted_on: NaiveDate,
    },
    /// The period ends before it begins.
    #[error("the period ends on {until}, before it begins on {from}")]
    NoPeriod {
        /// The first date of the outcomes.
        from: NaiveDate,
        /// The last.
        until: NaiveDate,
    },
    /// No customer in a segment has an outcome.
    #[error("no customer who is in a segment has an outcome")]
    NoOutcomes,
    /// An outcome is NaN or infinite.
    #[error("the outcome of customer `{customer}` is no finite number")]
    NotFinite {
        /// The customer.
        customer: CustomerId,
    },
}

/// What became of the customers of each segment, and whether segments differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validated {
    /// The segments, in their order.
    pub rows: Vec<Lift>,
    /// All customers who are in a segment and have an outcome.
    pub all: Outcomes,
    /// Whether segments differ in their counts (of yes and no), their ranks and their means (of
    /// numbers): for this each customer counts once, in the weightiest segment. Empty if there are
    /// not two segments to compare.
    pub tests: Vec<Evidence>,
    /// The confidence of the intervals.
    pub confidence: Confidence,
    /// How many customers in segments have no outcome, and do not count.
    pub without: u64,
}

/// What became of the customers of one segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lift {
    /// The segment.
    pub segment: SegmentId,
    /// What became of its customers.
    pub outcomes: Outcomes,
    /// The rate or the mean; none of nobody, of a mean also of a single one.
    pub estimate: Option<Estimate>,
    /// How many times that of the customers who are not in it, where that can be told.
    pub ratio: Option<Estimate>,
    /// How much more than that of the customers who are not in it.
    pub difference: Option<Estimate>,
}

/// What became of some customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Outcomes {
    /// How many said yes, bought, or left.
    Answers(Proportion),
    /// What they spent, or another number of each.
    Amounts(Moments),
}

impl Validation {
    /// Of segments fitted on data up to a date, by what happened from one date to another, both
    /// included.
    #[must_use]
    pub const fn new(fitted_on: NaiveDate, from: NaiveDate, until: NaiveDate) -> Self {
        Self { fitted_on, from, until, confidence: Confidence::USUAL }
    }

    /// By outcomes that are yes or no, such as an answer, a purchase or a departure. Who is in
    /// several segments counts in the row of each.
    ///
    /// # Errors
    /// Outcomes that are not after the fit, a period that ends before it begins, or no outcomes.
    pub fn answers(
        &self,
        segments: &[Segment],
        members: &BTreeMap<CustomerId, Membership>,
        outcomes: &BTreeMap<CustomerId, bool>,
    ) -> Result<Validated, Problems<OutcomeFault>> {
        let counted = Counted::of(segments, members, outcomes, |_, _| Ok(()));
        let counted: Counted<bool, Proportion> = self.checked(counted)?;
        let lift = |part: &Part<bool, Proportion>| Lift {
            segment: part.segment.clone(),
            outcomes: Outcomes::Answers(part.own),
            estimate: part.own.wilson(self.confidence),
            ratio: part.own.ratio(&part.others, self.confidence),
            difference: part.own.difference(&part.others, self.confidence),
        };
        let row = |part: &Part<bool, Proportion>| {
            let yes = part.primary.iter().filter(|yes| **yes).count();
            vec![yes as u64, (part.primary.len() - yes) as u64]
        };
        let table: Vec<Vec<u64>> = counted.parts.iter().map(row).collect();
        Ok(Validated {
            rows: counted.parts.iter().map(lift).collect(),
            all: Outcomes::Answers(counted.all),
            tests: chi_squared(&table).into_iter().collect(),
            confidence: self.confidence,
            without: counted.without,
        })
    }

    /// By outcomes that are numbers, such as what customers spent; who spent nothing has a 0. Who
    /// is in several segments counts in the row of each.
    ///
    /// ```
    /// # use std::collections::BTreeMap;
    /// # use loyalty::id::{CustomerId, SegmentId};
    /// # use loyalty::segment::{Membership, Segment, outcome::Validation};
    /// # let segment = Segment::new(SegmentId::new("all")?, "All");
    /// # let membership = Membership::of(segment.id.clone());
    /// # let members = BTreeMap::from([(CustomerId::new("ann")?, membership)]);
    /// let spent = BTreeMap::from([(CustomerId::new("ann")?, 12.5)]);
    /// let (fit, from) = ("2026-03-01".parse()?, "2026-03-02".parse()?);
    /// let after = Validation::new(fit, from, "2026-04-01".parse()?);
    /// let found = after.amounts(&[segment], &members, &spent)?;
    /// assert!(found.rows[0].estimate.is_none() && found.tests.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Validation::answers`], and outcomes that are not finite.
    pub fn amounts(
        &self,
        segments: &[Segment],
        members: &BTreeMap<CustomerId, Membership>,
        outcomes: &BTreeMap<CustomerId, f64>,
    ) -> Result<Validated, Problems<OutcomeFault>> {
        let counted = Counted::of(segments, members, outcomes, |customer, amount| {
            let fault = || OutcomeFault::NotFinite { customer: customer.clone() };
            if amount.is_finite() { Ok(()) } else { Err(fault()) }
        });
        let counted: Counted<f64, Moments> = self.checked(counted)?;
        let lift = |part: &Part<f64, Moments>| Lift {
            segment: part.segment.clone(),
            outcomes: Outcomes::Amounts(part.own),
            estimate: part.own.interval(self.confidence),
            ratio: part.own.ratio(&part.others, self.confidence),
            difference: part.own.difference(&part.others, self.confidence),
        };
        let rows = counted.parts.iter().map(lift).collect();
        let samples: Vec<Vec<f64>> = counted.parts.into_iter().map(|part| part.primary).collect();
        let means = samples.iter().map(|sample| Moments::of(sample.iter().copied()));
        let means: Vec<Moments> = means.filter(|mean| mean.count > 1).collect();
        Ok(Validated {
            rows,
            all: Outcomes::Amounts(counted.all),
            tests: kruskal_wallis(&samples).into_iter().chain(welch(&means)).collect(),
            confidence: self.confidence,
            without: counted.without,
        })
    }

    /// What was counted, if it can validate anything.
    fn checked<T, C>(
        &self,
        counted: Result<Counted<T, C>, Problems<OutcomeFault>>,
    ) -> Result<Counted<T, C>, Problems<OutcomeFault>> {
        let Self { fitted_on, from, until, .. } = *self;
        let mut problems = Problems::none();
        if from <= fitted_on {
            problems.add(Path::from("from"), OutcomeFault::NotAfter { from, fitted_on });
        }
        if until < from {
            problems.add(Path::from("until"), OutcomeFault::NoPeriod { from, until });
        }
        let counted = problems.take(&Path::from("outcomes"), counted);
        match (counted, problems.is_empty()) {
            (Some(counted), true) => Ok(counted),
            _ => Err(problems),
        }
    }
}

/// Outcomes by segment.
struct Counted<T, C> {
    parts: Vec<Part<T, C>>,
    all: C,
    without: u64,
}

/// Outcomes as seen from one segment.
struct Part<T, C> {
    segment: SegmentId,
    /// Of its customers.
    own: C,
    /// Of all customers in segments who are not in it.
    others: C,
    /// Of those whose weightiest segment it is.
    primary: Vec<T>,
}

/// What outcomes are counted in.
trait Count<T>: Copy + Default {
    fn count(&mut self, outcome: T);
}

impl Count<bool> for Proportion {
    fn count(&mut self, outcome: bool) {
        self.hits += u64::from(outcome);
        self.of += 1;
    }
}

impl Count<f64> for Moments {
    fn count(&mut self, outcome: f64) {
        self.add(outcome);
    }
}

impl<T: Copy, C: Count<T>> Counted<T, C> {
    fn of(
        segments: &[Segment],
        members: &BTreeMap<CustomerId, Membership>,
        outcomes: &BTreeMap<CustomerId, T>,
        check: impl Fn(&CustomerId, T) -> Result<(), OutcomeFault>,
    ) -> Result<Self, Problems<OutcomeFault>> {
        let part = |segment: &Segment| {
            let (own, others, primary) = (C::default(), C::default(), Vec::new());
            Part { segment: segment.id.clone(), own, others, primary }
        };
        let mut parts: Vec<Part<T, C>> = segments.iter().map(part).collect();
        let (mut all, mut some, mut without) = (C::default(), false, 0);
        let mut problems = Problems::none();
        for (customer, membership) in members.iter().filter(|(_, found)| !found.is_empty()) {
            let Some(&outcome) = outcomes.get(customer) else {
                without += 1;
                continue;
            };
            if let Err(fault) = check(customer, outcome) {
                problems.add(Path::root(), fault);
                continue;
            }
            some = true;
            all.count(outcome);
            for part in &mut parts {
                let is_in = membership.contains(&part.segment);
                if is_in {
                    part.own.count(outcome)
                } else {
                    part.others.count(outcome)
                }
                if membership.primary() == Some(&part.segment) {
                    part.primary.push(outcome);
                }
            }
        }
        if !some && problems.is_empty() {
            problems.add(Path::root(), OutcomeFault::NoOutcomes);
        }
        problems.into_result(Self { parts, all, without })
    }
}
