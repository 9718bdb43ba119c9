//! The segment and the person in balance: what a customer shows is trusted as far as it goes, and
//! for the rest they are taken for one of their segment.
//!
//! This is empirical Bayes: how much the customers of a segment differ is learned from them, and
//! each customer's own number is shrunk towards the segment's by as much as chance could have done
//! (B. Efron and C. Morris, "Data analysis using Stein's estimator and its generalizations",
//! Journal of the American Statistical Association 70 (1975), 311–319; G. Casella, "An introduction
//! to empirical Bayes data analysis", The American Statistician 39 (1985), 83–87). A newcomer gets
//! the segment's answer, and someone well known their own.

mod ascent;
mod batch;
mod dirichlet;
mod extractor;
mod gamma;
mod normal;
mod prior;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Membership;
use crate::feature::TableFault;
use crate::id::SegmentId;
use crate::rule::Text;

pub use extractor::ShrunkFeature;
pub use prior::{Prior, Shrunk};

/// A recipe that learns how the customers of each segment differ in a quantity.
///
/// ```
/// use loyalty::feature::{Column, FeatureTable, Measure};
/// use loyalty::id::{CustomerId, SegmentId};
/// use loyalty::segment::Membership;
/// use loyalty::segment::shrinkage::{Shrinkage, Quantity};
///
/// // How many of how many mails were answered: newcomers, and some who are known well.
/// let rows = [(0, 1), (1, 1), (2, 40), (30, 40), (4, 50), (25, 60), (9, 30)];
/// let id = |at: usize| CustomerId::new(format!("c{at}")).unwrap();
/// let row = |(at, (hits, of)): (usize, (i32, i32))| (id(at), [hits, of].map(f64::from).map(Some));
/// let columns = ["answers", "mails"].map(|name| Column::new(name, Measure::Integer));
/// let table = FeatureTable::new(columns, rows.into_iter().enumerate().map(row))?;
/// let regular = Membership::of(SegmentId::new("regulars")?);
/// let all = table.customers().iter().map(|id| (id.clone(), regular.clone())).collect();
///
/// let rate = Quantity::Rate { hits: "answers".into(), of: "mails".into() };
/// let balanced = Shrinkage::new("answer_rate", rate).fit(&table, &all)?;
/// let shown = |row: usize| {
///     let values = [table.value(row, 0), table.value(row, 1)];
///     balanced.estimate(&regular, &values).map(|found| found[0])
/// };
/// let (newcomer, known) = (shown(1).ok_or("none")?, shown(3).ok_or("none")?);
/// // One answer to one mail is not 100 %; 30 to 40 mails are nearly 75 %.
/// assert!(newcomer.estimate.value < 0.6 && newcomer.weight < 0.4);
/// assert!(known.estimate.value > 0.7 && known.weight > 0.9);
/// // A column for segments and rules.
/// let with = balanced.table(&table, &all)?;
/// assert_eq!(with.columns()[2].name.as_str(), "answer_rate");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shrinkage {
    /// What the balanced number is called as a feature.
    pub name: Text,
    /// What is balanced.
    pub quantity: Quantity,
}

/// What is balanced, by the names of the columns that show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Quantity {
    /// How many of how many, such as offers redeemed of those received: beta-binomial.
    Rate {
        /// The column of how many.
        hits: Text,
        /// The column of how many there could be.
        of: Text,
    },
    /// How many in how long, such as orders per day: gamma-Poisson.
    Count {
        /// The column of how many.
        events: Text,
        /// The column of how long, in whatever unit the balanced number is to be per; 1 for
        /// everyone without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exposure: Option<Text>,
    },
    /// A mean of a customer's own, such as spend per order (or its logarithm): normal-normal.
    Mean {
        /// The column of the mean.
        mean: Text,
        /// The column of how many it is a mean of.
        count: Text,
        /// The column of their sample standard deviation; missing or whatever where there is one.
        deviation: Text,
    },
    /// How what somebody takes is spread over categories: Dirichlet-multinomial.
    Affinity {
        /// A column for each category, of how many of it.
        counts: Vec<Text>,
    },
}

/// What the customers of each segment are like in a quantity, and how they differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shrinker {
    /// The recipe.
    pub recipe: Shrinkage,
    /// For each segment that has at least three customers with something to show.
    pub segments: BTreeMap<SegmentId, Prior>,
    /// For all customers together, whatever their segment; it stands in for the other segments and
    /// for customers without one.
    pub overall: Prior,
}

/// Why nothing can be balanced.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ShrinkageFault {
    /// The table does not suit the recipe.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// An affinity needs at least two categories.
    #[error("at least 2 categories are needed")]
    Categories,
    /// Nobody shows anything.
    #[error("no customer shows anything of `{name}`")]
    Nothing {
        /// What was to be balanced.
        name: Text,
    },
    /// The name is no feature of this crate, so that it cannot be told from a snapshot.
    #[error("`{name}` is no feature that can be told of a customer alone")]
    NoFeature {
        /// The name.
        name: Text,
    },
}

impl Shrinkage {
    /// Balances a quantity under a name.
    pub fn new(name: impl Into<Text>, quantity: Quantity) -> Self {
        Self { name: name.into(), quantity }
    }

    /// The names of the columns that show the quantity, in the order in which values are wanted.
    #[must_use]
    pub fn inputs(&self) -> Vec<Text> {
        match &self.quantity {
            Quantity::Rate { hits, of } => vec![hits.clone(), of.clone()],
            Quantity::Count { events, exposure } => {
                std::iter::once(events).chain(exposure).cloned().collect()
            }
            Quantity::Mean { mean, count, deviation } => {
                vec![mean.clone(), count.clone(), deviation.clone()]
            }
            Quantity::Affinity { counts } => counts.clone(),
        }
    }

    /// The names of the balanced numbers: its own, or for an affinity one for each category, such
    /// as `affinity(tea)`.
    #[must_use]
    pub fn outputs(&self) -> Vec<Text> {
        match &self.quantity {
            Quantity::Affinity { counts } => {
                let name = |count: &Text| Text::from(format!("{}({count})", self.name));
                counts.iter().map(name).collect()
            }
            _ => vec![self.name.clone()],
        }
    }
}

impl Shrinker {
    /// What a segment's customers are like: its own prior, or that of all.
    #[must_use]
    pub fn prior(&self, membership: &Membership) -> &Prior {
        let own = membership.primary().and_then(|id| self.segments.get(id));
        own.unwrap_or(&self.overall)
    }
}
