//! Dense regions that were found, and in which of them a point lies.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::neighbors::{KdTree, LANES, Search};
use super::super::points::{HEAVIEST, is_coordinate};
use super::super::{Assignment, Cluster, Fault, Nearest, Report};
use super::grouped::Grouped;
use super::places::compared;
use super::rows::by_rows;

/// The clusters that [`Dbscan`](crate::cluster::Dbscan) found: the model that assigns any point.
///
/// It keeps the places of the core points. A point belongs to the cluster of the core point nearest
/// to it, if that is within the radius (of equally near ones, to that with the lower coordinates),
/// and otherwise to none: it is noise. What the fitted points are told is the same.
///
/// Clusters are numbered from the weightiest to the lightest (of equal weight, by their centers'
/// coordinates), whatever the order of the points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct DenseRegions {
    radius: f64,
    clusters: Vec<Cluster>,
    report: Report,
    /// The places of core points, by their coordinates; of coinciding ones there is one.
    cores: KdTree,
    /// The cluster of each of them.
    of_cores: Vec<usize>,
    /// For each node of the tree the cluster of all its points, if it is one.
    of_nodes: Vec<Option<usize>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    radius: f64,
    columns: usize,
    clusters: Vec<Cluster>,
    /// The coordinates of the core points, one after the other.
    cores: Vec<f64>,
    /// The cluster of each of them.
    clusters_of_cores: Vec<usize>,
    report: Report,
}

/// Which core points are looked for.
#[derive(Clone, Copy)]
enum Wanted {
    Of(usize),
    NotOf(usize),
}

impl DenseRegions {
    /// The core points in the order of their coordinates, each with the number of its cluster.
    pub(super) fn new(radius: f64, cores: KdTree, of_cores: Vec<usize>, report: Report) -> Self {
        let of_nodes = cores.shared(&cores.by_position(&of_cores));
        Self { radius, clusters: Vec::new(), report, cores, of_cores, of_nodes }
    }

    /// The same with clusters that are numbered at last.
    pub(super) fn grouped(mut self, grouped: Grouped) -> Self {
        for cluster in self.of_cores.iter_mut().chain(self.of_nodes.iter_mut().flatten()) {
            *cluster = grouped.number(*cluster).unwrap_or(*cluster);
        }
        (self.report.clusters, self.report.noise) = (grouped.clusters.len(), grouped.noise);
        Self { clusters: grouped.clusters, ..self }
    }

    /// The cluster of a core point.
    pub(super) fn of_core(&self, core: usize) -> Option<usize> {
        self.of_cores.get(core).copied()
    }

    /// The clusters, by number.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// How the fit went.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// How many coordinates points have.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.cores.columns()
    }

    /// How far from a core point its cluster reaches.
    #[must_use]
    pub const fn radius(&self) -> f64 {
        self.radius
    }

    /// How many places of core points it keeps.
    #[must_use]
    pub const fn cores(&self) -> usize {
        self.cores.len()
    }

    /// Where a point belongs; distances are those of the nearest core point of a cluster.
    ///
    /// `None` if it is noise, has another number of coordinates, or one that is not finite or
    /// beyond [`LARGEST`](crate::cluster::LARGEST).
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        let nearest = self.owner(point)?;
        let next = self.nearest(point, Wanted::NotOf(nearest.cluster));
        Some(Assignment { nearest, next })
    }

    /// For each cluster the distance of a point from its nearest core point, however far; `None` if
    /// it has another number of coordinates, or one that is not finite or beyond
    /// [`LARGEST`](crate::cluster::LARGEST).
    #[must_use]
    pub fn distances(&self, point: &[f64]) -> Option<Vec<f64>> {
        let distance = |cluster| {
            let nearest = self.nearest(point, Wanted::Of(cluster));
            nearest.map_or(f64::INFINITY, |nearest| nearest.distance)
        };
        self.takes(point).then(|| (0..self.clusters().len()).map(distance).collect())
    }

    /// The cluster of each row of a matrix; `None` as for [`DenseRegions::assign`].
    #[must_use]
    pub fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        by_rows(points, |point| self.label(point))
    }

    pub(super) fn label(&self, point: &[f64]) -> Option<usize> {
        self.owner(point).map(|nearest| nearest.cluster)
    }

    /// The cluster of the nearest core point within the radius.
    fn owner(&self, point: &[f64]) -> Option<Nearest> {
        if !self.takes(point) {
            return None;
        }
        let core = self.cores.nearest(point, self.radius * self.radius)?;
        Some(Nearest { cluster: self.of_core(core.row)?, distance: core.squared.sqrt() })
    }

    fn takes(&self, point: &[f64]) -> bool {
        point.len() == self.columns() && point.iter().all(|&x| is_coordinate(x))
    }

    /// The nearest core point that is wanted, however far.
    fn nearest(&self, point: &[f64], wanted: Wanted) -> Option<Nearest> {
        let mut search = Toward { regions: self, wanted, within: f64::INFINITY, found: None };
        self.cores.search(point, &mut search);
        let (squared, row) = search.found?;
        let cluster = *self.of_cores.get(row)?;
        Some(Nearest { cluster, distance: squared.sqrt() })
    }
}

/// The nearest core point so far that is wanted.
struct Toward<'a> {
    regions: &'a DenseRegions,
    wanted: Wanted,
    within: f64,
    found: Option<(f64, usize)>,
}

impl Search for Toward<'_> {
    fn wants(&self, node: usize, squared: f64) -> bool {
        let of_node = self.regions.of_nodes.get(node).copied().flatten();
        let can = match self.wanted {
            Wanted::Of(cluster) => of_node.is_none_or(|of_node| of_node == cluster),
            Wanted::NotOf(cluster) => of_node != Some(cluster),
        };
        can && squared <= self.within
    }

    fn meet(&mut self, first: usize, squares: &[f64]) {
        let rows = self.regions.cores.rows().iter().skip(first).take(LANES);
        for (&row, &squared) in rows.zip(squares) {
            let own = self.regions.of_cores.get(row).copied();
            let can = match self.wanted {
                Wanted::Of(cluster) => own == Some(cluster),
                Wanted::NotOf(cluster) => own != Some(cluster),
            };
            let near = squared <= self.within;
            if can && near && self.found.is_none_or(|found| (squared, row) < found) {
                self.found = Some((squared, row));
                self.within = squared;
            }
        }
    }
}

impl TryFrom<Written> for DenseRegions {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { radius, columns, clusters, cores, clusters_of_cores, report } = written;
        let mut problems = Problems::none();
        if !is_radius(radius) {
            problems.add(Path::from("radius"), Fault::Radius { value: radius });
        }
        if columns == 0 {
            problems.add(Path::from("columns"), Fault::Zero);
            return Err(problems);
        }
        check_clusters(&clusters, columns, &mut problems);
        let expected = clusters_of_cores.len().saturating_mul(columns);
        if cores.len() != expected {
            let fault = Fault::Count { what: "coordinates", expected, found: cores.len() };
            problems.add(Path::from("cores"), fault);
        }
        for (at, &value) in cores.iter().enumerate().filter(|(_, x)| !is_coordinate(**x)) {
            problems.add(Path::from("cores").item(at), Fault::Coordinate { value });
        }
        let next = cores.chunks_exact(columns).skip(1);
        for (at, (point, next)) in cores.chunks_exact(columns).zip(next).enumerate() {
            if !compared(point, next).is_lt() {
                problems.add(Path::from("cores").item((at + 1) * columns), Fault::Order);
            }
        }
        let mut empty = vec![true; clusters.len()];
        for (at, &cluster) in clusters_of_cores.iter().enumerate() {
            match empty.get_mut(cluster) {
                Some(empty) => *empty = false,
                None => problems.add(
                    Path::from("clusters_of_cores").item(at),
                    Fault::NoCluster { number: cluster },
                ),
            }
        }
        for (number, _) in empty.iter().enumerate().filter(|(_, empty)| **empty) {
            problems.add(Path::from("clusters").item(number), Fault::NoPoints);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let regions = Self::new(radius, KdTree::new(columns, &cores), clusters_of_cores, report);
        Ok(Self { clusters, ..regions })
    }
}

impl From<DenseRegions> for Written {
    fn from(regions: DenseRegions) -> Self {
        let DenseRegions { radius, clusters, report, cores, of_cores, .. } = regions;
        let (columns, written) = (cores.columns(), cores.as_given());
        Self { radius, columns, clusters, cores: written, clusters_of_cores: of_cores, report }
    }
}

/// Whether a value is more than 0 and no larger than coordinates.
pub(super) fn is_radius(value: f64) -> bool {
    value > 0.0 && is_coordinate(value)
}

/// Adds everything that is wrong with the clusters of a stored model.
pub(super) fn check_clusters(clusters: &[Cluster], columns: usize, problems: &mut Problems<Fault>) {
    for (number, cluster) in clusters.iter().enumerate() {
        let place = Path::from("clusters").item(number);
        let found = cluster.center.len();
        if found != columns {
            let fault = Fault::Count { what: "coordinates", expected: columns, found };
            problems.add(place.field("center"), fault);
        }
        let center = cluster.center.iter().enumerate().filter(|(_, x)| !is_coordinate(**x));
        for (column, &value) in center {
            problems.add(place.field("center").item(column), Fault::Coordinate { value });
        }
        let value = cluster.weight;
        if !(0.0..=HEAVIEST * 1e20).contains(&value) {
            problems.add(place.field("weight"), Fault::OutOfRange { value });
        }
    }
}
