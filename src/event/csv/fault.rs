//! What can be wrong with a file, or a row of it.

use std::fmt;

use thiserror::Error;

use crate::event::ColumnFault;
use crate::id::{IdError, OrderId};
use crate::money::MoneyError;
use crate::path::Problems;

/// Why a file cannot be read at all.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CsvError {
    /// What is to stand between cells is no single byte of ASCII.
    #[error("`{separator}` cannot separate cells: it is no character of ASCII")]
    Separator {
        /// What was to.
        separator: char,
    },
    /// The first line does not name these columns, or names them twice.
    #[error("the first line must name each of `{}` once", columns.join("` and `"))]
    Header {
        /// Their names.
        columns: Vec<String>,
    },
    /// The source failed.
    #[error("the file cannot be read: {0}")]
    Source(#[from] std::io::Error),
    /// The orders make no log together.
    #[error("the orders make no log: {0}")]
    Log(#[from] Problems<ColumnFault>),
}

impl CsvError {
    pub(super) fn of(error: ::csv::Error) -> Self {
        Self::Source(error.into())
    }
}

/// A row that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// On which line of the file it begins, counted from 1.
    pub line: u64,
    /// The column in which that shows.
    pub column: String,
    /// What is wrong.
    pub fault: CellFault,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: `{}`: {}", self.line, self.column, self.fault)
    }
}

/// What is wrong with a cell.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CellFault {
    /// The row has another number of cells than the first line.
    #[error("the row has {found} cells where the first line has {expected}")]
    Cells {
        /// How many the first line has.
        expected: usize,
        /// How many the row has.
        found: usize,
    },
    /// The bytes are no UTF-8.
    #[error("the cell is no UTF-8")]
    NoText,
    /// It can be no id.
    #[error(transparent)]
    Id(#[from] IdError),
    /// It is no day or instant as it should be written.
    #[error("`{text}` is no date or instant")]
    NoInstant {
        /// The cell.
        text: String,
    },
    /// The instant is outside 1900 to 2200.
    #[error("`{text}` is outside the years 1900 to 2200")]
    InstantOutOfRange {
        /// The cell.
        text: String,
    },
    /// It is no amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// Less than nothing was paid: a refund is no order.
    #[error("`{text}` is less than nothing: a refund is no order")]
    Negative {
        /// The cell.
        text: String,
    },
    /// More was paid than it costs without discounts.
    #[error("`{text}` is less than what was paid")]
    ListBelowPaid {
        /// The cell.
        text: String,
    },
    /// It is no number of units.
    #[error("`{text}` is no number of units: at least 1 is needed")]
    NoUnits {
        /// The cell.
        text: String,
    },
    /// The customer has an order of this id on an earlier line.
    #[error("the customer has order `{order}` on an earlier line")]
    Twice {
        /// The order.
        order: OrderId,
    },
}
