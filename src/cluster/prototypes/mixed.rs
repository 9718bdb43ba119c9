//! Points of numbers and categories.

use ndarray::{ArrayView2, aview2};

use crate::path::{Path, Problems};

use super::super::Fault;
use super::super::points::{check_weights, is_coordinate, squared_distance};

/// The code of a category that is not known. It differs from every category and from itself, so
/// that it draws a point to no cluster, and it is the category of a prototype only if nothing is
/// known of any of its points. What is missing for a reason can have a code like any other.
pub const MISSING: u32 = u32::MAX;

/// The points that k-prototypes clusters: a row of each matrix is one point.
///
/// Numbers should be scaled to like spreads. Categories are codes that are only compared: a host
/// numbers its categories as it likes, and says [`MISSING`] where it knows none.
#[derive(Clone, Copy, Debug)]
pub struct Mixed<'a> {
    /// The numbers; there may be no columns of them.
    pub numbers: ArrayView2<'a, f64>,
    /// The categories; there may be no columns of them.
    pub categories: ArrayView2<'a, u32>,
}

impl<'a> Mixed<'a> {
    /// Points of categories only, for which k-prototypes is k-modes.
    #[must_use]
    pub fn of_categories(categories: ArrayView2<'a, u32>) -> Self {
        let numbers = ArrayView2::from_shape((categories.nrows(), 0), &[]);
        Self { numbers: numbers.unwrap_or_else(|_| aview2::<f64, 0>(&[])), categories }
    }
}

/// Points that were checked, with their categories numbered column by column.
pub(super) struct Checked {
    pub(super) columns: usize,
    numbers: Vec<f64>,
    pub(super) attributes: usize,
    codes: Vec<u32>,
    pub(super) weights: Vec<f64>,
    /// The categories of each attribute, in order: a code is a position in it.
    pub(super) names: Vec<Vec<u32>>,
}

impl Checked {
    pub(super) fn new(points: Mixed<'_>, weights: Option<&[f64]>) -> Result<Self, Problems<Fault>> {
        let Mixed { numbers, categories } = points;
        let rows = numbers.nrows();
        let mut problems = Problems::none();
        if rows == 0 {
            return Err(Problems::one(Path::from("points"), Fault::NoPoints));
        }
        if numbers.ncols() + categories.ncols() == 0 {
            return Err(Problems::one(Path::from("points"), Fault::NoCoordinates));
        }
        if categories.nrows() != rows {
            let found = categories.nrows();
            let fault = Fault::Count { what: "rows of categories", expected: rows, found };
            problems.add(Path::from("categories"), fault);
        }
        for ((row, column), &value) in numbers.indexed_iter() {
            if !is_coordinate(value) {
                let path = Path::from("numbers").item(row).item(column);
                problems.add(path, Fault::Coordinate { value });
            }
        }
        let weights = weights.map_or_else(|| vec![1.0; rows], <[f64]>::to_vec);
        check_weights(&weights, rows, &mut problems);
        let names: Vec<Vec<u32>> = categories
            .columns()
            .into_iter()
            .map(|column| {
                let mut names: Vec<u32> = column.iter().copied().collect();
                names.sort_unstable();
                names.dedup();
                names.retain(|&name| name != MISSING);
                names
            })
            .collect();
        let attributes = names.len();
        let codes = categories
            .rows()
            .into_iter()
            .flat_map(|row| {
                row.iter().zip(&names).map(|(&name, names)| code(names, name)).collect::<Vec<_>>()
            })
            .collect();
        let columns = numbers.ncols();
        let numbers = numbers.iter().copied().collect();
        problems.into_result(Self { columns, numbers, attributes, codes, weights, names })
    }

    pub(super) fn len(&self) -> usize {
        self.weights.len()
    }

    /// The numbers of a point, and its categories as positions in `names`.
    pub(super) fn point(&self, row: usize) -> Point<'_> {
        let numbers = self.numbers.get(row * self.columns..).unwrap_or_default();
        let codes = self.codes.get(row * self.attributes..).unwrap_or_default();
        Point {
            numbers: numbers.get(..self.columns).unwrap_or_default(),
            codes: codes.get(..self.attributes).unwrap_or_default(),
        }
    }

    pub(super) fn points(&self) -> impl Iterator<Item = Point<'_>> {
        (0..self.len()).map(|row| self.point(row))
    }

    /// Half the mean of the standard deviations of the numbers, as in the Python package kmodes; 1
    /// if there are no numbers, or they do not vary.
    pub(super) fn gamma(&self) -> f64 {
        let total: f64 = self.weights.iter().sum();
        let moment = |of: &dyn Fn(usize, f64) -> f64| {
            let mut sums = vec![0.0; self.columns];
            for (point, weight) in self.points().zip(&self.weights) {
                for (column, (sum, &x)) in sums.iter_mut().zip(point.numbers).enumerate() {
                    *sum += weight * of(column, x);
                }
            }
            sums.iter_mut().for_each(|sum| *sum /= total);
            sums
        };
        let means = moment(&|_, x| x);
        let variances = moment(&|column, x| {
            let gap = x - means.get(column).copied().unwrap_or_default();
            gap * gap
        });
        let spread = variances.iter().map(|variance| variance.sqrt()).sum::<f64>();
        if spread > 0.0 { 0.5 * spread / self.columns as f64 } else { 1.0 }
    }
}

/// The position of a category among those of its attribute; [`MISSING`] if it is not there.
pub(super) fn code(names: &[u32], name: u32) -> u32 {
    names.binary_search(&name).map_or(MISSING, |position| position as u32)
}

/// The numbers and categories of a point or of a prototype.
#[derive(Clone, Copy)]
pub(super) struct Point<'a> {
    pub(super) numbers: &'a [f64],
    pub(super) codes: &'a [u32],
}

impl Point<'_> {
    /// The squared distance of the numbers and `gamma` for each category that differs.
    pub(super) fn dissimilarity(self, other: Point<'_>, gamma: f64) -> f64 {
        let codes = self.codes.iter().zip(other.codes);
        let different = codes.filter(|(own, other)| own != other || **own == MISSING).count();
        squared_distance(self.numbers, other.numbers) + gamma * different as f64
    }
}
