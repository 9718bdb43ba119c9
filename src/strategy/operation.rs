//! Operations on points, each valid in itself.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::calendar::{instant, years};
use super::id::id;
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
    prop_oneof![
        (points(), id()).prop_map(|(points, reward)| Operation::Spend { points, reward }),
        (points(), id()).prop_map(|(points, reward)| Operation::Hold {
            points,
            reward,
            until: end()
        }),
        (id(), proptest::option::of(points()))
            .prop_map(|(hold, points)| Operation::Capture { hold, points }),
        id().prop_map(|hold| Operation::Release { hold }),
        (any_points, id(), text()).prop_map(|(points, operator, reason)| {
            Operation::Adjust { points, operator, reason, expires_at: None }
        }),
        (points(), instant(years()), id(), text()).prop_map(
            |(points, expired_since, operator, reason)| Operation::Reinstate {
                points,
                expired_since,
                operator,
                reason,
                expires_at: None
            }
        ),
        (points(), id(), why()).prop_map(|(points, to, why)| Operation::Send { points, to, why }),
        (parcels, id(), why()).prop_map(|(parcels, from, why)| Operation::Receive {
            parcels,
            from,
            why
        }),
    ]
}

/// An operation that every ledger can do.
pub(super) fn adjustment() -> impl Strategy<Value = Operation> + Clone {
    operation().prop_filter("an adjustment", |one| matches!(one, Operation::Adjust { .. }))
}

/// After all events.
fn end() -> DateTime<Utc> {
    years().end + TimeDelta::days(1_000)
}
