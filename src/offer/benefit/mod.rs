//! What an offer gives.

mod access;
mod bundle;
mod buy_get;
mod fixed_off;
mod free_item;
mod gift;
mod percent_off;
mod points_per;
mod reach;
mod scope;
mod shipping_off;
mod slot;
mod target;
mod tiered;
mod unit_price;

use serde::{Deserialize, Serialize};

pub use access::{Access, AccessKind};
pub use bundle::{Bundle, MAX_SLOTS};
pub use buy_get::BuyGet;
pub use fixed_off::FixedOff;
pub use free_item::{FreeItem, Which};
pub use gift::Gift;
pub use percent_off::PercentOff;
pub use points_per::PointsPer;
pub use scope::{Spread, Units};
pub use shipping_off::ShippingOff;
pub use slot::{Off, Slot};
pub use target::{AllBut, Target};
pub use tiered::{Step, StepOff, Threshold, Tiered};
pub use unit_price::UnitPrice;

use super::Base;
use super::decline::Nothing;
use super::evaluation::Award;
use super::price::{Prices, Proposal};
use crate::id::{ProductId, PurseId};
use crate::money::{Money, Percent};
use crate::points::{Amount, Multiplier, Points};

/// What an offer gives.
///
/// Those from the percentage to shipping take money off and are called *discounts*. JSON: an object
/// with one key, such as `{"percent": {"percent": "20%"}}`, `{"points": 500}` or
/// `{"gift": {"product": "mug"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Benefit {
    /// A percentage off.
    Percent(PercentOff),
    /// A fixed amount off.
    Fixed(FixedOff),
    /// More off for more in the basket.
    Tiered(Tiered),
    /// A fixed price for products.
    UnitPrice(UnitPrice),
    /// Units of the basket for free.
    FreeItem(FreeItem),
    /// Units for less for who buys others.
    BuyGet(BuyGet),
    /// Units that cost less together.
    Bundle(Bundle),
    /// Cheaper or free shipping.
    Shipping(ShippingOff),
    /// Points on top of what the purchase earns: `500`, or those of a purse as in
    /// `{"points": 5, "purse": "stars"}`.
    Points(Amount),
    /// Points for what is paid, on top of what the purchase earns.
    PointsPer(PointsPer),
    /// More points for what is bought: `2x` doubles them.
    PointsMultiplier(Multiplier),
    /// Something on top that is not in the basket.
    Gift(Gift),
    /// Being let in.
    Access(Access),
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
        Self::Gift(Gift::new(product))
    }

    /// Whether it takes money off.
    #[must_use]
    pub const fn is_discount(&self) -> bool {
        match self {
            Self::Percent(_)
            | Self::Fixed(_)
            | Self::Tiered(_)
            | Self::UnitPrice(_)
            | Self::FreeItem(_)
            | Self::BuyGet(_)
            | Self::Bundle(_)
            | Self::Shipping(_) => true,
            Self::Points(_)
            | Self::PointsPer(_)
            | Self::PointsMultiplier(_)
            | Self::Gift(_)
            | Self::Access(_) => false,
        }
    }

    /// Whether it claims units, which then take part in no other bundle.
    pub(super) const fn claims(&self) -> bool {
        matches!(self, Self::BuyGet(_) | Self::Bundle(_))
    }

    /// How many times it could be applied to these prices at most: one that claims units as often
    /// as there are unclaimed units for it, anything else once.
    pub(super) fn most_times(&self, prices: &Prices<'_>) -> u32 {
        match self {
            Self::BuyGet(deal) => deal.most_times(prices),
            Self::Bundle(bundle) => bundle.most_times(prices),
            _ => 1,
        }
    }

    /// What it would take off these prices in a lane on `base` if it were applied `times` times, or
    /// as often as it can be; nothing if it is no discount.
    pub(super) fn propose(&self, prices: &Prices<'_>, base: Base, times: u32) -> Proposal {
        match self {
            Self::Percent(off) => off.propose(prices, base),
            Self::Fixed(off) => off.propose(prices),
            Self::Tiered(tiered) => tiered.propose(prices, base),
            Self::UnitPrice(price) => price.propose(prices),
            Self::FreeItem(free) => free.propose(prices, base),
            Self::BuyGet(deal) => deal.propose(prices, base, times),
            Self::Bundle(bundle) => bundle.propose(prices, base, times),
            Self::Shipping(off) => off.propose(prices, base),
            Self::Points(_)
            | Self::PointsPer(_)
            | Self::PointsMultiplier(_)
            | Self::Gift(_)
            | Self::Access(_) => Proposal::nothing(),
        }
    }

    /// Bounds of what it would take off these prices if it were applied `fewest` to `most` times,
    /// for which there are enough units.
    pub(super) fn range(
        &self,
        prices: &Prices<'_>,
        base: Base,
        (fewest, most): (u32, u32),
    ) -> [i64; 2] {
        match self {
            Self::BuyGet(deal) => deal.range(prices, base, (fewest, most)),
            // A bundle that is made more often takes off no less.
            _ => [fewest, most].map(|times| self.propose(prices, base, times).applied()),
        }
    }

    /// Why it takes nothing off these prices in a lane on `base`.
    pub(super) fn nothing(&self, prices: &Prices<'_>, base: Base) -> Nothing {
        let none = match self {
            Self::Shipping(_) if prices.shipping.is_none() => return Nothing::ShippingUnknown,
            Self::Shipping(_) => return Nothing::NothingLeft,
            _ => prices.nothing(|line| self.touches(line)),
        };
        let short = match self {
            Self::Tiered(tiered) if tiered.is_below(prices, base) => Nothing::BelowFirstStep,
            Self::BuyGet(deal) if deal.most_times(prices) == 0 => Nothing::TooFewUnits,
            Self::PointsPer(_) => Nothing::NoPoint,
            Self::Bundle(bundle) if bundle.lacks_units(prices) => Nothing::TooFewUnits,
            _ => Nothing::NothingLeft,
        };
        if none == Nothing::NothingLeft { short } else { none }
    }

    /// The points that it gives at these prices, if they depend on the prices.
    pub(super) fn points(&self, prices: &Prices<'_>) -> Option<Points> {
        match self {
            Self::PointsPer(per) => Some(per.points(prices)),
            _ => None,
        }
    }

    /// The purse that its points go into; `None` for the main points.
    #[must_use]
    pub const fn purse(&self) -> Option<&PurseId> {
        match self {
            Self::Points(amount) => amount.purse.as_ref(),
            Self::PointsPer(per) => per.purse.as_ref(),
            _ => None,
        }
    }

    /// What it gives whatever is in the basket; `None` if it is a discount, or if it depends on the
    /// [prices](Self::points).
    pub(super) fn award(&self) -> Option<Award> {
        match self {
            Self::Points(amount) => Some(Award::Points(amount.clone())),
            Self::PointsMultiplier(multiplier) => Some(Award::PointsMultiplier(*multiplier)),
            Self::Gift(gift) => Some(Award::Gift(gift.clone())),
            Self::Access(access) => Some(Award::Access(access.clone())),
            _ => None,
        }
    }
}
