//! All facts, as far as some rules can tell them apart.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::budget::{Budget, MAX_VARIABLES};
use super::cells::Cells;
use super::diagram::{Diagram, Edge};
use super::members::Members;
use super::{Extent, Fact, Inconclusive, Stretch, Witness};
use crate::rule::{CheckedRule, Facts, Kind, Schema, Sheet, Slot, Test, Text, Value};

/// The fields that the rules look at, and the variables that tell their values apart.
#[derive(Debug)]
pub(super) struct Space {
    pub(super) sheet: Sheet,
    dimensions: Vec<Dimension>,
    pub(super) variables: Vec<Variable>,
}

/// One field.
#[derive(Debug)]
pub(super) struct Dimension {
    pub(super) slot: Slot,
    pub(super) name: Text,
    pub(super) kind: Kind,
    /// Its first variable, which is 0 where the value is missing.
    pub(super) first: usize,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    /// One variable, which is the class.
    Cells(Cells),
    /// More variables follow.
    Members(Members),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Variable {
    /// How many values it can have.
    pub(super) arity: usize,
    /// Whether it is how much of a group of members is in a set.
    pub(super) is_group: bool,
}

/// For some variables what they can be; the others can be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cube(pub(super) BTreeMap<usize, Vec<usize>>);

impl Cube {
    pub(super) fn at(&self, variable: usize) -> Option<&[usize]> {
        self.0.get(&variable).map(Vec::as_slice)
    }

    fn first(&self, variable: usize) -> Option<usize> {
        self.at(variable)?.first().copied()
    }
}

impl Space {
    /// The space of the fields in `slots` and of all that the rules look at.
    pub(super) fn of(
        schema: &Schema,
        today: NaiveDate,
        rules: &[&CheckedRule],
        slots: &[Slot],
        budget: &mut Budget,
    ) -> Result<Self, Inconclusive> {
        let asked = rules.iter().flat_map(|rule| rule.slots()).chain(slots);
        let asked: BTreeSet<Slot> = asked.copied().collect();
        let mut tests: BTreeMap<Slot, Vec<&Test<Value>>> = BTreeMap::new();
        for condition in rules.iter().flat_map(|rule| &rule.conditions) {
            for slot in condition.slots() {
                tests.entry(slot).or_default().push(&condition.test);
            }
        }
        let sheet = Sheet::new(today);
        let mut space = Self { sheet, dimensions: Vec::new(), variables: Vec::new() };
        for slot in asked {
            let Some(field) = schema.field(slot) else { continue };
            let tests = tests.get(&slot).map_or(&[][..], Vec::as_slice);
            let (first, kind) = (space.variables.len(), field.kind);
            let content = if kind == Kind::Set {
                budget.spend(tests.len())?;
                let members = Members::of(field, tests);
                space.add(2, false);
                members.groups.iter().for_each(|group| space.add(group.arity(), true));
                Content::Members(members)
            } else {
                let cells = Cells::of(field, tests, &space.sheet, budget)?;
                space.add(cells.classes.len(), false);
                Content::Cells(cells)
            };
            let name = field.name.clone();
            space.dimensions.push(Dimension { slot, name, kind, first, content });
        }
        match space.variables.len() {
            found if found > MAX_VARIABLES => Err(Inconclusive::Variables { found }),
            _ => Ok(space),
        }
    }

    fn add(&mut self, arity: usize, is_group: bool) {
        self.variables.push(Variable { arity, is_group });
    }

    pub(super) fn dimension(&self, slot: Slot) -> Option<&Dimension> {
        let place = self.dimensions.binary_search_by_key(&slot, |dimension| dimension.slot);
        self.dimensions.get(place.ok()?)
    }

    /// Facts for which a diagram holds that fails elsewhere: values rather than missing ones.
    pub(super) fn witness(&self, diagram: &Diagram<'_>, edge: Edge) -> Option<Witness> {
        let (mut edge, mut path) = (edge, Cube(BTreeMap::new()));
        while let Some(node) = diagram.node(edge) {
            let is_group = self.variables.get(node.variable)?.is_group;
            let branches = node.branches.iter().enumerate();
            let mut open = branches.filter(|(_, branch)| **branch != Edge::FAIL);
            let first = open.next()?;
            let later = if is_group || first.0 > 0 { None } else { open.next() };
            let (branch, next) = later.unwrap_or(first);
            path.0.insert(node.variable, vec![branch]);
            edge = *next;
        }
        (edge == Edge::HOLD).then(|| self.facts(&path))
    }

    /// Facts of the cube.
    pub(super) fn facts(&self, cube: &Cube) -> Witness {
        let fact = |dimension: &Dimension| {
            let value = dimension.value(cube)?;
            Some(Fact { slot: dimension.slot, field: dimension.name.clone(), value })
        };
        let facts = self.dimensions.iter().filter_map(fact).collect();
        Witness { facts, today: self.sheet.today() }
    }

    /// What the fields are in the cube.
    pub(super) fn extents(
        &self,
        cube: &Cube,
        budget: &mut Budget,
    ) -> Result<Vec<Extent>, Inconclusive> {
        let mut extents = Vec::new();
        for dimension in &self.dimensions {
            let stretches = dimension.stretches(cube, &self.sheet, budget)?;
            if !stretches.is_empty() {
                extents.push(Extent { field: dimension.name.clone(), stretches });
            }
        }
        Ok(extents)
    }
}

impl Dimension {
    /// The variables of the field.
    pub(super) fn variables(&self) -> std::ops::Range<usize> {
        let groups = match &self.content {
            Content::Cells(_) => 0,
            Content::Members(members) => members.groups.len(),
        };
        self.first..self.first + 1 + groups
    }

    /// A value in the cube, or that it is missing; `None` if it can be anything.
    fn value(&self, cube: &Cube) -> Option<Option<Value>> {
        let is_free = self.variables().all(|variable| cube.at(variable).is_none());
        if is_free {
            return None;
        }
        let chosen = cube.at(self.first);
        let class = chosen.and_then(|classes| {
            let known = classes.iter().find(|class| **class > 0);
            known.or(classes.first()).copied()
        });
        Some(match &self.content {
            Content::Cells(cells) => cells.value(class?).cloned(),
            Content::Members(_) if class == Some(0) => None,
            Content::Members(members) => {
                let part = |place: usize| cube.first(self.first + 1 + place).unwrap_or(0);
                Some(members.value(part))
            }
        })
    }

    /// What the values in the cube are; none if they can be anything.
    pub(super) fn stretches(
        &self,
        cube: &Cube,
        sheet: &Sheet,
        budget: &mut Budget,
    ) -> Result<Vec<Stretch>, Inconclusive> {
        let chosen = cube.at(self.first);
        match &self.content {
            Content::Cells(cells) => {
                chosen.map_or(Ok(Vec::new()), |classes| cells.stretches(classes, sheet, budget))
            }
            Content::Members(_) if chosen == Some(&[0]) => Ok(vec![Stretch::Missing]),
            Content::Members(_) if self.variables().all(|at| cube.at(at).is_none()) => {
                Ok(Vec::new())
            }
            Content::Members(members) => {
                Ok(vec![members.stretch(|place| cube.at(self.first + 1 + place))])
            }
        }
    }
}
