//! Rules that are known to make sense, laid out flat for evaluation.

use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::{Field, Kind, Rule, Slot, Test, Text, Truth, Value};
use crate::digest::Digest;

/// A rule that was checked against a schema, and whose evaluation cannot fail.
///
/// It is serialized as the rule that was written; what is read back is a [`Rule`] to be checked
/// again, because the schema may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedRule {
    pub(super) written: Rule,
    /// In ascending order.
    pub(super) slots: Vec<Slot>,
    /// The fields in `slots`.
    pub(super) fields: Vec<Arc<Field>>,
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

    /// The [version](Rule::version) of the rule as it was written.
    #[must_use]
    pub fn version(&self) -> Digest {
        self.written.version()
    }

    /// The places of the parts right below the part at `place`.
    pub(super) fn children(&self, place: usize) -> Children<'_> {
        let end = self.nodes.get(place).map_or(0, |node| node.end as usize);
        Children { nodes: &self.nodes, next: place + 1, end }
    }

    /// The fields that a part itself looks at, in the order in which they are asked.
    pub(super) fn slots_of(&self, node: &Node) -> impl Iterator<Item = Slot> {
        let (missing, condition) = match node.part {
            Part::Missing(slot) => (Some(slot), None),
            Part::Test(condition) => (None, self.conditions.get(condition as usize)),
            _ => (None, None),
        };
        missing.into_iter().chain(condition.into_iter().flat_map(Condition::slots))
    }

    /// A field that the rule looks at; none if it does not look at this slot.
    #[must_use]
    pub fn field(&self, slot: Slot) -> Option<&Field> {
        let position = self.slots.binary_search(&slot).ok()?;
        self.fields.get(position).map(|field| &**field)
    }

    /// The name of a field that the rule looks at.
    pub(super) fn name(&self, slot: Slot) -> Text {
        self.field(slot).map(|field| field.name.clone()).unwrap_or_default()
    }

    /// The slots of all fields that the rule looks at, in ascending order, each once.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }
}

impl Condition {
    /// The fields in the order in which they are asked.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> {
        std::iter::once(self.slot).chain(self.others.iter().copied())
    }
}

/// The places of the parts right below a part.
#[derive(Clone)]
pub(super) struct Children<'a> {
    nodes: &'a [Node],
    next: usize,
    end: usize,
}

impl Iterator for Children<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let place = self.next;
        if place >= self.end {
            return None;
        }
        self.next = self.nodes.get(place)?.end as usize;
        Some(place)
    }
}

impl Serialize for CheckedRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written.serialize(serializer)
    }
}
