//! The line of numbers: all finite floats, and the whole numbers that stand for numbers.

use std::cmp::Ordering;

use super::cells::{Bound, Ends, Line, Place, Point, compared};
use crate::rule::{Number, Test, Value};

/// Shorter decimals are preferred where a value can be chosen; no more digits than these.
const DIGITS: i32 = 15;

/// Each threshold, and what lies between.
pub(super) fn line(tests: &[&Test<Value>]) -> (Line, Vec<Point>) {
    let values = tests.iter().flat_map(|test| compared(test));
    let mut thresholds: Vec<Value> = values.cloned().collect();
    thresholds.sort_by(order);
    thresholds.dedup_by(|left, right| order(left, right).is_eq());
    let (mut line, mut points) = (Line::default(), Vec::new());
    let mut add = |value: Option<Value>, low: Option<&Value>, high: Option<&Value>, open| {
        let Some(value) = value else { return };
        let bound = |value: &Value| Bound { value: value.clone(), open };
        let place = Place::Spot { line: 0, at: line.ends.len(), marks: Vec::new() };
        line.ends.push(Ends { low: low.map(bound), high: high.map(bound) });
        points.push(Point { value, place });
    };
    let mut below = None;
    for threshold in &thresholds {
        add(between(below, Some(threshold)), below, Some(threshold), true);
        add(Some(threshold.clone()), Some(threshold), Some(threshold), false);
        below = Some(threshold);
    }
    add(between(below, None), below, None, true);
    (line, points)
}

/// Numbers have an order; only other types would have none.
fn order(left: &Value, right: &Value) -> Ordering {
    left.order(right).unwrap_or(Ordering::Equal)
}

/// A value above `low` and below `high`: a short one, if there is any.
fn between(low: Option<&Value>, high: Option<&Value>) -> Option<Value> {
    let fits = |value: &Value| {
        low.is_none_or(|low| order(low, value).is_lt())
            && high.is_none_or(|high| order(value, high).is_lt())
    };
    let short = match (low, high) {
        (None, _) => vec![Value::number(0.0), high.and_then(below)],
        (Some(low), _) => shorter(low),
    };
    let least = low.map(above);
    let last = [high.and_then(|high| neighbor(high, Ordering::Less))];
    let candidates = short.into_iter().chain(least.into_iter().flatten()).chain(last);
    candidates.flatten().find(fits)
}

/// A whole number below.
fn below(high: &Value) -> Option<Value> {
    Value::number((float(high) - 1.0).floor())
}

/// Decimals above `low`, each with one digit more.
fn shorter(low: &Value) -> Vec<Option<Value>> {
    let low = float(low);
    let digits = |digits| {
        let scale = 10_f64.powi(digits);
        Value::number(((low * scale).floor() + 1.0) / scale)
    };
    (0..=DIGITS).map(digits).collect()
}

/// The least values above: a float, and a whole number.
fn above(low: &Value) -> [Option<Value>; 2] {
    let whole = match low {
        Value::Integer(low) => low.checked_add(1),
        _ => None,
    };
    [whole.map(Value::Integer), neighbor(low, Ordering::Greater)]
}

/// The float nearest to the value of those that are less or greater.
fn neighbor(value: &Value, side: Ordering) -> Option<Value> {
    let near = float(value);
    let found = Value::number(near)?;
    if order(&found, value) == side {
        return Some(found);
    }
    Value::number(if side.is_gt() { near.next_up() } else { near.next_down() })
}

fn float(value: &Value) -> f64 {
    match value {
        Value::Integer(integer) => *integer as f64,
        Value::Number(number) => Number::as_f64(*number),
        _ => 0.0,
    }
}
