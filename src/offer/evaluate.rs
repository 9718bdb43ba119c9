//! The evaluation of a catalog: eligibility of each offer, then lane by lane what it gives.

use std::cmp::Reverse;

use super::catalog::{Catalog, CheckedOffer, Terms};
use super::decline::{Beaten, Decline, Reason};
use super::eligibility::Presented;
use super::evaluation::{Answer, Award, Evaluation, Grant, Outcome, Reservation};
use super::price::{Prices, Proposal};
use super::{Contest, Mode, Request};
use crate::money::Money;
use crate::points::{Multiplier, Points};

/// Grants or declines every offer of the catalog.
pub(super) fn evaluate(catalog: &Catalog, request: &Request<'_>) -> Evaluation {
    let presented = Presented::of(request);
    let mut round = Round::new(catalog, request);
    let mut turns = Vec::new();
    for (place, checked) in catalog.offers.iter().enumerate() {
        match checked.eligibility(request, &presented) {
            Ok(()) => turns.push(Turn { place, checked }),
            Err(reason) => round.decline(place, checked.declined(reason, request)),
        }
    }
    turns.sort_unstable_by_key(Turn::order);
    for lane in turns.chunk_by(|one, next| one.checked.lane == next.checked.lane) {
        round.play(lane);
    }
    round.finish()
}

/// An eligible offer that waits for its turn.
#[derive(Clone, Copy)]
struct Turn<'a> {
    /// Where it stands in the catalog.
    place: usize,
    checked: &'a CheckedOffer,
}

impl Turn<'_> {
    /// By lane, then the higher priority, then the smaller id.
    const fn order(&self) -> (usize, Reverse<i32>, usize) {
        (self.checked.lane, Reverse(self.checked.offer.priority), self.place)
    }

    /// Whether it is in the competition of a lane of these terms.
    fn contends(&self, terms: Terms) -> bool {
        let all = terms.contest == Contest::Everything;
        terms.mode != Mode::Stack && (all || self.checked.offer.benefit.is_discount())
    }
}

/// An offer that would give something if it were granted now.
struct Bid<'a> {
    turn: Turn<'a>,
    gives: Gives,
}

/// What an offer gives.
enum Gives {
    Discount(Proposal),
    Other(Award),
}

impl Bid<'_> {
    /// What it takes off, in minor units.
    fn value(&self) -> i64 {
        match &self.gives {
            Gives::Discount(proposal) => proposal.applied(),
            Gives::Other(_) => 0,
        }
    }
}

/// What is left to pay and to spend while offers have their turns.
struct Round<'a> {
    catalog: &'a Catalog,
    prices: Prices<'a>,
    /// Why every discount is declined, if the basket has no price.
    refusal: Option<Reason>,
    available: Points,
    /// The answers so far, in the order of the catalog.
    answers: Vec<Option<Answer>>,
}

impl<'a> Round<'a> {
    fn new(catalog: &'a Catalog, request: &Request<'a>) -> Self {
        let ours = |offer: &_| catalog.offer(offer).is_some();
        let (prices, refusal) = match Prices::of(request.basket, catalog.currency, ours) {
            Ok(prices) => (prices, None),
            Err(unpriceable) => (Prices::none(catalog.currency), Some(unpriceable.into())),
        };
        let answers = vec![None; catalog.offers.len()];
        Self { catalog, prices, refusal, available: request.points, answers }
    }

    /// Answers the offers of one lane: first its competition, if it has one, then the others.
    fn play(&mut self, lane: &[Turn<'a>]) {
        let Some(first) = lane.first() else { return };
        let terms = self.catalog.terms(first.checked.lane);
        let mut bids = Vec::new();
        for turn in lane.iter().filter(|turn| turn.contends(terms)) {
            match self.bid(*turn, terms) {
                Ok(bid) => bids.push(bid),
                Err(reason) => self.decline(turn.place, reason.into()),
            }
        }
        self.settle(terms.mode, bids);
        for turn in lane.iter().filter(|turn| !turn.contends(terms)) {
            match self.bid(*turn, terms) {
                Ok(bid) => self.grant(bid),
                Err(reason) => self.decline(turn.place, reason.into()),
            }
        }
    }

    /// What the offer would give now, or why nothing.
    fn bid(&self, turn: Turn<'a>, terms: Terms) -> Result<Bid<'a>, Reason> {
        turn.checked.affordable(self.available)?;
        let offer = &turn.checked.offer;
        if let Some(award) = offer.benefit.award() {
            return Ok(Bid { turn, gives: Gives::Other(award) });
        }
        if let Some(refusal) = &self.refusal {
            return Err(refusal.clone());
        }
        let allocator = &*self.catalog.allocator;
        let times = offer.benefit.most_times(&self.prices);
        let mut proposal = offer.benefit.propose(&self.prices, terms.base, times, allocator);
        if let Some(most) = offer.limits.max_discount {
            proposal = self.prices.cap(proposal, most.minor(), allocator);
        }
        if proposal.applied() == 0 {
            return Err(Reason::NothingToDiscount(offer.benefit.nothing(&self.prices)));
        }
        Ok(Bid { turn, gives: Gives::Discount(proposal) })
    }

    /// Grants the best bid, or the first, and declines the others; bids are in their order.
    fn settle(&mut self, mode: Mode, mut bids: Vec<Bid<'a>>) {
        let winner = match mode {
            Mode::Best => {
                bids.iter().enumerate().max_by_key(|(at, bid)| (bid.value(), Reverse(*at)))
            }
            Mode::First | Mode::Stack => bids.iter().enumerate().next(),
        };
        let Some((winner, _)) = winner else { return };
        let winner = bids.remove(winner);
        let money = |minor| Money::from_minor(minor, self.catalog.currency);
        let (by, winning) = (&winner.turn.checked.offer.id, money(winner.value()));
        for bid in bids {
            let beaten = Beaten { by: by.clone(), winning, offered: money(bid.value()) };
            self.decline(bid.turn.place, Reason::BeatenInLane(Box::new(beaten)).into());
        }
        self.grant(winner);
    }

    fn grant(&mut self, bid: Bid<'a>) {
        let offer = &bid.turn.checked.offer;
        let award = match bid.gives {
            Gives::Discount(proposal) => self.prices.take_off(&offer.id, proposal),
            Gives::Other(award) => award,
        };
        let left = self.available.checked_sub(offer.cost.unwrap_or_default());
        self.available = left.unwrap_or_default();
        let grant = Grant { award, cost: offer.cost };
        self.answer(bid.turn.place, Answer::Granted(Box::new(grant)));
    }

    fn decline(&mut self, place: usize, decline: Decline) {
        self.answer(place, Answer::Declined(decline));
    }

    fn answer(&mut self, place: usize, answer: Answer) {
        if let Some(slot) = self.answers.get_mut(place) {
            *slot = Some(answer);
        }
    }

    fn finish(self) -> Evaluation {
        let mut reserve = Vec::new();
        let mut given = Vec::new();
        let mut multiplier = Multiplier::ONE;
        let mut outcomes = Vec::with_capacity(self.answers.len());
        for (checked, answer) in self.catalog.offers.iter().zip(self.answers) {
            let offer = &checked.offer;
            let Some(answer) = answer else { continue };
            if let Answer::Granted(grant) = &answer {
                match grant.award {
                    Award::Points(points) => given.push(points),
                    Award::PointsMultiplier(one) => multiplier = multiplier.max(one),
                    _ => {}
                }
                if offer.cost.is_some() || !offer.limits.uses.is_empty() {
                    let points = offer.cost.unwrap_or_default();
                    reserve.push(Reservation { offer: offer.id.clone(), points });
                }
            }
            outcomes.push(Outcome { offer: offer.id.clone(), answer });
        }
        let discount = self.prices.discount();
        let (lines, shipping) = self.prices.told();
        let points = Points::sum(given).unwrap_or_default();
        Evaluation { outcomes, lines, shipping, discount, points, multiplier, reserve }
    }
}
