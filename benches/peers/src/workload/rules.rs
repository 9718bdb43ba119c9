//! The workload in the words of loyalty.

use chrono::NaiveDate;
use loyalty::rule::{self, Field, Rule, Schema, Sheet, Value, all, any, field};
use loyalty::{Currency, Money};

use super::{ATTRIBUTES, Attribute, Clause, Condition, Fact, Kind, Offer, Profile, Test};

/// The fields that the rules name, in the order of [`ATTRIBUTES`].
pub fn schema() -> Schema {
    let fields = ATTRIBUTES.iter().map(|attribute| match attribute.kind {
        Kind::Integer { .. } | Kind::Month => Field::new(attribute.name, rule::Kind::Integer),
        Kind::Money { .. } => Field::money(attribute.name, Currency::EUR),
        Kind::Fraction { .. } => Field::new(attribute.name, rule::Kind::Number),
        Kind::Bool => Field::new(attribute.name, rule::Kind::Bool),
        Kind::Text { .. } => Field::new(attribute.name, rule::Kind::Text),
        Kind::Set { .. } => Field::new(attribute.name, rule::Kind::Set),
    });
    Schema::new(fields).expect("fields with names of their own")
}

/// What a customer has to meet for an offer.
pub fn rule(offer: &Offer) -> Rule {
    all(offer.clauses.iter().map(|clause| match clause {
        Clause::One(only) => condition(only),
        Clause::Either(first, second) => any([condition(first), condition(second)]),
    }))
}

/// What is known of a customer.
pub fn sheet(profile: &Profile) -> Sheet {
    let facts = ATTRIBUTES.iter().zip(&profile.facts);
    let values = facts.map(|(attribute, fact)| fact.as_ref().map(|fact| value(attribute, fact)));
    Sheet::of(values.collect(), NaiveDate::default())
}

fn condition(condition: &Condition) -> Rule {
    let about = condition.attribute();
    let of = field(about.name);
    match &condition.test {
        Test::AtLeast(low) => of.at_least(literal(about, *low)),
        Test::AtMost(high) => of.at_most(literal(about, *high)),
        Test::Between(low, high) => of.between(literal(about, *low), literal(about, *high)),
        Test::Listed(numbers) => of.one_of(numbers.iter().copied()),
        Test::Is(truth) => of.is(*truth),
        Test::OneOf(texts) => match texts.as_slice() {
            [only] => of.is(only.as_str()),
            _ => of.one_of(texts.iter().map(String::as_str)),
        },
        Test::NoneOf(texts) => of.none_of(texts.iter().map(String::as_str)),
        Test::AnyOf(texts) => of.any_of(texts.iter().map(String::as_str)),
        Test::AllOf(texts) => of.all_of(texts.iter().map(String::as_str)),
    }
}

fn literal(about: &Attribute, number: i64) -> rule::Literal {
    match about.kind {
        Kind::Money { .. } => Money::from_minor(number, Currency::EUR).into(),
        Kind::Fraction { .. } => fraction(number).into(),
        _ => number.into(),
    }
}

fn value(about: &Attribute, fact: &Fact) -> Value {
    match fact {
        Fact::Number(number) => match about.kind {
            Kind::Money { .. } => Value::Money(Money::from_minor(*number, Currency::EUR)),
            Kind::Fraction { .. } => Value::number(fraction(*number)).expect("a finite number"),
            _ => Value::Integer(*number),
        },
        Fact::Bool(truth) => Value::Bool(*truth),
        Fact::Text(text) => Value::text(text),
        Fact::Set(texts) => Value::set(texts),
    }
}

fn fraction(ten_thousandths: i64) -> f64 {
    ten_thousandths as f64 / 10_000.0
}
