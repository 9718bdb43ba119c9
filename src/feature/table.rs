//! Customers × features as one matrix.

use ndarray::{Array2, ArrayView2, Axis};
use serde::{Deserialize, Serialize};

use crate::id::CustomerId;
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

use super::{Column, Measure, TableFault};

/// Customers × features: what segmenters are fitted on and whole customer bases are assigned from.
///
/// Rows are ordered by customer id, whatever the order in which they were given, so that nothing
/// computed from a table depends on that order; every customer has one row. A cell may be missing
/// ([`FeatureTable::number`] is `None`); it is never NaN or infinite. In JSON a missing cell is
/// `null`.
///
/// ```
/// use loyalty::feature::FeatureTable;
/// use loyalty::id::CustomerId;
///
/// let (ann, bob) = (CustomerId::new("ann")?, CustomerId::new("bob")?);
/// let table = FeatureTable::new(
///     ["recency_days", "orders"],
///     [(bob, [None, Some(1.0)]), (ann.clone(), [Some(3.0), Some(9.0)])],
/// )?;
/// assert_eq!(table.customers().first(), Some(&ann));
/// assert_eq!((table.number(0, 1), table.number(1, 0)), (Some(9.0), None));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct FeatureTable {
    columns: Vec<Column>,
    customers: Vec<CustomerId>,
    /// NaN marks what is missing; it leaves this struct as `None` only.
    cells: Array2<f64>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    columns: Vec<Column>,
    rows: Vec<WrittenRow>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenRow {
    customer: CustomerId,
    cells: Vec<Option<f64>>,
}

impl FeatureTable {
    /// The table of these rows, with one cell for each column.
    ///
    /// # Errors
    /// All columns without or with the same name, customers with two rows, rows of a wrong length,
    /// and cells whose number does not belong into the column (NaN and infinities never do).
    pub fn new<C, R>(
        columns: impl IntoIterator<Item = C>,
        rows: impl IntoIterator<Item = (CustomerId, R)>,
    ) -> Result<Self, Problems<TableFault>>
    where
        C: Into<Column>,
        R: IntoIterator<Item = Option<f64>>,
    {
        let columns = columns.into_iter().map(Into::into).collect();
        collect(columns, rows, |column, number: &f64| {
            column.value(*number).map(|_| *number).ok_or_else(|| number.to_string())
        })
    }

    /// The table of these rows of values, with one cell for each column; it gives back the very
    /// same values.
    ///
    /// # Errors
    /// As [`FeatureTable::new`]; values that no number of their column stands for, such as texts. A
    /// text that is no level of a column of categories is missing.
    pub fn from_values<C, R>(
        columns: impl IntoIterator<Item = C>,
        rows: impl IntoIterator<Item = (CustomerId, R)>,
    ) -> Result<Self, Problems<TableFault>>
    where
        C: Into<Column>,
        R: IntoIterator<Item = Option<Value>>,
    {
        let columns = columns.into_iter().map(Into::into).collect();
        collect(columns, rows, |column, value: &Value| {
            match (column.measure, value) {
                // Levels are what is known of; another one is not.
                (Measure::Category, Value::Text(_)) => Ok(column.number(value).unwrap_or(f64::NAN)),
                _ => column.number(value).ok_or_else(|| value.to_string()),
            }
        })
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The customers of the rows, in order.
    #[must_use]
    pub fn customers(&self) -> &[CustomerId] {
        &self.customers
    }

    /// The position of the column `name`.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name.as_str() == name)
    }

    /// The position of the row of `customer`.
    ///
    /// # Complexity
    /// O(log n).
    #[must_use]
    pub fn row(&self, customer: &CustomerId) -> Option<usize> {
        self.customers.binary_search(customer).ok()
    }

    /// The number in a cell, unless it is missing or there is no such cell.
    #[must_use]
    pub fn number(&self, row: usize, column: usize) -> Option<f64> {
        self.cells.get((row, column)).copied().filter(|number| !number.is_nan())
    }

    /// The value that the number in a cell stands for, unless it is missing or there is no such
    /// cell.
    #[must_use]
    pub fn value(&self, row: usize, column: usize) -> Option<Value> {
        self.columns.get(column)?.value(self.number(row, column)?)
    }

    /// The values of a row in the columns of these names, in their order, such as what a segmenter
    /// asks of a customer; none where one is missing or there is no such row.
    ///
    /// # Errors
    /// All names that no column has.
    pub fn values(
        &self,
        row: usize,
        names: &[Text],
    ) -> Result<Vec<Option<Value>>, Problems<TableFault>> {
        let columns = self.positions(names.iter().map(Text::as_str));
        columns.map(|columns| self.values_at(row, &columns))
    }

    /// The values of a row in the columns at these positions, in their order: as
    /// [`FeatureTable::values`] for many rows, with the names looked up once by
    /// [`FeatureTable::positions`].
    #[must_use]
    pub fn values_at(&self, row: usize, columns: &[usize]) -> Vec<Option<Value>> {
        columns.iter().map(|&column| self.value(row, column)).collect()
    }

    /// The numbers of a column that are not missing, from the first customer to the last.
    pub fn present(&self, column: usize) -> impl Iterator<Item = f64> + Clone {
        let there = column < self.columns.len();
        let cells = there.then(|| self.cells.column(column).into_iter());
        cells.into_iter().flatten().copied().filter(|number| !number.is_nan())
    }

    /// The matrix of customers × columns, if nothing is missing.
    #[must_use]
    pub fn matrix(&self) -> Option<ArrayView2<'_, f64>> {
        (!self.cells.iter().any(|number| number.is_nan())).then(|| self.cells.view())
    }

    /// Where the columns of these names are, in the order of the names.
    ///
    /// # Errors
    /// All names that no column has.
    pub fn positions<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Vec<usize>, Problems<TableFault>> {
        let mut problems = Problems::none();
        let mut positions = Vec::new();
        for (index, name) in names.into_iter().enumerate() {
            match self.column(name.as_ref()) {
                Some(position) => positions.push(position),
                None => {
                    let path = Path::from("columns").item(index);
                    problems.add(path, self.unknown(name.as_ref()));
                }
            }
        }
        problems.into_result(positions)
    }

    /// The table of only these columns, in this order.
    ///
    /// # Errors
    /// All names that no column has, or that are asked for twice.
    pub fn select<N: AsRef<str>>(
        &self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, Problems<TableFault>> {
        let positions = self.positions(names)?;
        let columns: Vec<Column> =
            positions.iter().filter_map(|&position| self.columns.get(position)).cloned().collect();
        let problems = column_problems(&columns);
        let cells = self.cells.select(Axis(1), &positions);
        problems.into_result(Self { columns, customers: self.customers.clone(), cells })
    }

    /// The table of only those customers for whom `keep` says yes.
    #[must_use]
    pub fn filter(&self, mut keep: impl FnMut(&CustomerId) -> bool) -> Self {
        let kept = |(row, customer)| keep(customer).then_some(row);
        let rows: Vec<usize> = self.customers.iter().enumerate().filter_map(kept).collect();
        self.keep_rows(&rows)
    }

    /// The table of only those customers of whom nothing is missing.
    #[must_use]
    pub fn without_gaps(self) -> Self {
        let whole = |row: &usize| !self.cells.row(*row).iter().any(|number| number.is_nan());
        let rows: Vec<usize> = (0..self.customers.len()).filter(whole).collect();
        if rows.len() == self.customers.len() { self } else { self.keep_rows(&rows) }
    }

    /// The rows at these positions, which are ascending and exist.
    pub(super) fn keep_rows(&self, rows: &[usize]) -> Self {
        let customer = |&row: &usize| self.customers.get(row).cloned();
        Self {
            columns: self.columns.clone(),
            customers: rows.iter().filter_map(customer).collect(),
            cells: self.cells.select(Axis(0), rows),
        }
    }

    /// Replaces every column's measure and every cell, NaN being what is missing.
    pub(super) fn map_columns(
        mut self,
        mut change: impl FnMut(usize, &mut Column, ndarray::ArrayViewMut1<'_, f64>),
    ) -> Self {
        let cells = self.cells.axis_iter_mut(Axis(1));
        for (index, (column, cells)) in self.columns.iter_mut().zip(cells).enumerate() {
            change(index, column, cells);
        }
        self
    }

    fn unknown(&self, name: &str) -> TableFault {
        let distance = |column: &Column| strsim::osa_distance(column.name.as_str(), name);
        let nearest = self
            .columns
            .iter()
            .map(|column| (distance(column), column))
            .filter(|(distance, _)| *distance <= 1 + name.len() / 4)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, column)| column.name.to_string());
        TableFault::UnknownColumn { name: name.to_owned(), nearest }
    }
}

/// Equal if columns, customers and numbers are, and the same cells are missing.
impl PartialEq for FeatureTable {
    fn eq(&self, other: &Self) -> bool {
        let same = |(left, right): (&f64, &f64)| left == right || (left.is_nan() && right.is_nan());
        self.columns == other.columns
            && self.customers == other.customers
            && self.cells.iter().zip(&other.cells).all(same)
    }
}

impl TryFrom<Written> for FeatureTable {
    type Error = Problems<TableFault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let rows = written.rows.into_iter().map(|row| (row.customer, row.cells));
        Self::new(written.columns, rows)
    }
}

impl From<FeatureTable> for Written {
    fn from(table: FeatureTable) -> Self {
        let cell = |number: &f64| (!number.is_nan()).then_some(*number);
        let row = |(customer, cells): (CustomerId, ndarray::ArrayView1<'_, f64>)| WrittenRow {
            customer,
            cells: cells.iter().map(cell).collect(),
        };
        let rows = table.customers.into_iter().zip(table.cells.outer_iter()).map(row).collect();
        Self { columns: table.columns, rows }
    }
}

pub(super) fn column_problems(columns: &[Column]) -> Problems<TableFault> {
    let mut problems = Problems::none();
    let mut seen = std::collections::BTreeSet::new();
    for (index, column) in columns.iter().enumerate() {
        let path = Path::from("columns").item(index);
        let name = column.name.as_str();
        if name.is_empty() {
            problems.add(path.clone(), TableFault::UnnamedColumn);
        } else if !seen.insert(name) {
            problems.add(path.clone(), TableFault::DuplicateColumn { name: name.to_owned() });
        }
        let is_category = column.measure == Measure::Category;
        if is_category == column.levels.is_empty() {
            problems.add(path.clone(), TableFault::Levels { name: name.to_owned() });
        }
        let mut levels = std::collections::BTreeSet::new();
        for (position, level) in column.levels.iter().enumerate() {
            if !levels.insert(level.as_str()) {
                let (name, level) = (name.to_owned(), level.to_string());
                let path = path.field("levels").item(position);
                problems.add(path, TableFault::DuplicateLevel { name, level });
            }
        }
    }
    problems
}

/// Reads all rows; `number` is what stands in a cell, or the found thing as text if nothing can.
fn collect<T, R: IntoIterator<Item = Option<T>>>(
    columns: Vec<Column>,
    rows: impl IntoIterator<Item = (CustomerId, R)>,
    number: impl Fn(&Column, &T) -> Result<f64, String>,
) -> Result<FeatureTable, Problems<TableFault>> {
    let mut problems = column_problems(&columns);
    let mut customers = Vec::new();
    let mut cells = Vec::new();
    for (index, (customer, row)) in rows.into_iter().enumerate() {
        let path = Path::from("rows").item(index);
        let mut found = 0;
        for cell in row {
            if let (Some(column), Some(cell)) = (columns.get(found), &cell) {
                cells.push(number(column, cell).unwrap_or_else(|text| {
                    let (name, expected) = (column.name.to_string(), column.measure.to_string());
                    let fault = TableFault::Cell { column: name, expected, found: text };
                    problems.add(path.field("cells").item(found), fault);
                    f64::NAN
                }));
            } else {
                cells.push(f64::NAN);
            }
            found += 1;
        }
        if found != columns.len() {
            let expected = columns.len();
            problems.add(path, TableFault::RowLength { expected, found });
        }
        customers.push((customer, index));
    }
    duplicates(&customers, &mut problems);
    problems.into_result(())?;
    // The shape holds: every row was checked to have one cell for each column.
    let shape = (customers.len(), columns.len());
    let cells = Array2::from_shape_vec(shape, cells).unwrap_or_default();
    Ok(sorted(columns, customers, cells))
}

fn duplicates(customers: &[(CustomerId, usize)], problems: &mut Problems<TableFault>) {
    let mut seen = std::collections::HashSet::with_capacity(customers.len());
    for (customer, row) in customers {
        if !seen.insert(customer) {
            let customer = customer.clone();
            problems.add(Path::from("rows").item(*row), TableFault::DuplicateCustomer { customer });
        }
    }
}

fn sorted(
    columns: Vec<Column>,
    mut customers: Vec<(CustomerId, usize)>,
    cells: Array2<f64>,
) -> FeatureTable {
    if customers.is_sorted() {
        let customers = customers.into_iter().map(|(customer, _)| customer).collect();
        return FeatureTable { columns, customers, cells };
    }
    customers.sort_unstable();
    let (customers, order): (Vec<_>, Vec<_>) = customers.into_iter().unzip();
    FeatureTable { columns, customers, cells: cells.select(Axis(0), &order) }
}

#[cfg(test)]
mod tests {
    use crate::money::{Currency, Money};

    use super::*;

    fn id(text: &str) -> CustomerId {
        CustomerId::new(text).unwrap()
    }

    fn table() -> FeatureTable {
        FeatureTable::new(
            ["recency_days", "orders"],
            [
                (id("bob"), [None, Some(1.0)]),
                (id("cat"), [Some(7.0), Some(2.0)]),
                (id("ann"), [Some(3.0), Some(9.0)]),
            ],
        )
        .unwrap()
    }

    #[test]
    fn the_order_in_which_rows_are_given_does_not_matter() {
        let table = table();
        let mut written: Written = table.clone().into();
        written.rows.reverse();
        assert_eq!(FeatureTable::try_from(written).unwrap(), table);
        assert_eq!(table.customers(), [id("ann"), id("bob"), id("cat")]);
        assert_eq!(table.row(&id("cat")), Some(2));
        assert_eq!((table.number(2, 0), table.number(2, 1)), (Some(7.0), Some(2.0)));
    }

    #[test]
    fn what_is_missing_is_none_and_null() {
        let table = table();
        assert_eq!((table.number(1, 0), table.value(1, 0), table.number(9, 9)), (None, None, None));
        assert_eq!(table.present(0).collect::<Vec<_>>(), [3.0, 7.0]);
        assert!(table.matrix().is_none() && table.present(9).next().is_none());
        let json = serde_json::to_string(&table).unwrap();
        assert!(json.contains(r#"{"customer":"bob","cells":[null,1.0]}"#), "{json}");
        assert_eq!(serde_json::from_str::<FeatureTable>(&json).unwrap(), table);
    }

    #[test]
    fn every_problem_of_a_table_is_told_with_its_place() {
        let rows = [
            (id("ann"), vec![Some(f64::NAN), Some(2.5), Some(1.0)]),
            (id("bob"), vec![None]),
            (id("ann"), vec![Some(f64::INFINITY), Some(1e300), None, None]),
        ];
        let orders = Column::new("orders", Measure::Integer);
        let columns = [Column::from("spend"), orders.clone(), orders, Column::from("")];
        let told = FeatureTable::new(columns, rows).unwrap_err().to_string();
        let expected = [
            "`columns[2]`: there are two columns `orders`",
            "`columns[3]`: the column has no name",
            "`rows[0].cells[0]`: `NaN` is not a finite number, as column `spend` needs",
            "`rows[0].cells[1]`: `2.5` is not a whole number, as column `orders` needs",
            "`rows[0]`: the row has 3 cells: the table has 4 columns",
            "`rows[1]`: the row has 1 cells: the table has 4 columns",
            "`rows[2].cells[0]`: `inf` is not a finite number, as column `spend` needs",
        ];
        assert_eq!(told.lines().take(7).collect::<Vec<_>>(), expected);
        assert!(told.ends_with("`rows[2]`: there are two rows of the customer `ann`"), "{told}");
    }

    #[test]
    fn a_table_gives_back_the_values_it_was_made_of() {
        let row = [
            Some(Value::Integer(3)),
            Some(Value::Bool(true)),
            None,
            Some(Value::Money(Money::from_minor(1_999, Currency::EUR))),
        ];
        let columns = [
            Column::new("orders", Measure::Integer),
            Column::new("subscribed", Measure::Bool),
            Column::new("gap_days", Measure::Number),
            Column::new("spend", Measure::Money(Currency::EUR)),
        ];
        let rows = [(id("ann"), row.clone())];
        let table = FeatureTable::from_values(columns.clone(), rows).unwrap();
        for (column, value) in row.into_iter().enumerate() {
            assert_eq!(table.value(0, column), value);
        }
        assert_eq!(table.number(0, 3), Some(19.99));
        let texts = [(id("ann"), [0; 4].map(|_| Some(Value::text("a"))))];
        assert_eq!(FeatureTable::from_values(columns, texts).unwrap_err().len(), 4);
    }

    #[test]
    fn columns_are_selected_by_name_and_rows_by_customer() {
        let picked = table().select(["orders"]).unwrap().filter(|customer| *customer > id("ann"));
        assert_eq!((picked.columns().len(), picked.customers()), (1, &[id("bob"), id("cat")][..]));
        assert_eq!(picked.matrix().unwrap(), ndarray::array![[1.0], [2.0]]);
        let told = table().select(["order", "colour"]).unwrap_err().to_string();
        let expected = "`columns[0]`: there is no column `order`: do you mean `orders`?\n\
            `columns[1]`: there is no column `colour`";
        assert_eq!(told, expected);
        assert!(table().select(["orders", "orders"]).is_err());
    }
}
