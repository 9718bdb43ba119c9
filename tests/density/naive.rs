//! DBSCAN and HDBSCAN once more, written down from their definitions and without any index.

use std::cell::Cell;

/// What is found of each point: its cluster by any number, and what else is said of it.
#[derive(Debug)]
pub struct Found {
    pub labels: Vec<Option<usize>>,
    pub probabilities: Vec<f64>,
    pub outlier_scores: Vec<f64>,
    /// Whether a selection hung on rounding: a cluster as stable as those below it.
    pub undecided: bool,
}

pub fn squared(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// Labels and core points: core points within the radius are joined until nothing changes.
pub fn dbscan(
    points: &[Vec<f64>],
    weights: &[f64],
    radius: f64,
    min_weight: f64,
) -> (Vec<Option<usize>>, Vec<bool>) {
    let rows = 0..points.len();
    let near = |a: usize, b: usize| squared(&points[a], &points[b]) <= radius * radius;
    let weight = |a| rows.clone().filter(|&b| near(a, b)).map(|b| weights[b]).sum::<f64>();
    let core: Vec<bool> = rows.clone().map(|row| weight(row) >= min_weight).collect();
    let mut of_cores: Vec<usize> = rows.clone().collect();
    let mut changed = true;
    while changed {
        changed = false;
        for a in rows.clone().filter(|&a| core[a]) {
            for b in rows.clone().filter(|&b| core[b] && near(a, b)) {
                if of_cores[b] < of_cores[a] {
                    of_cores[a] = of_cores[b];
                    changed = true;
                }
            }
        }
    }
    let label = |row: usize| {
        if core[row] {
            return Some(of_cores[row]);
        }
        let reached = rows.clone().filter(|&other| core[other] && near(row, other));
        let nearest = reached.min_by(|&a, &b| {
            let [to_a, to_b] = [a, b].map(|other| squared(&points[row], &points[other]));
            to_a.total_cmp(&to_b).then_with(|| points[a].partial_cmp(&points[b]).unwrap())
        });
        nearest.map(|core| of_cores[core])
    };
    (rows.clone().map(label).collect(), core)
}

/// The least distance within which the points weigh enough, squared.
fn core_distance(points: &[Vec<f64>], weights: &[f64], row: usize, enough: f64) -> f64 {
    let mut near: Vec<(f64, f64)> =
        points.iter().zip(weights).map(|(p, &w)| (squared(p, &points[row]), w)).collect();
    near.sort_by(|left, right| left.0.total_cmp(&right.0));
    let mut sum = 0.0;
    let full = near.into_iter().find(|(_, weight)| {
        sum += weight;
        sum >= enough
    });
    full.map_or(f64::INFINITY, |(square, _)| square)
}

/// The points and the edges that join them; the cluster that they are part of.
struct Part {
    points: Vec<usize>,
    edges: Vec<(f64, usize, usize)>,
    cluster: usize,
}

/// The condensed tree, in densities.
struct Tree<'a> {
    weights: &'a [f64],
    cores: &'a [f64],
    least: f64,
    /// For each cluster its parent and the density at which it begins.
    clusters: Vec<(usize, f64)>,
    /// For each point the cluster that it leaves last and the density at which it does.
    points: Vec<(usize, f64)>,
    undecided: Cell<bool>,
}

/// The most stable clusters, or the leaves; the first cluster, of all points, is none. Points at
/// one place are one point of their weight.
pub fn hdbscan(points: &[Vec<f64>], weights: &[f64], sizes: (usize, usize), leaf: bool) -> Found {
    let mut places: Vec<Vec<f64>> = Vec::new();
    let mut of_places: Vec<f64> = Vec::new();
    let mut of_rows = Vec::new();
    for (point, weight) in points.iter().zip(weights) {
        let place = places.iter().position(|place| place == point).unwrap_or(places.len());
        if place == places.len() {
            places.push(point.clone());
            of_places.push(0.0);
        }
        of_places[place] += weight;
        of_rows.push(place);
    }
    let found = of_different(&places, &of_places, sizes, leaf);
    let each = |values: &[f64]| of_rows.iter().map(|&place| values[place]).collect();
    Found {
        labels: of_rows.iter().map(|&place| found.labels[place]).collect(),
        probabilities: each(&found.probabilities),
        outlier_scores: each(&found.outlier_scores),
        undecided: found.undecided,
    }
}

fn of_different(
    points: &[Vec<f64>],
    weights: &[f64],
    (least, enough): (usize, usize),
    leaf: bool,
) -> Found {
    let count = points.len();
    let none = || Found {
        labels: vec![None; count],
        probabilities: vec![0.0; count],
        outlier_scores: vec![0.0; count],
        undecided: false,
    };
    let enough = enough as f64;
    let cores: Vec<f64> =
        (0..count).map(|row| core_distance(points, weights, row, enough)).collect();
    if cores.iter().any(|core| core.is_infinite()) {
        return none();
    }
    let least = least as f64;
    let undecided = Cell::new(false);
    let (clusters, leaves) = (vec![(0, 0.0)], vec![(0, 0.0); count]);
    let mut tree = Tree { weights, cores: &cores, least, clusters, points: leaves, undecided };
    tree.fall_apart(Part {
        points: (0..count).collect(),
        edges: spanning(points, weights, &cores),
        cluster: 0,
    });
    let chosen = if leaf { tree.leaves() } else { tree.most_stable() };
    tree.told(&chosen)
}

/// Kruskal over all pairs: by reachability, the lower core distance, the distance, and the places.
fn spanning(points: &[Vec<f64>], weights: &[f64], cores: &[f64]) -> Vec<(f64, usize, usize)> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by(|&a, &b| {
        let by_place = points[a].partial_cmp(&points[b]).unwrap();
        by_place.then(weights[a].total_cmp(&weights[b])).then(a.cmp(&b))
    });
    let mut edges = Vec::new();
    for (low, &a) in order.iter().enumerate() {
        for (high, &b) in order.iter().enumerate().skip(low + 1) {
            let near = squared(&points[a], &points[b]);
            let reach = near.max(cores[a]).max(cores[b]);
            edges.push(((reach, cores[a].min(cores[b]), near, low, high), a, b));
        }
    }
    edges.sort_by(|left, right| left.partial_cmp(right).unwrap());
    let mut of_points: Vec<usize> = (0..points.len()).collect();
    let mut kept = Vec::new();
    for ((reach, ..), a, b) in edges {
        let (from, to) = (of_points[a], of_points[b]);
        if from != to {
            of_points.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
            kept.push((reach, a, b));
        }
    }
    kept
}

impl Tree<'_> {
    /// Takes the last edge out of a part, again and again.
    fn fall_apart(&mut self, mut part: Part) {
        let cluster = part.cluster;
        let Some((reach, a, b)) = part.edges.pop() else {
            let point = part.points[0];
            self.points[point] = (cluster, 1.0 / self.cores[point].sqrt());
            return;
        };
        let density = 1.0 / reach.sqrt();
        let halves = [a, b].map(|start| split(&part, start));
        let is_cluster = |half: &Part| {
            let weight: f64 = half.points.iter().map(|&point| self.weights[point]).sum();
            let lives = half.points.len() > 1 || self.cores[half.points[0]] < reach;
            weight >= self.least && lives
        };
        let big = halves.each_ref().map(is_cluster);
        for (mut half, is_cluster) in halves.into_iter().zip(big) {
            if !is_cluster {
                half.points.iter().for_each(|&point| self.points[point] = (cluster, density));
                continue;
            }
            if big == [true, true] {
                half.cluster = self.clusters.len();
                self.clusters.push((cluster, density));
            }
            self.fall_apart(half);
        }
    }

    fn children(&self, cluster: usize) -> Vec<usize> {
        (1..self.clusters.len()).filter(|&child| self.clusters[child].0 == cluster).collect()
    }

    /// All clusters that are within a cluster, itself included.
    fn within(&self, cluster: usize) -> Vec<usize> {
        let below = self.children(cluster).into_iter().flat_map(|child| self.within(child));
        std::iter::once(cluster).chain(below).collect()
    }

    fn points_of(&self, cluster: usize) -> Vec<usize> {
        let within = self.within(cluster);
        (0..self.points.len()).filter(|&point| within.contains(&self.points[point].0)).collect()
    }

    /// For each point of a cluster how long it was in it.
    fn stability(&self, cluster: usize) -> f64 {
        let birth = self.clusters[cluster].1;
        let lived = |point: usize| {
            let (last, density) = self.points[point];
            // It leaves this cluster where the child that it goes on in begins.
            let mut children = self.children(cluster).into_iter();
            let child = children.find(|&child| self.within(child).contains(&last));
            let end = child.map_or(density, |child| self.clusters[child].1);
            if end > birth { (end - birth) * self.weights[point] } else { 0.0 }
        };
        let lived = |point: usize| if self.weights[point] > 0.0 { lived(point) } else { 0.0 };
        self.points_of(cluster).into_iter().map(lived).sum()
    }

    /// The clusters at or below a cluster that have the greatest sum of stabilities, and the sum.
    fn best(&self, cluster: usize) -> (Vec<usize>, f64) {
        let below: Vec<_> = self.children(cluster).iter().map(|&child| self.best(child)).collect();
        let sum: f64 = below.iter().map(|(_, stability)| stability).sum();
        let own = self.stability(cluster);
        let close = (sum - own).abs() <= 1e-9 * own;
        if own > 0.0 && close && cluster > 0 && !below.is_empty() {
            self.undecided.set(true);
        }
        if cluster > 0 && sum <= own {
            return (vec![cluster], own);
        }
        (below.into_iter().flat_map(|(clusters, _)| clusters).collect(), sum)
    }

    fn most_stable(&self) -> Vec<usize> {
        self.best(0).0
    }

    fn leaves(&self) -> Vec<usize> {
        (1..self.clusters.len()).filter(|&cluster| self.children(cluster).is_empty()).collect()
    }

    /// The greatest density at which something leaves some clusters.
    fn densest(&self, clusters: &[usize]) -> f64 {
        let points = self.points.iter().filter(|(last, _)| clusters.contains(last));
        let splits = self.clusters.iter().skip(1).filter(|(from, _)| clusters.contains(from));
        points.chain(splits).map(|(_, density)| *density).fold(0.0, f64::max)
    }

    fn told(&self, chosen: &[usize]) -> Found {
        let label = |last: usize| chosen.iter().position(|&top| self.within(top).contains(&last));
        let labels: Vec<_> = self.points.iter().map(|(last, _)| label(*last)).collect();
        let share = |density: f64, most: f64| {
            if density >= most { 1.0 } else { density / most }
        };
        let probability = |(label, (_, density)): (&Option<usize>, &(usize, f64))| {
            label.map_or(0.0, |label| share(*density, self.densest(&[chosen[label]])))
        };
        let outlier = |(last, density): &(usize, f64)| {
            1.0 - share(*density, self.densest(&self.within(*last)))
        };
        Found {
            probabilities: labels.iter().zip(&self.points).map(probability).collect(),
            outlier_scores: self.points.iter().map(outlier).collect(),
            labels,
            undecided: self.undecided.get(),
        }
    }
}

/// The part that hangs together with a point.
fn split(part: &Part, start: usize) -> Part {
    let mut points = vec![start];
    let mut at = 0;
    while at < points.len() {
        for (_, a, b) in &part.edges {
            for (from, to) in [(*a, *b), (*b, *a)] {
                if from == points[at] && !points.contains(&to) {
                    points.push(to);
                }
            }
        }
        at += 1;
    }
    let edges = part.edges.iter().filter(|(_, a, _)| points.contains(a)).copied().collect();
    Part { points, edges, cluster: part.cluster }
}
