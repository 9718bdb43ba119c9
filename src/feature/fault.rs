//! What can be wrong with a table.

use thiserror::Error;

use super::Feature;
use crate::id::CustomerId;
use crate::money::Currency;

/// Why numbers make no table, or a table does not fit its use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TableFault {
    /// A feature's values are texts or sets.
    #[error("the values of `{name}` are no numbers")]
    NoNumber {
        /// The feature.
        name: String,
    },
    /// A feature is told by a model that is not there, or that lacks what customers spend.
    #[error("`{name}` needs a value model{}", spending(name))]
    NeedsValueModel {
        /// The feature.
        name: String,
    },
    /// A feature needs to know of more than orders.
    #[error("orders alone do not tell `{name}`")]
    NotInOrders {
        /// The feature.
        name: String,
    },
    /// The orders are of another currency than the question.
    #[error("the orders are in {found}, not in {expected}")]
    OtherCurrency {
        /// The currency of the question.
        expected: Currency,
        /// The currency of the orders.
        found: Currency,
    },
    /// A column has no name.
    #[error("the column has no name")]
    UnnamedColumn,
    /// Two columns have one name.
    #[error("there are two columns `{name}`")]
    DuplicateColumn {
        /// Their name.
        name: String,
    },
    /// A column of categories has no levels, or another one has some.
    #[error("column `{name}` needs levels if, and only if, it is of categories")]
    Levels {
        /// The name of the column.
        name: String,
    },
    /// Two levels of a column are one text.
    #[error("there are two levels `{level}` of column `{name}`")]
    DuplicateLevel {
        /// The name of the column.
        name: String,
        /// The level.
        level: String,
    },
    /// Two rows are of one customer.
    #[error("there are two rows of the customer `{customer}`")]
    DuplicateCustomer {
        /// The customer.
        customer: CustomerId,
    },
    /// A row has not one cell for each column.
    #[error("the row has {found} cells: the table has {expected} columns")]
    RowLength {
        /// The number of columns.
        expected: usize,
        /// The number of cells.
        found: usize,
    },
    /// A cell's number or value does not belong into its column.
    #[error("`{found}` is not {expected}, as column `{column}` needs")]
    Cell {
        /// The name of the column.
        column: String,
        /// What its cells are.
        expected: String,
        /// What was found.
        found: String,
    },
    /// No column is named where at least one is needed.
    #[error("no column is named")]
    NoColumns,
    /// Everybody misses something.
    #[error("no customer has a value in every column")]
    NoCustomers,
    /// The parts of a stored model do not belong together.
    #[error("it is of other columns")]
    OtherColumns,
    /// A column that is asked for is not there.
    #[error("there is no column `{name}`{}", suggestion(.nearest.as_deref()))]
    UnknownColumn {
        /// The name that was asked for.
        name: String,
        /// A column with a similar name.
        nearest: Option<String>,
    },
    /// Values are missing where none may be.
    #[error("column `{column}` is missing for {customers} customers, first for `{first}`")]
    Missing {
        /// The name of the column.
        column: String,
        /// How many customers miss it.
        customers: usize,
        /// The first of them.
        first: CustomerId,
    },
    /// A column has no value that its missing ones could be filled from.
    #[error("column `{column}` has no value at all")]
    EmptyColumn {
        /// The name of the column.
        column: String,
    },
    /// There is not one scale for each column.
    #[error("{found} scales for {expected} columns")]
    ScaleCount {
        /// The number of columns.
        expected: usize,
        /// The number of scales.
        found: usize,
    },
    /// A stored scale divides by nothing, or turns the order around.
    #[error("column `{column}` has a spread that is not more than 0")]
    Spread {
        /// The name of the column.
        column: String,
    },
    /// A value has no logarithm.
    #[error("column `{column}` has {number} for customer `{customer}`: log1p needs more than -1")]
    NoLogarithm {
        /// The name of the column.
        column: String,
        /// The number, as text.
        number: String,
        /// The customer.
        customer: CustomerId,
    },
}

fn suggestion(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| format!(": do you mean `{nearest}`?"))
}

/// What of a model is needed for a feature.
fn spending(name: &str) -> &'static str {
    let needed = name.parse::<Feature>().is_ok_and(|feature| feature.needs_spending());
    if needed { " with a model of spending" } else { "" }
}
