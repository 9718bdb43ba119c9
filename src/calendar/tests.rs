//! Tables of the calendar. Expected instants of zones were computed with Python's `zoneinfo`, the
//! others by hand from the definitions.

mod laws;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn window(text: &str) -> Window {
    text.parse().unwrap()
}

#[test]
fn a_wall_time_is_found_in_gaps_and_overlaps() {
    for (name, wall, instant) in [
        ("Europe/Brussels", "2026-03-29T01:59:59", "2026-03-29T00:59:59Z"),
        ("Europe/Brussels", "2026-03-29T02:00:00", "2026-03-29T01:00:00Z"),
        ("Europe/Brussels", "2026-03-29T02:30:00", "2026-03-29T01:00:00Z"),
        ("Europe/Brussels", "2026-03-29T03:00:00", "2026-03-29T01:00:00Z"),
        ("Europe/Brussels", "2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ("Europe/Brussels", "2026-10-25T03:00:00", "2026-10-25T02:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T00:00:00", "2018-11-04T03:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04T00:59:59", "2018-11-04T03:00:00Z"),
        ("Pacific/Apia", "2011-12-29T23:59:59", "2011-12-30T09:59:59Z"),
        ("Pacific/Apia", "2011-12-30T00:00:00", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-30T18:00:00", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31T00:00:00", "2011-12-30T10:00:00Z"),
        ("UTC", "2026-03-29T02:30:00", "2026-03-29T02:30:00Z"),
    ] {
        let wall: NaiveDateTime = wall.parse().unwrap();
        assert_eq!(zone(name).instant(wall), at(instant), "{name} {wall}");
    }
}

#[test]
fn a_day_starts_when_its_date_is_first_reached() {
    for (name, day, start) in [
        ("Europe/Brussels", "2026-07-01", "2026-06-30T22:00:00Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"),
        // The clock showed 0:00 for a minute before it was set back to 23:01.
        ("America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"),
    ] {
        assert_eq!(zone(name).start_of_day(date(day)), at(start), "{name} {day}");
    }
}

#[test]
fn a_clock_that_was_set_back_has_been_further() {
    let stjohns = zone("America/St_Johns");
    for (instant, local, furthest) in [
        ("2010-11-07T02:29:59Z", "2010-11-06T23:59:59", "2010-11-06T23:59:59"),
        ("2010-11-07T02:30:30Z", "2010-11-07T00:00:30", "2010-11-07T00:00:30"),
        ("2010-11-07T02:31:30Z", "2010-11-06T23:01:30", "2010-11-07T00:00:59.999999999"),
        ("2010-11-07T03:30:30Z", "2010-11-07T00:00:30", "2010-11-07T00:00:59.999999999"),
        ("2010-11-07T03:31:00Z", "2010-11-07T00:01:00", "2010-11-07T00:01:00"),
    ] {
        assert_eq!(stjohns.local(at(instant)), local.parse().unwrap(), "{instant}");
        assert_eq!(stjohns.furthest(at(instant)), furthest.parse().unwrap(), "{instant}");
    }
}

#[test]
fn months_clamp_to_the_last_day() {
    for (from, months, to) in [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-31", 2, "2026-03-31"),
        ("2026-05-31", 1, "2026-06-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2024-02-29", 48, "2028-02-29"),
        ("2024-02-29", -12, "2023-02-28"),
        ("1996-02-29", 12 * 104, "2100-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-01-15", 0, "2026-01-15"),
    ] {
        assert_eq!(add_months(date(from), months), date(to), "{from} {months:+}");
    }
    assert_eq!(add_months(date("2026-01-31"), i32::MAX), NaiveDate::MAX);
    assert_eq!(add_months(date("2026-01-31"), i32::MIN), NaiveDate::MIN);
}

#[test]
fn a_leap_days_anniversary_returns_to_the_29th() {
    for (anchor, day, last, next) in [
        ("2024-02-29", "2024-02-29", Some("2024-02-29"), "2025-02-28"),
        ("2024-02-29", "2025-02-27", Some("2024-02-29"), "2025-02-28"),
        ("2024-02-29", "2025-02-28", Some("2025-02-28"), "2026-02-28"),
        ("2024-02-29", "2028-02-28", Some("2027-02-28"), "2028-02-29"),
        ("2024-02-29", "2028-02-29", Some("2028-02-29"), "2029-02-28"),
        ("2020-07-15", "2026-07-14", Some("2025-07-15"), "2026-07-15"),
        ("2020-07-15", "2026-07-15", Some("2026-07-15"), "2027-07-15"),
        ("2020-07-15", "2020-07-14", None, "2020-07-15"),
        ("2020-07-15", "1999-01-01", None, "2020-07-15"),
    ] {
        let (anchor, day) = (date(anchor), date(day));
        assert_eq!(last_anniversary(anchor, day), last.map(date), "{anchor} {day}");
        assert_eq!(next_anniversary(anchor, day), Some(date(next)), "{anchor} {day}");
    }
    assert_eq!(next_anniversary(date("2024-02-29"), NaiveDate::MAX), None);
    assert_eq!(last_anniversary(NaiveDate::MAX, NaiveDate::MIN), None);
}

#[test]
fn a_span_is_counted_on_the_wall_from_days_up() {
    for (name, from, length, after, before) in [
        ("Europe/Brussels", "2026-03-28T11:00", "1d", "2026-03-29T10:00", "2026-03-27T11:00"),
        ("Europe/Brussels", "2026-03-28T11:00", "24h", "2026-03-29T11:00", "2026-03-27T11:00"),
        ("Europe/Brussels", "2026-03-28T01:30", "1d", "2026-03-29T01:00", "2026-03-27T01:30"),
        ("Europe/Brussels", "2026-10-24T00:30", "1d", "2026-10-25T00:30", "2026-10-23T00:30"),
        ("Europe/Brussels", "2026-10-25T00:30", "90min", "2026-10-25T02:00", "2026-10-24T23:00"),
        ("Europe/Brussels", "2026-01-31T09:00", "1mo", "2026-02-28T09:00", "2025-12-31T09:00"),
        ("Europe/Brussels", "2026-01-30T23:30", "1mo", "2026-02-27T23:30", "2025-12-30T23:30"),
        ("Europe/Brussels", "2024-02-29T09:00", "1y", "2025-02-28T09:00", "2023-02-28T09:00"),
        ("Europe/Brussels", "2026-02-25T12:00", "6mo", "2026-08-25T11:00", "2025-08-25T11:00"),
        ("Europe/Brussels", "2026-03-22T01:30", "1w", "2026-03-29T01:00", "2026-03-15T01:30"),
        ("America/New_York", "2026-10-25T05:30", "1w", "2026-11-01T05:30", "2026-10-18T05:30"),
        ("America/Sao_Paulo", "2018-11-03T03:15", "1d", "2018-11-04T03:00", "2018-11-02T03:15"),
        ("Pacific/Apia", "2011-12-29T20:00", "1d", "2011-12-30T10:00", "2011-12-28T20:00"),
        ("Pacific/Apia", "2011-12-29T20:00", "2d", "2011-12-30T20:00", "2011-12-27T20:00"),
        ("Asia/Kathmandu", "2026-05-31T18:30", "1mo", "2026-06-30T18:30", "2026-04-30T18:30"),
        ("Australia/Lord_Howe", "2026-10-03T15:15", "1d", "2026-10-04T14:45", "2026-10-02T15:15"),
        ("UTC", "2026-12-31T23:59", "2mo", "2027-02-28T23:59", "2026-10-31T23:59"),
    ] {
        let utc = |minute: &str| at(&format!("{minute}:00Z"));
        let (length, zone) = (span(length), zone(name));
        assert_eq!(length.after(utc(from), &zone), utc(after), "{name} {from} + {length}");
        assert_eq!(length.before(utc(from), &zone), utc(before), "{name} {from} - {length}");
    }
}

#[test]
fn a_period_knows_where_it_and_its_neighbors_begin() {
    for (period, day, previous, start, next) in [
        (Period::Day, "2026-03-01", "2026-02-28", "2026-03-01", "2026-03-02"),
        (Period::Week, "2026-01-01", "2025-12-22", "2025-12-29", "2026-01-05"),
        (Period::Week, "2025-12-29", "2025-12-22", "2025-12-29", "2026-01-05"),
        (Period::Week, "2026-01-04", "2025-12-22", "2025-12-29", "2026-01-05"),
        (Period::Month, "2026-03-31", "2026-02-01", "2026-03-01", "2026-04-01"),
        (Period::Quarter, "2026-03-31", "2025-10-01", "2026-01-01", "2026-04-01"),
        (Period::Quarter, "2026-12-31", "2026-07-01", "2026-10-01", "2027-01-01"),
        (Period::Year, "2026-12-31", "2025-01-01", "2026-01-01", "2027-01-01"),
    ] {
        let day = date(day);
        assert_eq!(period.previous_start(day), date(previous), "{period:?} {day}");
        assert_eq!(period.start(day), date(start), "{period:?} {day}");
        assert_eq!(period.next_start(day), date(next), "{period:?} {day}");
    }
}

#[test]
fn a_window_is_what_its_name_says() {
    let (as_of, anchor) = (at("2026-07-15T12:00:00Z"), date("2020-07-15"));
    let now = "2026-07-15T12:00:00Z";
    for (text, first, last) in [
        ("90min", "2026-07-15T10:30:00.000000001Z", now),
        ("12h", "2026-07-15T00:00:00.000000001Z", now),
        ("90d", "2026-04-16T12:00:00.000000001Z", now),
        ("2w", "2026-07-01T12:00:00.000000001Z", now),
        ("6mo", "2026-01-15T13:00:00.000000001Z", now), // 14:00 in Brussels, then 1 h from UTC
        ("1y", "2025-07-15T12:00:00.000000001Z", now),
        ("today", "2026-07-14T22:00:00Z", now),
        ("this_week", "2026-07-12T22:00:00Z", now),
        ("this_month", "2026-06-30T22:00:00Z", now),
        ("this_quarter", "2026-06-30T22:00:00Z", now),
        ("this_year", "2025-12-31T23:00:00Z", now),
        ("yesterday", "2026-07-13T22:00:00Z", "2026-07-14T21:59:59.999999999Z"),
        ("last_week", "2026-07-05T22:00:00Z", "2026-07-12T21:59:59.999999999Z"),
        ("last_month", "2026-05-31T22:00:00Z", "2026-06-30T21:59:59.999999999Z"),
        ("last_quarter", "2026-03-31T22:00:00Z", "2026-06-30T21:59:59.999999999Z"),
        ("last_year", "2024-12-31T23:00:00Z", "2025-12-31T22:59:59.999999999Z"),
        ("membership_year", "2026-07-14T22:00:00Z", now),
    ] {
        let found = window(text).interval(as_of, &zone("Europe/Brussels"), Some(anchor));
        assert_eq!(found, Some(Interval { first: at(first), last: at(last) }), "{text}");
    }
    let lifetime = window("lifetime").interval(as_of, &Zone::UTC, None).unwrap();
    assert!(lifetime.contains(DateTime::<Utc>::MIN_UTC) && lifetime.contains(as_of));
    assert!(!lifetime.contains(DateTime::<Utc>::MAX_UTC));
}

#[test]
fn a_membership_year_needs_a_membership() {
    let (year, as_of) = (window("membership_year"), at("2026-07-15T12:00:00Z"));
    assert_eq!(year.interval(as_of, &Zone::UTC, None), None);
    assert_eq!(year.interval(as_of, &Zone::UTC, Some(date("2026-07-16"))), None);
    assert!(year.interval(as_of, &Zone::UTC, Some(date("2026-07-15"))).is_some());
}

#[test]
fn a_window_of_months_waits_for_days_that_a_month_lacks() {
    for (as_of, first) in [
        ("2026-03-28T23:00:00Z", "2026-02-28T23:00:00.000000001Z"),
        ("2026-03-29T01:00:00Z", "2026-03-01T00:00:00Z"),
        ("2026-03-31T23:00:00Z", "2026-03-01T00:00:00Z"),
        ("2026-04-01T01:00:00Z", "2026-03-01T01:00:00.000000001Z"),
    ] {
        let found = window("1mo").interval(at(as_of), &Zone::UTC, None).unwrap();
        assert_eq!(found.first, at(first), "{as_of}");
    }
    // Where a day was skipped, the one that the month lacks still comes after the whole month.
    let found = window("1mo").interval(at("2011-12-30T20:00:00Z"), &zone("Pacific/Apia"), None);
    assert_eq!(found.unwrap().first, at("2011-12-01T10:00:00Z"));
}

#[test]
fn an_event_enters_and_leaves_at_the_instant_told() {
    let brussels = zone("Europe/Brussels");
    for (text, event, as_of, change) in [
        ("90d", "2026-01-01T09:00:00Z", "2026-02-01T00:00:00Z", Some("2026-04-01T08:00:00Z")),
        ("90d", "2026-01-01T09:00:00Z", "2026-04-01T08:00:00Z", None),
        ("90d", "2026-01-01T09:00:00Z", "2025-01-01T00:00:00Z", Some("2026-01-01T09:00:00Z")),
        ("1mo", "2026-01-30T09:00:00Z", "2026-02-01T00:00:00Z", Some("2026-02-28T23:00:00Z")),
        ("1d", "2026-03-28T01:30:00Z", "2026-03-28T01:30:00Z", Some("2026-03-29T01:00:00Z")),
        ("1d", "2026-10-24T00:30:00Z", "2026-10-24T00:30:00Z", Some("2026-10-25T00:30:00Z")),
        ("1d", "2026-10-25T01:30:00Z", "2026-10-25T01:30:00Z", Some("2026-10-26T02:00:00Z")),
        ("today", "2026-03-29T00:30:00Z", "2026-03-29T05:00:00Z", Some("2026-03-29T22:00:00Z")),
        (
            "last_month",
            "2026-03-05T00:00:00Z",
            "2026-03-09T00:00:00Z",
            Some("2026-03-31T22:00:00Z"),
        ),
        (
            "last_month",
            "2026-03-05T00:00:00Z",
            "2026-03-31T22:00:00Z",
            Some("2026-04-30T22:00:00Z"),
        ),
        ("last_month", "2026-03-05T00:00:00Z", "2026-04-30T22:00:00Z", None),
        (
            "membership_year",
            "2026-01-05T00:00:00Z",
            "2026-02-01T00:00:00Z",
            Some("2026-02-27T23:00:00Z"),
        ),
        ("membership_year", "2024-02-01T00:00:00Z", "2024-02-15T00:00:00Z", None),
        ("lifetime", "2026-01-05T00:00:00Z", "2026-02-01T00:00:00Z", None),
        ("lifetime", "2026-01-05T00:00:00Z", "2026-01-01T00:00:00Z", Some("2026-01-05T00:00:00Z")),
    ] {
        let anchor = Some(date("2024-02-29"));
        let found = window(text).next_change(at(event), at(as_of), &brussels, anchor);
        assert_eq!(found, change.map(at), "{text}: {event} as of {as_of}");
    }
}

#[test]
fn an_event_is_inside_at_least_at_its_own_instant() {
    // A day before 31 December 0:00 is in the day that was skipped, which ended then and there.
    let (apia, midnight) = (zone("Pacific/Apia"), at("2011-12-30T10:00:00Z"));
    let found = window("1d").interval(midnight, &apia, None).unwrap();
    assert!(found.contains(midnight));
    let change = window("1d").next_change(midnight, midnight, &apia, None);
    assert_eq!(change, Some(at("2011-12-30T10:00:00.000000001Z")));
}

#[test]
fn a_day_that_has_begun_does_not_end_when_the_clock_is_set_back_over_midnight() {
    let (stjohns, as_of) = (zone("America/St_Johns"), at("2010-11-07T02:31:30Z"));
    assert_eq!(stjohns.date(as_of), date("2010-11-06"));
    let today = window("today").interval(as_of, &stjohns, None).unwrap();
    assert_eq!(today, Interval { first: at("2010-11-07T02:30:00Z"), last: as_of });
}

#[test]
fn a_leap_second_belongs_to_the_second_before_it() {
    let (leap, kept) = (at("2016-12-31T23:59:60.5Z"), at("2016-12-31T23:59:59.999999999Z"));
    assert_ne!(leap, kept);
    assert_eq!(without_leap_second(leap), kept);
    assert_eq!(Zone::UTC.date(leap), date("2016-12-31"));
    let last_year = window("last_year").interval(at("2017-02-01T00:00:00Z"), &Zone::UTC, None);
    assert!(last_year.unwrap().contains(leap));
    for text in ["1min", "1d", "1mo", "today", "lifetime"] {
        let found = window(text).interval(leap, &Zone::UTC, None);
        assert_eq!(found, window(text).interval(kept, &Zone::UTC, None), "{text}");
    }
}

#[test]
fn a_skipped_day_is_no_yesterday() {
    let (apia, as_of) = (zone("Pacific/Apia"), at("2011-12-30T20:00:00Z")); // 31 December there
    let yesterday = window("yesterday").interval(as_of, &apia, None).unwrap();
    assert_eq!(yesterday.first, at("2011-12-29T10:00:00Z"));
    assert_eq!(yesterday.last, at("2011-12-30T09:59:59.999999999Z"));
}

#[test]
fn windows_contain_their_last_instant_also_where_the_calendar_begins() {
    let anchor = Some(NaiveDate::MIN);
    for name in ["America/New_York", "Europe/Brussels", "UTC"] {
        for hours in 0..8 {
            let as_of = DateTime::<Utc>::MIN_UTC + chrono::TimeDelta::hours(hours);
            let all = window::NAMED.map(|(_, window)| window).into_iter().chain([window("90d")]);
            for window in all.filter(|window| !matches!(window, Window::Previous(_))) {
                let found = window.interval(as_of, &zone(name), anchor);
                assert!(found.is_none_or(|found| found.contains(as_of)), "{window} {name} {as_of}");
            }
        }
    }
}

#[test]
fn text_and_value_are_the_same_thing() {
    for text in ["30min", "12h", "90d", "2w", "6mo", "1y", "100000d"] {
        assert_eq!(span(text).to_string(), text);
        assert_eq!(window(text), Window::Rolling(span(text)));
        assert_eq!(window(text).to_string(), text);
    }
    for (text, named) in window::NAMED {
        assert_eq!(window(text), named);
        assert_eq!(named.to_string(), text);
    }
    let written = r#"["Europe/Brussels","90d","last_month","quarter"]"#;
    let read: (Zone, Span, Window, Period) = serde_json::from_str(written).unwrap();
    assert_eq!(read.0, zone("Europe/Brussels"));
    assert_eq!(serde_json::to_string(&read).unwrap(), written);
}

#[test]
fn text_that_means_nothing_is_refused_with_its_reason() {
    for text in
        ["", "90", "d", "-1d", "+1d", "1.5d", "1 d", " 1d", "090d", "1D", "1m", "٣d", "1d\u{301}"]
    {
        let no_span = format!("`{text}` is no span of time: ");
        assert!(text.parse::<Span>().unwrap_err().to_string().starts_with(&no_span), "{text}");
        let no_window = format!("`{text}` is no window: ");
        assert!(text.parse::<Window>().unwrap_err().to_string().starts_with(&no_window), "{text}");
    }
    for text in ["0d", "0min", "100001d", "99999999999d", "184467440737095516160mo"] {
        let reason = format!("`{text}` is out of range: a span counts 1 to 100000 units");
        assert_eq!(text.parse::<Span>().unwrap_err().to_string(), reason);
        assert_eq!(text.parse::<Window>().unwrap_err().to_string(), reason);
    }
    let zero = Span::new(0, Unit::Week).unwrap_err().to_string();
    assert_eq!(zero, "`0w` is out of range: a span counts 1 to 100000 units");
    let zone = Zone::from_name("Brussels").unwrap_err().to_string();
    assert_eq!(zone, "`Brussels` is no time zone: write its IANA name, like `Europe/Brussels`");
    let long = "x".repeat(1_000_000);
    assert!(long.parse::<Window>().unwrap_err().to_string().len() < 400);
    assert!(serde_json::from_str::<Window>("90").is_err());
}
