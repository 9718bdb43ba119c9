//! Questions about rules that were laid out together.

use super::budget::Budget;
use super::diagram::{Diagram, Edge, Join, Nodes};
use super::space::Space;
use super::{Claim, Cover, Difference, Inconclusive, Regions, Witness};
use crate::rule::{CheckedRule, Schema, Slot};

/// Rules that were laid out together, for many questions about them.
///
/// Rules are named by their positions; a position that is not there is a rule that never holds.
/// Each question has the limit of the [`Analyst`](super::Analyst) for itself.
///
/// ```
/// use loyalty::rule::analysis::{Analyst, Cover};
/// use loyalty::rule::{Field, Kind, Rule, Schema, field};
///
/// let fields = [Field::new("orders", Kind::Integer), Field::choice("tier", ["gold", "silver"])];
/// let schema = Schema::new(fields)?;
/// let lane = [
///     field("orders").at_least(10),
///     field("orders").between(4, 12).and(field("tier").is("gold")),
///     field("tier").is("silver").and(field("orders").above(3)),
///     field("orders").at_least(5).and(field("tier").one_of(["gold", "silver"])),
/// ];
/// let rules: Vec<_> = lane.iter().map(|rule| rule.check(&schema)).collect::<Result<_, _>>()?;
///
/// let analyst = Analyst::new(&schema, "2026-03-15".parse()?);
/// let study = analyst.study(&rules.iter().collect::<Vec<_>>())?;
/// // The last comes to nothing: where it holds, one of the others does.
/// assert_eq!(study.covered_by(3, &[0, 1, 2])?, Cover::By(vec![0, 1, 2]));
/// assert!(!study.implied_by(0, 3)?.is_proven());
/// let both = study.overlap(0, 1)?;
/// assert_eq!(both.map(|both| both.to_string()).as_deref(), Some("orders 10, tier gold"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Study {
    pub(super) space: Space,
    nodes: Nodes,
    rules: Vec<Edge>,
    steps: u64,
}

impl Study {
    pub(super) fn of(
        schema: &Schema,
        today: chrono::NaiveDate,
        rules: &[&CheckedRule],
        slots: &[Slot],
        steps: u64,
    ) -> Result<Self, Inconclusive> {
        let mut budget = Budget::new(steps);
        let space = Space::of(schema, today, rules, slots, &mut budget)?;
        let base = Nodes::default();
        let mut diagram = Diagram::on(&base, budget);
        let edges = rules.iter().map(|rule| space.compile(rule, &mut diagram));
        let rules = edges.collect::<Result<_, _>>()?;
        let nodes = diagram.into_nodes();
        Ok(Self { space, nodes, rules, steps })
    }

    pub(super) fn diagram(&self) -> Diagram<'_> {
        Diagram::on(&self.nodes, Budget::new(self.steps))
    }

    pub(super) fn rule(&self, rule: usize) -> Edge {
        self.rules.get(rule).copied().unwrap_or(Edge::FAIL)
    }

    /// Facts where the first holds and the second does not.
    fn without(&self, first: Edge, second: Edge) -> Result<Option<Witness>, Inconclusive> {
        let mut diagram = self.diagram();
        let edge = diagram.join(Join::Without, first, second)?;
        Ok(self.space.witness(&diagram, edge))
    }

    /// Whether the rule holds for no facts; a witness is facts for which it does.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn never_applies(&self, rule: usize) -> Result<Claim, Inconclusive> {
        self.without(self.rule(rule), Edge::FAIL).map(Claim::from)
    }

    /// Whether the rule holds for all facts; a witness is facts for which it does not.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn always_applies(&self, rule: usize) -> Result<Claim, Inconclusive> {
        self.without(Edge::HOLD, self.rule(rule)).map(Claim::from)
    }

    /// Whether `other` holds wherever `rule` does.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn implied_by(&self, other: usize, rule: usize) -> Result<Claim, Inconclusive> {
        self.without(self.rule(rule), self.rule(other)).map(Claim::from)
    }

    /// Whether `rule` holds only where one of `others` does, and which of them it takes.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn covered_by(&self, rule: usize, others: &[usize]) -> Result<Cover, Inconclusive> {
        let mut diagram = self.diagram();
        let rule = self.rule(rule);
        let others: Vec<Edge> = others.iter().map(|other| self.rule(*other)).collect();
        let union = diagram.join_all(Join::Greatest, others.iter().copied())?;
        let open = diagram.join(Join::Without, rule, union)?;
        if let Some(witness) = self.space.witness(&diagram, open) {
            return Ok(Cover::Open(witness));
        }
        let mut needed: Vec<usize> = Vec::new();
        // What those at the end do that are kept already.
        let mut kept = Edge::FAIL;
        let mut before = Vec::with_capacity(others.len());
        let mut union = Edge::FAIL;
        for other in &others {
            before.push(union);
            union = diagram.join(Join::Greatest, union, *other)?;
        }
        for (place, (other, before)) in others.iter().zip(&before).enumerate().rev() {
            let rest = diagram.join(Join::Greatest, *before, kept)?;
            if diagram.join(Join::Without, rule, rest)? != Edge::FAIL {
                kept = diagram.join(Join::Greatest, kept, *other)?;
                needed.push(place);
            }
        }
        needed.reverse();
        Ok(Cover::By(needed))
    }

    /// Facts for which both hold, if there are any.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn overlap(&self, first: usize, second: usize) -> Result<Option<Witness>, Inconclusive> {
        let mut diagram = self.diagram();
        let both = diagram.join(Join::Least, self.rule(first), self.rule(second))?;
        let both = diagram.holding(both)?;
        Ok(self.space.witness(&diagram, both))
    }

    /// Whether both hold for the same facts; a witness is facts for which only one does.
    ///
    /// Where they do not hold, one may fail and the other be unknown.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn equivalent(&self, first: usize, second: usize) -> Result<Claim, Inconclusive> {
        let (first, second) = (self.rule(first), self.rule(second));
        Ok(match self.without(first, second)? {
            Some(witness) => Claim::Refuted(witness),
            None => self.without(second, first)?.into(),
        })
    }

    /// What is lost and gained where `after` takes the place of `before`.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn difference(&self, before: usize, after: usize) -> Result<Difference, Inconclusive> {
        let (before, after) = (self.rule(before), self.rule(after));
        let mut diagram = self.diagram();
        let lost = diagram.join(Join::Without, before, after)?;
        let gained = diagram.join(Join::Without, after, before)?;
        let lost = self.space.regions(&mut diagram, lost)?;
        let gained = self.space.regions(&mut diagram, gained)?;
        Ok(Difference { lost, gained })
    }

    /// Where the rule holds.
    ///
    /// # Errors
    /// [`Inconclusive`] over a limit.
    pub fn regions(&self, rule: usize) -> Result<Regions, Inconclusive> {
        let mut diagram = self.diagram();
        let holding = diagram.holding(self.rule(rule))?;
        self.space.regions(&mut diagram, holding)
    }
}
