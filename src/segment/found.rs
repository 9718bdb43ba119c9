//! What all models of found segments share: why they are refused, and how their segments are
//! numbered, named and checked.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{Membership, Segment};
use crate::cluster;
use crate::feature::{FeatureTable, TableFault};
use crate::id::{CustomerId, IdError, SegmentId};
use crate::path::{Path, Problems};
use crate::rule::Text;

/// Why no segments were found, or a stored model is none.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ModelFault {
    /// The table does not suit the recipe.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// The method's part of the recipe is at fault, or there is nothing to group.
    #[error(transparent)]
    Cluster(#[from] cluster::Fault),
    /// A number is so large on its scale that distances would overflow.
    #[error("column `{column}` of customer `{customer}` is beyond {largest:e}: scale the column",
        largest = cluster::LARGEST)]
    TooLarge {
        /// The name of the column.
        column: Text,
        /// The customer.
        customer: CustomerId,
    },
    /// It is not known how much a customer counts.
    #[error("customer `{customer}` has no value in column `{column}`, which weighs")]
    NoWeight {
        /// The name of the column.
        column: Text,
        /// The customer.
        customer: CustomerId,
    },
    /// A column that is looked at for its categories is of numbers.
    #[error("the values of `{column}` are no categories")]
    NoCategories {
        /// The name of the column.
        column: Text,
    },
    /// A segment's id is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The stored model is of another version.
    #[error("version {found} cannot be read: this is version {known}")]
    Version {
        /// The version found.
        found: u32,
        /// The version that can be read.
        known: u32,
    },
    /// The stored model does not have one of something for each of another.
    #[error("there are {found} {what}: {expected} are needed")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there must be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Two segments of the stored model have one id.
    #[error("there are two segments `{id}`")]
    DuplicateSegment {
        /// Their id.
        id: SegmentId,
    },
    /// A segment of the stored model has a number that was never given.
    #[error("the segment `{id}` is numbered beyond the {issued} that were given")]
    NeverIssued {
        /// Its id.
        id: SegmentId,
        /// The highest number that was given.
        issued: usize,
    },
    /// In the stored model, the levels of a category were counted more often than the customers.
    #[error("the levels of {found} customers were counted: there are {customers}")]
    Counted {
        /// How many customers there are.
        customers: usize,
        /// Of how many the levels were counted.
        found: usize,
    },
    /// A prototype of the stored model has a category that is no level of its column.
    #[error("there is no level {code} of `{column}`")]
    NoLevel {
        /// The name of the column.
        column: Text,
        /// The position that was found.
        code: u32,
    },
}

/// The segment of this number, as it is called before people name it.
pub(super) fn segment(number: usize) -> Result<Segment, IdError> {
    Ok(Segment {
        id: SegmentId::new(format!("cluster-{number}"))?,
        name: format!("Cluster {number}"),
        description: String::new(),
    })
}

/// So many segments, from number 1 on.
pub(super) fn segments(count: usize) -> Result<Vec<Segment>, Problems<ModelFault>> {
    let segments: Result<_, IdError> = (1..=count).map(segment).collect();
    segments.map_err(|fault| Problems::one(Path::from("segments"), fault.into()))
}

/// The segment of a cluster, if there is one.
pub(super) fn membership(segments: &[Segment], cluster: Option<usize>) -> Membership {
    let segment = cluster.and_then(|cluster| segments.get(cluster));
    segment.map_or_else(Membership::none, |segment| Membership::of(segment.id.clone()))
}

/// Gives a segment another name and description; whether there is such a segment.
pub(super) fn rename(
    segments: &mut [Segment],
    id: &SegmentId,
    name: &str,
    description: &str,
) -> bool {
    let found = segments.iter_mut().find(|segment| segment.id == *id);
    found.is_some_and(|segment| {
        segment.name = name.to_owned();
        segment.description = description.to_owned();
        true
    })
}

/// Gives each segment its description.
pub(super) fn describe(segments: &mut [Segment], descriptions: Vec<String>) {
    for (segment, description) in segments.iter_mut().zip(descriptions) {
        segment.description = description;
    }
}

/// Adds each column that has a coordinate beyond [`cluster::LARGEST`], with the first customer who
/// has one.
pub(super) fn check_coordinates(
    coordinates: &FeatureTable,
    preparation: &Path,
    problems: &mut Problems<ModelFault>,
) {
    for (position, column) in coordinates.columns().iter().enumerate() {
        let large = |number: f64| number.abs() > cluster::LARGEST;
        let row = coordinates.present(position).position(large);
        if let Some(customer) = row.and_then(|row| coordinates.customers().get(row)) {
            let (column, customer) = (column.name.clone(), customer.clone());
            let place = preparation.field("columns").item(position);
            problems.add(place, ModelFault::TooLarge { column, customer });
        }
    }
}

/// Adds it if a stored model is of another version than the known one.
pub(super) fn check_version(found: u32, known: u32, problems: &mut Problems<ModelFault>) {
    if found != known {
        problems.add(Path::from("version"), ModelFault::Version { found, known });
    }
}

/// Adds it if there are not so many as expected.
pub(super) fn check_count(
    path: Path,
    what: &'static str,
    (expected, found): (usize, usize),
    problems: &mut Problems<ModelFault>,
) {
    if found != expected {
        problems.add(path, ModelFault::Count { what, expected, found });
    }
}

/// Adds all segments that are not one for each cluster, each with an id of its own.
pub(super) fn check_segments(
    segments: &[Segment],
    clusters: usize,
    problems: &mut Problems<ModelFault>,
) {
    let path = Path::from("segments");
    check_count(path.clone(), "segments", (clusters, segments.len()), problems);
    let mut seen = BTreeSet::new();
    for (index, segment) in segments.iter().enumerate() {
        if !seen.insert(&segment.id) {
            let fault = ModelFault::DuplicateSegment { id: segment.id.clone() };
            problems.add(path.item(index), fault);
        }
    }
}
