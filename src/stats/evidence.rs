//! Tests of "there is no difference": what was found, and how likely it is without one.

use serde::{Deserialize, Serialize};

use super::{ChiSquared, FisherF, Moments};

/// What a test found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The test.
    pub test: Test,
    /// Its statistic: the greater, the more the samples differ.
    pub statistic: f64,
    /// The chance of such a statistic or a greater one if there is no difference.
    pub p: f64,
}

/// A test of whether samples differ.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Test {
    /// Pearson's test of counts in a table.
    ChiSquared {
        /// Degrees of freedom.
        degrees: f64,
        /// The least count that is expected in a cell; below 5 the chance is rough (W. Cochran,
        /// Biometrics 10, 1954).
        least_expected: f64,
    },
    /// The test of ranks by W. Kruskal and W. Wallis (1952), which needs no normal distribution.
    KruskalWallis {
        /// Degrees of freedom.
        degrees: f64,
    },
    /// The test of means by B. Welch (1951), which needs no equal variances.
    Welch {
        /// Degrees of freedom of the numerator.
        above: f64,
        /// Degrees of freedom of the denominator.
        below: f64,
    },
    /// The greatest distance of two distributions, by A. Kolmogorov and N. Smirnov.
    KolmogorovSmirnov {
        /// How its chance was found.
        method: Method,
    },
}

/// How a chance was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// By counting all cases.
    Exact,
    /// As for samples without end.
    Limit,
}

/// Whether the rows of a table of counts have their counts in the same proportions (K. Pearson,
/// 1900, without a correction for continuity).
///
/// Rows and columns without any count tell nothing and are left out; `None` if fewer than two of
/// either are left, or if rows are not of one length.
///
/// ```
/// use loyalty::stats::chi_squared;
///
/// let evidence = chi_squared(&[vec![90, 10], vec![80, 20]]).ok_or("a table")?;
/// assert!((evidence.statistic - 200.0 / 51.0).abs() < 1e-12 && evidence.p < 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn chi_squared(counts: &[Vec<u64>]) -> Option<Evidence> {
    let width = counts.first()?.len();
    if counts.iter().any(|row| row.len() != width) {
        return None;
    }
    let sum = |row: &[u64]| row.iter().map(|&count| count as f64).sum::<f64>();
    let rows: Vec<f64> = counts.iter().map(|row| sum(row)).collect();
    let mut columns = vec![0.0; width];
    for row in counts {
        columns.iter_mut().zip(row).for_each(|(sum, &count)| *sum += count as f64);
    }
    let all: f64 = rows.iter().sum();
    let (mut statistic, mut least_expected) = (0.0, f64::INFINITY);
    for (row, in_row) in counts.iter().zip(&rows) {
        for (&count, in_column) in row.iter().zip(&columns) {
            let expected = in_row / all * in_column;
            if expected > 0.0 {
                let difference = count as f64 - expected;
                statistic += difference * difference / expected;
                least_expected = least_expected.min(expected);
            }
        }
    }
    let free = |sums: &[f64]| {
        let filled = sums.iter().filter(|sum| **sum > 0.0).count();
        filled.checked_sub(1).map(|free| free as f64)
    };
    let degrees = free(&rows)? * free(&columns)?;
    let p = ChiSquared::new(degrees)?.survival(statistic);
    Some(Evidence { test: Test::ChiSquared { degrees, least_expected }, statistic, p })
}

/// Whether samples come from one distribution, by the sums of their ranks, ties corrected.
///
/// W. Kruskal and W. Wallis, "Use of ranks in one-criterion variance analysis", Journal of the
/// American Statistical Association 47 (1952), 583–621. Empty samples are left out; `None` if fewer
/// than two are left, if all numbers are the same, or one is NaN.
///
/// # Complexity
/// O(n log n).
///
/// ```
/// use loyalty::stats::kruskal_wallis;
///
/// let evidence = kruskal_wallis(&[vec![1.0, 3.0, 5.0, 7.0, 9.0], vec![2.0, 4.0, 6.0, 8.0, 10.0]]);
/// let evidence = evidence.ok_or("two samples")?;
/// assert!((evidence.statistic - 3.0 / 11.0).abs() < 1e-12 && evidence.p > 0.5);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn kruskal_wallis(samples: &[Vec<f64>]) -> Option<Evidence> {
    let samples: Vec<&Vec<f64>> = samples.iter().filter(|sample| !sample.is_empty()).collect();
    let numbered = samples.iter().enumerate();
    let mut all: Vec<(f64, usize)> = numbered
        .flat_map(|(sample, numbers)| numbers.iter().map(move |&number| (number, sample)))
        .collect();
    if all.iter().any(|(number, _)| number.is_nan()) {
        return None;
    }
    all.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    let count = all.len() as f64;
    let mut sums = vec![0.0; samples.len()];
    let (mut before, mut tied) = (0.0, 0.0);
    // Equal numbers, also 0 and -0, share the mean of their ranks.
    for equal in all.chunk_by(|left, right| left.0 == right.0) {
        let size = equal.len() as f64;
        for (_, sample) in equal {
            if let Some(sum) = sums.get_mut(*sample) {
                *sum += before + f64::midpoint(size, 1.0);
            }
        }
        before += size;
        tied += size * size * size - size;
    }
    let squares: f64 =
        samples.iter().zip(&sums).map(|(sample, sum)| sum * sum / sample.len() as f64).sum();
    let plain = 12.0 / (count * (count + 1.0)) * squares - 3.0 * (count + 1.0);
    let statistic = plain / (1.0 - tied / (count * count * count - count));
    let degrees = samples.len().checked_sub(1)? as f64;
    let p = ChiSquared::new(degrees)?.survival(statistic);
    let evidence = Evidence { test: Test::KruskalWallis { degrees }, statistic, p };
    statistic.is_finite().then_some(evidence)
}

/// Whether samples have one mean, whatever their variances.
///
/// B. Welch, "On the comparison of several mean values: an alternative approach", Biometrika 38
/// (1951), 330–336. `None` for fewer than two samples, or one of fewer than 2 numbers or without
/// any spread.
///
/// ```
/// use loyalty::stats::{Moments, welch};
///
/// let samples = [Moments::of([1.0, 2.0, 3.0]), Moments::of([7.0, 9.0, 11.0])];
/// assert!(welch(&samples).ok_or("two samples")?.p < 0.05);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn welch(samples: &[Moments]) -> Option<Evidence> {
    let errors: Option<Vec<f64>> = samples.iter().map(Moments::squared_error).collect();
    let weights: Vec<f64> = errors?.into_iter().map(f64::recip).collect();
    let weight: f64 = weights.iter().sum();
    let weighted = samples.iter().zip(&weights);
    let mean = weighted.clone().map(|(sample, own)| own * sample.mean).sum::<f64>() / weight;
    let between: f64 =
        weighted.clone().map(|(sample, own)| own * (sample.mean - mean).powi(2)).sum();
    let spread: f64 = weighted
        .map(|(sample, own)| (1.0 - own / weight).powi(2) / (sample.count - 1) as f64)
        .sum();
    let (above, wide) =
        (samples.len().checked_sub(1)? as f64, (samples.len() as f64).powi(2) - 1.0);
    let below = wide / (3.0 * spread);
    let statistic = between / above / (1.0 + 2.0 * (above - 1.0) * spread / wide);
    let p = FisherF::new(above, below)?.survival(statistic);
    statistic.is_finite().then_some(Evidence { test: Test::Welch { above, below }, statistic, p })
}
