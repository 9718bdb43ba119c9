//! What some orders come to.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use super::Refunded;

/// What the orders of one customer come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Record", into = "Record")]
pub struct Total(Size);

/// So that a total takes 32 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Size {
    /// Orders or refunds of which an `i64` tells what was paid.
    Small(Small),
    /// Any other; `None` if nothing was counted.
    Large(Option<Box<Large>>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Small {
    first: i64,
    last: i64,
    net_minor: i64,
    /// The orders, and the refunds in the upper half.
    counts: NonZeroU64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Large {
    /// The greatest number, if there is no order.
    first: i64,
    /// The least number, if there is no order.
    last: i64,
    orders: u32,
    refunds: u32,
    net_minor: i128,
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
        Self(Size::Large(None))
    }
}

impl Total {
    /// When the first order was, in nanoseconds since 1970 (UTC).
    #[must_use]
    pub const fn first(&self) -> Option<i64> {
        let first = match &self.0 {
            Size::Small(small) => small.first,
            Size::Large(Some(large)) => large.first,
            Size::Large(None) => 0,
        };
        if self.orders() > 0 { Some(first) } else { None }
    }

    /// When the last order was, in nanoseconds since 1970 (UTC).
    #[must_use]
    pub const fn last(&self) -> Option<i64> {
        let last = match &self.0 {
            Size::Small(small) => small.last,
            Size::Large(Some(large)) => large.last,
            Size::Large(None) => 0,
        };
        if self.orders() > 0 { Some(last) } else { None }
    }

    /// How many orders there were; a number beyond `u32::MAX` is told as that.
    #[must_use]
    pub const fn orders(&self) -> u32 {
        match &self.0 {
            Size::Small(small) => small.counts.get() as u32,
            Size::Large(Some(large)) => large.orders,
            Size::Large(None) => 0,
        }
    }

    /// How many refunds there were; a number beyond `u32::MAX` is told as that.
    #[must_use]
    pub const fn refunds(&self) -> u32 {
        match &self.0 {
            Size::Small(small) => (small.counts.get() >> 32) as u32,
            Size::Large(Some(large)) => large.refunds,
            Size::Large(None) => 0,
        }
    }

    /// What was paid and not refunded, in minor units.
    #[must_use]
    pub const fn net_minor(&self) -> i128 {
        match &self.0 {
            Size::Small(small) => small.net_minor as i128,
            Size::Large(Some(large)) => large.net_minor,
            Size::Large(None) => 0,
        }
    }

    /// Whether nothing was counted.
    pub(super) const fn is_nothing(&self) -> bool {
        self.orders() == 0 && self.refunds() == 0
    }

    /// Counts an order, or a refund.
    #[inline]
    pub(super) fn count(&mut self, at: i64, net_minor: i64) {
        if let Size::Small(small) = &mut self.0
            && let Some(paid) = small.net_minor.checked_add(net_minor)
        {
            small.net_minor = paid;
            if net_minor < 0 {
                small.counts = small.counts.checked_add(1 << 32).unwrap_or(small.counts);
            } else {
                let more = small.counts.get() as u32 != u32::MAX;
                small.counts = small.counts.saturating_add(more.into());
                small.first = small.first.min(at);
                small.last = small.last.max(at);
            }
        } else {
            self.count_large(at, net_minor);
        }
    }

    /// Counts where one cannot be added to what there is.
    #[inline(never)]
    fn count_large(&mut self, at: i64, net_minor: i64) {
        let mut large = self.large();
        large.pay(net_minor.into());
        if net_minor < 0 {
            large.refunds = large.refunds.saturating_add(1);
        } else {
            large.order(1, at, at);
        }
        *self = large.into();
    }

    pub(super) fn merge(&mut self, other: &Self) {
        let (mut large, other) = (self.large(), other.large());
        large.pay(other.net_minor);
        large.refunds = large.refunds.saturating_add(other.refunds);
        large.order(other.orders, other.first, other.last);
        *self = large.into();
    }

    /// Counts what several rows of one order come to.
    pub(super) fn roll_up(&mut self, order: &Self, refunded: Refunded) {
        let mut large = self.large();
        large.pay(order.net_minor());
        large.refunds = large.refunds.saturating_add(order.refunds());
        let is_cancelled =
            refunded == Refunded::Cancels && order.net_minor() <= 0 && order.refunds() > 0;
        if let Some(at) = order.first().filter(|_| !is_cancelled) {
            large.order(1, at, at);
        }
        *self = large.into();
    }

    fn large(&self) -> Large {
        Large {
            first: self.first().unwrap_or(i64::MAX),
            last: self.last().unwrap_or(i64::MIN),
            orders: self.orders(),
            refunds: self.refunds(),
            net_minor: self.net_minor(),
        }
    }
}

impl Large {
    const fn pay(&mut self, net_minor: i128) {
        self.net_minor = self.net_minor.saturating_add(net_minor);
    }

    fn order(&mut self, orders: u32, first: i64, last: i64) {
        self.orders = self.orders.saturating_add(orders);
        self.first = self.first.min(first);
        self.last = self.last.max(last);
    }
}

/// As small as can be, so that equal totals are of one size.
impl From<Large> for Total {
    fn from(large: Large) -> Self {
        let Large { first, last, orders, refunds, net_minor } = large;
        let counts = NonZeroU64::new(u64::from(refunds) << 32 | u64::from(orders));
        Self(match (counts, i64::try_from(net_minor)) {
            (Some(counts), Ok(net_minor)) => Size::Small(Small { first, last, net_minor, counts }),
            (None, Ok(0)) => Size::Large(None),
            _ => Size::Large(Some(Box::new(large))),
        })
    }
}

impl From<Record> for Total {
    fn from(record: Record) -> Self {
        let Record { first, last, orders, refunds, net_minor } = record;
        // Of one instant that is missing the other takes the place.
        let (first, last) = (first.or(last), last.or(first));
        let (earliest, latest) = (first.min(last), first.max(last));
        let large = match (earliest, latest) {
            (Some(first), Some(last)) if orders > 0 => {
                Large { first, last, orders, refunds, net_minor }
            }
            _ => Large { orders: 0, refunds, net_minor, ..Total::default().large() },
        };
        large.into()
    }
}

impl From<Total> for Record {
    fn from(total: Total) -> Self {
        let (first, last) = (total.first(), total.last());
        let (orders, refunds) = (total.orders(), total.refunds());
        Self { first, last, orders, refunds, net_minor: total.net_minor() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_takes_32_bytes() {
        assert_eq!(size_of::<Total>(), 32);
    }
}
