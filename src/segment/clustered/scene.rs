//! What explanations need to know of a model.

use super::{Clustered, Segmenter};
use crate::cluster::{Cluster, Model};
use crate::id::SegmentId;

impl Clustered {
    /// Where the mean of all customers of the fit is, in the scaled columns.
    pub(in crate::segment) fn mean(&self) -> Vec<f64> {
        self.background.iter().map(|background| background.mean.as_f64()).collect()
    }

    /// Whether the nearest cluster is the one of the least Euclidean distance of its center.
    pub(in crate::segment) const fn is_by_centers(&self) -> bool {
        matches!(self.model, Model::KMeans(_) | Model::Hierarchy(_))
    }

    /// How far a point of the scaled columns is from each cluster: by squared distances where they
    /// are Euclidean, and otherwise in the method's own measure.
    pub(in crate::segment) fn measured(&self, point: &[f64]) -> Option<Vec<f64>> {
        let distances = self.model.distances(point)?;
        if !self.is_by_centers() {
            return Some(distances);
        }
        let squared = |found: &Cluster| {
            found.center.iter().zip(point).map(|(center, x)| (center - x) * (center - x)).sum()
        };
        Some(self.model.clusters().iter().map(squared).collect())
    }

    /// The position of a segment.
    pub(in crate::segment) fn position(&self, id: &SegmentId) -> Option<usize> {
        self.segments().iter().position(|segment| segment.id == *id)
    }

    /// The centers in the columns' own units, in the order of the segments.
    pub(in crate::segment) fn centers(&self) -> Vec<Vec<f64>> {
        let clusters = self.model.clusters().iter();
        clusters.map(|found| self.prepared.undo_row(&found.center).unwrap_or_default()).collect()
    }
}
