//! What a step of expectation maximization sums up over all points.

use super::blocks::LANES;
use super::triangle;

/// How many sums there are of each kind, to be added in the end.
const PARTS: usize = 4;

/// Which second moments a component has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Of all pairs of coordinates: a lower triangle.
    Triangle,
    /// Of each coordinate with itself.
    Diagonal,
}

impl Shape {
    /// How many second moments points of so many coordinates have.
    pub(super) const fn size(self, columns: usize) -> usize {
        match self {
            Self::Triangle => triangle::size(columns),
            Self::Diagonal => columns,
        }
    }
}

/// The sums of memberships, and of differences from a component's mean and their products, each
/// times the membership.
pub(super) struct Moments {
    columns: usize,
    shape: Shape,
    /// For each component: weight, first moments, second moments.
    parts: Vec<[f64; PARTS]>,
    /// The sum of the logarithms of all densities.
    pub(super) log_likelihood: f64,
}

impl Moments {
    pub(super) fn new(components: usize, columns: usize, shape: Shape) -> Self {
        let parts = vec![[0.0; PARTS]; components * (1 + columns + shape.size(columns))];
        Self { columns, shape, parts, log_likelihood: 0.0 }
    }

    /// Takes a group of points in: of each component their memberships times their weights, and
    /// their differences from its mean.
    #[inline(always)]
    pub(super) fn collect(
        &mut self,
        columns: usize,
        memberships: &[[f64; LANES]],
        differences: &[[f64; LANES]],
    ) {
        let length = 1 + columns + self.shape.size(columns);
        let components = memberships.iter().zip(differences.chunks_exact(columns));
        for (parts, (lanes, differences)) in self.parts.chunks_exact_mut(length).zip(components) {
            let Some((weight, moments)) = parts.split_first_mut() else { continue };
            let Some((firsts, seconds)) = moments.split_at_mut_checked(columns) else { continue };
            add(weight, lanes, &[1.0; LANES]);
            match self.shape {
                Shape::Triangle => triangles(firsts, seconds, lanes, differences),
                Shape::Diagonal => squares(firsts, seconds, lanes, differences),
            }
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (parts, others) in self.parts.iter_mut().zip(&other.parts) {
            parts.iter_mut().zip(others).for_each(|(part, other)| *part += other);
        }
        self.log_likelihood += other.log_likelihood;
    }

    /// Of each component the weight, the first moments and the second moments.
    pub(super) fn components(&self) -> impl Iterator<Item = (f64, Vec<f64>, Vec<f64>)> {
        let length = 1 + self.columns + self.shape.size(self.columns);
        self.parts.chunks_exact(length).map(|parts| {
            let mut sums = parts.iter().map(|parts| parts.iter().sum::<f64>());
            let weight = sums.next().unwrap_or(0.0);
            let firsts = sums.by_ref().take(self.columns).collect();
            (weight, firsts, sums.collect())
        })
    }
}

#[inline(always)]
fn triangles(
    firsts: &mut [[f64; PARTS]],
    seconds: &mut [[f64; PARTS]],
    lanes: &[f64; LANES],
    differences: &[[f64; LANES]],
) {
    let mut rest = seconds;
    for ((row, first), difference) in firsts.iter_mut().enumerate().zip(differences) {
        let weighted = product(lanes, difference);
        add(first, &weighted, &[1.0; LANES]);
        let Some((seconds, after)) = rest.split_at_mut_checked(row + 1) else { return };
        for (second, other) in seconds.iter_mut().zip(differences) {
            add(second, &weighted, other);
        }
        rest = after;
    }
}

#[inline(always)]
fn squares(
    firsts: &mut [[f64; PARTS]],
    seconds: &mut [[f64; PARTS]],
    lanes: &[f64; LANES],
    differences: &[[f64; LANES]],
) {
    for ((first, second), difference) in firsts.iter_mut().zip(seconds).zip(differences) {
        let weighted = product(lanes, difference);
        add(first, &weighted, &[1.0; LANES]);
        add(second, &weighted, difference);
    }
}

#[inline(always)]
fn product(left: &[f64; LANES], right: &[f64; LANES]) -> [f64; LANES] {
    let mut product = *left;
    product.iter_mut().zip(right).for_each(|(product, right)| *product *= right);
    product
}

/// Adds the products of two groups.
#[inline(always)]
fn add(parts: &mut [f64; PARTS], left: &[f64; LANES], right: &[f64; LANES]) {
    let products = product(left, right);
    let mut sums = *parts;
    for four in products.as_chunks::<PARTS>().0 {
        sums.iter_mut().zip(four).for_each(|(sum, product)| *sum += product);
    }
    *parts = sums;
}
