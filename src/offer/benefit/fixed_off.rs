//! A fixed amount off.

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{Prices, Proposal};
use super::Target;
use crate::money::{Allocator, Money};

/// A fixed amount off: once off the order, split over its lines by what is left to pay for them, or
/// off every unit of the lines.
///
/// JSON: `{"amount": "5.00 EUR"}`, `{"amount": "0.50 EUR", "target": {"products": ["espresso"]}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FixedOff {
    /// How much, more than nothing.
    pub amount: Money,
    /// What it is taken off.
    #[serde(default)]
    pub target: Target,
}

impl FixedOff {
    /// So much off the whole order.
    #[must_use]
    pub fn new(amount: Money) -> Self {
        Self { amount, target: Target::Order }
    }

    /// The same amount, off `target`.
    #[must_use]
    pub fn off(self, target: Target) -> Self {
        Self { target, ..self }
    }

    pub(in super::super) fn propose(
        &self,
        prices: &Prices<'_>,
        allocator: &dyn Allocator,
    ) -> Proposal {
        let amount = self.amount.minor();
        match &self.target {
            Target::Order => prices.off_all(amount, Base::Running, allocator),
            target => prices.off_each(prices.lines.iter().map(|line| {
                let units = if target.includes(line.item) { line.item.quantity } else { 0 };
                amount.saturating_mul(units)
            })),
        }
    }
}
