//! Segments that are found in the data: customers who are alike, by any of the methods.
//!
//! [`Clusters`] is the recipe and [`Clustered`] the model, which assigns customers one by one and
//! moves with those it [learns](Learn); [`Clustered::portraits`] says what sets a segment apart.

mod portrait;
mod refit;
mod scene;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::cluster::{self, Assignment, Method, Model};
use crate::feature::{FeatureTable, Preparation, Prepared};
use crate::id::{CustomerId, SegmentId};
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

use super::identity::Refittable;
use super::migration::{Cause, Placed, by_margin};
use super::{Fit, Learn, Membership, ModelFault, Segment, Segmenter, found};

pub use super::identity::Refit;
pub use portrait::{Level, Portrait, Trait};

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
/// assert_eq!(model.segments()[0].description, "3 of 5 customers: 1.29 orders, far below average");
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
    ) -> Result<Option<Vec<f64>>, Problems<ModelFault>> {
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
                problems.add(Path::root(), ModelFault::NoWeight { column, customer });
            }
            weight.unwrap_or_default()
        };
        let weights = coordinates.customers().iter().map(weight).collect();
        problems.into_result(Some(weights))
    }
}

impl Fit for Clusters {
    type Model = Clustered;
    type Error = Problems<ModelFault>;

    fn fit_seeded(&self, table: &FeatureTable, seed: u64) -> Result<Clustered, Self::Error> {
        let mut problems = Problems::none();
        let path = Path::from("preparation");
        let prepared = problems.take(&path, self.preparation.fit(table));
        let Some(prepared) = prepared else { return Err(problems) };
        let coordinates = problems.take(&path, prepared.table(table));
        let Some(coordinates) = coordinates else { return Err(problems) };
        found::check_coordinates(&coordinates, &path, &mut problems);
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
        let segments = found::segments(model.clusters().len())?;
        Ok(Clustered::new(prepared, model, background, segments).told())
    }
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
        let descriptions = self.descriptions();
        found::describe(&mut self.segments, descriptions);
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
            let traits = self.prepared.columns().iter().zip(typical).zip(differences);
            let traits = traits.map(|((column, typical), (&center, background))| Trait {
                feature: column.name.clone(),
                stands_for: column.measure,
                typical,
                difference: background.difference(center),
            });
            Portrait::new(segment.id.clone(), cluster.size, customers, traits.collect())
        };
        clusters.iter().zip(&self.segments).map(portrait).collect()
    }

    /// Gives a segment another name and description for people; whether there is such a segment.
    pub fn rename(&mut self, id: &SegmentId, name: &str, description: &str) -> bool {
        found::rename(&mut self.segments, id, name, description)
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
        found::membership(&self.segments, self.place(row).map(|found| found.nearest.cluster))
    }

    fn distances(&self, row: &[Option<Value>], _today: NaiveDate) -> Option<Vec<f64>> {
        self.model.distances(&self.prepared.row(row)?)
    }

    fn causes(
        &self,
        then: (&[Option<Value>], NaiveDate),
        now: (&[Option<Value>], NaiveDate),
    ) -> Vec<Cause> {
        let place = |row: &[Option<Value>]| {
            let point = self.prepared.row(row)?;
            let cluster = self.model.assign(&point)?.nearest.cluster;
            Some(Placed { point, cluster })
        };
        by_margin(&self.inputs, (then.0, now.0), place, |point| self.model.distances(point))
    }
}

/// The center of the customer's segment moves towards the customer if the method learns by and by;
/// otherwise nothing is learned.
impl Learn for Clustered {
    fn learn(&mut self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
        let coordinates = self.prepared.row(row);
        let cluster = coordinates.and_then(|point| self.model.learn(&point, 1.0));
        found::membership(&self.segments, cluster)
    }
}

impl TryFrom<Written> for Clustered {
    type Error = Problems<ModelFault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { version, prepared, model, background, segments, retired } = written;
        let mut problems = Problems::none();
        found::check_version(version, VERSION, &mut problems);
        let columns = prepared.columns().len();
        for (place, what, found) in
            [("model", "coordinates", model.columns()), ("background", "columns", background.len())]
        {
            found::check_count(Path::from(place), what, (columns, found), &mut problems);
        }
        found::check_segments(&segments, model.clusters().len(), &mut problems);
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
