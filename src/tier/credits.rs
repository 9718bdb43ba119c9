//! How many credits a tier takes, and how many there are.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Measure;
use super::measure::Sums;
use crate::money::{Currency, Money};

/// A number of what a ladder counts: money for spend, whole numbers for the rest.
///
/// In JSON it is `"500.00 EUR"` or `12`. Money and counts are not ordered, nor are two currencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "credits are money such as \"500.00 EUR\", or a whole number such as 12"
)]
pub enum Credits {
    /// Of money that was spent.
    Money(Money),
    /// Of orders, visits, points or interactions.
    Count(i64),
}

/// How many credits of each measure there are, or are missing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tally(pub BTreeMap<Measure, Credits>);

/// From how many credits on a customer is in a tier.
///
/// In JSON it is a number of what the ladder counts, such as `"500.00 EUR"`, or a combination of
/// several measures: `{"any": {"spend": "500.00 EUR", "orders": 10}}`, or `{"all": {…}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "credits are money such as \"500.00 EUR\", a whole number such as 12, or a \
                 combination such as {\"any\": {\"spend\": \"500.00 EUR\", \"orders\": 10}}"
)]
pub enum AtLeast {
    /// Of the ladder's own measure.
    Credits(Credits),
    /// Of several measures.
    Combined(Combined),
}

/// Credits of several measures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Combined {
    /// Any of them is enough.
    Any(BTreeMap<Measure, Credits>),
    /// All of them are needed.
    All(BTreeMap<Measure, Credits>),
}

/// How many of several measures must be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needed {
    /// Any of them.
    Any,
    /// All of them.
    All,
}

/// What a tier takes, in a form that is quickly compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) needed: Needed,
    pub(super) parts: Vec<(Measure, i128)>,
}

impl Credits {
    /// The number, in minor units if it is money.
    pub(super) const fn amount(self) -> i64 {
        match self {
            Self::Money(money) => money.minor(),
            Self::Count(count) => count,
        }
    }
}

impl Tally {
    /// How many there are of a measure; `None` if it is not among them.
    #[must_use]
    pub fn of(&self, measure: Measure) -> Option<Credits> {
        self.0.get(&measure).copied()
    }

    /// What there is of these measures.
    pub(super) fn told(measures: &[Measure], sums: &Sums, currency: Currency) -> Self {
        let told = |measure: &Measure| (*measure, measure.credits(sums.of(*measure), currency));
        Self(measures.iter().map(told).collect())
    }
}

impl From<Credits> for AtLeast {
    fn from(credits: Credits) -> Self {
        Self::Credits(credits)
    }
}

impl AtLeast {
    /// The parts, each with its place below the whole.
    pub(super) fn parts(&self, measure: Measure) -> Vec<(Option<Measure>, Measure, Credits)> {
        match self {
            Self::Credits(credits) => vec![(None, measure, *credits)],
            Self::Combined(Combined::Any(parts) | Combined::All(parts)) => {
                parts.iter().map(|(part, credits)| (Some(*part), *part, *credits)).collect()
            }
        }
    }

    /// What it takes; `measure` is the ladder's own.
    pub(super) fn bar(&self, measure: Measure) -> Bar {
        let needed = match self {
            Self::Combined(Combined::Any(_)) => Needed::Any,
            _ => Needed::All,
        };
        let parts = self.parts(measure).into_iter();
        let parts = parts.map(|(_, part, credits)| (part, i128::from(credits.amount())));
        Bar { needed, parts: parts.collect() }
    }
}

impl Bar {
    pub(super) fn is_reached(&self, sums: &Sums) -> bool {
        let mut parts = self.parts.iter();
        let enough = |(measure, least): &(Measure, i128)| *least <= sums.of(*measure);
        match self.needed {
            Needed::Any => parts.any(enough),
            Needed::All => parts.all(enough),
        }
    }

    pub(super) fn counts(&self, measure: Measure) -> bool {
        self.parts.iter().any(|(part, _)| *part == measure)
    }

    /// What is missing, in each measure in which anything is; nothing if it is reached.
    pub(super) fn gap(&self, sums: &Sums, currency: Currency) -> Tally {
        if self.is_reached(sums) {
            return Tally::default();
        }
        let missing = |(measure, least): &(Measure, i128)| {
            let gap = least - sums.of(*measure);
            (gap > 0).then(|| (*measure, measure.credits(gap, currency)))
        };
        Tally(self.parts.iter().filter_map(missing).collect())
    }

    /// Whether whoever reaches this one reaches the other, too.
    pub(super) fn implies(&self, other: &Self) -> bool {
        let alone: Vec<Self> = match self.needed {
            Needed::All => vec![self.clone()],
            Needed::Any => {
                let parts = self.parts.iter();
                parts.map(|part| Self { needed: Needed::All, parts: vec![*part] }).collect()
            }
        };
        alone.iter().all(|one| {
            let covers = |(measure, least): &(Measure, i128)| {
                let mut parts = one.parts.iter();
                *least <= 0 || parts.any(|(found, enough)| found == measure && enough >= least)
            };
            match other.needed {
                Needed::Any => other.parts.iter().any(covers),
                Needed::All => other.parts.iter().all(covers),
            }
        })
    }
}

impl PartialOrd for Credits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Money(one), Self::Money(other)) => one.partial_cmp(other),
            (Self::Count(one), Self::Count(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(money) => money.fmt(f),
            Self::Count(count) => count.fmt(f),
        }
    }
}

/// A single measure is told by its credits alone, several by name.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (1, Some(credits)) = (self.0.len(), self.0.values().next()) {
            return credits.fmt(f);
        }
        told(&self.0, "; ", f)
    }
}

impl fmt::Display for AtLeast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credits(credits) => credits.fmt(f),
            Self::Combined(Combined::Any(parts)) => told(parts, " or ", f),
            Self::Combined(Combined::All(parts)) => told(parts, " and ", f),
        }
    }
}

fn told(
    parts: &BTreeMap<Measure, Credits>,
    between: &str,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    for (index, (measure, credits)) in parts.iter().enumerate() {
        let between = if index == 0 { "" } else { between };
        write!(f, "{between}{measure} {credits}")?;
    }
    Ok(())
}
