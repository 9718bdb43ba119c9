//! Cheaper or free shipping.

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{Prices, Proposal};
use super::percent_off::share;
use crate::money::{Money, Percent, Rounding};

/// What is taken off the price of shipping.
///
/// JSON: `{"percent": "100%"}`, `{"up_to": "4.95 EUR"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ShippingOff {
    /// A percentage, rounded to the nearest cent.
    Percent(Percent),
    /// All of it, up to an amount.
    UpTo(Money),
}

impl ShippingOff {
    /// Free shipping.
    #[must_use]
    pub const fn free() -> Self {
        Self::Percent(Percent::new(100))
    }

    pub(in super::super) fn propose(&self, prices: &Prices<'_>, base: Base) -> Proposal {
        let price = prices.shipping.map_or(0, |price| price.on(base));
        prices.off_shipping(match self {
            Self::Percent(percent) => share(*percent, price, Rounding::HalfUp),
            Self::UpTo(amount) => amount.minor(),
        })
    }
}
