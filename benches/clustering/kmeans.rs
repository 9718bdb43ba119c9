//! K-means with 8 clusters: a step of it, whole fits and what they find, and a million: labels, and
//! fits in batches.

use loyalty::cluster::validation::adjusted_rand;
use loyalty::cluster::{Clustering, Init, KMeans, MiniBatch, Objective};

use super::data::{Data, customers};
use super::figures::{CLOCK, Figures, least};

const CLUSTERS: usize = 8;
const ROWS: usize = 100_000;
const MILLION: usize = 1_000_000;

/// How many steps are timed at once, so that checks before and after weigh little.
const STEPS: usize = 30;

/// How many fits are timed at once: the clock of a thread does not tell single milliseconds.
const TOGETHER: u32 = 5;

/// Over how many mixtures agreement with the truth is averaged.
const MIXTURES: u64 = 12;

pub fn run(figures: &mut Figures) {
    for columns in [3, 8, 16] {
        let name = format!("customers_d{columns}");
        let data = customers(ROWS, columns, CLUSTERS, 42 + columns as u64);
        figures.leave(&name, &data);
        let points = data.points.view();
        // The same start as the peer's: the first points.
        let centers = points.outer_iter().take(CLUSTERS).map(|row| row.to_vec()).collect();
        let init = Init::Centers(centers);
        let recipe =
            KMeans { init, tolerance: 0.0, max_iterations: STEPS, ..KMeans::new(CLUSTERS) };
        let fit = || recipe.fit_seeded(points, None, 0).expect("it is fine");
        let (time, found) = least(7, || (1..TOGETHER).fold(fit(), |_, _| fit()));
        let report = found.report().expect("it was fitted");
        let steps = (ROWS * report.iterations) as f64 * f64::from(TOGETHER);
        let ns = time.as_nanos() as f64 / steps;
        figures.tell(&format!("kmeans/step/d{columns}"), ns, &format!("ns/point/step ({CLOCK})"));
        let Objective::Inertia(inertia) = report.objective else { continue };
        figures.tell(&format!("kmeans/step_inertia/d{columns}"), inertia, "");

        let recipe = KMeans::new(CLUSTERS);
        let (time, found) = least(1, || recipe.fit_seeded(points, None, 1).expect("it is fine"));
        let unit = format!("ms ({CLOCK}), 10 starts");
        figures.tell(&format!("kmeans/fit/d{columns}"), time.as_secs_f64() * 1e3, &unit);
        figures.tell(&format!("kmeans/ari/d{columns}"), agreement(&data, &found), "");
    }
    for columns in [3, 8] {
        let of_mixture = |seed| {
            let data = customers(ROWS, columns, CLUSTERS, seed);
            figures.leave(&format!("mixture_d{columns}_{seed}"), &data);
            let found = KMeans::new(CLUSTERS).fit_seeded(data.points.view(), None, seed);
            agreement(&data, &found.expect("it is fine"))
        };
        let mean = (0..MIXTURES).map(of_mixture).sum::<f64>() / MIXTURES as f64;
        figures.tell(&format!("kmeans/ari_of_mixtures/d{columns}"), mean, "mean");
    }
    for columns in [3, 8] {
        let data = customers(MILLION, columns, CLUSTERS, 42);
        figures.leave(&format!("customers_1m_d{columns}"), &data);
        let recipe = KMeans { restarts: 1, max_iterations: 3, ..KMeans::new(CLUSTERS) };
        let found = recipe.fit_seeded(data.points.view(), None, 0).expect("it is fine");
        let (time, _) = least(5, || found.labels(data.points.view()));
        let unit = format!("ms ({CLOCK})");
        for (name, mini_batch) in [("fit", None), ("batches", Some(MiniBatch::default()))] {
            let recipe = KMeans { mini_batch, ..KMeans::new(CLUSTERS) };
            let (time, found) =
                least(1, || recipe.fit_seeded(data.points.view(), None, 1).expect("it is fine"));
            let key = format!("kmeans/{name}_1m/d{columns}");
            figures.tell(&key, time.as_secs_f64() * 1e3, &unit);
            let Objective::Inertia(inertia) = found.report().expect("it was fitted").objective
            else {
                continue;
            };
            figures.tell(&format!("{key}/inertia"), inertia, "");
        }
        figures.tell(&format!("kmeans/labels_1m/d{columns}"), time.as_secs_f64() * 1e3, &unit);
    }
}

/// The adjusted Rand index of the clusters and what the points were drawn from.
fn agreement(data: &Data, found: &Clustering) -> f64 {
    let labels: Vec<usize> = found.labels(data.points.view()).into_iter().flatten().collect();
    let truth: Vec<usize> = data.labels.iter().map(|&label| label as usize).collect();
    adjusted_rand(&truth, &labels).expect("there is a label each")
}
