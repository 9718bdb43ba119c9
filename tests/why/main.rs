//! Why customers are in their segments, and whether the segments are any good.

mod alike;
mod shrinkage;
mod crossing;
mod fitness;
mod labels;
mod overlap;
mod persona;
mod reason;
mod suggestion;

use chrono::NaiveDate;
use loyalty::cluster::{Init, KMeans};
use loyalty::feature::{Column, FeatureTable, Measure, Preparation, Scale};
use loyalty::id::CustomerId;
use loyalty::money::Currency;
use loyalty::rule::Value;
use loyalty::segment::Fit;
use loyalty::segment::clustered::{Clustered, Clusters};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 1).unwrap()
}

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

fn columns() -> [Column; 3] {
    [
        Column::new("orders(1y)", Measure::Integer),
        Column::new("spend(1y)", Measure::Money(Currency::EUR)),
        Column::new("recency_days", Measure::Integer),
    ]
}

/// Five who buy little, three who buy much, and two who bought much and left.
fn numbers() -> Vec<(&'static str, [f64; 3])> {
    vec![
        ("ann", [1.0, 20.0, 30.0]),
        ("bob", [2.0, 30.0, 25.0]),
        ("cat", [1.0, 25.5, 40.0]),
        ("dan", [3.0, 45.0, 35.0]),
        ("eve", [2.0, 10.0, 45.0]),
        ("fay", [20.0, 1200.0, 5.0]),
        ("gil", [22.0, 1450.25, 3.0]),
        ("hal", [25.0, 1300.0, 9.0]),
        ("ida", [18.0, 1100.0, 300.0]),
        ("joe", [21.0, 1250.0, 340.0]),
    ]
}

fn table() -> FeatureTable {
    let rows = numbers().into_iter().map(|(name, row)| (id(name), row.map(Some)));
    FeatureTable::new(columns(), rows).unwrap()
}

fn row(name: &str) -> Vec<Option<Value>> {
    let table = table();
    let row = table.row(&id(name)).unwrap();
    table.values_at(row, &[0, 1, 2])
}

fn recipe() -> Clusters {
    let scales = [Scale::Standard, Scale::Standard, Scale::Standard];
    let names = ["orders(1y)", "spend(1y)", "recency_days"];
    Clusters::new(KMeans::new(3), Preparation::new(names.into_iter().zip(scales)))
}

/// Cluster 1 buys little, cluster 2 buys much, cluster 3 has left.
fn model() -> Clustered {
    recipe().fit_seeded(&table(), 1).unwrap()
}

/// A model with these centers as they are, on plain numbers `a`, `b`…
fn at_centers(centers: &[Vec<f64>]) -> Clustered {
    let names: Vec<String> =
        (0..centers[0].len()).map(|at| char::from(b'a' + at as u8).to_string()).collect();
    let rows = centers.iter().enumerate();
    let rows = rows.map(|(at, center)| (id(&format!("c{at}")), center.clone()));
    let rows = rows.map(|(id, center)| (id, center.into_iter().map(Some).collect::<Vec<_>>()));
    let table = FeatureTable::new(names.iter().map(|name| Column::from(name.as_str())), rows);
    let mut method = KMeans::new(centers.len());
    method.init = Init::Centers(centers.to_vec());
    let scales = names.iter().map(|name| (name, Scale::None));
    Clusters::new(method, Preparation::new(scales)).fit_seeded(&table.unwrap(), 1).unwrap()
}

fn values(numbers: &[f64]) -> Vec<Option<Value>> {
    numbers.iter().map(|number| Value::number(*number)).collect()
}
