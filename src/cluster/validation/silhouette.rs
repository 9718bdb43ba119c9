//! Silhouettes: exact, of a sample, and simplified.
//!
//! P. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster
//! analysis", Journal of Computational and Applied Mathematics 20 (1987), 53–65.

use ndarray::ArrayView2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::points::{Points, squared_distance};
use super::super::wide::wide;
use super::super::{Cluster, Fault};
use super::Labeled;
use super::resampling::without_replacement;

/// How many points' distances are measured side by side.
const LANES: usize = 8;

/// Points that one piece of work looks at.
const ROWS: usize = 64;

/// How well each point lies in its cluster: from 1 (far from all others) over 0 (on the border) to
/// -1 (another would suit it better); 0 for a point that is alone in its cluster.
///
/// # Errors
/// Points that cannot be clustered, another number of labels than of points, or one cluster only.
///
/// # Complexity
/// O(n² d) time and O(n d) memory.
pub fn silhouettes(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
) -> Result<Vec<f64>, Problems<Fault>> {
    let labeled = Labeled::check(points, labels)?;
    let rows: Vec<usize> = (0..labels.len()).collect();
    Ok(Sorted::new(&labeled).widths(&rows))
}

/// The mean of all [`silhouettes`]: how well separated the clusters are.
///
/// # Errors
/// As [`silhouettes`].
pub fn silhouette(points: ArrayView2<'_, f64>, labels: &[usize]) -> Result<f64, Problems<Fault>> {
    Ok(mean(&silhouettes(points, labels)?))
}

/// The mean silhouette of all points, estimated from some of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampledSilhouette {
    /// The mean of those that were drawn.
    pub mean: f64,
    /// Its standard error: in about 19 of 20 samples the mean of all points is within two of them.
    /// 0 if all points were drawn.
    pub error: f64,
    /// How many were drawn.
    pub sample: usize,
}

/// The mean silhouette of `sample` points, drawn without replacement for this seed; the distances
/// are those to all points, so that each silhouette is exact.
///
/// # Errors
/// As [`silhouettes`], and an empty sample.
///
/// # Complexity
/// O(n d · sample) time.
pub fn sampled_silhouette(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
    sample: usize,
    seed: u64,
) -> Result<SampledSilhouette, Problems<Fault>> {
    let labeled = Labeled::check(points, labels)?;
    if sample == 0 {
        return Err(Problems::one(Path::from("sample"), Fault::Zero));
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let rows = without_replacement(labels.len(), sample, &mut rng);
    let widths = Sorted::new(&labeled).widths(&rows);
    let (mean, count) = (mean(&widths), widths.len() as f64);
    let squares: f64 = widths.iter().map(|width| (width - mean) * (width - mean)).sum();
    let left = 1.0 - count / labels.len() as f64;
    let error = libm::sqrt(squares / (count - 1.0).max(1.0) / count * left);
    Ok(SampledSilhouette { mean, error, sample: widths.len() })
}

/// The mean of the silhouettes that result from the distances to centers, instead of to all points:
/// those to the nearest and the next nearest center of a point.
///
/// E. Hruschka, L. de Castro and R. Campello, "Evolutionary algorithms for clustering
/// gene-expression data", ICDM 2004, 403–406.
///
/// # Errors
/// Points that cannot be clustered, fewer than two clusters, or centers with another number of
/// coordinates than the points.
///
/// # Complexity
/// O(n k d) time.
pub fn simplified_silhouette(
    points: ArrayView2<'_, f64>,
    clusters: &[Cluster],
) -> Result<f64, Problems<Fault>> {
    let points = Points::check(points, None)?;
    let path = Path::from("clusters");
    if clusters.len() < 2 {
        return Err(Problems::one(path, Fault::OneCluster));
    }
    let mut problems = Problems::none();
    for (number, cluster) in clusters.iter().enumerate() {
        if cluster.center.len() != points.columns() {
            let (expected, found) = (points.columns(), cluster.center.len());
            let fault = Fault::Count { what: "coordinates", expected, found };
            problems.add(path.item(number).field("center"), fault);
        }
    }
    problems.into_result(())?;
    let width = |point: &[f64]| {
        let (mut nearest, mut next) = (f64::INFINITY, f64::INFINITY);
        for cluster in clusters {
            let square = squared_distance(point, &cluster.center);
            next = next.min(square.max(nearest));
            nearest = nearest.min(square);
        }
        relative(libm::sqrt(nearest), libm::sqrt(next))
    };
    Ok(points.iter().map(width).sum::<f64>() / points.len() as f64)
}

/// Points of a cluster side by side, cluster after cluster.
struct Sorted<'a> {
    labeled: &'a Labeled<'a>,
    /// Of each cluster, groups of points: as many arrays a group as there are columns.
    clusters: Vec<Vec<[f64; LANES]>>,
}

impl<'a> Sorted<'a> {
    fn new(labeled: &'a Labeled<'a>) -> Self {
        let columns = labeled.points.columns();
        let mut members: Vec<Vec<&[f64]>> = vec![Vec::new(); labeled.sizes.len()];
        for (point, &number) in labeled.points.iter().zip(&labeled.numbers) {
            members.get_mut(number).into_iter().for_each(|members| members.push(point));
        }
        let lanes = |eight: &[&[f64]], column: usize| {
            let mut lanes = [0.0; LANES];
            for (lane, point) in lanes.iter_mut().zip(eight) {
                *lane = point.get(column).copied().unwrap_or(0.0);
            }
            lanes
        };
        let groups = |members: &Vec<&[f64]>| {
            let eights = members.chunks(LANES);
            eights.flat_map(|eight| (0..columns).map(move |column| lanes(eight, column))).collect()
        };
        Self { labeled, clusters: members.iter().map(groups).collect() }
    }

    /// The silhouettes of some of the points.
    fn widths(&self, rows: &[usize]) -> Vec<f64> {
        let mut widths = vec![0.0; rows.len()];
        parallel::fill_chunks(&mut widths, ROWS, |number, chunk| {
            let mut sums = vec![0.0; self.clusters.len()];
            let rows = rows.chunks(ROWS).nth(number).unwrap_or_default();
            for (width, &row) in chunk.iter_mut().zip(rows) {
                let point = self.labeled.points.point(row).unwrap_or_default();
                let own = self.labeled.numbers.get(row).copied().unwrap_or(0);
                let clusters = self.clusters.iter().zip(&self.labeled.sizes);
                for (sum, (groups, &size)) in sums.iter_mut().zip(clusters) {
                    *sum = wide(
                        #[inline(always)]
                        || match point.len() {
                            2 => distances(2, point, groups, size),
                            3 => distances(3, point, groups, size),
                            4 => distances(4, point, groups, size),
                            8 => distances(8, point, groups, size),
                            columns => distances(columns, point, groups, size),
                        },
                    );
                }
                *width = silhouette_of(&sums, &self.labeled.sizes, own);
            }
        });
        widths
    }
}

/// The sum of the distances of a point from the first `size` points of groups. The number of
/// columns is handed over so that there is code in which the compiler knows it.
#[inline(always)]
fn distances(columns: usize, point: &[f64], groups: &[[f64; LANES]], size: usize) -> f64 {
    let mut sums = [0.0; LANES];
    let mut left = size;
    for group in groups.chunks_exact(columns) {
        let mut squares = [0.0; LANES];
        for (x, lanes) in point.iter().zip(group) {
            for (square, lane) in squares.iter_mut().zip(lanes) {
                *square += (x - lane) * (x - lane);
            }
        }
        // The last group can have places without a point.
        if left < LANES {
            squares.iter_mut().skip(left).for_each(|square| *square = 0.0);
        }
        left = left.saturating_sub(LANES);
        sums.iter_mut().zip(squares).for_each(|(sum, square)| *sum += square.sqrt());
    }
    sums.iter().sum()
}

/// The silhouette of a point of cluster `own`, whose distances to each cluster's points sum to
/// `sums`.
fn silhouette_of(sums: &[f64], sizes: &[usize], own: usize) -> f64 {
    let mut within = 0.0;
    let mut nearest = f64::INFINITY;
    for (cluster, (&sum, &size)) in sums.iter().zip(sizes).enumerate() {
        if cluster != own {
            nearest = nearest.min(sum / size as f64);
        } else if size == 1 {
            return 0.0;
        } else {
            within = sum / (size - 1) as f64;
        }
    }
    relative(within, nearest)
}

/// How much farther the other cluster is, relative to the greater distance.
fn relative(within: f64, nearest: f64) -> f64 {
    let greater = within.max(nearest);
    if greater > 0.0 { (nearest - within) / greater } else { 0.0 }
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}
