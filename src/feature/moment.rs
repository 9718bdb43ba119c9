//! When and how a question is asked.

use chrono::{DateTime, NaiveDate, Utc};

use crate::calendar::Zone;
use crate::money::Currency;

/// The instant of a question, with the time zone and the currency of the program that answers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The instant that the question is about.
    pub as_of: DateTime<Utc>,
    /// Where the program's days begin and end.
    pub zone: Zone,
    /// The program's currency.
    pub currency: Currency,
}

impl Moment {
    /// The calendar day of the question in the program's time zone.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.zone.date(self.as_of)
    }

    /// The same question at another instant.
    #[must_use]
    pub const fn at(self, as_of: DateTime<Utc>) -> Self {
        Self { as_of, ..self }
    }
}
