//! The places of points, in an order of their own: nothing depends on the order of the rows, and
//! what coincides is treated alike.

use std::cmp::Ordering;

use super::super::Note;
use super::super::points::Points;
use super::sum::Sum;

/// Where points are, by coordinates; each place once, with the points at it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Places {
    pub(super) columns: usize,
    pub(super) coordinates: Vec<f64>,
    /// The sum of the weights of the points at each place, and their number.
    pub(super) weights: Vec<f64>,
    pub(super) counts: Vec<usize>,
    /// The place of each row, and its weight.
    pub(super) of_rows: Vec<usize>,
    pub(super) weights_of_rows: Vec<f64>,
}

impl Places {
    pub(super) fn new(points: &Points<'_>) -> Self {
        let mut places = Self {
            columns: points.columns(),
            coordinates: Vec::with_capacity(points.len() * points.columns()),
            weights: Vec::with_capacity(points.len()),
            counts: Vec::with_capacity(points.len()),
            of_rows: vec![0; points.len()],
            weights_of_rows: points.weights().to_vec(),
        };
        let mut last: Option<&[f64]> = None;
        let mut sum = Sum::default();
        for row in order(points) {
            let point = points.point(row).unwrap_or_default();
            if last.is_none_or(|last| compared(last, point).is_ne()) {
                // There is one zero only: a sum with it turns the negative one into it.
                places.coordinates.extend(point.iter().map(|x| x + 0.0));
                places.weights.push(0.0);
                places.counts.push(0);
                sum = Sum::default();
            }
            last = Some(point);
            sum.add(places.weights_of_rows.get(row).copied().unwrap_or(0.0));
            if let (Some(weight), Some(count)) =
                (places.weights.last_mut(), places.counts.last_mut())
            {
                *weight = sum.total();
                *count += 1;
            }
            if let Some(place) = places.of_rows.get_mut(row) {
                *place = places.weights.len() - 1;
            }
        }
        places
    }

    pub(super) const fn len(&self) -> usize {
        self.weights.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.coordinates.chunks_exact(self.columns)
    }

    pub(super) fn place(&self, place: usize) -> &[f64] {
        let start = place * self.columns;
        self.coordinates.get(start..start + self.columns).unwrap_or_default()
    }

    /// What is known of each place, for each row.
    pub(super) fn by_row<T: Clone>(&self, of_places: &[T]) -> Vec<T> {
        self.of_rows.iter().filter_map(|&place| of_places.get(place).cloned()).collect()
    }

    /// The columns in which all points have the same coordinate, unless there is only one point.
    pub(super) fn notes(&self) -> Vec<Note> {
        let mut places = self.iter();
        let first = places.next().unwrap_or_default();
        let mut constant = vec![self.of_rows.len() > 1; self.columns];
        for place in places {
            for ((constant, x), y) in constant.iter_mut().zip(first).zip(place) {
                *constant &= x == y;
            }
        }
        let columns = constant.into_iter().enumerate().filter(|(_, constant)| *constant);
        columns.map(|(column, _)| Note::ConstantColumn { column }).collect()
    }
}

/// The rows by their coordinates, then by their weights.
fn order(points: &Points<'_>) -> impl Iterator<Item = usize> {
    let first = |point: &[f64]| point.first().map_or(0.0, |x| x + 0.0);
    let rows = points.iter().zip(points.weights()).enumerate();
    let mut order: Vec<(f64, usize, f64)> =
        rows.map(|(row, (point, &weight))| (first(point), row, weight)).collect();
    order.sort_unstable_by(|left, right| {
        let by_place = || {
            let places = [left.1, right.1].map(|row| points.point(row).unwrap_or_default());
            compared(places[0], places[1])
        };
        let by_weight = || left.2.total_cmp(&right.2);
        left.0.total_cmp(&right.0).then_with(by_place).then_with(by_weight)
    });
    order.into_iter().map(|(_, row, _)| row)
}

/// The order of places: by the first coordinate, then by the next…
pub(super) fn compared(left: &[f64], right: &[f64]) -> Ordering {
    let pairs = left.iter().zip(right).map(|(left, right)| (left + 0.0).total_cmp(&(right + 0.0)));
    pairs.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
