//! K-means and the scores of clusters against scikit-learn, and against hostile points.

use loyalty::cluster::validation::{adjusted_rand, silhouette, silhouettes};
use loyalty::cluster::{Cluster, Clustering, Init, KMeans, Note, Objective};
use ndarray::{Array2, ArrayView2, Axis, array};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

/// What scikit-learn 1.9.1 gives, as `source` in the files says.
#[derive(Deserialize)]
struct Reference {
    points: Vec<Vec<f64>>,
    truth: Vec<usize>,
    init: Vec<usize>,
    weights: Vec<f64>,
    lloyd: Found,
    one_iteration: Centers,
    weighted: Found,
    best_of_200_starts: Inertia,
    silhouette: f64,
    silhouettes: Vec<f64>,
    adjusted_rand: f64,
    sequential: Counted,
    minibatch: Counted,
}

#[derive(Deserialize)]
struct Found {
    labels: Vec<usize>,
    centers: Vec<Vec<f64>>,
    inertia: f64,
    #[serde(default)]
    n_iter: usize,
}

#[derive(Deserialize)]
struct Centers {
    centers: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Inertia {
    inertia: f64,
}

#[derive(Deserialize)]
struct Counted {
    centers: Vec<Vec<f64>>,
    counts: Vec<f64>,
}

/// Sums of a few hundred numbers of size 1, in another order than theirs.
const TOLERANCE: f64 = 1e-12;

impl Reference {
    fn all() -> [Self; 2] {
        [include_str!("data/kmeans_iris_std.json"), include_str!("data/kmeans_moons300.json")]
            .map(|json| serde_json::from_str(json).unwrap())
    }

    fn matrix(&self) -> Array2<f64> {
        let columns = self.points[0].len();
        Array2::from_shape_vec((self.points.len(), columns), self.points.concat()).unwrap()
    }

    fn recipe(&self) -> KMeans {
        let centers = self.init.iter().map(|&row| self.points[row].clone()).collect();
        let init = Init::Centers(centers);
        KMeans { init, tolerance: 0.0, ..KMeans::new(self.init.len()) }
    }
}

fn inertia(found: &Clustering) -> f64 {
    match found.report().unwrap().objective {
        Objective::Inertia(inertia) => inertia,
        other => panic!("{other:?}"),
    }
}

fn assert_near(left: f64, right: f64, what: &str) {
    assert!((left - right).abs() <= TOLERANCE * right.abs().max(1.0), "{what}: {left} {right}");
}

/// The clusters are the expected ones, whatever their numbers, and so are the labels.
fn assert_found(clustering: &Clustering, points: ArrayView2<'_, f64>, expected: &Found) {
    assert_centers(clustering, &expected.centers);
    assert_near(inertia(clustering), expected.inertia, "inertia");
    let numbers = numbers(clustering, &expected.centers);
    for (row, label) in clustering.labels(points).into_iter().enumerate() {
        assert_eq!(label, Some(numbers[expected.labels[row]]), "row {row}");
    }
}

fn assert_centers(clustering: &Clustering, expected: &[Vec<f64>]) {
    assert_eq!(clustering.clusters().len(), expected.len());
    for (center, number) in expected.iter().zip(numbers(clustering, expected)) {
        for (x, y) in clustering.clusters()[number].center.iter().zip(center) {
            assert_near(*x, *y, "center");
        }
    }
}

fn numbers(clustering: &Clustering, centers: &[Vec<f64>]) -> Vec<usize> {
    let number = |center: &Vec<f64>| clustering.assign(center).unwrap().nearest.cluster;
    centers.iter().map(number).collect()
}

#[test]
fn from_given_centers_it_ends_where_scikit_learn_ends() {
    for reference in Reference::all() {
        let points = reference.matrix();
        let found = reference.recipe().fit_seeded(points.view(), None, 0).unwrap();
        assert_found(&found, points.view(), &reference.lloyd);
        let report = found.report().unwrap();
        assert_eq!((report.iterations, report.converged), (reference.lloyd.n_iter, true));
        assert!(report.notes.is_empty());

        let weights = Some(reference.weights.as_slice());
        let found = reference.recipe().fit_seeded(points.view(), weights, 0).unwrap();
        assert_found(&found, points.view(), &reference.weighted);
    }
}

#[test]
fn one_iteration_moves_centers_to_the_means_and_says_it_did_not_converge() {
    for reference in Reference::all() {
        let recipe = KMeans { max_iterations: 1, ..reference.recipe() };
        let found = recipe.fit_seeded(reference.matrix().view(), None, 0).unwrap();
        assert_centers(&found, &reference.one_iteration.centers);
        assert_eq!(found.report().unwrap().notes, [Note::NotConverged]);
    }
}

#[test]
fn with_forty_starts_it_finds_the_best_of_two_hundred() {
    for reference in Reference::all() {
        for seed in 0..5 {
            let recipe = KMeans { restarts: 40, ..KMeans::new(reference.init.len()) };
            let found = recipe.fit_seeded(reference.matrix().view(), None, seed).unwrap();
            let inertia = inertia(&found);
            // The default tolerance stops within a ten-thousandth of an optimum.
            assert!(inertia <= reference.best_of_200_starts.inertia * 1.0001, "{seed}: {inertia}");
        }
    }
}

#[test]
fn scores_are_those_of_scikit_learn() {
    for reference in Reference::all() {
        let (points, labels) = (reference.matrix(), &reference.lloyd.labels);
        assert_near(silhouette(points.view(), labels).unwrap(), reference.silhouette, "mean");
        let widths = silhouettes(points.view(), labels).unwrap();
        for (width, expected) in widths.into_iter().zip(&reference.silhouettes) {
            assert_near(width, *expected, "silhouette");
        }
        let agreement = adjusted_rand(&reference.truth, labels).unwrap();
        assert_near(agreement, reference.adjusted_rand, "adjusted Rand index");
    }
}

#[test]
fn learning_point_by_point_is_macqueens_sequential_k_means() {
    for reference in Reference::all() {
        let centers = reference.init.iter().map(|&row| reference.points[row].clone()).collect();
        let mut clustering = Clustering::at(centers).unwrap();
        for point in &reference.points {
            assert!(clustering.learn(point, 1.0).is_some());
        }
        let expected = reference.sequential.centers.iter().zip(&reference.sequential.counts);
        for (cluster, (center, count)) in clustering.clusters().iter().zip(expected) {
            assert_eq!((cluster.weight, cluster.size), (*count, *count as usize));
            cluster.center.iter().zip(center).for_each(|(x, y)| assert_near(*x, *y, "center"));
        }
        assert_eq!(clustering.learned(), reference.points.len() as u64);
    }
}

#[test]
fn learning_batch_by_batch_is_the_partial_fit_of_scikit_learn() {
    for reference in Reference::all() {
        let (points, recipe) = (reference.matrix(), reference.recipe());
        let Init::Centers(centers) = &recipe.init else { panic!() };
        let mut clustering = Clustering::guessed(centers.clone()).unwrap();
        for batch in points.axis_chunks_iter(Axis(0), 25) {
            clustering.learn_batch(batch, None).unwrap();
        }
        let expected = reference.minibatch.centers.iter().zip(&reference.minibatch.counts);
        for (cluster, (center, count)) in clustering.clusters().iter().zip(expected) {
            assert_eq!((cluster.weight, cluster.size), (*count, *count as usize));
            cluster.center.iter().zip(center).for_each(|(x, y)| assert_near(*x, *y, "center"));
        }
        assert_eq!(clustering.learned(), reference.points.len() as u64);

        // All in one batch are a step of k-means, with weights too.
        let weights = Some(reference.weights.as_slice());
        let step = KMeans { max_iterations: 1, ..recipe.clone() };
        let step = step.fit_seeded(points.view(), weights, 0).unwrap();
        let mut batch = Clustering::guessed(centers.clone()).unwrap();
        batch.learn_batch(points.view(), weights).unwrap();
        let centers: Vec<_> = batch.clusters().iter().map(|c| c.center.clone()).collect();
        assert_centers(&step, &centers);
    }
}

#[test]
fn batches_of_one_point_are_points_learned_one_by_one() {
    for reference in Reference::all() {
        let centers = reference.init.iter().map(|&row| reference.points[row].clone()).collect();
        let mut one_by_one = Clustering::at(centers).unwrap();
        let mut batches = one_by_one.clone();
        for (row, &weight) in reference.matrix().outer_iter().zip(&reference.weights) {
            one_by_one.learn(row.as_slice().unwrap(), weight).unwrap();
            batches.learn_batch(row.insert_axis(Axis(0)), Some(&[weight])).unwrap();
        }
        for (left, right) in one_by_one.clusters().iter().zip(batches.clusters()) {
            assert_eq!((left.size, left.weight), (right.size, right.weight));
            left.center.iter().zip(&right.center).for_each(|(x, y)| assert_near(*x, *y, "center"));
        }
    }
}

#[test]
fn a_guessed_center_is_replaced_by_its_first_point_and_survives_json() {
    let mut guessed = Clustering::guessed(vec![vec![0.1], vec![9.0]]).unwrap();
    let json = serde_json::to_string(&guessed).unwrap();
    assert_eq!(serde_json::from_str::<Clustering>(&json).unwrap(), guessed);
    assert_eq!(guessed.learn(&[0.7], 2.0), Some(0));
    assert_eq!(guessed.clusters()[0], Cluster { center: vec![0.7], size: 1, weight: 2.0 });
    let before = guessed.clone();
    for (points, weights, told) in [
        (array![[1.0, 2.0]], None, "`points`: there are 2 coordinates: 1 are needed"),
        (array![[1.0], [f64::NAN]], None, "`points[1][0]`: `NaN` is no coordinate"),
        (array![[1.0]], Some(&[1.0, 1.0][..]), "`weights`: there are 2 weights: 1 are needed"),
    ] {
        let error = guessed.learn_batch(points.view(), weights).unwrap_err().to_string();
        assert!(error.starts_with(told), "{error}");
        assert_eq!(guessed, before);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_survives_json() {
    let points = Reference::all()[0].matrix();
    let fit = |seed| {
        KMeans::new(4).fit(points.view(), None, &mut ChaCha8Rng::seed_from_u64(seed)).unwrap()
    };
    let (found, again) = (fit(3), fit(3));
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(json, serde_json::to_string(&again).unwrap());
    assert_eq!(serde_json::from_str::<Clustering>(&json).unwrap(), found);
    let refitted =
        KMeans::new(4).fit_seeded(points.view(), None, found.report().unwrap().seed.unwrap());
    assert_eq!(refitted.unwrap(), found);
}

#[test]
fn clusters_are_numbered_by_weight_and_then_by_center() {
    let points = array![[5.0], [5.0], [5.0], [9.0], [1.0], [7.0]];
    let found = KMeans::new(4).fit_seeded(points.view(), None, 1).unwrap();
    let centers: Vec<f64> = found.clusters().iter().map(|cluster| cluster.center[0]).collect();
    assert_eq!(centers, [5.0, 1.0, 7.0, 9.0]);
    let weights = [1.0, 1.0, 1.0, 9.0, 1.0, 1.0];
    let found = KMeans::new(4).fit_seeded(points.view(), Some(&weights), 1).unwrap();
    assert_eq!(found.clusters()[0].center, [9.0]);
}

#[test]
fn a_point_has_a_nearest_a_next_and_a_margin() {
    let found = Clustering::at(vec![vec![0.0, 0.0], vec![6.0, 8.0], vec![0.0, 9.0]]).unwrap();
    let assignment = found.assign(&[0.0, 1.0]).unwrap();
    assert_eq!((assignment.nearest.cluster, assignment.nearest.distance), (0, 1.0));
    assert_eq!(assignment.next.map(|next| next.cluster), Some(2));
    assert_eq!(assignment.margin(), Some(7.0));
    let border = found.assign(&[3.0, 4.0]).unwrap();
    assert_eq!((border.nearest.cluster, border.margin()), (0, Some(0.0)));
    for point in [&[0.0][..], &[0.0, f64::NAN], &[0.0, f64::INFINITY], &[0.0, 1e121]] {
        assert_eq!(found.assign(point), None, "{point:?}");
    }
}

#[test]
fn a_center_that_loses_its_points_gets_the_farthest_one() {
    let points = array![[0.0], [1.0], [2.0], [50.0]];
    let init = Init::Centers(vec![vec![0.0], vec![1e6], vec![2e6]]);
    let recipe = KMeans { init, ..KMeans::new(3) };
    let found = recipe.fit_seeded(points.view(), None, 0).unwrap();
    assert_eq!(found.clusters().len(), 3);
    // {0, 1}, {2}, {50} and {0}, {1, 2}, {50} are equally good.
    assert_eq!(inertia(&found), 0.5);
}

#[test]
fn fewer_places_than_clusters_are_noted() {
    let points = array![[1.0, 7.0], [1.0, 7.0], [2.0, 7.0], [1.0, 7.0]];
    let wanted = KMeans::new(usize::MAX).fit_seeded(points.view(), None, 0).unwrap();
    let sizes: Vec<usize> = wanted.clusters().iter().map(|cluster| cluster.size).collect();
    assert_eq!(sizes, [3, 1]);
    let notes =
        [Note::FewerClusters { wanted: usize::MAX, found: 2 }, Note::ConstantColumn { column: 1 }];
    assert_eq!(wanted.report().unwrap().notes, notes);
    let init = Init::Centers(vec![vec![0.0, 0.0]; 3]);
    let given = KMeans { init, ..KMeans::new(3) }.fit_seeded(points.view(), None, 0).unwrap();
    assert_eq!(given.clusters().len(), 2);
    let one = KMeans::new(3).fit_seeded(array![[4.0]].view(), None, 0).unwrap();
    assert_eq!((one.clusters().len(), inertia(&one)), (1, 0.0));
    assert_eq!(one.assign(&[5.0]).unwrap().margin(), None);
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let points = array![[1.0, f64::NAN], [f64::INFINITY, 1e300], [0.0, -1e120]];
    let recipe = KMeans {
        clusters: 0,
        restarts: 0,
        max_iterations: 0,
        tolerance: f64::NAN,
        init: Init::Centers(vec![vec![1.0], vec![1.0, f64::NAN]]),
        mini_batch: None,
    };
    let told = recipe.fit_seeded(points.view(), Some(&[1.0, -1.0, 1e-50]), 0).unwrap_err();
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    let coordinate = "is no coordinate: it must be finite and at most 1e120 in magnitude";
    let expected = [
        "`clusters`: at least 1 is needed".to_owned(),
        "`restarts`: at least 1 is needed".to_owned(),
        "`max_iterations`: at least 1 is needed".to_owned(),
        "`tolerance`: `NaN` is no tolerance: it must be 0 or more".to_owned(),
        "`init.centers`: there are 2 centers: 0 are needed".to_owned(),
        "`init.centers[0]`: there are 1 coordinates: 2 are needed".to_owned(),
        format!("`init.centers[1][1]`: `NaN` {coordinate}"),
        format!("`points[0][1]`: `NaN` {coordinate}"),
        format!("`points[1][0]`: `inf` {coordinate}"),
        format!("`points[1][1]`: `1{}` {coordinate}", "0".repeat(300)),
        "`weights[1]`: `-1` is no weight: it must be 0 or from 1e-40 to 1e40".to_owned(),
        format!(
            "`weights[2]`: `0.{}1` is no weight: it must be 0 or from 1e-40 to 1e40",
            "0".repeat(49)
        ),
    ];
    assert_eq!(told, expected);
    let told = |points: Array2<f64>, weights: Option<&[f64]>| {
        KMeans::new(2).fit_seeded(points.view(), weights, 0).unwrap_err().to_string()
    };
    assert_eq!(told(Array2::zeros((0, 2)), None), "`points`: there are no points");
    assert_eq!(told(Array2::zeros((2, 0)), None), "`points`: the points have no coordinates");
    assert_eq!(
        told(Array2::zeros((2, 1)), Some(&[0.0, 0.0])),
        "`weights`: no point has any weight"
    );
    assert_eq!(
        told(Array2::zeros((2, 1)), Some(&[1.0])),
        "`weights`: there are 1 weights: 2 are needed"
    );
}

#[test]
fn a_stored_model_that_no_fit_could_have_given_is_refused() {
    for (clusters, told) in [
        ("[]", "`clusters`: at least 1 is needed"),
        (r#"[{"center":[],"size":1,"weight":1.0}]"#, "the points have no coordinates"),
        (r#"[{"center":[1e300],"size":1,"weight":1.0}]"#, "is no coordinate"),
        (
            r#"[{"center":[1.0],"size":1,"weight":0.0}]"#,
            "`clusters[0].weight`: `0` is out of range",
        ),
        (
            r#"[{"center":[1.0],"size":1,"weight":1.0},
                {"center":[1.0,2.0],"size":1,"weight":1.0}]"#,
            "`clusters[1].center`: there are 2 coordinates: 1 are needed",
        ),
    ] {
        let json = format!("{{\"clusters\":{clusters}}}");
        let error = serde_json::from_str::<Clustering>(&json).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn scores_need_two_clusters_and_a_label_for_each_point() {
    let points = array![[0.0], [1.0], [9.0]];
    let told = |labels: &[usize]| silhouette(points.view(), labels).unwrap_err().to_string();
    assert_eq!(told(&[0, 0]), "`labels`: there are 2 labels: 3 are needed");
    assert_eq!(told(&[4, 4, 4]), "`labels`: all points are in one cluster: at least 2 are needed");
    // By definition: within 1, nearest other 9 and 8, and 0 for the point that is alone.
    assert_eq!(silhouettes(points.view(), &[7, 7, 2]).unwrap(), [8.0 / 9.0, 7.0 / 8.0, 0.0]);
    assert_eq!(silhouettes(array![[1.0], [1.0]].view(), &[0, 1]).unwrap(), [0.0, 0.0]);
    assert_eq!(adjusted_rand(&[0, 1], &[0]), None);
    assert_eq!(adjusted_rand(&[0, 0, 1], &[5, 5, 3]), Some(1.0));
}

fn hostile_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3_i32..4).prop_map(f64::from),
        2 => -1.0..1.0_f64,
        1 => prop::sample::select(vec![1e120, -1e120, 1e-300, 5e-324, -0.0, 1e60, 1e-170]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_the_points_a_model_is_finite_and_complete(
        (columns, numbers) in (1_usize..4).prop_flat_map(|columns| {
            (Just(columns), prop::collection::vec(hostile_number(), columns..30 * columns))
        }),
        clusters in 1_usize..9,
        heavy in prop::collection::vec(prop::sample::select(vec![0.0, 1e-40, 1.0, 1e40]), 30),
        seed: u64,
    ) {
        let rows = numbers.len() / columns;
        let points = Array2::from_shape_vec((rows, columns), numbers[..rows * columns].to_vec());
        let points = points.unwrap();
        for weights in [None, Some(&heavy[..rows])] {
            if weights.is_some_and(|weights| weights.iter().all(|&weight| weight == 0.0)) {
                continue;
            }
            let recipe = KMeans { restarts: 2, max_iterations: 50, ..KMeans::new(clusters) };
            let found = recipe.fit_seeded(points.view(), weights, seed).unwrap();
            let inertia = inertia(&found);
            prop_assert!(inertia.is_finite() && inertia >= 0.0);
            prop_assert!((1..=clusters).contains(&found.clusters().len()));
            prop_assert_eq!(found.clusters().iter().map(|c| c.size).sum::<usize>() <= rows, true);
            for cluster in found.clusters() {
                prop_assert!(cluster.weight > 0.0);
                prop_assert!(cluster.center.iter().all(|x| x.abs() <= 1.000_001e120));
            }
            // Each row is assigned to the cluster that a plain search finds.
            let labels = found.labels(points.view());
            for (point, label) in points.outer_iter().zip(labels) {
                let assigned = found.assign(point.as_slice().unwrap()).unwrap();
                prop_assert_eq!(label, Some(assigned.nearest.cluster));
                prop_assert!(assigned.margin().is_none_or(|margin| margin >= 0.0));
            }
        }
    }
}
