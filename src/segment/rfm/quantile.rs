//! Quantiles within groups of customers, and the scores that follow.

use std::rc::Rc;

use super::cuts::{Better, Cuts};
use super::keys::Unit;
use super::radix::Sorted;
use super::{Dimension, Fault, Figure, Method, Population, Ties};
use crate::parallel::fill_chunks;
use crate::path::{Path, Problems};

/// How many customers one core scores at a time.
pub(super) const CHUNK: usize = 1 << 15;

/// A column of figures as integers in the same order.
#[derive(Default)]
pub(super) struct Keys {
    unit: Unit,
    keys: Vec<i64>,
    /// The same from the least to the greatest.
    sorted: Sorted,
}

/// A dimension in which every customer has a score.
pub(super) struct Scored {
    pub(super) cuts: Cuts,
    /// The scores of the known customers.
    pub(super) scores: Vec<u8>,
}

/// Customers within whom quantiles are taken.
pub(super) struct Group {
    /// Their positions among the known; `None` if it is all of them.
    of: Option<Rc<Vec<usize>>>,
    /// Whether they stand in for a group without customers.
    borrowed: bool,
}

impl Group {
    /// All customers.
    pub(super) const fn all() -> Self {
        Self { of: None, borrowed: false }
    }

    /// The positions, where there are so many known customers.
    fn positions(&self, known: usize) -> impl Iterator<Item = usize> {
        let all = if self.of.is_none() { known } else { 0 };
        (0..all).chain(self.of.iter().flat_map(|of| of.iter().copied()))
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
        let mut keys = Vec::with_capacity(figures.size_hint().0);
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
        let ranked = problems.take(&Path::root(), self.ranked(unit, keys));
        problems.into_result(ranked.unwrap_or_default())
    }

    /// The keys of figures of this unit, if the recipe can work with them.
    pub(super) fn ranked(&self, unit: Unit, keys: Vec<i64>) -> Result<Keys, Problems<Fault>> {
        let mut problems = Problems::none();
        if let (Method::Thresholds(cuts), false) = (&self.method, keys.is_empty()) {
            let path = Path::from("method").field("thresholds");
            problems.absorb(&path, unit.compared(&self.feature, cuts));
        }
        let sorted = Sorted::of(&keys);
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
                keys.fill(&mut scores, |key| {
                    steps.and_then(|steps| steps.score(keys.unit.figure(key))).unwrap_or_default()
                });
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
        let within = group.of.as_ref().map(|of| self.sorted_of(of));
        let sorted = within.as_ref().unwrap_or(&self.sorted);
        // How many customers stand in the first score, in the first two, and so on.
        let ends: Vec<usize> =
            (1..usize::from(bins)).map(|k| (sorted.len() * k).div_ceil(bins.into())).collect();
        let last = |end: &usize| sorted.get(end.checked_sub(1)?);
        let cuts: Vec<i64> = ends.iter().filter_map(last).collect();
        let score = |above: usize| better.score(above, cuts.len());
        let shared = |key: i64| score(cuts.partition_point(|cut| *cut < key));
        let mut give = |position: usize, score: u8| {
            if let Some(place) = scores.get_mut(position) {
                *place = score;
            }
        };
        let positions = group.positions(self.keys.len());
        let keys = positions.filter_map(|at| Some((*self.keys.get(at)?, at)));
        match ties {
            _ if group.borrowed => {}
            Ties::Share if group.of.is_none() => self.fill(scores, shared),
            Ties::Share => keys.for_each(|(key, at)| give(at, shared(key))),
            Ties::Spread => {
                let mut ranked: Vec<(i64, usize)> = keys.collect();
                ranked.sort_unstable();
                for (rank, (_, at)) in ranked.into_iter().enumerate() {
                    give(at, score(ends.partition_point(|end| *end <= rank)));
                }
            }
        }
        cuts.into_iter().map(|cut| self.unit.figure(cut)).collect()
    }

    /// Writes the score of each key.
    fn fill(&self, scores: &mut [u8], score: impl Fn(i64) -> u8 + Sync) {
        fill_chunks(scores, CHUNK, |number, scores| {
            let keys = self.keys.chunks(CHUNK).nth(number).unwrap_or_default();
            for (place, &key) in scores.iter_mut().zip(keys) {
                *place = score(key);
            }
        });
    }

    /// The keys of those at these positions from the least to the greatest.
    fn sorted_of(&self, positions: &[usize]) -> Sorted {
        let keys = positions.iter().filter_map(|&position| self.keys.get(position).copied());
        Sorted::of(&keys.collect::<Vec<_>>())
    }

    /// The figure that most customers have, the least of several, and how many have it.
    fn commonest(&self) -> (Option<Figure>, usize) {
        let commonest = self.sorted.commonest();
        commonest.map_or((None, 0), |(key, customers)| (Some(self.unit.figure(key)), customers))
    }
}

impl Scored {
    /// How the customers spread over the scores, so many having each of them.
    pub(super) fn population(&self, keys: &Keys, having: impl Fn(u8) -> usize) -> Population {
        let (commonest, commonest_customers) = keys.commonest();
        let customers = (1..=self.cuts.bins()).map(having).collect();
        Population { customers, commonest, commonest_customers }
    }
}

/// The groups of each score within these groups, in the order of the scores.
pub(super) fn split(groups: &[Group], scored: &Scored) -> Vec<Group> {
    let bins = usize::from(scored.cuts.bins());
    let children = |group: &Group| {
        let mut members = vec![Vec::new(); bins];
        let positions = group.positions(scored.scores.len());
        for position in positions.filter(|_| !group.borrowed) {
            let score = scored.scores.get(position).map_or(0, |score| usize::from(*score));
            if let Some(child) = score.checked_sub(1).and_then(|at| members.get_mut(at)) {
                child.push(position);
            }
        }
        let of = group.of.clone();
        members.into_iter().map(move |members| match members.is_empty() {
            true => Group { of: of.clone(), borrowed: true },
            false => Group { of: Some(Rc::new(members)), borrowed: false },
        })
    };
    groups.iter().flat_map(children).collect()
}
