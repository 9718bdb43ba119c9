//! Who belongs together: segments, and what puts customers into them.
//!
//! A [`Segmenter`] assigns customers to [`Segment`]s; a [`Fit`] recipe learns one from a table of
//! customers; one that can [`Learn`] moves with the customers it sees. A customer can be in several
//! segments ([`Membership`]), and is in none if what decides it is not known.

pub mod rules;
pub mod grid;
pub mod rfm;
pub mod identity;
pub mod migration;
pub mod standing;
pub mod drift;
pub mod retraining;
pub mod disparity;
pub mod outcome;
pub mod clustered;
pub mod streamed;
pub mod mixed;
pub mod alike;
pub mod shrinkage;
pub mod crossing;
pub mod fitness;
pub mod overlap;
pub mod persona;
pub mod reason;
pub mod suggestion;

mod found;
mod membership;
mod round;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;

use chrono::NaiveDate;
use rand::Rng;
use serde::{Deserialize, Serialize};

use crate::feature::{FeatureTable, TableFault};
use crate::id::{CustomerId, SegmentId};
use crate::path::Problems;
use crate::rule::{Text, Value};

pub use found::ModelFault;
pub use membership::{Membership, Share, Weight};

/// A group of customers that is treated alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// Its id, which offers and rules refer to.
    pub id: SegmentId,
    /// What people call it.
    pub name: String,
    /// Who is in it, in a sentence.
    #[serde(default)]
    pub description: String,
}

impl Segment {
    /// A segment that people call `name`.
    pub fn new(id: SegmentId, name: impl Into<String>) -> Self {
        Self { id, name: name.into(), description: String::new() }
    }
}

/// Assigns customers to segments; hosts bring their own where ours do not fit.
///
/// Laws (`laws::segmenter` checks them): only ids of [`Segmenter::segments`] are assigned, and they
/// are all different; the same row and day give the same membership; a whole table gives what its
/// rows give one by one; where there is a measure, the weightiest segment is the nearest.
pub trait Segmenter: Send + Sync {
    /// All segments that customers can be assigned to, in a fixed order.
    fn segments(&self) -> &[Segment];

    /// The names of the features that [`Segmenter::assign`] wants, in its order.
    fn inputs(&self) -> &[Text];

    /// The segments of one customer, of whom `row` has the values of [`Segmenter::inputs`].
    ///
    /// `today` is the program's date as of which the question is asked. Whatever the row, this
    /// does not fail: who is not known well enough is in no segment.
    fn assign(&self, row: &[Option<Value>], today: NaiveDate) -> Membership;

    /// Of which segments it cannot be told whether the customer is in them, for lack of a fact:
    /// rules that hang on one of these are unknown, and grant nothing.
    ///
    /// By default all that were not assigned, if anything is missing in the row.
    fn undecided(&self, row: &[Option<Value>], today: NaiveDate) -> BTreeSet<SegmentId> {
        if row.iter().all(Option::is_some) {
            return BTreeSet::new();
        }
        let assigned = self.assign(row, today);
        let ids = self.segments().iter().map(|segment| &segment.id);
        ids.filter(|id| !assigned.contains(id)).cloned().collect()
    }

    /// How far the customer is from each of [`Segmenter::segments`], in the measure of the model:
    /// the customer belongs to the nearest. By default there is no measure.
    fn distances(&self, row: &[Option<Value>], today: NaiveDate) -> Option<Vec<f64>> {
        let _ = (row, today);
        None
    }

    /// What moved a customer from the segments of one row and day to those of another; by default
    /// nothing is told.
    fn causes(
        &self,
        then: (&[Option<Value>], NaiveDate),
        now: (&[Option<Value>], NaiveDate),
    ) -> Vec<migration::Cause> {
        let _ = (then, now);
        Vec::new()
    }

    /// The segments of all customers of a table, in the order of its rows.
    ///
    /// # Errors
    /// All inputs for which the table has no column.
    fn assign_all(
        &self,
        table: &FeatureTable,
        today: NaiveDate,
    ) -> Result<Vec<Membership>, Problems<TableFault>> {
        let columns = table.positions(self.inputs().iter().map(Text::as_str))?;
        let mut values = Vec::with_capacity(columns.len());
        let memberships = (0..table.customers().len()).map(|row| {
            values.clear();
            values.extend(columns.iter().map(|&column| table.value(row, column)));
            self.assign(&values, today)
        });
        Ok(memberships.collect())
    }
}

/// The weightiest segment of each customer of a table who is in one.
///
/// # Errors
/// All inputs for which the table has no column.
pub fn members(
    segmenter: &dyn Segmenter,
    table: &FeatureTable,
    today: NaiveDate,
) -> Result<BTreeMap<CustomerId, SegmentId>, Problems<TableFault>> {
    let memberships = segmenter.assign_all(table, today)?;
    let primary = table.customers().iter().zip(&memberships);
    let known = primary.filter_map(|(id, found)| Some((id.clone(), found.primary()?.clone())));
    Ok(known.collect())
}

/// The segments of each customer of a table, as it is asked for what became of them
/// ([`outcome`]), who they are ([`disparity`]) and what they are like ([`shrinkage`]).
///
/// # Errors
/// All inputs for which the table has no column.
pub fn memberships(
    segmenter: &dyn Segmenter,
    table: &FeatureTable,
    today: NaiveDate,
) -> Result<BTreeMap<CustomerId, Membership>, Problems<TableFault>> {
    let memberships = segmenter.assign_all(table, today)?;
    Ok(table.customers().iter().cloned().zip(memberships).collect())
}

/// A recipe from which a segmenter is learned.
///
/// All chance comes from one seed, which the model keeps: [`Fit::fit_seeded`] with it gives the
/// same model again. `laws::fit` checks this, and that the model assigns its own table.
pub trait Fit {
    /// What is learned.
    type Model: Segmenter;
    /// Why it cannot be learned.
    type Error: Error;

    /// The model of these customers for this seed.
    ///
    /// # Errors
    /// Everything in the recipe or in the table that prevents it.
    fn fit_seeded(&self, table: &FeatureTable, seed: u64) -> Result<Self::Model, Self::Error>;

    /// The model of these customers for the next seed of `rng`.
    ///
    /// # Errors
    /// As [`Fit::fit_seeded`].
    fn fit(&self, table: &FeatureTable, rng: &mut dyn Rng) -> Result<Self::Model, Self::Error> {
        self.fit_seeded(table, rng.next_u64())
    }
}

/// A segmenter that moves with the customers it sees, instead of being fitted anew; `laws::learn`
/// checks what is said here.
pub trait Learn: Segmenter {
    /// Takes a customer in, and tells the segments of this customer as [`Segmenter::assign`] did
    /// before; who is in no segment teaches nothing.
    fn learn(&mut self, row: &[Option<Value>], today: NaiveDate) -> Membership;
}
