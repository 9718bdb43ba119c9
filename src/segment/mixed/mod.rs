//! Segments of customers who are alike in numbers and in categories, such as their channel.
//!
//! [`MixedClusters`] is the recipe and [`MixedClustered`] the model;
//! [`MixedClustered::portraits`] says what is typical of a segment.

mod portrait;
mod refit;
mod sight;
mod stored;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::cluster::{Assignment, KPrototypes, Prototypes};
use crate::feature::{FeatureTable, Preparation};
use crate::id::SegmentId;
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

use super::identity::Refittable;
use super::migration::{Cause, Placed, by_margin};
use super::{Fit, Membership, ModelFault, Segment, Segmenter, found};

pub use portrait::{MixedPortrait, Typical, Usual};

use portrait::Tally;
use sight::Sight;
use stored::Written;

/// Finds segments of customers who are alike in numbers and categories, by k-prototypes.
///
/// A recipe without numbers looks at categories only (k-modes), and one without categories at
/// numbers only. Who is left out by the preparation of the numbers is in no segment; a category
/// that is not known speaks for none, and who has nothing else is in none.
///
/// ```
/// use loyalty::cluster::KPrototypes;
/// use loyalty::feature::{Column, FeatureTable, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::rule::Value;
/// use loyalty::segment::{Fit, Segmenter, mixed::MixedClusters};
///
/// let columns = [Column::from("orders"), Column::category("channel", ["app", "shop"])];
/// let rows = [
///     ("ann", 1.0, "shop"), ("bob", 2.0, "shop"), ("cat", 3.0, "app"),
///     ("dan", 20.0, "app"), ("eve", 22.0, "app"),
/// ];
/// let row = |(id, orders, channel)| {
///     let values = [Value::number(orders), Some(Value::text(channel))];
///     Some((CustomerId::new(id).ok()?, values))
/// };
/// let table = FeatureTable::from_values(columns, rows.into_iter().filter_map(row))?;
///
/// let recipe = MixedClusters {
///     preparation: Preparation::new([("orders", Scale::Standard)]),
///     categories: vec!["channel".into()],
///     kprototypes: KPrototypes::new(2),
/// };
/// let model = recipe.fit_seeded(&table, 1)?;
/// assert_eq!(model.segments()[0].description, "3 of 5 customers: 2 orders; channel shop (67 %)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MixedClusters {
    /// Which columns of numbers are looked at, and how they are made comparable; there may be none.
    pub preparation: Preparation,
    /// Which columns of categories are looked at; there may be none.
    #[serde(default)]
    pub categories: Vec<Text>,
    /// How clusters are found; numbers in it, such as given prototypes, are in the scaled columns,
    /// and categories are positions of levels.
    pub kprototypes: KPrototypes,
}

/// Segments that were found, with everything that is needed to assign a customer to them.
///
/// They are numbered from the largest to the smallest (`cluster-1`, `cluster-2`…). The numbers of
/// another fit need not mean the same customers, unless it is a [refit](MixedClustered::refit).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct MixedClustered {
    sight: Sight,
    inputs: Vec<Text>,
    model: Prototypes,
    /// The customers of the fit, segment by segment.
    tallies: Vec<Tally>,
    segments: Vec<Segment>,
    /// The ids of segments that are no more.
    retired: BTreeSet<SegmentId>,
}

impl Fit for MixedClusters {
    type Model = MixedClustered;
    type Error = Problems<ModelFault>;

    fn fit_seeded(&self, table: &FeatureTable, seed: u64) -> Result<MixedClustered, Self::Error> {
        let sight = Sight::fit(self, table)?;
        let mut problems = Problems::none();
        let seen = sight.points(table)?;
        let points = seen.as_mixed();
        let model = self.kprototypes.fit_seeded(points, None, seed);
        let model = problems.take(&Path::from("kprototypes"), model);
        let Some(model) = model else { return Err(problems) };
        let mut tallies = vec![Tally::new(&sight.categories); model.prototypes().len()];
        for (label, row) in model.labels(points).into_iter().zip(seen.codes.outer_iter()) {
            if let Some(tally) = label.and_then(|label| tallies.get_mut(label)) {
                tally.count(row.iter().copied());
            }
        }
        let segments = found::segments(tallies.len())?;
        let (inputs, retired) = (sight.names(), BTreeSet::new());
        Ok(MixedClustered { sight, inputs, model, tallies, segments, retired }.told())
    }
}

impl MixedClustered {
    /// The same model, whose segments are described by what is typical of them.
    fn told(mut self) -> Self {
        let descriptions = self.descriptions();
        found::describe(&mut self.segments, descriptions);
        self
    }

    /// The prototypes among the scaled numbers and the positions of levels, and how the fit went.
    #[must_use]
    pub const fn model(&self) -> &Prototypes {
        &self.model
    }

    /// Where a customer belongs and how clearly, by the position in [`Segmenter::segments`];
    /// distances are the dissimilarities of [`Prototypes::assign`]. `None` if the customer is in no
    /// segment.
    #[must_use]
    pub fn place(&self, values: &[Option<Value>]) -> Option<Assignment> {
        let (numbers, categories) = self.sight.point(values)?;
        self.model.assign(&numbers, &categories)
    }

    /// Gives a segment another name and description for people; whether there is such a segment.
    pub fn rename(&mut self, id: &SegmentId, name: &str, description: &str) -> bool {
        found::rename(&mut self.segments, id, name, description)
    }
}

impl Segmenter for MixedClustered {
    fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The numbers, then the categories.
    fn inputs(&self) -> &[Text] {
        &self.inputs
    }

    /// The one segment whose prototype is least dissimilar.
    fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
        found::membership(&self.segments, self.place(row).map(|found| found.nearest.cluster))
    }

    fn distances(&self, row: &[Option<Value>], _today: NaiveDate) -> Option<Vec<f64>> {
        let (numbers, categories) = self.sight.point(row)?;
        self.model.distances(&numbers, &categories)
    }

    fn causes(
        &self,
        then: (&[Option<Value>], NaiveDate),
        now: (&[Option<Value>], NaiveDate),
    ) -> Vec<Cause> {
        let columns = self.sight.columns().len();
        // A point has the numbers, and then the codes.
        let place = |row: &[Option<Value>]| {
            let (mut point, codes) = self.sight.point(row)?;
            let cluster = self.model.assign(&point, &codes)?.nearest.cluster;
            point.extend(codes.into_iter().map(f64::from));
            Some(Placed { point, cluster })
        };
        by_margin(&self.inputs, (then.0, now.0), place, |point| {
            let (numbers, codes) = point.split_at_checked(columns)?;
            let codes: Vec<u32> = codes.iter().map(|code| *code as u32).collect();
            self.model.distances(numbers, &codes)
        })
    }
}
