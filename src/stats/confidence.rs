//! How sure an interval is, and what it is an interval of.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use super::normal;

/// How often an interval covers what it estimates: between 0 and 1, such as 0.95.
///
/// ```
/// use loyalty::stats::Confidence;
///
/// assert_eq!(Confidence::new(0.95), Some(Confidence::USUAL));
/// assert_eq!(Confidence::USUAL.to_string(), "95 %");
/// assert!(serde_json::from_str::<Confidence>("1.0").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Confidence(f64);

impl Confidence {
    /// 95 %.
    pub const USUAL: Self = Self(0.95);

    /// This share of the intervals, which is above 0 and below 1.
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (share > 0.0 && share < 1.0).then_some(Self(share))
    }

    /// The share of intervals that cover what they estimate.
    #[must_use]
    pub const fn share(self) -> f64 {
        self.0
    }

    /// The chance that is left above the upper end.
    #[must_use]
    pub fn tail(self) -> f64 {
        (1.0 - self.0) / 2.0
    }

    /// How many standard errors a normal estimate's interval reaches to each side.
    #[must_use]
    pub fn errors(self) -> f64 {
        // A tail of a share below 1 is above 0.
        normal::quantile(self.tail()).map_or(f64::INFINITY, |low| -low)
    }
}

/// 95 %.
impl Default for Confidence {
    fn default() -> Self {
        Self::USUAL
    }
}

impl<'de> Deserialize<'de> for Confidence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let share = f64::deserialize(deserializer)?;
        Self::new(share).ok_or_else(|| {
            de::Error::custom(format_args!("`{share}` is no confidence: it is above 0, below 1"))
        })
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without digits that come from the binary form, such as 0.07 * 100.
        write!(f, "{} %", (self.0 * 1e8).round() / 1e6)
    }
}

/// A number that is estimated, and the interval in which it is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The best guess.
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Estimate {
    /// Whether the interval has the number in it, ends included.
    ///
    /// ```
    /// use loyalty::stats::Estimate;
    ///
    /// let difference = Estimate { value: 0.1, low: -0.05, high: 0.25 };
    /// assert!(difference.covers(0.0) && !difference.covers(0.3));
    /// ```
    #[must_use]
    pub fn covers(&self, number: f64) -> bool {
        (self.low..=self.high).contains(&number)
    }
}
