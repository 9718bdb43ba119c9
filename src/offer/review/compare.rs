//! What can be said of two offers for every basket: that one gives something wherever the other
//! does, or at least as much.

use super::super::benefit::{AllBut, Benefit, FixedOff, PercentOff, ShippingOff, Spread, Target};
use super::super::catalog::CheckedOffer;
use super::super::{Base, Minimum, Offer};
use crate::money::{Percent, Rounding};

/// Up to which prices there is an exception, in minor units: where every price that both look at is
/// below it. There is none if it is 1 or less.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exception(pub i64);

/// An offer and the base of its lane.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub checked: &'a CheckedOffer,
    pub base: Base,
}

impl Entry<'_> {
    /// Whether it gives something whenever `other` does, at the prices of that moment or of an
    /// earlier one, if its conditions hold and it is valid; and with which exception.
    pub fn gives_with(&self, other: &Entry<'_>) -> Option<Exception> {
        if !self.is_free(other) {
            return None;
        }
        let (mine, theirs) = (&self.checked.offer.benefit, &other.checked.offer.benefit);
        if mine.award().is_some() {
            return Some(Exception::default());
        }
        match mine {
            Benefit::Shipping(off) if matches!(theirs, Benefit::Shipping(_)) => Some(match off {
                ShippingOff::UpTo(_) => Exception::default(),
                ShippingOff::Percent(percent) => least(*percent, Rounding::HalfUp),
            }),
            Benefit::Percent(off) if off.is_plain() && reaches(theirs, &off.target) => {
                Some(least(off.percent, off.rounding))
            }
            Benefit::Fixed(off) if off.is_plain() && reaches(theirs, &off.target) => {
                Some(Exception::default())
            }
            _ => None,
        }
    }

    /// Whether it takes off at least as much as `other` at the same prices, whatever they are, if
    /// its conditions hold and it is valid.
    pub fn takes_as_much(&self, other: &Entry<'_>) -> bool {
        let (mine, theirs) = (&self.checked.offer, &other.checked.offer);
        let capped = match (mine.limits.max_discount, theirs.limits.max_discount) {
            (None, _) => false,
            (Some(most), Some(theirs)) if most.minor() >= theirs.minor() => false,
            (Some(most), _) => once(&theirs.benefit).is_none_or(|amount| amount > most.minor()),
        };
        self.is_free(other) && !capped && self.exceeds(other)
    }

    /// Whether only conditions and dates can keep it from being granted where `other` is.
    fn is_free(&self, other: &Entry<'_>) -> bool {
        let Offer { limits, code, codes, cost, pilot, holdout, .. } = &self.checked.offer;
        let unlimited =
            limits.uses.is_empty() && limits.amounts.is_empty() && limits.budgets.is_empty();
        let unasked = code.is_none() && codes.is_none() && cost.is_none();
        let untried = pilot.is_none() && holdout.is_none() && self.checked.joint.is_none();
        unlimited && unasked && untried && self.is_excluded_less(other) && self.is_reached(other)
    }

    /// Whether all that excludes it excludes `other`, too.
    fn is_excluded_less(&self, other: &Entry<'_>) -> bool {
        let (mine, theirs) = (&self.checked.offer.combines, &other.checked.offer.combines);
        mine.exclusive.is_subset(&theirs.exclusive)
            && mine.tags.is_subset(&theirs.tags)
            && mine.not_with.is_subset(&theirs.not_with)
    }

    /// Whether its minimum is reached wherever that of `other` is.
    fn is_reached(&self, other: &Entry<'_>) -> bool {
        let Some(mine) = &self.checked.offer.minimum else { return true };
        let Some(theirs) = &other.checked.offer.minimum else { return false };
        let base = |minimum: &Minimum, lane: Base| minimum.base.unwrap_or(lane);
        let same = base(mine, self.base) == base(theirs, other.base)
            || base(mine, self.base) == Base::Original;
        let amount = mine.amount.is_none_or(|mine| {
            same && theirs.amount.is_some_and(|theirs| theirs.minor() >= mine.minor())
        });
        let units = mine.units.is_none_or(|mine| theirs.units.is_some_and(|units| units >= mine));
        amount && units && theirs.of.is_within(&mine.of)
    }

    /// Whether its benefit comes to at least as much as that of `other`.
    fn exceeds(&self, other: &Entry<'_>) -> bool {
        let (mine, theirs) = (&self.checked.offer.benefit, &other.checked.offer.benefit);
        let base = |own: Option<Base>, lane: Base| own.unwrap_or(lane);
        if !theirs.is_discount() {
            return mine.award().is_some();
        }
        match (mine, theirs) {
            (Benefit::Shipping(mine), Benefit::Shipping(theirs)) => match (mine, theirs) {
                (ShippingOff::Percent(mine), _) if mine.basis_points() == 10_000 => true,
                (ShippingOff::Percent(mine), ShippingOff::Percent(theirs)) => {
                    mine >= theirs && self.base == other.base
                }
                (ShippingOff::UpTo(mine), ShippingOff::UpTo(theirs)) => {
                    mine.minor() >= theirs.minor()
                }
                _ => false,
            },
            (Benefit::Percent(mine), _)
                if mine.percent.basis_points() == 10_000
                    && mine.is_plain()
                    && reaches(theirs, &mine.target) =>
            {
                true
            }
            (Benefit::Percent(mine), Benefit::Percent(theirs)) => {
                mine.percent >= theirs.percent
                    && mine.rounding == theirs.rounding
                    && mine.spread() == theirs.spread()
                    && base(mine.base, self.base) == base(theirs.base, other.base)
                    && (mine.is_plain()
                        && theirs.is_plain()
                        && theirs.target.is_within(&mine.target)
                        || mine.units == theirs.units && mine.target.is_same(&theirs.target))
            }
            (Benefit::Fixed(mine), Benefit::Fixed(theirs)) => {
                mine.amount.minor() >= theirs.amount.minor()
                    && mine.scope_spread() == theirs.scope_spread()
                    && (mine.is_plain()
                        && theirs.is_plain()
                        && theirs.target.is_within(&mine.target)
                        || mine.units == theirs.units && mine.target.is_same(&theirs.target))
            }
            (Benefit::UnitPrice(mine), Benefit::UnitPrice(theirs)) => {
                mine.price.minor() <= theirs.price.minor() && theirs.target.is_within(&mine.target)
            }
            (mine, theirs) => mine == theirs && self.base == other.base,
        }
    }
}

impl PercentOff {
    /// Whether it is taken off all units of its target.
    pub(super) fn is_plain(&self) -> bool {
        self.units.is_none() && self.spread() != Spread::Once
    }
}

impl FixedOff {
    /// Whether it is taken off all units of its target, or once across them.
    pub(super) fn is_plain(&self) -> bool {
        self.units.is_none() && self.scope_spread() != Spread::Once
    }

    pub(super) fn scope_spread(&self) -> Spread {
        self.allocation.unwrap_or(self.target.spread())
    }
}

impl Target {
    /// Whether each line of this one is a line of `other`, in every basket.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Order | Self::Lines) => true,
            (Self::Products(mine), Self::Products(theirs)) => mine.is_subset(theirs),
            (Self::Categories(mine), Self::Categories(theirs)) => mine.is_subset(theirs),
            (Self::Products(mine), Self::Except(AllBut { products, categories })) => {
                categories.is_empty() && mine.is_disjoint(products)
            }
            (Self::Categories(mine), Self::Except(AllBut { products, categories })) => {
                products.is_empty() && mine.is_disjoint(categories)
            }
            (Self::Except(mine), Self::Except(theirs)) => {
                theirs.products.is_subset(&mine.products)
                    && theirs.categories.is_subset(&mine.categories)
            }
            _ => false,
        }
    }
}

/// The lines that a discount can take something off are all in `target`.
fn reaches(benefit: &Benefit, target: &Target) -> bool {
    match benefit {
        Benefit::Percent(off) => off.target.is_within(target),
        Benefit::Fixed(off) => off.target.is_within(target),
        Benefit::Tiered(tiered) => tiered.target.is_within(target),
        Benefit::UnitPrice(price) => price.target.is_within(target),
        Benefit::FreeItem(free) => free.target.is_within(target),
        Benefit::BuyGet(deal) => deal.get.target.is_within(target),
        Benefit::Bundle(bundle) => bundle.slots.iter().all(|slot| slot.target.is_within(target)),
        _ => false,
    }
}

/// The most that a benefit takes off, if it is an amount that is taken off once.
pub(super) fn once(benefit: &Benefit) -> Option<i64> {
    match benefit {
        Benefit::Fixed(off) if off.scope_spread() != Spread::Each => Some(off.amount.minor()),
        Benefit::Shipping(ShippingOff::UpTo(amount)) => Some(amount.minor()),
        _ => None,
    }
}

/// The least price of which so many percent are something.
fn least(percent: Percent, rounding: Rounding) -> Exception {
    let share = |price: i64| {
        let product = i128::from(price) * i128::from(percent.basis_points());
        rounding.divide(product, 10_000).unwrap_or(0)
    };
    // Of 10,000 minor units at least one basis point is one of them.
    let (mut nothing, mut something) = (0, 10_000);
    while something - nothing > 1 {
        let middle = i64::midpoint(nothing, something);
        if share(middle) > 0 { something = middle } else { nothing = middle }
    }
    Exception(something)
}
