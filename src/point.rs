//! Whole points.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most points of one posting: no sum of a ledger can overflow.
pub const MAX_POSTING: Points = Points(1_000_000_000_000);

/// A number of points; negative where points are taken.
///
/// In JSON it is a whole number.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Points(pub i64);

impl Points {
    /// No points.
    pub const ZERO: Self = Self(0);

    /// The sum, if it fits.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, if it fits.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// The sum of all, if it fits, whatever their order.
    #[must_use]
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let total: i128 = all.into_iter().map(|points| i128::from(points.0)).sum();
        i64::try_from(total).ok().map(Self)
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_does_not_overflow_on_its_way() {
        let all = [Points(i64::MAX), Points(1), Points(-2)];
        assert_eq!(Points::sum(all), Some(Points(i64::MAX - 1)));
        assert_eq!(Points::sum([Points(i64::MAX), Points(1)]), None);
        assert_eq!(Points(i64::MIN).checked_sub(Points(1)), None);
    }
}
