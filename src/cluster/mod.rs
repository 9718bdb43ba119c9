//! Groups of points that lie close together: mathematics only, which knows nothing of customers.
//!
//! A recipe is fitted on a matrix of points and gives a model, which assigns any point: [`KMeans`],
//! [`Mixture`], [`Dbscan`], [`Hdbscan`] and [`Hierarchy`], or with categories too [`KPrototypes`].
//! [`Method`] is any of the former and [`Model`] any of their models; a [`stream`] learns points as
//! they come. [`silhouettes`] and others say how good clusters are, and [`choice`] how many there
//! should be.

pub mod choice;
pub mod shapley;
pub mod stream;
pub mod tree;

mod density;
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
mod validation;
mod wide;

pub use density::{
    Branch, CondensedTree, Dbscan, DbscanPoints, DenseRegions, DensityHierarchy, Departure,
    Hdbscan, Member, Optics, ReachabilityOrder, Selection, Single,
};
pub use fault::Fault;
pub use found::{Assignment, Cluster, Nearest, Note, Objective, Report};
pub use hierarchy::{Branches, Cut, Dendrogram, Hierarchy, Linkage, MOST_PLACES, Merge};
pub use kmeans::{Clustering, Init, KMeans, MiniBatch};
pub use matching::matching;
pub use method::{Method, Model};
pub use mixture::{Covariance, Gaussians, Matrices, Mixture, MixtureInit};
pub use points::{HEAVIEST, LARGEST, LIGHTEST};
pub use prototypes::{KPrototypes, MISSING, Mixed, Prototype, Prototypes, Start, StartAt};
pub use summary::{Birch, Feature, Summary};
pub use validation::{
    Gap, Recurrence, SampledSilhouette, VMeasure, adjusted_mutual_information, adjusted_rand,
    calinski_harabasz, davies_bouldin, fowlkes_mallows, gap_statistic,
    normalized_mutual_information, recurrence, sampled_silhouette, silhouette, silhouettes,
    simplified_silhouette, stability, v_measure,
};
