//! The clusters of all densities that were found, and where in them a point lies.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::neighbors::{KdTree, LANES, Search};
use super::super::points::{Points, is_coordinate};
use super::super::{Assignment, Cluster, Fault, Nearest, Objective, Report};
use super::condensed::{CondensedTree, Departure};
use super::core_distance::{core_distance, core_distances};
use super::grouped::Grouped;
use super::hdbscan::Hdbscan;
use super::places::Places;
use super::rows::by_rows;
use super::selection::Selected;

/// The clusters that [`Hdbscan`] found: the model that assigns any point.
///
/// It keeps all points. A new one is attached to the point that it reaches at the least mutual
/// reachability distance, and leaves the condensed tree with it or, if it is farther off, where
/// that distance says. This is what the Python package hdbscan calls approximate prediction: the
/// clusters remain what they are. A fitted point is told what it was told by the fit.
///
/// Clusters are numbered from the weightiest to the lightest (of equal weight, by their centers'
/// coordinates), whatever the order of the points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct DensityHierarchy {
    recipe: Hdbscan,
    places: Places,
    /// Where the points at each place leave the tree.
    departures: Vec<Departure>,
    near: KdTree,
    /// By position: weights, squared core distances, and clusters.
    weights: Vec<f64>,
    cores: Vec<f64>,
    of_points: Vec<Option<usize>>,
    /// For each node the least core distance, and the cluster if all points have the same.
    least_cores: Vec<f64>,
    of_nodes: Vec<Option<Option<usize>>>,
    /// The points of the tree and the members stand as the points were given.
    tree: CondensedTree,
    members: Vec<Member>,
    selected: Selected,
    /// The final numbers of the selected clusters.
    numbers: Vec<usize>,
    clusters: Vec<Cluster>,
    report: Report,
}

/// What a clustering by density says of a point.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its cluster; none of noise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<usize>,
    /// How deep it is in its cluster: 1 where the cluster is densest, near 0 at its rim; 0 of
    /// noise.
    pub probability: f64,
    /// How much less dense it is here than where the clusters around it are densest: 0 in the
    /// midst, near 1 far out (GLOSH).
    pub outlier_score: f64,
}

const NOISE: Member = Member { cluster: None, probability: 0.0, outlier_score: 0.0 };

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    recipe: Hdbscan,
    points: Vec<Vec<f64>>,
    weights: Vec<f64>,
    tree: CondensedTree,
}

impl DensityHierarchy {
    /// The model of a condensed tree whose points are the places.
    pub(super) fn new(
        recipe: Hdbscan,
        places: Places,
        near: KdTree,
        cores: Vec<f64>,
        tree: CondensedTree,
    ) -> Self {
        let selected = Selected::new(&tree, &places.weights, &recipe);
        let label = |point: &Departure| selected.label(point.cluster, point.distance);
        let mut labels: Vec<Option<usize>> = tree.points.iter().map(label).collect();
        labels.resize(places.len(), None);
        let grouped = Grouped::new(&places, &labels, selected.stabilities.len());
        let number = |label: Option<usize>| label.and_then(|label| grouped.number(label));
        let final_labels: Vec<Option<usize>> = labels.iter().map(|label| number(*label)).collect();
        let member = |point: &Departure| member(&selected, &grouped.numbers, *point);
        let mut members: Vec<Member> = tree.points.iter().map(member).collect();
        members.resize(places.len(), NOISE);
        let departures = tree.points.clone();
        let cores = near.by_position(&cores);
        let least = |node: &super::super::neighbors::Node| {
            let own = cores.iter().skip(node.first).take(node.size);
            own.copied().fold(f64::INFINITY, f64::min)
        };
        // A selected cluster without a point is none.
        let told = selected.stabilities.iter().zip(&grouped.sizes).filter(|(_, size)| **size > 0);
        let stability: f64 = told.map(|(stability, _)| stability).sum();
        let of_points = near.by_position(&final_labels);
        let report = Report {
            seed: None,
            points: places.of_rows.len(),
            clusters: grouped.clusters.len(),
            noise: grouped.noise,
            objective: Objective::Stability(stability.min(f64::MAX)),
            iterations: 0,
            converged: true,
            notes: places.notes(),
        };
        Self {
            weights: near.by_position(&places.weights),
            least_cores: near.nodes().iter().map(least).collect(),
            of_nodes: near.shared(&of_points),
            members: places.by_row(&members),
            tree: CondensedTree { points: places.by_row(&tree.points), ..tree },
            departures,
            numbers: grouped.numbers,
            clusters: grouped.clusters,
            recipe,
            places,
            near,
            cores,
            of_points,
            selected,
            report,
        }
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

    /// The recipe of the fit.
    #[must_use]
    pub const fn recipe(&self) -> &Hdbscan {
        &self.recipe
    }

    /// How many coordinates points have.
    #[must_use]
    pub const fn columns(&self) -> usize {
        self.places.columns
    }

    /// What became of each fitted point, in the order in which they were given.
    #[must_use]
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// How all clusters split and lost points; empty if no place is dense enough.
    #[must_use]
    pub const fn condensed(&self) -> &CondensedTree {
        &self.tree
    }

    /// What the clustering says of a point; `None` if it has another number of coordinates, or one
    /// that is not finite or beyond [`LARGEST`](crate::cluster::LARGEST).
    #[must_use]
    pub fn membership(&self, point: &[f64]) -> Option<Member> {
        if !self.takes(point) {
            return None;
        }
        let leaves = self.reach(point, self.core(point), |_| true).and_then(|reached| {
            let neighbor = self.departures.get(reached.row).copied()?;
            Some(self.leaves(neighbor, reached.squared.sqrt()))
        });
        Some(leaves.map_or(NOISE, |leaves| member(&self.selected, &self.numbers, leaves)))
    }

    /// Where a point belongs; distances are the least mutual reachability distances of points of a
    /// cluster.
    ///
    /// `None` if it is noise, and as for [`DensityHierarchy::membership`].
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        let own = self.membership(point)?.cluster?;
        let core = self.core(point);
        let nearest = self.nearest(point, core, |label| label == Some(own))?;
        let next = self.nearest(point, core, |label| label.is_some_and(|label| label != own));
        Some(Assignment { nearest, next })
    }

    /// For each cluster the least mutual reachability distance of a point from its points; `None`
    /// as for [`DensityHierarchy::membership`].
    #[must_use]
    pub fn distances(&self, point: &[f64]) -> Option<Vec<f64>> {
        if !self.takes(point) {
            return None;
        }
        let core = self.core(point);
        let distance = |cluster| {
            let nearest = self.nearest(point, core, |label| label == Some(cluster));
            nearest.map_or(f64::INFINITY, |nearest| nearest.distance)
        };
        Some((0..self.clusters.len()).map(distance).collect())
    }

    /// The cluster of each row of a matrix; `None` as for [`DensityHierarchy::assign`].
    #[must_use]
    pub fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        by_rows(points, |point| self.membership(point).and_then(|member| member.cluster))
    }

    fn takes(&self, point: &[f64]) -> bool {
        point.len() == self.columns() && point.iter().all(|&x| is_coordinate(x))
    }

    /// The squared core distance of a place.
    fn core(&self, point: &[f64]) -> f64 {
        core_distance(&self.near, &self.weights, point, self.recipe.samples())
    }

    /// Where a point leaves the tree that reaches a neighbor, which leaves it somewhere, at a
    /// distance: with the neighbor, or in a cluster that is wide enough.
    fn leaves(&self, neighbor: Departure, distance: f64) -> Departure {
        if distance <= neighbor.distance {
            return neighbor;
        }
        let mut cluster = neighbor.cluster;
        let split =
            |cluster: usize| self.tree.clusters.get(cluster).and_then(|branch| branch.split);
        while let Some(split) = split(cluster).filter(|split| split.distance <= distance) {
            cluster = split.cluster;
        }
        Departure { cluster, distance }
    }

    fn nearest(
        &self,
        point: &[f64],
        core: f64,
        wanted: impl Fn(Option<usize>) -> bool,
    ) -> Option<Nearest> {
        let reached = self.reach(point, core, wanted)?;
        Some(Nearest { cluster: reached.label?, distance: reached.squared.sqrt() })
    }

    /// The point with a wanted label that is reached at the least mutual reachability distance; of
    /// those that equal, the nearest; of those, the first.
    fn reach(
        &self,
        point: &[f64],
        core: f64,
        wanted: impl Fn(Option<usize>) -> bool,
    ) -> Option<Reached> {
        let mut search = Reach { model: self, core, wanted, found: None };
        self.near.search(point, &mut search);
        search.found.map(|(found, _)| found)
    }
}

/// What is said of a point that leaves the condensed tree somewhere.
fn member(selected: &Selected, numbers: &[usize], leaves: Departure) -> Member {
    let Departure { cluster, distance } = leaves;
    let label = selected.label(cluster, distance);
    Member {
        cluster: label.and_then(|label| numbers.get(label).copied()),
        probability: label.map_or(0.0, |label| selected.probability(label, distance)),
        outlier_score: selected.outlier_score(cluster, distance),
    }
}

/// A fitted place as it is reached from a point.
#[derive(Clone, Copy)]
struct Reached {
    row: usize,
    label: Option<usize>,
    /// The squared mutual reachability distance.
    squared: f64,
}

/// The point so far that is reached at the least distance, and its squared distance.
struct Reach<'a, W> {
    model: &'a DensityHierarchy,
    core: f64,
    wanted: W,
    found: Option<(Reached, f64)>,
}

impl<W: Fn(Option<usize>) -> bool> Search for Reach<'_, W> {
    fn wants(&self, node: usize, squared: f64) -> bool {
        let shared = self.model.of_nodes.get(node).copied().flatten();
        let other = self.model.least_cores.get(node).copied().unwrap_or(0.0);
        let least = (self.core.max(other).max(squared), squared);
        let can = |(found, near): (Reached, f64)| least <= (found.squared, near);
        shared.is_none_or(&self.wanted) && self.found.is_none_or(can)
    }

    fn meet(&mut self, first: usize, squares: &[f64]) {
        let rows = self.model.near.rows().iter().zip(&self.model.cores).zip(&self.model.of_points);
        let rows = rows.skip(first).take(LANES);
        for (&near, ((&row, &other), &label)) in squares.iter().zip(rows) {
            let squared = self.core.max(other).max(near);
            let before = |(found, nearest): (Reached, f64)| {
                (squared, near, row) < (found.squared, nearest, found.row)
            };
            if (self.wanted)(label) && self.found.is_none_or(before) {
                self.found = Some((Reached { row, label, squared }, near));
            }
        }
    }
}

impl TryFrom<Written> for DensityHierarchy {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { recipe, points, weights, tree } = written;
        let mut problems = Problems::none();
        let mut under = Problems::none();
        recipe.check(&mut under);
        problems.absorb(&Path::from("recipe"), under);
        let columns = points.first().map_or(0, Vec::len);
        for (row, point) in points.iter().enumerate().filter(|(_, p)| p.len() != columns) {
            let (expected, found) = (columns, point.len());
            let fault = Fault::Count { what: "coordinates", expected, found };
            problems.add(Path::from("points").item(row), fault);
        }
        let matrix = Array2::from_shape_vec((points.len(), columns), points.concat());
        let Ok(matrix) = matrix else { return Err(problems) };
        let checked =
            problems.take(&Path::root(), Points::check(matrix.view(), Some(weights.as_slice())));
        tree.check(points.len(), &Path::from("tree"), &mut problems);
        let Some(points) = checked.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let places = Places::new(&points);
        let near = KdTree::new(places.columns, &places.coordinates);
        let cores = core_distances(&near, &places.weights, recipe.samples());
        let rows = if cores.iter().all(|core| core.is_finite()) { points.len() } else { 0 };
        if tree.points.len() != rows {
            let found = tree.points.len();
            let fault = Fault::Count { what: "departures", expected: rows, found };
            return Err(Problems::one(Path::from("tree").field("points"), fault));
        }
        let departures = departures(&places, &tree.points)?;
        let tree = CondensedTree { points: departures, ..tree };
        Ok(Self::new(recipe, places, near, cores, tree))
    }
}

/// Where each place is left by the rows at it, which leave together.
fn departures(places: &Places, of_rows: &[Departure]) -> Result<Vec<Departure>, Problems<Fault>> {
    let mut departures: Vec<Option<Departure>> = vec![None; places.len()];
    let mut problems = Problems::none();
    for (row, (departure, &place)) in of_rows.iter().zip(&places.of_rows).enumerate() {
        let Some(known) = departures.get_mut(place) else { continue };
        if known.is_some_and(|known| known != *departure) {
            let path = Path::from("tree").field("points").item(row);
            problems.add(path, Fault::OutOfRange { value: departure.distance });
        }
        *known = Some(*departure);
    }
    problems.into_result(departures.into_iter().flatten().collect())
}

impl From<DensityHierarchy> for Written {
    fn from(model: DensityHierarchy) -> Self {
        let DensityHierarchy { recipe, places, tree, .. } = model;
        let points = places.of_rows.iter().map(|&place| places.place(place).to_vec()).collect();
        Self { recipe, points, weights: places.weights_of_rows, tree }
    }
}
