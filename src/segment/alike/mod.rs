//! Look-alikes: the customers who are most like some that a host knows to be good.
//!
//! Likeness is nearness to the nearest of these *seeds*, in the coordinates of a prepared table, so
//! that seeds of several kinds are all matched: an average of them might be like nobody.

mod nearest;
mod reasons;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::feature::figure::listed;
use crate::feature::{FeatureTable, Labels, Measure, Prepared, TableFault};
use crate::id::CustomerId;
use crate::parallel::each_number;
use crate::path::{Path, Problems};
use crate::rule::Text;

use nearest::Seeds;
use reasons::Ground;

/// Finds look-alikes of seeds.
///
/// ```
/// use std::collections::BTreeSet;
/// use loyalty::feature::{FeatureTable, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::alike::LookAlikes;
///
/// let id = |name: &str| CustomerId::new(name).unwrap();
/// let rows = [("ann", 9.0), ("bob", 10.0), ("cat", 1.0), ("dan", 8.0), ("eve", 2.0)];
/// let rows = rows.map(|(name, orders)| (id(name), [Some(orders)]));
/// let table = FeatureTable::new(["orders"], rows)?;
/// let prepared = Preparation::new([("orders", Scale::Standard)]).fit(&table)?;
///
/// let seeds = BTreeSet::from([id("ann"), id("bob")]);
/// let found = LookAlikes { neighbors: 2, most: 1 }.find(&prepared, &table, &seeds)?;
/// assert_eq!(found[0].to_string(), "dan: 8 orders (seeds 9.50; all 6)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LookAlikes {
    /// To how many of the nearest seeds the distance counts; 5 without a word. With 1, a single odd
    /// seed has look-alikes of its own.
    pub neighbors: usize,
    /// How many are wanted, at most; 100 without a word.
    pub most: usize,
}

/// A customer who is like the seeds.
///
/// Its [`Display`](fmt::Display) names the features in which that is least common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookAlike {
    /// The customer.
    pub customer: CustomerId,
    /// The mean distance from the nearest seeds, in the scaled columns.
    pub distance: f64,
    /// From 1 (just where seeds are) to nearly 0: a half if the distance is as that of the seeds
    /// among themselves (the median of theirs, or of 1 if that is 0).
    pub score: f64,
    /// The nearest seeds, the nearest first.
    pub seeds: Vec<CustomerId>,
    /// Every feature, from the one in which it is most like the seeds, as against all, on.
    pub reasons: Vec<Likeness>,
}

/// How much like the seeds a customer is in a feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Likeness {
    /// The feature's name.
    pub feature: Text,
    /// What its numbers stand for.
    pub stands_for: Measure,
    /// The customer's number, in the feature's own unit (money in major units).
    pub number: f64,
    /// Where the mean of the nearest seeds is.
    pub seeds: f64,
    /// Where the mean of all customers is.
    pub all: f64,
    /// How much nearer the customer is to that mean of the seeds than customers are on the average,
    /// in squared scaled units; less than 0 if farther.
    pub nearer: f64,
}

/// Why there are no look-alikes.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum AlikeFault {
    /// The table does not suit the preparation.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// A number must be at least 1.
    #[error("at least 1 is needed")]
    Zero,
    /// None of the seeds is in the table with everything known that is wanted.
    #[error("none of the {seeds} seeds is in the table and known well enough")]
    NoSeeds {
        /// How many were named.
        seeds: usize,
    },
}

impl Default for LookAlikes {
    fn default() -> Self {
        Self { neighbors: 5, most: 100 }
    }
}

impl LookAlikes {
    /// The customers of a table who are most like the seeds, without these, the likest first; of
    /// equally like ones the smaller id first. Where there are fewer seeds than
    /// [`LookAlikes::neighbors`], all of them count.
    ///
    /// Seeds that are not in the table, or are not known well enough, do not count.
    ///
    /// # Errors
    /// A number of 0, all columns that the table does not have, and no seed that counts.
    ///
    /// # Complexity
    /// The seeds stand in a k-d tree: O(customers · d · log(seeds)) where customers are near few of
    /// them, and O(customers · d · seeds) at worst, on all cores with the feature `rayon`.
    pub fn find(
        &self,
        prepared: &Prepared,
        table: &FeatureTable,
        seeds: &BTreeSet<CustomerId>,
    ) -> Result<Vec<LookAlike>, Problems<AlikeFault>> {
        let mut problems = Problems::none();
        for (name, number) in [("neighbors", self.neighbors), ("most", self.most)] {
            if number == 0 {
                problems.add(Path::from(name), AlikeFault::Zero);
            }
        }
        let coordinates = problems.take(&Path::root(), prepared.table(table));
        let Some(coordinates) = coordinates.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        let ids = coordinates.customers();
        let (known, others): (Vec<usize>, Vec<usize>) =
            (0..ids.len()).partition(|row| ids.get(*row).is_some_and(|id| seeds.contains(id)));
        let Some(matrix) = coordinates.matrix().filter(|_| !known.is_empty()) else {
            let fault = AlikeFault::NoSeeds { seeds: seeds.len() };
            return Err(Problems::one(Path::from("seeds"), fault));
        };
        let found = Seeds::of(matrix, known, self.neighbors);
        let typical = found.typical();
        let mut ranked: Vec<(f64, usize)> = each_number(others.len(), |place| {
            let row = others.get(place).copied().unwrap_or_default();
            (found.distance(matrix.row(row)), row)
        });
        // Rows are in the order of the ids.
        let order = |left: &(f64, usize), right: &(f64, usize)| {
            left.0.total_cmp(&right.0).then(left.1.cmp(&right.1))
        };
        if self.most < ranked.len() {
            ranked.select_nth_unstable_by(self.most, order);
            ranked.truncate(self.most);
        }
        ranked.sort_unstable_by(order);
        let ground = Ground::of(prepared, matrix);
        let told = ranked.into_iter().filter_map(|(distance, row)| {
            let point = matrix.row(row);
            let nearest = found.nearest(point);
            Some(LookAlike {
                customer: ids.get(row)?.clone(),
                distance,
                score: typical / (typical + distance),
                reasons: ground.reasons(&point.to_vec(), &found.mean(&nearest))?,
                seeds: nearest.iter().filter_map(|row| ids.get(*row)).cloned().collect(),
            })
        });
        Ok(told.collect())
    }
}

impl LookAlike {
    /// Why they are alike in a sentence, in which features are called by these labels: `dan: 8
    /// orders (seeds 9.50; all 6) and 80.00 EUR spent (seeds 90.00 EUR; all 20.00 EUR)`.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let nearer = self.reasons.iter().filter(|reason| reason.nearer > 0.0).take(3);
        let reasons: Vec<String> = nearer.map(|reason| reason.told(labels)).collect();
        let told = if reasons.is_empty() { "as all are".to_owned() } else { listed(&reasons) };
        format!("{}: {told}", self.customer)
    }
}

impl Likeness {
    /// The likeness in words, in which the feature is called by these labels.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let (feature, measure) = (self.feature.as_str(), self.stands_for);
        let phrase = labels.phrase(feature, self.number, measure);
        let [seeds, all] =
            [self.seeds, self.all].map(|number| labels.number(feature, number, measure));
        format!("{phrase} (seeds {seeds}; all {all})")
    }
}

/// As [`LookAlike::told`] without labels of the host.
impl fmt::Display for LookAlike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// As [`Likeness::told`] without labels of the host.
impl fmt::Display for Likeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}
