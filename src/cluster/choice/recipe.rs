//! Recipes that find as many clusters as they are asked for.

use ndarray::ArrayView2;

use crate::path::Problems;

use super::super::{Clustering, Fault, Gaussians, KMeans, Mixture};

/// A way to find clusters, however many are wanted: what [`choose`](super::choose) tries for each
/// number.
pub trait Recipe: Sync {
    /// What a fit gives.
    type Model: Model;

    /// The model with so many clusters.
    ///
    /// # Errors
    /// Everything in the recipe, the points or the weights that is out of range.
    fn fit_for(
        &self,
        clusters: usize,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Self::Model, Problems<Fault>>;
}

/// What a recipe gives, as far as the choice of k needs it.
pub trait Model: Send {
    /// The cluster of each row of a matrix, none if it is in none.
    fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>>;

    /// The Bayesian information criterion of the fit, if the model gives the points a likelihood.
    fn bic(&self) -> Option<f64> {
        None
    }
}

impl Recipe for KMeans {
    type Model = Clustering;

    fn fit_for(
        &self,
        clusters: usize,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Clustering, Problems<Fault>> {
        Self { clusters, ..self.clone() }.fit_seeded(points, weights, seed)
    }
}

impl Recipe for Mixture {
    type Model = Gaussians;

    fn fit_for(
        &self,
        clusters: usize,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Gaussians, Problems<Fault>> {
        Self { components: clusters, ..self.clone() }.fit_seeded(points, weights, seed)
    }
}

impl Model for Clustering {
    fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        self.labels(points)
    }
}

impl Model for Gaussians {
    fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        self.labels(points)
    }

    fn bic(&self) -> Option<f64> {
        self.bic()
    }
}
