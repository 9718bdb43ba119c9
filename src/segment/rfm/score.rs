//! The three scores of a customer.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::segment::grid::{Bins, Cell};

/// The scores of a customer, 1 being the worst; written `543`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RfmScore {
    /// The recency score: the greatest for the latest purchase.
    pub r: u8,
    /// The frequency score.
    pub f: u8,
    /// The monetary score.
    pub m: u8,
}

/// How much each score counts in [`RfmScore::weighted`]; whole numbers, such as percentages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RfmWeights {
    /// The weight of recency.
    pub r: u32,
    /// The weight of frequency.
    pub f: u32,
    /// The weight of monetary value.
    pub m: u32,
}

impl RfmScore {
    /// The scores as one number, such as 543: ordered by recency, then frequency, then monetary.
    #[must_use]
    pub fn number(self) -> u32 {
        u32::from(self.r) * 100 + u32::from(self.f) * 10 + u32::from(self.m)
    }

    /// The weighted sum of the scores, to rank customers by one number; with weights of 1 it is
    /// their sum.
    #[must_use]
    pub fn weighted(self, weights: RfmWeights) -> u64 {
        let product = |score: u8, weight: u32| u64::from(score) * u64::from(weight);
        product(self.r, weights.r) + product(self.f, weights.f) + product(self.m, weights.m)
    }

    /// The cell of these scores in a grid of `bins`, which need not look at monetary value.
    pub(super) const fn cell(self, bins: Bins) -> Cell {
        Cell { r: self.r, f: self.f, m: if bins.m.is_some() { Some(self.m) } else { None } }
    }
}

impl fmt::Display for RfmScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.r, self.f, self.m)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_read_as_a_code_a_number_and_a_weighted_sum() {
        let score = RfmScore { r: 5, f: 4, m: 3 };
        assert_eq!((score.to_string().as_str(), score.number()), ("543", 543));
        assert_eq!(score.weighted(RfmWeights { r: 1, f: 1, m: 1 }), 12);
        assert_eq!(score.weighted(RfmWeights { r: 15, f: 28, m: 57 }), 75 + 112 + 171);
        assert!(score > RfmScore { r: 5, f: 3, m: 5 });
    }
}
