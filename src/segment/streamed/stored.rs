//! The stored form of a model, and what can be wrong with it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::cluster::Fault;
use crate::cluster::stream::{Flow, Grouping, MacroClusters};
use crate::feature::Prepared;
use crate::path::{Path, Problems};
use crate::segment::Segment;

use super::{Streamed, StreamedFault, names};

/// The version of the stored form of [`Streamed`].
pub(super) const VERSION: u32 = 1;

/// Beyond so many numbers of segments something is wrong.
const MOST_ISSUED: usize = 1 << 30;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    version: u32,
    prepared: Prepared,
    grouping: Grouping,
    flow: Flow,
    clusters: MacroClusters,
    segments: Vec<Segment>,
    issued: usize,
}

impl TryFrom<Written> for Streamed {
    type Error = Problems<StreamedFault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { version, prepared, grouping, flow, clusters, segments, issued } = written;
        let mut problems = Problems::none();
        if version != VERSION {
            problems.add(Path::from("version"), StreamedFault::Version { found: version });
        }
        let columns = prepared.columns().len();
        for (place, what, found, expected) in [
            ("flow", "coordinates", flow.columns(), columns),
            ("clusters", "coordinates", clusters.columns(), columns),
            ("segments", "segments", segments.len(), clusters.clusters().len()),
        ] {
            if found != expected {
                let fault = StreamedFault::Count { what, expected, found };
                problems.add(Path::from(place), fault);
            }
        }
        if issued > MOST_ISSUED {
            let fault = Fault::OutOfRange { value: issued as f64 };
            problems.add(Path::from("issued"), fault.into());
        }
        check_ids(&segments, issued, &mut problems);
        let inputs = names(&prepared);
        let read = Self { prepared, inputs, grouping, flow, clusters, segments, issued };
        problems.into_result(read)
    }
}

/// Adds everything that is wrong with the ids of segments.
fn check_ids(segments: &[Segment], issued: usize, problems: &mut Problems<StreamedFault>) {
    let mut seen = BTreeSet::new();
    for (index, segment) in segments.iter().enumerate() {
        let (path, id) = (Path::from("segments").item(index), segment.id.clone());
        let number = id.as_str().strip_prefix("cluster-").and_then(|number| number.parse().ok());
        if !seen.insert(&segment.id) {
            problems.add(path, StreamedFault::DuplicateSegment { id });
        } else if number.is_some_and(|number: usize| number > issued) {
            problems.add(path, StreamedFault::NeverIssued { id, issued });
        }
    }
}

impl From<Streamed> for Written {
    fn from(model: Streamed) -> Self {
        let Streamed { prepared, inputs: _, grouping, flow, clusters, segments, issued } = model;
        Self { version: VERSION, prepared, grouping, flow, clusters, segments, issued }
    }
}
