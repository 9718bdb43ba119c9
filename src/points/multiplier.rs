//! Exact multipliers of points.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::money::{Rounding, parse_decimal};
use crate::point::Points;

/// How many times the points: `1.5x`, exact to a hundredth.
///
/// In JSON it is a text such as `"1.5x"`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Multiplier {
    hundredths: u32,
}

/// The text is no multiplier.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "`{text}` is no multiplier: write it like `1.5x`, 0x to {}, with at most two decimals",
    Multiplier::MAX
)]
pub struct NoMultiplier {
    text: String,
}

impl Multiplier {
    /// Once: what is multiplied stays as it is.
    pub const ONE: Self = Self { hundredths: 100 };
    /// The greatest multiplier, a thousand times.
    pub const MAX: Self = Self { hundredths: 100_000 };

    /// So many hundredths: `from_hundredths(150)` is 1.5x. `None` beyond [`Multiplier::MAX`].
    #[must_use]
    pub const fn from_hundredths(hundredths: u32) -> Option<Self> {
        if hundredths <= Self::MAX.hundredths { Some(Self { hundredths }) } else { None }
    }

    /// The multiplier in hundredths.
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        self.hundredths
    }

    /// So many times `points`, rounded as named, if that fits.
    #[must_use]
    pub fn times(self, points: Points, rounding: Rounding) -> Option<Points> {
        let product = i128::from(points.0) * i128::from(self.hundredths);
        rounding.divide(product, 100).map(Points)
    }
}

impl Default for Multiplier {
    fn default() -> Self {
        Self::ONE
    }
}

impl fmt::Display for Multiplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.hundredths / 100, self.hundredths % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole}x"),
            (_, 0) => write!(f, "{whole}.{}x", rest / 10),
            _ => write!(f, "{whole}.{rest:02}x"),
        }
    }
}

impl fmt::Debug for Multiplier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Multiplier {
    type Err = NoMultiplier;

    fn from_str(text: &str) -> Result<Self, NoMultiplier> {
        text.strip_suffix('x')
            .and_then(|number| parse_decimal(number, 2))
            .and_then(|hundredths| u32::try_from(hundredths).ok())
            .and_then(Self::from_hundredths)
            .ok_or_else(|| NoMultiplier { text: text.chars().take(40).collect() })
    }
}

impl Serialize for Multiplier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Multiplier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = smol_str::SmolStr::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multiplier_reads_and_prints_the_same() {
        for text in ["0x", "1x", "1.5x", "1.25x", "0.05x", "1000x"] {
            assert_eq!(text.parse::<Multiplier>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_text_that_is_no_multiplier_is_refused_with_a_hint() {
        for text in ["", "x", "1.5", "-1x", "-0.5x", "1.255x", "1e2x", "1000.01x", "99999999999x"] {
            assert_eq!(
                text.parse::<Multiplier>().unwrap_err().to_string(),
                format!(
                    "`{text}` is no multiplier: write it like `1.5x`, 0x to 1000x, with at most \
                     two decimals"
                ),
            );
        }
    }

    #[test]
    fn multiplying_is_exact_and_rounds_as_named() {
        let half_more: Multiplier = "1.5x".parse().unwrap();
        assert_eq!(half_more.times(Points(11), Rounding::Down), Some(Points(16)));
        assert_eq!(half_more.times(Points(11), Rounding::HalfUp), Some(Points(17)));
        assert_eq!(half_more.times(Points(i64::MAX), Rounding::Down), None);
        assert_eq!(Multiplier::ONE.times(Points(i64::MAX), Rounding::Down), Some(Points(i64::MAX)));
    }
}
