//! Parts of the space of all facts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Witness;
use crate::money::Currency;
use crate::rule::{Facts, Schema, Test, Text, Truth, Value};

/// Regions of which no two have facts in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// The regions, in the order of the schema's fields and of their values.
    pub regions: Vec<Region>,
    /// Whether there are more than these.
    pub more: bool,
}

/// The facts whose fields are all of the values named; other fields can be anything.
///
/// Its [`Display`](std::fmt::Display) is in plain words: `tier gold or platinum and orders 3 to 5`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// What the fields are, in the order of the schema.
    pub fields: Vec<Extent>,
    /// Facts of the region.
    pub witness: Witness,
}

/// What a field is in a region: in one of some stretches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extent {
    /// The field.
    pub field: Text,
    /// In one of these it is.
    pub stretches: Vec<Stretch>,
}

/// Values that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stretch {
    /// There is no value.
    Missing,
    /// There is any value.
    Known,
    /// There is a value with all of these marks.
    Marked(Vec<Mark>),
}

/// What distinguishes values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mark {
    /// The value passes the test.
    Passes(Test<Value>),
    /// The value fails the test.
    Fails(Test<Value>),
    /// The amount is in this currency.
    InCurrency(Currency),
    /// The amount is in none of these currencies.
    InOtherCurrency(BTreeSet<Currency>),
    /// The set has no members but some of these.
    OnlyAmong(BTreeSet<Text>),
    /// The set has members other than these.
    BeyondThese(BTreeSet<Text>),
}

impl Region {
    /// Whether the facts are in the region.
    #[must_use]
    pub fn covers(&self, schema: &Schema, facts: &dyn Facts) -> bool {
        self.fields.iter().all(|extent| {
            let value = schema.slot(extent.field.as_str()).and_then(|slot| facts.value(slot));
            extent.stretches.iter().any(|stretch| stretch.covers(value, facts))
        })
    }
}

impl Stretch {
    pub(super) fn covers(&self, value: Option<&Value>, facts: &dyn Facts) -> bool {
        match (self, value) {
            (Self::Missing, None) | (Self::Known, Some(_)) => true,
            (Self::Marked(marks), Some(value)) => marks.iter().all(|mark| mark.is_on(value, facts)),
            _ => false,
        }
    }
}

impl Mark {
    /// Whether it says what a value is not, which is told after what it is.
    pub(super) const fn is_denial(&self) -> bool {
        matches!(self, Self::Fails(_))
    }

    fn is_on(&self, value: &Value, facts: &dyn Facts) -> bool {
        match (self, value) {
            (Self::Passes(test), _) => test.truth(value, facts) == Truth::Hold,
            (Self::Fails(test), _) => test.truth(value, facts) == Truth::Fail,
            (Self::InCurrency(currency), Value::Money(amount)) => amount.currency() == *currency,
            (Self::InOtherCurrency(others), Value::Money(amount)) => {
                !others.contains(&amount.currency())
            }
            (Self::OnlyAmong(texts), Value::Set(members)) => members.is_subset(texts),
            (Self::BeyondThese(texts), Value::Set(members)) => !members.is_subset(texts),
            _ => false,
        }
    }
}
