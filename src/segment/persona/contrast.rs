//! Where a segment's customers stand in a column, among all.

use serde::{Deserialize, Serialize};

use super::Topic;
use crate::feature::{FeatureTable, Measure};
use crate::rule::Text;

/// Where the customers of a segment stand in a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    /// The column's name.
    pub feature: Text,
    /// What it is about.
    pub topic: Topic,
    /// What its numbers stand for.
    pub stands_for: Measure,
    /// Of how many customers of the segment it is known.
    pub known: usize,
    /// The lower quartile of these, in the column's own unit (money in major units).
    pub lower: f64,
    /// Their median.
    pub median: f64,
    /// Their upper quartile.
    pub upper: f64,
    /// The median of all customers of whom it is known.
    pub overall: f64,
    /// How probably a customer of the segment has more than one outside of it, ties counting half:
    /// the A of A. Vargha and H. Delaney, "A critique and improvement of the CL common language
    /// effect size statistics of McGraw and Wong", Journal of Educational and Behavioral
    /// Statistics 25 (2000), 101–132. A half if there is nobody outside.
    pub superiority: f64,
}

/// How far a segment stands apart, by the thresholds of Vargha and Delaney (0.56, 0.64 and 0.71 and
/// the same below a half).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Apart {
    /// Far below the others: a large effect.
    FarBelow,
    /// Below the others: a medium effect.
    Below,
    /// A little below the others: a small effect.
    LittleBelow,
    /// Like the others.
    Alike,
    /// A little above the others.
    LittleAbove,
    /// Above the others.
    Above,
    /// Far above the others.
    FarAbove,
}

impl Contrast {
    /// How far the segment stands apart from the others.
    #[must_use]
    pub fn apart(&self) -> Apart {
        match self.superiority {
            more if more >= 0.71 => Apart::FarAbove,
            more if more >= 0.64 => Apart::Above,
            more if more >= 0.56 => Apart::LittleAbove,
            less if less <= 0.29 => Apart::FarBelow,
            less if less <= 0.36 => Apart::Below,
            less if less <= 0.44 => Apart::LittleBelow,
            _ => Apart::Alike,
        }
    }

    /// From 0 for like the others to 1 for wholly apart.
    pub(super) fn strength(&self) -> f64 {
        (2.0 * self.superiority - 1.0).abs()
    }

    /// Whether it sets the segment apart: at least by a medium effect.
    pub(super) fn is_notable(&self) -> bool {
        !matches!(self.apart(), Apart::LittleBelow | Apart::Alike | Apart::LittleAbove)
    }
}

/// A column with the ranks of all customers in it.
pub(super) struct Ranks {
    feature: Text,
    stands_for: Measure,
    /// Number, rank (the mean rank of equal numbers) and row, in ascending order.
    ranked: Vec<(f64, f64, usize)>,
}

impl Ranks {
    pub(super) fn of(table: &FeatureTable, column: usize) -> Self {
        let rows = 0..table.customers().len();
        let known = rows.filter_map(|row| Some((table.number(row, column)?, 0.0, row)));
        let mut ranked: Vec<(f64, f64, usize)> = known.collect();
        ranked.sort_by(|left, right| left.0.total_cmp(&right.0));
        let mut before = 0;
        for same in ranked.chunk_by_mut(|left, right| left.0 == right.0) {
            let mean = before as f64 + (same.len() as f64 + 1.0) / 2.0;
            same.iter_mut().for_each(|(_, rank, _)| *rank = mean);
            before += same.len();
        }
        let column = table.columns().get(column);
        Self {
            feature: column.map(|column| column.name.clone()).unwrap_or_default(),
            stands_for: column.map(|column| column.measure).unwrap_or_default(),
            ranked,
        }
    }

    /// Where those stand for whose row `inside` says yes; none if it is known of none of them.
    pub(super) fn contrast(&self, inside: &[bool]) -> Option<Contrast> {
        let is_inside = |row: usize| inside.get(row).copied().unwrap_or_default();
        let members = || self.ranked.iter().filter(|(_, _, row)| is_inside(*row));
        let numbers: Vec<f64> = members().map(|(number, _, _)| *number).collect();
        let all: Vec<f64> = self.ranked.iter().map(|(number, _, _)| *number).collect();
        let (known, others) = (numbers.len() as f64, (all.len() - numbers.len()) as f64);
        let sum: f64 = members().map(|(_, rank, _)| rank).sum();
        // U. H. Mann and D. Whitney, 1947.
        let wins = sum - known * (known + 1.0) / 2.0;
        Some(Contrast {
            topic: Topic::of(self.feature.as_str()),
            feature: self.feature.clone(),
            stands_for: self.stands_for,
            known: numbers.len(),
            lower: quantile(&numbers, 0.25)?,
            median: quantile(&numbers, 0.5)?,
            upper: quantile(&numbers, 0.75)?,
            overall: quantile(&all, 0.5)?,
            superiority: if others > 0.0 { wins / (known * others) } else { 0.5 },
        })
    }
}

/// A quantile of ascending numbers by linear interpolation, as in NumPy.
pub(super) fn quantile(sorted: &[f64], at: f64) -> Option<f64> {
    let position = sorted.len().checked_sub(1)? as f64 * at;
    let below = *sorted.get(position.floor() as usize)?;
    let above = *sorted.get(position.ceil() as usize)?;
    let share = position.fract();
    Some(if below == above { below } else { below * (1.0 - share) + above * share })
}
