//! Scores of 8 clusters: exact silhouettes, scores at means, agreement, and the choice of k.

use std::hint::black_box;

use loyalty::cluster::KMeans;
use loyalty::cluster::choice::{Criteria, choose};
use loyalty::cluster::validation::{
    adjusted_mutual_information, adjusted_rand, calinski_harabasz, davies_bouldin,
    sampled_silhouette, silhouette,
};

use super::data::customers;
use super::figures::{CLOCK, Figures, least};

const CLUSTERS: usize = 8;
const ROWS: usize = 10_000;

/// How often what is quick is done at once.
const TIMES: usize = 500;

pub fn run(figures: &mut Figures) {
    let ms = format!("ms ({CLOCK})");
    for columns in [3, 8] {
        let data = customers(ROWS, columns, CLUSTERS, 42 + columns as u64);
        let name = format!("scores_d{columns}");
        figures.leave(&name, &data);
        let points = data.points.view();
        let labels: Vec<usize> = data.labels.iter().map(|&label| label as usize).collect();
        let mut tell = |what: &str, value: f64, unit: &str| {
            figures.tell(&format!("scores/{what}/d{columns}"), value, unit);
        };
        let (time, mean) = least(3, || silhouette(points, &labels).expect("it is fine"));
        tell("silhouette", time.as_secs_f64() * 1e3, &ms);
        tell("silhouette_mean", mean, "");
        let (time, some) =
            least(3, || sampled_silhouette(points, &labels, 1_000, 1).expect("it is fine"));
        tell("silhouette_of_1000", time.as_secs_f64() * 1e3, &ms);
        tell("silhouette_of_1000_off", (some.mean - mean).abs() / some.error, "standard errors");
        let quick = |score: &dyn Fn() -> f64| {
            let (time, sum) = least(2, || (0..TIMES).map(|_| black_box(score())).sum::<f64>());
            assert!(sum.is_finite(), "a score is a number");
            time.as_secs_f64() * 1e3 / TIMES as f64
        };
        let time = quick(&|| calinski_harabasz(points, &labels).expect("it is fine"));
        tell("calinski_harabasz", time, &ms);
        let time = quick(&|| davies_bouldin(points, &labels).expect("it is fine"));
        tell("davies_bouldin", time, &ms);
        let other = KMeans { restarts: 1, ..KMeans::new(CLUSTERS) }
            .fit_seeded(points, None, 1)
            .expect("it is fine")
            .labels(points);
        let other: Vec<usize> = other.into_iter().flatten().collect();
        let time = quick(&|| adjusted_rand(&labels, &other).expect("there is a label each"));
        tell("adjusted_rand", time, &ms);
        let agreement = || adjusted_mutual_information(&labels, &other);
        let time = quick(&|| agreement().expect("there is a label each"));
        tell("adjusted_mutual_information", time, &ms);
        let criteria = Criteria::default();
        let recipe = KMeans::new(CLUSTERS);
        let (time, choice) =
            least(1, || choose(&recipe, points, None, 2..=10, &criteria, 1).expect("it is fine"));
        tell("choice_of_2_to_10", time.as_secs_f64() * 1e3, &ms);
        tell("chosen", choice.recommended as f64, "clusters");
    }
}
