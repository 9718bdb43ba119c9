//! Reasons in words.

use std::fmt;

use super::{Contribution, Reasons};
use crate::feature::Labels;
use crate::feature::figure::listed;

/// How many reasons a sentence names.
const NAMED: usize = 3;

/// A feature is named if it has at least this share of all that speaks on its side.
const WORTH_NAMING: f64 = 0.1;

impl Reasons {
    /// The reasons in a sentence, in which features are called by these labels: `in Regulars and
    /// not in Guests, because 9 orders (typical here 8.1; next best 2), although …`.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let other = if self.next_best { "next best" } else { "there" };
        let against = self.contributions.iter().rev().filter(|found| found.contribution < 0.0);
        let speaking = self.contributions.iter().filter(|found| found.contribution > 0.0);
        let reasons = weighty(speaking.clone(), other, labels);
        let because = match reasons.as_slice() {
            [] => "that is where an average customer is".to_owned(),
            reasons => listed(reasons),
        };
        let sum: f64 = speaking.map(|found| found.contribution).sum();
        let notable = |found: &&Contribution| -found.contribution >= WORTH_NAMING * sum;
        let although = match weighty(against.filter(notable), other, labels).as_slice() {
            [] => String::new(),
            against => format!(", although {}", listed(against)),
        };
        format!("in {} and not in {}, because {because}{although}", self.name, self.other_name)
    }
}

/// As [`Reasons::told`] without labels of the host.
impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// The first of these that have a fair share in what all of them add.
fn weighty<'a>(
    found: impl Iterator<Item = &'a Contribution> + Clone,
    other: &str,
    labels: &Labels,
) -> Vec<String> {
    let sum: f64 = found.clone().map(|found| found.contribution.abs()).sum();
    let weighty = |found: &&Contribution| found.contribution.abs() >= WORTH_NAMING * sum;
    found.filter(weighty).take(NAMED).map(|found| phrase(found, other, labels)).collect()
}

/// `1,240.00 EUR spent (typical here 1,100.00 EUR; next best 300.00 EUR)`.
fn phrase(found: &Contribution, other: &str, labels: &Labels) -> String {
    let Contribution { feature, stands_for, number, missing, typical, other_typical, .. } = found;
    let phrase = labels.phrase(feature.as_str(), *number, *stands_for);
    let [typical, other_typical] = [typical, other_typical]
        .map(|number| labels.number(feature.as_str(), *number, *stands_for));
    let taken = if *missing { " (not known, taken as usual)" } else { "" };
    format!("{phrase}{taken} (typical here {typical}; {other} {other_typical})")
}
