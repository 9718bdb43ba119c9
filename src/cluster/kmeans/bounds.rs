//! What is known of a point's distances without measuring them again.
//!
//! G. Hamerly, "Making k-means even faster", SDM 2010, 130–140: a point that is nearer to its own
//! center than any other center can be keeps it. Bounds are rounded to the safe side, and a point
//! is only passed over if its center is nearer by more than what rounding does to a measured
//! distance: its label is the one that measuring would give, to the bit.

use super::super::points::squared_distance;
use super::tile::LANES;
use crate::parallel;

/// Added to a bound, it outweighs what squares lose that are too small for a float.
const TINY: f64 = 1e-150;

/// How far centers have moved, and how far they are from each other.
pub(super) struct Drift {
    /// By more than what rounding does to a measured distance, relatively.
    slack: f64,
    /// At least how far each center has moved.
    own: Vec<f64>,
    /// At least how far any other center has moved.
    others: Vec<f64>,
    /// At most half the distance to the nearest other center.
    half: Vec<f64>,
}

impl Drift {
    /// Of row-major centers that have moved by so much, squared.
    pub(super) fn new(centers: &[f64], moved: &[f64], columns: usize) -> Self {
        let slack = slack(columns);
        let own: Vec<f64> = moved.iter().map(|moved| above(*moved, slack)).collect();
        let farthest = own.iter().copied().fold(0.0, f64::max);
        let at = own.iter().position(|&moved| moved >= farthest);
        let rest = own.iter().enumerate().filter(|(number, _)| Some(*number) != at);
        let next = rest.map(|(_, &moved)| moved).fold(0.0, f64::max);
        let other = |number| if Some(number) == at { next } else { farthest };
        let others = (0..own.len()).map(other).collect();
        let half = parallel::each_number(own.len(), |number| {
            let all = || centers.chunks_exact(columns);
            let center = all().nth(number).unwrap_or_default();
            let others = all().enumerate().filter(|(other, _)| *other != number);
            let squares = others.map(|(_, other)| squared_distance(center, other));
            below(squares.fold(f64::INFINITY, f64::min), slack) / 2.0
        });
        Self { slack, own, others, half }
    }
}

/// Bounds of the distances of a block's points.
pub(super) struct Bounds {
    slack: f64,
    /// At least the distance from the own center.
    upper: Vec<f64>,
    /// At most the distance from any other.
    lower: Vec<f64>,
    /// The points of which bounds do not tell enough.
    pub(super) open: Vec<u32>,
}

impl Bounds {
    pub(super) fn new(columns: usize) -> Self {
        let (upper, lower, open) = (Vec::new(), Vec::new(), Vec::new());
        Self { slack: slack(columns), upper, lower, open }
    }

    /// Makes room for so many points.
    pub(super) fn resize(&mut self, points: usize) {
        self.upper.resize(points, f64::INFINITY);
        self.lower.resize(points, 0.0);
    }

    /// Centers have moved: finds the open points. Whether they are so few that measuring them alone
    /// is worth it.
    #[inline(always)]
    pub(super) fn drift(&mut self, drift: &Drift, labels: &[u32]) -> bool {
        self.open.resize(labels.len(), 0);
        let mut count = 0;
        let bounds = self.upper.iter_mut().zip(&mut self.lower);
        for (row, ((upper, lower), &label)) in (0..).zip(bounds.zip(labels)) {
            let label = label as usize;
            let of = |values: &[f64]| values.get(label).copied().unwrap_or_default();
            *upper = (*upper + of(&drift.own)) * (1.0 + f64::EPSILON);
            *lower = (*lower - of(&drift.others)) * (1.0 - f64::EPSILON);
            let near = *upper * (1.0 + drift.slack) + TINY;
            let keeps = near < *lower || near < of(&drift.half);
            // Written in any case, so that nothing depends on a guess.
            self.open.get_mut(count).into_iter().for_each(|place| *place = row);
            count += usize::from(!keeps);
        }
        self.open.truncate(count);
        count < labels.len() / 2
    }

    /// Takes over what was measured of up to [`LANES`] points in a row.
    #[inline(always)]
    pub(super) fn learn_run(&mut self, first: usize, squares: &[f64; LANES], next: &[f64; LANES]) {
        let upper = self.upper.get_mut(first..).unwrap_or_default().iter_mut().take(LANES);
        let lower = self.lower.get_mut(first..).unwrap_or_default().iter_mut().take(LANES);
        let measured = squares.iter().zip(next);
        for ((upper, lower), (&own, &next)) in upper.zip(lower).zip(measured) {
            *upper = above(own, self.slack);
            *lower = below(next, self.slack);
        }
    }

    /// Takes over what was measured of these points.
    #[inline(always)]
    pub(super) fn learn(&mut self, rows: &[u32], squares: &[f64; LANES], next: &[f64; LANES]) {
        let measured = squares.iter().zip(next);
        for (&row, (&own, &next)) in rows.iter().zip(measured) {
            let row = row as usize;
            if let Some((upper, lower)) = self.upper.get_mut(row).zip(self.lower.get_mut(row)) {
                *upper = above(own, self.slack);
                *lower = below(next, self.slack);
            }
        }
    }
}

/// More than the relative error of a distance of so many coordinates: each gap and its square are
/// rounded, and each addition.
fn slack(columns: usize) -> f64 {
    (columns + 8) as f64 * f64::EPSILON
}

/// At least the distance whose square was measured.
#[inline(always)]
fn above(square: f64, slack: f64) -> f64 {
    square.sqrt() * (1.0 + slack) + TINY
}

/// At most the distance whose square was measured.
#[inline(always)]
fn below(square: f64, slack: f64) -> f64 {
    square.sqrt() * (1.0 - slack) - TINY
}
