//! Values of fields, and facts made of them.

use std::collections::BTreeSet;

use proptest::option::Probability;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::calendar::day;
use super::money::price;
use crate::money::{Currency, Money};
use crate::rule::{Field, Kind, Number, Schema, Sheet, Text, Value};

const TEXTS: [&str; 8] = ["a", "ab", "b", "gold", "silver", "Gent", "gold card", "golden"];

/// A short text, of a few that keep coming back or of any characters.
pub fn text() -> impl Strategy<Value = Text> + Clone {
    prop_oneof![
        4 => select(&TEXTS[..]).prop_map(Text::from),
        1 => "\\PC{0,8}".prop_map(Text::from),
    ]
}

/// A finite number, mostly small and in quarters, sometimes as large or small as they come.
pub fn number() -> impl Strategy<Value = Number> + Clone {
    let quarters = (-40..=400_i32).prop_map(|count| f64::from(count) / 4.0);
    let any = proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL;
    prop_oneof![6 => quarters, 1 => any]
        .prop_filter_map("a finite number", |number| Number::new(number).ok())
}

/// A value that the field can have.
///
/// Values are often alike, and those of a rule are of the same kinds, so that tests for equality
/// hold now and then.
pub fn value(field: &Field) -> BoxedStrategy<Value> {
    let domain = field.domain.iter().flatten().cloned().collect::<Vec<_>>();
    match field.kind {
        Kind::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Kind::Integer => {
            prop_oneof![8 => -2..=20_i64, 1 => any::<i64>()].prop_map(Value::Integer).boxed()
        }
        Kind::Number => number().prop_map(Value::Number).boxed(),
        Kind::Money => amount(field.currency.unwrap_or(Currency::EUR)).boxed(),
        Kind::Text if domain.is_empty() => text().prop_map(Value::Text).boxed(),
        Kind::Text => select(domain).prop_map(Value::Text).boxed(),
        Kind::Date => day().prop_map(Value::Date).boxed(),
        Kind::Set if domain.is_empty() => {
            proptest::collection::btree_set(text(), 0..=4).prop_map(Value::Set).boxed()
        }
        Kind::Set => {
            let size = 0..=domain.len();
            subsequence(domain, size)
                .prop_map(|texts| Value::Set(texts.into_iter().collect()))
                .boxed()
        }
    }
}

fn amount(currency: Currency) -> impl Strategy<Value = Value> + Clone {
    let halves = (0..=200_i64).prop_map(move |halves| {
        Money::from_minor(halves * currency.minor_per_major() / 2, currency)
    });
    let amount = prop_oneof![4 => halves, 1 => price(currency), 1 => super::money::money(currency)];
    amount.prop_map(Value::Money)
}

/// What is known of one customer in the fields of `schema`, of which a share of `missing` (0 to 1)
/// is not there.
pub fn sheet(schema: &Schema, missing: impl Into<Probability>) -> BoxedStrategy<Sheet> {
    let present = 1.0 - f64::from(missing.into());
    let values: Vec<_> = schema
        .fields()
        .iter()
        .map(|field| proptest::option::weighted(present, value(field)))
        .collect();
    (values, day()).prop_map(|(values, today)| Sheet::of(values, today)).boxed()
}

/// One to `most` fields of all types, with and without a currency or a closed domain.
pub fn schema(most: usize) -> impl Strategy<Value = Schema> + Clone {
    let kind = select(vec![
        Kind::Integer,
        Kind::Money,
        Kind::Text,
        Kind::Bool,
        Kind::Set,
        Kind::Date,
        Kind::Number,
    ]);
    let domain = subsequence(&TEXTS[..], 1..=TEXTS.len());
    let field =
        (kind, proptest::option::of(super::money::currency()), proptest::option::of(domain));
    proptest::collection::vec(field, 1..=most.max(1)).prop_filter_map("a schema", |fields| {
        let fields = fields.into_iter().enumerate().map(|(at, (kind, currency, domain))| {
            let field = Field::new(format!("field_{at}"), kind);
            let texts = domain.into_iter().flatten().map(Text::from).collect::<BTreeSet<_>>();
            let domain = Some(texts).filter(|texts| !texts.is_empty());
            match kind {
                Kind::Money => Field { currency, ..field },
                Kind::Text | Kind::Set => Field { domain, ..field },
                _ => field,
            }
        });
        Schema::new(fields).ok()
    })
}
