//! What holds of any points: the definitions, and that nothing depends on how points are given.

use loyalty::cluster::density::{DbscanPoints, Selection};
use loyalty::cluster::{Dbscan, DenseRegions, DensityHierarchy, Hdbscan};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::naive;
use super::{matrix, renumbered};

/// Points on a coarse grid, which coincide and tie, or anywhere, or both.
fn points() -> impl Strategy<Value = Vec<Vec<f64>>> {
    let coarse = || (-2_i8..=2).prop_map(f64::from);
    let coordinate =
        prop_oneof![Just(coarse().boxed()), Just((-2.0..2.0_f64).boxed()), Just(mixed().boxed())];
    (1_usize..=6, 1_usize..=40, coordinate).prop_flat_map(|(columns, count, coordinate)| {
        prop::collection::vec(prop::collection::vec(coordinate, columns), count)
    })
}

fn mixed() -> impl Strategy<Value = f64> {
    prop_oneof![(-2_i8..=2).prop_map(f64::from), -2.0..2.0]
}

/// Points with a whole weight each.
fn weighted() -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<f64>)> {
    points().prop_flat_map(|points| {
        let weight = (0_u8..=4).prop_map(f64::from);
        let weights = prop::collection::vec(weight, points.len());
        (Just(points), weights.prop_filter("some weight", |w| w.iter().any(|w| *w > 0.0)))
    })
}

fn dbscan() -> impl Strategy<Value = Dbscan> {
    let radius = prop_oneof![Just(1.0), Just(2.0), 0.05..2.5];
    (radius, 1_u8..=9).prop_map(|(radius, least)| Dbscan { radius, min_weight: least.into() })
}

fn hdbscan() -> impl Strategy<Value = Hdbscan> {
    let selection = prop::sample::select(vec![Selection::ExcessOfMass, Selection::Leaf]);
    (2_usize..=6, 1_usize..=6, selection).prop_map(|(least, samples, selection)| Hdbscan {
        min_samples: Some(samples),
        selection,
        ..Hdbscan::new(least)
    })
}

fn naive_hdbscan(recipe: &Hdbscan, points: &[Vec<f64>], weights: &[f64]) -> naive::Found {
    let sizes = (recipe.min_cluster_size, recipe.min_samples.unwrap());
    naive::hdbscan(points, weights, sizes, recipe.selection == Selection::Leaf)
}

fn clusters(hierarchy: &DensityHierarchy) -> Vec<Option<usize>> {
    hierarchy.members().iter().map(|member| member.cluster).collect()
}

/// Rows in another order.
fn shuffled<T: Clone>(rows: &[T], order: &[usize]) -> Vec<T> {
    order.iter().map(|&row| rows[row].clone()).collect()
}

fn order(count: usize) -> impl Strategy<Value = Vec<usize>> {
    Just((0..count).collect::<Vec<_>>()).prop_shuffle()
}

/// Each row as often as it weighs, and which row each of them was.
fn repeated(points: &[Vec<f64>], weights: &[f64]) -> (Vec<Vec<f64>>, Vec<usize>) {
    let rows: Vec<usize> =
        (0..points.len()).flat_map(|row| std::iter::repeat_n(row, weights[row] as usize)).collect();
    (shuffled(points, &rows), rows)
}

/// Sizes, weights and means of clusters, added up again.
fn assert_clusters(
    regions: &DenseRegions,
    points: &[Vec<f64>],
    weights: &[f64],
    of: &DbscanPoints,
) {
    for (number, cluster) in regions.clusters().iter().enumerate() {
        let rows: Vec<usize> =
            (0..points.len()).filter(|&row| of.labels[row] == Some(number)).collect();
        let weight: f64 = rows.iter().map(|&row| weights[row]).sum();
        assert_eq!((cluster.size, cluster.weight), (rows.len(), weight));
        for (column, center) in cluster.center.iter().enumerate().filter(|_| weight > 0.0) {
            let sum: f64 = rows.iter().map(|&row| weights[row] * points[row][column]).sum();
            assert!((sum / weight - center).abs() <= 1e-12);
        }
    }
    let weights: Vec<f64> = regions.clusters().iter().map(|cluster| cluster.weight).collect();
    assert!(weights.is_sorted_by(|left, right| left >= right), "the weightiest is the first");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn dbscan_is_its_definition((points, weights) in weighted(), recipe in dbscan()) {
        let (radius, least) = (recipe.radius, recipe.min_weight);
        let (labels, core) = naive::dbscan(&points, &weights, radius, least);
        let rows = matrix(&points);
        let (regions, found) = recipe.fit_points(rows.view(), Some(&weights)).unwrap();
        prop_assert_eq!(renumbered(found.labels.iter().copied()), renumbered(labels));
        prop_assert_eq!(&found.core, &core);
        let noise = found.labels.iter().filter(|label| label.is_none()).count();
        prop_assert_eq!(regions.report().noise, noise);
        prop_assert_eq!(regions.report().clusters, regions.clusters().len());
        prop_assert_eq!(regions.labels(rows.view()), &found.labels[..]);
        assert_clusters(&regions, &points, &weights, &found);
    }

    #[test]
    fn dbscan_assigns_by_the_nearest_core_point(
        (points, weights) in weighted(),
        recipe in dbscan(),
        new in prop::collection::vec(mixed(), 6),
    ) {
        let rows = matrix(&points);
        let (regions, found) = recipe.fit_points(rows.view(), Some(&weights)).unwrap();
        let new = &new[..rows.ncols()];
        let mut nearest = vec![f64::INFINITY; regions.clusters().len()];
        for (row, label) in found.labels.iter().enumerate().filter(|(row, _)| found.core[*row]) {
            let distance = naive::squared(&points[row], new).sqrt();
            let place = &mut nearest[label.unwrap()];
            *place = place.min(distance);
        }
        prop_assert_eq!(regions.distances(new).unwrap(), &nearest[..]);
        let least = nearest.iter().copied().fold(f64::INFINITY, f64::min);
        let Some(assignment) = regions.assign(new) else {
            prop_assert!(least * least > recipe.radius * recipe.radius * (1.0 - 1e-15));
            return Ok(());
        };
        prop_assert_eq!(assignment.nearest.distance, least);
        let own = assignment.nearest.cluster;
        prop_assert_eq!(nearest[own], least);
        let others = nearest.iter().enumerate().filter(|(cluster, _)| *cluster != own);
        let next = others.map(|(_, distance)| *distance).min_by(f64::total_cmp);
        prop_assert_eq!(assignment.next.map(|next| next.distance), next);
    }

    #[test]
    fn hdbscan_is_its_definition((points, weights) in weighted(), recipe in hdbscan()) {
        let naive = naive_hdbscan(&recipe, &points, &weights);
        prop_assume!(!naive.undecided);
        let rows = matrix(&points);
        let hierarchy = recipe.fit(rows.view(), Some(&weights)).unwrap();
        prop_assert_eq!(renumbered(clusters(&hierarchy)), renumbered(naive.labels));
        let expected = naive.probabilities.iter().zip(&naive.outlier_scores);
        for (member, (probability, outlier_score)) in hierarchy.members().iter().zip(expected) {
            prop_assert!((member.probability - probability).abs() < 1e-9, "{member:?}");
            prop_assert!((member.outlier_score - outlier_score).abs() < 1e-9, "{member:?}");
        }
    }

    #[test]
    fn hdbscan_tells_a_fitted_place_what_the_fit_told(
        (points, weights) in weighted(), recipe in hdbscan(),
    ) {
        let rows = matrix(&points);
        let hierarchy = recipe.fit(rows.view(), Some(&weights)).unwrap();
        prop_assert_eq!(hierarchy.labels(rows.view()), clusters(&hierarchy));
        for (point, member) in points.iter().zip(hierarchy.members()) {
            prop_assert_eq!(hierarchy.membership(point), Some(*member));
            let assigned = hierarchy.assign(point).map(|found| found.nearest.cluster);
            prop_assert_eq!(assigned, member.cluster);
        }
    }

    #[test]
    fn the_order_of_the_rows_is_irrelevant(
        ((points, weights), order) in weighted().prop_flat_map(|given| {
            let count = given.0.len();
            (Just(given), order(count))
        }),
        flat in dbscan(),
        hierarchical in hdbscan(),
    ) {
        let (rows, other_rows) = (matrix(&points), matrix(&shuffled(&points, &order)));
        let other_weights = shuffled(&weights, &order);
        let (regions, found) = flat.fit_points(rows.view(), Some(&weights)).unwrap();
        let (others, there) = flat.fit_points(other_rows.view(), Some(&other_weights)).unwrap();
        prop_assert_eq!(&regions, &others);
        prop_assert_eq!(shuffled(&found.labels, &order), there.labels);
        prop_assert_eq!(shuffled(&found.core, &order), there.core);

        let here = hierarchical.fit(rows.view(), Some(&weights)).unwrap();
        let there = hierarchical.fit(other_rows.view(), Some(&other_weights)).unwrap();
        prop_assert_eq!(here.clusters(), there.clusters());
        prop_assert_eq!(&here.condensed().clusters, &there.condensed().clusters);
        prop_assert_eq!(shuffled(here.members(), &order), there.members());
    }

    #[test]
    fn a_weight_is_so_many_points_at_a_place((points, weights) in weighted(), flat in dbscan()) {
        let weights: Vec<f64> = weights.into_iter().map(|weight| weight.max(1.0)).collect();
        let (copies, of) = repeated(&points, &weights);
        let (rows, copies) = (matrix(&points), matrix(&copies));
        let (regions, found) = flat.fit_points(rows.view(), Some(&weights)).unwrap();
        let (others, there) = flat.fit_points(copies.view(), None).unwrap();
        prop_assert_eq!(shuffled(&found.labels, &of), there.labels);
        prop_assert_eq!(shuffled(&found.core, &of), there.core);
        for (one, other) in regions.clusters().iter().zip(others.clusters()) {
            prop_assert_eq!(one.weight, other.weight);
        }
    }

    #[test]
    fn a_weight_is_so_many_points_in_a_hierarchy(
        (points, weights) in weighted(), recipe in hdbscan(),
    ) {
        let weights: Vec<f64> = weights.into_iter().map(|weight| weight.max(1.0)).collect();
        let (copies, of) = repeated(&points, &weights);
        let (rows, copies) = (matrix(&points), matrix(&copies));
        let one = recipe.fit(rows.view(), Some(&weights)).unwrap();
        let other = recipe.fit(copies.view(), None).unwrap();
        prop_assert_eq!(shuffled(one.members(), &of), other.members());
    }
}

/// Hundreds of points, so that the tree has floors.
#[test]
fn large_sets_are_their_definitions_too() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let mut uniform = || f64::from(rng.next_u32()) / f64::from(u32::MAX);
    for columns in 1..=6 {
        let mut point = |row: usize| -> Vec<f64> {
            let middle = (row % 3) as f64;
            (0..columns).map(|_| middle + uniform() + uniform()).collect()
        };
        let points: Vec<Vec<f64>> = (0..300).map(&mut point).collect();
        let weights: Vec<f64> = (0..300).map(|row| f64::from(row % 4 + 1)).collect();
        let rows = matrix(&points);
        for (radius, min_weight) in [(0.05, 4.0), (0.3, 12.0), (0.9, 60.0), (9.0, 749.0)] {
            let (labels, core) = naive::dbscan(&points, &weights, radius, min_weight);
            let recipe = Dbscan { radius, min_weight };
            let (_, found) = recipe.fit_points(rows.view(), Some(&weights)).unwrap();
            assert_eq!(found.core, core);
            assert_eq!(renumbered(found.labels), renumbered(labels));
        }
        let recipe = Hdbscan { min_samples: Some(6), ..Hdbscan::new(9) };
        let naive = naive_hdbscan(&recipe, &points, &weights);
        let hierarchy = recipe.fit(rows.view(), Some(&weights)).unwrap();
        assert_eq!(renumbered(clusters(&hierarchy)), renumbered(naive.labels));
        assert_eq!(hierarchy.labels(rows.view()), clusters(&hierarchy));
    }
}
