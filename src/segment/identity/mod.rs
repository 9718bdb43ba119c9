//! Which segment of a new fit is which of the old ones, so that an id means the same people.
//!
//! [`Identity`] matches the clusters of a new fit with the segments before and tells what became of
//! each as a [`Transition`]. [`Clustered::refit`](super::clustered::Clustered::refit) does that
//! with the clusters of a recipe.

mod overlap;
mod refit;
mod transition;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::cluster;
use crate::id::{CustomerId, IdError, SegmentId};

pub use overlap::Overlap;
pub use refit::Refit;
pub(super) use refit::Refittable;
pub use transition::{Portion, Transition};

use overlap::Counts;

/// How the clusters of a new fit are matched with the segments before.
///
/// A cluster and a segment are similar by the customers who were in a segment then and are in a
/// cluster now: those in both of the two, as a part of those in either (P. Jaccard). As far as
/// their customers were not there on both occasions, by how close their centers are instead: with
/// `p`, the part of their customers (of then and of now) who were there on both,
/// similarity = p × Jaccard + (1 - p) × closeness. Clusters get the ids of segments so that the sum
/// of 1 - similarity is the least (pairs that are less similar than [`Identity::least`] count as
/// not similar at all, and get no common id). Ties go to smaller ids, and to the cluster with the
/// smallest customer id, whatever the order of the clusters.
///
/// Who split and merged is told in the way of M. Spiliopoulou et al., "MONIC: modeling and
/// monitoring cluster transitions", Proceedings of KDD 2006, 706–711.
///
/// ```
/// use std::collections::BTreeMap;
/// use loyalty::id::{CustomerId, SegmentId};
/// use loyalty::segment::identity::{Before, Identity};
///
/// let id = |text: &str| CustomerId::new(text);
/// let (low, high) = (SegmentId::new("cluster-1")?, SegmentId::new("cluster-2")?);
/// let before = Before {
///     segments: vec![low.clone(), high.clone()],
///     members: BTreeMap::from([
///         (id("ann")?, low.clone()), (id("bob")?, low.clone()),
///         (id("cat")?, high.clone()), (id("dan")?, high.clone()),
///     ]),
///     ..Before::default()
/// };
/// // The next fit numbers its clusters otherwise, and finds a third one.
/// let now = [vec![id("cat")?, id("dan")?], vec![id("ann")?, id("bob")?], vec![id("eve")?]];
/// let found = Identity::default().identify(&before, &now, None)?;
/// assert_eq!(found.ids, [high, low, SegmentId::new("cluster-3")?]);
/// assert_eq!(
///     found.transitions.iter().map(ToString::to_string).collect::<Vec<_>>(),
///     [
///         "cluster-1 is the same: 2 of its 2 customers stayed, and it has 2 now",
///         "cluster-2 is the same: 2 of its 2 customers stayed, and it has 2 now",
///         "cluster-3 is new, with 1 customer: 1 was in no segment",
///     ],
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identity {
    /// From which similarity on, from 0 to 1, a cluster keeps the id of a segment; 0.3 without a
    /// word, so that one of three equal parts does.
    pub least: f64,
    /// Which share of a segment's customers makes a cluster a part of it when it splits, and which
    /// share of a cluster's customers makes a segment one of those that merged; 0.25 without a
    /// word.
    pub part: f64,
}

/// The segments before, and who was in them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// The ids of the segments, in their order.
    pub segments: Vec<SegmentId>,
    /// The ids of segments that are no more: no cluster gets one of them.
    #[serde(default)]
    pub retired: BTreeSet<SegmentId>,
    /// The segment of each customer.
    pub members: BTreeMap<CustomerId, SegmentId>,
}

/// Which cluster is which segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identified {
    /// The id of each cluster, in their order.
    pub ids: Vec<SegmentId>,
    /// How many customers went from where to where.
    pub overlap: Overlap,
    /// What became of each segment before, in their order, and then what is new.
    pub transitions: Vec<Transition>,
    /// The ids of segments that are no more, from now on.
    pub retired: BTreeSet<SegmentId>,
}

impl Default for Identity {
    fn default() -> Self {
        Self { least: 0.3, part: 0.25 }
    }
}

impl Identity {
    /// Which of the clusters, each given by its customers now, is which of the segments before.
    ///
    /// `closeness` has a row for each segment and a column for each cluster, from 0 (as far as
    /// another segment, or not known) to 1 (at the very place); without it, only customers count.
    ///
    /// # Errors
    /// Never in practice: an id `cluster-…` with too many digits.
    ///
    /// # Complexity
    /// O(n log n + k³) for n customers and k segments.
    pub fn identify(
        &self,
        before: &Before,
        now: &[Vec<CustomerId>],
        closeness: Option<&Array2<f64>>,
    ) -> Result<Identified, IdError> {
        let counts = Counts::new(before, now);
        let mut pairs = self.pairs(before, now, &counts, closeness);
        // New numbers go to the largest cluster first; of equally large ones by their customers.
        let mut order: Vec<usize> = (0..now.len()).collect();
        order.sort_by_key(|&cluster| {
            now.get(cluster).map(|all| (Reverse(all.len()), all.iter().min()))
        });
        let mut next = number_after(before);
        let mut ids: Vec<Option<SegmentId>> = Vec::new();
        for cluster in 0..now.len() {
            let held = pairs.iter().find(|pair| pair.cluster == cluster);
            ids.push(held.and_then(|pair| before.segments.get(pair.segment)).cloned());
        }
        for cluster in order {
            if let Some(place @ None) = ids.get_mut(cluster) {
                let id = fresh(before, &mut next)?;
                *place = Some(id);
            }
        }
        let ids: Vec<SegmentId> = ids.into_iter().flatten().collect();
        pairs.sort_by_key(|pair| pair.segment);
        let overlap = counts.overlap(before, &ids);
        let transitions =
            transition::transitions(self.part, &counts, &before.segments, &ids, &pairs);
        let mut retired = before.retired.clone();
        retired.extend(before.segments.iter().filter(|id| !ids.contains(id)).cloned());
        Ok(Identified { ids, overlap, transitions, retired })
    }

    /// The pairs that are the same segment.
    fn pairs(
        &self,
        before: &Before,
        now: &[Vec<CustomerId>],
        counts: &Counts,
        closeness: Option<&Array2<f64>>,
    ) -> Vec<Pair> {
        let mut rows: Vec<usize> = (0..before.segments.len()).collect();
        rows.sort_by(|&left, &right| before.segments.get(left).cmp(&before.segments.get(right)));
        let mut columns: Vec<usize> = (0..now.len()).collect();
        let least = |cluster: usize| now.get(cluster).and_then(|all| all.iter().min());
        // A cluster of nobody comes last.
        columns.sort_by_key(|&cluster| (least(cluster).is_none(), least(cluster)));
        let similarity = |row: usize, column: usize| -> Option<f64> {
            let (&segment, &cluster) = (rows.get(row)?, columns.get(column)?);
            let close = closeness.and_then(|all| all.get((segment, cluster)).copied());
            let found = counts.similarity(segment, cluster, close.unwrap_or_default());
            (found >= self.least && found > 0.0).then_some(found)
        };
        let costs = Array2::from_shape_fn((rows.len(), columns.len()), |(row, column)| {
            1.0 - similarity(row, column).unwrap_or_default()
        });
        // Costs are from 0 to 1.
        let matched = cluster::matching(costs.view()).unwrap_or_default();
        let pair = |(row, column): (usize, Option<usize>)| {
            let similarity = similarity(row, column?)?;
            let (&segment, &cluster) = (rows.get(row)?, columns.get(column?)?);
            Some(Pair { segment, cluster, similarity })
        };
        matched.into_iter().enumerate().filter_map(pair).collect()
    }
}

/// A segment before and a cluster now that are one segment.
#[derive(Clone, Copy, Debug)]
struct Pair {
    segment: usize,
    cluster: usize,
    similarity: f64,
}

/// The number after the greatest of all ids `cluster-…` that there are or were.
fn number_after(before: &Before) -> u64 {
    let number = |id: &SegmentId| id.as_str().strip_prefix("cluster-")?.parse::<u64>().ok();
    let ids = before.segments.iter().chain(&before.retired);
    ids.filter_map(number).max().map_or(1, |greatest| greatest.saturating_add(1))
}

/// The next id that no segment has or had.
fn fresh(before: &Before, next: &mut u64) -> Result<SegmentId, IdError> {
    loop {
        let id = SegmentId::new(format!("cluster-{next}"))?;
        // After the greatest number that there is, the free ones below are looked for.
        *next = next.checked_add(1).unwrap_or(1);
        if !before.segments.contains(&id) && !before.retired.contains(&id) {
            return Ok(id);
        }
    }
}
