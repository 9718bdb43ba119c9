//! K-means in small batches: what a sample tells is refined by points drawn anew, batch by batch.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::Fault;
use super::super::points::Points;
use super::Clustering;

/// The sample has so many times the points of a batch, and so many for each cluster.
const BATCHES: usize = 3;
const OF_CLUSTER: usize = 10;

/// In which batches k-means looks at points, when they are too many to look at all again and again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MiniBatch {
    /// The number of points of a batch; 1,024 without a word.
    pub size: usize,
    /// At most so many batches that together are as many as all points; 100 without a word.
    pub max_passes: usize,
    /// It stops after so many batches in a row in which the smoothed inertia of batches has not
    /// become less; 10 without a word.
    pub max_no_improvement: usize,
}

impl Default for MiniBatch {
    fn default() -> Self {
        Self { size: 1_024, max_passes: 100, max_no_improvement: 10 }
    }
}

/// Clusters that were refined batch by batch.
pub(super) struct Refined {
    pub(super) clusters: Clustering,
    pub(super) batches: usize,
    /// Whether batches did not make the clusters any better at last.
    pub(super) converged: bool,
}

impl MiniBatch {
    /// Adds everything that is wrong with it.
    pub(super) fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        for (name, number) in [
            ("size", self.size),
            ("max_passes", self.max_passes),
            ("max_no_improvement", self.max_no_improvement),
        ] {
            if number == 0 {
                problems.add(path.field(name), Fault::Zero);
            }
        }
    }

    /// The points to start with, or none if these are all.
    pub(super) fn sample(
        &self,
        points: &Points<'_>,
        clusters: usize,
        rng: &mut ChaCha8Rng,
    ) -> Option<Points<'static>> {
        let size = self.size.saturating_mul(BATCHES).max(clusters.saturating_mul(OF_CLUSTER));
        (size < points.len()).then(|| drawn(points, &weighty(points), size, rng))
    }

    /// Lets clusters learn batches until they are no better for it.
    ///
    /// The rule is that of scikit-learn's `MiniBatchKMeans`: the inertia of the batches, a point
    /// each, is smoothed over about half of all points.
    pub(super) fn refine(
        &self,
        points: &Points<'_>,
        mut clusters: Clustering,
        rng: &mut ChaCha8Rng,
    ) -> Refined {
        let rows = weighty(points);
        let (size, all) = (self.size as f64, rows.len() as f64);
        let most = (self.max_passes as f64 * all / size).ceil() as usize;
        let share = (2.0 * size / (all + 1.0)).min(1.0);
        let mut smoothed: Option<f64> = None;
        let (mut least, mut no_better, mut batches) = (f64::INFINITY, 0, 0);
        while batches < most && no_better < self.max_no_improvement {
            let batch = drawn(points, &rows, self.size, rng);
            let inertia = clusters.take_in(&batch) / batch.weights().iter().sum::<f64>();
            let now = smoothed.map_or(inertia, |before| before + share * (inertia - before));
            smoothed = Some(now);
            batches += 1;
            no_better += 1;
            if now < least {
                (least, no_better) = (now, 0);
            }
        }
        Refined { clusters, batches, converged: no_better >= self.max_no_improvement }
    }
}

/// The rows of points that have any weight.
fn weighty(points: &Points<'_>) -> Vec<usize> {
    let weights = points.weights().iter().enumerate();
    weights.filter(|(_, weight)| **weight > 0.0).map(|(row, _)| row).collect()
}

/// So many of some rows, drawn with replacement.
fn drawn(
    points: &Points<'_>,
    rows: &[usize],
    size: usize,
    rng: &mut ChaCha8Rng,
) -> Points<'static> {
    let mut coordinates = Vec::with_capacity(size * points.columns());
    let mut weights = Vec::with_capacity(size);
    for _ in 0..size {
        // The bias of the product is less than 2^-64 times the count.
        let place = (u128::from(rng.next_u64()) * rows.len() as u128) >> 64;
        let row = rows.get(place as usize).copied().unwrap_or_default();
        coordinates.extend_from_slice(points.point(row).unwrap_or_default());
        weights.push(points.weights().get(row).copied().unwrap_or_default());
    }
    Points::known(points.columns(), coordinates, weights)
}
