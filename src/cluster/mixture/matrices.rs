//! Covariances and their inverses, in the form that people write.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::Fault;
use super::moments::Shape;

/// How free the covariances of a mixture's components are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Covariance {
    /// Each component is an ellipsoid of its own, in any direction: without a word.
    #[default]
    Full,
    /// All components are the same ellipsoid.
    Tied,
    /// Each component is an ellipsoid of its own, along the coordinates.
    Diagonal,
    /// Each component is a ball of its own.
    Spherical,
}

/// The covariances of a mixture's components, or their inverses (precisions).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Matrices {
    /// A symmetric matrix for each component.
    Full(Vec<Vec<Vec<f64>>>),
    /// One symmetric matrix for all.
    Tied(Vec<Vec<f64>>),
    /// The diagonal of a matrix for each component.
    Diagonal(Vec<Vec<f64>>),
    /// The number on the diagonal of a matrix for each component.
    Spherical(Vec<f64>),
}

/// What matrices are used for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Variances may be 0.
    Covariances,
    /// They are inverted: nothing may be 0.
    Precisions,
}

/// The largest magnitude of an entry: no square of a coordinate that is allowed is larger.
const LARGEST_ENTRY: f64 = 1e250;

impl Covariance {
    pub(super) const fn shape(self) -> Shape {
        match self {
            Self::Full | Self::Tied => Shape::Triangle,
            Self::Diagonal | Self::Spherical => Shape::Diagonal,
        }
    }

    /// How many numbers describe the covariances of so many components.
    pub(super) const fn parameters(self, components: usize, columns: usize) -> usize {
        match self {
            Self::Full => components * Shape::Triangle.size(columns),
            Self::Tied => Shape::Triangle.size(columns),
            Self::Diagonal => components * columns,
            Self::Spherical => components,
        }
    }

    /// Covariances as people write them, from the triangles or diagonals of all components.
    pub(super) fn written(self, packed: &[Vec<f64>]) -> Matrices {
        let mut matrices = packed.iter();
        match self {
            Self::Full => Matrices::Full(matrices.map(|packed| symmetric(packed)).collect()),
            Self::Tied => Matrices::Tied(matrices.next().map_or_else(Vec::new, |p| symmetric(p))),
            Self::Diagonal => Matrices::Diagonal(packed.to_vec()),
            Self::Spherical => {
                let first = |packed: &Vec<f64>| packed.first().copied().unwrap_or(0.0);
                Matrices::Spherical(matrices.map(first).collect())
            }
        }
    }
}

impl Matrices {
    pub(super) const fn covariance(&self) -> Covariance {
        match self {
            Self::Full(_) => Covariance::Full,
            Self::Tied(_) => Covariance::Tied,
            Self::Diagonal(_) => Covariance::Diagonal,
            Self::Spherical(_) => Covariance::Spherical,
        }
    }

    /// The triangles or diagonals of so many components.
    pub(super) fn packed(&self, components: usize, columns: usize) -> Vec<Vec<f64>> {
        match self {
            Self::Full(matrices) => matrices.iter().map(|matrix| triangle(matrix)).collect(),
            Self::Tied(matrix) => vec![triangle(matrix); components],
            Self::Diagonal(rows) => rows.clone(),
            Self::Spherical(numbers) => numbers.iter().map(|&x| vec![x; columns]).collect(),
        }
    }

    /// Adds everything that is wrong with matrices of so many components.
    pub(super) fn check(
        &self,
        components: usize,
        columns: usize,
        purpose: Use,
        path: &Path,
        problems: &mut Problems<Fault>,
    ) {
        let found = match self {
            Self::Full(matrices) => matrices.len(),
            Self::Tied(_) => components,
            Self::Diagonal(rows) => rows.len(),
            Self::Spherical(numbers) => numbers.len(),
        };
        if found != components {
            let fault = Fault::Count { what: "matrices", expected: components, found };
            problems.add(path.clone(), fault);
        }
        let mut matrix = |matrix: &[Vec<f64>], path: Path| {
            check_matrix(matrix, columns, purpose, &path, problems);
        };
        match self {
            Self::Full(matrices) => {
                matrices.iter().enumerate().for_each(|(number, m)| matrix(m, path.item(number)));
            }
            Self::Tied(tied) => matrix(tied, path.clone()),
            Self::Diagonal(rows) => {
                for (number, row) in rows.iter().enumerate() {
                    check_length(row, columns, &path.item(number), problems);
                    check_variances(row.iter(), purpose, &path.item(number), problems);
                }
            }
            Self::Spherical(numbers) => check_variances(numbers.iter(), purpose, path, problems),
        }
    }
}

fn check_matrix(
    matrix: &[Vec<f64>],
    columns: usize,
    purpose: Use,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    if matrix.len() != columns {
        let fault = Fault::Count { what: "rows", expected: columns, found: matrix.len() };
        problems.add(path.clone(), fault);
        return;
    }
    for (number, row) in matrix.iter().enumerate() {
        check_length(row, columns, &path.item(number), problems);
        check_variances(row.get(number).into_iter(), purpose, &path.item(number), problems);
    }
    let entry = |row: usize, column: usize| {
        matrix.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0.0)
    };
    let symmetric = |row: usize, column: usize| {
        let (there, back) = (entry(row, column), entry(column, row));
        let scale = libm::sqrt(entry(row, row)) * libm::sqrt(entry(column, column));
        (there - back).abs() <= 1e-8 * scale && there.abs() <= LARGEST_ENTRY
    };
    let all = (0..columns).all(|row| (0..row).all(|column| symmetric(row, column)));
    let positive = purpose == Use::Covariances
        || super::triangle::reversed_cholesky(&triangle(matrix)).is_some();
    if !(all && positive) {
        problems.add(path.clone(), Fault::NotPositiveDefinite);
    }
}

fn check_length(row: &[f64], columns: usize, path: &Path, problems: &mut Problems<Fault>) {
    if row.len() != columns {
        let fault = Fault::Count { what: "numbers", expected: columns, found: row.len() };
        problems.add(path.clone(), fault);
    }
}

fn check_variances<'a>(
    variances: impl Iterator<Item = &'a f64>,
    purpose: Use,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    for (number, &value) in variances.enumerate() {
        let positive = value > 0.0 || purpose == Use::Covariances && value == 0.0;
        if !positive || value > LARGEST_ENTRY {
            problems.add(path.item(number), Fault::OutOfRange { value });
        }
    }
}

/// The lower triangle of a matrix.
fn triangle(matrix: &[Vec<f64>]) -> Vec<f64> {
    let rows = matrix.iter().enumerate();
    rows.flat_map(|(number, row)| row.iter().take(number + 1)).copied().collect()
}

/// The matrix of a lower triangle.
fn symmetric(packed: &[f64]) -> Vec<Vec<f64>> {
    let rows: Vec<&[f64]> = super::triangle::rows(packed).collect();
    let entry = |row: usize, column: usize| {
        let (row, column) = (row.max(column), row.min(column));
        rows.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0.0)
    };
    let row = |row: usize| (0..rows.len()).map(|column| entry(row, column)).collect();
    (0..rows.len()).map(row).collect()
}
