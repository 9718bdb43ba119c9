//! Whether two clusters are one cloud that was cut.

use ndarray::ArrayView2;

use crate::stats::normal;

/// Fewer points tell nothing of their distribution.
const FEWEST: usize = 20;

/// For every pair of clusters that have enough points and different means, how far their points
/// are from one normal distribution along the line between the means: the A*² of T. Anderson and
/// D. Darling (1954) with the correction of M. Stephens (1974) for an estimated mean and variance.
pub(super) fn all(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
    clusters: usize,
) -> Vec<(usize, usize, f64)> {
    let means: Vec<Option<Vec<f64>>> =
        (0..clusters).map(|cluster| mean(points, labels, cluster)).collect();
    let mut found = Vec::new();
    for (first, one) in means.iter().enumerate() {
        for (second, other) in means.iter().enumerate().skip(first + 1) {
            let (Some(one), Some(other)) = (one, other) else { continue };
            let line: Vec<f64> = one.iter().zip(other).map(|(one, other)| other - one).collect();
            let both = labels.iter().map(|label| *label == first || *label == second);
            let mut along: Vec<f64> = points
                .outer_iter()
                .zip(both)
                .filter(|(_, inside)| *inside)
                .map(|(row, _)| row.iter().zip(&line).map(|(x, step)| x * step).sum())
                .collect();
            found.extend(anderson_darling(&mut along).map(|statistic| (first, second, statistic)));
        }
    }
    found
}

fn mean(points: ArrayView2<'_, f64>, labels: &[usize], cluster: usize) -> Option<Vec<f64>> {
    let rows = || points.outer_iter().zip(labels).filter(|(_, label)| **label == cluster);
    let count = rows().count() as f64;
    let mut mean = vec![0.0; points.ncols()];
    for (row, _) in rows() {
        mean.iter_mut().zip(&row).for_each(|(mean, x)| *mean += x / count);
    }
    (count > 0.0).then_some(mean)
}

/// The statistic of these numbers, which it sorts; none if they are few or all the same.
fn anderson_darling(numbers: &mut [f64]) -> Option<f64> {
    if numbers.len() < FEWEST {
        return None;
    }
    numbers.sort_unstable_by(f64::total_cmp);
    let count = numbers.len() as f64;
    let mean = numbers.iter().sum::<f64>() / count;
    let squares: f64 = numbers.iter().map(|x| (x - mean) * (x - mean)).sum();
    let deviation = (squares / (count - 1.0)).sqrt();
    if !(deviation > 0.0 && deviation.is_finite()) {
        return None;
    }
    let logs = |x: &f64| {
        let z = (x - mean) / deviation;
        (normal::log_survival(-z), normal::log_survival(z))
    };
    let terms = numbers
        .iter()
        .zip(numbers.iter().rev())
        .enumerate()
        .map(|(index, (low, high))| (2.0 * index as f64 + 1.0) * (logs(low).0 + logs(high).1));
    let statistic = -count - terms.sum::<f64>() / count;
    Some(statistic * (1.0 + 4.0 / count - 25.0 / (count * count)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statistic_is_that_of_scipy() {
        // `scipy.stats.anderson(x, "norm")` of SciPy 1.18.1, times 1 + 4/22 - 25/22².
        let mut numbers = [
            3.1, 2.7, 4.4, 5.0, 3.9, 4.1, 2.2, 3.3, 3.8, 4.9, 6.1, 2.9, 3.0, 4.2, 4.0, 3.6, 3.5,
            4.7, 5.5, 1.9, 9.0, 8.8,
        ];
        let found = anderson_darling(&mut numbers).unwrap();
        assert!((found - 1.152_614_927_851_376_2).abs() < 1e-12);
    }

    #[test]
    fn a_cloud_is_normal_and_two_groups_are_not() {
        // The quantiles of a normal distribution are as normal as can be; two far groups are not.
        let normal = |at: usize| normal::quantile((at as f64 + 0.5) / 100.0).unwrap();
        let mut cloud: Vec<f64> = (0..100).map(normal).collect();
        let mut groups: Vec<f64> = cloud.iter().map(|x| x + x.signum() * 4.0).collect();
        assert!(anderson_darling(&mut cloud).unwrap() < 0.2);
        assert!(anderson_darling(&mut groups).unwrap() > 10.0);
        assert_eq!(anderson_darling(&mut [1.0; 30]), None);
        assert_eq!(anderson_darling(&mut [1.0, 2.0]), None);
    }
}
