//! What an event moves in the ledger, and what a late event corrects.

use std::collections::{BTreeMap, BTreeSet};

use super::judge::{Asked, Judged, Place};
use super::{Claim, Program, Settlement, reversal};
use crate::event::{Basket, Event, EventKind, Purchase};
use crate::feature::{Moment, Snapshot};
use crate::id::{EventId, OfferId};
use crate::money::Money;
use crate::offer::{Allowance, Answer, Award, BudgetKey, Budgets, Evaluation, Explain};
use crate::points::{
    Cause, Earlier, Entry, Ledger, Movement, Multiplier, Occasion, Posting, Source, Term,
};
use crate::profile::Profile;
use crate::rule::Sheet;
use crate::tier::Crossing;

/// What is derived for a new event.
pub(super) struct Derived {
    /// What to post for it and to correct for later ones.
    pub entries: Vec<Entry>,
    /// For a purchase, what its offers came to.
    pub evaluation: Option<Evaluation>,
    /// How the member stood when it happened, if that mattered and nothing was recorded after it.
    pub before: Option<Place>,
}

/// What one event moves, judged by what came before it.
#[derive(Default)]
struct Moved {
    postings: Vec<Posting>,
    evaluation: Option<Evaluation>,
    before: Option<Place>,
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
        let later: Vec<&Event> = profile.history.since(event.position()).collect();
        let concerned = |other: &&&Event| other.id == event.id || !self.is_closed(other);
        let concerned: Vec<&Event> = later.iter().filter(concerned).copied().collect();
        let ids: BTreeSet<EventId> = concerned.iter().map(|event| event.id.clone()).collect();

        let mut working = ledger.clone();
        repost(&mut working, &ids, &[], &event.id);
        let mut targets = Vec::new();
        let mut evaluation = None;
        for one in concerned {
            let before = profile.before(one.position());
            let moved = self.moved(one, &before, &working, explain);
            repost(&mut working, &BTreeSet::from([one.id.clone()]), &moved.postings, &event.id);
            targets.extend(moved.postings);
            if one.id == event.id {
                evaluation = moved.evaluation;
            }
        }
        let entries = ledger.reconcile(&ids, &targets, &event.id);
        Derived { entries, evaluation, before: None }
    }

    /// The entries of an event that is the newest: nothing needs correction.
    pub(super) fn derive_newest(
        &self,
        event: &Event,
        before: &Profile,
        ledger: &Ledger,
        explain: Explain,
    ) -> Derived {
        let Moved { postings, evaluation, before } = self.moved(event, before, ledger, explain);
        let entries = ledger.reconcile(&BTreeSet::new(), &postings, &event.id);
        Derived { entries, evaluation, before }
    }

    /// Whether an event is from before the present terms.
    fn is_closed(&self, event: &Event) -> bool {
        self.effective_from.is_some_and(|from| event.at < from)
    }

    /// What is to stand in the ledger for an event, judged by what came before it.
    fn moved(&self, event: &Event, before: &Profile, ledger: &Ledger, explain: Explain) -> Moved {
        if before.history.is_void(&event.id, event.at) {
            return Moved::default();
        }
        match &event.kind {
            EventKind::Return(_) | EventKind::Void(_) => {
                let postings = reversal::postings(event, before, ledger);
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
            kind => {
                let judged = self.judge(before, ledger, self.moment(event.at));
                let (postings, evaluation) = match kind {
                    EventKind::Purchase(purchase) => {
                        let moved =
                            self.purchase_postings(event, purchase, &judged, ledger, explain);
                        (moved.0, Some(moved.1))
                    }
                    _ => {
                        let multiplier = self.multiplier(event, &judged, ledger);
                        let sheet = self.with_basket(&judged, &Basket::default(), event.channel);
                        (self.earned(event, &sheet, ledger, multiplier), None)
                    }
                };
                Moved { postings, evaluation, before: Some(judged.place) }
            }
        }
    }

    fn purchase_postings(
        &self,
        event: &Event,
        purchase: &Purchase,
        judged: &Judged<'_>,
        ledger: &Ledger,
        explain: Explain,
    ) -> (Vec<Posting>, Evaluation) {
        let chosen: Vec<OfferId> = purchase.offers().cloned().collect();
        let budgets = Named(&chosen);
        let asked = Asked { chosen: &chosen, budgets: &budgets, explain };
        let sheet = self.with_basket(judged, &purchase.basket, event.channel);
        let evaluation = self.evaluate(judged, &purchase.basket, &sheet, asked);
        let mut best = Multiplier::ONE;
        let mut postings = Vec::new();
        for (offer, grant) in evaluation.grants() {
            let source = Source::Offer(offer.clone());
            let moves = |movement, points| {
                let (at, event, source) = (event.at, event.id.clone(), source.clone());
                Posting::new(Cause { at, event, movement, source, line: None }, points).ok()
            };
            postings.extend(grant.cost.and_then(|cost| moves(Movement::Spend, cost)));
            match &grant.award {
                Award::Points(points) => {
                    postings.extend(moves(Movement::Earn(Term::from(event.at)), *points));
                }
                Award::PointsMultiplier(multiplier) => best = best.max(*multiplier),
                _ => {}
            }
        }
        let multiplier = self.multiplier(event, judged, ledger).combined(best);
        postings.extend(self.earned(event, &sheet, ledger, multiplier));
        (postings, evaluation)
    }

    /// The multiplier of the tier with which an event earns.
    fn multiplier(&self, event: &Event, judged: &Judged<'_>, ledger: &Ledger) -> Multiplier {
        let Some(tiers) = &self.tiers else { return Multiplier::ONE };
        let rank = match tiers.crossing() {
            Crossing::After => {
                let mut profile = judged.snapshot.profile().clone();
                let _ = profile.history.record(event.clone());
                let snapshot = Snapshot::of(&profile, self.moment(event.at));
                Some(tiers.rank(&snapshot, ledger))
            }
            _ => judged.place.rank,
        };
        let tier = rank.and_then(|rank| tiers.tiers().get(rank));
        tier.map_or(Multiplier::ONE, |tier| tier.multiplier)
    }

    /// What the earning rules give for an event, when the facts are those on `sheet`.
    fn earned(
        &self,
        event: &Event,
        sheet: &Sheet,
        ledger: &Ledger,
        multiplier: Multiplier,
    ) -> Vec<Posting> {
        self.earning.part.earn(&Occasion {
            event,
            facts: &self.earning.facts(sheet),
            multiplier,
            zone: &self.zone,
            earlier: Earlier::of(ledger),
        })
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
