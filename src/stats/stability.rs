//! How far counts in bins have moved since a reference.

use serde::{Deserialize, Serialize};

use super::{ChiSquared, Confidence};

/// The population stability index of counts in bins, and what it would be by chance alone.
///
/// The index is the sum over all bins of (q - p) ln(q / p), with the shares p of the reference and
/// q of now. A bin that is empty on one side counts as half a customer there (a share of 1/(2n));
/// one that is empty on both is none. Without any change, the index divided by 1/n + 1/m is
/// distributed as χ² with one degree less than there are bins (B. Yurdakul and J. Naranjo,
/// "Statistical properties of the population stability index", Journal of Risk Model Validation 14
/// (2020), 89–100), so that what is noise in a small sample is drift in a large one.
///
/// ```
/// use loyalty::stats::Stability;
///
/// let stability = Stability::of(&[50, 30, 20], &[40, 30, 30]).ok_or("bins with customers")?;
/// assert_eq!((stability.index * 1e6).round(), 62_861.0);
/// assert_eq!((stability.p * 1e3).round(), 208.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stability {
    /// The index: 0 if the shares are the same.
    pub index: f64,
    /// How many are in the reference.
    pub reference: u64,
    /// How many there are now.
    pub now: u64,
    /// How many bins are not empty on both sides.
    pub bins: usize,
    /// The chance of such an index or a greater one without any change.
    pub p: f64,
}

impl Stability {
    /// The index of the counts of a reference and of now, bin by bin; `None` if there are no counts
    /// on one side, or not equally many bins.
    #[must_use]
    pub fn of(reference: &[u64], now: &[u64]) -> Option<Self> {
        let total = |counts: &[u64]| counts.iter().try_fold(0_u64, |sum, &c| sum.checked_add(c));
        let (n, m) = (total(reference)?, total(now)?);
        if n == 0 || m == 0 || reference.len() != now.len() {
            return None;
        }
        let share = |count: u64, of: u64| if count == 0 { 0.5 } else { count as f64 } / of as f64;
        let filled = reference.iter().zip(now).filter(|(before, now)| **before > 0 || **now > 0);
        let (mut index, mut bins) = (0.0, 0);
        for (&before, &now) in filled {
            let (p, q) = (share(before, n), share(now, m));
            index += (q - p) * libm::log(q / p);
            bins += 1;
        }
        let p = match ChiSquared::new(bins as f64 - 1.0) {
            Some(chi) => chi.survival(index / noise(n, m)),
            None => 1.0,
        };
        Some(Self { index, reference: n, now: m, bins, p })
    }

    /// The index that is not exceeded without any change, with this confidence; 0 for a single bin.
    #[must_use]
    pub fn threshold(&self, confidence: Confidence) -> f64 {
        let chi = ChiSquared::new(self.bins as f64 - 1.0);
        let quantile = chi.and_then(|chi| chi.quantile(confidence.share()));
        quantile.map_or(0.0, |quantile| quantile * noise(self.reference, self.now))
    }
}

fn noise(n: u64, m: u64) -> f64 {
    1.0 / n as f64 + 1.0 / m as f64
}
