//! Rules become diagrams.

use super::Inconclusive;
use super::diagram::{Diagram, Edge, Join};
use super::space::{Content, Space};
use crate::rule::checked::{Condition, Part};
use crate::rule::{CheckedRule, Slot, Truth};

impl Space {
    /// What becomes of the rule. It goes as deep as the rule, which is bounded.
    pub(super) fn compile(
        &self,
        rule: &CheckedRule,
        diagram: &mut Diagram<'_>,
    ) -> Result<Edge, Inconclusive> {
        self.part(rule, 0, diagram)
    }

    fn part(
        &self,
        rule: &CheckedRule,
        place: usize,
        diagram: &mut Diagram<'_>,
    ) -> Result<Edge, Inconclusive> {
        let Some(node) = rule.nodes.get(place) else { return Ok(Edge::UNKNOWN) };
        diagram.budget.spend(1)?;
        match node.part {
            Part::Constant(truth) => Ok(truth.into()),
            Part::Missing(slot) => Ok(self.missing(slot, diagram)),
            Part::Test(condition) => match rule.conditions.get(condition as usize) {
                Some(condition) => self.condition(condition, diagram),
                None => Ok(Edge::UNKNOWN),
            },
            Part::Not => {
                let edge = self.part(rule, place + 1, diagram)?;
                diagram.opposite(edge)
            }
            Part::All => rule.children(place).try_fold(Edge::HOLD, |all, child| {
                let edge = self.part(rule, child, diagram)?;
                diagram.join(Join::Least, all, edge)
            }),
            Part::Any => rule.children(place).try_fold(Edge::FAIL, |any, child| {
                let edge = self.part(rule, child, diagram)?;
                diagram.join(Join::Greatest, any, edge)
            }),
            Part::AtLeast(count) => self.at_least(rule, place, count as usize, diagram),
        }
    }

    /// The `count`th greatest of the parts below: row by row, with one part more in each.
    fn at_least(
        &self,
        rule: &CheckedRule,
        place: usize,
        count: usize,
        diagram: &mut Diagram<'_>,
    ) -> Result<Edge, Inconclusive> {
        let mut greatest = vec![Edge::FAIL; count];
        for child in rule.children(place) {
            let edge = self.part(rule, child, diagram)?;
            diagram.budget.spend(count)?;
            let mut above = Edge::HOLD;
            for best in &mut greatest {
                let both = diagram.join(Join::Least, above, edge)?;
                above = *best;
                *best = diagram.join(Join::Greatest, *best, both)?;
            }
        }
        Ok(greatest.last().copied().unwrap_or(Edge::HOLD))
    }

    /// The test of the first value that is not missing.
    fn condition(
        &self,
        condition: &Condition,
        diagram: &mut Diagram<'_>,
    ) -> Result<Edge, Inconclusive> {
        let slots: Vec<Slot> = condition.slots().collect();
        let mut otherwise = Edge::from(condition.truth(&self.sheet));
        for slot in slots.into_iter().rev() {
            let here = self.test(slot, condition, diagram);
            let missing = self.missing(slot, diagram);
            let there = diagram.opposite(missing)?;
            let here = diagram.join(Join::Least, there, here)?;
            otherwise = diagram.join(Join::Least, missing, otherwise)?;
            otherwise = diagram.join(Join::Greatest, here, otherwise)?;
        }
        Ok(otherwise)
    }

    /// The test of one field: unknown where it is missing.
    fn test(&self, slot: Slot, condition: &Condition, diagram: &mut Diagram<'_>) -> Edge {
        let Some(dimension) = self.dimension(slot) else { return Edge::UNKNOWN };
        if dimension.kind != condition.kind {
            return Edge::UNKNOWN;
        }
        let (first, test) = (dimension.first, &condition.test);
        let branches = match &dimension.content {
            Content::Cells(cells) => {
                cells.truths(test, &self.sheet).into_iter().map(Edge::from).collect()
            }
            Content::Members(members) => {
                vec![Edge::UNKNOWN, members.truth(test, first + 1, diagram)]
            }
        };
        diagram.ask(first, branches)
    }

    /// Holds where the field is missing, and fails elsewhere.
    fn missing(&self, slot: Slot, diagram: &mut Diagram<'_>) -> Edge {
        let Some(dimension) = self.dimension(slot) else { return Edge::HOLD };
        let arity = self.variables.get(dimension.first).map_or(0, |variable| variable.arity);
        let branch = |class| Edge::from(Truth::from(class == 0));
        diagram.ask(dimension.first, (0..arity).map(branch).collect())
    }
}
