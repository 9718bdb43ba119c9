//! Customers and what is known of them.

use chrono::{NaiveDate, TimeDelta};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::calendar::{day, years, zone};
use super::game::OPT_IN;
use super::id::id;
use super::value::{number, text};
use crate::event::{Channel, Coordinates};
use crate::id::AttributeName;
use crate::profile::{Attributes, Customer};
use crate::rule::{Number, Text, Value};

/// A customer of whom more or less is known, who passes [`Customer::validate`].
pub fn customer() -> impl Strategy<Value = Customer> + Clone {
    (id(), attributes()).prop_map(|(id, attributes)| Customer { id, attributes })
}

/// Some well-known attributes, and now and then one of the host's own.
pub fn attributes() -> impl Strategy<Value = Attributes> + Clone {
    proptest::collection::vec(attribute(), 0..=12).prop_map(|known| known.into_iter().collect())
}

/// An attribute with a value that it can have.
pub fn attribute() -> impl Strategy<Value = (AttributeName, Value)> + Clone {
    let well_known = prop_oneof![
        3 => words(),
        2 => sets(),
        1 => (1..=8_i64).prop_map(|size| ("household_size", Value::Integer(size))),
        1 => birthday().prop_map(|day| ("birthday", Value::Date(day))),
        1 => day().prop_map(|day| ("enrolled_on", Value::Date(day))),
        1 => coordinates().prop_map(|place| ("latitude", Value::Number(place.latitude))),
        1 => coordinates().prop_map(|place| ("longitude", Value::Number(place.longitude))),
        1 => number().prop_map(|number| ("shoe_size", Value::Number(number))),
        1 => any::<bool>().prop_map(|seen| (OPT_IN, Value::Bool(seen))),
        1 => zone().prop_map(|zone| ("time_zone", Value::text(zone.name()))),
        1 => text().prop_map(|text| ("nickname", Value::Text(text))),
    ];
    well_known.prop_filter_map("an attribute", |(name, value)| {
        Some((AttributeName::new(name).ok()?, value))
    })
}

/// A place on earth.
pub fn coordinates() -> impl Strategy<Value = Coordinates> + Clone {
    (-90_000..=90_000_i32, -180_000..=180_000_i32).prop_filter_map("a place", |(north, east)| {
        let degrees = |thousandths| Number::new(f64::from(thousandths) / 1_000.0).ok();
        Some(Coordinates { latitude: degrees(north)?, longitude: degrees(east)? })
    })
}

/// A channel.
pub fn channel() -> impl Strategy<Value = Channel> + Clone {
    select(Channel::ALL.to_vec())
}

fn words() -> impl Strategy<Value = (&'static str, Value)> + Clone {
    let word = select(vec![
        ("country", "BE"),
        ("country", "NL"),
        ("region", "north"),
        ("region", "south"),
        ("city", "Gent"),
        ("city", "Brugge"),
        ("postal_code", "9000"),
        ("language", "nl-BE"),
        ("email", "ada@example.com"),
        ("phone", "+3291234567"),
        ("first_name", "Ada"),
        ("gender", "female"),
        ("income_band", "middle"),
        ("education", "master"),
        ("occupation", "engineer"),
        ("preferred_channel", "email"),
        ("preferred_channel", "app"),
    ]);
    word.prop_map(|(name, text)| (name, Value::text(text)))
}

fn sets() -> impl Strategy<Value = (&'static str, Value)> + Clone {
    let words = |words: &'static [&'static str]| {
        subsequence(words, 0..=words.len())
            .prop_map(|words| Value::Set(words.into_iter().map(Text::from).collect()))
    };
    prop_oneof![
        words(&["coffee", "running", "music"]).prop_map(|set| ("interests", set)),
        words(&["climate", "family"]).prop_map(|set| ("values", set)),
    ]
}

/// A birthday of someone who is 16 to 96 years old, give or take.
fn birthday() -> impl Strategy<Value = NaiveDate> + Clone {
    let born = years().start.date_naive();
    (16 * 365..=96 * 365_i64).prop_map(move |days| born - TimeDelta::days(days))
}
