//! Expectation maximization.
//!
//! A. Dempster, N. Laird and D. Rubin, "Maximum likelihood from incomplete data via the EM
//! algorithm", Journal of the Royal Statistical Society B 39 (1977), 1–38; with the regularization
//! and the test of convergence of scikit-learn's `GaussianMixture`.

use super::blocks::{Groups, LANES, spread};
use super::densities::Densities;
use super::matrices::Covariance;
use super::moments::{Moments, Shape};
use super::triangle::{self, LEAST_VARIANCE};

/// A component with a smaller share of the points has no points.
const LEAST_SHARE: f64 = 10.0 * f64::EPSILON;

/// When to stop, and what to add to variances.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) covariance: Covariance,
    pub(super) regularization: f64,
    pub(super) iterations: usize,
    /// The lower bound stands still when it changes by less.
    pub(super) still: f64,
}

/// A mixture in the making.
pub(super) struct Search<'a> {
    groups: &'a Groups,
    limits: Limits,
    pub(super) densities: Densities,
    pub(super) components: Vec<Part>,
    pub(super) iterations: usize,
    pub(super) converged: bool,
    /// The weighted mean of the logarithms of all densities, before the last step.
    pub(super) lower_bound: f64,
}

/// A component in the making.
#[derive(Clone)]
pub(super) struct Part {
    pub(super) share: f64,
    pub(super) mean: Vec<f64>,
    /// A triangle or a diagonal.
    pub(super) covariance: Vec<f64>,
    /// Whether some direction has hardly more variance than the regularization.
    pub(super) flat: bool,
}

impl<'a> Search<'a> {
    /// Runs from given densities.
    pub(super) fn from_densities(groups: &'a Groups, limits: Limits, densities: Densities) -> Self {
        let mut search = Self {
            groups,
            limits,
            densities,
            components: Vec::new(),
            iterations: 0,
            converged: false,
            lower_bound: f64::NEG_INFINITY,
        };
        search.iterate();
        search
    }

    /// Runs from points that each are of one component.
    pub(super) fn from_labels(
        groups: &'a Groups,
        limits: Limits,
        centers: Vec<Vec<f64>>,
        labels: &[usize],
    ) -> Self {
        let mut densities = Densities::new(groups.columns, limits.covariance.shape());
        let moments = moments_of(groups, &centers, labels, densities.shape);
        densities.means = centers.concat();
        let mut search = Self {
            groups,
            limits,
            densities,
            components: Vec::new(),
            iterations: 0,
            converged: false,
            lower_bound: f64::NEG_INFINITY,
        };
        search.maximize(&moments);
        search.iterate();
        search
    }

    /// Whether it ended with fewer components without volume, or with as many and likelier.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        let flat = |search: &Self| search.components.iter().filter(|part| part.flat).count();
        let fewer = flat(other).cmp(&flat(self));
        fewer.then(self.lower_bound.total_cmp(&other.lower_bound)).is_gt()
    }

    fn iterate(&mut self) {
        while self.iterations < self.limits.iterations && !self.converged {
            self.iterations += 1;
            let before = self.lower_bound;
            let moments = self.densities.moments(self.groups);
            self.maximize(&moments);
            self.lower_bound = moments.log_likelihood / self.groups.total;
            self.converged = (self.lower_bound - before).abs() < self.limits.still;
        }
    }

    /// Makes shares, means and covariances those of the moments around the present means.
    fn maximize(&mut self, moments: &Moments) {
        let columns = self.groups.columns;
        let all: f64 = moments.components().map(|(weight, ..)| weight).sum();
        let means = self.densities.means.chunks_exact(columns);
        let mut found = Vec::new();
        for (number, ((weight, firsts, seconds), mean)) in
            moments.components().zip(means).enumerate()
        {
            if weight <= LEAST_SHARE * all {
                // Its points were all taken by others: it stays as it is, without a share.
                let covariance = match self.components.get(number) {
                    Some(before) => before.covariance.clone(),
                    None => unit(columns, self.densities.shape),
                };
                found.push(Part { share: 0.0, mean: mean.to_vec(), covariance, flat: false });
                continue;
            }
            let moves: Vec<f64> = firsts.iter().map(|first| first / weight).collect();
            let mean = mean.iter().zip(&moves).map(|(mean, step)| mean + step).collect();
            let covariance = central(&seconds, weight, &moves, self.densities.shape);
            found.push(Part { share: weight / all, mean, covariance, flat: false });
        }
        self.limits.pool(&mut found, columns);
        let mut densities = Densities::new(columns, self.densities.shape);
        for part in &mut found {
            let (factor, least) = factor(&part.covariance, densities.shape);
            part.flat = part.share > 0.0 && least <= 2.0 * self.limits.regularization;
            densities.push(part.share, &part.mean, &factor);
        }
        self.densities = densities;
        self.components = found;
    }
}

impl Limits {
    /// Makes covariances alike as far as they must be, and regularizes them.
    fn pool(&self, parts: &mut [Part], columns: usize) {
        if self.covariance == Covariance::Tied {
            let mut pooled = vec![0.0; triangle::size(columns)];
            for part in parts.iter() {
                let terms = pooled.iter_mut().zip(&part.covariance);
                terms.for_each(|(sum, entry)| *sum += part.share * entry);
            }
            parts.iter_mut().for_each(|part| part.covariance.clone_from(&pooled));
        }
        for part in parts.iter_mut().filter(|part| part.share > 0.0) {
            regularize(&mut part.covariance, columns, self.covariance, self.regularization);
        }
    }
}

fn regularize(packed: &mut [f64], columns: usize, covariance: Covariance, regularization: f64) {
    match covariance {
        Covariance::Full | Covariance::Tied => {
            for at in triangle::diagonal(columns) {
                packed.get_mut(at).into_iter().for_each(|x| *x = x.max(0.0) + regularization);
            }
            triangle::bound(packed);
        }
        Covariance::Diagonal => packed.iter_mut().for_each(|x| *x = x.max(0.0) + regularization),
        Covariance::Spherical => {
            let mean = packed.iter().map(|x| x.max(0.0)).sum::<f64>() / columns as f64;
            packed.fill(mean + regularization);
        }
    }
}

/// Second moments around the mean, from those around a point that it is `moves` away from.
fn central(seconds: &[f64], weight: f64, moves: &[f64], shape: Shape) -> Vec<f64> {
    let scaled = seconds.iter().map(|second| second / weight);
    match shape {
        Shape::Diagonal => scaled.zip(moves).map(|(x, step)| x - step * step).collect(),
        Shape::Triangle => {
            let rows = moves.iter().enumerate();
            let pairs = rows
                .flat_map(|(row, left)| moves.iter().take(row + 1).map(move |right| left * right));
            scaled.zip(pairs).map(|(x, pair)| x - pair).collect()
        }
    }
}

/// What [`Densities`] needs of a covariance, and its least pivot.
pub(super) fn factor(covariance: &[f64], shape: Shape) -> (Vec<f64>, f64) {
    match shape {
        Shape::Triangle => {
            let (factor, least) = triangle::cholesky(covariance);
            (triangle::inverse(&factor), least)
        }
        Shape::Diagonal => {
            let inverse = |&variance: &f64| 1.0 / libm::sqrt(variance.max(LEAST_VARIANCE));
            let least = covariance.iter().copied().fold(f64::INFINITY, f64::min);
            (covariance.iter().map(inverse).collect(), least)
        }
    }
}

fn unit(columns: usize, shape: Shape) -> Vec<f64> {
    match shape {
        Shape::Diagonal => vec![1.0; columns],
        Shape::Triangle => {
            let row = |row: usize| (0..=row).map(move |column| f64::from(u8::from(row == column)));
            (0..columns).flat_map(row).collect()
        }
    }
}

/// The moments around centers of the points with each label.
fn moments_of(groups: &Groups, centers: &[Vec<f64>], labels: &[usize], shape: Shape) -> Moments {
    let columns = groups.columns;
    let mut moments = Moments::new(centers.len(), columns, shape);
    let mut differences = vec![[0.0; LANES]; centers.len() * columns];
    let mut memberships = vec![[0.0; LANES]; centers.len()];
    let all = (0..groups.blocks()).flat_map(|block| groups.block(block));
    for ((points, weights), labels) in all.zip(labels.chunks(LANES)) {
        for (component, lanes) in memberships.iter_mut().enumerate() {
            let own = |(&label, &weight): (&usize, &f64)| {
                if label == component { weight } else { 0.0 }
            };
            *lanes = spread(labels.iter().zip(weights).map(own));
        }
        for (differences, center) in differences.chunks_exact_mut(columns).zip(centers) {
            for ((difference, lanes), x) in differences.iter_mut().zip(points).zip(center) {
                *difference = lanes.map(|lane| lane - x);
            }
        }
        moments.collect(columns, [&memberships], [&differences]);
    }
    moments
}
