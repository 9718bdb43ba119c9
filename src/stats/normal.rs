//! The standard normal distribution.

use super::density::LN_ROOT_TAU;

/// The chance of a value of at most `x`.
///
/// ```
/// use loyalty::stats::normal;
///
/// assert_eq!(normal::cdf(0.0), 0.5);
/// assert!((normal::cdf(1.959_963_984_540_054) - 0.975).abs() < 1e-15);
/// ```
#[must_use]
pub fn cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// The chance of a value above `x`, exact where it is small.
#[must_use]
pub fn survival(x: f64) -> f64 {
    cdf(-x)
}

/// The logarithm of [`survival`], also where that is too small for a float.
///
/// ```
/// use loyalty::stats::normal;
///
/// assert!((normal::log_survival(100.0) + 5_005.524_208_694_205).abs() < 1e-9);
/// ```
#[must_use]
pub fn log_survival(x: f64) -> f64 {
    if x < -1.0 {
        libm::log1p(-cdf(x))
    } else if x < 10.0 {
        libm::log(survival(x))
    } else {
        // Mills' ratio, as a continued fraction x + 1/(x + 2/(x + 3/…)).
        let fraction = (1..=40).rev().fold(x, |rest, step| x + f64::from(step) / rest);
        -0.5 * x * x - LN_ROOT_TAU - libm::log(fraction)
    }
}

/// The value that is not exceeded with the chance `p`; `None` if `p` is not between 0 and 1.
///
/// M. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied
/// Statistics 37 (1988), 477–484.
///
/// ```
/// use loyalty::stats::normal;
///
/// assert_eq!(normal::quantile(0.5), Some(0.0));
/// assert_eq!(normal::quantile(1.0), None);
/// ```
#[must_use]
pub fn quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return Some(q * ratio(&CENTER, r));
    }
    let r = libm::sqrt(-libm::log(if q < 0.0 { p } else { 1.0 - p }));
    let size = if r <= 5.0 { ratio(&MIDDLE, r - 1.6) } else { ratio(&TAIL, r - 5.0) };
    Some(if q < 0.0 { -size } else { size })
}

/// The quotient of two polynomials, whose coefficients are in pairs from the constant one on.
fn ratio(coefficients: &[(f64, f64); 8], r: f64) -> f64 {
    let pairs = coefficients.iter().rev();
    let (above, below) =
        pairs.fold((0.0, 0.0), |(above, below), (a, b)| (above * r + a, below * r + b));
    above / below
}

/// Where |p - 1/2| is at most 0.425.
const CENTER: [(f64, f64); 8] = [
    (3.387_132_872_796_366_5, 1.0),
    (133.141_667_891_784_38, 42.313_330_701_600_91),
    (1_971.590_950_306_551_3, 687.187_007_492_057_9),
    (13_731.693_765_509_46, 5_394.196_021_424_751),
    (45_921.953_931_549_87, 21_213.794_301_586_597),
    (67_265.770_927_008_7, 39_307.895_800_092_71),
    (33_430.575_583_588_13, 28_729.085_735_721_943),
    (2_509.080_928_730_122_7, 5_226.495_278_852_854),
];

/// Where √(-ln p) is at most 5.
const MIDDLE: [(f64, f64); 8] = [
    (1.423_437_110_749_683_5, 1.0),
    (4.630_337_846_156_546, 2.053_191_626_637_759),
    (5.769_497_221_460_691, 1.676_384_830_183_803_8),
    (3.647_848_324_763_204_5, 0.689_767_334_985_1),
    (1.270_458_252_452_368_4, 0.148_103_976_427_480_08),
    (0.241_780_725_177_450_6, 0.015_198_666_563_616_457),
    (0.022_723_844_989_269_184, 0.000_547_593_808_499_534_5),
    (0.000_774_545_014_278_341_4, 1.050_750_071_644_416_9e-9),
];

/// Where √(-ln p) is above 5.
const TAIL: [(f64, f64); 8] = [
    (6.657_904_643_501_103, 1.0),
    (5.463_784_911_164_114, 0.599_832_206_555_888),
    (1.784_826_539_917_291_3, 0.136_929_880_922_735_8),
    (0.296_560_571_828_504_87, 0.014_875_361_290_850_615),
    (0.026_532_189_526_576_124, 0.000_786_869_131_145_613_3),
    (0.001_242_660_947_388_078_4, 1.846_318_317_510_054_8e-5),
    (2.711_555_568_743_487_6e-5, 1.421_511_758_316_446e-7),
    (2.010_334_399_292_288_1e-7, 2.044_263_103_389_939_7e-15),
];
