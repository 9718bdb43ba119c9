//! Differences of the logarithm of the gamma function without cancellation.

use crate::stats::{digamma, trigamma};

/// Up to so many steps a product is summed factor by factor.
const STEPS: f64 = 48.0;

/// ln (z (z+1) … (z+n-1)) = ln Γ(z+n) - ln Γ(z), for z above 0 and n of at least 0, whole or not.
pub(super) fn log_rising(z: f64, n: f64) -> f64 {
    Rising::new(z, n).value
}

/// ln ((b)_n / (b+a)_n), for b, b + a and n that make all factors positive: of the two differences
/// that this is, the one of smaller numbers.
pub(super) fn log_rising_ratio(b: f64, a: f64, n: f64) -> f64 {
    if n <= a.abs() {
        log_rising(b, n) - log_rising(b + a, n)
    } else if a >= 0.0 {
        log_rising(b, a) - log_rising(b + n, a)
    } else {
        log_rising(b + a + n, -a) - log_rising(b + a, -a)
    }
}

/// The logarithm of z (z+1) … (z+n-1) and its derivatives by z.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rising {
    pub(super) value: f64,
    pub(super) first: f64,
    pub(super) second: f64,
}

impl Rising {
    /// For z above 0 and n of at least 0, whole or not.
    pub(super) fn new(z: f64, n: f64) -> Self {
        if n <= STEPS && libm::floor(n) == n { Self::product(z, n) } else { Self::difference(z, n) }
    }

    fn product(z: f64, n: f64) -> Self {
        let (mut value, mut product, mut first, mut second) = (0.0, 1.0, 0.0, 0.0);
        let mut step = 0.0;
        while step < n {
            let factor = z + step;
            product *= factor;
            if !(1e-150..1e150).contains(&product) {
                value += libm::log(product);
                product = 1.0;
            }
            let inverse = 1.0 / factor;
            first += inverse;
            second -= inverse * inverse;
            step += 1.0;
        }
        Self { value: value + libm::log(product), first, second }
    }

    fn difference(z: f64, n: f64) -> Self {
        // Stirling's formula from 20 on, where its series is exact to the last digits.
        const LOW: f64 = 20.0;
        if z >= LOW {
            let value = (z - 0.5) * libm::log1p(n / z) + n * libm::log(z + n) - n;
            return Self {
                value: value + stirling_error(z + n) - stirling_error(z),
                first: digamma(z + n) - digamma(z),
                second: trigamma(z + n) - trigamma(z),
            };
        }
        // z is moved up by whole steps, and what they add is taken off at both ends.
        let steps = libm::ceil(LOW - z);
        let (low, high) = (Self::product(z, steps), Self::product(z + n, steps));
        let moved = Self::difference(z + steps, n);
        Self {
            value: moved.value + low.value - high.value,
            first: moved.first + low.first - high.first,
            second: moved.second + low.second - high.second,
        }
    }
}

/// The error of Stirling's formula from 20 on.
fn stirling_error(z: f64) -> f64 {
    let square = 1.0 / (z * z);
    let terms = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1_260.0, -1.0 / 1_680.0, 1.0 / 1_188.0];
    terms.iter().rev().fold(0.0, |rest, term| rest * square + term) / z
}

/// ln (1 + e^u) without overflow.
pub(super) fn softplus(u: f64) -> f64 {
    if u > 0.0 { u + libm::log1p(libm::exp(-u)) } else { libm::log1p(libm::exp(u)) }
}

/// 1 / (1 + e^-u) without overflow.
pub(super) fn logistic(u: f64) -> f64 {
    let small = libm::exp(-u.abs());
    let less = small / (1.0 + small);
    if u > 0.0 { 1.0 - less } else { less }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rising_products_are_those_of_mpmath() {
        // mpmath 1.4.1 with 40 digits: loggamma(z + n) - loggamma(z).
        for (z, n, expected) in [
            (0.25, 3.0, -0.352_220_593_589_352_1),
            (0.25, 1e6, 12_815_506.735_002_633),
            (1e8, 5.0, 92.103_403_819_761_83),
            (3.5, 0.7, 0.847_582_034_613_515_6),
            (1e9, 0.5, 10.361_632_918_348_206),
        ] {
            let found = log_rising(z, n);
            assert!((found - expected).abs() <= 2e-13 * f64::abs(expected), "{z} {n}: {found:?}");
        }
    }
}
