//! Groups of points that lie close together: mathematics only, which knows nothing of customers.
//!
//! A recipe ([`KMeans`]) is fitted on a matrix of points and gives a model ([`Clustering`]), which
//! assigns any point; [`silhouettes`] and [`adjusted_rand`] say how good clusters are.

mod clustering;
mod fault;
mod kmeans;
mod lanes;
mod lloyd;
mod points;
mod seeding;
mod validation;

pub use clustering::{Assignment, Cluster, Clustering, Nearest, Note, Report};
pub use fault::Fault;
pub use kmeans::{Init, KMeans};
pub use points::{HEAVIEST, LARGEST, LIGHTEST};
pub use validation::{adjusted_rand, silhouette, silhouettes};
