//! A window over a stream of numbers that shrinks when their mean has changed.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::Confidence;

/// How many buckets of one size there are at most.
const BUCKETS: usize = 5;

/// How many numbers each side of a cut must have at least.
const LEAST: u64 = 5;

/// After how many numbers the window is looked at again.
const CLOCK: u64 = 32;

/// Tells when the mean of a stream of numbers has changed, and keeps what is still valid.
///
/// The window holds the latest numbers, as sums in buckets whose sizes double. Whenever two parts
/// of it differ in their means more than chance explains, its oldest buckets are dropped.
///
/// A. Bifet and R. Gavaldà, "Learning from time-changing data with adaptive windowing", Proceedings
/// of the 2007 SIAM International Conference on Data Mining, 443–448; with the constants of MOA and
/// river: 5 buckets of each size, looked at every 32 numbers, and the first 4 numbers of each side
/// of a cut are not counted.
///
/// # Complexity
/// O(log n) memory and, on average, O(1) time for a number.
///
/// ```
/// use loyalty::stats::Adwin;
///
/// let mut window = Adwin::default();
/// let stream = (0..2_000).map(|at| if at < 1_000 { f64::from(at % 2) } else { 5.0 });
/// let changes: Vec<usize> =
///     stream.enumerate().filter(|(_, number)| window.add(*number)).map(|(at, _)| at).collect();
/// assert_eq!(changes.first(), Some(&1_023));
/// assert!(window.mean() > 4.9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Adwin {
    confidence: Confidence,
    /// How many numbers came in all.
    seen: u64,
    /// Buckets of 1, 2, 4… numbers, in each row the oldest first.
    rows: Vec<VecDeque<Bucket>>,
    /// The whole window.
    window: Bucket,
}

/// Some numbers that came one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bucket {
    count: u64,
    total: f64,
    /// The sum of the squares of their differences from their mean.
    squares: f64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    confidence: Confidence,
    seen: u64,
    rows: Vec<VecDeque<Bucket>>,
    /// Its sums depend on the order in which numbers came and went; without them the buckets are
    /// summed up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    window: Option<Bucket>,
}

/// A stored window is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the buckets are no window: a row has 1, 2, 4… finite numbers in each of at most 5")]
pub struct NoWindow;

impl Adwin {
    /// An empty window; of windows without any change, at most the share that the confidence leaves
    /// is said to have changed.
    #[must_use]
    pub const fn new(confidence: Confidence) -> Self {
        let window = Bucket { count: 0, total: 0.0, squares: 0.0 };
        Self { confidence, seen: 0, rows: Vec::new(), window }
    }

    /// Takes a number in; whether the mean has changed, so that older numbers were dropped. What is
    /// not finite, or has a square that is not, is passed over.
    pub fn add(&mut self, number: f64) -> bool {
        let one = Bucket { count: 1, total: number, squares: 0.0 };
        let with = self.window.and(&one);
        if !with.is_sound() {
            return false;
        }
        self.window = with;
        self.seen = self.seen.saturating_add(1);
        self.insert(one);
        if !self.seen.is_multiple_of(CLOCK) || self.window.count <= 2 * LEAST {
            return false;
        }
        let mut changed = false;
        while self.is_cut() && self.drop_oldest() {
            changed = true;
        }
        changed
    }

    /// How many numbers are in the window.
    #[must_use]
    pub const fn width(&self) -> u64 {
        self.window.count
    }

    /// The mean of the numbers in the window; 0 if there are none.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.window.mean()
    }

    /// The variance of the numbers in the window; 0 if there are none.
    #[must_use]
    pub fn variance(&self) -> f64 {
        self.window.squares / self.window.count.max(1) as f64
    }

    fn insert(&mut self, one: Bucket) {
        let mut moved = Some(one);
        let mut row = 0;
        while let Some(bucket) = moved {
            if self.rows.len() == row {
                self.rows.push(VecDeque::new());
            }
            let Some(buckets) = self.rows.get_mut(row) else { return };
            buckets.push_back(bucket);
            moved = if buckets.len() > BUCKETS {
                buckets.pop_front().zip(buckets.pop_front()).map(|(old, new)| old.and(&new))
            } else {
                None
            };
            row += 1;
        }
    }

    /// Whether an older and a newer part of the window differ.
    fn is_cut(&self) -> bool {
        let mut old = Bucket::default();
        let sizes = 2.0 * libm::log(self.window.count as f64) / (1.0 - self.confidence.share());
        let doubt = libm::log(sizes);
        self.rows.iter().rev().flatten().any(|bucket| {
            old = Bucket {
                count: old.count.saturating_add(bucket.count),
                total: old.total + bucket.total,
                squares: 0.0,
            };
            let new_count = self.window.count - old.count.min(self.window.count);
            if old.count < LEAST || new_count < LEAST {
                return false;
            }
            let new_mean = (self.window.total - old.total) / new_count as f64;
            let part = |count: u64| 1.0 / (count + 1 - LEAST) as f64;
            let inverse = part(old.count) + part(new_count);
            let chance = (2.0 * inverse * self.variance() * doubt).sqrt();
            (old.mean() - new_mean).abs() > chance + 2.0 / 3.0 * inverse * doubt
        })
    }

    /// Drops the oldest bucket; whether there was one besides others.
    fn drop_oldest(&mut self) -> bool {
        let Some(last) = self.rows.last_mut() else { return false };
        let Some(oldest) = last.pop_front() else { return false };
        if last.is_empty() {
            self.rows.pop();
        }
        // The rest is summed up again, so that no rounding builds up.
        let buckets = self.rows.iter().rev().flatten();
        self.window = buckets.fold(Bucket::default(), |sum, bucket| sum.and(bucket));
        oldest.count > 0
    }
}

/// With the confidence of 99.8 %, as in MOA and river.
impl Default for Adwin {
    fn default() -> Self {
        Self::new(Confidence::new(0.998).unwrap_or_default())
    }
}

impl Bucket {
    fn mean(&self) -> f64 {
        self.total / self.count.max(1) as f64
    }

    /// Both together.
    fn and(&self, other: &Self) -> Self {
        let count = self.count.saturating_add(other.count);
        let difference = self.mean() - other.mean();
        let between = self.count as f64 * other.count as f64 / count.max(1) as f64;
        Self {
            count,
            total: self.total + other.total,
            squares: self.squares + other.squares + between * difference * difference,
        }
    }

    fn is_sound(&self) -> bool {
        self.total.is_finite() && self.squares.is_finite() && self.squares >= 0.0
    }
}

impl TryFrom<Written> for Adwin {
    type Error = NoWindow;

    fn try_from(written: Written) -> Result<Self, NoWindow> {
        let Written { confidence, seen, rows, window } = written;
        let mut size = Some(1_u64);
        for row in &rows {
            let fits = |bucket: &Bucket| Some(bucket.count) == size && bucket.is_sound();
            if row.len() > BUCKETS || !row.iter().all(fits) {
                return Err(NoWindow);
            }
            size = size.and_then(|size| size.checked_mul(2));
        }
        let filled = rows.last().is_none_or(|row| !row.is_empty());
        let buckets = rows.iter().rev().flatten();
        let count = buckets.clone().try_fold(0_u64, |sum, one| sum.checked_add(one.count));
        let summed = || buckets.fold(Bucket::default(), |sum, bucket| sum.and(bucket));
        let window = window.unwrap_or_else(summed);
        let whole = Some(window.count) == count && window.count <= seen;
        let sound = filled && window.is_sound() && whole;
        sound.then_some(Self { confidence, seen, rows, window }).ok_or(NoWindow)
    }
}

impl From<Adwin> for Written {
    fn from(window: Adwin) -> Self {
        let Adwin { confidence, seen, rows, window } = window;
        Self { confidence, seen, rows, window: Some(window) }
    }
}
