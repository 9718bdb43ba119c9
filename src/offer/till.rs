//! What is left to pay and to spend while offers have their turns, and what the next one gives.

use super::budget::within_budget;
use super::catalog::{Catalog, CheckedOffer};
use super::ceiling::Ceiling;
use super::decline::{Excluded, Exclusion, Reason};
use super::evaluation::{Award, Grant};
use super::plan::Held;
use super::price::{PricedLine, Prices, Proposal};
use super::{Base, Request};
use crate::money::Money;
use crate::points::{Amount, Wallet};

/// An eligible offer that waits for its turn.
#[derive(Clone, Copy)]
pub(super) struct Turn<'a> {
    /// Where it stands in the catalog.
    pub place: usize,
    pub checked: &'a CheckedOffer,
    /// How much it takes off at most.
    pub ceiling: Ceiling,
}

/// An offer that would give something if it were granted now.
pub(super) struct Bid<'a> {
    pub turn: Turn<'a>,
    pub times: u32,
    pub gives: Gives,
}

/// What an offer gives.
pub(super) enum Gives {
    Discount(Proposal),
    Other(Award),
}

impl Bid<'_> {
    /// What it takes off, in minor units.
    pub fn value(&self) -> i64 {
        match &self.gives {
            Gives::Discount(proposal) => proposal.applied(),
            Gives::Other(_) => 0,
        }
    }
}

/// What is left to pay and to spend, and what was granted.
#[derive(Clone)]
pub(super) struct Till<'a> {
    catalog: &'a Catalog,
    request: &'a Request<'a>,
    pub prices: Prices<'a>,
    /// What there was to pay when the lane began, if it can matter.
    opening: Option<Prices<'a>>,
    /// Why every discount is declined, if the basket has no price.
    refusal: Option<Reason>,
    pub available: Wallet,
    held: Held,
    /// The granted offers that can stand in the way of others.
    granted: Vec<Granted<'a>>,
}

/// An offer that was granted.
#[derive(Clone)]
struct Granted<'a> {
    checked: &'a CheckedOffer,
    amount: i64,
    claims: Vec<i64>,
}

impl CheckedOffer {
    /// What it would take off these prices in a lane on `base` if it were applied so many times,
    /// below this ceiling; none if nothing, or if its minimum is not reached.
    pub(super) fn proposal(
        &self,
        ceiling: Ceiling,
        prices: &Prices<'_>,
        base: Base,
        times: u32,
    ) -> Option<Proposal> {
        self.offer.reached(prices, base).ok()?;
        let proposal = ceiling.limit(self.offer.benefit.propose(prices, base, times))?;
        (proposal.applied() > 0).then_some(proposal)
    }

    /// The same, applied as often as it takes something off, up to `most` times.
    pub(super) fn as_often(
        &self,
        ceiling: Ceiling,
        prices: &Prices<'_>,
        base: Base,
        most: u32,
    ) -> Option<(u32, Proposal)> {
        self.offer.reached(prices, base).ok()?;
        ceiling.as_often(&self.offer.benefit, prices, base, most)
    }
}

impl<'a> Till<'a> {
    pub fn new(catalog: &'a Catalog, request: &'a Request<'a>) -> Self {
        let ours = |offer: &_| catalog.offer(offer).is_some();
        let (prices, refusal) = match Prices::of(request.basket, catalog.currency, ours) {
            Ok(prices) => (prices.with_floors(&catalog.floors), None),
            Err(unpriceable) => (Prices::none(catalog.currency), Some(unpriceable.into())),
        };
        let (held, granted) = (Held::default(), Vec::new());
        let available = request.points.clone();
        Self { catalog, request, prices, opening: None, refusal, available, held, granted }
    }

    /// A lane begins, in which these offers have their turns.
    pub fn open(&mut self, turns: &[Turn<'a>]) {
        let combined = |turn: &Turn<'_>| {
            let checked = turn.checked;
            !checked.marks.is_free() || checked.joint.is_some() || checked.offer.benefit.claims()
        };
        self.opening = turns.iter().any(combined).then(|| self.prices.clone());
    }

    /// Whether the basket has a price.
    pub const fn is_priced(&self) -> bool {
        self.refusal.is_none()
    }

    /// Whether the offer is not granted together with one that was granted.
    pub fn excludes(&self, checked: &CheckedOffer) -> bool {
        self.held.excludes(&checked.marks)
    }

    /// What is left to pay, for lines and shipping.
    pub fn pays(&self) -> i64 {
        let shipping = self.prices.shipping.map_or(0, |price| price.running);
        self.prices.total(Base::Running) + shipping
    }

    /// What the offer would give now if it were applied `times` times, or as often as it fits and
    /// takes something off; or why nothing. It is tried out only where all else is met.
    pub fn bid(&self, turn: Turn<'a>, base: Base, times: Option<u32>) -> Result<Bid<'a>, Reason> {
        let bid = self.priced(turn, base, times)?;
        turn.checked.tried_out(self.request)?;
        Ok(bid)
    }

    /// Whether a pilot or a holdout withholds the offer.
    pub fn withholds(&self, checked: &CheckedOffer) -> bool {
        checked.tried_out(self.request).is_err()
    }

    fn priced(&self, turn: Turn<'a>, base: Base, times: Option<u32>) -> Result<Bid<'a>, Reason> {
        let Turn { checked, .. } = turn;
        if self.excludes(checked) {
            return Err(self.excluded(turn, base));
        }
        checked.affordable(&self.available)?;
        if checked.offer.minimum.is_some() {
            self.refusal.clone().map_or(Ok(()), Err)?;
            checked.offer.reached(&self.prices, base).map_err(Reason::MinimumNotReached)?;
        }
        if let Some(award) = checked.offer.benefit.award() {
            return Ok(Bid { turn, times: 1, gives: Gives::Other(award) });
        }
        if let Some(refusal) = &self.refusal {
            return Err(refusal.clone());
        }
        if let Some(points) = checked.offer.benefit.points(&self.prices) {
            let purse = checked.offer.benefit.purse().cloned();
            let gives = Gives::Other(Award::Points(Amount { points, purse }));
            let nothing = || checked.offer.benefit.nothing(&self.prices, base);
            return if points.is_zero() {
                Err(Reason::NothingToDiscount(nothing()))
            } else {
                Ok(Bid { turn, times: 1, gives })
            };
        }
        let most = times.unwrap_or_else(|| checked.offer.benefit.most_times(&self.prices));
        let proposal = match times {
            Some(times) => self.proposal(turn, &self.prices, base, times).map(|cut| (times, cut)),
            None => checked.as_often(turn.ceiling, &self.prices, base, most),
        };
        match proposal {
            Some((times, proposal)) => Ok(Bid { turn, times, gives: Gives::Discount(proposal) }),
            None => Err(self.nothing(turn, base, most)),
        }
    }

    fn proposal(
        &self,
        turn: Turn<'_>,
        prices: &Prices<'_>,
        base: Base,
        times: u32,
    ) -> Option<Proposal> {
        turn.checked.proposal(turn.ceiling, prices, base, times)
    }

    /// Grants what was bid.
    pub fn grant(&mut self, bid: Bid<'a>) -> Grant {
        let Bid { turn: Turn { checked, .. }, times, gives } = bid;
        let offer = &checked.offer;
        let mut granted = Granted { checked, amount: 0, claims: Vec::new() };
        let award = match gives {
            Gives::Discount(proposal) => {
                granted.amount = proposal.applied();
                granted.claims.clone_from(&proposal.claims);
                self.prices.take_off(&offer.id, proposal, &*self.catalog.allocator)
            }
            Gives::Other(award) => award,
        };
        let code = checked.code_of(self.request).ok().flatten();
        if let Some(cost) = &offer.cost {
            self.available.pay(&cost.clone().into());
        }
        if !checked.marks.is_free() || !granted.claims.is_empty() {
            self.held.add(&checked.marks);
            self.granted.push(granted);
        }
        Grant { award, cost: offer.cost.clone(), times, code }
    }

    pub const fn money(&self, minor: i64) -> Money {
        Money::from_minor(minor, self.catalog.currency)
    }

    /// What the offer would have taken off when the lane began.
    pub fn offered(&self, turn: Turn<'_>, base: Base) -> i64 {
        let prices = self.opening.as_ref().unwrap_or(&self.prices);
        let most = turn.checked.offer.benefit.most_times(prices);
        let proposal = turn.checked.as_often(turn.ceiling, prices, base, most);
        proposal.map_or(0, |(_, proposal)| proposal.applied())
    }

    /// Which granted offer excludes this one.
    fn excluded(&self, turn: Turn<'_>, base: Base) -> Reason {
        let combines = &turn.checked.offer.combines;
        let first = self.granted.iter().find_map(|granted| {
            Some((granted, combines.exclusion(&granted.checked.offer.combines)?))
        });
        match first {
            Some((by, why)) => self.in_the_way(by, why, self.offered(turn, base)),
            None => {
                Reason::NothingToDiscount(turn.checked.offer.benefit.nothing(&self.prices, base))
            }
        }
    }

    fn in_the_way(&self, by: &Granted<'_>, why: Exclusion, offered: i64) -> Reason {
        Reason::Excluded(Box::new(Excluded {
            by: by.checked.offer.id.clone(),
            why,
            winning: self.money(by.amount),
            offered: self.money(offered),
        }))
    }

    /// Why nothing can be taken off: a budget refuses it, others claimed the units, or there is
    /// nothing.
    fn nothing(&self, turn: Turn<'_>, base: Base, times: u32) -> Reason {
        let benefit = &turn.checked.offer.benefit;
        let whole = benefit.propose(&self.prices, base, times);
        let refused = within_budget(&turn.checked.offer, self.request, whole.applied());
        if let (Err(reason), true) = (refused, whole.applied() > 0) {
            return reason;
        }
        let nothing = || Reason::NothingToDiscount(benefit.nothing(&self.prices, base));
        if self.granted.iter().all(|granted| granted.claims.is_empty()) {
            return nothing();
        }
        let mut unclaimed = self.prices.clone();
        unclaimed.lines.iter_mut().for_each(PricedLine::unclaim);
        let times = benefit.most_times(&unclaimed);
        let proposal = self.proposal(turn, &unclaimed, base, times);
        let Some(proposal) = proposal else { return nothing() };
        let common = |granted: &&Granted<'_>| {
            let units = granted.claims.iter().zip(&proposal.claims);
            units.into_iter().any(|(theirs, ours)| *theirs > 0 && *ours > 0)
        };
        match self.granted.iter().find(common) {
            Some(by) => self.in_the_way(by, Exclusion::Units, self.offered(turn, base)),
            None => nothing(),
        }
    }
}
