//! The recipe: what it is to lapse, and by which rule it is told.

use chrono::{DateTime, Utc};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::calendar::{Span, Unit, Zone};
use crate::clv::{AttritionModel, Kind, LatentAttrition, Outcome, Repeat, Repeats};
use crate::event::{Orders, Purchases};
use crate::logistic::{Logistic, LogisticModel};
use crate::parallel;
use crate::path::{Path, Problems};

use super::model::{Fitted, Known};
use super::signs::{Signs, before, lapsed};
use super::{ChurnModel, Fault};

/// The most dates to learn from.
pub const MOST_DATES: usize = 120;

/// The recipe of who is leaving.
///
/// ```
/// use loyalty::churn::Churn;
///
/// let churn: Churn = serde_json::from_str(r#"{
///   "lapse": "28d", "least_orders": 5, "rule": {"trained": {"dates": {"last": 6}}}
/// }"#)?;
/// assert_eq!(churn.lapse, "28d".parse()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Churn {
    /// Who buys nothing in this span from a date on has lapsed at that date.
    pub lapse: Span,
    /// Customers with fewer orders before a date are not looked at; 1 without a word.
    #[serde(default = "one")]
    pub least_orders: usize,
    /// How it is told.
    pub rule: Rule,
}

/// How it is told who is leaving.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Rule {
    /// Who has bought nothing for a span.
    Inactivity(Span),
    /// Who has bought nothing for so many times their own mean gap, or the mean of the program's
    /// customers if they have none.
    PersonalGap {
        /// How many times.
        multiple: f64,
    },
    /// Who has left for good according to a model of repeat purchases, where orders of one day
    /// count as one.
    PAlive(Kind),
    /// Who is likely to lapse according to those who did at past dates.
    Trained {
        /// The regression: a ridge of 1 without a word.
        #[serde(default)]
        regression: Logistic,
        /// The dates to learn from.
        dates: Dates,
    },
}

/// Dates to learn from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Dates {
    /// The last so many spans of the lapse, one after the other, whose outcome is known. Those
    /// before which no customer bought enough are left out.
    Last(usize),
    /// These, whose outcome must be known.
    At(Vec<DateTime<Utc>>),
}

const fn one() -> usize {
    1
}

impl Churn {
    /// The model that follows from what `log` has up to `as_of`; days are those of `zone`.
    ///
    /// Orders at `as_of` and later are not looked at, whatever the log has.
    ///
    /// # Errors
    /// Everything that is out of range, with its place; dates whose outcome is open at `as_of`; a
    /// log with too little in it.
    ///
    /// # Complexity
    /// O(dates · orders).
    pub fn fit(
        &self,
        log: &Purchases,
        as_of: DateTime<Utc>,
        zone: &Zone,
    ) -> Result<ChurnModel, Problems<Fault>> {
        let dates = self.check(as_of, zone)?;
        let rule = match &self.rule {
            Rule::Inactivity(span) => Fitted::Inactivity(*span),
            Rule::PersonalGap { multiple } => {
                Fitted::PersonalGap { multiple: *multiple, usual_days: usual_gap(log, as_of)? }
            }
            Rule::PAlive(kind) => Fitted::PAlive(attrition(*kind, log, as_of, zone)?),
            Rule::Trained { regression, .. } => {
                Fitted::Trained(self.trained(regression, log, &dates, zone)?)
            }
        };
        let known = Known { as_of, zone: *zone, dates };
        Ok(ChurnModel::fitted(self.lapse, self.least_orders, rule, known))
    }

    /// The dates to learn from, the earliest first.
    fn check(
        &self,
        as_of: DateTime<Utc>,
        zone: &Zone,
    ) -> Result<Vec<DateTime<Utc>>, Problems<Fault>> {
        let mut problems = Problems::none();
        if self.least_orders == 0 {
            problems.add(Path::from("least_orders"), Fault::Zero);
        }
        let rule = Path::from("rule");
        let mut dates = Vec::new();
        match &self.rule {
            Rule::PersonalGap { multiple } if !(*multiple > 0.0 && *multiple <= 1e6) => {
                let path = rule.field("personal_gap").field("multiple");
                problems.add(path, Fault::NotPositive { value: *multiple });
            }
            Rule::Trained { regression, dates: asked } => {
                let path = rule.field("trained");
                let mut found = Problems::none();
                regression.check_recipe(&mut found);
                problems.absorb(&path.field("regression"), found);
                dates = self.dates(asked, as_of, zone, &path.field("dates"), &mut problems);
            }
            _ => {}
        }
        problems.into_result(dates)
    }

    fn dates(
        &self,
        asked: &Dates,
        as_of: DateTime<Utc>,
        zone: &Zone,
        path: &Path,
        problems: &mut Problems<Fault>,
    ) -> Vec<DateTime<Utc>> {
        let (path, found) = match asked {
            Dates::Last(count) => (path.field("last"), *count),
            Dates::At(dates) => (path.field("at"), dates.len()),
        };
        if !(1..=MOST_DATES).contains(&found) {
            problems.add(path, Fault::Dates { found });
            return Vec::new();
        }
        match asked {
            Dates::Last(count) => self.last(*count, as_of, zone),
            Dates::At(dates) => {
                for (at, date) in dates.iter().enumerate() {
                    let until = self.lapse.after(*date, zone);
                    if until > as_of {
                        let fault = Fault::OutcomeOpen { date: *date, until, as_of };
                        problems.add(path.item(at), fault);
                    }
                    if dates.iter().take(at).any(|other| other == date) {
                        problems.add(path.item(at), Fault::SameDate { date: *date });
                    }
                }
                let mut dates = dates.clone();
                dates.sort_unstable();
                dates
            }
        }
    }

    /// Dates one span apart whose outcomes are known, the earliest first.
    fn last(&self, count: usize, as_of: DateTime<Utc>, zone: &Zone) -> Vec<DateTime<Utc>> {
        let mut dates: Vec<DateTime<Utc>> = Vec::with_capacity(count);
        let mut end = as_of;
        for _ in 0..count {
            let mut date = self.lapse.before(end, zone);
            // Where months clamp, there and back again may be later than the start.
            while self.lapse.after(date, zone) > end {
                let Some(earlier) = date.checked_sub_signed(chrono::TimeDelta::hours(1)) else {
                    break;
                };
                date = earlier;
            }
            dates.push(date);
            end = date;
        }
        dates.reverse();
        dates
    }

    fn trained(
        &self,
        regression: &Logistic,
        log: &Purchases,
        dates: &[DateTime<Utc>],
        zone: &Zone,
    ) -> Result<LogisticModel, Problems<Fault>> {
        let (mut points, mut labels) = (Vec::new(), Vec::new());
        for date in dates {
            let until = self.lapse.after(*date, zone);
            let told = parallel::each_number(log.len(), |index| {
                let orders = log.orders(index);
                let signs = Signs::of(orders, *date, self.lapse, zone)?;
                let enough = signs.orders >= self.least_orders;
                enough.then(|| (signs.point(), lapsed(orders, *date, until)))
            });
            for (point, label) in told.into_iter().flatten() {
                points.extend(point);
                labels.push(label);
            }
        }
        if labels.is_empty() {
            return Err(Problems::one(Path::from("log"), Fault::NoCustomers));
        }
        let columns = super::Sign::ALL.len();
        let matrix = Array2::from_shape_vec((labels.len(), columns), points).unwrap_or_default();
        regression.fit(matrix.view(), &labels, None).map_err(|found| {
            let mut problems = Problems::none();
            problems.absorb(&Path::from("rule").field("trained"), found);
            problems
        })
    }
}

/// The mean of customers' mean gaps, in days.
fn usual_gap(log: &Purchases, as_of: DateTime<Utc>) -> Result<f64, Problems<Fault>> {
    let gaps = parallel::each_number(log.len(), |index| {
        let orders = before(log.orders(index), as_of)?;
        let (first, last) = (orders.at().first()?, orders.at().last()?);
        let count = orders.len().checked_sub(1).filter(|count| *count > 0)?;
        let days = (last - first) as f64 / 86_400e9;
        (days > 0.0).then(|| days / count as f64)
    });
    let gaps: Vec<f64> = gaps.into_iter().flatten().collect();
    if gaps.is_empty() {
        return Err(Problems::one(Path::from("log"), Fault::NoCustomers));
    }
    Ok(gaps.iter().sum::<f64>() / gaps.len() as f64)
}

fn attrition(
    kind: Kind,
    log: &Purchases,
    as_of: DateTime<Utc>,
    zone: &Zone,
) -> Result<AttritionModel, Problems<Fault>> {
    let customers =
        parallel::each_number(log.len(), |index| repeat(log.orders(index), as_of, zone));
    let customers: Vec<Repeat> = customers.into_iter().flatten().collect();
    let under = |found| {
        let mut problems = Problems::none();
        problems.absorb(&Path::from("rule").field("p_alive"), found);
        problems
    };
    let repeats = Repeats::new(Unit::Day, &customers, None).map_err(under)?;
    let outcome = LatentAttrition::new(kind).fit(&repeats).map_err(under)?;
    let reason = match &outcome {
        Outcome::TooLittle(reason) => reason.to_string(),
        Outcome::NoAttrition(evidence) => evidence.to_string(),
        _ => String::new(),
    };
    outcome.model().ok_or_else(|| Problems::one(Path::from("log"), Fault::NoModel { reason }))
}

/// A customer's orders before an instant as repeat purchases, those of one day as one.
pub(super) fn repeat(all: Orders<'_>, as_of: DateTime<Utc>, zone: &Zone) -> Option<Repeat> {
    let orders = before(all, as_of)?;
    let mut days: Vec<chrono::NaiveDate> = orders.iter().map(|it| zone.date(it.at)).collect();
    days.dedup();
    let (first, last) = (*days.first()?, *days.last()?);
    let count = |date: chrono::NaiveDate| (date - first).num_days().max(0) as f64;
    let frequency = u32::try_from(days.len().checked_sub(1)?).ok()?;
    Some(Repeat::new(frequency, count(last), count(zone.date(as_of)), Unit::Day))
}
