//! Instants, days, zones and windows.

use std::ops::Range;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use proptest::prelude::*;
use proptest::sample::select;

use crate::calendar::{Period, Span, Unit, Window, Zone};

/// The four years from 2024 to 2027, with a leap day and changes of clocks: when the events of
/// these strategies begin, and when offers are valid.
#[must_use]
pub fn years() -> Range<DateTime<Utc>> {
    let new_year = |year| {
        let day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        day.and_time(NaiveTime::MIN).and_utc()
    };
    new_year(2024)..new_year(2028)
}

/// An instant within `range`, to the second, or its start if it is empty.
pub fn instant(range: Range<DateTime<Utc>>) -> impl Strategy<Value = DateTime<Utc>> + Clone {
    let (first, end) = (range.start.timestamp(), range.end.timestamp());
    (first..end.max(first.saturating_add(1)))
        .prop_map(move |second| DateTime::from_timestamp(second, 0).unwrap_or(range.start))
}

/// A day of [`years`].
pub fn day() -> impl Strategy<Value = NaiveDate> + Clone {
    instant(years()).prop_map(|at| at.date_naive())
}

/// A time zone: UTC, or one whose offset is odd or changes at odd hours.
pub fn zone() -> impl Strategy<Value = Zone> + Clone {
    let names = [
        "UTC",
        "Europe/Brussels",
        "America/New_York",
        "America/Sao_Paulo",
        "Asia/Kolkata",
        "Asia/Tehran",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kiritimati",
    ];
    select(names.into_iter().filter_map(|name| Zone::from_name(name).ok()).collect::<Vec<_>>())
}

/// A span of time, up to a few years.
pub fn span() -> impl Strategy<Value = Span> + Clone {
    let unit = select(vec![
        (Unit::Day, 400),
        (Unit::Hour, 1_000),
        (Unit::Minute, 5_000),
        (Unit::Week, 60),
        (Unit::Month, 30),
        (Unit::Year, 3),
    ]);
    (unit, 1..=5_000_u32)
        .prop_filter_map("a span", |((unit, most), count)| Span::new(1 + count % most, unit).ok())
}

/// A window of any kind.
pub fn window() -> impl Strategy<Value = Window> + Clone {
    let period =
        || select(vec![Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year]);
    prop_oneof![
        3 => span().prop_map(Window::Rolling),
        2 => period().prop_map(Window::Calendar),
        1 => period().prop_map(Window::Previous),
        1 => Just(Window::Anniversary),
        1 => Just(Window::Lifetime),
    ]
}
