//! Limits that never matter: budgets that cannot be used up, and limits of uses that never reset.

use super::super::benefit::{Benefit, Spread, Target};
use super::super::catalog::CheckedOffer;
use super::super::{Base, Budget, Offer, Partial};
use super::compare::once;
use super::{Concern, Desk, Remark};
use crate::calendar::Window;
use crate::money::Money;

impl Desk<'_> {
    /// What can be said of the limits of each offer.
    pub(super) fn limits(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for checked in &self.catalog.offers {
            let offer = &checked.offer;
            let budgets = offer.limits.budgets.iter();
            let concerns = budgets.filter_map(|budget| self.out_of_reach(checked, budget));
            let concerns = concerns.chain(self.never_resets(offer));
            remarks.extend(concerns.map(|concern| Remark::about(&offer.id, concern)));
        }
        remarks
    }

    /// Which part of a budget is never used up, because the other one is before.
    fn out_of_reach(&self, checked: &CheckedOffer, budget: &Budget) -> Option<Concern> {
        let (uses, amount) = budget.uses.zip(budget.amount)?;
        let money = |minor| Money::from_minor(minor, amount.currency());
        if let Some(each) = most_once(&checked.offer) {
            let most = i128::from(each) * i128::from(uses);
            if let Some(most) = i64::try_from(most).ok().filter(|most| *most < amount.minor()) {
                return Some(Concern::AmountOutOfReach { amount, most: money(most) });
            }
        }
        let least = self.least_once(checked);
        let most = u64::try_from(amount.minor().checked_div(least)?).ok()?;
        (most < uses).then_some(Concern::UsesOutOfReach { uses, most })
    }

    /// The least that one use takes off, in minor units: all of an amount where the order must come
    /// to as much, or else at least something.
    fn least_once(&self, checked: &CheckedOffer) -> i64 {
        let Offer { benefit, minimum, limits, .. } = &checked.offer;
        let whole = limits.amounts.is_empty()
            && limits.budgets.iter().all(|budget| budget.partial == Partial::Refuse)
            && self.catalog.floors.is_empty();
        let (Benefit::Fixed(off), Some(minimum), true) = (benefit, minimum, whole) else {
            return 1;
        };
        let running =
            minimum.base.unwrap_or(self.catalog.terms(checked.lane).base) == Base::Running;
        let all = |target: &Target| matches!(target, Target::Order | Target::Lines);
        let across = off.scope_spread() == Spread::Across && off.units.is_none();
        let enough = minimum.amount.is_some_and(|least| least.minor() >= off.amount.minor());
        if running && all(&off.target) && across && enough {
            let most = limits.max_discount.map_or(i64::MAX, Money::minor);
            off.amount.minor().min(most).max(1)
        } else {
            1
        }
    }

    /// The limits of uses that look back to the beginning of the offer until its end.
    fn never_resets(&self, offer: &Offer) -> Option<Concern> {
        let (from, until) = offer.validity.from.zip(offer.validity.until)?;
        let last = until - chrono::TimeDelta::nanoseconds(1);
        let looks_back = |within: Window| {
            within != Window::Lifetime
                && within.interval(last, self.zone, None).is_some_and(|all| all.first <= from)
        };
        let limit = offer.limits.uses.iter().find(|limit| looks_back(limit.within))?;
        Some(Concern::LimitNeverResets { at_most: limit.at_most, within: limit.within })
    }
}

/// The most that one use of an offer takes off, in minor units, whatever is in the basket.
pub(super) fn most_once(offer: &Offer) -> Option<i64> {
    let limits = &offer.limits;
    let amounts = limits.amounts.iter().map(|limit| limit.at_most.minor());
    let capped = limits.max_discount.map(Money::minor);
    amounts.chain(capped).chain(once_of(&offer.benefit)).min()
}

/// The most that a benefit takes off: an amount that is taken off once.
fn once_of(benefit: &Benefit) -> Option<i64> {
    use super::super::benefit::StepOff;
    let Benefit::Tiered(tiered) = benefit else { return once(benefit) };
    let each = tiered.allocation.unwrap_or(tiered.target.spread()) == Spread::Each;
    let amounts = tiered.steps.iter().map(|step| match step.off {
        StepOff::Amount(amount) if !each => Some(amount.minor()),
        _ => None,
    });
    amounts.max_by_key(|amount| amount.map_or(i64::MAX, |amount| amount)).flatten()
}
