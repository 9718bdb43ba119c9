//! Fits clusters anew, so that segments stay the same people.

use std::collections::{BTreeMap, BTreeSet};

use super::{Clustered, Clusters, Portrait};
use crate::feature::FeatureTable;
use crate::id::{CustomerId, SegmentId};
use crate::path::Problems;
use crate::segment::identity::{Identity, Refit, Refittable};
use crate::segment::{Fit, ModelFault, Segment};

impl Clustered {
    /// Fits the recipe on another table and matches what it finds with the segments of this model,
    /// as [`Identity`] says in its default.
    ///
    /// `members` is who was in which segment before: what the host has stored, or what
    /// [`members`](crate::segment::members) tells of a table. Centers are compared in the scaled
    /// coordinates of this model, if the table has its columns: as far as the nearest other
    /// center of this model (for an only segment, the root of the number of columns) is not close
    /// at all.
    ///
    /// ```
    /// use loyalty::cluster::KMeans;
    /// use loyalty::feature::{FeatureTable, Preparation, Scale};
    /// use loyalty::id::{CustomerId, SegmentId};
    /// use loyalty::segment::{Fit, Segmenter, clustered::Clusters, members};
    ///
    /// let table = |orders: &[(&str, f64)]| {
    ///     let row = |&(id, orders): &(&str, _)| Some((CustomerId::new(id).ok()?, [Some(orders)]));
    ///     FeatureTable::new(["orders"], orders.iter().filter_map(row))
    /// };
    /// let spring = table(&[
    ///     ("ann", 1.0), ("bob", 2.0), ("cat", 1.0), ("dan", 20.0), ("eve", 22.0),
    /// ])?;
    /// let recipe = Clusters::new(KMeans::new(2), Preparation::new([("orders", Scale::Standard)]));
    /// let mut old = recipe.fit_seeded(&spring, 1)?;
    /// old.rename(&SegmentId::new("cluster-1")?, "Tasters", "Came to try.");
    /// let today = "2026-03-01".parse()?;
    /// let before = members(&old, &spring, today)?;
    ///
    /// // In autumn most customers buy much: the largest cluster is another one now.
    /// let autumn = table(&[
    ///     ("ann", 3.0), ("bob", 2.0), ("dan", 22.0), ("eve", 21.0), ("fay", 20.0), ("gil", 24.0),
    /// ])?;
    /// let refit = old.refit(&recipe, &autumn, &before, 2)?;
    /// let names: Vec<&str> = refit.model.segments().iter().map(|it| it.name.as_str()).collect();
    /// assert_eq!(names, ["Cluster 2", "Tasters"]);
    /// assert_eq!(
    ///     refit.sentences(),
    ///     [
    ///         "Tasters is the same: 2 of its 3 customers stayed, and it has 2 now",
    ///         "Cluster 2 is the same: 2 of its 2 customers stayed, and it has 4 now",
    ///     ],
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As the recipe's [`Fit::fit_seeded`].
    pub fn refit(
        &self,
        recipe: &Clusters,
        table: &FeatureTable,
        members: &BTreeMap<CustomerId, SegmentId>,
        seed: u64,
    ) -> Result<Refit, Problems<ModelFault>> {
        self.refit_as(&Identity::default(), recipe, table, members, seed)
    }

    /// As [`Clustered::refit`], matched in another way.
    ///
    /// # Errors
    /// As the recipe's [`Fit::fit_seeded`].
    pub fn refit_as(
        &self,
        identity: &Identity,
        recipe: &Clusters,
        table: &FeatureTable,
        members: &BTreeMap<CustomerId, SegmentId>,
        seed: u64,
    ) -> Result<Refit, Problems<ModelFault>> {
        let later = recipe.fit_seeded(table, seed)?;
        identity.refit(self, later, table, members)
    }
}

impl Refittable for Clustered {
    type Middle = Vec<f64>;

    fn members(&self, table: &FeatureTable) -> Vec<Vec<CustomerId>> {
        let mut clusters = vec![Vec::new(); self.segments.len()];
        let Ok(coordinates) = self.prepared.table(table) else { return clusters };
        let Some(points) = coordinates.matrix() else { return clusters };
        for (customer, label) in coordinates.customers().iter().zip(self.model.labels(points)) {
            if let Some(cluster) = label.and_then(|label| clusters.get_mut(label)) {
                cluster.push(customer.clone());
            }
        }
        clusters
    }

    fn middles(&self) -> Vec<Vec<f64>> {
        self.model.clusters().iter().map(|cluster| cluster.center.clone()).collect()
    }

    fn middles_of(
        &self,
        table: &FeatureTable,
        groups: &[Vec<CustomerId>],
    ) -> Option<Vec<Option<Vec<f64>>>> {
        let coordinates = self.prepared.table(table).ok()?;
        let points = coordinates.matrix()?;
        let mean = |group: &Vec<CustomerId>| -> Option<Vec<f64>> {
            let rows: Vec<usize> = group.iter().filter_map(|it| coordinates.row(it)).collect();
            let rows = points.select(ndarray::Axis(0), &rows);
            rows.mean_axis(ndarray::Axis(0)).map(|mean| mean.to_vec())
        };
        Some(groups.iter().map(mean).collect())
    }

    fn apart(&self, left: &Vec<f64>, right: &Vec<f64>) -> f64 {
        let squares = left.iter().zip(right).map(|(left, right)| (left - right) * (left - right));
        squares.sum::<f64>().sqrt()
    }

    fn reach(&self) -> f64 {
        (self.inputs.len() as f64).sqrt()
    }

    fn descriptions(&self) -> Vec<String> {
        self.portraits().iter().map(Portrait::to_string).collect()
    }

    fn retired(&self) -> &BTreeSet<SegmentId> {
        &self.retired
    }

    fn renewed(self, segments: Vec<Segment>, retired: BTreeSet<SegmentId>) -> Self {
        Self { segments, retired, ..self }
    }
}
