//! From the ways through a tree to rules.

use crate::cluster::tree::{Branch, Tree};
use crate::feature::{Column, Measure};
use crate::rule::{Literal, Rule, Value, all, any, field};
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
    let mut ways: Vec<Vec<(f64, Rule)>> = vec![Vec::new(); classes];
    let mut waiting = vec![(0, vec![Stretch::default(); columns.len()])];
    while let Some((number, stretches)) = waiting.pop() {
        let Some(node) = tree.nodes().get(number) else { continue };
        let class = uniform.get(number).copied().flatten();
        let (Some(branch), None) = (&node.split, class) else {
            let class = class.unwrap_or_else(|| node.class());
            if let Some(ways) = ways.get_mut(class) {
                let weight = node.weights.get(class).copied().unwrap_or_default();
                ways.push((weight, way(&stretches, columns)));
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
    ways.into_iter().map(joined).collect()
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

/// The rule of one way.
fn way(stretches: &[Stretch], columns: &[Column]) -> Rule {
    let tests = stretches.iter().zip(columns).flat_map(|(stretch, column)| {
        if column.measure == Measure::Category {
            return levels(stretch, column).into_iter().chain(None);
        }
        let low = stretch.from.map(|from| test(column, from, Side::From));
        let high = stretch.below.map(|below| test(column, below, Side::Below));
        low.into_iter().chain(high)
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

/// That a category is one of the levels on a way, if not of all.
fn levels(stretch: &Stretch, column: &Column) -> Option<Rule> {
    let from = stretch.from.unwrap_or(f64::NEG_INFINITY);
    let below = stretch.below.unwrap_or(f64::INFINITY);
    let places = column.levels.iter().enumerate().map(|(at, level)| (at as f64, level));
    let inside = places.filter(|(at, _)| (from..below).contains(at));
    let levels: Vec<&str> = inside.map(|(_, level)| level.as_str()).collect();
    (levels.len() < column.levels.len()).then(|| field(column.name.clone()).one_of(levels))
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

/// One rule for all ways to a class, those with the most customers first.
fn joined(mut ways: Vec<(f64, Rule)>) -> Option<Rule> {
    ways.sort_by(|left, right| right.0.total_cmp(&left.0));
    let mut rules: Vec<Rule> = ways.into_iter().map(|(_, rule)| rule).collect();
    match rules.len() {
        0 | 1 => rules.pop(),
        _ => Some(any(rules)),
    }
}
