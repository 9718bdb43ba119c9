//! The lanes, one after the other: what competes, what is planned, what is stacked.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Catalog, CheckedOffer, Terms};
use super::decline::{Beaten, Decline, Excluded, Exclusion, Reason};
use super::evaluation::Answer;
use super::plan::{self, Goal, Lineup, Plan};
use super::till::{Bid, Gives, Till, Turn};
use super::trace::{Aim, Aims, Application, LanePlan};
use super::{Base, Contest, Mode, Request};
use crate::id::OfferId;

impl CheckedOffer {
    /// The higher priority, then the smaller id.
    pub(super) const fn rank(&self) -> (Reverse<i32>, &OfferId) {
        (Reverse(self.offer.priority), &self.offer.id)
    }

    /// Whether it competes for winning a lane of these terms.
    pub(super) fn contends(&self, terms: Terms) -> bool {
        let all = terms.contest == Contest::Everything;
        matches!(terms.mode, Mode::Best | Mode::First) && (all || self.offer.benefit.is_discount())
    }
}

/// All that has been answered while lanes are played.
pub(super) struct Round<'a> {
    catalog: &'a Catalog,
    pub till: Till<'a>,
    /// The answers with the places of their offers.
    pub answers: Vec<(usize, Answer)>,
    pub lanes: Vec<LanePlan>,
    /// What was applied in this lane.
    applied: Vec<Application>,
}

/// The offer for which a joint set is not given, and why it is not.
struct Spoiler {
    offer: OfferId,
    reason: Reason,
}

impl<'a> Round<'a> {
    pub fn new(catalog: &'a Catalog, request: &'a Request<'a>) -> Self {
        let till = Till::new(catalog, request);
        let (answers, lanes, applied) = (Vec::new(), Vec::new(), Vec::new());
        Self { catalog, till, answers, lanes, applied }
    }

    /// Answers the offers of one lane, which are by rank: first its competition or its plan, if it
    /// has one, then the others.
    pub fn play(&mut self, lane: &[Turn<'a>]) {
        let Some(place) = lane.first().map(|first| first.checked.lane) else { return };
        let terms = self.catalog.terms(place);
        self.till.open(lane);
        self.answers.reserve(lane.len());
        let mut competed = false;
        let mut aims = None;
        let rest: Vec<Turn<'a>> = match terms.mode {
            Mode::Best | Mode::First => {
                competed = self.compete(lane, terms);
                lane.iter().filter(|turn| !turn.checked.contends(terms)).copied().collect()
            }
            Mode::BestForCustomer => self.plan(lane, terms.base, Goal::Customer, &mut aims),
            Mode::BestMargin => self.plan(lane, terms.base, Goal::Margin, &mut aims),
            Mode::Stack => lane.to_vec(),
        };
        self.stack(&rest, terms.base);
        let applied = std::mem::take(&mut self.applied);
        if competed || !applied.is_empty() {
            let lane = place.checked_sub(1).and_then(|index| self.catalog.lanes.get(index));
            let discount = applied.iter().map(|one| one.amount.minor()).sum();
            let (lane, discount) = (lane.map(|lane| lane.id.clone()), self.till.money(discount));
            self.lanes.push(LanePlan { lane, mode: terms.mode, applied, discount, aims });
        }
    }

    /// Grants the best bid, or the first, and declines the others; whether there was a discount.
    fn compete(&mut self, lane: &[Turn<'a>], terms: Terms) -> bool {
        let mut bids = Vec::with_capacity(lane.len());
        for turn in lane.iter().filter(|turn| turn.checked.contends(terms)) {
            match self.till.bid(*turn, terms.base, None) {
                Ok(bid) => bids.push(bid),
                Err(reason) => self.decline(turn.place, reason),
            }
        }
        let competed = bids.iter().any(|bid| matches!(bid.gives, Gives::Discount(_)));
        let winner = match terms.mode {
            Mode::Best => {
                bids.iter().enumerate().max_by_key(|(at, bid)| (bid.value(), Reverse(*at)))
            }
            _ => bids.iter().enumerate().next(),
        };
        let Some((winner, _)) = winner else { return competed };
        let winner = bids.swap_remove(winner);
        let (by, winning) = (&winner.turn.checked.offer.id, self.till.money(winner.value()));
        for bid in bids {
            let offered = self.till.money(bid.value());
            let beaten = Beaten { by: by.clone(), winning, offered };
            self.decline(bid.turn.place, Reason::BeatenInLane(Box::new(beaten)));
        }
        self.grant(winner);
        competed
    }

    /// Grants the best plan; what is not in it is left for the stack, in which each finds what
    /// stands in its way.
    fn plan(
        &mut self,
        lane: &[Turn<'a>],
        base: Base,
        goal: Goal,
        aims: &mut Option<Box<Aims>>,
    ) -> Vec<Turn<'a>> {
        if !self.till.is_priced() {
            return lane.to_vec();
        }
        let lineup = self.lineup(lane, base);
        let customer = plan::best(&lineup, &self.till.prices, Goal::Customer);
        let margin = plan::best(&lineup, &self.till.prices, Goal::Margin);
        let told = Aims { customer: self.aim(&customer), margin: self.aim(&margin) };
        let plan = if goal == Goal::Customer { customer } else { margin };
        if plan.applications.is_empty() {
            return lane.to_vec();
        }
        *aims = Some(Box::new(told));
        let mut granted = BTreeSet::new();
        for planned in plan.applications {
            let Some(entrant) = lineup.entrants.get(planned.entrant) else { continue };
            let checked = entrant.checked;
            let turn = lane.iter().find(|turn| std::ptr::eq(turn.checked, checked));
            let Some(&turn) = turn else { continue };
            granted.insert(turn.place);
            self.settle(turn, base, Some(planned.times));
        }
        // What is given together with a discount has its turn before others spend the points.
        let sets: BTreeSet<usize> = lane
            .iter()
            .filter(|turn| granted.contains(&turn.place))
            .filter_map(|turn| turn.checked.joint)
            .collect();
        let with = |turn: &&Turn<'a>| turn.checked.joint.is_some_and(|set| sets.contains(&set));
        for turn in lane.iter().filter(with) {
            if granted.insert(turn.place) {
                self.settle(*turn, base, None);
            }
        }
        lane.iter().filter(|turn| !granted.contains(&turn.place)).copied().collect()
    }

    /// The discounts of the lane, each with the offers that must be given with it, as far as what
    /// was granted before lets them.
    fn lineup(&self, lane: &[Turn<'a>], base: Base) -> Lineup<'a> {
        let mut lineup = Lineup::new(self.catalog, base, self.till.available.clone());
        let mut sets: BTreeMap<usize, Vec<Turn<'a>>> = BTreeMap::new();
        let out =
            |turn: &Turn<'_>| self.till.excludes(turn.checked) || self.till.withholds(turn.checked);
        let mut join = |members: &[Turn<'a>]| {
            let discounts = |turn: &&Turn<'_>| turn.checked.offer.benefit.is_discount();
            let reach = |turn: &Turn<'_>| plan::has_reach(&turn.checked.offer, &self.till.prices);
            let some = members.iter().any(|turn| discounts(&turn));
            let all = members.iter().filter(discounts).all(reach);
            if some && all && !members.iter().any(out) {
                lineup.join(members);
            }
        };
        for turn in lane {
            match turn.checked.joint {
                Some(set) => sets.entry(set).or_default().push(*turn),
                None => join(&[*turn]),
            }
        }
        sets.values().for_each(|members| join(members));
        lineup.rank();
        lineup
    }

    fn aim(&self, plan: &Plan) -> Aim {
        Aim {
            pays: self.till.money(self.till.pays() - plan.value),
            discount: self.till.money(plan.value),
            optimal: plan.optimal,
            bound: self.till.money(plan.bound),
            nodes: plan.nodes,
        }
    }

    /// Grants all that goes together, by rank.
    fn stack(&mut self, turns: &[Turn<'a>], base: Base) {
        let spoilt = self.spoilt(turns, base);
        for turn in turns {
            if let Some(spoiler) = turn.checked.joint.and_then(|set| spoilt.get(&set)) {
                let reason = self.left_out(*turn, spoiler, base);
                self.decline(turn.place, reason);
                continue;
            }
            self.settle(*turn, base, None);
        }
    }

    /// Grants what the offer gives now, or declines it.
    fn settle(&mut self, turn: Turn<'a>, base: Base, times: Option<u32>) {
        match self.till.bid(turn, base, times) {
            Ok(bid) => self.grant(bid),
            Err(reason) => self.decline(turn.place, reason),
        }
    }

    /// The joint sets of which an offer cannot be granted at its turn: the one whose first offer
    /// ranks highest is left out, and then it is tried again.
    fn spoilt(&self, turns: &[Turn<'a>], base: Base) -> BTreeMap<usize, Spoiler> {
        let mut spoilt = BTreeMap::new();
        let sets = turns.iter().filter_map(|turn| turn.checked.joint).collect::<Vec<_>>();
        while spoilt.len() < sets.len() {
            let mut till = self.till.clone();
            let mut failed: BTreeMap<usize, Spoiler> = BTreeMap::new();
            for turn in turns {
                let set = turn.checked.joint;
                if set.is_some_and(|set| spoilt.contains_key(&set)) {
                    continue;
                }
                match (till.bid(*turn, base, None), set) {
                    (Ok(bid), _) => drop(till.grant(bid)),
                    (Err(reason), Some(set)) => {
                        let offer = turn.checked.offer.id.clone();
                        failed.entry(set).or_insert(Spoiler { offer, reason });
                    }
                    (Err(_), None) => {}
                }
            }
            let first = sets.iter().find(|&set| failed.contains_key(set));
            let Some((set, spoiler)) = first.and_then(|set| failed.remove_entry(set)) else {
                break;
            };
            spoilt.insert(set, spoiler);
        }
        spoilt
    }

    /// Why an offer of a joint set is not granted: its own reason, or the offer that has one.
    fn left_out(&self, turn: Turn<'_>, spoiler: &Spoiler, base: Base) -> Reason {
        let checked = turn.checked;
        if checked.offer.id == spoiler.offer {
            return spoiler.reason.clone();
        }
        let set = checked.offer.combines.joint.clone().unwrap_or_default();
        Reason::Excluded(Box::new(Excluded {
            by: spoiler.offer.clone(),
            why: Exclusion::Joint(set),
            winning: self.till.money(0),
            offered: self.till.money(self.till.offered(turn, base)),
        }))
    }

    fn grant(&mut self, bid: Bid<'a>) {
        let (place, times, value) = (bid.turn.place, bid.times, bid.value());
        if let Gives::Discount(_) = &bid.gives {
            let (offer, amount) = (bid.turn.checked.offer.id.clone(), self.till.money(value));
            self.applied.push(Application { offer, times, amount });
        }
        let grant = self.till.grant(bid);
        self.answers.push((place, Answer::Granted(Box::new(grant))));
    }

    fn decline(&mut self, place: usize, reason: Reason) {
        self.answers.push((place, Answer::Declined(Decline::from(reason))));
    }
}
