//! How far clusters are apart, measured at their means.

use ndarray::ArrayView2;

use crate::path::Problems;

use super::super::Fault;
use super::super::points::squared_distance;
use super::Labeled;

/// How much more the clusters' means vary than the points in clusters do: more is better.
///
/// T. Caliński and J. Harabasz, "A dendrite method for cluster analysis", Communications in
/// Statistics 3 (1974), 1–27. 1 if no point differs from its cluster's mean, as in scikit-learn.
///
/// # Errors
/// As [`silhouettes`](super::silhouettes).
///
/// # Complexity
/// O(n d) time.
pub fn calinski_harabasz(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
) -> Result<f64, Problems<Fault>> {
    let labeled = Labeled::check(points, labels)?;
    let means = labeled.means();
    let columns = labeled.points.columns();
    let all = super::means(&labeled.points, &vec![0; labels.len()], 1);
    let clusters = means.chunks_exact(columns).zip(&labeled.sizes);
    let between: f64 =
        clusters.map(|(mean, &size)| size as f64 * squared_distance(mean, &all)).sum();
    let within: f64 = squares(&labeled, &means).sum();
    let (points, clusters) = (labels.len() as f64, labeled.sizes.len() as f64);
    if within == 0.0 {
        return Ok(1.0);
    }
    Ok(between * (points - clusters) / (within * (clusters - 1.0)))
}

/// How near each cluster's most similar other one is, relative to how far the points of both are
/// from their means, on average: less is better.
///
/// D. Davies and D. Bouldin, "A cluster separation measure", IEEE Transactions on Pattern Analysis
/// and Machine Intelligence 1 (1979), 224–227. Clusters with the same mean do not count as similar,
/// and 0 is the answer if all points are at their means or all means are the same, as in
/// scikit-learn.
///
/// # Errors
/// As [`silhouettes`](super::silhouettes).
///
/// # Complexity
/// O(n d + k² d) time.
pub fn davies_bouldin(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
) -> Result<f64, Problems<Fault>> {
    let labeled = Labeled::check(points, labels)?;
    let means = labeled.means();
    let mut radii = vec![0.0; labeled.sizes.len()];
    for (square, &number) in squares(&labeled, &means).zip(&labeled.numbers) {
        radii.get_mut(number).into_iter().for_each(|radius| *radius += libm::sqrt(square));
    }
    for (radius, &size) in radii.iter_mut().zip(&labeled.sizes) {
        *radius /= size as f64;
    }
    let columns = labeled.points.columns();
    let clusters = || means.chunks_exact(columns).zip(&radii);
    let worst = |(mean, radius): (&[f64], &f64)| {
        let similarity = |(other, other_radius): (&[f64], &f64)| {
            let distance = libm::sqrt(squared_distance(mean, other));
            if distance > 0.0 { (radius + other_radius) / distance } else { 0.0 }
        };
        clusters().map(similarity).fold(0.0, f64::max)
    };
    Ok(clusters().map(worst).sum::<f64>() / radii.len() as f64)
}

/// The squared distance of each point from its cluster's mean.
fn squares<'a>(labeled: &'a Labeled<'_>, means: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
    let means: Vec<&[f64]> = means.chunks_exact(labeled.points.columns()).collect();
    let rows = labeled.points.iter().zip(&labeled.numbers);
    rows.map(move |(point, &number)| {
        squared_distance(point, means.get(number).copied().unwrap_or_default())
    })
}
