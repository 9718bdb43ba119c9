//! The clock on a customer's wall, wherever they have lived.

use chrono::{DateTime, NaiveDate, Utc};

use super::Past;
use super::past::Course;
use crate::calendar::{Period, Zone};
use crate::rule::Value;

/// The attribute that names a customer's time zone.
const TIME_ZONE: &str = "time_zone";

/// The dates on a customer's wall: those of the time zone in which they lived at each instant.
///
/// That is what the attribute `time_zone` names, and the program's zone where it names none. Where
/// a zone's clock is set back past midnight, the day that has begun goes on.
pub(super) struct Clock {
    /// From when until when which zone was in force; the first from ever, the last for good.
    stretches: Vec<(DateTime<Utc>, DateTime<Utc>, Zone)>,
    program: Zone,
}

/// The leaves of a calendar, looked up for instants of which most are near the one before.
pub(super) struct Pages<'c> {
    clock: &'c Clock,
    every: Period,
    /// The last leaf: from when until when which period is on it.
    open: Option<(DateTime<Utc>, DateTime<Utc>, NaiveDate)>,
}

impl Clock {
    /// That of somebody who always lives in one zone.
    pub(super) fn fixed(zone: Zone) -> Self {
        Self { stretches: Vec::new(), program: zone }
    }

    /// The calendar of these periods.
    pub(super) const fn pages(&self, every: Period) -> Pages<'_> {
        Pages { clock: self, every, open: None }
    }

    pub(super) fn of(past: &Past<'_>) -> Self {
        let program = *past.zone();
        let course: Course<'_> = past.course(TIME_ZONE);
        let zone = |value: Option<&Value>| match value {
            Some(Value::Text(name)) => Zone::from_name(name.as_str()).unwrap_or(program),
            _ => program,
        };
        let stretches = course.stretches().map(|(from, until, value)| (from, until, zone(value)));
        Self { stretches: stretches.collect(), program }
    }

    /// The zone in force at an instant.
    pub(super) fn zone(&self, at: DateTime<Utc>) -> Zone {
        let passed = self.stretches.partition_point(|(from, ..)| *from <= at);
        let last = passed.checked_sub(1).and_then(|last| self.stretches.get(last));
        last.map_or(self.program, |(_, _, zone)| *zone)
    }

    /// The date on the wall at an instant.
    pub(super) fn date(&self, at: DateTime<Utc>) -> NaiveDate {
        self.zone(at).furthest(at).date()
    }

    /// Whether there was an instant of the period that begins on `start`.
    ///
    /// A day is skipped where a zone skips it, as Samoa did in 2011, and where the customer moved
    /// across the date line.
    pub(super) fn has(&self, start: NaiveDate, every: Period) -> bool {
        let end = every.next_start(start);
        self.stretches.iter().any(|(from, until, zone)| {
            (*from).max(zone.start_of_day(start)) < (*until).min(zone.start_of_day(end))
        })
    }
}

impl Pages<'_> {
    /// The first day of the period in which an instant is.
    pub(super) fn start(&mut self, at: DateTime<Utc>) -> NaiveDate {
        if let Some((from, until, start)) = self.open
            && from <= at
            && at < until
        {
            return start;
        }
        let Clock { stretches, program } = self.clock;
        let ever = (DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, *program);
        let passed = stretches.partition_point(|(from, ..)| *from <= at);
        let last = passed.checked_sub(1).and_then(|last| stretches.get(last));
        let (from, until, zone) = *last.unwrap_or(&ever);
        let start = self.every.start(zone.furthest(at).date());
        let ends = zone.start_of_day(self.every.next_start(start));
        self.open = Some((from.max(zone.start_of_day(start)), until.min(ends), start));
        start
    }
}
