//! Dates counted from today.

use chrono::{Days, NaiveDate};

use crate::calendar::{Span, Unit, add_months, next_anniversary};

/// The day `span` after `day`, or the calendar's last.
pub(super) fn after(day: NaiveDate, span: Span) -> NaiveDate {
    match length(span) {
        Length::Days(days) => day.checked_add_days(days).unwrap_or(NaiveDate::MAX),
        Length::Months(months) => add_months(day, months),
    }
}

/// The day `span` before `day`, or the calendar's first.
pub(super) fn before(day: NaiveDate, span: Span) -> NaiveDate {
    match length(span) {
        Length::Days(days) => day.checked_sub_days(days).unwrap_or(NaiveDate::MIN),
        Length::Months(months) => add_months(day, -months),
    }
}

/// The first day from `today` on at which `day` comes round again.
pub(super) fn anniversary(day: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
    next_anniversary(day, today.pred_opt()?)
}

enum Length {
    Days(Days),
    Months(i32),
}

fn length(span: Span) -> Length {
    let count = u64::from(span.count());
    let months = i32::try_from(span.count()).unwrap_or(i32::MAX);
    match span.unit() {
        // The check refuses these; whole days are what they are worth to a date.
        Unit::Minute => Length::Days(Days::new(count / (24 * 60))),
        Unit::Hour => Length::Days(Days::new(count / 24)),
        Unit::Day => Length::Days(Days::new(count)),
        Unit::Week => Length::Days(Days::new(count * 7)),
        Unit::Month => Length::Months(months),
        Unit::Year => Length::Months(months.saturating_mul(12)),
    }
}
