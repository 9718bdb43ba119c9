//! Sums over rounds that a customer stays for, each less likely than the one before.

use super::survivors::Survivor;

/// So many rounds are summed one by one.
const EACH: u32 = 10_000;

/// With a discount, what follows after so many rounds is nothing, or the discount is.
const MOST: u32 = 50_000_000;

/// Σ (b)_m/(a+b)_m from m = 1 to `rounds`: how many of the next rounds a customer with a chance to
/// leave before each of beta(a, b) stays for.
pub(super) fn stayed(a: f64, b: f64, rounds: u32) -> f64 {
    let (mut sum, mut staying, mut round) = (0.0, 1.0, 0.0);
    for _ in 0..rounds.min(EACH) {
        staying *= (b + round) / (a + b + round);
        sum += staying;
        round += 1.0;
    }
    let rest = f64::from(rounds.saturating_sub(EACH));
    if rest > 0.0 {
        let later = Survivor { shape: 1.0, a, b: b + round, k: 1, waited: 0 };
        sum += staying * (later.stays(rest + 1.0) - 1.0);
    }
    sum
}

/// Σ (b)_m/(a+b)_m / (1+d)^m from m = 1 on; `None` if it is infinite, or d makes no sense.
pub(super) fn discounted(a: f64, b: f64, rate: f64) -> Option<f64> {
    if rate == 0.0 {
        return (a > 1.0).then(|| b / (a - 1.0));
    }
    if !(rate > 0.0 && rate.is_finite()) {
        return None;
    }
    let (mut sum, mut worth, mut round) = (0.0, 1.0, 0.0);
    for _ in 0..MOST {
        worth *= (b + round) / ((a + b + round) * (1.0 + rate));
        sum += worth;
        round += 1.0;
        // All that follows is less than a geometric series.
        if worth <= 1e-17 * sum * rate {
            return Some(sum);
        }
    }
    None
}
