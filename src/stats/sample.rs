//! How far two samples of numbers are apart.

use super::evidence::{Evidence, Method, Test};

/// Up to this product of two sizes the chance is counted exactly.
const COUNTED: u64 = 4_000_000;

/// Two samples of finite numbers, sorted.
///
/// ```
/// use loyalty::stats::Samples;
///
/// let samples = Samples::new(vec![0.0, 1.0, 3.0], vec![5.0, 6.0, 8.0]).ok_or("finite, some")?;
/// assert_eq!(samples.wasserstein(), 5.0);
/// let evidence = samples.kolmogorov_smirnov();
/// // All of the one are below all of the other: 2 of the 20 ways to mix them are as extreme.
/// assert_eq!((evidence.statistic, (evidence.p * 1e9).round()), (1.0, 1e8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Samples {
    one: Vec<f64>,
    two: Vec<f64>,
}

impl Samples {
    /// Two samples; `None` if one is empty or has a number that is not finite.
    #[must_use]
    pub fn new(one: Vec<f64>, two: Vec<f64>) -> Option<Self> {
        let sorted = |mut sample: Vec<f64>| {
            let sound = !sample.is_empty() && sample.iter().all(|number| number.is_finite());
            sample.sort_by(f64::total_cmp);
            sound.then_some(sample)
        };
        Some(Self { one: sorted(one)?, two: sorted(two)? })
    }

    /// The least amount by which numbers must be moved, on average, to make one sample the other:
    /// the area between their distributions, in the unit of the numbers.
    ///
    /// S. Vallender, "Calculation of the Wasserstein distance between probability distributions on
    /// the line", Theory of Probability and its Applications 18 (1974), 784–786.
    #[must_use]
    pub fn wasserstein(&self) -> f64 {
        let (one, two) = (self.one.len() as f64, self.two.len() as f64);
        let mut area = 0.0;
        let mut last: Option<(f64, f64)> = None;
        self.steps(|at, in_one, in_two| {
            if let Some((from, height)) = last {
                area += (at - from) * height;
            }
            last = Some((at, (in_one as f64 / one - in_two as f64 / two).abs()));
        });
        area
    }

    /// Whether the samples come from one distribution, by the greatest distance of their shares
    /// below any number.
    ///
    /// The chance is exact for sizes whose product is at most 4 million (every order of the two
    /// samples is counted; J. Hodges, Arkiv för Matematik 3, 1958; ties make it cautious), and the
    /// limit of Kolmogorov (1933) and Smirnov (1948) above.
    ///
    /// # Complexity
    /// O(n log n), and O(n m) where it is exact.
    #[must_use]
    pub fn kolmogorov_smirnov(&self) -> Evidence {
        let (n, m) = (self.one.len() as u64, self.two.len() as u64);
        let mut farthest = 0_u128;
        self.steps(|_, in_one, in_two| {
            let [left, right] = [(in_one, m), (in_two, n)]
                .map(|(count, size)| u128::from(count) * u128::from(size));
            farthest = farthest.max(left.abs_diff(right));
        });
        let statistic = farthest as f64 / (n as f64 * m as f64);
        let (p, method) = if n.saturating_mul(m) <= COUNTED {
            (reached(n, m, farthest), Method::Exact)
        } else {
            let size = n as f64 / (n as f64 + m as f64) * m as f64;
            (kolmogorov(size.sqrt() * statistic), Method::Limit)
        };
        Evidence { test: Test::KolmogorovSmirnov { method }, statistic, p }
    }

    /// Every different number, ascending, with how many of each sample are not above it.
    fn steps(&self, mut step: impl FnMut(f64, u64, u64)) {
        let (mut one, mut two) = (self.one.iter().peekable(), self.two.iter().peekable());
        let (mut in_one, mut in_two) = (0, 0);
        while let Some(at) = match (one.peek(), two.peek()) {
            (Some(left), Some(right)) => Some(left.min(**right)),
            (left, right) => left.or(right).map(|number| **number),
        } {
            while one.next_if(|number| **number <= at).is_some() {
                in_one += 1;
            }
            while two.next_if(|number| **number <= at).is_some() {
                in_two += 1;
            }
            step(at, in_one, in_two);
        }
    }
}

/// The chance that a random order of `n` and `m` things has somewhere `farthest` or more between
/// i m and j n, where i and j are how many of each came so far.
fn reached(n: u64, m: u64, farthest: u128) -> f64 {
    let far = |i: u64, j: u64| {
        let [left, right] = [(i, m), (j, n)].map(|(a, b)| u128::from(a) * u128::from(b));
        left.abs_diff(right) >= farthest
    };
    // For each j, the chance for orders of i and j things: the last of them was of either kind with
    // the chance of its part in them.
    let mut chances = vec![0.0_f64; usize::try_from(m).map_or(0, |m| m + 1)];
    for i in 0..=n {
        let mut before = 0.0;
        for (j, chance) in (0..=m).zip(chances.iter_mut()) {
            *chance = if far(i, j) {
                1.0
            } else if i + j == 0 {
                0.0
            } else {
                let all = (i + j) as f64;
                i as f64 / all * *chance + j as f64 / all * before
            };
            before = *chance;
        }
    }
    chances.last().copied().unwrap_or(1.0)
}

/// The chance of a distance above x in the limit.
fn kolmogorov(x: f64) -> f64 {
    let sum = |term: fn(f64, f64) -> f64| (1..=20).map(|k| term(f64::from(k), x)).sum::<f64>();
    if x <= 0.0 {
        1.0
    } else if x < 1.0 {
        // The same by Jacobi's identity, which converges where the other does not.
        let squared = |k: f64, x: f64| {
            let root = (2.0 * k - 1.0) * std::f64::consts::PI / x;
            libm::exp(-root * root / 8.0)
        };
        let root = libm::sqrt(std::f64::consts::TAU);
        (1.0 - root / x * sum(squared)).clamp(0.0, 1.0)
    } else {
        let alternating = |k: f64, x: f64| {
            let size = libm::exp(-2.0 * k * k * x * x);
            if k % 2.0 == 0.0 { -size } else { size }
        };
        (2.0 * sum(alternating)).clamp(0.0, 1.0)
    }
}
