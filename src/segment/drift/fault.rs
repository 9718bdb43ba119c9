//! Why drift cannot be told.

use thiserror::Error;

use crate::feature::TableFault;
use crate::rule::Text;

/// Why drift cannot be told: nothing to compare is no "no drift".
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum DriftFault {
    /// The table does not have a column.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// There is nobody.
    #[error("there are no customers")]
    NoCustomers,
    /// There is no number or level to compare.
    #[error("column `{column}` has no value")]
    NoValues {
        /// The name of the column.
        column: Text,
    },
    /// A column has categories in one table, and numbers in the other.
    #[error("column `{column}` was of categories and is of numbers, or the other way round")]
    OtherKind {
        /// The name of the column.
        column: Text,
    },
    /// Fewer than two bins tell nothing.
    #[error("{found} bins: at least 2 are needed")]
    Bins {
        /// The number of bins.
        found: usize,
    },
    /// A stored baseline has cuts that do not ascend, levels twice, both of them, or not a count
    /// for each bin.
    #[error("the bins and counts of column `{column}` do not belong together")]
    Counts {
        /// The name of the column.
        column: Text,
    },
}
