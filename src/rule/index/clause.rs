//! What rules ask of a set, as far as it is that some texts are in it and others are not.

use std::collections::BTreeSet;

use super::conjunct::Conjunct;
use crate::rule::checked::{CheckedRule, Part};
use crate::rule::{Test, Text, Truth, Value};

/// A condition on a set that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Clause<'a> {
    /// One of these is in it; of no texts, none ever is.
    Any(BTreeSet<&'a Text>),
    /// None of these is in it.
    None(BTreeSet<&'a Text>),
}

impl<'a> Clause<'a> {
    /// The clauses that must all hold for the conjunct to hold; `None` if it is something else.
    pub(super) fn of(rule: &'a CheckedRule, conjunct: Conjunct) -> Option<Vec<Self>> {
        let Conjunct { place, negated } = conjunct;
        match rule.nodes.get(place)?.part {
            Part::Constant(truth) => constant(truth, negated),
            Part::Missing(_) => constant(Truth::Fail, negated),
            Part::Not => Self::of(rule, Conjunct { place: place + 1, negated: !negated }),
            Part::Test(condition) => test(&rule.conditions.get(condition as usize)?.test, negated),
            Part::Any if !negated => either(rule, conjunct),
            Part::All if negated => either(rule, conjunct),
            Part::All | Part::Any | Part::AtLeast(_) => None,
        }
    }
}

fn constant<'a>(truth: Truth, negated: bool) -> Option<Vec<Clause<'a>>> {
    match if negated { !truth } else { truth } {
        Truth::Hold => Some(Vec::new()),
        Truth::Fail => Some(vec![Clause::Any(BTreeSet::new())]),
        Truth::Unknown => None,
    }
}

fn test(test: &Test<Value>, negated: bool) -> Option<Vec<Clause<'_>>> {
    match (test, negated) {
        (Test::AnyOf(values), false) | (Test::NoneOf(values), true) => {
            Some(vec![Clause::Any(texts(values))])
        }
        (Test::AnyOf(values), true) | (Test::NoneOf(values), false) => {
            Some(vec![Clause::None(texts(values))])
        }
        (Test::AllOf(values), false) => {
            Some(texts(values).into_iter().map(|text| Clause::Any([text].into())).collect())
        }
        (Test::AllOf(values), true) if values.len() == 1 => Some(vec![Clause::None(texts(values))]),
        _ => None,
    }
}

/// The one clause of all parts, if each is that some text is in the set.
fn either<'a>(rule: &'a CheckedRule, conjunct: Conjunct) -> Option<Vec<Clause<'a>>> {
    let mut all = BTreeSet::new();
    for place in rule.children(conjunct.place) {
        match <[_; 1]>::try_from(Clause::of(rule, Conjunct { place, ..conjunct })?) {
            Ok([Clause::Any(texts)]) => all.extend(texts),
            _ => return None,
        }
    }
    Some(vec![Clause::Any(all)])
}

fn texts(values: &[Value]) -> BTreeSet<&Text> {
    values.iter().filter_map(text).collect()
}

const fn text(value: &Value) -> Option<&Text> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
