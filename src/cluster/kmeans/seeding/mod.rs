//! Where k-means starts: greedy k-means++ and k-means||.

mod near;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::super::points::Points;
use super::lloyd::{Limits, Lloyd, Search};

use near::Field;

/// At most `count` centers, row-major; fewer if the points are at fewer different places.
///
/// D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007,
/// 1027–1035: each next center is a point drawn in proportion to its squared distance from the
/// nearest center so far. Greedy: of `2 + ln k` such points the best is taken, as in scikit-learn
/// and in the authors' own implementation.
pub(super) fn greedy(points: &Points<'_>, count: usize, rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut field = Field::new(points);
    let mut centers = Vec::new();
    let Some(first) = field.draw(rng).and_then(|row| points.point(row)) else {
        return centers;
    };
    centers.extend_from_slice(first);
    field.approach(first);
    for _ in 1..count {
        let drawn = (0..trials(count)).map_while(|_| field.draw(rng));
        let trials: Vec<f64> =
            drawn.filter_map(|row| points.point(row)).flatten().copied().collect();
        let potentials = field.potentials(&trials).into_iter();
        let trials = trials.chunks_exact(points.columns()).zip(potentials);
        let Some((best, _)) = trials.min_by(|left, right| left.1.total_cmp(&right.1)) else {
            break;
        };
        centers.extend_from_slice(best);
        field.approach(best);
    }
    centers
}

fn trials(count: usize) -> usize {
    2 + libm::log(count.max(1) as f64) as usize
}

/// How many points k-means|| draws at once, and how often.
#[derive(Clone, Copy)]
pub(super) struct Rounds {
    pub(super) rounds: usize,
    /// In numbers of clusters.
    pub(super) oversampling: f64,
}

/// As [`greedy`], but draws many points at once.
///
/// B. Bahmani, B. Moseley, A. Vattani, R. Kumar and S. Vassilvitskii, "Scalable k-means++", VLDB
/// 5 (2012), 622–633: in each round every point is drawn on its own, in proportion to its squared
/// distance; what was drawn is then clustered, each point weighing as much as all that are nearest
/// to it.
pub(super) fn parallel(
    points: &Points<'_>,
    count: usize,
    rounds: Rounds,
    rng: &mut ChaCha8Rng,
) -> Vec<f64> {
    let mut field = Field::new(points);
    let mut drawn: Vec<f64> = Vec::new();
    let first = field.draw(rng).and_then(|row| points.point(row)).unwrap_or_default();
    drawn.extend_from_slice(first);
    field.approach(first);
    for _ in 0..rounds.rounds {
        let rows = field.draw_many(rounds.oversampling * count as f64, rng.next_u64());
        let next = rows.into_iter().filter_map(|row| points.point(row)).flatten();
        let before = drawn.len();
        drawn.extend(next);
        field.approach(drawn.get(before..).unwrap_or_default());
    }
    let weights = field.weights(drawn.len() / points.columns());
    let drawn = Points::known(points.columns(), drawn, weights);
    let centers = greedy(&drawn, count, rng);
    if centers.len() < count * points.columns() {
        return greedy(points, count, rng);
    }
    let limits = Limits { iterations: 30, still: 0.0 };
    Lloyd::run(&drawn, centers, Search::Plain, limits).centers
}
