//! How far two clusterings of the same points agree.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::numbered;

/// How far two clusterings of the same points agree: 1 if they are the same up to the numbering,
/// about 0 if they have nothing to do with each other. `None` if they are not of equally many
/// points.
///
/// L. Hubert and P. Arabie, "Comparing partitions", Journal of Classification 2 (1985), 193–218, in
/// the form of pair counts.
#[must_use]
pub fn adjusted_rand(left: &[usize], right: &[usize]) -> Option<f64> {
    if left.len() != right.len() {
        return None;
    }
    let squares = |counts: BTreeMap<(usize, usize), i128>| -> i128 {
        counts.into_values().map(|count| count * count).sum()
    };
    let count = |keys: &mut dyn Iterator<Item = (usize, usize)>| {
        let mut counts = BTreeMap::new();
        keys.for_each(|key| *counts.entry(key).or_insert(0) += 1);
        squares(counts)
    };
    let both = count(&mut left.iter().copied().zip(right.iter().copied()));
    let in_left = count(&mut left.iter().map(|&label| (label, 0)));
    let in_right = count(&mut right.iter().map(|&label| (label, 0)));
    let points = i128::try_from(left.len()).ok()?;
    // Ordered pairs of different points: together in both, in one only, and in none.
    let together = both - points;
    let (only_left, only_right) = (in_left - both, in_right - both);
    let apart = points * points - both - only_left - only_right;
    if only_left == 0 && only_right == 0 {
        return Some(1.0);
    }
    let agreement = 2 * (together * apart - only_left * only_right);
    let most = (together + only_left) * (only_left + apart)
        + (together + only_right) * (only_right + apart);
    Some(agreement as f64 / most as f64)
}

/// How much two clusterings tell of each other, from 0 (nothing) to 1 (all), relative to the mean
/// of what they tell at all. `None` if they are not of equally many points.
///
/// N. Vinh, J. Epps and J. Bailey, "Information theoretic measures for clusterings comparison",
/// Journal of Machine Learning Research 11 (2010), 2837–2854, with the arithmetic mean.
#[must_use]
pub fn normalized_mutual_information(left: &[usize], right: &[usize]) -> Option<f64> {
    v_measure(left, right).map(|measure| measure.v)
}

/// [`normalized_mutual_information`] beyond what chance alone would give: 1 if the clusterings are
/// the same up to the numbering, about 0 if they have nothing to do with each other. `None` if they
/// are not of equally many points.
///
/// N. Vinh, J. Epps and J. Bailey (2010), as above, with the arithmetic mean.
///
/// # Complexity
/// O(n · (number of clusters of both)) time.
#[must_use]
pub fn adjusted_mutual_information(left: &[usize], right: &[usize]) -> Option<f64> {
    let table = Table::of(left, right)?;
    if table.rows.len() == table.columns.len() && table.rows.len() <= 1 {
        return Some(1.0);
    }
    let expected = table.expected_information();
    let normalizer = f64::midpoint(entropy(&table.rows), entropy(&table.columns));
    let (most, found) = (normalizer - expected, table.information() - expected);
    // Differences that are lost in rounding do not divide anything.
    let floor = if most < 0.0 { -f64::EPSILON } else { f64::EPSILON };
    Some(found / if most.abs() < f64::EPSILON { floor } else { most })
}

/// How far a clustering keeps to given classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VMeasure {
    /// 1 if each cluster has points of one class only.
    pub homogeneity: f64,
    /// 1 if all points of each class are in one cluster.
    pub completeness: f64,
    /// The harmonic mean of both.
    pub v: f64,
}

/// How far clusters keep to given classes. `None` if they are not of equally many points.
///
/// A. Rosenberg and J. Hirschberg, "V-measure: a conditional entropy-based external cluster
/// evaluation measure", EMNLP-CoNLL 2007, 410–420.
#[must_use]
pub fn v_measure(classes: &[usize], clusters: &[usize]) -> Option<VMeasure> {
    let table = Table::of(classes, clusters)?;
    let information = table.information();
    let share = |whole: f64| if whole > 0.0 { information / whole } else { 1.0 };
    let (homogeneity, completeness) = (share(entropy(&table.rows)), share(entropy(&table.columns)));
    let sum = homogeneity + completeness;
    let v = if sum > 0.0 { 2.0 * homogeneity * completeness / sum } else { 0.0 };
    Some(VMeasure { homogeneity, completeness, v })
}

/// The geometric mean of two shares: of the pairs that are together in one clustering, those that
/// are so in the other too; 0 if no pair is together in both. `None` if they are not of equally
/// many points.
///
/// E. Fowlkes and C. Mallows, "A method for comparing two hierarchical clusterings", Journal of the
/// American Statistical Association 78 (1983), 553–569.
#[must_use]
pub fn fowlkes_mallows(left: &[usize], right: &[usize]) -> Option<f64> {
    let table = Table::of(left, right)?;
    let pairs = |count: usize| count as f64 * (count as f64 - 1.0);
    let both: f64 = table.cells.values().map(|&count| pairs(count)).sum();
    let in_left: f64 = table.rows.iter().map(|&count| pairs(count)).sum();
    let in_right: f64 = table.columns.iter().map(|&count| pairs(count)).sum();
    if both == 0.0 {
        return Some(0.0);
    }
    Some(libm::sqrt(both / in_left) * libm::sqrt(both / in_right))
}

/// The greatest Jaccard index of each cluster on the left with a cluster on the right, of equally
/// many points.
pub(super) fn greatest_jaccard(left: &[usize], right: &[usize]) -> BTreeMap<usize, f64> {
    let mut both = BTreeMap::new();
    let (mut in_left, mut in_right) = (BTreeMap::new(), BTreeMap::new());
    for (&left, &right) in left.iter().zip(right) {
        *both.entry((left, right)).or_insert(0_usize) += 1;
        *in_left.entry(left).or_insert(0_usize) += 1;
        *in_right.entry(right).or_insert(0_usize) += 1;
    }
    let mut greatest = BTreeMap::new();
    for ((left, right), both) in both {
        let sizes = in_left.get(&left).zip(in_right.get(&right));
        let either = sizes.map_or(both, |(left, right)| left + right - both);
        let index = both as f64 / either as f64;
        let best = greatest.entry(left).or_insert(0.0_f64);
        *best = best.max(index);
    }
    greatest
}

/// How many points are in each cluster of two clusterings, and in both.
struct Table {
    points: usize,
    rows: Vec<usize>,
    columns: Vec<usize>,
    /// By row and column; those without points are left out.
    cells: BTreeMap<(usize, usize), usize>,
}

impl Table {
    fn of(left: &[usize], right: &[usize]) -> Option<Self> {
        if left.len() != right.len() {
            return None;
        }
        let ((left, rows), (right, columns)) = (numbered(left), numbered(right));
        let points = left.len();
        let mut cells = BTreeMap::new();
        left.into_iter().zip(right).for_each(|cell| *cells.entry(cell).or_insert(0) += 1);
        Some(Self { points, rows, columns, cells })
    }

    /// What the clusterings tell of each other, in nats.
    fn information(&self) -> f64 {
        let term = |(&(row, column), &count): (&(usize, usize), &usize)| {
            let row = self.rows.get(row).copied().unwrap_or(1) as f64;
            let column = self.columns.get(column).copied().unwrap_or(1) as f64;
            let (count, points) = (count as f64, self.points as f64);
            let ratio = libm::log(count) + libm::log(points) - libm::log(row) - libm::log(column);
            count / points * ratio
        };
        self.cells.iter().map(term).sum::<f64>().max(0.0)
    }

    /// What they would tell on average if their clusters were of the same sizes, and nothing else.
    fn expected_information(&self) -> f64 {
        let factorials = LogFactorials::new(self.points);
        let terms = self.rows.iter().flat_map(|&row| {
            let factorials = &factorials;
            self.columns.iter().map(move |&column| factorials.expected(row, column))
        });
        terms.sum()
    }
}

/// The logarithms of 0!, 1!, 2!…
struct LogFactorials(Vec<f64>);

impl LogFactorials {
    fn new(most: usize) -> Self {
        let mut sum = 0.0;
        let next = |number: usize| {
            sum += libm::log(number.max(1) as f64);
            sum
        };
        Self((0..=most).map(next).collect())
    }

    fn of(&self, number: usize) -> f64 {
        self.0.get(number).copied().unwrap_or(0.0)
    }

    /// What a row and a column of these sizes add to the expected information: the sum over all
    /// counts that their cell can have, by the hypergeometric distribution.
    fn expected(&self, row: usize, column: usize) -> f64 {
        let points = self.0.len() - 1;
        let fixed =
            self.of(row) + self.of(column) + self.of(points - row) + self.of(points - column)
                - self.of(points);
        let base = libm::log(points as f64) - libm::log(row as f64) - libm::log(column as f64);
        let term = |count: usize| {
            let rest = self.of(count)
                + self.of(row - count)
                + self.of(column - count)
                + self.of(points + count - row - column);
            let share = count as f64 / points as f64;
            share * (base + libm::log(count as f64)) * libm::exp(fixed - rest)
        };
        let least = (row + column).saturating_sub(points).max(1);
        (least..=row.min(column)).map(term).sum()
    }
}

/// The entropy of a clustering with clusters of these sizes, in nats.
fn entropy(sizes: &[usize]) -> f64 {
    let points = sizes.iter().sum::<usize>() as f64;
    let term = |&size: &usize| {
        let share = size as f64 / points;
        -share * libm::log(share)
    };
    if sizes.len() < 2 { 0.0 } else { sizes.iter().map(term).sum() }
}
