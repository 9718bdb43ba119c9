//! The columns of a table: a name, and what the numbers in it stand for.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};
use crate::rule::{Text, Value};

/// A column of a feature table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// The feature's name, such as `orders(30d)`.
    pub name: Text,
    /// What its numbers stand for.
    #[serde(default)]
    pub measure: Measure,
    /// The texts of a column of [`Measure::Category`], all different; a number is a position among
    /// them. Other columns have none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Text>,
}

impl Column {
    /// A column whose numbers stand for `measure`.
    pub fn new(name: impl AsRef<str>, measure: Measure) -> Self {
        Self { name: Text::from(name), measure, levels: Vec::new() }
    }

    /// A column of texts such as channels or regions, each of which is one of these levels.
    ///
    /// ```
    /// use loyalty::feature::{Column, FeatureTable};
    /// use loyalty::id::CustomerId;
    /// use loyalty::rule::Value;
    ///
    /// let channel = Column::category("channel", ["app", "shop"]);
    /// let rows = [("ann", "shop"), ("bob", "fax")];
    /// let rows = rows.map(|(id, text)| Ok((CustomerId::new(id)?, [Some(Value::text(text))])));
    /// let rows: Result<Vec<_>, loyalty::id::IdError> = rows.into_iter().collect();
    /// let table = FeatureTable::from_values([channel], rows?)?;
    /// assert_eq!(table.value(0, 0), Some(Value::text("shop")));
    /// assert_eq!(table.value(1, 0), None, "an unknown level is missing");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn category<L: AsRef<str>>(
        name: impl AsRef<str>,
        levels: impl IntoIterator<Item = L>,
    ) -> Self {
        let levels = levels.into_iter().map(Text::from).collect();
        Self { levels, ..Self::new(name, Measure::Category) }
    }

    /// The number that stands for `value` in the column, if any does: of a category the position of
    /// its level, otherwise as [`Measure::number`].
    #[must_use]
    pub fn number(&self, value: &Value) -> Option<f64> {
        match (self.measure, value) {
            (Measure::Category, Value::Text(text)) => {
                let level = self.levels.iter().position(|level| level == text);
                level.map(|level| level as f64)
            }
            (measure, value) => measure.number(value),
        }
    }

    /// The value that `number` stands for in the column, if it stands for one.
    #[must_use]
    pub fn value(&self, number: f64) -> Option<Value> {
        match self.measure {
            Measure::Category => {
                let mut levels = self.levels.iter().enumerate();
                let (_, level) = levels.find(|(level, _)| *level as f64 == number)?;
                Some(Value::Text(level.clone()))
            }
            measure => measure.value(number),
        }
    }
}

/// A column of plain numbers.
impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Self::new(name, Measure::Number)
    }
}

/// What the numbers of a column stand for, so that a table can give back the very values it was
/// made of and rules judge a table as they judge a single customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// Any finite number.
    #[default]
    Number,
    /// A whole number.
    Integer,
    /// 1 for yes and 0 for no.
    Bool,
    /// Money in major units of this currency: 12.4 is 12.40 EUR.
    Money(Currency),
    /// The position of a text among the [levels](Column::levels) of the column, which alone knows
    /// them: without it, no number stands for a value.
    Category,
}

/// 2^50: up to so many minor units, money survives the way to major units and back.
const EXACT: f64 = 1_125_899_906_842_624.0;

impl Measure {
    /// The number that stands for `value` in such a column, if any does.
    ///
    /// Plain numbers also stand for whole numbers, yes and no, and money in major units.
    #[must_use]
    pub fn number(self, value: &Value) -> Option<f64> {
        let exact = |whole: i64| {
            let number = whole as f64;
            (number.abs() <= EXACT).then_some(number)
        };
        let major = |money: &Money| {
            exact(money.minor()).map(|minor| minor / money.currency().minor_per_major() as f64)
        };
        match (self, value) {
            (Self::Number, Value::Number(number)) => Some(number.as_f64()),
            (Self::Number, Value::Money(money)) => major(money),
            (Self::Money(currency), Value::Money(money)) if money.currency() == currency => {
                major(money)
            }
            (Self::Number | Self::Integer, Value::Integer(whole)) => exact(*whole),
            (Self::Number | Self::Bool, Value::Bool(yes)) => Some(f64::from(u8::from(*yes))),
            _ => None,
        }
    }

    /// The value that `number` stands for in such a column, if it stands for one.
    #[must_use]
    pub fn value(self, number: f64) -> Option<Value> {
        match self {
            Self::Number => Value::number(number),
            Self::Integer => whole(number).map(Value::Integer),
            Self::Bool if number == 0.0 => Some(Value::Bool(false)),
            Self::Bool if number == 1.0 => Some(Value::Bool(true)),
            Self::Bool | Self::Category => None,
            Self::Money(currency) => {
                let unit = currency.minor_per_major() as f64;
                let minor = (number * unit).round();
                let money = Money::from_minor(whole(minor)?, currency);
                (minor / unit == number).then_some(Value::Money(money))
            }
        }
    }
}

fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number => f.write_str("a finite number"),
            Self::Integer => f.write_str("a whole number"),
            Self::Bool => f.write_str("0 or 1"),
            Self::Money(currency) => write!(f, "an amount in {currency}"),
            Self::Category => f.write_str("one of its levels"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_that_stands_for_nothing_is_no_value() {
        let euro = Measure::Money(Currency::EUR);
        for (measure, number) in [
            (Measure::Number, f64::NAN),
            (Measure::Number, f64::INFINITY),
            (Measure::Integer, 2.5),
            (Measure::Integer, 1e300),
            (Measure::Integer, f64::NAN),
            (Measure::Bool, 2.0),
            (euro, 12.345),
            (euro, f64::NAN),
            (euro, 1e300),
        ] {
            assert_eq!(measure.value(number), None, "{number} is not {measure}");
        }
        let yen = Value::Money(Money::from_minor(5, Currency::JPY));
        assert_eq!((euro.number(&yen), Measure::Number.number(&yen)), (None, Some(5.0)));
        assert_eq!(Measure::Integer.number(&Value::Integer(i64::MAX)), None);
    }

    proptest! {
        #[test]
        fn every_value_survives_its_column(minor in -1_i64 << 50..=1 << 50, yes: bool) {
            for currency in [Currency::EUR, Currency::JPY, Currency::KWD] {
                for (measure, value) in [
                    (Measure::Money(currency), Value::Money(Money::from_minor(minor, currency))),
                    (Measure::Integer, Value::Integer(minor)),
                    (Measure::Bool, Value::Bool(yes)),
                ] {
                    let number = measure.number(&value).unwrap();
                    prop_assert_eq!(measure.value(number), Some(value));
                }
            }
        }
    }
}
