//! Rules that are meant to cut the values of a field into bands.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::diagram::{Diagram, Edge, Join};
use super::space::{Content, Cube, Dimension};
use super::{Extent, Inconclusive, Region, Stretch, Study};
use crate::rule::{Slot, Value};

/// Where bands leave gaps, and where they overlap.
///
/// Each region tells values of the one field, and its witness all of the facts.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// Values for which it can be that none of the rules holds.
    pub gaps: Vec<Region>,
    /// Values for which it can be that two of the rules hold.
    pub overlaps: Vec<Shared>,
    /// Whether there are more gaps or overlaps than these.
    pub more: bool,
}

/// Values that two bands share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    /// The position of the one rule.
    pub first: usize,
    /// The position of the other, which is greater.
    pub second: usize,
    /// The values.
    pub region: Region,
}

impl Bands {
    /// Whether for all facts exactly one of the rules holds.
    #[must_use]
    pub const fn is_partition(&self) -> bool {
        self.gaps.is_empty() && self.overlaps.is_empty() && !self.more
    }
}

/// Stretches of the field with something that is inside of them.
struct Inside {
    stretches: Vec<Stretch>,
    cube: Cube,
    /// The value to show, if the cube has others outside of the stretches.
    value: Option<Value>,
}

impl Study {
    /// Whether the first `count` rules are bands of the field, as far as the rule `within` holds.
    pub(super) fn bands(
        &self,
        field: Slot,
        count: usize,
        within: Option<usize>,
    ) -> Result<Bands, Inconclusive> {
        let mut diagram = self.diagram();
        let within = match within {
            Some(rule) => diagram.holding(self.rule(rule))?,
            None => Edge::HOLD,
        };
        let mut bands = Bands { gaps: Vec::new(), overlaps: Vec::new(), more: false };
        let Some(dimension) = self.space.dimension(field) else { return Ok(bands) };
        let rules: Vec<Edge> = (0..count).map(|rule| self.rule(rule)).collect();
        let any = diagram.join_all(Join::Greatest, rules.iter().copied())?;
        let none = diagram.join(Join::Without, within, any)?;
        (bands.gaps, bands.more) = self.along(dimension, none, &mut diagram)?;
        for (first, one) in rules.iter().enumerate() {
            for (second, other) in rules.iter().enumerate().skip(first + 1) {
                let both = diagram.join(Join::Least, *one, *other)?;
                let both = diagram.join(Join::Least, within, both)?;
                let both = diagram.holding(both)?;
                let (regions, more) = self.along(dimension, both, &mut diagram)?;
                bands.more |= more;
                let shared = |region| Shared { first, second, region };
                bands.overlaps.extend(regions.into_iter().map(shared));
            }
        }
        Ok(bands)
    }

    /// The values of a field for which `edge` can hold, each stretch for itself.
    fn along(
        &self,
        dimension: &Dimension,
        edge: Edge,
        diagram: &mut Diagram<'_>,
    ) -> Result<(Vec<Region>, bool), Inconclusive> {
        let along = diagram.project(edge, &dimension.variables(), &mut HashMap::new())?;
        let (cubes, more) = self.space.cubes(diagram, along)?;
        let mut regions = Vec::new();
        for cube in cubes {
            for inside in self.stretches(dimension, cube, diagram)? {
                let Inside { stretches, cube, value } = inside;
                let inside = self.space.inside(&cube, diagram)?;
                let held = diagram.join(Join::Least, edge, inside)?;
                let Some(mut witness) = self.space.witness(diagram, held) else { continue };
                if let Some(value) = value {
                    let mut facts = witness.facts.iter_mut();
                    if let Some(fact) = facts.find(|fact| fact.slot == dimension.slot) {
                        fact.value = Some(value);
                    }
                }
                let fields = vec![Extent { field: dimension.name.clone(), stretches }];
                regions.push(Region { fields, witness });
            }
        }
        Ok((regions, more))
    }

    /// The stretches of a cube, each for itself.
    fn stretches(
        &self,
        dimension: &Dimension,
        cube: Cube,
        diagram: &mut Diagram<'_>,
    ) -> Result<Vec<Inside>, Inconclusive> {
        let budget = &mut diagram.budget;
        let Content::Cells(cells) = &dimension.content else {
            let mut stretches = dimension.stretches(&cube, &self.space.sheet, budget)?;
            if stretches.is_empty() {
                stretches = vec![Stretch::Known, Stretch::Missing];
            }
            return Ok(vec![Inside { stretches, cube, value: None }]);
        };
        let all: Vec<usize> = (0..cells.classes.len()).collect();
        let classes = cube.at(dimension.first).unwrap_or(&all);
        let stretches = cells.stretches(classes, &self.space.sheet, budget)?;
        let pinned = |stretch: Stretch| {
            let inside = |point: &usize| {
                let value = cells.points.get(*point).map(|point| point.value.clone());
                value.filter(|value| stretch.covers(Some(value), &self.space.sheet))
            };
            let of_class = |class: &usize| {
                let points = cells.classes.get(*class)?;
                points.iter().find_map(inside).map(|value| (*class, Some(value)))
            };
            let found = classes.iter().find_map(of_class);
            let (class, value) = found.unwrap_or((0, None));
            let cube = Cube(BTreeMap::from([(dimension.first, vec![class])]));
            Inside { stretches: vec![stretch], cube, value }
        };
        Ok(stretches.into_iter().map(pinned).collect())
    }
}
