//! Gaussian mixtures against scikit-learn, against their definition, and against hostile points.

use loyalty::cluster::validation::adjusted_rand;
use loyalty::cluster::{Covariance, Gaussians, Matrices, Mixture, MixtureInit, Note, Objective};
use ndarray::{Array2, array};
use proptest::prelude::*;
use serde::Deserialize;

/// Points and where to start, from the reference of k-means.
#[derive(Deserialize)]
struct Data {
    points: Vec<Vec<f64>>,
    init: Vec<usize>,
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

const ALL: [Covariance; 4] =
    [Covariance::Full, Covariance::Tied, Covariance::Diagonal, Covariance::Spherical];

/// The logarithm of the density of a mixture at a point, and its memberships, straight from the
/// definition: determinants and inverses by elimination.
fn naive(found: &Gaussians, point: &[f64]) -> (f64, Vec<f64>) {
    let columns = point.len();
    let density = |number: usize| {
        let center = &found.clusters()[number].center;
        let difference: Vec<f64> = point.iter().zip(center).map(|(x, m)| x - m).collect();
        let diagonal = |entry: &dyn Fn(usize) -> f64| -> Vec<Vec<f64>> {
            let row =
                |row| (0..columns).map(|at| if at == row { entry(row) } else { 0.0 }).collect();
            (0..columns).map(row).collect()
        };
        let mut matrix = match found.covariances() {
            Matrices::Full(matrices) => matrices[number].clone(),
            Matrices::Tied(matrix) => matrix.clone(),
            Matrices::Diagonal(rows) => diagonal(&|row| rows[number][row]),
            Matrices::Spherical(numbers) => diagonal(&|_| numbers[number]),
        };
        let mut solved = difference.clone();
        let mut determinant = 1.0;
        for pivot in 0..columns {
            determinant *= matrix[pivot][pivot];
            for row in pivot + 1..columns {
                let share = matrix[row][pivot] / matrix[pivot][pivot];
                let above = matrix[pivot].clone();
                matrix[row].iter_mut().zip(above).for_each(|(x, above)| *x -= share * above);
                solved[row] -= share * solved[pivot];
            }
        }
        for row in (0..columns).rev() {
            for column in row + 1..columns {
                solved[row] -= matrix[row][column] * solved[column];
            }
            solved[row] /= matrix[row][row];
        }
        let square: f64 = solved.iter().zip(&difference).map(|(a, b)| a * b).sum();
        let volume = (2.0 * std::f64::consts::PI).powi(columns as i32) * determinant;
        found.shares()[number] * (-0.5 * square).exp() / volume.sqrt()
    };
    let densities: Vec<f64> = (0..found.shares().len()).map(density).collect();
    let sum: f64 = densities.iter().sum();
    (sum.ln(), densities.iter().map(|density| density / sum).collect())
}

/// Some points near each of three places, of different spread; whole numbers, weights included.
fn some_points() -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<f64>)> {
    (1_usize..5, 8_usize..40).prop_flat_map(|(columns, rows)| {
        let point = prop::collection::vec((-9_i32..10).prop_map(f64::from), columns);
        let points = prop::collection::vec(point, rows);
        let weights = prop::collection::vec((1_u8..4).prop_map(f64::from), rows);
        (points, weights).prop_map(|(mut points, weights)| {
            for (row, point) in points.iter_mut().enumerate() {
                point.iter_mut().for_each(|x| *x += [0.0, 30.0, -25.0][row % 3]);
            }
            (points, weights)
        })
    })
}

fn recipe(covariance: Covariance) -> Mixture {
    Mixture { covariance, restarts: 2, regularization: 1e-3, ..Mixture::new(3) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn densities_are_what_their_definition_says((points, _) in some_points(), kind in 0_usize..4) {
        let matrix = matrix(&points);
        let found = recipe(ALL[kind]).fit_seeded(matrix.view(), None, 1).unwrap();
        let mut sum = 0.0;
        for (point, label) in points.iter().zip(found.labels(matrix.view())) {
            let (density, memberships) = naive(&found, point);
            let ours = found.log_density(point).unwrap();
            prop_assert!((ours - density).abs() < 1e-6 * density.abs().max(1.0));
            sum += density;
            let ours = found.memberships(point).unwrap();
            prop_assert!((ours.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            for (x, y) in ours.iter().zip(&memberships) {
                prop_assert!((x - y).abs() < 1e-6);
            }
            let assigned = found.assign(point).unwrap();
            prop_assert_eq!(label, Some(assigned.nearest.cluster));
            let distances = found.distances(point).unwrap();
            prop_assert_eq!(assigned.nearest.distance, distances[assigned.nearest.cluster]);
            for (distance, membership) in distances.iter().zip(&ours) {
                prop_assert!(((-distance).exp() - membership).abs() < 1e-12);
                prop_assert!(assigned.nearest.distance <= *distance);
            }
        }
        let mean = sum / points.len() as f64;
        prop_assert!((log_likelihood(&found) - mean).abs() < 1e-6 * mean.abs().max(1.0));
        let again = found.mean_log_density(matrix.view(), None).unwrap();
        prop_assert!((again - log_likelihood(&found)).abs() < 1e-9 * mean.abs().max(1.0));
        let json = serde_json::to_string(&found).unwrap();
        prop_assert_eq!(serde_json::from_str::<Gaussians>(&json).unwrap(), found);
    }

    #[test]
    fn whole_weights_are_points_that_are_repeated(
        (points, weights) in some_points(),
        kind in 0_usize..4,
    ) {
        let repeated: Vec<Vec<f64>> = points
            .iter()
            .zip(&weights)
            .flat_map(|(point, &weight)| vec![point.clone(); weight as usize])
            .collect();
        let start = Data { points: points.clone(), init: vec![0, 1, 2] }.recipe(ALL[kind]);
        let start = Mixture { regularization: 1e-3, max_iterations: 10, tolerance: 0.0, ..start };
        let weighted = start.fit_seeded(matrix(&points).view(), Some(&weights), 1);
        let counted = start.fit_seeded(matrix(&repeated).view(), None, 1);
        // A constant column has no precision to start from.
        let (Ok(weighted), Ok(counted)) = (weighted, counted) else { return Ok(()) };
        for (left, right) in [
            (log_likelihood(&weighted), log_likelihood(&counted)),
            (weighted.bic().unwrap(), counted.bic().unwrap()),
            (weighted.aic().unwrap(), counted.aic().unwrap()),
        ] {
            prop_assert!((left - right).abs() < 1e-6 * right.abs().max(1.0), "{left} {right}");
        }
        let by_center = |found: &Gaussians| {
            let mut clusters = found.clusters().to_vec();
            clusters.sort_by(|left, right| left.center[0].total_cmp(&right.center[0]));
            clusters
        };
        for (left, right) in by_center(&weighted).iter().zip(&by_center(&counted)) {
            prop_assert!((left.weight - right.weight).abs() < 1e-5 * right.weight);
        }
    }

    #[test]
    fn the_likelihood_never_falls((points, _) in some_points(), kind in 0_usize..4) {
        let start = Data { points: points.clone(), init: vec![0, 1, 2] }.recipe(ALL[kind]);
        // Regularization is a step away from the likeliest: without it, each step is upward.
        let likelihood = |iterations| {
            let recipe = Mixture {
                regularization: 0.0, tolerance: 0.0, max_iterations: iterations, ..start.clone()
            };
            recipe.fit_seeded(matrix(&points).view(), None, 1).map(|found| {
                let flat = found.report().unwrap().notes.iter();
                let flat = flat.filter(|note| matches!(note, Note::Flat { .. })).count();
                (log_likelihood(&found), flat)
            })
        };
        let mut before = f64::NEG_INFINITY;
        for iterations in 1..12 {
            let Ok((after, 0)) = likelihood(iterations) else { break };
            prop_assert!(after >= before - 1e-9 * after.abs().max(1.0), "{before} {after}");
            before = after;
        }
    }

    #[test]
    fn the_order_of_points_and_of_components_does_not_matter(
        (points, _) in some_points(),
        kind in 0_usize..4,
        turn in 1_usize..7,
    ) {
        let start = Data { points: points.clone(), init: vec![0, 1, 2] }.recipe(ALL[kind]);
        let start = Mixture { regularization: 1e-3, max_iterations: 20, ..start };
        let mut turned = points.clone();
        turned.rotate_left(turn);
        let mut other = start.clone();
        if let MixtureInit::Given { means, .. } = &mut other.init {
            means.rotate_left(turn % 3);
        }
        let found = start.fit_seeded(matrix(&points).view(), None, 1);
        let again = other.fit_seeded(matrix(&turned).view(), None, 1);
        let (Ok(found), Ok(again)) = (found, again) else { return Ok(()) };
        let scale = log_likelihood(&found).abs().max(1.0);
        prop_assert!((log_likelihood(&found) - log_likelihood(&again)).abs() < 1e-6 * scale);
        let labels = |found: &Gaussians| -> Vec<usize> {
            found.labels(matrix(&points).view()).into_iter().flatten().collect()
        };
        prop_assert_eq!(adjusted_rand(&labels(&found), &labels(&again)), Some(1.0));
        let weights = again.clusters().iter().map(|cluster| cluster.weight);
        prop_assert!(weights.clone().zip(weights.skip(1)).all(|(left, right)| left >= right));
    }

    #[test]
    fn whatever_the_points_are_there_are_numbers(
        numbers in prop::collection::vec(
            prop_oneof![
                (-2_i8..3).prop_map(f64::from),
                Just(1e120), Just(-1e120), Just(1e-120), Just(1e-300), Just(1e9), -1.0..1.0
            ],
            1..40,
        ),
        weight in prop_oneof![Just(1e-40), Just(1.0), Just(1e40)],
        columns in 1_usize..5,
        components in 1_usize..6,
        kind in 0_usize..4,
        regularization in prop_oneof![Just(0.0), Just(1e-300), Just(1e-6), Just(1e100)],
    ) {
        let rows = numbers.len() / columns;
        prop_assume!(rows > 0);
        let points = numbers[..rows * columns].to_vec();
        let points = Array2::from_shape_vec((rows, columns), points).unwrap();
        let recipe = Mixture {
            covariance: ALL[kind], restarts: 2, regularization, ..Mixture::new(components)
        };
        let mut weights = vec![1.0; rows];
        weights[0] = weight;
        let found = recipe.fit_seeded(points.view(), Some(&weights), 1).unwrap();
        // All of it can be written, so nothing is NaN or infinite, and read again.
        let json = serde_json::to_string(&found).unwrap();
        prop_assert!(!json.contains("null"), "{json}");
        prop_assert_eq!(&serde_json::from_str::<Gaussians>(&json).unwrap(), &found);
        prop_assert!(found.bic().unwrap().is_finite() && found.aic().unwrap().is_finite());
        let sizes: usize = found.clusters().iter().map(|cluster| cluster.size).sum();
        prop_assert_eq!(sizes, rows);
        prop_assert!((found.shares().iter().sum::<f64>() - 1.0).abs() < 1e-9);
        for row in points.outer_iter() {
            let memberships = found.memberships(&row.to_vec()).unwrap();
            prop_assert!((memberships.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(found.distances(&row.to_vec()).unwrap().iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn the_number_of_parameters_is_counted_by_hand() {
    // Iris: 4 columns, 3 components: 2 shares and 12 means, and covariances as named.
    let [(iris, _), _] = data();
    let covariances = [3 * 10, 10, 12, 3];
    for (covariance, parameters) in ALL.into_iter().zip(covariances) {
        let found = iris.recipe(covariance).fit_seeded(iris.matrix().view(), None, 0).unwrap();
        assert_eq!(found.parameters(), 14 + parameters);
    }
}

#[test]
fn starts_at_k_means_find_the_likeliest_and_the_seed_is_kept() {
    for (data, cases) in data() {
        let points = data.matrix();
        let recipe =
            Mixture { tolerance: 1e-6, max_iterations: 500, ..Mixture::new(data.init.len()) };
        let found = recipe.fit_seeded(points.view(), None, 3).unwrap();
        assert!(log_likelihood(&found) >= cases.full.mean_loglik - 1e-4);
        let again = recipe.fit_seeded(points.view(), None, 3).unwrap();
        assert_eq!(serde_json::to_vec(&found).unwrap(), serde_json::to_vec(&again).unwrap());
        assert_eq!(found.report().unwrap().seed, Some(3));
    }
}

#[test]
fn components_without_points_or_volume_are_told() {
    let points = array![[0.0, 5.0], [0.0, 5.0], [1.0, 5.0], [1.0, 5.0]];
    let found = Mixture::new(4).fit_seeded(points.view(), None, 1).unwrap();
    let notes = &found.report().unwrap().notes;
    assert!(notes.contains(&Note::FewerClusters { wanted: 4, found: 2 }), "{notes:?}");
    assert!(
        notes.contains(&Note::Flat { cluster: 0 }) && notes.contains(&Note::Flat { cluster: 1 })
    );
    // The variances are those of the regularization.
    assert_eq!(
        found.covariances(),
        &Matrices::Full(vec![vec![vec![1e-6, 0.0], vec![0.0, 1e-6]]; 2])
    );
    let one = Mixture::new(1).fit_seeded(array![[3.0]].view(), None, 1).unwrap();
    assert_eq!((one.clusters()[0].center[0], one.shares()), (3.0, &[1.0][..]));
    assert_eq!(one.assign(&[4.0]).unwrap().next, None);
}

#[test]
fn nothing_is_told_of_what_is_no_point() {
    let found = Mixture::new(1).fit_seeded(array![[1.0, 2.0], [2.0, 4.0]].view(), None, 1).unwrap();
    for point in [&[1.0][..], &[1.0, f64::NAN], &[1.0, f64::INFINITY], &[1.0, 1e121], &[]] {
        assert_eq!(found.assign(point), None);
        assert_eq!(found.memberships(point), None);
        assert_eq!(found.log_density(point), None);
    }
    let rows = array![[1.0, f64::NAN], [1.0, 2.0]];
    assert_eq!(found.labels(rows.view()), [None, Some(0)]);
    assert_eq!(found.labels(array![[1.0]].view()), [None]);
    assert!(found.mean_log_density(array![[1.0]].view(), None).is_err());
}

#[test]
fn everything_that_is_wrong_with_a_recipe_is_told_with_its_place() {
    let json = r#"{"components":2,"regularization":-1.0,"tolerance":-1.0,"restarts":0,"init":
        {"given":{"shares":[0.5,0.6],"means":[[1.0],[1e200,0.0]],
        "precisions":{"full":[[[1.0,2.0],[2.0,1.0]],[[1.0,0.5],[0.1,1.0]],[[1.0]]]}}}}"#;
    let recipe: Mixture = serde_json::from_str(json).unwrap();
    let problems = recipe.fit_seeded(array![[1.0, 2.0]].view(), None, 0).unwrap_err();
    let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
    let expected = [
        "restarts",
        "regularization",
        "tolerance",
        "init.given.shares",
        "init.given.means[0]",
        "init.given.means[1][0]",
        "init.given.precisions",
        "init.given.precisions[0]",
        "init.given.precisions[1]",
        "init.given.precisions[2]",
    ];
    assert_eq!(paths, expected);
    let tied = Mixture { covariance: Covariance::Tied, ..recipe };
    let problems = tied.fit_seeded(array![[1.0, 2.0]].view(), None, 0).unwrap_err();
    assert!(problems.to_string().contains("another form than the recipe's covariance"));
    assert!(serde_json::from_str::<Mixture>(r#"{"components":2,"k":3}"#).is_err());
}

#[test]
fn a_stored_model_that_no_fit_could_have_given_is_refused() {
    let found = Mixture::new(1).fit_seeded(array![[1.0], [2.0]].view(), None, 1).unwrap();
    let json = serde_json::to_string(&found).unwrap();
    for (from, to) in [
        (r#""shares":[1.0]"#, r#""shares":[0.5]"#),
        (r#""shares":[1.0]"#, r#""shares":[0.5,0.5]"#),
        (r#"{"full":[[["#, r#"{"full":[[[-"#),
        (r#""center":[1.5]"#, r#""center":[]"#),
        (r#""weight":2.0"#, r#""weight":-2.0"#),
    ] {
        let changed = json.replacen(from, to, 1);
        assert_ne!(json, changed);
        assert!(serde_json::from_str::<Gaussians>(&changed).is_err(), "{changed}");
    }
}
