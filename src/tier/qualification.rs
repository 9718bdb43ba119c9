//! Since when credits count.

use std::fmt;

use serde::de::{Error, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::calendar::Window;
use crate::id::AttributeName;

/// How a tier year is written.
const TIER_YEAR: &str = "tier_year";

/// Since when credits count: "12mo", "this_year", "membership_year", "tier_year", "lifetime".
///
/// In JSON it is the text of a [`Window`], `"tier_year"`, or `{"year_from": "enrolled_on"}`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Qualification {
    /// The same for every question of that instant: rolling, a period of the calendar, a year of
    /// membership, or a lifetime.
    Window(Window),
    /// A year from the start of the customer's tier on; while they have none, their year of
    /// membership.
    ///
    /// A tier starts whenever credits that come in suffice for it, and when a tier year is over
    /// after whose start enough came in. What counts is what has come since the earliest start that
    /// is less than a year ago, so that a start never takes away what counted before it.
    TierYear,
    /// A year from the last anniversary of a date of the customer's own on, such as their birthday;
    /// while it is not known, nothing counts.
    YearFrom(AttributeName),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct YearFrom {
    year_from: AttributeName,
}

impl From<Window> for Qualification {
    fn from(window: Window) -> Self {
        Self::Window(window)
    }
}

impl fmt::Display for Qualification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Window(window) => window.fmt(f),
            Self::TierYear => f.write_str(TIER_YEAR),
            Self::YearFrom(attribute) => write!(f, "year from {attribute}"),
        }
    }
}

impl Serialize for Qualification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::YearFrom(attribute) => {
                YearFrom { year_from: attribute.clone() }.serialize(serializer)
            }
            _ => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Qualification {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Qualification;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a window such as \"12mo\", \"tier_year\", or {\"year_from\": \"enrolled_on\"}")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Qualification, E> {
        match text {
            TIER_YEAR => Ok(Qualification::TierYear),
            _ => text.parse().map(Qualification::Window).map_err(E::custom),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Qualification, A::Error> {
        let own = YearFrom::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Qualification::YearFrom(own.year_from))
    }
}
