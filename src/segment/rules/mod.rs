//! Segments by rules: who holds a condition is in, such as more than 5 orders in 30 days.
//!
//! What authors write is a list of [`RuleSegment`]s; [`RuleSegments::check`] reports every problem
//! of the list or gives a segmenter that answers for one customer's facts, for a row of their
//! features, or for a whole table. A customer is in every segment whose rule holds, and never in
//! one because something is not known of them.

mod moved;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::migration::Cause;
use super::{Membership, Segment, Segmenter};
use crate::id::SegmentId;
use crate::path::{Path, Problems};
use crate::rule::{self, CheckedRule, Facts, Rule, Schema, Slot, Text, Truth, Value, Verdict};

/// A segment of all customers for whom a rule holds.
///
/// ```
/// use loyalty::segment::rules::RuleSegment;
///
/// let frequent: RuleSegment = serde_json::from_str(r#"{
///   "id": "frequent",
///   "name": "Frequent buyers",
///   "description": "More than 5 orders in the last 30 days.",
///   "when": {"field": "orders(30d)", "above": 5}
/// }"#)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RuleSegment {
    /// Its id, which offers and rules refer to.
    pub id: SegmentId,
    /// What people call it.
    pub name: String,
    /// Who is in it, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// What holds for its customers.
    pub when: Rule,
}

/// What is wrong at a place of a list of segments.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Two segments have one id.
    #[error("the segment `{id}` is there twice: also at [{first}]")]
    Duplicate {
        /// The id.
        id: SegmentId,
        /// Where the first of them is.
        first: usize,
    },
    /// A segment has no name that people could call it by.
    #[error("the segment has no name")]
    Nameless,
    /// The rule makes no sense.
    #[error(transparent)]
    Rule(#[from] rule::Fault),
}

/// Segments by rules, ready to assign customers.
///
/// ```
/// use chrono::NaiveDate;
/// use loyalty::rule::{Field, Kind, Schema, field};
/// use loyalty::segment::Segmenter;
/// use loyalty::segment::rules::{RuleSegment, RuleSegments};
///
/// let schema = Schema::new([Field::new("orders(30d)", Kind::Integer)])?;
/// let frequent = RuleSegment {
///     id: "frequent".parse()?,
///     name: "Frequent buyers".to_owned(),
///     description: String::new(),
///     when: field("orders(30d)").above(5),
/// };
/// let segments = RuleSegments::check(&[frequent], &schema)?;
/// let today = NaiveDate::default();
/// assert_eq!(segments.assign(&[Some(6.into())], today).len(), 1);
/// assert!(segments.assign(&[None], today).is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSegments {
    segments: Vec<Segment>,
    rules: Vec<CheckedRule>,
    inputs: Vec<Text>,
    /// The slots of the inputs in the schema, ascending.
    slots: Vec<Slot>,
}

impl RuleSegments {
    /// Checks the rules of `written` against the fields of `schema`.
    ///
    /// # Errors
    /// All problems: ids that are there twice, names that are empty, and everything that
    /// [`Rule::check`] finds, under `[index].when`.
    pub fn check(written: &[RuleSegment], schema: &Schema) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut seen = BTreeMap::new();
        let (mut segments, mut rules) = (Vec::new(), Vec::new());
        for (index, segment) in written.iter().enumerate() {
            let RuleSegment { id, name, description, when } = segment;
            let path = Path::root().item(index);
            let first = *seen.entry(id).or_insert(index);
            if first != index {
                problems.add(path.field("id"), Fault::Duplicate { id: id.clone(), first });
            }
            if name.trim().is_empty() {
                problems.add(path.field("name"), Fault::Nameless);
            }
            rules.extend(problems.take(&path.field("when"), when.check(schema)));
            let (id, name, description) = (id.clone(), name.clone(), description.clone());
            segments.push(Segment { id, name, description });
        }
        let slots: BTreeSet<Slot> = rules.iter().flat_map(CheckedRule::slots).copied().collect();
        let inputs = slots.iter().filter_map(|&slot| schema.field(slot));
        let inputs = inputs.map(|field| field.name.clone()).collect();
        problems.into_result(Self { segments, rules, inputs, slots: slots.into_iter().collect() })
    }

    /// The segments of a customer of whom `facts` are known, by the slots of the schema with which
    /// the rules were checked.
    #[must_use]
    pub fn membership(&self, facts: &dyn Facts) -> Membership {
        let rules = self.segments.iter().zip(&self.rules);
        rules.filter(|(_, rule)| rule.truth(facts).holds()).map(|(it, _)| it.id.clone()).collect()
    }

    /// For every segment, in the order in which they were written, why a customer of whom `facts`
    /// are known is in it or not, and what would turn that.
    pub fn explain(&self, facts: &dyn Facts) -> impl ExactSizeIterator<Item = (&Segment, Verdict)> {
        let rules = self.segments.iter().zip(&self.rules);
        rules.map(move |(segment, rule)| (segment, rule.explain(facts)))
    }

    /// The rules, in the order of the segments.
    pub(super) fn checked(&self) -> &[CheckedRule] {
        &self.rules
    }

    /// A row of the values of [`Segmenter::inputs`] as facts, for [`RuleSegments::explain`]; the
    /// values stay where they are.
    #[must_use]
    pub fn facts<'a>(&'a self, row: &'a [Option<Value>], today: NaiveDate) -> impl Facts + 'a {
        Row { slots: &self.slots, values: row, today }
    }
}

impl Segmenter for RuleSegments {
    fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn inputs(&self) -> &[Text] {
        &self.inputs
    }

    fn assign(&self, row: &[Option<Value>], today: NaiveDate) -> Membership {
        self.membership(&self.facts(row, today))
    }

    fn undecided(&self, row: &[Option<Value>], today: NaiveDate) -> BTreeSet<SegmentId> {
        let facts = self.facts(row, today);
        let rules = self.segments.iter().zip(&self.rules);
        let undecided = rules.filter(|(_, rule)| rule.truth(&facts) == Truth::Unknown);
        undecided.map(|(segment, _)| segment.id.clone()).collect()
    }

    fn causes(
        &self,
        then: (&[Option<Value>], NaiveDate),
        now: (&[Option<Value>], NaiveDate),
    ) -> Vec<Cause> {
        self.moved(then, now)
    }
}

/// The values of some slots of a schema, which stay where they are.
struct Row<'a> {
    /// The slots of the values, ascending.
    slots: &'a [Slot],
    values: &'a [Option<Value>],
    today: NaiveDate,
}

impl Facts for Row<'_> {
    fn value(&self, slot: Slot) -> Option<&Value> {
        let place = self.slots.binary_search(&slot).ok()?;
        self.values.get(place)?.as_ref()
    }

    fn today(&self) -> NaiveDate {
        self.today
    }
}

#[cfg(test)]
mod tests;
