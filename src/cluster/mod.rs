//! Groups of points that lie close together: mathematics only, which knows nothing of customers.
//!
//! A recipe ([`KMeans`]) is fitted on a matrix of points and gives a model ([`Clustering`]), which
//! assigns any point; [`Method`] is any of the recipes and [`Model`] any of the models.
//! [`silhouettes`] and [`adjusted_rand`] say how good clusters are.

mod fault;
mod found;
mod kmeans;
mod method;
mod mixture;
mod points;
mod prototypes;
mod validation;
mod wide;

pub use fault::Fault;
pub use found::{Assignment, Cluster, Nearest, Note, Objective, Report};
pub use kmeans::{Clustering, Init, KMeans};
pub use method::{Method, Model};
pub use mixture::{Covariance, Gaussians, Matrices, Mixture, MixtureInit};
pub use points::{HEAVIEST, LARGEST, LIGHTEST};
pub use prototypes::{KPrototypes, MISSING, Mixed, Prototype, Prototypes, Start, StartAt};
pub use validation::{adjusted_rand, silhouette, silhouettes};
