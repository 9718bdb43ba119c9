//! The offers for which a customer is eligible, whatever is in the basket, and why not the others.

use super::catalog::{Catalog, CheckedOffer};
use super::decline::{Decline, DeclineCode, JointMissing, Reason};
use super::eligibility::Presented;
use super::{Explain, Request};
use crate::rule::Truth;

/// The question of who is eligible for what.
pub(super) struct Candidates<'a, 'r> {
    pub catalog: &'a Catalog,
    pub request: &'r Request<'a>,
    presented: Presented<'a>,
}

/// What became of it: places in the catalog.
#[derive(Default)]
pub(super) struct Sifted {
    /// In ascending order.
    pub eligible: Vec<usize>,
    /// The declines of the others, as far as they are told.
    pub declined: Vec<(usize, Decline)>,
}

impl<'a, 'r> Candidates<'a, 'r> {
    pub(super) fn of(catalog: &'a Catalog, request: &'r Request<'a>) -> Self {
        Self { catalog, request, presented: Presented::of(request) }
    }

    /// Whether a decline with this code is told.
    pub(super) fn tells(&self, checked: &CheckedOffer, code: DeclineCode) -> bool {
        self.request.explain != Explain::Grants
            || code.is_eligible()
            || checked.asked_for(self.request, &self.presented)
    }

    /// Who is eligible and who is not; of a joint set all or none.
    pub(super) fn sift(&self) -> Sifted {
        let mut sifted = Sifted::default();
        if self.request.explain == Explain::Grants {
            let holding = self.holding();
            for place in self.asked_for() {
                if holding.binary_search(&place).is_err() {
                    self.ask(place, |checked| checked.rule.truth(self.request.facts), &mut sifted);
                }
            }
            holding.into_iter().for_each(|place| self.ask(place, |_| Truth::Hold, &mut sifted));
        } else {
            for place in 0..self.catalog.offers.len() {
                self.ask(place, |checked| checked.rule.truth(self.request.facts), &mut sifted);
            }
        }
        self.join(&mut sifted);
        sifted
    }

    /// The offers whose conditions hold, without those that are not valid now or want a code that
    /// was not presented: all that are worth a closer look if only grants are asked for.
    fn holding(&self) -> Vec<usize> {
        let offers = self.catalog.offers.iter().enumerate();
        let holding = offers.filter(|(_, checked)| {
            checked.may_hold(self.request) && checked.rule.truth(self.request.facts).holds()
        });
        holding.map(|(place, _)| place).collect()
    }

    /// The offers that the customer asked for, in ascending order.
    fn asked_for(&self) -> Vec<usize> {
        let offers = self.catalog.offers.iter().enumerate();
        let asked = offers.filter(|(_, checked)| checked.asked_for(self.request, &self.presented));
        asked.map(|(place, _)| place).collect()
    }

    fn ask(&self, place: usize, truth: impl Fn(&CheckedOffer) -> Truth, sifted: &mut Sifted) {
        let Some(checked) = self.catalog.offers.get(place) else { return };
        match checked.eligibility(|| truth(checked), self.request, &self.presented) {
            Ok(()) => sifted.eligible.push(place),
            Err(reason) => self.decline(place, checked, reason, sifted),
        }
    }

    fn decline(&self, place: usize, checked: &CheckedOffer, reason: Reason, sifted: &mut Sifted) {
        if self.tells(checked, reason.code()) {
            sifted.declined.push((place, checked.declined(reason, self.request)));
        }
    }

    /// Declines the offers of joint sets of which not all are eligible.
    fn join(&self, sifted: &mut Sifted) {
        sifted.eligible.sort_unstable();
        if self.catalog.joint.is_empty() {
            return;
        }
        let eligible = std::mem::take(&mut sifted.eligible);
        for &place in &eligible {
            let Some(checked) = self.catalog.offers.get(place) else { continue };
            match self.missing(checked, &eligible) {
                Some(missing) => {
                    self.decline(place, checked, Reason::JointMissing(Box::new(missing)), sifted);
                }
                None => sifted.eligible.push(place),
            }
        }
    }

    /// The first offer of the same joint set that is not eligible.
    fn missing(&self, checked: &CheckedOffer, eligible: &[usize]) -> Option<JointMissing> {
        let set = checked.offer.combines.joint.clone()?;
        let places = self.catalog.joint.get(checked.joint?)?;
        let missing = places.iter().find(|place| eligible.binary_search(place).is_err())?;
        let missing = self.catalog.offers.get(*missing)?;
        let truth = || missing.rule.truth(self.request.facts);
        let reason = missing.eligibility(truth, self.request, &self.presented).err()?;
        Some(JointMissing { set, missing: missing.offer.id.clone(), code: reason.code() })
    }
}
