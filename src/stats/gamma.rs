//! The regularized incomplete gamma function.
//!
//! W. Press et al., "Numerical Recipes", 3rd edition, 6.2: the series left of the mean and the
//! continued fraction right of it, so that the smaller of the two tails is never a difference.

use super::density::log_poisson;

/// How many steps are taken at most; about 10 √a are needed.
const STEPS: u32 = 10_000_000;

/// A part of a distribution and the rest, of which the smaller is exact to the last digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tails {
    pub(super) lower: f64,
    pub(super) upper: f64,
    /// The logarithm of `upper`, also where `upper` is too small for a float.
    pub(super) log_upper: f64,
}

impl Tails {
    /// All is above.
    pub(super) const NOTHING: Self = Self { lower: 0.0, upper: 1.0, log_upper: 0.0 };
    /// All is below.
    pub(super) const ALL: Self = Self { lower: 1.0, upper: 0.0, log_upper: f64::NEG_INFINITY };
    /// It is not known.
    pub(super) const UNKNOWN: Self = Self { lower: f64::NAN, upper: f64::NAN, log_upper: f64::NAN };

    pub(super) fn of_log_lower(log_lower: f64) -> Self {
        let lower = libm::exp(log_lower).min(1.0);
        Self { lower, upper: 1.0 - lower, log_upper: libm::log1p(-lower) }
    }

    pub(super) fn of_log_upper(log_upper: f64) -> Self {
        let upper = libm::exp(log_upper).min(1.0);
        Self { lower: 1.0 - upper, upper, log_upper: log_upper.min(0.0) }
    }
}

/// P(a, x) and Q(a, x) = 1 - P(a, x), for a above 0.
pub(super) fn gamma(a: f64, x: f64) -> Tails {
    if x.is_nan() {
        Tails::UNKNOWN
    } else if x <= 0.0 {
        Tails::NOTHING
    } else if x == f64::INFINITY {
        Tails::ALL
    } else if x < a + 1.0 {
        Tails::of_log_lower(log_poisson(a, x) + libm::log(series(a, x)))
    } else {
        Tails::of_log_upper(log_poisson(a, x) + libm::log(a) + libm::log(fraction(a, x)))
    }
}

/// 1 + x/(a+1) + x²/((a+1)(a+2)) + …
fn series(a: f64, x: f64) -> f64 {
    let (mut sum, mut term, mut above) = (1.0, 1.0, a);
    for _ in 0..STEPS {
        above += 1.0;
        term *= x / above;
        let next = sum + term;
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

/// 1/(x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - …))), by the method of Lentz.
fn fraction(a: f64, x: f64) -> f64 {
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (f64::INFINITY, 1.0 / b);
    let (mut value, mut step) = (d, 0.0);
    for _ in 0..STEPS {
        step += 1.0;
        let numerator = step * (a - step);
        b += 2.0;
        d = 1.0 / away_from_zero(numerator * d + b);
        c = away_from_zero(b + numerator / c);
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}

/// The number, or the least that can be divided by.
pub(super) const fn away_from_zero(number: f64) -> f64 {
    if number.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { number }
}
