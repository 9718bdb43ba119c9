//! The numbers of scikit-learn 1.9.1 and of hdbscan 0.8.44, as `tests/data/density.py` writes them.

use loyalty::cluster::density::{Member, Selection, Single};
use loyalty::cluster::{Dbscan, DensityHierarchy, Hdbscan, Objective, Optics};
use serde::Deserialize;

use super::{matrix, renumbered};

#[derive(Deserialize)]
struct Given {
    points: Vec<Vec<f64>>,
    weights: Vec<f64>,
}

#[derive(Deserialize)]
struct Reference {
    flat: Vec<Flat>,
    hierarchical: Vec<Hierarchical>,
    ordered: Vec<Hierarchical>,
    predicted: Predicted,
    reachable: Vec<Reachable>,
}

#[derive(Deserialize)]
struct Flat {
    weighted: bool,
    radius: f64,
    min_weight: f64,
    labels: Vec<i64>,
    core: Vec<usize>,
}

#[derive(Deserialize)]
struct Hierarchical {
    recipe: Recipe,
    labels: Vec<i64>,
    probabilities: Vec<f64>,
    #[serde(default)]
    outlier_scores: Vec<f64>,
    #[serde(default)]
    stability: f64,
}

#[derive(Deserialize)]
struct Recipe {
    min_cluster_size: usize,
    min_samples: usize,
    #[serde(default)]
    cluster_selection_method: String,
    #[serde(default)]
    cluster_selection_epsilon: f64,
    #[serde(default)]
    allow_single_cluster: bool,
}

#[derive(Deserialize)]
struct Predicted {
    labels: Vec<i64>,
    probabilities: Vec<f64>,
    new: Vec<Vec<f64>>,
    new_labels: Vec<i64>,
    new_probabilities: Vec<f64>,
}

#[derive(Deserialize)]
struct Reachable {
    max_radius: Option<f64>,
    radius: f64,
    labels: Vec<i64>,
    rows: Vec<usize>,
    reachability: Vec<Option<f64>>,
    core_distances: Vec<Option<f64>>,
}

/// Sums and quotients of a few hundred numbers of size 1, in another order than theirs.
const TOLERANCE: f64 = 1e-9;

fn references() -> [(Given, Reference); 2] {
    [
        (
            include_str!("../data/kmeans_iris_std.json"),
            include_str!("../data/density_iris_std.json"),
        ),
        (
            include_str!("../data/kmeans_moons300.json"),
            include_str!("../data/density_moons300.json"),
        ),
    ]
    .map(|(given, reference)| {
        (serde_json::from_str(given).unwrap(), serde_json::from_str(reference).unwrap())
    })
}

impl Recipe {
    fn ours(&self) -> Hdbscan {
        let leaf = self.cluster_selection_method == "leaf";
        Hdbscan {
            min_samples: Some(self.min_samples),
            selection: if leaf { Selection::Leaf } else { Selection::ExcessOfMass },
            single: if self.allow_single_cluster { Single::Allowed } else { Single::Refused },
            join_below: self.cluster_selection_epsilon,
            ..Hdbscan::new(self.min_cluster_size)
        }
    }
}

fn their_clusters(labels: &[i64]) -> Vec<Option<usize>> {
    renumbered(labels.iter().map(|&label| (label >= 0).then_some(label)))
}

fn our_clusters(members: &[Member]) -> Vec<Option<usize>> {
    renumbered(members.iter().map(|member| member.cluster))
}

fn assert_close(ours: impl Iterator<Item = f64>, theirs: &[f64]) {
    let ours: Vec<f64> = ours.collect();
    assert_eq!(ours.len(), theirs.len());
    for (row, (our, their)) in ours.iter().zip(theirs).enumerate() {
        assert!((our - their).abs() <= TOLERANCE, "{row}: {our} and {their}");
    }
}

fn assert_members(hierarchy: &DensityHierarchy, theirs: &Hierarchical) {
    let members = hierarchy.members();
    assert_eq!(our_clusters(members), their_clusters(&theirs.labels));
    assert_close(members.iter().map(|member| member.probability), &theirs.probabilities);
    if !theirs.outlier_scores.is_empty() {
        let scores = members.iter().map(|member| member.outlier_score);
        assert_close(scores, &theirs.outlier_scores);
    }
}

/// Theirs give a border point to the cluster that is found first, ours to that of the nearest core
/// point; in these points that is the same cluster.
#[test]
fn dbscan_finds_the_clusters_and_core_points_of_scikit_learn() {
    for (given, reference) in references() {
        let points = matrix(&given.points);
        assert!(reference.flat.iter().any(|flat| flat.weighted));
        for flat in &reference.flat {
            let weights = flat.weighted.then_some(given.weights.as_slice());
            let recipe = Dbscan { min_weight: flat.min_weight, ..Dbscan::new(flat.radius) };
            let (regions, found) = recipe.fit_points(points.view(), weights).unwrap();
            let core: Vec<usize> = (0..points.nrows()).filter(|&row| found.core[row]).collect();
            assert_eq!(core, flat.core);
            let labels = renumbered(found.labels.iter().copied());
            assert_eq!(labels, their_clusters(&flat.labels));
            assert_eq!(regions.labels(points.view()), found.labels);
        }
    }
}

#[test]
fn hdbscan_finds_the_clusters_and_probabilities_of_scikit_learn() {
    for (given, reference) in references() {
        let points = matrix(&given.points);
        for theirs in &reference.hierarchical {
            let hierarchy = theirs.recipe.ours().fit(points.view(), None).unwrap();
            assert_members(&hierarchy, theirs);
        }
    }
}

/// Where equal distances decide, theirs depend on how the machine sorts. Here their functions work
/// on edges in our order.
#[test]
fn each_selection_is_that_of_hdbscan_on_the_same_tree() {
    for (given, reference) in references() {
        let points = matrix(&given.points);
        assert!(reference.ordered.len() > reference.hierarchical.len());
        for theirs in &reference.ordered {
            let hierarchy = theirs.recipe.ours().fit(points.view(), None).unwrap();
            assert_members(&hierarchy, theirs);
            let Objective::Stability(stability) = hierarchy.report().objective else { panic!() };
            let close = (stability - theirs.stability).abs() <= TOLERANCE * stability.max(1.0);
            assert!(close, "{stability} and {}", theirs.stability);
            let most = theirs.recipe.ours().min_cluster_size as f64;
            let clusters = &hierarchy.condensed().clusters;
            assert!(clusters.iter().all(|cluster| cluster.weight >= most));
        }
    }
}

/// Theirs are told a probability as if a place were denser than its neighbor, ours at most that of
/// the neighbor.
#[test]
fn new_points_get_the_clusters_that_hdbscan_predicts() {
    for (given, reference) in references() {
        let theirs = &reference.predicted;
        let points = matrix(&given.points);
        let recipe = Hdbscan { min_samples: Some(5), ..Hdbscan::new(10) };
        let hierarchy = recipe.fit(points.view(), None).unwrap();
        assert_eq!(our_clusters(hierarchy.members()), their_clusters(&theirs.labels));
        let probabilities = hierarchy.members().iter().map(|member| member.probability);
        assert_close(probabilities, &theirs.probabilities);

        let new = matrix(&theirs.new);
        let found: Vec<Member> =
            theirs.new.iter().map(|point| hierarchy.membership(point).unwrap()).collect();
        assert_eq!(our_clusters(&found), their_clusters(&theirs.new_labels));
        for (member, their) in found.iter().zip(&theirs.new_probabilities) {
            assert!(member.probability <= their + TOLERANCE, "{member:?} and {their}");
        }
        let equal = found.iter().zip(&theirs.new_probabilities);
        let equal = equal.filter(|(our, their)| (our.probability - *their).abs() <= TOLERANCE);
        assert!(equal.count() * 2 > found.len(), "most are equal");
        let labels: Vec<_> = found.iter().map(|member| member.cluster).collect();
        assert_eq!(hierarchy.labels(new.view()), labels);
    }
}

#[test]
fn optics_orders_points_as_scikit_learn_does() {
    for (given, reference) in references() {
        let points = matrix(&given.points);
        assert!(reference.reachable.iter().any(|theirs| theirs.max_radius.is_some()));
        for theirs in &reference.reachable {
            let recipe = Optics { max_radius: theirs.max_radius, ..Optics::new(5) };
            let order = recipe.fit(points.view()).unwrap();
            assert_eq!(order.rows, theirs.rows);
            let told = order.reachability.iter().zip(&order.core_distances);
            for (row, (reachability, core)) in order.rows.iter().zip(told) {
                let pairs = [
                    (*reachability, theirs.reachability[*row]),
                    (*core, theirs.core_distances[*row]),
                ];
                for (our, their) in pairs {
                    assert_eq!(our.is_some(), their.is_some());
                    assert!((our.unwrap_or(0.0) - their.unwrap_or(0.0)).abs() <= 2e-15);
                }
            }
            let labels = renumbered(order.labels(theirs.radius));
            assert_eq!(labels, their_clusters(&theirs.labels));
        }
    }
}
