//! K-means: the recipe ([`KMeans`]), its starts and its steps, and the model ([`Clustering`]).

mod batch;
mod block;
mod bounds;
mod clustering;
mod lloyd;
mod screen;
mod seeding;
mod spread;
mod sums;
mod tally;
mod tile;

use ndarray::ArrayView2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::points::{Points, is_coordinate};
use super::{Cluster, Fault, Note, Objective, Report};

pub use batch::MiniBatch;
pub use clustering::Clustering;

use batch::Refined;
use lloyd::{Limits, Lloyd, Search};
use seeding::Rounds;
use spread::mean_variance;

/// K-means: centers such that the points are as near as possible, in squared Euclidean distance, to
/// the nearest of them.
///
/// ```
/// use loyalty::cluster::KMeans;
/// use ndarray::array;
/// use rand::SeedableRng;
/// use rand_chacha::ChaCha8Rng;
///
/// let points = array![[0.0, 0.0], [0.0, 1.0], [9.0, 9.0], [9.0, 8.0], [8.0, 9.0]];
/// let mut rng = ChaCha8Rng::seed_from_u64(7);
/// let clustering = KMeans::new(2).fit(points.view(), None, &mut rng)?;
/// assert_eq!(clustering.labels(points.view()), [Some(1), Some(1), Some(0), Some(0), Some(0)]);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KMeans {
    /// How many clusters are wanted, usually called k.
    pub clusters: usize,
    /// How often it starts anew, of which the best is kept; 10 without a word. One start finds a
    /// poor local optimum now and then, and ten of them are still cheap.
    #[serde(default = "ten")]
    pub restarts: usize,
    /// The most iterations of one start; 300 without a word.
    #[serde(default = "three_hundred")]
    pub max_iterations: usize,
    /// Centers stand still when their squared moves sum to no more than this share of the mean
    /// variance of the coordinates; 0.0001 without a word.
    #[serde(default = "ten_thousandth")]
    pub tolerance: f64,
    /// Where it starts.
    #[serde(default)]
    pub init: Init,
    /// For very many points: it starts as above among a sample of them only, refines what it finds
    /// there by batches of points, and then takes a single step with all. Without a word it is not
    /// so, nor if there are no more points than the sample would have.
    ///
    /// D. Sculley, "Web-scale k-means clustering", WWW 2010, 1177–1178. With ten restarts, inertia
    /// is a few hundredths greater at most where clusters are not very small.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mini_batch: Option<MiniBatch>,
}

/// Where k-means starts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Init {
    /// At points drawn far apart: greedy k-means++.
    #[default]
    GreedyPlusPlus,
    /// At centers of points drawn many at once: k-means||, for many clusters among many points.
    Parallel {
        /// How often it draws; 5 without a word.
        #[serde(default = "five")]
        rounds: usize,
        /// How many points it draws each time, in numbers of clusters; 2.0 without a word.
        #[serde(default = "two")]
        oversampling: f64,
    },
    /// At these centers, once: there are no restarts.
    Centers(Vec<Vec<f64>>),
}

const fn five() -> usize {
    5
}

const fn two() -> f64 {
    2.0
}

const fn ten() -> usize {
    10
}

const fn three_hundred() -> usize {
    300
}

const fn ten_thousandth() -> f64 {
    1e-4
}

impl KMeans {
    /// A recipe for so many clusters, and without a word on anything else.
    #[must_use]
    pub fn new(clusters: usize) -> Self {
        Self {
            clusters,
            restarts: ten(),
            max_iterations: three_hundred(),
            tolerance: ten_thousandth(),
            init: Init::GreedyPlusPlus,
            mini_batch: None,
        }
    }

    /// The clusters of the rows of a matrix, for the next seed of `rng`; each row weighs 1 without
    /// `weights`.
    ///
    /// # Errors
    /// As [`KMeans::fit_seeded`].
    pub fn fit(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<Clustering, Problems<Fault>> {
        self.fit_seeded(points, weights, rng.next_u64())
    }

    /// The clusters of the rows of a matrix, for this seed: the same input gives the same bytes.
    ///
    /// Where points coincide so much that fewer clusters are found than wanted, or no start
    /// converged, the model is still there, and its [`Report`] has a note.
    ///
    /// # Errors
    /// Everything in the recipe, the points or the weights that is out of range, with its place.
    ///
    /// # Complexity
    /// O(restarts · iterations · n · k · d); with [`KMeans::mini_batch`] n is the size of the
    /// sample, and there are O((batches · size + n) · k · d) more.
    pub fn fit_seeded(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Clustering, Problems<Fault>> {
        let mut problems = Problems::none();
        self.check(points.ncols(), &mut problems);
        let checked = problems.take(&Path::root(), Points::check(points, weights));
        let Some(points) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let batches = self.mini_batch.as_ref();
        let in_batches = batches.and_then(|batches| self.refined(&points, batches, seed, &mut rng));
        let Some(Refined { clusters, batches, converged }) = in_batches else {
            let best = self.best(&points, &mut rng);
            return Ok(self.model(&points, &best, seed));
        };
        // One step with all points.
        let limits = Limits { iterations: 1, still: 0.0 };
        let mut last = Lloyd::run(&points, clusters.centers(), Search::Plain, limits);
        (last.iterations, last.converged) = (batches, converged);
        Ok(self.model(&points, &last, seed))
    }

    /// The clusters of a sample, refined by batches; none if the sample would be all points, or has
    /// not as many different ones as there are to be clusters.
    fn refined(
        &self,
        points: &Points<'_>,
        batches: &MiniBatch,
        seed: u64,
        rng: &mut ChaCha8Rng,
    ) -> Option<Refined> {
        let sample = batches.sample(points, self.clusters, rng)?;
        let start = self.model(&sample, &self.best(&sample, rng), seed);
        let is_enough = start.clusters().len() == self.clusters;
        is_enough.then(|| batches.refine(points, start, rng))
    }

    /// The best of all starts.
    fn best<'a>(&self, points: &'a Points<'a>, rng: &mut ChaCha8Rng) -> Lloyd<'a> {
        // Nothing less than standing still is asked of many.
        let still = match self.tolerance {
            0.0 => 0.0,
            tolerance => tolerance * mean_variance(points),
        };
        let limits = Limits { iterations: self.max_iterations, still };
        let starts = match &self.init {
            Init::Centers(_) => 1,
            Init::GreedyPlusPlus | Init::Parallel { .. } => self.restarts,
        };
        let mut best = self.start(points, limits, rng);
        for _ in 1..starts {
            let next = self.start(points, limits, rng);
            if next.inertia < best.inertia {
                best = next;
            }
        }
        best
    }

    /// Adds everything that is wrong with the recipe for points of so many coordinates.
    fn check(&self, columns: usize, problems: &mut Problems<Fault>) {
        for (name, number) in [
            ("clusters", self.clusters),
            ("restarts", self.restarts),
            ("max_iterations", self.max_iterations),
        ] {
            if number == 0 {
                problems.add(Path::from(name), Fault::Zero);
            }
        }
        if !(0.0..f64::INFINITY).contains(&self.tolerance) {
            let fault = Fault::Tolerance { value: self.tolerance };
            problems.add(Path::from("tolerance"), fault);
        }
        if let Some(batches) = &self.mini_batch {
            batches.check(&Path::from("mini_batch"), problems);
        }
        match &self.init {
            Init::GreedyPlusPlus => {}
            Init::Parallel { rounds, oversampling } => {
                let path = Path::from("init").field("parallel");
                if *rounds == 0 {
                    problems.add(path.field("rounds"), Fault::Zero);
                }
                if !(*oversampling > 0.0 && *oversampling <= 1e6) {
                    let fault = Fault::OutOfRange { value: *oversampling };
                    problems.add(path.field("oversampling"), fault);
                }
            }
            Init::Centers(centers) => self.check_centers(centers, columns, problems),
        }
    }

    fn check_centers(&self, centers: &[Vec<f64>], columns: usize, problems: &mut Problems<Fault>) {
        let path = Path::from("init").field("centers");
        if centers.len() != self.clusters {
            let (expected, found) = (self.clusters, centers.len());
            problems.add(path.clone(), Fault::Count { what: "centers", expected, found });
        }
        for (index, center) in centers.iter().enumerate() {
            check_center(center, columns, &path.item(index), problems);
        }
    }

    fn start<'a>(&self, points: &'a Points<'a>, limits: Limits, rng: &mut ChaCha8Rng) -> Lloyd<'a> {
        let count = self.clusters.min(points.len());
        let centers = match &self.init {
            Init::GreedyPlusPlus => seeding::greedy(points, count, rng),
            Init::Parallel { rounds, oversampling } => {
                let rounds = Rounds { rounds: *rounds, oversampling: *oversampling };
                seeding::parallel(points, count, rounds, rng)
            }
            Init::Centers(centers) => centers.concat(),
        };
        Lloyd::run(points, centers, Search::Bounded, limits)
    }

    fn model(&self, points: &Points<'_>, found: &Lloyd<'_>, seed: u64) -> Clustering {
        let sums = found.sums.sizes.iter().zip(&found.sums.weights);
        let mut clusters: Vec<Cluster> = found
            .centers
            .chunks_exact(points.columns())
            .zip(sums)
            .filter(|(_, (_, weight))| **weight > 0.0)
            .map(|(center, (&size, &weight))| Cluster { center: center.to_vec(), size, weight })
            .collect();
        clusters.sort_by(Cluster::canonical);
        let mut notes = Vec::new();
        if clusters.len() < self.clusters {
            notes.push(Note::FewerClusters { wanted: self.clusters, found: clusters.len() });
        }
        if !found.converged {
            notes.push(Note::NotConverged);
        }
        notes.extend(constant_columns(points).map(|column| Note::ConstantColumn { column }));
        let report = Report {
            seed: Some(seed),
            points: points.len(),
            clusters: clusters.len(),
            noise: 0,
            objective: Objective::Inertia(found.inertia),
            iterations: found.iterations,
            converged: found.converged,
            notes,
        };
        Clustering::fitted(clusters, report)
    }
}

/// Adds everything that is wrong with a center.
fn check_center(center: &[f64], columns: usize, path: &Path, problems: &mut Problems<Fault>) {
    if center.len() != columns {
        let found = center.len();
        problems.add(path.clone(), Fault::Count { what: "coordinates", expected: columns, found });
    }
    for (column, &value) in center.iter().enumerate().filter(|(_, value)| !is_coordinate(**value)) {
        problems.add(path.item(column), Fault::Coordinate { value });
    }
}

/// The columns in which all points have the same coordinate.
fn constant_columns<'a>(points: &'a Points<'_>) -> impl Iterator<Item = usize> + 'a {
    let first = points.point(0).unwrap_or_default();
    let constant = move |(column, x): (usize, &'a f64)| {
        let same = points.len() > 1 && points.iter().all(|point| point.get(column) == Some(x));
        same.then_some(column)
    };
    first.iter().enumerate().filter_map(constant)
}
