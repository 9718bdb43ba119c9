//! Points for what is paid.

use serde::{Deserialize, Serialize};

use super::super::MAX_POINTS;
use super::super::price::Prices;
use super::{Base, Target};
use crate::id::PurseId;
use crate::money::{Money, Rounding};
use crate::points::Points;

/// So many points for every so much that is left to pay for the target when the offer's turn comes,
/// on top of what the purchase earns; a lane after the discounts counts what is really paid.
///
/// No more than [`MAX_POINTS`] are given. JSON: `{"points": 5, "per": "1.00 EUR", "target":
/// {"categories": ["coffee"]}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PointsPer {
    /// How many points.
    pub points: Points,
    /// The purse that they go into; that of the main points if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purse: Option<PurseId>,
    /// For how much.
    pub per: Money,
    /// What counts; the whole order if not said.
    #[serde(default)]
    pub target: Target,
    /// What becomes of a fraction of a point of all of it; it is lost if not said.
    #[serde(default = "down", skip_serializing_if = "is_down")]
    pub rounding: Rounding,
}

const fn down() -> Rounding {
    Rounding::Down
}

fn is_down(rounding: &Rounding) -> bool {
    *rounding == down()
}

impl PointsPer {
    /// So many points for every `per` of the order.
    #[must_use]
    pub const fn new(points: Points, per: Money) -> Self {
        Self { points, purse: None, per, target: Target::Order, rounding: down() }
    }

    /// The same for `target`.
    #[must_use]
    pub fn of(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The points at these prices.
    pub(super) fn points(&self, prices: &Prices<'_>) -> Points {
        let lines = prices.lines.iter().filter(|line| self.target.includes(line.item));
        let paid: i64 = lines.map(|line| line.price.on(Base::Running)).sum();
        let points = i128::from(paid) * i128::from(self.points.0);
        let points = self.rounding.divide(points, i128::from(self.per.minor()));
        points.map_or(MAX_POINTS, |points| Points(points).min(MAX_POINTS))
    }
}
