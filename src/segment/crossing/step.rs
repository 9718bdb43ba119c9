//! From a border to values that are beyond it.

use super::{Crossing, Guide, Shift, Start};
use crate::feature::Measure;
use crate::rule::Value;
use crate::segment::Segmenter;
use crate::segment::round::roundest;

/// By how much farther it is gone, one after another, until rounded values cross.
const BEYOND: [f64; 12] = [1e-9, 1e-7, 1e-5, 1e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0];

/// How much farther than needed a plain number may be, as a share of its change, to have fewer
/// digits.
const SLACK: f64 = 0.05;

/// The smallest change of one column that moves into the segment, which begins after one of the
/// changes in `along` of the scaled coordinate.
pub(super) fn alone(
    guide: &Guide<'_>,
    start: &Start<'_>,
    column: usize,
    along: [Option<f64>; 2],
    segment: usize,
) -> Option<Crossing> {
    let way = |along: f64| {
        let mut point = start.point.clone();
        *point.get_mut(column)? += along;
        let border = *guide.model.prepared().undo_row(&point)?.get(column)?;
        let from = *start.numbers.get(column)?;
        let up = along > 0.0 || (along == 0.0 && border >= from);
        let choices = choices(guide.measure(column), from, border, up);
        let inside = |to: &f64| is_inside(guide, column, *to);
        choices
            .into_iter()
            .filter(inside)
            .find_map(|to| shifted(guide, start, &[(column, to)], segment))
    };
    let ways = along.into_iter().flatten().filter_map(way);
    ways.min_by(super::shorter)
}

/// The change to a point of the segment, a little farther than that and rounded.
pub(super) fn together(
    guide: &Guide<'_>,
    start: &Start<'_>,
    point: &[f64],
    segment: usize,
) -> Option<Crossing> {
    let size = point.iter().zip(&start.point).map(|(to, from)| (to - from).abs());
    let least = 1e-9 * size.fold(0.0, f64::max);
    let attempt = |beyond: &f64| {
        let farther = |(to, from): (&f64, &f64)| from + (to - from) * (1.0 + beyond);
        let farther: Vec<f64> = point.iter().zip(&start.point).map(farther).collect();
        let numbers = guide.model.prepared().undo_row(&farther)?;
        let mut changes = Vec::new();
        for (column, (to, from)) in farther.iter().zip(&start.point).enumerate() {
            if (to - from).abs() <= least {
                continue;
            }
            let (from, border) = (*start.numbers.get(column)?, *numbers.get(column)?);
            let choices = choices(guide.measure(column), from, border, border > from);
            let inside = |to: &f64| is_inside(guide, column, *to);
            changes.push((column, choices.into_iter().find(inside)?));
        }
        shifted(guide, start, &changes, segment)
    };
    BEYOND.iter().find_map(attempt)
}

/// Values of a column from a border on, the nearest first.
fn choices(measure: Measure, from: f64, border: f64, up: bool) -> Vec<f64> {
    let sign = if up { 1.0 } else { -1.0 };
    let (border, from) = (border * sign, from * sign);
    let units = |unit: f64| {
        // A border that is a value, but for rounding, is tried itself.
        let first = (border * unit - 1e-9 * (border * unit).abs().max(1e-9)).ceil();
        (0..3).map(|more| (first + f64::from(more)) / unit).collect::<Vec<f64>>()
    };
    let found = match measure {
        Measure::Integer => units(1.0),
        Measure::Money(currency) => units(currency.minor_per_major() as f64),
        Measure::Bool => vec![if up { 1.0 } else { 0.0 }],
        // Clusters of numbers look at no categories.
        Measure::Category => Vec::new(),
        Measure::Number => {
            let change = (border - from).abs().max(1e-12 * border.abs());
            let above = |low: f64, share: f64| roundest(low, low + share * change);
            vec![above(border, SLACK), above(border, SLACK / 50.0), border + 1e-9 * change]
        }
    };
    found.into_iter().map(|number| number * sign + 0.0).collect()
}

fn is_inside(guide: &Guide<'_>, column: usize, number: f64) -> bool {
    let (least, most) = guide.range(column);
    (least..=most).contains(&number)
}

/// The move with these new numbers, if the customer is in the segment then.
fn shifted(
    guide: &Guide<'_>,
    start: &Start<'_>,
    changes: &[(usize, f64)],
    segment: usize,
) -> Option<Crossing> {
    let mut values: Vec<Option<Value>> = start.values.to_vec();
    let mut shifts = Vec::new();
    for &(column, to) in changes {
        let measure = guide.measure(column);
        *values.get_mut(column)? = Some(measure.value(to)?);
        let told = start.values.get(column)?.as_ref();
        let from = told.and_then(|value| Measure::Number.number(value));
        shifts.push(Shift {
            feature: guide.name(column)?.clone(),
            stands_for: measure,
            from: from.or_else(|| start.numbers.get(column).copied())?,
            to,
        });
    }
    let place = guide.model.place(&values)?;
    let point = guide.model.prepared().row(&values)?;
    let squares = point.iter().zip(&start.point).map(|(to, from)| (to - from) * (to - from));
    let found = guide.model.segments().get(segment)?;
    (place.nearest.cluster == segment).then(|| Crossing {
        segment: found.id.clone(),
        name: found.name.clone(),
        shifts,
        distance: squares.sum::<f64>().sqrt(),
    })
}
