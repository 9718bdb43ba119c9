//! Clusters of points that keep coming and matter less as they age: the recipe ([`Stream`]), what
//! is known so far ([`Flow`]), what it amounts to ([`MacroClusters`]), and how that moved
//! ([`Transitions`]).

mod clock;
mod flow;
mod grouping;
mod micro;
mod stored;
mod transitions;

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::Fault;

pub use flow::Flow;
pub use grouping::{Grouping, MacroClusters, Member};
pub use micro::{MicroCluster, Standing};
pub use transitions::{Move, Transitions};

/// Micro-clusters of points as they come, which fade: a recipe.
///
/// F. Cao, M. Ester, W. Qian and A. Zhou, "Density-based clustering over an evolving data stream
/// with noise", SIAM International Conference on Data Mining (2006), 328–339. A point goes to the
/// nearest micro-cluster if that stays within the radius and the point is within twice the radius
/// of its center; else it begins one.
///
/// ```
/// use loyalty::cluster::stream::{Grouping, Stream};
/// use loyalty::cluster::{Cut, Hierarchy};
///
/// let stream = Stream { half_life: Some(30.0), ..Stream::new(0.5) };
/// let mut flow = stream.start(1)?;
/// for (day, spent) in [(1.0, 2.0), (2.0, 2.3), (3.0, 9.0), (90.0, 9.2)] {
///     flow.learn(&[spent], 1.0, day);
/// }
/// let two = Grouping::Hierarchy(Hierarchy::new(Cut::Clusters(2)));
/// let found = flow.group(&two, 90.0)?;
/// assert_eq!(found.assign(&[8.0]).map(|found| found.nearest.cluster), Some(0));
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// The greatest radius of a micro-cluster: the root of the mean squared distance of its points
    /// from their mean. 0 takes only points that coincide together.
    pub radius: f64,
    /// After so much time a point counts half, in the unit in which instants are told; without a
    /// word nothing fades.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half_life: Option<f64>,
    /// The most micro-clusters; 100 without a word. When there are more, faded ones are dropped,
    /// and then the nearest (by Ward) are joined until a quarter is free again. The radius widens
    /// to theirs, and narrows again while half of the room is free.
    #[serde(default = "hundred")]
    pub most: usize,
    /// From this weight on a micro-cluster is a core of a cluster, usually called μ; 0 without a
    /// word, so that all are.
    #[serde(default)]
    pub core_weight: f64,
    /// From this share of the core weight on it may become one, usually called β; 0.5 without a
    /// word. Lighter ones are outliers, which macro-clusters leave out.
    #[serde(default = "half")]
    pub potential: f64,
    /// Below this weight a micro-cluster is dropped, once in each half-life; 0.01 without a word.
    #[serde(default = "hundredth")]
    pub faded_weight: f64,
}

const fn hundred() -> usize {
    100
}

const fn half() -> f64 {
    0.5
}

const fn hundredth() -> f64 {
    0.01
}

impl Stream {
    /// A recipe for this radius, and without a word on anything else.
    #[must_use]
    pub const fn new(radius: f64) -> Self {
        Self {
            radius,
            half_life: None,
            most: hundred(),
            core_weight: 0.0,
            potential: half(),
            faded_weight: hundredth(),
        }
    }

    /// Nothing yet, of points with so many coordinates.
    ///
    /// # Errors
    /// Everything in the recipe that is out of range, with its place.
    pub fn start(&self, columns: usize) -> Result<Flow, Problems<Fault>> {
        let mut problems = Problems::none();
        self.check(&Path::root(), &mut problems);
        if columns == 0 {
            problems.add(Path::from("columns"), Fault::NoCoordinates);
        }
        problems.into_result(Flow::new(self.clone(), columns))
    }

    fn check(&self, path: &Path, problems: &mut Problems<Fault>) {
        for (name, value) in [
            ("radius", self.radius),
            ("core_weight", self.core_weight),
            ("potential", self.potential),
            ("faded_weight", self.faded_weight),
        ] {
            if !(0.0..f64::INFINITY).contains(&value) {
                problems.add(path.field(name), Fault::OutOfRange { value });
            }
        }
        if let Some(value) = self.half_life
            && !(value > 0.0 && value.is_finite())
        {
            problems.add(path.field("half_life"), Fault::OutOfRange { value });
        }
        if self.most == 0 {
            problems.add(path.field("most"), Fault::Zero);
        }
    }
}
