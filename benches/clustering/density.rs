//! DBSCAN of a hundred thousand points, HDBSCAN of ten and a hundred thousand, and new points.

use loyalty::cluster::{Dbscan, Hdbscan};

use super::data::customers;
use super::figures::{CLOCK, Figures, least};

const COMPONENTS: usize = 5;

/// Coordinates and radii: mostly noise, a mixture, and hardly any noise.
const FLAT: [(usize, f64); 5] = [(2, 0.02), (3, 0.05), (3, 0.1), (3, 0.2), (8, 0.7)];

/// Points, coordinates, and how often it is run.
const HIERARCHICAL: [(usize, usize, usize); 3] = [(10_000, 3, 5), (10_000, 8, 3), (100_000, 3, 1)];

pub fn run(figures: &mut Figures) {
    let unit = format!("ms ({CLOCK})");
    for (columns, radius) in FLAT {
        let data = customers(100_000, columns, COMPONENTS, 7);
        figures.leave(&format!("density_100k_d{columns}"), &data);
        let recipe = Dbscan { min_weight: 10.0, ..Dbscan::new(radius) };
        let points = data.points.view();
        let (time, found) = least(5, || recipe.fit(points, None).expect("it is fine"));
        let key = format!("density/dbscan_100k/d{columns}/r{radius}");
        figures.tell(&key, time.as_secs_f64() * 1e3, &unit);
        figures.tell(&format!("{key}/noise"), found.report().noise as f64, "points");
        figures.tell(&format!("{key}/clusters"), found.clusters().len() as f64, "");
        let (time, _) = least(3, || found.labels(points));
        let each = time.as_nanos() as f64 / points.nrows() as f64;
        figures.tell(&format!("{key}/labels"), each, &format!("ns/point ({CLOCK})"));
    }
    for (rows, columns, runs) in HIERARCHICAL {
        let data = customers(rows, columns, COMPONENTS, 7);
        let name = format!("{}k_d{columns}", rows / 1000);
        figures.leave(&format!("density_hierarchy_{name}"), &data);
        let recipe = Hdbscan { min_samples: Some(10), ..Hdbscan::new(50) };
        let points = data.points.view();
        let (time, found) = least(runs, || recipe.fit(points, None).expect("it is fine"));
        let key = format!("density/hdbscan_{name}");
        figures.tell(&key, time.as_secs_f64() * 1e3, &unit);
        figures.tell(&format!("{key}/noise"), found.report().noise as f64, "points");
        figures.tell(&format!("{key}/clusters"), found.clusters().len() as f64, "");
        let (time, _) = least(runs, || found.labels(points));
        let each = time.as_nanos() as f64 / rows as f64;
        figures.tell(&format!("{key}/labels"), each, &format!("ns/point ({CLOCK})"));
    }
}
