//! Multipliers of points, and how those that apply to one occasion go together.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Multiplier, TierMultiplier};
use crate::id::{CampaignId, EarningId, OfferId, TierId};
use crate::money::{Money, Rounding};

/// How multipliers that apply to the same points go together.
///
/// A tier of 1.5x and a campaign of 2x: multiplied they are 3x, added 2.5x (half of the points and
/// all of the points come on top), and the highest of them is 2x.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Combine {
    /// Their product.
    #[default]
    Multiply,
    /// What each adds to the points, or takes off, on top of them; never less than nothing.
    Add,
    /// The highest of them alone.
    Highest,
}

/// Which of the offers that multiply the points of one purchase count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OfferBoosts {
    /// The one that multiplies most; of equal ones that with the smaller id.
    #[default]
    Best,
    /// All of them.
    All,
}

/// What multiplies points.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BoostSource {
    /// The customer's tier.
    Tier(TierId),
    /// An offer that was granted.
    Offer(OfferId),
    /// A campaign.
    Campaign(CampaignId),
}

/// A multiplier that applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boost {
    /// What multiplies.
    pub source: BoostSource,
    /// How many times the points.
    pub by: Multiplier,
    /// The earning rules whose points are multiplied; all if none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rules: BTreeSet<EarningId>,
    /// For a tier, if the purchase is split where it reaches the next one: the part of what is paid
    /// that earns with this tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Money>,
}

/// The multipliers that apply to one occasion, and how they go together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Boosts {
    combine: Combine,
    boosts: Vec<Boost>,
}

/// How many times the points: multipliers that went together, of which the product of more than
/// three is rounded down to a millionth, and all others are exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    numerator: i128,
    denominator: i128,
}

impl Boosts {
    /// These multipliers, which go together as `combine` says.
    #[must_use]
    pub const fn new(combine: Combine, boosts: Vec<Boost>) -> Self {
        Self { combine, boosts }
    }

    /// The multipliers.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Boost> {
        self.boosts.iter()
    }

    /// How many times the points a rule gives: all that applies to it, together.
    ///
    /// A purchase that is split between tiers counts each tier for the part of what is paid that
    /// earns with it.
    ///
    /// ```
    /// use loyalty::id::EarningId;
    /// use loyalty::money::Rounding;
    /// use loyalty::points::{Boost, BoostSource, Boosts, Combine, Points, TierMultiplier};
    ///
    /// let boost = |source, by: &str| Ok::<_, loyalty::points::NoMultiplier>(Boost {
    ///     source, by: by.parse()?, rules: Default::default(), part: None,
    /// });
    /// let gold = boost(BoostSource::Tier("gold".parse()?), "1.5x")?;
    /// let double = boost(BoostSource::Campaign("double-days".parse()?), "2x")?;
    /// let rule: EarningId = "base".parse()?;
    /// for (combine, points) in
    ///     [(Combine::Multiply, 300), (Combine::Add, 250), (Combine::Highest, 200)]
    /// {
    ///     let boosts = Boosts::new(combine, vec![gold.clone(), double.clone()]);
    ///     let rate = boosts.rate(&rule, TierMultiplier::Applies);
    ///     assert_eq!(rate.times(100, 1, Rounding::Down), Some(points));
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rate(&self, rule: &EarningId, tier: TierMultiplier) -> Rate {
        let concerns = |boost: &&Boost| boost.rules.is_empty() || boost.rules.contains(rule);
        let is_tier = |boost: &&Boost| matches!(boost.source, BoostSource::Tier(_));
        let (tiers, others): (Vec<&Boost>, Vec<&Boost>) =
            self.boosts.iter().filter(concerns).partition(is_tier);
        let tiers = if tier == TierMultiplier::Applies { tiers } else { Vec::new() };
        let with = |tier: Option<&&Boost>| {
            self.combine.together(tier.into_iter().chain(&others).map(|boost| boost.by))
        };
        let parts = tiers.iter().map(|tier| (tier.part.map_or(1, Money::minor), with(Some(tier))));
        Rate::mean(parts).unwrap_or_else(|| with(tiers.first()))
    }
}

impl Combine {
    /// What multipliers come to; once, if there are none.
    pub fn together(self, multipliers: impl IntoIterator<Item = Multiplier>) -> Rate {
        let rates = multipliers.into_iter().map(Rate::from);
        match self {
            Self::Multiply => rates.fold(Rate::ONE, Rate::and),
            Self::Add => {
                // Hundredths, of which no number of multipliers is too much.
                let more = rates.map(|rate| Rate::HUNDRED * rate.numerator / rate.denominator);
                let sum = more.fold(Rate::HUNDRED, |sum, rate| sum + rate - Rate::HUNDRED);
                Rate::of(sum.max(0), Rate::HUNDRED)
            }
            Self::Highest => rates.reduce(Rate::higher).unwrap_or(Rate::ONE),
        }
    }
}

impl Rate {
    /// Once: what is multiplied stays as it is.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    const HUNDRED: i128 = 100;

    /// The precision that is kept where exact numbers would become too large.
    const FINE: i128 = 1_000_000;

    /// `amount` times this, divided by `per` and rounded once; `None` if that does not fit.
    #[must_use]
    pub fn times(self, amount: i128, per: i128, rounding: Rounding) -> Option<i64> {
        let divided = |rate: Self| {
            let product = amount.checked_mul(rate.numerator)?;
            rounding.divide(product, per.checked_mul(rate.denominator)?)
        };
        divided(self).or_else(|| divided(self.coarse()))
    }

    /// A rate of at most [`Multiplier::MAX`], in lowest terms.
    fn of(numerator: i128, denominator: i128) -> Self {
        let most = i128::from(Multiplier::MAX.hundredths()) / Self::HUNDRED;
        if numerator >= most.saturating_mul(denominator) {
            return Self { numerator: most, denominator: 1 };
        }
        let divisor = common_divisor(numerator, denominator).max(1);
        Self { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    /// The product, of which a millionth is the least part.
    fn and(self, other: Self) -> Self {
        // Both are far from too large: there is nothing to saturate.
        let numerator = self.numerator.saturating_mul(other.numerator);
        Self::of(numerator, self.denominator.saturating_mul(other.denominator)).coarse()
    }

    fn higher(self, other: Self) -> Self {
        let (one, two) = (self.numerator * other.denominator, other.numerator * self.denominator);
        if one >= two { self } else { other }
    }

    /// The mean by weights; `None` if these are nothing.
    fn mean(rates: impl Iterator<Item = (i64, Self)>) -> Option<Self> {
        let rates: Vec<(i128, Self)> =
            rates.map(|(weight, rate)| (i128::from(weight), rate)).collect();
        if let [(_, rate)] = rates.as_slice() {
            return Some(*rate);
        }
        let total: i128 = rates.iter().map(|(weight, _)| weight).sum();
        let sum = |rate: fn(Self) -> Self| {
            rates.iter().map(|(weight, one)| (weight, rate(*one))).try_fold(
                Self { numerator: 0, denominator: 1 },
                |sum, (weight, one)| {
                    let left = sum.numerator.checked_mul(one.denominator)?;
                    let right = weight.checked_mul(one.numerator)?.checked_mul(sum.denominator)?;
                    let denominator = sum.denominator.checked_mul(one.denominator)?;
                    let numerator = left.checked_add(right)?;
                    let divisor = common_divisor(numerator, denominator).max(1);
                    Some(Self {
                        numerator: numerator / divisor,
                        denominator: denominator / divisor,
                    })
                },
            )
        };
        let sum = sum(|rate| rate).or_else(|| sum(Self::coarse))?;
        let denominator = sum.denominator.checked_mul(total).filter(|denominator| *denominator > 0);
        denominator.map(|denominator| Self::of(sum.numerator, denominator))
    }

    /// Whether it can be multiplied by the greatest amounts.
    const fn is_handy(&self) -> bool {
        self.denominator <= Self::FINE
    }

    /// The same, rounded down to a millionth.
    fn coarse(self) -> Self {
        if self.is_handy() {
            return self;
        }
        let (whole, rest) = (self.numerator / self.denominator, self.numerator % self.denominator);
        let fraction = rest.checked_mul(Self::FINE).map_or_else(
            || rest / (self.denominator / Self::FINE).max(1),
            |rest| rest / self.denominator,
        );
        Self::of(whole * Self::FINE + fraction, Self::FINE)
    }
}

impl From<Multiplier> for Rate {
    fn from(multiplier: Multiplier) -> Self {
        Self::of(i128::from(multiplier.hundredths()), Self::HUNDRED)
    }
}

/// The greatest common divisor (Euclid).
const fn common_divisor(one: i128, other: i128) -> i128 {
    let (mut one, mut other) = (one, other);
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::*;

    fn together(combine: Combine, all: &[&str]) -> Rate {
        combine.together(all.iter().map(|one| one.parse::<Multiplier>().unwrap()))
    }

    #[test]
    fn a_product_is_exact_to_a_millionth() {
        // 1.25 cubed is 1.953125.
        let cubed = together(Combine::Multiply, &["1.25x", "1.25x", "1.25x"]);
        assert_eq!(cubed.times(1_000_000, 1, Rounding::Down), Some(1_953_125));
        // 1.01 to the fifth is 1.0510100501.
        let fifth = together(Combine::Multiply, &["1.01x"; 5]);
        assert_eq!(fifth.times(100_000_000, 1, Rounding::Down), Some(105_101_000));
        assert_eq!(together(Combine::Multiply, &[]), Rate::ONE);
    }

    #[test]
    fn what_is_added_may_take_off_but_not_more_than_all() {
        assert_eq!(together(Combine::Add, &["1.5x", "2x"]), Rate::of(5, 2));
        assert_eq!(together(Combine::Add, &["1.5x", "0.5x"]), Rate::ONE);
        assert_eq!(together(Combine::Add, &["0.5x", "0x"]), Rate::of(0, 1));
    }

    #[test]
    fn nothing_is_multiplied_more_than_a_thousand_times() {
        for combine in [Combine::Multiply, Combine::Add] {
            let most = together(combine, &["1000x"; 40]);
            assert_eq!(most.times(7, 1, Rounding::Down), Some(7_000));
        }
        assert_eq!(together(Combine::Highest, &["0.5x", "3x", "2x"]), Rate::of(3, 1));
    }

    #[test]
    fn a_mean_weighs_its_parts_and_the_greatest_amounts_fit() {
        let half: Rate = "1.5x".parse::<Multiplier>().unwrap().into();
        assert_eq!(Rate::mean([(30, Rate::ONE), (10, half)].into_iter()), Some(Rate::of(9, 8)));
        assert_eq!(Rate::mean([(0, half), (0, half)].into_iter()), None);
        let huge = [(i64::MAX, Rate::ONE), (i64::MAX - 1, half)];
        let mean = Rate::mean(huge.into_iter()).unwrap();
        // Just over 1.25 by less than a millionth.
        let points =
            mean.times(i128::from(i64::MAX) * 1_000_000, i128::from(i64::MAX), Rounding::Up);
        assert!(matches!(points, Some(1_249_999..=1_250_001)), "{points:?}");
    }
}
