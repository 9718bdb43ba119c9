//! The conditions that must all hold for a rule to hold, by the fields that they look at.

use std::collections::{BTreeMap, BTreeSet};

use crate::rule::checked::{CheckedRule, Condition, Part};
use crate::rule::{Facts, Kind, Schema, Slot, Truth};

/// A part of a rule, or the opposite of one, without which the rule does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Conjunct {
    pub(super) place: usize,
    pub(super) negated: bool,
}

/// All conjuncts of a rule that look at one slot and at nothing else.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) slot: Slot,
    pub(super) of: Vec<Conjunct>,
}

/// A rule with its conjuncts.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) rule: CheckedRule,
    /// In the order of their slots.
    pub(super) groups: Vec<Group>,
    /// The conjuncts that look at several slots or at none.
    pub(super) rest: Vec<Conjunct>,
}

impl Conjunct {
    fn truth(self, rule: &CheckedRule, facts: &dyn Facts) -> Truth {
        let truth = rule.truth_at(self.place, facts);
        if self.negated { !truth } else { truth }
    }
}

impl Entry {
    pub(super) fn new(rule: CheckedRule, schema: &Schema) -> Self {
        let mut conjuncts = Vec::new();
        split(&rule, Conjunct { place: 0, negated: false }, &mut conjuncts);
        let mut groups: BTreeMap<Slot, Vec<Conjunct>> = BTreeMap::new();
        let mut rest = Vec::new();
        for conjunct in conjuncts {
            match only_slot(&rule, conjunct.place, schema) {
                Some(slot) => groups.entry(slot).or_default().push(conjunct),
                None => rest.push(conjunct),
            }
        }
        let groups = groups.into_iter().map(|(slot, of)| Group { slot, of }).collect();
        Self { rule, groups, rest }
    }

    /// What the conjuncts of one slot come to.
    pub(super) fn truth_of(&self, slot: Slot, facts: &dyn Facts) -> Truth {
        let group = self.groups.iter().find(|group| group.slot == slot);
        group.map_or(Truth::Hold, |group| self.least(&group.of, facts))
    }

    /// What the conjuncts of no single slot come to.
    pub(super) fn truth_of_rest(&self, facts: &dyn Facts) -> Truth {
        self.least(&self.rest, facts)
    }

    fn least(&self, conjuncts: &[Conjunct], facts: &dyn Facts) -> Truth {
        let truths = conjuncts.iter().map(|conjunct| conjunct.truth(&self.rule, facts));
        crate::rule::evaluate::least(truths)
    }
}

/// Takes apart "all", "not any", and "at least" where it means one of both.
fn split(rule: &CheckedRule, conjunct: Conjunct, into: &mut Vec<Conjunct>) {
    let Conjunct { place, negated } = conjunct;
    let children = || rule.children(place);
    let apart = match rule.nodes.get(place).map(|node| node.part) {
        Some(Part::Constant(Truth::Hold)) if !negated => return,
        Some(Part::Constant(Truth::Fail)) if negated => return,
        Some(Part::Not) => {
            return split(rule, Conjunct { place: place + 1, negated: !negated }, into);
        }
        Some(Part::All) => !negated || children().count() == 1,
        Some(Part::Any) => negated || children().count() == 1,
        Some(Part::AtLeast(count)) => {
            let count = count as usize;
            if negated { count == 1 } else { count == children().count() }
        }
        _ => false,
    };
    if apart {
        children().for_each(|place| split(rule, Conjunct { place, negated }, into));
    } else {
        into.push(conjunct);
    }
}

/// The conditions at a place of a rule and below it.
pub(super) fn conditions(rule: &CheckedRule, place: usize) -> impl Iterator<Item = &Condition> {
    parts(rule, place).filter_map(|part| match part {
        Part::Test(condition) => rule.conditions.get(condition as usize),
        _ => None,
    })
}

fn parts(rule: &CheckedRule, place: usize) -> impl Iterator<Item = Part> {
    let end = rule.nodes.get(place).map_or(0, |node| node.end as usize);
    rule.nodes.get(place..end).unwrap_or_default().iter().map(|node| node.part)
}

/// The slot at which the part looks, if it is just one, of the type that its tests expect.
fn only_slot(rule: &CheckedRule, place: usize, schema: &Schema) -> Option<Slot> {
    let mut slots = BTreeSet::new();
    let mut kinds: BTreeSet<Kind> = BTreeSet::new();
    for part in parts(rule, place) {
        if let Part::Missing(slot) = part {
            slots.insert(slot);
        }
    }
    for condition in conditions(rule, place) {
        slots.extend(condition.slots());
        kinds.insert(condition.kind);
    }
    let slot = slots.pop_first().filter(|_| slots.is_empty())?;
    let kind = schema.field(slot)?.kind;
    kinds.iter().all(|known| *known == kind).then_some(slot)
}
