//! Means of samples, and how far they can be trusted and differ.

use serde::{Deserialize, Serialize};

use super::{Confidence, Estimate, StudentT};

/// What of a sample its mean is judged by.
///
/// ```
/// use loyalty::stats::{Confidence, Moments};
///
/// let (a, b) = (Moments::of([30.0, 40.0, 50.0]), Moments::of([10.0, 12.0, 14.0, 16.0]));
/// let difference = a.difference(&b, Confidence::USUAL).ok_or("both have some spread")?;
/// assert_eq!(difference.value, 27.0);
/// assert!(difference.low > 3.6 && difference.high < 50.4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moments {
    /// How many numbers there are.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// The sum of the squares of their differences from the mean.
    pub squares: f64,
}

impl Moments {
    /// The moments of finite numbers, by the updates of B. Welford (Technometrics 4, 1962).
    #[must_use]
    pub fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        numbers.into_iter().fold(Self::default(), |mut moments, number| {
            moments.add(number);
            moments
        })
    }

    /// Takes one more number in.
    pub fn add(&mut self, number: f64) {
        self.count = self.count.saturating_add(1);
        let difference = number - self.mean;
        self.mean += difference / self.count as f64;
        self.squares += difference * (number - self.mean);
    }

    /// The moments of both samples together.
    ///
    /// T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise algorithm for computing
    /// sample variances" (1979).
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let count = self.count.saturating_add(other.count);
        if count == 0 {
            return *self;
        }
        let (difference, part) = (other.mean - self.mean, other.count as f64 / count as f64);
        let between = difference * difference * self.count as f64 * part;
        let mean = self.mean + difference * part;
        Self { count, mean, squares: self.squares + other.squares + between }
    }

    /// The variance of the population that the numbers are a sample of; `None` of fewer than 2.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        (self.count > 1).then(|| self.squares / (self.count - 1) as f64)
    }

    /// The square of the standard error of the mean.
    pub(super) fn squared_error(&self) -> Option<f64> {
        Some(self.variance()? / self.count as f64)
    }

    /// The mean with Student's interval; `None` of fewer than 2 numbers, or if it is not finite.
    #[must_use]
    pub fn interval(&self, confidence: Confidence) -> Option<Estimate> {
        let degrees = self.count.checked_sub(1)? as f64;
        around(self.mean, self.squared_error()?, degrees, confidence)
    }

    /// How much greater this mean is than the other, whatever the two variances; `None` if one of
    /// them has fewer than 2 numbers, or if it is not finite.
    ///
    /// B. Welch, "The generalization of Student's problem when several different population
    /// variances are involved", Biometrika 34 (1947), 28–35.
    #[must_use]
    pub fn difference(&self, other: &Self, confidence: Confidence) -> Option<Estimate> {
        let (one, two) = (self.squared_error()?, other.squared_error()?);
        let part = |error: f64, moments: &Self| {
            Some(error / (one + two) * (error / (one + two)) / moments.count.checked_sub(1)? as f64)
        };
        // Without any spread, whatever the degrees are.
        let degrees =
            if one + two > 0.0 { 1.0 / (part(one, self)? + part(two, other)?) } else { 1.0 };
        around(self.mean - other.mean, one + two, degrees, confidence)
    }

    /// How many times the other mean this mean is, where both are above 0; `None` if one of them is
    /// not, or has fewer than 2 numbers. The normal interval of the logarithm, by the errors of the
    /// two means (the delta method).
    ///
    /// ```
    /// use loyalty::stats::{Confidence, Moments};
    ///
    /// let (a, b) = (Moments::of([30.0, 40.0, 50.0]), Moments::of([10.0, 12.0, 14.0, 16.0]));
    /// let times = a.ratio(&b, Confidence::USUAL).ok_or("both are above 0")?;
    /// assert!((times.value - 40.0 / 13.0).abs() < 1e-12 && !times.covers(1.0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn ratio(&self, other: &Self, confidence: Confidence) -> Option<Estimate> {
        let (one, two) = (self.squared_error()?, other.squared_error()?);
        if self.mean <= 0.0 || other.mean <= 0.0 {
            return None;
        }
        let relative = one / (self.mean * self.mean) + two / (other.mean * other.mean);
        let half = libm::exp(confidence.errors() * relative.sqrt());
        let value = self.mean / other.mean;
        let (low, high) = (value / half, value * half);
        (low.is_finite() && high.is_finite()).then_some(Estimate { value, low, high })
    }
}

fn around(value: f64, square: f64, degrees: f64, confidence: Confidence) -> Option<Estimate> {
    let errors = -StudentT::new(degrees)?.quantile(confidence.tail())?;
    let half = if square > 0.0 { errors * square.sqrt() } else { 0.0 };
    let (low, high) = (value - half, value + half);
    (low.is_finite() && high.is_finite()).then_some(Estimate { value, low, high })
}
