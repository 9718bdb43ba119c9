//! How the clusters of a stream moved, came and went.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::points::squared_distance;
use super::grouping::MacroClusters;

/// What became of clusters between two instants.
///
/// Clusters are followed by the micro-clusters that they have in common, as far as these still
/// live: M. Spiliopoulou, I. Ntoutsi, Y. Theodoridis and R. Schult, "MONIC: modeling and monitoring
/// cluster transitions", KDD (2006), 706–711. The pair that has most weight in common is matched
/// first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transitions {
    /// Clusters that went on, by their number before.
    pub moves: Vec<Move>,
    /// Clusters that another one took in: their number before, and that of the other after.
    pub absorbed: Vec<(usize, usize)>,
    /// Clusters that parted from another one: its number before, and their own after.
    pub split: Vec<(usize, usize)>,
    /// Clusters of which nothing is left, by their number before.
    pub faded: Vec<usize>,
    /// Clusters that are new, by their number after.
    pub born: Vec<usize>,
}

/// A cluster that went on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Its number before.
    pub before: usize,
    /// Its number after.
    pub after: usize,
    /// Its center before.
    pub from: Vec<f64>,
    /// Its center after.
    pub to: Vec<f64>,
    /// How far it moved.
    pub distance: f64,
    /// Its weight before.
    pub weight_before: f64,
    /// Its weight after.
    pub weight_after: f64,
    /// The share of its weight before that is in the micro-clusters which it still has.
    pub kept: f64,
}

impl Transitions {
    pub(super) fn between(before: &MacroClusters, after: &MacroClusters) -> Self {
        let shared = shared(before, after);
        let mut pairs: Vec<(usize, usize, f64)> =
            shared.iter().map(|(&(one, other), &weight)| (one, other, weight)).collect();
        // The sort is stable: of equal weights the least numbers come first.
        pairs.sort_by(|one, other| other.2.total_cmp(&one.2));
        let mut transitions = Self::default();
        let mut heirs: BTreeMap<usize, usize> = BTreeMap::new();
        let mut origins: BTreeMap<usize, usize> = BTreeMap::new();
        for &(one, other, weight) in &pairs {
            if heirs.contains_key(&one) || origins.contains_key(&other) {
                continue;
            }
            heirs.insert(one, other);
            origins.insert(other, one);
            transitions.moves.extend(moved(before, after, (one, other), weight));
        }
        transitions.moves.sort_by_key(|moved| moved.before);
        for cluster in (0..before.clusters().len()).filter(|one| !heirs.contains_key(one)) {
            match pairs.iter().find(|(one, _, _)| *one == cluster) {
                Some((_, into, _)) => transitions.absorbed.push((cluster, *into)),
                None => transitions.faded.push(cluster),
            }
        }
        for cluster in (0..after.clusters().len()).filter(|other| !origins.contains_key(other)) {
            match pairs.iter().find(|(_, other, _)| *other == cluster) {
                Some((from, _, _)) => transitions.split.push((*from, cluster)),
                None => transitions.born.push(cluster),
            }
        }
        transitions
    }
}

/// The weight before of the micro-clusters that are in a cluster before and in one after.
fn shared(before: &MacroClusters, after: &MacroClusters) -> BTreeMap<(usize, usize), f64> {
    let later: BTreeMap<u64, usize> =
        after.members().iter().map(|member| (member.id, member.cluster)).collect();
    let mut shared = BTreeMap::new();
    for member in before.members() {
        if let Some(&after) = later.get(&member.id) {
            *shared.entry((member.cluster, after)).or_insert(0.0) += member.weight;
        }
    }
    shared
}

fn moved(
    before: &MacroClusters,
    after: &MacroClusters,
    (one, other): (usize, usize),
    weight: f64,
) -> Option<Move> {
    let (from, to) = (before.clusters().get(one)?, after.clusters().get(other)?);
    Some(Move {
        before: one,
        after: other,
        distance: squared_distance(&from.center, &to.center).sqrt(),
        from: from.center.clone(),
        to: to.center.clone(),
        weight_before: from.weight,
        weight_after: to.weight,
        kept: weight / from.weight,
    })
}
