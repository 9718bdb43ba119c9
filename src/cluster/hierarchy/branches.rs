//! The clusters that a tree was cut into, and which of them a point belongs to.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::points::{HEAVIEST, Points, is_coordinate, squared_distance};
use super::super::{Assignment, Cluster, Fault, Nearest, Note, Objective, Report};
use super::{Cut, Dendrogram};

/// The branches of a tree that was cut: the clusters of the fitted points, and the model that
/// assigns any other point to the nearest of their centers.
///
/// A tree says nothing of other points, and the fitted ones can be nearer to another center than to
/// that of their own branch: [`Branches::members`] tells where they are, [`Branches::assign`] where
/// a new one would go. Clusters are numbered from the weightiest to the lightest (of equal weight,
/// by their centers' coordinates).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Branches {
    clusters: Vec<Cluster>,
    dendrogram: Dendrogram,
    members: Vec<usize>,
    report: Report,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    clusters: Vec<Cluster>,
    dendrogram: Dendrogram,
    members: Vec<usize>,
    report: Report,
}

impl Branches {
    pub(super) fn cut(dendrogram: Dendrogram, cut: Cut, points: &Points<'_>) -> Self {
        let labels = dendrogram.cut(cut);
        let count = labels.iter().flatten().max().map_or(0, |last| last + 1);
        let mut clusters: Vec<(usize, Cluster)> = means(points, &labels, count);
        clusters.sort_by(|(_, one), (_, other)| Cluster::canonical(one, other));
        let mut numbers = vec![0; count];
        for (number, (label, _)) in clusters.iter().enumerate() {
            numbers.get_mut(*label).into_iter().for_each(|place| *place = number);
        }
        let mut clusters: Vec<Cluster> = clusters.into_iter().map(|(_, cluster)| cluster).collect();
        let mut members = Vec::with_capacity(labels.len());
        for (label, point) in labels.iter().zip(points.iter()) {
            let number = match label {
                Some(label) => numbers.get(*label).copied(),
                None => nearest(&clusters, point).map(|found| found.nearest.cluster),
            };
            let number = number.unwrap_or_default();
            clusters.get_mut(number).into_iter().for_each(|cluster| cluster.size += 1);
            members.push(number);
        }
        let mut notes = Vec::new();
        if let Cut::Clusters(wanted) = cut
            && count < wanted
        {
            notes.push(Note::FewerClusters { wanted, found: count });
        }
        notes.extend(points.constant_columns().map(|column| Note::ConstantColumn { column }));
        let report = Report {
            seed: None,
            points: points.len(),
            clusters: count,
            noise: 0,
            objective: Objective::None,
            iterations: dendrogram.merges().len(),
            converged: true,
            notes,
        };
        Self { clusters, dendrogram, members, report }
    }

    /// The clusters, by number.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// The whole tree, which can be cut elsewhere.
    #[must_use]
    pub const fn dendrogram(&self) -> &Dendrogram {
        &self.dendrogram
    }

    /// The clusters of the fitted points, in their order; of a point without weight the one with
    /// the nearest center.
    #[must_use]
    pub fn members(&self) -> &[usize] {
        &self.members
    }

    /// How the fit went.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// How many coordinates points have.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.clusters.first().map_or(0, |cluster| cluster.center.len())
    }

    /// The cluster whose center is nearest to a point.
    ///
    /// `None` if it has another number of coordinates, or one that is not finite or beyond
    /// [`LARGEST`](crate::cluster::LARGEST).
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        let takes = point.len() == self.columns() && point.iter().all(|&x| is_coordinate(x));
        nearest(&self.clusters, point).filter(|_| takes)
    }

    /// The cluster of each row of a matrix, as [`Branches::assign`] tells it.
    #[must_use]
    pub fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        parallel::each_number(points.nrows(), |row| {
            let point = points.row(row).to_vec();
            self.assign(&point).map(|found| found.nearest.cluster)
        })
    }
}

/// The clusters of labeled points, each with its label, without their sizes.
fn means(points: &Points<'_>, labels: &[Option<usize>], count: usize) -> Vec<(usize, Cluster)> {
    let none =
        |label| (label, Cluster { center: vec![0.0; points.columns()], size: 0, weight: 0.0 });
    let mut clusters: Vec<(usize, Cluster)> = (0..count).map(none).collect();
    for ((point, &weight), label) in points.iter().zip(points.weights()).zip(labels) {
        let cluster = label.and_then(|label| clusters.get_mut(label));
        cluster.into_iter().for_each(|(_, cluster)| {
            cluster.weight += weight;
            let share = weight / cluster.weight;
            cluster.center.iter_mut().zip(point).for_each(|(c, x)| *c += (x - *c) * share);
        });
    }
    clusters
}

fn nearest(clusters: &[Cluster], point: &[f64]) -> Option<Assignment> {
    let distance = |cluster: &Cluster| squared_distance(&cluster.center, point).sqrt();
    let distances = clusters.iter().map(distance).enumerate();
    let mut near = distances.map(|(cluster, distance)| Nearest { cluster, distance });
    let mut assignment = Assignment { nearest: near.next()?, next: None };
    for found in near {
        if found.distance < assignment.nearest.distance {
            assignment = Assignment { nearest: found, next: Some(assignment.nearest) };
        } else if assignment.next.is_none_or(|next| found.distance < next.distance) {
            assignment.next = Some(found);
        }
    }
    Some(assignment)
}

impl TryFrom<Written> for Branches {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { clusters, dendrogram, members, report } = written;
        let mut problems = Problems::none();
        let path = Path::from("clusters");
        let columns = clusters.first().map_or(0, |cluster| cluster.center.len());
        match clusters.first() {
            None => problems.add(path.clone(), Fault::Zero),
            Some(_) if columns == 0 => problems.add(path.item(0), Fault::NoCoordinates),
            Some(_) => {}
        }
        for (index, cluster) in clusters.iter().enumerate() {
            check_cluster(cluster, columns, &path.item(index), &mut problems);
        }
        let (expected, found) = (report.points, members.len());
        if expected != found {
            problems.add(Path::from("members"), Fault::Count { what: "members", expected, found });
        }
        for (row, &member) in members.iter().enumerate() {
            if member >= clusters.len() {
                let value = member as f64;
                problems.add(Path::from("members").item(row), Fault::OutOfRange { value });
            }
        }
        problems.into_result(Self { clusters, dendrogram, members, report })
    }
}

/// Adds everything that is wrong with a cluster.
fn check_cluster(cluster: &Cluster, columns: usize, path: &Path, problems: &mut Problems<Fault>) {
    let (expected, found) = (columns, cluster.center.len());
    let center = path.field("center");
    if expected != found {
        problems.add(center.clone(), Fault::Count { what: "coordinates", expected, found });
    }
    for (column, &value) in cluster.center.iter().enumerate() {
        if !is_coordinate(value) {
            problems.add(center.item(column), Fault::Coordinate { value });
        }
    }
    let value = cluster.weight;
    if !(value > 0.0 && value <= HEAVIEST * 1e20) {
        problems.add(path.field("weight"), Fault::OutOfRange { value });
    }
}

impl From<Branches> for Written {
    fn from(branches: Branches) -> Self {
        let Branches { clusters, dendrogram, members, report } = branches;
        Self { clusters, dendrogram, members, report }
    }
}
