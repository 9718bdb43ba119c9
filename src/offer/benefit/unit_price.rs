//! A price of one's own for products.

use serde::{Deserialize, Serialize};

use super::super::price::{Prices, Proposal};
use super::Target;
use crate::money::Money;

/// A fixed price for every unit of some products, such as the price that a member was promised. It
/// never raises a price: what costs less already stays as it is.
///
/// JSON: `{"price": "2.00 EUR", "target": {"products": ["espresso"]}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UnitPrice {
    /// What a unit costs, more than nothing.
    pub price: Money,
    /// What has this price; the order and the lines both mean anything in the basket.
    pub target: Target,
}

impl UnitPrice {
    /// This price for every unit of `target`.
    #[must_use]
    pub const fn new(price: Money, target: Target) -> Self {
        Self { price, target }
    }

    pub(in super::super) fn propose(&self, prices: &Prices<'_>) -> Proposal {
        prices.off_each(prices.lines.iter().map(|line| {
            let price = self.price.minor().saturating_mul(line.item.quantity);
            let above = line.price.running.saturating_sub(price).max(0);
            if self.target.includes(line.item) { above } else { 0 }
        }))
    }
}
