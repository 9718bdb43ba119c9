//! A percentage off.

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{Prices, Proposal};
use super::Target;
use crate::money::{Allocator, Percent, Rounding};

/// A percentage off the order or off lines.
///
/// JSON: `{"percent": "20%"}`, `{"percent": "12.5%", "target": {"categories": ["coffee"]}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PercentOff {
    /// How much, more than nothing and at most all.
    pub percent: Percent,
    /// What it is taken off.
    #[serde(default)]
    pub target: Target,
    /// Which price it is a percentage of; if not said, the one that the lane says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// What becomes of a fraction of a cent: of the order once, or of each line.
    #[serde(default)]
    pub rounding: Rounding,
}

impl PercentOff {
    /// So many percent off the whole order, rounded to the nearest cent.
    #[must_use]
    pub fn new(percent: Percent) -> Self {
        Self { percent, target: Target::Order, base: None, rounding: Rounding::default() }
    }

    /// The same percentage, off `target`.
    #[must_use]
    pub fn off(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The same percentage, of the price `base` whatever the lane says.
    #[must_use]
    pub fn of(self, base: Base) -> Self {
        Self { base: Some(base), ..self }
    }

    /// The same percentage, with fractions rounded this way.
    #[must_use]
    pub fn rounded(self, rounding: Rounding) -> Self {
        Self { rounding, ..self }
    }

    pub(in super::super) fn propose(
        &self,
        prices: &Prices<'_>,
        lane: Base,
        allocator: &dyn Allocator,
    ) -> Proposal {
        let base = self.base.unwrap_or(lane);
        match &self.target {
            Target::Order => prices.off_all(self.share(prices.total(base)), base, allocator),
            target => prices.off_each(prices.lines.iter().map(|line| {
                if target.includes(line.item) { self.share(line.price.on(base)) } else { 0 }
            })),
        }
    }

    fn share(&self, price: i64) -> i64 {
        share(self.percent, price, self.rounding)
    }
}

/// The percentage of a price, which fits because it is at most all of it.
pub(super) fn share(percent: Percent, price: i64, rounding: Rounding) -> i64 {
    let product = i128::from(price) * i128::from(percent.basis_points());
    rounding.divide(product, 10_000).unwrap_or(price).min(price)
}
