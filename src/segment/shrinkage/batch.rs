//! Balancing whole tables.

use std::collections::BTreeMap;

use super::{Prior, Quantity, Shrinkage, ShrinkageFault, Shrinker, Shrunk};
use crate::feature::{Column, FeatureTable, Measure};
use crate::id::{CustomerId, SegmentId};
use crate::parallel::each_number;
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};
use crate::segment::Membership;

/// A segment needs so many customers with something to show to have a prior of its own.
const FEWEST: usize = 3;

impl Shrinkage {
    /// Learns how the customers of each segment differ; who is in several segments counts in the
    /// weightiest, and who is not among `members` is in none.
    ///
    /// Priors of rates, counts and affinities are those of the greatest likelihood, and those of
    /// means by the method of moments of Paule and Mandel.
    ///
    /// # Errors
    /// All columns that the table does not have, an affinity of fewer than two categories, and
    /// nobody who shows anything.
    pub fn fit(
        &self,
        table: &FeatureTable,
        members: &BTreeMap<CustomerId, Membership>,
    ) -> Result<Shrinker, Problems<ShrinkageFault>> {
        let mut problems = Problems::none();
        let rows = problems.take(&Path::from("quantity"), rows(self, table));
        if matches!(&self.quantity, Quantity::Affinity { counts } if counts.len() < 2) {
            problems.add(Path::from("quantity").field("counts"), ShrinkageFault::Categories);
        }
        let Some(rows) = rows.filter(|_| problems.is_empty()) else { return Err(problems) };
        let Some(overall) = Prior::fit(&self.quantity, &rows) else {
            let fault = ShrinkageFault::Nothing { name: self.name.clone() };
            return Err(Problems::one(Path::from("quantity"), fault));
        };
        let mut of: BTreeMap<SegmentId, Vec<Vec<Option<f64>>>> = BTreeMap::new();
        for (customer, row) in table.customers().iter().zip(rows) {
            if let Some(id) = members.get(customer).and_then(Membership::primary)
                && !overall.balance(&self.quantity, &row).iter().all(|found| found.own.is_none())
            {
                of.entry(id.clone()).or_default().push(row);
            }
        }
        let prior = |(id, rows): (SegmentId, Vec<Vec<Option<f64>>>)| {
            let enough = rows.len() >= FEWEST;
            enough.then(|| Some((id, Prior::fit(&self.quantity, &rows)?))).flatten()
        };
        let segments = of.into_iter().filter_map(prior).collect();
        Ok(Shrinker { recipe: self.clone(), segments, overall })
    }
}

impl Shrinker {
    /// The balanced numbers of one customer of whom `values` has what [`Shrinkage::inputs`] name,
    /// one for each of [`Shrinkage::outputs`]. Who shows nothing is a newcomer. `None` for another
    /// number of values.
    #[must_use]
    pub fn estimate(
        &self,
        membership: &Membership,
        values: &[Option<Value>],
    ) -> Option<Vec<Shrunk>> {
        let number = |value: &Option<Value>| Measure::Number.number(value.as_ref()?);
        let numbers: Vec<Option<f64>> = values.iter().map(number).collect();
        let same = values.len() == self.recipe.inputs().len();
        same.then(|| self.prior(membership).balance(&self.recipe.quantity, &numbers))
    }

    /// The balanced numbers of all customers of a table, by its rows; who is not among `members`
    /// is in no segment.
    ///
    /// # Errors
    /// All columns that the table does not have.
    pub fn estimates(
        &self,
        table: &FeatureTable,
        members: &BTreeMap<CustomerId, Membership>,
    ) -> Result<Vec<Vec<Shrunk>>, Problems<ShrinkageFault>> {
        let mut problems = Problems::none();
        let rows = problems.take(&Path::from("quantity"), rows(&self.recipe, table));
        let Some(rows) = rows else { return Err(problems) };
        let nowhere = Membership::none();
        Ok(each_number(rows.len(), |at| {
            let pair = table.customers().get(at).zip(rows.get(at));
            pair.map_or_else(Vec::new, |(customer, row)| {
                let membership = members.get(customer).unwrap_or(&nowhere);
                self.prior(membership).balance(&self.recipe.quantity, row)
            })
        }))
    }

    /// The table with a column more for each of [`Shrinkage::outputs`]: features like any others.
    ///
    /// # Errors
    /// As [`Shrinker::estimates`], and columns of the same name.
    pub fn table(
        &self,
        table: &FeatureTable,
        members: &BTreeMap<CustomerId, Membership>,
    ) -> Result<FeatureTable, Problems<ShrinkageFault>> {
        let estimates = self.estimates(table, members)?;
        let more = self.recipe.outputs();
        let more = more.iter().map(|name| Column::new(name.as_str(), Measure::Number));
        let columns: Vec<Column> = table.columns().iter().cloned().chain(more).collect();
        let width = table.columns().len();
        let rows = table.customers().iter().zip(estimates).enumerate();
        let rows = rows.map(|(row, (customer, found))| {
            let mut cells: Vec<Option<f64>> =
                (0..width).map(|column| table.number(row, column)).collect();
            cells.extend(found.iter().map(|found| Some(found.estimate.value)));
            (customer.clone(), cells)
        });
        let mut problems = Problems::none();
        let made = problems.take(&Path::root(), FeatureTable::new(columns, rows));
        made.ok_or(problems)
    }
}

/// The numbers of the recipe's inputs, by rows.
fn rows(
    recipe: &Shrinkage,
    table: &FeatureTable,
) -> Result<Vec<Vec<Option<f64>>>, Problems<ShrinkageFault>> {
    let mut problems = Problems::none();
    let inputs = recipe.inputs();
    let found = table.positions(inputs.iter().map(Text::as_str));
    let Some(positions) = problems.take(&Path::root(), found) else { return Err(problems) };
    let row = |row| positions.iter().map(|&column| table.number(row, column)).collect();
    Ok((0..table.customers().len()).map(row).collect())
}
