//! When quiet hours are, and when they end.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::QuietHours;
use crate::calendar::Zone;

/// How far ahead an instant is looked for at which nothing is quiet: what is quiet on every day of
/// a week always is.
const HORIZON: TimeDelta = TimeDelta::days(8);

/// Whether anything can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quiet<'a> {
    /// Now.
    Not,
    /// Not now, because of these hours; all quiet hours are over at an instant, if they ever are.
    Hours(&'a QuietHours, Option<DateTime<Utc>>),
}

impl QuietHours {
    /// The first instant after these hours, if `as_of` is in them on the clock of `zone`.
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use loyalty::calendar::Zone;
    /// use loyalty::message::QuietHours;
    ///
    /// let brussels = Zone::from_name("Europe/Brussels")?;
    /// let night = QuietHours::new("21:00:00".parse()?, "02:30:00".parse()?);
    /// let end = |at: &str| -> Result<_, Box<dyn std::error::Error>> {
    ///     Ok(night.end(at.parse::<DateTime<Utc>>()?, &brussels))
    /// };
    /// // 02:30 is skipped on the day on which summer time begins, and comes twice when it ends.
    /// assert_eq!(end("2026-03-28T22:00:00Z")?, Some("2026-03-29T01:00:00Z".parse()?));
    /// assert_eq!(end("2026-10-24T22:00:00Z")?, Some("2026-10-25T00:30:00Z".parse()?));
    /// assert_eq!(end("2026-10-25T01:15:00Z")?, None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn end(&self, as_of: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let wall = zone.furthest(as_of);
        let today = wall.date();
        [today.pred_opt(), Some(today)].into_iter().flatten().find_map(|date| {
            let (start, end) =
                (date.and_time(self.from), self.last_day(date)?.and_time(self.until));
            (start <= wall && wall < end).then(|| zone.instant(end)).filter(|end| *end > as_of)
        })
    }

    /// Whether they are when the clock on the wall has got this far.
    pub(super) fn cover(&self, wall: NaiveDateTime) -> bool {
        let time = wall.time();
        let (begun, not_over) = (self.from <= time, time < self.until);
        if self.from < self.until { begun && not_over } else { begun || not_over }
    }

    /// The day on which the hours that begin on `date` end.
    fn last_day(&self, date: NaiveDate) -> Option<NaiveDate> {
        date.checked_add_days(Days::new(u64::from(self.until <= self.from)))
    }
}

/// Whether any of these hours are at `as_of`, and when none are.
pub(super) fn quiet<'a>(
    hours: impl Iterator<Item = &'a QuietHours> + Clone,
    as_of: DateTime<Utc>,
    zone: &Zone,
) -> Quiet<'a> {
    let at = |at| hours.clone().find_map(|hours| Some((hours, hours.end(at, zone)?)));
    let Some((first, mut end)) = at(as_of) else { return Quiet::Not };
    while let Some((_, next)) = at(end) {
        if next.signed_duration_since(as_of) > HORIZON {
            return Quiet::Hours(first, None);
        }
        end = next;
    }
    Quiet::Hours(first, Some(end))
}
