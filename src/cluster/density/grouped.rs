//! What the points of each cluster come to, and how clusters are numbered.

use super::super::{Cluster, LARGEST};
use super::places::Places;

/// The clusters by number, the number of each that was numbered otherwise before, and how many
/// points are in none.
pub(super) struct Grouped {
    pub(super) clusters: Vec<Cluster>,
    pub(super) numbers: Vec<usize>,
    /// The sizes of the clusters as they were numbered before.
    pub(super) sizes: Vec<usize>,
    pub(super) noise: usize,
}

impl Grouped {
    /// The clusters of places that were labeled with provisional numbers below `count`; those
    /// without a point are none.
    pub(super) fn new(places: &Places, labels: &[Option<usize>], count: usize) -> Self {
        let empty = Group {
            size: 0,
            weight: 0.0,
            weighted: vec![0.0; places.columns],
            plain: vec![0.0; places.columns],
        };
        let mut groups = vec![empty; count];
        let mut noise = 0;
        let weighed = places.weights.iter().zip(&places.counts);
        for ((place, (&weight, &size)), label) in places.iter().zip(weighed).zip(labels) {
            match label.and_then(|label| groups.get_mut(label)) {
                Some(group) => group.add(place, weight, size),
                None => noise += size,
            }
        }
        let mut clusters: Vec<(usize, Cluster)> =
            groups.iter().map(Group::cluster).enumerate().filter(|(_, c)| c.size > 0).collect();
        clusters.sort_by(|left, right| Cluster::canonical(&left.1, &right.1));
        let mut numbers = vec![0; count];
        for (number, (before, _)) in clusters.iter().enumerate() {
            if let Some(place) = numbers.get_mut(*before) {
                *place = number;
            }
        }
        let clusters = clusters.into_iter().map(|(_, cluster)| cluster).collect();
        let sizes = groups.iter().map(|group| group.size).collect();
        Self { clusters, numbers, sizes, noise }
    }

    /// The number of a cluster that was numbered otherwise before.
    pub(super) fn number(&self, before: usize) -> Option<usize> {
        self.numbers.get(before).copied()
    }
}

#[derive(Clone)]
struct Group {
    size: usize,
    weight: f64,
    weighted: Vec<f64>,
    plain: Vec<f64>,
}

impl Group {
    fn add(&mut self, place: &[f64], weight: f64, size: usize) {
        self.size += size;
        self.weight += weight;
        for ((weighted, plain), x) in self.weighted.iter_mut().zip(&mut self.plain).zip(place) {
            *weighted += weight * x;
            *plain += size as f64 * x;
        }
    }

    /// The mean of the points; by their number where none of them weighs anything.
    fn cluster(&self) -> Cluster {
        let (sums, total) = if self.weight > 0.0 {
            (&self.weighted, self.weight)
        } else {
            (&self.plain, self.size.max(1) as f64)
        };
        let center = sums.iter().map(|sum| (sum / total).clamp(-LARGEST, LARGEST)).collect();
        Cluster { center, size: self.size, weight: self.weight }
    }
}
