//! Which segments share customers: what the customers of a table say, and what the rules say.
//!
//! Both views are needed: that all of A are in B *so far* can be chance, and that two rules could
//! overlap need not have happened.

mod sentence;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::rules::RuleSegments;
use super::{Membership, Segmenter};
use crate::feature::{FeatureTable, TableFault};
use crate::id::SegmentId;
use crate::path::Problems;
use crate::rule::analysis::{Analyst, Claim, Inconclusive, Witness};
use crate::rule::{CheckedRule, Schema};

/// Which segments share customers.
///
/// Its [`Display`](std::fmt::Display) has a line for who is in how many segments, and one for each
/// pair that is worth a word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlaps {
    /// The number of customers.
    pub customers: usize,
    /// How many of them are in no segment, in one, in two…
    pub by_count: Vec<usize>,
    /// Each segment, in the order of the segmenter.
    pub segments: Vec<Part>,
    /// Each two of them, in the same order.
    pub pairs: Vec<Pair>,
}

/// A segment, and who is in no other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The segment.
    pub segment: SegmentId,
    /// What people call it.
    pub name: String,
    /// How many customers are in it.
    pub size: usize,
    /// How many of them are in no other.
    pub alone: usize,
}

/// Two segments.
///
/// Its [`Display`](std::fmt::Display) is a sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// The first segment.
    pub first: SegmentId,
    /// The second segment.
    pub second: SegmentId,
    /// What people call both.
    pub names: [String; 2],
    /// How many customers are in both.
    pub both: usize,
    /// How many are in the first and not in the second.
    pub only_first: usize,
    /// How many are in the second and not in the first.
    pub only_second: usize,
    /// What the rules say of both, for segments by rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_rule: Option<Relation>,
}

/// What two rules say of each other, whoever the customers are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Relation {
    /// Nobody can be in both.
    Disjoint,
    /// Both have the same customers, whoever they are.
    Same,
    /// Whoever is in the first is in the second; who is like this is in the second only.
    FirstInSecond(Witness),
    /// Whoever is in the second is in the first; who is like this is in the first only.
    SecondInFirst(Witness),
    /// They overlap: who is like this is in both.
    Overlapping(Witness),
    /// It takes too long to tell: the limit that was reached.
    NotTold(String),
}

/// Which segments of any segmenter share customers of a table, as of a day.
///
/// ```
/// use loyalty::cluster::KMeans;
/// use loyalty::feature::{FeatureTable, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::{Fit, clustered::Clusters, overlap::overlaps};
///
/// let rows = [("ann", [1.0]), ("bob", [2.0]), ("cat", [9.0])];
/// let rows = rows.map(|(id, row)| (CustomerId::new(id).unwrap(), row.map(Some)));
/// let table = FeatureTable::new(["orders"], rows)?;
/// let columns = Preparation::new([("orders", Scale::Standard)]);
/// let model = Clusters::new(KMeans::new(2), columns).fit_seeded(&table, 1)?;
/// // Clusters never share anybody.
/// let found = overlaps(&model, &table, "2026-03-01".parse()?)?;
/// assert_eq!(found.by_count, [0, 3, 0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// All inputs for which the table has no column.
///
/// # Complexity
/// O(n k²).
pub fn overlaps(
    segmenter: &dyn Segmenter,
    table: &FeatureTable,
    today: NaiveDate,
) -> Result<Overlaps, Problems<TableFault>> {
    let memberships = segmenter.assign_all(table, today)?;
    let segments = segmenter.segments();
    let inside = |membership: &Membership| -> Vec<usize> {
        let segments = segments.iter().enumerate();
        let inside = segments.filter(|(_, segment)| membership.contains(&segment.id));
        inside.map(|(position, _)| position).collect()
    };
    let mut by_count = vec![0; segments.len() + 1];
    let mut both = vec![0; segments.len() * segments.len()];
    let mut alone = vec![0; segments.len()];
    for found in memberships.iter().map(inside) {
        let pairs = found.iter().flat_map(|one| found.iter().map(move |other| (one, other)));
        for (one, other) in pairs {
            both.get_mut(one * segments.len() + other).into_iter().for_each(|count| *count += 1);
        }
        by_count.get_mut(found.len()).into_iter().for_each(|count| *count += 1);
        if let [only] = found.as_slice() {
            alone.get_mut(*only).into_iter().for_each(|count| *count += 1);
        }
    }
    let shared = |one: usize, other: usize| {
        both.get(one * segments.len() + other).copied().unwrap_or_default()
    };
    let part = |(position, (segment, alone)): (usize, (&super::Segment, usize))| Part {
        segment: segment.id.clone(),
        name: segment.name.clone(),
        size: shared(position, position),
        alone,
    };
    let mut pairs = Vec::new();
    for (one, first) in segments.iter().enumerate() {
        for (other, second) in segments.iter().enumerate().skip(one + 1) {
            let both = shared(one, other);
            pairs.push(Pair {
                first: first.id.clone(),
                second: second.id.clone(),
                names: [first.name.clone(), second.name.clone()],
                both,
                only_first: shared(one, one) - both,
                only_second: shared(other, other) - both,
                by_rule: None,
            });
        }
    }
    let segments = segments.iter().zip(alone).enumerate().map(part).collect();
    Ok(Overlaps { customers: memberships.len(), by_count, segments, pairs })
}

/// As [`overlaps`], for segments by rules: with what the rules say of each pair.
///
/// ```
/// use loyalty::feature::{Column, FeatureTable, Measure};
/// use loyalty::id::CustomerId;
/// use loyalty::rule::{Field, Kind, Schema, field};
/// use loyalty::segment::overlap::rule_overlaps;
/// use loyalty::segment::rules::{RuleSegment, RuleSegments};
///
/// let segment = |id: &str, name: &str, when| -> Result<_, Box<dyn std::error::Error>> {
///     let (id, name) = (id.parse()?, name.to_owned());
///     Ok(RuleSegment { id, name, description: String::new(), when })
/// };
/// let written = [
///     segment("vip", "VIP", field("orders").at_least(20))?,
///     segment("regular", "Regulars", field("orders").at_least(5))?,
///     segment("lapsed", "Lapsed", field("recency").above(90))?,
/// ];
/// let schema = Schema::new(["orders", "recency"].map(|name| Field::new(name, Kind::Integer)))?;
/// let rules = RuleSegments::check(&written, &schema)?;
/// let rows = [("ann", [25, 3]), ("bob", [8, 10]), ("cat", [1, 200]), ("dan", [1, 5])];
/// let rows = rows.map(|(id, row)| (CustomerId::new(id).unwrap(), row.map(f64::from).map(Some)));
/// let columns = ["orders", "recency"].map(|name| Column::new(name, Measure::Integer));
/// let table = FeatureTable::new(columns, rows)?;
///
/// let found = rule_overlaps(&rules, &schema, &table, "2026-03-01".parse()?)?;
/// let lines: Vec<String> = found.to_string().lines().map(str::to_owned).collect();
/// assert_eq!(lines[0], "of 4 customers, 1 is in no segment, 2 are in one and 1 is in more");
/// assert_eq!(
///     lines[1],
///     "all of VIP (1 customer) are in Regulars, and by their rules always will be"
/// );
/// assert_eq!(
///     lines[2],
///     "nobody is in both VIP and Lapsed so far, but their rules allow it: orders 20, recency 91"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// All inputs for which the table has no column.
pub fn rule_overlaps(
    rules: &RuleSegments,
    schema: &Schema,
    table: &FeatureTable,
    today: NaiveDate,
) -> Result<Overlaps, Problems<TableFault>> {
    let mut found = overlaps(rules, table, today)?;
    let analyst = Analyst::new(schema, today);
    let mut pairs = found.pairs.iter_mut();
    for (one, first) in rules.checked().iter().enumerate() {
        for second in rules.checked().iter().skip(one + 1) {
            let relation = relation(&analyst, first, second);
            let told = relation.unwrap_or_else(|limit| Relation::NotTold(limit.to_string()));
            pairs.next().into_iter().for_each(|pair| pair.by_rule = Some(told.clone()));
        }
    }
    Ok(found)
}

fn relation(
    analyst: &Analyst<'_>,
    first: &CheckedRule,
    second: &CheckedRule,
) -> Result<Relation, Inconclusive> {
    let study = analyst.study(&[first, second])?;
    let Some(both) = study.overlap(0, 1)? else { return Ok(Relation::Disjoint) };
    // In whom a rule holds, the other holds as well: is the one implied by the other?
    Ok(match (study.implied_by(1, 0)?, study.implied_by(0, 1)?) {
        (Claim::Proven, Claim::Proven) => Relation::Same,
        (Claim::Proven, Claim::Refuted(witness)) => Relation::FirstInSecond(witness),
        (Claim::Refuted(witness), Claim::Proven) => Relation::SecondInFirst(witness),
        _ => Relation::Overlapping(both),
    })
}

impl Overlaps {
    /// How many customers are in no segment.
    #[must_use]
    pub fn outside(&self) -> usize {
        self.by_count.first().copied().unwrap_or_default()
    }

    /// The pair of these two segments, whichever is the first.
    #[must_use]
    pub fn pair(&self, one: &SegmentId, other: &SegmentId) -> Option<&Pair> {
        self.pairs.iter().find(|pair| {
            (&pair.first == one && &pair.second == other)
                || (&pair.first == other && &pair.second == one)
        })
    }
}

impl Pair {
    /// The share of those in both among those in at least one, from 0 to 1: the index of P. Jaccard
    /// (1901). 0 if nobody is in any.
    #[must_use]
    pub fn jaccard(&self) -> f64 {
        let any = self.sizes().0.saturating_add(self.only_second);
        self.both as f64 / any.max(1) as f64
    }

    /// What share of the first is in the second; none if nobody is in the first.
    #[must_use]
    pub fn first_in_second(&self) -> Option<f64> {
        let (size, _) = self.sizes();
        (size > 0).then(|| self.both as f64 / size as f64)
    }

    /// What share of the second is in the first; none if nobody is in the second.
    #[must_use]
    pub fn second_in_first(&self) -> Option<f64> {
        let (_, size) = self.sizes();
        (size > 0).then(|| self.both as f64 / size as f64)
    }

    /// How many are in the first, and in the second.
    const fn sizes(&self) -> (usize, usize) {
        let Self { both, only_first, only_second, .. } = self;
        (both.saturating_add(*only_first), both.saturating_add(*only_second))
    }
}
