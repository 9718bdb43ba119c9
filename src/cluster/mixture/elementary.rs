//! Exponentials and logarithms of many numbers at once.
//!
//! No branch and no table: the compiler works on several numbers in one vector register. Only
//! additions, multiplications, divisions and bits, which every machine does alike.

use std::f64::consts::LOG2_E;

/// The sum of a number and this is the number rounded, with the integer in the lowest bits.
const ROUND: f64 = 6_755_399_441_055_744.0;

/// The natural logarithm of 2 in two parts; the first has trailing zeros, so that its product with
/// an exponent is exact.
const LN_2: [f64; 2] = [6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10];

/// Less is taken as this, whose exponential is about 10^-300: products of that are no subnormal
/// numbers, which take long.
const LEAST: f64 = -690.0;

/// 1 / n! from n = 2 to 13.
const FACTORIALS: [f64; 12] = [
    0.5,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];

/// 2 / (2n + 1) from n = 0 to 10.
const ODDS: [f64; 11] = [
    2.0,
    2.0 / 3.0,
    2.0 / 5.0,
    2.0 / 7.0,
    2.0 / 9.0,
    2.0 / 11.0,
    2.0 / 13.0,
    2.0 / 15.0,
    2.0 / 17.0,
    2.0 / 19.0,
    2.0 / 21.0,
];

/// The exponential of a number that is not more than 0, to about one unit in the last place; where
/// it is less than 10^-300, it is taken as this.
///
/// The number is split into a multiple of ln 2 and a remainder of at most ln 2 / 2 (W. Cody and
/// W. Waite, "Software Manual for the Elementary Functions", 1980), of which the Taylor series is
/// taken: its first omitted term is less than 5e-18.
#[inline(always)]
pub(super) fn exp(number: f64) -> f64 {
    let clamped = if number > LEAST { number } else { LEAST };
    let rounded = clamped * LOG2_E + ROUND;
    let exponent = rounded - ROUND;
    let [high, low] = LN_2;
    let rest = (clamped - exponent * high) - exponent * low;
    let series = 1.0 + (rest + rest * rest * tail(rest));
    let scale = f64::from_bits((rounded.to_bits() << 52).wrapping_add(1023 << 52));
    series * scale
}

/// The sum of all [`FACTORIALS`] times powers, by halves that do not wait for one another.
#[inline(always)]
fn tail(rest: f64) -> f64 {
    let [a, b, c, d, e, f, g, h, i, j, k, l] = FACTORIALS;
    let square = rest * rest;
    let fourth = square * square;
    let first = (a + b * rest) + (c + d * rest) * square;
    let second = (e + f * rest) + (g + h * rest) * square;
    let third = (i + j * rest) + (k + l * rest) * square;
    first + (second + third * fourth) * fourth
}

/// The natural logarithm of a number that is at least 1, to about two units in the last place.
///
/// The number is a power of 2 times m from √½ to √2, and ln m = 2 artanh ((m − 1) / (m + 1)), of
/// which the Taylor series is taken: its first omitted term is less than 1e-18 of the whole.
#[inline(always)]
pub(super) fn ln(number: f64) -> f64 {
    /// The bits of √½.
    const LOWEST: u64 = 0x3fe6_a09e_667f_3bcd;
    /// The bits of 2^52, with which a small integer becomes a float.
    const FLOAT: u64 = 0x4330_0000_0000_0000;
    let above = number.to_bits().wrapping_sub(LOWEST);
    let exponent = f64::from_bits((above >> 52) | FLOAT) - 4_503_599_627_370_496.0;
    let mantissa = f64::from_bits(number.to_bits().wrapping_sub(above & (0xfff << 52)));
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    let [a, b, c, d, e, f, g, h, i, j, k] = ODDS;
    let fourth = square * square;
    let eighth = fourth * fourth;
    let first = (b + c * square) + (d + e * square) * fourth;
    let second = (f + g * square) + (h + i * square) * fourth;
    let third = j + k * square;
    let series = a + square * (first + (second + third * eighth) * eighth);
    let [high, low] = LN_2;
    exponent * high + (ratio * series + exponent * low)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn exponentials_are_those_of_libm(number in -690.0..=0.0) {
            let expected = libm::exp(number);
            prop_assert!((exp(number) - expected).abs() <= 2.5e-16 * expected, "{number}");
        }

        #[test]
        fn logarithms_are_those_of_libm(number in prop_oneof![1.0..1.5, 1.0..100.0, 1.0..1e18]) {
            let expected = libm::log(number);
            prop_assert!((ln(number) - expected).abs() <= 4.5e-16 * expected, "{number}");
        }
    }

    #[test]
    fn the_ends_are_exact() {
        assert_eq!((exp(0.0), exp(-0.0), ln(1.0)), (1.0, 1.0, 0.0));
        for little in [-690.0, -691.0, -1e300, f64::NEG_INFINITY] {
            assert!((1e-300..3e-300).contains(&exp(little)));
        }
    }
}
