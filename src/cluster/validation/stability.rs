//! Whether other points of the same kind would have been clustered alike.
//!
//! Y. Fang and J. Wang, "Selection of the number of clusters via the bootstrap method",
//! Computational Statistics & Data Analysis 56 (2012), 468–477, with the adjusted Rand index as in
//! C. Hennig, "Cluster-wise assessment of cluster stability", the same 52 (2007), 258–271.

use ndarray::ArrayView2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::Fault;
use super::super::points::Points;
use super::agreement::{adjusted_rand, greatest_jaccard};
use super::resampling::{rows, with_replacement};

/// The mean adjusted Rand index of `pairs` pairs of clusterings of the points: 1 if they always are
/// the same, about 0 if they are left to chance. Each of a pair is fitted on as many points drawn
/// with replacement for this seed, and then labels all points. `fit` gives what labels the rows of
/// a matrix; rows without a label count as one more cluster.
///
/// # Errors
/// Points that cannot be clustered, no pairs, and what `fit` has to say.
///
/// ```
/// use loyalty::cluster::validation::stability;
/// use loyalty::cluster::KMeans;
/// use ndarray::{Array2, ArrayView2};
///
/// // Two lines of points, far apart.
/// let points = Array2::from_shape_fn((40, 2), |(row, column)| match column {
///     0 => (row % 20) as f64,
///     _ => (row / 20 * 100) as f64,
/// });
/// let stable = stability(points.view(), 10, 7, |sample, seed| {
///     let found = KMeans::new(2).fit_seeded(sample, None, seed)?;
///     Ok(move |points: ArrayView2<'_, f64>| found.labels(points))
/// })?;
/// assert_eq!(stable, 1.0);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
pub fn stability<L: Fn(ArrayView2<'_, f64>) -> Vec<Option<usize>>>(
    points: ArrayView2<'_, f64>,
    pairs: usize,
    seed: u64,
    fit: impl Fn(ArrayView2<'_, f64>, u64) -> Result<L, Problems<Fault>> + Sync,
) -> Result<f64, Problems<Fault>> {
    Points::check(points, None)?;
    if pairs == 0 {
        return Err(Problems::one(Path::from("pairs"), Fault::Zero));
    }
    let agreements = parallel::each_number(pairs, |pair| {
        let mut rng = stream(seed, pair);
        let left = resampled(points, seed, &mut rng, &fit)?;
        let right = resampled(points, seed, &mut rng, &fit)?;
        Ok(adjusted_rand(&left, &right).unwrap_or(0.0))
    });
    let agreements: Vec<f64> = agreements.into_iter().collect::<Result<_, Problems<Fault>>>()?;
    Ok(agreements.iter().sum::<f64>() / pairs as f64)
}

/// How well given clusters of points are found again in points drawn anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recurrence {
    /// The mean adjusted Rand index of the clusters that were found with the given ones.
    pub agreement: f64,
    /// For each given cluster the mean of the greatest Jaccard index that it has with a cluster
    /// that was found; none of one that has no points.
    pub clusters: Vec<Option<f64>>,
}

/// How well the clusters of these labels are found again in `fits` sets of as many points, drawn
/// with replacement for this seed. `fit` is as for [`stability`], which compares such fits with
/// each other, where this one compares them with what is given.
///
/// C. Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics & Data
/// Analysis 52 (2007), 258–271.
///
/// # Errors
/// Points that cannot be clustered, another number of labels, no fits, and what `fit` has to say.
///
/// ```
/// use loyalty::cluster::validation::recurrence;
/// use loyalty::cluster::KMeans;
/// use ndarray::{Array2, ArrayView2};
///
/// // Two lines of points, far apart; the given clusters part the second.
/// let points = Array2::from_shape_fn((40, 2), |(row, column)| match column {
///     0 => (row % 20) as f64,
///     _ => (row / 20 * 100) as f64,
/// });
/// let given: Vec<usize> = (0..40).map(|row| row / 20 + usize::from(row >= 35)).collect();
/// let found = recurrence(points.view(), &given, 10, 7, |sample, seed| {
///     let found = KMeans::new(2).fit_seeded(sample, None, seed)?;
///     Ok(move |points: ArrayView2<'_, f64>| found.labels(points))
/// })?;
/// assert_eq!(found.clusters, [Some(1.0), Some(0.75), Some(0.25)]);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
pub fn recurrence<L: Fn(ArrayView2<'_, f64>) -> Vec<Option<usize>>>(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
    fits: usize,
    seed: u64,
    fit: impl Fn(ArrayView2<'_, f64>, u64) -> Result<L, Problems<Fault>> + Sync,
) -> Result<Recurrence, Problems<Fault>> {
    Points::check(points, None)?;
    if labels.len() != points.nrows() {
        let (expected, found) = (points.nrows(), labels.len());
        let fault = Fault::Count { what: "labels", expected, found };
        return Err(Problems::one(Path::from("labels"), fault));
    }
    if fits == 0 {
        return Err(Problems::one(Path::from("fits"), Fault::Zero));
    }
    let found = parallel::each_number(fits, |number| {
        let found = resampled(points, seed, &mut stream(seed, number), &fit)?;
        Ok((adjusted_rand(labels, &found).unwrap_or(0.0), greatest_jaccard(labels, &found)))
    });
    let found: Vec<_> = found.into_iter().collect::<Result<_, Problems<Fault>>>()?;
    let mean = |sum: f64| sum / fits as f64;
    let clusters = labels.iter().max().map_or(0, |most| most + 1);
    let cluster = |number: usize| {
        let indices: Option<Vec<f64>> =
            found.iter().map(|(_, jaccard)| jaccard.get(&number).copied()).collect();
        indices.map(|indices| mean(indices.iter().sum()))
    };
    Ok(Recurrence {
        agreement: mean(found.iter().map(|(agreement, _)| agreement).sum()),
        clusters: (0..clusters).map(cluster).collect(),
    })
}

/// The chance of one of many fits.
fn stream(seed: u64, number: usize) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number as u64);
    rng
}

/// The labels of all points, as a fit on as many points drawn anew sees them.
fn resampled<L: Fn(ArrayView2<'_, f64>) -> Vec<Option<usize>>>(
    points: ArrayView2<'_, f64>,
    seed: u64,
    rng: &mut ChaCha8Rng,
    fit: &impl Fn(ArrayView2<'_, f64>, u64) -> Result<L, Problems<Fault>>,
) -> Result<Vec<usize>, Problems<Fault>> {
    let drawn = with_replacement(points.nrows(), points.nrows(), rng);
    let label = fit(rows(points, &drawn).view(), seed)?;
    Ok(label(points).into_iter().map(|label| label.unwrap_or(usize::MAX)).collect())
}
