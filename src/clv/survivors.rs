//! How many purchases are to be expected of a customer who may leave after each of them.
//!
//! Of a customer who is there, with waits at a rate λ ~ gamma(R, 1/c), the number N of waits that
//! end within a time t is negative binomial. The n-th purchase comes with the wait n k, if the
//! customer stays after the n - 1 before: for p ~ beta(a, b) with the chance (b)_(n-1)/(a+b)_(n-1).
//! So the expected number is Σ P(N = m) S(⌊m/k⌋) with S(n) = Σ_(i<n) (b)_i/(a+b)_i. All terms are
//! positive, where the paper's hypergeometric form is a difference that a = 1 divides by zero.

use super::gauss::smooth;
use super::special::{log_rising, log_rising_ratio};
use crate::stats::{digamma, trigamma};

/// After so many waits, and so many for each of a gap, the rest is an integral.
const WAITS: u32 = 500;
const WAITS_OF_GAP: u32 = 240;

/// No trapezoidal rule here needs as many steps to a side.
const MOST_STEPS: usize = 2_000;

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
        self.sum(&counts, counts.first(odds))
    }

    /// The sum from some number of waits on, as a share of all chances: what these lack of 1 by
    /// rounding, the sum lacks too.
    fn sum(&self, counts: &Counts, first: f64) -> f64 {
        let k = f64::from(self.k);
        let waited = f64::from(self.waited);
        let most = WAITS.max(WAITS_OF_GAP.saturating_mul(self.k));
        let mut waits =
            if counts.log_none > -600.0 && first < f64::from(most) { 0.0 } else { first };
        let mut purchases = libm::floor((waits + waited) / k);
        let mut passed = waits + waited - purchases * k;
        let mut chance = libm::exp(counts.log_chance(waits));
        let (mut staying, mut expected) = (self.staying(purchases), self.stays(purchases));
        let (mut sum, mut chances) = (0.0, 0.0);
        let mut terms = 0;
        // To the end of a purchase's waits.
        while terms < most || passed > 0.0 {
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
        let [more, rest] = self.rest(counts, purchases);
        (sum + more) / (chances + rest)
    }

    /// The sum over all numbers of purchases from some on, and that of their chances.
    fn rest(&self, counts: &Counts, first: f64) -> [f64; 2] {
        let width = 3.0 * (1.0 / self.shape + 1.0 / first).sqrt();
        smooth(first, f64::INFINITY, width.min(1.0), |purchases| {
            let chance = self.chance(counts, purchases);
            [chance * self.stays(purchases), chance]
        })
    }

    /// The chance of the waits in which there are so many purchases.
    fn chance(&self, counts: &Counts, purchases: f64) -> f64 {
        let mut waits = purchases * f64::from(self.k) - f64::from(self.waited);
        let (mut own, mut sum) = (libm::exp(counts.log_chance(waits)), 0.0);
        for _ in 0..self.k {
            sum += own;
            own *= counts.ratio * (counts.shape + waits) / (waits + 1.0);
            waits += 1.0;
        }
        sum
    }

    /// The chance to stay after so many purchases.
    fn staying(&self, purchases: f64) -> f64 {
        libm::exp(log_rising_ratio(self.b, self.a, purchases))
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
            log_rising_ratio(b, less, n)
        };
        let sum =
            if less == 0.0 { digamma(b + n) - digamma(b) } else { -libm::expm1(ratio) / less };
        1.0 + share * (b + less) * sum
    }
}

/// How many purchases are to be expected of a customer without an end, each counted by what is left
/// of it at a discount of `steep` times the rate of the rates 1/c, where so many waits have passed
/// with such chances: `first` is the customer if none has.
///
/// At a rate λ the n-th purchase, with the wait n k, is worth h^(n k) with h = λ/(λ+δ), so that all
/// of them are worth Σ (b)_(n-1)/(a+b)_(n-1) h^(n k) = g 2F1(1, b; a+b; g) with g = h^k; less the
/// waits that have passed, each of which adds 1 to the shape of the rates.
pub(super) fn discounted(first: &Survivor, chances: &[f64], steep: f64) -> f64 {
    let Survivor { shape, a, b, k, .. } = *first;
    let k = f64::from(k);
    let norm = libm::lgamma(shape);
    // What it is worth, and the density, both times the rate.
    let at = |log: f64| {
        let rate = libm::exp(log);
        let wait = -libm::log1p(steep / rate);
        let left = libm::exp(-wait);
        let mut density = libm::exp(shape * log - rate - norm);
        let (mut worth, mut whole, mut own, mut shape) = (0.0, 0.0, 1.0, shape);
        for chance in chances {
            whole += chance * density;
            worth += chance * density * own;
            density *= rate / shape;
            own *= left;
            shape += 1.0;
        }
        let gap = k * wait;
        [worth * libm::exp(gap) * fraction(b, a + b, gap), whole]
    };
    // By the trapezoidal rule, of which the error is Γ(R+2πi/h)/Γ(R) or so.
    let passed: f64 = (0..).zip(chances).map(|(waits, chance)| f64::from(waits) * chance).sum();
    let middle = libm::log(shape + passed + 1.0);
    let step = (0.6 / (shape + 2.0 * k).sqrt()).min(0.25);
    let [mut sum, mut whole] = at(middle);
    for side in [step, -step] {
        let (mut log, mut before) = (middle, f64::INFINITY);
        for _ in 0..MOST_STEPS {
            log += side;
            let [own, density] = at(log);
            sum += own;
            whole += density;
            let goes_on = own > 1e-16 * sum || own > before;
            if !goes_on {
                break;
            }
            before = own;
        }
    }
    // Of large shapes the density has lost digits, which it lacks of 1.
    let all: f64 = chances.iter().sum();
    if shape > 100.0 { sum / whole * all } else { sum * step }
}

/// 2F1(1, b; c; e^log) for a logarithm below 0, by Gauss' continued fraction (DLMF 15.7.5).
fn fraction(b: f64, c: f64, log: f64) -> f64 {
    let z = libm::exp(log);
    let near = (-libm::expm1(log)).sqrt();
    if near < NEAR {
        return slow_series(b, c, log);
    }
    // The error falls by ((1-near)/(1+near))² with each two steps.
    let steps = 10.0 + 10.0 / near;
    let (mut value, mut step) = (1.0, libm::ceil(steps));
    while step >= 1.0 {
        let even = step * (c - 1.0 - b + step) / ((c - 2.0 + 2.0 * step) * (c - 1.0 + 2.0 * step));
        let before = step - 1.0;
        let odd = if before == 0.0 {
            b / c
        } else {
            (b + before) * (c - 1.0 + before) / ((c - 1.0 + 2.0 * before) * (c + 2.0 * before))
        };
        value = 1.0 - odd * z / (1.0 - even * z / value);
        step -= 1.0;
    }
    1.0 / value
}

/// Closer to 1 the fraction takes longer than the sum.
const NEAR: f64 = 0.03;

/// The same by its first terms, and an integral over the others.
fn slow_series(b: f64, c: f64, log: f64) -> f64 {
    const FIRST: f64 = 200.0;
    let (mut sum, mut term, mut at) = (0.0, 1.0, 0.0);
    let ratio = libm::exp(log);
    while at < FIRST {
        sum += term;
        term *= ratio * (b + at) / (c + at);
        at += 1.0;
    }
    if term == 0.0 {
        return sum;
    }
    let term = |at: f64| [libm::exp(log_rising_ratio(b, c - b, at) + at * log)];
    let [rest] = smooth(FIRST, f64::INFINITY, 1.0, term);
    sum + rest
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
    /// Below so many waits there is nothing to speak of.
    fn first(&self, odds: f64) -> f64 {
        let mean = self.shape * odds;
        let spread = (mean * (1.0 + odds)).sqrt();
        // The rate is below g with a chance of at most g^R/Γ(R+1); 46 is ln 10^20.
        let slow = libm::exp((libm::lgamma(self.shape + 1.0) - 46.0) / self.shape) * odds;
        let few = (mean - 12.0 * spread).max(slow - 12.0 * slow.sqrt());
        libm::floor(few.max(0.0))
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fraction_and_the_series_are_those_of_mpmath() {
        // mpmath 1.4.1 with 40 digits: hyp2f1(1, b, c, exp(log)).
        for (b, c, log, expected) in REFERENCE {
            for found in [fraction(b, c, log), slow_series(b, c, log)] {
                assert!((found / expected - 1.0).abs() < 1e-11, "{b} {c} {log}: {found}");
            }
        }
    }

    const REFERENCE: [(f64, f64, f64, f64); 5] = [
        (2.4, 3.2, -0.1, 4.421_218_063_851_528),
        (0.3, 1.1, -1e-3, 5.313_151_956_181_732),
        (5.5, 7.5, -1e-5, 6.496_731_231_977_203),
        (2.4, 3.2, -1e-9, 554.246_826_485_776_5),
        (100.5, 101.3, -1e-7, 4_104.076_067_309_998),
    ];
}
