//! The stored form of a model, and what can be wrong with it.

use serde::{Deserialize, Serialize};

use crate::cluster::Fault;
use crate::cluster::stream::{Flow, Grouping, MacroClusters};
use crate::feature::Prepared;
use crate::path::{Path, Problems};
use crate::segment::{ModelFault, Segment, found};

use super::{Streamed, names};

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
    type Error = Problems<ModelFault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { version, prepared, grouping, flow, clusters, segments, issued } = written;
        let mut problems = Problems::none();
        found::check_version(version, VERSION, &mut problems);
        let columns = prepared.columns().len();
        for (place, found) in [("flow", flow.columns()), ("clusters", clusters.columns())] {
            found::check_count(Path::from(place), "coordinates", (columns, found), &mut problems);
        }
        found::check_segments(&segments, clusters.clusters().len(), &mut problems);
        if issued > MOST_ISSUED {
            let fault = Fault::OutOfRange { value: issued as f64 };
            problems.add(Path::from("issued"), fault.into());
        }
        check_numbers(&segments, issued, &mut problems);
        let inputs = names(&prepared);
        let read = Self { prepared, inputs, grouping, flow, clusters, segments, issued };
        problems.into_result(read)
    }
}

/// Adds all segments whose number was never given.
fn check_numbers(segments: &[Segment], issued: usize, problems: &mut Problems<ModelFault>) {
    for (index, segment) in segments.iter().enumerate() {
        let id = &segment.id;
        let number = id.as_str().strip_prefix("cluster-").and_then(|number| number.parse().ok());
        if number.is_some_and(|number: usize| number > issued) {
            let fault = ModelFault::NeverIssued { id: id.clone(), issued };
            problems.add(Path::from("segments").item(index), fault);
        }
    }
}

impl From<Streamed> for Written {
    fn from(model: Streamed) -> Self {
        let Streamed { prepared, inputs: _, grouping, flow, clusters, segments, issued } = model;
        Self { version: VERSION, prepared, grouping, flow, clusters, segments, issued }
    }
}
