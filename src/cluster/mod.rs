//! Groups of points that lie close together: mathematics only, which knows nothing of customers.
//!
//! A recipe is fitted on a matrix of points and gives a model, which assigns any point: [`KMeans`],
//! [`Mixture`], [`Dbscan`], [`Hdbscan`] and [`Hierarchy`], or with categories too [`KPrototypes`].
//! [`Method`] is any of the former and [`Model`] any of their models; a [`stream`] learns points as
//! they come. [`validation`] says how good clusters are, and [`choice`] how many there should be
//! and which method to take.

pub mod choice;
pub mod density;
pub mod shapley;
pub mod stream;
pub mod tree;
pub mod validation;

mod fault;
mod found;
mod hierarchy;
mod kmeans;
mod matching;
mod method;
mod mixture;
mod nearby;
pub(crate) mod neighbors;
mod points;
mod prototypes;
mod summary;
mod wide;

pub use density::{Dbscan, DenseRegions, DensityHierarchy, Hdbscan, Optics};
pub use fault::Fault;
pub use found::{Assignment, Cluster, Nearest, Note, Objective, Report};
pub use hierarchy::{Branches, Cut, Dendrogram, Hierarchy, Linkage, MOST_PLACES, Merge};
pub use kmeans::{Clustering, Init, KMeans, MiniBatch};
pub use matching::matching;
pub use method::{Method, Model};
pub use mixture::{Covariance, Gaussians, Matrices, Mixture, MixtureInit};
pub use points::{HEAVIEST, LARGEST, LIGHTEST};
pub use prototypes::{KPrototypes, MISSING, Mixed, Prototype, Prototypes, Start, StartAt};
pub use summary::{Birch, ClusteringFeature, MicroClusters};
