//! What an event moves in the ledger, and what a late event corrects.

use std::collections::{BTreeMap, BTreeSet};

use super::boosts::TierTerms;
use super::judge::{Asked, Judged, Place};
use super::{Claim, Program, Settlement, reversal};
use crate::event::{Basket, Event, EventKind, LineItem, Purchase};
use crate::feature::Moment;
use crate::id::{EventId, LineId, OfferId, OrderId};
use crate::money::Money;
use crate::offer::{Allowance, Answer, Award, Benefit, BudgetKey, Budgets, Evaluation, Explain};
use crate::points::{
    Amount, Boost, BoostSource, Cause, Earlier, Entry, Ledger, Movement, Multiplier, Occasion,
    Points, Posting, Source, shares,
};
use crate::profile::{History, Profile};
use crate::rule::Sheet;

/// What is derived for a new event.
#[derive(Default)]
pub(super) struct Derived {
    /// What to post for it and to correct for later ones.
    pub entries: Vec<Entry>,
    /// For a purchase, what its offers came to.
    pub evaluation: Option<Evaluation>,
    /// The multipliers with which it earned.
    pub boosts: Vec<Boost>,
    /// How the member stood when it happened, if that mattered and nothing was recorded after it.
    pub before: Option<Place>,
}

/// What one event moves, judged by what came before it.
#[derive(Default)]
struct Moved {
    postings: Vec<Posting>,
    evaluation: Option<Evaluation>,
    boosts: Vec<Boost>,
    before: Option<Place>,
}

/// An event, what stands in the ledger of what came before it, and what is known in all: an order
/// may be confirmed after it.
#[derive(Clone, Copy)]
struct Seen<'a> {
    event: &'a Event,
    ledger: &'a Ledger,
    known: &'a History,
}

impl Program {
    /// The entries that `event` leads to, if `profile` has it already and `ledger` does not.
    ///
    /// In order of time, every event from this one on is judged by what came before it. Those that
    /// were there already are corrected, but not those from before the program's terms.
    pub(super) fn derive(
        &self,
        event: &Event,
        profile: &Profile,
        ledger: &Ledger,
        explain: Explain,
    ) -> Derived {
        let known = &profile.history;
        let confirmed = confirmed_by(event, known);
        let purchases = confirmed.iter().flat_map(|order| known.purchases_of(order));
        let purchases: Vec<&Event> = purchases.collect();
        let first = purchases.iter().map(|event| event.position()).chain([event.position()]).min();
        let later: Vec<&Event> = known.since(first.unwrap_or(event.position())).collect();
        let concerned = |other: &&&Event| other.id == event.id || !self.is_closed(other);
        let concerned: Vec<&Event> = later.iter().filter(concerned).copied().collect();
        let ids: BTreeSet<EventId> = concerned.iter().map(|event| event.id.clone()).collect();

        let mut working = ledger.clone();
        repost(&mut working, &ids, &[], &event.id);
        let mut targets = Vec::new();
        for purchase in purchases.iter().filter(|purchase| !ids.contains(&purchase.id)) {
            // It is not judged anew; but what waits for its confirmation does not wait longer.
            let renewed = self.renewed(purchase, &working, known);
            let about = BTreeSet::from([purchase.id.clone()]);
            repost(&mut working, &about, &renewed, &event.id);
            targets.extend(renewed);
        }
        let mut derived = Derived::default();
        for one in concerned {
            let before = profile.before(one.position());
            let seen = Seen { event: one, ledger: &working, known };
            let moved = self.moved(seen, &before, explain);
            repost(&mut working, &BTreeSet::from([one.id.clone()]), &moved.postings, &event.id);
            targets.extend(moved.postings);
            if one.id == event.id {
                derived.evaluation = moved.evaluation;
                derived.boosts = moved.boosts;
            }
        }
        derived.entries = ledger.reconcile(&ids, &targets, &event.id);
        derived
    }

    /// The entries of an event that is the newest: nothing needs correction.
    pub(super) fn derive_newest(
        &self,
        event: &Event,
        before: &Profile,
        ledger: &Ledger,
        explain: Explain,
    ) -> Derived {
        let seen = Seen { event, ledger, known: &before.history };
        let Moved { postings, evaluation, boosts, before } = self.moved(seen, before, explain);
        let entries = ledger.reconcile(&BTreeSet::new(), &postings, &event.id);
        Derived { entries, evaluation, boosts, before }
    }

    /// What a purchase earned, with the terms that follow from what is known of its confirmation.
    fn renewed(&self, purchase: &Event, ledger: &Ledger, known: &History) -> Vec<Posting> {
        let rules = self.earning.part.rules();
        let order = purchase.purchase().map(|purchase| &purchase.order);
        let confirmed_at = order.and_then(|order| known.confirmed_at(order));
        let renew = |posting: Posting| {
            let cause = posting.cause();
            let (Source::Earning(id), Movement::Earn(_)) = (&cause.source, &cause.movement) else {
                return posting;
            };
            let Some(rule) = rules.and_then(|rules| rules.rule(id)) else { return posting };
            let expiry = self.expiry(cause.purse.as_ref(), self.points_expiry);
            let term = rule.renewed(cause.at, confirmed_at, expiry, &self.zone);
            let Some(term) = term else { return posting };
            let cause = Cause { movement: Movement::Earn(term), ..cause.clone() };
            Posting::new(cause, posting.points()).unwrap_or(posting)
        };
        ledger.postings(&purchase.id).into_iter().map(renew).collect()
    }

    /// Whether an event is from before the present terms.
    fn is_closed(&self, event: &Event) -> bool {
        self.effective_from.is_some_and(|from| event.at < from)
    }

    /// What is to stand in the ledger for an event, judged by what came before it.
    fn moved(&self, seen: Seen<'_>, before: &Profile, explain: Explain) -> Moved {
        let Seen { event, ledger, .. } = seen;
        if before.history.is_void(&event.id, event.at) {
            return Moved::default();
        }
        let mut moved = self.moved_by_terms(seen, before, explain);
        moved.postings.extend(self.prizes(event, before, ledger));
        moved
    }

    /// The same, but for the prizes of games.
    fn moved_by_terms(&self, seen: Seen<'_>, before: &Profile, explain: Explain) -> Moved {
        let Seen { event, ledger, .. } = seen;
        match &event.kind {
            EventKind::Return(_) | EventKind::Void(_) => {
                let postings = reversal::postings(event, before, ledger);
                let postings = self.clamp(postings, ledger);
                Moved { postings, ..Moved::default() }
            }
            EventKind::Points(_) => {
                Moved { postings: ledger.operation_postings(event), ..Moved::default() }
            }
            EventKind::Purchase(purchase)
                if before.history.order(&purchase.order, event.at).is_some() =>
            {
                Moved::default()
            }
            EventKind::Purchase(purchase) => {
                let judged = self.judge(before, ledger, self.moment(event.at));
                let moved = self.purchase_moves(seen, purchase, &judged, explain);
                Moved { before: Some(judged.place), ..moved }
            }
            _ => {
                let judged = self.judge(before, ledger, self.moment(event.at));
                let sheet = self.with_basket(&judged, &Basket::default(), event.channel);
                let tier = self.tier_terms(event, &judged, ledger);
                let (postings, boosts) = self.earned(seen, &judged, tier, &sheet, Vec::new());
                Moved { postings, boosts, evaluation: None, before: Some(judged.place) }
            }
        }
    }

    fn purchase_moves(
        &self,
        seen: Seen<'_>,
        purchase: &Purchase,
        judged: &Judged<'_>,
        explain: Explain,
    ) -> Moved {
        let Seen { event, ledger, .. } = seen;
        let chosen: Vec<OfferId> = purchase.offers().cloned().collect();
        let budgets = Named(&chosen);
        let asked = Asked { chosen: &chosen, budgets: &budgets, explain };
        let sheet = self.with_basket(judged, &purchase.basket, event.channel);
        let evaluation = self.evaluate(judged, &purchase.basket, &sheet, asked);
        let tier = self.tier_terms(event, judged, ledger);
        let expiry = tier.expiry;
        let mut granted = Vec::new();
        let mut postings = Vec::new();
        for (offer, grant) in evaluation.grants() {
            let source = Source::Offer(offer.clone());
            let moves = |movement, line, Amount { points, purse }| {
                let (at, event, source) = (event.at, event.id.clone(), source.clone());
                Posting::new(Cause { at, event, movement, source, line, purse }, points).ok()
            };
            let cost = grant.cost.clone();
            postings.extend(cost.and_then(|cost| moves(Movement::Spend, None, cost)));
            match &grant.award {
                Award::Points(Amount { points, purse }) => {
                    let expiry = self.expiry(purse.as_ref(), expiry);
                    let term = expiry.term(Some(event.at), &self.zone);
                    let shares = self.given(offer, *points, &purchase.basket).into_iter();
                    let earn = |(line, points)| {
                        let amount = Amount { points, purse: purse.clone() };
                        moves(Movement::Earn(term), line, amount)
                    };
                    postings.extend(shares.filter_map(earn));
                }
                Award::PointsMultiplier(by) => granted.push(Boost {
                    source: BoostSource::Offer(offer.clone()),
                    by: *by,
                    rules: BTreeSet::new(),
                    part: None,
                }),
                _ => {}
            }
        }
        let (earned, boosts) = self.earned(seen, judged, tier, &sheet, granted);
        postings.extend(earned);
        Moved { postings, boosts, evaluation: Some(evaluation), before: None }
    }

    /// What the earning rules give for an event that is judged so.
    fn earned(
        &self,
        seen: Seen<'_>,
        judged: &Judged<'_>,
        tier: TierTerms,
        sheet: &Sheet,
        granted: Vec<Boost>,
    ) -> (Vec<Posting>, Vec<Boost>) {
        let Seen { event, ledger, known } = seen;
        let expiry = tier.expiry;
        let boosts = self.boosts(event, tier, sheet, granted);
        let order = event.purchase().map(|purchase| &purchase.order);
        let postings = self.earning.part.earn(&Occasion {
            event,
            profile: judged.snapshot.profile(),
            moment: *judged.snapshot.moment(),
            facts: &self.earning.facts(sheet),
            boosts: &boosts,
            expiry,
            confirmed_at: order.and_then(|order| known.confirmed_at(order)),
            earlier: Earlier::of(ledger),
        });
        let told =
            boosts.iter().filter(|boost| boost.by != Multiplier::ONE && !postings.is_empty());
        let told = told.cloned().collect();
        (postings, told)
    }

    /// The points that an offer gave, split over the lines that led to it.
    fn given(
        &self,
        offer: &OfferId,
        points: Points,
        basket: &Basket,
    ) -> Vec<(Option<LineId>, Points)> {
        let catalog = self.offers.part.catalog();
        let offer = catalog.and_then(|catalog| catalog.offer(offer));
        let target = offer.and_then(|offer| match &offer.benefit {
            Benefit::PointsPer(per) => Some(&per.target),
            _ => offer.minimum.as_ref().map(|minimum| &minimum.of),
        });
        let counts = |line: &&LineItem| target.is_none_or(|target| target.includes(line));
        let lines: Vec<&LineItem> = basket.lines.iter().filter(counts).collect();
        if lines.is_empty() { shares(points, &basket.lines) } else { shares(points, lines) }
    }

    /// How a moment of this program is asked about.
    pub(super) fn moment(&self, as_of: chrono::DateTime<chrono::Utc>) -> Moment {
        Moment { as_of, zone: self.zone, currency: self.currency }
    }

    /// Which offers a purchase used, and whether they were due.
    pub(super) fn settlements(&self, purchase: &Purchase, found: &Evaluation) -> Vec<Settlement> {
        let zero = Money::zero(self.currency);
        let mut claimed: BTreeMap<&OfferId, Money> = BTreeMap::new();
        for discount in purchase.basket.lines.iter().flat_map(|line| &line.discounts) {
            if let Some(offer) = &discount.offer {
                let sum = claimed.entry(offer).or_insert(zero);
                *sum = sum.checked_add(discount.amount).unwrap_or(*sum);
            }
        }
        for offer in &purchase.basket.chosen {
            claimed.entry(offer).or_insert(zero);
        }
        let standing = |offer: &OfferId, claimed: Money| match found.outcome(offer) {
            None => Claim::Unknown,
            Some(outcome) => match &outcome.answer {
                Answer::Declined(decline) => Claim::Declined { code: decline.code() },
                Answer::Granted(grant) => match grant.discount() {
                    Some(due) if due < claimed => Claim::TooMuch { due },
                    None if !claimed.is_zero() => Claim::TooMuch { due: zero },
                    _ => Claim::Due,
                },
            },
        };
        claimed
            .into_iter()
            .map(|(offer, claimed)| Settlement {
                offer: offer.clone(),
                claimed,
                standing: standing(offer, claimed),
            })
            .collect()
    }
}

/// The order whose confirmation an event is, or makes void, or makes no longer void.
fn confirmed_by<'a>(mut event: &'a Event, known: &'a History) -> Option<&'a OrderId> {
    loop {
        match &event.kind {
            EventKind::OrderConfirmed(confirmed) => return Some(&confirmed.order),
            EventKind::Void(void) => {
                let target = known.known(&void.event)?;
                // Of two voids that name each other only the later one has an effect.
                let is_void = matches!(target.kind, EventKind::Void(_));
                if is_void && event.position() < target.position() {
                    return None;
                }
                event = target;
            }
            _ => return None,
        }
    }
}

/// Whether an event changes what an earlier one earned, though nothing happened since.
pub(super) fn reaches_back(event: &Event, known: &History) -> bool {
    confirmed_by(event, known).is_some()
}

/// What a purchase tells of budgets: those of the offers that it names were reserved for it.
struct Named<'a>(&'a [OfferId]);

impl Budgets for Named<'_> {
    fn left(&self, _: &BudgetKey, _: &Allowance) -> Option<Allowance> {
        None
    }

    fn reserved(&self, offer: &OfferId) -> Option<bool> {
        Some(self.0.contains(offer))
    }
}

/// Makes `targets` what stands in the ledger for `events`.
fn repost(ledger: &mut Ledger, events: &BTreeSet<EventId>, targets: &[Posting], by: &EventId) {
    let entries = ledger.reconcile(events, targets, by);
    // What is reconciled with a ledger continues it; only a full ledger refuses it.
    let _ = ledger.post(entries);
}
