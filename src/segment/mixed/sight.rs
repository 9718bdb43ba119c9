//! What a model looks at in a customer.

use std::collections::BTreeSet;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::cluster::{MISSING, Mixed};
use crate::feature::{Column, FeatureTable, Measure, Prepared, TableFault};
use crate::id::CustomerId;
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

use super::MixedClusters;
use crate::segment::ModelFault;
use crate::segment::found::check_coordinates;

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

/// The customers of a table as a model sees them.
pub(super) struct Seen {
    /// In the order of their ids, without those who are left out.
    pub(super) customers: Vec<CustomerId>,
    pub(super) numbers: Array2<f64>,
    pub(super) codes: Array2<u32>,
}

impl Seen {
    pub(super) fn as_mixed(&self) -> Mixed<'_> {
        Mixed { numbers: self.numbers.view(), categories: self.codes.view() }
    }
}

impl Sight {
    pub(super) fn fit(
        recipe: &MixedClusters,
        table: &FeatureTable,
    ) -> Result<Self, Problems<ModelFault>> {
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

    /// All customers of a table who are not left out.
    pub(super) fn points(&self, table: &FeatureTable) -> Result<Seen, Problems<ModelFault>> {
        let mut problems = Problems::none();
        let path = Path::from("preparation");
        let mut numbers = Vec::new();
        let mut rows: Vec<usize> = (0..table.customers().len()).collect();
        if let Some(prepared) = &self.prepared {
            let coordinates = problems.take(&path, prepared.table(table));
            let Some(coordinates) = coordinates else { return Err(problems) };
            check_coordinates(&coordinates, &path, &mut problems);
            rows = coordinates.customers().iter().filter_map(|it| table.row(it)).collect();
            numbers.extend(coordinates.matrix().into_iter().flatten().copied());
        }
        let names = self.categories.iter().map(|column| column.name.as_str());
        let places = problems.take(&Path::from("categories"), table.positions(names));
        let (true, Some(places)) = (problems.is_empty(), places) else { return Err(problems) };
        let levels: Vec<Vec<u32>> =
            self.categories.iter().zip(&places).map(|(own, at)| codes(own, table, *at)).collect();
        let mut all = Vec::with_capacity(rows.len() * places.len());
        let mut customers = Vec::with_capacity(rows.len());
        for row in rows {
            let level = |(codes, &place): (&Vec<u32>, &usize)| {
                let level = table.number(row, place).and_then(|it| codes.get(it as usize));
                level.copied().unwrap_or(MISSING)
            };
            let own: Vec<u32> = levels.iter().zip(&places).map(level).collect();
            if self.is_known(&own) {
                all.extend(own);
                customers.extend(table.customers().get(row).cloned());
            }
        }
        let kept = customers.len();
        // The shapes hold: each customer has one number and one code for each column.
        let shape = (kept, self.columns().len());
        let numbers = Array2::from_shape_vec(shape, numbers).unwrap_or_default();
        let codes = Array2::from_shape_vec((kept, places.len()), all).unwrap_or_default();
        Ok(Seen { customers, numbers, codes })
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
            text.as_ref().and_then(|text| column.number(text)).map_or(MISSING, |code| code as u32)
        };
        let codes: Vec<u32> = self.categories.iter().zip(texts).map(level).collect();
        self.is_known(&codes).then_some((numbers, codes))
    }

    /// Whether a customer of these categories is known well enough, if the numbers are.
    pub(super) fn is_known(&self, codes: &[u32]) -> bool {
        self.prepared.is_some() || codes.iter().any(|&code| code != MISSING)
    }
}

/// The code of each level of a column of a table, which can stand in another order there.
fn codes(own: &Column, table: &FeatureTable, place: usize) -> Vec<u32> {
    let levels = table.columns().get(place).map(|column| column.levels.as_slice());
    let code = |level: &Text| own.levels.iter().position(|known| known == level);
    let codes = levels.unwrap_or_default().iter().map(code);
    codes.map(|code| code.and_then(|it| u32::try_from(it).ok()).unwrap_or(MISSING)).collect()
}

/// Adds the column if it is of no categories.
pub(super) fn check(column: Option<&Column>, path: &Path, problems: &mut Problems<ModelFault>) {
    if let Some(column) = column.filter(|column| column.measure != Measure::Category) {
        problems.add(path.clone(), ModelFault::NoCategories { column: column.name.clone() });
    }
}
