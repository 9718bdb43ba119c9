//! What cuts through points without any groups would explain.

use ndarray::ArrayView2;

use super::Limits;
use super::scatter::within;
use crate::cluster::KMeans;
use crate::cluster::validation::gap_statistic;

/// How far the gap of these clusters is above that of a single one, in standard errors; none where
/// that cannot be told.
///
/// It is the gap statistic that [`gap_statistic`] computes, of clusters that are given; the points
/// without groups are cut by k-means.
pub(super) fn structure(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
    limits: &Limits,
) -> Option<f64> {
    let clusters = labels.iter().max()? + 1;
    if clusters < 2 || points.nrows() <= clusters || limits.references < 2 {
        return None;
    }
    let gap = |clusters: usize| {
        let (references, seed) = (limits.references, limits.seed);
        let gaps =
            gap_statistic(points, clusters..=clusters, references, seed, |points, k, seed| {
                let cuts =
                    KMeans { restarts: 3, ..KMeans::new(k) }.fit_seeded(points, None, seed)?;
                Ok(cuts.labels(points).into_iter().flatten().collect())
            });
        gaps.ok()?.first().copied()
    };
    let (one, many) = (gap(1)?, gap(clusters)?);
    // Even the last digit is no structure: points at k places explain all, as far as it goes.
    let least = within(points, &vec![0; labels.len()]) * 1e-12;
    let dispersion = libm::log(within(points, labels).max(least));
    let more = many.gap + many.log_dispersion - dispersion - one.gap;
    Some(more / many.error).filter(|more| more.is_finite())
}
