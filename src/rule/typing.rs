//! Literals get their type from the field with which they are compared.

use chrono::NaiveDate;

use super::{Fault, Field, Kind, Literal, Number, Test, Text, Value};
use crate::money::Money;

/// So many texts of a domain are listed where another one was written.
const FEW: usize = 12;

/// The tests in the order in which messages name them, with the types that each goes with.
const TESTS: [(&str, &[Kind]); 17] = {
    use Kind::{Bool, Date, Integer, Money, Number, Set, Text};
    const ORDERED: &[Kind] = &[Integer, Number, Money, Date];
    [
        ("is", &[Bool, Integer, Number, Money, Text, Date, Set]),
        ("is_not", &[Bool, Integer, Number, Money, Text, Date, Set]),
        ("above", ORDERED),
        ("at_least", ORDERED),
        ("below", ORDERED),
        ("at_most", ORDERED),
        ("between", ORDERED),
        ("one_of", &[Integer, Number, Money, Text, Date]),
        ("any_of", &[Set]),
        ("all_of", &[Set]),
        ("none_of", &[Integer, Number, Money, Text, Date, Set]),
        ("starts_with", &[Text]),
        ("ends_with", &[Text]),
        ("contains", &[Text]),
        ("within_last", &[Date]),
        ("within_next", &[Date]),
        ("anniversary_within_next", &[Date]),
    ]
};

/// The words of all tests.
pub(super) fn words() -> impl Iterator<Item = &'static str> + Clone {
    TESTS.iter().map(|(word, _)| *word)
}

/// Whether fields of this type can be tested so.
pub(super) fn goes_with(test: &Test, field: &Field) -> Result<(), Fault> {
    let goes = |(_, kinds): &&(&str, &[Kind])| kinds.contains(&field.kind);
    let allowed: Vec<&'static str> = TESTS.iter().filter(goes).map(|(word, _)| *word).collect();
    if allowed.contains(&test.word()) {
        return Ok(());
    }
    let (test, field, kind) = (test.word(), field.name.clone(), field.kind);
    Err(Fault::WrongTest { test, field, kind, allowed })
}

/// The value that `literal` stands for where it is compared with `field` itself.
pub(super) fn value(field: &Field, literal: &Literal) -> Result<Value, Fault> {
    match (field.kind, literal) {
        (Kind::Set, Literal::List(texts)) => {
            texts.iter().try_for_each(|text| in_domain(field, text))?;
            Ok(Value::Set(texts.iter().cloned().collect()))
        }
        (Kind::Set, _) => Err(wrong_type(field, Kind::Set, literal)),
        (kind, _) => scalar(field, kind, literal),
    }
}

/// The value that `literal` stands for where it is one of a list: for a set, a member of it.
pub(super) fn listed(field: &Field, literal: &Literal) -> Result<Value, Fault> {
    let kind = if field.kind == Kind::Set { Kind::Text } else { field.kind };
    scalar(field, kind, literal)
}

fn scalar(field: &Field, kind: Kind, literal: &Literal) -> Result<Value, Fault> {
    match (kind, literal) {
        (Kind::Bool, Literal::Bool(value)) => Ok(Value::Bool(*value)),
        (Kind::Integer, Literal::Number(value)) => Ok(whole(*value)),
        (Kind::Integer, Literal::Integer(value)) => Ok(Value::Integer(*value)),
        (Kind::Number, Literal::Integer(value)) => Ok(float(*value)),
        (Kind::Number, Literal::Number(value)) => Ok(Value::Number(*value)),
        (Kind::Money, Literal::Text(text)) => money(field, text),
        (Kind::Money, Literal::Integer(_) | Literal::Number(_)) => bare(field, literal),
        (Kind::Date, Literal::Text(text)) => {
            date(text).ok_or_else(|| wrong_type(field, kind, literal))
        }
        (Kind::Text, Literal::Text(text)) => {
            in_domain(field, text).map(|()| Value::Text(text.clone()))
        }
        _ => Err(wrong_type(field, kind, literal)),
    }
}

/// The integer, if the number is one; otherwise the number, with which integers compare exactly.
fn whole(number: Number) -> Value {
    let integer = number.as_f64() as i64;
    let exact = Value::Integer(integer);
    if exact.same(&Value::Number(number)) == Some(true) { exact } else { Value::Number(number) }
}

/// The number, if the integer is one; otherwise the integer, with which numbers compare exactly.
fn float(integer: i64) -> Value {
    match Value::number(integer as f64) {
        Some(number) if number.same(&Value::Integer(integer)) == Some(true) => number,
        _ => Value::Integer(integer),
    }
}

fn money(field: &Field, text: &Text) -> Result<Value, Fault> {
    let name = || field.name.clone();
    let amount: Money =
        text.as_str().parse().map_err(|cause| Fault::WrongMoney { field: name(), cause })?;
    match field.currency {
        Some(expected) if expected != amount.currency() => {
            Err(Fault::WrongCurrency { field: name(), expected, found: amount.currency() })
        }
        _ => Ok(Value::Money(amount)),
    }
}

/// The amount that a number without a currency stands for: so many whole units, or exactly what
/// its shortest decimal text says.
fn bare(field: &Field, number: &Literal) -> Result<Value, Fault> {
    match field.currency {
        Some(currency) => money(field, &Text::from(format!("{number} {currency}"))),
        None => Err(Fault::NoCurrency { field: field.name.clone(), found: number.clone() }),
    }
}

/// The day, if it is written with four digits of the year and two of month and day.
fn date(text: &Text) -> Option<Value> {
    let day: NaiveDate = text.as_str().parse().ok()?;
    (day.to_string() == text.as_str()).then_some(Value::Date(day))
}

fn in_domain(field: &Field, text: &Text) -> Result<(), Fault> {
    match &field.domain {
        Some(domain) if !domain.contains(text) => Err(Fault::OutsideDomain {
            field: field.name.clone(),
            text: text.clone(),
            domain: if domain.len() <= FEW { domain.iter().cloned().collect() } else { vec![] },
            suggestion: None,
        }),
        _ => Ok(()),
    }
}

fn wrong_type(field: &Field, kind: Kind, found: &Literal) -> Fault {
    Fault::WrongType {
        field: field.name.clone(),
        kind,
        currency: field.currency,
        found: found.clone(),
    }
}
