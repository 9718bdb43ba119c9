//! What is kept of many points: their mean, their weight, and how they scatter around the mean.
//!
//! T. Zhang, R. Ramakrishnan and M. Livny, "BIRCH: an efficient data clustering method for very
//! large databases", SIGMOD Record 25 (1996), 103–114, keep sums and sums of squares, which cancel
//! where points are far from 0; mean and scatter do not: A. Lang and E. Schubert, "BETULA: fast
//! clustering of large data with improved BIRCH CF-trees", Information Systems 108 (2022), 101918.

use serde::{Deserialize, Serialize};

use super::super::points::{LARGEST, squared_distance};

/// The clustering feature of some points: that of a union follows from those of its parts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusteringFeature {
    /// The weighted mean of the points.
    pub center: Vec<f64>,
    /// The sum of their weights.
    pub weight: f64,
    /// The weighted sum of their squared distances from the center.
    pub scatter: f64,
}

impl ClusteringFeature {
    /// The feature of one point.
    #[must_use]
    pub fn point(point: &[f64], weight: f64) -> Self {
        Self { center: point.to_vec(), weight, scatter: 0.0 }
    }

    /// The root of the mean squared distance of the points from their center.
    #[must_use]
    pub fn radius(&self) -> f64 {
        (self.scatter / self.weight).sqrt()
    }

    /// Takes the points of another feature in.
    pub fn absorb(&mut self, other: &Self) {
        let square = squared_distance(&self.center, &other.center);
        self.take(&other.center, other.weight, other.scatter, square);
    }

    /// As [`ClusteringFeature::absorb`], of a feature whose center is at this squared distance.
    pub(in crate::cluster) fn take(
        &mut self,
        center: &[f64],
        weight: f64,
        scatter: f64,
        square: f64,
    ) {
        let total = self.weight + weight;
        self.scatter += scatter + square * (self.weight * (weight / total));
        let share = weight / total;
        for (mean, x) in self.center.iter_mut().zip(center) {
            *mean = (*mean + (x - *mean) * share).clamp(-LARGEST, LARGEST);
        }
        self.weight = total;
    }

    /// The squared radius that this and another feature at this squared distance would have
    /// together.
    pub(in crate::cluster) fn joint_square(&self, weight: f64, scatter: f64, square: f64) -> f64 {
        let total = self.weight + weight;
        let between = square * (self.weight / total) * (weight / total);
        (self.scatter + scatter) / total + between
    }
}
