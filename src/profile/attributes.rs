//! Typed facts about a customer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::calendar::Zone;
use crate::event::{AttributesChanged, Channel, check_value};
use crate::id::AttributeName;
use crate::path::{Path, Problems, Trail, each_once};
use crate::rule::{Kind, Number, Text, Value};

/// What is known of a customer, by name.
///
/// A host may use any names; those that are [`WELL_KNOWN`] have a type, and a method that reads
/// them. What is not known is not there.
///
/// In JSON it is an object: `{"country": "BE", "birthday": {"date": "1990-02-28"}, "interests":
/// ["running"]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Attributes(#[serde(deserialize_with = "each_once")] BTreeMap<AttributeName, Value>);

macro_rules! well_known {
    ($($name:ident: $kind:ident($result:ty) = $doc:literal,)+) => {
        /// The attributes that have a meaning for the crate: name, type and what it is.
        pub const WELL_KNOWN: &[(&str, Kind, &str)] =
            &[$((stringify!($name), Kind::$kind, $doc)),+];

        impl Attributes {
            $(
                #[doc = $doc]
                #[must_use]
                pub fn $name(&self) -> Option<$result> {
                    match self.get(stringify!($name)) {
                        Some(Value::$kind(value)) => Some(read!($kind value)),
                        _ => None,
                    }
                }
            )+
        }
    };
}

macro_rules! read {
    (Text $value:ident) => {
        $value
    };
    (Set $value:ident) => {
        $value
    };
    ($plain:ident $value:ident) => {
        *$value
    };
}

well_known! {
    first_name: Text(&Text) =
        "How to address the customer.",
    last_name: Text(&Text) =
        "The family name.",
    language: Text(&Text) =
        "The language to write in, as its BCP 47 tag, such as `nl-BE`.",
    email: Text(&Text) =
        "The address for electronic mail.",
    phone: Text(&Text) =
        "The telephone number, as in E.164: `+3291234567`.",
    preferred_channel: Text(&Text) =
        "The channel that the customer prefers, by its name, such as `email`.",
    birthday: Date(NaiveDate) =
        "The day of birth.",
    gender: Text(&Text) =
        "The gender, in the host's words.",
    household_size: Integer(i64) =
        "How many people live in the household, the customer included.",
    income_band: Text(&Text) =
        "The band of the household's income, in the host's words.",
    education: Text(&Text) =
        "The highest level of education, in the host's words.",
    occupation: Text(&Text) =
        "What the customer does for a living, in the host's words.",
    country: Text(&Text) =
        "The country of residence, as its ISO 3166-1 code of two letters, such as `BE`.",
    region: Text(&Text) =
        "The region of residence, in the host's words.",
    city: Text(&Text) =
        "The city of residence.",
    postal_code: Text(&Text) =
        "The postal code of residence.",
    latitude: Number(Number) =
        "Degrees north of the equator of the residence (WGS 84).",
    longitude: Number(Number) =
        "Degrees east of Greenwich of the residence (WGS 84).",
    time_zone: Text(&Text) =
        "The time zone in which the customer lives, as its IANA name, such as `Europe/Brussels`.",
    interests: Set(&BTreeSet<Text>) =
        "What the customer likes to do or read about (psychographics).",
    values: Set(&BTreeSet<Text>) =
        "What the customer holds dear (psychographics).",
    enrolled_on: Date(NaiveDate) =
        "The day on which the customer joined, where it is not an event.",
}

impl Attributes {
    /// The value of an attribute, if it is known.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Makes the value of an attribute known, in place of an earlier one.
    pub fn insert(&mut self, name: AttributeName, value: impl Into<Value>) {
        self.0.insert(name, value.into());
    }

    /// Forgets the value of an attribute.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// All that is known, by name.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&AttributeName, &Value)> {
        self.0.iter()
    }

    /// How many attributes are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether none is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Completed years of age on `today`; who was born on 29 February turns a year older on 1 March
    /// of common years. `None` without a birthday, or before it.
    #[must_use]
    pub fn age_years(&self, today: NaiveDate) -> Option<u32> {
        today.years_since(self.birthday()?)
    }

    /// Checks types and limits of the values: a well-known attribute has its type, latitude and
    /// longitude are on earth, the preferred channel is a channel, the time zone is one.
    ///
    /// # Errors
    /// All problems, each with the name of its attribute as path.
    pub fn validate(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        for (name, value) in &self.0 {
            let path = Path::root().field(name.as_str());
            let mut limits = Problems::none();
            check_value(Some(value), &Trail::At(&path), &mut limits);
            problems.absorb(&Path::root(), limits);
            check_meaning(name, value, &path, &mut problems);
        }
        problems.into_result(())
    }

    /// Takes over what an event tells, but no well-known attribute with a value of the wrong type.
    pub(super) fn change(&mut self, changed: &AttributesChanged) {
        for (name, value) in &changed.changes {
            match value {
                None => self.remove(name.as_str()),
                Some(value) if kind(name).is_none_or(|kind| kind == value.kind()) => {
                    self.insert(name.clone(), value.clone());
                }
                Some(_) => {}
            }
        }
    }

    /// Sets a well-known attribute.
    pub(super) fn set(&mut self, name: &str, value: Value) {
        if let Ok(name) = AttributeName::new(name) {
            self.insert(name, value);
        }
    }
}

impl FromIterator<(AttributeName, Value)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (AttributeName, Value)>>(values: I) -> Self {
        Self(values.into_iter().collect())
    }
}

/// The type of a well-known attribute.
fn kind(name: &AttributeName) -> Option<Kind> {
    WELL_KNOWN.iter().find(|(known, ..)| *known == name.as_str()).map(|(_, kind, _)| *kind)
}

/// Checks that a well-known attribute has its type, and a value that means something.
pub(super) fn check_meaning(
    name: &AttributeName,
    value: &Value,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    if let Some(expected) = kind(name).filter(|kind| *kind != value.kind()) {
        problems.add(path.clone(), Fault::WrongKind { expected, found: value.kind() });
        return;
    }
    let fault = match (name.as_str(), value) {
        ("latitude", Value::Number(degrees)) => off_earth(*degrees, 90),
        ("longitude", Value::Number(degrees)) => off_earth(*degrees, 180),
        ("household_size", Value::Integer(size)) if *size < 1 => {
            Some(Fault::EmptyHousehold { size: *size })
        }
        ("preferred_channel", Value::Text(channel)) => channel
            .as_str()
            .parse::<Channel>()
            .err()
            .map(|error| Fault::UnknownChannel { message: error.to_string() }),
        ("time_zone", Value::Text(zone)) => Zone::from_name(zone.as_str())
            .err()
            .map(|error| Fault::UnknownZone { message: error.to_string() }),
        _ => None,
    };
    if let Some(fault) = fault {
        problems.add(path.clone(), fault);
    }
}

fn off_earth(degrees: Number, limit: u16) -> Option<Fault> {
    (degrees.as_f64().abs() > f64::from(limit))
        .then(|| Fault::Event(crate::event::Fault::Degrees { degrees: degrees.to_string(), limit }))
}
