//! Time as a program's customers live it: zones, spans, periods and the windows that look back.
//!
//! Every function takes the instant it is asked about; none reads a clock. Months clamp (31 January
//! plus a month is the last of February), days are days of the wall clock of a [`Zone`], and what
//! would lie beyond chrono's calendar (years −262,143 to 262,142) stops at its end. The zones are
//! those of the IANA database in `chrono-tz`, which knows changes of clocks up to the year 2100.
//!
//! Leap seconds are not counted: an instant within one is taken as the last nanosecond before it
//! ([`without_leap_second`]).

mod month;
mod period;
mod span;
mod window;
mod words;
mod zone;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use thiserror::Error;

pub use month::{add_months, last_anniversary, next_anniversary};
pub use period::Period;
pub use span::{Span, Unit};
pub use window::{Interval, Window};
pub(crate) use words::{month_name, weekday_name};
pub use zone::Zone;

/// The smallest difference between two instants.
const NANOSECOND: TimeDelta = TimeDelta::nanoseconds(1);

/// Why a text names no zone, span or window.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CalendarError {
    /// The IANA database has no zone of that name.
    #[error("`{name}` is no time zone: write its IANA name, like `Europe/Brussels`")]
    UnknownZone {
        /// The name, cut short.
        name: String,
    },
    /// The text is no whole number followed by a unit.
    #[error(
        "`{text}` is no span of time: write it like `30min`, `12h`, `90d`, `2w`, `6mo` or `1y`"
    )]
    NoSpan {
        /// The text, cut short.
        text: String,
    },
    /// The span counts no unit, or more than [`Span::MAX_COUNT`].
    #[error("`{text}` is out of range: a span counts 1 to {} units", Span::MAX_COUNT)]
    SpanOutOfRange {
        /// The span as text, cut short.
        text: String,
    },
    /// The text is neither a span nor the name of a window.
    #[error(
        "`{text}` is no window: write a span like `90d`, or one of {}",
        window::NAMED.map(|(name, _)| format!("`{name}`")).join(", ")
    )]
    UnknownWindow {
        /// The text, cut short.
        text: String,
    },
}

/// The start of the user's text, long enough to recognize it in a message.
fn quoted(text: &str) -> String {
    text.chars().take(40).collect()
}

/// `at`, or the last nanosecond before the leap second that `at` is in.
///
/// chrono can hold an instant such as 23:59:60.5, but its arithmetic is not monotonic there.
#[must_use]
pub fn without_leap_second(at: DateTime<Utc>) -> DateTime<Utc> {
    if at.nanosecond() < 1_000_000_000 {
        return at;
    }
    at.with_nanosecond(999_999_999).unwrap_or(at)
}

/// The instant right after `at`, or `at` at the end of the calendar.
fn just_after(at: DateTime<Utc>) -> DateTime<Utc> {
    at.checked_add_signed(NANOSECOND).unwrap_or(at)
}

/// The instant right before `at`, or `at` at the beginning of the calendar.
fn just_before(at: DateTime<Utc>) -> DateTime<Utc> {
    at.checked_sub_signed(NANOSECOND).unwrap_or(at)
}

/// In serde data these are their text.
macro_rules! serde_as_text {
    ($($name:ty)+) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = smol_str::SmolStr::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

serde_as_text! { Zone Span Window }

#[cfg(test)]
mod tests;
