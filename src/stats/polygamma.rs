//! The derivatives of ln Γ.
//!
//! M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions" (1964), 6.3.5, 6.3.18, 6.4.6
//! and 6.4.12.

/// From here on the asymptotic series are exact to the last digits.
const LARGE: f64 = 12.0;

/// The derivative of ln Γ at a number above 0.
pub(crate) fn digamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < LARGE {
        sum -= 1.0 / x;
        x += 1.0;
    }
    const TERMS: [f64; 7] = [
        1.0 / 12.0,
        -1.0 / 120.0,
        1.0 / 252.0,
        -1.0 / 240.0,
        1.0 / 132.0,
        -691.0 / 32_760.0,
        1.0 / 12.0,
    ];
    sum + libm::log(x) - 0.5 / x - series(&TERMS, x)
}

/// The second derivative of ln Γ at a number above 0.
pub(crate) fn trigamma(mut x: f64) -> f64 {
    let mut sum = 0.0;
    while x < LARGE {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    const TERMS: [f64; 7] =
        [1.0 / 6.0, -1.0 / 30.0, 1.0 / 42.0, -1.0 / 30.0, 5.0 / 66.0, -691.0 / 2_730.0, 7.0 / 6.0];
    sum + (1.0 + 0.5 / x + series(&TERMS, x)) / x
}

/// The sum of the terms divided by x², x⁴ and so on.
fn series(terms: &[f64; 7], x: f64) -> f64 {
    let square = 1.0 / (x * x);
    terms.iter().rev().fold(0.0, |rest, term| (rest + term) * square)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_of_ln_gamma_are_those_of_mpmath() {
        // mpmath 1.4.1 with 30 digits: digamma(x), polygamma(1, x).
        for (x, first, second) in [
            (1e-3, -1_000.575_571_931_810_3, 1_000_001.642_533_195_2),
            (0.5, -1.963_510_026_021_423_5, 4.934_802_200_544_679),
            (3.25, 1.016_990_911_068_179, 0.359_798_290_309_579_9),
            (1e6, 13.815_510_057_964_191, 1.000_000_500_000_166_7e-6),
        ] {
            assert!((digamma(x) - first).abs() <= 1e-14 * first.abs(), "{x}: {}", digamma(x));
            assert!((trigamma(x) - second).abs() <= 1e-14 * second, "{x}: {}", trigamma(x));
        }
    }

    #[test]
    fn digamma_is_that_of_scipy() {
        // scipy.special.digamma of SciPy 1.18.1.
        for (x, expected) in [
            (1.0, -0.577_215_664_901_532_9),
            (0.1, -10.423_754_940_411_076),
            (3.7, 1.167_153_539_361_511_3),
            (25.0, 3.198_742_512_851_974),
        ] {
            assert!((digamma(x) - expected).abs() < 1e-14 * f64::abs(expected).max(1.0), "{x}");
        }
    }
}
