//! Reasons in words.

use std::fmt;

use super::{Contribution, Reasons};
use crate::segment::told::{listed, told};

/// How many reasons a sentence names.
const NAMED: usize = 3;

/// A feature is named if it has at least this share of all that speaks on its side.
const WORTH_NAMING: f64 = 0.1;

/// `in Regulars and not in Guests, because orders 9 (typical here 8.1; next best 2), although …`.
impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "in {} and not in {}, because ", self.name, self.other_name)?;
        let other = if self.next_best { "next best" } else { "there" };
        let against = self.contributions.iter().rev().filter(|found| found.contribution < 0.0);
        let speaking = self.contributions.iter().filter(|found| found.contribution > 0.0);
        let reasons = weighty(speaking.clone(), other);
        if reasons.is_empty() {
            f.write_str("that is where an average customer is")?;
        } else {
            f.write_str(&listed(&reasons))?;
        }
        let sum: f64 = speaking.map(|found| found.contribution).sum();
        let notable = |found: &&Contribution| -found.contribution >= WORTH_NAMING * sum;
        let against = weighty(against.filter(notable), other);
        if against.is_empty() { Ok(()) } else { write!(f, ", although {}", listed(&against)) }
    }
}

/// The first of these that have a fair share in what all of them add.
fn weighty<'a>(found: impl Iterator<Item = &'a Contribution> + Clone, other: &str) -> Vec<String> {
    let sum: f64 = found.clone().map(|found| found.contribution.abs()).sum();
    let weighty = |found: &&Contribution| found.contribution.abs() >= WORTH_NAMING * sum;
    found.filter(weighty).take(NAMED).map(|found| phrase(found, other)).collect()
}

/// `spend 1,240.00 EUR (typical here 1,100.00 EUR; next best 300.00 EUR)`.
fn phrase(found: &Contribution, other: &str) -> String {
    let Contribution { feature, stands_for, number, missing, typical, other_typical, .. } = found;
    let [number, typical, other_typical] =
        [number, typical, other_typical].map(|number| told(*number, *stands_for));
    let taken = if *missing { " (not known, taken as usual)" } else { "" };
    format!("{feature} {number}{taken} (typical here {typical}; {other} {other_typical})")
}
