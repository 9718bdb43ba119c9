//! Fits mixed clusters anew, so that segments stay the same people.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::Axis;

use super::{MixedClustered, MixedClusters, MixedPortrait};
use crate::cluster::MISSING;
use crate::feature::FeatureTable;
use crate::id::{CustomerId, SegmentId};
use crate::path::Problems;
use crate::segment::identity::{Identity, Refit, Refittable};
use crate::segment::{Fit, ModelFault, Segment};

/// The mean of numbers and the most frequent of categories, as in a prototype.
pub(in crate::segment) struct Middle {
    numbers: Vec<f64>,
    codes: Vec<u32>,
}

impl MixedClustered {
    /// Fits the recipe on another table and matches what it finds with the segments of this model,
    /// as [`Identity`] says in its default.
    ///
    /// `members` is who was in which segment before: what the host has stored, or what
    /// [`members`](crate::segment::members) tells of a table. Prototypes are compared as this
    /// model sees customers, by the root of their dissimilarity, if the table has its columns: as
    /// far as the nearest other prototype of this model (for an only segment, the root of the
    /// number of its numbers and of its `gamma` for each category) is not close at all.
    ///
    /// # Errors
    /// As the recipe's [`Fit::fit_seeded`].
    pub fn refit(
        &self,
        recipe: &MixedClusters,
        table: &FeatureTable,
        members: &BTreeMap<CustomerId, SegmentId>,
        seed: u64,
    ) -> Result<Refit<Self>, Problems<ModelFault>> {
        self.refit_as(&Identity::default(), recipe, table, members, seed)
    }

    /// As [`MixedClustered::refit`], matched in another way.
    ///
    /// # Errors
    /// As the recipe's [`Fit::fit_seeded`].
    pub fn refit_as(
        &self,
        identity: &Identity,
        recipe: &MixedClusters,
        table: &FeatureTable,
        members: &BTreeMap<CustomerId, SegmentId>,
        seed: u64,
    ) -> Result<Refit<Self>, Problems<ModelFault>> {
        let later = recipe.fit_seeded(table, seed)?;
        identity.refit(self, later, table, members)
    }
}

impl Refittable for MixedClustered {
    type Middle = Middle;

    fn members(&self, table: &FeatureTable) -> Vec<Vec<CustomerId>> {
        let mut clusters = vec![Vec::new(); self.segments.len()];
        let Ok(seen) = self.sight.points(table) else { return clusters };
        for (customer, label) in seen.customers.iter().zip(self.model.labels(seen.as_mixed())) {
            if let Some(cluster) = label.and_then(|label| clusters.get_mut(label)) {
                cluster.push(customer.clone());
            }
        }
        clusters
    }

    fn middles(&self) -> Vec<Middle> {
        let prototypes = self.model.prototypes().iter();
        let middle = prototypes
            .map(|own| Middle { numbers: own.numbers.clone(), codes: own.categories.clone() });
        middle.collect()
    }

    fn middles_of(
        &self,
        table: &FeatureTable,
        groups: &[Vec<CustomerId>],
    ) -> Option<Vec<Option<Middle>>> {
        let seen = self.sight.points(table).ok()?;
        let middle = |group: &Vec<CustomerId>| {
            // Customers of a table are in the order of their ids.
            let rows = group.iter().filter_map(|it| seen.customers.binary_search(it).ok());
            let rows: Vec<usize> = rows.collect();
            let numbers = seen.numbers.select(Axis(0), &rows).mean_axis(Axis(0))?.to_vec();
            let codes = seen.codes.select(Axis(0), &rows);
            let codes = codes.columns().into_iter().map(|column| usual(column.iter().copied()));
            Some(Middle { numbers, codes: codes.collect() })
        };
        Some(groups.iter().map(middle).collect())
    }

    fn apart(&self, left: &Middle, right: &Middle) -> f64 {
        let numbers = left.numbers.iter().zip(&right.numbers);
        let squares: f64 = numbers.map(|(left, right)| (left - right) * (left - right)).sum();
        let codes = left.codes.iter().zip(&right.codes);
        let differing = codes.filter(|(left, right)| left != right || **left == MISSING).count();
        (squares + self.model.gamma() * differing as f64).sqrt()
    }

    fn reach(&self) -> f64 {
        let categories = self.sight.categories.len() as f64;
        (self.sight.columns().len() as f64 + self.model.gamma() * categories).sqrt()
    }

    fn descriptions(&self) -> Vec<String> {
        self.portraits().iter().map(MixedPortrait::to_string).collect()
    }

    fn retired(&self) -> &BTreeSet<SegmentId> {
        &self.retired
    }

    fn renewed(self, segments: Vec<Segment>, retired: BTreeSet<SegmentId>) -> Self {
        Self { segments, retired, ..self }
    }
}

/// The most frequent of the codes that are known; of equally frequent ones the least.
fn usual(codes: impl Iterator<Item = u32>) -> u32 {
    let mut counts = BTreeMap::new();
    codes.filter(|code| *code != MISSING).for_each(|code| *counts.entry(code).or_insert(0) += 1);
    // Of equal counts the last is taken, from the last to the first.
    let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(MISSING, |(code, _)| code)
}
