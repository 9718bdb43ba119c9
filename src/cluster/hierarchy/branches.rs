//! The clusters that a tree was cut into, and which of them a point belongs to.

use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::points::{LARGEST, Points};
use super::super::{Assignment, Cluster, Fault, MicroClusters, Note, Objective, Report, nearby};
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
    summary: Option<MicroClusters>,
    members: Vec<usize>,
    report: Report,
}

/// What a tree is of.
pub(super) struct Leaves<'a> {
    pub(super) points: &'a Points<'a>,
    /// The points of the tree, which stand for the others.
    pub(super) tree: &'a Points<'a>,
    /// Of each point, the one in the tree.
    pub(super) of_points: Vec<usize>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    clusters: Vec<Cluster>,
    dendrogram: Dendrogram,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    summary: Option<MicroClusters>,
    members: Vec<usize>,
    report: Report,
}

impl Branches {
    /// Cuts the tree of `leaves`.
    pub(super) fn cut(leaves: &Leaves<'_>, dendrogram: Dendrogram, cut: Cut) -> Self {
        let labels = dendrogram.cut(cut);
        let count = labels.iter().flatten().max().map_or(0, |last| last + 1);
        let mut clusters: Vec<(usize, Cluster)> = means(leaves.tree, &labels, count);
        clusters.sort_by(|(_, one), (_, other)| Cluster::canonical(one, other));
        let mut numbers = vec![0; count];
        for (number, (label, _)) in clusters.iter().enumerate() {
            numbers.get_mut(*label).into_iter().for_each(|place| *place = number);
        }
        let mut clusters: Vec<Cluster> = clusters.into_iter().map(|(_, cluster)| cluster).collect();
        let points = leaves.points;
        let mut members = Vec::with_capacity(points.len());
        for (point, leaf) in points.iter().zip(&leaves.of_points) {
            let number = match labels.get(*leaf).copied().flatten() {
                Some(label) => numbers.get(label).copied(),
                None => nearby::assign(&clusters, point).map(|found| found.nearest.cluster),
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
        Self { clusters, dendrogram, summary: None, members, report }
    }

    pub(super) fn summarized(self, summary: MicroClusters) -> Self {
        Self { summary: Some(summary), ..self }
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

    /// The micro-clusters that the tree is of, if it is not of the points themselves.
    #[must_use]
    pub const fn summary(&self) -> Option<&MicroClusters> {
        self.summary.as_ref()
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
        nearby::assign(&self.clusters, point)
    }

    /// The Euclidean distances of a point from all centers; `None` as for [`Branches::assign`].
    #[must_use]
    pub fn distances(&self, point: &[f64]) -> Option<Vec<f64>> {
        nearby::distances(&self.clusters, point)
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
            for (mean, x) in cluster.center.iter_mut().zip(point) {
                *mean = (*mean + (x - *mean) * share).clamp(-LARGEST, LARGEST);
            }
        });
    }
    clusters
}

impl TryFrom<Written> for Branches {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { clusters, dendrogram, summary, members, report } = written;
        let mut problems = Problems::none();
        nearby::check(&clusters, &Path::from("clusters"), &mut problems);
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
        problems.into_result(Self { clusters, dendrogram, summary, members, report })
    }
}

impl From<Branches> for Written {
    fn from(branches: Branches) -> Self {
        let Branches { clusters, dendrogram, summary, members, report } = branches;
        Self { clusters, dendrogram, summary, members, report }
    }
}
