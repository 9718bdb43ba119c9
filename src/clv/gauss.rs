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

/// The integrals of functions of one sign that end by falling, in panels of one width, until the
/// first adds nothing to what is known, or the end is reached.
///
/// Where the first begins with nothing, it has fallen before.
pub(super) fn falling<const N: usize>(
    from: f64,
    to: f64,
    width: f64,
    function: impl Fn(f64) -> [f64; N],
) -> [f64; N] {
    /// No integral here needs as many.
    const MOST: usize = 2_000;
    let (mut sums, mut at, mut before) = ([0.0; N], from, 0.0);
    for _ in 0..MOST {
        let next = (at + width).min(to);
        let mut own = [0.0; N];
        panel(at, next, |x, weight| {
            for (own, value) in own.iter_mut().zip(function(x)) {
                *own += weight * value;
            }
        });
        sums.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        let (own, sum) = (first(&own), first(&sums));
        // Also of what is no number there is no more to know.
        let goes_on = own > 1e-17 * sum || own > before;
        if next >= to || !goes_on {
            break;
        }
        before = own;
        at = next;
    }
    sums
}

/// The sums of terms over all whole numbers from `from` to `to`, or without an end, of which the
/// first is well above 2, where they are as smooth as powers: by Euler and Maclaurin's formula,
/// with the integral in panels of one width of the logarithm.
pub(super) fn smooth<const N: usize>(
    from: f64,
    to: f64,
    width: f64,
    term: impl Fn(f64) -> [f64; N],
) -> [f64; N] {
    let ends = (libm::log(from - 0.5), libm::log(to + 0.5));
    let mut sums = falling(ends.0, ends.1, width, |log| {
        let at = libm::exp(log);
        term(at).map(|value| value * at)
    });
    add_end(&mut sums, [-2.0, -1.0, 0.0, 1.0].map(|step| term(from + step)), 1.0);
    if to < f64::INFINITY {
        add_end(&mut sums, [-1.0, 0.0, 1.0, 2.0].map(|step| term(to + step)), -1.0);
    }
    sums
}

/// What the integral lacks at an end in the middle of four terms: f'/24 - 7 f'''/5760, by their
/// differences.
fn add_end<const N: usize>(sums: &mut [f64; N], [a, b, c, d]: [[f64; N]; 4], sign: f64) {
    let terms = a.into_iter().zip(b).zip(c.into_iter().zip(d));
    for (sum, ((a, b), (c, d))) in sums.iter_mut().zip(terms) {
        let third = (d - a) - 3.0 * (c - b);
        *sum += sign * ((c - b) / 24.0 - third * 17.0 / 5_760.0);
    }
}

fn first<const N: usize>(numbers: &[f64; N]) -> f64 {
    numbers.first().copied().unwrap_or_default()
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
        let whole = falling(0.0, f64::INFINITY, 4.0, |x| [x * libm::exp(-x)]);
        assert!((whole[0] - 1.0).abs() < 1e-13, "{whole:?}");
    }

    #[test]
    fn what_is_nothing_or_no_number_ends_at_once() {
        for nothing in [0.0, f64::NAN] {
            let asked = std::cell::Cell::new(0);
            let _ = falling(0.0, f64::INFINITY, 1.0, |_| {
                asked.set(asked.get() + 1);
                [nothing]
            });
            assert_eq!(asked.get(), 12);
        }
    }

    #[test]
    fn smooth_terms_are_summed_with_and_without_an_end() {
        // 1/n² from 1,000 on is trigamma(1000); of e^(-n/50) the sum is geometric.
        let squares = smooth(1_000.0, f64::INFINITY, 1.0, |n| [1.0 / (n * n)]);
        assert!((squares[0] / 1.000_500_166_666_633_3e-3 - 1.0).abs() < 1e-13, "{squares:?}");
        let [some] = smooth(100.0, 299.0, 0.5, |n| [libm::exp(-n / 500.0)]);
        let ratio = libm::exp(-1.0 / 500.0);
        let expected = libm::exp(-0.2) * (1.0 - libm::exp(-0.4)) / (1.0 - ratio);
        assert!((some / expected - 1.0).abs() < 1e-13, "{some} {expected}");
    }
}
