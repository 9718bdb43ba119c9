//! What was found when quantiles were taken.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Figure, Rfm};
use crate::rule::Text;
use crate::segment::grid::Cell;

/// What was found in a fit: how the customers spread over the scores, and where ties kept them
/// together.
///
/// Its [`Display`](fmt::Display) tells it to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RfmReport {
    /// The recipe that was fitted.
    pub recipe: Rfm,
    /// How many customers were scored.
    pub customers: usize,
    /// How many customers were left out because a value is missing.
    pub left_out: usize,
    /// The customers by their recency score.
    pub recency: Population,
    /// The customers by their frequency score.
    pub frequency: Population,
    /// The customers by their monetary score.
    pub monetary: Population,
    /// How many customers each cell has; a cell that is not listed has none.
    pub cells: BTreeMap<Cell, usize>,
}

/// How the customers of a fit spread over the scores of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// How many customers have each score, from score 1.
    pub customers: Vec<usize>,
    /// The value that most of them have, the least of several; `None` without customers.
    pub commonest: Option<Figure>,
    /// How many have it.
    pub commonest_customers: usize,
}

impl Population {
    /// The scores that no customer has.
    pub fn unused(&self) -> impl Iterator<Item = u8> {
        let scores = (1..=u8::MAX).zip(&self.customers);
        scores.filter(|(_, customers)| **customers == 0).map(|(score, _)| score)
    }
}

impl RfmReport {
    /// The features with their populations: recency, frequency, monetary.
    #[must_use]
    pub const fn populations(&self) -> [(&Text, &Population); 3] {
        let Rfm { recency, frequency, monetary, .. } = &self.recipe;
        [
            (&recency.feature, &self.recency),
            (&frequency.feature, &self.frequency),
            (&monetary.feature, &self.monetary),
        ]
    }
}

impl fmt::Display for RfmReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} customers scored, {} left out", self.customers, self.left_out)?;
        for (feature, population) in self.populations() {
            write!(f, "\n`{feature}`: ")?;
            let scores = (1..=u8::MAX).zip(&population.customers).rev();
            let scores = scores.map(|(score, customers)| format!("{score}: {customers}"));
            f.write_str(&scores.collect::<Vec<_>>().join(", "))?;
            let unused: Vec<String> = population.unused().map(|score| score.to_string()).collect();
            if let (Some(value), false) = (population.commonest, unused.is_empty()) {
                let (unused, many) = (unused.join(", "), population.commonest_customers);
                write!(f, "; nobody has {unused}: {many} customers have the same value {value}")?;
            }
        }
        Ok(())
    }
}
