//! A percentage off.

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{Prices, Proposal};
use super::scope::Scope;
use super::{Spread, Target, Units};
use crate::money::{Percent, Rounding};

/// A percentage off the order or off lines.
///
/// JSON: `{"percent": "20%"}`, `{"percent": "12.5%", "target": {"categories": ["coffee"]}}`,
/// `{"percent": "50%", "target": "lines", "units": {"every": 3}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PercentOff {
    /// How much, more than nothing and at most all.
    pub percent: Percent,
    /// What it is taken off.
    #[serde(default)]
    pub target: Target,
    /// Which units of it; all if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Units>,
    /// How it falls on them: if not said, across the order, or else on each line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation: Option<Spread>,
    /// Which price it is a percentage of; if not said, the one that the lane says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// What becomes of a fraction of a cent: once if it falls across lines, or else on each line.
    #[serde(default)]
    pub rounding: Rounding,
}

impl PercentOff {
    /// So many percent off the whole order, rounded to the nearest cent.
    #[must_use]
    pub fn new(percent: Percent) -> Self {
        Self {
            percent,
            target: Target::Order,
            units: None,
            allocation: None,
            base: None,
            rounding: Rounding::default(),
        }
    }

    /// The same percentage, off `target`.
    #[must_use]
    pub fn off(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The same percentage, of these units only.
    #[must_use]
    pub fn units(self, units: Units) -> Self {
        Self { units: Some(units), ..self }
    }

    /// The same percentage, which falls on its target this way.
    #[must_use]
    pub fn allocated(self, spread: Spread) -> Self {
        Self { allocation: Some(spread), ..self }
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

    /// Some units of a line are worth their share of its price, to the nearest cent.
    pub(in super::super) fn propose(&self, prices: &Prices<'_>, lane: Base) -> Proposal {
        let base = self.base.unwrap_or(lane);
        let scope = self.scope();
        let worths = || scope.pick(prices, base).map(|part| part.worth());
        match scope.spread() {
            Spread::Across => {
                let amount = self.share(worths().sum());
                prices.off_all(amount, worths().map(|worth| (worth, i64::MAX)))
            }
            Spread::Each | Spread::Once => prices.off_each(worths().map(|worth| self.share(worth))),
        }
    }

    /// How it falls on the lines of its target.
    pub(in super::super) fn spread(&self) -> Spread {
        self.scope().spread()
    }

    pub(super) const fn scope(&self) -> Scope<'_> {
        Scope { target: &self.target, units: self.units, spread: self.allocation }
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
