//! Fits clusters anew, so that segments stay the same people.

use std::collections::BTreeMap;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::{Clustered, ClusteredFault, Clusters};
use crate::feature::FeatureTable;
use crate::id::{CustomerId, SegmentId};
use crate::path::{Path, Problems};
use crate::segment::identity::{Before, Event, Identified, Identity, Overlap};
use crate::segment::{Fit, Segment, Segmenter};

/// A new fit whose segments are those of before, as far as they are the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refit {
    /// The new model. Segments that were kept have their id, the name that people gave them, and
    /// their description unless that was never anything but the found one.
    pub model: Clustered,
    /// How many customers went from which segment to which.
    pub overlap: Overlap,
    /// What became of each segment, and what is new.
    pub events: Vec<Event>,
    /// The segments before.
    pub before: Vec<Segment>,
}

impl Refit {
    /// The events in sentences, with the names of the segments.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut segments = self.model.segments().to_vec();
        segments.extend(self.before.iter().cloned());
        self.events.iter().map(|event| event.told(&segments)).collect()
    }
}

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
    ) -> Result<Refit, Problems<ClusteredFault>> {
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
    ) -> Result<Refit, Problems<ClusteredFault>> {
        let mut model = recipe.fit_seeded(table, seed)?;
        let clusters = model.customers(table);
        let segments = self.segments.iter().map(|segment| segment.id.clone()).collect();
        let retired = self.retired.clone();
        let before = Before { segments, retired, members: members.clone() };
        let closeness = self.closeness(table, &clusters);
        let found = identity.identify(&before, &clusters, closeness.as_ref());
        let Identified { ids, overlap, events, retired } = match found {
            Ok(found) => found,
            Err(fault) => return Err(Problems::one(Path::from("segments"), fault.into())),
        };
        model.retired = retired;
        self.hand_over(&mut model, ids);
        Ok(Refit { model, overlap, events, before: self.segments.clone() })
    }

    /// The customers of a table in each cluster.
    fn customers(&self, table: &FeatureTable) -> Vec<Vec<CustomerId>> {
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

    /// How close the centers of groups of customers are to those of this model's segments, if the
    /// table has its columns.
    fn closeness(&self, table: &FeatureTable, groups: &[Vec<CustomerId>]) -> Option<Array2<f64>> {
        let coordinates = self.prepared.table(table).ok()?;
        let points = coordinates.matrix()?;
        let centers: Vec<&[f64]> =
            self.model.clusters().iter().map(|cluster| cluster.center.as_slice()).collect();
        let mean = |group: &Vec<CustomerId>| -> Option<Vec<f64>> {
            let rows: Vec<usize> = group.iter().filter_map(|it| coordinates.row(it)).collect();
            let rows = points.select(ndarray::Axis(0), &rows);
            rows.mean_axis(ndarray::Axis(0)).map(|mean| mean.to_vec())
        };
        let means: Vec<Option<Vec<f64>>> = groups.iter().map(mean).collect();
        let reach = |own: usize, center: &[f64]| {
            let others = centers.iter().enumerate().filter(|(other, _)| *other != own);
            let nearest = others.map(|(_, other)| distance(center, other)).min_by(f64::total_cmp);
            nearest.unwrap_or_else(|| (self.inputs.len() as f64).sqrt())
        };
        let shape = (centers.len(), groups.len());
        let closeness = |(segment, group): (usize, usize)| {
            let center = centers.get(segment)?;
            let away = distance(center, means.get(group)?.as_ref()?) / reach(segment, center);
            // At one place, without any reach, they are as close as can be.
            Some(if away.is_nan() { 1.0 } else { (1.0 - away).max(0.0) })
        };
        Some(Array2::from_shape_fn(shape, |place| closeness(place).unwrap_or_default()))
    }

    /// Gives the clusters of a new model their ids, and what people call and say of them.
    fn hand_over(&self, model: &mut Clustered, ids: Vec<SegmentId>) {
        let found = self.portraits();
        for (segment, id) in model.segments.iter_mut().zip(ids) {
            let old = self.segments.iter().zip(&found).find(|(old, _)| old.id == id);
            if let Some((old, portrait)) = old {
                segment.name.clone_from(&old.name);
                if old.description != portrait.to_string() {
                    segment.description.clone_from(&old.description);
                }
            } else if let Some(number) = id.as_str().strip_prefix("cluster-") {
                segment.name = format!("Cluster {number}");
            }
            segment.id = id;
        }
    }
}

fn distance(left: &[f64], right: &[f64]) -> f64 {
    let squares = left.iter().zip(right).map(|(left, right)| (left - right) * (left - right));
    squares.sum::<f64>().sqrt()
}
