//! Where a line along one column enters a segment.

use crate::segment::clustered::Clustered;

/// How far is looked where there is no formula, in scaled units, and in how many steps of one.
const FARTHEST: f64 = 8.0;
const STEPS: usize = 16;

/// By how much a coordinate has to change, at least, so that the point is in the segment; both ways
/// if it can go both. The end itself lies on the border.
pub(super) fn first(
    model: &Clustered,
    point: &[f64],
    column: usize,
    segment: usize,
) -> Option<[Option<f64>; 2]> {
    let found = if model.is_by_centers() {
        between(model, point, column, segment)?
    } else {
        let search = |direction| searched(model, point, column, segment, direction);
        [search(1.0), search(-1.0)]
    };
    found.iter().any(Option::is_some).then_some(found)
}

/// The same by centers: a segment is where it is nearer than each of the others, which is on one
/// side of a point of the line.
fn between(
    model: &Clustered,
    point: &[f64],
    column: usize,
    segment: usize,
) -> Option<[Option<f64>; 2]> {
    let squares = model.measured(point)?;
    let own = *squares.get(segment)?;
    let at = |cluster: usize| {
        model.model().clusters().get(cluster).and_then(|found| found.center.get(column))
    };
    let own_center = *at(segment)?;
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for (cluster, square) in squares.iter().enumerate().filter(|(other, _)| *other != segment) {
        let (ahead, room) = (2.0 * (at(cluster)? - own_center), square - own);
        if ahead > 0.0 {
            high = high.min(room / ahead);
        } else if ahead < 0.0 {
            low = low.max(room / ahead);
        } else if room < 0.0 {
            return None;
        }
    }
    if low >= high {
        return None;
    }
    Some([(low >= 0.0).then_some(low), (high <= 0.0).then_some(high)])
}

/// The first step at which the point is in the segment, halved down to where it enters.
fn searched(
    model: &Clustered,
    point: &[f64],
    column: usize,
    segment: usize,
    direction: f64,
) -> Option<f64> {
    let mut moved = point.to_vec();
    let own = *point.get(column)?;
    let mut enters = |distance: f64| {
        if let Some(place) = moved.get_mut(column) {
            *place = own + direction * distance;
        }
        let found = model.model().assign(&moved);
        found.is_some_and(|found| found.nearest.cluster == segment)
    };
    let steps = (1..=STEPS * FARTHEST as usize).map(|step| step as f64 / STEPS as f64);
    let mut high = steps.into_iter().find(|distance| enters(*distance))?;
    let mut low = high - 1.0 / STEPS as f64;
    for _ in 0..50 {
        let middle = low / 2.0 + high / 2.0;
        if enters(middle) { high = middle } else { low = middle }
    }
    Some(direction * high)
}
