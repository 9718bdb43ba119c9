//! Where k-means starts: greedy k-means++.
//!
//! D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007,
//! 1027–1035: each next center is a point drawn in proportion to its squared distance from the
//! nearest center so far. Greedy: of `2 + ln k` such points the best is taken, as in scikit-learn
//! and in the authors' own implementation.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::super::points::{Points, squared_distance};

/// At most `count` centers, row-major; fewer if the points are at fewer different places.
pub(super) fn greedy(points: &Points<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut centers = Vec::new();
    let first = Draw::new(points.weights().iter().copied()).next(rng);
    let Some(first) = first.and_then(|row| points.point(row)) else {
        return centers;
    };
    centers.extend_from_slice(first);
    let mut nearest: Vec<f64> = points.iter().map(|p| squared_distance(p, first)).collect();
    let (mut trial, mut best) = (vec![0.0; nearest.len()], vec![0.0; nearest.len()]);
    for _ in 1..count {
        let draw = Draw::new(nearest.iter().zip(points.weights()).map(|(d, weight)| d * weight));
        let mut chosen: Option<(f64, &[f64])> = None;
        for _ in 0..trials(count) {
            let Some(point) = draw.next(rng).and_then(|row| points.point(row)) else { break };
            let potential = approach(points, &nearest, point, &mut trial);
            if chosen.is_none_or(|(least, _)| potential < least) {
                chosen = Some((potential, point));
                std::mem::swap(&mut trial, &mut best);
            }
        }
        let Some((_, center)) = chosen else { break };
        centers.extend_from_slice(center);
        std::mem::swap(&mut nearest, &mut best);
    }
    centers
}

fn trials(count: usize) -> usize {
    2 + libm::log(count.max(1) as f64) as usize
}

/// How far all points are from the nearest center once there is one at `center` too: their squared
/// distances go to `distances`, and their weighted sum is returned.
fn approach(points: &Points<'_>, nearest: &[f64], center: &[f64], distances: &mut [f64]) -> f64 {
    let rows = points.iter().zip(points.weights()).zip(nearest);
    let mut potential = 0.0;
    for (distance, ((point, weight), &nearest)) in distances.iter_mut().zip(rows) {
        *distance = squared_distance(point, center).min(nearest);
        potential += weight * *distance;
    }
    potential
}

/// Draws positions in proportion to their mass.
struct Draw {
    cumulated: Vec<f64>,
    total: f64,
}

impl Draw {
    fn new(mass: impl Iterator<Item = f64>) -> Self {
        let mut total = 0.0;
        let cumulated = mass.map(|mass| {
            total += mass;
            total
        });
        Self { cumulated: cumulated.collect(), total }
    }

    /// A position that has mass, if any has.
    fn next(&self, rng: &mut ChaCha8Rng) -> Option<usize> {
        if self.total <= 0.0 {
            return None;
        }
        let target = uniform(rng) * self.total;
        let found = self.cumulated.partition_point(|&cumulated| cumulated <= target);
        if found < self.cumulated.len() {
            return Some(found);
        }
        // Rounding took the target to the very end: the last position that has mass.
        Some(self.cumulated.partition_point(|&cumulated| cumulated < self.total))
    }
}

/// A float from 0 up to but not including 1: the 53 highest bits of the next 64, over 2^53.
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}
