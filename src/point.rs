//! Whole points, and amounts of them that know their purse.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::PurseId;

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

/// Points of one purse: of the program's main points, if no purse is named.
///
/// As money has a currency, an amount has a purse, and amounts of two purses are neither added nor
/// compared. In JSON main points are a whole number, such as `250`, and others name their purse:
/// `{"points": 250, "purse": "stars"}`.
///
/// ```
/// use loyalty::points::{Amount, NoSum, Points};
///
/// let stars = Amount::of(Points(3), "stars".parse()?);
/// let more = Amount::of(Points(2), "stars".parse()?);
/// assert_eq!(stars.checked_add(&more)?.to_string(), "5 stars");
/// assert_eq!(stars.checked_add(&Amount::from(Points(2))), Err(NoSum::OtherPurse));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(from = "Written", into = "Written")]
pub struct Amount {
    /// How many.
    pub points: Points,
    /// The purse that they are of; `None` for the main points.
    pub purse: Option<PurseId>,
}

/// Why two amounts have no sum or difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoSum {
    /// They are of two purses.
    #[error("the points are of two purses")]
    OtherPurse,
    /// It does not fit.
    #[error("the number of points is out of range")]
    OutOfRange,
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "points are a whole number such as 250, or those of a purse such as \
                 {\"points\": 250, \"purse\": \"stars\"}"
)]
enum Written {
    Main(Points),
    Other(InPurse),
}

#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct InPurse {
    points: Points,
    purse: PurseId,
}

impl Amount {
    /// Points of a purse.
    #[must_use]
    pub const fn of(points: Points, purse: PurseId) -> Self {
        Self { points, purse: Some(purse) }
    }

    /// The sum of two amounts of one purse.
    ///
    /// # Errors
    /// [`NoSum`].
    pub fn checked_add(&self, other: &Self) -> Result<Self, NoSum> {
        self.combined(other, Points::checked_add)
    }

    /// The difference of two amounts of one purse.
    ///
    /// # Errors
    /// [`NoSum`].
    pub fn checked_sub(&self, other: &Self) -> Result<Self, NoSum> {
        self.combined(other, Points::checked_sub)
    }

    fn combined(
        &self,
        other: &Self,
        combine: fn(Points, Points) -> Option<Points>,
    ) -> Result<Self, NoSum> {
        if self.purse != other.purse {
            return Err(NoSum::OtherPurse);
        }
        let points = combine(self.points, other.points).ok_or(NoSum::OutOfRange)?;
        Ok(Self { points, purse: self.purse.clone() })
    }
}

/// Of main points.
impl From<Points> for Amount {
    fn from(points: Points) -> Self {
        Self { points, purse: None }
    }
}

impl From<Written> for Amount {
    fn from(written: Written) -> Self {
        match written {
            Written::Main(points) => points.into(),
            Written::Other(InPurse { points, purse }) => Self::of(points, purse),
        }
    }
}

impl From<Amount> for Written {
    fn from(amount: Amount) -> Self {
        let Amount { points, purse } = amount;
        match purse {
            None => Self::Main(points),
            Some(purse) => Self::Other(InPurse { points, purse }),
        }
    }
}

/// Amounts of two purses are not ordered.
impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.purse == other.purse).then(|| self.points.cmp(&other.points))
    }
}

/// `250 points`, or `250 stars` for those of a purse.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.points, self.purse.as_ref().map_or("points", PurseId::as_str))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_of_two_purses_have_neither_sum_nor_order() {
        let of = |points, purse: &str| Amount::of(Points(points), purse.parse().unwrap());
        let main = Amount::from(Points(5));
        assert_eq!(main.checked_add(&Points(2).into()), Ok(Points(7).into()));
        assert_eq!(of(5, "stars").checked_sub(&of(7, "stars")), Ok(of(-2, "stars")));
        for (one, other) in [(of(5, "stars"), of(5, "miles")), (main, of(1, "stars"))] {
            assert_eq!(one.checked_add(&other), Err(NoSum::OtherPurse));
            assert_eq!(one.checked_sub(&other), Err(NoSum::OtherPurse));
            assert_eq!(one.partial_cmp(&other), None);
        }
        let most = of(i64::MAX, "stars");
        assert_eq!(most.checked_add(&of(1, "stars")), Err(NoSum::OutOfRange));
        assert!(of(1, "stars") < most);
    }

    #[test]
    fn main_points_are_a_number_in_json_and_others_name_their_purse() {
        for json in ["250", r#"{"points":3,"purse":"stars"}"#] {
            let amount: Amount = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&amount).unwrap(), json);
        }
        let error = serde_json::from_str::<Amount>(r#"{"points": 3}"#).unwrap_err().to_string();
        assert!(error.starts_with("points are a whole number such as 250, or"), "{error}");
    }

    #[test]
    fn a_sum_does_not_overflow_on_its_way() {
        let all = [Points(i64::MAX), Points(1), Points(-2)];
        assert_eq!(Points::sum(all), Some(Points(i64::MAX - 1)));
        assert_eq!(Points::sum([Points(i64::MAX), Points(1)]), None);
        assert_eq!(Points(i64::MIN).checked_sub(Points(1)), None);
    }
}
