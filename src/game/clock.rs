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

impl Clock {
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
