//! Gaussian mixtures: the recipe ([`Mixture`]), its starts and its steps, and the model
//! ([`Gaussians`]).

mod blocks;
mod densities;
mod elementary;
mod gaussians;
mod matrices;
mod moments;
mod search;
mod triangle;

use ndarray::ArrayView2;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::points::{LARGEST, Points, is_coordinate};
use super::{Cluster, Fault, KMeans, Note, Objective, Report};

pub use gaussians::Gaussians;
pub use matrices::{Covariance, Matrices};

use blocks::Groups;
use densities::Densities;
use matrices::Use;
use moments::Shape;
use search::{Limits, Search};

/// A mixture of normal distributions, under which the points are as likely as possible: clusters
/// that can be of different size, spread and direction, and overlap, so that a point is a member of
/// each to some degree.
///
/// A point's weight counts as so many points.
///
/// ```
/// use loyalty::cluster::Mixture;
/// use ndarray::array;
/// use rand::SeedableRng;
/// use rand_chacha::ChaCha8Rng;
///
/// let points = array![[1.0], [2.0], [3.0], [2.0], [8.0], [9.0], [10.0]];
/// let mut rng = ChaCha8Rng::seed_from_u64(7);
/// let found = Mixture::new(2).fit(points.view(), None, &mut rng)?;
/// let memberships = found.memberships(&[2.5]).unwrap_or_default();
/// assert!(memberships[0] > 0.999 && memberships[1] < 0.001);
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mixture {
    /// How many components are wanted, usually called k.
    pub components: usize,
    /// How free their covariances are; full without a word.
    #[serde(default)]
    pub covariance: Covariance,
    /// What is added to all variances, so that no component can shrink to a point;
    /// 0.000001 without a word.
    #[serde(default = "millionth")]
    pub regularization: f64,
    /// It has converged when the mean logarithm of the points' densities changes by less;
    /// 0.001 without a word.
    #[serde(default = "thousandth")]
    pub tolerance: f64,
    /// The most iterations of one start; 100 without a word.
    #[serde(default = "hundred")]
    pub max_iterations: usize,
    /// How often it starts anew, of which the likeliest is kept; 10 without a word. A start that
    /// ends with fewer components that only the regularization gives volume comes first, as their
    /// likelihood tells of the regularization only. A given start is taken once.
    #[serde(default = "ten")]
    pub restarts: usize,
    /// Where it starts.
    #[serde(default)]
    pub init: MixtureInit,
}

/// Where a mixture starts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum MixtureInit {
    /// At the clusters that one start of k-means finds: without a word.
    #[default]
    KMeans,
    /// At given components.
    Given {
        /// The share of each component in all points: more than 0 and 1 together.
        shares: Vec<f64>,
        /// The mean of each component.
        means: Vec<Vec<f64>>,
        /// The inverses of the covariances, in the form of the recipe's covariance.
        precisions: Matrices,
    },
}

const fn millionth() -> f64 {
    1e-6
}

const fn thousandth() -> f64 {
    1e-3
}

const fn hundred() -> usize {
    100
}

const fn ten() -> usize {
    10
}

impl Mixture {
    /// A recipe for so many components, and without a word on anything else.
    #[must_use]
    pub fn new(components: usize) -> Self {
        Self {
            components,
            covariance: Covariance::Full,
            regularization: millionth(),
            tolerance: thousandth(),
            max_iterations: hundred(),
            restarts: ten(),
            init: MixtureInit::KMeans,
        }
    }

    /// The mixture of the rows of a matrix, for the next seed of `rng`; each row weighs 1 without
    /// `weights`.
    ///
    /// # Errors
    /// As [`Mixture::fit_seeded`].
    pub fn fit(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<Gaussians, Problems<Fault>> {
        self.fit_seeded(points, weights, rng.next_u64())
    }

    /// The mixture of the rows of a matrix, for this seed: the same input gives the same bytes.
    ///
    /// Components that lose all their points are left out, and notes tell of that, of components
    /// without volume and of a search that did not converge.
    ///
    /// # Errors
    /// Everything in the recipe, the points or the weights that is out of range, with its place.
    ///
    /// # Complexity
    /// O(restarts · iterations · n · k · d²) time with full and tied covariances, and without the
    /// square with others; O(n d) memory.
    pub fn fit_seeded(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Gaussians, Problems<Fault>> {
        let mut problems = Problems::none();
        self.check(points.ncols(), &mut problems);
        let checked = problems.take(&Path::root(), Points::check(points, weights));
        let Some(rows) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let groups = Groups::new(&rows);
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut best = self.start(points, weights, &groups, &mut rng)?;
        if self.init == MixtureInit::KMeans {
            for _ in 1..self.restarts {
                let next = self.start(points, weights, &groups, &mut rng)?;
                if next.is_better_than(&best) {
                    best = next;
                }
            }
        }
        Ok(self.model(&rows, &groups, &best, seed))
    }

    fn limits(&self) -> Limits {
        Limits {
            covariance: self.covariance,
            regularization: self.regularization,
            iterations: self.max_iterations,
            still: self.tolerance,
        }
    }

    fn start<'a>(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        groups: &'a Groups,
        rng: &mut ChaCha8Rng,
    ) -> Result<Search<'a>, Problems<Fault>> {
        let MixtureInit::Given { shares, means, precisions } = &self.init else {
            let recipe = KMeans { restarts: 1, ..KMeans::new(self.components) };
            let start = recipe.fit_seeded(points, weights, rng.next_u64())?;
            let labels: Vec<usize> = start.labels(points).into_iter().flatten().collect();
            let centers = start.clusters().iter().map(|cluster| cluster.center.clone()).collect();
            return Ok(Search::from_labels(groups, self.limits(), centers, &labels));
        };
        let shape = self.covariance.shape();
        let mut densities = Densities::new(groups.columns, shape);
        let packed = precisions.packed(self.components, groups.columns);
        for ((share, mean), precision) in shares.iter().zip(means).zip(packed) {
            let factor = match shape {
                Shape::Triangle => triangle::reversed_cholesky(&precision).unwrap_or_default(),
                Shape::Diagonal => precision.iter().map(|&x| libm::sqrt(x)).collect(),
            };
            densities.push(*share, mean, &factor);
        }
        Ok(Search::from_densities(groups, self.limits(), densities))
    }

    fn model(
        &self,
        points: &Points<'_>,
        groups: &Groups,
        found: &Search<'_>,
        seed: u64,
    ) -> Gaussians {
        let mut sizes = vec![0_usize; found.components.len()];
        // Groups have places for more than there are points.
        for component in found.densities.most_probable(groups).into_iter().take(points.len()) {
            sizes.get_mut(component).into_iter().for_each(|size| *size += 1);
        }
        let parts = found.components.iter().zip(sizes).filter(|(part, _)| part.share > 0.0);
        let cluster = |(part, size): (&search::Part, usize)| {
            let weight = part.share * groups.total;
            (Cluster { center: part.mean.clone(), size, weight }, part.clone())
        };
        let mut clusters: Vec<(Cluster, search::Part)> = parts.map(cluster).collect();
        clusters.sort_by(|(left, _), (right, _)| Cluster::canonical(left, right));
        let mut notes = Vec::new();
        if clusters.len() < self.components {
            notes.push(Note::FewerClusters { wanted: self.components, found: clusters.len() });
        }
        if !found.converged {
            notes.push(Note::NotConverged);
        }
        let flat = clusters.iter().enumerate().filter(|(_, (_, part))| part.flat);
        notes.extend(flat.map(|(cluster, _)| Note::Flat { cluster }));
        let log_likelihood = found.densities.moments(groups).log_likelihood / groups.total;
        let report = Report {
            seed: (self.init == MixtureInit::KMeans).then_some(seed),
            points: points.len(),
            clusters: clusters.len(),
            noise: 0,
            objective: Objective::LogLikelihood(log_likelihood),
            iterations: found.iterations,
            converged: found.converged,
            notes,
        };
        let packed: Vec<Vec<f64>> = clusters.iter().map(|(_, p)| p.covariance.clone()).collect();
        let shares = clusters.iter().map(|(_, part)| part.share).collect();
        let clusters = clusters.into_iter().map(|(cluster, _)| cluster).collect();
        let covariances = self.covariance.written(&packed);
        Gaussians::fitted(clusters, shares, covariances, report, found.lower_bound)
    }

    /// Adds everything that is wrong with the recipe for points of so many coordinates.
    fn check(&self, columns: usize, problems: &mut Problems<Fault>) {
        for (name, number) in [
            ("components", self.components),
            ("restarts", self.restarts),
            ("max_iterations", self.max_iterations),
        ] {
            if number == 0 {
                problems.add(Path::from(name), Fault::Zero);
            }
        }
        if !(0.0..=LARGEST).contains(&self.regularization) {
            let fault = Fault::OutOfRange { value: self.regularization };
            problems.add(Path::from("regularization"), fault);
        }
        if !(0.0..f64::INFINITY).contains(&self.tolerance) {
            let fault = Fault::Tolerance { value: self.tolerance };
            problems.add(Path::from("tolerance"), fault);
        }
        let MixtureInit::Given { shares, means, precisions } = &self.init else { return };
        let path = Path::from("init").field("given");
        check_shares(shares, self.components, &path.field("shares"), problems);
        check_means(means, self.components, columns, &path.field("means"), problems);
        let path = path.field("precisions");
        if precisions.covariance() != self.covariance {
            problems.add(path.clone(), Fault::OtherForm);
        }
        precisions.check(self.components, columns, Use::Precisions, &path, problems);
    }
}

/// Adds everything that is wrong with the shares of so many components.
fn check_shares(shares: &[f64], components: usize, path: &Path, problems: &mut Problems<Fault>) {
    if shares.len() != components {
        let fault = Fault::Count { what: "shares", expected: components, found: shares.len() };
        problems.add(path.clone(), fault);
    }
    for (number, &value) in shares.iter().enumerate() {
        if !(value > 0.0 && value <= 1.0) {
            problems.add(path.item(number), Fault::OutOfRange { value });
        }
    }
    let sum: f64 = shares.iter().sum();
    if (sum - 1.0).abs() > 1e-8 {
        problems.add(path.clone(), Fault::Shares { sum });
    }
}

/// Adds everything that is wrong with the means of so many components.
fn check_means(
    means: &[Vec<f64>],
    components: usize,
    columns: usize,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    if means.len() != components {
        let fault = Fault::Count { what: "means", expected: components, found: means.len() };
        problems.add(path.clone(), fault);
    }
    for (number, mean) in means.iter().enumerate() {
        check_mean(mean, columns, &path.item(number), problems);
    }
}

/// Adds everything that is wrong with a mean.
fn check_mean(mean: &[f64], columns: usize, path: &Path, problems: &mut Problems<Fault>) {
    if mean.len() != columns {
        let fault = Fault::Count { what: "coordinates", expected: columns, found: mean.len() };
        problems.add(path.clone(), fault);
    }
    for (column, &value) in mean.iter().enumerate().filter(|(_, x)| !is_coordinate(**x)) {
        problems.add(path.item(column), Fault::Coordinate { value });
    }
}
