//! The most that offers can take off a cart.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::super::benefit::{
    Benefit, PercentOff, ShippingOff, Spread, StepOff, Target, Threshold, Tiered,
};
use super::super::catalog::CheckedOffer;
use super::super::{Explain, Mode, NoBudgets, NoUses, Offer, OfferEvaluator, Request};
use super::Desk;
use super::budgets::most_once;
use crate::event::{Basket, LineItem};
use crate::id::{CategoryId, CustomerId, LaneId, LineId, OfferId, ProductId};
use crate::money::{Money, Percent, Rounding};
use crate::points::Wallet;
use crate::rule::analysis::{Claim, Witness};

/// The price of the cart with which it is tried whether all can be taken off, in whole units.
const LARGE: i64 = 1_000_000;

/// How many offers are tried for one that takes all off.
const MAX_TRIES: usize = 64;

/// An upper bound of what offers take off a cart: it can be loose, but is never too small.
///
/// Of every group at most one offer is granted, and the most that each of them takes off is added.
/// Percentages are rounded up, one minor unit for each line. `to_string` tells it in words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// What makes it up.
    pub groups: Vec<Rivals>,
    /// The largest share of the lines, apart from rounding; all of them if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Percent>,
    /// The largest amount, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// The bound of one lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneBound {
    /// The lane; the default lane if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
    /// The most that its offers take off.
    pub most: Bound,
}

/// Offers of which at most one is granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rivals(pub Vec<Part>);

/// The most that one offer takes off; the smaller one of both if there are both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The offer.
    pub offer: OfferId,
    /// What it takes something off.
    pub of: PartOf,
    /// The largest share; all if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Percent>,
    /// The largest amount, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// What something is taken off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartOf {
    /// The lines.
    Lines,
    /// Shipping.
    Shipping,
}

/// A cart all of whose price is taken off, for someone who meets these facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WholeCart {
    /// The offers that do it.
    pub offers: Vec<OfferId>,
    /// The cart.
    pub basket: Basket,
    /// The facts.
    pub witness: Witness,
    /// When.
    pub at: DateTime<Utc>,
}

impl Bound {
    /// The most that is taken off the lines and the shipping of `basket`, in minor units.
    #[must_use]
    pub fn most_minor(&self, basket: &Basket) -> i64 {
        let price = |line: &LineItem| line.list_price().map_or(i64::MAX, Money::minor);
        let lines = basket.lines.iter().fold(0, |sum: i64, line| sum.saturating_add(price(line)));
        let count = i64::try_from(basket.lines.len()).unwrap_or(i64::MAX);
        let shipping = basket.shipping.map_or(0, Money::minor);
        let lines = self.most_of(PartOf::Lines, lines, count);
        lines.saturating_add(self.most_of(PartOf::Shipping, shipping, 1))
    }

    /// The most that is taken off what costs `price` and is rounded `count` times.
    fn most_of(&self, of: PartOf, price: i64, count: i64) -> i64 {
        let most = self.groups.iter().map(|Rivals(parts)| {
            let parts = parts.iter().filter(|part| part.of == of);
            parts.map(|part| part.most_minor(price, count)).max().unwrap_or(0)
        });
        most.fold(0, i64::saturating_add).min(price)
    }

    /// Whether it is a part of this kind.
    pub(super) fn has(&self, of: PartOf) -> bool {
        self.groups.iter().flat_map(|Rivals(parts)| parts).any(|part| part.of == of)
    }

    /// The offers that make it up.
    pub fn offers(&self) -> impl Iterator<Item = &OfferId> {
        self.groups.iter().flat_map(|Rivals(parts)| parts).map(|part| &part.offer)
    }

    fn of(groups: Vec<Rivals>) -> Self {
        let whole = Percent::new(100);
        let lines = |Rivals(parts): &Rivals| {
            let lines = parts.iter().filter(|part| part.of == PartOf::Lines);
            lines.map(|part| part.share.unwrap_or(whole).basis_points()).max().unwrap_or(0)
        };
        let share = groups.iter().map(lines).fold(0, u32::saturating_add);
        let share = (share < whole.basis_points()).then(|| Percent::from_basis_points(share));
        let amounts = groups.iter().map(|Rivals(parts)| {
            let amounts: Option<Vec<Money>> = parts.iter().map(|part| part.amount).collect();
            amounts?.into_iter().max_by_key(|amount| amount.minor())
        });
        let amounts: Option<Vec<Money>> = amounts.collect();
        let amount = amounts.and_then(|amounts| {
            let currency = amounts.first()?.currency();
            Money::sum(currency, amounts).ok()
        });
        Self { groups, share, amount }
    }
}

impl Part {
    fn most_minor(&self, price: i64, count: i64) -> i64 {
        let share = self.share.map_or(price, |share| {
            let product = i128::from(price) * i128::from(share.basis_points());
            let share = Rounding::Up.divide(product, 10_000).unwrap_or(i64::MAX);
            share.saturating_add(count)
        });
        self.amount.map_or(share, |amount| share.min(amount.minor()))
    }
}

impl Desk<'_> {
    /// The bound of all lanes together.
    pub(super) fn bound(&self) -> Bound {
        Bound::of(self.groups(|_| true))
    }

    /// The bound of each lane with discounts.
    pub(super) fn lane_bounds(&self) -> Vec<LaneBound> {
        let lanes = 0..=self.catalog.lanes.len();
        let bounds = lanes.map(|place| {
            let lane = place.checked_sub(1).and_then(|at| self.catalog.lanes.get(at));
            let most = Bound::of(self.groups(|checked| checked.lane == place));
            LaneBound { lane: lane.map(|lane| lane.id.clone()), most }
        });
        bounds.filter(|bound| !bound.most.groups.is_empty()).collect()
    }

    /// The discounts, in groups of which at most one is granted: the competitors of a lane, or the
    /// first group that an offer names.
    fn groups(&self, wanted: impl Fn(&CheckedOffer) -> bool) -> Vec<Rivals> {
        let mut groups: BTreeMap<(usize, &str), Vec<Part>> = BTreeMap::new();
        for checked in self.catalog.offers.iter().filter(|checked| wanted(checked)) {
            let offer = &checked.offer;
            if !offer.benefit.is_discount() || self.term(checked).is_empty() {
                continue;
            }
            let terms = self.catalog.terms(checked.lane);
            let alone = (usize::MAX, offer.id.as_str());
            let key = if matches!(terms.mode, Mode::Best | Mode::First) {
                (checked.lane, "")
            } else {
                let group = offer.combines.exclusive.first();
                group.map_or(alone, |group| (usize::MAX - 1, group.as_str()))
            };
            groups.entry(key).or_default().push(self.part(offer));
        }
        groups.into_values().map(Rivals).collect()
    }

    /// A large cart that costs nothing, if one of the offers that may take all off does.
    pub(super) fn whole_cart(&self) -> Option<WholeCart> {
        let suspects = self.catalog.offers.iter().filter(|checked| {
            let part = self.part(&checked.offer);
            let whole = part.share.is_none_or(|share| share.basis_points() >= 10_000);
            let discount = checked.offer.benefit.is_discount();
            discount && part.of == PartOf::Lines && part.amount.is_none() && whole
        });
        suspects.take(MAX_TRIES).find_map(|checked| self.try_out(checked))
    }

    /// A large cart in which the offer is granted and nothing is left to pay.
    fn try_out(&self, checked: &CheckedOffer) -> Option<WholeCart> {
        let offer = &checked.offer;
        let Ok(Claim::Refuted(witness)) = self.analyst.never_applies(&checked.rule) else {
            return None;
        };
        let term = self.term(checked);
        if term.is_empty() {
            return None;
        }
        let mut basket = Basket::of([self.large_line(offer)?]);
        basket.coupons = offer.code.iter().cloned().collect();
        let customer = CustomerId::new("anyone").ok()?;
        let chosen: Vec<OfferId> = offer.cost.iter().map(|_| offer.id.clone()).collect();
        let points: Wallet = offer.cost.clone().into_iter().collect();
        let found = self.catalog.evaluate(&Request {
            customer: &customer,
            facts: &witness,
            basket: &basket,
            as_of: term.from,
            zone: *self.zone,
            member_since: Some(self.today),
            uses: &NoUses,
            budgets: &NoBudgets,
            points: &points,
            chosen: &chosen,
            explain: Explain::Codes,
        });
        let price = basket.list_price(self.catalog.currency).ok()?;
        let offers = found.grants().filter(|(_, grant)| grant.discount().is_some());
        let offers: Vec<OfferId> = offers.map(|(id, _)| id.clone()).collect();
        let at = term.from;
        (found.discount == price).then_some(WholeCart { offers, basket, witness, at })
    }

    /// A line that the offer takes something off, at a high price.
    fn large_line(&self, offer: &Offer) -> Option<LineItem> {
        let target = match &offer.benefit {
            Benefit::Percent(off) => &off.target,
            Benefit::Fixed(off) => &off.target,
            Benefit::Tiered(tiered) => &tiered.target,
            Benefit::FreeItem(free) => &free.target,
            _ => &Target::Order,
        };
        let (product, category) = sample(target)?;
        let price = LARGE.checked_mul(self.catalog.currency.minor_per_major())?;
        let price = Money::from_minor(price, self.catalog.currency);
        let line = LineItem::new(LineId::new("1").ok()?, product, 1, price);
        Some(LineItem { category, ..line })
    }

    /// The most that an offer takes off.
    fn part(&self, offer: &Offer) -> Part {
        let most = most_once(offer);
        let least = offer.minimum.as_ref().and_then(|minimum| minimum.amount);
        let (of, share) = match &offer.benefit {
            Benefit::Shipping(ShippingOff::Percent(percent)) => (PartOf::Shipping, Some(*percent)),
            Benefit::Shipping(ShippingOff::UpTo(_)) => (PartOf::Shipping, None),
            Benefit::Percent(PercentOff { percent, .. }) => (PartOf::Lines, Some(*percent)),
            Benefit::Tiered(tiered) => (PartOf::Lines, share_of(tiered)),
            _ => (PartOf::Lines, most.zip(least).and_then(|(most, least)| ratio(most, least))),
        };
        let amount = most.map(|most| Money::from_minor(most, self.catalog.currency));
        Part { offer: offer.id.clone(), of, share, amount }
    }
}

/// The largest share of its lines that a step takes off.
fn share_of(tiered: &Tiered) -> Option<Percent> {
    let each = tiered.allocation.unwrap_or(tiered.target.spread()) == Spread::Each;
    let shares = tiered.steps.iter().map(|step| match (step.off, step.from) {
        (StepOff::Percent(percent), _) => Some(percent),
        (StepOff::Amount(off), Threshold::Amount(from)) if !each => ratio(off.minor(), from),
        _ => None,
    });
    shares.collect::<Option<Vec<Percent>>>()?.into_iter().max()
}

/// A product and a category that the target includes.
fn sample(target: &Target) -> Option<(ProductId, Option<CategoryId>)> {
    let any = || ProductId::new("anything").ok();
    match target {
        Target::Products(products) => Some((products.first()?.clone(), None)),
        Target::Categories(categories) => Some((any()?, Some(categories.first()?.clone()))),
        _ => Some((any()?, None)),
    }
}

/// The share that `part` is of `whole`, rounded up; none if it is all or more.
fn ratio(part: i64, whole: Money) -> Option<Percent> {
    let share = Rounding::Up.divide(i128::from(part) * 10_000, i128::from(whole.minor()))?;
    let share = u32::try_from(share).ok()?;
    (share < 10_000).then(|| Percent::from_basis_points(share))
}
