//! What moved a customer, and what moved many.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::SegmentId;
use crate::rule::{Text, Truth, Value};

/// A part of what moved one customer from segments to others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The feature that changed.
    pub feature: Text,
    /// Its value before.
    pub then: Option<Value>,
    /// Its value now.
    pub now: Option<Value>,
    /// What its change turned.
    pub turn: Turn,
    /// How much: of a margin, its part of the change (more than 0 towards the new segment); of a
    /// score, by how much it rose; otherwise 1.
    pub weight: f64,
}

/// What the change of a feature turned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Turn {
    /// How much nearer the new segment is than the old one, in the model's measure.
    Margin,
    /// A condition of a segment's rule.
    Condition {
        /// The segment.
        segment: SegmentId,
        /// What the condition asks.
        wanted: String,
        /// What became of it.
        truth: Truth,
    },
    /// A score.
    Score,
    /// The value is known now.
    Known,
    /// The value is not known any more.
    Unknown,
}

/// A part of what moved several customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Driver {
    /// The feature that changed.
    pub feature: Text,
    /// What its change turned.
    pub turn: Turn,
    /// For how many of the customers.
    pub customers: u64,
    /// The mean of [`Cause::weight`] over all of the customers; the parts of a margin sum to the
    /// mean change of the margin.
    pub weight: f64,
}

/// The causes of customers who made one move, while they are counted.
#[derive(Default)]
pub(super) struct Movers {
    customers: u64,
    causes: BTreeMap<(Text, Turn), (u64, f64)>,
}

impl Movers {
    /// Counts one more customer.
    pub(super) fn add(&mut self, causes: Vec<Cause>) {
        self.customers += 1;
        for cause in causes {
            let (count, sum) = self.causes.entry((cause.feature, cause.turn)).or_default();
            *count += 1;
            *sum += cause.weight;
        }
    }

    /// How many customers there are, and what drove them, the strongest first.
    pub(super) fn finish(self) -> (u64, Vec<Driver>) {
        let driver = |((feature, turn), (customers, sum))| {
            let weight = sum / self.customers as f64;
            Driver { feature, turn, customers, weight }
        };
        let mut drivers: Vec<Driver> = self.causes.into_iter().map(driver).collect();
        // The sort is stable: equal ones stay in the order of features.
        drivers.sort_by(|left, right| right.weight.abs().total_cmp(&left.weight.abs()));
        (self.customers, drivers)
    }
}
