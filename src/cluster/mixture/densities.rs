//! The densities of all components at many points: the step of expectation, and what the step of
//! maximization needs of it.

use std::f64::consts::PI;

use crate::parallel;

use super::super::wide::wide;
use super::blocks::{Groups, LANES};
use super::elementary;
use super::moments::{Moments, Shape};

/// The logarithm of nothing: finite, so that differences of it are no NaN.
const NOTHING: f64 = -1e260;

/// Squared distances beyond this are taken as this.
const FARTHEST: f64 = 1e250;

/// How many groups are taken into moments at once.
const TOGETHER: usize = 4;

/// The normal distributions of a mixture, as they are evaluated.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Densities {
    pub(super) columns: usize,
    pub(super) shape: Shape,
    /// Row-major.
    pub(super) means: Vec<f64>,
    /// Of each component, what its squared Mahalanobis distance is the square of: the triangle A
    /// with Aᵀ A the inverse of the covariance, or the diagonal of it.
    factors: Vec<f64>,
    /// The logarithm of the density at the mean, times the share.
    peaks: Vec<f64>,
}

impl Densities {
    pub(super) const fn new(columns: usize, shape: Shape) -> Self {
        Self { columns, shape, means: Vec::new(), factors: Vec::new(), peaks: Vec::new() }
    }

    /// Adds a component with its share of all points, its mean and its factor.
    pub(super) fn push(&mut self, share: f64, mean: &[f64], factor: &[f64]) {
        let last = |row: usize| match self.shape {
            Shape::Triangle => super::triangle::size(row + 1) - 1,
            Shape::Diagonal => row,
        };
        let pivots = (0..self.columns).filter_map(|row| factor.get(last(row)));
        let volume: f64 = pivots.map(|&pivot| libm::log(pivot)).sum();
        let share = if share > 0.0 { libm::log(share) } else { NOTHING };
        self.peaks.push(share + volume - 0.5 * self.columns as f64 * libm::log(2.0 * PI));
        self.means.extend_from_slice(mean);
        self.factors.extend_from_slice(factor);
    }

    /// How many components there are.
    pub(super) fn len(&self) -> usize {
        self.peaks.len()
    }

    /// One step: the moments of all points around the means, with the memberships that these
    /// densities give them.
    pub(super) fn moments(&self, groups: &Groups) -> Moments {
        let blocks = parallel::each_number(groups.blocks(), |block| {
            wide(
                #[inline(always)]
                || match self.columns {
                    1 => self.block(1, groups, block),
                    2 => self.block(2, groups, block),
                    3 => self.block(3, groups, block),
                    4 => self.block(4, groups, block),
                    5 => self.block(5, groups, block),
                    6 => self.block(6, groups, block),
                    7 => self.block(7, groups, block),
                    8 => self.block(8, groups, block),
                    columns => self.block(columns, groups, block),
                },
            )
        });
        let mut sum = Moments::new(self.len(), self.columns, self.shape);
        blocks.iter().for_each(|block| sum.add(block));
        sum
    }

    /// The moments of a block. The number of columns is handed over so that there is code for each
    /// of the usual ones, in which the compiler knows it.
    #[inline(always)]
    fn block(&self, columns: usize, groups: &Groups, block: usize) -> Moments {
        let (count, mut groups) = (self.len(), groups.block(block).peekable());
        let mut moments = Moments::new(count, columns, self.shape);
        let mut differences = vec![[0.0; LANES]; TOGETHER * count * columns];
        let mut memberships = vec![[0.0; LANES]; TOGETHER * count];
        while groups.peek().is_some() {
            let places = differences.chunks_exact_mut(count * columns);
            for (differences, memberships) in places.zip(memberships.chunks_exact_mut(count)) {
                let Some((points, weights)) = groups.next() else {
                    // No point is a member of anything.
                    memberships.fill([0.0; LANES]);
                    continue;
                };
                self.evaluate(columns, points, differences, memberships);
                let parts = normalize(memberships, weights);
                moments.log_likelihood += total(&parts, weights);
            }
            let memberships = together(&memberships, count);
            moments.collect(columns, memberships, together(&differences, count * columns));
        }
        moments
    }

    /// The component of which each point most probably is; of equally probable ones the first.
    pub(super) fn most_probable(&self, groups: &Groups) -> Vec<usize> {
        let blocks = parallel::each_number(groups.blocks(), |block| {
            wide(
                #[inline(always)]
                || self.most_probable_in(groups, block),
            )
        });
        blocks.concat()
    }

    #[inline(always)]
    fn most_probable_in(&self, groups: &Groups, block: usize) -> Vec<usize> {
        let mut differences = vec![[0.0; LANES]; self.len() * self.columns];
        let mut logarithms = vec![[0.0; LANES]; self.len()];
        let mut found = Vec::new();
        for (points, _) in groups.block(block) {
            self.evaluate(self.columns, points, &mut differences, &mut logarithms);
            let (mut best, mut greatest) = ([0; LANES], [f64::NEG_INFINITY; LANES]);
            for (component, lanes) in logarithms.iter().enumerate() {
                for ((best, greatest), &x) in best.iter_mut().zip(&mut greatest).zip(lanes) {
                    let more = x > *greatest;
                    *best = if more { component } else { *best };
                    *greatest = if more { x } else { *greatest };
                }
            }
            found.extend_from_slice(&best);
        }
        found
    }

    /// The differences of points from all means, and the logarithms of all densities there.
    #[inline(always)]
    fn evaluate<const N: usize>(
        &self,
        columns: usize,
        points: &[[f64; N]],
        differences: &mut [[f64; N]],
        logarithms: &mut [[f64; N]],
    ) {
        let size = self.shape.size(columns);
        let components = self.means.chunks_exact(columns).zip(self.factors.chunks_exact(size));
        let places = differences.chunks_exact_mut(columns).zip(logarithms);
        for (((mean, factor), peak), (differences, logarithms)) in
            components.zip(&self.peaks).zip(places)
        {
            // Whole arrays at once, which are stored as vectors.
            for ((difference, point), mean) in differences.iter_mut().zip(points).zip(mean) {
                let mut own = *point;
                own.iter_mut().for_each(|x| *x -= mean);
                *difference = own;
            }
            let squares = match self.shape {
                Shape::Triangle => triangle_squares(factor, differences),
                Shape::Diagonal => diagonal_squares(factor, differences),
            };
            let mut own = squares;
            for square in &mut own {
                let bounded = if *square < FARTHEST { *square } else { FARTHEST };
                *square = peak - 0.5 * bounded;
            }
            *logarithms = own;
        }
    }
}

/// Densities at one point after the other, with all that they need, so that none allocates.
pub(super) struct Evaluator<'a> {
    densities: &'a Densities,
    point: Vec<[f64; 1]>,
    differences: Vec<[f64; 1]>,
    logarithms: Vec<[f64; 1]>,
}

impl<'a> Evaluator<'a> {
    pub(super) fn new(densities: &'a Densities) -> Self {
        Self {
            densities,
            point: Vec::with_capacity(densities.columns),
            differences: vec![[0.0]; densities.means.len()],
            logarithms: vec![[0.0]; densities.len()],
        }
    }

    /// Of each component the logarithm of its density at a point, times its share.
    pub(super) fn at(&mut self, point: impl Iterator<Item = f64>) -> &[[f64; 1]] {
        self.point.clear();
        self.point.extend(point.map(|x| [x]));
        let columns = self.densities.columns;
        let places = (&mut self.differences, &mut self.logarithms);
        self.densities.evaluate(columns, &self.point, places.0, places.1);
        &self.logarithms
    }

    /// The component of which a point most probably is; of equally probable ones the first.
    pub(super) fn most_probable(&mut self, point: impl Iterator<Item = f64>) -> usize {
        let mut best = (0, f64::NEG_INFINITY);
        for (component, &[logarithm]) in self.at(point).iter().enumerate() {
            if logarithm > best.1 {
                best = (component, logarithm);
            }
        }
        best.0
    }
}

/// What [`TOGETHER`] groups have one after the other, each so much of it.
#[inline(always)]
fn together(all: &[[f64; LANES]], each: usize) -> [&[[f64; LANES]]; TOGETHER] {
    let from = |group: usize| all.get(group * each..(group + 1) * each).unwrap_or_default();
    [from(0), from(1), from(2), from(3)]
}

/// The squared lengths of differences multiplied by a triangle: two rows at a time, so that each
/// difference is read for both.
#[inline(always)]
fn triangle_squares<const N: usize>(factor: &[f64], differences: &[[f64; N]]) -> [f64; N] {
    let mut squares = [0.0; N];
    let mut rest = factor;
    for row in (0..differences.len()).step_by(2) {
        let Some((upper, after)) = rest.split_at_checked(row + 1) else { break };
        let lower = after.get(..row + 2).unwrap_or_default();
        rest = after.get(row + 2..).unwrap_or_default();
        let (mut uppers, mut lowers) = ([0.0; N], [0.0; N]);
        if lower.is_empty() {
            upper.iter().zip(differences).for_each(|(factor, d)| add(&mut uppers, *factor, d));
        }
        for ((upper, lower), difference) in upper.iter().zip(lower).zip(differences) {
            add(&mut uppers, *upper, difference);
            add(&mut lowers, *lower, difference);
        }
        if let Some((factor, difference)) = lower.last().zip(differences.get(row + 1)) {
            add(&mut lowers, *factor, difference);
        }
        for ((square, upper), lower) in squares.iter_mut().zip(uppers).zip(lowers) {
            *square = (*square + upper * upper) + lower * lower;
        }
    }
    squares
}

/// Adds a multiple of numbers.
#[inline(always)]
fn add<const N: usize>(sums: &mut [f64; N], factor: f64, numbers: &[f64; N]) {
    sums.iter_mut().zip(numbers).for_each(|(sum, x)| *sum += factor * x);
}

/// The squared lengths of differences multiplied by a diagonal.
#[inline(always)]
fn diagonal_squares<const N: usize>(factor: &[f64], differences: &[[f64; N]]) -> [f64; N] {
    let mut squares = [0.0; N];
    for (factor, difference) in factor.iter().zip(differences) {
        let scaled = difference.map(|d| factor * d);
        squares.iter_mut().zip(scaled).for_each(|(square, d)| *square += d * d);
    }
    squares
}

/// Makes memberships times weights of the logarithms of densities; returns the logarithms of the
/// points' densities in two parts: a logarithm, and a factor whose logarithm is to be added.
#[inline(always)]
fn normalize(lanes: &mut [[f64; LANES]], weights: &[f64; LANES]) -> ([f64; LANES], [f64; LANES]) {
    let mut greatest = [f64::MIN; LANES];
    for component in lanes.iter() {
        for (greatest, &x) in greatest.iter_mut().zip(component) {
            *greatest = if x > *greatest { x } else { *greatest };
        }
    }
    let mut sums = [0.0; LANES];
    for component in lanes.iter_mut() {
        let mut values = *component;
        values.iter_mut().zip(&greatest).for_each(|(x, greatest)| *x -= greatest);
        values.iter_mut().for_each(|x| *x = elementary::exp(*x));
        sums.iter_mut().zip(&values).for_each(|(sum, x)| *sum += x);
        *component = values;
    }
    let mut scales = *weights;
    scales.iter_mut().zip(&sums).for_each(|(scale, sum)| *scale /= sum);
    for component in lanes.iter_mut() {
        component.iter_mut().zip(&scales).for_each(|(x, scale)| *x *= scale);
    }
    (greatest, sums)
}

/// The weighted sum of the logarithms of the points' densities, of which [`normalize`] gives parts.
#[inline(always)]
fn total(parts: &([f64; LANES], [f64; LANES]), weights: &[f64; LANES]) -> f64 {
    let mut logarithms = *weights;
    for (x, (greatest, sum)) in logarithms.iter_mut().zip(parts.0.iter().zip(&parts.1)) {
        *x *= greatest + elementary::ln(*sum);
    }
    logarithms.iter().sum()
}
