//! The members of a set, in groups that every test treats alike.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::compared;
use super::diagram::{Diagram, Edge};
use super::{Mark, Stretch};
use crate::rule::{Field, Test, Text, Value};

/// All sets that a field can have. Its first variable says whether there is a set; the next ones
/// how much of each group is in it, and a last one whether anything else is.
#[derive(Debug)]
pub(super) struct Members {
    pub(super) groups: Vec<Group>,
    /// All texts of the groups.
    known: BTreeSet<Text>,
    /// Whether nothing but the groups can be in a set.
    complete: bool,
}

/// Texts that stand in the same tests.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) texts: Vec<Text>,
    /// Whether it is all texts that no test names.
    others: bool,
}

/// How much of a group is in a set.
const NONE: usize = 0;

impl Group {
    /// None or one of one text; none, some or all of several; none or some of the others.
    pub(super) const fn arity(&self) -> usize {
        if self.texts.len() > 1 && !self.others { 3 } else { 2 }
    }

    const fn full(&self) -> usize {
        self.arity() - 1
    }
}

impl Members {
    pub(super) fn of(field: &Field, tests: &[&Test<Value>]) -> Self {
        let mut named: BTreeMap<&Text, Vec<usize>> = BTreeMap::new();
        for (place, test) in tests.iter().enumerate() {
            for text in texts(test) {
                let known = field.domain.as_ref().is_none_or(|domain| domain.contains(text));
                if known {
                    named.entry(text).or_default().push(place);
                }
            }
        }
        let mut places: BTreeMap<&[usize], usize> = BTreeMap::new();
        let mut groups: Vec<Group> = Vec::new();
        for (text, tests) in &named {
            let place = *places.entry(tests).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.texts.push((*text).clone()),
                None => groups.push(Group { texts: vec![(*text).clone()], others: false }),
            }
        }
        let known: BTreeSet<Text> = named.keys().map(|text| (*text).clone()).collect();
        let exact = tests.iter().any(|test| matches!(test, Test::Is(_) | Test::IsNot(_)));
        let other = other(field, &known);
        let complete = exact || other.is_none();
        if let Some(other) = other.filter(|_| exact) {
            groups.push(Group { texts: vec![other], others: true });
        }
        Self { groups, known, complete }
    }

    /// What a test says of a set; the group at position `n` has the variable `first + n`.
    pub(super) fn truth(
        &self,
        test: &Test<Value>,
        first: usize,
        diagram: &mut Diagram<'_>,
    ) -> Edge {
        let wanted: BTreeSet<&Text> = texts(test).collect();
        let beyond = wanted.iter().any(|text| !self.known.contains(*text));
        let (on, off) = match test {
            Test::NoneOf(_) | Test::IsNot(_) => (Edge::FAIL, Edge::HOLD),
            _ => (Edge::HOLD, Edge::FAIL),
        };
        let is_any = matches!(test, Test::AnyOf(_) | Test::NoneOf(_));
        let is_exact = matches!(test, Test::Is(_) | Test::IsNot(_));
        if beyond && !is_any {
            return off;
        }
        let mut edge = if is_any { off } else { on };
        for (place, group) in self.groups.iter().enumerate().rev() {
            let among = group.texts.iter().any(|text| !group.others && wanted.contains(text));
            let branch = |part: usize| match (is_any, among) {
                (true, true) if part > NONE => on,
                (false, true) if part < group.full() => off,
                (false, false) if is_exact && part > NONE => off,
                _ => edge,
            };
            let branches = (0..group.arity()).map(branch).collect();
            edge = diagram.ask(first + place, branches);
        }
        edge
    }

    /// A set with so much of each group.
    pub(super) fn value(&self, part: impl Fn(usize) -> usize) -> Value {
        let mut members = BTreeSet::new();
        for (place, group) in self.groups.iter().enumerate() {
            match part(place) {
                NONE => {}
                part if part == group.full() => members.extend(group.texts.iter().cloned()),
                _ => members.extend(group.texts.first().cloned()),
            }
        }
        Value::Set(members)
    }

    /// The sets with so much of each group, in words; `None` of a group is any part of it.
    pub(super) fn stretch<'a>(&self, parts: impl Fn(usize) -> Option<&'a [usize]>) -> Stretch {
        let only = |place| parts(place).filter(|parts| parts.len() == 1)?.first().copied();
        let is_settled = |(place, group): (usize, &Group)| match only(place) {
            Some(part) => part == NONE || (part == group.full() && !group.others),
            None => false,
        };
        if self.complete && self.groups.iter().enumerate().all(is_settled) {
            let value = self.value(|place| only(place).unwrap_or(NONE));
            return Stretch::Marked(vec![Mark::Passes(Test::Is(value))]);
        }
        let mut marks = Vec::new();
        for (place, group) in self.groups.iter().enumerate() {
            let Some(parts) = parts(place) else { continue };
            let some = !parts.contains(&NONE);
            if group.others {
                let known = self.known.clone();
                marks.push(if some { Mark::BeyondThese(known) } else { Mark::OnlyAmong(known) });
                continue;
            }
            let texts: Vec<Value> = group.texts.iter().cloned().map(Value::Text).collect();
            let full = parts.contains(&group.full());
            match (some, full, parts.len()) {
                (true, true, 1) => marks.push(Mark::Passes(Test::AllOf(texts))),
                (true, true, _) => marks.push(Mark::Passes(Test::AnyOf(texts))),
                (true, false, _) => {
                    marks.push(Mark::Passes(Test::AnyOf(texts.clone())));
                    marks.push(Mark::Fails(Test::AllOf(texts)));
                }
                (false, _, 1) => marks.push(Mark::Fails(Test::AnyOf(texts))),
                (false, _, _) => marks.push(Mark::Fails(Test::AllOf(texts))),
            }
        }
        marks.sort_by_key(Mark::is_denial);
        if marks.is_empty() { Stretch::Known } else { Stretch::Marked(marks) }
    }
}

/// The texts that a test of a set names.
fn texts(test: &Test<Value>) -> impl Iterator<Item = &Text> {
    let exact = match test {
        Test::Is(Value::Set(set)) | Test::IsNot(Value::Set(set)) => Some(set),
        _ => None,
    };
    let listed = compared(test).filter_map(|value| match value {
        Value::Text(text) => Some(text),
        _ => None,
    });
    exact.into_iter().flatten().chain(listed)
}

/// A text that can be in the field's sets and is not known.
fn other(field: &Field, known: &BTreeSet<Text>) -> Option<Text> {
    if let Some(domain) = &field.domain {
        return domain.difference(known).next().cloned();
    }
    let numbered = (2_u64..).map(|number| Text::from(format!("other{number}")));
    std::iter::once(Text::from("other")).chain(numbered).find(|text| !known.contains(text))
}
