//! Dates and times of the day, from the patterns of the CLDR.

use std::fmt::{self, Write};

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

use super::Formats;

/// How much of a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DateStyle {
    /// In numbers: 5/01/2026.
    Short,
    /// With the month as a word: 5 januari 2026.
    Long,
    /// With the day of the week: maandag 5 januari 2026.
    Full,
}

impl Formats {
    /// A date of the Gregorian calendar.
    pub(crate) fn date(
        &self,
        date: NaiveDate,
        style: DateStyle,
        to: &mut impl Write,
    ) -> fmt::Result {
        let pattern = match style {
            DateStyle::Short => &self.short_date,
            DateStyle::Long => &self.long_date,
            DateStyle::Full => &self.full_date,
        };
        each_field(pattern, to, |letter, count, to| match (letter, count) {
            ('y', 2) => write!(to, "{:02}", date.year().rem_euclid(100)),
            ('y', _) => write!(to, "{}", date.year()),
            ('M' | 'L', 1 | 2) => write!(to, "{:0count$}", date.month()),
            ('M' | 'L', 3) => to.write_str(name(&self.short_months, date.month0())),
            ('M' | 'L', _) => to.write_str(name(&self.months, date.month0())),
            ('d', _) => write!(to, "{:0count$}", date.day()),
            ('E', _) => to.write_str(name(&self.days, date.weekday().num_days_from_sunday())),
            _ => Ok(()),
        })
    }

    /// A time of the day, to the minute.
    pub(crate) fn time(&self, time: NaiveTime, to: &mut impl Write) -> fmt::Result {
        let (after_noon, hour) = time.hour12();
        each_field(&self.time, to, |letter, count, to| match letter {
            'H' => write!(to, "{:0count$}", time.hour()),
            'h' => write!(to, "{hour:0count$}"),
            'm' => write!(to, "{:0count$}", time.minute()),
            'a' => to.write_str(name(&self.halves, u32::from(after_noon))),
            _ => Ok(()),
        })
    }
}

/// Writes a pattern: what is quoted and what is no letter as it is, runs of a letter as `field`
/// says. Two quotes in a row are one that is meant.
fn each_field<W: Write>(
    pattern: &str,
    to: &mut W,
    field: impl Fn(char, usize, &mut W) -> fmt::Result,
) -> fmt::Result {
    let mut characters = pattern.chars().peekable();
    let mut quoted = false;
    while let Some(character) = characters.next() {
        if character == '\'' {
            if characters.next_if_eq(&'\'').is_some() {
                to.write_char('\'')?;
            } else {
                quoted = !quoted;
            }
        } else if quoted || !character.is_ascii_alphabetic() {
            to.write_char(character)?;
        } else {
            let mut count = 1;
            while characters.next_if_eq(&character).is_some() {
                count += 1;
            }
            field(character, count, to)?;
        }
    }
    Ok(())
}

fn name(names: &[smol_str::SmolStr], index: u32) -> &str {
    names.get(index as usize).map(smol_str::SmolStr::as_str).unwrap_or_default()
}
