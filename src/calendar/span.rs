//! Spans of time as people write them: "90d", "6mo", "12h".

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, Months, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{CalendarError, NANOSECOND, Zone, just_before, quoted};

/// What a [`Span`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 60 seconds that pass, whatever the clock on the wall does.
    Minute,
    /// 3,600 seconds that pass, whatever the clock on the wall does.
    Hour,
    /// To the same wall time of the next day, be that 23, 24 or 25 hours away.
    Day,
    /// Seven days.
    Week,
    /// To the same day and wall time of the next month, or to its last day.
    Month,
    /// Twelve months.
    Year,
}

impl Unit {
    const ALL: [Self; 6] =
        [Self::Minute, Self::Hour, Self::Day, Self::Week, Self::Month, Self::Year];

    /// How the unit is written after the count: `min`, `h`, `d`, `w`, `mo` or `y`.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
            Self::Week => "w",
            Self::Month => "mo",
            Self::Year => "y",
        }
    }
}

/// A length of time: how far a window looks back, how long points last.
///
/// In JSON it is its text, such as `"90d"`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    count: u32,
    unit: Unit,
}

impl Span {
    /// The most units that a span counts.
    pub const MAX_COUNT: u32 = 100_000;

    /// `count` times `unit`.
    ///
    /// # Errors
    /// [`CalendarError::SpanOutOfRange`] unless `count` is from 1 to [`Span::MAX_COUNT`].
    pub fn new(count: u32, unit: Unit) -> Result<Self, CalendarError> {
        let span = Self { count, unit };
        if (1..=Self::MAX_COUNT).contains(&count) {
            Ok(span)
        } else {
            Err(CalendarError::SpanOutOfRange { text: span.to_string() })
        }
    }

    /// How many units it counts, at least 1.
    #[must_use]
    pub const fn count(self) -> u32 {
        self.count
    }

    /// What it counts.
    #[must_use]
    pub const fn unit(self) -> Unit {
        self.unit
    }

    /// The instant this span after `at`; chrono's last instant if that is beyond it.
    ///
    /// From days up it is the same wall time in `zone`, as [`Zone::instant`] finds it; from months
    /// up a day that the month lacks becomes its last: a month after 31 January is 28 February.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use loyalty::calendar::{Span, Zone};
    ///
    /// let brussels = Zone::from_name("Europe/Brussels")?;
    /// let at: DateTime<Utc> = "2026-03-28T11:00:00Z".parse()?; // a day before summer time
    /// let (day, hours): (Span, Span) = ("1d".parse()?, "24h".parse()?);
    /// assert_eq!(day.after(at, &brussels).to_rfc3339(), "2026-03-29T10:00:00+00:00");
    /// assert_eq!(hours.after(at, &brussels).to_rfc3339(), "2026-03-29T11:00:00+00:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn after(self, at: DateTime<Utc>, zone: &Zone) -> DateTime<Utc> {
        let clock = self.clock(zone);
        self.later(clock.local(at)).map_or(DateTime::<Utc>::MAX_UTC, |wall| clock.instant(wall))
    }

    /// The instant this span before `at`; chrono's first instant if that is beyond it.
    ///
    /// It counts as [`Span::after`] does. Clamping is no round trip: a month after 31 January is
    /// 28 February, and a month before that is 28 January.
    #[must_use]
    pub fn before(self, at: DateTime<Utc>, zone: &Zone) -> DateTime<Utc> {
        let clock = self.clock(zone);
        self.earlier(clock.local(at)).map_or(DateTime::<Utc>::MIN_UTC, |wall| clock.instant(wall))
    }

    /// The instant right before a rolling window of this span, as it is at `as_of`.
    ///
    /// This is [`Span::before`] where that moves forwards. It moves backwards where the clock is
    /// set back, and where months clamp (a month before 28 March 23:00 is 28 February 23:00; before
    /// 29 March 1:00 it is 28 February 1:00). There the window waits: what it has let go stays out.
    /// `None` if it begins before chrono's calendar.
    pub(super) fn window_start(self, as_of: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let clock = self.clock(zone);
        self.wall_start(clock.furthest(as_of)).map(|wall| clock.instant(wall))
    }

    /// The first instant at which a rolling window of this span begins at or after `at`: when it
    /// lets go of an event. `None` if that is beyond chrono's calendar.
    ///
    /// # Derivation
    /// `start(as_of) >= at` is `instant(wall_start(furthest(as_of))) > before`, with `before` the
    /// instant right before `at`; by what [`Zone::furthest`] says, that is
    /// `wall_start(furthest(as_of)) > furthest(before)`.
    pub(super) fn window_end(self, at: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let clock = self.clock(zone);
        let passed = clock.furthest(just_before(at)).checked_add_signed(NANOSECOND)?;
        self.wall_end(passed).map(|wall| clock.instant(wall))
    }

    /// The wall time this span before `wall`, or the end of the day that a month was clamped to.
    ///
    /// Taking the end makes it monotonic: that day has passed whole before `wall`.
    fn wall_start(self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let start = self.earlier(wall)?;
        if self.clamped(wall, start) {
            midnight_after(start)?.checked_sub_signed(NANOSECOND)
        } else {
            Some(start)
        }
    }

    /// The first wall time whose [`Span::wall_start`] is at or after `wall`.
    ///
    /// A day that the month lacks is reached when the next month begins.
    fn wall_end(self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let end = self.later(wall)?;
        if self.clamped(wall, end) { midnight_after(end) } else { Some(end) }
    }

    /// The clock on which it is counted: on one that is never changed, all time passes alike.
    fn clock(self, zone: &Zone) -> Zone {
        match self.unit {
            Unit::Minute | Unit::Hour => Zone::UTC,
            Unit::Day | Unit::Week | Unit::Month | Unit::Year => *zone,
        }
    }

    /// What its clock shows this span after `wall`, unless that is beyond chrono's calendar.
    fn later(self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let count = self.count;
        match self.unit {
            Unit::Minute => wall.checked_add_signed(TimeDelta::minutes(count.into())),
            Unit::Hour => wall.checked_add_signed(TimeDelta::hours(count.into())),
            Unit::Day => wall.checked_add_days(Days::new(count.into())),
            Unit::Week => wall.checked_add_days(Days::new(u64::from(count) * 7)),
            Unit::Month => wall.checked_add_months(Months::new(count)),
            Unit::Year => wall.checked_add_months(Months::new(count * 12)),
        }
    }

    /// What its clock shows this span before `wall`, unless that is beyond chrono's calendar.
    fn earlier(self, wall: NaiveDateTime) -> Option<NaiveDateTime> {
        let count = self.count;
        match self.unit {
            Unit::Minute => wall.checked_sub_signed(TimeDelta::minutes(count.into())),
            Unit::Hour => wall.checked_sub_signed(TimeDelta::hours(count.into())),
            Unit::Day => wall.checked_sub_days(Days::new(count.into())),
            Unit::Week => wall.checked_sub_days(Days::new(u64::from(count) * 7)),
            Unit::Month => wall.checked_sub_months(Months::new(count)),
            Unit::Year => wall.checked_sub_months(Months::new(count * 12)),
        }
    }

    /// Whether `moved`, which is `wall` moved by this span, is on another day of the month for want
    /// of the same one.
    fn clamped(self, wall: NaiveDateTime, moved: NaiveDateTime) -> bool {
        matches!(self.unit, Unit::Month | Unit::Year) && wall.day() != moved.day()
    }
}

/// The midnight at which the day of `wall` ends.
fn midnight_after(wall: NaiveDateTime) -> Option<NaiveDateTime> {
    Some(wall.date().succ_opt()?.and_time(NaiveTime::MIN))
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.count, self.unit.suffix())
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Span({self})")
    }
}

impl FromStr for Span {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        let no_span = || CalendarError::NoSpan { text: quoted(text) };
        let end = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(no_span)?;
        let (digits, suffix) = text.split_at_checked(end).ok_or_else(no_span)?;
        let unit = Unit::ALL.into_iter().find(|unit| unit.suffix() == suffix);
        let unit = unit.ok_or_else(no_span)?;
        if digits.is_empty() || (digits.starts_with('0') && digits != "0") {
            return Err(no_span());
        }
        digits
            .parse()
            .ok()
            .and_then(|count| Self::new(count, unit).ok())
            .ok_or_else(|| CalendarError::SpanOutOfRange { text: quoted(text) })
    }
}
