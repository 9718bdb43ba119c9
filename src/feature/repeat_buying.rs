//! What models of lifetime value know of a customer, from the customer's orders.

use chrono::{DateTime, NaiveDate, Utc};

use super::Moment;
use crate::calendar::{Interval, Unit};
use crate::clv::{Length, Repeat, Spent, Tempo};
use crate::event::{Orders, Purchases};
use crate::parallel::each_number;

/// The repeat purchases of a customer, and what was spent on them: what models of lifetime value
/// are fitted on and asked with.
///
/// A purchase is a calendar day in the program's time zone with at least one order that was not
/// returned altogether; orders of a day are one. Times are whole days from the first of them, up
/// to the day of the question. What was spent is the mean of the days after the first on which
/// something was paid and kept, in major units of the currency: what the first purchase cost says
/// less of the later ones, and is left out as in the literature.
///
/// ```
/// use loyalty::calendar::{Unit, Zone};
/// use loyalty::clv::{Repeat, Spent};
/// use loyalty::event::{Columns, Purchases};
/// use loyalty::feature::{Moment, RepeatBuying};
/// use loyalty::id::CustomerId;
/// use loyalty::{Currency, Money};
///
/// let (currency, ann) = (Currency::USD, CustomerId::new("ann")?);
/// let mut columns = Columns::default();
/// for (at, price) in [
///     ("2026-01-01T09:00:00Z", "10.00 USD"),
///     ("2026-01-08T10:00:00Z", "20.00 USD"),
///     ("2026-01-08T18:00:00Z", "4.00 USD"),
///     ("2026-01-29T09:00:00Z", "12.00 USD"),
/// ] {
///     columns.customers.push(ann.clone());
///     columns.at.push(at.parse()?);
///     columns.list_minor.push(price.parse::<Money>()?.minor());
///     columns.units.push(1);
/// }
/// let log = Purchases::from_columns(currency, &columns)?;
/// let moment = Moment { as_of: "2026-02-05T00:00:00Z".parse()?, zone: Zone::UTC, currency };
/// let buying = RepeatBuying::of(log.orders(0), &moment).ok_or("no purchase")?;
/// assert_eq!(buying.repeat, Repeat::new(2, 28.0, 35.0, Unit::Day));
/// assert_eq!(buying.spent, Spent { purchases: 2, mean: 18.0 });
/// // Gaps of one week and of three.
/// assert!((buying.log_gaps(Unit::Week).ok_or("no gaps")? - 3_f64.ln()).abs() < 1e-12);
/// assert_eq!(RepeatBuying::of_each(&log, &moment), [Some(buying)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RepeatBuying {
    /// The repeat purchases, in days, by the clock of the tempo if there is one.
    pub repeat: Repeat,
    /// What was spent on them.
    pub spent: Spent,
    /// The sum of the natural logarithms of the gaps in days.
    log_gaps: f64,
}

impl RepeatBuying {
    /// Of a customer's orders up to the moment; `None` without any.
    #[must_use]
    pub fn of(orders: Orders<'_>, moment: &Moment) -> Option<Self> {
        Self::at_tempo(orders, moment, None)
    }

    /// The same, where times are those that the clock of a tempo shows, if one is given.
    ///
    /// ```
    /// use loyalty::Currency;
    /// use loyalty::calendar::Zone;
    /// use loyalty::clv::Tempo;
    /// use loyalty::event::{Columns, Purchases};
    /// use loyalty::feature::{Moment, RepeatBuying};
    ///
    /// let at = ["2026-11-30T12:00:00Z".parse()?, "2026-12-31T12:00:00Z".parse()?];
    /// let columns = Columns {
    ///     customers: vec!["ann".parse()?; 2],
    ///     at: at.to_vec(),
    ///     list_minor: vec![500; 2],
    ///     units: vec![1; 2],
    ///     ..Columns::default()
    /// };
    /// let log = Purchases::from_columns(Currency::EUR, &columns)?;
    /// let currency = Currency::EUR;
    /// let moment = Moment { as_of: "2027-01-01T00:00:00Z".parse()?, zone: Zone::UTC, currency };
    /// let mut months = [0.5; 12];
    /// months[11] = 3.0;
    /// let tempo = Tempo::new(months, None)?;
    /// let ann = RepeatBuying::at_tempo(log.orders(0), &moment, Some(&tempo)).ok_or("orders")?;
    /// // A day of November and 30 of December, each of which lasts six times as long.
    /// let day = tempo.between("2026-11-01".parse()?, "2026-11-02".parse()?).count;
    /// assert!((ann.repeat.recency - (1.0 + 30.0 * 6.0) * day).abs() < 1e-9);
    /// assert_eq!(RepeatBuying::of_each_at_tempo(&log, &moment, Some(&tempo)), [Some(ann)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at_tempo(orders: Orders<'_>, moment: &Moment, tempo: Option<&Tempo>) -> Option<Self> {
        let days_between = |from, to| match tempo {
            Some(tempo) => tempo.between(from, to).count,
            None => days_between(from, to),
        };
        let seen = Interval { first: DateTime::<Utc>::MIN_UTC, last: moment.as_of };
        let orders = orders.within(&seen);
        let mut days = orders
            .iter()
            .map(|order| (moment.zone.date(order.at), i128::from(order.net_price.minor())));
        let (first, _) = days.next()?;
        let (mut last, mut frequency, mut log_gaps) = (first, 0_u32, 0.0);
        let (mut paid, mut today, mut paying) = (0_i128, 0_i128, 0_u32);
        for (day, minor) in days.skip_while(|(day, _)| *day == first) {
            if day != last {
                paying = paying.saturating_add(u32::from(today > 0));
                paid = paid.saturating_add(today.max(0));
                today = 0;
                frequency = frequency.saturating_add(1);
                log_gaps += libm::log(days_between(last, day));
                last = day;
            }
            today = today.saturating_add(minor);
        }
        paying = paying.saturating_add(u32::from(today > 0));
        paid = paid.saturating_add(today.max(0));
        let (recency, age) = (days_between(first, last), days_between(first, moment.today()));
        let repeat = Repeat::new(frequency, recency, age.max(recency), Unit::Day);
        let mean = if paying > 0 { major(paid, moment) / f64::from(paying) } else { 0.0 };
        Some(Self { repeat, spent: Spent { purchases: paying, mean }, log_gaps })
    }

    /// Of each customer of a log, in its order.
    ///
    /// With the feature `rayon` the customers are spread over all cores; the answer is the same.
    #[must_use]
    pub fn of_each(log: &Purchases, moment: &Moment) -> Vec<Option<Self>> {
        Self::of_each_at_tempo(log, moment, None)
    }

    /// [`RepeatBuying::at_tempo`] of each customer of a log, in its order.
    #[must_use]
    pub fn of_each_at_tempo(
        log: &Purchases,
        moment: &Moment,
        tempo: Option<&Tempo>,
    ) -> Vec<Option<Self>> {
        let own = |index| Self::at_tempo(log.orders(index), moment, tempo);
        each_number(log.customers().len(), own)
    }

    /// The days with a purchase of each customer of a log up to the moment, in its order: what a
    /// season is found in by [`crate::clv::Seasonality`].
    ///
    /// ```
    /// use loyalty::Currency;
    /// use loyalty::calendar::Zone;
    /// use loyalty::event::{Columns, Purchases};
    /// use loyalty::feature::{Moment, RepeatBuying};
    ///
    /// let columns = Columns {
    ///     customers: vec!["ann".parse()?; 2],
    ///     at: vec!["2026-01-01T09:00:00Z".parse()?, "2026-01-01T18:00:00Z".parse()?],
    ///     list_minor: vec![500; 2],
    ///     units: vec![1; 2],
    ///     ..Columns::default()
    /// };
    /// let log = Purchases::from_columns(Currency::EUR, &columns)?;
    /// let currency = Currency::EUR;
    /// let moment = Moment { as_of: "2026-02-05T00:00:00Z".parse()?, zone: Zone::UTC, currency };
    /// assert_eq!(RepeatBuying::days_of_each(&log, &moment), [["2026-01-01".parse()?]]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn days_of_each(log: &Purchases, moment: &Moment) -> Vec<Vec<NaiveDate>> {
        let seen = Interval { first: DateTime::<Utc>::MIN_UTC, last: moment.as_of };
        each_number(log.customers().len(), |index| {
            let orders = log.orders(index).within(&seen);
            let mut days: Vec<NaiveDate> =
                orders.iter().map(|order| moment.zone.date(order.at)).collect();
            days.dedup();
            days
        })
    }

    /// The sum of the natural logarithms of the gaps between purchases that follow each other, in
    /// a unit: by it models of regular buyers are compared. `None` if the unit has no fixed number
    /// of days.
    #[must_use]
    pub fn log_gaps(&self, unit: Unit) -> Option<f64> {
        let days = Length::new(1.0, Unit::Day).in_units(unit)?;
        Some(self.log_gaps + f64::from(self.repeat.frequency) * libm::log(days))
    }
}

#[expect(clippy::cast_precision_loss, reason = "days of centuries are few")]
fn days_between(from: NaiveDate, to: NaiveDate) -> f64 {
    to.signed_duration_since(from).num_days() as f64
}

#[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 15 digits")]
fn major(minor: i128, moment: &Moment) -> f64 {
    minor as f64 / moment.currency.minor_per_major() as f64
}
