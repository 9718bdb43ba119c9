//! Time as people say it.

use chrono::{Month, Weekday};

use super::{Period, Span, Unit, Window};

impl Unit {
    /// One of them: `month`.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }
}

impl Span {
    /// How long it is: `1 month`, `90 days`.
    pub(crate) fn in_words(self) -> String {
        let (count, noun) = (self.count(), self.unit().noun());
        if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
    }

    /// As it is said after "the last" or "the next": `month`, `90 days`.
    pub(crate) fn in_a_row(self) -> String {
        if self.count() == 1 { self.unit().noun().to_owned() } else { self.in_words() }
    }
}

impl Window {
    /// When that is, after a noun: `in the last 90 days`; nothing where everything counts.
    pub(crate) fn in_words(self) -> String {
        let noun = match self {
            Self::Calendar(period) | Self::Previous(period) => period.noun(),
            _ => "",
        };
        match self {
            Self::Rolling(span) => format!("in the last {}", span.in_a_row()),
            Self::Calendar(Period::Day) => "today".to_owned(),
            Self::Calendar(_) => format!("this {noun}"),
            Self::Previous(Period::Day) => "yesterday".to_owned(),
            // "In the last year" are twelve months up to now.
            Self::Previous(_) => format!("in the {noun} before this one"),
            Self::Anniversary => "in this year of membership".to_owned(),
            Self::Lifetime => String::new(),
        }
    }
}

impl Period {
    const fn noun(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }
}

/// The name of a month, from 1 for January.
pub(crate) fn month_name(month: u32) -> &'static str {
    let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok());
    month.map_or("no month", |month| month.name())
}

pub(crate) const fn weekday_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_said_as_people_say_them() {
        for (window, said) in [
            ("90d", "in the last 90 days"),
            ("1y", "in the last year"),
            ("6mo", "in the last 6 months"),
            ("today", "today"),
            ("this_month", "this month"),
            ("yesterday", "yesterday"),
            ("last_year", "in the year before this one"),
            ("membership_year", "in this year of membership"),
            ("lifetime", ""),
        ] {
            let window: Window = window.parse().unwrap();
            assert_eq!(window.in_words(), said);
        }
        let spans = ["1mo", "90d"].map(|span| span.parse::<Span>().unwrap().in_words());
        assert_eq!(spans, ["1 month", "90 days"]);
    }
}
