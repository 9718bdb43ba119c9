//! What is typical of a segment and sets it apart from all customers.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::feature::figure::counted;
use crate::feature::{Labels, Measure};
use crate::id::SegmentId;
use crate::rule::{Number, Text};
use crate::segment::told::customers;

/// How many traits a portrait's sentence names.
const NAMED: usize = 3;

/// What is typical of a segment, in numbers that people know.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Portrait {
    /// The segment.
    pub segment: SegmentId,
    /// The number of its customers.
    pub size: usize,
    /// The number of customers of all segments.
    pub customers: usize,
    /// Every feature, from the one that sets the segment apart most to the one that does least.
    pub traits: Vec<Trait>,
}

/// What is typical of a segment in one feature.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trait {
    /// The feature's name.
    pub feature: Text,
    /// What its numbers stand for.
    pub stands_for: Measure,
    /// The segment's center in the feature's own unit (money in major units). On a logarithmic
    /// scale this is nearer to the median than to the mean.
    pub typical: f64,
    /// How far the center is from the mean of all customers, in their standard deviations, on the
    /// feature's scale.
    pub difference: f64,
}

/// How a segment compares with all customers, by the size of the difference (J. Cohen,
/// "Statistical Power Analysis for the Behavioral Sciences", 1988: 0.2 is small and 0.8 large).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// At least 0.8 standard deviations below the mean.
    FarBelow,
    /// At least 0.2 standard deviations below the mean.
    Below,
    /// Near the mean.
    Average,
    /// At least 0.2 standard deviations above the mean.
    Above,
    /// At least 0.8 standard deviations above the mean.
    FarAbove,
}

impl Trait {
    /// How the segment compares with all customers.
    #[must_use]
    pub fn level(&self) -> Level {
        match self.difference {
            difference if difference <= -0.8 => Level::FarBelow,
            difference if difference <= -0.2 => Level::Below,
            difference if difference >= 0.8 => Level::FarAbove,
            difference if difference >= 0.2 => Level::Above,
            _ => Level::Average,
        }
    }
}

impl Portrait {
    pub(super) fn new(
        segment: SegmentId,
        size: usize,
        customers: usize,
        mut traits: Vec<Trait>,
    ) -> Self {
        traits.sort_by(|left, right| right.difference.abs().total_cmp(&left.difference.abs()));
        Self { segment, size, customers, traits }
    }
}

impl Portrait {
    /// What is typical in a sentence, in which features are called by these labels: `311 of 2,357
    /// customers: 9.12 orders, far above average`.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let apart = self.traits.iter().filter(|found| found.level() != Level::Average);
        let told: Vec<String> = apart.take(NAMED).map(|found| found.told(labels)).collect();
        let told = if told.is_empty() { "much like all".to_owned() } else { told.join("; ") };
        format!("{} of {}: {told}", counted(self.size), customers(self.customers))
    }
}

impl Trait {
    /// What is typical in words, in which the feature is called by these labels.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let phrase = labels.phrase(self.feature.as_str(), self.typical, self.stands_for);
        format!("{phrase}, {}", self.level())
    }
}

/// As [`Portrait::told`] without labels of the host.
impl fmt::Display for Portrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// As [`Trait::told`] without labels of the host.
impl fmt::Display for Trait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FarBelow => "far below average",
            Self::Below => "below average",
            Self::Average => "about average",
            Self::Above => "above average",
            Self::FarAbove => "far above average",
        })
    }
}

/// Where all customers are in one scaled column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Background {
    pub(super) mean: Number,
    /// The population standard deviation.
    deviation: Number,
}

impl Background {
    pub(super) fn of(numbers: impl Iterator<Item = f64> + Clone) -> Self {
        // Coordinates of k-means are far from overflowing.
        let count = numbers.clone().count().max(1) as f64;
        let mean = numbers.clone().sum::<f64>() / count;
        let squares: f64 = numbers.map(|number| (number - mean) * (number - mean)).sum();
        let number = |number| Number::new(number).unwrap_or_default();
        Self { mean: number(mean), deviation: number((squares / count).sqrt()) }
    }

    /// How many standard deviations `center` is above the mean; 0 if all customers are the same.
    pub(super) fn difference(&self, center: f64) -> f64 {
        let difference = (center - self.mean.as_f64()) / self.deviation.as_f64();
        if difference.is_finite() { difference } else { 0.0 }
    }
}
