//! All methods behind one recipe and one model, so that they can be written as data and compared.

use ndarray::ArrayView2;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::{Assignment, Cluster, Clustering, Fault, KMeans, Report};

/// A recipe of any method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// Centers to which points are near.
    #[serde(rename = "kmeans")]
    KMeans(KMeans),
}

/// A model of any method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Model {
    /// What [`KMeans`] found.
    #[serde(rename = "kmeans")]
    KMeans(Clustering),
}

impl Method {
    /// The clusters of the rows of a matrix, for the next seed of `rng`; each row weighs 1 without
    /// `weights`.
    ///
    /// # Errors
    /// As [`Method::fit_seeded`].
    pub fn fit(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<Model, Problems<Fault>> {
        self.fit_seeded(points, weights, rng.next_u64())
    }

    /// The clusters of the rows of a matrix; a method without chance does not look at the seed.
    ///
    /// # Errors
    /// Everything in the recipe, the points or the weights that is out of range, with its place.
    pub fn fit_seeded(
        &self,
        points: ArrayView2<'_, f64>,
        weights: Option<&[f64]>,
        seed: u64,
    ) -> Result<Model, Problems<Fault>> {
        let mut problems = Problems::none();
        let path = Path::from(self.name());
        let found = match self {
            Self::KMeans(recipe) => recipe.fit_seeded(points, weights, seed).map(Model::KMeans),
        };
        let found = problems.take(&path, found);
        found.ok_or(problems)
    }

    /// Its name, as written.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::KMeans(_) => "kmeans",
        }
    }
}

impl From<KMeans> for Method {
    fn from(recipe: KMeans) -> Self {
        Self::KMeans(recipe)
    }
}

impl Model {
    /// The clusters, by number: from the weightiest to the lightest when fitted.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        match self {
            Self::KMeans(model) => model.clusters(),
        }
    }

    /// How the fit went, if there was one.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        match self {
            Self::KMeans(model) => model.report(),
        }
    }

    /// How many coordinates points have.
    #[must_use]
    pub fn columns(&self) -> usize {
        match self {
            Self::KMeans(model) => model.columns(),
        }
    }

    /// Where a point belongs; `None` if it is no point of the model's space, or belongs nowhere.
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        match self {
            Self::KMeans(model) => model.assign(point),
        }
    }

    /// How far a point is from each cluster, in the method's own measure: it belongs to the
    /// nearest. `None` if it is no point of the model's space.
    #[must_use]
    pub fn distances(&self, point: &[f64]) -> Option<Vec<f64>> {
        match self {
            Self::KMeans(model) => model.distances(point),
        }
    }

    /// The cluster of each row of a matrix; `None` as for [`Model::assign`].
    #[must_use]
    pub fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        match self {
            Self::KMeans(model) => model.labels(points),
        }
    }

    /// Takes a point in, and returns its cluster; none if nothing was learned: the point belongs
    /// nowhere, its weight is out of range, or the method is not one that learns by and by.
    pub fn learn(&mut self, point: &[f64], weight: f64) -> Option<usize> {
        match self {
            Self::KMeans(model) => model.learn(point, weight),
        }
    }

    /// How many points were learned since the fit.
    #[must_use]
    pub const fn learned(&self) -> u64 {
        match self {
            Self::KMeans(model) => model.learned(),
        }
    }
}
