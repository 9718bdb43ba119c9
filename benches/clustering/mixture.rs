//! Gaussian mixtures with 8 components: a step of expectation maximization, and memberships.

use loyalty::cluster::{Covariance, Matrices, Mixture, MixtureInit, Objective};

use super::data::customers;
use super::figures::{CLOCK, Figures, least};

const COMPONENTS: usize = 8;
const ROWS: usize = 50_000;

/// How many steps are timed at once, so that what is done once weighs little.
const STEPS: usize = 20;

const KINDS: [(Covariance, &str); 4] = [
    (Covariance::Full, "full"),
    (Covariance::Tied, "tied"),
    (Covariance::Diagonal, "diag"),
    (Covariance::Spherical, "spherical"),
];

pub fn run(figures: &mut Figures) {
    for columns in [3, 8] {
        let data = customers(ROWS, columns, COMPONENTS, 42 + columns as u64);
        figures.leave(&format!("mixture_d{columns}"), &data);
        let points = data.points.view();
        // The same start as the peer's: the first points, with variances of 1.
        let means: Vec<Vec<f64>> =
            points.outer_iter().take(COMPONENTS).map(|row| row.to_vec()).collect();
        for (covariance, kind) in KINDS {
            let init = MixtureInit::Given {
                shares: vec![1.0 / COMPONENTS as f64; COMPONENTS],
                means: means.clone(),
                precisions: unit(covariance, columns),
            };
            let recipe = Mixture {
                covariance,
                init,
                tolerance: 0.0,
                max_iterations: STEPS,
                ..Mixture::new(COMPONENTS)
            };
            let (time, found) =
                least(3, || recipe.fit_seeded(points, None, 0).expect("it is fine"));
            let ns = time.as_nanos() as f64 / (ROWS * STEPS) as f64;
            let unit = format!("ns/point/step ({CLOCK})");
            figures.tell(&format!("mixture/step/{kind}/d{columns}"), ns, &unit);
            let report = found.report().expect("it was fitted");
            let Objective::LogLikelihood(mean) = report.objective else { continue };
            figures.tell(&format!("mixture/log_likelihood/{kind}/d{columns}"), mean, "");
        }
    }
}

/// Precisions of 1 in every direction.
fn unit(covariance: Covariance, columns: usize) -> Matrices {
    let row = |row| (0..columns).map(|at| f64::from(u8::from(at == row))).collect();
    let matrix: Vec<Vec<f64>> = (0..columns).map(row).collect();
    match covariance {
        Covariance::Full => Matrices::Full(vec![matrix; COMPONENTS]),
        Covariance::Tied => Matrices::Tied(matrix),
        Covariance::Diagonal => Matrices::Diagonal(vec![vec![1.0; columns]; COMPONENTS]),
        Covariance::Spherical => Matrices::Spherical(vec![1.0; COMPONENTS]),
    }
}
