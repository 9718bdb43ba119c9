//! What would turn a rule: the smallest sets of changes that make it hold.

mod change;
mod demand;
mod line;
mod members;
mod search;
mod state;
mod support;
mod tell;
mod text;
mod unlock;

pub use unlock::{Unlock, unlocks};

use serde::{Deserialize, Serialize};

use super::{Aim, CheckedRule, Facts, Gap, Text, Value, Wanted};
use search::Search;

/// How many sets of changes are told at most.
pub const MAX_TURNS: usize = 64;

/// The smallest sets of changes that make a rule hold, as far as they were looked for.
///
/// A set is among them if its changes together make the rule hold, and no part of them does with
/// whatever values. Sets of fewer changes come first, and among equally many those whose fields
/// come first in the rule. A rule that holds already is turned by the empty set, and one that no
/// change makes hold, by none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turns {
    /// The sets, each with other fields.
    pub sets: Vec<Turn>,
    /// Whether these are all: the search stops at [`MAX_TURNS`] sets, and in a rule that leaves it
    /// too many ways.
    pub complete: bool,
}

/// Changes that make a rule hold when all of them are made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// One for each field that changes, in the order of the rule.
    pub changes: Vec<Change>,
}

/// What becomes of one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The field.
    pub field: Text,
    /// Its value now; `None` if it is missing.
    pub from: Option<Value>,
    /// A value with which the rule holds: the nearest, where that means something, and otherwise
    /// one of those that would do. `None` if there must be none.
    pub to: Option<Value>,
    /// How it changes.
    pub gap: Gap,
    /// What the rule asks of the field, all at once: the value `to` is as it is for these.
    pub wanted: Vec<Demand>,
}

/// What one condition asks of a field, for the whole rule to hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demand {
    /// The condition.
    pub wanted: Wanted,
    /// Whether it should hold or fail.
    pub aim: Aim,
}

impl CheckedRule {
    /// The smallest sets of changes that make the rule hold for these facts.
    ///
    /// A change gives one field one other value, takes its value away, or waits: an anniversary
    /// comes near in some days, while everything else stays as it is. All conditions on a field are
    /// taken together, and every set that is told was tried out. Of the values that would do, the
    /// nearest is told; where several fields change, the nearest of the first field in the rule,
    /// then of the next. A value that turns a test of another type or currency into one that can
    /// be compared counts as becoming known.
    ///
    /// # Complexity
    /// Some hundred to some thousand times what evaluation takes; less where few changes do.
    ///
    /// ```
    /// use loyalty::money::{Currency, Money};
    /// use loyalty::rule::{Field, Kind, Rule, Schema, Sheet};
    ///
    /// let fields =
    ///     [Field::money("spend", Currency::EUR), Field::new("orders", Kind::Integer)];
    /// let schema = Schema::new(fields)?;
    /// let vip: Rule = "spend between 400 and 500 or (orders > 3 and orders < 9)".parse()?;
    /// let vip = vip.check(&schema)?;
    ///
    /// let spend: Money = "387.60 EUR".parse()?;
    /// let facts = Sheet::of(vec![Some(spend.into()), Some(3.into())], "2026-01-31".parse()?);
    /// let turns = vip.turns(&facts);
    /// assert!(turns.complete);
    /// assert_eq!(turns.to_string(), "spend 12.40 EUR more, or orders 1 more");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn turns(&self, facts: &dyn Facts) -> Turns {
        Search::new(self, facts).turns()
    }
}
