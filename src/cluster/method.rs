//! All methods behind one recipe and one model, so that they can be written as data and compared.

use ndarray::ArrayView2;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::{
    Assignment, Branches, Cluster, Clustering, Cut, Dbscan, DenseRegions, DensityHierarchy, Fault,
    Gaussians, Hdbscan, Hierarchy, KMeans, Mixture, Report,
};

/// A recipe of any method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Method {
    /// Centers to which points are near.
    #[serde(rename = "kmeans")]
    KMeans(KMeans),
    /// Clouds of points, each with its own spread; membership is soft.
    Mixture(Mixture),
    /// Dense regions of one density, and noise between them.
    Dbscan(Dbscan),
    /// Dense regions of any density, and noise between them.
    Hdbscan(Hdbscan),
    /// Branches of a tree of points.
    Hierarchy(Hierarchy),
}

/// A model of any method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
#[expect(clippy::large_enum_variant, reason = "there are few models, and all are large")]
pub enum Model {
    /// What [`KMeans`] found.
    #[serde(rename = "kmeans")]
    KMeans(Clustering),
    /// What [`Mixture`] found.
    Mixture(Gaussians),
    /// What [`Dbscan`] found.
    Dbscan(DenseRegions),
    /// What [`Hdbscan`] found.
    Hdbscan(DensityHierarchy),
    /// What [`Hierarchy`] found.
    Hierarchy(Branches),
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
        let found = match self {
            Self::KMeans(recipe) => recipe.fit_seeded(points, weights, seed).map(Model::KMeans),
            Self::Mixture(recipe) => recipe.fit_seeded(points, weights, seed).map(Model::Mixture),
            Self::Dbscan(recipe) => recipe.fit(points, weights).map(Model::Dbscan),
            Self::Hdbscan(recipe) => recipe.fit(points, weights).map(Model::Hdbscan),
            Self::Hierarchy(recipe) => recipe.fit(points, weights).map(Model::Hierarchy),
        };
        let mut problems = Problems::none();
        let found = problems.take(&Path::from(self.name()), found);
        found.ok_or(problems)
    }

    /// The same method for so many clusters; none of one that finds its own number: by density, or
    /// as branches of a tree that is cut at a height.
    #[must_use]
    pub fn with_clusters(&self, clusters: usize) -> Option<Self> {
        match self {
            Self::KMeans(recipe) => Some(KMeans { clusters, ..recipe.clone() }.into()),
            Self::Mixture(recipe) => {
                Some(Mixture { components: clusters, ..recipe.clone() }.into())
            }
            Self::Hierarchy(recipe) if matches!(recipe.cut, Cut::Clusters(_)) => {
                Some(Hierarchy { cut: Cut::Clusters(clusters), ..recipe.clone() }.into())
            }
            Self::Hierarchy(_) | Self::Dbscan(_) | Self::Hdbscan(_) => None,
        }
    }

    /// Its name, as written.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::KMeans(_) => "kmeans",
            Self::Mixture(_) => "mixture",
            Self::Dbscan(_) => "dbscan",
            Self::Hdbscan(_) => "hdbscan",
            Self::Hierarchy(_) => "hierarchy",
        }
    }
}

impl From<KMeans> for Method {
    fn from(recipe: KMeans) -> Self {
        Self::KMeans(recipe)
    }
}

impl From<Mixture> for Method {
    fn from(recipe: Mixture) -> Self {
        Self::Mixture(recipe)
    }
}

impl From<Dbscan> for Method {
    fn from(recipe: Dbscan) -> Self {
        Self::Dbscan(recipe)
    }
}

impl From<Hdbscan> for Method {
    fn from(recipe: Hdbscan) -> Self {
        Self::Hdbscan(recipe)
    }
}

impl From<Hierarchy> for Method {
    fn from(recipe: Hierarchy) -> Self {
        Self::Hierarchy(recipe)
    }
}

impl Model {
    /// The clusters, by number: from the weightiest to the lightest when fitted.
    #[must_use]
    pub fn clusters(&self) -> &[Cluster] {
        match self {
            Self::KMeans(model) => model.clusters(),
            Self::Mixture(model) => model.clusters(),
            Self::Dbscan(model) => model.clusters(),
            Self::Hdbscan(model) => model.clusters(),
            Self::Hierarchy(model) => model.clusters(),
        }
    }

    /// How the fit went, if there was one.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        match self {
            Self::KMeans(model) => model.report(),
            Self::Mixture(model) => model.report(),
            Self::Dbscan(model) => Some(model.report()),
            Self::Hdbscan(model) => Some(model.report()),
            Self::Hierarchy(model) => Some(model.report()),
        }
    }

    /// How many coordinates points have.
    #[must_use]
    pub fn columns(&self) -> usize {
        match self {
            Self::KMeans(model) => model.columns(),
            Self::Mixture(model) => model.columns(),
            Self::Dbscan(model) => model.columns(),
            Self::Hdbscan(model) => model.columns(),
            Self::Hierarchy(model) => model.columns(),
        }
    }

    /// Where a point belongs; `None` if it is no point of the model's space, or belongs nowhere.
    #[must_use]
    pub fn assign(&self, point: &[f64]) -> Option<Assignment> {
        match self {
            Self::KMeans(model) => model.assign(point),
            Self::Mixture(model) => model.assign(point),
            Self::Dbscan(model) => model.assign(point),
            Self::Hdbscan(model) => model.assign(point),
            Self::Hierarchy(model) => model.assign(point),
        }
    }

    /// How far a point is from each cluster, in the method's own measure: it belongs to the
    /// nearest. `None` if it is no point of the model's space.
    #[must_use]
    pub fn distances(&self, point: &[f64]) -> Option<Vec<f64>> {
        match self {
            Self::KMeans(model) => model.distances(point),
            Self::Mixture(model) => model.distances(point),
            Self::Dbscan(model) => model.distances(point),
            Self::Hdbscan(model) => model.distances(point),
            Self::Hierarchy(model) => model.distances(point),
        }
    }

    /// The cluster of each row of a matrix; `None` as for [`Model::assign`].
    #[must_use]
    pub fn labels(&self, points: ArrayView2<'_, f64>) -> Vec<Option<usize>> {
        match self {
            Self::KMeans(model) => model.labels(points),
            Self::Mixture(model) => model.labels(points),
            Self::Dbscan(model) => model.labels(points),
            Self::Hdbscan(model) => model.labels(points),
            Self::Hierarchy(model) => model.labels(points),
        }
    }

    /// Takes a point in, and returns its cluster; none if nothing was learned: the point belongs
    /// nowhere, its weight is out of range, or the method is not one that learns by and by.
    pub fn learn(&mut self, point: &[f64], weight: f64) -> Option<usize> {
        match self {
            Self::KMeans(model) => model.learn(point, weight),
            _ => None,
        }
    }

    /// How many points were learned since the fit.
    #[must_use]
    pub const fn learned(&self) -> u64 {
        match self {
            Self::KMeans(model) => model.learned(),
            _ => 0,
        }
    }
}
