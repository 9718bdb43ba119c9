//! Scores of clusters against scikit-learn and against their definitions.

use std::collections::BTreeMap;

use loyalty::cluster::validation::{
    adjusted_mutual_information, adjusted_rand, calinski_harabasz, davies_bouldin, fowlkes_mallows,
    normalized_mutual_information, sampled_silhouette, silhouette, silhouettes,
    simplified_silhouette, v_measure,
};
use loyalty::cluster::{Cluster, Fault, Init, KMeans};
use ndarray::{Array2, array};
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

/// Points and their true classes, from the reference of k-means.
#[derive(Deserialize)]
struct Data {
    points: Vec<Vec<f64>>,
    truth: Vec<usize>,
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
    scores: Scores,
}

#[derive(Deserialize)]
struct Scores {
    labels: Vec<usize>,
    silhouette: f64,
    calinski_harabasz: f64,
    davies_bouldin: f64,
    ari_vs_true: f64,
    nmi_vs_true: f64,
    ami_vs_true: f64,
    fowlkes_mallows: f64,
    v_measure: f64,
    simplified_silhouette: f64,
}

fn data() -> [(Data, Cases); 2] {
    let reference: Reference = serde_json::from_str(include_str!("data/scores.json")).unwrap();
    let points =
        [include_str!("data/kmeans_iris_std.json"), include_str!("data/kmeans_moons300.json")];
    let [iris, moons] = points.map(|json| serde_json::from_str(json).unwrap());
    [(iris, reference.iris_std), (moons, reference.moons300)]
}

fn matrix(points: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((points.len(), points[0].len()), points.concat()).unwrap()
}

fn assert_near(left: f64, right: f64, what: &str) {
    assert!((left - right).abs() <= 1e-11 * right.abs().max(1.0), "{what}: {left} {right}");
}

#[test]
fn the_scores_are_those_of_scikit_learn() {
    for (data, Cases { scores }) in data() {
        let (points, labels) = (matrix(&data.points), &scores.labels);
        let found = silhouette(points.view(), labels).unwrap();
        assert_near(found, scores.silhouette, "silhouette");
        let found = calinski_harabasz(points.view(), labels).unwrap();
        assert_near(found, scores.calinski_harabasz, "calinski");
        let found = davies_bouldin(points.view(), labels).unwrap();
        assert_near(found, scores.davies_bouldin, "davies");
        let centers = data.init.iter().map(|&row| data.points[row].clone()).collect();
        let recipe =
            KMeans { init: Init::Centers(centers), tolerance: 0.0, ..KMeans::new(data.init.len()) };
        let clustering = recipe.fit_seeded(points.view(), None, 0).unwrap();
        let found = simplified_silhouette(points.view(), clustering.clusters()).unwrap();
        assert_near(found, scores.simplified_silhouette, "simplified");
        let truth = &data.truth;
        assert_near(adjusted_rand(truth, labels).unwrap(), scores.ari_vs_true, "ari");
        let found = normalized_mutual_information(truth, labels).unwrap();
        assert_near(found, scores.nmi_vs_true, "nmi");
        let found = adjusted_mutual_information(truth, labels).unwrap();
        assert_near(found, scores.ami_vs_true, "ami");
        assert_near(fowlkes_mallows(truth, labels).unwrap(), scores.fowlkes_mallows, "fm");
        assert_near(v_measure(truth, labels).unwrap().v, scores.v_measure, "v");
    }
}

/// Round clouds of 30 points each, of deviation 1 around these places.
fn clouds(places: &[[f64; 2]], seed: u64) -> Array2<f64> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut even = || (rng.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    // The sum of 12 even numbers is nearly normal.
    let mut normal = || (0..12).map(|_| even()).sum::<f64>() - 6.0;
    let points: Vec<f64> = (0..30 * places.len())
        .flat_map(|row| places[row % places.len()].map(|x| x + normal()))
        .collect();
    Array2::from_shape_vec((30 * places.len(), 2), points).unwrap()
}

#[test]
fn a_sample_of_all_is_exact_and_a_small_one_is_near() {
    let points = clouds(&[[0.0, 0.0], [3.0, 0.0], [0.0, 3.0]], 4);
    let labels: Vec<usize> = (0..90).map(|row| row % 3).collect();
    let exact = silhouette(points.view(), &labels).unwrap();
    let all = sampled_silhouette(points.view(), &labels, 1_000, 1).unwrap();
    assert_eq!((all.mean, all.error, all.sample), (exact, 0.0, 90));
    let near = (0..100).filter(|&seed| {
        let some = sampled_silhouette(points.view(), &labels, 30, seed).unwrap();
        assert_eq!(some.sample, 30);
        (some.mean - exact).abs() <= 2.0 * some.error
    });
    // About 95 of 100.
    let near = near.count();
    assert!((88..=100).contains(&near), "{near}");
}

/// Points and labels of two clusters at least.
fn labeled() -> impl Strategy<Value = (Array2<f64>, Vec<usize>)> {
    (1_usize..10, 2_usize..40).prop_flat_map(|(columns, rows)| {
        // Few different numbers, so that points coincide now and then.
        let numbers = prop::collection::vec((-4_i32..5).prop_map(f64::from), columns * rows);
        let labels = prop::collection::vec(0_usize..4, rows);
        (numbers, labels).prop_map(move |(numbers, mut labels)| {
            (labels[0], labels[1]) = (7, 9);
            (Array2::from_shape_vec((rows, columns), numbers).unwrap(), labels)
        })
    })
}

fn distance(points: &Array2<f64>, left: usize, right: usize) -> f64 {
    let difference = &points.row(left) - &points.row(right);
    difference.dot(&difference).sqrt()
}

fn mean(numbers: &[f64]) -> f64 {
    numbers.iter().sum::<f64>() / numbers.len() as f64
}

/// The rows of each cluster.
fn members(labels: &[usize]) -> BTreeMap<usize, Vec<usize>> {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    labels.iter().enumerate().for_each(|(row, &label)| members.entry(label).or_default().push(row));
    members
}

fn naive_silhouette(points: &Array2<f64>, labels: &[usize], row: usize) -> f64 {
    let members = members(labels);
    let apart = |rows: &Vec<usize>| {
        let others = rows.iter().filter(|&&other| other != row);
        mean(&others.map(|&other| distance(points, row, other)).collect::<Vec<_>>())
    };
    if members[&labels[row]].len() == 1 {
        return 0.0;
    }
    let within = apart(&members[&labels[row]]);
    let others = members.iter().filter(|(label, _)| **label != labels[row]);
    let nearest = others.map(|(_, rows)| apart(rows)).fold(f64::INFINITY, f64::min);
    if within.max(nearest) == 0.0 { 0.0 } else { (nearest - within) / within.max(nearest) }
}

fn centers(points: &Array2<f64>, labels: &[usize]) -> BTreeMap<usize, Vec<f64>> {
    let column = |rows: &[usize], at: usize| {
        mean(&rows.iter().map(|&row| points[[row, at]]).collect::<Vec<_>>())
    };
    let center = |rows: &[usize]| (0..points.ncols()).map(|at| column(rows, at)).collect();
    members(labels).iter().map(|(label, rows)| (*label, center(rows))).collect()
}

fn apart(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

/// The mutual information of two labelings in nats, straight from its definition.
fn information(left: &[usize], right: &[usize]) -> f64 {
    let share = |test: &dyn Fn(usize) -> bool| {
        (0..left.len()).filter(|&row| test(row)).count() as f64 / left.len() as f64
    };
    let mut sum = 0.0;
    for a in members(left).keys() {
        for b in members(right).keys() {
            let both = share(&|row| left[row] == *a && right[row] == *b);
            let (of_a, of_b) = (share(&|row| left[row] == *a), share(&|row| right[row] == *b));
            if both > 0.0 {
                sum += both * (both / (of_a * of_b)).ln();
            }
        }
    }
    sum
}

/// All orders of so many rows.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let insert = |order: &Vec<usize>, at: usize| {
        let mut order = order.clone();
        order.insert(at, count - 1);
        order
    };
    let shorter = orders(count - 1);
    shorter.iter().flat_map(|order| (0..count).map(move |at| insert(order, at))).collect()
}

proptest! {
    #[test]
    fn silhouettes_are_what_their_definition_says((points, labels) in labeled()) {
        let found = silhouettes(points.view(), &labels).unwrap();
        for (row, width) in found.iter().enumerate() {
            prop_assert!((width - naive_silhouette(&points, &labels, row)).abs() < 1e-12);
        }
        prop_assert!((silhouette(points.view(), &labels).unwrap() - mean(&found)).abs() < 1e-12);
    }

    #[test]
    fn scores_at_means_are_what_their_definitions_say((points, labels) in labeled()) {
        let (centers, members) = (centers(&points, &labels), members(&labels));
        let all = &self::centers(&points, &vec![0; labels.len()])[&0];
        let (mut between, mut within, mut radii) = (0.0, 0.0, BTreeMap::new());
        for (label, rows) in &members {
            between += rows.len() as f64 * apart(&centers[label], all).powi(2);
            let distances: Vec<f64> =
                rows.iter().map(|&row| apart(&points.row(row).to_vec(), &centers[label])).collect();
            within += distances.iter().map(|distance| distance * distance).sum::<f64>();
            radii.insert(*label, mean(&distances));
        }
        let (n, k) = (labels.len() as f64, members.len() as f64);
        let found = calinski_harabasz(points.view(), &labels).unwrap();
        if within > 1e-9 {
            let expected = between / (k - 1.0) / (within / (n - k));
            prop_assert!((found - expected).abs() < 1e-9 * expected.max(1.0));
        } else {
            prop_assert!(found.is_finite());
        }
        let worst = |label: &usize| {
            let others = centers.keys().filter(|other| *other != label);
            let similarity = |other: &usize| {
                let distance = apart(&centers[label], &centers[other]);
                // Means that differ by rounding only make any number.
                if distance > 1e-9 { (radii[label] + radii[other]) / distance } else { f64::NAN }
            };
            let greatest = |most, x: f64| if x.is_nan() { x } else { f64::max(most, x) };
            others.map(similarity).fold(0.0, greatest)
        };
        let expected = mean(&centers.keys().map(worst).collect::<Vec<_>>());
        let found = davies_bouldin(points.view(), &labels).unwrap();
        prop_assert!(found.is_finite());
        let distinct = centers.values().all(|left| {
            centers.values().filter(|right| apart(left, right) < 1e-9).count() == 1
        });
        prop_assert!(!distinct || (found - expected).abs() < 1e-9 * expected.max(1.0));
    }

    #[test]
    fn agreement_beyond_chance_is_what_all_orders_say(
        (left, right) in (2_usize..7).prop_flat_map(|rows| {
            let labels = || prop::collection::vec(0_usize..3, rows);
            (labels(), labels())
        })
    ) {
        let entropy = |labels: &[usize]| information(labels, labels);
        let orders = orders(left.len());
        let shuffled = |order: &Vec<usize>| {
            information(&left, &order.iter().map(|&row| right[row]).collect::<Vec<_>>())
        };
        let expected = orders.iter().map(shuffled).sum::<f64>() / orders.len() as f64;
        let most = (entropy(&left) + entropy(&right)) / 2.0;
        let found = adjusted_mutual_information(&left, &right).unwrap();
        if most - expected > 1e-9 {
            let wanted = (information(&left, &right) - expected) / (most - expected);
            prop_assert!((found - wanted).abs() < 1e-9);
        } else {
            prop_assert!(found.is_finite());
        }
        let found = normalized_mutual_information(&left, &right).unwrap();
        if most > 0.0 {
            prop_assert!((found - information(&left, &right) / most).abs() < 1e-12);
        }
        let measure = v_measure(&left, &right).unwrap();
        if entropy(&left) > 0.0 && entropy(&right) > 0.0 {
            let (h, c) = (measure.homogeneity, measure.completeness);
            prop_assert!((h - information(&left, &right) / entropy(&left)).abs() < 1e-12);
            prop_assert!((c - information(&left, &right) / entropy(&right)).abs() < 1e-12);
        }
    }

    #[test]
    fn fowlkes_and_mallows_count_pairs(
        (left, right) in (2_usize..20).prop_flat_map(|rows| {
            let labels = || prop::collection::vec(0_usize..4, rows);
            (labels(), labels())
        })
    ) {
        let pairs = |test: &dyn Fn(usize, usize) -> bool| {
            let rows = 0..left.len();
            let others = |row| (0..row).filter(move |&other| test(row, other)).count();
            rows.map(others).sum::<usize>() as f64
        };
        let in_left = |a: usize, b: usize| left[a] == left[b];
        let in_right = |a: usize, b: usize| right[a] == right[b];
        let both = pairs(&|a, b| in_left(a, b) && in_right(a, b));
        let product = pairs(&in_left) * pairs(&in_right);
        let expected = if both == 0.0 { 0.0 } else { both / product.sqrt() };
        prop_assert!((fowlkes_mallows(&left, &right).unwrap() - expected).abs() < 1e-12);
    }

    #[test]
    fn a_simplified_silhouette_looks_at_the_two_nearest_centers((points, labels) in labeled()) {
        let clusters: Vec<Cluster> = centers(&points, &labels)
            .into_values()
            .map(|center| Cluster { center, size: 1, weight: 1.0 })
            .collect();
        let width = |point: Vec<f64>| {
            let mut distances: Vec<f64> =
                clusters.iter().map(|cluster| apart(&cluster.center, &point)).collect();
            distances.sort_by(f64::total_cmp);
            let (a, b) = (distances[0], distances[1]);
            if b > 0.0 { (b - a) / b } else { 0.0 }
        };
        let widths: Vec<f64> = points.outer_iter().map(|point| width(point.to_vec())).collect();
        let found = simplified_silhouette(points.view(), &clusters).unwrap();
        prop_assert!((found - mean(&widths)).abs() < 1e-12);
    }
}

#[test]
fn scores_of_what_cannot_be_compared_are_refused() {
    let points = array![[0.0], [1.0], [2.0]];
    let one = silhouettes(points.view(), &[4, 4, 4]).unwrap_err();
    assert_eq!(one.iter().next().unwrap().fault, Fault::OneCluster);
    let short = calinski_harabasz(points.view(), &[0, 1]).unwrap_err();
    assert_eq!(short.to_string(), "`labels`: there are 2 labels: 3 are needed");
    assert!(davies_bouldin(array![[0.0], [f64::NAN]].view(), &[0, 1]).is_err());
    assert!(sampled_silhouette(points.view(), &[0, 1, 1], 0, 1).is_err());
    assert_eq!(fowlkes_mallows(&[0], &[0, 1]), None);
    assert_eq!(adjusted_mutual_information(&[0], &[]), None);
    assert_eq!(v_measure(&[0], &[]), None);
    assert_eq!(adjusted_mutual_information(&[1, 1], &[2, 2]), Some(1.0));
    assert_eq!(normalized_mutual_information(&[1, 1], &[2, 3]), Some(0.0));
    // Far and equal points: whatever comes out is a number.
    let far = array![[1e120], [-1e120], [1e120], [1e120]];
    for labels in [[0, 1, 0, 0], [0, 0, 1, 1], [0, 1, 2, 3]] {
        assert!(silhouette(far.view(), &labels).unwrap().is_finite());
        assert!(calinski_harabasz(far.view(), &labels).unwrap().is_finite());
        assert!(davies_bouldin(far.view(), &labels).unwrap().is_finite());
    }
}
