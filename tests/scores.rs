//! Scores of clusters and the choice of k against scikit-learn and against their definitions.

use std::collections::BTreeMap;

use loyalty::cluster::{
    Cluster, Covariance, Criteria, Fault, Gap, Init, KMeans, Mixture, Reason,
    adjusted_mutual_information, adjusted_rand, calinski_harabasz, choose, davies_bouldin,
    fowlkes_mallows, gap_statistic, normalized_mutual_information, sampled_silhouette, silhouette,
    silhouettes, simplified_silhouette, stability, v_measure,
};
use ndarray::{Array2, ArrayView2, array};
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
    choose: Table,
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

/// By number of clusters from 2 to 8.
#[derive(Deserialize)]
struct Table {
    inertia: Vec<f64>,
    silhouette: Vec<f64>,
    calinski: Vec<f64>,
    davies: Vec<f64>,
    gmm_full_bic: Vec<f64>,
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
    for (data, Cases { scores, .. }) in data() {
        let (points, labels) = (matrix(&data.points), &scores.labels);
        let found = silhouette(points.view(), labels).unwrap();
        assert_near(found, scores.silhouette, "silhouette");
        let found = calinski_harabasz(points.view(), labels).unwrap();
        assert_near(found, scores.calinski_harabasz, "calinski");
        let found = davies_bouldin(points.view(), labels).unwrap();
        assert_near(found, scores.davies_bouldin, "davies");
        let centers = data.init.iter().map(|&row| data.points[row].clone()).collect();
        let recipe = KMeans {
            init: Init::Centers(centers),
            tolerance: 0.0,
            ..KMeans::new(data.init.len())
        };
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

#[test]
fn the_table_of_k_is_as_good_as_that_of_scikit_learn() {
    for (data, Cases { choose: theirs, .. }) in data() {
        let points = matrix(&data.points);
        let recipe = KMeans { restarts: 50, ..KMeans::new(2) };
        let mixture = Mixture { restarts: 20, ..Mixture::new(2) };
        let criteria = Criteria { references: 0, pairs: 0, mixture, ..Criteria::default() };
        let choice = choose(&recipe, points.view(), None, 2..=8, &criteria, 1).unwrap();
        for (at, row) in choice.table.iter().enumerate() {
            println!("{} {:?} theirs {} {} {} {} {}", row.clusters, row, theirs.inertia[at], theirs.silhouette[at], theirs.calinski[at], theirs.davies[at], theirs.gmm_full_bic[at]);
        }
    }
}
#[test]
fn look() {
    for (data, _) in data() {
        let points = matrix(&data.points);
        let choice = choose(&KMeans::new(2), points.view(), None, 2..=8, &Criteria::default(), 1).unwrap();
        for row in &choice.table { println!("{row:?}"); }
        println!("{choice} {:?}", choice.gaps);
    }
}
