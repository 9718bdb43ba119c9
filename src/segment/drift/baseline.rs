//! What is kept of a reference: the cuts of each column into bins, and how many are in each.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::DriftFault;
use crate::feature::{FeatureTable, Measure};
use crate::path::{Path, Problems};
use crate::rule::Text;

/// What is kept of a reference, column by column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Binned>", into = "Vec<Binned>")]
pub struct Baseline(Vec<Binned>);

/// A column in bins: of numbers up to and with the first cut, from there up to and with the
/// second…, and of categories level by level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binned {
    name: Text,
    cuts: Vec<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    levels: Vec<Text>,
    /// How many are in each bin (after the levels those of any other), and last how many are
    /// missing.
    counts: Vec<u64>,
}

impl Binned {
    /// The name of the column.
    #[must_use]
    pub const fn name(&self) -> &Text {
        &self.name
    }

    /// The upper ends of all bins but the last, ascending.
    #[must_use]
    pub fn cuts(&self) -> &[f64] {
        &self.cuts
    }

    /// The levels of a column of categories, each of which is a bin.
    #[must_use]
    pub fn levels(&self) -> &[Text] {
        &self.levels
    }

    /// How many customers are in each bin, and last how many have no value. After the bins of
    /// levels comes one of the levels that were not known then, in which nobody was.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The bins that equally many of these numbers are in; where a number is so frequent that it
    /// fills several bins, there are fewer.
    fn of(name: Text, mut numbers: Vec<f64>, missing: u64, bins: usize) -> Self {
        numbers.sort_by(f64::total_cmp);
        // The i-th cut is the smallest number up to which there are i of `bins` parts of them.
        let place = |cut: usize| (cut * numbers.len()).div_ceil(bins).saturating_sub(1);
        let mut cuts: Vec<f64> =
            (1..bins).filter_map(|cut| numbers.get(place(cut)).copied()).collect();
        cuts.dedup();
        cuts.pop_if(|last| numbers.last().is_some_and(|greatest| *last >= *greatest));
        let counts = counts(&cuts, numbers.into_iter(), missing);
        Self { name, cuts, levels: Vec::new(), counts }
    }

    /// How many customers of a table, in which the column is at a place, are in each bin.
    fn count(
        &self,
        table: &FeatureTable,
        at: usize,
        problems: &mut Problems<DriftFault>,
    ) -> Vec<u64> {
        if is_of_categories(table, at) == self.levels.is_empty() {
            let fault = DriftFault::OtherKind { column: self.name.clone() };
            problems.add(Path::from("columns").item(at), fault);
            return Vec::new();
        }
        let (numbers, missing) = numbers(table, at, &self.name, problems);
        if self.levels.is_empty() {
            return counts(&self.cuts, numbers.into_iter(), missing);
        }
        let found = table.columns().get(at).map(|column| column.levels.as_slice());
        // Levels can stand in another order now, and there can be others.
        let bin = |level: &Text| self.levels.iter().position(|known| known == level);
        let bins: Vec<usize> = found
            .unwrap_or_default()
            .iter()
            .map(|level| bin(level).unwrap_or(self.levels.len()))
            .collect();
        let mut counts = vec![0; self.levels.len() + 1];
        for number in numbers {
            let bin = bins.get(number as usize).copied();
            bin.and_then(|bin| counts.get_mut(bin)).into_iter().for_each(|count| *count += 1);
        }
        counts.push(missing);
        counts
    }
}

/// How many numbers are in each bin, and how many are missing.
fn counts(cuts: &[f64], numbers: impl Iterator<Item = f64>, missing: u64) -> Vec<u64> {
    let mut counts = vec![0; cuts.len() + 1];
    for number in numbers {
        if let Some(count) = counts.get_mut(cuts.partition_point(|cut| *cut < number)) {
            *count += 1;
        }
    }
    counts.push(missing);
    counts
}

impl Baseline {
    pub(super) fn of(table: &FeatureTable, bins: usize) -> Result<Self, Problems<DriftFault>> {
        if bins < 2 {
            return Err(Problems::one(Path::from("bins"), DriftFault::Bins { found: bins }));
        }
        let mut problems = nobody(table);
        let mut columns = Vec::new();
        for (at, column) in table.columns().iter().enumerate() {
            let name = column.name.clone();
            columns.push(if column.measure == Measure::Category {
                let (cuts, levels) = (Vec::new(), column.levels.clone());
                let binned = Binned { name, cuts, levels, counts: Vec::new() };
                Binned { counts: binned.count(table, at, &mut problems), ..binned }
            } else {
                let (numbers, missing) = numbers(table, at, &name, &mut problems);
                Binned::of(name, numbers, missing, bins)
            });
        }
        problems.into_result(Self(columns))
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Binned] {
        &self.0
    }

    /// How many customers of another table are in each bin of each column.
    pub(super) fn count(
        &self,
        table: &FeatureTable,
    ) -> Result<Vec<Vec<u64>>, Problems<DriftFault>> {
        let mut problems = nobody(table);
        let positions = table.positions(self.0.iter().map(|column| column.name.as_str()));
        let positions = problems.take(&Path::root(), positions).unwrap_or_default();
        let mut counted = Vec::new();
        for (column, at) in self.0.iter().zip(positions) {
            counted.push(column.count(table, at, &mut problems));
        }
        problems.into_result(counted)
    }
}

/// Whether the column at a place is of categories.
pub(super) fn is_of_categories(table: &FeatureTable, at: usize) -> bool {
    table.columns().get(at).is_some_and(|column| column.measure == Measure::Category)
}

fn nobody(table: &FeatureTable) -> Problems<DriftFault> {
    if table.customers().is_empty() {
        Problems::one(Path::root(), DriftFault::NoCustomers)
    } else {
        Problems::none()
    }
}

/// The numbers of a column, and how many are missing.
fn numbers(
    table: &FeatureTable,
    at: usize,
    name: &Text,
    problems: &mut Problems<DriftFault>,
) -> (Vec<f64>, u64) {
    let numbers: Vec<f64> = table.present(at).collect();
    if numbers.is_empty() && !table.customers().is_empty() {
        let path = Path::from("columns").item(at);
        problems.add(path, DriftFault::NoValues { column: name.clone() });
    }
    let missing = (table.customers().len() - numbers.len()) as u64;
    (numbers, missing)
}

impl TryFrom<Vec<Binned>> for Baseline {
    type Error = Problems<DriftFault>;

    fn try_from(columns: Vec<Binned>) -> Result<Self, Self::Error> {
        let mut problems = Problems::none();
        for (at, Binned { name, cuts, levels, counts }) in columns.iter().enumerate() {
            let ascending = cuts.is_sorted_by(|left, right| left < right);
            let different = levels.iter().collect::<BTreeSet<_>>().len() == levels.len();
            let one_kind = cuts.is_empty() || levels.is_empty();
            let complete = counts.len() == cuts.len() + levels.len() + 2;
            if !(ascending && different && one_kind && complete) {
                let fault = DriftFault::Counts { column: name.clone() };
                problems.add(Path::root().item(at), fault);
            }
        }
        problems.into_result(Self(columns))
    }
}

impl From<Baseline> for Vec<Binned> {
    fn from(baseline: Baseline) -> Self {
        baseline.0
    }
}
