//! Symmetric matrices with a root: solved and inverted by A. Cholesky's method.

/// The lower root L of a matrix L Lᵀ, row by row.
pub(super) struct Root(Vec<Vec<f64>>);

impl Root {
    /// The root of a symmetric matrix, of which the lower part is read; `None` if it has none.
    pub(super) fn of(matrix: &[Vec<f64>]) -> Option<Self> {
        let mut rows: Vec<Vec<f64>> = Vec::with_capacity(matrix.len());
        for (at, given) in matrix.iter().enumerate() {
            let mut row: Vec<f64> = Vec::with_capacity(at + 1);
            for (above, &value) in rows.iter().zip(given) {
                let pivot = above.last()?;
                row.push((value - dot(&row, above)) / pivot);
            }
            let left = given.get(at)? - dot(&row, &row);
            if !(left > 0.0 && left.is_finite()) {
                return None;
            }
            row.push(left.sqrt());
            rows.push(row);
        }
        Some(Self(rows))
    }

    /// The x for which L Lᵀ x = right.
    pub(super) fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut forth: Vec<f64> = Vec::with_capacity(right.len());
        for (row, value) in self.0.iter().zip(right) {
            let next = (value - dot(&forth, row)) / row.last().copied().unwrap_or(1.0);
            forth.push(next);
        }
        for (at, row) in self.0.iter().enumerate().rev() {
            let pivot = row.last().copied().unwrap_or(1.0);
            let found = forth.get(at).copied().unwrap_or_default() / pivot;
            for (place, factor) in forth.iter_mut().zip(row).take(at) {
                *place -= found * factor;
            }
            if let Some(place) = forth.get_mut(at) {
                *place = found;
            }
        }
        forth
    }

    /// The inverse of L Lᵀ.
    pub(super) fn inverse(&self) -> Vec<Vec<f64>> {
        let size = self.0.len();
        let unit = |one| (0..size).map(|at| f64::from(u8::from(at == one))).collect::<Vec<f64>>();
        (0..size).map(|one| self.solve(&unit(one))).collect()
    }
}

/// The sum of products, as far as both go.
pub(super) fn dot(one: &[f64], two: &[f64]) -> f64 {
    one.iter().zip(two).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let matrix = vec![vec![4.0, 2.0, 1.0], vec![2.0, 5.0, 3.0], vec![1.0, 3.0, 6.0]];
        let inverse = Root::of(&matrix).unwrap().inverse();
        for (at, row) in matrix.iter().enumerate() {
            for (to, column) in inverse.iter().enumerate() {
                let expected = f64::from(u8::from(at == to));
                assert!((dot(row, column) - expected).abs() < 1e-14);
            }
        }
        assert!(Root::of(&[vec![1.0, 2.0], vec![2.0, 1.0]]).is_none(), "it has no root");
    }
}
