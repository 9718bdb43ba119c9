//! What points cost, and what they are worth.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::cart::sample;
use super::played::{Pump, Terms};
use crate::event::LineItem;
use crate::id::{LineId, OfferId};
use crate::money::{Money, Percent, Rounding};
use crate::offer::{Benefit, Catalog, CatalogReview, Offer, Spread, StepOff, Target, Threshold};
use crate::points::{Award, Boost, BoostSource, Boosts, EarningRule, Multiplier, Points, Rate};
use crate::program::Program;

/// How many whole units of money and how many points are told of.
const MANY: i64 = 1_000;

/// What a review finds of a program's main points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PointsReview {
    /// So much is spent.
    pub spent: Money,
    /// The most points that it earns by rules and offers that give points for what is paid: with
    /// the highest multipliers, rounded up. What is given for an order, a unit or an event comes on
    /// top. Nothing if the host gives points in its own way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earned: Option<Points>,
    /// The offer for which a point is worth most, of those that take an amount off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<Redemption>,
    /// The offers that cost points and whose worth depends on the cart, or that cost others than
    /// main points.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unvalued: Vec<OfferId>,
    /// Ways to gain again and again, each of them played; the largest gain first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pumps: Vec<Pump>,
    /// Whether there were more ways to try than were tried.
    pub more: bool,
}

/// An offer that takes an amount off for points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redemption {
    /// The offer.
    pub offer: OfferId,
    /// What it costs.
    pub cost: Points,
    /// The most that it takes off.
    pub amount: Money,
    /// A line of which it takes that off.
    pub line: LineItem,
}

impl PointsReview {
    /// What the points that are earned are worth at most, rounded up.
    #[must_use]
    pub fn worth(&self) -> Option<Money> {
        Some(self.best.as_ref()?.worth(self.earned?, Rounding::Up))
    }

    /// The share of what is spent that comes back as points at most, rounded up.
    #[must_use]
    pub fn back(&self) -> Option<Percent> {
        let (worth, spent) = (self.worth()?.minor(), self.spent.minor());
        let share = Rounding::Up.divide(i128::from(worth) * 10_000, i128::from(spent))?;
        Some(Percent::from_basis_points(u32::try_from(share).unwrap_or(u32::MAX)))
    }
}

impl Redemption {
    /// What so many points are worth.
    #[must_use]
    pub fn worth(&self, points: Points, rounding: Rounding) -> Money {
        let product = i128::from(points.0) * i128::from(self.amount.minor());
        let minor = rounding.divide(product, i128::from(self.cost.0)).unwrap_or(i64::MAX);
        Money::from_minor(minor, self.amount.currency())
    }

    /// What the offer takes off of which line, if it costs main points and takes an amount off.
    fn of(offer: &Offer) -> Option<Self> {
        let cost = offer.cost.as_ref().filter(|cost| cost.purse.is_none())?.points;
        let most = offer.limits.amounts.iter().map(|limit| limit.at_most);
        let most = most.chain(offer.limits.max_discount).min_by_key(|most| most.minor());
        let once = |spread: Option<Spread>, each: bool| match spread {
            Some(spread) => spread == Spread::Across,
            None => !each,
        };
        let (amount, price, target) = match &offer.benefit {
            Benefit::Fixed(off) => {
                let each = off.target != Target::Order;
                let known = once(off.allocation, each) && off.units.is_none();
                let amount = known.then_some(off.amount).or(most)?;
                let amount = most.map_or(amount, |most| most.min(amount));
                (amount, off.amount.minor().max(amount.minor()), &off.target)
            }
            Benefit::Percent(off) => {
                let share = i128::from(off.percent.basis_points());
                let price = i128::from(most?.minor()) * 10_000;
                (most?, Rounding::Up.divide(price, share)?, &off.target)
            }
            Benefit::Tiered(tiered) => {
                let step = tiered.steps.last()?;
                let (StepOff::Amount(off), Threshold::Amount(from)) = (step.off, step.from) else {
                    return None;
                };
                let each = tiered.target != Target::Order;
                if !once(tiered.allocation, each) {
                    return None;
                }
                let amount = most.map_or(off, |most| most.min(off));
                (amount, from.minor().max(off.minor()), &tiered.target)
            }
            _ => return None,
        };
        let least = offer.minimum.as_ref().and_then(|minimum| minimum.amount);
        let price = least.map_or(price, |least| price.max(least.minor()));
        let (product, category) = sample(target)?;
        let price = Money::from_minor(price, amount.currency());
        let line = LineItem::new(LineId::new("1").ok()?, product, 1, price);
        let line = LineItem { category, ..line };
        Some(Self { offer: offer.id.clone(), cost, amount, line })
    }
}

impl Program {
    /// What can be said of the points.
    pub(super) fn review_points(
        &self,
        catalog: Option<&Catalog>,
        review: Option<&CatalogReview>,
        today: NaiveDate,
    ) -> PointsReview {
        let never = |offer: &Offer| {
            let mut never = review.iter().flat_map(|review| review.never());
            never.any(|remark| remark.offers.first() == Some(&offer.id))
        };
        let offers = catalog.iter().flat_map(|catalog| catalog.offers());
        let offers: Vec<&Offer> = offers.filter(|offer| !never(offer)).collect();
        let rules: Option<Vec<&EarningRule>> =
            self.earning.part.rules().map(|rules| rules.rules().collect());
        let spent = self.currency.minor_per_major().saturating_mul(MANY);
        let spent = Money::from_minor(spent, self.currency);
        let redemptions: Vec<Redemption> =
            offers.iter().filter_map(|offer| Redemption::of(offer)).collect();
        let best = redemptions.iter().max_by(|one, other| {
            let worth = |one: &Redemption, by: &Redemption| {
                i128::from(one.amount.minor()) * i128::from(by.cost.0)
            };
            worth(one, other).cmp(&worth(other, one)).then_with(|| other.offer.cmp(&one.offer))
        });
        let valued = |offer: &&&Offer| redemptions.iter().any(|one| one.offer == offer.id);
        let costly = offers.iter().filter(|offer| offer.cost.is_some());
        let unvalued = costly.filter(|offer| !valued(offer)).map(|offer| offer.id.clone());
        let campaigns = &self.multipliers.written().campaigns;
        let rules_of = rules.as_deref();
        let terms = Terms { offers: &offers, rules: rules_of, campaigns, best, today };
        let (pumps, more) = self.pumps(&terms);
        PointsReview {
            spent,
            earned: rules.as_deref().map(|rules| self.most_earned(rules, &offers, spent)),
            best: best.cloned(),
            unvalued: unvalued.collect(),
            pumps,
            more,
        }
    }

    /// All multipliers of more than once that may apply to one purchase: of the best tier, of the
    /// offers that count, and of every campaign.
    fn most_boosts(&self, offers: &[&Offer]) -> Boosts {
        let boost = |source, by| Boost { source, by, rules: BTreeSet::new(), part: None };
        let tiers = self.tiers().iter().max_by_key(|tier| tier.multiplier);
        let tiers = tiers.map(|tier| boost(BoostSource::Tier(tier.id.clone()), tier.multiplier));
        let offers = offers.iter().filter_map(|offer| match offer.benefit {
            Benefit::PointsMultiplier(by) => Some(boost(BoostSource::Offer(offer.id.clone()), by)),
            _ => None,
        });
        let terms = self.multipliers.written();
        let campaigns = terms.campaigns.iter().map(|campaign| {
            let source = BoostSource::Campaign(campaign.id.clone());
            Boost { rules: campaign.rules.clone(), ..boost(source, campaign.by) }
        });
        let offers = self.multipliers.offers(offers.collect());
        let boosts = tiers.into_iter().chain(offers).chain(campaigns);
        Boosts::new(terms.combine, boosts.filter(|boost| boost.by > Multiplier::ONE).collect())
    }

    /// The most main points that are given for what is paid, if so much is.
    fn most_earned(&self, rules: &[&EarningRule], offers: &[&Offer], spent: Money) -> Points {
        let boosts = self.most_boosts(offers);
        let of = |points: Points, per: Money, rate: Rate| {
            let amount = i128::from(points.0) * i128::from(spent.minor());
            rate.times(amount, i128::from(per.minor()), Rounding::Up).unwrap_or(i64::MAX)
        };
        let main = rules.iter().filter(|rule| rule.purse.is_none());
        let rules = main.map(|rule| match &rule.award {
            Award::PerAmount(award) => {
                of(award.points, award.per, boosts.rate(&rule.id, rule.tier_multiplier))
            }
            _ => 0,
        });
        let offers = offers.iter().map(|offer| match &offer.benefit {
            Benefit::PointsPer(per) if per.purse.is_none() => of(per.points, per.per, Rate::ONE),
            _ => 0,
        });
        Points(rules.chain(offers).fold(0, i64::saturating_add))
    }
}
