//! The periods into which a calendar divides time.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// A kind of period of the calendar: what "this month" and "last quarter" are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// From midnight to midnight.
    Day,
    /// From Monday, as in ISO 8601.
    Week,
    /// From the first of the month.
    Month,
    /// From the first of January, April, July or October.
    Quarter,
    /// From the first of January.
    Year,
}

impl Period {
    /// The first day of the period that contains `date`.
    #[must_use]
    pub fn start(self, date: NaiveDate) -> NaiveDate {
        let into_week = Days::new(date.weekday().num_days_from_monday().into());
        match self {
            Self::Day => Some(date),
            Self::Week => date.checked_sub_days(into_week),
            Self::Month => date.with_day(1),
            Self::Quarter => NaiveDate::from_ymd_opt(date.year(), date.month0() / 3 * 3 + 1, 1),
            Self::Year => NaiveDate::from_ymd_opt(date.year(), 1, 1),
        }
        .unwrap_or(NaiveDate::MIN)
    }

    /// The first day of the period after the one that contains `date`; at the end of
    /// the calendar, its last day.
    #[must_use]
    pub fn next_start(self, date: NaiveDate) -> NaiveDate {
        self.checked_next_start(date).unwrap_or(NaiveDate::MAX)
    }

    /// The first day of the period before the one that contains `date`; at the beginning
    /// of the calendar, its first day.
    #[must_use]
    pub fn previous_start(self, date: NaiveDate) -> NaiveDate {
        self.start(date).pred_opt().map_or(NaiveDate::MIN, |last| self.start(last))
    }

    /// The first day of the next period, unless the calendar ends before.
    pub(super) fn checked_next_start(self, date: NaiveDate) -> Option<NaiveDate> {
        let start = self.start(date);
        match self {
            Self::Day => start.checked_add_days(Days::new(1)),
            Self::Week => start.checked_add_days(Days::new(7)),
            Self::Month => start.checked_add_months(Months::new(1)),
            Self::Quarter => start.checked_add_months(Months::new(3)),
            Self::Year => start.checked_add_months(Months::new(12)),
        }
    }
}
