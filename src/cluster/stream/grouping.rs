//! Micro-clusters as few clusters, as of an instant.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::points::{HEAVIEST, LIGHTEST, is_coordinate, squared_distance};
use super::super::{Assignment, Cluster, Fault, Hierarchy, KMeans, nearby};
use super::Transitions;
use super::micro::{MicroCluster, Standing};

/// How micro-clusters become clusters, each with its weight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Grouping {
    /// By k-means.
    KMeans {
        /// Its recipe.
        recipe: KMeans,
        /// The seed of its chance.
        seed: u64,
    },
    /// By a tree.
    Hierarchy(Hierarchy),
}

/// The clusters of a stream, as of an instant: the model that assigns any point to the cluster of
/// the nearest micro-cluster.
///
/// Clusters are numbered from the weightiest to the lightest (of equal weight, by their centers'
/// coordinates). A cluster's size is the number of all points that ever came to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct MacroClusters {
    as_of: f64,
    clusters: Vec<Cluster>,
    members: Vec<Member>,
    outlying: f64,
}

/// A micro-cluster and the cluster that it is in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The id of the micro-cluster.
    pub id: u64,
    /// Its center.
    pub center: Vec<f64>,
    /// Its weight.
    pub weight: f64,
    /// The number of its cluster.
    pub cluster: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    as_of: f64,
    clusters: Vec<Cluster>,
    members: Vec<Member>,
    outlying: f64,
}

impl MacroClusters {
    pub(super) fn new(
        micro: Vec<MicroCluster>,
        by: &Grouping,
        as_of: f64,
    ) -> Result<Self, Problems<Fault>> {
        let belongs =
            |micro: &MicroCluster| micro.standing != Standing::Outlier && micro.weight >= LIGHTEST;
        let (micro, outliers): (Vec<_>, Vec<_>) = micro.into_iter().partition(belongs);
        let columns = micro.first().map_or(1, |micro| micro.center.len());
        let coordinates = micro.iter().flat_map(|micro| &micro.center).copied().collect();
        let points = Array2::from_shape_vec((micro.len(), columns), coordinates);
        let points = points.unwrap_or_default();
        let heaviest = micro.iter().map(|micro| micro.weight).fold(0.0, f64::max);
        // Together, points can weigh more than one may.
        let scale = (HEAVIEST / heaviest).min(1.0);
        let weight = |micro: &MicroCluster| (micro.weight * scale).max(LIGHTEST);
        let weights: Vec<f64> = micro.iter().map(weight).collect();
        let labels: Vec<Option<usize>> = match by {
            Grouping::KMeans { recipe, seed } => {
                recipe.fit_seeded(points.view(), Some(&weights), *seed)?.labels(points.view())
            }
            Grouping::Hierarchy(recipe) => {
                let branches = recipe.fit(points.view(), Some(&weights))?;
                branches.members().iter().copied().map(Some).collect()
            }
        };
        let outlying = outliers.iter().map(|micro| micro.weight).sum();
        Ok(Self::of(&micro, &labels, outlying, as_of))
    }

    /// The clusters of labeled micro-clusters.
    fn of(micro: &[MicroCluster], labels: &[Option<usize>], outlying: f64, as_of: f64) -> Self {
        let mut clusters: Vec<(usize, Option<Cluster>)> = Vec::new();
        for (micro, label) in micro.iter().zip(labels) {
            let Some(label) = *label else { continue };
            while clusters.len() <= label {
                clusters.push((clusters.len(), None));
            }
            let size = usize::try_from(micro.size).unwrap_or(usize::MAX);
            let own = Cluster { center: micro.center.clone(), size, weight: micro.weight };
            if let Some((_, cluster)) = clusters.get_mut(label) {
                *cluster = Some(match cluster.take() {
                    Some(cluster) => joined(cluster, &own),
                    None => own,
                });
            }
        }
        let found = clusters.into_iter().filter_map(|(label, cluster)| Some((label, cluster?)));
        let mut found: Vec<(usize, Cluster)> = found.collect();
        found.sort_by(|(_, one), (_, other)| Cluster::canonical(one, other));
        let number = |label| found.iter().position(|(known, _)| *known == label);
        let member = |(micro, label): (&MicroCluster, &Option<usize>)| {
            let MicroCluster { id, ref center, weight, .. } = *micro;
            Some(Member { id, center: center.clone(), weight, cluster: number((*label)?)? })
        };
        let members = micro.iter().zip(labels).filter_map(member).collect();
        let clusters = found.into_iter().map(|(_, cluster)| cluster).collect();
        Self { as_of, clusters, members, outlying }
    }

    /// The instant as of which these are the clusters.
    #[must_use]
    pub const fn as_of(&self) -> f64 {
        self.as_of
    }

    /// The clusters, by number.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        &self.clusters
    }

    /// The micro-clusters that they are made of, by id.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The weight of all outliers, which are in no cluster.
    #[must_use]
    pub const fn outlying(&self) -> f64 {
        self.outlying
    }

    /// How many coordinates points have.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.clusters.first().map_or(0, |cluster| cluster.center.len())
    }

    /// The cluster whose nearest micro-cluster is nearest to a point; the distance is that of the
    /// micro-cluster's center.
    ///
    /// `None` if it has another number of coordinates, or one that is not finite or beyond
    /// [`LARGEST`](crate::cluster::LARGEST).
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        let takes = point.len() == self.columns() && point.iter().all(|&x| is_coordinate(x));
        let square = |member: &Member| (member.cluster, squared_distance(&member.center, point));
        if takes { nearby::nearest(self.members.iter().map(square)) } else { None }
    }

    /// How these clusters became others of the same stream.
    ///
    /// ```
    /// use loyalty::cluster::stream::{Grouping, Stream};
    /// use loyalty::cluster::{Cut, Hierarchy};
    ///
    /// let mut flow = Stream { half_life: Some(1.0), ..Stream::new(1.0) }.start(1)?;
    /// let by = Grouping::Hierarchy(Hierarchy::new(Cut::Height(3.0)));
    /// flow.learn(&[0.0], 4.0, 0.0);
    /// let before = flow.group(&by, 0.0)?;
    /// flow.learn(&[0.5], 2.0, 1.0);
    /// flow.learn(&[9.0], 1.0, 1.0);
    /// let transitions = before.transitions(&flow.group(&by, 1.0)?);
    /// let moved = &transitions.moves[0];
    /// assert_eq!((moved.from[0], moved.to[0], moved.weight_after), (0.0, 0.25, 4.0));
    /// assert_eq!(transitions.born, [1]);
    /// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
    /// ```
    #[must_use]
    pub fn transitions(&self, later: &Self) -> Transitions {
        Transitions::between(self, later)
    }
}

fn joined(mut cluster: Cluster, other: &Cluster) -> Cluster {
    let total = cluster.weight + other.weight;
    let share = other.weight / total;
    for (mean, x) in cluster.center.iter_mut().zip(&other.center) {
        *mean += (x - *mean) * share;
    }
    cluster.weight = total;
    cluster.size = cluster.size.saturating_add(other.size);
    cluster
}

impl TryFrom<Written> for MacroClusters {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { as_of, clusters, members, outlying } = written;
        let mut problems = Problems::none();
        nearby::check(&clusters, &Path::from("clusters"), &mut problems);
        let columns = clusters.first().map_or(0, |cluster| cluster.center.len());
        for (index, member) in members.iter().enumerate() {
            let path = Path::from("members").item(index);
            nearby::check_center(&member.center, columns, &path.field("center"), &mut problems);
            nearby::check_weight(member.weight, &path.field("weight"), &mut problems);
            if member.cluster >= clusters.len() {
                let value = member.cluster as f64;
                problems.add(path.field("cluster"), Fault::OutOfRange { value });
            }
        }
        for (name, value, least) in [("as_of", as_of, f64::MIN), ("outlying", outlying, 0.0)] {
            if !(value >= least && value <= HEAVIEST * f64::MAX.sqrt()) {
                problems.add(Path::from(name), Fault::OutOfRange { value });
            }
        }
        problems.into_result(Self { as_of, clusters, members, outlying })
    }
}

impl From<MacroClusters> for Written {
    fn from(found: MacroClusters) -> Self {
        let MacroClusters { as_of, clusters, members, outlying } = found;
        Self { as_of, clusters, members, outlying }
    }
}
