//! DBSCAN and HDBSCAN against scikit-learn and the package hdbscan, against their definitions, and
//! against hostile points.

mod hostile;
mod laws;
mod naive;
mod references;

use std::collections::BTreeMap;

use ndarray::Array2;

fn matrix(points: &[Vec<f64>]) -> Array2<f64> {
    let columns = points.first().map_or(0, Vec::len);
    Array2::from_shape_vec((points.len(), columns), points.concat()).unwrap()
}

/// Labels numbered by their first appearance, so that equal clusterings are equal.
fn renumbered<L: Copy + Ord>(labels: impl IntoIterator<Item = Option<L>>) -> Vec<Option<usize>> {
    let mut numbers = BTreeMap::new();
    let number = |label: Option<L>| {
        label.map(|label| {
            let next = numbers.len();
            *numbers.entry(label).or_insert(next)
        })
    };
    labels.into_iter().map(number).collect()
}
