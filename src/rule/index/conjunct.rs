//! The conditions that must all hold for a rule to hold, by the fields that they look at.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::rule::checked::{CheckedRule, Condition, Part};
use crate::rule::{Facts, Kind, Schema, Slot, Truth};

/// So many parts of a rule have positions of their own at most; what is beyond is tested.
const MAX_PARTS: usize = 32;

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

/// A rule, or a part of one that has a position of its own, with its conjuncts.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// The position of the rule.
    pub(super) rule: usize,
    pub(super) root: Conjunct,
    /// In the order of their slots.
    pub(super) groups: Vec<Group>,
    pub(super) rest: Vec<Rest>,
}

/// A conjunct that looks at several slots or at none.
#[derive(Clone, Debug)]
pub(super) enum Rest {
    Parts(Choice),
    /// It is to be tested.
    Test(Conjunct),
}

/// So many of the entries at these positions hold.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) count: usize,
    pub(super) of: Range<usize>,
}

impl Conjunct {
    pub(super) fn truth(self, rule: &CheckedRule, facts: &dyn Facts) -> Truth {
        let truth = rule.truth_at(self.place, facts);
        if self.negated { !truth } else { truth }
    }

    /// What the conjunct is if it is that so many of some parts hold.
    fn parts(self, rule: &CheckedRule) -> Option<(usize, Vec<Self>)> {
        let Self { place, negated } = self;
        let of: Vec<Self> = rule.children(place).map(|place| Self { place, negated }).collect();
        match rule.nodes.get(place)?.part {
            Part::Any if !negated => Some((1, of)),
            Part::All if negated => Some((1, of)),
            Part::AtLeast(count) if !negated => Some((count as usize, of)),
            Part::AtLeast(count) => Some(((of.len() + 1).checked_sub(count as usize)?, of)),
            _ => None,
        }
    }
}

impl Entry {
    /// An entry for each of the rules, and behind them those of their parts.
    pub(super) fn all(rules: &[CheckedRule], schema: &Schema) -> Vec<Self> {
        let whole = Conjunct { place: 0, negated: false };
        let entries = rules.iter().enumerate().map(|(at, rule)| Self::new(at, rule, whole, schema));
        let mut entries: Vec<Self> = entries.collect();
        let mut room = vec![MAX_PARTS; rules.len()];
        let mut position = 0;
        while let Some(entry) = entries.get_mut(position) {
            let (at, mut rest) = (entry.rule, std::mem::take(&mut entry.rest));
            if let (Some(rule), Some(room)) = (rules.get(at), room.get_mut(at)) {
                for rest in &mut rest {
                    let Rest::Test(conjunct) = *rest else { continue };
                    let Some((count, parts)) = conjunct.parts(rule) else { continue };
                    if parts.len() <= *room {
                        *room -= parts.len();
                        let first = entries.len();
                        *rest = Rest::Parts(Choice { count, of: first..first + parts.len() });
                        let parts = parts.into_iter();
                        entries.extend(parts.map(|root| Self::new(at, rule, root, schema)));
                    }
                }
            }
            entries.get_mut(position).into_iter().for_each(|entry| entry.rest.append(&mut rest));
            position += 1;
        }
        entries
    }

    fn new(at: usize, rule: &CheckedRule, root: Conjunct, schema: &Schema) -> Self {
        let mut conjuncts = Vec::new();
        split(rule, root, &mut conjuncts);
        let mut groups: BTreeMap<Slot, Vec<Conjunct>> = BTreeMap::new();
        let mut rest = Vec::new();
        for conjunct in conjuncts {
            match only_slot(rule, conjunct.place, schema) {
                Some(slot) => groups.entry(slot).or_default().push(conjunct),
                None => rest.push(Rest::Test(conjunct)),
            }
        }
        let groups = groups.into_iter().map(|(slot, of)| Group { slot, of }).collect();
        Self { rule: at, root, groups, rest }
    }

    /// What the conjuncts of one slot come to.
    pub(super) fn truth_of(&self, slot: Slot, rule: &CheckedRule, facts: &dyn Facts) -> Truth {
        let group = self.groups.iter().find(|group| group.slot == slot);
        let of = group.map_or(&[][..], |group| &group.of);
        crate::rule::evaluate::least(of.iter().map(|conjunct| conjunct.truth(rule, facts)))
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
