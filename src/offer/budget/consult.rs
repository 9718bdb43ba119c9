//! What limits and budgets say about an offer in a request.

use super::{Allowance, BudgetClaim, BudgetKey, BudgetPeriod, Draw, KeyScope, Partial};
use crate::id::CouponCode;
use crate::money::Money;
use crate::offer::catalog::CheckedOffer;
use crate::offer::decline::{AmountReached, BudgetExhausted, Reason};
use crate::offer::{AmountLimit, Offer, Request};

/// The most that limits and budgets let `offer` take off now, in minor units; `None` for any
/// amount, and where it is not known.
///
/// A discount that is larger is cut down to it.
pub(in crate::offer) fn amount_left(offer: &Offer, request: &Request<'_>) -> Option<i64> {
    let limits = offer.limits.amounts.iter().filter_map(|limit| {
        let used = limit.used(offer, request).ok()?;
        Some(limit.at_most.minor().saturating_sub(used).max(0))
    });
    let budgets = offer.limits.budgets.iter().filter(|budget| budget.partial == Partial::Grant);
    let budgets = budgets.filter_map(|budget| {
        let key = budget.key(&offer.id, request)?;
        request.budgets.left(&key, &budget.limit())?.amount
    });
    limits.chain(budgets.map(|left| left.minor().max(0))).min()
}

/// The most that the offer can take off before a budget refuses it altogether; none where nothing
/// refuses it, or where that is not known.
pub(in crate::offer) fn amount_refused(offer: &Offer, request: &Request<'_>) -> Option<i64> {
    let budgets = offer.limits.budgets.iter().filter(|budget| budget.partial == Partial::Refuse);
    let left = budgets.filter_map(|budget| {
        let key = budget.key(&offer.id, request)?;
        request.budgets.left(&key, &budget.limit())?.amount
    });
    left.map(|left| left.minor()).min()
}

/// Whether the budgets that refuse what is larger than what is left have enough for a discount of
/// so many minor units.
pub(in crate::offer) fn within_budget(
    offer: &Offer,
    request: &Request<'_>,
    applied: i64,
) -> Result<(), Reason> {
    for budget in &offer.limits.budgets {
        let (Some(key), limit) = (budget.key(&offer.id, request), budget.limit()) else { continue };
        let left = request.budgets.left(&key, &limit);
        if let Some((left, amount)) = left.and_then(|left| Some((left, left.amount?)))
            && amount.minor() < applied
        {
            let wanted = Some(Money::from_minor(applied, amount.currency()));
            return Err(exhausted(key, limit, left, wanted));
        }
    }
    Ok(())
}

impl CheckedOffer {
    /// Whether the budgets that the offer has here are known, and none is known to be exhausted.
    pub(in crate::offer) fn budgeted(
        &self,
        request: &Request<'_>,
        code: Option<&CouponCode>,
    ) -> Result<(), Reason> {
        for (key, limit, _) in self.budgets(request, code) {
            if request.budgets.reserved(&self.offer.id) == Some(false) {
                return Err(Reason::NotReserved);
            }
            let key = key.ok_or(Reason::StoreUnknown)?;
            let left = request.budgets.left(&key, &limit);
            if let Some(left) = left.filter(Allowance::is_exhausted) {
                return Err(exhausted(key, limit, left, None));
            }
        }
        Ok(())
    }

    /// What must be held for one use that takes off `applied`.
    pub(in crate::offer) fn claims(
        &self,
        request: &Request<'_>,
        applied: Money,
    ) -> Vec<BudgetClaim> {
        let code = self.code_of(request).ok().flatten();
        let claims = self.budgets(request, code.as_ref()).filter_map(|(key, limit, partial)| {
            Some(BudgetClaim { key: key?, limit, wants: Draw::once(applied), partial })
        });
        claims.collect()
    }

    /// The budgets that the offer has in this request, also that of its code; no key where the
    /// store is not known.
    fn budgets<'a>(
        &'a self,
        request: &'a Request<'_>,
        code: Option<&'a CouponCode>,
    ) -> impl Iterator<Item = (Option<BudgetKey>, Allowance, Partial)> + 'a {
        let offer = &self.offer;
        let shared = offer
            .limits
            .budgets
            .iter()
            .map(|budget| (budget.key(&offer.id, request), budget.limit(), budget.partial));
        let limited = offer.codes.as_ref().and_then(|batch| batch.uses_per_code).zip(code);
        let coded = limited.map(|(uses, code)| {
            (Some(self.code_key(code)), Allowance::uses(u64::from(uses)), Partial::Refuse)
        });
        shared.chain(coded)
    }

    /// The budget of a code of the offer.
    pub(in crate::offer) fn code_key(&self, code: &CouponCode) -> BudgetKey {
        let (offer, scope) = (self.offer.id.clone(), KeyScope::Code(code.clone()));
        BudgetKey { offer, scope, period: BudgetPeriod::Lifetime }
    }
}

impl AmountLimit {
    /// What the customer was given in the window, in minor units.
    fn used(&self, offer: &Offer, request: &Request<'_>) -> Result<i64, Reason> {
        let interval = self.within.interval(request.as_of, &request.zone, request.member_since);
        let interval = interval.ok_or(Reason::MembershipUnknown)?;
        request.uses.amount_minor(&offer.id, interval).ok_or(Reason::AmountUnknown)
    }

    /// Whether anything is left of it.
    pub(in crate::offer) fn usable(
        &self,
        offer: &Offer,
        request: &Request<'_>,
    ) -> Result<(), Reason> {
        let &Self { at_most, within } = self;
        let used = self.used(offer, request)?;
        if used < at_most.minor() {
            return Ok(());
        }
        let used = Money::from_minor(used, at_most.currency());
        Err(Reason::AmountReached(Box::new(AmountReached { at_most, within, used })))
    }
}

fn exhausted(key: BudgetKey, limit: Allowance, left: Allowance, wanted: Option<Money>) -> Reason {
    Reason::BudgetExhausted(Box::new(BudgetExhausted { key, limit, left, wanted }))
}
