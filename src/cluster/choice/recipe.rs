//! Recipes that find as many clusters as they are asked for.

use ndarray::ArrayView2;

use crate::path::{Path, Problems};

use super::super::{
    Branches, Clustering, Cut, Fault, Gaussians, Hierarchy, KMeans, Method, Mixture,
};

/// A way to find clusters, however many are wanted: what [`choose`](super::choose) tries for each
/// number.
pub trait Recipe: Sync {
    /// What a fit gives.
    type Model: Fitted;

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
pub trait Fitted: Send {
    /// The cluster of each row of a matrix, none if it is in none.
    fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>>;

    /// The cluster of each of the fitted points, which are the rows of this matrix: where the
    /// method knows them better than it knows other points.
    fn members(&self, fitted: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        self.labels(fitted)
    }

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

/// The tree is cut by number, whatever its own cut.
impl Recipe for Hierarchy {
    type Model = Branches;

    fn fit_for(
        &self,
        clusters: usize,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        _seed: u64,
    ) -> Result<Branches, Problems<Fault>> {
        Self { cut: Cut::Clusters(clusters), ..self.clone() }.fit(points, weights)
    }
}

/// A method without a number of clusters is at fault.
impl Recipe for Method {
    type Model = super::super::Model;

    fn fit_for(
        &self,
        clusters: usize,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Self::Model, Problems<Fault>> {
        let Some(method) = self.with_clusters(clusters) else {
            return Err(Problems::one(Path::from(self.name()), Fault::NoNumber));
        };
        method.fit_seeded(points, weights, seed)
    }
}

impl Fitted for Clustering {
    fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        self.labels(points)
    }
}

impl Fitted for Gaussians {
    fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        self.labels(points)
    }

    fn bic(&self) -> Option<f64> {
        self.bic()
    }
}

impl Fitted for Branches {
    fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        self.labels(points)
    }

    fn members(&self, _fitted: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        self.members().iter().copied().map(Some).collect()
    }
}

impl Fitted for super::super::Model {
    fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        self.labels(points)
    }

    fn members(&self, fitted: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        match self {
            Self::Hierarchy(model) => Fitted::members(model, fitted),
            Self::Hdbscan(model) => model.members().iter().map(|member| member.cluster).collect(),
            Self::KMeans(_) | Self::Mixture(_) | Self::Dbscan(_) => self.labels(fitted),
        }
    }

    fn bic(&self) -> Option<f64> {
        match self {
            Self::Mixture(model) => model.bic(),
            _ => None,
        }
    }
}
