//! Segments of customers who keep coming and matter less as time goes by.
//!
//! [`Streams`] is the recipe and [`Streamed`] the model. It takes in the customers it
//! [learns](Learn) day by day, of whom each counts half after a half-life;
//! [`Streamed::regroup`] then looks at the segments anew and tells how they moved, came and went.

mod regroup;
mod stored;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::cluster::stream::{Flow, Grouping, MacroClusters, Stream};
use crate::cluster::{self, Assignment};
use crate::feature::figure::percent;
use crate::feature::{Column, FeatureTable, Labels, Preparation, Prepared};
use crate::id::SegmentId;
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

use super::{Fit, Learn, Membership, ModelFault, Segment, Segmenter, found};

pub use regroup::{Absorbed, Regrouped, Shift, Split};

use stored::Written;

/// Finds segments of customers who are alike, and lets them move as customers keep coming.
///
/// The customers of the table are taken in as of one day, in the order of their ids.
///
/// ```
/// use loyalty::cluster::stream::{Grouping, Stream};
/// use loyalty::cluster::{Cut, Hierarchy};
/// use loyalty::feature::{FeatureTable, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::{Fit, Learn, Segmenter, streamed::Streams};
///
/// let bought = [("ann", 1.0), ("bob", 2.0), ("cat", 1.0), ("dan", 21.0), ("eve", 19.0)];
/// let rows = bought.map(|(id, orders)| (CustomerId::new(id).ok(), [Some(orders)]));
/// let rows = rows.into_iter().filter_map(|(id, row)| Some((id?, row)));
/// let table = FeatureTable::new(["orders"], rows)?;
///
/// let march = "2026-03-01".parse()?;
/// let recipe = Streams {
///     preparation: Preparation::new([("orders", Scale::Standard)]),
///     stream: Stream { half_life: Some(30.0), ..Stream::new(0.2) },
///     grouping: Grouping::Hierarchy(Hierarchy::new(Cut::Clusters(2))),
///     as_of: march,
/// };
/// let mut model = recipe.fit_seeded(&table, 1)?;
/// assert_eq!(model.segments()[0].description, "60 % of the weight: 1.33 orders");
/// let seen = model.learn(&[table.value(3, 0)], march);
/// assert_eq!(seen.to_string(), "cluster-2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Streams {
    /// Which columns are looked at, and how they are made comparable.
    pub preparation: Preparation,
    /// How customers become micro-clusters: the radius is in the scaled columns, and the half-life
    /// in days.
    pub stream: Stream,
    /// How micro-clusters become segments. The seed of a fit stands in for its own.
    pub grouping: Grouping,
    /// The day as of which the customers of the table are as they are.
    pub as_of: NaiveDate,
}

/// Segments that move with the customers who keep coming.
///
/// At the fit they are numbered from the weightiest to the lightest (`cluster-1`, `cluster-2`…).
/// A segment keeps its id for as long as it goes on, and a number is never given twice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Streamed {
    prepared: Prepared,
    inputs: Vec<Text>,
    grouping: Grouping,
    flow: Flow,
    clusters: MacroClusters,
    segments: Vec<Segment>,
    /// The highest number that a segment was given.
    issued: usize,
}

impl Fit for Streams {
    type Model = Streamed;
    type Error = Problems<ModelFault>;

    fn fit_seeded(&self, table: &FeatureTable, seed: u64) -> Result<Streamed, Self::Error> {
        let mut problems = Problems::none();
        let path = Path::from("preparation");
        let flow = self.stream.start(self.preparation.columns.len().max(1));
        let flow = problems.take(&Path::from("stream"), flow);
        let prepared = problems.take(&path, self.preparation.fit(table));
        let (Some(mut flow), Some(prepared)) = (flow, prepared) else { return Err(problems) };
        let coordinates = problems.take(&path, prepared.table(table));
        let Some(coordinates) = coordinates else { return Err(problems) };
        found::check_coordinates(&coordinates, &path, &mut problems);
        let (true, Some(matrix)) = (problems.is_empty(), coordinates.matrix()) else {
            return Err(problems);
        };
        for row in matrix.outer_iter() {
            flow.learn(&row.to_vec(), 1.0, days(self.as_of));
        }
        let grouping = seeded(&self.grouping, seed);
        let found = flow.group(&grouping, days(self.as_of));
        let clusters = problems.take(&Path::from("grouping"), found);
        let Some(clusters) = clusters else { return Err(problems) };
        let issued = clusters.clusters().len();
        let segments = found::segments(issued)?;
        let inputs = names(&prepared);
        let model = Streamed { prepared, inputs, grouping, flow, clusters, segments, issued };
        Ok(model.described())
    }
}

/// The same grouping for this seed.
fn seeded(grouping: &Grouping, seed: u64) -> Grouping {
    match grouping {
        Grouping::KMeans { recipe, .. } => Grouping::KMeans { recipe: recipe.clone(), seed },
        other => other.clone(),
    }
}

fn names(prepared: &Prepared) -> Vec<Text> {
    prepared.columns().iter().map(|column| column.name.clone()).collect()
}

/// A day as an instant of the stream.
fn days(date: NaiveDate) -> f64 {
    f64::from(date.num_days_from_ce())
}

impl Streamed {
    /// How customers' values become coordinates.
    #[must_use]
    pub const fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// What is known of the customers who came so far; instants are days of the common era.
    #[must_use]
    pub const fn flow(&self) -> &Flow {
        &self.flow
    }

    /// The clusters of the last grouping, in the order of [`Segmenter::segments`].
    #[must_use]
    pub const fn clusters(&self) -> &MacroClusters {
        &self.clusters
    }

    /// Where a customer belongs and how clearly, by the position in [`Segmenter::segments`]: to the
    /// segment that has the nearest micro-cluster, whose distance in the scaled columns it is.
    /// `None` if the customer is in no segment.
    #[must_use]
    pub fn place(&self, values: &[Option<Value>]) -> Option<Assignment> {
        self.clusters.assign(&self.prepared.row(values)?)
    }

    /// Gives a segment another name and description for people; whether there is such a segment.
    pub fn rename(&mut self, id: &SegmentId, name: &str, description: &str) -> bool {
        found::rename(&mut self.segments, id, name, description)
    }

    /// The same model, whose segments are all described by what is typical of them.
    fn described(mut self) -> Self {
        let descriptions = self.descriptions();
        found::describe(&mut self.segments, descriptions);
        self
    }

    /// What is typical of each segment, in a sentence.
    fn descriptions(&self) -> Vec<String> {
        let total: f64 = self.clusters.clusters().iter().map(|cluster| cluster.weight).sum();
        let description = |cluster: &cluster::Cluster| {
            let typical = self.prepared.undo_row(&cluster.center).unwrap_or_default();
            let share = percent(cluster.weight / total);
            format!("{share} of the weight: {}", self.numbers(&typical))
        };
        self.clusters.clusters().iter().map(description).collect()
    }

    /// Numbers of all columns with what they are: `12 orders, 80.00 EUR spent`.
    fn numbers(&self, numbers: &[f64]) -> String {
        let columns = self.prepared.columns().iter().zip(numbers);
        let labels = Labels::default();
        let number = |(column, &number): (&Column, &f64)| {
            labels.phrase(column.name.as_str(), number, column.measure)
        };
        columns.map(number).collect::<Vec<_>>().join(", ")
    }
}

impl Segmenter for Streamed {
    fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn inputs(&self) -> &[Text] {
        &self.inputs
    }

    /// The one segment that was nearest at the last grouping.
    fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
        found::membership(&self.segments, self.place(row).map(|found| found.nearest.cluster))
    }

    /// From the nearest micro-cluster of each segment, in the scaled columns.
    fn distances(&self, row: &[Option<Value>], _today: NaiveDate) -> Option<Vec<f64>> {
        let point = self.prepared.row(row)?;
        self.clusters.assign(&point)?;
        let mut distances = vec![f64::INFINITY; self.segments.len()];
        for member in self.clusters.members() {
            let gaps = member.center.iter().zip(&point).map(|(center, x)| center - x);
            let distance = gaps.map(|gap| gap * gap).sum::<f64>().sqrt();
            if let Some(least) = distances.get_mut(member.cluster) {
                *least = least.min(distance);
            }
        }
        Some(distances)
    }
}

/// The customer counts from now on, in the next [`Streamed::regroup`]; until then segments stay
/// where they are. A day may come before one that was learned: it then counts as that much older.
impl Learn for Streamed {
    fn learn(&mut self, row: &[Option<Value>], today: NaiveDate) -> Membership {
        let membership = self.assign(row, today);
        if let (false, Some(point)) = (membership.is_empty(), self.prepared.row(row)) {
            self.flow.learn(&point, 1.0, days(today));
        }
        membership
    }
}
