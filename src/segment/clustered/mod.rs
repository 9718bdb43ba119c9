//! Segments that are found in the data: customers who are alike, by any of the methods.
//!
//! [`Clusters`] is the recipe and [`Clustered`] the model, which assigns customers one by one and
//! moves with those it [learns](Learn); [`Clustered::portraits`] says what sets a segment apart.

mod moved;
mod portrait;
mod refit;
mod scene;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::cluster::{self, Assignment, Method, Model};
use crate::feature::{FeatureTable, Preparation, Prepared, TableFault};
use crate::id::{CustomerId, IdError, SegmentId};
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

use super::migration::Cause;
use super::{Fit, Learn, Membership, Segment, Segmenter};

pub use portrait::{Level, Portrait, Trait};
pub use refit::Refit;

use portrait::Background;

/// The version of the stored form of [`Clustered`].
const VERSION: u32 = 1;

/// Finds segments of customers who are alike.
///
/// ```
/// use loyalty::cluster::KMeans;
/// use loyalty::feature::{FeatureTable, Missing, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::{Fit, Segmenter, clustered::Clusters};
/// use rand::SeedableRng;
/// use rand_chacha::ChaCha8Rng;
///
/// let bought = [("ann", 1.0), ("bob", 2.0), ("cat", 1.0), ("dan", 21.0), ("eve", 19.0)];
/// let rows = bought.map(|(id, orders)| (CustomerId::new(id).ok(), [Some(orders)]));
/// let rows = rows.into_iter().filter_map(|(id, row)| Some((id?, row)));
/// let table = FeatureTable::new(["orders"], rows)?;
///
/// let columns = Preparation::new([("orders", Scale::Log1p)]).missing(Missing::DropRows);
/// let recipe = Clusters::new(KMeans::new(2), columns);
/// let model = recipe.fit(&table, &mut ChaCha8Rng::seed_from_u64(1))?;
/// assert_eq!(model.segments()[0].description, "3 of 5 customers: orders 1.29, far below average");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clusters {
    /// Which columns are looked at, and how they are made comparable.
    pub preparation: Preparation,
    /// How clusters are found; numbers in it, such as given centers, are in the scaled columns.
    pub method: Method,
    /// The column that says how much each customer counts, such as their spend; all count alike
    /// without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weights: Option<Text>,
}

/// Why no segments were found, or a stored model is none.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ClusteredFault {
    /// The table does not suit the preparation.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// The recipe of the method is at fault.
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
    /// A segment's id is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The stored model is of another version.
    #[error("version {found} cannot be read: this is version {VERSION}")]
    Version {
        /// The version found.
        found: u32,
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
}

/// Segments that were found, with everything that is needed to assign a customer to them.
///
/// They are numbered from the largest to the smallest (`cluster-1`, `cluster-2`…). The numbers of
/// another fit need not mean the same customers, unless it is a [refit](Clustered::refit).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Clustered {
    prepared: Prepared,
    inputs: Vec<Text>,
    model: Model,
    background: Vec<Background>,
    segments: Vec<Segment>,
    /// The ids of segments that are no more.
    retired: BTreeSet<SegmentId>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    version: u32,
    prepared: Prepared,
    model: Model,
    background: Vec<Background>,
    segments: Vec<Segment>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    retired: BTreeSet<SegmentId>,
}

impl Clusters {
    /// The clusters that a method finds of customers who are alike in the prepared columns.
    #[must_use]
    pub fn new(method: impl Into<Method>, preparation: Preparation) -> Self {
        Self { preparation, method: method.into(), weights: None }
    }

    /// The same, where each customer counts as much as a column says.
    #[must_use]
    pub fn weighted_by(self, column: impl Into<Text>) -> Self {
        Self { weights: Some(column.into()), ..self }
    }

    /// How much each of the customers with coordinates counts, in their order.
    fn weights(
        &self,
        table: &FeatureTable,
        coordinates: &FeatureTable,
    ) -> Result<Option<Vec<f64>>, Problems<ClusteredFault>> {
        let Some(column) = &self.weights else { return Ok(None) };
        let mut problems = Problems::none();
        let places = table.positions([column.as_str()]).map_err(|found| {
            let faults = found.iter().map(|problem| problem.fault.clone());
            faults.for_each(|fault| problems.add(Path::root(), fault.into()));
        });
        let Ok(&[place]) = places.as_deref() else { return Err(problems) };
        let weight = |customer: &CustomerId| {
            let weight = table.row(customer).and_then(|row| table.number(row, place));
            if weight.is_none() {
                let (column, customer) = (column.clone(), customer.clone());
                problems.add(Path::root(), ClusteredFault::NoWeight { column, customer });
            }
            weight.unwrap_or_default()
        };
        let weights = coordinates.customers().iter().map(weight).collect();
        problems.into_result(Some(weights))
    }
}

impl Fit for Clusters {
    type Model = Clustered;
    type Error = Problems<ClusteredFault>;

    fn fit_seeded(&self, table: &FeatureTable, seed: u64) -> Result<Clustered, Self::Error> {
        let mut problems = Problems::none();
        let path = Path::from("preparation");
        let prepared = problems.take(&path, self.preparation.fit(table));
        let Some(prepared) = prepared else { return Err(problems) };
        let coordinates = problems.take(&path, prepared.table(table));
        let Some(coordinates) = coordinates else { return Err(problems) };
        too_large(&coordinates, &path, &mut problems);
        let (true, Some(matrix)) = (problems.is_empty(), coordinates.matrix()) else {
            return Err(problems);
        };
        let weights = problems.take(&Path::from("weights"), self.weights(table, &coordinates));
        let Some(weights) = weights else { return Err(problems) };
        let model = self.method.fit_seeded(matrix, weights.as_deref(), seed);
        let model = problems.take(&Path::from("method"), model);
        let Some(model) = model else { return Err(problems) };
        let background = (0..model.columns())
            .map(|column| Background::of(coordinates.present(column)))
            .collect();
        let segments = (1..=model.clusters().len()).map(segment).collect::<Result<_, _>>();
        match segments {
            Ok(segments) => Ok(Clustered::new(prepared, model, background, segments).told()),
            Err(fault) => Err(Problems::one(Path::from("segments"), fault.into())),
        }
    }
}

/// The segment of this number, as it is called before people name it.
pub(super) fn segment(number: usize) -> Result<Segment, IdError> {
    Ok(Segment {
        id: SegmentId::new(format!("cluster-{number}"))?,
        name: format!("Cluster {number}"),
        description: String::new(),
    })
}

/// Adds the first customer of each column whose coordinate is out of the range of k-means.
fn too_large(coordinates: &FeatureTable, path: &Path, problems: &mut Problems<ClusteredFault>) {
    for (position, column, customer) in beyond(coordinates) {
        let place = path.field("columns").item(position);
        problems.add(place, ClusteredFault::TooLarge { column, customer });
    }
}

/// The columns that have a coordinate beyond [`cluster::LARGEST`], each by its position and name
/// with the first customer who has one.
pub(super) fn beyond(
    coordinates: &FeatureTable,
) -> impl Iterator<Item = (usize, Text, CustomerId)> + '_ {
    coordinates.columns().iter().enumerate().filter_map(|(position, column)| {
        let large = |number: f64| number.abs() > cluster::LARGEST;
        let row = coordinates.present(position).position(large)?;
        Some((position, column.name.clone(), coordinates.customers().get(row)?.clone()))
    })
}

impl Clustered {
    fn new(
        prepared: Prepared,
        model: Model,
        background: Vec<Background>,
        segments: Vec<Segment>,
    ) -> Self {
        let inputs = prepared.columns().iter().map(|column| column.name.clone()).collect();
        Self { prepared, inputs, model, background, segments, retired: BTreeSet::new() }
    }

    /// The same model, whose segments are described by what sets them apart.
    fn told(mut self) -> Self {
        let portraits = self.portraits();
        for (segment, portrait) in self.segments.iter_mut().zip(portraits) {
            segment.description = portrait.to_string();
        }
        self
    }

    /// How customers' values become coordinates.
    #[must_use]
    pub const fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// The clusters among the coordinates, and how the fit went.
    #[must_use]
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// Where a customer belongs and how clearly, by the position in [`Segmenter::segments`];
    /// distances are in the scaled columns. `None` if the customer is in no segment.
    #[must_use]
    pub fn place(&self, values: &[Option<Value>]) -> Option<Assignment> {
        self.model.assign(&self.prepared.row(values)?)
    }

    /// What is typical of each segment and sets it apart, in the order of the segments.
    #[must_use]
    pub fn portraits(&self) -> Vec<Portrait> {
        let clusters = self.model.clusters();
        let customers = clusters.iter().map(|cluster| cluster.size).sum();
        let portrait = |(cluster, segment): (&cluster::Cluster, &Segment)| {
            let typical = self.prepared.undo_row(&cluster.center).unwrap_or_default();
            let differences = cluster.center.iter().zip(&self.background);
            let traits = self.inputs.iter().zip(typical).zip(differences);
            let traits = traits.map(|((feature, typical), (&center, background))| Trait {
                feature: feature.clone(),
                typical,
                difference: background.difference(center),
            });
            Portrait::new(segment.id.clone(), cluster.size, customers, traits.collect())
        };
        clusters.iter().zip(&self.segments).map(portrait).collect()
    }

    /// Gives a segment another name and description for people; whether there is such a segment.
    pub fn rename(&mut self, id: &SegmentId, name: &str, description: &str) -> bool {
        let found = self.segments.iter_mut().find(|segment| segment.id == *id);
        found.is_some_and(|segment| {
            segment.name = name.to_owned();
            segment.description = description.to_owned();
            true
        })
    }

    fn membership(&self, cluster: Option<usize>) -> Membership {
        let segment = cluster.and_then(|cluster| self.segments.get(cluster));
        segment.map_or_else(Membership::none, |segment| Membership::of(segment.id.clone()))
    }
}

impl Segmenter for Clustered {
    fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn inputs(&self) -> &[Text] {
        &self.inputs
    }

    /// The one segment whose center is nearest.
    fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
        self.membership(self.place(row).map(|assignment| assignment.nearest.cluster))
    }

    fn distances(&self, row: &[Option<Value>], _today: NaiveDate) -> Option<Vec<f64>> {
        self.model.distances(&self.prepared.row(row)?)
    }

    fn causes(
        &self,
        then: (&[Option<Value>], NaiveDate),
        now: (&[Option<Value>], NaiveDate),
    ) -> Vec<Cause> {
        self.moved(then.0, now.0)
    }
}

/// The center of the customer's segment moves towards the customer if the method learns by and by;
/// otherwise nothing is learned.
impl Learn for Clustered {
    fn learn(&mut self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
        let coordinates = self.prepared.row(row);
        let cluster = coordinates.and_then(|point| self.model.learn(&point, 1.0));
        self.membership(cluster)
    }
}

impl TryFrom<Written> for Clustered {
    type Error = Problems<ClusteredFault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { version, prepared, model, background, segments, retired } = written;
        let mut problems = Problems::none();
        if version != VERSION {
            problems.add(Path::from("version"), ClusteredFault::Version { found: version });
        }
        let columns = prepared.columns().len();
        for (place, what, found, expected) in [
            ("model", "coordinates", model.columns(), columns),
            ("background", "columns", background.len(), columns),
            ("segments", "segments", segments.len(), model.clusters().len()),
        ] {
            if found != expected {
                let fault = ClusteredFault::Count { what, expected, found };
                problems.add(Path::from(place), fault);
            }
        }
        let mut seen = BTreeSet::new();
        for (index, segment) in segments.iter().enumerate() {
            if !seen.insert(&segment.id) {
                let fault = ClusteredFault::DuplicateSegment { id: segment.id.clone() };
                problems.add(Path::from("segments").item(index), fault);
            }
        }
        let read = Self::new(prepared, model, background, segments);
        problems.into_result(Self { retired, ..read })
    }
}

impl From<Clustered> for Written {
    fn from(model: Clustered) -> Self {
        let Clustered { prepared, inputs: _, model, background, segments, retired } = model;
        Self { version: VERSION, prepared, model, background, segments, retired }
    }
}
