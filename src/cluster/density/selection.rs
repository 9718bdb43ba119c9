//! Which clusters of the condensed tree are told, and how surely points are in them.

use super::condensed::CondensedTree;
use super::hdbscan::{Hdbscan, Selection, Single};

/// The selected clusters of a condensed tree.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Selected {
    /// For each cluster of the tree the selected one that it is in or is, by provisional number.
    pub(super) of_clusters: Vec<Option<usize>>,
    /// The least distance at which something leaves each of them.
    nearest: Vec<f64>,
    /// For each cluster of the tree the least distance at which something leaves it or what is
    /// below.
    deepest: Vec<f64>,
    /// If the first cluster of the tree is selected: up to which distance points belong to it.
    limit: Option<f64>,
    /// The stability of each of them.
    pub(super) stabilities: Vec<f64>,
}

impl Selected {
    pub(super) fn new(tree: &CondensedTree, weights: &[f64], recipe: &Hdbscan) -> Self {
        let stabilities = stabilities(tree, weights);
        let chosen = match recipe.selection {
            Selection::ExcessOfMass => excess_of_mass(tree, stabilities.clone(), recipe.single),
            Selection::Leaf => leaves(tree, recipe.single),
        };
        let chosen = apart(tree, chosen, recipe);
        let mut of_clusters: Vec<Option<usize>> = Vec::with_capacity(chosen.len());
        let mut of_chosen = Vec::new();
        for ((branch, &chosen), own) in tree.clusters.iter().zip(&chosen).zip(&stabilities) {
            let above = branch.split.and_then(|split| of_clusters.get(split.cluster).copied());
            let number = above.flatten().or_else(|| chosen.then_some(of_chosen.len()));
            if chosen {
                of_chosen.push(*own);
            }
            of_clusters.push(number);
        }
        let leaving = leaving(tree);
        let mut deepest = leaving.clone();
        for (cluster, branch) in tree.clusters.iter().enumerate().rev() {
            let own = deepest.get(cluster).copied().unwrap_or(0.0);
            if let Some(place) = branch.split.and_then(|split| deepest.get_mut(split.cluster)) {
                *place = own.min(*place);
            }
        }
        let limit = chosen.first().filter(|first| **first).map(|_| {
            let of_root = leaving.first().copied().unwrap_or(0.0);
            if recipe.join_below > 0.0 { recipe.join_below } else { of_root }
        });
        let tops = chosen.iter().zip(leaving).filter(|(chosen, _)| **chosen);
        let nearest = tops.map(|(_, leaving)| leaving).collect();
        Self { of_clusters, stabilities: of_chosen, nearest, deepest, limit }
    }

    /// The selected cluster of a point that leaves a cluster of the tree at a distance.
    pub(super) fn label(&self, cluster: usize, distance: f64) -> Option<usize> {
        let number = self.of_clusters.get(cluster).copied().flatten()?;
        self.limit.is_none_or(|limit| distance <= limit).then_some(number)
    }

    /// How surely a point is in its selected cluster: the share of the cluster's greatest density.
    pub(super) fn probability(&self, label: usize, distance: f64) -> f64 {
        let nearest = self.nearest.get(label).copied().unwrap_or(0.0);
        if distance <= nearest { 1.0 } else { nearest / distance }
    }

    /// How far out a point is that leaves a cluster of the tree at a distance.
    pub(super) fn outlier_score(&self, cluster: usize, distance: f64) -> f64 {
        let deepest = self.deepest.get(cluster).copied().unwrap_or(0.0);
        if distance <= deepest { 0.0 } else { 1.0 - deepest / distance }
    }
}

/// The least distance at which something leaves each cluster itself.
fn leaving(tree: &CondensedTree) -> Vec<f64> {
    let mut leaving = vec![f64::INFINITY; tree.clusters.len()];
    let splits = tree.clusters.iter().filter_map(|branch| branch.split.as_ref());
    for departure in tree.points.iter().chain(splits) {
        if let Some(place) = leaving.get_mut(departure.cluster) {
            *place = departure.distance.min(*place);
        }
    }
    leaving
}

/// The stability of each cluster: how long each unit of its weight was in it, as the density λ
/// grew.
fn stabilities(tree: &CondensedTree, weights: &[f64]) -> Vec<f64> {
    let density = |distance: f64| 1.0 / distance;
    let births: Vec<f64> = tree
        .clusters
        .iter()
        .map(|branch| branch.split.map_or(0.0, |split| density(split.distance)))
        .collect();
    let mut stabilities = vec![0.0; births.len()];
    let splits = tree.clusters.iter().filter_map(|branch| Some((branch.split?, branch.weight)));
    let departures = tree.points.iter().copied().zip(weights.iter().copied());
    for (departure, weight) in departures.chain(splits) {
        let (from, to) = (births.get(departure.cluster), density(departure.distance));
        let lived = from.map_or(0.0, |from| if to > *from { to - from } else { 0.0 });
        if let Some(sum) = stabilities.get_mut(departure.cluster).filter(|_| weight > 0.0) {
            *sum += lived * weight;
        }
    }
    stabilities
}

/// A cluster instead of those below it unless they are more stable together.
fn excess_of_mass(tree: &CondensedTree, mut best: Vec<f64>, single: Single) -> Vec<bool> {
    let mut below = vec![0.0; best.len()];
    let mut chosen = vec![false; best.len()];
    for (cluster, branch) in tree.clusters.iter().enumerate().rev() {
        let own = best.get(cluster).copied().unwrap_or(0.0);
        let parts = below.get(cluster).copied().unwrap_or(0.0);
        let is_chosen = parts <= own && (branch.split.is_some() || single == Single::Allowed);
        if let Some(place) = chosen.get_mut(cluster) {
            *place = is_chosen;
        }
        let most = if is_chosen { own } else { parts };
        if let Some(place) = best.get_mut(cluster) {
            *place = most;
        }
        if let Some(sum) = branch.split.and_then(|split| below.get_mut(split.cluster)) {
            *sum += most;
        }
    }
    tops(tree, chosen)
}

/// The clusters that do not split.
fn leaves(tree: &CondensedTree, single: Single) -> Vec<bool> {
    let mut chosen = vec![true; tree.clusters.len()];
    for split in tree.clusters.iter().filter_map(|branch| branch.split) {
        if let Some(place) = chosen.get_mut(split.cluster) {
            *place = false;
        }
    }
    if let (Some(first), Single::Refused) = (chosen.first_mut(), single) {
        *first = false;
    }
    chosen
}

/// Chosen clusters that split off nearer than is wanted are replaced by the cluster above them that
/// did so farther away, and none is chosen that is within a chosen one.
fn apart(tree: &CondensedTree, mut chosen: Vec<bool>, recipe: &Hdbscan) -> Vec<bool> {
    let split = |cluster: usize| tree.clusters.get(cluster).and_then(|branch| branch.split);
    let near = |cluster| split(cluster).is_some_and(|split| split.distance < recipe.join_below);
    let numbers = 0..chosen.len();
    for cluster in numbers.filter(|&cluster| near(cluster)) {
        if chosen.get(cluster) != Some(&true) {
            continue;
        }
        let mut top = cluster;
        while let Some(above) = split(top).map(|split| split.cluster) {
            match split(above) {
                None if recipe.single == Single::Refused => break,
                Some(split) if split.distance <= recipe.join_below => top = above,
                _ => {
                    top = above;
                    break;
                }
            }
        }
        for (place, is_chosen) in [(cluster, false), (top, true)] {
            if let Some(place) = chosen.get_mut(place) {
                *place = is_chosen;
            }
        }
    }
    tops(tree, chosen)
}

/// The chosen clusters that are within no other.
fn tops(tree: &CondensedTree, mut chosen: Vec<bool>) -> Vec<bool> {
    let mut covered: Vec<bool> = Vec::with_capacity(chosen.len());
    for (branch, chosen) in tree.clusters.iter().zip(&mut chosen) {
        let above = branch.split.and_then(|split| covered.get(split.cluster).copied());
        let above = above.unwrap_or(false);
        covered.push(above || *chosen);
        *chosen = *chosen && !above;
    }
    chosen
}
