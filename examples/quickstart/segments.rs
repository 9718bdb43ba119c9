//! Named segments by recency, frequency and monetary value, and what to do with each.

use std::error::Error;

use chrono::NaiveDate;
use loyalty::feature::FeatureTable;
use loyalty::id::SegmentId;
use loyalty::segment::grid::StandardGrid;
use loyalty::segment::rfm::{Rfm, RfmReport, RfmSegmentation, RfmSegments};
use loyalty::segment::{Fit, Segmenter};

use super::base::Group;

/// The named segments of a customer base.
pub struct Named {
    pub model: RfmSegments,
    pub segments: Vec<NamedSegment>,
    /// The position of each customer's segment, in the order of the table.
    pub labels: Vec<usize>,
    /// How many customers have each pair of recency and frequency scores: rows from 5 to 1.
    pub cells: Vec<Vec<usize>>,
}

pub struct NamedSegment {
    pub name: String,
    pub advice: String,
    pub group: Group,
}

/// Scores by quintiles, equal values sharing a score, and the standard grid of 125 cells.
pub fn named(table: &FeatureTable, today: NaiveDate) -> Result<Named, Box<dyn Error>> {
    let grid = StandardGrid::Standard125.grid().check()?;
    let model = RfmSegmentation { rfm: Rfm::default(), grid }.fit_seeded(table, 0)?;
    let memberships = model.assign_all(table, today)?;
    let position = |id: Option<&SegmentId>| {
        model.segments().iter().position(|segment| Some(&segment.id) == id)
    };
    let labels: Vec<usize> = memberships
        .iter()
        .map(|membership| position(membership.primary()).unwrap_or(usize::MAX))
        .collect();
    let segments = model.segments().iter().enumerate().map(|(index, segment)| NamedSegment {
        name: segment.name.clone(),
        advice: model.grid().advice(&segment.id).unwrap_or_default().to_owned(),
        group: Group::of(table, |row| labels.get(row) == Some(&index)),
    });
    let segments = segments.collect();
    let cells = model.model().scoring().report.as_ref().map(cells).unwrap_or_default();
    Ok(Named { segments, labels, cells, model })
}

fn cells(report: &RfmReport) -> Vec<Vec<usize>> {
    let count = |r: u8, f: u8| {
        let cells = report.cells.iter().filter(|(cell, _)| (cell.r, cell.f) == (r, f));
        cells.map(|(_, customers)| customers).sum()
    };
    (1..=5).rev().map(|r| (1..=5).map(|f| count(r, f)).collect()).collect()
}
