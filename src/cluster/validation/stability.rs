//! Whether other points of the same kind would have been clustered alike.
//!
//! Y. Fang and J. Wang, "Selection of the number of clusters via the bootstrap method",
//! Computational Statistics & Data Analysis 56 (2012), 468–477, with the adjusted Rand index as in
//! C. Hennig, "Cluster-wise assessment of cluster stability", the same 52 (2007), 258–271.

use ndarray::ArrayView2;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::Fault;
use super::super::points::Points;
use super::agreement::adjusted_rand;
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
/// use loyalty::cluster::{KMeans, stability};
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
    let labeled = |rng: &mut ChaCha8Rng| -> Result<Vec<usize>, Problems<Fault>> {
        let drawn = with_replacement(points.nrows(), points.nrows(), rng);
        let label = fit(rows(points, &drawn).view(), seed)?;
        Ok(label(points).into_iter().map(|label| label.unwrap_or(usize::MAX)).collect())
    };
    let agreements = parallel::each_number(pairs, |pair| {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(pair as u64);
        let (left, right) = (labeled(&mut rng)?, labeled(&mut rng)?);
        Ok(adjusted_rand(&left, &right).unwrap_or(0.0))
    });
    let agreements: Vec<f64> = agreements.into_iter().collect::<Result<_, Problems<Fault>>>()?;
    Ok(agreements.iter().sum::<f64>() / pairs as f64)
}
