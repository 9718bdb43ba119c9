//! How many clusters there are, and by which method: all scores for each number and method, and
//! what is recommended.

mod comparison;
mod reason;
mod recipe;

use std::fmt;
use std::ops::RangeInclusive;

use ndarray::{Array2, ArrayView2};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::points::Points;
use super::validation::{
    Gap, calinski_harabasz, davies_bouldin, gap_statistic, means, numbered, resampling,
    sampled_silhouette, stability,
};
use super::{Fault, Method, Mixture};

pub use comparison::{Candidate, Comparison, compare};
pub use reason::Reason;
pub use recipe::{Fitted, Recipe};

/// What is computed for each number of clusters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criteria {
    /// How many sets of points without structure the gap statistic is taken from; 20 without a
    /// word, and 0 for no gap statistic.
    #[serde(default = "twenty")]
    pub references: usize,
    /// How many pairs of resampled clusterings stability is taken from; 20 without a word, and 0
    /// for no stability.
    #[serde(default = "twenty")]
    pub pairs: usize,
    /// Less stability than this (the mean adjusted Rand index) does not count as stable; 0.75
    /// without a word.
    #[serde(default = "three_quarters")]
    pub least_stability: f64,
    /// The most points that stability looks at, drawn from all; 1,000 without a word.
    #[serde(default = "thousand")]
    pub sample: usize,
    /// The most points that the gap statistic looks at, drawn from all; 2,000 without a word. Of
    /// fewer points its errors are greater, and hide weak structure.
    #[serde(default = "two_thousand")]
    pub gap_sample: usize,
    /// The most points whose silhouettes are computed, drawn from all; 10,000 without a word.
    #[serde(default = "ten_thousand")]
    pub silhouette_sample: usize,
    /// The mixture whose Bayesian information criterion is told where the recipe itself has none;
    /// one with full covariances without a word.
    #[serde(default = "full")]
    pub mixture: Mixture,
}

const fn twenty() -> usize {
    20
}

const fn three_quarters() -> f64 {
    0.75
}

const fn thousand() -> usize {
    1_000
}

const fn two_thousand() -> usize {
    2_000
}

const fn ten_thousand() -> usize {
    10_000
}

fn full() -> Mixture {
    Mixture::new(1)
}

impl Default for Criteria {
    fn default() -> Self {
        Self {
            references: twenty(),
            pairs: twenty(),
            least_stability: three_quarters(),
            sample: thousand(),
            gap_sample: two_thousand(),
            silhouette_sample: ten_thousand(),
            mixture: full(),
        }
    }
}

/// The scores of one number of clusters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// The number of clusters that were wanted.
    pub clusters: usize,
    /// The weighted sum of the squared distances of all points from their clusters' means: less is
    /// better, and more clusters always have less.
    pub inertia: f64,
    /// The mean silhouette, from -1 to 1: more is better. None for fewer than two clusters.
    pub silhouette: Option<f64>,
    /// The Caliński-Harabasz score: more is better. None for fewer than two clusters.
    pub calinski_harabasz: Option<f64>,
    /// The Davies-Bouldin score: less is better. None for fewer than two clusters.
    pub davies_bouldin: Option<f64>,
    /// The Bayesian information criterion: less is better.
    pub bic: f64,
    /// The gap statistic: more is better.
    pub gap: Option<f64>,
    /// Its standard error.
    pub gap_error: Option<f64>,
    /// The mean agreement of clusterings of resampled points, 1 at most: more is better.
    pub stability: Option<f64>,
}

/// All scores for each number of clusters, and the number that is recommended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The scores, by number of clusters.
    pub table: Vec<Row>,
    /// The gap statistic from 1 cluster on, if it was asked for.
    pub gaps: Vec<Gap>,
    /// The number of clusters that is recommended; 1 if nothing separates.
    pub recommended: usize,
    /// The number of clusters to take if there have to be several: the one that is recommended,
    /// and where nothing separates the one that would be, as levels of what has no gaps. None if
    /// no number has a silhouette.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_cut: Option<usize>,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.recommended == 1 { "" } else { "s" };
        write!(f, "{} cluster{plural}: {}", self.recommended, self.reason)?;
        match (&self.reason, self.best_cut) {
            (Reason::NothingSeparates { .. }, Some(cut)) => {
                write!(f, "; as levels, a cut into {cut} is best")
            }
            _ => Ok(()),
        }
    }
}

/// How many clusters of the numbers asked for there are among the rows of a matrix, by a recipe
/// such as [`KMeans`](super::KMeans), [`Mixture`], [`Hierarchy`](super::Hierarchy), or any
/// [`Method`] that has a number of clusters. [`compare`] chooses among several of them.
///
/// The rule: if the gap statistic chooses 1 ([`Gap::first`]) and no number of clusters has a gap
/// that is more than three standard errors greater, nothing separates, and 1 is recommended.
/// Otherwise, of the numbers that are stable the one with the greatest mean silhouette is, of equal
/// ones the least; if none is stable, of all. [`Choice::best_cut`] is that one in any case.
/// Silhouettes, the scores of Caliński-Harabasz and Davies-Bouldin, gaps and stability take each
/// row once, whatever its weight. Points in no cluster count as one more.
///
/// # Errors
/// An empty range or 0 clusters, criteria that are out of range, and what the recipe has to say.
///
/// ```
/// use loyalty::cluster::KMeans;
/// use loyalty::cluster::choice::{Criteria, choose};
/// use ndarray::Array2;
///
/// // Two lines of points, far apart.
/// let points = Array2::from_shape_fn((40, 2), |(row, column)| match column {
///     0 => (row % 20) as f64,
///     _ => (row / 20 * 100) as f64 + (row % 3) as f64,
/// });
/// let criteria = Criteria::default();
/// let choice = choose(&KMeans::new(2), points.view(), None, 2..=4, &criteria, 7)?;
/// assert_eq!((choice.recommended, choice.table.len()), (2, 3));
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
pub fn choose<R: Recipe>(
    recipe: &R,
    points: ArrayView2<'_, f64>,
    weights: Option<&[f64]>,
    clusters: RangeInclusive<usize>,
    criteria: &Criteria,
    seed: u64,
) -> Result<Choice, Problems<Fault>> {
    let mut problems = Problems::none();
    let trial = Trial::check(recipe, points, weights, criteria, seed);
    let trial = problems.take(&Path::root(), trial);
    if clusters.is_empty() || clusters.contains(&0) {
        problems.add(Path::from("clusters"), Fault::Zero);
    }
    let Some(trial) = trial.filter(|_| problems.is_empty()) else {
        return Err(problems);
    };
    let mut gaps = Vec::new();
    if criteria.references > 0 {
        gaps = trial.gaps(*clusters.end())?;
    }
    let counts: Vec<usize> = clusters.collect();
    let rows = parallel::each(&counts, |&clusters| {
        let found = recipe.fit_for(clusters, points, weights, seed)?;
        trial.row(&found, clusters, &gaps)
    });
    let table: Vec<Row> = rows.into_iter().collect::<Result<_, Problems<Fault>>>()?;
    let (recommended, best_cut, reason) =
        reason::recommend(&table, &gaps, criteria.least_stability);
    Ok(Choice { table, gaps, recommended, best_cut, reason })
}

/// The scores of a method that finds its own number of clusters.
///
/// There is no gap statistic without a number, and stability is of all points: a sample would be
/// less dense.
fn as_it_is(
    method: &Method,
    points: ArrayView2<'_, f64>,
    weights: Option<&[f64]>,
    criteria: &Criteria,
    seed: u64,
) -> Result<Choice, Problems<Fault>> {
    let recipe = AsItIs(method);
    let criteria = Criteria { sample: points.nrows().max(1), ..criteria.clone() };
    let trial = Trial::check(&recipe, points, weights, &criteria, seed)?;
    let found = method.fit_seeded(points, weights, seed)?;
    let table = vec![trial.row(&found, found.clusters().len().max(1), &[])?];
    let (recommended, best_cut, reason) = reason::recommend(&table, &[], criteria.least_stability);
    Ok(Choice { table, gaps: Vec::new(), recommended, best_cut, reason })
}

impl Criteria {
    fn check(&self, problems: &mut Problems<Fault>) {
        for (name, number) in [
            ("sample", self.sample),
            ("gap_sample", self.gap_sample),
            ("silhouette_sample", self.silhouette_sample),
        ] {
            if number == 0 {
                problems.add(Path::from(name), Fault::Zero);
            }
        }
        let value = self.least_stability;
        if !(-1.0..=1.0).contains(&value) {
            problems.add(Path::from("least_stability"), Fault::OutOfRange { value });
        }
    }
}

/// A method that finds its own number of clusters, whatever is asked for.
struct AsItIs<'a>(&'a Method);

impl Recipe for AsItIs<'_> {
    type Model = super::Model;

    fn fit_for(
        &self,
        _clusters: usize,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Self::Model, Problems<Fault>> {
        self.0.fit_seeded(points, weights, seed)
    }
}

/// What is tried for each number of clusters.
struct Trial<'a, R> {
    recipe: &'a R,
    points: ArrayView2<'a, f64>,
    weights: Option<&'a [f64]>,
    checked: Points<'a>,
    sample: Array2<f64>,
    gap_sample: Array2<f64>,
    criteria: &'a Criteria,
    seed: u64,
}

impl<'a, R: Recipe> Trial<'a, R> {
    fn check(
        recipe: &'a R,
        points: ArrayView2<'a, f64>,
        weights: Option<&'a [f64]>,
        criteria: &'a Criteria,
        seed: u64,
    ) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        criteria.check(&mut problems);
        let checked = problems.take(&Path::root(), Points::check(points, weights));
        let Some(checked) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let drawn = |most: usize| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let rows = resampling::without_replacement(points.nrows(), most, &mut rng);
            resampling::rows(points, &rows)
        };
        let (sample, gap_sample) = (drawn(criteria.sample), drawn(criteria.gap_sample));
        Ok(Self { recipe, points, weights, checked, sample, gap_sample, criteria, seed })
    }

    fn gaps(&self, most: usize) -> Result<Vec<Gap>, Problems<Fault>> {
        let (references, seed) = (self.criteria.references, self.seed);
        gap_statistic(
            self.gap_sample.view(),
            1..=most,
            references,
            seed,
            |points, clusters, seed| {
                let found = self.recipe.fit_for(clusters, points, None, seed)?;
                Ok(labels(&found, points))
            },
        )
    }

    fn row(&self, found: &R::Model, clusters: usize, gaps: &[Gap]) -> Result<Row, Problems<Fault>> {
        let (points, seed) = (self.points, self.seed);
        let labels = labels(found, points);
        let bic = match found.bic() {
            Some(bic) => bic,
            None => {
                let mixture =
                    self.criteria.mixture.fit_for(clusters, points, self.weights, seed)?;
                mixture.bic().unwrap_or(f64::MAX)
            }
        };
        let mut row = Row {
            clusters,
            inertia: inertia(&self.checked, &labels),
            silhouette: None,
            calinski_harabasz: None,
            davies_bouldin: None,
            bic,
            gap: None,
            gap_error: None,
            stability: None,
        };
        if labels.iter().zip(labels.iter().skip(1)).any(|(left, right)| left != right) {
            let sample = self.criteria.silhouette_sample;
            row.silhouette = Some(sampled_silhouette(points, &labels, sample, seed)?.mean);
            row.calinski_harabasz = Some(calinski_harabasz(points, &labels)?);
            row.davies_bouldin = Some(davies_bouldin(points, &labels)?);
        }
        if let Some(gap) = gaps.iter().find(|gap| gap.clusters == clusters) {
            (row.gap, row.gap_error) = (Some(gap.gap), Some(gap.error));
        }
        if self.criteria.pairs > 0 {
            row.stability = Some(self.stability(clusters)?);
        }
        Ok(row)
    }

    fn stability(&self, clusters: usize) -> Result<f64, Problems<Fault>> {
        stability(self.sample.view(), self.criteria.pairs, self.seed, |points, seed| {
            let found = self.recipe.fit_for(clusters, points, None, seed)?;
            Ok(move |points: ArrayView2<'_, f64>| found.labels(points))
        })
    }
}

/// The labels of all fitted points; those in no cluster have one of their own.
fn labels(found: &impl Fitted, fitted: ArrayView2<'_, f64>) -> Vec<usize> {
    found.members(fitted).into_iter().map(|label| label.unwrap_or(usize::MAX)).collect()
}

/// The weighted sum of the squared distances of all points from their clusters' weighted means.
fn inertia(points: &Points<'_>, labels: &[usize]) -> f64 {
    let (numbers, sizes) = numbered(labels);
    let means = means(points, &numbers, sizes.len());
    let means: Vec<&[f64]> = means.chunks_exact(points.columns()).collect();
    let rows = points.iter().zip(points.weights()).zip(&numbers);
    let term = |((point, weight), &number): ((&[f64], &f64), &usize)| {
        let mean = means.get(number).copied().unwrap_or_default();
        weight * super::points::squared_distance(point, mean)
    };
    rows.map(term).sum()
}
