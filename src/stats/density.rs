//! Densities without cancellation, from which the incomplete functions start.
//!
//! C. Loader, "Fast and Accurate Computation of Binomial Probabilities" (2000): what is lost in
//! x^a e^-x / Γ(a + 1) by subtracting large logarithms is taken from two small terms instead.

/// ln √(2π).
pub(super) const LN_ROOT_TAU: f64 = 0.918_938_533_204_672_8;

/// The error of Stirling's formula: ln Γ(n + 1) - ln(√(2πn) (n/e)^n), for n above 0.
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        return libm::lgamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - LN_ROOT_TAU;
    }
    let square = n * n;
    let terms = [1.0 / 12.0, 1.0 / 360.0, 1.0 / 1_260.0, 1.0 / 1_680.0, 1.0 / 1_188.0];
    // Horner's scheme of the alternating series, from its last term.
    terms.into_iter().rev().fold(0.0, |rest, term| term - rest / square) / n
}

/// a ln(a/m) + m - a, which is at least 0, for a and m above 0.
fn deviance(a: f64, m: f64) -> f64 {
    let difference = a - m;
    if difference.abs() >= 0.1 * (a + m) {
        return a * libm::log(a / m) - difference;
    }
    let ratio = difference / (a + m);
    let (mut sum, mut term, square) = (difference * ratio, 2.0 * a * ratio, ratio * ratio);
    let mut odd = 1.0;
    loop {
        term *= square;
        odd += 2.0;
        let next = sum + term / odd;
        // The terms shrink by a factor of 100 or more.
        if next == sum || !next.is_finite() {
            return next;
        }
        sum = next;
    }
}

/// ln(x^a e^-x / Γ(a + 1)), for a and x above 0.
pub(super) fn log_poisson(a: f64, x: f64) -> f64 {
    -stirling_error(a) - deviance(a, x) - LN_ROOT_TAU - 0.5 * libm::log(a)
}

/// ln(Γ(a + b + 1) / (Γ(a + 1) Γ(b + 1)) x^a y^b), for x + y = 1 and all of them above 0.
pub(super) fn log_binomial(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let errors = stirling_error(n) - stirling_error(a) - stirling_error(b);
    let spread = 0.5 * (libm::log(n / a) - libm::log(b)) - LN_ROOT_TAU;
    errors - deviance(a, n * x) - deviance(b, n * y) + spread
}
