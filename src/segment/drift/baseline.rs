//! What is kept of a reference: the cuts of each column into bins, and how many are in each.

use serde::{Deserialize, Serialize};

use super::DriftFault;
use crate::feature::FeatureTable;
use crate::path::{Path, Problems};
use crate::rule::Text;

/// What is kept of a reference, column by column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Binned>", into = "Vec<Binned>")]
pub struct Baseline(Vec<Binned>);

/// A column in bins: up to and with the first cut, from there up to and with the second…
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binned {
    name: Text,
    cuts: Vec<f64>,
    /// How many are in each bin, and last how many are missing.
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

    /// How many customers are in each bin, and last how many have no value.
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
        Self { name, cuts, counts }
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
            let (numbers, missing) = numbers(table, at, &column.name, &mut problems);
            columns.push(Binned::of(column.name.clone(), numbers, missing, bins));
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
            let (numbers, missing) = numbers(table, at, &column.name, &mut problems);
            counted.push(counts(&column.cuts, numbers.into_iter(), missing));
        }
        problems.into_result(counted)
    }
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
        problems.add(path, DriftFault::NoNumbers { column: name.clone() });
    }
    let missing = (table.customers().len() - numbers.len()) as u64;
    (numbers, missing)
}

impl TryFrom<Vec<Binned>> for Baseline {
    type Error = Problems<DriftFault>;

    fn try_from(columns: Vec<Binned>) -> Result<Self, Self::Error> {
        let mut problems = Problems::none();
        for (at, Binned { name, cuts, counts }) in columns.iter().enumerate() {
            let ascending = cuts.is_sorted_by(|left, right| left < right);
            if !ascending || counts.len() != cuts.len() + 2 {
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
