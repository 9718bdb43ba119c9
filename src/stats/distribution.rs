//! The distributions that intervals and tests are read from.

use super::beta::beta;
use super::gamma::{Tails, gamma};
use super::solve::turning_point;

/// The distribution of a sum of squares of standard normal values.
///
/// ```
/// use loyalty::stats::ChiSquared;
///
/// let chi = ChiSquared::new(1.0).ok_or("degrees are above 0")?;
/// assert!((chi.survival(3.841_458_820_694_124) - 0.05).abs() < 1e-14);
/// assert!((chi.quantile(0.95).ok_or("a probability")? - 3.841_458_820_694_124).abs() < 1e-13);
/// assert_eq!((chi.survival(5_000.0), chi.log_survival(5_000.0).round()), (0.0, -2_504.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquared {
    degrees: f64,
}

impl ChiSquared {
    /// With so many degrees of freedom, which are finite and above 0.
    #[must_use]
    pub fn new(degrees: f64) -> Option<Self> {
        is_positive(degrees).then_some(Self { degrees })
    }

    fn tails(self, x: f64) -> Tails {
        gamma(self.degrees / 2.0, x / 2.0)
    }

    /// The chance of a value of at most `x`.
    #[must_use]
    pub fn cdf(self, x: f64) -> f64 {
        self.tails(x).lower
    }

    /// The chance of a value above `x`, exact where it is small.
    #[must_use]
    pub fn survival(self, x: f64) -> f64 {
        self.tails(x).upper
    }

    /// The logarithm of [`ChiSquared::survival`], also where that is too small for a float.
    #[must_use]
    pub fn log_survival(self, x: f64) -> f64 {
        self.tails(x).log_upper
    }

    /// The value that is not exceeded with the chance `p`; `None` if `p` is not between 0 and 1.
    #[must_use]
    pub fn quantile(self, p: f64) -> Option<f64> {
        quantile_of_positive(p, |x| self.tails(x))
    }
}

/// Student's distribution: that of a mean in units of its own estimated error.
///
/// ```
/// use loyalty::stats::StudentT;
///
/// let t = StudentT::new(10.0).ok_or("degrees are above 0")?;
/// assert!((t.quantile(0.975).ok_or("a probability")? - 2.228_138_851_986_274).abs() < 1e-14);
/// assert!((t.survival(2.0) - 0.036_694_017_385_370_18).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StudentT {
    degrees: f64,
}

impl StudentT {
    /// With so many degrees of freedom, which are finite and above 0.
    #[must_use]
    pub fn new(degrees: f64) -> Option<Self> {
        is_positive(degrees).then_some(Self { degrees })
    }

    /// The chance of a value above `t`, exact where it is small.
    #[must_use]
    pub fn survival(self, t: f64) -> f64 {
        // The difference from the normal distribution is less than 1e-11 of the chance.
        if self.degrees > 1e13 {
            return super::normal::survival(t);
        }
        // The share that is farther from 0 than `t`.
        let (far, near) = if t.is_infinite() {
            (0.0, 1.0)
        } else {
            let square = t * t / self.degrees;
            (1.0 / (1.0 + square), 1.0 / (1.0 + 1.0 / square))
        };
        let outside = beta(self.degrees / 2.0, 0.5, far, near).lower;
        if t > 0.0 { outside / 2.0 } else { 1.0 - outside / 2.0 }
    }

    /// The chance of a value of at most `t`.
    #[must_use]
    pub fn cdf(self, t: f64) -> f64 {
        self.survival(-t)
    }

    /// The value that is not exceeded with the chance `p`; `None` if `p` is not between 0 and 1.
    #[must_use]
    pub fn quantile(self, p: f64) -> Option<f64> {
        if !(p > 0.0 && p < 1.0) {
            return None;
        }
        let tail = if p < 0.5 { p } else { 1.0 - p };
        let size = if tail == 0.5 { 0.0 } else { turning_point(|t| self.survival(t) <= tail) };
        Some(if p < 0.5 { -size } else { size })
    }
}

/// The distribution of a ratio of variances.
///
/// ```
/// use loyalty::stats::FisherF;
///
/// let f = FisherF::new(2.0, 12.0).ok_or("degrees are above 0")?;
/// assert!((f.survival(3.885_293_834_652_391) - 0.05).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FisherF {
    above: f64,
    below: f64,
}

impl FisherF {
    /// With so many degrees of freedom of the numerator and of the denominator, which are finite
    /// and above 0.
    #[must_use]
    pub fn new(above: f64, below: f64) -> Option<Self> {
        (is_positive(above) && is_positive(below)).then_some(Self { above, below })
    }

    /// The chance of a value above `f`, exact where it is small.
    #[must_use]
    pub fn survival(self, f: f64) -> f64 {
        if f <= 0.0 {
            return 1.0;
        }
        let ratio = self.above * f / self.below;
        beta(self.below / 2.0, self.above / 2.0, 1.0 / (1.0 + ratio), 1.0 / (1.0 + 1.0 / ratio))
            .lower
    }
}

/// The distribution of an unknown share of which `a - 1` hits and `b - 1` misses were seen.
///
/// ```
/// use loyalty::stats::Beta;
///
/// let share = Beta::new(3.0, 9.0).ok_or("both are above 0")?;
/// assert!((share.cdf(0.25) - 0.544_799_089_431_762_7).abs() < 1e-14);
/// assert!((share.cdf(share.quantile(0.9).ok_or("a probability")?) - 0.9).abs() < 1e-14);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Beta {
    a: f64,
    b: f64,
}

impl Beta {
    /// With these shapes, which are finite and above 0.
    #[must_use]
    pub fn new(a: f64, b: f64) -> Option<Self> {
        (is_positive(a) && is_positive(b)).then_some(Self { a, b })
    }

    /// The chance of a share of at most `x`.
    #[must_use]
    pub fn cdf(self, x: f64) -> f64 {
        beta(self.a, self.b, x, 1.0 - x).lower
    }

    /// The chance of a share above `x`, exact where it is small.
    #[must_use]
    pub fn survival(self, x: f64) -> f64 {
        beta(self.a, self.b, x, 1.0 - x).upper
    }

    /// The share that is not exceeded with the chance `p`; `None` if `p` is not between 0 and 1.
    #[must_use]
    pub fn quantile(self, p: f64) -> Option<f64> {
        quantile_of_positive(p, |x| beta(self.a, self.b, x, 1.0 - x)).map(|share| share.min(1.0))
    }
}

/// Degrees and shapes up to this need steps that can be waited for.
fn is_positive(number: f64) -> bool {
    number > 0.0 && number <= 1e15
}

/// The least positive number below which there is at least `p`.
fn quantile_of_positive(p: f64, tails: impl Fn(f64) -> Tails) -> Option<f64> {
    let reached = |x| {
        let Tails { lower, upper, .. } = tails(x);
        if p <= 0.5 { lower >= p } else { upper <= 1.0 - p }
    };
    (p > 0.0 && p < 1.0).then(|| turning_point(reached))
}
