//! Points in an order of their own, so that nothing depends on the order in which they were given.

use std::cmp::Ordering;

use super::super::Note;
use super::super::points::Points;

/// Points by their coordinates, then by their weights.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sorted {
    pub(super) columns: usize,
    /// The row in which each point was given.
    pub(super) rows: Vec<usize>,
    pub(super) coordinates: Vec<f64>,
    pub(super) weights: Vec<f64>,
}

impl Sorted {
    pub(super) fn new(points: &Points<'_>) -> Self {
        let weights = points.weights();
        let first = |point: &[f64]| point.first().map_or(0.0, |x| x + 0.0);
        let mut order: Vec<(f64, usize)> =
            points.iter().enumerate().map(|(row, point)| (first(point), row)).collect();
        order.sort_unstable_by(|left, right| {
            let rest = || {
                let (a, b) = (points.point(left.1), points.point(right.1));
                let by_place = compared(a.unwrap_or_default(), b.unwrap_or_default());
                let weight = |row: usize| weights.get(row).copied().unwrap_or(0.0);
                let by_weight = || weight(left.1).total_cmp(&weight(right.1));
                by_place.then_with(by_weight).then(left.1.cmp(&right.1))
            };
            left.0.total_cmp(&right.0).then_with(rest)
        });
        let rows: Vec<usize> = order.into_iter().map(|(_, row)| row).collect();
        let mut coordinates = Vec::with_capacity(rows.len() * points.columns());
        for &row in &rows {
            // There is one zero only: sums with it turn the negative one into it.
            coordinates.extend(points.point(row).unwrap_or_default().iter().map(|x| x + 0.0));
        }
        let weights = rows.iter().filter_map(|&row| weights.get(row).copied()).collect();
        Self { columns: points.columns(), rows, coordinates, weights }
    }

    pub(super) const fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.coordinates.chunks_exact(self.columns)
    }

    pub(super) fn point(&self, row: usize) -> &[f64] {
        let start = row * self.columns;
        self.coordinates.get(start..start + self.columns).unwrap_or_default()
    }

    /// What is known of each point, in the order in which the points were given.
    pub(super) fn as_given<T: Clone>(&self, told: &[T], otherwise: T) -> Vec<T> {
        let mut given = vec![otherwise; self.len()];
        for (&row, told) in self.rows.iter().zip(told) {
            if let Some(place) = given.get_mut(row) {
                place.clone_from(told);
            }
        }
        given
    }

    /// The columns in which all points have the same coordinate, unless there is only one point.
    pub(super) fn notes(&self) -> Vec<Note> {
        let mut points = self.iter();
        let first = points.next().unwrap_or_default();
        let mut constant = vec![self.len() > 1; self.columns];
        for point in points {
            for ((constant, x), y) in constant.iter_mut().zip(first).zip(point) {
                *constant &= x == y;
            }
        }
        let columns = constant.into_iter().enumerate().filter(|(_, constant)| *constant);
        columns.map(|(column, _)| Note::ConstantColumn { column }).collect()
    }
}

/// The order of places: by the first coordinate, then by the next…
pub(super) fn compared(left: &[f64], right: &[f64]) -> Ordering {
    let pairs = left.iter().zip(right).map(|(left, right)| (left + 0.0).total_cmp(&(right + 0.0)));
    pairs.into_iter().find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}
