//! What is left to pay and to spend after some applications, each of which can be taken back.

use super::super::price::{Cut, Prices, Proposal};
use super::conflicts::Held;
use super::lineup::Lineup;
use crate::points::Wallet;

/// What a plan has come to so far.
pub(super) struct State<'s, 'a> {
    pub lineup: &'s Lineup<'a>,
    pub prices: Prices<'a>,
    pub points: Wallet,
    pub held: Held,
    /// Which entrants were applied.
    used: Vec<bool>,
    /// Which parties are given.
    given: Vec<bool>,
    /// How many entrants of given parties must still be applied.
    pub open: usize,
    pub steps: Vec<Step>,
    /// What is taken off.
    pub value: i64,
}

/// What an application changed, as it was before: lines by their place, or shipping.
enum Before {
    Lines(Vec<(usize, i64, i64, i64)>),
    Shipping(i64),
}

/// An entrant that was applied.
pub(super) struct Step {
    pub entrant: usize,
    pub times: u32,
    pub amount: i64,
    /// Whether it claims units.
    pub claims: bool,
    /// What it changed.
    before: Before,
    /// Whether it is the first of its party.
    first: bool,
}

impl<'s, 'a> State<'s, 'a> {
    pub fn new(lineup: &'s Lineup<'a>, prices: &Prices<'a>) -> Self {
        Self {
            lineup,
            prices: prices.clone(),
            points: lineup.points.clone(),
            held: Held::default(),
            used: vec![false; lineup.entrants.len()],
            given: vec![false; lineup.parties.len()],
            open: 0,
            steps: Vec::new(),
            value: 0,
        }
    }

    pub fn is_used(&self, entrant: usize) -> bool {
        self.used.get(entrant).copied().unwrap_or(true)
    }

    /// Whether the party is in the plan.
    pub fn is_given(&self, party: usize) -> bool {
        self.given.get(party).copied().unwrap_or(true)
    }

    /// Whether the party is not in the plan, and can be combined with it and paid for.
    pub fn admits_party(&self, party: usize) -> bool {
        let Some(asked) = self.lineup.parties.get(party) else { return false };
        !self.is_given(party)
            && self.points.covers(&asked.cost)
            && asked.members.iter().all(|member| !self.held.excludes(&member.marks))
    }

    /// Whether the entrant is not in the plan, and can be combined with it and paid for.
    pub fn admits(&self, entrant: usize) -> bool {
        let Some(asked) = self.lineup.entrants.get(entrant) else { return false };
        !self.is_used(entrant) && (self.is_given(asked.party) || self.admits_party(asked.party))
    }

    /// How often the entrant could be applied at most.
    pub fn most_times(&self, entrant: usize) -> u32 {
        let benefit = self.lineup.entrants.get(entrant).map(|e| &e.checked.offer.benefit);
        benefit.map_or(0, |benefit| benefit.most_times(&self.prices))
    }

    /// What the entrant would take off now; none if nothing.
    pub fn proposal(&self, entrant: usize, times: u32) -> Option<Proposal> {
        self.lineup.proposal(entrant, &self.prices, times)
    }

    /// How often, up to `most` times, the entrant takes something off now, and what.
    pub fn as_often(&self, entrant: usize, most: u32) -> Option<(u32, Proposal)> {
        self.lineup.as_often(entrant, &self.prices, most)
    }

    /// Applies what was proposed for an entrant that is admitted.
    pub fn apply(&mut self, entrant: usize, times: u32, proposal: Proposal) {
        let Some(party) = self.lineup.entrants.get(entrant).map(|entrant| entrant.party) else {
            return;
        };
        let first = !self.is_given(party);
        if first {
            self.give(party);
        }
        self.open -= 1;
        set(&mut self.used, entrant, true);
        let amount = proposal.applied();
        let claims = proposal.claims.iter().any(|units| *units > 0);
        let before = self.take_off(&proposal);
        self.value += amount;
        self.steps.push(Step { entrant, times, amount, claims, before, first });
    }

    /// Takes the last application back.
    pub fn undo(&mut self) {
        let Some(step) = self.steps.pop() else { return };
        self.value -= step.amount;
        self.restore(step.before);
        set(&mut self.used, step.entrant, false);
        self.open += 1;
        let party = self.lineup.entrants.get(step.entrant).map(|entrant| entrant.party);
        if let Some(party) = party.filter(|_| step.first) {
            self.take_back(party);
        }
    }

    /// Takes applications back until so many are left.
    pub fn undo_to(&mut self, steps: usize) {
        while self.steps.len() > steps {
            self.undo();
        }
    }

    /// Whether all parties that are given are given whole: what is no discount, too, finds what it
    /// needs at the end.
    pub fn is_whole(&self) -> bool {
        let parties = self.lineup.parties.iter().enumerate();
        let given = parties.filter(|(at, party)| party.members.len() > 1 && self.is_given(*at));
        let mut members = given.flat_map(|(_, party)| &party.members);
        self.open == 0
            && members.all(|member| {
                let offer = &member.offer;
                offer.benefit.is_discount()
                    || (offer.reached(&self.prices, self.lineup.base).is_ok()
                        && offer.benefit.points(&self.prices).is_none_or(|p| !p.is_zero()))
            })
    }

    fn give(&mut self, party: usize) {
        set(&mut self.given, party, true);
        let Some(party) = self.lineup.parties.get(party) else { return };
        self.points.pay(&party.cost);
        self.open += party.entrants.len();
        party.members.iter().for_each(|member| self.held.add(&member.marks));
    }

    fn take_back(&mut self, party: usize) {
        set(&mut self.given, party, false);
        let Some(party) = self.lineup.parties.get(party) else { return };
        self.points.add(&party.cost);
        self.open -= party.entrants.len();
        party.members.iter().for_each(|member| self.held.remove(&member.marks));
    }

    fn take_off(&mut self, proposal: &Proposal) -> Before {
        let split;
        let parts = match &proposal.cut {
            Cut::Lines(parts) => parts,
            Cut::Across(across) => {
                split = self.prices.split(across, self.lineup.allocator());
                &split
            }
            Cut::Shipping(part) => {
                let running = self.prices.shipping.map_or(0, |price| price.running);
                if let Some(price) = &mut self.prices.shipping {
                    price.running -= part;
                }
                return Before::Shipping(running);
            }
        };
        let mut before = Vec::new();
        let claims = proposal.claims.iter().copied().chain(std::iter::repeat(0));
        let lines = self.prices.lines.iter_mut().enumerate();
        for (((at, line), part), units) in lines.zip(parts).zip(claims) {
            if *part > 0 || units > 0 {
                before.push((at, line.price.running, line.claimed, line.claimed_price));
                line.take_off(*part, units);
            }
        }
        Before::Lines(before)
    }

    fn restore(&mut self, before: Before) {
        match before {
            Before::Lines(lines) => {
                for (at, running, claimed, claimed_price) in lines {
                    if let Some(line) = self.prices.lines.get_mut(at) {
                        line.price.running = running;
                        line.claimed = claimed;
                        line.claimed_price = claimed_price;
                    }
                }
            }
            Before::Shipping(running) => {
                if let Some(price) = &mut self.prices.shipping {
                    price.running = running;
                }
            }
        }
    }
}

fn set(flags: &mut [bool], at: usize, value: bool) {
    if let Some(flag) = flags.get_mut(at) {
        *flag = value;
    }
}
