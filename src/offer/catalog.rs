//! Offers that are known to make sense, ready to be asked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::benefit::Benefit;
use super::evaluate::evaluate;
use super::plan::{Marks, NODE_LIMIT};
use super::{Base, Contest, Evaluation, Fault, Floors, Lane, Mode, Offer, Request, check, combine};
use crate::id::{CouponCode, OfferId};
use crate::money::{Allocator, Currency, LargestRemainder};
use crate::path::Problems;
use crate::rule::{CheckedRule, Facts, RuleIndex, Schema, Verdict};

/// Answers which offers a customer gets; hosts with an evaluation of their own implement it.
///
/// Laws (`laws::offer_evaluator` checks them): evaluating is pure and total; every offer gets
/// exactly one outcome, by offer id, unless no more than
/// [`Explain::Grants`](super::Explain::Grants) is asked for; only the facts that are named matter,
/// and the order of the lines does not; the conditions of a granted offer hold, so that a missing
/// fact never grants; discounts sum exactly and never exceed a line.
pub trait OfferEvaluator: Send + Sync {
    /// The fields that its conditions look at: what must be computed before it is asked.
    fn fields(&self) -> BTreeSet<&str>;

    /// Grants or declines every offer.
    fn evaluate(&self, request: &Request<'_>) -> Evaluation;

    /// How the conditions of one offer come out, if there is such an offer.
    fn explain(&self, offer: &OfferId, facts: &dyn Facts) -> Option<Verdict>;

    /// The catalog that it is, or leaves its offers to, if there is one: so that its offers can be
    /// [reviewed](Catalog::review), and their conditions be asked for many members at once.
    fn catalog(&self) -> Option<&Catalog> {
        None
    }
}

/// Offers and lanes that were checked, and whose evaluation cannot fail.
///
/// # Complexity Who is eligible is found for all offers at once, with an "and" of one bit for each
/// offer and field (see [`RuleIndex`]), and discounts are computed for eligible offers only. The
/// search for the best plan of a lane is exponential in the number of eligible offers that
/// influence each other, up to a limit; offers that do not are searched one by one.
#[derive(Clone)]
pub struct Catalog {
    pub(super) currency: Currency,
    /// By id.
    pub(super) offers: Vec<CheckedOffer>,
    /// Their conditions, in the same order.
    pub(super) index: Arc<RuleIndex>,
    /// The offers with a code of their own, by code.
    pub(super) coded: BTreeMap<CouponCode, usize>,
    /// The offers with batches of codes.
    pub(super) batched: Vec<usize>,
    pub(super) lanes: Vec<Lane>,
    pub(super) floors: Floors,
    pub(super) allocator: Arc<dyn Allocator>,
    /// The offers that are granted jointly: the places of each set.
    pub(super) joint: Vec<Vec<usize>>,
    /// How many applications a search tries.
    pub(super) node_limit: u64,
}

/// An offer with its checked conditions.
#[derive(Clone, Debug)]
pub(super) struct CheckedOffer {
    pub offer: Offer,
    pub rule: CheckedRule,
    /// The codes of its batch, in order.
    pub codes: Arc<[CouponCode]>,
    /// The place of its lane: 0 is the default lane, the others follow in their order.
    pub lane: usize,
    /// The names of its groups and tags, as numbers.
    pub marks: Marks,
    /// The number of its joint set.
    pub joint: Option<usize>,
}

/// How the offers of a lane go together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Terms {
    pub mode: Mode,
    pub base: Base,
    pub contest: Contest,
}

impl Catalog {
    /// Checks `offers` and `lanes`: conditions on the fields of `schema`, money of `currency`.
    ///
    /// # Errors
    /// All problems, each with its path, such as `offers[3].when.all[0].field`.
    pub fn check(
        offers: Vec<Offer>,
        lanes: Vec<Lane>,
        schema: &Schema,
        currency: Currency,
    ) -> Result<Self, Problems<Fault>> {
        let mut offers = check::check(offers, &lanes, schema, currency)?;
        let joint = combine::number(&mut offers);
        let places = || offers.iter().enumerate();
        let code =
            |(place, checked): (_, &CheckedOffer)| Some((checked.offer.code.clone()?, place));
        let batch =
            |(place, checked): (_, &CheckedOffer)| checked.offer.codes.as_ref().map(|_| place);
        let (coded, batched) = (places().filter_map(code).collect(), places().filter_map(batch));
        let rules = offers.iter().map(|checked| checked.rule.clone());
        let index = Arc::new(RuleIndex::new(schema, rules));
        Ok(Self {
            currency,
            batched: batched.collect(),
            coded,
            offers,
            index,
            lanes,
            floors: Floors::default(),
            allocator: Arc::new(LargestRemainder),
            joint,
            node_limit: NODE_LIMIT,
        })
    }

    /// The same catalog, whose offers take no product below its floor.
    ///
    /// # Errors
    /// All problems, each with its path, such as `floors.mouse`.
    pub fn with_floors(self, floors: Floors) -> Result<Self, Problems<Fault>> {
        floors.check(self.currency)?;
        Ok(Self { floors, ..self })
    }

    /// The same catalog, which splits discounts over lines in another way.
    #[must_use]
    pub fn with_allocator(self, allocator: Arc<dyn Allocator>) -> Self {
        Self { allocator, ..self }
    }

    /// The same catalog, whose searches for the best plan of a lane try at most so many
    /// applications for each group of offers that influence each other; [`NODE_LIMIT`] if not said.
    ///
    /// A search that is cut short gives the best plan so far, and tells how far from the best it
    /// can be at most.
    #[must_use]
    pub fn with_node_limit(self, nodes: u64) -> Self {
        Self { node_limit: nodes, ..self }
    }

    /// The currency of its amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The offers as they were written, by id.
    pub fn offers(&self) -> impl ExactSizeIterator<Item = &Offer> {
        self.offers.iter().map(|checked| &checked.offer)
    }

    /// The offer with this id.
    #[must_use]
    pub fn offer(&self, id: &OfferId) -> Option<&Offer> {
        self.find(id).map(|checked| &checked.offer)
    }

    /// The checked conditions of the offer with this id.
    #[must_use]
    pub fn condition(&self, id: &OfferId) -> Option<&CheckedRule> {
        self.find(id).map(|checked| &checked.rule)
    }

    /// The checked conditions of all offers, in the order of their ids.
    #[must_use]
    pub fn conditions(&self) -> &RuleIndex {
        &self.index
    }

    /// The lanes in their order, without the default lane.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// The first instant after `as_of` at which an offer begins or ends.
    ///
    /// Until then no answer changes by validity alone; facts and use limits have changes of their
    /// own.
    #[must_use]
    pub fn next_change(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let changes = self.offers().flat_map(|offer| {
            let closes = match &offer.benefit {
                Benefit::Access(access) => access.closes.filter(|&closes| closes > as_of),
                _ => None,
            };
            [offer.validity.next_change(as_of), closes]
        });
        changes.flatten().min()
    }

    fn find(&self, id: &OfferId) -> Option<&CheckedOffer> {
        self.offers.get(self.place(id)?)
    }

    /// Where the offer stands.
    pub(super) fn place(&self, id: &OfferId) -> Option<usize> {
        self.offers.binary_search_by(|checked| checked.offer.id.cmp(id)).ok()
    }

    /// How the offers of the lane at this place go together.
    pub(super) fn terms(&self, lane: usize) -> Terms {
        let lane = lane.checked_sub(1).and_then(|index| self.lanes.get(index));
        lane.map_or_else(Terms::default, |lane| Terms {
            mode: lane.mode,
            base: lane.base,
            contest: lane.contest,
        })
    }
}

impl OfferEvaluator for Catalog {
    fn fields(&self) -> BTreeSet<&str> {
        self.offers().flat_map(|offer| offer.when.fields()).collect()
    }

    fn evaluate(&self, request: &Request<'_>) -> Evaluation {
        evaluate(self, request)
    }

    fn explain(&self, offer: &OfferId, facts: &dyn Facts) -> Option<Verdict> {
        self.condition(offer).map(|rule| rule.explain(facts))
    }

    fn catalog(&self) -> Option<&Catalog> {
        Some(self)
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog")
            .field("currency", &self.currency)
            .field("offers", &self.offers)
            .field("lanes", &self.lanes)
            .field("floors", &self.floors)
            .finish_non_exhaustive()
    }
}
