//! One micro-cluster, as it is kept and as it is told.

use serde::{Deserialize, Serialize};

use super::super::ClusteringFeature;
use super::Stream;

/// Points that came close together, as of an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct MicroCluster {
    /// Its number for good: later ones are greater.
    pub id: u64,
    /// The weighted mean of its points.
    pub center: Vec<f64>,
    /// The sum of their weights, faded.
    pub weight: f64,
    /// The root of their mean squared distance from the center.
    pub radius: f64,
    /// The number of points that it took in.
    pub size: u64,
    /// The instant of its first point to come.
    pub born: f64,
    /// The latest instant of a point that it took in.
    pub touched: f64,
    /// What its weight makes of it.
    pub standing: Standing,
}

/// What the weight of a micro-cluster makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is dense.
    Core,
    /// It is less dense, but more than an outlier.
    Potential,
    /// There is too little to belong to a cluster.
    Outlier,
}

impl Stream {
    pub(super) fn standing(&self, weight: f64) -> Standing {
        if weight >= self.core_weight {
            Standing::Core
        } else if weight >= self.core_weight * self.potential {
            Standing::Potential
        } else {
            Standing::Outlier
        }
    }
}

/// A micro-cluster as it is kept: its weight and scatter are as of the landmark.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    pub(super) id: u64,
    pub(super) feature: ClusteringFeature,
    pub(super) size: u64,
    pub(super) born: f64,
    pub(super) touched: f64,
}

impl Kept {
    /// Takes the points of another in.
    pub(super) fn absorb(&mut self, other: &Self) {
        self.feature.absorb(&other.feature);
        self.size = self.size.saturating_add(other.size);
        self.born = self.born.min(other.born);
        self.touched = self.touched.max(other.touched);
    }

    /// What it is when a weight of 1 is `scale` at the landmark.
    pub(super) fn told(&self, recipe: &Stream, scale: f64) -> MicroCluster {
        let weight = self.feature.weight / scale;
        MicroCluster {
            id: self.id,
            center: self.feature.center.clone(),
            weight,
            radius: self.feature.radius(),
            size: self.size,
            born: self.born,
            touched: self.touched,
            standing: recipe.standing(weight),
        }
    }
}
