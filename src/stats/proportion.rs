//! Shares of customers, and how far they can be trusted and differ.

use serde::{Deserialize, Serialize};

use super::{Confidence, Estimate};

/// How many of how many, such as customers who answered of those who were written to.
///
/// ```
/// use loyalty::stats::{Confidence, Proportion};
///
/// let (a, b) = (Proportion { hits: 56, of: 70 }, Proportion { hits: 48, of: 80 });
/// let share = a.wilson(Confidence::USUAL).ok_or("there are some")?;
/// assert_eq!((share.value, (share.low * 1e4).round()), (0.8, 6_918.0));
/// // R. Newcombe's own example (1998), table II, method 10: 0.0524 to 0.3339.
/// let difference = a.difference(&b, Confidence::USUAL).ok_or("there are some")?;
/// assert_eq!([difference.low, difference.high].map(|end| (end * 1e4).round()), [524.0, 3_339.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proportion {
    /// How many there are.
    pub hits: u64,
    /// Of how many.
    pub of: u64,
}

impl Proportion {
    /// The share; `None` of nothing, or if there are more hits than there can be.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.of > 0 && self.hits <= self.of).then(|| self.hits as f64 / self.of as f64)
    }

    /// The share with its score interval; `None` as for [`Proportion::share`].
    ///
    /// E. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal
    /// of the American Statistical Association 22 (1927), 209–212.
    #[must_use]
    pub fn wilson(&self, confidence: Confidence) -> Option<Estimate> {
        let (value, n, z) = (self.share()?, self.of as f64, confidence.errors());
        let (center, scale) = (value + z * z / (2.0 * n), 1.0 + z * z / n);
        let half = z * (value * (1.0 - value) / n + z * z / (4.0 * n * n)).sqrt();
        // At the ends the interval reaches them, which rounding must not hide.
        let low = if self.hits == 0 { 0.0 } else { ((center - half) / scale).max(0.0) };
        let high = if self.hits == self.of { 1.0 } else { ((center + half) / scale).min(1.0) };
        Some(Estimate { value, low, high })
    }

    /// How much greater this share is than the other, in points from -1 to 1; `None` if one of them
    /// is none.
    ///
    /// R. Newcombe, "Interval estimation for the difference between independent proportions",
    /// Statistics in Medicine 17 (1998), 873–890: method 10, from two score intervals.
    #[must_use]
    pub fn difference(&self, other: &Self, confidence: Confidence) -> Option<Estimate> {
        let (one, two) = (self.wilson(confidence)?, other.wilson(confidence)?);
        let value = one.value - two.value;
        let below = libm::hypot(one.value - one.low, two.high - two.value);
        let above = libm::hypot(one.high - one.value, two.value - two.low);
        Some(Estimate { value, low: (value - below).max(-1.0), high: (value + above).min(1.0) })
    }

    /// How many times the other share this share is; `None` if one of them is none, or if the other
    /// is 0. The interval counts half a customer more on each side, so that 0 hits have one, too.
    ///
    /// S. Walter, "The distribution of Levin's measure of attributable risk", Biometrika 62 (1975),
    /// 371–374: the normal interval of the logarithm.
    #[must_use]
    pub fn ratio(&self, other: &Self, confidence: Confidence) -> Option<Estimate> {
        let (one, two) = (self.share()?, other.share()?);
        let more = |count: u64| count as f64 + 0.5;
        let (hits, of) = (more(self.hits), more(self.of));
        let (other_hits, other_of) = (more(other.hits), more(other.of));
        let middle = libm::log(hits / of / (other_hits / other_of));
        let variance = 1.0 / hits - 1.0 / of + 1.0 / other_hits - 1.0 / other_of;
        let half = confidence.errors() * variance.max(0.0).sqrt();
        let value = one / two;
        let (low, high) = (libm::exp(middle - half), libm::exp(middle + half));
        value.is_finite().then_some(Estimate { value, low: low.min(value), high: high.max(value) })
    }
}
