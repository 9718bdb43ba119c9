//! The stored form of a model, and what can be wrong with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::cluster::{MISSING, Prototypes};
use crate::feature::{Column, FeatureTable};
use crate::id::SegmentId;
use crate::path::{Path, Problems};
use crate::segment::found::{check_count, check_segments, check_version};
use crate::segment::{ModelFault, Segment};

use super::MixedClustered;
use super::portrait::Tally;
use super::sight::{Sight, check};

/// The version of the stored form of [`MixedClustered`].
pub(super) const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    version: u32,
    sight: Sight,
    model: Prototypes,
    tallies: Vec<Tally>,
    segments: Vec<Segment>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    retired: BTreeSet<SegmentId>,
}

impl TryFrom<Written> for MixedClustered {
    type Error = Problems<ModelFault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { version, sight, model, tallies, segments, retired } = written;
        let mut problems = Problems::none();
        check_version(version, VERSION, &mut problems);
        check_sight(&sight, &mut problems);
        let clusters = model.prototypes().len();
        for (place, what, found, expected) in [
            ("model", "numbers", model.columns(), sight.columns().len()),
            ("model", "categories", model.attributes(), sight.categories.len()),
            ("tallies", "tallies", tallies.len(), clusters),
        ] {
            check_count(Path::from(place), what, (expected, found), &mut problems);
        }
        check_levels(&model, &sight.categories, &mut problems);
        for (index, tally) in tallies.iter().enumerate() {
            check_tally(
                tally,
                &sight.categories,
                &Path::from("tallies").item(index),
                &mut problems,
            );
        }
        check_segments(&segments, clusters, &mut problems);
        let inputs = sight.names();
        problems.into_result(Self { sight, inputs, model, tallies, segments, retired })
    }
}

/// Adds everything that is wrong with the columns.
fn check_sight(sight: &Sight, problems: &mut Problems<ModelFault>) {
    let path = Path::from("sight");
    for (index, column) in sight.categories.iter().enumerate() {
        check(Some(column), &path.field("categories").item(index), problems);
    }
    // A table of all columns has the same checks.
    let columns = sight.columns().iter().chain(&sight.categories).cloned();
    let nobody: [(crate::id::CustomerId, [Option<f64>; 0]); 0] = [];
    problems.take(&path, FeatureTable::new(columns, nobody));
}

/// Adds all categories of prototypes that are no levels.
fn check_levels(model: &Prototypes, columns: &[Column], problems: &mut Problems<ModelFault>) {
    for (index, prototype) in model.prototypes().iter().enumerate() {
        let path = Path::from("model").field("prototypes").item(index).field("categories");
        for (at, (&code, column)) in prototype.categories.iter().zip(columns).enumerate() {
            if code != MISSING && code as usize >= column.levels.len() {
                let column = column.name.clone();
                problems.add(path.item(at), ModelFault::NoLevel { column, code });
            }
        }
    }
}

/// Adds everything that is wrong with the count of a segment's customers.
fn check_tally(
    tally: &Tally,
    columns: &[Column],
    path: &Path,
    problems: &mut Problems<ModelFault>,
) {
    let path = path.field("levels");
    check_count(path.clone(), "categories", (columns.len(), tally.levels.len()), problems);
    for (at, (counts, column)) in tally.levels.iter().zip(columns).enumerate() {
        check_count(path.item(at), "levels", (column.levels.len(), counts.len()), problems);
        let found = counts.iter().fold(0_usize, |sum, &count| sum.saturating_add(count));
        if found > tally.size {
            let customers = tally.size;
            problems.add(path.item(at), ModelFault::Counted { customers, found });
        }
    }
}

impl From<MixedClustered> for Written {
    fn from(model: MixedClustered) -> Self {
        let MixedClustered { sight, inputs: _, model, tallies, segments, retired } = model;
        Self { version: VERSION, sight, model, tallies, segments, retired }
    }
}
