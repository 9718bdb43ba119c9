//! Whether a customer meets what an offer asks of them, whatever is in the basket.

use std::collections::BTreeSet;

use super::benefit::Benefit;
use super::catalog::CheckedOffer;
use super::decline::{LimitReached, Reason};
use super::{Request, UseLimit};
use crate::id::CouponCode;
use crate::points::Points;
use crate::rule::Truth;

impl CheckedOffer {
    /// The first reason that stands in the way: validity, code, conditions, uses, points.
    pub(super) fn eligibility(
        &self,
        request: &Request<'_>,
        presented: &BTreeSet<&CouponCode>,
    ) -> Result<(), Reason> {
        self.open(request)?;
        if self.offer.code.as_ref().is_some_and(|code| !presented.contains(code)) {
            return Err(Reason::CodeMissing);
        }
        match self.rule.truth(request.facts) {
            Truth::Fail => return Err(Reason::RuleFailed),
            Truth::Unknown => return Err(Reason::FactUnknown),
            Truth::Hold => {}
        }
        for limit in &self.offer.limits.uses {
            self.usable(limit, request)?;
        }
        self.affordable(request.points)
    }

    /// Whether `available` points are enough for what it costs.
    pub(super) fn affordable(&self, available: Points) -> Result<(), Reason> {
        match self.offer.cost {
            Some(cost) if cost > available => Err(Reason::NotEnoughPoints { cost, available }),
            _ => Ok(()),
        }
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
