//! What to do where a value is missing.

use ndarray::ArrayViewMut1;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};
use crate::rule::{Number, Text};

use super::spread::{mean, median};
use super::{Column, FeatureTable, Measure, TableFault};

/// How a model treats customers of whom a value is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missing {
    /// Nothing is fitted if a value is missing; a later customer who misses one is left out.
    #[default]
    Refuse,
    /// Customers who miss a value are left out.
    DropRows,
    /// The value is replaced. Customers of whom nothing at all is known are left out.
    Fill(Filling),
}

/// What a missing value is replaced with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Filling {
    /// The column's median; of an even count, the middle of the two middle values.
    Median,
    /// The column's mean.
    Mean,
    /// This number.
    Constant(Number),
}

/// A fitted treatment of missing values: gives complete rows, or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completion {
    columns: Vec<CompletedColumn>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompletedColumn {
    name: Text,
    /// What replaces a missing value; without it, a row that misses the value is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fill: Option<Number>,
}

impl Missing {
    /// The treatment of the columns of this table.
    ///
    /// # Errors
    /// With [`Missing::Refuse`], all columns that have missing values; with [`Missing::Fill`] by
    /// median or mean, all columns that have no other.
    pub fn fit(self, table: &FeatureTable) -> Result<Completion, Problems<TableFault>> {
        let mut problems = Problems::none();
        let mut columns = Vec::with_capacity(table.columns().len());
        for (position, column) in table.columns().iter().enumerate() {
            let fill = self.fill(table, position).unwrap_or_else(|fault| {
                problems.add(Path::from("columns").item(position), fault);
                None
            });
            columns.push(CompletedColumn { name: column.name.clone(), fill });
        }
        problems.into_result(Completion { columns })
    }

    fn fill(self, table: &FeatureTable, column: usize) -> Result<Option<Number>, TableFault> {
        let name = || table.columns().get(column).map_or_else(String::new, |c| c.name.to_string());
        let filled = match self {
            Self::DropRows => return Ok(None),
            Self::Refuse => {
                let customers = table.customers().iter().enumerate();
                let mut missing = customers.filter(|(row, _)| table.number(*row, column).is_none());
                return match missing.next() {
                    None => Ok(None),
                    Some((_, first)) => Err(TableFault::Missing {
                        column: name(),
                        customers: 1 + missing.count(),
                        first: first.clone(),
                    }),
                };
            }
            Self::Fill(Filling::Constant(number)) => return Ok(Some(number)),
            Self::Fill(Filling::Median) => median(table.present(column)),
            Self::Fill(Filling::Mean) => mean(table.present(column)),
        };
        let number = filled.and_then(|filled| Number::new(filled).ok());
        number.map(Some).ok_or_else(|| TableFault::EmptyColumn { column: name() })
    }
}

impl Completion {
    /// The names of the columns that rows have, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &Text> {
        self.columns.iter().map(|column| &column.name)
    }

    /// One customer's numbers, completed; `numbers` are in the order of [`Completion::names`].
    ///
    /// `None` if the customer is to be left out, or if the row has another length.
    #[must_use]
    pub fn row(&self, numbers: &[Option<f64>]) -> Option<Vec<f64>> {
        if numbers.len() != self.columns.len() || numbers.iter().all(Option::is_none) {
            return None;
        }
        numbers.iter().zip(&self.columns).map(|(number, column)| number.or(column.fill())).collect()
    }

    /// The completed columns of a table, without the customers that are to be left out; its
    /// [`FeatureTable::matrix`] is there.
    ///
    /// # Errors
    /// All names that no column of the table has.
    pub fn table(&self, table: &FeatureTable) -> Result<FeatureTable, Problems<TableFault>> {
        let selected = table.select(self.names().map(Text::as_str))?;
        let keeps = |row: &usize| {
            let numbers = (0..self.columns.len()).map(|column| selected.number(*row, column));
            let known = numbers.clone().any(|number| number.is_some());
            let mut completed = numbers.zip(&self.columns);
            known && completed.all(|(number, column)| number.or(column.fill()).is_some())
        };
        let rows: Vec<usize> = (0..selected.customers().len()).filter(keeps).collect();
        let kept = if rows.len() == selected.customers().len() {
            selected
        } else {
            selected.keep_rows(&rows)
        };
        Ok(kept.map_columns(|position, column, cells| {
            if let Some(fill) = self.columns.get(position).and_then(CompletedColumn::fill) {
                filled(column, cells, fill);
            }
        }))
    }
}

impl CompletedColumn {
    fn fill(&self) -> Option<f64> {
        self.fill.map(Number::as_f64)
    }
}

/// A filled column is one of plain numbers: the median of counts need not be a count.
fn filled(column: &mut Column, mut cells: ArrayViewMut1<'_, f64>, fill: f64) {
    for cell in cells.iter_mut().filter(|cell| cell.is_nan()) {
        *cell = fill;
        column.measure = Measure::Number;
    }
}

#[cfg(test)]
mod tests {
    use crate::id::CustomerId;

    use super::*;

    fn table(rows: &[[Option<f64>; 2]]) -> FeatureTable {
        let id = |row| CustomerId::new(format!("c-{row}")).unwrap();
        let rows = rows.iter().enumerate().map(|(row, cells)| (id(row), *cells));
        FeatureTable::new([Column::new("orders", Measure::Integer), Column::from("spend")], rows)
            .unwrap()
    }

    fn gaps() -> FeatureTable {
        table(&[
            [Some(3.0), None],
            [None, Some(2.0)],
            [Some(10.0), Some(4.0)],
            [Some(4.0), Some(9.0)],
            [None, None],
        ])
    }

    #[test]
    fn refusing_tells_each_column_with_its_first_gap() {
        let told = Missing::Refuse.fit(&gaps()).unwrap_err().to_string();
        let expected = "`columns[0]`: column `orders` is missing for 2 customers, first for `c-1`\n\
            `columns[1]`: column `spend` is missing for 2 customers, first for `c-0`";
        assert_eq!(told, expected);
        let whole = table(&[[Some(1.0), Some(2.0)]]);
        let completion = Missing::Refuse.fit(&whole).unwrap();
        assert_eq!(completion.table(&whole).unwrap(), whole);
        assert_eq!(completion.row(&[Some(1.0), None]), None);
    }

    #[test]
    fn rows_with_gaps_are_dropped() {
        let completion = Missing::DropRows.fit(&gaps()).unwrap();
        let kept = completion.table(&gaps()).unwrap();
        assert_eq!(kept.matrix().unwrap(), ndarray::array![[10.0, 4.0], [4.0, 9.0]]);
        assert_eq!(completion.row(&[Some(1.0), None]), None);
        assert_eq!(completion.row(&[Some(1.0), Some(2.0)]), Some(vec![1.0, 2.0]));
    }

    #[test]
    fn gaps_are_filled_as_scikit_learn_fills_them_but_for_rows_of_nothing() {
        // SimpleImputer(strategy="median" and "mean").statistics_ of scikit-learn 1.9.1.
        for (filling, orders, spend) in [
            (Filling::Median, 4.0, 4.0),
            (Filling::Mean, 5.666_666_666_666_667, 5.0),
            (Filling::Constant(Number::ONE), 1.0, 1.0),
        ] {
            let completion = Missing::Fill(filling).fit(&gaps()).unwrap();
            let filled = completion.table(&gaps()).unwrap();
            let expected = ndarray::array![[3.0, spend], [orders, 2.0], [10.0, 4.0], [4.0, 9.0]];
            assert_eq!(filled.matrix().unwrap(), expected);
            assert_eq!(filled.columns()[0].measure, Measure::Number);
            assert_eq!(completion.row(&[None, Some(7.0)]), Some(vec![orders, 7.0]));
            assert_eq!(completion.row(&[None, None]), None);
            assert_eq!(completion.row(&[Some(1.0)]), None);
            let json = serde_json::to_string(&completion).unwrap();
            assert_eq!(serde_json::from_str::<Completion>(&json).unwrap(), completion);
        }
    }

    #[test]
    fn a_column_without_any_value_cannot_be_filled_from_itself() {
        let empty = table(&[[Some(1.0), None]]);
        let told = Missing::Fill(Filling::Median).fit(&empty).unwrap_err().to_string();
        assert_eq!(told, "`columns[1]`: column `spend` has no value at all");
    }
}
