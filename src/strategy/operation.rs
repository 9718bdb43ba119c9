//! Operations on points, each valid in itself.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::calendar::{instant, years};
use super::id::id;
use super::purse::maybe_purse;
use super::value::text;
use crate::event::{Operation, Parcel, Passage};
use crate::points::Points;

/// An operation that passes [`Event::validate`](crate::event::Event::validate); whether a ledger
/// can do it is left open.
pub fn operation() -> impl Strategy<Value = Operation> + Clone {
    let points = || (1..=500_i64).prop_map(Points);
    let any_points = (1..=500_i64, any::<bool>());
    let any_points = any_points.prop_map(|(many, given)| Points(if given { many } else { -many }));
    let why = || prop_oneof![Just(Passage::Transfer), Just(Passage::Merge), Just(Passage::Unmerge)];
    let parcel = points().prop_map(|points| Parcel { points, active_at: None, expires_at: None });
    let parcels = proptest::collection::vec(parcel, 1..=3);
    let purse = maybe_purse;
    prop_oneof![
        (points(), id(), purse()).prop_map(|(points, reward, purse)| Operation::Spend {
            points,
            reward,
            purse
        }),
        (points(), id(), purse()).prop_map(|(points, reward, purse)| Operation::Hold {
            points,
            reward,
            until: end(),
            purse
        }),
        (id(), proptest::option::of(points()), purse())
            .prop_map(|(hold, points, purse)| Operation::Capture { hold, points, purse }),
        (id(), purse()).prop_map(|(hold, purse)| Operation::Release { hold, purse }),
        (any_points, id(), text(), purse()).prop_map(|(points, operator, reason, purse)| {
            Operation::Adjust { points, operator, reason, expires_at: None, purse }
        }),
        (points(), instant(years()), id(), text(), purse()).prop_map(
            |(points, expired_since, operator, reason, purse)| Operation::Reinstate {
                points,
                expired_since,
                operator,
                reason,
                expires_at: None,
                purse
            }
        ),
        (points(), id(), why(), purse()).prop_map(|(points, to, why, purse)| Operation::Send {
            points,
            to,
            why,
            purse
        }),
        (parcels, id(), why(), purse()).prop_map(|(parcels, from, why, purse)| {
            Operation::Receive { parcels, from, why, purse }
        }),
    ]
}

/// An operation that every ledger can do.
pub(super) fn adjustment() -> impl Strategy<Value = Operation> + Clone {
    let adjusts = |one: &Operation| matches!(one, Operation::Adjust { purse: None, .. });
    operation().prop_filter("an adjustment of main points", adjusts)
}

/// After all events.
fn end() -> DateTime<Utc> {
    years().end + TimeDelta::days(1_000)
}
