//! Hierarchical clustering against SciPy, against its definition, and against hostile points.

use std::collections::BTreeMap;

use loyalty::cluster::validation::adjusted_rand;
use loyalty::cluster::{Branches, Cut, Dendrogram, Hierarchy, Linkage, Note};
use ndarray::{Array2, array};
use proptest::prelude::*;
use serde::Deserialize;

/// What SciPy 1.18.1 gives, by `data/hierarchy.py`.
#[derive(Deserialize)]
struct Reference {
    iris_std: Big,
    moons300: Big,
    small: Small,
    ties: Ties,
}

#[derive(Deserialize)]
struct Big {
    clusters: usize,
    linkages: BTreeMap<String, Found>,
    weighted: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
struct Found {
    heights: Vec<f64>,
    cut: Vec<usize>,
}

#[derive(Deserialize)]
struct Small {
    points: Vec<Vec<f64>>,
    linkages: BTreeMap<String, Whole>,
}

#[derive(Deserialize)]
struct Whole {
    merges: Vec<(usize, usize, f64, usize)>,
    cophenetic: Vec<f64>,
    leaves: Vec<usize>,
    by_height: BTreeMap<String, Vec<usize>>,
}

#[derive(Deserialize)]
struct Ties {
    points: Vec<Vec<f64>>,
    heights: BTreeMap<String, Vec<f64>>,
}

/// The points that the tests of k-means have as well.
#[derive(Deserialize)]
struct Points {
    points: Vec<Vec<f64>>,
    weights: Vec<f64>,
}

const LINKAGES: [Linkage; 6] = [
    Linkage::Ward,
    Linkage::Average,
    Linkage::Complete,
    Linkage::Single,
    Linkage::Centroid,
    Linkage::Median,
];

const MONOTONE: [Linkage; 4] =
    [Linkage::Ward, Linkage::Average, Linkage::Complete, Linkage::Single];

fn reference() -> Reference {
    serde_json::from_str(include_str!("data/hierarchy.json")).unwrap()
}

fn big() -> [(Points, Big); 2] {
    let read = |json| serde_json::from_str(json).unwrap();
    let Reference { iris_std, moons300, .. } = reference();
    [
        (read(include_str!("data/kmeans_iris_std.json")), iris_std),
        (read(include_str!("data/kmeans_moons300.json")), moons300),
    ]
}

fn matrix(points: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((points.len(), points[0].len()), points.concat()).unwrap()
}

fn linkage(name: &str) -> Linkage {
    serde_json::from_value(name.into()).unwrap()
}

fn fit(linkage: Linkage, cut: Cut, points: &Array2<f64>, weights: Option<&[f64]>) -> Branches {
    Hierarchy { linkage, ..Hierarchy::new(cut) }.fit(points.view(), weights).unwrap()
}

fn heights(dendrogram: &Dendrogram) -> Vec<f64> {
    dendrogram.merges().iter().map(|merge| merge.height).collect()
}

#[track_caller]
fn assert_near(left: &[f64], right: &[f64], what: &str) {
    assert_eq!(left.len(), right.len(), "{what}");
    for (at, (left, right)) in left.iter().zip(right).enumerate() {
        assert!(
            (left - right).abs() <= 1e-11 * right.abs().max(1.0),
            "{what} {at}: {left} {right}"
        );
    }
}

#[track_caller]
fn assert_same_groups(left: &[usize], right: &[usize], what: &str) {
    assert_eq!(adjusted_rand(left, right), Some(1.0), "{what}");
}

#[test]
fn heights_and_cuts_are_those_of_scipy() {
    for (data, expected) in big() {
        let points = matrix(&data.points);
        for (name, found) in &expected.linkages {
            let cut = Cut::Clusters(expected.clusters);
            let ours = fit(linkage(name), cut, &points, None);
            assert_near(&heights(ours.dendrogram()), &found.heights, name);
            assert_same_groups(ours.members(), &found.cut, name);
        }
    }
}

#[test]
fn heights_are_those_of_scipy_where_many_points_tie_or_coincide() {
    let Ties { points, heights: expected } = reference().ties;
    for (name, expected) in expected {
        let ours = fit(linkage(&name), Cut::Clusters(1), &matrix(&points), None);
        assert_near(&heights(ours.dendrogram()), &expected, &name);
    }
}

#[test]
fn merges_cuts_and_cophenetic_distances_are_those_of_scipy() {
    let Small { points, linkages } = reference().small;
    for (name, expected) in linkages {
        let found = fit(linkage(&name), Cut::Clusters(1), &matrix(&points), None);
        let tree = found.dendrogram();
        let merges = tree.merges().iter().map(|merge| (merge.left, merge.right, merge.size));
        let wanted = expected.merges.iter().map(|(left, right, _, size)| (*left, *right, *size));
        assert_eq!(merges.collect::<Vec<_>>(), wanted.collect::<Vec<_>>(), "{name}");
        let wanted: Vec<f64> = expected.merges.iter().map(|merge| merge.2).collect();
        assert_near(&heights(tree), &wanted, &name);
        assert_near(&tree.cophenetic_distances(), &expected.cophenetic, &name);
        assert_eq!(tree.leaf_order(), expected.leaves, "{name}");
        for (height, labels) in expected.by_height {
            let cut = tree.cut(Cut::Height(height.parse().unwrap()));
            let cut: Vec<usize> = cut.into_iter().flatten().collect();
            assert_same_groups(&cut, &labels, &name);
        }
        let mut pairs = tree.cophenetic_distances().into_iter();
        for left in 0..points.len() {
            assert_eq!(tree.cophenetic_distance(left, left), Some(0.0));
            for right in left + 1..points.len() {
                assert_eq!(tree.cophenetic_distance(right, left), pairs.next());
            }
        }
        assert_eq!(tree.cophenetic_distance(0, points.len()), None);
    }
}

#[test]
fn a_point_of_weight_three_is_three_points_for_scipy() {
    for (data, expected) in big() {
        for (name, expected) in &expected.weighted {
            let weights = Some(data.weights.as_slice());
            let found = fit(linkage(name), Cut::Clusters(1), &matrix(&data.points), weights);
            let mut heights = heights(found.dendrogram());
            heights.retain(|height| *height > 1e-12);
            assert_near(&heights, expected, name);
        }
    }
}

/// The distances of clusters after G. Lance and W. Williams, "A general theory of classificatory
/// sorting strategies", The Computer Journal 9 (1967), 373–380: squared for Ward, centroid, median.
struct Naive {
    linkage: Linkage,
    clusters: BTreeMap<usize, f64>,
    distances: BTreeMap<(usize, usize), f64>,
}

impl Naive {
    fn new(linkage: Linkage, points: &Array2<f64>, weights: &[f64]) -> Self {
        let there = weights.iter().copied().enumerate().filter(|(_, weight)| *weight > 0.0);
        let clusters: BTreeMap<usize, f64> = there.collect();
        let mut distances = BTreeMap::new();
        for (&left, one) in &clusters {
            for (&right, other) in clusters.range(left + 1..) {
                let difference = &points.row(left) - &points.row(right);
                let square = difference.mapv(|x| x * x).sum();
                let distance = match linkage {
                    Linkage::Ward => 2.0 * one * other / (one + other) * square,
                    Linkage::Centroid | Linkage::Median => square,
                    _ => square.sqrt(),
                };
                distances.insert((left, right), distance);
            }
        }
        Self { linkage, clusters, distances }
    }

    fn distance(&self, left: usize, right: usize) -> f64 {
        self.distances[&(left.min(right), left.max(right))]
    }

    fn height(&self, distance: f64) -> f64 {
        match self.linkage {
            Linkage::Ward | Linkage::Centroid | Linkage::Median => distance.max(0.0).sqrt(),
            _ => distance,
        }
    }

    fn least(&self) -> f64 {
        self.distances.values().copied().fold(f64::INFINITY, f64::min)
    }

    fn join(&mut self, left: usize, right: usize, joined: usize) {
        let between = self.distance(left, right);
        let (i, j) = (self.clusters[&left], self.clusters[&right]);
        self.clusters.remove(&left);
        self.clusters.remove(&right);
        for (&other, &k) in &self.clusters {
            let (to_i, to_j) = (self.distance(left, other), self.distance(right, other));
            let sum = i + j;
            let distance = match self.linkage {
                Linkage::Ward => ((i + k) * to_i + (j + k) * to_j - k * between) / (sum + k),
                Linkage::Average => (i * to_i + j * to_j) / sum,
                Linkage::Complete => 0.5 * (to_i + to_j + (to_i - to_j).abs()),
                Linkage::Single => 0.5 * (to_i + to_j - (to_i - to_j).abs()),
                Linkage::Centroid => (i * to_i + j * to_j) / sum - i * j * between / (sum * sum),
                Linkage::Median => 0.5 * (to_i + to_j) - 0.25 * between,
                other => panic!("{other:?}"),
            };
            self.distances.insert((other, joined), distance);
        }
        self.distances
            .retain(|pair, _| ![pair.0, pair.1].iter().any(|c| [left, right].contains(c)));
        self.clusters.insert(joined, i + j);
    }
}

/// Each merge joins a pair that is, by the definition, as near as any other at that time.
fn assert_each_merge_is_a_nearest_pair(
    linkage: Linkage,
    points: &Array2<f64>,
    weights: &[f64],
) -> Result<(), TestCaseError> {
    let found = fit(linkage, Cut::Clusters(1), points, Some(weights));
    let mut naive = Naive::new(linkage, points, weights);
    let merges = found.dendrogram().merges();
    prop_assert_eq!(merges.len() + 1, naive.clusters.len());
    for (index, merge) in merges.iter().enumerate() {
        let least = naive.height(naive.least());
        let height = naive.height(naive.distance(merge.left, merge.right));
        let scale = 1e-7_f64.max(1e-9 * height);
        prop_assert!((merge.height - height).abs() <= scale, "{merge:?} {height} {linkage:?}");
        prop_assert!(height - least <= scale, "{merge:?} {least} {height} {linkage:?}");
        naive.join(merge.left, merge.right, points.nrows() + index);
        let weight = naive.clusters[&(points.nrows() + index)];
        prop_assert!((merge.weight - weight).abs() <= 1e-9 * weight);
    }
    Ok(())
}

#[test]
fn merges_follow_the_definition_at_the_end_of_a_long_chain() {
    // Each gap is less than the one before, so that each point has the next one as its nearest.
    let points = Array2::from_shape_fn((70, 1), |(row, _)| -((70 - row) as f64).powi(2));
    for linkage in MONOTONE {
        assert_each_merge_is_a_nearest_pair(linkage, &points, &[1.0; 70]).unwrap();
    }
}

#[test]
fn heights_never_fall_but_between_centers() {
    for (data, _) in big() {
        for linkage in MONOTONE {
            let found = fit(linkage, Cut::Clusters(1), &matrix(&data.points), None);
            assert!(heights(found.dendrogram()).is_sorted(), "{linkage:?}");
        }
        let found = fit(Linkage::Centroid, Cut::Clusters(1), &matrix(&data.points), None);
        assert!(!heights(found.dendrogram()).is_sorted());
    }
}

#[test]
fn a_cut_gives_just_so_many_clusters_even_where_heights_tie() {
    let points = array![[0.0], [1.0], [2.0], [3.0], [4.0]];
    for linkage in LINKAGES {
        for clusters in 1..=5 {
            let found = fit(linkage, Cut::Clusters(clusters), &points, None);
            assert_eq!(found.clusters().len(), clusters, "{linkage:?}");
            assert!(found.report().notes.is_empty());
        }
        let found = fit(linkage, Cut::Clusters(9), &points, None);
        let note = Note::FewerClusters { wanted: 9, found: 5 };
        assert_eq!(found.report().notes, [note]);
    }
}

#[test]
fn merges_that_fell_part_together_with_the_higher_one_below() {
    // The middle of the first two is nearer to the third than they are to each other.
    let points = array![[0.0, 0.0], [2.0, 0.0], [1.0, 1.9]];
    for (clusters, found) in [(1, 1), (2, 1), (3, 3)] {
        let tree = fit(Linkage::Centroid, Cut::Clusters(clusters), &points, None);
        assert_eq!(heights(tree.dendrogram()), [2.0, 1.9]);
        assert_eq!(tree.clusters().len(), found);
    }
}

#[test]
fn a_row_without_weight_is_in_no_merge_and_goes_to_the_nearest_center() {
    let points = array![[0.0], [0.4], [100.0], [9.0], [10.0]];
    for linkage in LINKAGES {
        let weights = Some(&[1.0, 2.0, 0.0, 1.0, 1.0][..]);
        let found = fit(linkage, Cut::Clusters(2), &points, weights);
        assert_eq!(found.members(), [0, 0, 1, 1, 1], "{linkage:?}");
        let tree = found.dendrogram();
        assert_eq!((tree.absent(), tree.merges().len()), (&[2][..], 3));
        assert_eq!(tree.cut(Cut::Clusters(2))[2], None);
        assert_eq!(tree.cophenetic_distance(2, 0), None);
        assert!(!tree.leaf_order().contains(&2));
        assert_eq!((found.clusters()[1].size, found.clusters()[1].weight), (3, 2.0));
        assert_eq!(found.clusters()[1].center, [9.5]);
    }
}

#[test]
fn a_new_point_goes_to_the_nearest_center() {
    let points = array![[0.0, 0.0], [2.0, 0.0], [1.0, 0.0], [9.0, 0.0], [9.0, 2.0]];
    let found = fit(Linkage::Ward, Cut::Clusters(2), &points, None);
    let assigned = found.assign(&[1.0, 3.0]).unwrap();
    assert_eq!((assigned.nearest.cluster, assigned.nearest.distance), (0, 3.0));
    assert_eq!(assigned.next.map(|next| next.cluster), Some(1));
    assert_eq!(found.labels(points.view()), [0, 0, 0, 1, 1].map(Some));
    for point in [&[0.0][..], &[0.0, f64::NAN], &[0.0, f64::INFINITY], &[0.0, 1e121]] {
        assert_eq!(found.assign(point), None, "{point:?}");
    }
}

#[test]
fn a_model_survives_json_and_a_broken_one_is_refused() {
    let points = array![[0.0], [0.0], [1.0], [5.0]];
    let found = fit(Linkage::Average, Cut::Height(2.0), &points, Some(&[1.0, 2.0, 0.0, 1.0]));
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Branches>(&json).unwrap(), found);
    let merges = |merges: &str| format!("{{\"points\":3,\"merges\":[{merges}]}}");
    let first = r#"{"left":0,"right":1,"height":1.0,"size":2,"weight":2.0}"#;
    let joining = |ends: &str| first.replace("\"left\":0,\"right\":1", ends);
    let last = joining(r#""left":2,"right":3"#);
    let endless = first.replace("\"size\":2", &format!("\"size\":{}", usize::MAX));
    for (broken, told) in [
        (merges(first), "there are 1 merges: 2 are needed"),
        (merges(&format!("{first},{first}")), "`merges[1].left`: `0` is out of range"),
        (
            merges(&format!("{first},{}", joining(r#""left":2,"right":4"#))),
            "`merges[1].right`: `4` is out of range",
        ),
        (merges(&format!("{first},{last}")), "`merges[1].size`: there are 2 points: 3 are needed"),
        (
            merges(&format!("{endless},{last}")),
            "`merges[0].size`: there are 18446744073709551615 points: 2 are needed",
        ),
        (r#"{"points":0,"merges":[]}"#.into(), "there are no points"),
        (r#"{"points":2,"absent":[5],"merges":[]}"#.into(), "`absent`: `5` is out of range"),
    ] {
        let error = serde_json::from_str::<Dendrogram>(&broken).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    let broken = json.replace("\"members\":[0,0,", "\"members\":[0,7,");
    let error = serde_json::from_str::<Branches>(&broken).unwrap_err().to_string();
    assert!(error.contains("`members[1]`: `7` is out of range"), "{error}");
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let told = |cut, points: Array2<f64>, weights: Option<&[f64]>| {
        Hierarchy::new(cut).fit(points.view(), weights).unwrap_err().to_string()
    };
    let points = array![[1.0], [f64::NAN]];
    let found = told(Cut::Clusters(0), points.clone(), Some(&[1.0, -1.0]));
    assert_eq!(found.lines().count(), 3, "{found}");
    assert!(found.contains("`cut.clusters`: at least 1 is needed"), "{found}");
    assert!(found.contains("`points[1][0]`: `NaN` is no coordinate"), "{found}");
    assert!(found.contains("`weights[1]`: `-1` is no weight"), "{found}");
    let found = told(Cut::Height(f64::NAN), array![[1.0]], None);
    assert_eq!(found, "`cut.height`: `NaN` is out of range");
    let none = told(Cut::Clusters(1), Array2::zeros((0, 2)), None);
    assert_eq!(none, "`points`: there are no points");
}

/// Points on a small grid, so that many coincide or tie, or anywhere.
fn points() -> impl Strategy<Value = Array2<f64>> {
    let coordinate = prop_oneof![(0_i32..4).prop_map(f64::from).boxed(), (-1.0..1.0_f64).boxed()];
    let columns = prop_oneof![6 => 1_usize..4, 1 => Just(9), 1 => Just(19)];
    (columns, prop_oneof![Just(true), Just(false)]).prop_flat_map(move |(columns, grid)| {
        let coordinate = coordinate.clone();
        let coordinate =
            if grid { (0_i32..5).prop_map(f64::from).boxed() } else { coordinate.boxed() };
        prop::collection::vec(prop::collection::vec(coordinate, columns), 1..40)
            .prop_map(|points| matrix(&points))
    })
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
    fn merges_follow_the_definition_whatever_ties_coincides_or_weighs(
        points in points(),
        weights in prop::collection::vec(0_u8..5, 40),
    ) {
        let mut weights: Vec<f64> = weights.into_iter().map(f64::from).collect();
        weights.truncate(points.nrows());
        weights[0] = 1.0;
        for linkage in LINKAGES {
            assert_each_merge_is_a_nearest_pair(linkage, &points, &vec![1.0; points.nrows()])?;
            assert_each_merge_is_a_nearest_pair(linkage, &points, &weights)?;
        }
    }

    #[test]
    fn the_order_of_points_without_ties_changes_no_height(
        numbers in prop::collection::vec(0.0..1.0_f64, 2..90),
        turn in 0_usize..45,
    ) {
        let rows = numbers.len() / 2;
        let points: Vec<Vec<f64>> = numbers.chunks_exact(2).map(<[f64]>::to_vec).collect();
        let mut turned = points.clone();
        turned.rotate_left(turn % rows);
        turned.reverse();
        for linkage in LINKAGES {
            let heights = [&points, &turned].map(|points| {
                heights(fit(linkage, Cut::Clusters(1), &matrix(points), None).dendrogram())
            });
            for (one, other) in heights[0].iter().zip(&heights[1]) {
                prop_assert!((one - other).abs() < 1e-9, "{linkage:?}: {one} {other}");
            }
        }
    }

    #[test]
    fn whatever_the_points_a_model_is_finite_and_complete(
        (columns, numbers) in (1_usize..4).prop_flat_map(|columns| {
            (Just(columns), prop::collection::vec(hostile_number(), columns..30 * columns))
        }),
        clusters in 1_usize..9,
        heavy in prop::collection::vec(prop::sample::select(vec![0.0, 1e-40, 1.0, 1e40]), 30),
    ) {
        let rows = numbers.len() / columns;
        let points = Array2::from_shape_vec((rows, columns), numbers[..rows * columns].to_vec());
        let points = points.unwrap();
        for linkage in LINKAGES {
            for weights in [None, Some(&heavy[..rows])] {
                if weights.is_some_and(|weights| weights.iter().all(|&weight| weight == 0.0)) {
                    continue;
                }
                let found = fit(linkage, Cut::Clusters(clusters), &points, weights);
                let tree = found.dendrogram();
                let absent = tree.absent().len();
                prop_assert_eq!(tree.merges().len() + absent + 1, rows);
                prop_assert!(heights(tree).iter().all(|height| height.is_finite()));
                if MONOTONE.contains(&linkage) {
                    prop_assert!(heights(tree).is_sorted());
                }
                let most = clusters.min(rows - absent);
                if MONOTONE.contains(&linkage) {
                    prop_assert_eq!(found.clusters().len(), most);
                }
                prop_assert!((1..=most).contains(&found.clusters().len()));
                prop_assert_eq!(found.clusters().iter().map(|c| c.size).sum::<usize>(), rows);
                let json = serde_json::to_string(&found).unwrap();
                prop_assert_eq!(serde_json::from_str::<Branches>(&json).unwrap(), found);
            }
        }
    }
}
