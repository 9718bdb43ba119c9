//! The choice of k against scikit-learn, and the gap statistic and stability against their
//! definitions.

use std::sync::Mutex;

use loyalty::cluster::choice::{Choice, Comparison, Criteria, Reason, Row, choose, compare};
use loyalty::cluster::validation::{Gap, gap_statistic, recurrence, silhouette, stability};
use loyalty::cluster::{
    Covariance, Cut, Dbscan, Fault, Hdbscan, Hierarchy, KMeans, Linkage, Method, Mixture,
};
use ndarray::{Array2, ArrayView2, array};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Deserialize;

/// Points from the reference of k-means.
#[derive(Deserialize)]
struct Data {
    points: Vec<Vec<f64>>,
}

/// What scikit-learn 1.9.1 gives, as `source` in the file says.
#[derive(Deserialize)]
struct Reference {
    iris_std: Cases,
    moons300: Cases,
}

#[derive(Deserialize)]
struct Cases {
    choose: Table,
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

fn data() -> [(Data, Table); 2] {
    let reference: Reference = serde_json::from_str(include_str!("data/scores.json")).unwrap();
    let points =
        [include_str!("data/kmeans_iris_std.json"), include_str!("data/kmeans_moons300.json")];
    let [iris, moons] = points.map(|json| serde_json::from_str(json).unwrap());
    [(iris, reference.iris_std.choose), (moons, reference.moons300.choose)]
}

fn assert_near(left: f64, right: f64, what: &str) {
    assert!((left - right).abs() <= 1e-11 * right.abs().max(1.0), "{what}: {left} {right}");
}

#[test]
fn the_table_of_k_is_as_good_as_that_of_scikit_learn() {
    for (Data { points }, theirs) in data() {
        let columns = points[0].len();
        let points = Array2::from_shape_vec((points.len(), columns), points.concat()).unwrap();
        let recipe = KMeans { restarts: 50, ..KMeans::new(2) };
        let mixture = Mixture { restarts: 20, ..Mixture::new(2) };
        let criteria = Criteria { references: 0, pairs: 0, mixture, ..Criteria::default() };
        let choice = choose(&recipe, points.view(), None, 2..=8, &criteria, 1).unwrap();
        let least = |scores: &mut dyn Iterator<Item = f64>| {
            let scores: Vec<f64> = scores.collect();
            let least = scores.iter().copied().fold(f64::INFINITY, f64::min);
            2 + scores.iter().position(|&score| score == least).unwrap()
        };
        let rows = || choice.table.iter();
        for (at, row) in rows().enumerate() {
            assert_eq!(row.clusters, at + 2);
            // Both are the best of several starts: what is as good has the same scores.
            if (row.inertia - theirs.inertia[at]).abs() < 1e-9 {
                assert_near(row.silhouette.unwrap(), theirs.silhouette[at], "silhouette");
                assert_near(row.calinski_harabasz.unwrap(), theirs.calinski[at], "calinski");
                assert_near(row.davies_bouldin.unwrap(), theirs.davies[at], "davies");
            }
            assert!(row.inertia < 1.005 * theirs.inertia[at]);
        }
        let same = rows()
            .zip(&theirs.inertia)
            .filter(|(row, theirs)| (row.inertia - **theirs).abs() < 1e-9);
        assert!(same.count() >= 4);
        let best = least(&mut theirs.gmm_full_bic.iter().copied());
        assert_eq!(least(&mut rows().map(|row| row.bic)), best);
        assert!(rows().all(|row| row.gap.is_none() && row.stability.is_none()));
        let separated = least(&mut theirs.silhouette.iter().map(|score| -score));
        assert_eq!(choice.recommended, separated);
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

const FIVE: [[f64; 2]; 5] = [[0.0, 0.0], [7.0, 0.0], [0.0, 7.0], [7.0, 7.0], [3.5, 14.0]];

#[test]
fn clouds_that_are_apart_are_counted() {
    for count in 2..=5 {
        let points = clouds(&FIVE[..count], count as u64);
        let choice =
            choose(&KMeans::new(1), points.view(), None, 2..=7, &Criteria::default(), 1).unwrap();
        assert_eq!(choice.recommended, count, "{choice}");
        let Reason::BestSeparated { gap, stability, .. } = &choice.reason else {
            panic!("{choice}")
        };
        assert_eq!(*gap, Some(count));
        assert!(stability.unwrap() > 0.95);
    }
    let points = clouds(&FIVE[..3], 1);
    let recipe = Mixture { restarts: 2, covariance: Covariance::Spherical, ..Mixture::new(1) };
    let criteria = Criteria { references: 5, pairs: 5, ..Criteria::default() };
    let choice = choose(&recipe, points.view(), None, 1..=4, &criteria, 1).unwrap();
    assert_eq!(choice.recommended, 3);
    assert_eq!(choice.table[0].silhouette, None);
    let fitted = Mixture { components: 3, ..recipe }.fit_seeded(points.view(), None, 1).unwrap();
    assert_eq!(choice.table[2].bic, fitted.bic().unwrap());
}

#[test]
fn one_cloud_has_no_clusters_and_the_reason_says_so() {
    for seed in 0..4 {
        let mut points = clouds(&[[0.0, 0.0]; 4], seed);
        // Round, and long in a slanting direction.
        for stretch in [0.0, 3.0] {
            points.outer_iter_mut().for_each(|mut point| point[0] += stretch * point[1]);
            let criteria = Criteria { pairs: 5, ..Criteria::default() };
            let choice =
                choose(&KMeans::new(1), points.view(), None, 2..=6, &criteria, seed).unwrap();
            assert_eq!(choice.recommended, 1, "{choice}");
            assert!(choice.to_string().starts_with("1 cluster: nothing separates: "), "{choice}");
            assert!(matches!(choice.reason, Reason::NothingSeparates { .. }));
        }
    }
}

#[test]
fn where_nothing_separates_the_best_cut_is_told_beside_it() {
    let points = clouds(&[[0.0, 0.0]; 4], 2);
    for least_stability in [-1.0, 0.75, 1.0] {
        let criteria = Criteria { pairs: 5, least_stability, ..Criteria::default() };
        let found = choose(&KMeans::new(1), points.view(), None, 2..=6, &criteria, 2).unwrap();
        // The greatest silhouette of the stable rows, of all if there are none.
        let stable = |row: &&Row| row.stability.unwrap() >= least_stability;
        let mut rows: Vec<&Row> = found.table.iter().filter(stable).collect();
        if rows.is_empty() {
            rows = found.table.iter().collect();
        }
        rows.sort_by(|left, right| right.silhouette.unwrap().total_cmp(&left.silhouette.unwrap()));
        let cut = rows[0].clusters;
        assert_eq!((found.recommended, found.best_cut), (1, Some(cut)));
        let told = format!("; as levels, a cut into {cut} is best");
        assert!(found.to_string().ends_with(&told), "{found}");
    }
    let apart = clouds(&FIVE[..3], 1);
    let found =
        choose(&KMeans::new(1), apart.view(), None, 2..=4, &Criteria::default(), 1).unwrap();
    assert_eq!((found.recommended, found.best_cut), (3, Some(3)));
    assert!(found.to_string().starts_with("3 clusters: the clusters are best separated"));
    let one = choose(&KMeans::new(1), points.view(), None, 1..=1, &Criteria::default(), 1).unwrap();
    assert_eq!(one.best_cut, None);
}

#[test]
fn a_choice_is_data_and_the_same_for_the_same_seed() {
    let points = clouds(&FIVE[..2], 3);
    let weights = vec![2.0; 60];
    let criteria: Criteria = serde_json::from_str(r#"{"references":4,"pairs":3}"#).unwrap();
    let choose = |seed| {
        choose(&KMeans::new(1), points.view(), Some(&weights), 2..=3, &criteria, seed).unwrap()
    };
    let json = serde_json::to_string(&choose(5)).unwrap();
    assert_eq!(json, serde_json::to_string(&choose(5)).unwrap());
    assert_eq!(serde_json::from_str::<Choice>(&json).unwrap(), choose(5));
    assert_ne!(choose(5).table[0].gap, choose(6).table[0].gap);
    let none: [(usize, usize); 2] = [(0, 3), (3, 2)];
    for (least, most) in none {
        let found = loyalty::cluster::choice::choose(
            &KMeans::new(1),
            points.view(),
            None,
            least..=most,
            &Criteria { sample: 0, ..Criteria::default() },
            1,
        );
        let problems = found.unwrap_err();
        let paths: Vec<&str> = problems.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(paths, ["sample", "clusters"]);
    }
}

/// The logarithm of the paper's W: for each cluster the squared distances of all ordered pairs of
/// its points, over twice their number.
fn log_dispersion(points: ArrayView2<'_, f64>, labels: &[usize]) -> f64 {
    let mut sum = 0.0;
    for cluster in 0..=1 {
        let rows = points.outer_iter().zip(labels).filter(|(_, label)| **label == cluster);
        let rows: Vec<_> = rows.map(|(point, _)| point).collect();
        for left in &rows {
            for right in &rows {
                let difference = left - right;
                sum += difference.dot(&difference) / (2.0 * rows.len() as f64);
            }
        }
    }
    f64::ln(sum)
}

#[test]
fn a_gap_is_what_its_definition_says() {
    let points = clouds(&FIVE[..2], 9);
    let seen = Mutex::new(Vec::new());
    let halves = |rows: ArrayView2<'_, f64>, clusters: usize, _| {
        let half = |row: ndarray::ArrayView1<'_, f64>| usize::from(row[0] > 3.5) % clusters;
        let labels: Vec<usize> = rows.outer_iter().map(half).collect();
        let own = rows == points;
        seen.lock().unwrap().push((clusters, own, log_dispersion(rows, &labels)));
        Ok(labels)
    };
    let gaps = gap_statistic(points.view(), 1..=2, 30, 1, halves).unwrap();
    let seen = seen.into_inner().unwrap();
    for gap in &gaps {
        let of = |own: bool| {
            let seen = seen.iter().filter(|seen| (seen.0, seen.1) == (gap.clusters, own));
            seen.map(|seen| seen.2).collect::<Vec<f64>>()
        };
        let (own, references) = (of(true)[0], of(false));
        assert_eq!(references.len(), 30);
        let mean = references.iter().sum::<f64>() / 30.0;
        let variance = references.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 30.0;
        assert_near(gap.log_dispersion, own, "dispersion");
        assert_near(gap.gap, mean - own, "gap");
        assert!((gap.error - (variance * (1.0 + 1.0 / 30.0)).sqrt()).abs() < 1e-9);
    }
    assert!(gaps[1].gap > gaps[0].gap + 1.0);
}

#[test]
fn two_rules_choose_from_gaps() {
    let gap = |clusters, gap, error| Gap { clusters, gap, error, log_dispersion: 0.0 };
    let dip = [gap(1, 0.5, 0.1), gap(2, 0.4, 0.1), gap(3, 0.85, 0.1), gap(4, 0.9, 0.1)];
    assert_eq!((Gap::first(&dip), Gap::best(&dip)), (Some(1), Some(3)));
    let rise = [gap(1, 0.1, 0.1), gap(2, 0.4, 0.1)];
    assert_eq!((Gap::first(&rise), Gap::best(&rise)), (Some(2), Some(2)));
    assert_eq!((Gap::first(&[]), Gap::best(&[])), (None, None));
}

#[test]
fn stable_clusters_are_found_again_and_chance_is_not() {
    let points = clouds(&FIVE[..2], 9);
    let agreement = stability(points.view(), 10, 1, |sample, seed| {
        let found = KMeans::new(2).fit_seeded(sample, None, seed)?;
        Ok(move |points: ArrayView2<'_, f64>| found.labels(points))
    });
    assert_eq!(agreement.unwrap(), 1.0);
    // Labels that depend on nothing but how the first drawn point begins.
    let agreement = stability(points.view(), 200, 1, |sample, _| {
        let mut rng = ChaCha8Rng::seed_from_u64(sample[[0, 0]].to_bits());
        let labels: Vec<_> = (0..60).map(|_| Some(usize::from(rng.next_u64() % 2 == 0))).collect();
        Ok(move |_: ArrayView2<'_, f64>| labels.clone())
    });
    assert!(agreement.unwrap().abs() < 0.1);
}

#[test]
fn clusters_recur_as_far_as_they_are_clusters() {
    // Two lines of 20, which are always found; what is given parts the second into 15 and 5.
    let points = Array2::from_shape_fn((40, 2), |(row, column)| match column {
        0 => (row % 20) as f64,
        _ => (row / 20 * 100) as f64,
    });
    let given: Vec<usize> =
        (0..40).map(|row| 2 * usize::from(row >= 20) + usize::from(row >= 35)).collect();
    let fit = |sample: ArrayView2<'_, f64>, seed| {
        let found = KMeans::new(2).fit_seeded(sample, None, seed)?;
        Ok(move |points: ArrayView2<'_, f64>| found.labels(points))
    };
    let found = recurrence(points.view(), &given, 6, 1, fit).unwrap();
    // Cluster 1 has no points; 15 and 5 of the line's 20 are theirs.
    assert_eq!(found.clusters, [Some(1.0), None, Some(0.75), Some(0.25)]);
    // Pairs together: 190 + 105 + 10 of what is given, which all are so in the lines' 2 · 190.
    let (both, most, chance) = (305.0, (305.0 + 380.0) / 2.0, 305.0 * 380.0 / 780.0);
    assert_near(found.agreement, (both - chance) / (most - chance), "agreement");
    let told = recurrence(points.view(), &given[1..], 6, 1, fit).unwrap_err().to_string();
    assert_eq!(told, "`labels`: there are 39 labels: 40 are needed");
    let told = recurrence(points.view(), &given, 0, 1, fit).unwrap_err().to_string();
    assert_eq!(told, "`fits`: at least 1 is needed");
}

#[test]
fn the_scores_of_a_tree_are_those_of_its_own_branches() {
    let points = clouds(&FIVE, 3);
    let tree = Hierarchy { linkage: Linkage::Complete, ..Hierarchy::new(Cut::Height(0.5)) };
    let criteria = Criteria { references: 5, pairs: 4, ..Criteria::default() };
    let choice = choose(&tree, points.view(), None, 2..=7, &criteria, 1).unwrap();
    assert_eq!(choice.recommended, 5, "{choice}");
    for row in &choice.table {
        let cut = Hierarchy { cut: Cut::Clusters(row.clusters), ..tree.clone() };
        let members = cut.fit(points.view(), None).unwrap().members().to_vec();
        assert_eq!(row.silhouette, silhouette(points.view(), &members).ok());
    }
    // The same by way of any method.
    let method = Method::from(Hierarchy { cut: Cut::Clusters(9), ..tree });
    let again = choose(&method, points.view(), None, 2..=7, &criteria, 1).unwrap();
    assert_eq!(choice, again);
    let radius = Method::from(Dbscan::new(1.0));
    let told = choose(&radius, points.view(), None, 2..=3, &criteria, 1).unwrap_err();
    assert!(told.iter().all(|problem| problem.fault == Fault::NoNumber), "{told}");
}

#[test]
fn methods_are_compared_by_the_same_scores() {
    let points = clouds(&FIVE, 3);
    let methods: [Method; 5] = [
        Dbscan { min_weight: 4.0, ..Dbscan::new(0.01) }.into(),
        KMeans::new(1).into(),
        Mixture::new(1).into(),
        Hierarchy::new(Cut::Height(1e9)).into(),
        Hdbscan::new(10).into(),
    ];
    let criteria = Criteria { references: 5, pairs: 4, ..Criteria::default() };
    let found = compare(&methods, points.view(), None, 2..=7, &criteria, 1).unwrap();
    let names: Vec<&str> = found.candidates.iter().map(|it| it.method.name()).collect();
    // All three find the five clouds; nothing is dense within 0.01, and a tree that is cut above
    // its root is one cluster.
    assert_eq!(names[3..], ["dbscan", "hierarchy"], "{found}");
    let best = found.recommended().unwrap();
    assert_eq!((best.method.name(), best.choice.recommended), ("kmeans", 5), "{found}");
    assert_eq!(best.method, Method::from(KMeans::new(5)));
    assert!(found.to_string().starts_with("kmeans: 5 clusters: the clusters are best separated"));
    for candidate in &found.candidates[..3] {
        let labels = candidate.method.fit_seeded(points.view(), None, 1).unwrap();
        let labels = labels.labels(points.view());
        let labels: Vec<usize> = labels.into_iter().map(|it| it.unwrap_or(99)).collect();
        let own = silhouette(points.view(), &labels).unwrap();
        let told = candidate.scores().and_then(|row: &Row| row.silhouette).unwrap();
        assert!((own - told).abs() < 0.02, "{}: {own} {told}", candidate.method.name());
    }
    let silhouettes: Vec<f64> = found.candidates[..3]
        .iter()
        .map(|it| it.scores().and_then(|row| row.silhouette).unwrap())
        .collect();
    assert!(silhouettes.is_sorted_by(|left, right| left >= right), "{silhouettes:?}");
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Comparison>(&json).unwrap(), found);
}

#[test]
fn where_nothing_separates_no_method_is_recommended_and_faults_have_their_method() {
    let one = clouds(&[[0.0, 0.0]], 8);
    let criteria = Criteria { references: 10, pairs: 2, ..Criteria::default() };
    let methods = [KMeans::new(2).into(), Hierarchy::new(Cut::Clusters(2)).into()];
    let found = compare(&methods, one.view(), None, 2..=4, &criteria, 1).unwrap();
    assert!(found.recommended().is_none(), "{found}");
    assert!(found.to_string().starts_with("no method is recommended\nkmeans: 1 cluster: nothing"));
    let methods = [KMeans::new(2).into(), Dbscan::new(-1.0).into()];
    let told = compare(&methods, one.view(), None, 2..=4, &criteria, 1).unwrap_err().to_string();
    assert!(told.starts_with("`methods[1].dbscan.radius`: `-1` is no radius"), "{told}");
    let told = compare(&[], one.view(), None, 2..=4, &criteria, 1).unwrap_err().to_string();
    assert_eq!(told, "`methods`: at least 1 is needed");
}

#[test]
fn whatever_the_points_are_the_table_has_numbers() {
    let criteria = Criteria { references: 3, pairs: 3, ..Criteria::default() };
    let far = array![[1e120], [-1e120], [1e120], [1e120]];
    for points in [far, array![[1.0], [1.0]], array![[1.0]]] {
        let choice = choose(&KMeans::new(2), points.view(), None, 2..=3, &criteria, 1).unwrap();
        assert!(serde_json::to_string(&choice).unwrap().contains("recommended"));
        assert!(choice.table.iter().all(|row| row.bic.is_finite() && row.inertia.is_finite()));
    }
}

#[cfg(feature = "rayon")]
#[test]
fn the_number_of_threads_changes_no_byte() {
    let points = clouds(&FIVE, 5);
    let many = Array2::from_shape_fn((5_000, 2), |(row, column)| {
        points[[row % 150, column]] + f64::sin((row * (column + 1)) as f64)
    });
    let criteria = Criteria { references: 3, pairs: 3, ..Criteria::default() };
    let told = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let mixture = Mixture { restarts: 2, ..Mixture::new(5) };
            let found = mixture.fit_seeded(many.view(), None, 1).unwrap();
            let labels = found.labels(many.view()).into_iter().flatten().collect::<Vec<_>>();
            let widths = loyalty::cluster::validation::silhouettes(many.view(), &labels).unwrap();
            let choice = choose(&KMeans::new(1), points.view(), None, 2..=4, &criteria, 1).unwrap();
            serde_json::to_string(&(found, labels, widths, choice)).unwrap()
        })
    };
    let one = told(1);
    for threads in [2, 8] {
        assert!(told(threads) == one, "on {threads} threads");
    }
}
