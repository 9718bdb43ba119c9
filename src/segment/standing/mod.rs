//! Who is in which segment since when, and who moves when everybody is classified again.

mod told;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::calendar::{Span, Zone};
use crate::feature::{FeatureTable, TableFault};
use crate::id::{CustomerId, SegmentId};
use crate::path::Problems;
use crate::rule::{Text, Value};
use crate::segment::Segmenter;

/// The segments of a customer, and since when the customer is in each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Standing {
    /// For each segment, the date on which the customer joined it.
    pub since: BTreeMap<SegmentId, NaiveDate>,
}

/// What keeps customers from moving to and fro; without a word, nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hysteresis {
    /// How much nearer, in the measure of the model ([`Segmenter::distances`]), another segment
    /// must be at least than the one that is left. It keeps nobody if the model has no measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<f64>,
    /// How long a customer is in a segment at least. Days begin at midnight; hours and minutes
    /// count as the day on which they end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_stay: Option<Span>,
    /// What becomes of the segments that a customer would join who is kept.
    pub kept: Kept,
}

/// What becomes of the segments that a customer would join who is kept in another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// The customer joins none of them: for models with one segment for each customer.
    #[default]
    Instead,
    /// The customer joins them besides: for rules, which know of each segment by itself.
    Besides,
}

/// What became of everybody.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reclassified {
    /// The date as of which it was asked.
    pub as_of: NaiveDate,
    /// Where everybody in the table is from now on: what is stored for the next time.
    pub standings: BTreeMap<CustomerId, Standing>,
    /// Who moves, by customer.
    pub moves: Vec<Moved>,
    /// Who would move but is kept, by customer.
    pub holds: Vec<Held>,
    /// Who is not in the table any more.
    pub gone: Vec<CustomerId>,
}

/// A customer who moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The customer.
    pub customer: CustomerId,
    /// The segments that the customer leaves, and since when the customer was in each.
    pub left: BTreeMap<SegmentId, NaiveDate>,
    /// The segments that the customer joins.
    pub joined: BTreeSet<SegmentId>,
    /// How much nearer the new segment is than the one that is left, where that can be measured.
    pub margin: Option<f64>,
}

/// A customer who would move but is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The customer.
    pub customer: CustomerId,
    /// The segments that the customer would have left, and why not.
    pub stays: BTreeMap<SegmentId, Vec<Hold>>,
    /// The segments that the customer would have joined, and does not for it.
    pub waits: BTreeSet<SegmentId>,
}

/// Why a customer is kept in a segment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Hold {
    /// The other segment is not so much nearer.
    Margin {
        /// How much nearer it is.
        found: f64,
        /// How much nearer it must be.
        needed: f64,
    },
    /// The customer has not been in it so long.
    Stay {
        /// Since when the customer is in it.
        since: NaiveDate,
        /// From when on the customer can leave it.
        until: NaiveDate,
    },
}

/// Classifies all customers of a table again: who moves, and who would but is kept.
///
/// It is a pure function of the stored standings and of a date, which a host calls when it wants
/// to. Asked again with the standings that it gave, for the same date, nobody moves. Without any
/// hysteresis everybody is where [`Segmenter::assign`] says. A segment that there is no more keeps
/// nobody, and who was in no segment is kept from nothing. Who is not known well enough any more
/// has no measure: only the minimum stay keeps such a customer.
///
/// ```
/// use std::collections::BTreeMap;
/// use loyalty::cluster::KMeans;
/// use loyalty::feature::{FeatureTable, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::standing::{Hysteresis, reclassify};
/// use loyalty::segment::{Fit, clustered::Clusters};
///
/// let table = |orders: [f64; 4]| {
///     let rows = ["ann", "bob", "cat", "dan"].into_iter().zip(orders);
///     let row = |(id, orders)| Some((CustomerId::new(id).ok()?, [Some(orders)]));
///     FeatureTable::new(["orders"], rows.filter_map(row))
/// };
/// let march = table([1.0, 2.0, 20.0, 21.0])?;
/// let columns = Preparation::new([("orders", Scale::None)]);
/// let model = Clusters::new(KMeans::new(2), columns).fit_seeded(&march, 1)?;
/// let hysteresis: Hysteresis = serde_json::from_str(r#"{"margin": 4.0, "min_stay": "30d"}"#)?;
///
/// let none = BTreeMap::new();
/// let first = reclassify(&model, &march, &none, "2026-03-01".parse()?, &hysteresis)?;
/// assert_eq!(first.moves[0].to_string(), "ann joins cluster-1");
///
/// // Centers are at 1.5 and 20.5: 12 orders are nearer to the second, but by 2 only.
/// let may = table([12.0, 19.0, 20.0, 21.0])?;
/// let next = reclassify(&model, &may, &first.standings, "2026-05-01".parse()?, &hysteresis)?;
/// assert_eq!(
///     next.holds[0].to_string(),
///     "ann stays in cluster-1 and does not join cluster-2: \
///      it is nearer by 2.00 only, 4.00 are needed",
/// );
/// assert_eq!(
///     next.moves[0].to_string(),
///     "bob leaves cluster-1 (since 2026-03-01) for cluster-2, which is nearer by 16.00",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// All inputs of the segmenter for which the table has no column.
pub fn reclassify(
    segmenter: &dyn Segmenter,
    table: &FeatureTable,
    previous: &BTreeMap<CustomerId, Standing>,
    as_of: NaiveDate,
    hysteresis: &Hysteresis,
) -> Result<Reclassified, Problems<TableFault>> {
    let columns = table.positions(segmenter.inputs().iter().map(Text::as_str))?;
    let gone = previous.keys().filter(|customer| table.row(customer).is_none()).cloned().collect();
    let (standings, moves, holds) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut found = Reclassified { as_of, standings, moves, holds, gone };
    let unplaced = Standing::default();
    for (row, customer) in table.customers().iter().enumerate() {
        let values = table.values_at(row, &columns);
        let standing = previous.get(customer).unwrap_or(&unplaced);
        let asked = Asked { segmenter, as_of, hysteresis, customer, standing };
        let (next, moved, held) = asked.answer(&values);
        found.standings.insert(customer.clone(), next);
        found.moves.extend(moved);
        found.holds.extend(held);
    }
    Ok(found)
}

/// One customer, of whom it is asked.
struct Asked<'a> {
    segmenter: &'a dyn Segmenter,
    as_of: NaiveDate,
    hysteresis: &'a Hysteresis,
    customer: &'a CustomerId,
    standing: &'a Standing,
}

impl Asked<'_> {
    fn answer(&self, row: &[Option<Value>]) -> (Standing, Option<Moved>, Option<Held>) {
        let membership = self.segmenter.assign(row, self.as_of);
        let since = &self.standing.since;
        let ids = membership.iter().map(|share| &share.segment);
        let joining: BTreeSet<SegmentId> =
            ids.filter(|id| !since.contains_key(*id)).cloned().collect();
        let distances = self.segmenter.distances(row, self.as_of);
        let distance = |id: &SegmentId| {
            let place = self.segmenter.segments().iter().position(|segment| segment.id == *id)?;
            distances.as_ref()?.get(place).copied()
        };
        let margin = |id: &SegmentId| Some(distance(id)? - distance(membership.primary()?)?);
        let leaving = since.iter().filter(|(id, _)| !membership.contains(id));
        let mut left: BTreeMap<SegmentId, NaiveDate> =
            leaving.map(|(id, since)| (id.clone(), *since)).collect();
        let nearest = left.keys().filter_map(margin).min_by(f64::total_cmp);
        let mut stays = BTreeMap::new();
        for (id, &since) in &left {
            let reasons = self.reasons(id, since, margin(id));
            if !reasons.is_empty() {
                stays.insert(id.clone(), reasons);
            }
        }
        let (mut joined, mut waits) = (joining, BTreeSet::new());
        if !stays.is_empty() && self.hysteresis.kept == Kept::Instead {
            waits = std::mem::take(&mut joined);
        }
        left.retain(|id, _| !stays.contains_key(id));
        let mut next: BTreeMap<SegmentId, NaiveDate> = since.clone();
        next.retain(|id, _| !left.contains_key(id));
        next.extend(joined.iter().map(|id| (id.clone(), self.as_of)));
        let customer = self.customer.clone();
        let moved = (!left.is_empty() || !joined.is_empty()).then(|| Moved {
            customer: customer.clone(),
            left,
            joined,
            margin: nearest,
        });
        let held = (!stays.is_empty()).then_some(Held { customer, stays, waits });
        (Standing { since: next }, moved, held)
    }

    /// What keeps the customer in a segment that the model would not assign.
    fn reasons(&self, id: &SegmentId, since: NaiveDate, margin: Option<f64>) -> Vec<Hold> {
        let mut reasons = Vec::new();
        if !self.segmenter.segments().iter().any(|segment| segment.id == *id) {
            return reasons;
        }
        if let (Some(found), Some(needed)) = (margin, self.hysteresis.margin)
            && found < needed
        {
            reasons.push(Hold::Margin { found, needed });
        }
        if let Some(until) = self.hysteresis.min_stay.map(|span| after(since, span))
            && self.as_of < until
        {
            reasons.push(Hold::Stay { since, until });
        }
        reasons
    }
}

/// The first date that begins no earlier than a span after the beginning of another.
pub(super) fn after(date: NaiveDate, span: Span) -> NaiveDate {
    let end = span.after(date.and_time(NaiveTime::MIN).and_utc(), &Zone::UTC).naive_utc();
    let whole = end.time() == NaiveTime::MIN;
    if whole { end.date() } else { end.date().succ_opt().unwrap_or(NaiveDate::MAX) }
}
