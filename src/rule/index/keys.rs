//! Values as whole numbers in their order, so that a cell is found by comparing integers.

use chrono::{Datelike, NaiveDate};

use super::bounds::{Seen, lengths};
use crate::money::{Currency, Money};
use crate::rule::axis::Axis;
use crate::rule::checked::Condition;
use crate::rule::{Test, Value};

/// How the values of a slot become numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Bool,
    Integer,
    Number,
    /// Minor units of the currency with which most rules compare, and the others with which rules
    /// compare.
    Money(Currency, Vec<Currency>),
    Date,
    /// How many days after today a date is.
    DaysAhead,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    At(i64),
    /// It cannot be compared with anything in the rules.
    Wrong,
    /// It is not on the line, and may still be compared.
    Beside,
}

/// The number of a day.
pub(super) fn of_day(day: NaiveDate) -> i64 {
    day.num_days_from_ce().into()
}

/// The day with this number.
pub(super) fn day(key: i64) -> Option<NaiveDate> {
    i32::try_from(key).ok().and_then(NaiveDate::from_num_days_from_ce_opt)
}

/// The number of a float: floats that are next to each other have numbers that are, and both
/// zeros have one.
pub(super) const fn of_float(float: f64) -> i64 {
    let size = float.abs().to_bits().cast_signed();
    if float < 0.0 { -size } else { size }
}

/// The float with this number.
pub(super) const fn float(key: i64) -> f64 {
    let size = f64::from_bits(key.unsigned_abs());
    if key < 0 { -size } else { size }
}

impl Line {
    /// The place of a value on a day.
    pub(super) fn key(&self, value: &Value, today: impl FnOnce() -> NaiveDate) -> Key {
        match (self, value) {
            (Self::Bool, Value::Bool(value)) => Key::At((*value).into()),
            (Self::Integer, Value::Integer(value)) => Key::At(*value),
            (Self::Number, Value::Number(value)) => Key::At(of_float(value.as_f64())),
            (Self::Number, Value::Integer(value)) => {
                let near = *value as f64;
                let exact = near as i128 == i128::from(*value);
                if exact { Key::At(of_float(near)) } else { Key::Beside }
            }
            (Self::Money(..), Value::Money(amount)) => match self.foreign(amount.currency()) {
                None => Key::At(amount.minor()),
                Some(key) => key,
            },
            (Self::Date, Value::Date(day)) => Key::At(of_day(*day)),
            (Self::DaysAhead, Value::Date(day)) => Key::At(of_day(*day) - of_day(today())),
            _ => Key::Wrong,
        }
    }

    /// Where amounts stand that are of another currency than the line's.
    pub(super) fn foreign(&self, currency: Currency) -> Option<Key> {
        match self {
            Self::Money(own, _) if *own == currency => None,
            Self::Money(_, others) if others.contains(&currency) => Some(Key::Beside),
            _ => Some(Key::Wrong),
        }
    }

    /// The value with this key, if there is one, as rules see it.
    pub(super) fn value(&self, key: i64) -> Option<Value> {
        Some(match self {
            Self::Bool => match key {
                0 => Value::Bool(false),
                1 => Value::Bool(true),
                _ => return None,
            },
            Self::Integer => Value::Integer(key),
            Self::Number => Value::number(float(key))?,
            Self::Money(currency, _) => Value::Money(Money::from_minor(key, *currency)),
            Self::Date => Value::Date(day(key)?),
            Self::DaysAhead => return None,
        })
    }

    /// What rules see at a key; `value` is the value there.
    pub(super) fn seen<'a>(&self, key: i64, value: Option<&'a Value>) -> Option<Seen<'a>> {
        match self {
            Self::DaysAhead => Some(Seen::Days(key)),
            _ => value.map(Seen::Value),
        }
    }

    /// Adds the least key of every stretch on which the test always has the same answer.
    pub(super) fn bounds(&self, condition: &Condition, into: &mut Vec<i64>) {
        let mut from = |value: &Value| into.extend(self.end(value, End::At));
        match &condition.test {
            Test::AtLeast(value) | Test::Below(value) => from(value),
            Test::Above(value) | Test::AtMost(value) => into.extend(self.end(value, End::After)),
            Test::Between(low, high) => {
                from(low);
                into.extend(self.end(high, End::After));
            }
            Test::Is(value) | Test::IsNot(value) => self.around(value, into),
            Test::OneOf(values) | Test::NoneOf(values) => {
                values.iter().for_each(|value| self.around(value, into));
            }
            Test::WithinLast(span) if *self == Self::DaysAhead => {
                let (shortest, longest) = lengths(*span);
                into.extend([-longest, -shortest, 1]);
            }
            Test::WithinNext(span) if *self == Self::DaysAhead => {
                let (shortest, longest) = lengths(*span);
                into.extend([0, shortest + 1, longest + 1]);
            }
            _ => {}
        }
    }

    fn around(&self, value: &Value, into: &mut Vec<i64>) {
        into.extend([End::At, End::After].into_iter().filter_map(|end| self.end(value, end)));
    }

    /// The least key that is not below, or that is above, the value.
    fn end(&self, value: &Value, end: End) -> Option<i64> {
        let key = match (self, value) {
            (Self::Bool, Value::Bool(value)) => i128::from(*value),
            (Self::Number, _) => {
                let float = match end {
                    End::At => <f64 as Axis>::at_least(value)?,
                    End::After => <f64 as Axis>::at_most(value)?,
                };
                i128::from(of_float(float))
            }
            (Self::Money(own, _), Value::Money(amount)) if amount.currency() != *own => {
                return None;
            }
            _ => match end {
                End::At => <i128 as Axis>::at_least(value)?,
                End::After => <i128 as Axis>::at_most(value)?,
            },
        };
        let after = i128::from(end == End::After);
        i64::try_from(key.saturating_add(after)).ok()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    At,
    After,
}

/// The values that a test names.
pub(super) fn literals(test: &Test<Value>) -> &[Value] {
    match test {
        Test::Is(value)
        | Test::IsNot(value)
        | Test::Above(value)
        | Test::AtLeast(value)
        | Test::Below(value)
        | Test::AtMost(value)
        | Test::Between(value, _) => std::slice::from_ref(value),
        Test::OneOf(values) | Test::NoneOf(values) | Test::AnyOf(values) | Test::AllOf(values) => {
            values
        }
        _ => &[],
    }
}
