//! One shopper: why in that segment, and what would change it.

use std::collections::BTreeSet;
use std::error::Error;

use loyalty::id::{CustomerId, SegmentId};
use loyalty::segment::Segmenter;
use loyalty::segment::alike::LookAlikes;
use loyalty::segment::crossing::Guide;
use loyalty::segment::reason::Explainer;

use super::names::labels;
use super::study::Study;

/// What is told of one shopper.
pub struct One {
    pub customer: CustomerId,
    pub why: String,
    /// The shortest way into each of the nearest other segments.
    pub ways: Vec<String>,
}

impl One {
    pub fn of(study: &Study, customer: &CustomerId) -> Result<Self, Box<dyn Error>> {
        let row = study.table.row(customer).ok_or("a shopper has no row")?;
        let values = study.table.values(row, study.model.inputs())?;
        let why = Explainer::new(&study.model).why(&values).ok_or("a shopper is in no segment")?;
        let guide = Guide::new(&study.model).observed(&study.table)?;
        let mut seen = BTreeSet::new();
        let crossings = guide.crossings(&values).into_iter();
        let shortest = crossings.filter(|found| seen.insert(found.segment.clone())).take(2);
        let ways = shortest.map(|found| found.told(&labels())).collect();
        Ok(Self { customer: customer.clone(), why: why.told(&labels()), ways })
    }
}

/// Those outside of a segment who are most like its customers.
pub fn alike(
    study: &Study,
    segment: &SegmentId,
    most: usize,
) -> Result<Vec<String>, Box<dyn Error>> {
    let seeds = study.members.iter().filter(|(_, of)| *of == segment);
    let seeds: BTreeSet<CustomerId> = seeds.map(|(id, _)| id.clone()).collect();
    let recipe = LookAlikes { most, ..LookAlikes::default() };
    let found = recipe.find(study.model.prepared(), &study.table, &seeds)?;
    Ok(found.iter().map(|found| found.told(&labels())).collect())
}
