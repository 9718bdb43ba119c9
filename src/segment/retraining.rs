//! When a model is due to be fitted again, and why.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::drift::{Drift, Level};
use super::standing::after;
use crate::calendar::Span;
use crate::feature::Labels;
use crate::feature::figure::counted;
use crate::rule::Text;
use crate::stats::Stability;

/// When a model is due to be fitted again: when any of these limits is reached; without any, never.
///
/// Drift is best watched in features of a window, such as `spend(180d)`. Those of all time, such as
/// the days since the last order, go on growing as customers age, and drift although nobody behaves
/// otherwise than before.
///
/// ```
/// use loyalty::segment::retraining::{Observed, Retraining};
///
/// let rule: Retraining = serde_json::from_str(
///     r#"{"max_age": "6mo", "max_share_moved": 0.2, "new_customers": 500}"#,
/// )?;
/// let observed = Observed {
///     share_moved: Some(0.24),
///     new_customers: Some(120),
///     ..Observed::new("2026-01-15".parse()?)
/// };
/// let review = rule.review(&observed, "2026-03-02".parse()?);
/// assert!(review.due);
/// assert_eq!(review.next_change, Some("2026-07-15".parse()?));
/// assert_eq!(
///     review.to_string(),
///     "due: 24.0 % of the customers have moved, at most 20.0 % should\n\
///      not due: fitted on 2026-01-15, 6 months old on 2026-07-15\n\
///      not due: 120 new customers of 500",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retraining {
    /// Due from this age on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Span>,
    /// Due if the population stability index of anything that was watched is above this, and above
    /// what chance explains; 0.25 is usual.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_drift: Option<f64>,
    /// Due if more than this share of the customers, from 0 to 1, is in another segment than after
    /// the fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_share_moved: Option<f64>,
    /// Due from so many customers on who came since the fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_customers: Option<u64>,
}

/// What was observed of a model since its fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// The date of the data that the model was fitted on.
    pub fitted_on: NaiveDate,
    /// How far what was watched has drifted ([`Watch`](super::drift::Watch)).
    #[serde(default)]
    pub drift: Vec<Drift>,
    /// Which share of the customers has moved
    /// ([`Migration::share_moved`](super::migration::Migration::share_moved)).
    #[serde(default)]
    pub share_moved: Option<f64>,
    /// How many customers there are who came since the fit.
    #[serde(default)]
    pub new_customers: Option<u64>,
}

/// Whether a model is due to be fitted again, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Whether any limit is reached.
    pub due: bool,
    /// What was found for each limit, the reached ones first.
    pub checks: Vec<Check>,
    /// The date from which on age alone makes it due, if that is still to come.
    pub next_change: Option<NaiveDate>,
}

/// What was found for one limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Whether the limit is reached; what was not measured reaches none.
    pub due: bool,
    /// What was found, and the limit.
    pub found: Found,
}

/// What was found, and the limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Found {
    /// How old the model is.
    Age {
        /// The date of its data.
        fitted_on: NaiveDate,
        /// How old it may become.
        limit: Span,
        /// The date on which it is that old.
        due_on: NaiveDate,
    },
    /// What has drifted most, of that which chance does not explain if there is any.
    Drift {
        /// Its name.
        name: Text,
        /// The index that was found, and for how many customers.
        stability: Stability,
        /// How much of it chance explains.
        threshold: f64,
        /// How much there may be.
        limit: f64,
    },
    /// How many have moved.
    Moved {
        /// The share that has.
        share: f64,
        /// The share that may have.
        limit: f64,
    },
    /// How many came.
    New {
        /// How many there are.
        customers: u64,
        /// How many make it due.
        limit: u64,
    },
    /// There is a limit for something that was not measured.
    NotMeasured {
        /// The name of the limit.
        limit: Text,
    },
}

impl Observed {
    /// Of a model of which nothing is known but the date of its data.
    #[must_use]
    pub const fn new(fitted_on: NaiveDate) -> Self {
        Self { fitted_on, drift: Vec::new(), share_moved: None, new_customers: None }
    }
}

impl Retraining {
    /// Whether a model of which this was observed is due to be fitted again. It is a pure function
    /// of the date, which a host asks as often as it likes, such as once a week.
    #[must_use]
    pub fn review(&self, observed: &Observed, as_of: NaiveDate) -> Review {
        let due_on = self.max_age.map(|limit| (limit, after(observed.fitted_on, limit)));
        let age = due_on.map(|(limit, due_on)| {
            let found = Found::Age { fitted_on: observed.fitted_on, limit, due_on };
            Check { due: as_of >= due_on, found }
        });
        let drift = self.max_drift.map(|limit| drifted(&observed.drift, limit));
        let moved = self.max_share_moved.map(|limit| match observed.share_moved {
            Some(share) => Check { due: share > limit, found: Found::Moved { share, limit } },
            None => not_measured("max_share_moved"),
        });
        let new = self.new_customers.map(|limit| match observed.new_customers {
            Some(customers) => {
                Check { due: customers >= limit, found: Found::New { customers, limit } }
            }
            None => not_measured("new_customers"),
        });
        let mut checks: Vec<Check> = [age, drift, moved, new].into_iter().flatten().collect();
        checks.sort_by_key(|check| !check.due);
        let due = checks.iter().any(|check| check.due);
        let next_change = due_on.map(|(_, due_on)| due_on).filter(|due_on| *due_on > as_of);
        Review { due, checks, next_change }
    }
}

/// The greatest drift that is more than chance, or else the greatest.
fn drifted(all: &[Drift], limit: f64) -> Check {
    let real = |drift: &Drift| drift.level != Level::Noise;
    let greatest = all.iter().max_by(|left, right| {
        let index = left.stability.index.total_cmp(&right.stability.index);
        real(left).cmp(&real(right)).then(index).then_with(|| right.name.cmp(&left.name))
    });
    greatest.map_or_else(
        || not_measured("max_drift"),
        |drift| {
            let Drift { name, stability, threshold, .. } = drift.clone();
            let due = real(drift) && stability.index > limit;
            Check { due, found: Found::Drift { name, stability, threshold, limit } }
        },
    )
}

fn not_measured(limit: &str) -> Check {
    Check { due: false, found: Found::NotMeasured { limit: Text::from(limit) } }
}

impl Review {
    /// One line for each limit, in which features are called by these labels.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        if self.checks.is_empty() {
            return "not due: there is no limit".to_owned();
        }
        let lines: Vec<String> = self.checks.iter().map(|check| check.told(labels)).collect();
        lines.join("\n")
    }
}

impl Check {
    /// What was found in a line, in which features are called by these labels.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let found = match &self.found {
            Found::Age { fitted_on, limit, due_on } => {
                format!("fitted on {fitted_on}, {} old on {due_on}", limit.in_words())
            }
            Found::Drift { name, stability, threshold, limit } => format!(
                "the drift of {} has an index of {:.3}, at most {limit:.3} should be \
                 ({threshold:.3} is explained by chance)",
                labels.name(name.as_str()),
                stability.index,
            ),
            Found::Moved { share, limit } => {
                let (share, limit) = (100.0 * share, 100.0 * limit);
                format!("{share:.1} % of the customers have moved, at most {limit:.1} % should")
            }
            Found::New { customers, limit } => {
                let noun = if *customers == 1 { "customer" } else { "customers" };
                format!("{} new {noun} of {}", counted(*customers), counted(*limit))
            }
            Found::NotMeasured { limit } => format!("`{limit}` was not measured"),
        };
        format!("{}: {found}", if self.due { "due" } else { "not due" })
    }
}

/// As [`Review::told`] without labels of the host.
impl fmt::Display for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// As [`Check::told`] without labels of the host.
impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}
