//! A fitted rule of who is leaving, and what it says of a customer.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Span, Zone};
use crate::clv::AttritionModel;
use crate::event::{Orders, Purchases};
use crate::feature::Measure;
use crate::id::CustomerId;
use crate::logistic::LogisticModel;
use crate::parallel;
use crate::path::{Path, Problems};

use super::recipe::repeat;
use super::signs::Signs;
use super::{Fault, Sign};

/// From this chance on a customer is said to leave.
const LIKELY: f64 = 0.5;

/// A fitted rule of who is leaving.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct ChurnModel {
    lapse: Span,
    least_orders: usize,
    rule: Fitted,
    known: Known,
}

/// A rule with what was learned for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fitted {
    /// Who has bought nothing for a span.
    Inactivity(Span),
    /// Who has bought nothing for so many times their own mean gap.
    PersonalGap {
        /// How many times.
        multiple: f64,
        /// The mean gap of a customer who has none.
        usual_days: f64,
    },
    /// Who has left for good.
    PAlive(AttritionModel),
    /// Who is likely to lapse: a column for each of [`Sign::ALL`].
    Trained(LogisticModel),
}

/// Up to when the model knows what happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Known {
    pub(super) as_of: DateTime<Utc>,
    pub(super) zone: Zone,
    /// The dates that it has learned from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) dates: Vec<DateTime<Utc>>,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    lapse: Span,
    least_orders: usize,
    rule: Fitted,
    known: Known,
}

/// What a rule says of a customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Score {
    /// The greater, the sooner the customer leaves; 1 or more, or for chances 0.5 or more, is
    /// leaving.
    pub risk: f64,
    /// The chance to lapse, which only the trained rule tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<f64>,
    /// Whether the customer is leaving according to the rule.
    pub is_leaving: bool,
    /// Why.
    pub reason: Reason,
}

/// Why a customer is said to leave or to stay. Its [`Display`](std::fmt::Display) is a sentence;
/// [`Reason::told`] is the same with the host's words for signs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Reason {
    /// The last order was so long ago.
    Inactivity {
        /// Days since then.
        days: f64,
        /// From how many on a customer is leaving.
        limit_days: f64,
    },
    /// The last order was so long ago for this customer.
    PersonalGap {
        /// Days since then.
        days: f64,
        /// The mean gap.
        gap_days: f64,
        /// Whether it is the customer's own; else it is the program's.
        is_own: bool,
        /// From how many gaps on a customer is leaving.
        multiple: f64,
    },
    /// How likely it is that the customer has not left for good.
    PAlive {
        /// That chance.
        chance: f64,
        /// How many repeat purchases there were.
        purchases: u32,
        /// Days since the last one.
        days: f64,
    },
    /// How likely the customer is to lapse, and what says so.
    Trained {
        /// That chance.
        chance: f64,
        /// Who buys nothing in this span lapses; the windows of signs are multiples of it.
        lapse: Span,
        /// What each sign adds, the most telling first.
        contributions: Vec<Contribution>,
    },
}

/// What a sign adds to the log-odds of lapsing, compared with its mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contribution {
    /// The sign.
    pub sign: Sign,
    /// What its value stands for.
    pub stands_for: Measure,
    /// Its value for the customer (money in major units).
    pub value: f64,
    /// What it adds: above 0 makes a lapse likelier.
    pub adds: f64,
}

/// A customer with their score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scored {
    /// The customer.
    pub customer: CustomerId,
    /// What the rule says.
    pub score: Score,
}

impl TryFrom<Stored> for ChurnModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { lapse, least_orders, rule, known } = stored;
        let mut problems = Problems::none();
        let path = Path::from("rule");
        match &rule {
            Fitted::PersonalGap { multiple, usual_days } => {
                for (name, value) in [("multiple", *multiple), ("usual_days", *usual_days)] {
                    if !(value > 0.0 && value <= 1e6) {
                        let path = path.field("personal_gap").field(name);
                        problems.add(path, Fault::NotPositive { value });
                    }
                }
            }
            Fitted::Trained(model) if model.coefficients().len() != Sign::ALL.len() => {
                let (expected, found) = (Sign::ALL.len(), model.coefficients().len());
                problems.add(path.field("trained"), Fault::Coefficients { expected, found });
            }
            _ => {}
        }
        if least_orders == 0 {
            problems.add(Path::from("least_orders"), Fault::Zero);
        }
        problems.into_result(Self { lapse, least_orders, rule, known })
    }
}

impl From<ChurnModel> for Stored {
    fn from(model: ChurnModel) -> Self {
        let ChurnModel { lapse, least_orders, rule, known } = model;
        Self { lapse, least_orders, rule, known }
    }
}

impl ChurnModel {
    pub(super) const fn fitted(
        lapse: Span,
        least_orders: usize,
        rule: Fitted,
        known: Known,
    ) -> Self {
        Self { lapse, least_orders, rule, known }
    }

    /// Who buys nothing in this span from a date on has lapsed at it.
    #[must_use]
    pub const fn lapse(&self) -> Span {
        self.lapse
    }

    /// The rule with what was learned.
    #[must_use]
    pub const fn rule(&self) -> &Fitted {
        &self.rule
    }

    /// Up to when the model knows what happened.
    #[must_use]
    pub const fn known(&self) -> DateTime<Utc> {
        self.known.as_of
    }

    /// The dates that it has learned from, the earliest first.
    #[must_use]
    pub fn dates(&self) -> &[DateTime<Utc>] {
        &self.known.dates
    }

    pub(super) const fn zone(&self) -> &Zone {
        &self.known.zone
    }

    /// What the rule says of a customer at an instant, from the orders before it; `None` if these
    /// are fewer than the recipe looks at.
    #[must_use]
    pub fn score(&self, orders: Orders<'_>, as_of: DateTime<Utc>) -> Option<Score> {
        let signs = Signs::of(orders, as_of, self.lapse, &self.known.zone)?;
        if signs.orders < self.least_orders {
            return None;
        }
        match &self.rule {
            Fitted::Inactivity(span) => {
                let first = span.before(as_of, &self.known.zone);
                let limit_days = (as_of - first).as_seconds_f64() / 86_400.0;
                let days = signs.recency_days;
                let reason = Reason::Inactivity { days, limit_days };
                Some(Score::of_line(days / limit_days, reason))
            }
            Fitted::PersonalGap { multiple, usual_days } => {
                let (days, own) = (signs.recency_days, signs.mean_gap_days());
                let gap_days = own.unwrap_or(*usual_days);
                let multiple = *multiple;
                let is_own = own.is_some();
                let reason = Reason::PersonalGap { days, gap_days, is_own, multiple };
                Some(Score::of_line(days / gap_days / multiple, reason))
            }
            Fitted::PAlive(model) => {
                let customer = repeat(orders, as_of, &self.known.zone)?;
                let chance = model.p_alive(&customer)?;
                let days = customer.age - customer.recency;
                let reason = Reason::PAlive { chance, purchases: customer.frequency, days };
                let risk = 1.0 - chance;
                Some(Score { risk, chance: None, is_leaving: risk >= LIKELY, reason })
            }
            Fitted::Trained(model) => trained(model, &signs, self.lapse),
        }
    }

    /// [`ChurnModel::score`] of every customer that the rule looks at: those with the greatest risk
    /// first, of equal ones by their ids.
    #[must_use]
    pub fn score_all(&self, log: &Purchases, as_of: DateTime<Utc>) -> Vec<Scored> {
        let scores = parallel::each_number(log.len(), |index| self.score(log.orders(index), as_of));
        let scored = log.customers().iter().zip(scores);
        let scored = scored.filter_map(|(customer, score)| {
            Some(Scored { customer: customer.clone(), score: score? })
        });
        let mut scored: Vec<Scored> = scored.collect();
        scored.sort_by(|one, two| {
            two.score.risk.total_cmp(&one.score.risk).then_with(|| one.customer.cmp(&two.customer))
        });
        scored
    }
}

impl Score {
    /// A risk that is leaving from 1 on.
    const fn of_line(risk: f64, reason: Reason) -> Self {
        Self { risk, chance: None, is_leaving: risk >= 1.0, reason }
    }
}

fn trained(model: &LogisticModel, signs: &Signs, lapse: Span) -> Option<Score> {
    let point = signs.point();
    let chance = model.chance(&point)?;
    let added = model.additions(&point)?;
    let told = signs.told().zip(added);
    let contribution =
        |((sign, stands_for, value), adds)| Contribution { sign, stands_for, value, adds };
    let mut contributions: Vec<Contribution> = told.map(contribution).collect();
    // The sort is stable: equal ones stay in the order of the signs.
    contributions.sort_by(|one, two| two.adds.abs().total_cmp(&one.adds.abs()));
    let reason = Reason::Trained { chance, lapse, contributions };
    Some(Score { risk: chance, chance: Some(chance), is_leaving: chance >= LIKELY, reason })
}
