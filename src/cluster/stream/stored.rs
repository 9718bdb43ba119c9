//! How a flow is written down, and what is wrong with one that no learning could have given.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::{ClusteringFeature, Fault, nearby};
use super::Stream;
use super::clock::Clock;
use super::flow::Flow;
use super::micro::Kept;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    recipe: Stream,
    columns: usize,
    clock: Clock,
    next: u64,
    learned: u64,
    radius: f64,
    micro_clusters: Vec<Kept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dropped: Option<ClusteringFeature>,
}

impl TryFrom<Written> for Flow {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { recipe, columns, clock, next, learned, radius, micro_clusters, dropped } =
            written;
        let mut problems = Problems::none();
        recipe.check(&Path::from("recipe"), &mut problems);
        if columns == 0 {
            problems.add(Path::from("columns"), Fault::NoCoordinates);
        }
        if !clock.is_sound(recipe.half_life) {
            let value = clock.latest.unwrap_or_default();
            problems.add(Path::from("clock"), Fault::OutOfRange { value });
        }
        if !(radius >= recipe.radius && radius.is_finite()) {
            problems.add(Path::from("radius"), Fault::OutOfRange { value: radius });
        }
        let path = Path::from("micro_clusters");
        let (most, found) = (recipe.most, micro_clusters.len());
        if found > most {
            let what = "micro-clusters";
            problems.add(path.clone(), Fault::Count { what, expected: most, found });
        }
        let mut last = None;
        for (index, kept) in micro_clusters.iter().enumerate() {
            let place = path.item(index);
            if kept.id >= next || last.is_some_and(|last| kept.id <= last) {
                problems.add(place.field("id"), Fault::OutOfRange { value: kept.id as f64 });
            }
            last = Some(kept.id);
            for (name, value) in [("born", kept.born), ("touched", kept.touched)] {
                if !value.is_finite() {
                    problems.add(place.field(name), Fault::OutOfRange { value });
                }
            }
            check(&kept.feature, columns, &place.field("feature"), &mut problems);
        }
        if let Some(feature) = &dropped {
            check(feature, columns, &Path::from("dropped"), &mut problems);
        }
        let blocks = Vec::new();
        let kept = micro_clusters;
        let mut flow =
            Self { recipe, columns, clock, next, learned, kept, dropped, radius, blocks };
        if problems.is_empty() {
            flow.write_all();
        }
        problems.into_result(flow)
    }
}

/// Adds everything that is wrong with a stored feature.
fn check(feature: &ClusteringFeature, columns: usize, path: &Path, problems: &mut Problems<Fault>) {
    nearby::check_center(&feature.center, columns, &path.field("center"), problems);
    nearby::check_weight(feature.weight, &path.field("weight"), problems);
    let value = feature.scatter;
    if !(0.0..f64::INFINITY).contains(&value) {
        problems.add(path.field("scatter"), Fault::OutOfRange { value });
    }
}

impl From<Flow> for Written {
    fn from(flow: Flow) -> Self {
        let Flow { recipe, columns, clock, next, learned, kept, dropped, radius, .. } = flow;
        Self { recipe, columns, clock, next, learned, radius, micro_clusters: kept, dropped }
    }
}
