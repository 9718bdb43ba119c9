//! Quantiles within groups of customers, and the scores that follow.

use std::borrow::Cow;
use std::rc::Rc;

use super::cuts::{Better, Cuts};
use super::keys::Unit;
use super::{Dimension, Fault, Figure, Method, Population, Ties};
use crate::path::{Path, Problems};

/// A column of figures as integers in the same order.
#[derive(Default)]
pub(super) struct Keys {
    unit: Unit,
    keys: Vec<i64>,
    /// The same from the least to the greatest.
    sorted: Vec<i64>,
}

/// A dimension in which every customer has a score.
pub(super) struct Scored {
    pub(super) cuts: Cuts,
    /// The scores of the known customers.
    pub(super) scores: Vec<u8>,
}

/// Customers, by their positions among the known, within whom quantiles are taken.
pub(super) struct Group {
    of: Rc<Vec<usize>>,
    /// Whether they stand in for a group without customers.
    borrowed: bool,
}

impl Group {
    /// So many customers.
    pub(super) fn all(customers: usize) -> Self {
        Self { of: Rc::new((0..customers).collect()), borrowed: false }
    }
}

impl Dimension {
    /// The keys of these figures, if the recipe can work with them.
    pub(super) fn keys(
        &self,
        figures: impl Iterator<Item = Figure>,
    ) -> Result<Keys, Problems<Fault>> {
        let mut figures = figures.peekable();
        let Some(&first) = figures.peek() else { return Ok(Keys::default()) };
        let unit = Unit::of(first);
        let mut problems = Problems::none();
        let mut keys = Vec::new();
        for other in figures {
            match unit.key(other) {
                Some(key) => keys.push(key),
                None => {
                    let feature = self.feature.clone();
                    let fault = Fault::MixedColumn { feature, first, other };
                    problems.add(Path::from("feature"), fault);
                    break;
                }
            }
        }
        if let Method::Thresholds(cuts) = &self.method {
            let path = Path::from("method").field("thresholds");
            problems.absorb(&path, unit.compared(&self.feature, cuts));
        }
        let mut sorted = keys.clone();
        sorted.sort_unstable();
        problems.into_result(Keys { unit, keys, sorted })
    }

    /// Scores the customers of every group.
    pub(super) fn scored(
        &self,
        keys: &Keys,
        better: Better,
        groups: &[Group],
        ties: Ties,
    ) -> Scored {
        let mut scores = vec![0; keys.keys.len()];
        let cuts = match &self.method {
            Method::Thresholds(cuts) => {
                let cuts = Cuts::Thresholds(cuts.clone());
                let steps = cuts.steps(better, None);
                for (score, &key) in scores.iter_mut().zip(&keys.keys) {
                    let figure = keys.unit.figure(key);
                    *score = steps.and_then(|steps| steps.score(figure)).unwrap_or_default();
                }
                cuts
            }
            Method::Quantiles(bins) => {
                let mut cut = |group| keys.cut(group, *bins, better, ties, &mut scores);
                let cuts: Vec<Vec<Figure>> = groups.iter().map(&mut cut).collect();
                match <[Vec<Figure>; 1]>::try_from(cuts) {
                    Ok([cuts]) => Cuts::Quantiles(cuts),
                    Err(groups) => Cuts::Nested(groups),
                }
            }
        };
        Scored { cuts, scores }
    }
}

impl Keys {
    /// The quantiles of a group, whose customers get their scores unless they only stand in.
    fn cut(
        &self,
        group: &Group,
        bins: u8,
        better: Better,
        ties: Ties,
        scores: &mut [u8],
    ) -> Vec<Figure> {
        let sorted = self.sorted_within(group);
        // How many customers stand in the first score, in the first two, and so on.
        let ends: Vec<usize> =
            (1..usize::from(bins)).map(|k| (sorted.len() * k).div_ceil(bins.into())).collect();
        let last = |end: &usize| sorted.get(end.checked_sub(1)?).copied();
        let cuts: Vec<i64> = ends.iter().filter_map(last).collect();
        let mut give = |position: usize, above: usize| {
            if let Some(score) = scores.get_mut(position) {
                *score = better.score(above, cuts.len());
            }
        };
        let keys = group.of.iter().filter_map(|&at| Some((*self.keys.get(at)?, at)));
        match ties {
            _ if group.borrowed => {}
            Ties::Share => keys.for_each(|(key, at)| {
                give(at, cuts.iter().filter(|cut| key > **cut).count());
            }),
            Ties::Spread => {
                let mut ranked: Vec<(i64, usize)> = keys.collect();
                ranked.sort_unstable();
                for (rank, (_, at)) in ranked.into_iter().enumerate() {
                    give(at, ends.iter().filter(|end| rank >= **end).count());
                }
            }
        }
        cuts.into_iter().map(|cut| self.unit.figure(cut)).collect()
    }

    /// The keys of a group from the least to the greatest.
    fn sorted_within(&self, group: &Group) -> Cow<'_, [i64]> {
        if group.of.len() == self.keys.len() {
            return Cow::Borrowed(&self.sorted);
        }
        let mut keys: Vec<i64> =
            group.of.iter().filter_map(|&position| self.keys.get(position).copied()).collect();
        keys.sort_unstable();
        Cow::Owned(keys)
    }
}

impl Scored {
    /// How the customers spread over the scores.
    pub(super) fn population(&self, keys: &Keys) -> Population {
        let mut customers = vec![0; usize::from(self.cuts.bins())];
        for &score in &self.scores {
            let place = usize::from(score).checked_sub(1);
            if let Some(count) = place.and_then(|at| customers.get_mut(at)) {
                *count += 1;
            }
        }
        let commonest =
            keys.sorted.chunk_by(|left, right| left == right).rev().max_by_key(|it| it.len());
        let commonest = commonest.unwrap_or_default();
        let value = commonest.first().map(|&key| keys.unit.figure(key));
        Population { customers, commonest: value, commonest_customers: commonest.len() }
    }
}

/// The groups of each score within these groups, in the order of the scores.
pub(super) fn split(groups: &[Group], scored: &Scored) -> Vec<Group> {
    let bins = usize::from(scored.cuts.bins());
    let children = |group: &Group| {
        let mut members = vec![Vec::new(); bins];
        for &position in group.of.iter().filter(|_| !group.borrowed) {
            let score = scored.scores.get(position).map_or(0, |score| usize::from(*score));
            if let Some(child) = score.checked_sub(1).and_then(|at| members.get_mut(at)) {
                child.push(position);
            }
        }
        let of = Rc::clone(&group.of);
        members.into_iter().map(move |members| match members.is_empty() {
            true => Group { of: Rc::clone(&of), borrowed: true },
            false => Group { of: Rc::new(members), borrowed: false },
        })
    };
    groups.iter().flat_map(children).collect()
}
