//! Which offers influence each other: each such group is planned by itself.

use std::collections::BTreeMap;

use super::super::price::Prices;
use super::lineup::Lineup;
use super::reach::{ships, touches};
use crate::points::Wallet;

/// What two parties can have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    Line(usize),
    Shipping,
    Points,
    Group(usize),
    Tag(usize),
}

/// The entrants by rank, in groups that do not influence each other: no line in common, no
/// shipping, no points that are too few for all, no exclusion.
pub(super) fn components(lineup: &Lineup<'_>, prices: &Prices<'_>) -> Vec<Vec<usize>> {
    let mut union = Union { parents: (0..lineup.parties.len()).collect() };
    let mut ties: BTreeMap<Tie, usize> = BTreeMap::new();
    let mut tie = |tie, party| {
        let first = *ties.entry(tie).or_insert(party);
        union.join(first, party);
    };
    for (number, party) in lineup.parties.iter().enumerate() {
        for offer in party.members.iter().map(|member| &member.offer) {
            let lines = prices.lines.iter().enumerate();
            for (at, _) in lines.filter(|(_, line)| touches(offer, line)) {
                tie(Tie::Line(at), number);
            }
            if ships(offer) {
                tie(Tie::Shipping, number);
            }
        }
    }
    let scarce = scarce(lineup);
    for (number, party) in lineup.parties.iter().enumerate() {
        if scarce && !party.cost.is_empty() {
            tie(Tie::Points, number);
        }
        for marks in party.members.iter().map(|member| &member.marks) {
            marks.groups.iter().for_each(|&group| tie(Tie::Group(group), number));
            marks.not_with.iter().for_each(|&tag| tie(Tie::Tag(tag), number));
        }
    }
    for (number, party) in lineup.parties.iter().enumerate() {
        for tag in party.members.iter().flat_map(|member| &member.marks.tags) {
            if let Some(&barred) = ties.get(&Tie::Tag(*tag)) {
                union.join(barred, number);
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, entrant) in lineup.entrants.iter().enumerate() {
        groups.entry(union.root(entrant.party)).or_default().push(at);
    }
    groups.into_values().collect()
}

/// Whether there are too few points for everything.
pub(super) fn scarce(lineup: &Lineup<'_>) -> bool {
    let mut costs = Wallet::default();
    lineup.parties.iter().for_each(|party| costs.add(&party.cost));
    !lineup.points.covers(&costs)
}

/// Which parties were joined so far.
struct Union {
    parents: Vec<usize>,
}

impl Union {
    fn root(&mut self, party: usize) -> usize {
        let mut at = party;
        while let Some(&parent) = self.parents.get(at).filter(|&&parent| parent != at) {
            let above = self.parents.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.parents.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
        at
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if let Some(parent) = self.parents.get_mut(one.max(other)) {
            *parent = one.min(other);
        }
    }
}
