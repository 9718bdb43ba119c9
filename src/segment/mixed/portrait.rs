//! What is typical of a segment in numbers and in categories.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cluster::{MISSING, Prototype};
use crate::feature::figure::{counted, percent};
use crate::feature::{Column, Labels, Measure};
use crate::id::SegmentId;
use crate::rule::Text;
use crate::segment::told::customers;

use super::MixedClustered;

/// What is typical of a segment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MixedPortrait {
    /// The segment.
    pub segment: SegmentId,
    /// The number of its customers.
    pub size: usize,
    /// The number of customers of all segments.
    pub customers: usize,
    /// Its numbers, in the order of the recipe.
    pub numbers: Vec<Typical>,
    /// Its categories, in the order of the recipe.
    pub categories: Vec<Usual>,
}

/// What is typical of a segment in one column of numbers.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Typical {
    /// The column's name.
    pub feature: Text,
    /// The mean in the column's own unit (money in major units). On a logarithmic scale it is the
    /// mean of that scale, which is nearer to the median.
    pub typical: f64,
    /// What the column's numbers stand for.
    pub stands_for: Measure,
}

/// What is usual in a segment in one column of categories.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Usual {
    /// The column's name.
    pub feature: Text,
    /// The most frequent level; of equally frequent ones the first. None if nothing is known.
    pub level: Option<Text>,
    /// The share of the level among the customers of the segment whose level is known.
    pub share: f64,
    /// The share of the level among the customers of all segments whose level is known.
    pub overall: f64,
    /// The share of the segment's customers whose level is not known.
    pub missing: f64,
}

impl MixedClustered {
    /// What is typical of each segment, in the order of the segments: of the customers of the fit.
    #[must_use]
    pub fn portraits(&self) -> Vec<MixedPortrait> {
        let customers = total(self.tallies.iter().map(|tally| tally.size));
        let found = self.model.prototypes().iter().zip(&self.tallies).zip(&self.segments);
        let portrait = |((prototype, tally), segment): ((&Prototype, &Tally), _)| {
            let segment: &crate::segment::Segment = segment;
            MixedPortrait {
                segment: segment.id.clone(),
                size: tally.size,
                customers,
                numbers: self.typical(prototype),
                categories: self.usual(tally),
            }
        };
        found.map(portrait).collect()
    }

    fn typical(&self, prototype: &Prototype) -> Vec<Typical> {
        let prepared = self.sight.prepared.as_ref();
        let numbers = prepared.and_then(|prepared| prepared.undo_row(&prototype.numbers));
        let columns = self.sight.columns().iter().zip(numbers.unwrap_or_default());
        let typical = |(column, typical): (&Column, f64)| {
            let (feature, stands_for) = (column.name.clone(), column.measure);
            Typical { feature, typical, stands_for }
        };
        columns.map(typical).collect()
    }

    fn usual(&self, tally: &Tally) -> Vec<Usual> {
        let columns = self.sight.categories.iter().zip(&tally.levels).enumerate();
        let usual = |(at, (column, counts)): (usize, (&Column, &Vec<usize>))| {
            let known = total(counts.iter().copied());
            // Of equal counts the last is taken, from the last to the first.
            let most = counts.iter().enumerate().rev().max_by_key(|(_, count)| **count);
            let most = most.filter(|(_, count)| **count > 0);
            let all = self.tallies.iter().filter_map(|tally| tally.levels.get(at));
            let of_level =
                |counts: &Vec<usize>| most.and_then(|(level, _)| counts.get(level).copied());
            let alike = total(all.clone().filter_map(of_level));
            Usual {
                feature: column.name.clone(),
                level: most.and_then(|(level, _)| column.levels.get(level).cloned()),
                share: share(most.map_or(0, |(_, count)| *count), known),
                overall: share(alike, total(all.flatten().copied())),
                missing: share(tally.size.saturating_sub(known), tally.size),
            }
        };
        columns.map(usual).collect()
    }
}

fn total(counts: impl Iterator<Item = usize>) -> usize {
    counts.fold(0, usize::saturating_add)
}

/// A part of a whole; 0 of nothing.
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl MixedPortrait {
    /// What is typical in a sentence, in which features are called by these labels: `3 of 5
    /// customers: 2 orders, 20.00 EUR spent; channel shop (67 %)`.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let numbers: Vec<String> = self.numbers.iter().map(|it| it.told(labels)).collect();
        let categories: Vec<String> = self.categories.iter().map(|it| it.told(labels)).collect();
        let parts = [numbers.join(", "), categories.join(", ")];
        let parts: Vec<&str> =
            parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        let (size, all) = (counted(self.size), customers(self.customers));
        format!("{size} of {all}: {}", parts.join("; "))
    }
}

impl Typical {
    fn told(&self, labels: &Labels) -> String {
        labels.phrase(self.feature.as_str(), self.typical, self.stands_for)
    }
}

impl Usual {
    /// Such as `channel shop (67 %)`, or `channel shop (67 %, not known of 25 %)`.
    fn told(&self, labels: &Labels) -> String {
        let name = labels.name(self.feature.as_str());
        let Some(level) = &self.level else { return format!("{name} not known") };
        let missing = match self.missing {
            missing if missing > 0.0 => format!(", not known of {}", percent(missing)),
            _ => String::new(),
        };
        format!("{name} {level} ({}{missing})", percent(self.share))
    }
}

/// As [`MixedPortrait::told`] without labels of the host.
impl fmt::Display for MixedPortrait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// A number with what it is, without labels of the host.
impl fmt::Display for Typical {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// Such as `channel shop (67 %)`, without labels of the host.
impl fmt::Display for Usual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// How many customers of a segment have which levels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tally {
    pub(super) size: usize,
    /// For each column of categories, the number of customers of each level.
    pub(super) levels: Vec<Vec<usize>>,
}

impl Tally {
    /// Nobody yet.
    pub(super) fn new(columns: &[Column]) -> Self {
        let levels = columns.iter().map(|column| vec![0; column.levels.len()]);
        Self { size: 0, levels: levels.collect() }
    }

    /// Counts a customer of these levels.
    pub(super) fn count(&mut self, codes: impl Iterator<Item = u32>) {
        self.size += 1;
        for (counts, code) in self.levels.iter_mut().zip(codes) {
            let count = if code == MISSING { None } else { counts.get_mut(code as usize) };
            count.into_iter().for_each(|count| *count += 1);
        }
    }
}
