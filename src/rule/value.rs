//! What rules compare: typed values of which none is NaN.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use thiserror::Error;

use crate::money::Money;

/// A text that is cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Text(SmolStr);

impl Text {
    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: AsRef<str>> From<T> for Text {
    fn from(text: T) -> Self {
        Self(SmolStr::new(text))
    }
}

impl std::borrow::Borrow<str> for Text {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A finite number; there is no NaN, no infinity and only one zero, so that it is totally ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Number(f64);

/// The number is NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the number is not finite")]
pub struct NotFinite;

impl Number {
    /// One.
    pub const ONE: Self = Self(1.0);

    /// The number `value`.
    ///
    /// # Errors
    /// [`NotFinite`] for NaN and the infinities.
    pub fn new(value: f64) -> Result<Self, NotFinite> {
        if value.is_finite() { Ok(Self(value + 0.0)) } else { Err(NotFinite) }
    }

    /// The number as a float.
    #[must_use]
    pub const fn as_f64(self) -> f64 {
        self.0
    }
}

impl Eq for Number {}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// A typed value of a customer, a feature or a basket.
///
/// JSON: `true`, `3`, `2.5` and `"text"` stand for themselves and a set is a list of texts; money
/// is `{"money": "12.40 EUR"}` and a date `{"date": "2026-01-31"}`, so that no text turns into
/// another type. Formats that are not for people (`serde::Deserializer::is_human_readable`) get
/// tagged variants instead.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// Yes or no.
    Bool(bool),
    /// A whole number: nothing lies between 3 and 4.
    Integer(i64),
    /// A finite number.
    Number(Number),
    /// An amount of money.
    Money(Money),
    /// A text.
    Text(Text),
    /// A day of the calendar.
    Date(NaiveDate),
    /// A set of texts.
    Set(BTreeSet<Text>),
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A whole number.
    Integer,
    /// A finite number.
    Number,
    /// An amount of money.
    Money,
    /// A text.
    Text,
    /// A day of the calendar.
    Date,
    /// A set of texts.
    Set,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "yes or no",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Money => "money",
            Self::Text => "a text",
            Self::Date => "a date",
            Self::Set => "a set of texts",
        })
    }
}

impl Value {
    /// A text value.
    pub fn text(text: impl AsRef<str>) -> Self {
        Self::Text(Text::from(text))
    }

    /// A set of texts.
    pub fn set<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::Set(texts.into_iter().map(Text::from).collect())
    }

    /// A number, or `None` for NaN and the infinities: what is not known grants nothing.
    #[must_use]
    pub fn number(value: f64) -> Option<Self> {
        Number::new(value).ok().map(Self::Number)
    }

    /// The type of the value.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::Integer(_) => Kind::Integer,
            Self::Number(_) => Kind::Number,
            Self::Money(_) => Kind::Money,
            Self::Text(_) => Kind::Text,
            Self::Date(_) => Kind::Date,
            Self::Set(_) => Kind::Set,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(true) => f.write_str("yes"),
            Self::Bool(false) => f.write_str("no"),
            Self::Integer(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Money(value) => value.fmt(f),
            Self::Text(value) => value.fmt(f),
            Self::Date(value) => value.fmt(f),
            Self::Set(values) => {
                let texts: Vec<&str> = values.iter().map(Text::as_str).collect();
                write!(f, "{{{}}}", texts.join(", "))
            }
        }
    }
}

impl From<Money> for Value {
    fn from(value: Money) -> Self {
        Self::Money(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<NaiveDate> for Value {
    fn from(value: NaiveDate) -> Self {
        Self::Date(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::text(value)
    }
}

/// The form with a tag for every type.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Tagged {
    Bool(bool),
    Integer(i64),
    Number(Number),
    Money(Money),
    Text(Text),
    Date(NaiveDate),
    Set(BTreeSet<Text>),
}

/// What a value looks like to people.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a value is true or false, a number, a text, a list of texts, \
    {\"money\": \"12.40 EUR\"} or {\"date\": \"2026-01-31\"}"
)]
enum Plain {
    Bool(bool),
    Integer(i64),
    Number(Number),
    Text(Text),
    Set(BTreeSet<Text>),
    Marked(Marked),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Marked {
    Money(Money),
    Date(NaiveDate),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !serializer.is_human_readable() {
            return Tagged::from(self.clone()).serialize(serializer);
        }
        match self {
            Self::Bool(value) => value.serialize(serializer),
            Self::Integer(value) => value.serialize(serializer),
            Self::Number(value) => value.serialize(serializer),
            Self::Text(value) => value.serialize(serializer),
            Self::Set(value) => value.serialize(serializer),
            Self::Money(value) => Marked::Money(*value).serialize(serializer),
            Self::Date(value) => Marked::Date(*value).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return Tagged::deserialize(deserializer).map(Self::from);
        }
        Ok(match Plain::deserialize(deserializer)? {
            Plain::Bool(value) => Self::Bool(value),
            Plain::Integer(value) => Self::Integer(value),
            Plain::Number(value) => Self::Number(value),
            Plain::Text(value) => Self::Text(value),
            Plain::Set(value) => Self::Set(value),
            Plain::Marked(Marked::Money(value)) => Self::Money(value),
            Plain::Marked(Marked::Date(value)) => Self::Date(value),
        })
    }
}

impl From<Value> for Tagged {
    fn from(value: Value) -> Self {
        match value {
            Value::Bool(value) => Self::Bool(value),
            Value::Integer(value) => Self::Integer(value),
            Value::Number(value) => Self::Number(value),
            Value::Money(value) => Self::Money(value),
            Value::Text(value) => Self::Text(value),
            Value::Date(value) => Self::Date(value),
            Value::Set(value) => Self::Set(value),
        }
    }
}

impl From<Tagged> for Value {
    fn from(value: Tagged) -> Self {
        match value {
            Tagged::Bool(value) => Self::Bool(value),
            Tagged::Integer(value) => Self::Integer(value),
            Tagged::Number(value) => Self::Number(value),
            Tagged::Money(value) => Self::Money(value),
            Tagged::Text(value) => Self::Text(value),
            Tagged::Date(value) => Self::Date(value),
            Tagged::Set(value) => Self::Set(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_every_type_apart() {
        for json in [
            "true",
            "3",
            "3.0",
            "-2.5",
            "\"12.40 EUR\"",
            "[\"a\",\"b\"]",
            "[]",
            "{\"money\":\"12.40 EUR\"}",
            "{\"date\":\"2026-01-31\"}",
        ] {
            let value: Value = serde_json::from_str(json).unwrap();
            assert_eq!(serde_json::to_string(&value).unwrap(), json);
        }
        assert_eq!(serde_json::from_str::<Value>("3").unwrap().kind(), Kind::Integer);
        assert_eq!(serde_json::from_str::<Value>("3.0").unwrap().kind(), Kind::Number);
    }

    #[test]
    fn json_that_is_no_value_is_refused() {
        for json in ["null", "{}", "[1]", "1e999", "{\"money\":\"x\"}", "{\"date\":\"2026-02-30\"}"]
        {
            assert!(serde_json::from_str::<Value>(json).is_err(), "{json}");
        }
    }

    #[test]
    fn there_is_one_zero_and_no_nan() {
        assert_eq!(Number::new(-0.0), Number::new(0.0));
        assert_eq!(Number::new(-0.0).unwrap().cmp(&Number::new(0.0).unwrap()), Ordering::Equal);
        assert_eq!(Number::new(f64::NAN), Err(NotFinite));
        assert_eq!(Value::number(f64::INFINITY), None);
    }
}
