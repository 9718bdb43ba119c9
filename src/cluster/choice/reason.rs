//! Why a number of clusters is recommended.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::super::validation::Gap;
use super::Row;

/// So many standard errors are more than chance.
const BEYOND_CHANCE: f64 = 3.0;

/// Why a number of clusters is recommended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Reason {
    /// The gap statistic chooses 1, and no other number has a gap that is greater beyond chance:
    /// the points lie no closer together in clusters than points without structure do.
    NothingSeparates {
        /// The greatest mean silhouette that any number of clusters reached.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        silhouette: Option<f64>,
    },
    /// No number of clusters could be compared with another.
    NothingToCompare,
    /// Of all numbers that are stable (or that stability was not asked of), the clusters of this
    /// one are best separated.
    BestSeparated {
        /// Their mean silhouette.
        silhouette: f64,
        /// Their stability, if it was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stability: Option<f64>,
        /// What the gap statistic chooses, if it was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap: Option<usize>,
    },
    /// No number is stable; the clusters of this one are best separated.
    NoneStable {
        /// Their mean silhouette.
        silhouette: f64,
        /// Their stability.
        stability: f64,
        /// The stability that was wanted.
        wanted: f64,
        /// What the gap statistic chooses, if it was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gap: Option<usize>,
    },
}

/// The number that is recommended, the number that cuts best, and why: what
/// [`choose`](super::choose) promises.
pub(super) fn recommend(
    table: &[Row],
    gaps: &[Gap],
    wanted: f64,
) -> (usize, Option<usize>, Reason) {
    let gap = Gap::best(gaps);
    let stable = |row: &Row| row.stability.is_none_or(|stability| stability >= wanted);
    let most = best(table.iter());
    let best_stable = best(table.iter().filter(|row| stable(row)));
    let cut = best_stable.or(most).map(|(row, _)| row.clusters);
    if Gap::first(gaps) == Some(1) && !any_above_one(gaps) {
        let silhouette = most.map(|(_, score)| score);
        return (1, cut, Reason::NothingSeparates { silhouette });
    }
    if let Some((row, silhouette)) = best_stable {
        let stability = row.stability;
        return (row.clusters, cut, Reason::BestSeparated { silhouette, stability, gap });
    }
    match most.map(|(row, silhouette)| (row.clusters, silhouette, row.stability)) {
        Some((clusters, silhouette, Some(stability))) => {
            (clusters, cut, Reason::NoneStable { silhouette, stability, wanted, gap })
        }
        _ => (table.first().map_or(1, |row| row.clusters), cut, Reason::NothingToCompare),
    }
}

/// The row of the greatest mean silhouette, of equal ones the first, with it.
fn best<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<(&'a Row, f64)> {
    let mut best: Option<(&Row, f64)> = None;
    for row in rows {
        if let Some(score) = row.silhouette
            && best.is_none_or(|(_, most)| score > most)
        {
            best = Some((row, score));
        }
    }
    best
}

/// Whether the gap of any number of clusters is more than that of 1, beyond chance.
fn any_above_one(gaps: &[Gap]) -> bool {
    let one = gaps.first().map_or(0.0, |gap| gap.gap);
    gaps.iter().any(|gap| gap.gap - BEYOND_CHANCE * gap.error > one)
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingSeparates { silhouette } => {
                f.write_str("nothing separates: the points lie no closer together in clusters ")?;
                f.write_str("than points without structure do")?;
                silhouette.map_or(Ok(()), |best| write!(f, " (best silhouette {best:.2})"))
            }
            Self::NothingToCompare => f.write_str("there is nothing to compare"),
            Self::BestSeparated { silhouette, stability, gap } => {
                write!(f, "the clusters are best separated (silhouette {silhouette:.2})")?;
                if let Some(stability) = stability {
                    write!(f, " of those that are stable (agreement {stability:.2})")?;
                }
                told(*gap, f)
            }
            Self::NoneStable { silhouette, stability, wanted, gap } => {
                write!(f, "the clusters are best separated (silhouette {silhouette:.2}), but no ")?;
                write!(f, "number is stable (agreement {stability:.2}, wanted {wanted:.2})")?;
                told(*gap, f)
            }
        }
    }
}

/// What the gap statistic says.
fn told(gap: Option<usize>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    gap.map_or(Ok(()), |gap| write!(f, "; the gap statistic chooses {gap}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is recommended of two, three, four and five clusters, with these gaps from one on.
    fn found(scores: [(Option<f64>, f64); 4], gaps: &[f64]) -> (usize, Option<usize>) {
        let row = |(clusters, (silhouette, stability))| Row {
            clusters,
            inertia: 1.0,
            silhouette,
            calinski_harabasz: None,
            davies_bouldin: None,
            bic: 0.0,
            gap: None,
            gap_error: None,
            stability: Some(stability),
        };
        let table: Vec<Row> = (2..).zip(scores).map(row).collect();
        let gap = |(clusters, &gap)| Gap { clusters, gap, error: 0.1, log_dispersion: 0.0 };
        let gaps: Vec<Gap> = (1..).zip(gaps).map(gap).collect();
        let (recommended, cut, _) = recommend(&table, &gaps, 0.75);
        (recommended, cut)
    }

    #[test]
    fn the_best_cut_is_the_stable_one_that_separates_best_whatever_the_gap_says() {
        // Two are best apart, but not stable; of three and four, which are alike, it is three.
        let scores = [(Some(0.5), 0.6), (Some(0.4), 0.9), (Some(0.4), 0.9), (Some(0.3), 0.8)];
        assert_eq!(found(scores, &[0.9, 0.8, 0.7]), (1, Some(3)));
        assert_eq!(found(scores, &[]), (3, Some(3)));
        let unstable = scores.map(|(score, _)| (score, 0.1));
        assert_eq!(found(unstable, &[0.9, 0.8, 0.7]), (1, Some(2)));
        assert_eq!(found(unstable, &[]), (2, Some(2)));
        assert_eq!(found([(None, 1.0); 4], &[0.9, 0.8]), (1, None));
    }
}
