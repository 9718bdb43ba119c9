//! The days on which a customer bought.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use crate::calendar::{Interval, Zone};
use crate::event::Orders;

/// What the clock on the wall showed at each order before an instant, the earliest first.
pub(super) fn walls(all: Orders<'_>, as_of: DateTime<Utc>, zone: &Zone) -> Vec<NaiveDateTime> {
    let Some(last) = as_of.checked_sub_signed(TimeDelta::nanoseconds(1)) else {
        return Vec::new();
    };
    let orders = all.within(&Interval { first: DateTime::<Utc>::MIN_UTC, last });
    orders.iter().map(|order| zone.local(order.at)).collect()
}

/// The days with an order before an instant, each once, the earliest first.
pub(super) fn days(all: Orders<'_>, as_of: DateTime<Utc>, zone: &Zone) -> Vec<NaiveDate> {
    let mut days: Vec<NaiveDate> =
        walls(all, as_of, zone).into_iter().map(|wall| wall.date()).collect();
    days.sort_unstable();
    days.dedup();
    days
}

/// Days from one date to another.
pub(super) fn between(from: NaiveDate, to: NaiveDate) -> f64 {
    (to - from).num_days() as f64
}

/// The gaps between days that follow each other.
pub(super) fn gaps(days: &[NaiveDate]) -> Vec<f64> {
    days.iter().zip(days.iter().skip(1)).map(|(from, to)| between(*from, *to)).collect()
}
