//! Named rounding, and percentages that are exact to a hundredth.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::MoneyError;

/// What to do with a fraction of a minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest; a half goes away from zero (what tills do).
    #[default]
    HalfUp,
    /// To the nearest; a half goes to the even neighbor (what banks do).
    HalfEven,
    /// To the nearest; a half goes towards zero.
    HalfDown,
    /// Towards zero.
    Down,
    /// Away from zero.
    Up,
    /// Towards negative infinity.
    Floor,
    /// Towards positive infinity.
    Ceiling,
}

impl Rounding {
    /// `numerator / denominator` as an integer, rounded this way.
    ///
    /// `None` if the denominator is not positive, or if the result does not fit.
    #[must_use]
    pub fn divide(self, numerator: i128, denominator: i128) -> Option<i64> {
        if denominator <= 0 {
            return None;
        }
        let (floor, remainder) = floor_and_remainder(numerator, denominator);
        let half = remainder.cmp(&(denominator - remainder));
        let negative = numerator < 0;
        let up = match self {
            Self::Floor => false,
            Self::Ceiling => remainder > 0,
            Self::Down => negative && remainder > 0,
            Self::Up => !negative && remainder > 0,
            Self::HalfUp => half.is_gt() || (half.is_eq() && !negative),
            Self::HalfDown => half.is_gt() || (half.is_eq() && negative),
            Self::HalfEven => half.is_gt() || (half.is_eq() && floor % 2 != 0),
        };
        i64::try_from(floor + i128::from(up)).ok()
    }
}

/// The quotient rounded down, and what is left; the denominator is positive.
///
/// Nearly all amounts fit into 64 bits, which the processor divides by itself.
pub(super) fn floor_and_remainder(numerator: i128, denominator: i128) -> (i128, i128) {
    match (i64::try_from(numerator), i64::try_from(denominator)) {
        (Ok(numerator), Ok(denominator)) => {
            let floor = numerator.div_euclid(denominator);
            (floor.into(), numerator.rem_euclid(denominator).into())
        }
        _ => (numerator.div_euclid(denominator), numerator.rem_euclid(denominator)),
    }
}

/// A percentage, exact to a hundredth of a percent: `12.5%` is 1,250 basis points.
///
/// In JSON it is a text such as `"12.5%"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    basis_points: u32,
}

impl Percent {
    /// A whole number of percent.
    #[must_use]
    pub const fn new(percent: u16) -> Self {
        Self { basis_points: percent as u32 * 100 }
    }

    /// A number of hundredths of a percent.
    #[must_use]
    pub const fn from_basis_points(basis_points: u32) -> Self {
        Self { basis_points }
    }

    /// The percentage in hundredths of a percent.
    #[must_use]
    pub const fn basis_points(self) -> u32 {
        self.basis_points
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.basis_points / 100, self.basis_points % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole}%"),
            (_, 0) => write!(f, "{whole}.{}%", rest / 10),
            _ => write!(f, "{whole}.{rest:02}%"),
        }
    }
}

impl fmt::Debug for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Percent {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let number = text.strip_suffix('%').map(str::trim_end);
        number
            .and_then(|number| super::amount::parse_decimal(number, 2))
            .and_then(|basis_points| u32::try_from(basis_points).ok())
            .map(Self::from_basis_points)
            .ok_or_else(|| MoneyError::NoPercent { text: text.chars().take(40).collect() })
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = smol_str::SmolStr::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rounding_does_what_its_name_says() {
        // Java's RoundingMode documentation has this table (5.5, 2.5, 1.6, 1.1, -1.1, -2.5 …).
        let halves = [55, 25, 16, 11, 10, -10, -11, -16, -25, -55];
        let table = [
            (Rounding::Up, [6, 3, 2, 2, 1, -1, -2, -2, -3, -6]),
            (Rounding::Down, [5, 2, 1, 1, 1, -1, -1, -1, -2, -5]),
            (Rounding::Ceiling, [6, 3, 2, 2, 1, -1, -1, -1, -2, -5]),
            (Rounding::Floor, [5, 2, 1, 1, 1, -1, -2, -2, -3, -6]),
            (Rounding::HalfUp, [6, 3, 2, 1, 1, -1, -1, -2, -3, -6]),
            (Rounding::HalfDown, [5, 2, 2, 1, 1, -1, -1, -2, -2, -5]),
            (Rounding::HalfEven, [6, 2, 2, 1, 1, -1, -1, -2, -2, -6]),
        ];
        for (rounding, expected) in table {
            let found = halves.map(|tenths| rounding.divide(tenths, 10).unwrap());
            assert_eq!(found, expected, "{rounding:?}");
        }
    }

    #[test]
    fn a_quotient_that_does_not_fit_is_none() {
        assert_eq!(Rounding::Floor.divide(i128::from(i64::MAX) + 1, 1), None);
        assert_eq!(Rounding::Floor.divide(1, 0), None);
        assert_eq!(Rounding::Ceiling.divide(i128::MAX, 1), None);
    }

    #[test]
    fn percent_reads_and_prints_the_same() {
        for text in ["0%", "10%", "12.5%", "0.05%", "33.33%", "250%"] {
            assert_eq!(text.parse::<Percent>().unwrap().to_string(), text);
        }
        for text in ["", "%", "10", "-1%", "1.234%", "1e2%", "99999999999999%", "1.%", ".5%"] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }
}
