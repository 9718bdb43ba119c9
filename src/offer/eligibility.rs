//! Whether a customer meets what an offer asks of them, whatever is in the basket.

use std::collections::BTreeSet;

use super::benefit::Benefit;
use super::catalog::CheckedOffer;
use super::decline::{Decline, LimitReached, Reason};
use super::{Explain, Offer, Request, UseLimit};
use crate::id::{CouponCode, OfferId};
use crate::points::Points;
use crate::rule::Truth;

/// What the customer presented or chose.
pub(super) struct Presented<'a> {
    codes: BTreeSet<&'a CouponCode>,
    chosen: BTreeSet<&'a OfferId>,
    /// The offers that discounts of the basket name.
    named: BTreeSet<&'a OfferId>,
}

impl<'a> Presented<'a> {
    pub(super) fn of(request: &Request<'a>) -> Self {
        let (codes, chosen) = (&request.basket.coupons, request.chosen);
        let discounts = request.basket.lines.iter().flat_map(|line| &line.discounts);
        let named = discounts.filter_map(|discount| discount.offer.as_ref()).collect();
        Self { codes: codes.iter().collect(), chosen: chosen.iter().collect(), named }
    }

    /// Whether the customer asked for this offer.
    pub(super) fn asked_for(&self, offer: &Offer) -> bool {
        self.chosen.contains(&offer.id)
            || self.named.contains(&offer.id)
            || offer.code.as_ref().is_some_and(|code| self.codes.contains(code))
    }
}

impl CheckedOffer {
    /// The first reason that stands in the way: validity, code, conditions, uses, points, choice.
    ///
    /// How the conditions come out is asked only if nothing before them stands in the way.
    pub(super) fn eligibility(
        &self,
        truth: impl FnOnce() -> Truth,
        request: &Request<'_>,
        presented: &Presented<'_>,
    ) -> Result<(), Reason> {
        self.open(request)?;
        let Offer { id, code, cost, .. } = &self.offer;
        if code.as_ref().is_some_and(|code| !presented.codes.contains(code)) {
            return Err(Reason::CodeMissing);
        }
        match truth() {
            Truth::Fail => return Err(Reason::RuleFailed),
            Truth::Unknown => return Err(Reason::FactUnknown),
            Truth::Hold => {}
        }
        for limit in &self.offer.limits.uses {
            self.usable(limit, request)?;
        }
        self.affordable(request.points)?;
        match *cost {
            Some(cost) if code.is_none() && !presented.chosen.contains(id) => {
                Err(Reason::NotChosen { cost })
            }
            _ => Ok(()),
        }
    }

    /// Whether `available` points are enough for what it costs.
    pub(super) fn affordable(&self, available: Points) -> Result<(), Reason> {
        match self.offer.cost {
            Some(cost) if cost > available => Err(Reason::NotEnoughPoints { cost, available }),
            _ => Ok(()),
        }
    }

    /// The decline for this reason, with a verdict if that was asked for.
    pub(super) fn declined(&self, reason: Reason, request: &Request<'_>) -> Decline {
        let verdict = match (&reason, request.explain) {
            (Reason::RuleFailed | Reason::FactUnknown, Explain::Full) => {
                Some(Box::new(self.rule.explain(request.facts)))
            }
            _ => None,
        };
        Decline { reason, verdict }
    }

    /// Whether nothing stands in the way that can be seen without looking at the conditions.
    pub(super) fn may_hold(&self, request: &Request<'_>, presented: &Presented<'_>) -> bool {
        let coded = self.offer.code.as_ref();
        coded.is_none_or(|code| presented.codes.contains(code)) && self.open(request).is_ok()
    }

    fn open(&self, request: &Request<'_>) -> Result<(), Reason> {
        let validity = &self.offer.validity;
        if let Some(from) = validity.from.filter(|&from| request.as_of < from) {
            return Err(Reason::NotYetValid { from });
        }
        let closes = match &self.offer.benefit {
            Benefit::Access(access) => access.closes,
            _ => None,
        };
        let end = [validity.until, closes].into_iter().flatten().min();
        match end {
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
