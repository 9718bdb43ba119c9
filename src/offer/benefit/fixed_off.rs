//! A fixed amount off.

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{Prices, Proposal};
use super::scope::Scope;
use super::{Spread, Target, Units};
use crate::money::Money;

/// A fixed amount off: once off the order, split over its lines by what is left to pay for them, or
/// off every unit of the lines.
///
/// Whatever its allocation, no unit and no line gives more than is left to pay for it. JSON:
/// `{"amount": "5.00 EUR"}`, `{"amount": "0.50 EUR", "target": {"products": ["espresso"]}}`,
/// `{"amount": "2.00 EUR", "target": "lines", "allocation": "once"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FixedOff {
    /// How much, more than nothing.
    pub amount: Money,
    /// What it is taken off.
    #[serde(default)]
    pub target: Target,
    /// Which units of it; all if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Units>,
    /// How it falls on them: if not said, once across the order, or else on each unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation: Option<Spread>,
}

impl FixedOff {
    /// So much off the whole order.
    #[must_use]
    pub const fn new(amount: Money) -> Self {
        Self { amount, target: Target::Order, units: None, allocation: None }
    }

    /// The same amount, off `target`.
    #[must_use]
    pub fn off(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The same amount, off these units only.
    #[must_use]
    pub fn units(self, units: Units) -> Self {
        Self { units: Some(units), ..self }
    }

    /// The same amount, which falls on its target this way.
    #[must_use]
    pub fn allocated(self, spread: Spread) -> Self {
        Self { allocation: Some(spread), ..self }
    }

    /// Some units of a line have left to pay their share of its price, to the nearest cent.
    pub(in super::super) fn propose(&self, prices: &Prices<'_>) -> Proposal {
        let amount = self.amount.minor();
        let scope = self.scope();
        let picked = scope.pick(prices, Base::Running);
        match scope.spread() {
            Spread::Across => {
                let worths = picked.map(|part| (part.worth(), part.worth()));
                prices.off_all(amount, worths)
            }
            Spread::Each | Spread::Once => prices
                .off_within(picked.map(|part| (amount.saturating_mul(part.units), part.worth()))),
        }
    }

    pub(super) const fn scope(&self) -> Scope<'_> {
        Scope { target: &self.target, units: self.units, spread: self.allocation }
    }
}
