//! Micro-clusters against scikit-learn, against their definition, and against hostile points.

use loyalty::cluster::validation::adjusted_rand;
use loyalty::cluster::{Birch, ClusteringFeature, Cut, Hierarchy, MicroClusters};
use ndarray::{Array2, array};
use proptest::prelude::*;
use serde::Deserialize;

/// What scikit-learn 1.9.1 gives, by `data/hierarchy.py`.
#[derive(Deserialize)]
struct Reference {
    iris_std: Data,
    moons300: Data,
}

#[derive(Deserialize)]
struct Data {
    birch: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    threshold: f64,
    branching: usize,
    centers: Vec<Vec<f64>>,
    labels: Vec<usize>,
}

/// The points that the tests of k-means have as well.
#[derive(Deserialize)]
struct Points {
    points: Vec<Vec<f64>>,
    weights: Vec<f64>,
}

fn data() -> [(Points, Data); 2] {
    let read = |json| serde_json::from_str(json).unwrap();
    let Reference { iris_std, moons300 } =
        serde_json::from_str(include_str!("data/hierarchy.json")).unwrap();
    [
        (read(include_str!("data/kmeans_iris_std.json")), iris_std),
        (read(include_str!("data/kmeans_moons300.json")), moons300),
    ]
}

fn matrix(points: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((points.len(), points[0].len()), points.concat()).unwrap()
}

#[test]
fn micro_clusters_are_those_of_scikit_learn() {
    for (Points { points, .. }, Data { birch }) in data() {
        for expected in birch {
            let recipe = Birch { branching: expected.branching, ..Birch::new(expected.threshold) };
            let points = matrix(&points);
            let found = recipe.fit(points.view(), None).unwrap();
            assert_eq!(found.clusters().len(), expected.centers.len());
            let numbers: Vec<usize> = expected
                .centers
                .iter()
                .map(|center| found.assign(center).unwrap().nearest)
                .map(|nearest| {
                    assert!(nearest.distance < 1e-11, "{nearest:?}");
                    nearest.cluster
                })
                .collect();
            for (label, expected) in found.labels(points.view()).iter().zip(expected.labels) {
                assert_eq!(*label, Some(numbers[expected]));
            }
            assert!(found.radii().iter().all(|radius| *radius <= expected.threshold));
        }
    }
}

#[test]
fn a_tree_of_micro_clusters_of_radius_nothing_is_the_tree_of_the_points() {
    for (Points { points, weights }, _) in data() {
        let points = matrix(&points);
        let direct = Hierarchy::new(Cut::Clusters(4));
        let summarized = Hierarchy { summary: Some(Birch::new(0.0)), ..direct.clone() };
        for weights in [None, Some(weights.as_slice())] {
            let direct = direct.fit(points.view(), weights).unwrap();
            let summarized = summarized.fit(points.view(), weights).unwrap();
            assert_eq!(adjusted_rand(direct.members(), summarized.members()), Some(1.0));
            let all = direct.clusters().iter().zip(summarized.clusters());
            for (one, other) in all {
                assert_eq!(one.size, other.size);
                assert!((one.weight - other.weight).abs() < 1e-9);
            }
        }
    }
}

#[test]
fn a_tree_of_few_micro_clusters_finds_what_the_tree_of_the_points_finds() {
    let (Points { points, .. }, _) = &data()[0];
    let points = matrix(points);
    let direct = Hierarchy::new(Cut::Clusters(2));
    let birch = Birch { most: Some(30), ..Birch::new(0.0) };
    let summarized = Hierarchy { summary: Some(birch), ..direct.clone() };
    let found = summarized.fit(points.view(), None).unwrap();
    let summary = found.summary().unwrap();
    assert!((2..=30).contains(&summary.clusters().len()));
    assert_eq!(found.dendrogram().points(), summary.clusters().len());
    let direct = direct.fit(points.view(), None).unwrap();
    assert_eq!(direct.summary(), None);
    assert_eq!(adjusted_rand(direct.members(), found.members()), Some(1.0));
}

#[test]
fn the_feature_of_points_is_their_mean_weight_and_scatter() {
    let mut feature = ClusteringFeature::point(&[1.0, 0.0], 1.0);
    feature.absorb(&ClusteringFeature::point(&[4.0, 0.0], 2.0));
    assert_eq!((feature.center.as_slice(), feature.weight), (&[3.0, 0.0][..], 3.0));
    // 1 · 2² + 2 · 1².
    assert_eq!((feature.scatter, feature.radius()), (6.0, 2.0_f64.sqrt()));
}

#[test]
fn features_far_from_zero_do_not_cancel() {
    let offset = 1e9;
    let mut feature = ClusteringFeature::point(&[offset], 1.0);
    for x in [1e-3, 2e-3, 3e-3] {
        feature.absorb(&ClusteringFeature::point(&[offset + x], 1.0));
    }
    // 1.25 · 10⁻⁶ up to the grid of floats near 10⁹.
    assert!((feature.radius() - 1.25e-6_f64.sqrt()).abs() < 1e-7, "{}", feature.radius());
}

#[test]
fn a_model_survives_json_and_a_broken_one_is_refused() {
    let points = array![[0.0], [0.1], [5.0]];
    let found = Birch::new(0.5).fit(points.view(), None).unwrap();
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<MicroClusters>(&json).unwrap(), found);
    let broken = json.replace("\"radii\":[", "\"radii\":[-1.0,");
    let told = serde_json::from_str::<MicroClusters>(&broken).unwrap_err().to_string();
    assert!(told.contains("`radii`: there are 3 radii: 2 are needed"), "{told}");
    assert!(told.contains("`radii[0]`: `-1` is out of range"), "{told}");
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let birch = Birch { radius: f64::NAN, branching: 1, most: Some(0) };
    let told = birch.fit(array![[f64::NAN]].view(), None).unwrap_err().to_string();
    let starts = ["`radius`", "`branching`", "`most`", "`points[0][0]`"];
    assert_eq!(told.lines().count(), starts.len());
    for (line, start) in told.lines().zip(starts) {
        assert!(line.starts_with(start), "{line}");
    }
    let tree = Hierarchy { summary: Some(birch), ..Hierarchy::new(Cut::Clusters(1)) };
    let told = tree.fit(array![[1.0]].view(), None).unwrap_err().to_string();
    assert!(told.contains("`summary.branching`: `1` is too few: at least 2 are needed"), "{told}");
}

#[cfg(feature = "rayon")]
#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    use loyalty::cluster::Linkage;

    let points = matrix(&data()[1].0.points);
    let tree =
        |linkage, summary| Hierarchy { linkage, summary, ..Hierarchy::new(Cut::Clusters(4)) };
    let recipes = [
        tree(Linkage::Ward, None),
        tree(Linkage::Average, None),
        tree(Linkage::Complete, Some(Birch::new(0.05))),
    ];
    for recipe in recipes {
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| {
                let found = recipe.fit(points.view(), None).unwrap();
                (serde_json::to_string(&found).unwrap(), found.labels(points.view()))
            })
        };
        let one = with(1);
        assert!([2, 8].into_iter().all(|threads| with(threads) == one));
    }
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
    fn whatever_the_points_micro_clusters_keep_their_weight_radius_and_number(
        (columns, numbers) in (1_usize..4).prop_flat_map(|columns| {
            (Just(columns), prop::collection::vec(hostile_number(), columns..60 * columns))
        }),
        heavy in prop::collection::vec(prop::sample::select(vec![0.0, 1e-40, 1.0, 1e40]), 60),
        radius in prop::sample::select(vec![0.0, 1e-160, 0.3, 2.0, 1e90]),
        branching in 2_usize..5,
        most in prop::option::of(1_usize..6),
    ) {
        let rows = numbers.len() / columns;
        let points = Array2::from_shape_vec((rows, columns), numbers[..rows * columns].to_vec());
        let points = points.unwrap();
        for weights in [None, Some(&heavy[..rows])] {
            if weights.is_some_and(|weights| weights.iter().all(|&weight| weight == 0.0)) {
                continue;
            }
            let birch = Birch { radius, branching, most };
            let found = birch.fit(points.view(), weights).unwrap();
            prop_assert!(most.is_none_or(|most| found.clusters().len() <= most));
            let total: f64 = weights.map_or(rows as f64, |weights| weights.iter().sum());
            let kept: f64 = found.clusters().iter().map(|cluster| cluster.weight).sum();
            prop_assert!((total - kept).abs() <= 1e-9 * total);
            let sizes: usize = found.clusters().iter().map(|cluster| cluster.size).sum();
            prop_assert_eq!(sizes, rows);
            for own in found.radii() {
                prop_assert!(*own <= found.radius() * (1.0 + 1e-12), "{own} {}", found.radius());
            }
            for (point, label) in points.outer_iter().zip(found.labels(points.view())) {
                let assigned = found.assign(point.as_slice().unwrap()).unwrap();
                prop_assert_eq!(label, Some(assigned.nearest.cluster));
            }
            let json = serde_json::to_string(&found).unwrap();
            prop_assert_eq!(serde_json::from_str::<MicroClusters>(&json).unwrap(), found);
            let tree = Hierarchy { summary: Some(birch), ..Hierarchy::new(Cut::Clusters(3)) };
            let found = tree.fit(points.view(), weights).unwrap();
            prop_assert_eq!(found.members().len(), rows);
            prop_assert!(found.clusters().iter().all(|cluster| cluster.weight > 0.0));
        }
    }
}
