//! Orders from a CSV file (feature `csv`): a mapping of its columns, and every row that makes no
//! sense with its line and the reason.
//!
//! ```
//! use loyalty::event::csv::OrderFile;
//! use loyalty::money::Currency;
//!
//! let text = "who;on;paid\nann;2026-03-14;12.40\nbob;2026-02-30;7.00\n";
//! let file = OrderFile {
//!     separator: ';',
//!     ..OrderFile::new(Currency::EUR, "who", "on", "paid")
//! };
//! let read = file.read(text.as_bytes(), |_| ())?;
//! assert_eq!(read.log.customers().len(), 1);
//! assert_eq!(read.bad[0].to_string(), "line 3: `on`: `2026-02-30` is no date or instant");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod cells;
mod fault;
mod lines;

use std::collections::HashSet;
use std::io::Read;

use ::csv::{ByteRecord, ReaderBuilder};
use serde::{Deserialize, Serialize};

use self::cells::{Cells, Places};
pub use self::fault::{BadRow, CellFault, CsvError};
use self::lines::Lines;
use super::{Columns, Purchases};
use crate::calendar::Zone;
use crate::id::{CustomerId, OrderId};
use crate::money::Currency;

/// After how many rows progress is told.
const STEP: u64 = 1 << 16;

/// Where in a file what is, by the names in its first line; a row is an order.
///
/// The format is that of RFC 4180, with another separator if need be: a cell with separators,
/// quotes or line ends stands in quotes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OrderFile {
    /// What stands between two cells; a comma if it is not said. One byte of ASCII.
    #[serde(default = "comma")]
    pub separator: char,
    /// The column of the customer's id.
    pub customer: String,
    /// The column of the day or instant of the order: `2026-03-14`, `2026-03-14 09:30:00` or, with
    /// an offset, `2026-03-14T09:30:00+01:00`.
    pub at: String,
    /// How days or instants are written instead, in the words of `strftime`, such as `%d/%m/%Y` or
    /// `%d/%m/%Y %H:%M`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_format: Option<String>,
    /// On whose clock they are where no offset is written; a day is taken to be its start. UTC if
    /// it is not said.
    #[serde(default)]
    pub zone: Zone,
    /// The column of what was paid, in major units such as `12.40`.
    pub paid: String,
    /// The column of what it would have cost without discounts; what was paid if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_price: Option<String>,
    /// The column of the number of units; one if it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<String>,
    /// The column of the order's id, no two alike for one customer; without it, orders of one
    /// instant stay in the order of their rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The currency of all amounts.
    pub currency: Currency,
}

/// What was read.
#[derive(Clone, Debug)]
pub struct OrdersRead {
    /// The orders of the rows that make sense.
    pub log: Purchases,
    /// How many rows there were, bad ones included and the first line not.
    pub rows: u64,
    /// The rows that make no sense, in the order of their lines.
    pub bad: Vec<BadRow>,
}

/// How far the reading is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many rows were read.
    pub rows: u64,
    /// How many bytes of the file they end at, to be compared with its size.
    pub bytes: u64,
}

const fn comma() -> char {
    ','
}

impl OrderFile {
    /// A file of comma-separated cells with these columns and no others that matter.
    pub fn new(
        currency: Currency,
        customer: impl Into<String>,
        at: impl Into<String>,
        paid: impl Into<String>,
    ) -> Self {
        Self {
            separator: comma(),
            customer: customer.into(),
            at: at.into(),
            at_format: None,
            zone: Zone::UTC,
            paid: paid.into(),
            list_price: None,
            units: None,
            order: None,
            currency,
        }
    }

    /// Reads a file to its end. `progress` is told how far it is, once in a while and at the end.
    ///
    /// A row that makes no sense is left out and told; nothing is guessed.
    ///
    /// # Errors
    /// A source that cannot be read, a separator that is none, and columns that the first line does
    /// not name.
    pub fn read(
        &self,
        source: impl Read,
        mut progress: impl FnMut(Progress),
    ) -> Result<OrdersRead, CsvError> {
        let separator = u8::try_from(self.separator).ok().filter(u8::is_ascii);
        let separator = separator.ok_or(CsvError::Separator { separator: self.separator })?;
        // A row that is too short or too long is told as any other.
        let mut reader =
            ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(Lines::of(source));
        let places = Places::of(self, reader.byte_headers().map_err(CsvError::of)?)?;
        let (mut orders, mut bad) = (Orders::default(), Vec::new());
        let (mut rows, mut record) = (0, ByteRecord::new());
        let mut bytes = reader.position().byte();
        loop {
            reader.get_mut().begin_row(bytes);
            if !reader.read_byte_record(&mut record).map_err(CsvError::of)? {
                break;
            }
            rows += 1;
            let cells = Cells { file: self, places: &places, record: &record };
            if let Err((column, fault)) = orders.take(&cells) {
                let line = reader.get_mut().line();
                bad.push(BadRow { line, column: column.to_owned(), fault });
            }
            bytes = reader.position().byte();
            if rows % STEP == 0 {
                progress(Progress { rows, bytes });
            }
        }
        progress(Progress { rows, bytes });
        let log = Purchases::from_columns(self.currency, &orders.columns)?;
        Ok(OrdersRead { log, rows, bad })
    }
}

/// The orders so far.
#[derive(Default)]
struct Orders {
    columns: Columns,
    known: HashSet<(CustomerId, OrderId)>,
}

impl Orders {
    /// Takes an order in; or tells in which column what is wrong.
    fn take<'a>(&mut self, cells: &Cells<'a>) -> Result<(), (&'a str, CellFault)> {
        cells.check_count()?;
        let customer = cells.customer()?;
        let (at, units) = (cells.at()?, cells.units()?);
        let (paid, list) = cells.amounts()?;
        if let Some((column, order)) = cells.order()? {
            if !self.known.insert((customer.clone(), order.clone())) {
                return Err((column, CellFault::Twice { order }));
            }
            self.columns.orders.get_or_insert_default().push(order);
        }
        let columns = &mut self.columns;
        columns.customers.push(customer);
        columns.at.push(at);
        columns.list_minor.push(list);
        columns.discount_minor.get_or_insert_default().push(list - paid);
        columns.units.push(units);
        Ok(())
    }
}
