//! Models that are fitted anew, so that segments stay the same people.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::{Before, Identified, Identity, Overlap, Transition};
use crate::feature::FeatureTable;
use crate::id::{CustomerId, SegmentId};
use crate::path::{Path, Problems};
use crate::segment::clustered::Clustered;
use crate::segment::{ModelFault, Segment, Segmenter};

/// A new fit whose segments are those of before, as far as they are the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refit<M = Clustered> {
    /// The new model. Segments that were kept have their id, the name that people gave them, and
    /// their description unless that was never anything but the found one.
    pub model: M,
    /// How many customers went from which segment to which.
    pub overlap: Overlap,
    /// What became of each segment, and what is new.
    pub transitions: Vec<Transition>,
    /// The segments before.
    pub before: Vec<Segment>,
}

impl<M: Segmenter> Refit<M> {
    /// The transitions in sentences, with the names of the segments.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut segments = self.model.segments().to_vec();
        segments.extend(self.before.iter().cloned());
        self.transitions.iter().map(|transition| transition.told(&segments)).collect()
    }
}

/// A model whose segments can be found again in a later one.
pub(in crate::segment) trait Refittable: Segmenter + Sized {
    /// What the customers of a segment are like in the middle.
    type Middle;

    /// The customers of a table in each segment.
    fn members(&self, table: &FeatureTable) -> Vec<Vec<CustomerId>>;

    /// The middle of each segment.
    fn middles(&self) -> Vec<Self::Middle>;

    /// The middles of groups of customers, as this model sees them, if the table has its columns;
    /// none of a group of nobody.
    fn middles_of(
        &self,
        table: &FeatureTable,
        groups: &[Vec<CustomerId>],
    ) -> Option<Vec<Option<Self::Middle>>>;

    /// How far two middles are apart.
    fn apart(&self, left: &Self::Middle, right: &Self::Middle) -> f64;

    /// How far an only segment reaches.
    fn reach(&self) -> f64;

    /// The description of each segment, as found.
    fn descriptions(&self) -> Vec<String>;

    /// The ids of segments that are no more.
    fn retired(&self) -> &BTreeSet<SegmentId>;

    /// The same model with other segments and retired ids.
    fn renewed(self, segments: Vec<Segment>, retired: BTreeSet<SegmentId>) -> Self;
}

impl Identity {
    /// A later model of a table, whose segments get the ids of those that they are.
    pub(in crate::segment) fn refit<M: Refittable>(
        &self,
        before: &M,
        later: M,
        table: &FeatureTable,
        members: &BTreeMap<CustomerId, SegmentId>,
    ) -> Result<Refit<M>, Problems<ModelFault>> {
        let clusters = later.members(table);
        let then = Before {
            segments: before.segments().iter().map(|segment| segment.id.clone()).collect(),
            retired: before.retired().clone(),
            members: members.clone(),
        };
        let closeness = closeness(before, table, &clusters);
        let found = self.identify(&then, &clusters, closeness.as_ref());
        let Identified { ids, overlap, transitions, retired } =
            found.map_err(|fault| Problems::one(Path::from("segments"), fault.into()))?;
        let segments = handed_over(before, later.segments(), ids);
        let model = later.renewed(segments, retired);
        Ok(Refit { model, overlap, transitions, before: before.segments().to_vec() })
    }
}

/// How close groups of customers are to a model's segments, if the table has its columns: as far as
/// the nearest other segment is not close at all.
fn closeness<M: Refittable>(
    model: &M,
    table: &FeatureTable,
    groups: &[Vec<CustomerId>],
) -> Option<Array2<f64>> {
    let others = model.middles_of(table, groups)?;
    let middles = model.middles();
    let reach = |own: usize, middle: &M::Middle| {
        let others = middles.iter().enumerate().filter(|(other, _)| *other != own);
        let nearest = others.map(|(_, other)| model.apart(middle, other)).min_by(f64::total_cmp);
        nearest.unwrap_or_else(|| model.reach())
    };
    let closeness = |(segment, group): (usize, usize)| {
        let middle = middles.get(segment)?;
        let away = model.apart(middle, others.get(group)?.as_ref()?) / reach(segment, middle);
        // At one place, without any reach, they are as close as can be.
        Some(if away.is_nan() { 1.0 } else { (1.0 - away).max(0.0) })
    };
    let shape = (middles.len(), groups.len());
    Some(Array2::from_shape_fn(shape, |place| closeness(place).unwrap_or_default()))
}

/// The segments of a later model with their ids, and with what people call and say of them.
fn handed_over(before: &impl Refittable, found: &[Segment], ids: Vec<SegmentId>) -> Vec<Segment> {
    let descriptions = before.descriptions();
    let segment = |(found, id): (&Segment, SegmentId)| {
        let mut segment = Segment { id, ..found.clone() };
        let old = before.segments().iter().zip(&descriptions);
        if let Some((old, told)) = old.into_iter().find(|(old, _)| old.id == segment.id) {
            segment.name.clone_from(&old.name);
            if old.description != *told {
                segment.description.clone_from(&old.description);
            }
        } else if let Some(number) = segment.id.as_str().strip_prefix("cluster-") {
            segment.name = format!("Cluster {number}");
        }
        segment
    };
    found.iter().zip(ids).map(segment).collect()
}
