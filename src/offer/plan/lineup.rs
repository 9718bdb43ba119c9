//! What a plan is made of: the offers that are in the running, and those given only together.

use super::super::Base;
use super::super::catalog::{Catalog, CheckedOffer};
use super::super::ceiling::Ceiling;
use super::super::price::{Prices, Proposal};
use super::super::till::Turn;
use crate::money::Allocator;
use crate::points::Wallet;

/// The discounts of a lane that can be given, and what they share.
pub(in super::super) struct Lineup<'a> {
    pub catalog: &'a Catalog,
    pub base: Base,
    /// The points that can be spent on them.
    pub points: Wallet,
    /// By rank: the higher priority, then the smaller id.
    pub entrants: Vec<Entrant<'a>>,
    pub parties: Vec<Party<'a>>,
}

/// A discount that is in the running.
pub(in super::super) struct Entrant<'a> {
    pub checked: &'a CheckedOffer,
    /// How much it takes off at most.
    pub ceiling: Ceiling,
    /// The party that it is in.
    pub party: usize,
}

/// Offers that are given all or not at all; mostly one.
#[derive(Default)]
pub(in super::super) struct Party<'a> {
    /// All of them, with those that are no discounts.
    pub members: Vec<&'a CheckedOffer>,
    /// Those that are discounts, by rank.
    pub entrants: Vec<usize>,
    /// What they cost together.
    pub cost: Wallet,
}

impl<'a> Lineup<'a> {
    pub const fn new(catalog: &'a Catalog, base: Base, points: Wallet) -> Self {
        Self { catalog, base, points, entrants: Vec::new(), parties: Vec::new() }
    }

    /// A party of these offers, which are by rank.
    pub fn join(&mut self, turns: &[Turn<'a>]) {
        let members: Vec<_> = turns.iter().map(|turn| turn.checked).collect();
        let cost = members.iter().filter_map(|member| member.offer.cost.clone()).collect();
        let party = self.parties.len();
        for &Turn { checked, ceiling, .. } in turns {
            if checked.offer.benefit.is_discount() {
                self.entrants.push(Entrant { checked, ceiling, party });
            }
        }
        self.parties.push(Party { members, entrants: Vec::new(), cost });
    }

    /// Puts the entrants by rank; to be called when all parties have joined.
    pub fn rank(&mut self) {
        self.entrants.sort_by(|one, other| one.checked.rank().cmp(&other.checked.rank()));
        for (at, entrant) in self.entrants.iter().enumerate() {
            if let Some(party) = self.parties.get_mut(entrant.party) {
                party.entrants.push(at);
            }
        }
    }

    /// The entrants of one party.
    pub fn entrants_of(&self, party: usize) -> &[usize] {
        self.parties.get(party).map_or(&[], |party| &party.entrants)
    }

    /// What an entrant would take off now; none if nothing.
    pub fn proposal(&self, entrant: usize, prices: &Prices<'_>, times: u32) -> Option<Proposal> {
        let entrant = self.entrants.get(entrant)?;
        entrant.checked.proposal(entrant.ceiling, prices, self.base, times)
    }

    /// How often, up to `most` times, an entrant takes something off now, and what.
    pub fn as_often(
        &self,
        entrant: usize,
        prices: &Prices<'_>,
        most: u32,
    ) -> Option<(u32, Proposal)> {
        let entrant = self.entrants.get(entrant)?;
        entrant.checked.as_often(entrant.ceiling, prices, self.base, most)
    }

    /// How what is taken off together is split.
    pub fn allocator(&self) -> &'a dyn Allocator {
        &*self.catalog.allocator
    }
}
