//! What would move a customer into another segment: the smallest changes of their features.

mod joint;
mod line;
mod step;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use super::Segmenter;
use super::clustered::Clustered;
use crate::feature::figure::listed;
use crate::feature::{FeatureTable, Labels, Measure, TableFault};
use crate::id::SegmentId;
use crate::path::Problems;
use crate::rule::{Text, Value};

/// Finds what would move customers into other segments of a model.
///
/// Unless told otherwise, every feature can change; whole numbers and money do not fall below 0.
///
/// ```
/// use loyalty::cluster::KMeans;
/// use loyalty::feature::{Column, FeatureTable, Measure, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::crossing::Guide;
/// use loyalty::segment::{Fit, Segmenter, clustered::Clusters};
///
/// let rows = [("ann", [1.0, 20.0]), ("bob", [3.0, 30.0]), ("cat", [9.0, 62.0])];
/// let rows = rows.map(|(id, row)| (CustomerId::new(id).unwrap(), row.map(Some)));
/// let columns = ["orders", "age"].map(|name| Column::new(name, Measure::Integer));
/// let table = FeatureTable::new(columns, rows)?;
/// let columns = [("orders", Scale::Standard), ("age", Scale::Standard)];
/// let model = Clusters::new(KMeans::new(2), Preparation::new(columns)).fit_seeded(&table, 1)?;
///
/// let bob = table.values(1, model.inputs())?;
/// let crossings = Guide::new(&model).fixed(["age"]).crossings(&bob);
/// assert_eq!(crossings[0].to_string(), "into Cluster 2: orders from 3 to 9");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Guide<'a> {
    model: &'a Clustered,
    fixed: BTreeSet<Text>,
    ranges: BTreeMap<Text, (f64, f64)>,
}

/// A change of features that moves a customer into another segment; whoever assigns the changed
/// customer finds it so.
///
/// Its [`Display`](fmt::Display) is a sentence in the features' own units.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Crossing {
    /// The segment that the customer would be in.
    pub segment: SegmentId,
    /// What people call it.
    pub name: String,
    /// What has to change; one feature or several at once.
    pub shifts: Vec<Shift>,
    /// How far that is in the scaled columns, as a straight line.
    pub distance: f64,
}

/// A change of one feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// The feature's name.
    pub feature: Text,
    /// What its numbers stand for.
    pub stands_for: Measure,
    /// Its number now, in its own unit (money in major units); what replaced it if it is missing.
    pub from: f64,
    /// Its number then: a value of the column, on the side that crosses.
    pub to: f64,
}

/// A customer who is to be moved.
struct Start<'a> {
    values: &'a [Option<Value>],
    /// The scaled coordinates.
    point: Vec<f64>,
    /// The same in the features' own units.
    numbers: Vec<f64>,
}

impl<'a> Guide<'a> {
    /// For the customers of a model.
    #[must_use]
    pub const fn new(model: &'a Clustered) -> Self {
        Self { model, fixed: BTreeSet::new(), ranges: BTreeMap::new() }
    }

    /// The same, where these features cannot change, such as an age.
    #[must_use]
    pub fn fixed<T: Into<Text>>(mut self, features: impl IntoIterator<Item = T>) -> Self {
        self.fixed.extend(features.into_iter().map(Into::into));
        self
    }

    /// The same, where a feature changes only from `least` to `most`, in its own unit.
    #[must_use]
    pub fn within(mut self, feature: impl Into<Text>, least: f64, most: f64) -> Self {
        self.ranges.insert(feature.into(), (least, most));
        self
    }

    /// The same, where features change only within what customers of a table have.
    ///
    /// # Errors
    /// All columns that the table does not have.
    pub fn observed(mut self, table: &FeatureTable) -> Result<Self, Problems<TableFault>> {
        let inputs = self.model.inputs();
        let positions = table.positions(inputs.iter().map(Text::as_str))?;
        for (name, position) in inputs.iter().zip(positions) {
            let least = table.present(position).min_by(f64::total_cmp);
            let most = table.present(position).max_by(f64::total_cmp);
            if let (Some(least), Some(most)) = (least, most) {
                self.ranges.insert(name.clone(), (least, most));
            }
        }
        Ok(self)
    }

    /// What would move a customer into each of the other segments, the shortest way first: by one
    /// feature alone, wherever one can do it, and with methods of centers also by several at once.
    ///
    /// `values` are those of [`Segmenter::inputs`]. With methods of centers the change is the
    /// smallest that there is, before it is rounded to the nearest value of the column that
    /// crosses; with others, one feature alone is tried in steps of a sixteenth of a scaled unit up
    /// to eight of them. Nothing moves a customer who is in no segment.
    #[must_use]
    pub fn crossings(&self, values: &[Option<Value>]) -> Vec<Crossing> {
        let Some((start, own)) = self.start(values) else { return Vec::new() };
        let others = (0..self.model.segments().len()).filter(|segment| *segment != own);
        let mut crossings: Vec<Crossing> =
            others.flat_map(|segment| self.towards(&start, segment)).collect();
        crossings.sort_by(shorter);
        crossings
    }

    /// What would move a customer into this segment, the shortest way first; as
    /// [`Guide::crossings`], and nothing if the customer is there already.
    #[must_use]
    pub fn crossings_into(&self, values: &[Option<Value>], segment: &SegmentId) -> Vec<Crossing> {
        let Some((start, own)) = self.start(values) else { return Vec::new() };
        let target = self.model.position(segment).filter(|target| *target != own);
        let mut crossings = target.map_or_else(Vec::new, |target| self.towards(&start, target));
        crossings.sort_by(shorter);
        crossings
    }

    fn start<'v>(&self, values: &'v [Option<Value>]) -> Option<(Start<'v>, usize)> {
        let point = self.model.prepared().row(values)?;
        let own = self.model.model().assign(&point)?.nearest.cluster;
        let numbers = self.model.prepared().undo_row(&point)?;
        Some((Start { values, point, numbers }, own))
    }

    fn towards(&self, start: &Start<'_>, segment: usize) -> Vec<Crossing> {
        let free = (0..start.point.len()).filter(|column| self.is_free(*column));
        let alone = free.filter_map(|column| {
            let along = line::first(self.model, &start.point, column, segment)?;
            step::alone(self, start, column, along, segment)
        });
        let mut crossings: Vec<Crossing> = alone.collect();
        let joint = joint::nearest(self, start, segment);
        let joint = joint.and_then(|point| step::together(self, start, &point, segment));
        // A joint change of one feature is one that is there already.
        crossings.extend(joint.filter(|found| found.shifts.len() > 1));
        crossings
    }

    fn name(&self, column: usize) -> Option<&Text> {
        self.model.inputs().get(column)
    }

    fn measure(&self, column: usize) -> Measure {
        let column = self.model.prepared().columns().get(column);
        column.map(|column| column.measure).unwrap_or_default()
    }

    fn is_free(&self, column: usize) -> bool {
        self.name(column).is_some_and(|name| !self.fixed.contains(name))
    }

    /// From where to where a feature can change.
    fn range(&self, column: usize) -> (f64, f64) {
        let given = self.name(column).and_then(|name| self.ranges.get(name));
        given.copied().unwrap_or(match self.measure(column) {
            Measure::Integer | Measure::Money(_) => (0.0, f64::INFINITY),
            Measure::Bool => (0.0, 1.0),
            Measure::Number | Measure::Category => (f64::NEG_INFINITY, f64::INFINITY),
        })
    }
}

/// Shorter ways first, then fewer shifts, then by the segment's id.
fn shorter(left: &Crossing, right: &Crossing) -> std::cmp::Ordering {
    let shorter = left.distance.total_cmp(&right.distance);
    let simpler = left.shifts.len().cmp(&right.shifts.len());
    shorter.then(simpler).then_with(|| left.segment.cmp(&right.segment))
}

impl Crossing {
    /// The change in a sentence, in which features are called by these labels.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let shifts: Vec<String> = self.shifts.iter().map(|shift| shift.told(labels)).collect();
        format!("into {}: {}", self.name, listed(&shifts))
    }
}

impl Shift {
    /// The change in words, with so many digits that both numbers are told apart.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let Self { feature, stands_for, from, to } = self;
        let [from, to] = labels.way(feature.as_str(), *from, *to, *stands_for);
        format!("{} from {from} to {to}", labels.name(feature.as_str()))
    }
}

/// As [`Crossing::told`] without labels of the host.
impl fmt::Display for Crossing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// As [`Shift::told`] without labels of the host.
impl fmt::Display for Shift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}
