//! How good clusters are, by themselves and against others.

use std::collections::BTreeMap;

use ndarray::ArrayView2;

use crate::path::{Path, Problems};

use super::Fault;
use super::points::{Points, squared_distance};

/// How well each point lies in its cluster: from 1 (far from all others) over 0 (on the border) to
/// -1 (another would suit it better); 0 for a point that is alone in its cluster.
///
/// P. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster
/// analysis", Journal of Computational and Applied Mathematics 20 (1987), 53–65.
///
/// # Errors
/// Points that cannot be clustered, another number of labels than of points, or one cluster only.
///
/// # Complexity
/// O(n² d) time and O(n + k) memory.
pub fn silhouettes(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
) -> Result<Vec<f64>, Problems<Fault>> {
    let points = Points::check(points, None)?;
    if labels.len() != points.len() {
        let (expected, found) = (points.len(), labels.len());
        let fault = Fault::Count { what: "labels", expected, found };
        return Err(Problems::one(Path::from("labels"), fault));
    }
    let (numbers, sizes) = numbered(labels);
    if sizes.len() < 2 {
        return Err(Problems::one(Path::from("labels"), Fault::OneCluster));
    }
    let mut sums = vec![0.0; sizes.len()];
    let silhouette = |(point, &own): (&[f64], &usize)| {
        sums.fill(0.0);
        for (other, &number) in points.iter().zip(&numbers) {
            if let Some(sum) = sums.get_mut(number) {
                *sum += squared_distance(point, other).sqrt();
            }
        }
        width(&sums, &sizes, own)
    };
    Ok(points.iter().zip(&numbers).map(silhouette).collect())
}

/// The mean of all [`silhouettes`]: how well separated the clusters are.
///
/// # Errors
/// As [`silhouettes`].
pub fn silhouette(points: ArrayView2<'_, f64>, labels: &[usize]) -> Result<f64, Problems<Fault>> {
    let silhouettes = silhouettes(points, labels)?;
    Ok(silhouettes.iter().sum::<f64>() / silhouettes.len() as f64)
}

/// The silhouette of a point of cluster `own`, whose distances to each cluster's points sum to
/// `sums`.
fn width(sums: &[f64], sizes: &[usize], own: usize) -> f64 {
    let mut within = 0.0;
    let mut nearest = f64::INFINITY;
    for (cluster, (&sum, &size)) in sums.iter().zip(sizes).enumerate() {
        if cluster != own {
            nearest = nearest.min(sum / size as f64);
        } else if size == 1 {
            return 0.0;
        } else {
            within = sum / (size - 1) as f64;
        }
    }
    let greater = within.max(nearest);
    if greater > 0.0 { (nearest - within) / greater } else { 0.0 }
}

/// The labels replaced by 0, 1, 2…, and how often each occurs.
fn numbered(labels: &[usize]) -> (Vec<usize>, Vec<usize>) {
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

/// How far two clusterings of the same points agree: 1 if they are the same up to the numbering,
/// about 0 if they have nothing to do with each other. `None` if they are not of equally many
/// points.
///
/// L. Hubert and P. Arabie, "Comparing partitions", Journal of Classification 2 (1985), 193–218, in
/// the form of pair counts.
#[must_use]
pub fn adjusted_rand(left: &[usize], right: &[usize]) -> Option<f64> {
    if left.len() != right.len() {
        return None;
    }
    let squares = |counts: BTreeMap<(usize, usize), i128>| -> i128 {
        counts.into_values().map(|count| count * count).sum()
    };
    let count = |keys: &mut dyn Iterator<Item = (usize, usize)>| {
        let mut counts = BTreeMap::new();
        keys.for_each(|key| *counts.entry(key).or_insert(0) += 1);
        squares(counts)
    };
    let both = count(&mut left.iter().copied().zip(right.iter().copied()));
    let in_left = count(&mut left.iter().map(|&label| (label, 0)));
    let in_right = count(&mut right.iter().map(|&label| (label, 0)));
    let points = i128::try_from(left.len()).ok()?;
    // Ordered pairs of different points: together in both, in one only, and in none.
    let together = both - points;
    let (only_left, only_right) = (in_left - both, in_right - both);
    let apart = points * points - both - only_left - only_right;
    if only_left == 0 && only_right == 0 {
        return Some(1.0);
    }
    let agreement = 2 * (together * apart - only_left * only_right);
    let most = (together + only_left) * (only_left + apart)
        + (together + only_right) * (only_right + apart);
    Some(agreement as f64 / most as f64)
}
