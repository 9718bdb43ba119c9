//! What an offer gives.

mod access;
mod fixed_off;
mod free_item;
mod percent_off;
mod shipping_off;
mod target;

use serde::{Deserialize, Serialize};

pub use access::{Access, AccessKind};
pub use fixed_off::FixedOff;
pub use free_item::{FreeItem, Which};
pub use percent_off::PercentOff;
pub use shipping_off::ShippingOff;
pub use target::Target;

use super::Base;
use super::decline::Nothing;
use super::evaluation::Award;
use super::price::{Cut, Prices, Proposal};
use crate::id::ProductId;
use crate::money::{Allocator, Money, Percent};
use crate::points::{Multiplier, Points};

/// What an offer gives.
///
/// The first four take money off and are called *discounts*. JSON: an object with one key, such as
/// `{"percent": {"percent": "20%"}}`, `{"points": 500}` or `{"gift": {"product": "mug"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Benefit {
    /// A percentage off.
    Percent(PercentOff),
    /// A fixed amount off.
    Fixed(FixedOff),
    /// Units of the basket for free.
    FreeItem(FreeItem),
    /// Cheaper or free shipping.
    Shipping(ShippingOff),
    /// Points on top of what the purchase earns.
    Points(Points),
    /// More points for what is bought: `2x` doubles them.
    PointsMultiplier(Multiplier),
    /// Something on top that is not in the basket.
    Gift(Gift),
    /// Being let in.
    Access(Access),
}

/// A product on top of the basket. JSON: `{"product": "mug"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gift {
    /// What is given.
    pub product: ProductId,
}

impl Benefit {
    /// So many whole percent off the whole order.
    #[must_use]
    pub fn percent(percent: u16) -> Self {
        Self::Percent(PercentOff::new(Percent::new(percent)))
    }

    /// So much off the whole order.
    #[must_use]
    pub fn fixed(amount: Money) -> Self {
        Self::Fixed(FixedOff::new(amount))
    }

    /// Free shipping.
    #[must_use]
    pub const fn free_shipping() -> Self {
        Self::Shipping(ShippingOff::free())
    }

    /// One piece of `product` on top of the basket.
    #[must_use]
    pub const fn gift(product: ProductId) -> Self {
        Self::Gift(Gift { product })
    }

    /// Whether it takes money off.
    #[must_use]
    pub const fn is_discount(&self) -> bool {
        matches!(self, Self::Percent(_) | Self::Fixed(_) | Self::FreeItem(_) | Self::Shipping(_))
    }

    /// How many times it could be applied to these prices at most: a bundle as often as there are
    /// unclaimed units for it, anything else once.
    pub(super) const fn most_times(&self, _: &Prices<'_>) -> u32 {
        1
    }

    /// What it would take off these prices in a lane on `base` if it were applied `times` times;
    /// nothing if it is no discount.
    pub(super) fn propose(
        &self,
        prices: &Prices<'_>,
        base: Base,
        _times: u32,
        allocator: &dyn Allocator,
    ) -> Proposal {
        match self {
            Self::Percent(off) => off.propose(prices, base, allocator),
            Self::Fixed(off) => off.propose(prices, allocator),
            Self::FreeItem(free) => free.propose(prices, base),
            Self::Shipping(off) => off.propose(prices, base),
            Self::Points(_) | Self::PointsMultiplier(_) | Self::Gift(_) | Self::Access(_) => {
                Proposal { desired: 0, cut: Cut::Lines(Vec::new()), claims: Vec::new() }
            }
        }
    }

    /// Why it takes nothing off these prices.
    pub(super) fn nothing(&self, prices: &Prices<'_>) -> Nothing {
        match self {
            Self::Percent(PercentOff { target, .. })
            | Self::Fixed(FixedOff { target, .. })
            | Self::FreeItem(FreeItem { target, .. }) => prices.nothing(target),
            Self::Shipping(_) if prices.shipping.is_none() => Nothing::ShippingUnknown,
            _ => Nothing::NothingLeft,
        }
    }

    /// What it gives whatever is in the basket; `None` if it is a discount.
    pub(super) fn award(&self) -> Option<Award> {
        match self {
            Self::Percent(_) | Self::Fixed(_) | Self::FreeItem(_) | Self::Shipping(_) => None,
            Self::Points(points) => Some(Award::Points(*points)),
            Self::PointsMultiplier(multiplier) => Some(Award::PointsMultiplier(*multiplier)),
            Self::Gift(gift) => Some(Award::Gift(gift.clone())),
            Self::Access(access) => Some(Award::Access(access.clone())),
        }
    }
}
