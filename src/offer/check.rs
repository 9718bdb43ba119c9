//! The check of a catalog: all that is wrong, each with its place.

use std::collections::HashMap;

use super::benefit::{Benefit, ShippingOff, Target};
use super::catalog::CheckedOffer;
use super::{Fault, Lane, Limits, Offer, Validity};
use crate::calendar::Window;
use crate::id::{CouponCode, LaneId, OfferId};
use crate::money::{Currency, Money, Percent};
use crate::path::{Path, Problems};
use crate::points::{Multiplier, Points};
use crate::rule::{Schema, Text};

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
    let root = Path::root();
    if lanes.len() > MAX_LANES {
        problems.add(root.field("lanes"), Fault::TooManyLanes { count: lanes.len() });
        return Err(problems);
    }
    if offers.len() > MAX_OFFERS {
        problems.add(root.field("offers"), Fault::TooManyOffers { count: offers.len() });
        return Err(problems);
    }
    let mut places = HashMap::new();
    for (index, lane) in lanes.iter().enumerate() {
        if places.insert(&lane.id, index + 1).is_some() {
            let fault = Fault::DuplicateLane { lane: lane.id.clone() };
            problems.add(root.field("lanes").item(index).field("id"), fault);
        }
    }
    repeated(&offers, &mut problems);
    let mut checked = Vec::with_capacity(offers.len());
    for (index, offer) in offers.into_iter().enumerate() {
        let path = root.field("offers").item(index);
        let mut check = Check { path: &path, currency, problems: &mut problems };
        check.offer(&offer);
        let lane = check.lane(offer.lane.as_ref(), &places);
        let rule = problems.take(&path.field("when"), offer.when.check(schema));
        checked.extend(rule.map(|rule| CheckedOffer { offer, rule, lane }));
    }
    checked.sort_by(|a, b| a.offer.id.cmp(&b.offer.id));
    problems.into_result(checked)
}

/// Adds a problem for every offer with the id or the code of one before it.
fn repeated(offers: &[Offer], problems: &mut Problems<Fault>) {
    let mut ids: HashMap<&OfferId, usize> = HashMap::new();
    let mut codes: HashMap<&CouponCode, &OfferId> = HashMap::new();
    for (index, offer) in offers.iter().enumerate() {
        let path = Path::root().field("offers").item(index);
        if ids.insert(&offer.id, index).is_some() {
            problems.add(path.field("id"), Fault::DuplicateOffer { offer: offer.id.clone() });
        }
        let Some(code) = &offer.code else { continue };
        if let Some(&first) = codes.get(code) {
            let fault = Fault::DuplicateCode { code: code.clone(), offer: first.clone() };
            problems.add(path.field("code"), fault);
        } else {
            codes.insert(code, &offer.id);
        }
    }
}

/// The check of one offer.
struct Check<'a> {
    path: &'a Path,
    currency: Currency,
    problems: &'a mut Problems<Fault>,
}

impl Check<'_> {
    fn offer(&mut self, offer: &Offer) {
        if let Some(name) = &offer.name {
            self.name(name, &self.path.field("name"));
        }
        if offer.validity.is_empty() {
            self.problems.add(self.path.field("validity"), Fault::NeverOpen);
        }
        self.benefit(&offer.benefit, &self.path.field("benefit"));
        self.limits(&offer.limits, &offer.benefit, &self.path.field("limits"));
        if let Some(cost) = offer.cost {
            self.points(cost, self.path.field("cost"));
        }
    }

    /// The place of the lane, which is that of the default lane if there is none.
    fn lane(&mut self, lane: Option<&LaneId>, places: &HashMap<&LaneId, usize>) -> usize {
        let Some(lane) = lane else { return 0 };
        if let Some(&place) = places.get(lane) {
            return place;
        }
        let suggestion = places
            .keys()
            .map(|known| (strsim::damerau_levenshtein(known.as_str(), lane.as_str()), *known))
            .filter(|(edits, _)| *edits <= 2)
            .min()
            .map(|(_, known)| known.clone());
        let fault = Fault::UnknownLane { lane: lane.clone(), suggestion };
        self.problems.add(self.path.field("lane"), fault);
        0
    }

    fn benefit(&mut self, benefit: &Benefit, path: &Path) {
        match benefit {
            Benefit::Percent(off) => {
                let path = path.field("percent");
                self.percent(off.percent, path.field("percent"));
                self.target(&off.target, &path.field("target"));
            }
            Benefit::Fixed(off) => {
                let path = path.field("fixed");
                self.amount(off.amount, path.field("amount"));
                self.target(&off.target, &path.field("target"));
            }
            Benefit::FreeItem(free) => {
                let path = path.field("free_item");
                self.target(&free.target, &path.field("target"));
                self.count(free.units, path.field("units"));
            }
            Benefit::Shipping(ShippingOff::Percent(percent)) => {
                self.percent(*percent, path.field("shipping").field("percent"));
            }
            Benefit::Shipping(ShippingOff::UpTo(amount)) => {
                self.amount(*amount, path.field("shipping").field("up_to"));
            }
            Benefit::Points(points) => self.points(*points, path.field("points")),
            Benefit::PointsMultiplier(multiplier) => {
                if *multiplier <= Multiplier::ONE {
                    let fault = Fault::Multiplier { multiplier: *multiplier };
                    self.problems.add(path.field("points_multiplier"), fault);
                }
            }
            Benefit::Gift(_) => {}
            Benefit::Access(access) => {
                let path = path.field("access");
                self.name(&access.name, &path.field("name"));
                if (Validity { from: access.opens, until: access.closes }).is_empty() {
                    self.problems.add(path, Fault::NeverOpen);
                }
            }
        }
    }

    fn limits(&mut self, limits: &Limits, benefit: &Benefit, path: &Path) {
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

    fn target(&mut self, target: &Target, path: &Path) {
        let (count, path) = match target {
            Target::Order | Target::Lines => return,
            Target::Products(products) => (products.len(), path.field("products")),
            Target::Categories(categories) => (categories.len(), path.field("categories")),
        };
        if count == 0 {
            self.problems.add(path.clone(), Fault::EmptyTarget);
        }
        self.length(count, &path);
    }

    fn percent(&mut self, percent: Percent, path: Path) {
        if !(1..=10_000).contains(&percent.basis_points()) {
            self.problems.add(path, Fault::Percent { percent });
        }
    }

    fn amount(&mut self, amount: Money, path: Path) {
        if amount.currency() != self.currency {
            let (found, expected) = (amount.currency(), self.currency);
            self.problems.add(path.clone(), Fault::ForeignCurrency { found, expected });
        }
        if amount.minor() <= 0 {
            self.problems.add(path, Fault::Amount { amount });
        }
    }

    fn points(&mut self, points: Points, path: Path) {
        if points <= Points::ZERO || points > MAX_POINTS {
            self.problems.add(path, Fault::Points { points });
        }
    }

    fn count(&mut self, count: u32, path: Path) {
        if count == 0 {
            self.problems.add(path, Fault::Zero);
        }
    }

    fn length(&mut self, count: usize, path: &Path) {
        if count > MAX_LIST {
            self.problems.add(path.clone(), Fault::ListTooLong { count });
        }
    }

    fn name(&mut self, name: &Text, path: &Path) {
        let bytes = name.as_str().len();
        if bytes == 0 {
            self.problems.add(path.clone(), Fault::NoName);
        } else if bytes > MAX_NAME_BYTES {
            self.problems.add(path.clone(), Fault::NameTooLong { bytes });
        }
    }
}
