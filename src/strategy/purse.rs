//! Purses: currencies of points beside the main points.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::earning::expiry;
use crate::id::PurseId;
use crate::points::{ClawBack, Purse, SpendOrder};

/// The names of all purses there are: few, so that events, rules and terms meet.
const NAMES: [&str; 2] = ["stars", "credits"];

/// Up to two purses that pass [`Purses::check`](crate::points::Purses::check), with more or less
/// terms of their own.
pub fn purses() -> impl Strategy<Value = Vec<Purse>> + Clone {
    subsequence(ids(), 0..=NAMES.len())
        .prop_flat_map(|ids| ids.into_iter().map(purse).collect::<Vec<_>>())
}

fn purse(id: PurseId) -> BoxedStrategy<Purse> {
    let uses = (any::<bool>(), any::<bool>());
    let expiry = proptest::option::weighted(0.4, expiry());
    let claw_back = proptest::option::weighted(0.4, policy());
    let spend_order = proptest::option::weighted(0.4, spend_order());
    let purse = (uses, expiry, claw_back, spend_order).prop_map(
        move |((spendable, multiplied), expiry, claw_back, spend_order)| Purse {
            spendable,
            multiplied,
            expiry,
            claw_back,
            spend_order,
            ..Purse::new(id.clone())
        },
    );
    purse.boxed()
}

/// How far points are taken back.
pub(super) fn policy() -> impl Strategy<Value = ClawBack> + Clone {
    select(vec![ClawBack::PendingOnly, ClawBack::WithinBalance, ClawBack::IntoDeficit])
}

/// In which order points are spent.
pub(super) fn spend_order() -> impl Strategy<Value = SpendOrder> + Clone {
    select(vec![SpendOrder::EarliestExpiry, SpendOrder::OldestFirst, SpendOrder::NewestFirst])
}

/// Mostly the main points, or else a purse, whether a program has it or not.
pub(super) fn maybe_purse() -> impl Strategy<Value = Option<PurseId>> + Clone {
    proptest::option::weighted(0.3, select(ids()))
}

fn ids() -> Vec<PurseId> {
    NAMES.into_iter().filter_map(|name| PurseId::new(name).ok()).collect()
}
