//! Who and what makes the differences.

use ndarray::ArrayView2;

/// The row that is farthest from the mean, and the share that it has of all squared distances from
/// it; of equally far rows the first. None if all are the same.
pub(super) fn outlier(points: ArrayView2<'_, f64>) -> Option<(usize, f64)> {
    let mean = points.mean_axis(ndarray::Axis(0))?;
    let distance = |row: ndarray::ArrayView1<'_, f64>| -> f64 {
        row.iter().zip(&mean).map(|(x, mean)| (x - mean) * (x - mean)).sum()
    };
    let distances: Vec<f64> = points.outer_iter().map(distance).collect();
    let total: f64 = distances.iter().sum();
    let farthest = distances.iter().enumerate().fold((0, 0.0), |best, (row, &distance)| {
        if distance > best.1 { (row, distance) } else { best }
    });
    let share = farthest.1 / total;
    share.is_finite().then_some((farthest.0, share))
}

/// The share that each column has of the squared distances of the clusters' means from the mean of
/// all, by their numbers of points; zeros if there are no differences.
pub(super) fn dominance(
    points: ArrayView2<'_, f64>,
    labels: &[usize],
    clusters: usize,
) -> Vec<f64> {
    let between: Vec<f64> = points
        .columns()
        .into_iter()
        .map(|column| {
            let mut sums = vec![(0.0, 0.0); clusters];
            for (x, label) in column.iter().zip(labels) {
                if let Some((sum, count)) = sums.get_mut(*label) {
                    *sum += x;
                    *count += 1.0;
                }
            }
            let mean = column.sum() / column.len().max(1) as f64;
            let there = sums.iter().filter(|(_, count)| *count > 0.0);
            there.map(|(sum, count)| count * (sum / count - mean) * (sum / count - mean)).sum()
        })
        .collect();
    let total: f64 = between.iter().sum();
    let share = |column: &f64| if total > 0.0 { column / total } else { 0.0 };
    between.iter().map(share).collect()
}

/// The squared distances of all points from the means of their clusters.
pub(super) fn within(points: ArrayView2<'_, f64>, labels: &[usize]) -> f64 {
    let clusters = labels.iter().max().map_or(0, |most| most + 1);
    let column = |column: ndarray::ArrayView1<'_, f64>| -> f64 {
        let mut sums = vec![(0.0, 0.0); clusters];
        for (x, label) in column.iter().zip(labels) {
            if let Some((sum, count)) = sums.get_mut(*label) {
                *sum += x;
                *count += 1.0;
            }
        }
        let squares = column.iter().zip(labels).filter_map(|(x, label)| {
            let (sum, count) = sums.get(*label)?;
            let off = x - sum / count;
            Some(off * off)
        });
        squares.sum()
    };
    points.columns().into_iter().map(column).sum()
}
