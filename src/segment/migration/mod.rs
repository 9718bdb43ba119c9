//! Who moved between segments from one date to another, and what drove them.

mod cause;
mod margin;
mod shapley;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::feature::{FeatureTable, TableFault};
use crate::id::{CustomerId, SegmentId};
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};
use crate::segment::Segmenter;

pub use cause::{Cause, Driver, Turn};
pub(in crate::segment) use margin::{Placed, by_margin};

use cause::Movers;

/// Where a customer is at a date.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// In just these segments; in none if there are none.
    In(BTreeSet<SegmentId>),
    /// Not among the customers: not yet, or not any more.
    Absent,
}

/// Customers who went from one place to the same other, or stayed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Where they were.
    pub from: Place,
    /// Where they are.
    pub to: Place,
    /// How many they are.
    pub customers: u64,
    /// What drove those who were there on both dates, the strongest first.
    pub drivers: Vec<Driver>,
}

/// What happened to one segment. `then` is `stayed` + `left` + `gone`, and `now` is `stayed` +
/// `joined` + `come`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// The segment.
    pub segment: SegmentId,
    /// How many customers it had.
    pub then: u64,
    /// How many of them are in it on both dates.
    pub stayed: u64,
    /// How many left it and are still customers.
    pub left: u64,
    /// How many were in it and are no customers any more.
    pub gone: u64,
    /// How many joined it who were customers before.
    pub joined: u64,
    /// How many are in it who were no customers before.
    pub come: u64,
    /// How many customers it has.
    pub now: u64,
}

/// Who moved between segments from one date to another.
///
/// Every customer counts in one [`Move`], so that moves sum up to the customers of each date. Who
/// is in several segments (as by rules) is at the place of just these; what that means for a single
/// segment is in its [`Balance`], where such a customer counts in each.
///
/// ```
/// use loyalty::cluster::KMeans;
/// use loyalty::feature::{FeatureTable, Labels, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::migration::Migration;
/// use loyalty::segment::{Fit, Segmenter, clustered::Clusters};
///
/// let table = |rows: &[(&str, [f64; 2])]| {
///     let row = |&(id, row): &(&str, [f64; 2])| Some((CustomerId::new(id).ok()?, row.map(Some)));
///     FeatureTable::new(["orders", "spend"], rows.iter().filter_map(row))
/// };
/// let spring = table(&[
///     ("ann", [1.0, 10.0]), ("bob", [2.0, 20.0]), ("cat", [1.0, 30.0]),
///     ("dan", [20.0, 500.0]), ("eve", [22.0, 520.0]),
/// ])?;
/// let columns = Preparation::new([("orders", Scale::Standard), ("spend", Scale::Standard)]);
/// let model = Clusters::new(KMeans::new(2), columns).fit_seeded(&spring, 1)?;
///
/// let autumn = table(&[
///     ("ann", [21.0, 400.0]), ("bob", [2.0, 20.0]), ("dan", [20.0, 500.0]),
///     ("eve", [22.0, 520.0]), ("fay", [1.0, 15.0]),
/// ])?;
/// let moved = Migration::between(
///     &model, &spring, "2026-03-01".parse()?, &autumn, "2026-09-01".parse()?,
/// )?;
/// assert_eq!(
///     moved.sentences(model.segments(), &Labels::default()),
///     [
///         "1 of 3 customers stayed in Cluster 1",
///         "1 customer went from Cluster 1 to Cluster 2: \
///          orders made 55 % of it; spend made 45 % of it",
///         "1 customer of Cluster 1 is gone",
///         "2 of 2 customers stayed in Cluster 2",
///         "1 customer is new in Cluster 1",
///     ],
/// );
/// assert_eq!(moved.share_moved(), Some(0.25));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// The first date.
    pub then: NaiveDate,
    /// The second date.
    pub now: NaiveDate,
    /// All moves that somebody made, stays among them, in the order of places.
    pub moves: Vec<Move>,
    /// What happened to each segment, in the order of the segmenter.
    pub balances: Vec<Balance>,
}

impl Migration {
    /// The moves of the customers of two tables, of two dates, between the segments of one
    /// segmenter.
    ///
    /// # Errors
    /// All inputs for which a table has no column, under `then` and `now`.
    pub fn between(
        segmenter: &dyn Segmenter,
        then: &FeatureTable,
        then_on: NaiveDate,
        now: &FeatureTable,
        now_on: NaiveDate,
    ) -> Result<Self, Problems<TableFault>> {
        let mut problems = Problems::none();
        let columns =
            |table: &FeatureTable| table.positions(segmenter.inputs().iter().map(Text::as_str));
        let then_columns = problems.take(&Path::from("then"), columns(then));
        let now_columns = problems.take(&Path::from("now"), columns(now));
        let (Some(then_columns), Some(now_columns)) = (then_columns, now_columns) else {
            return Err(problems);
        };
        let sides = [
            Side { table: then, columns: then_columns, on: then_on },
            Side { table: now, columns: now_columns, on: now_on },
        ];
        Ok(moved(segmenter, &sides))
    }

    /// How many customers went from one place to another.
    #[must_use]
    pub fn customers(&self, from: &Place, to: &Place) -> u64 {
        self.count(|step| step.from == *from && step.to == *to)
    }

    /// How many customers were at a place at the first date: the sum of its row.
    #[must_use]
    pub fn were(&self, place: &Place) -> u64 {
        self.count(|step| step.from == *place)
    }

    /// How many customers are at a place at the second date: the sum of its column.
    #[must_use]
    pub fn are(&self, place: &Place) -> u64 {
        self.count(|step| step.to == *place)
    }

    /// Which share of those who were customers on both dates is at another place; `None` if there
    /// are none.
    #[must_use]
    pub fn share_moved(&self) -> Option<f64> {
        let there = |step: &Move| step.from != Place::Absent && step.to != Place::Absent;
        let all = self.count(there);
        let moved = self.count(|step| there(step) && step.from != step.to);
        (all > 0).then(|| moved as f64 / all as f64)
    }

    /// How many customers there are who were none before.
    #[must_use]
    pub fn new_customers(&self) -> u64 {
        self.were(&Place::Absent)
    }

    fn count(&self, which: impl Fn(&Move) -> bool) -> u64 {
        self.moves.iter().filter(|step| which(step)).map(|step| step.customers).sum()
    }
}

/// The customers of a date.
struct Side<'a> {
    table: &'a FeatureTable,
    columns: Vec<usize>,
    on: NaiveDate,
}

impl Side<'_> {
    fn row(&self, customer: &CustomerId) -> Option<Vec<Option<Value>>> {
        let row = self.table.row(customer)?;
        Some(self.table.values_at(row, &self.columns))
    }
}

fn moved(segmenter: &dyn Segmenter, [then, now]: &[Side<'_>; 2]) -> Migration {
    let mut found: BTreeMap<(Place, Place), Movers> = BTreeMap::new();
    let customers: BTreeSet<&CustomerId> =
        then.table.customers().iter().chain(now.table.customers()).collect();
    for customer in customers {
        let rows = (then.row(customer), now.row(customer));
        let place = |row: Option<&Vec<Option<Value>>>, on| match row {
            Some(row) => {
                let membership = segmenter.assign(row, on);
                Place::In(membership.iter().map(|share| share.segment.clone()).collect())
            }
            None => Place::Absent,
        };
        let (from, to) = (place(rows.0.as_ref(), then.on), place(rows.1.as_ref(), now.on));
        let causes = match &rows {
            (Some(before), Some(after)) if from != to => {
                segmenter.causes((before, then.on), (after, now.on))
            }
            _ => Vec::new(),
        };
        found.entry((from, to)).or_default().add(causes);
    }
    let step = |((from, to), movers): ((Place, Place), Movers)| {
        let (customers, drivers) = movers.finish();
        Move { from, to, customers, drivers }
    };
    let moves: Vec<Move> = found.into_iter().map(step).collect();
    let balance = |segment: &crate::segment::Segment| balance(&segment.id, &moves);
    let balances = segmenter.segments().iter().map(balance).collect();
    Migration { then: then.on, now: now.on, moves, balances }
}

fn balance(segment: &SegmentId, moves: &[Move]) -> Balance {
    let is_in = |place: &Place| matches!(place, Place::In(segments) if segments.contains(segment));
    let count = |which: &dyn Fn(&Move) -> bool| -> u64 {
        moves.iter().filter(|step| which(step)).map(|step| step.customers).sum()
    };
    let there = |place: &Place| *place != Place::Absent && !is_in(place);
    Balance {
        segment: segment.clone(),
        then: count(&|step| is_in(&step.from)),
        stayed: count(&|step| is_in(&step.from) && is_in(&step.to)),
        left: count(&|step| is_in(&step.from) && there(&step.to)),
        gone: count(&|step| is_in(&step.from) && step.to == Place::Absent),
        joined: count(&|step| there(&step.from) && is_in(&step.to)),
        come: count(&|step| step.from == Place::Absent && is_in(&step.to)),
        now: count(&|step| is_in(&step.to)),
    }
}
