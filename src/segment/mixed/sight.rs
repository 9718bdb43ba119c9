//! What a model looks at in a customer.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::cluster::MISSING;
use crate::feature::{Column, FeatureTable, Measure, Prepared, TableFault};
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

use super::{MixedClusters, MixedFault};

/// The numbers and categories that a model looks at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sight {
    /// How numbers become coordinates; none without numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) prepared: Option<Prepared>,
    /// The columns of categories, with their levels.
    pub(super) categories: Vec<Column>,
}

impl Sight {
    pub(super) fn fit(
        recipe: &MixedClusters,
        table: &FeatureTable,
    ) -> Result<Self, Problems<MixedFault>> {
        let mut problems = Problems::none();
        let (numbers, names) = (&recipe.preparation, &recipe.categories);
        let is_needed = !numbers.columns.is_empty() || names.is_empty();
        let prepared = is_needed
            .then(|| problems.take(&Path::from("preparation"), numbers.fit(table)))
            .flatten();
        let path = Path::from("categories");
        let mut categories = Vec::new();
        let mut seen = BTreeSet::new();
        for (index, name) in names.iter().enumerate() {
            let place = path.item(index);
            let found = table.positions([name.as_str()]).map(|found| found.first().copied());
            let column = found.map(|found| found.and_then(|at| table.columns().get(at)));
            match column {
                Ok(Some(column)) if seen.insert(name) => categories.push(column.clone()),
                Ok(_) => {
                    let fault = TableFault::DuplicateColumn { name: name.to_string() };
                    problems.add(place, fault.into());
                }
                Err(unknown) => {
                    let faults = unknown.into_iter().map(|problem| problem.fault.into());
                    faults.for_each(|fault| problems.add(place.clone(), fault));
                }
            }
            if let Some(column) = table.column(name.as_str()) {
                let column = table.columns().get(column);
                check(column, &path.item(index), &mut problems);
            }
        }
        problems.into_result(Self { prepared, categories })
    }

    /// The columns of numbers.
    pub(super) fn columns(&self) -> &[Column] {
        self.prepared.as_ref().map_or(&[], Prepared::columns)
    }

    /// The names of all columns, those of numbers first.
    pub(super) fn names(&self) -> Vec<Text> {
        let columns = self.columns().iter().chain(&self.categories);
        columns.map(|column| column.name.clone()).collect()
    }

    /// Where the categories are in a table of the same levels.
    pub(super) fn positions(
        &self,
        table: &FeatureTable,
        problems: &mut Problems<MixedFault>,
    ) -> Vec<usize> {
        let names = self.categories.iter().map(|column| column.name.as_str());
        problems.take(&Path::from("categories"), table.positions(names)).unwrap_or_default()
    }

    /// The scaled numbers of a customer, and the positions of the levels; none if the customer is
    /// to be left out.
    pub(super) fn point(&self, values: &[Option<Value>]) -> Option<(Vec<f64>, Vec<u32>)> {
        let (numbers, texts) = values.split_at_checked(self.columns().len())?;
        if texts.len() != self.categories.len() {
            return None;
        }
        let numbers = match &self.prepared {
            Some(prepared) => prepared.row(numbers)?,
            None => Vec::new(),
        };
        let level = |(column, text): (&Column, &Option<Value>)| {
            code(text.as_ref().and_then(|text| column.number(text)))
        };
        let codes: Vec<u32> = self.categories.iter().zip(texts).map(level).collect();
        self.is_known(&codes).then_some((numbers, codes))
    }

    /// Whether a customer of these categories is known well enough, if the numbers are.
    pub(super) fn is_known(&self, codes: &[u32]) -> bool {
        self.prepared.is_some() || codes.iter().any(|&code| code != MISSING)
    }
}

/// The position of a level as a code.
pub(super) fn code(number: Option<f64>) -> u32 {
    number.map_or(MISSING, |number| number as u32)
}

/// Adds the column if it is of no categories.
pub(super) fn check(column: Option<&Column>, path: &Path, problems: &mut Problems<MixedFault>) {
    if let Some(column) = column.filter(|column| column.measure != Measure::Category) {
        problems.add(path.clone(), MixedFault::NoCategories { column: column.name.clone() });
    }
}
