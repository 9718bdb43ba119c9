//! A common clock of all customers, which runs faster in some months and years than in others.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::calendar::Unit;
use crate::path::{Path, Problems};

use super::length::DAYS_OF_YEAR;
use super::{Fault, Length, Repeat};

/// The months have so many days on average, over the 400 years after which the calendar repeats.
const DAYS: [f64; 12] = [31.0, 28.2425, 31.0, 30.0, 31.0, 30.0, 31.0, 31.0, 30.0, 31.0, 30.0, 31.0];

/// So many days later the calendar repeats.
const CYCLE: f64 = 146_097.0;

/// How many times as fast, or as slow, as on average a clock runs at most.
const MOST_TEMPO: f64 = 1e6;

/// At which tempo customers live: a season, and a trend.
///
/// Who buys at a rate λ s(t), where s is a tempo that all share, buys at the plain rate λ in the
/// time τ = ∫ s that the tempo's own clock shows: a Poisson process is rescaled by its mean (S.
/// Karlin and H. Taylor, "A first course in stochastic processes", 1975, chapter 4). So a model is
/// fitted on customers whose times are told by that clock ([`Tempo::repeat`]), and is asked for as
/// much time as it shows until a date ([`Tempo::ahead`]); the models stay as they are. Leaving is
/// told by the same clock: who buys twice as fast for a while leaves twice as fast, too. Models
/// that leave after purchases, such as BG/NBD, say just that anyway; for Pareto/NBD it is an
/// assumption.
///
/// The mean over the year of the months' factors is 1: others are brought to that. The trend has
/// come to 1 on its last day and stays there: a tempo says how the past differs from what follows.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{Length, Tempo, Trend};
///
/// let [first, last] = ["2026-01-01".parse()?, "2027-01-01".parse()?];
/// let mut months = [1.0; 12];
/// months[11] = 3.0;
/// let tempo = Tempo::new(months, None)?;
/// // December counts three times as much as any other month, and the year what it always does.
/// let december = tempo.between("2026-12-01".parse()?, last).count;
/// let may = tempo.between("2026-05-01".parse()?, "2026-06-01".parse()?).count;
/// assert!((december / may - 3.0).abs() < 1e-12);
/// assert!((tempo.between(first, last).count - 365.0).abs() < 0.1);
/// // Twice as fast after a year as before.
/// let tempo = Tempo::new([1.0; 12], Some(Trend { per_year: 1.0, from: first, until: last }))?;
/// let before = tempo.between("2025-12-31".parse()?, first);
/// assert!((before.count - 0.5).abs() < 0.001 && before.unit == Unit::Day);
/// assert!(Tempo::new([0.0; 12], None).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(try_from = "Stored", into = "Stored")]
pub struct Tempo {
    months: [f64; 12],
    trend: Option<Trend>,
}

/// By how much faster customers live from year to year.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Trend {
    /// How much faster after a year of 365.2425 days: 0.1 for a tenth, -0.1 for a tenth slower.
    pub per_year: f64,
    /// The day on which it began; before it the tempo did not change.
    pub from: NaiveDate,
    /// The day on which it ends: from then on the tempo stays what it came to.
    pub until: NaiveDate,
}

/// A tempo as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Stored {
    /// How fast in January, February, …, where 1 is the mean of the year; 1 each without a word.
    #[serde(default = "even")]
    months: [f64; 12],
    #[serde(default, skip_serializing_if = "Option::is_none")]
    trend: Option<Trend>,
}

const fn even() -> [f64; 12] {
    [1.0; 12]
}

impl TryFrom<Stored> for Tempo {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        Self::new(stored.months, stored.trend)
    }
}

impl From<Tempo> for Stored {
    fn from(Tempo { months, trend }: Tempo) -> Self {
        Self { months, trend }
    }
}

impl Default for Tempo {
    fn default() -> Self {
        Self { months: even(), trend: None }
    }
}

impl Tempo {
    /// A tempo of the months from January on, and of the years.
    ///
    /// # Errors
    /// Everything that is not finite, not above 0, or out of range: a month in which customers live
    /// a million times slower than on average, and a trend by as much in all.
    pub fn new(months: [f64; 12], trend: Option<Trend>) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        for (at, value) in months.into_iter().enumerate() {
            if !(value > 0.0 && value.is_finite()) {
                problems.add(Path::from("months").item(at), Fault::OutOfRange { value });
            }
        }
        // A mean of 1 but for rounding is left, so that what is written is read as the same.
        let mean = mean(&months);
        let even =
            if (mean - 1.0).abs() < 1e-12 { months } else { months.map(|month| month / mean) };
        if problems.is_empty() {
            for (at, (value, even)) in months.into_iter().zip(even).enumerate() {
                if !(1.0 / MOST_TEMPO..=MOST_TEMPO).contains(&even) {
                    problems.add(Path::from("months").item(at), Fault::OutOfRange { value });
                }
            }
        }
        if let Some(Trend { per_year: value, from, until }) = trend {
            let path = Path::from("trend");
            let years = days_between(from, until) / DAYS_OF_YEAR;
            let change = years * libm::log1p(value);
            if !(value > -1.0 && change.abs() <= libm::log(MOST_TEMPO)) {
                problems.add(path.field("per_year"), Fault::OutOfRange { value });
            }
            if from > until {
                problems.add(path.field("until"), Fault::OutOfRange { value: days_of(until) });
            }
        }
        problems.into_result(())?;
        Ok(Self { months: even, trend })
    }

    /// How fast in each month from January on, where 1 is the mean of the year.
    #[must_use]
    pub const fn months(&self) -> &[f64; 12] {
        &self.months
    }

    /// The trend, if there is one.
    #[must_use]
    pub const fn trend(&self) -> Option<&Trend> {
        self.trend.as_ref()
    }

    /// The time that its clock shows from one day to another, in days; below 0 if that is earlier.
    #[must_use]
    pub fn between(&self, from: NaiveDate, to: NaiveDate) -> Length {
        Length::new(self.days(from, days_between(from, to)), Unit::Day)
    }

    /// The time that its clock shows from a day on within a time of the calendar; `None` if that
    /// has no fixed number of days, or is not finite.
    ///
    /// ```
    /// use loyalty::calendar::Unit;
    /// use loyalty::clv::{Length, Tempo};
    ///
    /// let week = Length::new(1.0, Unit::Week);
    /// let ahead = Tempo::default().ahead("2026-01-01".parse()?, week);
    /// assert_eq!(ahead, Some(Length::new(7.0, Unit::Day)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn ahead(&self, from: NaiveDate, within: Length) -> Option<Length> {
        let days = within.in_units(Unit::Day)?;
        Some(Length::new(self.days(from, days), Unit::Day))
    }

    /// A customer with purchases on these days, as seen on another: times are those of its clock.
    ///
    /// Days stand in their order; several purchases of a day are one, and those after the day of
    /// the question are none. `None` without a purchase.
    ///
    /// ```
    /// use loyalty::calendar::Unit;
    /// use loyalty::clv::{Repeat, Tempo};
    ///
    /// let days = ["2026-01-01".parse()?, "2026-01-08".parse()?, "2026-01-29".parse()?];
    /// let ann = Tempo::default().repeat(&days, "2026-02-05".parse()?);
    /// assert_eq!(ann, Some(Repeat::new(2, 28.0, 35.0, Unit::Day)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn repeat(&self, days: &[NaiveDate], as_of: NaiveDate) -> Option<Repeat> {
        let mut seen = days.iter().copied().filter(|day| *day <= as_of);
        let first = seen.next()?;
        let (mut last, mut frequency) = (first, 0_u32);
        for day in seen {
            frequency = frequency.saturating_add(u32::from(day > last));
            last = last.max(day);
        }
        let recency = self.between(first, last).count;
        let age = self.between(first, as_of).count;
        Some(Repeat::new(frequency, recency, age.max(recency), Unit::Day))
    }

    /// The time from a day on within so many days of the calendar.
    pub(super) fn days(&self, from: NaiveDate, days: f64) -> f64 {
        if days < 0.0 {
            // Other days cannot be reached.
            let start = f64::from(from.num_days_from_ce()) + days;
            return -self.span(start, f64::from(from.num_days_from_ce()));
        }
        let start = f64::from(from.num_days_from_ce());
        self.span(start, start + days)
    }

    /// The time from one day to a later one, each counted from the calendar's beginning.
    fn span(&self, from: f64, to: f64) -> f64 {
        let (mut at, mut sum) = (from, 0.0);
        while at < to {
            // Whole cycles of the calendar after the trend, or before it.
            let cycles = libm::floor((self.even_until(at).min(to) - at) / CYCLE);
            if cycles >= 1.0 {
                let end = at + cycles * CYCLE;
                sum += self.level(at, end);
                at = end;
                continue;
            }
            let Some((month, end)) = month_of(at) else {
                // Beyond the calendar there are no months.
                return sum + self.level(at, to);
            };
            let end = end.min(to);
            sum += self.months.get(month).copied().unwrap_or(1.0) * self.level(at, end);
            at = end;
        }
        sum
    }

    /// The end of the time in which the trend changes nothing, or the same day.
    fn even_until(&self, day: f64) -> f64 {
        match &self.trend {
            None => f64::INFINITY,
            Some(trend) if day >= days_of(trend.until) => f64::INFINITY,
            Some(trend) => days_of(trend.from).max(day),
        }
    }

    /// The time from one day to another of a clock that has the trend alone.
    fn level(&self, from: f64, to: f64) -> f64 {
        let Some(trend) = &self.trend else { return to - from };
        let (first, last) = (days_of(trend.from), days_of(trend.until));
        let per_day = libm::log1p(trend.per_year) / DAYS_OF_YEAR;
        let before = libm::exp(per_day * (first - last)) * (to.min(first) - from).max(0.0);
        let after = (to - from.max(last)).max(0.0);
        let (from, to) = (from.clamp(first, last), to.clamp(first, last));
        let grown = libm::expm1(per_day * (to - from));
        let within = if per_day.abs() < 1e-300 { to - from } else { grown / per_day };
        before + libm::exp(per_day * (from - last)) * within + after
    }
}

/// The mean of the factors over a mean year.
fn mean(months: &[f64; 12]) -> f64 {
    let sum: f64 = months.iter().zip(DAYS).map(|(month, days)| month * days).sum();
    sum / DAYS_OF_YEAR
}

/// The month of a day from 0 on, and the day on which it ends.
#[expect(clippy::cast_possible_truncation, reason = "days of the calendar fit, others are none")]
fn month_of(day: f64) -> Option<(usize, f64)> {
    let date = NaiveDate::from_num_days_from_ce_opt(libm::floor(day) as i32)?;
    let (year, month) = if date.month() == 12 {
        (date.year().checked_add(1)?, 1)
    } else {
        (date.year(), date.month().checked_add(1)?)
    };
    let next = NaiveDate::from_ymd_opt(year, month, 1)?;
    Some((date.month0() as usize, days_of(next)))
}

pub(super) fn days_of(date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce())
}

fn days_between(from: NaiveDate, to: NaiveDate) -> f64 {
    days_of(to) - days_of(from)
}
