//! The offers for which a customer is eligible, whatever is in the basket, and why not the others.

use std::collections::BTreeSet;

use super::catalog::{Catalog, CheckedOffer};
use super::decline::{Decline, DeclineCode, JointMissing, Reason};
use super::{Explain, Request};
use crate::rule::{Matches, Obstacle, Obstacles, Truth};

/// The question of who is eligible for what.
pub(super) struct Candidates<'a, 'r> {
    pub catalog: &'a Catalog,
    pub request: &'r Request<'a>,
    /// The offers that the customer asked for.
    asked: BTreeSet<usize>,
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
        Self { catalog, request, asked: asked_for(catalog, request) }
    }

    /// Whether a decline with this code is told.
    pub(super) fn tells(&self, place: usize, code: DeclineCode) -> bool {
        self.request.explain != Explain::Grants || code.is_eligible() || self.asked.contains(&place)
    }

    /// Who is eligible and who is not; of a joint set all or none.
    pub(super) fn sift(&self) -> Sifted {
        let mut sifted = Sifted::default();
        match self.request.explain {
            Explain::Grants => self.sift_holding(&mut sifted),
            Explain::Codes | Explain::Full => self.sift_all(&mut sifted),
        }
        sifted.eligible.sort_unstable();
        if !self.catalog.joint.is_empty() {
            self.join(&mut sifted);
        }
        sifted
    }

    /// Looks at the offers whose conditions hold, and at those that were asked for.
    fn sift_holding(&self, sifted: &mut Sifted) {
        let index = &self.catalog.index;
        let mut holding = Matches::new();
        index.holding(self.request.facts, &mut holding);
        let offers = holding.iter().filter_map(|at| Some((at, self.catalog.offers.get(at)?)));
        for (place, checked) in offers {
            if checked.may_hold(self.request) || self.asked.contains(&place) {
                self.ask(place, None, sifted);
            }
        }
        let mut missed = Matches::new();
        self.asked.iter().filter(|&&at| !holding.contains(at)).for_each(|&at| missed.insert(at));
        if missed.count() > 0 {
            let mut obstacles = Obstacles::new();
            index.obstacles_among(&missed, self.request.facts, &mut obstacles);
            obstacles.iter().for_each(|(place, why)| self.ask(place, Some(why), sifted));
        }
    }

    /// Looks at every offer.
    fn sift_all(&self, sifted: &mut Sifted) {
        let mut obstacles = Obstacles::new();
        self.catalog.index.obstacles(self.request.facts, &mut obstacles);
        let mut obstacles = obstacles.iter().peekable();
        for place in 0..self.catalog.offers.len() {
            let why = obstacles.next_if(|(at, _)| *at == place).map(|(_, obstacle)| obstacle);
            self.ask(place, why, sifted);
        }
    }

    /// Asks for one offer, whose conditions hold unless there is an obstacle.
    fn ask(&self, place: usize, obstacle: Option<Obstacle>, sifted: &mut Sifted) {
        let Some(checked) = self.catalog.offers.get(place) else { return };
        let truth = obstacle.map_or(Truth::Hold, |obstacle| obstacle.truth);
        match checked.eligibility(truth, self.request) {
            Ok(()) => sifted.eligible.push(place),
            Err(reason) => self.decline(place, reason, obstacle, sifted),
        }
    }

    fn decline(
        &self,
        place: usize,
        reason: Reason,
        obstacle: Option<Obstacle>,
        sifted: &mut Sifted,
    ) {
        if !self.tells(place, reason.code()) {
            return;
        }
        let mut decline = Decline::from(reason);
        if let Reason::RuleFailed | Reason::FactUnknown = decline.reason
            && let Some(rule) = self.catalog.index.rule(place)
        {
            let field = obstacle.and_then(|obstacle| rule.field(obstacle.slot?));
            decline.field = field.map(|field| field.name.clone());
            if self.request.explain == Explain::Full {
                decline.verdict = Some(Box::new(rule.explain(self.request.facts)));
            }
        }
        sifted.declined.push((place, decline));
    }

    /// Declines the offers of joint sets of which not all are eligible.
    fn join(&self, sifted: &mut Sifted) {
        let eligible = std::mem::take(&mut sifted.eligible);
        for &place in &eligible {
            let Some(checked) = self.catalog.offers.get(place) else { continue };
            match self.missing(checked, &eligible) {
                Some(missing) => {
                    self.decline(place, Reason::JointMissing(Box::new(missing)), None, sifted);
                }
                None => sifted.eligible.push(place),
            }
        }
    }

    /// The first offer of the same joint set that is not eligible.
    fn missing(&self, checked: &CheckedOffer, eligible: &[usize]) -> Option<JointMissing> {
        let set = checked.offer.combines.joint.clone()?;
        let places = self.catalog.joint.get(checked.joint?)?;
        let &place = places.iter().find(|place| eligible.binary_search(place).is_err())?;
        let missing = self.catalog.offers.get(place)?;
        let truth = self.catalog.index.rule(place)?.truth(self.request.facts);
        let reason = missing.eligibility(truth, self.request).err()?;
        Some(JointMissing { set, missing: missing.offer.id.clone(), code: reason.code() })
    }
}

/// The offers that the customer chose, presented a code of, or has a discount of in the basket.
fn asked_for(catalog: &Catalog, request: &Request<'_>) -> BTreeSet<usize> {
    let basket = request.basket;
    let discounts = basket.lines.iter().flat_map(|line| &line.discounts);
    let named = discounts.filter_map(|discount| discount.offer.as_ref());
    let named = request.chosen.iter().chain(named).filter_map(|id| catalog.place(id));
    let coded = basket.coupons.iter().filter_map(|code| catalog.coded.get(code).copied());
    let mut asked: BTreeSet<usize> = named.chain(coded).collect();
    if !basket.coupons.is_empty() {
        let offers = catalog.batched.iter().filter_map(|&at| Some((at, catalog.offers.get(at)?)));
        asked.extend(offers.filter(|(_, it)| it.code_of(request).is_ok()).map(|(at, _)| at));
    }
    asked
}
