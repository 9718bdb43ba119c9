//! Units that an offer wants together, and what it takes off for them.

use serde::{Deserialize, Serialize};

use super::Target;
use crate::money::{Money, Percent};

/// So many units of a target. JSON: `{"target": {"categories": ["coffee"]}, "units": 2}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// What it wants; the order and the lines both mean anything in the basket.
    pub target: Target,
    /// How many units of it, one or more.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub units: u32,
}

/// What is taken off units that were wanted together. JSON: `{"percent": "50%"}`,
/// `{"amount": "2.00 EUR"}`, `{"price": "7.50 EUR"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Off {
    /// A percentage, rounded to the nearest cent.
    Percent(Percent),
    /// An amount.
    Amount(Money),
    /// All above a price; nothing if they cost less.
    Price(Money),
}

impl Slot {
    /// So many units of `target`.
    #[must_use]
    pub const fn new(target: Target, units: u32) -> Self {
        Self { target, units }
    }
}

pub(super) const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub(super) const fn is_one(units: &u32) -> bool {
    *units == 1
}
