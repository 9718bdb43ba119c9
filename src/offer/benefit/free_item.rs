//! Units of the basket for free.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{PricedLine, Prices, Proposal};
use super::Target;
use crate::money::Rounding;

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
        let mut free: Vec<(usize, &PricedLine<'_>)> = prices
            .lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.price.running > 0 && self.target.includes(line.item))
            .collect();
        free.sort_by(|(_, a), (_, b)| match self.which {
            Which::Cheapest => by_unit_price(a, b, base),
            Which::Dearest => by_unit_price(b, a, base),
        });
        let mut wanted = vec![0; prices.lines.len()];
        let mut left = i64::from(self.units);
        for (index, line) in free {
            let units = left.min(line.item.quantity);
            left -= units;
            if let Some(wanted) = wanted.get_mut(index) {
                *wanted = price_of(units, line, base);
            }
        }
        prices.off_each(wanted.into_iter())
    }
}

fn by_unit_price(a: &PricedLine<'_>, b: &PricedLine<'_>, base: Base) -> Ordering {
    let crosswise = |line: &PricedLine<'_>, other: &PricedLine<'_>| {
        i128::from(line.price.on(base)) * i128::from(other.item.quantity)
    };
    crosswise(a, b).cmp(&crosswise(b, a))
}

/// The share of `units` in the price of their line, which fits because it is at most all of it.
fn price_of(units: i64, line: &PricedLine<'_>, base: Base) -> i64 {
    let price = line.price.on(base);
    let product = i128::from(price) * i128::from(units);
    Rounding::HalfUp.divide(product, i128::from(line.item.quantity)).unwrap_or(price)
}
