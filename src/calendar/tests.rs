//! Tables and laws of the calendar. Expected instants were computed with Python's zoneinfo, or are
//! the definition itself.

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
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-01-15", 0, "2026-01-15"),
    ] {
        assert_eq!(add_months(date(from), months), date(to), "{from} {months:+}");
    }
}

#[test]
fn text_and_value_are_the_same_thing() {
    for text in ["30min", "12h", "90d", "2w", "6mo", "1y", "100000d"] {
        assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        assert_eq!(text.parse::<Window>().unwrap().to_string(), text);
    }
    for (text, window) in window::NAMED {
        assert_eq!(text.parse::<Window>().unwrap(), window);
        assert_eq!(window.to_string(), text);
    }
}
