//! What some orders come to.

use serde::{Deserialize, Serialize};

use super::Refunded;

/// What the orders of one customer come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Record", into = "Record")]
pub struct Total {
    /// The greatest number, if there is no order.
    first: i64,
    /// The least number, if there is no order.
    last: i64,
    orders: u32,
    refunds: u32,
    /// The bytes of an `i128`, which would take 8 more to stand where it can be divided by 16.
    net_minor: [u8; 16],
}

/// As it is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<i64>,
    orders: u32,
    refunds: u32,
    net_minor: i128,
}

/// Nothing.
impl Default for Total {
    fn default() -> Self {
        Self { first: i64::MAX, last: i64::MIN, orders: 0, refunds: 0, net_minor: [0; 16] }
    }
}

impl Total {
    /// When the first order was, in nanoseconds since 1970 (UTC).
    #[must_use]
    pub const fn first(&self) -> Option<i64> {
        if self.orders > 0 { Some(self.first) } else { None }
    }

    /// When the last order was, in nanoseconds since 1970 (UTC).
    #[must_use]
    pub const fn last(&self) -> Option<i64> {
        if self.orders > 0 { Some(self.last) } else { None }
    }

    /// How many orders there were; a number beyond `u32::MAX` is told as that.
    #[must_use]
    pub const fn orders(&self) -> u32 {
        self.orders
    }

    /// How many refunds there were; a number beyond `u32::MAX` is told as that.
    #[must_use]
    pub const fn refunds(&self) -> u32 {
        self.refunds
    }

    /// What was paid and not refunded, in minor units.
    #[must_use]
    pub const fn net_minor(&self) -> i128 {
        i128::from_ne_bytes(self.net_minor)
    }

    /// Whether nothing was counted.
    pub(super) const fn is_nothing(&self) -> bool {
        self.orders == 0 && self.refunds == 0
    }

    #[inline]
    fn pay(&mut self, net_minor: i128) {
        let net_minor = match self.net_minor().checked_add(net_minor) {
            Some(net_minor) => net_minor,
            None => self.net_minor().saturating_add(net_minor),
        };
        self.net_minor = net_minor.to_ne_bytes();
    }

    /// Counts an order, or a refund.
    #[inline]
    pub(super) fn count(&mut self, at: i64, net_minor: i64) {
        self.pay(i128::from(net_minor));
        if net_minor < 0 {
            self.refunds = self.refunds.saturating_add(1);
        } else {
            self.orders = self.orders.saturating_add(1);
            self.first = self.first.min(at);
            self.last = self.last.max(at);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.pay(other.net_minor());
        self.orders = self.orders.saturating_add(other.orders);
        self.refunds = self.refunds.saturating_add(other.refunds);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }

    /// Counts what several rows of one order come to.
    pub(super) fn roll_up(&mut self, order: &Self, refunded: Refunded) {
        self.pay(order.net_minor());
        self.refunds = self.refunds.saturating_add(order.refunds);
        let is_cancelled =
            refunded == Refunded::Cancels && order.net_minor() <= 0 && order.refunds > 0;
        if let Some(at) = order.first().filter(|_| !is_cancelled) {
            self.orders = self.orders.saturating_add(1);
            self.first = self.first.min(at);
            self.last = self.last.max(at);
        }
    }
}

impl From<Record> for Total {
    fn from(record: Record) -> Self {
        let Record { first, last, orders, refunds, net_minor } = record;
        // Of one instant that is missing the other takes the place.
        let (first, last) = (first.or(last), last.or(first));
        let (earliest, latest) = (first.min(last), first.max(last));
        let (none, net_minor) = (Self::default(), net_minor.to_ne_bytes());
        match (earliest, latest) {
            (Some(first), Some(last)) if orders > 0 => {
                Self { first, last, orders, refunds, net_minor }
            }
            _ => Self { orders: 0, refunds, net_minor, ..none },
        }
    }
}

impl From<Total> for Record {
    fn from(total: Total) -> Self {
        let (first, last) = (total.first(), total.last());
        let net_minor = total.net_minor();
        let Total { orders, refunds, .. } = total;
        Self { first, last, orders, refunds, net_minor }
    }
}
