//! Units of the basket for free.

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{Prices, Proposal};
use super::scope::Scope;
use super::{Spread, Target, Units};

/// Units of what is in the basket for free; for something that is not in it there is the gift.
///
/// JSON: `{"target": {"categories": ["coffee"]}, "units": 1, "which": "cheapest"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FreeItem {
    /// What may be free; the order and the lines both mean anything in the basket.
    pub target: Target,
    /// How many units, one or more; fewer if there are not so many.
    #[serde(default = "one")]
    pub units: u32,
    /// Which of the units, if there are more.
    #[serde(default)]
    pub which: Which,
}

/// Which units are free; ties go to the smaller line id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Those of the lowest price.
    #[default]
    Cheapest,
    /// Those of the highest price.
    Dearest,
}

const fn one() -> u32 {
    1
}

impl FreeItem {
    /// The cheapest unit of `target`.
    #[must_use]
    pub const fn cheapest(target: Target) -> Self {
        Self { target, units: 1, which: Which::Cheapest }
    }

    /// The dearest unit of `target`.
    #[must_use]
    pub const fn dearest(target: Target) -> Self {
        Self { target, units: 1, which: Which::Dearest }
    }

    /// The same, but so many units.
    #[must_use]
    pub fn units(self, units: u32) -> Self {
        Self { units, ..self }
    }

    /// A unit of a line is worth its share of the line's price; a part of the units is rounded to
    /// the nearest cent, all units are the whole price.
    pub(in super::super) fn propose(&self, prices: &Prices<'_>, base: Base) -> Proposal {
        let units = match self.which {
            Which::Cheapest => Units::Cheapest(self.units),
            Which::Dearest => Units::Dearest(self.units),
        };
        let scope = Scope { target: &self.target, units: Some(units), spread: Some(Spread::Each) };
        prices.off_each(scope.pick(prices, base).map(|part| part.worth()))
    }
}
