//! What holds of k-means whatever the points: weights, threads, starts, layouts.

use loyalty::cluster::validation::adjusted_rand;
use loyalty::cluster::{
    Clustering, Init, KMeans, KPrototypes, MiniBatch, Mixed, Note, Objective, Prototypes,
};
use ndarray::{Array2, ArrayView2, Axis, concatenate};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Points around `groups` places far from each other, and their places.
fn groups(rows: usize, columns: usize, groups: usize, seed: u64) -> (Array2<f64>, Vec<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut uniform = move || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let centers: Vec<f64> = (0..groups * columns).map(|_| 100.0 * uniform()).collect();
    let labels: Vec<usize> = (0..rows).map(|row| row % groups).collect();
    let numbers = labels.iter().flat_map(|label| &centers[label * columns..(label + 1) * columns]);
    let numbers: Vec<f64> = numbers.map(|center| center + uniform()).collect();
    (Array2::from_shape_vec((rows, columns), numbers).unwrap(), labels)
}

/// Points of round clouds that overlap, of unequal weight, and their clouds.
fn clouds(rows: usize, columns: usize, clouds: usize, seed: u64) -> (Array2<f64>, Vec<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut uniform = move || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let centers: Vec<f64> = (0..clouds * columns).map(|_| 12.0 * uniform()).collect();
    // The first clouds have more points than the last.
    let labels: Vec<usize> =
        (0..rows).map(|_| (uniform().powf(1.5) * clouds as f64) as usize).collect();
    let numbers = labels.iter().flat_map(|label| &centers[label * columns..(label + 1) * columns]);
    // The sum of twelve is roughly normal, of variance 1.
    let mut normal = move || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    let numbers: Vec<f64> = numbers.map(|center| center + normal()).collect();
    (Array2::from_shape_vec((rows, columns), numbers).unwrap(), labels)
}

fn inertia(found: &Clustering) -> f64 {
    match found.report().unwrap().objective {
        Objective::Inertia(inertia) => inertia,
        other => panic!("{other:?}"),
    }
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-9 * right.abs().max(1.0)
}

/// Recipes of all searches and starts: few and many columns, few and many clusters.
fn fits() -> Vec<String> {
    let mut found = Vec::new();
    for (columns, clusters) in [(2, 3), (9, 8)] {
        // Three blocks, the last of which is not full.
        let (points, _) = groups(4_501, columns, 2 * clusters, 5);
        let weights: Vec<f64> = (0..points.nrows()).map(|row| 0.3 + (row % 7) as f64).collect();
        let parallel = Init::Parallel { rounds: 3, oversampling: 2.0 };
        for init in [Init::GreedyPlusPlus, parallel] {
            let recipe = KMeans { restarts: 1, max_iterations: 12, init, ..KMeans::new(clusters) };
            for weights in [None, Some(weights.as_slice())] {
                let fit = recipe.fit_seeded(points.view(), weights, 11).unwrap();
                found.push(serde_json::to_string(&fit).unwrap());
                found.push(format!("{:?}", fit.labels(points.view())));
            }
        }
    }
    let (points, _) = clouds(4_501, 3, 6, 5);
    let weights: Vec<f64> = (0..points.nrows()).map(|row| (row % 4) as f64).collect();
    let mini_batch = Some(MiniBatch { size: 200, ..MiniBatch::default() });
    let recipe = KMeans { mini_batch, ..KMeans::new(6) };
    for weights in [None, Some(weights.as_slice())] {
        let fit = recipe.fit_seeded(points.view(), weights, 11).unwrap();
        found.push(serde_json::to_string(&fit).unwrap());
    }
    let (numbers, labels) = groups(100, 2, 4, 8);
    let codes = labels.iter().map(|&label| label as u32 % 3).collect();
    let categories = Array2::from_shape_vec((100, 1), codes).unwrap();
    let points = Mixed { numbers: numbers.view(), categories: categories.view() };
    let fit: Prototypes = KPrototypes::new(4).fit_seeded(points, None, 3).unwrap();
    found.push(serde_json::to_string(&fit).unwrap());
    found
}

#[cfg(feature = "rayon")]
#[test]
fn one_two_and_eight_threads_give_the_same_bytes() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(fits)
    };
    let one = on(1);
    for threads in [2, 8] {
        assert!(one == on(threads), "{threads} threads");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_for_every_start() {
    assert!(fits() == fits(), "the same input");
}

#[test]
fn groups_far_from_each_other_are_found_by_every_start() {
    for (clusters, columns) in [(5, 2), (12, 9)] {
        let (points, labels) = groups(500, columns, clusters, 3);
        let parallel = Init::Parallel { rounds: 5, oversampling: 2.0 };
        for init in [Init::GreedyPlusPlus, parallel] {
            for seed in 0..2 {
                let recipe = KMeans { init: init.clone(), ..KMeans::new(clusters) };
                let found = recipe.fit_seeded(points.view(), None, seed).unwrap();
                let found: Vec<usize> = found.labels(points.view()).into_iter().flatten().collect();
                let agreement = adjusted_rand(&labels, &found).unwrap();
                assert!(agreement > 0.999, "{init:?} {clusters} {columns} {seed}: {agreement}");
            }
        }
    }
}

#[test]
fn batches_find_clusters_nearly_as_good_as_all_points_do() {
    for (columns, clusters, seed) in [(2, 5, 1), (3, 8, 2), (8, 8, 3)] {
        let (points, _) = clouds(6_000, columns, clusters, seed);
        let ones = vec![1.0; points.nrows()];
        let whole = KMeans { restarts: 3, ..KMeans::new(clusters) };
        let mini_batch = Some(MiniBatch { size: 200, ..MiniBatch::default() });
        let recipe = KMeans { mini_batch, ..whole.clone() };
        let whole = whole.fit_seeded(points.view(), None, seed).unwrap();
        let found = recipe.fit_seeded(points.view(), None, seed).unwrap();
        let plain = plain_inertia(&found, points.view(), &ones);
        let best = plain_inertia(&whole, points.view(), &ones);
        assert!(plain < 1.03 * best, "{columns} {clusters}: {plain} {best}");
        assert!(near(inertia(&found), plain));
        let report = found.report().unwrap();
        assert!(report.converged && report.iterations > 10, "{report:?}");
        // Sizes and weights are those of all points.
        assert_eq!(found.clusters().iter().map(|cluster| cluster.size).sum::<usize>(), 6_000);
        assert_eq!(found.clusters().iter().map(|cluster| cluster.weight).sum::<f64>(), 6_000.0);
    }
}

#[test]
fn batches_are_for_many_points_that_differ() {
    // Fewer points than a sample would have: the same as without batches.
    let (points, _) = groups(1_500, 2, 4, 3);
    let mini_batch = Some(MiniBatch { size: 500, ..MiniBatch::default() });
    let recipe = KMeans { mini_batch, ..KMeans::new(4) };
    let found = recipe.fit_seeded(points.view(), None, 1).unwrap();
    assert_eq!(found, KMeans::new(4).fit_seeded(points.view(), None, 1).unwrap());
    // All but two points coincide, and no sample is likely to have these.
    let points =
        Array2::from_shape_fn((60_000, 1), |(row, _)| if row < 2 { row as f64 + 1.0 } else { 0.0 });
    let recipe = KMeans { clusters: 3, ..recipe };
    let found = recipe.fit_seeded(points.view(), None, 1).unwrap();
    let centers: Vec<f64> = found.clusters().iter().map(|cluster| cluster.center[0]).collect();
    assert_eq!(centers, [0.0, 1.0, 2.0]);
    // Points without weight are never drawn, and move no center.
    let (mut points, _) = groups(8_000, 2, 4, 3);
    points.rows_mut().into_iter().step_by(2).for_each(|mut row| row.fill(1e6));
    let weights: Vec<f64> = (0..8_000).map(|row| f64::from(row % 2)).collect();
    let recipe = KMeans { clusters: 2, ..recipe };
    let found = recipe.fit_seeded(points.view(), Some(&weights), 1).unwrap();
    assert!(found.clusters().iter().all(|cluster| cluster.center.iter().all(|x| *x < 200.0)));
    assert_eq!(found.clusters().iter().map(|cluster| cluster.weight).sum::<f64>(), 4_000.0);
    // One pass of forty batches is not enough for a patience of fifty.
    let mini_batch = Some(MiniBatch { size: 100, max_passes: 1, max_no_improvement: 50 });
    let found = KMeans { mini_batch, ..recipe }.fit_seeded(points.view(), Some(&weights), 1);
    let report = found.unwrap().report().unwrap().clone();
    assert_eq!((report.iterations, &report.notes[..]), (40, &[Note::NotConverged][..]));
}

#[test]
fn a_recipe_of_batches_is_read_with_what_it_does_not_say() {
    let recipe: KMeans = serde_json::from_str(r#"{"clusters": 9, "mini_batch": {}}"#).unwrap();
    let usual = MiniBatch { size: 1_024, max_passes: 100, max_no_improvement: 10 };
    assert_eq!(recipe, KMeans { mini_batch: Some(usual), ..KMeans::new(9) });
    let mini_batch = Some(MiniBatch { size: 0, max_passes: 0, max_no_improvement: 0 });
    let recipe = KMeans { mini_batch, ..recipe };
    let (points, _) = groups(20, 2, 2, 1);
    let told = recipe.fit_seeded(points.view(), None, 1).unwrap_err().to_string();
    let expected = ["size", "max_passes", "max_no_improvement"]
        .map(|name| format!("`mini_batch.{name}`: at least 1 is needed"));
    assert_eq!(told, expected.join("\n"));
}

#[test]
fn a_recipe_of_many_draws_is_read_with_what_it_does_not_say() {
    let json = r#"{"clusters": 9, "init": {"parallel": {}}}"#;
    let recipe: KMeans = serde_json::from_str(json).unwrap();
    let init = Init::Parallel { rounds: 5, oversampling: 2.0 };
    assert_eq!(recipe, KMeans { init, ..KMeans::new(9) });
    let init = Init::Parallel { rounds: 0, oversampling: f64::NAN };
    let (points, _) = groups(20, 2, 2, 1);
    let told = KMeans { init, ..recipe }.fit_seeded(points.view(), None, 0).unwrap_err();
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    let expected = [
        "`init.parallel.rounds`: at least 1 is needed",
        "`init.parallel.oversampling`: `NaN` is out of range",
    ];
    assert_eq!(told, expected);
}

/// The inertia of a plain search, far from how the crate does it.
fn plain_inertia(found: &Clustering, points: ArrayView2<'_, f64>, weights: &[f64]) -> f64 {
    let distance = |row: &[f64]| {
        let squares = found.clusters().iter().map(|cluster| {
            let gaps = cluster.center.iter().zip(row).map(|(center, x)| (center - x).powi(2));
            gaps.sum::<f64>()
        });
        squares.fold(f64::INFINITY, f64::min)
    };
    let rows = points.outer_iter().zip(weights);
    rows.map(|(row, weight)| weight * distance(row.as_slice().unwrap())).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_weight_is_as_many_points(
        columns in 1_usize..12,
        clusters in 1_usize..6,
        copies in prop::collection::vec(1_usize..5, 8..60),
        seed: u64,
    ) {
        let (points, _) = groups(copies.len(), columns, 5, seed);
        let centers = points.outer_iter().take(clusters).map(|row| row.to_vec()).collect();
        let init = Init::Centers(centers);
        let recipe = KMeans { init, tolerance: 0.0, ..KMeans::new(clusters) };
        let weights: Vec<f64> = copies.iter().map(|&count| count as f64).collect();
        let rows = copies.iter().enumerate().flat_map(|(row, &count)| vec![row; count]);
        let repeated = points.select(Axis(0), &rows.collect::<Vec<_>>());
        let few = recipe.fit_seeded(points.view(), Some(&weights), 0).unwrap();
        let many = recipe.fit_seeded(repeated.view(), None, 0).unwrap();
        prop_assert!(near(inertia(&few), inertia(&many)));
        prop_assert!(near(inertia(&few), plain_inertia(&few, points.view(), &weights)));
        for (left, right) in few.clusters().iter().zip(many.clusters()) {
            prop_assert_eq!(left.weight, right.weight);
            prop_assert!(left.center.iter().zip(&right.center).all(|(x, y)| near(*x, *y)));
        }
    }

    #[test]
    fn how_a_matrix_lies_in_memory_changes_nothing(columns in 1_usize..10, seed: u64) {
        let (points, _) = groups(70, columns, 3, seed);
        let turned = points.t().as_standard_layout().into_owned();
        let twice = concatenate(Axis(1), &[points.view(), points.view()]).unwrap();
        let half = twice.slice_axis(Axis(1), (..columns).into());
        let recipe = KMeans::new(3);
        let found = recipe.fit_seeded(points.view(), None, seed).unwrap();
        for view in [turned.t(), half] {
            prop_assert_eq!(&recipe.fit_seeded(view, None, seed).unwrap(), &found);
            prop_assert_eq!(found.labels(view), found.labels(points.view()));
        }
        prop_assert_eq!(found.labels(turned.view()), vec![None; columns]);
    }

    #[test]
    fn labels_are_assignments_even_among_hostile_rows(
        rows in prop::collection::vec(
            prop::sample::select(vec![0.0, 1.0, 5e-324, f64::NAN, f64::INFINITY, 1e121, -1e120]),
            3..120,
        ),
        centers in prop::collection::vec(
            prop::sample::select(vec![0.0, 0.5, 1e-170, 2e-170, 1e120, -1e120, 1.0]), 3..30),
    ) {
        let of_three = |numbers: &[f64]| numbers.chunks_exact(3).map(<[f64]>::to_vec).collect();
        let found = Clustering::at(of_three(&centers)).unwrap();
        let rows: Vec<Vec<f64>> = of_three(&rows);
        let points = Array2::from_shape_vec((rows.len(), 3), rows.concat()).unwrap();
        for (row, label) in rows.iter().zip(found.labels(points.view())) {
            prop_assert_eq!(label, found.assign(row).map(|found| found.nearest.cluster));
        }
    }
}
