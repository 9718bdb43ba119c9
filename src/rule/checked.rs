//! Rules that are known to make sense, laid out flat for evaluation.

use serde::{Serialize, Serializer};

use super::{Kind, Rule, Slot, Test, Truth, Value};

/// A rule that was checked against a schema, and whose evaluation cannot fail.
///
/// It is serialized as the rule that was written; what is read back is a [`Rule`] to be checked
/// again, because the schema may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRule {
    pub(super) written: Rule,
    pub(super) slots: Vec<Slot>,
    /// The tree in prefix order; never empty.
    pub(super) nodes: Vec<Node>,
    pub(super) conditions: Vec<Condition>,
}

/// A part of the rule, followed by its children.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) part: Part,
    /// Where the next part stands that is not below this one.
    pub(super) end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Constant(Truth),
    All,
    Any,
    Not,
    AtLeast(u32),
    /// The condition at this position of [`CheckedRule::conditions`].
    Test(u32),
    Missing(Slot),
}

/// What is looked at, and what it must pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) slot: Slot,
    /// The fields of a coalesce that are asked where the first is missing.
    pub(super) others: Vec<Slot>,
    pub(super) default: Option<Value>,
    /// What values must be to be compared.
    pub(super) kind: Kind,
    pub(super) test: Test<Value>,
}

impl CheckedRule {
    /// The rule as it was written.
    #[must_use]
    pub const fn written(&self) -> &Rule {
        &self.written
    }

    /// The slots of all fields that the rule looks at, in ascending order, each once.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }
}

impl Serialize for CheckedRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written.serialize(serializer)
    }
}
