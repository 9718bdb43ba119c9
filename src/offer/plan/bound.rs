//! How much a plan can still take off at most, and must take off at least.
//!
//! Percentages of all lines compound: no order takes more off than all of them on the full price,
//! and then the amounts. They are added up in millionths of a minor unit with a minor unit of slack
//! for each rounding, so that the bound holds in integers whatever the order.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::Base;
use super::super::benefit::{Benefit, PercentOff, Target};
use super::super::price::Prices;
use super::components::scarce;
use super::lineup::Lineup;
use super::reach::{is_plain_amount, is_plain_percent, most_off, ships};
use super::state::State;
use crate::money::Rounding;

/// Millionths of a minor unit.
const MILLION: i128 = 1_000_000;
/// All of a price in basis points.
const ALL: i128 = 10_000;
/// Up to how many parties it is looked at which must be given.
const MOST_RIVALS: usize = 64;

/// What never changes while a component is searched.
pub(super) struct Outlook {
    /// Parties of which at most one is given, and each party is in one of them.
    cliques: Vec<Vec<usize>>,
    /// For each entrant of the lineup: what it does to all lines together, if that is all it does.
    whole: Vec<Option<Whole>>,
    /// For each party that must be given unless a rival is: its rivals.
    forced: Vec<(usize, Vec<usize>)>,
}

/// What is taken off all lines together.
#[derive(Clone, Copy)]
enum Whole {
    /// A share of what is left to pay, with what rounding can add to it in millionths, and how
    /// often it is rounded.
    Share {
        left: i128,
        slack: i128,
        roundings: i128,
    },
    Amount(i64),
}

impl Outlook {
    /// The outlook of the entrants of one component.
    pub fn new(lineup: &Lineup<'_>, component: &[usize], prices: &Prices<'_>) -> Self {
        let mut parties: Vec<usize> = component
            .iter()
            .filter_map(|&at| lineup.entrants.get(at).map(|entrant| entrant.party))
            .collect();
        parties.sort_unstable();
        parties.dedup();
        let mut whole = vec![None; lineup.entrants.len()];
        for &at in component {
            if let Some(slot) = whole.get_mut(at) {
                *slot = whole_of(lineup, at, prices);
            }
        }
        let floors = prices.lines.iter().any(|line| line.floor > 0);
        let forced = if floors || scarce(lineup) || parties.len() > MOST_RIVALS {
            Vec::new()
        } else {
            let must = parties.iter().filter(|party| stands(lineup, **party));
            must.map(|&party| (party, rivals(lineup, party, &parties))).collect()
        };
        Self { cliques: cliques(lineup, &parties), whole, forced }
    }

    /// No less than what can still be taken off.
    pub fn most(&self, state: &State<'_, '_>) -> i64 {
        let total = state.prices.total(Base::Running);
        let (mut lines, mut shipping) = (0_i64, 0_i64);
        let mut left = i128::from(total) * MILLION;
        let mut slack = 0;
        for clique in &self.cliques {
            let mut best = (0_i64, 0_i64);
            let mut share = Some((ALL, 0));
            for &party in clique {
                if !state.is_given(party) && !state.admits_party(party) {
                    continue;
                }
                let (on_lines, on_shipping) = self.most_of(party, state);
                best = (best.0.max(on_lines), best.1.max(on_shipping));
                share = share.and_then(|(left, slack): (i128, i128)| {
                    let (one, rounded) = self.share_of(party, state)?;
                    Some((left.min(one), slack.max(rounded)))
                });
            }
            match share {
                Some((of, rounded)) => {
                    left = left * of / ALL;
                    slack += rounded;
                }
                None => {
                    lines = lines.saturating_add(best.0);
                    shipping = shipping.saturating_add(best.1);
                }
            }
        }
        let left = (left - slack).max(0);
        let after = i64::try_from((left + MILLION - 1) / MILLION).unwrap_or(0);
        let most = (total - after.min(total)).saturating_add(lines).min(total);
        let running = state.prices.shipping.map_or(0, |price| price.running);
        most.saturating_add(shipping.min(running))
    }

    /// No more than what must still be taken off so that nothing can be added.
    pub fn least(&self, state: &State<'_, '_>) -> i64 {
        let total = state.prices.total(Base::Running);
        let mut amounts = 0_i64;
        let mut shares = Vec::new();
        for (party, rivals) in &self.forced {
            if !state.admits_party(*party) || rivals.iter().any(|rival| state.admits_party(*rival))
            {
                continue;
            }
            let &[entrant] = state.lineup.entrants_of(*party) else { continue };
            match self.whole.get(entrant).copied().flatten() {
                Some(Whole::Amount(amount)) => amounts = amounts.saturating_add(amount),
                Some(Whole::Share { left, roundings, .. }) => shares.push((left, roundings)),
                None => {}
            }
        }
        let mut left = i128::from((total - amounts.min(total)).max(0)) * MILLION;
        for (share, roundings) in shares {
            left = (left * share + ALL - 1) / ALL + roundings * MILLION;
        }
        let after = i64::try_from(left / MILLION).unwrap_or(i64::MAX);
        (total - after).max(0)
    }

    /// The most that the rest of a party takes off lines and off shipping.
    fn most_of(&self, party: usize, state: &State<'_, '_>) -> (i64, i64) {
        let (mut lines, mut shipping) = (0_i64, 0_i64);
        for &at in state.lineup.entrants_of(party).iter().filter(|&&at| !state.is_used(at)) {
            let Some(entrant) = state.lineup.entrants.get(at) else { continue };
            let offer = &entrant.checked.offer;
            let most = most_off(entrant, &state.prices, state.lineup.base);
            let sum = if ships(offer) { &mut shipping } else { &mut lines };
            *sum = sum.saturating_add(most);
        }
        (lines, shipping)
    }

    /// The share that the rest of a party leaves, if that is all it does.
    fn share_of(&self, party: usize, state: &State<'_, '_>) -> Option<(i128, i128)> {
        let mut rest =
            state.lineup.entrants_of(party).iter().filter(|&&entrant| !state.is_used(entrant));
        let Some(&entrant) = rest.next() else { return Some((ALL, 0)) };
        match self.whole.get(entrant).copied().flatten() {
            Some(Whole::Share { left, slack, .. }) if rest.next().is_none() => Some((left, slack)),
            _ => None,
        }
    }
}

/// What the entrant does to all lines together, if that is all it does.
fn whole_of(lineup: &Lineup<'_>, entrant: usize, prices: &Prices<'_>) -> Option<Whole> {
    let entrant = lineup.entrants.get(entrant)?;
    let offer = &entrant.checked.offer;
    if entrant.ceiling.most().is_some() {
        return None;
    }
    match &offer.benefit {
        Benefit::Percent(off) if is_plain_percent(off) => {
            let PercentOff { percent, target, base, rounding, .. } = off;
            let running = base.unwrap_or(lineup.base) == Base::Running;
            let mut open = prices.lines.iter().filter(|line| line.price.running > 0);
            let all = open.all(|line| offer.benefit.touches(line.item));
            let roundings = if *target == Target::Order { 1 } else { prices.lines.len() as i128 };
            let most = match rounding {
                Rounding::Down | Rounding::Floor => 0,
                Rounding::HalfUp | Rounding::HalfEven | Rounding::HalfDown => MILLION / 2,
                Rounding::Up | Rounding::Ceiling => MILLION,
            };
            let left = ALL - i128::from(percent.basis_points());
            (running && all).then_some(Whole::Share { left, slack: roundings * most, roundings })
        }
        Benefit::Fixed(off) if is_plain_amount(off) => Some(Whole::Amount(off.amount.minor())),
        _ => None,
    }
}

/// Whether nothing but its rivals can stand in the way of a party.
fn stands(lineup: &Lineup<'_>, party: usize) -> bool {
    let members = lineup.parties.get(party).map_or(&[][..], |party| &party.members);
    members.len() == 1 && members.iter().all(|member| member.offer.minimum.is_none())
}

/// The parties that are not given together with this one.
fn rivals(lineup: &Lineup<'_>, party: usize, parties: &[usize]) -> Vec<usize> {
    let members = |party: usize| lineup.parties.get(party).into_iter().flat_map(|p| &p.members);
    let exclude = |other: &usize| {
        members(party).any(|one| members(*other).any(|other| one.marks.exclude(&other.marks)))
    };
    parties.iter().copied().filter(|other| *other != party).filter(exclude).collect()
}

/// The parties that share their largest group, or a tag that excludes itself, stand together.
fn cliques(lineup: &Lineup<'_>, parties: &[usize]) -> Vec<Vec<usize>> {
    let keys = |party: usize| {
        let members = lineup.parties.get(party).into_iter().flat_map(|party| &party.members);
        members.flat_map(|member| {
            let marks = &member.marks;
            let own = |tag: &&usize| marks.not_with.contains(tag);
            let groups = marks.groups.iter().map(|&group| (0_u8, group));
            groups.chain(marks.tags.iter().filter(own).map(|&tag| (1, tag)))
        })
    };
    let mut sizes: BTreeMap<(u8, usize), usize> = BTreeMap::new();
    for &party in parties {
        keys(party).for_each(|key| *sizes.entry(key).or_default() += 1);
    }
    let mut cliques: BTreeMap<(u8, usize), Vec<usize>> = BTreeMap::new();
    for &party in parties {
        let size = |key: &(u8, usize)| sizes.get(key).copied().unwrap_or_default();
        let key = keys(party).max_by_key(|key| (size(key), Reverse(*key)));
        cliques.entry(key.unwrap_or((2, party))).or_default().push(party);
    }
    cliques.into_values().collect()
}
