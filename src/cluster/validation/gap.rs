//! The gap statistic: whether points lie closer together in clusters than points without structure.
//!
//! R. Tibshirani, G. Walther and T. Hastie, "Estimating the number of clusters in a data set via
//! the gap statistic", Journal of the Royal Statistical Society B 63 (2001), 411–423.

use std::ops::RangeInclusive;

use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::Fault;
use super::super::points::{Points, squared_distance};
use super::axes::Span;
use super::{means, numbered};

/// How much closer together points are in so many clusters than points without structure are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The number of clusters that were wanted.
    pub clusters: usize,
    /// The mean logarithm of the references' dispersions, less that of the points' own.
    pub gap: f64,
    /// The standard error s of the gap, which the paper calls s_k.
    pub error: f64,
    /// The logarithm of the sum of all squared distances of the points from their clusters' means.
    pub log_dispersion: f64,
}

impl Gap {
    /// The least number of clusters whose gap is not less than that of the next number less its
    /// standard error, as the paper chooses it; if there is none, the last. 1 says that the points
    /// are in no clusters. `None` without any gap.
    #[must_use]
    pub fn first(gaps: &[Self]) -> Option<usize> {
        let pairs = gaps.iter().zip(gaps.iter().skip(1));
        let mut good = pairs.filter(|(one, next)| one.gap >= next.gap - next.error);
        good.next().map(|(one, _)| one).or(gaps.last()).map(|gap| gap.clusters)
    }

    /// The least number of clusters whose gap is not less than the greatest gap less its standard
    /// error. Unlike [`Gap::first`] it is not held up where the gap dips before it rises, as it
    /// does where clusters lie in pairs. `None` without any gap.
    ///
    /// S. Dudoit and J. Fridlyand, "A prediction-based resampling method for estimating the number
    /// of clusters in a dataset", Genome Biology 3 (2002), 0036.
    #[must_use]
    pub fn best(gaps: &[Self]) -> Option<usize> {
        let greatest = gaps.iter().max_by(|left, right| left.gap.total_cmp(&right.gap))?;
        let mut good = gaps.iter().filter(|gap| gap.gap >= greatest.gap - greatest.error);
        good.next().map(|gap| gap.clusters)
    }
}

/// The gap for each number of clusters, against `references` sets of as many points, drawn for this
/// seed evenly from the box that the points span along their principal axes. `cluster` labels the
/// rows of a matrix with so many clusters, for the seed that it is given.
///
/// # Errors
/// Points that cannot be clustered, no references, an empty range or 0 clusters, and what `cluster`
/// has to say.
///
/// ```
/// use loyalty::cluster::validation::{Gap, gap_statistic};
/// use loyalty::cluster::KMeans;
/// use ndarray::Array2;
///
/// // Two lines of points, far apart.
/// let points = Array2::from_shape_fn((40, 2), |(row, column)| match column {
///     0 => (row % 20) as f64,
///     _ => (row / 20 * 100) as f64 + (row % 3) as f64,
/// });
/// let gaps = gap_statistic(points.view(), 1..=3, 20, 7, |points, clusters, seed| {
///     let found = KMeans::new(clusters).fit_seeded(points, None, seed)?;
///     Ok(found.labels(points).into_iter().flatten().collect())
/// })?;
/// assert_eq!(Gap::first(&gaps), Some(2));
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
pub fn gap_statistic(
    points: ArrayView2<'_, f64>,
    clusters: RangeInclusive<usize>,
    references: usize,
    seed: u64,
    cluster: impl Fn(ArrayView2<'_, f64>, usize, u64) -> Result<Vec<usize>, Problems<Fault>> + Sync,
) -> Result<Vec<Gap>, Problems<Fault>> {
    let checked = Points::check(points, None)?;
    let mut problems = Problems::none();
    if references == 0 {
        problems.add(Path::from("references"), Fault::Zero);
    }
    if clusters.is_empty() || clusters.contains(&0) {
        problems.add(Path::from("clusters"), Fault::Zero);
    }
    problems.into_result(())?;
    let counts: Vec<usize> = clusters.collect();
    let span = Span::of(&checked);
    // The first set is the points themselves, and the others are the references.
    let dispersions = parallel::each_number((references + 1) * counts.len(), |task| {
        let (set, count) = (task / counts.len(), task % counts.len());
        let count = counts.get(count).copied().unwrap_or(1);
        if set == 0 {
            return cluster(points, count, seed).map(|labels| log_dispersion(&checked, &labels));
        }
        let drawn = reference(&span, points.nrows(), points.ncols(), seed, set);
        let labels = cluster(drawn.view(), count, seed)?;
        Ok(log_dispersion(&Points::check(drawn.view(), None)?, &labels))
    });
    let dispersions: Vec<f64> = dispersions.into_iter().collect::<Result<_, Problems<Fault>>>()?;
    let gap = |(number, &clusters): (usize, &usize)| {
        let mut column = dispersions.iter().skip(number).step_by(counts.len());
        let own = column.next().copied().unwrap_or(0.0);
        let mean = column.clone().sum::<f64>() / references as f64;
        let squares: f64 = column.map(|x| (x - mean) * (x - mean)).sum();
        let deviation = libm::sqrt(squares / references as f64);
        let error = deviation * libm::sqrt(1.0 + 1.0 / references as f64);
        Gap { clusters, gap: mean - own, error, log_dispersion: own }
    };
    Ok(counts.iter().enumerate().map(gap).collect())
}

/// So many points, drawn evenly from a box.
fn reference(span: &Span, rows: usize, columns: usize, seed: u64, set: usize) -> Array2<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(set as u64);
    let drawn: Vec<f64> = (0..rows).flat_map(|_| span.draw(&mut rng)).collect();
    let mut drawn = drawn.into_iter();
    Array2::from_shape_simple_fn((rows, columns), || drawn.next().unwrap_or_default())
}

/// The logarithm of the sum of the squared distances of all points from their clusters' means; of
/// none at all, that of the least float.
fn log_dispersion(points: &Points<'_>, labels: &[usize]) -> f64 {
    let (numbers, sizes) = numbered(labels);
    let means = means(points, &numbers, sizes.len());
    let means: Vec<&[f64]> = means.chunks_exact(points.columns()).collect();
    let rows = points.iter().zip(&numbers);
    let square = |(point, &number): (&[f64], &usize)| {
        squared_distance(point, means.get(number).copied().unwrap_or_default())
    };
    libm::log(rows.map(square).sum::<f64>().max(f64::MIN_POSITIVE))
}
