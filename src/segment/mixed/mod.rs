//! Segments of customers who are alike in numbers and in categories, such as their channel.
//!
//! [`MixedClusters`] is the recipe and [`MixedClustered`] the model;
//! [`MixedClustered::portraits`] says what is typical of a segment.

mod portrait;
mod sight;
mod stored;

use chrono::NaiveDate;
use ndarray::Array2;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::cluster::{self, Assignment, KPrototypes, Mixed, Prototypes};
use crate::feature::{FeatureTable, Preparation, TableFault};
use crate::id::{CustomerId, IdError, SegmentId};
use crate::path::{Path, Problems};
use crate::rule::{Text, Value};

use super::clustered::{beyond, segment};
use super::{Fit, Membership, Segment, Segmenter};

pub use portrait::{MixedPortrait, Typical, Usual};

use portrait::Tally;
use sight::Sight;
use stored::{VERSION, Written};

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
/// assert_eq!(model.segments()[0].description, "3 of 5 customers: orders 2; channel shop (67 %)");
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

/// Why no segments were found, or a stored model is none.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum MixedFault {
    /// The table does not suit the recipe.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// The recipe of k-prototypes is at fault.
    #[error(transparent)]
    Cluster(#[from] cluster::Fault),
    /// A column that is looked at for its categories is of numbers.
    #[error("the values of `{column}` are no categories")]
    NoCategories {
        /// The name of the column.
        column: Text,
    },
    /// A number is so large on its scale that distances would overflow.
    #[error("column `{column}` of customer `{customer}` is beyond {largest:e}: scale the column",
        largest = cluster::LARGEST)]
    TooLarge {
        /// The name of the column.
        column: Text,
        /// The customer.
        customer: CustomerId,
    },
    /// A segment's id is none.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The stored model is of another version.
    #[error("version {found} cannot be read: this is version {VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// The stored model does not have one of something for each of another.
    #[error("there are {found} {what}: {expected} are needed")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there must be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// Two segments of the stored model have one id.
    #[error("there are two segments `{id}`")]
    DuplicateSegment {
        /// Their id.
        id: SegmentId,
    },
    /// In the stored model, the levels of a category were counted more often than the customers.
    #[error("the levels of {found} customers were counted: there are {customers}")]
    Counted {
        /// How many customers there are.
        customers: usize,
        /// Of how many the levels were counted.
        found: usize,
    },
    /// A prototype of the stored model has a category that is no level of its column.
    #[error("there is no level {code} of `{column}`")]
    NoLevel {
        /// The name of the column.
        column: Text,
        /// The position that was found.
        code: u32,
    },
}

/// Segments that were found, with everything that is needed to assign a customer to them.
///
/// They are numbered from the largest to the smallest (`cluster-1`, `cluster-2`…). The numbers of
/// another fit need not mean the same customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct MixedClustered {
    sight: Sight,
    inputs: Vec<Text>,
    model: Prototypes,
    /// The customers of the fit, segment by segment.
    tallies: Vec<Tally>,
    segments: Vec<Segment>,
}

impl Fit for MixedClusters {
    type Model = MixedClustered;
    type Error = Problems<MixedFault>;

    fn fit_seeded(&self, table: &FeatureTable, seed: u64) -> Result<MixedClustered, Self::Error> {
        let sight = Sight::fit(self, table)?;
        let mut problems = Problems::none();
        let (numbers, categories) = self.points(&sight, table)?;
        let points = Mixed { numbers: numbers.view(), categories: categories.view() };
        let model = self.kprototypes.fit_seeded(points, None, seed);
        let model = problems.take(&Path::from("kprototypes"), model);
        let Some(model) = model else { return Err(problems) };
        let mut tallies = vec![Tally::new(&sight.categories); model.prototypes().len()];
        for (label, row) in model.labels(points).into_iter().zip(categories.outer_iter()) {
            if let Some(tally) = label.and_then(|label| tallies.get_mut(label)) {
                tally.count(row.iter().copied());
            }
        }
        let segments = (1..=tallies.len()).map(segment).collect::<Result<_, _>>();
        match segments {
            Ok(segments) => {
                let inputs = sight.names();
                Ok(MixedClustered { sight, inputs, model, tallies, segments }.told())
            }
            Err(fault) => Err(Problems::one(Path::from("segments"), fault.into())),
        }
    }
}

impl MixedClusters {
    /// The numbers and categories of all customers who are not left out.
    fn points(
        &self,
        sight: &Sight,
        table: &FeatureTable,
    ) -> Result<(Array2<f64>, Array2<u32>), Problems<MixedFault>> {
        let mut problems = Problems::none();
        let path = Path::from("preparation");
        let mut numbers = Vec::new();
        let mut rows: Vec<usize> = (0..table.customers().len()).collect();
        if let Some(prepared) = &sight.prepared {
            let coordinates = problems.take(&path, prepared.table(table));
            let Some(coordinates) = coordinates else { return Err(problems) };
            for (position, column, customer) in beyond(&coordinates) {
                let place = path.field("columns").item(position);
                problems.add(place, MixedFault::TooLarge { column, customer });
            }
            rows = coordinates.customers().iter().filter_map(|it| table.row(it)).collect();
            numbers.extend(coordinates.matrix().into_iter().flatten().copied());
        }
        let categories = sight.positions(table, &mut problems);
        problems.into_result(())?;
        let mut codes = Vec::with_capacity(rows.len() * categories.len());
        let mut kept = 0;
        for row in rows {
            let own: Vec<u32> =
                categories.iter().map(|&column| sight::code(table.number(row, column))).collect();
            if sight.is_known(&own) {
                codes.extend(own);
                kept += 1;
            }
        }
        let columns = sight.columns().len();
        // The shapes hold: each customer has one number and one code for each column.
        let numbers = Array2::from_shape_vec((kept, columns), numbers).unwrap_or_default();
        let codes = Array2::from_shape_vec((kept, categories.len()), codes).unwrap_or_default();
        Ok((numbers, codes))
    }
}

impl MixedClustered {
    /// The same model, whose segments are described by what is typical of them.
    fn told(mut self) -> Self {
        let portraits = self.portraits();
        for (segment, portrait) in self.segments.iter_mut().zip(portraits) {
            segment.description = portrait.to_string();
        }
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
        let found = self.segments.iter_mut().find(|segment| segment.id == *id);
        found.is_some_and(|segment| {
            segment.name = name.to_owned();
            segment.description = description.to_owned();
            true
        })
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
        let segment = self.place(row).and_then(|found| self.segments.get(found.nearest.cluster));
        segment.map_or_else(Membership::none, |segment| Membership::of(segment.id.clone()))
    }

    fn distances(&self, row: &[Option<Value>], _today: NaiveDate) -> Option<Vec<f64>> {
        let (numbers, categories) = self.sight.point(row)?;
        self.model.distances(&numbers, &categories)
    }
}
