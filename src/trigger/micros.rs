//! Instants and lengths of time as the machine counts them.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Span, Unit, Zone};

/// A moment, in whole microseconds since the start of 1900; from the year 2400 on it is never.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub(super) struct Micros(u64);

const SECOND: u64 = 1_000_000;
const DAY: u64 = 86_400 * SECOND;
/// From the start of 1900 to 1970, in microseconds.
const TO_1970: i64 = 25_567 * 86_400 * 1_000_000;

impl Micros {
    /// Before everything.
    pub(super) const START: Self = Self(0);
    /// The start of the year 2400: nothing happens then or later.
    pub(super) const NEVER: Self = Self(182_621 * DAY);

    pub(super) fn of(at: DateTime<Utc>) -> Self {
        // A leap second is the end of the one before it.
        let within = i64::from(at.timestamp_subsec_micros()).min(SECOND as i64 - 1);
        let micros = at.timestamp() * SECOND as i64 + within + TO_1970;
        Self(u64::try_from(micros).unwrap_or(0)).min(Self::NEVER)
    }

    pub(super) fn at(self) -> DateTime<Utc> {
        let micros = i64::try_from(self.0).unwrap_or(i64::MAX).saturating_sub(TO_1970);
        DateTime::from_timestamp_micros(micros).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    pub(super) fn is_start(&self) -> bool {
        *self == Self::START
    }

    pub(super) const fn number(self) -> u64 {
        self.0
    }

    pub(super) fn plus(self, micros: u64) -> Self {
        Self(self.0.saturating_add(micros)).min(Self::NEVER)
    }

    pub(super) const fn minus(self, micros: u64) -> Self {
        Self(self.0.saturating_sub(micros))
    }
}

/// Finds out when moments are, faster for one of the day of the last one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Days {
    /// The day, counted from the start of 1900, and its date.
    last: Option<(u64, NaiveDate)>,
}

impl Days {
    pub(super) fn at(&mut self, moment: Micros) -> DateTime<Utc> {
        let (day, within) = (moment.0 / DAY, moment.0 % DAY);
        let date = match self.last {
            Some((last, date)) if last == day => date,
            _ => {
                let date = moment.at().date_naive();
                self.last = Some((day, date));
                date
            }
        };
        let (second, rest) = ((within / SECOND) as u32, (within % SECOND) as u32);
        let time = NaiveTime::from_num_seconds_from_midnight_opt(second, rest * 1_000);
        time.map_or_else(|| moment.at(), |time| date.and_time(time).and_utc())
    }
}

/// A span, ready to be counted from moments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    /// So many microseconds, whatever the clock on the wall does.
    Exact(u64),
    /// Counted on the wall of a zone.
    OnWall(Span, Zone),
}

impl Length {
    pub(super) fn of(span: Span, zone: Zone) -> Self {
        match span.unit() {
            Unit::Minute | Unit::Hour => Self::Exact(longest(span)),
            Unit::Day | Unit::Week if zone == Zone::UTC => Self::Exact(longest(span)),
            _ => Self::OnWall(span, zone),
        }
    }

    #[inline]
    pub(super) fn after(self, at: Micros) -> Micros {
        match self {
            Self::Exact(micros) => at.plus(micros),
            Self::OnWall(span, zone) => Micros::of(span.after(at.at(), &zone)),
        }
    }

    /// No moment after another one by this length is further away.
    pub(super) fn longest(self) -> u64 {
        match self {
            Self::Exact(micros) => micros,
            // Clocks are never changed by more than a day.
            Self::OnWall(span, _) => longest(span).saturating_add(DAY),
        }
    }
}

/// So many microseconds at most, if days have 24 hours.
pub(super) fn longest(span: Span) -> u64 {
    let unit = match span.unit() {
        Unit::Minute => 60 * SECOND,
        Unit::Hour => 3_600 * SECOND,
        Unit::Day => DAY,
        Unit::Week => 7 * DAY,
        Unit::Month => 31 * DAY,
        Unit::Year => 366 * DAY,
    };
    u64::from(span.count()).saturating_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_microseconds_between_1900_and_2400() {
        let moment = |text: &str| Micros::of(text.parse().unwrap());
        assert_eq!(moment("1900-01-01T00:00:00Z"), Micros::START);
        assert_eq!(moment("1899-12-31T23:59:59Z"), Micros::START);
        assert_eq!(moment("2400-01-01T00:00:00Z"), Micros::NEVER);
        assert_eq!(Micros::of(DateTime::<Utc>::MAX_UTC), Micros::NEVER);
        assert_eq!(moment("2016-12-31T23:59:60.5Z"), moment("2016-12-31T23:59:59.999999Z"));
        let now = moment("2026-03-29T01:00:00.123456789Z");
        assert_eq!(now.at().to_rfc3339(), "2026-03-29T01:00:00.123456+00:00");
    }

    #[test]
    fn days_are_told_as_each_moment_alone() {
        let mut days = Days::default();
        let moments = [0, 1, DAY - 1, DAY, DAY + 1, 46_000 * DAY - 1, 46_000 * DAY, 5, DAY - 1];
        for moment in moments.map(Micros).into_iter().chain([Micros::NEVER]) {
            assert_eq!(days.at(moment), moment.at());
        }
    }

    #[test]
    fn days_are_counted_on_the_wall_and_hours_are_not() {
        let brussels = Zone::from_name("Europe/Brussels").unwrap();
        let length = |span: &str| Length::of(span.parse().unwrap(), brussels);
        let before = Micros::of("2026-03-28T11:00:00Z".parse().unwrap());
        let after = |span: &str| length(span).after(before).at().to_rfc3339();
        assert_eq!(after("1d"), "2026-03-29T10:00:00+00:00");
        assert_eq!(after("24h"), "2026-03-29T11:00:00+00:00");
        assert_eq!(length("100000y").after(before), Micros::NEVER);
        assert!(length("1d").after(before) <= before.plus(length("1d").longest()));
    }
}
