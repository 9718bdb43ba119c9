//! Huang's iterations: every point in turn moves to its nearest prototype, which changes at once.

use super::mixed::{Checked, MISSING, Point};
use super::model::Prototype;
use super::start::Start;

/// Prototypes in motion.
pub(super) struct Moves<'a> {
    points: &'a Checked,
    gamma: f64,
    groups: Vec<Group>,
    labels: Vec<usize>,
    /// The weighted sum of the dissimilarities of all points from their prototypes.
    pub(super) cost: f64,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

/// A prototype with what belongs to it.
struct Group {
    numbers: Vec<f64>,
    codes: Vec<u32>,
    sums: Vec<f64>,
    /// The weight of each category of each attribute.
    masses: Vec<Vec<f64>>,
    weight: f64,
    size: usize,
}

impl<'a> Moves<'a> {
    /// Runs from the given prototypes until no point moves, or the cost falls no more.
    pub(super) fn run(points: &'a Checked, start: Vec<Start>, gamma: f64, limit: usize) -> Self {
        let groups = start.into_iter().map(|start| Group::new(start, points)).collect();
        let labels = vec![0; points.len()];
        let (cost, iterations, converged) = (f64::INFINITY, 0, false);
        let mut moves = Self { points, gamma, groups, labels, cost, iterations, converged };
        let nearest: Vec<usize> = points.points().map(|point| moves.nearest(point).0).collect();
        moves.labels = nearest;
        moves.count();
        moves.fill_empty();
        moves.cost = moves.measure();
        while moves.iterations < limit && !moves.converged {
            moves.iterations += 1;
            let mut moved = moves.pass();
            // Sums that were added to and taken from are summed anew: rounding does not pile up.
            moves.sum();
            moved += moves.fill_empty();
            let before = moves.cost;
            moves.cost = moves.measure();
            moves.converged = moved == 0 || moves.cost >= before;
        }
        moves.settle();
        moves
    }

    /// The prototypes that have points, from the weightiest to the lightest.
    pub(super) fn prototypes(&self) -> Vec<Prototype> {
        let name = |(&code, names): (&u32, &Vec<u32>)| {
            names.get(code as usize).copied().unwrap_or(MISSING)
        };
        let found = self.groups.iter().filter(|group| group.weight > 0.0).map(|group| Prototype {
            numbers: group.numbers.clone(),
            categories: group.codes.iter().zip(&self.points.names).map(name).collect(),
            size: group.size,
            weight: group.weight,
        });
        let mut prototypes: Vec<Prototype> = found.collect();
        prototypes.sort_by(|left, right| {
            let pairs = left.numbers.iter().zip(&right.numbers);
            let numbers = pairs.map(|(left, right)| left.total_cmp(right)).find(|o| o.is_ne());
            let weight = right.weight.total_cmp(&left.weight);
            weight
                .then(numbers.unwrap_or(std::cmp::Ordering::Equal))
                .then_with(|| left.categories.cmp(&right.categories))
        });
        prototypes
    }

    /// The number of the nearest prototype, of equally near ones the first, and its dissimilarity.
    fn nearest(&self, point: Point<'_>) -> (usize, f64) {
        let mut nearest = (0, f64::INFINITY);
        for (number, group) in self.groups.iter().enumerate() {
            let found = point.dissimilarity(group.point(), self.gamma);
            if found < nearest.1 {
                nearest = (number, found);
            }
        }
        nearest
    }

    /// Lets every point move to its nearest prototype; how many did.
    fn pass(&mut self) -> usize {
        let mut moved = 0;
        for row in 0..self.points.len() {
            let to = self.nearest(self.points.point(row)).0;
            moved += usize::from(self.shift(row, to));
        }
        moved
    }

    /// Moves a point to a prototype; not if it is there already.
    fn shift(&mut self, row: usize, to: usize) -> bool {
        let points = self.points;
        let (point, weight) = (points.point(row), points.weights.get(row).copied());
        let (Some(label), Some(weight)) = (self.labels.get_mut(row), weight) else { return false };
        let from = std::mem::replace(label, to);
        if from == to {
            return false;
        }
        self.groups.get_mut(to).into_iter().for_each(|group| group.gain(point, weight));
        self.groups.get_mut(from).into_iter().for_each(|group| group.lose(point, weight));
        true
    }

    /// Sums up all points by their labels; means follow, categories stay.
    fn sum(&mut self) {
        self.groups.iter_mut().for_each(Group::clear);
        let points = self.points.points().zip(&self.points.weights);
        for ((point, &weight), &label) in points.zip(&self.labels) {
            self.groups.get_mut(label).into_iter().for_each(|group| group.add(point, weight));
        }
        self.groups.iter_mut().for_each(Group::average);
    }

    /// Sums up all points by their labels; means and categories follow.
    fn count(&mut self) {
        self.sum();
        self.groups.iter_mut().for_each(Group::choose_all);
    }

    /// Gives each prototype without points the point that is most unlike its own, as long as there
    /// is one that is not alone there and not the same; how many were given.
    fn fill_empty(&mut self) -> usize {
        let mut given = 0;
        for empty in 0..self.groups.len() {
            if self.groups.get(empty).is_none_or(|group| group.weight > 0.0) {
                continue;
            }
            let mut farthest = (None, 0.0);
            let rows = self.points.points().zip(&self.points.weights).zip(&self.labels);
            for (row, ((point, &weight), &label)) in rows.enumerate() {
                let Some(group) = self.groups.get(label) else { continue };
                let found = point.dissimilarity(group.point(), self.gamma);
                if weight > 0.0 && group.weight > weight && found > farthest.1 {
                    farthest = (Some(row), found);
                }
            }
            let (Some(row), _) = farthest else { break };
            self.shift(row, empty);
            self.sum();
            self.groups.get_mut(empty).into_iter().for_each(Group::choose_all);
            given += 1;
        }
        given
    }

    /// The weighted dissimilarities of all points from their nearest prototypes.
    fn measure(&self) -> f64 {
        let points = self.points.points().zip(&self.points.weights);
        points.map(|(point, weight)| weight * self.nearest(point).1).sum()
    }

    /// Sizes and weights become those of the points that are nearest to each prototype.
    fn settle(&mut self) {
        let nearest: Vec<usize> = self.points.points().map(|point| self.nearest(point).0).collect();
        self.groups.iter_mut().for_each(Group::clear);
        for (label, &weight) in nearest.into_iter().zip(&self.points.weights) {
            if let Some(group) = self.groups.get_mut(label) {
                group.weight += weight;
                group.size += 1;
            }
        }
    }
}

impl Group {
    fn new(start: Start, points: &Checked) -> Self {
        Self {
            sums: vec![0.0; start.numbers.len()],
            masses: points.names.iter().map(|names| vec![0.0; names.len()]).collect(),
            numbers: start.numbers,
            codes: start.categories,
            weight: 0.0,
            size: 0,
        }
    }

    fn point(&self) -> Point<'_> {
        Point { numbers: &self.numbers, codes: &self.codes }
    }

    fn clear(&mut self) {
        self.sums.fill(0.0);
        self.masses.iter_mut().for_each(|masses| masses.fill(0.0));
        self.weight = 0.0;
        self.size = 0;
    }

    fn add(&mut self, point: Point<'_>, weight: f64) {
        self.sums.iter_mut().zip(point.numbers).for_each(|(sum, x)| *sum += weight * x);
        for (masses, &code) in self.masses.iter_mut().zip(point.codes) {
            masses.get_mut(code as usize).into_iter().for_each(|mass| *mass += weight);
        }
        self.weight += weight;
        self.size += 1;
    }

    /// Takes a point in: the mean follows, and a category if it is now heavier than the one that
    /// was.
    fn gain(&mut self, point: Point<'_>, weight: f64) {
        self.add(point, weight);
        let attributes = self.masses.iter().zip(&mut self.codes);
        for ((masses, own), &code) in attributes.zip(point.codes) {
            let mass = |code: u32| masses.get(code as usize).copied().unwrap_or(0.0);
            if mass(*own) < mass(code) {
                *own = code;
            }
        }
        self.average();
    }

    /// Lets a point go: the mean follows, and the heaviest category is found anew where it had it.
    fn lose(&mut self, point: Point<'_>, weight: f64) {
        self.sums.iter_mut().zip(point.numbers).for_each(|(sum, x)| *sum -= weight * x);
        let attributes = self.masses.iter_mut().zip(&mut self.codes);
        for ((masses, own), &code) in attributes.zip(point.codes) {
            masses.get_mut(code as usize).into_iter().for_each(|mass| *mass -= weight);
            if *own == code {
                *own = heaviest(masses);
            }
        }
        self.size = self.size.saturating_sub(1);
        self.weight = if self.size == 0 { 0.0 } else { self.weight - weight };
        self.average();
    }

    fn average(&mut self) {
        if self.weight > 0.0 {
            for (mean, sum) in self.numbers.iter_mut().zip(&self.sums) {
                *mean = sum / self.weight;
            }
        }
    }

    fn choose_all(&mut self) {
        if self.weight > 0.0 {
            self.codes = self.masses.iter().map(|masses| heaviest(masses)).collect();
        }
    }
}

/// The heaviest category, of equally heavy ones the first; [`MISSING`] if none has any weight.
fn heaviest(masses: &[f64]) -> u32 {
    let mut heaviest = (MISSING, 0.0);
    for (code, &mass) in (0..).zip(masses) {
        if mass > heaviest.1 {
            heaviest = (code, mass);
        }
    }
    heaviest.0
}
