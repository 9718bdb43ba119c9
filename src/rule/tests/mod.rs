//! What rules promise, by theme.

mod analysis;
mod check;
mod generate;
mod index;
mod json;
mod laws;
mod naive;
mod semantics;
mod text;
mod turn;
mod turn_laws;
mod undecided;
mod verdict;

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::{Field, Kind, Schema, Sheet, Value};
use crate::money::{Currency, Money};

/// A little of everything that a loyalty program asks about.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let interests = Field {
        domain: Some(["coffee", "tea", "books"].map(Into::into).into()),
        ..Field::new("interests", Kind::Set)
    };
    Schema::new([
        Field::money("spend(90d)", Currency::EUR),
        Field::new("orders", Kind::Integer),
        Field::new("rate", Kind::Number),
        Field::new("email", Kind::Text),
        Field::choice("tier", ["bronze", "silver", "gold", "platinum"]),
        Field::new("birthday", Kind::Date),
        interests,
        Field::new("active", Kind::Bool),
        Field::new("balance", Kind::Money),
        Field::new("phone", Kind::Text),
    ])
    .unwrap()
    .with_known_names(["spend(30d)", "recency_days", "visits(30d)"])
});

fn schema() -> &'static Schema {
    &SCHEMA
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

/// The facts with these values; everything else is missing.
fn sheet<const N: usize>(values: [(&str, Value); N]) -> Sheet {
    let mut sheet = Sheet::new(day("2026-03-15"));
    for (name, value) in values {
        sheet.set(schema().slot(name).unwrap(), Some(value));
    }
    sheet
}
