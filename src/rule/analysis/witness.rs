//! Facts that show what an answer says.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::rule::{Facts, Slot, Text, Value};

/// Facts for which something is so: ask the rules themselves, and see.
///
/// Fields that are not named are missing, and could as well be anything else. Its
/// [`Display`](std::fmt::Display) names the facts: `spend 100.00 EUR, email missing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// What matters, in the order of the schema.
    pub facts: Vec<Fact>,
    /// The day from which dates are counted.
    pub today: NaiveDate,
}

/// The value of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The field's place in the schema.
    pub slot: Slot,
    /// Its name.
    pub field: Text,
    /// Its value; `None` if it is missing, and has to be.
    pub value: Option<Value>,
}

impl Facts for Witness {
    fn value(&self, slot: Slot) -> Option<&Value> {
        self.facts.iter().find(|fact| fact.slot == slot)?.value.as_ref()
    }

    fn today(&self) -> NaiveDate {
        self.today
    }
}
