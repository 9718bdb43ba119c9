//! What must be in the basket when an offer's turn comes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::price::Prices;
use super::{Base, Offer, Target};
use crate::money::Money;

/// What must be in the basket when an offer's turn comes; all that is said must be reached.
///
/// Conditions look at the basket as it is presented; a minimum looks at what is left to pay after
/// the offers before this one, or at the price before any offer if it names that base. JSON:
/// `{"amount": "100.01 EUR"}`, `{"units": 3, "of": {"categories": ["coffee"]}}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Minimum {
    /// What must be paid for it at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// How many units there must be at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
    /// What counts; the whole order if not said.
    #[serde(default, skip_serializing_if = "is_order")]
    pub of: Target,
    /// Which price counts; if not said, the one that the lane says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
}

fn is_order(target: &Target) -> bool {
    *target == Target::Order
}

/// What is missing of a [`Minimum`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Short {
    /// How much more must be paid, if it is too little.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// How many more units there must be, if they are too few.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<u32>,
}

impl Minimum {
    /// So much must be paid for the order.
    #[must_use]
    pub const fn amount(amount: Money) -> Self {
        Self { amount: Some(amount), units: None, of: Target::Order, base: None }
    }

    /// So many units must be in the basket.
    #[must_use]
    pub const fn units(units: u32) -> Self {
        Self { amount: None, units: Some(units), of: Target::Order, base: None }
    }

    /// The same minimum, of `target`.
    #[must_use]
    pub fn of(self, target: Target) -> Self {
        Self { of: target, ..self }
    }

    /// The same minimum, of the price `base` whatever the lane says.
    #[must_use]
    pub fn on(self, base: Base) -> Self {
        Self { base: Some(base), ..self }
    }

    /// What these prices are short of it, in a lane on `lane`.
    fn reached(&self, prices: &Prices<'_>, lane: Base) -> Result<(), Short> {
        let base = self.base.unwrap_or(lane);
        let lines = || prices.lines.iter().filter(|line| self.of.includes(line.item));
        let amount = self.amount.and_then(|least| {
            let found = lines().map(|line| line.price.on(base)).sum();
            let short = least.minor().saturating_sub(found);
            (short > 0).then(|| Money::from_minor(short, prices.currency))
        });
        let units = self.units.and_then(|least| {
            let found = lines().fold(0_i64, |units, line| units.saturating_add(line.item.quantity));
            let found = u32::try_from(found).unwrap_or(u32::MAX);
            Some(least.saturating_sub(found)).filter(|&short| short > 0)
        });
        if amount.is_none() && units.is_none() { Ok(()) } else { Err(Short { amount, units }) }
    }
}

impl Offer {
    /// Whether its minimum is reached when its turn comes in a lane on `base`, or what is missing.
    pub(super) fn reached(&self, prices: &Prices<'_>, base: Base) -> Result<(), Short> {
        self.minimum.as_ref().map_or(Ok(()), |minimum| minimum.reached(prices, base))
    }
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = |units: u32| if units == 1 { "unit" } else { "units" };
        match (self.amount, self.units) {
            (Some(amount), Some(count)) => write!(f, "{amount} and {count} {}", units(count))?,
            (Some(amount), None) => amount.fmt(f)?,
            (None, Some(count)) => write!(f, "{count} {}", units(count))?,
            (None, None) => f.write_str("nothing")?,
        }
        f.write_str(" short")
    }
}
