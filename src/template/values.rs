//! What a message is rendered with.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::Kind;
use super::escape::visible;
use crate::money::Money;
use crate::rule::{Facts, Number, Text, Value};

/// The value of a detail of a message or of a thing in a list.
///
/// In JSON it is written as a [`Value`] of a fact, or as an instant: `{"instant":
/// "2026-01-31T12:00:00Z"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Datum {
    /// An instant.
    Instant {
        /// The instant.
        instant: DateTime<Utc>,
    },
    /// Any other value; a link is a text.
    Value(Value),
}

/// A thing in a list: its fields by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Item(BTreeMap<Text, Datum>);

impl Item {
    /// A thing of which nothing is known yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// The thing with a value of one more field.
    #[must_use]
    pub fn with(mut self, name: impl Into<Text>, value: impl Into<Datum>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    pub(super) fn value(&self, name: &str) -> Option<&Datum> {
        self.0.get(name)
    }
}

/// What is known when a message is rendered: the facts about the customer, the details of the
/// message and the things in its lists.
///
/// A value of another type than the vocabulary says counts as missing, and so does one that is not
/// given, and a text of which nothing would be seen, such as an empty name. What the vocabulary
/// does not know is not looked at.
#[derive(Clone)]
pub struct Values<'a> {
    pub(super) facts: &'a dyn Facts,
    details: Vec<(Text, Datum)>,
    lists: Vec<(Text, Cow<'a, [Item]>)>,
}

impl<'a> Values<'a> {
    /// Only the facts about the customer.
    #[must_use]
    pub const fn new(facts: &'a dyn Facts) -> Self {
        Self { facts, details: Vec::new(), lists: Vec::new() }
    }

    /// With a detail of the message; a second one of the same name replaces the first.
    #[must_use]
    pub fn with(mut self, name: impl Into<Text>, value: impl Into<Datum>) -> Self {
        let name = name.into();
        self.details.retain(|(known, _)| *known != name);
        self.details.push((name, value.into()));
        self
    }

    /// With the things in a list; a second list of the same name replaces the first.
    #[must_use]
    pub fn with_list(
        mut self,
        name: impl Into<Text>,
        items: impl IntoIterator<Item = Item>,
    ) -> Self {
        self.put_list(name.into(), Cow::Owned(items.into_iter().collect()));
        self
    }

    /// The same of things that are there already.
    #[must_use]
    pub(crate) fn over(mut self, name: &str, items: &'a [Item]) -> Self {
        self.put_list(Text::from(name), Cow::Borrowed(items));
        self
    }

    fn put_list(&mut self, name: Text, items: Cow<'a, [Item]>) {
        self.lists.retain(|(known, _)| *known != name);
        self.lists.push((name, items));
    }

    pub(super) fn detail(&self, name: &str) -> Option<&Datum> {
        self.details.iter().find(|(known, _)| known.as_str() == name).map(|(_, value)| value)
    }

    pub(super) fn list(&self, name: &str) -> &[Item] {
        let list = self.lists.iter().find(|(known, _)| known.as_str() == name);
        list.map(|(_, items)| items.as_ref()).unwrap_or_default()
    }
}

/// A value that is looked at.
#[derive(Clone, Copy)]
pub(super) enum Seen<'a> {
    Bool(bool),
    Integer(i64),
    Number(Number),
    Money(Money),
    Text(&'a str),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    Set(&'a std::collections::BTreeSet<Text>),
}

impl<'a> Seen<'a> {
    /// The value, if it is of the type and something of it would be seen.
    pub(super) fn of(value: &'a Value, kind: Kind) -> Option<Self> {
        Self::written(value, kind).filter(|seen| match seen {
            Self::Text(text) => visible(text),
            _ => true,
        })
    }

    /// The value, if it is of the type.
    fn written(value: &'a Value, kind: Kind) -> Option<Self> {
        match (value, kind) {
            (Value::Bool(value), Kind::Bool) => Some(Self::Bool(*value)),
            (Value::Integer(value), Kind::Integer) => Some(Self::Integer(*value)),
            (Value::Number(value), Kind::Number) => Some(Self::Number(*value)),
            (Value::Money(value), Kind::Money) => Some(Self::Money(*value)),
            (Value::Text(value), Kind::Text | Kind::Link) => Some(Self::Text(value.as_str())),
            (Value::Date(value), Kind::Date) => Some(Self::Date(*value)),
            (Value::Set(value), Kind::Set) => Some(Self::Set(value)),
            _ => None,
        }
    }

    /// What an author wrote to stand in, which may be nothing.
    pub(super) fn of_fallback(datum: &'a Datum, kind: Kind) -> Option<Self> {
        match datum {
            Datum::Value(value) => Self::written(value, kind),
            Datum::Instant { .. } => None,
        }
    }

    pub(super) fn of_datum(datum: &'a Datum, kind: Kind) -> Option<Self> {
        match datum {
            Datum::Value(value) => Self::of(value, kind),
            Datum::Instant { instant } if kind == Kind::Instant => Some(Self::Instant(*instant)),
            Datum::Instant { .. } => None,
        }
    }
}

impl From<Value> for Datum {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

impl From<DateTime<Utc>> for Datum {
    fn from(instant: DateTime<Utc>) -> Self {
        Self::Instant { instant }
    }
}

macro_rules! from_values {
    ($($type:ty)+) => {$(
        impl From<$type> for Datum {
            fn from(value: $type) -> Self {
                Self::Value(Value::from(value))
            }
        }
    )+};
}

from_values! { bool i64 Money NaiveDate &str }

impl From<Number> for Datum {
    fn from(value: Number) -> Self {
        Self::Value(Value::Number(value))
    }
}

impl From<Text> for Datum {
    fn from(value: Text) -> Self {
        Self::Value(Value::Text(value))
    }
}
