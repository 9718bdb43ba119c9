//! K-prototypes and k-modes against the Python package kmodes, and against hostile points.

use loyalty::cluster::validation::adjusted_rand;
use loyalty::cluster::{KPrototypes, MISSING, Mixed, Note, Objective, Prototypes, Start, StartAt};
use ndarray::{Array2, array};
use proptest::prelude::*;
use serde::Deserialize;

/// What kmodes 0.12.2 gives, as `source` in the files says.
#[derive(Deserialize)]
struct Reference {
    categories: Vec<Vec<u32>>,
    modes: Found,
    weighted: Found,
    start: Starts,
    prototypes: Found,
    automatic: Found,
}

#[derive(Deserialize)]
struct Starts {
    numbers: Vec<Vec<f64>>,
    categories: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
struct Found {
    cost: f64,
    labels: Vec<usize>,
    n_iter: usize,
    #[serde(default)]
    centroids: Vec<Vec<u32>>,
    #[serde(default)]
    gamma: f64,
}

#[derive(Deserialize)]
struct Given {
    points: Vec<Vec<f64>>,
    init: Vec<usize>,
    weights: Vec<f64>,
}

/// Points, and what was found among them.
fn all() -> [(Array2<f64>, Reference); 2] {
    given().map(|(given, found)| (matrix(&given.points), found))
}

fn given() -> [(Given, Reference); 2] {
    [
        (include_str!("data/kmeans_iris_std.json"), include_str!("data/prototypes_iris_std.json")),
        (include_str!("data/kmeans_moons300.json"), include_str!("data/prototypes_moons300.json")),
    ]
    .map(|(given, found)| {
        (serde_json::from_str(given).unwrap(), serde_json::from_str(found).unwrap())
    })
}

fn matrix<T: Copy>(rows: &[Vec<T>]) -> Array2<T> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

impl Reference {
    /// The first two attributes.
    fn two(&self) -> Array2<u32> {
        matrix(&self.categories.iter().map(|row| row[..2].to_vec()).collect::<Vec<_>>())
    }

    fn recipe(&self) -> KPrototypes {
        let starts = self.start.numbers.iter().zip(&self.start.categories);
        let start = |(numbers, categories): (&Vec<f64>, &Vec<u32>)| Start {
            numbers: numbers.clone(),
            categories: categories.clone(),
        };
        let init = StartAt::Prototypes(starts.map(start).collect());
        KPrototypes { init, ..KPrototypes::new(self.start.numbers.len()) }
    }
}

fn cost(found: &Prototypes) -> f64 {
    match found.report().objective {
        Objective::Cost(cost) => cost,
        other => panic!("{other:?}"),
    }
}

fn assert_found(found: &Prototypes, points: Mixed<'_>, expected: &Found) {
    let cost = cost(found);
    assert!((cost - expected.cost).abs() <= 1e-12 * expected.cost, "{cost} {}", expected.cost);
    assert_eq!((found.report().iterations, found.report().converged), (expected.n_iter, true));
    // Of equally near prototypes the first is taken, and they are numbered otherwise here.
    let rows = points.numbers.outer_iter().zip(points.categories.outer_iter());
    let assigned = rows.map(|(numbers, categories)| {
        let (numbers, categories) = (numbers.to_vec(), categories.to_vec());
        found.assign(&numbers, &categories).unwrap()
    });
    let sure = assigned.zip(&expected.labels).filter(|(found, _)| found.margin() > Some(0.0));
    let (labels, expected): (Vec<usize>, Vec<usize>) =
        sure.map(|(found, expected)| (found.nearest.cluster, *expected)).unzip();
    assert!(labels.len() * 2 > found.report().points, "{}", labels.len());
    assert_eq!(adjusted_rand(&labels, &expected), Some(1.0));
}

#[test]
fn k_modes_from_cao_is_that_of_kmodes() {
    for (_, reference) in all() {
        let categories = matrix(&reference.categories);
        let points = Mixed::of_categories(categories.view());
        let clusters = reference.modes.centroids.len();
        let found = KPrototypes::new(clusters).fit_seeded(points, None, 0).unwrap();
        assert_found(&found, points, &reference.modes);
        assert_eq!(found.gamma(), 1.0);
        let mut modes: Vec<_> = found.prototypes().iter().map(|p| p.categories.clone()).collect();
        let mut expected = reference.modes.centroids.clone();
        modes.sort();
        expected.sort();
        assert_eq!(modes, expected);
    }
}

#[test]
fn k_modes_with_weights_is_that_of_kmodes() {
    for (given, reference) in given() {
        let categories = matrix(&reference.categories);
        let points = Mixed::of_categories(categories.view());
        let start = |&row: &usize| Start {
            numbers: Vec::new(),
            categories: reference.categories[row].clone(),
        };
        let init = StartAt::Prototypes(given.init.iter().map(start).collect());
        let recipe = KPrototypes { init, ..KPrototypes::new(given.init.len()) };
        let found = recipe.fit_seeded(points, Some(&given.weights), 0).unwrap();
        assert_found(&found, points, &reference.weighted);
    }
}

#[test]
fn k_prototypes_from_given_prototypes_is_that_of_kmodes() {
    for (numbers, reference) in all() {
        let categories = reference.two();
        let points = Mixed { numbers: numbers.view(), categories: categories.view() };
        let recipe = KPrototypes { gamma: Some(0.5), ..reference.recipe() };
        let found = recipe.fit_seeded(points, None, 0).unwrap();
        assert_found(&found, points, &reference.prototypes);

        let found = reference.recipe().fit_seeded(points, None, 0).unwrap();
        assert!((found.gamma() - reference.automatic.gamma).abs() < 1e-14);
        assert_found(&found, points, &reference.automatic);
    }
}

#[test]
fn from_cao_it_ends_as_well_as_kmodes_or_better_whatever_the_seed() {
    for (numbers, reference) in all() {
        let categories = reference.two();
        let points = Mixed { numbers: numbers.view(), categories: categories.view() };
        for seed in 0..5 {
            for init in [StartAt::Cao, StartAt::Huang, StartAt::Random] {
                let recipe = KPrototypes { gamma: Some(0.5), init, ..reference.recipe() };
                let found = recipe.fit_seeded(points, None, seed).unwrap();
                let limit = reference.prototypes.cost * (1.0 + 1e-12);
                assert!(cost(&found) <= limit, "{:?} {seed}: {}", recipe.init, cost(&found));
            }
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_survives_json() {
    let (numbers, reference) = &all()[0];
    let categories = reference.two();
    let points = Mixed { numbers: numbers.view(), categories: categories.view() };
    let fit = || KPrototypes::new(4).fit_seeded(points, None, 9).unwrap();
    let json = serde_json::to_string(&fit()).unwrap();
    assert_eq!(json, serde_json::to_string(&fit()).unwrap());
    assert_eq!(serde_json::from_str::<Prototypes>(&json).unwrap(), fit());
    for (changed, told) in [
        (json.replace("\"gamma\":", "\"gamma\":-"), "`gamma`: `-"),
        (r#"{"prototypes":[],"gamma":1.0,"report":"#.to_owned(), "expected value"),
        (json.replacen("\"weight\":", "\"weight\":-", 1), "`prototypes[0].weight`: `-"),
        (json.replacen("\"numbers\":[", "\"numbers\":[1.0,", 1), "there are 4 numbers: 5 are"),
    ] {
        let error = serde_json::from_str::<Prototypes>(&changed).unwrap_err().to_string();
        assert!(error.contains(told) || told == "expected value", "{error}");
    }
}

#[test]
fn a_missing_category_draws_to_no_prototype_and_is_none_if_another_is_known() {
    let categories = array![[1, 5], [1, MISSING], [1, MISSING], [2, 6], [2, 6]];
    let points = Mixed::of_categories(categories.view());
    let found = KPrototypes::new(2).fit_seeded(points, None, 0).unwrap();
    let modes: Vec<_> = found.prototypes().iter().map(|p| p.categories.clone()).collect();
    assert_eq!(modes, [[1, 5], [2, 6]]);
    // One attribute of two points is not known: by definition it adds 1 each.
    assert_eq!(cost(&found), 2.0);
    let near = found.assign(&[], &[1, MISSING]).unwrap();
    assert_eq!((near.nearest.distance, near.margin()), (1.0, Some(1.0)));
    // A category that no point had differs from all.
    assert_eq!(found.assign(&[], &[2, 77]).unwrap().nearest.cluster, 1);
    let nothing = found.assign(&[], &[MISSING, MISSING]).unwrap();
    assert_eq!((nothing.nearest.cluster, nothing.margin()), (0, Some(0.0)));
    assert_eq!(found.assign(&[1.0], &[1, 5]), None);
    assert_eq!(found.assign(&[], &[1]), None);
}

#[test]
fn fewer_different_points_than_clusters_are_noted() {
    let categories = array![[1, 5], [1, 5], [2, 6]];
    let points = Mixed::of_categories(categories.view());
    for init in [StartAt::Cao, StartAt::Huang, StartAt::Random] {
        let recipe = KPrototypes { init, ..KPrototypes::new(usize::MAX) };
        let found = recipe.fit_seeded(points, None, 0).unwrap();
        assert_eq!(found.prototypes().len(), 2);
        let note = Note::FewerClusters { wanted: usize::MAX, found: 2 };
        assert_eq!((found.report().notes.clone(), cost(&found)), (vec![note], 0.0));
    }
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let (numbers, categories) = (array![[f64::NAN], [1e300]], array![[1], [2], [3]]);
    let points = Mixed { numbers: numbers.view(), categories: categories.view() };
    let start = Start { numbers: vec![f64::INFINITY, 1.0], categories: vec![] };
    let recipe = KPrototypes {
        clusters: 0,
        restarts: 0,
        max_iterations: 0,
        gamma: Some(-1.0),
        init: StartAt::Prototypes(vec![start]),
    };
    let told = recipe.fit_seeded(points, Some(&[1.0]), 0).unwrap_err();
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    let starts = [
        "`clusters`: at least 1 is needed",
        "`restarts`: at least 1 is needed",
        "`max_iterations`: at least 1 is needed",
        "`gamma`: `-1` is out of range",
        "`init.prototypes`: there are 1 prototypes: 0 are needed",
        "`init.prototypes[0].numbers`: there are 2 numbers: 1 are needed",
        "`init.prototypes[0].categories`: there are 0 categories: 1 are needed",
        "`init.prototypes[0].numbers[0]`: `inf` is no coordinate",
        "`categories`: there are 3 rows of categories: 2 are needed",
        "`numbers[0][0]`: `NaN` is no coordinate",
        "`numbers[1][0]`: `1000",
        "`weights`: there are 1 weights: 2 are needed",
    ];
    assert_eq!(told.len(), starts.len(), "{told:?}");
    for (told, start) in told.iter().zip(starts) {
        assert!(told.starts_with(start), "{told} {start}");
    }
    let none = Array2::zeros((0, 2));
    let told = KPrototypes::new(1).fit_seeded(Mixed::of_categories(none.view()), None, 0);
    assert_eq!(told.unwrap_err().to_string(), "`points`: there are no points");
}

fn hostile_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3_i32..4).prop_map(f64::from),
        1 => prop::sample::select(vec![1e120, -1e120, 1e-300, 5e-324, -0.0, 1e60]),
    ]
}

/// Numbers and categories, each with as many rows.
fn points() -> impl Strategy<Value = (Vec<f64>, Vec<u32>)> {
    (1_usize..25).prop_flat_map(|rows| {
        let category = prop_oneof![6 => 0_u32..4, 1 => Just(MISSING)];
        (prop::collection::vec(hostile_number(), rows), prop::collection::vec(category, 2 * rows))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_the_points_a_model_is_finite_and_complete(
        (numbers, categories) in points(),
        clusters in 1_usize..6,
        heavy in prop::collection::vec(prop::sample::select(vec![0.0, 1e-40, 1.0, 1e40]), 25),
        kind in 0_usize..3,
        seed: u64,
    ) {
        let rows = numbers.len();
        let numbers = Array2::from_shape_vec((rows, 1), numbers).unwrap();
        let categories = Array2::from_shape_vec((rows, 2), categories).unwrap();
        let points = Mixed { numbers: numbers.view(), categories: categories.view() };
        let init = [StartAt::Cao, StartAt::Huang, StartAt::Random][kind].clone();
        for weights in [None, Some(&heavy[..rows])] {
            if weights.is_some_and(|weights| weights.iter().all(|&weight| weight == 0.0)) {
                continue;
            }
            let init = init.clone();
            let recipe = KPrototypes { restarts: 2, init, ..KPrototypes::new(clusters) };
            let found = recipe.fit_seeded(points, weights, seed).unwrap();
            prop_assert!(cost(&found).is_finite() && cost(&found) >= 0.0);
            prop_assert!((1..=clusters).contains(&found.prototypes().len()));
            for prototype in found.prototypes() {
                prop_assert!(prototype.weight > 0.0);
                prop_assert!(prototype.numbers.iter().all(|x| x.abs() <= 1.000_001e120));
            }
            prop_assert!(found.labels(points).iter().all(Option::is_some));
        }
    }

    #[test]
    fn a_weight_is_as_many_points(
        rows in prop::collection::vec((-3_i32..4, 0_u32..4, 0_u32..4, 1_usize..4), 4..20),
    ) {
        let numbers = |rows: &[(i32, u32, u32, usize)]| {
            let numbers = rows.iter().map(|row| f64::from(row.0)).collect();
            Array2::from_shape_vec((rows.len(), 1), numbers).unwrap()
        };
        let categories = |rows: &[(i32, u32, u32, usize)]| {
            let codes = rows.iter().flat_map(|row| [row.1, row.2]).collect();
            Array2::from_shape_vec((rows.len(), 2), codes).unwrap()
        };
        let repeated: Vec<_> = rows.iter().flat_map(|row| vec![*row; row.3]).collect();
        let weights: Vec<f64> = rows.iter().map(|row| row.3 as f64).collect();
        let fit = |rows: &[(i32, u32, u32, usize)], weights: Option<&[f64]>| {
            let (numbers, categories) = (numbers(rows), categories(rows));
            let points = Mixed { numbers: numbers.view(), categories: categories.view() };
            KPrototypes::new(1).fit_seeded(points, weights, 0).unwrap()
        };
        // With one cluster all is a sum over points; with more, copies move one by one.
        let (few, many) = (fit(&rows, Some(&weights)), fit(&repeated, None));
        let near = |left: f64, right: f64| (left - right).abs() <= 1e-12 * right.abs().max(1.0);
        prop_assert!(near(few.gamma(), many.gamma()) && near(cost(&few), cost(&many)));
        let (few, many) = (&few.prototypes()[0], &many.prototypes()[0]);
        prop_assert!(near(few.numbers[0], many.numbers[0]));
        prop_assert_eq!((&few.categories, few.weight), (&many.categories, many.weight));
    }
}
