//! Points whose coordinates and weights were checked, in one contiguous block.

use std::borrow::Cow;

use ndarray::ArrayView2;

use crate::path::{Path, Problems};

use super::Fault;

/// The largest magnitude of a coordinate: squares and sums of squares of such cannot overflow.
pub const LARGEST: f64 = 1e120;

/// The largest weight of a point.
pub const HEAVIEST: f64 = 1e40;

/// The least weight of a point that is not 0.
pub const LIGHTEST: f64 = 1e-40;

/// Row-major coordinates of at least one point, each with its weight.
pub(super) struct Points<'a> {
    columns: usize,
    coordinates: Cow<'a, [f64]>,
    weights: Cow<'a, [f64]>,
    /// Whether all weigh 1.
    alike: bool,
}

impl<'a> Points<'a> {
    /// Checks the points of a matrix, each of which weighs 1 without `weights`.
    pub(super) fn check(
        matrix: ArrayView2<'a, f64>,
        weights: Option<&'a [f64]>,
    ) -> Result<Self, Problems<Fault>> {
        let (rows, columns) = matrix.dim();
        if rows == 0 {
            return Err(Problems::one(Path::from("points"), Fault::NoPoints));
        }
        if columns == 0 {
            return Err(Problems::one(Path::from("points"), Fault::NoCoordinates));
        }
        let mut problems = Problems::none();
        let coordinates = match matrix.to_slice() {
            Some(slice) => Cow::from(slice),
            None => Cow::from(matrix.iter().copied().collect::<Vec<f64>>()),
        };
        // Nearly always all are, and then nothing must be looked up.
        if !are_coordinates(&coordinates) {
            for ((row, column), &value) in matrix.indexed_iter() {
                if !is_coordinate(value) {
                    let path = Path::from("points").item(row).item(column);
                    problems.add(path, Fault::Coordinate { value });
                }
            }
        }
        let weights = weights.map_or_else(|| Cow::from(vec![1.0; rows]), Cow::from);
        check_weights(&weights, rows, &mut problems);
        let alike = weights.iter().all(|&weight| weight == 1.0);
        problems.into_result(Self { columns, coordinates, weights, alike })
    }

    /// Points that are known to be in range, row-major, of which one at least has weight.
    pub(super) fn known(columns: usize, coordinates: Vec<f64>, weights: Vec<f64>) -> Self {
        let alike = weights.iter().all(|&weight| weight == 1.0);
        let (coordinates, weights) = (Cow::from(coordinates), Cow::from(weights));
        Self { columns, coordinates, weights, alike }
    }

    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    pub(super) const fn columns(&self) -> usize {
        self.columns
    }

    pub(super) fn weights(&self) -> &[f64] {
        &self.weights
    }

    pub(super) fn point(&self, row: usize) -> Option<&[f64]> {
        let start = row.checked_mul(self.columns)?;
        self.coordinates.get(start..)?.get(..self.columns)
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = &[f64]> + Clone {
        self.coordinates.chunks_exact(self.columns)
    }

    /// The coordinates of `count` points (or what is left) from the given one on, and their weights
    /// unless all points weigh 1.
    pub(super) fn span(&self, first: usize, count: usize) -> (&[f64], Option<&[f64]>) {
        let weights = (!self.alike).then(|| part(&self.weights, first, count));
        (part(&self.coordinates, first * self.columns, count * self.columns), weights)
    }

    /// Coordinates and weights in blocks of `size` points, which can be worked on apart.
    pub(super) fn blocks(&self, size: usize) -> impl Iterator<Item = (&[f64], &[f64])> {
        self.coordinates.chunks(size * self.columns).zip(self.weights.chunks(size))
    }

    /// The columns in which all of several points have the same coordinate.
    pub(super) fn constant_columns(&self) -> impl Iterator<Item = usize> + '_ {
        let first = self.point(0).unwrap_or_default();
        let constant = move |(column, x): (usize, &f64)| {
            let same = self.len() > 1 && self.iter().all(|point| point.get(column) == Some(x));
            same.then_some(column)
        };
        first.iter().enumerate().filter_map(constant)
    }
}

fn part(all: &[f64], first: usize, count: usize) -> &[f64] {
    let rest = all.get(first..).unwrap_or_default();
    rest.get(..count).unwrap_or(rest)
}

/// Adds everything that is wrong with the weights of so many points.
pub(super) fn check_weights(weights: &[f64], rows: usize, problems: &mut Problems<Fault>) {
    let path = Path::from("weights");
    if weights.len() != rows {
        let found = weights.len();
        problems.add(path, Fault::Count { what: "weights", expected: rows, found });
        return;
    }
    for (row, &value) in weights.iter().enumerate() {
        if !is_weight(value) {
            problems.add(path.item(row), Fault::Weight { value });
        }
    }
    if weights.iter().all(|&weight| weight == 0.0) {
        problems.add(path, Fault::NoWeight);
    }
}

/// Whether a value is finite and its square cannot overflow.
pub(super) fn is_coordinate(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// Whether all values are coordinates.
pub(super) fn are_coordinates(values: &[f64]) -> bool {
    let mut eights = values.chunks_exact(8);
    // A whole eight is looked at without a branch, so that the compiler takes it at once.
    let fine = |eight: &[f64]| eight.iter().fold(true, |fine, &x| fine & is_coordinate(x));
    eights.by_ref().all(fine) && fine(eights.remainder())
}

/// Whether a value is 0 or within the range of weights.
pub(super) fn is_weight(value: f64) -> bool {
    value == 0.0 || (LIGHTEST..=HEAVIEST).contains(&value)
}

/// The squared Euclidean distance.
pub(super) fn squared_distance(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(left, right)| (left - right) * (left - right)).sum()
}
