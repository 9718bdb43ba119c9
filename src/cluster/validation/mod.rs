//! How good clusters are, by themselves and against others.

mod agreement;
mod axes;
mod gap;
pub(super) mod resampling;
mod separation;
mod silhouette;
mod stability;

pub use agreement::{
    VMeasure, adjusted_mutual_information, adjusted_rand, fowlkes_mallows,
    normalized_mutual_information, v_measure,
};
pub use gap::{Gap, gap_statistic};
pub use separation::{calinski_harabasz, davies_bouldin};
pub use silhouette::{
    SampledSilhouette, sampled_silhouette, silhouette, silhouettes, simplified_silhouette,
};
pub use stability::{Recurrence, recurrence, stability};

use std::collections::BTreeMap;

use ndarray::ArrayView2;

use crate::path::{Path, Problems};

use super::Fault;
use super::points::Points;

/// Points and the clusters that they are in.
struct Labeled<'a> {
    points: Points<'a>,
    /// The labels replaced by 0, 1, 2… in the order in which they first occur.
    numbers: Vec<usize>,
    /// How many points are in each.
    sizes: Vec<usize>,
}

impl<'a> Labeled<'a> {
    /// Checks that there is a label for each point, and that at least two labels differ.
    fn check(matrix: ArrayView2<'a, f64>, labels: &[usize]) -> Result<Self, Problems<Fault>> {
        let points = Points::check(matrix, None)?;
        let path = Path::from("labels");
        if labels.len() != points.len() {
            let (expected, found) = (points.len(), labels.len());
            return Err(Problems::one(path, Fault::Count { what: "labels", expected, found }));
        }
        let (numbers, sizes) = numbered(labels);
        if sizes.len() < 2 {
            return Err(Problems::one(path, Fault::OneCluster));
        }
        Ok(Self { points, numbers, sizes })
    }

    /// The mean of each cluster, row-major.
    fn means(&self) -> Vec<f64> {
        means(&self.points, &self.numbers, self.sizes.len())
    }
}

/// The weighted mean of each of so many clusters, row-major.
pub(super) fn means(points: &Points<'_>, numbers: &[usize], clusters: usize) -> Vec<f64> {
    let columns = points.columns();
    let mut means = vec![0.0; clusters * columns];
    let mut totals = vec![0.0; clusters];
    for ((point, &weight), &number) in points.iter().zip(points.weights()).zip(numbers) {
        let start = number * columns;
        let mean = means.get_mut(start..start + columns).unwrap_or_default();
        mean.iter_mut().zip(point).for_each(|(sum, x)| *sum += weight * x);
        totals.get_mut(number).into_iter().for_each(|total| *total += weight);
    }
    for (mean, &total) in means.chunks_exact_mut(columns).zip(&totals) {
        mean.iter_mut().filter(|_| total > 0.0).for_each(|sum| *sum /= total);
    }
    means
}

/// The labels replaced by 0, 1, 2…, and how often each occurs.
pub(super) fn numbered(labels: &[usize]) -> (Vec<usize>, Vec<usize>) {
    let mut numbers = BTreeMap::new();
    let mut sizes = Vec::new();
    let number = |label| {
        let number = *numbers.entry(label).or_insert(sizes.len());
        match sizes.get_mut(number) {
            Some(size) => *size += 1,
            None => sizes.push(1),
        }
        number
    };
    (labels.iter().map(number).collect(), sizes)
}
