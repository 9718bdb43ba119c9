//! K-prototypes: the recipe ([`KPrototypes`]), its starts and moves, and the model
//! ([`Prototypes`]).

mod mixed;
mod model;
mod moves;
mod start;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::{Fault, Note, Objective, Report};

pub use mixed::{MISSING, Mixed};
pub use model::{Prototype, Prototypes};
pub use start::{Start, StartAt};

use mixed::Checked;
use model::is_gamma;
use moves::Moves;

/// K-prototypes: clusters of points of numbers and categories. A prototype is the mean of the
/// numbers of its points and the heaviest of their categories, and the dissimilarity of a point is
/// its squared distance from the mean and `gamma` for each category that differs. Without numbers
/// it is k-modes.
///
/// Z. Huang, "Extensions to the k-means algorithm for clustering large data sets with categorical
/// values", Data Mining and Knowledge Discovery 2 (1998), 283–304; point by point as in the Python
/// package kmodes, but for weights, which count in means too.
///
/// ```
/// use loyalty::cluster::{KPrototypes, MISSING, Mixed};
/// use ndarray::array;
///
/// let spend = array![[0.1], [0.2], [0.3], [2.0], [2.1]];
/// let channel_and_region = array![[0, 7], [0, 7], [0, MISSING], [1, 7], [1, 8]];
/// let points = Mixed { numbers: spend.view(), categories: channel_and_region.view() };
/// let found = KPrototypes::new(2).fit_seeded(points, None, 7)?;
/// assert_eq!(found.prototypes()[0].categories, [0, 7]);
/// assert_eq!(found.labels(points), [Some(0), Some(0), Some(0), Some(1), Some(1)]);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KPrototypes {
    /// How many clusters are wanted.
    pub clusters: usize,
    /// How often it starts anew, of which the best is kept; 10 without a word.
    #[serde(default = "ten")]
    pub restarts: usize,
    /// The most passes over all points of one start; 100 without a word.
    #[serde(default = "hundred")]
    pub max_iterations: usize,
    /// What a category that differs weighs against squared distances; half the mean standard
    /// deviation of the numbers without a word, or 1 if there are none or they do not vary.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gamma: Option<f64>,
    /// Where it starts.
    #[serde(default)]
    pub init: StartAt,
}

const fn ten() -> usize {
    10
}

const fn hundred() -> usize {
    100
}

impl KPrototypes {
    /// A recipe for so many clusters, and without a word on anything else.
    #[must_use]
    pub fn new(clusters: usize) -> Self {
        Self {
            clusters,
            restarts: ten(),
            max_iterations: hundred(),
            gamma: None,
            init: StartAt::Cao,
        }
    }

    /// The clusters of points, for the next seed of `rng`; each weighs 1 without `weights`.
    ///
    /// # Errors
    /// As [`KPrototypes::fit_seeded`].
    pub fn fit(
        &self,
        points: Mixed<'_>,
        weights: Option<&[f64]>,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<Prototypes, Problems<Fault>> {
        self.fit_seeded(points, weights, rng.next_u64())
    }

    /// The clusters of points, for this seed: the same input gives the same bytes.
    ///
    /// # Errors
    /// Everything in the recipe, the points or the weights that is out of range, with its place.
    ///
    /// # Complexity
    /// O(restarts · iterations · n · k · columns).
    pub fn fit_seeded(
        &self,
        points: Mixed<'_>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Prototypes, Problems<Fault>> {
        let mut problems = Problems::none();
        self.check(points, &mut problems);
        let checked = problems.take(&Path::root(), Checked::new(points, weights));
        let Some(points) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let gamma = self.gamma.unwrap_or_else(|| points.gamma());
        let count = self.clusters.min(points.len());
        let restarts = self.init.restarts(self.restarts, points.columns);
        let starts = parallel::each_number(restarts, |number| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(number as u64);
            let start = self.init.prototypes(&points, count, number, &mut rng);
            Moves::run(&points, start, gamma, self.max_iterations)
        });
        let best =
            starts.into_iter().reduce(|best, next| if next.cost < best.cost { next } else { best });
        let Some(best) = best else {
            return Err(Problems::one(Path::from("restarts"), Fault::Zero));
        };
        let prototypes = best.prototypes();
        let mut notes = Vec::new();
        if prototypes.len() < self.clusters {
            notes.push(Note::FewerClusters { wanted: self.clusters, found: prototypes.len() });
        }
        if !best.converged {
            notes.push(Note::NotConverged);
        }
        let report = Report {
            seed: Some(seed),
            points: points.len(),
            clusters: prototypes.len(),
            noise: 0,
            objective: Objective::Cost(best.cost),
            iterations: best.iterations,
            converged: best.converged,
            notes,
        };
        Ok(Prototypes::fitted(prototypes, gamma, report))
    }

    fn check(&self, points: Mixed<'_>, problems: &mut Problems<Fault>) {
        for (name, number) in [
            ("clusters", self.clusters),
            ("restarts", self.restarts),
            ("max_iterations", self.max_iterations),
        ] {
            if number == 0 {
                problems.add(Path::from(name), Fault::Zero);
            }
        }
        if let Some(value) = self.gamma.filter(|&gamma| !is_gamma(gamma)) {
            problems.add(Path::from("gamma"), Fault::OutOfRange { value });
        }
        self.init.check(self.clusters, points, problems);
    }
}
