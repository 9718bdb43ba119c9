//! The regularized incomplete beta function.
//!
//! A. DiDonato and A. Morris, "Algorithm 708: Significant Digit Computation of the Incomplete Beta
//! Function Ratios", ACM Transactions on Mathematical Software 18 (1992), 360–373: the continued
//! fraction (9), on the side of the mean where it converges fast.

use super::density::log_binomial;
use super::gamma::{Tails, away_from_zero};

/// How many steps are taken at most; about 10 √(a + b) are needed.
const STEPS: u32 = 10_000_000;

/// I(x; a, b) and the rest, for a and b above 0, and x + y = 1 (both are given, so that the small
/// one is exact).
pub(super) fn beta(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x.is_nan() || y.is_nan() {
        Tails::UNKNOWN
    } else if x <= 0.0 {
        Tails::NOTHING
    } else if y <= 0.0 {
        Tails::ALL
    } else {
        // x^a y^b / B(a, b).
        let log_factor = log_binomial(a, b, x, y) + libm::log(a) + libm::log(b / (a + b));
        if a * y > b * x {
            Tails::of_log_lower(log_factor - libm::log(fraction(a, b, x, y)))
        } else {
            Tails::of_log_upper(log_factor - libm::log(fraction(b, a, y, x)))
        }
    }
}

/// The continued fraction by which x^a y^b / B(a, b) is divided, by the method of Lentz.
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let beyond = a * y - b * x + 1.0;
    let start = away_from_zero(a * beyond / (a + 1.0));
    let (mut value, mut c, mut d, mut n) = (start, start, 0.0, 0.0);
    for _ in 0..STEPS {
        n += 1.0;
        let (odd, even) = (a + 2.0 * n - 1.0, a + 2.0 * n + 1.0);
        let part = n * (b - n) * x / odd;
        let numerator = (a + n - 1.0) / odd * (a + b + n - 1.0) * part * x;
        let next = n + part + (a + n) / even * (beyond + n * (1.0 + y));
        d = 1.0 / away_from_zero(numerator * d + next);
        c = away_from_zero(next + numerator / c);
        value *= c * d;
        if (c * d - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    value
}
