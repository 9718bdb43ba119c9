//! How well scores tell what is true from what is not.

use serde::{Deserialize, Serialize};

/// Scores of things, and what turned out to be true of them.
///
/// ```
/// use loyalty::stats::Classified;
///
/// let told = Classified::new(vec![0.9, 0.4, 0.6, 0.1], vec![true, true, false, false]);
/// let told = told.ok_or("a label for each score")?;
/// // Of the four pairs of one that is true and one that is not, three are in order.
/// assert_eq!(told.auc(), Some(0.75));
/// assert_eq!(told.brier(), Some((0.01 + 0.36 + 0.36 + 0.01) / 4.0));
/// assert_eq!(told.lift(0.25), Some(2.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Classified {
    /// Sorted by score.
    rows: Vec<(f64, bool)>,
}

/// Things with chances that are near each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bin {
    /// How many there are.
    pub count: usize,
    /// The mean of their chances.
    pub expected: f64,
    /// The share of which it was true.
    pub actual: f64,
}

impl Classified {
    /// Scores, the greater the likelier, each with whether it was true; `None` unless there is one
    /// label for each score, at least one, and no NaN.
    #[must_use]
    pub fn new(scores: Vec<f64>, labels: Vec<bool>) -> Option<Self> {
        let sound = scores.len() == labels.len() && !scores.is_empty();
        if !sound || scores.iter().any(|score| score.is_nan()) {
            return None;
        }
        let mut rows: Vec<(f64, bool)> = scores.into_iter().zip(labels).collect();
        rows.sort_by(|(one, _), (two, _)| one.total_cmp(two));
        Some(Self { rows })
    }

    /// How many there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.rows.len()
    }

    /// Of how many it was true.
    #[must_use]
    pub fn hits(&self) -> usize {
        self.rows.iter().filter(|(_, label)| *label).count()
    }

    /// The chance that of one that is true and one that is not the former has the greater score,
    /// where equal scores count half: the area under the receiver operating characteristic. `None`
    /// if all are alike.
    #[must_use]
    pub fn auc(&self) -> Option<f64> {
        let (mut before, mut won) = (0.0, 0.0);
        for equal in self.rows.chunk_by(|(one, _), (two, _)| one == two) {
            let hits = equal.iter().filter(|(_, label)| *label).count() as f64;
            let misses = equal.len() as f64 - hits;
            won += hits * (before + misses / 2.0);
            before += misses;
        }
        let pairs = before * self.hits() as f64;
        (pairs > 0.0).then(|| won / pairs)
    }

    /// Minus the mean log-likelihood of what was true; `None` unless all scores are chances. It is
    /// infinite where something happened that had no chance.
    #[must_use]
    pub fn log_loss(&self) -> Option<f64> {
        let loss = |(chance, label): &(f64, bool)| {
            if *label { -libm::log(*chance) } else { -libm::log1p(-chance) }
        };
        self.are_chances().then(|| self.mean(loss))
    }

    /// The mean squared error (G. Brier, 1950); `None` unless all scores are chances.
    #[must_use]
    pub fn brier(&self) -> Option<f64> {
        let square = |(chance, label): &(f64, bool)| {
            let error = chance - f64::from(u8::from(*label));
            error * error
        };
        self.are_chances().then(|| self.mean(square))
    }

    /// How many times likelier it was of the given share with the greatest scores than of all;
    /// those with equal scores count in part. `None` if it was true of none, or of a share that is
    /// not above 0 and at most 1.
    #[must_use]
    pub fn lift(&self, share: f64) -> Option<f64> {
        let (all, hits) = (self.rows.len() as f64, self.hits() as f64);
        if !(share > 0.0 && share <= 1.0) || hits == 0.0 {
            return None;
        }
        let wanted = share * all;
        let (mut taken, mut found) = (0.0, 0.0);
        let groups: Vec<_> = self.rows.chunk_by(|(one, _), (two, _)| one == two).collect();
        for equal in groups.into_iter().rev() {
            let count = equal.len() as f64;
            let part = ((wanted - taken) / count).clamp(0.0, 1.0);
            found += part * equal.iter().filter(|(_, label)| *label).count() as f64;
            taken += part * count;
        }
        Some(found / wanted / (hits / all))
    }

    /// So many groups of as many each, from the least score on: what was expected of them, and what
    /// was true. Empty groups are left out; no group at all unless all scores are chances.
    #[must_use]
    pub fn calibration(&self, groups: usize) -> Vec<Bin> {
        if !self.are_chances() {
            return Vec::new();
        }
        let all = self.rows.len();
        let start = |group: usize| all * group / groups;
        let bin = |group: usize| {
            let (from, to) = (start(group), start(group + 1));
            let own = || self.rows.iter().skip(from).take(to - from);
            let count = to - from;
            let hits = own().filter(|(_, label)| *label).count() as f64;
            let expected = own().map(|(chance, _)| chance).sum::<f64>();
            let of = count as f64;
            (count > 0).then(|| Bin { count, expected: expected / of, actual: hits / of })
        };
        (0..groups).filter_map(bin).collect()
    }

    fn mean(&self, of: impl Fn(&(f64, bool)) -> f64) -> f64 {
        self.rows.iter().map(of).sum::<f64>() / self.rows.len() as f64
    }

    fn are_chances(&self) -> bool {
        self.rows.iter().all(|(score, _)| (0.0..=1.0).contains(score))
    }
}

/// Which of many tests found something, so that of those that did at most the share `rate` is
/// expected to be mistaken (Y. Benjamini and Y. Hochberg, Journal of the Royal Statistical Society
/// B 57, 1995, 289–300). A NaN never does.
///
/// ```
/// use loyalty::stats::discoveries;
///
/// // 0.03 is above 0.05 × 2/4, but 0.035 is at most 0.05 × 3/4: then so is 0.03.
/// let found = discoveries(&[0.2, 0.03, 0.001, 0.035], 0.05);
/// assert_eq!(found, [false, true, true, true]);
/// ```
#[must_use]
pub fn discoveries(chances: &[f64], rate: f64) -> Vec<bool> {
    let mut sorted: Vec<f64> = chances.iter().copied().filter(|p| !p.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let all = chances.len() as f64;
    let line = |rank: usize| rate * (rank + 1) as f64 / all;
    let last = sorted.iter().enumerate().rfind(|(rank, p)| **p <= line(*rank));
    let limit = last.map(|(_, p)| *p);
    chances.iter().map(|p| limit.is_some_and(|limit| *p <= limit)).collect()
}
