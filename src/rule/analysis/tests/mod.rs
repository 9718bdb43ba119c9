//! What the analysis promises, by theme.

mod bands;
mod difference;
mod limits;
mod texts;
mod worked;

use chrono::NaiveDate;

use super::Analyst;
use crate::money::Currency;
use crate::rule::{CheckedRule, Field, Kind, Rule, Schema};

/// A little of everything.
fn schema() -> Schema {
    let channels = Field {
        domain: Some(["email", "sms"].map(Into::into).into()),
        ..Field::new("channels", Kind::Set)
    };
    Schema::new([
        Field::money("spend", Currency::EUR),
        Field::new("orders", Kind::Integer),
        Field::new("rate", Kind::Number),
        Field::choice("tier", ["bronze", "silver", "gold", "platinum"]),
        Field::new("email", Kind::Text),
        Field::new("birthday", Kind::Date),
        Field::new("interests", Kind::Set),
        channels,
        Field::new("active", Kind::Bool),
        Field::new("balance", Kind::Money),
        Field::new("recency_days", Kind::Integer),
    ])
    .unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn analyst(schema: &Schema) -> Analyst<'_> {
    Analyst::new(schema, day("2026-03-15"))
}

fn checked(rule: Rule) -> CheckedRule {
    rule.check(&schema()).unwrap()
}

/// The facts for which the rule does not hold, or that it always applies.
fn always(rule: Rule) -> String {
    let schema = schema();
    let claim = analyst(&schema).always_applies(&checked(rule)).unwrap();
    claim.witness().map_or_else(|| "always applies".to_owned(), ToString::to_string)
}

/// The facts for which the rule holds, or that it never applies.
fn never(rule: Rule) -> String {
    let schema = schema();
    let rule = checked(rule);
    let claim = analyst(&schema).never_applies(&rule).unwrap();
    assert!(claim.witness().is_none_or(|witness| rule.truth(witness).holds()));
    claim.witness().map_or_else(|| "never applies".to_owned(), ToString::to_string)
}

/// The facts for which `rule` holds and `other` does not, or that there are none.
fn implied(rule: Rule, other: Rule) -> String {
    let schema = schema();
    let (rule, other) = (checked(rule), checked(other));
    let claim = analyst(&schema).implied_by(&other, &rule).unwrap();
    let refutes = |witness| rule.truth(witness).holds() && !other.truth(witness).holds();
    assert!(claim.witness().is_none_or(|witness| refutes(witness)));
    claim.witness().map_or_else(|| "implied".to_owned(), ToString::to_string)
}

/// The facts for which both hold, or that there are none.
fn overlap(first: Rule, second: Rule) -> String {
    let schema = schema();
    let (first, second) = (checked(first), checked(second));
    let witness = analyst(&schema).overlap(&first, &second).unwrap();
    let both = |witness| first.truth(witness).holds() && second.truth(witness).holds();
    assert!(witness.as_ref().is_none_or(|witness| both(witness)));
    witness.map_or_else(|| "apart".to_owned(), |witness| witness.to_string())
}
