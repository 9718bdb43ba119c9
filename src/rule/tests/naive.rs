//! A second interpreter, written from the definitions: slow, on the written rule, and sharing
//! nothing with the checked form.

use chrono::{Datelike, Days, Months, NaiveDate, TimeDelta};

use super::schema;
use crate::calendar::{Span, Unit};
use crate::rule::Truth::{Fail, Hold, Unknown};
use crate::rule::{Facts, Literal, Operand, Rule, Test, Truth, Value};

/// Whether the rule holds.
pub(super) fn truth(rule: &Rule, facts: &dyn Facts) -> Truth {
    let count =
        |rules: &[Rule], wanted| rules.iter().filter(|rule| truth(rule, facts) == wanted).count();
    match rule {
        Rule::Always => Hold,
        Rule::Never => Fail,
        Rule::All(rules) if count(rules, Fail) > 0 => Fail,
        Rule::All(rules) if count(rules, Unknown) > 0 => Unknown,
        Rule::All(_) => Hold,
        Rule::Any(rules) if count(rules, Hold) > 0 => Hold,
        Rule::Any(rules) if count(rules, Unknown) > 0 => Unknown,
        Rule::Any(_) => Fail,
        Rule::Not(rule) => [Hold, Unknown, Fail][truth(rule, facts) as usize],
        Rule::AtLeast { count: least, of } => {
            let (holding, open) = (count(of, Hold), count(of, Unknown));
            match *least as usize {
                least if holding >= least => Hold,
                least if holding + open < least => Fail,
                _ => Unknown,
            }
        }
        Rule::Missing(name) => [Fail, Hold][usize::from(find(name.as_str(), facts).is_none())],
        Rule::Test { operand, test } => match value(operand, facts) {
            None => Unknown,
            Some(found) => [Fail, Hold][usize::from(passes(&found, test, facts.today()))],
        },
    }
}

/// A value on a scale of its own: numbers are counted in quarters, money in cents.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Plain {
    Bool(bool),
    Quarters(i64),
    Cents(i64),
    Day(NaiveDate),
    Text(String),
    Set(Vec<String>),
}

fn find(name: &str, facts: &dyn Facts) -> Option<Plain> {
    Some(match facts.value(schema().slot(name).unwrap())? {
        Value::Bool(value) => Plain::Bool(*value),
        Value::Integer(value) => Plain::Quarters(value * 4),
        Value::Number(value) => Plain::Quarters((value.as_f64() * 4.0) as i64),
        Value::Money(amount) => Plain::Cents(amount.minor()),
        Value::Date(day) => Plain::Day(*day),
        Value::Text(text) => Plain::Text(text.to_string()),
        Value::Set(set) => Plain::Set(set.iter().map(ToString::to_string).collect()),
    })
}

fn value(operand: &Operand, facts: &dyn Facts) -> Option<Plain> {
    let (fields, default) = match operand {
        Operand::Field(name) => return find(name.as_str(), facts),
        Operand::Coalesce { fields, default } => (fields, default),
    };
    for name in fields {
        if let Some(found) = find(name.as_str(), facts) {
            return Some(found);
        }
    }
    default.as_ref().map(literal)
}

/// The type of a generated literal can be seen from its looks.
pub(super) fn literal(literal: &Literal) -> Plain {
    match literal {
        Literal::Bool(value) => Plain::Bool(*value),
        Literal::Integer(value) => Plain::Quarters(value * 4),
        Literal::Number(value) => Plain::Quarters((value.as_f64() * 4.0) as i64),
        Literal::List(texts) => Plain::Set(texts.iter().map(ToString::to_string).collect()),
        Literal::Text(text) => {
            let text = text.as_str();
            if let Some(amount) = text.strip_suffix(" EUR") {
                Plain::Cents(amount.replace('.', "").parse().unwrap())
            } else if let Ok(day) = text.parse() {
                Plain::Day(day)
            } else {
                Plain::Text(text.to_owned())
            }
        }
    }
}

fn passes(found: &Plain, test: &Test, today: NaiveDate) -> bool {
    let among = |values: &[Literal]| values.iter().any(|value| literal(value) == *found);
    let has = |value: &Literal| match (found, value) {
        (Plain::Set(members), Literal::Text(text)) => members.contains(&text.to_string()),
        _ => false,
    };
    let text = || if let Plain::Text(text) = found { text.as_str() } else { panic!("{found:?}") };
    let day = || if let Plain::Day(day) = found { *day } else { panic!("{found:?}") };
    match test {
        Test::Is(value) => *found == literal(value),
        Test::IsNot(value) => *found != literal(value),
        Test::Above(value) => *found > literal(value),
        Test::AtLeast(value) => *found >= literal(value),
        Test::Below(value) => *found < literal(value),
        Test::AtMost(value) => *found <= literal(value),
        Test::Between(low, high) => *found >= literal(low) && *found <= literal(high),
        Test::OneOf(values) => among(values),
        Test::NoneOf(values) => !among(values) && !values.iter().any(has),
        Test::AnyOf(values) => values.iter().any(has),
        Test::AllOf(values) => values.iter().all(has),
        Test::StartsWith(start) => text().find(start.as_str()) == Some(0),
        Test::EndsWith(end) => {
            text().rsplit_once(end.as_str()).is_some_and(|(_, at)| at.is_empty())
        }
        Test::Contains(part) => text().split(part.as_str()).count() > 1,
        Test::WithinLast(span) => days(today, *span, -1).any(|date| date == day()),
        Test::WithinNext(span) => days(today, *span, 1).any(|date| date == day()),
        Test::AnniversaryWithinNext(span) => {
            days(today, *span, 1).any(|date| date >= day() && comes_round(day(), date))
        }
    }
}

/// Every day from today to the end of the span, one by one; today is no day on which months clamp.
fn days(today: NaiveDate, span: Span, direction: i64) -> impl Iterator<Item = NaiveDate> {
    let (days, months) = match span.unit() {
        Unit::Day => (Days::new(span.count().into()), Months::new(0)),
        Unit::Week => (Days::new(u64::from(span.count()) * 7), Months::new(0)),
        Unit::Month => (Days::new(0), Months::new(span.count())),
        unit => panic!("{unit:?}"),
    };
    let end = if direction > 0 { today + days + months } else { today - days - months };
    let distance = (end - today).num_days().abs();
    (0..=distance).map(move |step| today + TimeDelta::days(step * direction))
}

fn comes_round(born: NaiveDate, date: NaiveDate) -> bool {
    let leap_day = (born.month(), born.day()) == (2, 29);
    let kept = if leap_day && !date.leap_year() { 28 } else { born.day() };
    (born.month(), kept) == (date.month(), date.day())
}
