//! Cohorts: points by the period in which they were earned.

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Period, Window, Zone};

/// How points are put into cohorts: by the period of the calendar in which they were earned.
///
/// A cohort is named by its first day.
///
/// ```
/// use loyalty::calendar::{Period, Zone};
/// use loyalty::insight::liability::Cohorts;
///
/// let cohorts = Cohorts { period: Period::Quarter, zone: Zone::from_name("Asia/Seoul")? };
/// let first = cohorts.of("2026-03-31T15:00:00Z".parse()?); // midnight in Seoul
/// assert_eq!(first, "2026-04-01".parse()?);
/// assert_eq!(cohorts.label(first), "2026-Q2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohorts {
    /// How long each of them is.
    pub period: Period,
    /// Where its days begin and end.
    pub zone: Zone,
}

impl Cohorts {
    /// The cohort of what is earned at `at`.
    #[must_use]
    pub fn of(self, at: DateTime<Utc>) -> NaiveDate {
        let period = Window::Calendar(self.period).interval(at, &self.zone, None);
        let first = period.map_or(at, |period| period.first);
        self.period.start(self.zone.date(first))
    }

    /// How the cohort is called: `2026-03`, `2026-Q1`, `2026`, or its first day.
    #[must_use]
    pub fn label(self, cohort: NaiveDate) -> String {
        match self.period {
            Period::Day | Period::Week => cohort.to_string(),
            Period::Month => cohort.format("%Y-%m").to_string(),
            Period::Quarter => format!("{}-Q{}", cohort.format("%Y"), cohort.month0() / 3 + 1),
            Period::Year => cohort.format("%Y").to_string(),
        }
    }

    /// How many periods `later` is after `cohort`; none if it is before.
    pub(super) fn apart(self, cohort: NaiveDate, later: NaiveDate) -> usize {
        let days = later.signed_duration_since(cohort).num_days();
        let months = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
        let months = months(later) - months(cohort);
        let periods = match self.period {
            Period::Day => days,
            Period::Week => days / 7,
            Period::Month => months,
            Period::Quarter => months / 3,
            Period::Year => months / 12,
        };
        usize::try_from(periods).unwrap_or(0)
    }
}

/// The cohorts of many instants, of which one is mostly in the same as the one before it.
pub(super) struct Lookup {
    cohorts: Cohorts,
    /// The cohort that was found last, with its first instant and the first one after it.
    last: Option<(DateTime<Utc>, DateTime<Utc>, NaiveDate)>,
}

impl Lookup {
    pub(super) const fn new(cohorts: Cohorts) -> Self {
        Self { cohorts, last: None }
    }

    /// What [`Cohorts::of`] says.
    pub(super) fn of(&mut self, at: DateTime<Utc>) -> NaiveDate {
        if let Some((first, end, cohort)) = self.last
            && first <= at
            && at < end
        {
            return cohort;
        }
        let Cohorts { period, zone } = self.cohorts;
        let cohort = self.cohorts.of(at);
        let end = zone.start_of_day(period.next_start(cohort));
        self.last = Some((zone.start_of_day(cohort), end, cohort));
        cohort
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn looking_up_says_what_the_calendar_says_also_where_clocks_change() {
        // In Havana and Beirut midnight is skipped or comes twice when clocks change.
        for zone in ["UTC", "Asia/Seoul", "America/Havana", "Asia/Beirut", "Pacific/Apia"] {
            let zone = Zone::from_name(zone).unwrap();
            for period in [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year]
            {
                let cohorts = Cohorts { period, zone };
                let mut lookup = Lookup::new(cohorts);
                let start: DateTime<Utc> = "2011-01-01T00:00:00Z".parse().unwrap();
                for hour in 0..24 * 366 {
                    let at = start + TimeDelta::hours(hour);
                    assert_eq!(lookup.of(at), cohorts.of(at), "{zone} {period:?} {at}");
                }
            }
        }
    }
}
