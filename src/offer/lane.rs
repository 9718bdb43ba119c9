//! Lanes: how offers that hold at the same time go together.

use serde::{Deserialize, Serialize};

use crate::id::LaneId;

/// A group of offers and how they go together; lanes are applied in their order, each on what the
/// lanes before it have left to pay.
///
/// Offers that name no lane are in the *default lane*, which is applied first: the best discount
/// alone, on the running price. JSON: `{"id": "coupons", "mode": "stack", "base": "original"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lane {
    /// Names the lane.
    pub id: LaneId,
    /// Who wins in it.
    #[serde(default)]
    pub mode: Mode,
    /// Which price its percentages and free items are taken of, unless the benefit says otherwise.
    #[serde(default)]
    pub base: Base,
    /// Which of its offers compete for winning.
    #[serde(default)]
    pub contest: Contest,
}

/// Who wins in a lane. Ties go to the higher priority, then to the smaller offer id; among plans of
/// several offers, to the one that differs first by such an offer, or by applying it more often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Mode {
    /// The one offer that takes most off.
    #[default]
    Best,
    /// The one offer of highest priority that takes anything off.
    First,
    /// All offers, one after the other by priority; one that cannot be combined with those before
    /// it is left out.
    Stack,
    /// The offers, in the order of application, that leave the customer the least to pay.
    BestForCustomer,
    /// As many offers as go together, so that none could still be added, but those and in the order
    /// that leave the customer the most to pay: what the shop keeps.
    BestMargin,
}

/// Which price a percentage is taken of. Whatever the base, no line falls below zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Base {
    /// The price before any offer of the catalog.
    Original,
    /// What is left to pay when the offer's turn comes.
    #[default]
    Running,
}

/// Which offers of a lane compete in [`Mode::Best`] and [`Mode::First`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Contest {
    /// Only those that take money off: gifts, points, multipliers and access are granted to
    /// whoever is eligible, after the winner.
    #[default]
    Discounts,
    /// All, for one winner: to [`Mode::Best`] a benefit that takes no money off is worth nothing,
    /// so that any discount beats it and priority decides among such benefits.
    Everything,
}

impl Lane {
    /// A lane whose percentages are taken of the running price and in which discounts compete.
    #[must_use]
    pub fn new(id: LaneId, mode: Mode) -> Self {
        Self { id, mode, base: Base::default(), contest: Contest::default() }
    }

    /// The same lane, with its percentages taken of `base`.
    #[must_use]
    pub fn on(self, base: Base) -> Self {
        Self { base, ..self }
    }

    /// The same lane, with one winner among all its offers.
    #[must_use]
    pub fn exclusive(self) -> Self {
        Self { contest: Contest::Everything, ..self }
    }
}
