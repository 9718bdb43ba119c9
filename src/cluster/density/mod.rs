//! Clusters as regions where points lie close together, of any shape, and noise between them:
//! DBSCAN ([`Dbscan`], one density for all) and HDBSCAN (every density at once).

mod dbscan;
mod dense;
mod grouped;
mod linked;
mod regions;
mod rows;
mod sets;
mod sorted;

pub use dbscan::{Dbscan, DbscanPoints};
pub use regions::DenseRegions;
