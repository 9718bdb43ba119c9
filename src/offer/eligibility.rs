//! Whether a customer meets what an offer asks of them, whatever is in the basket.

use super::catalog::CheckedOffer;
use super::decline::{LimitReached, Reason};
use super::{Allowance, Offer, Request, Trial, UseLimit};
use crate::id::CouponCode;
use crate::points::Wallet;
use crate::rule::Truth;

impl CheckedOffer {
    /// The first reason that stands in the way: validity, code, conditions, uses, amounts, budgets,
    /// points, choice.
    pub(super) fn eligibility(&self, truth: Truth, request: &Request<'_>) -> Result<(), Reason> {
        self.open(request)?;
        let Offer { id, code, codes, cost, limits, .. } = &self.offer;
        let used = self.code_of(request)?;
        match truth {
            Truth::Fail => return Err(Reason::RuleFailed),
            Truth::Unknown => return Err(Reason::FactUnknown),
            Truth::Hold => {}
        }
        for limit in &limits.uses {
            self.usable(limit, request)?;
        }
        for limit in &limits.amounts {
            limit.usable(&self.offer, request)?;
        }
        self.budgeted(request, used.as_ref())?;
        self.affordable(request.points)?;
        match cost {
            Some(cost) if code.is_none() && codes.is_none() && !request.chosen.contains(id) => {
                Err(Reason::NotChosen { cost: cost.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The code of its batch that is used, if it has one: of those that were presented the
    /// smallest, but rather one that is not known to be used up.
    pub(super) fn code_of(&self, request: &Request<'_>) -> Result<Option<CouponCode>, Reason> {
        let presented = || request.basket.coupons.iter();
        if let Some(code) = &self.offer.code {
            let is_there = presented().any(|presented| presented == code);
            return if is_there { Ok(None) } else { Err(Reason::CodeMissing) };
        }
        let Some(batch) = &self.offer.codes else { return Ok(None) };
        let left = |code: &CouponCode| {
            let limit = Allowance::uses(u64::from(batch.uses_per_code?));
            request.budgets.left(&self.code_key(code), &limit)
        };
        let used_up = |code: &CouponCode| left(code).is_some_and(|left| left.is_exhausted());
        let valid = presented().filter(|code| self.codes.binary_search(code).is_ok());
        let code = valid.min_by_key(|code| (used_up(code), *code));
        code.cloned().map(Some).ok_or(Reason::CodeMissing)
    }

    /// Whether a pilot or a holdout withholds it, though all else is met.
    pub(super) fn tried_out(&self, request: &Request<'_>) -> Result<(), Reason> {
        let Offer { id, pilot, holdout, .. } = &self.offer;
        for (portion, trial) in [(pilot, Trial::Pilot), (holdout, Trial::Holdout)] {
            if let Some(portion) = portion {
                portion.withholds(trial, id, request)?;
            }
        }
        Ok(())
    }

    /// Whether what is available is enough for what it costs.
    pub(super) fn affordable(&self, available: &Wallet) -> Result<(), Reason> {
        let Some(cost) = &self.offer.cost else { return Ok(()) };
        let available = available.points(cost.purse.as_ref());
        let enough = cost.points <= available;
        let too_few = || Reason::NotEnoughPoints { cost: cost.clone(), available };
        if enough { Ok(()) } else { Err(too_few()) }
    }

    /// Whether nothing stands in the way that can be seen without looking at the conditions.
    pub(super) fn may_hold(&self, request: &Request<'_>) -> bool {
        self.open(request).is_ok() && self.code_of(request).is_ok()
    }

    fn open(&self, request: &Request<'_>) -> Result<(), Reason> {
        let validity = &self.offer.validity;
        if let Some(from) = validity.from.filter(|&from| request.as_of < from) {
            return Err(Reason::NotYetValid { from });
        }
        match self.offer.ends() {
            Some(until) if until <= request.as_of => Err(Reason::Expired { until }),
            _ => Ok(()),
        }
    }

    fn usable(&self, limit: &UseLimit, request: &Request<'_>) -> Result<(), Reason> {
        let &UseLimit { at_most, within } = limit;
        let interval = within
            .interval(request.as_of, &request.zone, request.member_since)
            .ok_or(Reason::MembershipUnknown)?;
        let used = request.uses.count(&self.offer.id, interval);
        if used < u64::from(at_most) {
            Ok(())
        } else {
            Err(Reason::LimitReached(Box::new(LimitReached { at_most, within, used })))
        }
    }
}
