//! From the ways through a tree to rules.

use std::collections::BTreeSet;

use crate::cluster::tree::{Branch, Tree};
use crate::feature::{Column, Measure};
use crate::rule::{Literal, Rule, Text, Value, all, any, field};
use crate::segment::round::roundest;

/// From where to where a column's numbers may be on a way: at least the first and below the second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Stretch {
    from: Option<f64>,
    below: Option<f64>,
}

/// For every class the rule that holds at its leaves; none if it has no leaf.
///
/// Where all leaves below a split are of one class, the split is not asked.
pub(super) fn rules(tree: &Tree, columns: &[Column], classes: usize) -> Vec<Option<Rule>> {
    let uniform = uniform(tree);
    let mut ways: Vec<Vec<Way>> = vec![Vec::new(); classes];
    let mut waiting = vec![(0, vec![Stretch::default(); columns.len()])];
    while let Some((number, stretches)) = waiting.pop() {
        let Some(node) = tree.nodes().get(number) else { continue };
        let class = uniform.get(number).copied().flatten();
        let (Some(branch), None) = (&node.split, class) else {
            let class = class.unwrap_or_else(|| node.class());
            if let Some(ways) = ways.get_mut(class) {
                let weight = node.weights.get(class).copied().unwrap_or_default();
                ways.push(Way::new(weight, &stretches, columns));
            }
            continue;
        };
        let Some(column) = columns.get(branch.column) else { continue };
        let threshold = threshold(branch, column.measure);
        let (mut low, mut high) = (stretches.clone(), stretches);
        if let Some(stretch) = low.get_mut(branch.column) {
            stretch.below = Some(threshold);
        }
        if let Some(stretch) = high.get_mut(branch.column) {
            stretch.from = Some(threshold);
        }
        waiting.push((branch.high, high));
        waiting.push((branch.low, low));
    }
    ways.into_iter().map(|ways| joined(ways, columns)).collect()
}

/// The class of each node below which there is only one.
fn uniform(tree: &Tree) -> Vec<Option<usize>> {
    let mut classes = vec![None; tree.nodes().len()];
    // Both sides of a split have greater numbers.
    for (number, node) in tree.nodes().iter().enumerate().rev() {
        let class = match &node.split {
            None => Some(node.class()),
            Some(branch) => {
                let of = |side: usize| classes.get(side).copied().flatten();
                of(branch.low).filter(|low| of(branch.high) == Some(*low))
            }
        };
        if let Some(place) = classes.get_mut(number) {
            *place = class;
        }
    }
    classes
}

/// The roundest number that divides the points of a split as it does; its low side is below.
fn threshold(branch: &Branch, measure: Measure) -> f64 {
    let round = roundest(branch.below, branch.above);
    // Whatever happens to be no value of the column, the least number of the high side is one.
    if measure.value(round).is_some() { round } else { branch.above }
}

/// One way to a class: how many customers go it, and what is asked of each column.
#[derive(Clone)]
struct Way {
    weight: f64,
    parts: Vec<Part>,
}

/// What is asked of a column.
#[derive(Clone, PartialEq)]
enum Part {
    Number(Stretch),
    /// The category is one of these.
    Levels(BTreeSet<Text>),
}

impl Way {
    fn new(weight: f64, stretches: &[Stretch], columns: &[Column]) -> Self {
        let part = |(stretch, column): (&Stretch, &Column)| match column.measure {
            Measure::Category => Part::Levels(levels(stretch, column)),
            _ => Part::Number(*stretch),
        };
        Self { weight, parts: stretches.iter().zip(columns).map(part).collect() }
    }

    /// This way or another one as a single way, if they differ in the levels of one column only.
    fn or(&self, other: &Self) -> Option<Self> {
        let pairs = || self.parts.iter().zip(&other.parts);
        if pairs().filter(|(own, other)| own != other).count() != 1 {
            return None;
        }
        let either = |(own, other): (&Part, &Part)| match (own, other) {
            (Part::Levels(own), Part::Levels(other)) => Some(Part::Levels(own | other)),
            _ => (own == other).then(|| own.clone()),
        };
        let parts = pairs().map(either).collect::<Option<_>>()?;
        Some(Self { weight: self.weight + other.weight, parts })
    }

    fn rule(&self, columns: &[Column]) -> Rule {
        let tests = self.parts.iter().zip(columns).flat_map(|(part, column)| match part {
            Part::Levels(levels) => {
                let some = levels.len() < column.levels.len();
                let levels = levels.iter().map(Text::as_str);
                let asked = some.then(|| field(column.name.clone()).one_of(levels));
                asked.into_iter().chain(None)
            }
            Part::Number(stretch) => {
                let low = stretch.from.map(|from| test(column, from, Side::From));
                let high = stretch.below.map(|below| test(column, below, Side::Below));
                low.into_iter().chain(high)
            }
        });
        let mut tests: Vec<Rule> = tests.collect();
        match tests.pop() {
            None => Rule::Always,
            Some(only) if tests.is_empty() => only,
            Some(last) => {
                tests.push(last);
                all(tests)
            }
        }
    }
}

/// The levels on a stretch of a column.
fn levels(stretch: &Stretch, column: &Column) -> BTreeSet<Text> {
    let from = stretch.from.unwrap_or(f64::NEG_INFINITY);
    let below = stretch.below.unwrap_or(f64::INFINITY);
    let places = column.levels.iter().enumerate().map(|(at, level)| (at as f64, level));
    let inside = places.filter(|(at, _)| (from..below).contains(at));
    inside.map(|(_, level)| level.clone()).collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    From,
    Below,
}

fn test(column: &Column, threshold: f64, side: Side) -> Rule {
    let operand = field(column.name.clone());
    let literal = match (column.measure, column.measure.value(threshold)) {
        (Measure::Bool, _) => return operand.is(side == Side::From),
        (_, Some(Value::Money(money))) => Literal::from(money),
        (_, Some(Value::Integer(whole))) => Literal::Integer(whole),
        // Whole numbers are written so, and fit fields of both types.
        _ if threshold.fract() == 0.0 && threshold.abs() < 1e15 => {
            Literal::Integer(threshold as i64)
        }
        _ => Literal::from(threshold),
    };
    if side == Side::From { operand.at_least(literal) } else { operand.below(literal) }
}

/// One rule for all ways to a class, those with the most customers first; ways that differ in the
/// levels of one column only are one way.
fn joined(ways: Vec<Way>, columns: &[Column]) -> Option<Rule> {
    let mut kept: Vec<Way> = Vec::new();
    for mut way in ways {
        // What two ways come to may go with a third one.
        while let Some((at, both)) =
            kept.iter().enumerate().find_map(|(at, other)| Some((at, other.or(&way)?)))
        {
            kept.remove(at);
            way = both;
        }
        kept.push(way);
    }
    kept.sort_by(|left, right| right.weight.total_cmp(&left.weight));
    let mut rules: Vec<Rule> = kept.iter().map(|way| way.rule(columns)).collect();
    match rules.len() {
        0 | 1 => rules.pop(),
        _ => Some(any(rules)),
    }
}
