//! What marketers call a segment, and what they should know of its customers: who they are, what
//! they buy, when, and what they answer to.
//!
//! A [`Persona`] is told from whatever is at hand: every column of a table of customers
//! ([`Contrast`]), whether the segments were found by it or not, and texts such as a city, the
//! categories bought or the offers redeemed ([`Facet`]). It works for segments of every kind.

mod facet;
mod hallmark;
mod name;
mod phrase;
mod sentence;
mod contrast;
mod topic;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Segmenter;
use crate::feature::{Column, FeatureTable, Labels, Measure, TableFault};
use crate::id::{CustomerId, SegmentId};
use crate::path::Problems;
use crate::rule::Value;

pub use contrast::{Apart, Contrast};
pub use facet::Facet;
pub use hallmark::Hallmark;
pub use topic::Topic;

use contrast::Ranks;
use hallmark::Shares;
use name::Pieces;

/// A segment as marketers see it.
///
/// Its [`Display`](std::fmt::Display) is the name with the size in a line, and one for each
/// [`Topic`] of which there is something to tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Persona {
    /// The segment.
    pub segment: SegmentId,
    /// A name that could be given to it; no other segment has the same.
    pub name: String,
    /// The number of its customers.
    pub size: usize,
    /// The number of all customers.
    pub customers: usize,
    /// Every column, from the one that sets the segment apart most to the one that does least.
    pub contrasts: Vec<Contrast>,
    /// The texts that are commoner among its customers than among all, from the one that sets it
    /// apart most on.
    pub hallmarks: Vec<Hallmark>,
}

/// The personas of all segments, in the order of [`Segmenter::segments`].
///
/// A customer of several segments counts in each of them. Texts of facets are told for customers of
/// the table only; its columns of categories are facets, too.
///
/// ```
/// use loyalty::cluster::KMeans;
/// use loyalty::feature::{FeatureTable, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::persona::{Facet, Topic, personas};
/// use loyalty::segment::{Fit, Segmenter, clustered::Clusters};
///
/// let id = |number: u32| CustomerId::new(format!("c{number:02}")).unwrap();
/// let row = |number: u32| if number < 12 { [1.0, 60.0] } else { [9.0, 5.0] };
/// let rows = (0..20).map(|number| (id(number), row(number).map(Some)));
/// let table = FeatureTable::new(["orders(1y)", "recency_days"], rows)?;
/// let columns = [("orders(1y)", Scale::Standard), ("recency_days", Scale::Standard)];
/// let mut model = Clusters::new(KMeans::new(2), Preparation::new(columns)).fit_seeded(&table, 1)?;
///
/// let bought = |number| if number < 12 { vec!["tea"] } else { vec!["tea", "coffee"] };
/// let bought = Facet::new("bought", Topic::Buys, (0..20).map(|n| (id(n), bought(n))));
/// let personas = personas(&model, &table, "2026-03-01".parse()?, &[bought])?;
/// assert_eq!(personas[1].name, "Coffee-loving frequent buyers");
/// assert_eq!(
///     personas[1].to_string(),
///     "Coffee-loving frequent buyers: 8 of 20 customers (40 %)\n\
///      What they buy: coffee 100 % (all 40 %)\n\
///      When they buy: 9 orders in the last year (all 1), far above the others; \
///      5 days since the last order (all 60), far below the others"
/// );
/// for persona in personas {
///     model.rename(&persona.segment, &persona.name, &persona.to_string());
/// }
/// assert_eq!(model.segments()[0].name, "Lapsed occasional buyers");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// All inputs of the segments for which the table has no column.
///
/// # Complexity
/// O(columns · n · (log n + segments)).
pub fn personas(
    segmenter: &dyn Segmenter,
    table: &FeatureTable,
    today: NaiveDate,
    facets: &[Facet],
) -> Result<Vec<Persona>, Problems<TableFault>> {
    let memberships = segmenter.assign_all(table, today)?;
    let numbers = table.columns().iter().enumerate();
    let numbers = numbers.filter(|(_, column)| column.measure != Measure::Category);
    let ranks: Vec<Ranks> = numbers.map(|(at, _)| Ranks::of(table, at)).collect();
    let mut all: Vec<Facet> = categories(table);
    all.extend_from_slice(facets);
    let shares = Shares::all(table, &all);
    let mut personas = Vec::new();
    let mut pieces = Vec::new();
    for segment in segmenter.segments() {
        let inside = memberships.iter().map(|found| found.contains(&segment.id));
        let inside: Vec<bool> = inside.collect();
        let mut contrasts: Vec<Contrast> =
            ranks.iter().filter_map(|ranks| ranks.contrast(&inside)).collect();
        contrasts.sort_by(|left, right| right.strength().total_cmp(&left.strength()));
        let mut hallmarks: Vec<Hallmark> =
            shares.iter().filter_map(|shares| shares.hallmark(&inside)).collect();
        hallmarks.sort_by(|left, right| right.strength().total_cmp(&left.strength()));
        pieces.push(Pieces::of(&contrasts, &hallmarks));
        personas.push(Persona {
            segment: segment.id.clone(),
            name: String::new(),
            size: inside.iter().filter(|inside| **inside).count(),
            customers: inside.len(),
            contrasts,
            hallmarks,
        });
    }
    for (persona, name) in personas.iter_mut().zip(name::distinct(&pieces)) {
        persona.name = name;
    }
    Ok(personas)
}

/// The columns of categories as facets.
fn categories(table: &FeatureTable) -> Vec<Facet> {
    let columns = table.columns().iter().enumerate();
    let columns = columns.filter(|(_, column)| column.measure == Measure::Category);
    let facet = |(at, column): (usize, &Column)| {
        let level = |(row, customer): (usize, &CustomerId)| match table.value(row, at)? {
            Value::Text(level) => Some((customer.clone(), [level])),
            _ => None,
        };
        let texts = table.customers().iter().enumerate().filter_map(level);
        Facet::new(column.name.clone(), Topic::of(column.name.as_str()), texts)
    };
    columns.map(facet).collect()
}

impl Persona {
    /// What sets the segment apart in a topic, with features called by these labels; nothing if it
    /// is much like all others there.
    #[must_use]
    pub fn about(&self, topic: Topic, labels: &Labels) -> Option<String> {
        sentence::about(self, topic, labels)
    }

    /// The name with the size in a line, and one for each [`Topic`] of which there is something to
    /// tell, with features called by these labels.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        sentence::told(self, labels)
    }

    /// The topics of which there is something to tell.
    #[must_use]
    pub fn topics(&self) -> BTreeSet<Topic> {
        let labels = Labels::default();
        Topic::ALL.into_iter().filter(|topic| self.about(*topic, &labels).is_some()).collect()
    }
}
