//! What an analyst answers.

use serde::{Deserialize, Serialize};

use super::{Regions, Witness};

/// Whether something is so for all facts.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Claim {
    /// It is so for all facts.
    Proven,
    /// It is not so for these.
    Refuted(Witness),
}

impl Claim {
    /// Whether it is so for all facts.
    #[must_use]
    pub const fn is_proven(&self) -> bool {
        matches!(self, Self::Proven)
    }

    /// Facts for which it is not so.
    #[must_use]
    pub const fn witness(&self) -> Option<&Witness> {
        match self {
            Self::Proven => None,
            Self::Refuted(witness) => Some(witness),
        }
    }
}

impl From<Option<Witness>> for Claim {
    fn from(witness: Option<Witness>) -> Self {
        witness.map_or(Self::Proven, Self::Refuted)
    }
}

/// Whether a rule holds only where one of some others holds.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cover {
    /// It does. These of the others, by their positions among them and in ascending order, do it
    /// together, and none of them can be left out; the last are left out first. There are none if
    /// the rule never applies.
    By(Vec<usize>),
    /// Here it holds, and none of the others.
    Open(Witness),
}

/// What a change of a rule does.
///
/// Its [`Display`](std::fmt::Display) has a line for each region: `lost: orders 3 to 5`.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Where the rule held before, and does not now.
    pub lost: Regions,
    /// Where the rule holds now, and did not before.
    pub gained: Regions,
}

impl Difference {
    /// Whether both hold for the same facts.
    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.lost.regions.is_empty() && self.gained.regions.is_empty()
    }
}
