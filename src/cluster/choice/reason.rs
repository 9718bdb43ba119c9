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

/// The number that is recommended, and why: what [`choose`](super::choose) promises.
pub(super) fn recommend(table: &[Row], gaps: &[Gap], wanted: f64) -> (usize, Reason) {
    let gap = Gap::best(gaps);
    let scored = || table.iter().filter_map(|row| row.silhouette.map(|score| (row, score)));
    let stable = |row: &Row| row.stability.is_none_or(|stability| stability >= wanted);
    let best = |rows: &mut dyn Iterator<Item = (&Row, f64)>| {
        let mut best: Option<(usize, f64, Option<f64>)> = None;
        for (row, score) in rows {
            if best.is_none_or(|(_, most, _)| score > most) {
                best = Some((row.clusters, score, row.stability));
            }
        }
        best
    };
    let most = best(&mut scored());
    if Gap::first(gaps) == Some(1) && !any_above_one(gaps) {
        return (1, Reason::NothingSeparates { silhouette: most.map(|(_, score, _)| score) });
    }
    if let Some((clusters, silhouette, stability)) =
        best(&mut scored().filter(|(row, _)| stable(row)))
    {
        return (clusters, Reason::BestSeparated { silhouette, stability, gap });
    }
    match most {
        Some((clusters, silhouette, Some(stability))) => {
            (clusters, Reason::NoneStable { silhouette, stability, wanted, gap })
        }
        _ => (table.first().map_or(1, |row| row.clusters), Reason::NothingToCompare),
    }
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
