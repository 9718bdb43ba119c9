//! Offers that are never granted, and why.

use std::collections::BTreeMap;

use super::super::catalog::CheckedOffer;
use super::{Clash, Concern, Desk, Question, Remark};
use crate::id::OfferId;
use crate::rule::Rule;
use crate::rule::analysis::{Claim, Inconclusive};

/// How many parts of a rule are looked at for two that clash.
const MAX_PARTS: usize = 16;

impl Desk<'_> {
    /// What is never granted, or wins ties only; one remark for an offer.
    pub(super) fn never(&self) -> Vec<Remark> {
        let mut remarks = Vec::new();
        for checked in &self.catalog.offers {
            let mine = self.by_itself(checked);
            let settled = mine.as_ref().is_some_and(Remark::is_never);
            remarks.extend(mine);
            if !settled {
                remarks.extend(self.shadowed(checked));
            }
        }
        let joint = self.joint(&remarks);
        remarks.extend(joint);
        remarks
    }

    /// Why an offer is never granted, whatever others there are.
    fn by_itself(&self, checked: &CheckedOffer) -> Option<Remark> {
        let (offer, term) = (&checked.offer, self.term(checked));
        let about = |concern| Some(Remark::about(&offer.id, concern));
        if let Some((closes, from)) = term.until.zip(offer.validity.from)
            && closes <= from
        {
            return about(Concern::ClosedBefore { closes, from });
        }
        if let Some(until) = term.until.filter(|_| term.is_empty()) {
            return about(Concern::Over { until });
        }
        match self.analyst.never_applies(&checked.rule) {
            Ok(Claim::Proven) => {
                let (clash, on) = (self.clash(&offer.when), self.only_on([&offer.when]));
                about(Concern::NeverHolds { clash, on })
            }
            Ok(Claim::Refuted(_)) => None,
            Err(limit) => Some(given_up([&offer.id], Question::EverHolds, limit)),
        }
    }

    /// The first two of the conditions that must hold together and never do.
    fn clash(&self, when: &Rule) -> Option<Clash> {
        let Rule::All(parts) = when else { return None };
        let parts = parts.iter().take(MAX_PARTS);
        let checked: Vec<_> =
            parts.filter_map(|part| Some((part, part.check(self.schema).ok()?))).collect();
        let rules: Vec<_> = checked.iter().map(|(_, rule)| rule).collect();
        let study = self.analyst.study(&rules).ok()?;
        let pairs =
            (0..rules.len()).flat_map(|one| (one + 1..rules.len()).map(move |two| (one, two)));
        let mut clashing = pairs.filter(|&(one, two)| matches!(study.overlap(one, two), Ok(None)));
        let (one, two) = clashing.next()?;
        let told = |at: usize| checked.get(at).map(|(part, _)| part.to_string());
        Some(Clash { first: told(one)?, second: told(two)? })
    }

    /// The offers of joint sets of which another is never granted on any day.
    fn joint(&self, remarks: &[Remark]) -> Vec<Remark> {
        let never: BTreeMap<&OfferId, &Remark> = remarks
            .iter()
            .filter(|remark| remark.is_never() && remark.concern.is_unconditional())
            .filter_map(|remark| Some((remark.offers.first()?, remark)))
            .collect();
        let known = |id: &OfferId| {
            remarks.iter().any(|remark| remark.is_never() && remark.offers.first() == Some(id))
        };
        let mut found = Vec::new();
        for places in &self.catalog.joint {
            let members = || places.iter().filter_map(|&place| self.catalog.offers.get(place));
            let spoiler = members().find(|checked| never.contains_key(&checked.offer.id));
            let Some(spoiler) = spoiler.map(|checked| &checked.offer) else { continue };
            let Some(set) = spoiler.combines.joint.clone() else { continue };
            let others = members().map(|checked| &checked.offer.id).filter(|id| !known(id));
            found.extend(others.map(|id| Remark {
                offers: vec![id.clone(), spoiler.id.clone()],
                concern: Concern::JointNever { set: set.clone() },
            }));
        }
        found
    }
}

impl Concern {
    /// Whether it says so of every day and without exception.
    fn is_unconditional(&self) -> bool {
        match self {
            Self::NeverHolds { on, .. } => on.is_none(),
            Self::Shadowed(shade) | Self::Dominated(shade) => *shade == super::Shade::default(),
            _ => true,
        }
    }
}

/// A question that has no answer.
pub(super) fn given_up<'i>(
    offers: impl IntoIterator<Item = &'i OfferId>,
    question: Question,
    limit: Inconclusive,
) -> Remark {
    let offers = offers.into_iter().cloned().collect();
    Remark { offers, concern: Concern::Inconclusive { question, limit: limit.to_string() } }
}
