//! Points that break what is careless, stored models that no fit could have given, and threads.

use loyalty::cluster::density::{Selection, Single};
use loyalty::cluster::{Dbscan, DenseRegions, DensityHierarchy, Hdbscan, Note, Optics};
use ndarray::{Array2, array};
use proptest::prelude::*;

fn hostile_number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => (-3_i32..4).prop_map(f64::from),
        2 => -1.0..1.0_f64,
        1 => prop::sample::select(vec![1e120, -1e120, 1e-300, 5e-324, -0.0, 1e60, 1e-170]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_the_points_a_model_is_complete_and_reads_back(
        (columns, numbers) in (1_usize..4).prop_flat_map(|columns| {
            (Just(columns), prop::collection::vec(hostile_number(), columns..40 * columns))
        }),
        radius in prop::sample::select(vec![5e-324, 1e-170, 0.5, 1.0, 1e120]),
        heavy in prop::collection::vec(prop::sample::select(vec![0.0, 1e-40, 1.0, 1e40]), 40),
        least in 2_usize..6,
        samples in 1_usize..50,
        single in prop::sample::select(vec![Single::Refused, Single::Allowed]),
        selection in prop::sample::select(vec![Selection::ExcessOfMass, Selection::Leaf]),
        join_below in prop::sample::select(vec![0.0, 1e-300, 1.0, 1e120]),
    ) {
        let rows = numbers.len() / columns;
        let points = Array2::from_shape_vec((rows, columns), numbers[..rows * columns].to_vec());
        let points = points.unwrap();
        for weights in [None, Some(&heavy[..rows])] {
            if weights.is_some_and(|weights| weights.iter().all(|&weight| weight == 0.0)) {
                continue;
            }
            let regions = Dbscan::new(radius).fit(points.view(), weights).unwrap();
            let json = serde_json::to_string(&regions).unwrap();
            prop_assert_eq!(serde_json::from_str::<DenseRegions>(&json).unwrap(), regions);

            let optics = Optics { min_samples: samples, max_radius: Some(radius) };
            let mut order = optics.fit(points.view()).unwrap().rows;
            order.sort_unstable();
            prop_assert!(order.into_iter().eq(0..rows));

            let recipe = Hdbscan {
                min_cluster_size: least, min_samples: Some(samples), selection, single, join_below,
            };
            let hierarchy = recipe.fit(points.view(), weights).unwrap();
            prop_assert_eq!(hierarchy.members().len(), rows);
            for member in hierarchy.members() {
                prop_assert!((0.0..=1.0).contains(&member.probability), "{member:?}");
                prop_assert!((0.0..=1.0).contains(&member.outlier_score), "{member:?}");
                prop_assert!(member.cluster.is_none_or(|c| c < hierarchy.clusters().len()));
            }
            let json = serde_json::to_string(&hierarchy).unwrap();
            prop_assert_eq!(serde_json::from_str::<DensityHierarchy>(&json).unwrap(), hierarchy);
        }
    }
}

#[test]
fn all_that_is_wrong_is_told_with_its_place() {
    let points = array![[1.0, f64::NAN], [2e122, 0.0]];
    let told = Dbscan { radius: 0.0, min_weight: f64::NAN }.fit(points.view(), Some(&[1.0, -1.0]));
    let told: Vec<String> = told.unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`radius`: `0` is no radius: it must be more than 0 and at most 1e120",
            "`min_weight`: `NaN` is no weight: it must be 0 or from 1e-40 to 1e40",
            "`points[0][1]`: `NaN` is no coordinate: it must be finite and at most 1e120 in \
             magnitude",
            "`points[1][0]`: `2000000000000000000000000000000000000000000000000000000000000000000\
             00000000000000000000000000000000000000000000000000000000` is no coordinate: it must \
             be finite and at most 1e120 in magnitude",
            "`weights[1]`: `-1` is no weight: it must be 0 or from 1e-40 to 1e40",
        ]
    );
    let recipe = Hdbscan { min_samples: Some(0), join_below: -1.0, ..Hdbscan::new(1) };
    let told = recipe.fit(Array2::zeros((0, 2)).view(), None).unwrap_err();
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`min_cluster_size`: `1` is too few: at least 2 are needed",
            "`min_samples`: at least 1 is needed",
            "`join_below`: `-1` is no tolerance: it must be 0 or more",
            "`points`: there are no points",
        ]
    );
    let recipe = Optics { min_samples: 0, max_radius: Some(-1.0) };
    let told = recipe.fit(array![[f64::INFINITY]].view()).unwrap_err();
    let told: Vec<String> = told.iter().map(|problem| problem.path.to_string()).collect();
    assert_eq!(told, ["min_samples", "max_radius", "points[0][0]"]);
}

#[test]
fn a_radius_reaches_just_its_distance() {
    let points = array![[0.0], [1.0], [2.0], [3.0 + 1e-15]];
    let recipe = Dbscan { min_weight: 2.0, ..Dbscan::new(1.0) };
    let regions = recipe.fit(points.view(), None).unwrap();
    assert_eq!(regions.labels(points.view()), [Some(0), Some(0), Some(0), None]);
    assert_eq!(regions.cores(), 3);
    assert_eq!(regions.assign(&[3.0]).map(|found| found.nearest.distance), Some(1.0));
    assert_eq!(regions.assign(&[3.1]), None, "noise");
    assert_eq!(regions.distances(&[5.0]), Some(vec![3.0]));
    for wrong in [&[][..], &[f64::NAN], &[f64::INFINITY], &[1.0, 2.0]] {
        assert_eq!((regions.assign(wrong), regions.distances(wrong)), (None, None));
    }
}

/// Ten doubles next to 0.1 are a little more than 1, though a naive sum of them is a little less.
#[test]
fn ten_tenths_are_enough() {
    let points = Array2::zeros((10, 1));
    let recipe = Dbscan { min_weight: 1.0, ..Dbscan::new(0.5) };
    let regions = recipe.fit(points.view(), Some(&[0.1; 10])).unwrap();
    assert_eq!(regions.labels(points.view()), [Some(0); 10]);
    assert_eq!(regions.report().notes, [Note::ConstantColumn { column: 0 }]);
}

/// Each side has one core point, 0 and 2, which needs the point between them; that has only three
/// points around it. scikit-learn gives it to the side whose row comes first.
#[test]
fn a_border_point_goes_to_the_nearest_core_point_and_then_to_the_lower() {
    let recipe = Dbscan { min_weight: 4.0, ..Dbscan::new(1.1) };
    for (between, side) in [(0.95, -1.0), (1.0, -1.0), (1.05, 3.0)] {
        for points in [
            array![[-1.0], [-0.5], [0.0], [between], [2.0], [2.5], [3.0]],
            array![[3.0], [2.5], [2.0], [between], [0.0], [-0.5], [-1.0]],
        ] {
            let (regions, found) = recipe.fit_points(points.view(), None).unwrap();
            assert_eq!(
                found.core,
                points.iter().map(|x| [0.0, 2.0].contains(x)).collect::<Vec<_>>()
            );
            assert_eq!(regions.clusters().len(), 2);
            let expected = regions.labels(array![[side]].view());
            assert_eq!(found.labels[3], expected[0]);
        }
    }
}

#[test]
fn where_all_weigh_too_little_all_are_noise() {
    let points = array![[0.0], [1.0], [2.0]];
    let hierarchy = Hdbscan::new(4).fit(points.view(), None).unwrap();
    assert_eq!(hierarchy.report().noise, 3);
    assert!(hierarchy.clusters().is_empty() && hierarchy.condensed().clusters.is_empty());
    assert_eq!(hierarchy.assign(&[1.0]), None);
    assert_eq!(hierarchy.membership(&[1.0]).map(|member| member.cluster), Some(None));
    assert_eq!(hierarchy.membership(&[f64::NAN]), None);
    assert_eq!(hierarchy.distances(&[1.0]), Some(Vec::new()));
}

#[test]
fn a_stored_model_is_checked() {
    let points = array![[0.0], [0.1], [0.2], [5.0], [5.1], [5.2]];
    let recipe = Dbscan { min_weight: 2.0, ..Dbscan::new(0.5) };
    let regions = recipe.fit(points.view(), None).unwrap();
    let json = serde_json::to_string(&regions).unwrap();
    for (from, to, told) in [
        ("\"radius\":0.5", "\"radius\":-1.0", "`radius`: `-1` is no radius"),
        ("\"columns\":1", "\"columns\":0", "`columns`: at least 1 is needed"),
        ("\"columns\":1", "\"columns\":2", "`clusters[0].center`: there are 1 coordinates"),
        ("5.1,5.2]", "5.1,5.1]", "`cores[5]`: the point does not stand after one with lower"),
        ("5.1,5.2]", "5.1]", "`cores`: there are 5 coordinates: 6 are needed"),
        ("[0,0,0,1,1,1]", "[0,0,0,1,1,2]", "`clusters_of_cores[5]`: there is no cluster 2"),
        ("[0,0,0,1,1,1]", "[0,0,0,0,0,0]", "`clusters[1]`: there are no points"),
        ("\"weight\":3.0", "\"weight\":-3.0", "`clusters[0].weight`: `-3` is out of range"),
        ("\"radius\"", "\"radios\"", "unknown field `radios`"),
    ] {
        let json = json.replacen(from, to, 1);
        let error = serde_json::from_str::<DenseRegions>(&json).unwrap_err().to_string();
        assert!(error.contains(told), "{from}: {error}");
    }

    let hierarchy = Hdbscan::new(2).fit(points.view(), None).unwrap();
    let json = serde_json::to_string(&hierarchy).unwrap();
    for (from, to, told) in [
        ("[5.1]", "[5.1,1.0]", "`points[4]`: there are 2 coordinates: 1 are needed"),
        ("\"min_cluster_size\":2", "\"min_cluster_size\":0", "`recipe.min_cluster_size`"),
        ("\"weights\":[1.0", "\"weights\":[-1.0", "`weights[0]`: `-1` is no weight"),
        ("\"points\":[{", "\"points\":[{\"cluster\":9,\"distance\":0.1},{", "`tree.points`"),
        ("{\"split\":{\"cluster\":0,", "{\"split\":{\"cluster\":7,", "there is no cluster 7"),
        ("{\"weight\":6.0}", "{\"weight\":-6.0}", "`tree.clusters[0].weight`"),
        (
            &json[json.find("\"tree\"").unwrap()..],
            "\"tree\":{\"clusters\":[],\"points\":[]}}",
            "`tree.points`",
        ),
        ("\"distance\":4.8", "\"distance\":-4.8", "`tree.clusters[1].split.distance`"),
    ] {
        assert!(json.contains(from), "{from} is in {json}");
        let json = json.replacen(from, to, 1);
        let error = serde_json::from_str::<DensityHierarchy>(&json).unwrap_err().to_string();
        assert!(error.contains(told), "{from}: {error}");
    }
}

#[cfg(feature = "rayon")]
#[test]
fn any_number_of_threads_finds_the_same_bytes() {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut next = || f64::from(rand::Rng::next_u32(&mut rng) % 4096) / 4096.0;
    let points = Array2::from_shape_fn((3000, 3), |(row, _)| next() + (row % 2) as f64);
    let found = [1, 2, 8].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let regions = Dbscan::new(0.1).fit(points.view(), None).unwrap();
            let hierarchy = Hdbscan::new(20).fit(points.view(), None).unwrap();
            let labels = (regions.labels(points.view()), hierarchy.labels(points.view()));
            (
                serde_json::to_string(&regions).unwrap(),
                serde_json::to_string(&hierarchy).unwrap(),
                labels,
            )
        })
    });
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[2]);
}
