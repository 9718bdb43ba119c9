//! What a ladder counts.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::Credits;
use crate::calendar::Interval;
use crate::event::{EventKind, EventType, Order, Purchases};
use crate::feature::{INTERACTIONS, Snapshot};
use crate::money::{Currency, Money};
use crate::points::{Contents, Points};

/// What a ladder counts.
///
/// What happened before the customer joined counts like anything else; a membership year, which
/// begins with them, has no room for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Measure {
    /// What was paid for orders and has not come back.
    Spend,
    /// Orders of which something was kept.
    Orders,
    /// Visits to stores.
    Visits,
    /// Points that were earned and not taken back, spent or not; of the ladder's purse.
    PointsEarned,
    /// What the feature `engagement` counts: looks, opened mails, visits, reviews and the like.
    Engagement,
}

/// Credits that came about at one instant, in minor units if they are money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Credit {
    pub(super) measure: Measure,
    /// When it came about.
    pub(super) at: DateTime<Utc>,
    /// From when on it counts: later than it came about if it says what came back.
    pub(super) from: DateTime<Utc>,
    pub(super) amount: i64,
}

/// How much there is of each measure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums([i128; 5]);

/// What is made of a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Returned {
    /// What came back was never bought.
    FromTheStart,
    /// It counts until it comes back.
    WhenItCame,
}

impl Sums {
    pub(super) fn of(&self, measure: Measure) -> i128 {
        self.0.get(measure as usize).copied().unwrap_or(0)
    }

    pub(super) fn add(&mut self, measure: Measure, amount: i128) {
        if let Some(sum) = self.0.get_mut(measure as usize) {
            *sum += amount;
        }
    }
}

impl Measure {
    /// How credits of this measure are written.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::Spend => "an amount such as `500.00 EUR`",
            _ => "a whole number such as `12`",
        }
    }

    /// So many credits of this measure; `currency` is the program's.
    pub(super) fn credits(self, amount: i128, currency: Currency) -> Credits {
        let most = if amount < 0 { i64::MIN } else { i64::MAX };
        let amount = i64::try_from(amount).unwrap_or(most);
        match self {
            Self::Spend => Credits::Money(Money::from_minor(amount, currency)),
            _ => Credits::Count(amount),
        }
    }

    /// What a customer has been credited until a moment.
    pub(super) fn of(
        self,
        snapshot: &Snapshot<'_>,
        purse: Contents<'_>,
        returned: Returned,
    ) -> Vec<Credit> {
        let as_of = snapshot.moment().as_of;
        let history = &snapshot.profile().history;
        let whole = |at| Credit { measure: self, at, from: at, amount: 1 };
        match self {
            Self::Visits => {
                history.instants(EventType::Visit, as_of).into_iter().map(whole).collect()
            }
            Self::Engagement => {
                let instants = INTERACTIONS.into_iter();
                instants.flat_map(|kind| history.instants(kind, as_of)).map(whole).collect()
            }
            Self::Spend | Self::Orders | Self::PointsEarned => match returned {
                Returned::FromTheStart => self.kept(snapshot, purse, as_of),
                Returned::WhenItCame => self.kept_in_time(snapshot, purse),
            },
        }
    }

    /// What was bought or earned, less what came back up to `known`.
    fn kept(
        self,
        snapshot: &Snapshot<'_>,
        purse: Contents<'_>,
        known: DateTime<Utc>,
    ) -> Vec<Credit> {
        let moment = snapshot.moment();
        let credit = |at, amount| Credit { measure: self, at, from: at, amount };
        if self == Self::PointsEarned {
            let kept = purse.kept(known).into_iter();
            return kept.map(|(at, Points(amount))| credit(at, amount)).collect();
        }
        let of = |order: Order| match self {
            Self::Spend => credit(order.at, order.net_price.minor()),
            _ => credit(order.at, 1),
        };
        if known >= moment.as_of {
            return snapshot.purchases().orders(0).iter().map(of).collect();
        }
        let profile = snapshot.profile();
        let events = profile.history.lasting(moment.as_of).filter(|event| event.at <= known);
        let log = Purchases::of_one(&profile.customer.id, moment.currency, events);
        log.orders(0).iter().map(of).collect()
    }

    /// What was bought or earned, and from each return on how much less that is.
    fn kept_in_time(self, snapshot: &Snapshot<'_>, purse: Contents<'_>) -> Vec<Credit> {
        let as_of = snapshot.moment().as_of;
        let events = snapshot.profile().history.lasting(as_of);
        let returns = events.filter(|event| matches!(event.kind, EventKind::Return(_)));
        let mut returns: Vec<DateTime<Utc>> = returns.map(|event| event.position().0).collect();
        returns.dedup();
        let ends = returns.iter().map(|at| at.checked_sub_signed(TimeDelta::nanoseconds(1)));
        let ends = ends.map(|end| end.unwrap_or(as_of)).chain([as_of]);
        let mut known: BTreeMap<DateTime<Utc>, i64> = BTreeMap::new();
        let mut credits = Vec::new();
        for (since, end) in std::iter::once(None).chain(returns.iter().map(Some)).zip(ends) {
            let mut now: BTreeMap<DateTime<Utc>, i64> = known.keys().map(|at| (*at, 0)).collect();
            for credit in self.kept(snapshot, purse, end) {
                let sum = now.entry(credit.at).or_default();
                *sum = sum.saturating_add(credit.amount);
            }
            for (&at, &amount) in &now {
                let before = known.get(&at);
                let from = since.filter(|_| before.is_some()).map_or(at, |since| at.max(*since));
                let amount = amount.saturating_sub(before.copied().unwrap_or(0));
                credits.push(Credit { measure: self, at, from, amount });
            }
            known = now;
        }
        credits.retain(|credit| credit.amount != 0);
        credits
    }

    /// How much came about within `interval`.
    pub(super) fn within(
        self,
        interval: &Interval,
        snapshot: &Snapshot<'_>,
        purse: Contents<'_>,
    ) -> i128 {
        let as_of = snapshot.moment().as_of;
        let history = &snapshot.profile().history;
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
            Self::Visits => history.count(EventType::Visit, interval, as_of).into(),
            Self::Engagement => {
                let counts = INTERACTIONS.map(|kind| history.count(kind, interval, as_of));
                counts.into_iter().map(i128::from).sum()
            }
            Self::PointsEarned => {
                let kept = purse.kept(as_of).into_iter();
                kept.filter(|(at, _)| interval.contains(*at))
                    .map(|(_, kept)| i128::from(kept.0))
                    .sum()
            }
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spend => "spend",
            Self::Orders => "orders",
            Self::Visits => "visits",
            Self::PointsEarned => "points earned",
            Self::Engagement => "engagement",
        })
    }
}
