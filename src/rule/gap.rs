//! How far a value is from passing a test.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};

use super::axis::{Axis, nearest};
use super::{Aim, Facts, Kind, Number, Test, Text, Value, days};
use crate::calendar::Span;
use crate::money::Money;

/// The least change of one field that brings a condition to where it should be.
///
/// Numbers, money and days are what must be *added* to the value; they are negative where it must
/// become less.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Gap {
    /// So many more.
    Integer(i64),
    /// So much more.
    Number(Number),
    /// So much more money.
    Money(Money),
    /// So many days later.
    Days(i64),
    /// So many days must pass, while the date stays as it is.
    Wait(i64),
    /// These members of the set must come and go.
    Members {
        /// What the set lacks.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        add: BTreeSet<Text>,
        /// What the set has too much.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        remove: BTreeSet<Text>,
    },
    /// One of these must become a member of the set.
    AddOneOf(BTreeSet<Text>),
    /// One of these must no longer be a member of the set.
    RemoveOneOf(BTreeSet<Text>),
    /// It must become one of these; they are in ascending order.
    OneOf(Vec<Value>),
    /// Another value is needed, and nothing measures how far away it is.
    Other,
    /// A value is needed that can be compared: there is none, or none of the right type.
    Known,
    /// There must be no value.
    Missing,
}

/// The least change of `found`, which is of the type `kind`, that brings `test` to where it is
/// aimed; `None` if no change is known.
pub(super) fn gap(
    test: &Test<Value>,
    kind: Kind,
    found: &Value,
    aim: Aim,
    facts: &dyn Facts,
) -> Option<Gap> {
    match (found, test) {
        (Value::Date(day), Test::AnniversaryWithinNext(span)) => wait(*day, *span, aim, facts),
        (_, Test::Is(_)) if aim == Aim::Fail => Some(Gap::Other),
        (_, Test::IsNot(_)) if aim == Aim::Hold => Some(Gap::Other),
        (Value::Set(members), _) => Some(change(members, test, aim)),
        (_, Test::OneOf(_)) if aim == Aim::Fail => Some(Gap::Other),
        (_, Test::NoneOf(_)) if aim == Aim::Hold => Some(Gap::Other),
        (Value::Integer(value), _) if kind == Kind::Number => {
            number(*value as f64, test, aim, facts)
        }
        (Value::Integer(value), _) => {
            let (from, to) = step(i128::from(*value), test, aim, facts)?;
            Some(i64::try_from(to - from).map_or(Gap::Other, Gap::Integer))
        }
        (Value::Money(amount), _) => {
            let (from, to) = step(i128::from(amount.minor()), test, aim, facts)?;
            let money = |minor| Gap::Money(Money::from_minor(minor, amount.currency()));
            Some(i64::try_from(to - from).map_or(Gap::Other, money))
        }
        (Value::Date(day), _) => {
            let from = i128::from(day.num_days_from_ce());
            let within = |to: &i128| i32::try_from(*to).is_ok_and(is_day);
            let (from, to) = step(from, test, aim, facts).filter(|(_, to)| within(to))?;
            Some(i64::try_from(to - from).map_or(Gap::Other, Gap::Days))
        }
        (Value::Number(value), _) => number(value.as_f64(), test, aim, facts),
        (Value::Bool(_) | Value::Text(_), _) => Some(Gap::Other),
    }
}

fn is_day(number: i32) -> bool {
    NaiveDate::from_num_days_from_ce_opt(number).is_some()
}

/// From where to where the value moves.
fn step<T: Axis>(from: T, test: &Test<Value>, aim: Aim, facts: &dyn Facts) -> Option<(T, T)> {
    nearest(from, &T::goal(test, aim, facts)).map(|to| (from, to))
}

/// The difference, widened where rounding would leave the sum short of the goal.
fn number(from: f64, test: &Test<Value>, aim: Aim, facts: &dyn Facts) -> Option<Gap> {
    const ROUNDINGS: usize = 4;
    let (from, to) = step(from, test, aim, facts)?;
    let there = |difference: &f64| {
        let value = Value::number(from + difference);
        value.is_some_and(|value| test.truth(&value, facts) == aim.truth())
    };
    let wider = |difference: &f64| {
        Some(if to > from { difference.next_up() } else { difference.next_down() })
    };
    let difference = std::iter::successors(Some(to - from), wider).take(ROUNDINGS).find(there);
    Some(difference.and_then(|value| Number::new(value).ok()).map_or(Gap::Other, Gap::Number))
}

/// How a set must change.
fn change(members: &BTreeSet<Text>, test: &Test<Value>, aim: Aim) -> Gap {
    let texts = |values: &[Value]| -> BTreeSet<Text> {
        let text = |value: &Value| match value {
            Value::Text(text) => Some(text.clone()),
            _ => None,
        };
        values.iter().filter_map(text).collect()
    };
    let none = BTreeSet::new;
    match (test, aim) {
        (Test::Is(Value::Set(wanted)), Aim::Hold)
        | (Test::IsNot(Value::Set(wanted)), Aim::Fail) => {
            Gap::Members { add: wanted - members, remove: members - wanted }
        }
        (Test::AllOf(wanted), Aim::Hold) => {
            Gap::Members { add: &texts(wanted) - members, remove: none() }
        }
        (Test::AllOf(wanted), Aim::Fail) => Gap::RemoveOneOf(texts(wanted)),
        (Test::AnyOf(wanted), Aim::Hold) | (Test::NoneOf(wanted), Aim::Fail) => {
            Gap::AddOneOf(texts(wanted))
        }
        (Test::AnyOf(unwanted), Aim::Fail) | (Test::NoneOf(unwanted), Aim::Hold) => {
            Gap::Members { add: none(), remove: members & &texts(unwanted) }
        }
        _ => Gap::Other,
    }
}

/// How long it takes until the day comes round within `span`, or no longer does.
fn wait(day: NaiveDate, span: Span, aim: Aim, facts: &dyn Facts) -> Option<Gap> {
    /// A month's clamped days are passed one by one.
    const CLAMPED: usize = 5;
    let today = facts.today();
    let next = days::anniversary(day, today)?;
    let start = match aim {
        Aim::Hold => days::before(next, span).max(today),
        Aim::Fail => next.succ_opt()?,
    };
    let there = |date: &NaiveDate| {
        let near =
            days::anniversary(day, *date).is_some_and(|next| next <= days::after(*date, span));
        near == (aim == Aim::Hold)
    };
    let found = start.iter_days().take(CLAMPED).find(there)?;
    Some(Gap::Wait(TimeDelta::num_days(&found.signed_duration_since(today))))
}
