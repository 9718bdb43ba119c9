//! Where a diagram holds, in few regions.

use std::collections::BTreeMap;

use super::diagram::{Diagram, Edge, Node};
use super::space::{Cube, Space, Variable};
use super::{Inconclusive, Region, Regions};

/// So many regions are told.
const MOST_REGIONS: usize = 20;

/// So many are looked at, to be told as fewer.
const MOST_CUBES: usize = 256;

impl Space {
    /// The regions where a diagram holds that fails elsewhere.
    pub(super) fn regions(
        &self,
        diagram: &mut Diagram<'_>,
        edge: Edge,
    ) -> Result<Regions, Inconclusive> {
        let (cubes, more) = self.cubes(diagram, edge)?;
        let region = |cube: &Cube| {
            let fields = self.extents(cube, &mut diagram.budget)?;
            Ok(Region { fields, witness: self.facts(cube) })
        };
        Ok(Regions { regions: cubes.iter().map(region).collect::<Result<_, _>>()?, more })
    }

    /// The diagram that holds in the cube, and fails elsewhere.
    pub(super) fn inside(
        &self,
        cube: &Cube,
        diagram: &mut Diagram<'_>,
    ) -> Result<Edge, Inconclusive> {
        let mut inside = Edge::HOLD;
        for (variable, parts) in cube.0.iter().rev() {
            let arity = self.variables.get(*variable).map_or(0, |variable| variable.arity);
            diagram.budget.spend(arity)?;
            let branch = |part| if parts.contains(&part) { inside } else { Edge::FAIL };
            inside = diagram.ask(*variable, (0..arity).map(branch).collect());
        }
        Ok(inside)
    }

    /// The first of the cubes in which a diagram holds that fails elsewhere, and whether there are
    /// more. No two have facts in common.
    pub(super) fn cubes(
        &self,
        diagram: &mut Diagram<'_>,
        edge: Edge,
    ) -> Result<(Vec<Cube>, bool), Inconclusive> {
        let mut cubes = Vec::new();
        let complete = self.collect(diagram, edge, &mut Cube(BTreeMap::new()), &mut cubes);
        let mut merging = true;
        while merging {
            merging = false;
            let mut merged: Vec<Cube> = Vec::new();
            for cube in cubes {
                diagram.budget.spend(merged.len() + 1)?;
                let united = merged.iter_mut().find_map(|other| {
                    let united = self.united(other, &cube)?;
                    *other = united;
                    Some(())
                });
                match united {
                    Some(()) => merging = true,
                    None => merged.push(cube),
                }
            }
            cubes = merged;
        }
        let more = !complete || cubes.len() > MOST_REGIONS;
        cubes.truncate(MOST_REGIONS);
        Ok((cubes, more))
    }

    /// Collects the ways that hold; `false` if there are too many.
    fn collect(
        &self,
        diagram: &Diagram<'_>,
        edge: Edge,
        path: &mut Cube,
        cubes: &mut Vec<Cube>,
    ) -> bool {
        let Some(node) = diagram.node(edge) else {
            let room = cubes.len() < MOST_CUBES;
            if edge == Edge::HOLD && room {
                cubes.push(path.clone());
            }
            return room || edge != Edge::HOLD;
        };
        let Some(variable) = self.variables.get(node.variable) else { return true };
        for (next, branches) in ways(node, *variable) {
            path.0.insert(node.variable, branches);
            let complete = self.collect(diagram, next, path, cubes);
            path.0.remove(&node.variable);
            if !complete {
                return false;
            }
        }
        true
    }

    /// Two cubes as one, if they differ in one variable only.
    fn united(&self, left: &Cube, right: &Cube) -> Option<Cube> {
        let mut different = left
            .0
            .iter()
            .filter(|(variable, parts)| right.at(**variable) != Some(parts.as_slice()));
        let (variable, parts) = different.next()?;
        if different.next().is_some() || left.0.len() != right.0.len() {
            return None;
        }
        let mut parts: Vec<usize> = parts.iter().chain(right.at(*variable)?).copied().collect();
        parts.sort_unstable();
        let known = self.variables.get(*variable)?;
        if known.is_group && parts == [0, 2] {
            return None;
        }
        let mut united = left.clone();
        if parts.len() == known.arity {
            united.0.remove(variable);
        } else {
            united.0.insert(*variable, parts);
        }
        Some(united)
    }
}

/// The branches by where they lead, but for those that fail, in the order of the first of each.
fn ways(node: &Node, variable: Variable) -> Vec<(Edge, Vec<usize>)> {
    let mut ways: Vec<(Edge, Vec<usize>)> = Vec::new();
    let mut places: BTreeMap<Edge, usize> = BTreeMap::new();
    let mut add = |place: usize, branch: Edge| {
        let way = *places.entry(branch).or_insert(ways.len());
        match ways.get_mut(way) {
            // None or all of a group of members has no name.
            Some((_, branches)) if variable.is_group && place == 2 && *branches == [0] => {
                ways.push((branch, vec![place]));
            }
            Some((_, branches)) => branches.push(place),
            None => ways.push((branch, vec![place])),
        }
    };
    // Where a value is missing comes last.
    let (missing, known) = node.branches.split_at(usize::from(!variable.is_group));
    for (place, branch) in known.iter().enumerate().filter(|(_, branch)| **branch != Edge::FAIL) {
        add(place + missing.len(), *branch);
    }
    for branch in missing.iter().filter(|branch| **branch != Edge::FAIL) {
        add(0, *branch);
    }
    for (_, branches) in &mut ways {
        branches.sort_unstable();
    }
    ways
}
