//! Integrals by Gauss and Legendre's rule of 12 points in panels.

/// The points between 0 and 1 and their weights; those below 0 are alike.
const HALF: [(f64, f64); 6] = [
    (0.125_233_408_511_468_9, 0.249_147_045_813_402_8),
    (0.367_831_498_998_180_2, 0.233_492_536_538_354_8),
    (0.587_317_954_286_617_4, 0.203_167_426_723_065_92),
    (0.769_902_674_194_304_7, 0.160_078_328_543_346_23),
    (0.904_117_256_370_474_9, 0.106_939_325_995_318_43),
    (0.981_560_634_246_719_3, 0.047_175_336_386_511_83),
];

/// Lets `take` have the points of the panel and their weights.
#[inline]
pub(super) fn panel(from: f64, to: f64, mut take: impl FnMut(f64, f64)) {
    let (middle, half) = (0.5 * (from + to), 0.5 * (to - from));
    for (point, weight) in HALF {
        take(middle - half * point, half * weight);
        take(middle + half * point, half * weight);
    }
}

/// The integral of a function of one sign that ends by falling, in panels of one width, until one
/// adds nothing to what is known, or the end is reached.
pub(super) fn falling(from: f64, to: f64, width: f64, function: impl Fn(f64) -> f64) -> f64 {
    /// No integral here needs as many.
    const MOST: usize = 20_000;
    let (mut sum, mut at, mut before) = (0.0, from, 0.0);
    for _ in 0..MOST {
        let next = (at + width).min(to);
        let mut own = 0.0;
        panel(at, next, |x, weight| own += weight * function(x));
        sum += own;
        if next >= to || (own < 1e-17 * sum && own <= before) {
            break;
        }
        before = own;
        at = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_of_degree_23_are_exact() {
        let mut sum = 0.0;
        panel(0.0, 2.0, |x, weight| sum += weight * 24.0 * x.powi(23));
        assert!((sum / f64::powi(2.0, 24) - 1.0).abs() < 1e-14, "{sum}");
    }

    #[test]
    fn what_falls_is_followed_to_its_end() {
        let whole = falling(0.0, f64::INFINITY, 4.0, |x| x * libm::exp(-x));
        assert!((whole - 1.0).abs() < 1e-13, "{whole}");
    }
}
