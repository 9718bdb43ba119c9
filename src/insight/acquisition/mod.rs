//! Customers by when they first bought, and whether they came back.
//!
//! ```
//! use loyalty::calendar::{Period, Zone};
//! use loyalty::event::{Columns, Purchases};
//! use loyalty::feature::Moment;
//! use loyalty::insight::acquisition::Acquisition;
//! use loyalty::money::Currency;
//!
//! let log = Purchases::from_columns(Currency::EUR, &Columns {
//!     customers: vec!["ann".parse()?, "ann".parse()?, "bob".parse()?],
//!     at: vec!["2026-01-05T09:00:00Z".parse()?, "2026-02-04T09:00:00Z".parse()?,
//!              "2026-01-20T09:00:00Z".parse()?],
//!     list_minor: vec![1_000, 2_500, 700],
//!     units: vec![1, 1, 1],
//!     ..Columns::default()
//! })?;
//! let as_of = "2026-03-01T00:00:00Z".parse()?;
//! let moment = Moment { as_of, zone: Zone::UTC, currency: Currency::EUR };
//! let january = &Acquisition::of(&log, Period::Month, &moment)?.cohorts[0];
//! assert_eq!((january.customers, january.retention_rate(1)), (2, Some(0.5)));
//! assert_eq!(january.periods[1].net.to_string(), "25.00 EUR");
//! assert_eq!(january.days_to_second_order(0.5), Some(30));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod waiting;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use self::waiting::Waiting;
use crate::calendar::{Interval, Period};
use crate::event::{Order, Orders, Purchases};
use crate::feature::Moment;
use crate::money::{Money, MoneyError};

/// What became of the customers who bought for the first time in each period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Acquisition {
    /// The periods, in the program's time zone.
    pub period: Period,
    /// The cohorts with customers, from the first period on.
    pub cohorts: Vec<AcquisitionCohort>,
}

/// The customers who bought for the first time in one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcquisitionCohort {
    /// The first day of their period.
    pub since: NaiveDate,
    /// How many they are.
    pub customers: u64,
    /// What they did in that period, in the one after it, and so on up to now.
    pub periods: Vec<CohortPeriod>,
    /// When they bought again.
    pub second_orders: Waiting,
}

/// What a cohort did in one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CohortPeriod {
    /// The first day of the period.
    pub since: NaiveDate,
    /// Whether the period is over; one that is not has part of its orders still to come.
    pub is_over: bool,
    /// How many customers ordered.
    pub customers: u64,
    /// How many orders there were.
    pub orders: u64,
    /// What was paid and not returned.
    pub net: Money,
}

impl Acquisition {
    /// The cohorts of a log by their first orders, as of a moment; what was later is not seen.
    ///
    /// # Errors
    /// Amounts in another currency than the moment's, or that come to more than money can be.
    pub fn of(log: &Purchases, period: Period, moment: &Moment) -> Result<Self, MoneyError> {
        // The sum of nothing tells a log of another currency.
        Money::zero(moment.currency).checked_add(Money::zero(log.currency()))?;
        let seen = Interval { first: DateTime::<Utc>::MIN_UTC, last: moment.as_of };
        let customers = || log.iter().map(|(_, orders)| orders.within(&seen));
        let first = customers().filter_map(|orders| Some(orders.first()?.at)).min();
        let first = first.map(|first| moment.zone.date(first));
        let periods: Vec<NaiveDate> = first.map_or_else(Vec::new, |first| {
            let next = |since: &NaiveDate| Some(period.next_start(*since));
            let all = std::iter::successors(Some(period.start(first)), next);
            all.take_while(|since| *since <= moment.today()).collect()
        });
        let mut founded: BTreeMap<usize, Founded> = BTreeMap::new();
        for orders in customers() {
            let in_period = |order: &Order| place(&periods, moment.zone.date(order.at));
            let Some(own) = orders.first().and_then(|first| in_period(&first)) else { continue };
            let cohort = founded.entry(own).or_insert_with(|| Founded::new(periods.len() - own));
            cohort.join(orders, moment, |order| Some(in_period(order)? - own));
        }
        let told =
            |(place, cohort): (usize, Founded)| cohort.told(period, moment, periods.get(place..));
        let cohorts = founded.into_iter().filter_map(|one| told(one).transpose());
        Ok(Self { period, cohorts: cohorts.collect::<Result<_, _>>()? })
    }
}

impl AcquisitionCohort {
    /// The share of the customers who ordered in the period that is so many after their first one;
    /// `None` if it has not begun.
    #[must_use]
    pub fn retention_rate(&self, after: usize) -> Option<f64> {
        Some(share(self.periods.get(after)?.customers, self.customers))
    }

    /// The share of the customers who ordered at least twice.
    #[must_use]
    pub fn repeat_rate(&self) -> f64 {
        share(self.second_orders.came(), self.customers)
    }

    /// After how many days so large a share of the customers has ordered again, by the estimator of
    /// Kaplan and Meier (*Nonparametric estimation from incomplete observations*, JASA 53, 1958):
    /// who has not yet counts for as long as they were seen. `None` if it never came to that.
    #[must_use]
    pub fn days_to_second_order(&self, share: f64) -> Option<u32> {
        self.second_orders.quantile(share)
    }
}

/// A cohort while its customers are counted.
struct Founded {
    customers: u64,
    /// Customers, orders and minor units of each period.
    periods: Vec<(u64, u64, i128)>,
    second_orders: Waiting,
}

impl Founded {
    fn new(periods: usize) -> Self {
        Self { customers: 0, periods: vec![(0, 0, 0); periods], second_orders: Waiting::default() }
    }

    /// Counts a customer, whose orders are so many periods after the first one.
    fn join(
        &mut self,
        orders: Orders<'_>,
        moment: &Moment,
        after: impl Fn(&Order) -> Option<usize>,
    ) {
        self.customers += 1;
        let mut last = None;
        for order in orders.iter() {
            let Some(place) = after(&order) else { continue };
            if let Some((customers, orders, net)) = self.periods.get_mut(place) {
                *customers += u64::from(last != Some(place));
                *orders += 1;
                *net += i128::from(order.net_price.minor());
            }
            last = Some(place);
        }
        let mut days = orders.iter().map(|order| moment.zone.date(order.at));
        let (first, second) = (days.next(), days.next());
        if let Some(first) = first {
            let until = second.unwrap_or_else(|| moment.today());
            self.second_orders.add(until.signed_duration_since(first).num_days(), second.is_some());
        }
    }

    fn told(
        self,
        period: Period,
        moment: &Moment,
        starts: Option<&[NaiveDate]>,
    ) -> Result<Option<AcquisitionCohort>, MoneyError> {
        let Some(starts @ [since, ..]) = starts else { return Ok(None) };
        let told = |(&since, (customers, orders, minor)): (&NaiveDate, (u64, u64, i128))| {
            let is_over = period.next_start(since) <= moment.today();
            let minor = i64::try_from(minor).map_err(|_| MoneyError::OutOfRange)?;
            let net = Money::from_minor(minor, moment.currency);
            Ok(CohortPeriod { since, is_over, customers, orders, net })
        };
        let periods =
            starts.iter().zip(self.periods).map(told).collect::<Result<_, MoneyError>>()?;
        let Self { customers, second_orders, .. } = self;
        Ok(Some(AcquisitionCohort { since: *since, customers, periods, second_orders }))
    }
}

/// In which of the periods a day is.
fn place(periods: &[NaiveDate], day: NaiveDate) -> Option<usize> {
    periods.partition_point(|since| *since <= day).checked_sub(1)
}

#[expect(clippy::cast_precision_loss, reason = "a share of customers needs no more than 15 digits")]
fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
