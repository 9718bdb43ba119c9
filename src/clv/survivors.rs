//! How many purchases are to be expected of a customer who may leave after each of them.
//!
//! Of a customer who is there, with waits at a rate λ ~ gamma(R, 1/c), the number N of waits that
//! end within a time t is negative binomial. The n-th purchase comes with the wait n k, if the
//! customer stays after the n - 1 before: for p ~ beta(a, b) with the chance (b)_(n-1)/(a+b)_(n-1).
//! So the expected number is Σ P(N = m) S(⌊m/k⌋) with S(n) = Σ_(i<n) (b)_i/(a+b)_i. All terms are
//! positive, where the paper's hypergeometric form is a difference that a = 1 divides by zero.

use super::gauss::falling;
use super::special::{Rising, digamma, log_rising, trigamma};

/// After so many terms the rest is an integral.
const TERMS: u32 = 4_000;

/// A customer who is there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Survivor {
    /// The shape R of the rate of waits.
    pub(super) shape: f64,
    /// The shapes of the chance to leave after a purchase.
    pub(super) a: f64,
    pub(super) b: f64,
    /// How many waits make a gap, and how many have passed.
    pub(super) k: u32,
    pub(super) waited: u32,
}

impl Survivor {
    /// How many purchases are to be expected in a time `odds` times as long as 1/c, the rate of the
    /// rates.
    pub(super) fn purchases(&self, odds: f64) -> f64 {
        if odds <= 0.0 {
            return 0.0;
        }
        let counts = Counts {
            shape: self.shape,
            log_none: -self.shape * libm::log1p(odds),
            ratio: odds / (1.0 + odds),
            log_ratio: -libm::log1p(1.0 / odds),
        };
        let mean = self.shape * odds;
        let spread = (mean * (1.0 + odds)).sqrt();
        // Below, nothing to speak of.
        let first = if counts.log_none > -600.0 { 0.0 } else { (mean - 12.0 * spread).max(0.0) };
        self.sum(&counts, libm::floor(first))
    }

    /// The sum from some number of waits on, as a share of all chances: what these lack of 1 by
    /// rounding, the sum lacks too.
    fn sum(&self, counts: &Counts, first: f64) -> f64 {
        let k = f64::from(self.k);
        let waited = f64::from(self.waited);
        let mut waits = first;
        let mut purchases = libm::floor((waits + waited) / k);
        let mut passed = waits + waited - purchases * k;
        let mut chance = libm::exp(counts.log_chance(waits));
        let (mut staying, mut expected) = (self.staying(purchases), self.stays(purchases));
        let (mut sum, mut chances) = (0.0, 0.0);
        let mut terms = 0;
        // To the end of a purchase's waits.
        while terms < TERMS || passed > 0.0 {
            terms += 1;
            sum += chance * expected;
            chances += chance;
            let shrinks = counts.ratio * (counts.shape + waits) / (waits + 1.0);
            waits += 1.0;
            chance *= shrinks;
            passed += 1.0;
            if passed >= k {
                passed = 0.0;
                expected += staying;
                staying *= (self.b + purchases) / (self.a + self.b + purchases);
                purchases += 1.0;
            }
            // What follows is less than a geometric series.
            if shrinks < 1.0 && chance * expected * 4.0 < 1e-17 * sum * (1.0 - shrinks).powi(2) {
                return sum / chances;
            }
        }
        let term = |purchases: f64| self.chance(counts, purchases) * self.stays(purchases);
        sum += self.rest(purchases, term);
        chances += self.rest(purchases, |purchases| self.chance(counts, purchases));
        sum / chances
    }

    /// The chance of the waits in which there are so many purchases.
    fn chance(&self, counts: &Counts, purchases: f64) -> f64 {
        let waits = purchases * f64::from(self.k) - f64::from(self.waited);
        let own = (0..self.k).map(|more| libm::exp(counts.log_chance(waits + f64::from(more))));
        own.sum()
    }

    /// The sum of a term over all numbers of purchases from `first` on, by Euler and Maclaurin's
    /// formula.
    fn rest(&self, first: f64, term: impl Fn(f64) -> f64) -> f64 {
        let width = (2.0 / self.shape.sqrt()).min(1.0);
        let integral = falling(libm::log(first), f64::INFINITY, width, |log| {
            let purchases = libm::exp(log);
            purchases * term(purchases)
        });
        let slope = term(first + 0.5) - term(first - 0.5);
        integral + 0.5 * term(first) - slope / 12.0
    }

    /// The chance to stay after so many purchases.
    fn staying(&self, purchases: f64) -> f64 {
        libm::exp(log_rising(self.b, purchases) - log_rising(self.a + self.b, purchases))
    }

    /// S(n): how many of the next n purchases a customer stays for.
    pub(super) fn stays(&self, purchases: f64) -> f64 {
        if purchases < 1.0 {
            // Between 0 and 1 it is only asked for at 0.
            return 0.0;
        }
        // The first one is taken off, so that all arguments are above 0.
        let (a, b, n) = (self.a, self.b + 1.0, purchases - 1.0);
        let share = self.b / (a + self.b);
        let less = a - 1.0;
        let ratio = if less.abs() < 1e-4 {
            // (b)_n/(a+b-1)_n as a series of a - 1, of which the difference would leave no digits.
            let first = digamma(b + n) - digamma(b);
            let second = trigamma(b + n) - trigamma(b);
            -less * first - 0.5 * less * less * second
        } else {
            Rising::new(b, n).value - log_rising(b + less, n)
        };
        let sum =
            if less == 0.0 { digamma(b + n) - digamma(b) } else { -libm::expm1(ratio) / less };
        1.0 + share * (b + less) * sum
    }
}

/// The distribution of the number of waits.
struct Counts {
    shape: f64,
    /// The logarithm of the chance of none.
    log_none: f64,
    /// What a chance shrinks by from one number to the next, in the end.
    ratio: f64,
    log_ratio: f64,
}

impl Counts {
    /// The logarithm of the chance of so many waits, whole or not.
    fn log_chance(&self, waits: f64) -> f64 {
        if waits == 0.0 {
            return self.log_none;
        }
        // Γ(R+m) / (Γ(R) m!) in the form that has no small difference of large numbers.
        let ways = if waits < self.shape {
            log_rising(self.shape, waits) - libm::lgamma(waits + 1.0)
        } else {
            log_rising(waits, self.shape) - libm::log(waits) - libm::lgamma(self.shape)
        };
        ways + self.log_none + waits * self.log_ratio
    }
}
