//! Laws of the calendar, held against brute force around changes of clocks and ends of months.

use chrono::{Days, NaiveTime, TimeDelta, TimeZone};
use proptest::prelude::*;

use super::*;

/// Instants at or near which something unusual happens.
const SCENES: [(&str, &str); 13] = [
    ("UTC", "2026-03-01T00:00:00Z"),
    ("UTC", "2024-02-29T12:00:00Z"),
    ("Europe/Brussels", "2026-03-29T01:00:00Z"),
    ("Europe/Brussels", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-11-01T06:00:00Z"),
    ("America/Sao_Paulo", "2018-02-18T02:00:00Z"), // set back at midnight
    ("America/Sao_Paulo", "2018-11-04T03:00:00Z"), // skips midnight
    ("America/St_Johns", "2010-11-07T02:31:00Z"),  // set back over midnight
    ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"), // set back half an hour
    ("Asia/Kathmandu", "1985-12-31T18:30:00Z"),    // set forward a quarter of an hour
    ("Pacific/Apia", "2011-12-30T10:00:00Z"),      // skips a day
    ("Pacific/Kwajalein", "1969-09-30T13:00:00Z"), // has a day twice, nearly
    ("Pacific/Kwajalein", "1993-08-21T12:00:00Z"), // skips a day
];

const SPANS: [&str; 11] =
    ["90min", "24h", "1d", "2d", "30d", "1w", "1mo", "2mo", "3mo", "12mo", "1y"];

fn windows() -> impl Iterator<Item = Window> {
    SPANS.into_iter().map(window).chain(window::NAMED.map(|(_, named)| named))
}

fn scenes() -> impl Iterator<Item = (Zone, DateTime<Utc>)> {
    SCENES.into_iter().map(|(name, instant)| (zone(name), at(instant)))
}

/// Each quarter of an hour from `before` days before to `after` days after `center`, and the
/// instant right before it.
fn ticks(center: DateTime<Utc>, before: i64, after: i64) -> impl Iterator<Item = DateTime<Utc>> {
    (-before * 96..after * 96).flat_map(move |quarters| {
        let tick = center + TimeDelta::minutes(quarters * 15);
        [just_before(tick), tick]
    })
}

/// What `chrono-tz` says the clock shows.
fn shown(zone: Zone, at: DateTime<Utc>) -> NaiveDateTime {
    zone.name().parse::<chrono_tz::Tz>().unwrap().from_utc_datetime(&at.naive_utc()).naive_local()
}

#[test]
fn the_clock_on_the_wall_is_that_of_the_time_zone_database() {
    for (zone, center) in scenes() {
        let mut furthest = NaiveDateTime::MIN;
        for tick in ticks(center, 2, 2) {
            let local = shown(zone, tick);
            assert_eq!(zone.local(tick), local, "{zone} {tick}");
            if local > furthest {
                assert_eq!(zone.instant(local), tick, "{zone} {local}");
            }
            furthest = furthest.max(local);
            // The day before is too short to know what was shown before a day that is there twice.
            if tick >= center - TimeDelta::days(1) {
                assert_eq!(zone.furthest(tick), furthest, "{zone} {tick}");
            }
        }
    }
}

#[test]
fn a_wall_time_that_is_never_shown_is_reached_when_the_clock_jumps_past_it() {
    for (zone, center) in scenes() {
        let (before, after) = (shown(zone, just_before(center)), shown(zone, center));
        let skipped = (1..96).map(|quarters| before + TimeDelta::minutes(15 * quarters));
        for wall in skipped.take_while(|wall| *wall <= after) {
            assert_eq!(zone.instant(wall), center, "{zone} {wall}");
        }
    }
}

#[test]
fn a_rolling_window_begins_where_its_span_has_been_furthest() {
    for (zone, center) in scenes() {
        for span in SPANS.map(span) {
            if zone.name() == "Pacific/Apia" && span.unit() == Unit::Month {
                continue; // It skips 30 December, so no day there is a month after 30 November.
            }
            let mut furthest = DateTime::<Utc>::MIN_UTC;
            for tick in ticks(center, 2, 7) {
                furthest = furthest.max(span.before(tick, &zone));
                let found = Window::Rolling(span).interval(tick, &zone, None).unwrap();
                if tick >= center - TimeDelta::days(1) {
                    let first = just_after(furthest).min(tick);
                    assert_eq!(found, Interval { first, last: tick }, "{span} {zone}");
                }
            }
        }
    }
}

prop_compose! {
    /// An instant up to 70 days from a scene, often on a round time, or right before or after.
    fn near(center: DateTime<Utc>)(
        quarters in prop_oneof![-70_i64 * 96..70 * 96, -110_i64..110],
        odd_minutes in prop_oneof![4 => Just(0_i64), 1 => 1_i64..15],
        nanoseconds in -1_i64..=1,
    ) -> DateTime<Utc> {
        let minutes = TimeDelta::minutes(quarters * 15 + odd_minutes);
        center + minutes + TimeDelta::nanoseconds(nanoseconds)
    }
}

prop_compose! {
    /// A zone and two instants, in order, near a scene in it.
    fn two_instants()(scene in prop::sample::select(SCENES.to_vec()))(
        zone in Just(zone(scene.0)),
        one in near(at(scene.1)),
        other in near(at(scene.1)),
    ) -> (Zone, DateTime<Utc>, DateTime<Utc>) {
        (zone, one.min(other), one.max(other))
    }
}

fn any_window() -> impl Strategy<Value = Window> {
    prop::sample::select(windows().collect::<Vec<_>>())
}

fn any_anchor() -> impl Strategy<Value = Option<NaiveDate>> {
    prop_oneof![
        Just(Some(date("1968-02-29"))),
        (0_u64..25_000).prop_map(|days| date("1960-01-01").checked_add_days(Days::new(days))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_window_only_moves_forwards(
        (zone, earlier, later) in two_instants(),
        window in any_window(),
        anchor in any_anchor(),
    ) {
        let interval = |as_of| window.interval(as_of, &zone, anchor);
        if let Some(before) = interval(earlier) {
            let after = interval(later);
            prop_assert!(after.is_some_and(|after| before.first <= after.first));
            prop_assert!(after.is_some_and(|after| before.last <= after.last));
            prop_assert!(before.first <= before.last);
            prop_assert!(before.contains(earlier) || matches!(window, Window::Previous(_)));
        }
    }

    #[test]
    fn the_next_change_is_the_first_there_is(
        (zone, one, other) in two_instants(),
        order in prop::bool::ANY,
        window in any_window(),
        anchor in any_anchor(),
    ) {
        let (event, as_of) = if order { (one, other) } else { (other, one) };
        let inside = |as_of| {
            window.interval(as_of, &zone, anchor).is_some_and(|interval| interval.contains(event))
        };
        let change = window.next_change(event, as_of, &zone, anchor);
        if let Some(change) = change {
            prop_assert!(as_of < change);
            prop_assert_eq!(inside(just_before(change)), inside(as_of), "just before {}", change);
            prop_assert_ne!(inside(change), inside(as_of), "at {}", change);
        }
        let limit = change.unwrap_or(DateTime::<Utc>::MAX_UTC);
        for candidate in candidates(event, as_of).filter(|at| as_of < *at && *at < limit) {
            prop_assert_eq!(inside(candidate), inside(as_of), "at {} before {}", candidate, limit);
        }
    }

    #[test]
    fn nothing_is_too_far_away(
        second in prop_oneof![
            DateTime::<Utc>::MIN_UTC.timestamp()..=DateTime::<Utc>::MAX_UTC.timestamp(),
            (0_i64..200_000).prop_map(|more| DateTime::<Utc>::MIN_UTC.timestamp() + more),
            (0_i64..200_000).prop_map(|less| DateTime::<Utc>::MAX_UTC.timestamp() - less),
        ],
        nanosecond in 0_u32..2_000_000_000,
        other in near(at("2026-03-29T01:00:00Z")),
        zone in prop::sample::select(SCENES.map(|(name, _)| zone(name)).to_vec()),
    ) {
        let far = DateTime::from_timestamp(second, 0).unwrap();
        let far = far.with_nanosecond(nanosecond).unwrap_or(far);
        let _ = (zone.instant(zone.local(far)), zone.start_of_day(zone.date(far)));
        for window in windows() {
            for anchor in [None, Some(zone.date(far)), Some(zone.date(other))] {
                for (event, as_of) in [(far, other), (other, far), (far, far)] {
                    let _ = window.interval(as_of, &zone, anchor);
                    let change = window.next_change(event, as_of, &zone, anchor);
                    prop_assert!(change.is_none_or(|change| as_of < change));
                }
            }
        }
        for span in ["100000min", "100000d", "100000y"].map(span) {
            prop_assert!(span.before(far, &zone) <= far && far <= span.after(far, &zone));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text: String, digits in "[0-9]{0,30}(min|h|d|w|mo|y)") {
        for text in [text, digits] {
            let _ = (text.parse::<Zone>(), text.parse::<Window>());
            if let Ok(span) = text.parse::<Span>() {
                prop_assert_eq!(span.to_string(), text);
            }
        }
    }
}

/// Instants at which an event could come or go: quarters of hours soon after `event` and `as_of`,
/// and on each of 500 days midnight and the time of the event.
fn candidates(event: DateTime<Utc>, as_of: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let soon = ticks(event, 0, 3).chain(ticks(as_of, 0, 2));
    let later = (0..500).flat_map(move |day| {
        let (midnight, same) = (as_of - as_of.time().signed_duration_since(NaiveTime::MIN), event);
        [midnight + TimeDelta::days(day), same + TimeDelta::days(day)]
    });
    soon.chain(later)
}
