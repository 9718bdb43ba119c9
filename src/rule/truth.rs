//! Three truth values, so that what is not known neither grants nor refuses.

use std::fmt;
use std::ops::Not;

use serde::{Deserialize, Serialize};

/// What became of a condition: `Fail < Unknown < Hold`.
///
/// These are Kleene's strong three values: "all" is the least, "any" the greatest, and "not" swaps
/// the ends (S. C. Kleene, *Introduction to Metamathematics*, 1952, § 64).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It does not hold.
    Fail,
    /// A value is missing, and the condition could go either way.
    Unknown,
    /// It holds.
    Hold,
}

impl Truth {
    /// Whether the condition holds; what is unknown does not.
    #[must_use]
    pub const fn holds(self) -> bool {
        matches!(self, Self::Hold)
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Hold } else { Self::Fail }
    }
}

impl Not for Truth {
    type Output = Self;

    fn not(self) -> Self {
        match self {
            Self::Fail => Self::Hold,
            Self::Unknown => Self::Unknown,
            Self::Hold => Self::Fail,
        }
    }
}

impl fmt::Display for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Fail => "does not hold",
            Self::Unknown => "is unknown",
            Self::Hold => "holds",
        })
    }
}
