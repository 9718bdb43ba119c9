//! Arithmetic of months that clamps to the last day, and the anniversaries that follow from it.

use chrono::{Datelike, Months, NaiveDate};

/// The same day `months` later, or earlier if negative; of a month without that day, its last.
///
/// Beyond chrono's calendar it is the calendar's first or last day.
///
/// ```
/// use chrono::NaiveDate;
/// use loyalty::calendar::add_months;
///
/// let date = |text: &str| text.parse::<NaiveDate>();
/// assert_eq!(add_months(date("2026-01-31")?, 1), date("2026-02-28")?);
/// assert_eq!(add_months(date("2024-02-29")?, 12), date("2025-02-28")?);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[must_use]
pub fn add_months(date: NaiveDate, months: i32) -> NaiveDate {
    let distance = Months::new(months.unsigned_abs());
    if months < 0 {
        date.checked_sub_months(distance).unwrap_or(NaiveDate::MIN)
    } else {
        date.checked_add_months(distance).unwrap_or(NaiveDate::MAX)
    }
}

/// The latest anniversary of `anchor` that is not after `date`; `None` before the anchor itself.
///
/// The anchor counts as its own first anniversary. That of 29 February is 28 February in common
/// years and 29 February in leap years.
#[must_use]
pub fn last_anniversary(anchor: NaiveDate, date: NaiveDate) -> Option<NaiveDate> {
    let years = u32::try_from(date.year().checked_sub(anchor.year())?).ok()?;
    anniversary(anchor, years)
        .filter(|found| *found <= date)
        .or_else(|| anniversary(anchor, years.checked_sub(1)?))
}

/// The earliest anniversary of `anchor` that is after `date`; `None` at the end of the calendar.
///
/// Before the anchor it is the anchor itself.
#[must_use]
pub fn next_anniversary(anchor: NaiveDate, date: NaiveDate) -> Option<NaiveDate> {
    let years = u32::try_from(date.year().saturating_sub(anchor.year())).unwrap_or(0);
    anniversary(anchor, years)
        .filter(|found| *found > date)
        .or_else(|| anniversary(anchor, years.checked_add(1)?))
}

/// `anchor` some years later: counted from the anchor each time, so that it returns to the 29th.
fn anniversary(anchor: NaiveDate, years: u32) -> Option<NaiveDate> {
    anchor.checked_add_months(Months::new(years.checked_mul(12)?))
}
