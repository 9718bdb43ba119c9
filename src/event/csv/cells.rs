//! The cells of a row as what they stand for.

use ::csv::ByteRecord;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::{CellFault, CsvError, OrderFile};
use crate::event::{earliest, latest};
use crate::id::{CustomerId, OrderId};
use crate::money::Money;

/// Where the columns are, counted from 0, and how many the first line has.
pub(super) struct Places {
    customer: usize,
    at: usize,
    paid: usize,
    list_price: Option<usize>,
    units: Option<usize>,
    order: Option<usize>,
    count: usize,
}

impl Places {
    pub(super) fn of(file: &OrderFile, header: &ByteRecord) -> Result<Self, CsvError> {
        let mut missing = Vec::new();
        let mut place = |column: &str| {
            let is_it = |cell: &[u8]| cell.trim_ascii() == column.as_bytes();
            let mut places = header.iter().enumerate().filter(|(_, cell)| is_it(cell));
            let (first, second) = (places.next(), places.next());
            if first.is_none() || second.is_some() {
                missing.push(column.to_owned());
            }
            first.map_or(0, |(place, _)| place)
        };
        let places = Self {
            customer: place(&file.customer),
            at: place(&file.at),
            paid: place(&file.paid),
            list_price: file.list_price.as_deref().map(&mut place),
            units: file.units.as_deref().map(&mut place),
            order: file.order.as_deref().map(&mut place),
            count: header.len(),
        };
        if missing.is_empty() { Ok(places) } else { Err(CsvError::Header { columns: missing }) }
    }
}

/// A row.
pub(super) struct Cells<'a> {
    pub(super) file: &'a OrderFile,
    pub(super) places: &'a Places,
    pub(super) record: &'a ByteRecord,
}

impl<'a> Cells<'a> {
    /// The text of a cell.
    fn text(&self, column: &'a str, place: usize) -> Result<&'a str, (&'a str, CellFault)> {
        let cell = self.record.get(place).unwrap_or_default();
        let text = std::str::from_utf8(cell).map_err(|_| (column, CellFault::NoText))?;
        Ok(text.trim())
    }

    /// Whether there are as many cells as columns.
    pub(super) fn check_count(&self) -> Result<(), (&'a str, CellFault)> {
        let (expected, found) = (self.places.count, self.record.len());
        let column = self.file.customer.as_str();
        if expected == found { Ok(()) } else { Err((column, CellFault::Cells { expected, found })) }
    }

    pub(super) fn customer(&self) -> Result<CustomerId, (&'a str, CellFault)> {
        let column = self.file.customer.as_str();
        let text = self.text(column, self.places.customer)?;
        CustomerId::new(text).map_err(|fault| (column, fault.into()))
    }

    pub(super) fn order(&self) -> Result<Option<(&'a str, OrderId)>, (&'a str, CellFault)> {
        let Some((column, place)) = self.file.order.as_deref().zip(self.places.order) else {
            return Ok(None);
        };
        let order = OrderId::new(self.text(column, place)?);
        Ok(Some((column, order.map_err(|fault| (column, fault.into()))?)))
    }

    pub(super) fn at(&self) -> Result<DateTime<Utc>, (&'a str, CellFault)> {
        let column = self.file.at.as_str();
        let cell = self.text(column, self.places.at)?;
        let text = cell.to_owned();
        match self.file.instant(cell) {
            None => Err((column, CellFault::NoInstant { text })),
            Some(at) if at < earliest() || at >= latest() => {
                Err((column, CellFault::InstantOutOfRange { text }))
            }
            Some(at) => Ok(at),
        }
    }

    pub(super) fn units(&self) -> Result<i64, (&'a str, CellFault)> {
        let Some((column, place)) = self.file.units.as_deref().zip(self.places.units) else {
            return Ok(1);
        };
        let text = self.text(column, place)?;
        let units = text.parse().ok().filter(|units| *units > 0);
        units.ok_or_else(|| (column, CellFault::NoUnits { text: text.to_owned() }))
    }

    /// What was paid and what it would have cost, in minor units.
    pub(super) fn amounts(&self) -> Result<(i64, i64), (&'a str, CellFault)> {
        let paid = self.amount(&self.file.paid, self.places.paid)?;
        let Some((column, place)) = self.file.list_price.as_deref().zip(self.places.list_price)
        else {
            return Ok((paid, paid));
        };
        let list = self.amount(column, place)?;
        if list < paid {
            let text = self.text(column, place)?.to_owned();
            return Err((column, CellFault::ListBelowPaid { text }));
        }
        Ok((paid, list))
    }

    fn amount(&self, column: &'a str, place: usize) -> Result<i64, (&'a str, CellFault)> {
        let text = self.text(column, place)?;
        let amount = format!("{text} {}", self.file.currency).parse::<Money>();
        let amount = amount.map_err(|fault| (column, fault.into()))?;
        if amount.is_negative() {
            return Err((column, CellFault::Negative { text: text.to_owned() }));
        }
        Ok(amount.minor())
    }
}

impl OrderFile {
    /// The instant that a cell stands for.
    fn instant(&self, text: &str) -> Option<DateTime<Utc>> {
        let start = |day: NaiveDate| self.zone.start_of_day(day);
        if let Some(format) = &self.at_format {
            return DateTime::parse_from_str(text, format)
                .map(|at| at.to_utc())
                .or_else(|_| {
                    NaiveDateTime::parse_from_str(text, format).map(|at| self.zone.instant(at))
                })
                .or_else(|_| NaiveDate::parse_from_str(text, format).map(start))
                .ok();
        }
        let day = || text.parse::<NaiveDate>().map(start);
        let wall = || {
            let at = text.replacen(' ', "T", 1).parse::<NaiveDateTime>();
            at.map(|at| self.zone.instant(at))
        };
        day().or_else(|_| wall()).or_else(|_| text.parse()).ok()
    }
}
