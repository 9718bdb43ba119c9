//! The nearest value on a line: numbers, money, days.

use std::cmp::Ordering;

use chrono::{Datelike, NaiveDate};

use super::demand::{Ask, fits};
use crate::money::{Currency, Money};
use crate::rule::axis::Axis;
use crate::rule::{Facts, Field, Kind, Test, Value, days};

/// The value nearest to `found` that passes everything; the higher of two equally near.
///
/// It stands at the end of a stretch of values that pass, beside a value that a test names. Where
/// nothing is found yet, the nearest to zero or to today is taken.
pub(super) fn nearest(
    asks: &[Ask<'_>],
    field: &Field,
    found: Option<&Value>,
    facts: &dyn Facts,
) -> Option<Value> {
    let named = named(asks, facts);
    let passes = |value: &Value| fits(asks, field, value, facts);
    match field.kind {
        Kind::Number => {
            let zero = Value::number(0.0)?;
            let value = |point: f64| Value::number(point);
            nearest_point(f64::at_least(found.unwrap_or(&zero))?, &named, value, passes)
        }
        Kind::Integer => {
            let zero = Value::Integer(0);
            let value = |point: i128| Some(Value::Integer(i64::try_from(point).ok()?));
            nearest_point(i128::at_least(found.unwrap_or(&zero))?, &named, value, passes)
        }
        Kind::Date => {
            let today = Value::Date(facts.today());
            let from = i128::at_least(found.unwrap_or(&today))?;
            nearest_point(from, &with_anniversaries(asks, named, facts), day, passes)
        }
        Kind::Money => money(field, found, &named, passes),
        _ => None,
    }
}

/// How far apart two values of a line are; values of two currencies are nowhere near.
pub(super) fn distance(from: Option<&Value>, to: &Value) -> Far {
    match (from, to) {
        (Some(Value::Money(from)), Value::Money(to)) if from.currency() != to.currency() => {
            Far::Unmeasured
        }
        (Some(Value::Number(_)), _) | (_, Value::Number(_)) => {
            let ends = from.and_then(f64::at_least).zip(f64::at_least(to));
            ends.map_or(Far::Unmeasured, |(from, to)| Far::Real(from.distance(to)))
        }
        (Some(from), to) => {
            let ends = i128::at_least(from).zip(i128::at_least(to));
            ends.map_or(Far::Unmeasured, |(from, to)| Far::Whole(from.distance(to)))
        }
        (None, _) => Far::Unmeasured,
    }
}

/// How far a value is from another.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum Far {
    Whole(i128),
    Real(f64),
    Unmeasured,
}

fn nearest_point<T: Axis>(
    from: T,
    named: &[Value],
    value: impl Fn(T) -> Option<Value>,
    passes: impl Fn(&Value) -> bool,
) -> Option<Value> {
    let beside = |named: &Value| {
        let (low, high) = (T::at_least(named), T::at_most(named));
        [low.map(T::previous), low, high, high.map(T::next)]
    };
    let mut points: Vec<T> = named.iter().flat_map(beside).flatten().chain([from]).collect();
    points.sort_by(|left, right| {
        let far = from.distance(*left).partial_cmp(&from.distance(*right));
        let near = far.unwrap_or(Ordering::Equal);
        near.then_with(|| right.partial_cmp(left).unwrap_or(Ordering::Equal))
    });
    points.into_iter().filter_map(value).find(passes)
}

fn money(
    field: &Field,
    found: Option<&Value>,
    named: &[Value],
    passes: impl Fn(&Value) -> bool,
) -> Option<Value> {
    let amount = |value: &Value| match value {
        Value::Money(amount) => Some(*amount),
        _ => None,
    };
    let found = found.and_then(amount);
    let mut currencies: Vec<Currency> =
        named.iter().filter_map(amount).map(Money::currency).collect();
    currencies.sort_by(|left, right| left.code().cmp(right.code()));
    let first = field.currency.or(found.map(Money::currency));
    currencies.splice(0..0, first);
    currencies.push(Currency::EUR);
    currencies.dedup();
    currencies.into_iter().find_map(|currency| {
        let is_same = |amount: &Money| amount.currency() == currency;
        let from = found.filter(is_same).map_or(0, Money::minor);
        let named: Vec<Value> = named
            .iter()
            .filter(|value| amount(value).is_some_and(|it| is_same(&it)))
            .cloned()
            .collect();
        let value = |point: i128| {
            Some(Value::Money(Money::from_minor(i64::try_from(point).ok()?, currency)))
        };
        nearest_point(i128::from(from), &named, value, &passes)
    })
}

/// The values that tests name, and the days that they count from today.
fn named(asks: &[Ask<'_>], facts: &dyn Facts) -> Vec<Value> {
    let today = facts.today();
    let mut named = Vec::new();
    for (test, _) in asks.iter().filter_map(|ask| ask.test()) {
        match test {
            Test::Is(value) | Test::IsNot(value) => named.push(value.clone()),
            Test::Above(end) | Test::AtLeast(end) | Test::Below(end) | Test::AtMost(end) => {
                named.push(end.clone());
            }
            Test::Between(low, high) => named.extend([low.clone(), high.clone()]),
            Test::OneOf(values) | Test::NoneOf(values) => named.extend(values.iter().cloned()),
            Test::WithinLast(span) => {
                named.extend([days::before(today, *span), today].map(Value::Date));
            }
            Test::WithinNext(span) => {
                named.extend([today, days::after(today, *span)].map(Value::Date));
            }
            Test::AnniversaryWithinNext(span) => {
                named.extend([today, days::after(today, *span)].map(Value::Date));
            }
            _ => {}
        }
    }
    named
}

/// With the days of other years that come round today or at the end of an anniversary's span.
fn with_anniversaries(asks: &[Ask<'_>], mut named: Vec<Value>, facts: &dyn Facts) -> Vec<Value> {
    let mut ends = Vec::new();
    for (test, _) in asks.iter().filter_map(|ask| ask.test()) {
        if let Test::AnniversaryWithinNext(span) = test {
            ends.extend([facts.today(), days::after(facts.today(), *span)]);
        }
    }
    let years: Vec<i32> = named
        .iter()
        .filter_map(|value| if let Value::Date(day) = value { Some(day.year()) } else { None })
        .flat_map(|year| [year - 1, year, year + 1])
        .collect();
    for end in ends {
        named.extend(years.iter().filter_map(|year| end.with_year(*year)).map(Value::Date));
    }
    named
}

fn day(point: i128) -> Option<Value> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(point).ok()?).map(Value::Date)
}
