//! What a customer's orders before a date say of whether they will buy again.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Interval, Span, Zone};
use crate::event::Orders;
use crate::feature::Measure;
use crate::money::Currency;

const NANOS_PER_DAY: f64 = 86_400e9;

/// A number that the trained rule looks at. Windows are multiples of the span of the lapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sign {
    /// Days since the last order.
    RecencyDays,
    /// Orders in the last half of the span.
    OrdersHalfSpan,
    /// Orders in the last span.
    OrdersSpan,
    /// Orders in the last two spans.
    OrdersTwoSpans,
    /// Orders in the last four spans.
    OrdersFourSpans,
    /// Days per order since the first one.
    DaysPerOrder,
    /// What was paid in the last two spans.
    SpendTwoSpans,
    /// Days since the last order, in days per order.
    RelativeRecency,
}

impl Sign {
    /// All of them, in the order of a model's columns.
    pub const ALL: [Self; 8] = [
        Self::RecencyDays,
        Self::OrdersHalfSpan,
        Self::OrdersSpan,
        Self::OrdersTwoSpans,
        Self::OrdersFourSpans,
        Self::DaysPerOrder,
        Self::SpendTwoSpans,
        Self::RelativeRecency,
    ];

    /// As it is written.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::RecencyDays => "recency_days",
            Self::OrdersHalfSpan => "orders_half_span",
            Self::OrdersSpan => "orders_span",
            Self::OrdersTwoSpans => "orders_two_spans",
            Self::OrdersFourSpans => "orders_four_spans",
            Self::DaysPerOrder => "days_per_order",
            Self::SpendTwoSpans => "spend_two_spans",
            Self::RelativeRecency => "relative_recency",
        }
    }

    /// The coordinate of a value (money in minor units): logarithms of what is skewed.
    pub(super) fn coordinate(self, value: f64) -> f64 {
        match self {
            Self::RelativeRecency => value,
            Self::DaysPerOrder => libm::log(0.5 + value),
            _ => libm::log1p(value),
        }
    }
}

/// A customer's orders before a date, in numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Signs {
    pub(super) recency_days: f64,
    pub(super) age_days: f64,
    pub(super) orders: usize,
    /// What was paid is in this currency.
    pub(super) currency: Currency,
    /// The value of each of [`Sign::ALL`], money in minor units.
    pub(super) values: [f64; 8],
}

impl Signs {
    /// What the orders before `date` say; `None` if there is none.
    pub(super) fn of(
        all: Orders<'_>,
        date: DateTime<Utc>,
        lapse: Span,
        zone: &Zone,
    ) -> Option<Self> {
        let orders = before(all, date)?;
        let now = now(date)?;
        let (first, last) = (*orders.at().first()?, *orders.at().last()?);
        let currency = orders.first()?.net_price.currency();
        let days = |from: i64| (now - i128::from(from)) as f64 / NANOS_PER_DAY;
        let span_days = (date - lapse.before(date, zone)).as_seconds_f64() / 86_400.0;
        let since = |spans: f64| {
            let from = |at: &&i64| days(**at) <= spans * span_days;
            orders.at().iter().rev().take_while(from).count()
        };
        let (recency_days, age_days) = (days(last), days(first));
        let each = age_days / orders.len() as f64;
        let spend: i128 = orders.iter().rev().take(since(2.0)).map(paid).sum();
        let values = [
            recency_days,
            since(0.5) as f64,
            since(1.0) as f64,
            since(2.0) as f64,
            since(4.0) as f64,
            each,
            spend as f64,
            recency_days / (1.0 + each),
        ];
        Some(Self { recency_days, age_days, orders: orders.len(), currency, values })
    }

    /// What each sign's value stands for, and the value in that (money in major units).
    pub(super) fn told(&self) -> impl Iterator<Item = (Sign, Measure, f64)> {
        let minor_per_major = self.currency.minor_per_major() as f64;
        let told = move |(sign, value): (Sign, f64)| match sign {
            Sign::SpendTwoSpans => (sign, Measure::Money(self.currency), value / minor_per_major),
            Sign::OrdersHalfSpan
            | Sign::OrdersSpan
            | Sign::OrdersTwoSpans
            | Sign::OrdersFourSpans => (sign, Measure::Integer, value),
            _ => (sign, Measure::Number, value),
        };
        Sign::ALL.into_iter().zip(self.values).map(told)
    }

    /// The mean gap between orders, if there are two at different instants.
    pub(super) fn mean_gap_days(&self) -> Option<f64> {
        let gaps = self.orders.checked_sub(1).filter(|gaps| *gaps > 0)?;
        let mean = (self.age_days - self.recency_days) / gaps as f64;
        (mean > 0.0).then_some(mean)
    }

    /// The coordinates of a model's columns.
    pub(super) fn point(&self) -> [f64; 8] {
        let mut signs = Sign::ALL.into_iter();
        self.values.map(|value| signs.next().map_or(value, |sign| sign.coordinate(value)))
    }
}

/// What was paid and kept, at least 0.
fn paid(order: crate::event::Order) -> i128 {
    i128::from(order.net_price.minor()).max(0)
}

/// The orders before a date; `None` if there is none.
pub(super) fn before(all: Orders<'_>, date: DateTime<Utc>) -> Option<Orders<'_>> {
    let last = date.checked_sub_signed(chrono::TimeDelta::nanoseconds(1))?;
    let orders = all.within(&Interval { first: DateTime::<Utc>::MIN_UTC, last });
    (!orders.is_empty()).then_some(orders)
}

/// Whether nothing was bought from a date on, before `until`.
pub(super) fn lapsed(all: Orders<'_>, date: DateTime<Utc>, until: DateTime<Utc>) -> bool {
    let last = until.checked_sub_signed(chrono::TimeDelta::nanoseconds(1)).unwrap_or(until);
    all.within(&Interval { first: date, last }).is_empty()
}

fn now(date: DateTime<Utc>) -> Option<i128> {
    date.timestamp_nanos_opt().map(i128::from)
}
