//! Clusters as regions where points lie close together, of any shape, and noise between them:
//! DBSCAN ([`Dbscan`], one density for all) and HDBSCAN ([`Hdbscan`], every
//! density at once), and the order that shows them ([`Optics`]).

mod condensed;
mod core_distance;
mod dbscan;
mod dense;
mod grouped;
mod hdbscan;
mod hierarchy;
mod linked;
mod optics;
mod places;
mod regions;
mod rows;
mod selection;
mod sets;
mod spanning;
mod sum;

pub use condensed::{Branch, CondensedTree, Departure};
pub use dbscan::{Dbscan, DbscanPoints};
pub use hdbscan::{Hdbscan, Selection, Single};
pub use hierarchy::{DensityHierarchy, Member};
pub use optics::{Optics, ReachabilityOrder};
pub use regions::DenseRegions;
