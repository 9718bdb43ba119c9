//! Which conditions a set of changes makes hold, so that the whole rule does.

use super::demand::{Ask, Changed};
use crate::rule::checked::{CheckedRule, Condition, Part};
use crate::rule::{Aim, Facts, Slot};

/// What the changed fields must be for the rule to hold. Where fewer conditions are enough, those
/// on other fields are taken first, and then those that come first in the rule.
pub(super) fn support<'a>(rule: &'a CheckedRule, changed: &Changed<'_>) -> Vec<(Slot, Ask<'a>)> {
    let mut support = Support { rule, changed, asks: Vec::new() };
    support.part(0, Aim::Hold);
    support.asks
}

struct Support<'a, 'f> {
    rule: &'a CheckedRule,
    changed: &'f Changed<'f>,
    asks: Vec<(Slot, Ask<'a>)>,
}

impl<'a> Support<'a, '_> {
    fn part(&mut self, place: usize, aim: Aim) {
        let rule = self.rule;
        let Some(node) = rule.nodes.get(place) else { return };
        let parts: Vec<usize> = rule.children(place).collect();
        match node.part {
            Part::Constant(_) => {}
            Part::Not => self.part(place + 1, !aim),
            Part::Missing(slot) => {
                self.add(slot, if aim == Aim::Hold { Ask::Missing } else { Ask::Known });
            }
            Part::Test(condition) => {
                if let Some(condition) = rule.conditions.get(condition as usize) {
                    self.test(condition, aim);
                }
            }
            part => {
                let need = part.need(parts.len(), aim);
                self.count(&parts, need, aim);
            }
        }
    }

    fn count(&mut self, parts: &[usize], need: usize, aim: Aim) {
        let there = |part: &&usize| self.rule.truth_at(**part, self.changed) == aim.truth();
        let (touched, others): (Vec<usize>, Vec<usize>) =
            parts.iter().filter(there).copied().partition(|part| self.is_touched(*part));
        for part in touched.into_iter().take(need.saturating_sub(others.len())) {
            self.part(part, aim);
        }
    }

    fn test(&mut self, condition: &'a Condition, aim: Aim) {
        for slot in condition.slots() {
            if self.changed.value(slot).is_some() {
                return self.add(slot, Ask::Test(&condition.test, aim));
            }
            self.add(slot, Ask::Missing);
        }
    }

    fn add(&mut self, slot: Slot, ask: Ask<'a>) {
        if self.changed.changes(slot) && !self.asks.contains(&(slot, ask)) {
            self.asks.push((slot, ask));
        }
    }

    /// Whether the part looks at a field that changes.
    fn is_touched(&self, place: usize) -> bool {
        let end = self.rule.nodes.get(place).map_or(place, |node| node.end as usize);
        let nodes = self.rule.nodes.iter().take(end).skip(place);
        nodes
            .into_iter()
            .flat_map(|node| self.rule.slots_of(node))
            .any(|it| self.changed.changes(it))
    }
}

impl Part {
    /// How many of so many parts below must come to the aim.
    pub(super) fn need(self, parts: usize, aim: Aim) -> usize {
        let hold = match self {
            Self::Any => 1,
            Self::AtLeast(count) => count as usize,
            _ => parts,
        };
        match aim {
            Aim::Hold => hold,
            Aim::Fail => (parts + 1).saturating_sub(hold),
        }
    }
}
