//! Lower triangles of symmetric matrices, row by row: a row is one longer than the one before.

/// A smaller variance is taken as this: what is divided by it stays finite.
pub(super) const LEAST_VARIANCE: f64 = 1e-280;

/// Less than this share of a variance is rounding.
const LOST: f64 = 1e-13;

/// How many numbers a triangle of so many rows has.
pub(super) const fn size(rows: usize) -> usize {
    rows * (rows + 1) / 2
}

/// The rows of a triangle.
pub(super) fn rows(triangle: &[f64]) -> impl Iterator<Item = &[f64]> {
    let (mut rest, mut length) = (triangle, 0);
    std::iter::from_fn(move || {
        length += 1;
        let (row, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(row)
    })
}

/// Where the numbers on the diagonal stand.
pub(super) fn diagonal(rows: usize) -> impl Iterator<Item = usize> {
    (1..=rows).map(|row| size(row) - 1)
}

/// Makes a covariance one of numbers that rounding did not spoil: none is more than the variances
/// of its coordinates allow.
pub(super) fn bound(covariance: &mut [f64]) {
    let deviations: Vec<f64> =
        rows(covariance).filter_map(|row| row.last()).map(|&x| libm::sqrt(x)).collect();
    let mut rest = covariance;
    for (row, deviation) in deviations.iter().enumerate() {
        let Some((entries, after)) = rest.split_at_mut_checked(row + 1) else { return };
        for (entry, other) in entries.iter_mut().take(row).zip(&deviations) {
            let most = deviation * other;
            *entry = entry.max(-most).min(most);
        }
        rest = after;
    }
}

/// The triangle L with L Lᵀ as wanted, and its least pivot: the variance of a coordinate that those
/// before it leave unexplained, and 0 if that is lost in rounding. Such a pivot is taken as large
/// as rounding is.
pub(super) fn cholesky(wanted: &[f64]) -> (Vec<f64>, f64) {
    let mut found: Vec<Vec<f64>> = Vec::new();
    let mut least = f64::INFINITY;
    for wanted in rows(wanted) {
        let mut row: Vec<f64> = Vec::with_capacity(wanted.len());
        for (column, &value) in wanted.iter().enumerate() {
            let entry = match found.get(column) {
                Some(above) => {
                    let pivot = above.last().copied().unwrap_or(1.0);
                    (value - dot(&row, above)) / pivot
                }
                None => {
                    let pivot = value - dot(&row, &row);
                    least = least.min(if pivot > LOST * value { pivot } else { 0.0 });
                    libm::sqrt(pivot.max(value * f64::EPSILON).max(LEAST_VARIANCE))
                }
            };
            row.push(entry);
        }
        found.push(row);
    }
    (found.concat(), least)
}

/// The inverse of a triangle, which is a triangle.
pub(super) fn inverse(triangle: &[f64]) -> Vec<f64> {
    let mut found: Vec<Vec<f64>> = Vec::new();
    for row in rows(triangle) {
        let pivot = row.last().copied().unwrap_or(1.0);
        let entry = |column: usize| {
            let above = found.iter().zip(row).skip(column);
            let sum: f64 =
                above.map(|(above, x)| x * above.get(column).copied().unwrap_or(0.0)).sum();
            -sum / pivot
        };
        let mut inverse: Vec<f64> = (0..found.len()).map(entry).collect();
        inverse.push(1.0 / pivot);
        found.push(inverse);
    }
    found.concat()
}

/// The triangle A with Aᵀ A as wanted, if the wanted is positive definite.
pub(super) fn reversed_cholesky(wanted: &[f64]) -> Option<Vec<f64>> {
    // With the order of the coordinates turned around, it is the Cholesky factor transposed.
    let count = rows(wanted).count();
    let (factor, least) = cholesky(&turned(wanted, count));
    (least > 0.0).then(|| turned(&factor, count))
}

/// The triangle with both orders of a matrix turned around, and rows and columns exchanged.
fn turned(triangle: &[f64], count: usize) -> Vec<f64> {
    let entry = |row: usize, column: usize| {
        let at = size(count - 1 - column) + count - 1 - row;
        triangle.get(at).copied().unwrap_or(0.0)
    };
    (0..count).flat_map(|row| (0..=row).map(move |column| entry(row, column))).collect()
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| left * right).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A covariance: B Bᵀ + 1 for any B.
    fn covariances() -> impl Strategy<Value = (usize, Vec<f64>)> {
        (1_usize..6).prop_flat_map(|count| {
            let numbers = prop::collection::vec(-3.0..3.0, count * count);
            (Just(count), numbers).prop_map(|(count, b)| {
                let entry = |row: usize, column: usize| {
                    let sum = dot(&b[row * count..][..count], &b[column * count..][..count]);
                    sum + f64::from(u8::from(row == column))
                };
                let rows = (0..count).flat_map(|row| (0..=row).map(move |column| (row, column)));
                (count, rows.map(|(row, column)| entry(row, column)).collect())
            })
        })
    }

    fn at(triangle: &[f64], row: usize, column: usize) -> f64 {
        if column > row { 0.0 } else { triangle[size(row) + column] }
    }

    proptest! {
        #[test]
        fn factors_multiply_to_what_was_wanted((count, wanted) in covariances()) {
            let (lower, least) = cholesky(&wanted);
            prop_assert!(least > 0.9);
            let inverse = inverse(&lower);
            let upper = reversed_cholesky(&wanted).unwrap();
            for row in 0..count {
                for column in 0..=row {
                    let sum = |term: &dyn Fn(usize) -> f64| (0..count).map(term).sum::<f64>();
                    let product = sum(&|m| at(&lower, row, m) * at(&lower, column, m));
                    prop_assert!((product - at(&wanted, row, column)).abs() < 1e-12 * 50.0);
                    let product = sum(&|m| at(&upper, m, row) * at(&upper, m, column));
                    prop_assert!((product - at(&wanted, row, column)).abs() < 1e-12 * 50.0);
                    let unit = sum(&|m| at(&lower, row, m) * at(&inverse, m, column));
                    let expected = f64::from(u8::from(row == column));
                    prop_assert!((unit - expected).abs() < 1e-12 * 50.0);
                }
            }
        }
    }

    #[test]
    fn a_matrix_without_volume_has_a_factor_still() {
        let (factor, least) = cholesky(&[1.0, 2.0, 4.0]);
        assert!(least <= 0.0 && factor.iter().all(|x| x.is_finite()) && factor[2] > 0.0);
        let (factor, _) = cholesky(&[0.0]);
        assert!(factor[0] > 0.0 && inverse(&factor)[0].is_finite());
        assert_eq!(reversed_cholesky(&[1.0, 2.0, 4.0]), None);
    }
}
