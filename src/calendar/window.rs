//! Windows: which instants count, seen from an instant.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{
    CalendarError, Period, Span, Zone, just_after, just_before, last_anniversary, next_anniversary,
    without_leap_second,
};

/// The instants that count when something is asked at an instant: "90d", "this_month", "lifetime".
///
/// In JSON it is its text: the span of a rolling window, `today`, `this_week` (or `month`,
/// `quarter`, `year`), `yesterday`, `last_week` (or …), `membership_year`, or `lifetime`.
///
/// As time goes on a window only moves forwards: what it has let go never comes back, also not
/// where the clock is set back or where the months that a span counts differ in length.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Window {
    /// The span up to now: after the instant that is the span ago, up to now.
    ///
    /// On days that the month a span ago lacks (a month ago on 31 March) it begins with the month
    /// that follows, here on 1 March.
    Rolling(Span),
    /// From the start of the current period up to now.
    Calendar(Period),
    /// The whole period before the current one.
    Previous(Period),
    /// From the last anniversary of the customer's anchor date, such as the date of enrollment, up
    /// to now.
    Anniversary,
    /// Everything up to now.
    Lifetime,
}

/// The windows that have a name instead of a span.
pub(super) const NAMED: [(&str, Window); 12] = [
    ("today", Window::Calendar(Period::Day)),
    ("this_week", Window::Calendar(Period::Week)),
    ("this_month", Window::Calendar(Period::Month)),
    ("this_quarter", Window::Calendar(Period::Quarter)),
    ("this_year", Window::Calendar(Period::Year)),
    ("yesterday", Window::Previous(Period::Day)),
    ("last_week", Window::Previous(Period::Week)),
    ("last_month", Window::Previous(Period::Month)),
    ("last_quarter", Window::Previous(Period::Quarter)),
    ("last_year", Window::Previous(Period::Year)),
    ("membership_year", Window::Anniversary),
    ("lifetime", Window::Lifetime),
];

impl Window {
    /// The instants that count at `as_of`; `anchor` is the date whose anniversaries matter.
    ///
    /// All windows but [`Window::Previous`] end with `as_of` itself, which they always contain.
    /// `None` only for [`Window::Anniversary`]: without an anchor, or before it.
    #[must_use]
    pub fn interval(
        self,
        as_of: DateTime<Utc>,
        zone: &Zone,
        anchor: Option<NaiveDate>,
    ) -> Option<Interval> {
        let as_of = without_leap_second(as_of);
        let first = match self {
            Self::Rolling(span) => {
                span.window_start(as_of, zone).map_or(DateTime::<Utc>::MIN_UTC, just_after)
            }
            Self::Calendar(period) => start_of_period(period, as_of, zone),
            Self::Previous(period) => {
                let last = just_before(start_of_period(period, as_of, zone));
                return Some(Interval { first: start_of_period(period, last, zone), last });
            }
            Self::Anniversary => {
                zone.start_of_day(last_anniversary(anchor?, zone.furthest(as_of).date())?)
            }
            Self::Lifetime => DateTime::<Utc>::MIN_UTC,
        };
        // At the beginning of the calendar a day can start after its first instants.
        Some(Interval { first: first.min(as_of), last: as_of })
    }

    /// The first instant after `as_of` at which an event of the instant `at` comes into this window
    /// or leaves it; `None` if it never does.
    ///
    /// Until then every answer that counts this event in this window stays the same, if no other
    /// event comes or goes.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use loyalty::calendar::{Window, Zone};
    ///
    /// let bought: DateTime<Utc> = "2026-01-30T10:00:00Z".parse()?;
    /// let february: DateTime<Utc> = "2026-02-01T00:00:00Z".parse()?;
    /// for (window, change) in [
    ///     ("90d", Some("2026-04-30T10:00:00Z")),
    ///     ("1mo", Some("2026-03-01T00:00:00Z")), // February has no 30th
    ///     ("last_month", Some("2026-03-01T00:00:00Z")),
    ///     ("this_month", None),
    /// ] {
    ///     let window: Window = window.parse()?;
    ///     let change = change.map(str::parse).transpose()?;
    ///     assert_eq!(window.next_change(bought, february, &Zone::UTC, None), change);
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn next_change(
        self,
        at: DateTime<Utc>,
        as_of: DateTime<Utc>,
        zone: &Zone,
        anchor: Option<NaiveDate>,
    ) -> Option<DateTime<Utc>> {
        let as_of = without_leap_second(as_of);
        let (enters, leaves) = self.stay(at, zone, anchor)?;
        if as_of < enters { Some(enters) } else { leaves.filter(|leaves| as_of < *leaves) }
    }

    /// From when on an event of the instant `at` is in this window, and from when on no longer;
    /// `None` if it never is.
    pub(crate) fn stay(
        self,
        at: DateTime<Utc>,
        zone: &Zone,
        anchor: Option<NaiveDate>,
    ) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
        let at = without_leap_second(at);
        let leaves = match self {
            Self::Rolling(span) => {
                span.window_end(at, zone).map(|leaves| leaves.max(just_after(at)))
            }
            Self::Calendar(period) => end_of_period(period, at, zone),
            Self::Previous(period) => {
                let enters = end_of_period(period, at, zone)?;
                return Some((enters, end_of_period(period, enters, zone)));
            }
            Self::Anniversary => {
                let (anchor, date) = (anchor?, zone.furthest(at).date());
                last_anniversary(anchor, date)?;
                next_anniversary(anchor, date).map(|next| zone.start_of_day(next))
            }
            Self::Lifetime => None,
        };
        Some((at, leaves))
    }
}

/// The first instant of the period in which `at` is.
fn start_of_period(period: Period, at: DateTime<Utc>, zone: &Zone) -> DateTime<Utc> {
    zone.start_of_day(period.start(zone.furthest(at).date()))
}

/// The first instant after the period in which `at` is, unless the calendar ends before.
fn end_of_period(period: Period, at: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
    period.checked_next_start(zone.furthest(at).date()).map(|next| zone.start_of_day(next))
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Rolling(span) = self {
            return span.fmt(f);
        }
        let named = NAMED.iter().find(|(_, window)| window == self);
        f.write_str(named.map_or("", |(name, _)| name))
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Window({self})")
    }
}

impl FromStr for Window {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        if let Some((_, window)) = NAMED.iter().find(|(name, _)| *name == text) {
            return Ok(*window);
        }
        match text.parse() {
            Ok(span) => Ok(Self::Rolling(span)),
            Err(CalendarError::NoSpan { text }) => Err(CalendarError::UnknownWindow { text }),
            Err(other) => Err(other),
        }
    }
}

/// All instants from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    /// The first instant that is in it.
    pub first: DateTime<Utc>,
    /// The last instant that is in it; nothing is in it if this is before the first.
    pub last: DateTime<Utc>,
}

impl Interval {
    /// Whether `at` is in it.
    #[must_use]
    pub fn contains(&self, at: DateTime<Utc>) -> bool {
        let at = without_leap_second(at);
        self.first <= at && at <= self.last
    }
}
