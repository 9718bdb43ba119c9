//! The facts of many customers, a column for each field.

mod column;
mod row;

use chrono::NaiveDate;
pub use column::Column;
pub(super) use column::{Data, Presence};
pub use row::Row;
use thiserror::Error;

use super::{Facts, Kind, Schema, Slot, Text};
use crate::path::{Path, Problems};

/// The facts of many customers for one day, in typed columns rather than as values.
///
/// What has no column is missing for everybody.
///
/// ```
/// use chrono::NaiveDate;
/// use loyalty::rule::{Column, Columns, Field, Kind, RuleIndex, Schema, field};
///
/// let fields = [Field::new("orders", Kind::Integer), Field::new("tier", Kind::Text)];
/// let schema = Schema::new(fields)?;
/// let columns = [
///     ("orders", Column::integers([Some(7), None, Some(2)])),
///     ("tier", Column::texts([Some("gold"), Some("gold"), None])),
/// ];
/// let columns = Columns::new(&schema, NaiveDate::default(), columns)?;
/// let rule = field("orders").at_least(5).or(field("tier").is("gold")).check(&schema)?;
/// let holding = RuleIndex::new(&schema, [rule.clone()]).holding_all(&columns);
/// assert_eq!([0, 1, 2].map(|row| holding.contains(row, 0)), [true, true, false]);
/// assert_eq!(rule.explain(&columns.row(2)).truth, rule.truth(&columns.row(2)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Columns {
    today: NaiveDate,
    len: usize,
    /// In the order of the slots.
    columns: Vec<Option<Column>>,
}

/// What is wrong with columns.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ColumnFault {
    /// The schema has no such field.
    #[error("`{name}` is no known field")]
    UnknownField {
        /// The name that was given.
        name: Text,
    },
    /// The field has a column already.
    #[error("there are two columns for `{field}`")]
    Twice {
        /// The field.
        field: Text,
    },
    /// The column is longer or shorter than the first one.
    #[error("`{field}` has {found} rows, and the first column has {expected}")]
    WrongLength {
        /// The field.
        field: Text,
        /// The rows of the first column.
        expected: usize,
        /// The rows of this column.
        found: usize,
    },
    /// The column is of another type than its field.
    #[error("`{field}` is {expected}, and the column is {found}")]
    WrongType {
        /// The field.
        field: Text,
        /// The type of the field.
        expected: Kind,
        /// The type of the column.
        found: Kind,
    },
    /// A code of the column stands for no text.
    #[error("`{field}` has the code {code}, and the dictionary has {texts} texts")]
    UnknownCode {
        /// The field.
        field: Text,
        /// The code.
        code: u32,
        /// How many texts there are.
        texts: usize,
    },
    /// The facts are for another day than the columns.
    #[error("the facts are for {found}, and the columns are for {expected}")]
    OtherDay {
        /// The day of the columns.
        expected: NaiveDate,
        /// The day of the facts.
        found: NaiveDate,
    },
}

impl Columns {
    /// The columns of the fields of `schema` with these names, for the day `today`.
    ///
    /// # Errors
    /// Every problem, at the name of the field: fields that the schema does not have or that have
    /// two columns, and columns that differ in length from the first or in type from their field.
    pub fn new<T: Into<Text>>(
        schema: &Schema,
        today: NaiveDate,
        columns: impl IntoIterator<Item = (T, Column)>,
    ) -> Result<Self, Problems<ColumnFault>> {
        let mut placed = vec![None; schema.fields().len()];
        let mut problems = Problems::none();
        let mut len = None;
        for (name, column) in columns {
            let name = name.into();
            let path = Path::root().field(name.as_str());
            let slot = schema.slot(name.as_str());
            let place = slot.and_then(|slot| Some((schema.field(slot)?, slot)));
            let Some((field, slot)) = place else {
                problems.add(path, ColumnFault::UnknownField { name });
                continue;
            };
            let expected = *len.get_or_insert(column.len());
            let faults = column.faults(field, expected);
            faults.into_iter().for_each(|fault| problems.add(path.clone(), fault));
            if let Some(place) = placed.get_mut(slot.index()) {
                if place.is_some() {
                    problems.add(path, ColumnFault::Twice { field: name });
                }
                *place = Some(column);
            }
        }
        problems.into_result(Self { today, len: len.unwrap_or_default(), columns: placed })
    }

    /// Columns of facts that are there already, one row for each; what they do not know of sets
    /// and values of a wrong type are kept as they are.
    ///
    /// # Errors
    /// A problem at `[row]` for all facts that are for another day than `today`.
    pub fn of<'a>(
        schema: &Schema,
        today: NaiveDate,
        rows: impl IntoIterator<Item = &'a dyn Facts>,
    ) -> Result<Self, Problems<ColumnFault>> {
        let fields = schema.fields().iter();
        let slot = |name: &Text| schema.slot(name.as_str());
        let mut columns: Vec<(Option<Slot>, Column)> =
            fields.map(|field| (slot(&field.name), Column::empty(field))).collect();
        let mut problems = Problems::none();
        let mut len = 0;
        for facts in rows {
            let found = facts.today();
            if found != today {
                let fault = ColumnFault::OtherDay { expected: today, found };
                problems.add(Path::root().item(len), fault);
            }
            for (slot, column) in &mut columns {
                let value = slot.and_then(|slot| facts.value(slot));
                column.push(value, slot.and_then(|slot| facts.undecided(slot)));
            }
            len += 1;
        }
        let columns = columns.into_iter().map(|(_, column)| Some(column)).collect();
        problems.into_result(Self { today, len, columns })
    }

    /// How many customers there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no customers.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The day from which dates are counted.
    #[must_use]
    pub const fn today(&self) -> NaiveDate {
        self.today
    }

    /// The facts of one customer; beyond the last, everything is missing.
    #[must_use]
    pub fn row(&self, index: usize) -> Row<'_> {
        Row::new(self, index)
    }

    pub(super) fn column(&self, slot: Slot) -> Option<&Column> {
        self.columns.get(slot.index())?.as_ref()
    }
}
