//! Time zones: what the clock on the wall shows, and when it shows it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::{CalendarError, just_before, quoted, without_leap_second};

/// The time zone in which a program's days begin and end.
///
/// In JSON it is its IANA name, such as `"Europe/Brussels"`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// UTC.
impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl Zone {
    /// Coordinated universal time, whose clock is never changed.
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone that the IANA database knows as `name`, in its spelling.
    ///
    /// # Errors
    /// [`CalendarError::UnknownZone`] if there is none.
    pub fn from_name(name: &str) -> Result<Self, CalendarError> {
        name.parse().map(Self).map_err(|_| CalendarError::UnknownZone { name: quoted(name) })
    }

    /// Its name in the IANA database.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// What the clock on the wall shows at `at`.
    #[must_use]
    pub fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        let at = without_leap_second(at);
        plus_offset(at, self.offset(at))
    }

    /// The date on the wall at `at`.
    #[must_use]
    pub fn date(self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// The first instant at which the clock on the wall shows `wall` or has gone past it.
    ///
    /// Where the clock is set back and shows a time twice, that is the earlier of the two; where it
    /// is set forward and never shows it, that is the first instant after the gap.
    ///
    /// ```
    /// use chrono::{DateTime, NaiveDateTime, Utc};
    /// use loyalty::calendar::Zone;
    ///
    /// let brussels = Zone::from_name("Europe/Brussels")?;
    /// let twice: NaiveDateTime = "2026-10-25T02:30:00".parse()?;
    /// assert_eq!(brussels.instant(twice), "2026-10-25T00:30:00Z".parse::<DateTime<Utc>>()?);
    /// let never: NaiveDateTime = "2026-03-29T02:30:00".parse()?;
    /// assert_eq!(brussels.instant(never), "2026-03-29T01:00:00Z".parse::<DateTime<Utc>>()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn instant(self, wall: NaiveDateTime) -> DateTime<Utc> {
        let as_utc = without_leap_second(wall.and_utc());
        if self == Self::UTC {
            return as_utc;
        }
        let wall = as_utc.naive_utc();
        match self.0.offset_from_local_datetime(&wall).earliest() {
            Some(offset) => minus_offset(wall, offset.fix().local_minus_utc()),
            None => {
                let (low, high) = (minus_offset(wall, EAST), minus_offset(wall, WEST));
                first_second(low, high, |at| self.local(at) >= wall)
            }
        }
    }

    /// The first instant of `date`, which is not midnight where the clock skips midnight.
    ///
    /// A date that the zone skipped altogether begins when the next one does.
    #[must_use]
    pub fn start_of_day(self, date: NaiveDate) -> DateTime<Utc> {
        self.instant(date.and_time(NaiveTime::MIN))
    }

    /// The furthest that the clock on the wall has got up to `at`.
    ///
    /// That is what it shows, except after it was set back: then it is the last time it showed
    /// before, until it gets there again. Unlike [`Zone::local`] this never goes back, and
    /// `zone.instant(wall) <= at` exactly if `wall <= zone.furthest(at)`.
    pub(crate) fn furthest(self, at: DateTime<Utc>) -> NaiveDateTime {
        let wall = self.local(at);
        if self == Self::UTC {
            return wall;
        }
        let earlier = self.instant(wall);
        if earlier >= at {
            return wall;
        }
        let before = self.offset(earlier);
        let set_back = first_second(earlier, at, |later| self.offset(later) != before);
        plus_offset(just_before(set_back), before)
    }

    /// How many seconds the clock on the wall is ahead of UTC at `at`.
    fn offset(self, at: DateTime<Utc>) -> i32 {
        if self == Self::UTC {
            return 0;
        }
        self.0.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc()
    }
}

/// More than any zone has ever been ahead of UTC, and behind it, in seconds.
const EAST: i32 = 26 * 3_600;
const WEST: i32 = -EAST;

/// `at` as shown by a clock that is `offset` seconds ahead, within chrono's calendar.
fn plus_offset(at: DateTime<Utc>, offset: i32) -> NaiveDateTime {
    let limit = if offset < 0 { NaiveDateTime::MIN } else { NaiveDateTime::MAX };
    at.naive_utc().checked_add_signed(TimeDelta::seconds(offset.into())).unwrap_or(limit)
}

/// When a clock that is `offset` seconds ahead shows `wall`, within chrono's calendar.
fn minus_offset(wall: NaiveDateTime, offset: i32) -> DateTime<Utc> {
    plus_offset(wall.and_utc(), offset.saturating_neg()).and_utc()
}

/// The first whole second after `low`, up to `high`, at which `holds`, which then keeps holding.
///
/// Clocks are changed on whole seconds.
fn first_second(
    low: DateTime<Utc>,
    high: DateTime<Utc>,
    holds: impl Fn(DateTime<Utc>) -> bool,
) -> DateTime<Utc> {
    let (mut low, mut high) = (low.timestamp(), high.timestamp());
    let second = |timestamp| DateTime::from_timestamp(timestamp, 0).unwrap_or_default();
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if holds(second(middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    second(high)
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Zone({})", self.name())
    }
}

impl FromStr for Zone {
    type Err = CalendarError;

    fn from_str(name: &str) -> Result<Self, CalendarError> {
        Self::from_name(name)
    }
}
