//! A set that passes several tests at once, by few members that come and go.

use std::collections::BTreeSet;

use super::demand::{Ask, fits};
use crate::rule::{Aim, Facts, Field, Test, Text, Value};

/// So many sets are looked at, at most.
const MAX_TRIES: usize = 2_000;

/// A set that passes everything, with the fewest members to come and go; among equally few, those
/// that come first in the tests.
pub(super) fn nearest(
    asks: &[Ask<'_>],
    field: &Field,
    found: Option<&Value>,
    facts: &dyn Facts,
) -> Option<Value> {
    let members = match found {
        Some(Value::Set(members)) => members.clone(),
        _ => BTreeSet::new(),
    };
    let mut repair = Repair::new(asks, field, facts);
    if let Some(exact) = repair.exact.clone() {
        let comes = exact.difference(&members).all(|text| repair.can_come(text));
        let value = Value::Set(exact);
        return (comes && fits(asks, field, &value, facts)).then_some(value);
    }
    let start: BTreeSet<Text> =
        members.union(&repair.kept).filter(|text| !repair.gone.contains(*text)).cloned().collect();
    if !repair.kept.iter().all(|text| start.contains(text) && repair.can_stand(text, &members)) {
        return None;
    }
    let (kept, gone) = (repair.kept.clone(), repair.gone.clone());
    let groups = repair.one_of.len() + repair.not_all.len();
    (0..=groups).find_map(|picks| repair.mend(&start, &kept, &gone, picks)).map(Value::Set)
}

/// How many members come and go.
pub(super) fn edits(from: Option<&Value>, to: &Value) -> usize {
    match (from, to) {
        (Some(Value::Set(from)), Value::Set(to)) => from.symmetric_difference(to).count(),
        (_, Value::Set(to)) => to.len(),
        _ => 0,
    }
}

/// Whether the text can be a member of the set.
pub(super) fn can_come(field: &Field, text: &Text) -> bool {
    field.domain.as_ref().is_none_or(|domain| domain.contains(text))
}

/// The texts among the values.
pub(super) fn texts(values: &[Value]) -> Vec<Text> {
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    values.iter().filter_map(text).collect()
}

pub(super) fn with(set: &BTreeSet<Text>, text: &Text) -> BTreeSet<Text> {
    set.iter().chain([text]).cloned().collect()
}

pub(super) fn without(set: &BTreeSet<Text>, text: &Text) -> BTreeSet<Text> {
    set.iter().filter(|member| *member != text).cloned().collect()
}

struct Repair<'a> {
    asks: &'a [Ask<'a>],
    field: &'a Field,
    facts: &'a dyn Facts,
    /// The only set that may do.
    exact: Option<BTreeSet<Text>>,
    /// What must be in the set.
    kept: BTreeSet<Text>,
    /// What must not be in the set.
    gone: BTreeSet<Text>,
    /// Of each of these, one must be in the set.
    one_of: Vec<Vec<Text>>,
    /// Of each of these, one must not be in the set.
    not_all: Vec<Vec<Text>>,
    left: usize,
}

impl<'a> Repair<'a> {
    fn new(asks: &'a [Ask<'a>], field: &'a Field, facts: &'a dyn Facts) -> Self {
        let (kept, gone) = (BTreeSet::new(), BTreeSet::new());
        let (one_of, not_all, left) = (vec![], vec![], MAX_TRIES);
        let mut repair =
            Self { asks, field, facts, exact: None, kept, gone, one_of, not_all, left };
        for (test, aim) in asks.iter().filter_map(|ask| ask.test()) {
            match (test, aim) {
                (Test::Is(Value::Set(set)), Aim::Hold)
                | (Test::IsNot(Value::Set(set)), Aim::Fail) => repair.exact = Some(set.clone()),
                (Test::AllOf(values), Aim::Hold) => repair.kept.extend(texts(values)),
                (Test::AllOf(values), Aim::Fail) => repair.not_all.push(texts(values)),
                (Test::AnyOf(values), Aim::Hold) | (Test::NoneOf(values), Aim::Fail) => {
                    repair.one_of.push(texts(values));
                }
                (Test::AnyOf(values), Aim::Fail) | (Test::NoneOf(values), Aim::Hold) => {
                    repair.gone.extend(texts(values));
                }
                _ => {}
            }
        }
        repair
    }

    fn can_come(&self, text: &Text) -> bool {
        can_come(self.field, text)
    }

    fn can_stand(&self, text: &Text, members: &BTreeSet<Text>) -> bool {
        members.contains(text) || self.can_come(text)
    }

    /// The set after at most so many members were picked to come or go.
    fn mend(
        &mut self,
        set: &BTreeSet<Text>,
        kept: &BTreeSet<Text>,
        gone: &BTreeSet<Text>,
        picks: usize,
    ) -> Option<BTreeSet<Text>> {
        self.left = self.left.checked_sub(1)?;
        let lacks = |group: &&Vec<Text>| !group.iter().any(|text| set.contains(text));
        if let Some(group) = self.one_of.iter().find(lacks).cloned() {
            let picks = picks.checked_sub(1)?;
            return group.into_iter().find_map(|text| {
                if gone.contains(&text) || !self.can_come(&text) {
                    return None;
                }
                self.mend(&with(set, &text), &with(kept, &text), gone, picks)
            });
        }
        let is_full = |group: &&Vec<Text>| group.iter().all(|text| set.contains(text));
        if let Some(group) = self.not_all.iter().find(is_full).cloned() {
            let picks = picks.checked_sub(1)?;
            return group.into_iter().find_map(|text| {
                if kept.contains(&text) {
                    return None;
                }
                self.mend(&without(set, &text), kept, &with(gone, &text), picks)
            });
        }
        self.unlike(set, kept, gone)
    }

    /// The set, or one with another member more or less where just this one is excluded.
    fn unlike(
        &self,
        set: &BTreeSet<Text>,
        kept: &BTreeSet<Text>,
        gone: &BTreeSet<Text>,
    ) -> Option<BTreeSet<Text>> {
        let passes = |set: &BTreeSet<Text>| {
            fits(self.asks, self.field, &Value::Set(set.clone()), self.facts)
        };
        if passes(set) {
            return Some(set.clone());
        }
        let unknown = Text::from("another");
        let more = self.field.domain.iter().flatten().chain([&unknown]);
        let more = more.filter(|text| self.can_come(text) && !gone.contains(*text));
        let more = more.filter(|text| !set.contains(*text)).map(|text| with(set, text));
        let fewer = set.iter().filter(|text| !kept.contains(*text));
        more.chain(fewer.map(|text| without(set, text))).find(passes)
    }
}
