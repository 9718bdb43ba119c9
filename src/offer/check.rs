//! The check of a catalog: all that is wrong, each with its place.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::benefit::Benefit;
use super::catalog::CheckedOffer;
use super::code::batches;
use super::plan::Marks;
use super::{Allowance, Fault, Lane, Offer, Trial, combine};
use crate::calendar::Window;
use crate::id::{CouponCode, LaneId, OfferId};
use crate::money::{Currency, Money, Percent};
use crate::path::{Path, Problems};
use crate::points::Points;
use crate::rule::{CheckedRule, Schema, Text};

/// The most offers that a catalog can have.
pub const MAX_OFFERS: usize = 100_000;
/// The most lanes that a catalog can have.
pub const MAX_LANES: usize = 1_000;
/// The longest list of products, categories or limits of an offer.
pub const MAX_LIST: usize = 10_000;
/// The longest name of an offer, in bytes.
pub const MAX_NAME_BYTES: usize = 1_024;
/// The most points that an offer gives or costs.
pub const MAX_POINTS: Points = Points(1_000_000_000_000);

/// The offers by id with their checked conditions, or all problems.
pub(super) fn check(
    offers: Vec<Offer>,
    lanes: &[Lane],
    schema: &Schema,
    currency: Currency,
) -> Result<Vec<CheckedOffer>, Problems<Fault>> {
    let mut problems = Problems::none();
    let lanes_path = Path::root().field("lanes");
    let offers_path = Path::root().field("offers");
    if lanes.len() > MAX_LANES {
        problems.add(lanes_path.clone(), Fault::TooManyLanes { count: lanes.len() });
    }
    if offers.len() > MAX_OFFERS {
        problems.add(offers_path.clone(), Fault::TooManyOffers { count: offers.len() });
    }
    problems.into_result(())?;

    let mut check = Check {
        schema,
        currency,
        problems: Problems::none(),
        lanes: HashMap::new(),
        offers: HashSet::new(),
        codes: HashMap::new(),
    };
    for (index, lane) in lanes.iter().enumerate() {
        check.lane(lane, index, &lanes_path.item(index));
    }
    let parts: Vec<_> = offers
        .iter()
        .enumerate()
        .map(|(index, offer)| check.offer(offer, &offers_path.item(index)))
        .collect();
    combine::check(&offers, lanes, &mut check.problems);
    let batches = batches(&offers, &offers_path, &mut check.problems);
    check.problems.into_result(())?;
    let whole = |((offer, codes), part): ((_, _), Option<(_, _)>)| {
        let (rule, lane) = part?;
        let marks = Marks::default();
        Some(CheckedOffer { offer, rule, codes, lane, marks, joint: None })
    };
    let offers = offers.into_iter().zip(batches);
    let mut checked: Vec<_> = offers.zip(parts).filter_map(whole).collect();
    checked.sort_by(|one, other| one.offer.id.cmp(&other.offer.id));
    Ok(checked)
}

/// A check on its way through the lanes and offers.
pub(super) struct Check<'a> {
    schema: &'a Schema,
    currency: Currency,
    pub problems: Problems<Fault>,
    /// The places of the lanes, 0 being that of the default lane.
    lanes: HashMap<&'a LaneId, usize>,
    offers: HashSet<&'a OfferId>,
    /// The codes, each with the first offer that wants it.
    codes: HashMap<&'a CouponCode, &'a OfferId>,
}

impl<'a> Check<'a> {
    fn lane(&mut self, lane: &'a Lane, index: usize, path: &Path) {
        if self.lanes.insert(&lane.id, index + 1).is_some() {
            self.problems.add(path.field("id"), Fault::DuplicateLane { lane: lane.id.clone() });
        }
    }

    /// The checked conditions and the place of the lane; codes of batches are checked after it.
    fn offer(&mut self, offer: &'a Offer, path: &Path) -> Option<(CheckedRule, usize)> {
        if !self.offers.insert(&offer.id) {
            self.problems.add(path.field("id"), Fault::DuplicateOffer { offer: offer.id.clone() });
        }
        if let Some(name) = &offer.name {
            self.name(name, &path.field("name"));
        }
        let rule = self.problems.take(&path.field("when"), offer.when.check(self.schema));
        if offer.validity.is_empty() {
            self.problems.add(path.field("validity"), Fault::NeverOpen);
        }
        self.benefit(&offer.benefit, &path.field("benefit"));
        if let Some(minimum) = &offer.minimum {
            self.minimum(minimum, &path.field("minimum"));
        }
        let lane = self.lane_of(offer, path);
        self.limits(offer, &path.field("limits"));
        self.budgets(offer, &path.field("limits"));
        self.trials(offer, path);
        self.code(offer, path);
        if let Some(cost) = &offer.cost {
            self.points(cost.points, path.field("cost"));
        }
        self.combines(offer, &path.field("combines"));
        Some((rule?, lane?))
    }

    fn lane_of(&mut self, offer: &Offer, path: &Path) -> Option<usize> {
        let Some(lane) = &offer.lane else { return Some(0) };
        let place = self.lanes.get(lane).copied();
        if place.is_none() {
            self.problems.add(path.field("lane"), Fault::UnknownLane { lane: lane.clone() });
        }
        place
    }

    fn code(&mut self, offer: &'a Offer, path: &Path) {
        let Some(code) = &offer.code else { return };
        if offer.codes.is_some() {
            self.problems.add(path.field("codes"), Fault::CodeAndCodes);
        }
        match self.codes.entry(code) {
            Entry::Vacant(entry) => {
                entry.insert(&offer.id);
            }
            Entry::Occupied(entry) => {
                let first = (*entry.get()).clone();
                let fault = Fault::DuplicateCode { code: code.clone(), offer: first };
                self.problems.add(path.field("code"), fault);
            }
        }
    }

    fn limits(&mut self, offer: &Offer, path: &Path) {
        let Offer { limits, benefit, .. } = offer;
        let uses = path.field("uses");
        self.length(limits.uses.len(), &uses);
        for (index, limit) in limits.uses.iter().enumerate() {
            let path = uses.item(index);
            self.count(limit.at_most, path.field("at_most"));
            if let Window::Previous(_) = limit.within {
                let fault = Fault::LimitLooksBack { within: limit.within };
                self.problems.add(path.field("within"), fault);
            }
        }
        if let Some(most) = limits.max_discount {
            let path = path.field("max_discount");
            if !benefit.is_discount() {
                self.problems.add(path.clone(), Fault::NoDiscount);
            }
            self.amount(most, path);
        }
    }

    fn combines(&mut self, offer: &Offer, path: &Path) {
        for (field, names) in offer.combines.names() {
            let path = path.field(field);
            self.length(names.len(), &path);
            names.iter().for_each(|name| self.name(name, &path));
        }
    }

    /// What a customer is given in all, and what there is for all customers.
    fn budgets(&mut self, offer: &Offer, path: &Path) {
        let Offer { limits, benefit, .. } = offer;
        let amounts = path.field("amounts");
        self.length(limits.amounts.len(), &amounts);
        for (index, limit) in limits.amounts.iter().enumerate() {
            let path = amounts.item(index);
            self.amount(limit.at_most, path.field("at_most"));
            if let Window::Previous(_) = limit.within {
                let fault = Fault::LimitLooksBack { within: limit.within };
                self.problems.add(path.field("within"), fault);
            }
            match benefit {
                Benefit::Shipping(_) => self.problems.add(path, Fault::ShippingAmount),
                benefit if !benefit.is_discount() => self.problems.add(path, Fault::NoDiscount),
                _ => {}
            }
        }
        let budgets = path.field("budgets");
        self.length(limits.budgets.len(), &budgets);
        let mut seen = HashSet::new();
        for (index, budget) in limits.budgets.iter().enumerate() {
            let (path, within) = (budgets.item(index), budget.within);
            if !matches!(within, Window::Calendar(_) | Window::Lifetime) {
                self.problems.add(path.field("within"), Fault::BudgetWindow { within });
            } else if !seen.insert((budget.scope, within)) {
                self.problems.add(path.clone(), Fault::DuplicateBudget { within });
            }
            if budget.limit() == Allowance::default() {
                self.problems.add(path.clone(), Fault::EmptyBudget);
            }
            if budget.uses == Some(0) {
                self.problems.add(path.field("uses"), Fault::Zero);
            }
            if let Some(amount) = budget.amount {
                let path = path.field("amount");
                if !benefit.is_discount() {
                    self.problems.add(path.clone(), Fault::NoDiscount);
                }
                self.amount(amount, path);
            }
        }
    }

    fn trials(&mut self, offer: &Offer, path: &Path) {
        if let Some(pilot) = &offer.pilot {
            self.percent(pilot.share, path.field("pilot"));
        }
        if let Some(holdout) = &offer.holdout {
            let (share, path) = (holdout.share, path.field("holdout"));
            if share.basis_points() == 10_000 {
                self.problems.add(path, Fault::NobodyLeft { share });
            } else {
                self.percent(share, path);
            }
        }
        if let (Some(pilot), Some(holdout)) = (&offer.pilot, &offer.holdout)
            && pilot.of == holdout.of
            && pilot.salt(Trial::Pilot) == holdout.salt(Trial::Holdout)
        {
            self.problems.add(path.field("holdout"), Fault::SameSalt);
        }
    }

    pub(super) fn percent(&mut self, percent: Percent, path: Path) {
        if !(1..=10_000).contains(&percent.basis_points()) {
            self.problems.add(path, Fault::Percent { percent });
        }
    }

    pub(super) fn amount(&mut self, amount: Money, path: Path) {
        if amount.currency() != self.currency {
            let (found, expected) = (amount.currency(), self.currency);
            self.problems.add(path.clone(), Fault::ForeignCurrency { found, expected });
        }
        if amount.minor() <= 0 {
            self.problems.add(path, Fault::Amount { amount });
        }
    }

    pub(super) fn points(&mut self, points: Points, path: Path) {
        if points <= Points::ZERO || points > MAX_POINTS {
            self.problems.add(path, Fault::Points { points });
        }
    }

    pub(super) fn count(&mut self, count: u32, path: Path) {
        if count == 0 {
            self.problems.add(path, Fault::Zero);
        }
    }

    pub(super) fn length(&mut self, count: usize, path: &Path) {
        if count > MAX_LIST {
            self.problems.add(path.clone(), Fault::ListTooLong { count });
        }
    }

    pub(super) fn name(&mut self, name: &Text, path: &Path) {
        let bytes = name.as_str().len();
        if bytes == 0 {
            self.problems.add(path.clone(), Fault::NoName);
        } else if bytes > MAX_NAME_BYTES {
            self.problems.add(path.clone(), Fault::NameTooLong { bytes });
        }
    }
}
