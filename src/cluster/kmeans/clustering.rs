//! Clusters that were found, and which of them a point belongs to.

use ndarray::{ArrayView2, Axis, Slice};
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::points::{
    HEAVIEST, Points, are_coordinates, is_coordinate, is_weight, squared_distance,
};
use super::super::wide::wide;
use super::super::{Assignment, Cluster, Fault, Nearest, Report};
use super::block::tile_of;
use super::check_center;
use super::sums::{Rows, Sums};
use super::tile::{LANES, for_columns, nearest, turn};

/// Points are labeled in blocks of so many.
const BLOCK: usize = 4_096;

/// The clusters that a recipe found among points: the model that assigns any other point.
///
/// Clusters are numbered from the weightiest to the lightest when fitted (of equal weight, by their
/// centers' coordinates), so that their numbers do not depend on where the search began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Clustering {
    clusters: Vec<Cluster>,
    report: Option<Report>,
    learned: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    clusters: Vec<Cluster>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    #[serde(default)]
    learned: u64,
}

impl Clustering {
    pub(super) const fn fitted(clusters: Vec<Cluster>, report: Report) -> Self {
        Self { clusters, report: Some(report), learned: 0 }
    }

    /// Clusters at given centers, each of one point, as a start for [`Clustering::learn`] without a
    /// fit.
    ///
    /// # Errors
    /// No center, one without coordinates or with another number of them than the first, and
    /// coordinates that are out of range.
    pub fn at(centers: Vec<Vec<f64>>) -> Result<Self, Problems<Fault>> {
        let cluster = |center| Cluster { center, size: 1, weight: 1.0 };
        let clusters = centers.into_iter().map(cluster).collect();
        Self::try_from(Written { clusters, report: None, learned: 0 })
    }

    /// Clusters around guessed centers, which have no weight yet: the first points that they take
    /// in replace them. A start for [`Clustering::learn_batch`] without a fit.
    ///
    /// # Errors
    /// As [`Clustering::at`].
    pub fn guessed(centers: Vec<Vec<f64>>) -> Result<Self, Problems<Fault>> {
        let cluster = |center| Cluster { center, size: 0, weight: 0.0 };
        let clusters = centers.into_iter().map(cluster).collect();
        Self::try_from(Written { clusters, report: None, learned: 0 })
    }

    /// The clusters, by number.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// How the fit went, if there was one.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// How many points were learned since the fit.
    #[must_use]
    pub const fn learned(&self) -> u64 {
        self.learned
    }

    /// How many coordinates points have.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.clusters.first().map_or(0, |cluster| cluster.center.len())
    }

    /// Where a point belongs.
    ///
    /// `None` if it has another number of coordinates, or one that is not finite or beyond
    /// [`LARGEST`](crate::cluster::LARGEST).
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        if !self.takes(point) {
            return None;
        }
        // Squares are compared, as in `labels`: the roots of two that differ can be equal.
        let square = |cluster: &Cluster| squared_distance(&cluster.center, point);
        let mut squares = self.clusters.iter().map(square).enumerate();
        let (mut first, mut next) = (squares.next()?, None);
        for found in squares {
            if found.1 < first.1 {
                (first, next) = (found, Some(first));
            } else if next.is_none_or(|(_, next)| found.1 < next) {
                next = Some(found);
            }
        }
        let nearest =
            |(cluster, square): (usize, f64)| Nearest { cluster, distance: square.sqrt() };
        Some(Assignment { nearest: nearest(first), next: next.map(nearest) })
    }

    /// The Euclidean distances of a point from all centers; `None` as for [`Clustering::assign`].
    #[must_use]
    pub fn distances(&self, point: &[f64]) -> Option<Vec<f64>> {
        let distance = |cluster: &Cluster| squared_distance(&cluster.center, point).sqrt();
        self.takes(point).then(|| self.clusters.iter().map(distance).collect())
    }

    /// The cluster of each row of a matrix; `None` as for [`Clustering::assign`].
    #[must_use]
    pub fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        let mut labels = vec![None; points.nrows()];
        let columns = self.columns();
        if points.ncols() != columns {
            return labels;
        }
        let centers = self.centers();
        parallel::fill_chunks(&mut labels, BLOCK, |number, labels| {
            let first = number * BLOCK;
            let rows = points.slice_axis(Axis(0), Slice::from(first..first + labels.len()));
            let copy;
            let rows = match rows.to_slice() {
                Some(rows) => rows,
                None => {
                    copy = rows.iter().copied().collect::<Vec<f64>>();
                    &copy
                }
            };
            wide(
                #[inline(always)]
                || for_columns!(columns, columns => label(rows, columns, &centers, labels)),
            );
        });
        labels
    }

    /// Takes a point in: the center nearest to it becomes the mean of its points and this one.
    /// Returns its cluster, and none (nothing was learned) as for [`Clustering::assign`] or if the
    /// weight is not more than 0 and in range.
    ///
    /// This is sequential k-means: J. MacQueen, "Some methods for classification and analysis of
    /// multivariate observations", 5th Berkeley Symposium (1967), 281–297.
    pub fn learn(&mut self, point: &[f64], weight: f64) -> Option<usize> {
        let nearest = self.assign(point)?.nearest.cluster;
        let cluster = self.clusters.get_mut(nearest)?;
        let total = cluster.weight + weight;
        if weight == 0.0 || !is_weight(weight) || !is_weight(total) {
            return None;
        }
        if cluster.weight == 0.0 {
            cluster.center.copy_from_slice(point);
        }
        for (center, x) in cluster.center.iter_mut().zip(point) {
            *center += (x - *center) * (weight / total);
        }
        cluster.weight = total;
        cluster.size = cluster.size.saturating_add(1);
        self.learned = self.learned.saturating_add(1);
        Some(nearest)
    }

    /// Takes the rows of a matrix in at once, each of which weighs 1 without `weights`: all go to
    /// the centers that are nearest before, and each of these becomes the mean of its points and
    /// the new ones. This is mini-batch k-means, as `MiniBatchKMeans.partial_fit` of scikit-learn
    /// does it.
    ///
    /// D. Sculley, "Web-scale k-means clustering", WWW 2010, 1177–1178.
    ///
    /// ```
    /// use loyalty::cluster::Clustering;
    /// use ndarray::array;
    ///
    /// let mut clustering = Clustering::guessed(vec![vec![0.0], vec![10.0]])?;
    /// clustering.learn_batch(array![[1.0], [3.0], [8.0]].view(), None)?;
    /// clustering.learn_batch(array![[4.0]].view(), Some(&[2.0]))?;
    /// assert_eq!(clustering.clusters()[0].center, [3.0]);
    /// assert_eq!(clustering.clusters()[1].center, [8.0]);
    /// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
    /// ```
    ///
    /// # Errors
    /// Everything in the points or the weights that is out of range, with its place, and another
    /// number of coordinates than centers have: nothing was learned.
    pub fn learn_batch(
        &mut self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
    ) -> Result<(), Problems<Fault>> {
        let columns = self.columns();
        let checked = Points::check(points, weights)?;
        if checked.columns() != columns {
            let (expected, found) = (columns, checked.columns());
            let fault = Fault::Count { what: "coordinates", expected, found };
            return Err(Problems::one(Path::from("points"), fault));
        }
        self.take_in(&checked);
        self.learned = self.learned.saturating_add(checked.len() as u64);
        Ok(())
    }

    /// Takes points of the model's space in at once; the weighted sum of their squared distances
    /// from the centers that are nearest before.
    pub(super) fn take_in(&mut self, points: &Points<'_>) -> f64 {
        let columns = self.columns();
        let (rows, weights) = points.span(0, points.len());
        let Ok(matrix) = ArrayView2::from_shape((points.len(), columns), rows) else { return 0.0 };
        let labels: Vec<u32> =
            self.labels(matrix).into_iter().map(|label| label.map_or(u32::MAX, to_u32)).collect();
        let labeled = points.iter().zip(points.weights()).zip(&labels);
        let squares = labeled.filter_map(|((point, weight), label)| {
            let cluster = self.clusters.get(*label as usize)?;
            Some(weight * squared_distance(&cluster.center, point))
        });
        let inertia = squares.sum();
        let mut sums = Sums::new(self.clusters.len(), columns);
        sums.count(Rows { columns, coordinates: rows, weights }, &labels);
        let sums = sums.coordinates.chunks_exact(columns).zip(sums.weights.iter().zip(&sums.sizes));
        for (cluster, (sums, (&weight, &size))) in self.clusters.iter_mut().zip(sums) {
            let total = cluster.weight + weight;
            if weight > 0.0 {
                for (center, sum) in cluster.center.iter_mut().zip(sums) {
                    *center = (*center * cluster.weight + sum) / total;
                }
            }
            cluster.weight = total;
            cluster.size = cluster.size.saturating_add(size);
        }
        inertia
    }

    /// The centers one after the other.
    pub(super) fn centers(&self) -> Vec<f64> {
        self.clusters.iter().flat_map(|cluster| &cluster.center).copied().collect()
    }

    fn takes(&self, point: &[f64]) -> bool {
        point.len() == self.columns() && point.iter().all(|&x| is_coordinate(x))
    }
}

fn to_u32(label: usize) -> u32 {
    u32::try_from(label).unwrap_or(u32::MAX)
}

/// The labels of row-major points; none of those that are no points.
#[inline(always)]
fn label(rows: &[f64], columns: usize, centers: &[f64], labels: &mut [Option<usize>]) {
    let mut few = [[0.0; LANES]; 8];
    let mut many = Vec::new();
    let tile = tile_of(columns, &mut few, &mut many);
    for (eight, labels) in rows.chunks(LANES * columns).zip(labels.chunks_mut(LANES)) {
        turn(eight.chunks_exact(columns), tile);
        let found = nearest(tile, centers, columns);
        let all_points = are_coordinates(eight);
        let rows = eight.chunks_exact(columns).zip(&found);
        for (label, (row, &nearest)) in labels.iter_mut().zip(rows) {
            *label = (all_points || are_coordinates(row)).then_some(nearest as usize);
        }
    }
}

impl TryFrom<Written> for Clustering {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { clusters, report, learned } = written;
        let mut problems = Problems::none();
        let path = Path::from("clusters");
        let columns = clusters.first().map_or(0, |cluster| cluster.center.len());
        match clusters.first() {
            None => problems.add(path.clone(), Fault::Zero),
            Some(_) if columns == 0 => problems.add(path.item(0), Fault::NoCoordinates),
            Some(_) => {}
        }
        for (index, cluster) in clusters.iter().enumerate() {
            let place = path.item(index);
            check_center(&cluster.center, columns, &place.field("center"), &mut problems);
            let value = cluster.weight;
            let is_guess = cluster.size == 0 && value == 0.0;
            if !(is_guess || value > 0.0 && value <= HEAVIEST * 1e20) {
                problems.add(place.field("weight"), Fault::OutOfRange { value });
            }
        }
        problems.into_result(Self { clusters, report, learned })
    }
}

impl From<Clustering> for Written {
    fn from(clustering: Clustering) -> Self {
        let Clustering { clusters, report, learned } = clustering;
        Self { clusters, report, learned }
    }
}
