//! The life of segments: who they are after another fit, who moves and why, when they are due, and
//! whether they hold.

mod disparity;
mod drift;
mod identity;
mod migration;
mod outcome;
mod retraining;
mod standing;

use chrono::NaiveDate;
use loyalty::feature::FeatureTable;
use loyalty::id::{CustomerId, SegmentId};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn customer(text: impl AsRef<str>) -> CustomerId {
    CustomerId::new(text).unwrap()
}

fn segment(text: &str) -> SegmentId {
    SegmentId::new(text).unwrap()
}

/// A table of customers `c000`, `c001`… with these rows.
fn table<const N: usize>(columns: [&str; N], rows: &[[f64; N]]) -> FeatureTable {
    let row = |(at, row): (usize, &[f64; N])| (customer(format!("c{at:03}")), row.map(Some));
    FeatureTable::new(columns, rows.iter().enumerate().map(row)).unwrap()
}
