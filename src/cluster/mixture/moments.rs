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

    /// Takes groups of points in: of each the components' memberships times its weights, and its
    /// differences from their means.
    ///
    /// Several groups at once, so that a sum is read and written once for all of them; it is the
    /// same as one after the other.
    #[inline(always)]
    pub(super) fn collect<const G: usize>(
        &mut self,
        columns: usize,
        memberships: [&[[f64; LANES]]; G],
        differences: [&[[f64; LANES]]; G],
    ) {
        let length = 1 + columns + self.shape.size(columns);
        for (component, parts) in self.parts.chunks_exact_mut(length).enumerate() {
            let Some((weight, moments)) = parts.split_first_mut() else { continue };
            let Some((firsts, seconds)) = moments.split_at_mut_checked(columns) else { continue };
            let lanes = memberships.map(|lanes| lanes.get(component).copied().unwrap_or_default());
            add(weight, &lanes, [&[1.0; LANES]; G]);
            let from = component * columns;
            let own = differences.map(|all| all.get(from..from + columns).unwrap_or_default());
            match self.shape {
                Shape::Triangle => triangles(firsts, seconds, &lanes, own),
                Shape::Diagonal => squares(firsts, seconds, &lanes, own),
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
fn triangles<const G: usize>(
    firsts: &mut [[f64; PARTS]],
    seconds: &mut [[f64; PARTS]],
    lanes: &[[f64; LANES]; G],
    differences: [&[[f64; LANES]]; G],
) {
    let mut rest = seconds;
    for (row, first) in firsts.iter_mut().enumerate() {
        let weighted = products(lanes, at(&differences, row));
        add(first, &weighted, [&[1.0; LANES]; G]);
        let Some((seconds, after)) = rest.split_at_mut_checked(row + 1) else { return };
        for (other, second) in seconds.iter_mut().enumerate() {
            add(second, &weighted, at(&differences, other));
        }
        rest = after;
    }
}

#[inline(always)]
fn squares<const G: usize>(
    firsts: &mut [[f64; PARTS]],
    seconds: &mut [[f64; PARTS]],
    lanes: &[[f64; LANES]; G],
    differences: [&[[f64; LANES]]; G],
) {
    for (row, (first, second)) in firsts.iter_mut().zip(seconds).enumerate() {
        let difference = at(&differences, row);
        let weighted = products(lanes, difference);
        add(first, &weighted, [&[1.0; LANES]; G]);
        add(second, &weighted, difference);
    }
}

/// What all groups have at a place.
#[inline(always)]
fn at<'a, const G: usize>(groups: &[&'a [[f64; LANES]]; G], place: usize) -> [&'a [f64; LANES]; G] {
    groups.map(|group| group.get(place).unwrap_or(&[0.0; LANES]))
}

#[inline(always)]
fn products<const G: usize>(
    left: &[[f64; LANES]; G],
    right: [&[f64; LANES]; G],
) -> [[f64; LANES]; G] {
    let mut products = *left;
    for (product, right) in products.iter_mut().zip(right) {
        product.iter_mut().zip(right).for_each(|(product, right)| *product *= right);
    }
    products
}

/// Adds the products of groups.
#[inline(always)]
fn add<const G: usize>(
    parts: &mut [f64; PARTS],
    left: &[[f64; LANES]; G],
    right: [&[f64; LANES]; G],
) {
    let mut sums = *parts;
    for products in products(left, right) {
        for four in products.as_chunks::<PARTS>().0 {
            sums.iter_mut().zip(four).for_each(|(sum, product)| *sum += product);
        }
    }
    *parts = sums;
}
