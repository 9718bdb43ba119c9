//! What a ladder counts.

use std::cmp::Ordering;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ladder::Measure;
use crate::calendar::Interval;
use crate::event::{EventType, Order};
use crate::feature::Snapshot;
use crate::money::{Currency, Money};
use crate::points::{Ledger, Points};

/// A number of what a ladder counts: money for spend, whole numbers for the rest.
///
/// In JSON it is `"500.00 EUR"` or `12`. Money and counts are not ordered, nor are two currencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "credits are money such as \"500.00 EUR\", or a whole number such as 12"
)]
pub enum Credits {
    /// Of money that was spent.
    Money(Money),
    /// Of orders, visits or points.
    Count(i64),
}

/// Credits that came about at one instant, in minor units if they are money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Credit {
    pub(super) at: DateTime<Utc>,
    pub(super) amount: i64,
}

impl Credits {
    /// The number, in minor units if it is money.
    pub(super) const fn amount(self) -> i64 {
        match self {
            Self::Money(money) => money.minor(),
            Self::Count(count) => count,
        }
    }
}

impl PartialOrd for Credits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Money(one), Self::Money(other)) => one.partial_cmp(other),
            (Self::Count(one), Self::Count(other)) => Some(one.cmp(other)),
            _ => None,
        }
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Money(money) => money.fmt(f),
            Self::Count(count) => count.fmt(f),
        }
    }
}

impl Measure {
    /// So many credits of this measure; `currency` is the program's.
    pub(super) const fn credits(self, amount: i64, currency: Currency) -> Credits {
        match self {
            Self::Spend => Credits::Money(Money::from_minor(amount, currency)),
            Self::Orders | Self::Visits | Self::PointsEarned => Credits::Count(amount),
        }
    }

    /// What a customer has been credited until a moment; what was returned by then counts nothing.
    pub(super) fn of(self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> Vec<Credit> {
        let as_of = snapshot.moment().as_of;
        match self {
            Self::Spend | Self::Orders => {
                let orders = snapshot.purchases().orders(0);
                let credit = |order: Order| Credit {
                    at: order.at,
                    amount: if self == Self::Spend { order.net_price.minor() } else { 1 },
                };
                orders.iter().map(credit).collect()
            }
            Self::Visits => snapshot
                .profile()
                .history
                .instants(EventType::Visit, as_of)
                .into_iter()
                .map(|at| Credit { at, amount: 1 })
                .collect(),
            Self::PointsEarned => ledger
                .kept(as_of)
                .into_iter()
                .map(|(at, Points(amount))| Credit { at, amount })
                .collect(),
        }
    }

    /// How much of that came about within `interval`.
    pub(super) fn within(
        self,
        interval: &Interval,
        snapshot: &Snapshot<'_>,
        ledger: &Ledger,
    ) -> i128 {
        let as_of = snapshot.moment().as_of;
        let orders = || snapshot.purchases().orders(0).within(interval);
        let sum = |minors: &[i64]| minors.iter().map(|&minor| i128::from(minor)).sum::<i128>();
        match self {
            Self::Spend => {
                let orders = orders();
                sum(orders.list_minor())
                    - sum(orders.discount_minor())
                    - sum(orders.returned_minor())
            }
            Self::Orders => orders().len() as i128,
            Self::Visits => {
                snapshot.profile().history.count(EventType::Visit, interval, as_of).into()
            }
            Self::PointsEarned => {
                let kept = ledger.kept(as_of).into_iter();
                kept.filter(|(at, _)| interval.contains(*at))
                    .map(|(_, kept)| i128::from(kept.0))
                    .sum()
            }
        }
    }
}
