//! Lengths of time in a unit, so that days and weeks are never taken for each other.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Span, Unit};

/// How many days a year of the Gregorian calendar has on average.
pub(super) const DAYS_OF_YEAR: f64 = 365.2425;

/// A length of time: so many units, whole or not, such as 38.86 weeks.
///
/// Weeks, days, hours and minutes are counted in one another, and so are years and months. A month
/// has no number of days: for days until the same day of another month, ask [`Length::between`].
///
/// ```
/// use loyalty::calendar::{Span, Unit};
/// use loyalty::clv::Length;
///
/// let half = Length::new(3.5, Unit::Day);
/// assert_eq!((half.in_units(Unit::Week), half.in_units(Unit::Month)), (Some(0.5), None));
/// assert_eq!(Length::from("2y".parse::<Span>()?).in_units(Unit::Month), Some(24.0));
/// let (from, to) = ("2026-01-31T00:00:00Z".parse()?, "2026-02-28T00:00:00Z".parse()?);
/// assert_eq!(Length::between(from, to), Length::new(28.0, Unit::Day));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// How many units it is.
    pub count: f64,
    /// The unit.
    pub unit: Unit,
}

impl Length {
    /// So many units.
    #[must_use]
    pub const fn new(count: f64, unit: Unit) -> Self {
        Self { count, unit }
    }

    /// The days of 24 hours that pass from one instant to another; fewer than 0 if that is earlier.
    #[must_use]
    pub fn between(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        Self::new((to - from).as_seconds_f64() / 86_400.0, Unit::Day)
    }

    /// The same in another unit; `None` if it has no fixed number of those, or is not finite.
    #[must_use]
    pub fn in_units(self, unit: Unit) -> Option<f64> {
        let count = self.count * rate(self.unit, unit)?;
        count.is_finite().then_some(count)
    }
}

/// So many units of a span.
impl From<Span> for Length {
    fn from(span: Span) -> Self {
        Self::new(f64::from(span.count()), span.unit())
    }
}

/// How many of the units `to` one of the units `from` is, if that is fixed.
pub(super) fn rate(from: Unit, to: Unit) -> Option<f64> {
    if from == to {
        return Some(1.0);
    }
    match (parts(from), parts(to)) {
        (Parts::Minutes(from), Parts::Minutes(to)) | (Parts::Months(from), Parts::Months(to)) => {
            Some(from / to)
        }
        _ => None,
    }
}

/// How many units a year has, on average.
pub(super) fn in_year(unit: Unit) -> f64 {
    match parts(unit) {
        Parts::Minutes(minutes) => DAYS_OF_YEAR * 1_440.0 / minutes,
        Parts::Months(months) => 12.0 / months,
    }
}

/// What a unit is made of.
enum Parts {
    Minutes(f64),
    Months(f64),
}

const fn parts(unit: Unit) -> Parts {
    match unit {
        Unit::Minute => Parts::Minutes(1.0),
        Unit::Hour => Parts::Minutes(60.0),
        Unit::Day => Parts::Minutes(1_440.0),
        Unit::Week => Parts::Minutes(10_080.0),
        Unit::Month => Parts::Months(1.0),
        Unit::Year => Parts::Months(12.0),
    }
}
