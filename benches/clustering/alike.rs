//! Look-alikes of a thousand and ten thousand seeds among a million customers.

use std::collections::BTreeSet;

use loyalty::feature::{FeatureTable, Preparation, Prepared, Scale};
use loyalty::id::CustomerId;
use loyalty::segment::alike::LookAlikes;

use super::data::customers;
use super::figures::{CLOCK, Figures, least};

const ROWS: usize = 1_000_000;
const COMPONENTS: usize = 8;

/// Coordinates and seeds.
const SHAPES: [(usize, usize); 4] = [(3, 1_000), (3, 10_000), (8, 1_000), (8, 10_000)];

pub fn run(figures: &mut Figures) {
    for (columns, count) in SHAPES {
        let (table, prepared) = prepared(columns);
        let every = ROWS / count;
        let seeds: BTreeSet<CustomerId> =
            table.customers().iter().step_by(every).cloned().collect();
        let recipe = LookAlikes::default();
        let (time, found) =
            least(1, || recipe.find(&prepared, &table, &seeds).expect("it is fine"));
        let key = format!("alike/million/d{columns}/seeds{count}");
        figures.tell(&key, time.as_secs_f64() * 1e3, &format!("ms ({CLOCK})"));
        let farthest = found.last().map_or(0.0, |found| found.distance);
        figures.tell(&format!("{key}/farthest"), farthest, "");
    }
}

/// A million customers, and their columns as they are.
fn prepared(columns: usize) -> (FeatureTable, Prepared) {
    let data = customers(ROWS, columns, COMPONENTS, 7);
    let names: Vec<String> = (0..columns).map(|column| format!("x{column}")).collect();
    let rows = data.points.outer_iter().enumerate().map(|(row, point)| {
        let id = CustomerId::new(format!("c{row:07}")).expect("it is an id");
        (id, point.iter().map(|&x| Some(x)).collect::<Vec<_>>())
    });
    let table = FeatureTable::new(names.iter().map(String::as_str), rows).expect("it is fine");
    let columns = names.iter().map(|name| (name.as_str(), Scale::None));
    let prepared = Preparation::new(columns).fit(&table).expect("it is fine");
    (table, prepared)
}
