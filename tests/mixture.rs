//! Gaussian mixtures against scikit-learn, against their definition, and against hostile points.

use loyalty::cluster::{
    Covariance, Fault, Gaussians, KMeans, Matrices, Mixture, MixtureInit, Note, Objective,
};
use loyalty::path::Problems;
use ndarray::{Array2, array};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

/// Points and where to start, from the reference of k-means.
#[derive(Deserialize)]
struct Data {
    points: Vec<Vec<f64>>,
    init: Vec<usize>,
    weights: Vec<f64>,
}

/// What scikit-learn 1.9.1 gives, as `source` in the file says.
#[derive(Deserialize)]
struct Reference {
    iris_std: Cases,
    moons300: Cases,
}

#[derive(Deserialize)]
struct Cases {
    full: Expected<Vec<Vec<Vec<f64>>>>,
    tied: Expected<Vec<Vec<f64>>>,
    diag: Expected<Vec<Vec<f64>>>,
    spherical: Expected<Vec<f64>>,
}

#[derive(Deserialize)]
struct Expected<M> {
    weights: Vec<f64>,
    means: Vec<Vec<f64>>,
    covariances: M,
    lower_bound: f64,
    n_iter: usize,
    labels: Vec<usize>,
    resp_first10: Vec<Vec<f64>>,
    bic: f64,
    aic: f64,
    mean_loglik: f64,
}

fn data() -> [(Data, Cases); 2] {
    let reference: Reference = serde_json::from_str(include_str!("data/mixture.json")).unwrap();
    let points =
        [include_str!("data/kmeans_iris_std.json"), include_str!("data/kmeans_moons300.json")]
            .map(|json| serde_json::from_str(json).unwrap());
    let [iris, moons] = points;
    [(iris, reference.iris_std), (moons, reference.moons300)]
}

impl Data {
    fn matrix(&self) -> Array2<f64> {
        matrix(&self.points)
    }

    /// A start at some of the points, with the variances of all of them.
    fn recipe(&self, covariance: Covariance) -> Mixture {
        let (k, variances) = (self.init.len(), variances(&self.points));
        let inverse: Vec<f64> = variances.iter().map(|variance| 1.0 / variance).collect();
        let diagonal: Vec<Vec<f64>> = (0..inverse.len())
            .map(|row| {
                let entry = |column| if row == column { inverse[row] } else { 0.0 };
                (0..inverse.len()).map(entry).collect()
            })
            .collect();
        let mean = variances.iter().sum::<f64>() / variances.len() as f64;
        let precisions = match covariance {
            Covariance::Full => Matrices::Full(vec![diagonal; k]),
            Covariance::Tied => Matrices::Tied(diagonal),
            Covariance::Diagonal => Matrices::Diagonal(vec![inverse; k]),
            Covariance::Spherical => Matrices::Spherical(vec![1.0 / mean; k]),
        };
        let means = self.init.iter().map(|&row| self.points[row].clone()).collect();
        let shares = vec![1.0 / k as f64; k];
        let init = MixtureInit::Given { shares, means, precisions };
        let limits = Mixture { tolerance: 1e-6, max_iterations: 500, ..Mixture::new(k) };
        Mixture { covariance, init, ..limits }
    }
}

fn matrix(points: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((points.len(), points[0].len()), points.concat()).unwrap()
}

fn variances(points: &[Vec<f64>]) -> Vec<f64> {
    let count = points.len() as f64;
    let variance = |column: usize| {
        let mean = points.iter().map(|point| point[column]).sum::<f64>() / count;
        points.iter().map(|point| (point[column] - mean).powi(2)).sum::<f64>() / count
    };
    (0..points[0].len()).map(variance).collect()
}

/// Iterations multiply differences of rounding: what they give agrees to less than what one does.
const TOLERANCE: f64 = 1e-7;

fn assert_near(left: f64, right: f64, what: &str) {
    assert!((left - right).abs() <= TOLERANCE * right.abs().max(1.0), "{what}: {left} {right}");
}

fn log_likelihood(found: &Gaussians) -> f64 {
    match found.report().unwrap().objective {
        Objective::LogLikelihood(mean) => mean,
        other => panic!("{other:?}"),
    }
}

/// Everything is as expected, up to the numbers of the components; each entry of `covariances` is
/// of one component, or of all if there is one only.
fn assert_found<M>(
    found: &Gaussians,
    points: &Array2<f64>,
    expected: &Expected<M>,
    covariances: impl Fn(&M, usize) -> Vec<f64>,
) {
    let mut order: Vec<usize> = (0..expected.weights.len()).collect();
    order.sort_by(|&left, &right| expected.weights[right].total_cmp(&expected.weights[left]));
    for (number, &theirs) in order.iter().enumerate() {
        assert_near(found.shares()[number], expected.weights[theirs], "share");
        let center = &found.clusters()[number].center;
        center.iter().zip(&expected.means[theirs]).for_each(|(x, y)| assert_near(*x, *y, "mean"));
        let ours: Vec<f64> = match found.covariances() {
            Matrices::Full(matrices) => matrices[number].concat(),
            Matrices::Tied(matrix) => matrix.concat(),
            Matrices::Diagonal(rows) => rows[number].clone(),
            Matrices::Spherical(numbers) => vec![numbers[number]],
        };
        let theirs = covariances(&expected.covariances, theirs);
        assert_eq!(ours.len(), theirs.len());
        ours.iter().zip(&theirs).for_each(|(x, y)| assert_near(*x, *y, "covariance"));
    }
    let report = found.report().unwrap();
    assert_eq!((report.iterations, report.converged), (expected.n_iter, true));
    assert!(report.notes.is_empty());
    assert_near(log_likelihood(found), expected.mean_loglik, "log likelihood");
    assert_near(found.lower_bound().unwrap(), expected.lower_bound, "lower bound");
    assert_near(found.bic().unwrap(), expected.bic, "bic");
    assert_near(found.aic().unwrap(), expected.aic, "aic");
    let labels = found.labels(points.view());
    for (row, (label, theirs)) in labels.iter().zip(&expected.labels).enumerate() {
        assert_eq!(label.map(|number| order[number]), Some(*theirs), "row {row}");
    }
    for (row, theirs) in points.outer_iter().zip(&expected.resp_first10) {
        let ours = found.memberships(&row.to_vec()).unwrap();
        for (number, &component) in order.iter().enumerate() {
            // Tiny memberships are exponentials of large numbers: their logarithms agree.
            let (ours, theirs) = (ours[number].ln(), theirs[component].ln());
            assert!((ours - theirs).abs() < 1e-5 * theirs.abs().max(1.0), "{ours} {theirs}");
        }
    }
}

#[test]
fn from_given_components_it_ends_where_scikit_learn_ends() {
    for (data, cases) in data() {
        let points = data.matrix();
        let fit = |covariance| data.recipe(covariance).fit_seeded(points.view(), None, 0).unwrap();
        assert_found(&fit(Covariance::Full), &points, &cases.full, |m, k| m[k].concat());
        assert_found(&fit(Covariance::Tied), &points, &cases.tied, |m, _| m.concat());
        assert_found(&fit(Covariance::Diagonal), &points, &cases.diag, |m, k| m[k].clone());
        assert_found(&fit(Covariance::Spherical), &points, &cases.spherical, |m, k| vec![m[k]]);
    }
}
