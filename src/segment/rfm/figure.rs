//! What customers can be scored by.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::feature::Measure;
use crate::money::Money;
use crate::rule::{Kind, Number, Value};

/// A value of which there can be more or less: what customers are scored by.
///
/// In JSON a whole number is `3`, a number `3.5` and money `"12.40 EUR"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Figure {
    /// A whole number, such as days or orders.
    Integer(i64),
    /// A finite number, such as a rate.
    Number(Number),
    /// An amount of money.
    Money(Money),
}

impl Figure {
    /// The figure that a value is, unless it is a text, a date, a set, or yes or no.
    #[must_use]
    pub const fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(whole) => Some(Self::Integer(*whole)),
            Value::Number(number) => Some(Self::Number(*number)),
            Value::Money(money) => Some(Self::Money(*money)),
            _ => None,
        }
    }

    /// The type of the figure as a value.
    #[must_use]
    pub const fn kind(self) -> Kind {
        match self {
            Self::Integer(_) => Kind::Integer,
            Self::Number(_) => Kind::Number,
            Self::Money(_) => Kind::Money,
        }
    }

    /// The order of two figures, or `None` if they have none: money and a number, or two
    /// currencies.
    #[must_use]
    pub fn order(self, other: Self) -> Option<Ordering> {
        Value::from(self).order(&other.into())
    }

    /// The number that a column of a table has for it, and what it stands for there.
    pub(super) fn measured(self) -> (f64, Measure) {
        match self {
            Self::Integer(whole) => (whole as f64, Measure::Integer),
            Self::Number(number) => (number.as_f64(), Measure::Number),
            Self::Money(money) => {
                let unit = money.currency().minor_per_major() as f64;
                (money.minor() as f64 / unit, Measure::Money(money.currency()))
            }
        }
    }

    /// The figure as it is compared with `cut`: money stands in major units beside a number, as it
    /// does in a table of plain numbers from which the cut may come.
    pub(super) fn beside(self, cut: Self) -> Self {
        match (self, cut) {
            (Self::Money(_), Self::Number(_)) => {
                let major = Measure::Number.number(&self.into());
                major.and_then(|major| Number::new(major).ok()).map_or(self, Self::Number)
            }
            _ => self,
        }
    }
}

impl From<Figure> for Value {
    fn from(figure: Figure) -> Self {
        match figure {
            Figure::Integer(whole) => Self::Integer(whole),
            Figure::Number(number) => Self::Number(number),
            Figure::Money(money) => Self::Money(money),
        }
    }
}

impl From<i64> for Figure {
    fn from(whole: i64) -> Self {
        Self::Integer(whole)
    }
}

impl From<Number> for Figure {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<Money> for Figure {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(whole) => whole.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Money(money) => money.fmt(f),
        }
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Read)
    }
}

struct Read;

impl de::Visitor<'_> for Read {
    type Value = Figure;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number like 3 or 3.5, or money like \"12.40 EUR\"")
    }

    fn visit_i64<E: de::Error>(self, whole: i64) -> Result<Figure, E> {
        Ok(Figure::Integer(whole))
    }

    fn visit_u64<E: de::Error>(self, whole: u64) -> Result<Figure, E> {
        let found = de::Unexpected::Unsigned(whole);
        i64::try_from(whole).map(Figure::Integer).map_err(|_| E::invalid_value(found, &self))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Figure, E> {
        Number::new(number).map(Figure::Number).map_err(E::custom)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Figure, E> {
        text.parse().map(Figure::Money).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_whole_numbers_numbers_and_money_apart() {
        for json in ["3", "-3", "3.0", "0.5", "\"12.40 EUR\""] {
            let figure: Figure = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&figure).unwrap(), json);
            assert_eq!(Figure::of(&figure.into()), Some(figure));
        }
        for (json, told) in [
            ("true", "expected a number like 3 or 3.5, or money like \"12.40 EUR\""),
            ("18446744073709551615", "expected a number like 3"),
            ("\"12.40\"", "`12.40` is no amount of money"),
        ] {
            let error = serde_json::from_str::<Figure>(json).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
