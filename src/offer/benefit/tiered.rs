//! More off for more in the basket.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::super::Base;
use super::super::price::{Prices, Proposal};
use super::{FixedOff, PercentOff, Spread, Target};
use crate::money::{Money, Percent, Rounding};

/// A discount in steps: the highest step that the target reaches applies to all of the target.
///
/// JSON: `{"steps": [{"from": "50.00 EUR", "off": {"percent": "5%"}}, {"from": "100.00 EUR", "off":
/// {"percent": "10%"}}]}`, or by units `{"steps": [{"from": 3, "off": {"amount": "5.00 EUR"}}],
/// "target": {"categories": ["coffee"]}, "allocation": "across"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tiered {
    /// The steps from the lowest up, all by amount or all by units.
    pub steps: Vec<Step>,
    /// What must reach a step, and what the discount is taken off.
    #[serde(default)]
    pub target: Target,
    /// How the discount falls on the target: if not said, as a [`PercentOff`] or a [`FixedOff`] of
    /// this target does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allocation: Option<Spread>,
    /// Which price must reach the amount of a step, and which a percentage is of; if not said, the
    /// one that the lane says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// What becomes of a fraction of a cent.
    #[serde(default)]
    pub rounding: Rounding,
}

/// A step of a [`Tiered`] discount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Where it begins: from here on it is reached.
    pub from: Threshold,
    /// What it takes off.
    pub off: StepOff,
}

/// Where a [`Step`] begins. JSON: an amount such as `"50.00 EUR"`, or a number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema), schemars(untagged))]
pub enum Threshold {
    /// So much is to be paid.
    Amount(Money),
    /// There are so many units.
    Units(u32),
}

/// What a [`Step`] takes off. JSON: `{"percent": "10%"}`, `{"amount": "5.00 EUR"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StepOff {
    /// A percentage.
    Percent(Percent),
    /// An amount.
    Amount(Money),
}

impl Tiered {
    /// These steps, of the whole order.
    pub fn new(steps: impl IntoIterator<Item = (Threshold, StepOff)>) -> Self {
        Self {
            steps: steps.into_iter().map(|(from, off)| Step { from, off }).collect(),
            target: Target::Order,
            allocation: None,
            base: None,
            rounding: Rounding::default(),
        }
    }

    /// The same steps, of `target`.
    #[must_use]
    pub fn off(self, target: Target) -> Self {
        Self { target, ..self }
    }

    /// The same steps, which fall on their target this way.
    #[must_use]
    pub fn allocated(self, spread: Spread) -> Self {
        Self { allocation: Some(spread), ..self }
    }

    pub(in super::super) fn propose(&self, prices: &Prices<'_>, lane: Base) -> Proposal {
        let base = self.base.unwrap_or(lane);
        let Some(step) = self.reached(prices, base) else { return Proposal::nothing() };
        let (target, allocation) = (self.target.clone(), self.allocation);
        match step.off {
            StepOff::Percent(percent) => {
                let off = PercentOff::new(percent).of(base).rounded(self.rounding).off(target);
                PercentOff { allocation, ..off }.propose(prices, base)
            }
            StepOff::Amount(amount) => {
                let off = FixedOff::new(amount).off(target);
                FixedOff { allocation, ..off }.propose(prices)
            }
        }
    }

    /// Whether no step is reached yet.
    pub(super) fn is_below(&self, prices: &Prices<'_>, lane: Base) -> bool {
        self.reached(prices, self.base.unwrap_or(lane)).is_none()
    }

    /// The highest step that the target reaches.
    fn reached(&self, prices: &Prices<'_>, base: Base) -> Option<&Step> {
        let lines = || prices.lines.iter().filter(|line| self.target.includes(line.item));
        let amount: i64 = lines().map(|line| line.price.on(base)).sum();
        let units = lines().fold(0_i64, |units, line| units.saturating_add(line.item.quantity));
        self.steps.iter().rev().find(|step| match step.from {
            Threshold::Amount(from) => amount >= from.minor(),
            Threshold::Units(from) => units >= i64::from(from),
        })
    }
}

impl Serialize for Threshold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Amount(amount) => amount.serialize(serializer),
            Self::Units(units) => serializer.serialize_u32(*units),
        }
    }
}

impl<'de> Deserialize<'de> for Threshold {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

/// Reads an amount or a number of units.
struct Reader;

impl de::Visitor<'_> for Reader {
    type Value = Threshold;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an amount such as \"50.00 EUR\", or a number of units")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Threshold, E> {
        text.parse().map(Threshold::Amount).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, units: u64) -> Result<Threshold, E> {
        let out = || E::invalid_value(de::Unexpected::Unsigned(units), &self);
        u32::try_from(units).map(Threshold::Units).map_err(|_| out())
    }

    fn visit_i64<E: de::Error>(self, units: i64) -> Result<Threshold, E> {
        let out = || E::invalid_value(de::Unexpected::Signed(units), &self);
        u32::try_from(units).map(Threshold::Units).map_err(|_| out())
    }
}
