//! Whether resampled customers give the same clusters.

use ndarray::ArrayView2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Limits;
use crate::cluster::{Method, adjusted_rand};
use crate::parallel::each_number;

/// The mean agreement of the clusters of resampled points with these, and for each cluster how
/// much of it recurs; none if nothing could be fitted.
///
/// Points are drawn with replacement as often as there are points (B. Efron's bootstrap, 1979); the
/// clusters found in them then say where all points belong. C. Hennig, "Cluster-wise assessment of
/// cluster stability", Computational Statistics & Data Analysis 52 (2007), 258–271.
pub(super) fn agreement(
    method: &Method,
    points: ArrayView2<'_, f64>,
    labels: &[usize],
    clusters: usize,
    limits: &Limits,
) -> Option<(f64, Vec<Option<f64>>)> {
    let refits = each_number(limits.refits, |number| {
        let found = refit(method, points, number as u64, limits.seed)?;
        let noise = found.iter().flatten().max().map_or(0, |most| most + 1);
        let found: Vec<usize> = found.iter().map(|label| label.unwrap_or(noise)).collect();
        Some((adjusted_rand(labels, &found)?, recurrences(labels, &found, clusters)))
    });
    let refits: Vec<_> = refits.into_iter().flatten().collect();
    let count = refits.len() as f64;
    if refits.is_empty() {
        return None;
    }
    let mean = refits.iter().map(|(agreement, _)| agreement).sum::<f64>() / count;
    let recurrence = |cluster: usize| {
        let shares = refits.iter().filter_map(|(_, shares)| shares.get(cluster).copied().flatten());
        labels.contains(&cluster).then(|| shares.sum::<f64>() / count)
    };
    Some((mean, (0..clusters).map(recurrence).collect()))
}

/// The clusters of all points, as a fit on resampled points sees them.
fn refit(
    method: &Method,
    points: ArrayView2<'_, f64>,
    number: u64,
    seed: u64,
) -> Option<Vec<Option<usize>>> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    let count = points.nrows();
    let mut times = vec![0.0; count];
    for _ in 0..count {
        let drawn = (u128::from(rng.next_u64()) * count as u128) >> 64;
        if let Some(times) = times.get_mut(drawn as usize) {
            *times += 1.0;
        }
    }
    let model = method.fit_seeded(points, Some(&times), rng.next_u64()).ok()?;
    Some(model.labels(points))
}

/// For each cluster that has points, its greatest Jaccard index with one of the others.
fn recurrences(labels: &[usize], found: &[usize], clusters: usize) -> Vec<Option<f64>> {
    let others = found.iter().max().map_or(0, |most| most + 1);
    let mut both = vec![0_usize; clusters * others];
    let (mut own, mut other) = (vec![0_usize; clusters], vec![0_usize; others]);
    for (label, found) in labels.iter().zip(found) {
        let places =
            [both.get_mut(label * others + found), own.get_mut(*label), other.get_mut(*found)];
        places.into_iter().flatten().for_each(|count| *count += 1);
    }
    let jaccard = |(both, other): (&usize, &usize), own: usize| {
        *both as f64 / (own + other - both).max(1) as f64
    };
    let recurrence = |(own, both): (&usize, &[usize])| {
        let shares = both.iter().zip(&other).map(|pair| jaccard(pair, *own));
        (*own > 0).then(|| shares.fold(0.0, f64::max))
    };
    own.iter().zip(both.chunks_exact(others.max(1))).map(recurrence).collect()
}
