//! Numbers that know their first and second derivatives by N parameters (forward differentiation).

use std::ops::{Add, Mul, Sub};

use super::special::Rising;
use crate::stats::{digamma, trigamma};

/// A number with its gradient and its matrix of second derivatives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Jet<const N: usize> {
    pub(super) value: f64,
    pub(super) gradient: [f64; N],
    pub(super) hessian: [[f64; N]; N],
}

impl<const N: usize> Jet<N> {
    pub(super) const ZERO: Self = Self::constant(0.0);

    pub(super) const fn constant(value: f64) -> Self {
        Self { value, gradient: [0.0; N], hessian: [[0.0; N]; N] }
    }

    /// The exponentials of all parameters, by the parameters themselves.
    pub(super) fn exponentials(logarithms: [f64; N]) -> [Self; N] {
        let mut jets = logarithms.map(|logarithm| Self::constant(libm::exp(logarithm)));
        for (at, jet) in jets.iter_mut().enumerate() {
            let value = jet.value;
            jet.gradient.iter_mut().skip(at).take(1).for_each(|cell| *cell = value);
            let row = jet.hessian.iter_mut().skip(at).take(1);
            row.flat_map(|row| row.iter_mut().skip(at).take(1)).for_each(|cell| *cell = value);
        }
        jets
    }

    /// A function of this number, by its value and derivatives there.
    pub(super) fn through(self, value: f64, first: f64, second: f64) -> Self {
        let mut hessian = self.hessian;
        for (row, one) in hessian.iter_mut().zip(self.gradient) {
            for (cell, two) in row.iter_mut().zip(self.gradient) {
                *cell = first * *cell + second * one * two;
            }
        }
        Self { value, gradient: self.gradient.map(|slope| first * slope), hessian }
    }

    pub(super) fn exp(self) -> Self {
        let value = libm::exp(self.value);
        self.through(value, value, value)
    }

    pub(super) fn ln(self) -> Self {
        let inverse = 1.0 / self.value;
        self.through(libm::log(self.value), inverse, -inverse * inverse)
    }

    /// ln (1 + e^u).
    pub(super) fn softplus(self) -> Self {
        let share = super::special::logistic(self.value);
        self.through(super::special::softplus(self.value), share, share * (1.0 - share))
    }

    /// ln (z (z+1) … (z+n-1)) for a whole or other n.
    pub(super) fn log_rising(self, n: f64) -> Self {
        let Rising { value, first, second } = Rising::new(self.value, n);
        self.through(value, first, second)
    }

    pub(super) fn log_gamma(self) -> Self {
        let z = self.value;
        let (first, second) = (digamma(z), trigamma(z));
        self.through(libm::lgamma(z), first, second)
    }

    /// So many times this number.
    pub(super) fn times(self, factor: f64) -> Self {
        self.through(factor * self.value, factor, 0.0)
    }

    /// This number and so much more.
    pub(super) fn plus(self, more: f64) -> Self {
        Self { value: self.value + more, ..self }
    }

    /// Adds so many times the other number to this one.
    pub(super) fn add_times(&mut self, factor: f64, other: &Self) {
        self.value += factor * other.value;
        for (sum, slope) in self.gradient.iter_mut().zip(other.gradient) {
            *sum += factor * slope;
        }
        for (sums, row) in self.hessian.iter_mut().zip(other.hessian) {
            for (sum, cell) in sums.iter_mut().zip(row) {
                *sum += factor * cell;
            }
        }
    }
}

impl<const N: usize> Add for Jet<N> {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.add_times(1.0, &other);
        self
    }
}

impl<const N: usize> Sub for Jet<N> {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        self.add_times(-1.0, &other);
        self
    }
}

impl<const N: usize> Mul for Jet<N> {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.value, other.value);
        let mut product = self.times(b);
        product.add_times(a, &other);
        product.value = a * b;
        for ((row, mine), theirs) in
            product.hessian.iter_mut().zip(self.gradient).zip(other.gradient)
        {
            for ((cell, my), their) in row.iter_mut().zip(self.gradient).zip(other.gradient) {
                *cell += mine * their + theirs * my;
            }
        }
        product
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_that_calculus_gives() {
        // f = ln(xy + x³) at x = e^0.3, y = e^-0.2, by u = ln x and v = ln y:
        // f = 0.3 + ln(y + x²); with w = x²/(y + x²): f_u = 1 + 2w, f_v = 1 - w, f_uu = 4w(1 - w).
        let [x, y] = Jet::exponentials([0.3, -0.2]);
        let f = (x * y + x * x * x).ln();
        let (square, second) = (f64::exp(0.6), f64::exp(-0.2));
        let w = square / (second + square);
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-14, "{found}");
        near(f.value, 0.3 + (second + square).ln());
        near(f.gradient[0], 1.0 + 2.0 * w);
        near(f.gradient[1], 1.0 - w);
        near(f.hessian[0][0], 4.0 * w * (1.0 - w));
        near(f.hessian[0][1], -2.0 * w * (1.0 - w));
        near(f.hessian[1][1], w * (1.0 - w));
    }
}
