//! The components that were found, and to which degree a point is a member of each.

use ndarray::{ArrayView1, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::points::{HEAVIEST, Points, is_coordinate};
use super::super::{Assignment, Cluster, Fault, Nearest, Objective, Report};
use super::densities::{Densities, Evaluator};
use super::matrices::{Matrices, Use};
use super::search::factor;
use super::{check_mean, check_shares};

/// Rows that one piece of work labels.
const ROWS: usize = 1_024;

/// The normal distributions that a recipe found among points: the model that tells of any point to
/// which degree it is a member of each.
///
/// A component is a cluster: its center is the mean, its weight the sum of all points' memberships
/// times their weights, and its size the number of points that most probably are its own. Clusters
/// are numbered from the weightiest to the lightest (of equal weight, by their centers'
/// coordinates).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Gaussians {
    clusters: Vec<Cluster>,
    shares: Vec<f64>,
    covariances: Matrices,
    report: Option<Report>,
    lower_bound: Option<f64>,
    densities: Densities,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    clusters: Vec<Cluster>,
    shares: Vec<f64>,
    covariances: Matrices,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lower_bound: Option<f64>,
}

impl Gaussians {
    pub(super) fn fitted(
        clusters: Vec<Cluster>,
        shares: Vec<f64>,
        covariances: Matrices,
        report: Report,
        lower_bound: f64,
    ) -> Self {
        let (report, lower_bound) = (Some(report), Some(lower_bound));
        Written { clusters, shares, covariances, report, lower_bound }.ready()
    }

    /// The components as clusters, by number.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// The share of each component in all points, by number; 1 together.
    #[must_use]
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// The covariance of each component, by number.
    #[must_use]
    pub const fn covariances(&self) -> &Matrices {
        &self.covariances
    }

    /// How the fit went, if there was one.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// How many coordinates points have.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.densities.columns
    }

    /// The weighted mean of the logarithms of the points' densities before the last iteration, by
    /// which convergence was judged; that after it is the report's objective.
    #[must_use]
    pub const fn lower_bound(&self) -> Option<f64> {
        self.lower_bound
    }

    /// How many numbers can be chosen freely in shares, means and covariances.
    #[must_use]
    pub fn parameters(&self) -> usize {
        let (components, columns) = (self.clusters.len(), self.columns());
        let covariances = self.covariances.covariance().parameters(components, columns);
        covariances + components * columns + components.saturating_sub(1)
    }

    /// The Bayesian information criterion of the fit: less is better. `None` without a report.
    ///
    /// G. Schwarz, "Estimating the dimension of a model", Annals of Statistics 6 (1978), 461–464,
    /// in the form −2 ln L + p ln n, where n is the sum of the points' weights.
    #[must_use]
    pub fn bic(&self) -> Option<f64> {
        let weight = self.weight();
        let penalty = self.parameters() as f64 * libm::log(weight);
        self.log_likelihood().map(|mean| -2.0 * mean * weight + penalty)
    }

    /// The Akaike information criterion of the fit: less is better. `None` without a report.
    ///
    /// H. Akaike, "A new look at the statistical model identification", IEEE Transactions on
    /// Automatic Control 19 (1974), 716–723, in the form −2 ln L + 2 p.
    #[must_use]
    pub fn aic(&self) -> Option<f64> {
        let penalty = 2.0 * self.parameters() as f64;
        self.log_likelihood().map(|mean| -2.0 * mean * self.weight() + penalty)
    }

    /// The weighted mean of the logarithms of points' densities: how well the mixture describes
    /// them.
    ///
    /// # Errors
    /// Points or weights that are out of range, or of another number of coordinates.
    pub fn mean_log_density(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
    ) -> Result<f64, Problems<Fault>> {
        let points = Points::check(points, weights)?;
        if points.columns() != self.columns() {
            let (expected, found) = (self.columns(), points.columns());
            let fault = Fault::Count { what: "coordinates", expected, found };
            return Err(Problems::one(Path::from("points"), fault));
        }
        let groups = super::blocks::Groups::new(&points);
        Ok(self.densities.moments(&groups).log_likelihood / groups.total)
    }

    /// The logarithm of the mixture's density at a point; `None` as for [`Gaussians::assign`].
    #[must_use]
    pub fn log_density(&self, point: &[f64]) -> Option<f64> {
        self.logarithms(point).map(|found| found.greatest + found.rest)
    }

    /// The probability that a point is of each component, by number; 1 together. `None` as for
    /// [`Gaussians::assign`].
    #[must_use]
    pub fn memberships(&self, point: &[f64]) -> Option<Vec<f64>> {
        let found = self.logarithms(point)?;
        Some(found.distances().map(|distance| libm::exp(-distance)).collect())
    }

    /// How far a point is from each component: the negative logarithm of its membership, 0 if it
    /// surely is a member. `None` as for [`Gaussians::assign`].
    #[must_use]
    pub fn distances(&self, point: &[f64]) -> Option<Vec<f64>> {
        self.logarithms(point).map(|found| found.distances().collect())
    }

    /// Of which component a point most probably is, and of which else; their distances are those of
    /// [`Gaussians::distances`].
    ///
    /// `None` if it has another number of coordinates, or one that is not finite or beyond
    /// [`LARGEST`](crate::cluster::LARGEST).
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        let found = self.logarithms(point)?;
        let mut order: Vec<(usize, f64)> = found.each.iter().copied().enumerate().collect();
        order.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        let mut near =
            order.into_iter().map(|(cluster, x)| Nearest { cluster, distance: found.distance(x) });
        Some(Assignment { nearest: near.next()?, next: near.next() })
    }

    /// The cluster of each row of a matrix; `None` as for [`Gaussians::assign`].
    #[must_use]
    pub fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        let mut labels = vec![None; points.nrows()];
        parallel::fill_chunks(&mut labels, ROWS, |number, chunk| {
            let mut evaluator = Evaluator::new(&self.densities);
            let rows = points.outer_iter().skip(number * ROWS);
            for (label, row) in chunk.iter_mut().zip(rows) {
                let valid = row.len() == self.columns() && row.iter().all(|&x| is_coordinate(x));
                *label = valid.then(|| evaluator.most_probable(coordinates(row)));
            }
        });
        labels
    }

    fn logarithms(&self, point: &[f64]) -> Option<Logarithms> {
        if point.len() != self.columns() || !point.iter().all(|&x| is_coordinate(x)) {
            return None;
        }
        let each = Evaluator::new(&self.densities).at(point.iter().copied()).concat();
        let greatest = each.iter().copied().fold(f64::MIN, f64::max);
        let sum: f64 = each.iter().map(|x| libm::exp(x - greatest)).sum();
        Some(Logarithms { greatest, rest: libm::log(sum), each })
    }

    fn log_likelihood(&self) -> Option<f64> {
        match self.report.as_ref()?.objective {
            Objective::LogLikelihood(mean) => Some(mean),
            _ => None,
        }
    }

    /// The weight of all points.
    fn weight(&self) -> f64 {
        self.clusters.iter().map(|cluster| cluster.weight).sum()
    }
}

/// The logarithm of the density at a point, in two parts, as the second can be lost in the first.
struct Logarithms {
    greatest: f64,
    rest: f64,
    /// What each component adds to the density.
    each: Vec<f64>,
}

impl Logarithms {
    fn distance(&self, logarithm: f64) -> f64 {
        (self.rest - (logarithm - self.greatest)).max(0.0)
    }

    fn distances(&self) -> impl Iterator<Item = f64> {
        self.each.iter().map(|&logarithm| self.distance(logarithm))
    }
}

fn coordinates(row: ArrayView1<'_, f64>) -> impl Iterator<Item = f64> {
    row.into_iter().copied()
}

impl Written {
    /// The model, with all that evaluating it needs.
    fn ready(self) -> Gaussians {
        let Self { clusters, shares, covariances, report, lower_bound } = self;
        let columns = clusters.first().map_or(0, |cluster| cluster.center.len());
        let shape = covariances.covariance().shape();
        let mut densities = Densities::new(columns, shape);
        let packed = covariances.packed(clusters.len(), columns);
        for ((cluster, share), covariance) in clusters.iter().zip(&shares).zip(&packed) {
            densities.push(*share, &cluster.center, &factor(covariance, shape).0);
        }
        Gaussians { clusters, shares, covariances, report, lower_bound, densities }
    }
}

impl TryFrom<Written> for Gaussians {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let mut problems = Problems::none();
        let path = Path::from("clusters");
        let count = written.clusters.len();
        let columns = written.clusters.first().map_or(0, |cluster| cluster.center.len());
        match written.clusters.first() {
            None => problems.add(path.clone(), Fault::Zero),
            Some(_) if columns == 0 => problems.add(path.item(0), Fault::NoCoordinates),
            Some(_) => {}
        }
        for (index, cluster) in written.clusters.iter().enumerate() {
            let place = path.item(index);
            check_mean(&cluster.center, columns, &place.field("center"), &mut problems);
            let value = cluster.weight;
            if !(value > 0.0 && value <= HEAVIEST * 1e20) {
                problems.add(place.field("weight"), Fault::OutOfRange { value });
            }
        }
        check_shares(&written.shares, count, &Path::from("shares"), &mut problems);
        let path = Path::from("covariances");
        written.covariances.check(count, columns, Use::Covariances, &path, &mut problems);
        if problems.is_empty() { Ok(written.ready()) } else { Err(problems) }
    }
}

impl From<Gaussians> for Written {
    fn from(gaussians: Gaussians) -> Self {
        let Gaussians { clusters, shares, covariances, report, lower_bound, .. } = gaussians;
        Self { clusters, shares, covariances, report, lower_bound }
    }
}
