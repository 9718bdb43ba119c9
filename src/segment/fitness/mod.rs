//! Whether a segmentation is fit for use: large enough, few enough, stable, real, and not the work
//! of one feature or one customer.
//!
//! Whatever a method finds, it finds something; here it is told when that should not be used, with
//! the number found, the limit, and what to do.

mod cloud;
mod defect;
mod limits;
mod reference;
mod scatter;
mod survey;
mod told;

use serde::{Deserialize, Serialize};

use super::clustered::{Clustered, Clusters};
use crate::feature::{FeatureTable, TableFault};
use crate::id::{CustomerId, SegmentId};
use crate::path::Problems;
use crate::rule::Text;

pub use defect::{Concern, Defect, Gravity};
pub use limits::{Limit, Limits};

use survey::Survey;

/// Whether a segmentation is fit for use, and why not.
///
/// Its [`Display`](std::fmt::Display) is the verdict, and a line for each finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fitness {
    /// What to make of it.
    pub usability: Usability,
    /// What is wrong with it, the gravest first.
    pub findings: Vec<Defect>,
    /// All numbers that were looked at.
    pub figures: Figures,
}

/// What to make of a segmentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Usability {
    /// Nothing was found.
    Usable,
    /// It can be used by someone who knows what was found.
    WithWarnings,
    /// It should not be used.
    Refused,
}

/// The numbers by which a segmentation is judged; none where there is nothing to measure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Figures {
    /// The number of customers of the table.
    pub customers: usize,
    /// The share of them who are in no segment.
    pub unassigned: f64,
    /// Each segment with the number of its customers.
    pub sizes: Vec<(SegmentId, usize)>,
    /// The mean silhouette of (at most [`Limits::most`]) customers, in the scaled columns.
    pub silhouette: Option<f64>,
    /// How much more the segments explain than cuts through customers without any groups would: by
    /// how many standard errors the gap statistic is above that of one segment; only with methods
    /// of centers.
    pub structure: Option<f64>,
    /// How well segments of resampled customers agree with these: the mean adjusted Rand index;
    /// only with refits.
    pub stability: Option<f64>,
    /// For each segment, how much of it resampled customers give again: the mean of the greatest
    /// Jaccard index; only with refits.
    pub recurrence: Vec<(SegmentId, f64)>,
    /// What share of the differences between the segments each feature makes, the greatest first.
    pub dominance: Vec<(Text, f64)>,
    /// The customer who is farthest from the mean, and what share of all squared distances from it
    /// that is.
    pub outlier: Option<(CustomerId, f64)>,
}

/// Whether the segments of a model are fit for use for the customers of a table, as far as can be
/// seen without fitting anew: not whether they are stable.
///
/// ```
/// use loyalty::cluster::KMeans;
/// use loyalty::feature::{FeatureTable, Preparation, Scale};
/// use loyalty::id::CustomerId;
/// use loyalty::segment::fitness::{Limits, Usability, fitness, fitness_refitted};
/// use loyalty::segment::{Fit, clustered::Clusters};
///
/// // Three towns of 60, and a village of 4.
/// let row = |n: u32| {
///     let town = if n < 180 { f64::from(n / 60) * 30.0 } else { 150.0 };
///     [town + f64::from(n % 7), f64::from(n % 11)]
/// };
/// let rows = (0..184).map(|n| (CustomerId::new(format!("c{n}")).unwrap(), row(n).map(Some)));
/// let table = FeatureTable::new(["orders", "age"], rows)?;
/// let columns = [("orders", Scale::None), ("age", Scale::None)];
/// let recipe = Clusters::new(KMeans::new(4), Preparation::new(columns));
/// let model = recipe.fit_seeded(&table, 1)?;
///
/// let limits = Limits::default();
/// let fitness = fitness_refitted(&model, &recipe, &table, &limits)?;
/// assert_eq!(fitness.usability, Usability::Refused);
/// assert_eq!(
///     fitness.findings[0].to_string(),
///     "cluster-4 has 4 customers, fewer than 10: too few to act on; ask for fewer segments, or \
///      treat them with the next best"
/// );
/// # let fitness = loyalty::segment::fitness::fitness(&model, &table, &limits)?;
/// # assert_eq!(fitness.figures.stability, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// All columns that the table does not have.
///
/// # Complexity
/// O(m² d) for silhouettes of at most m = [`Limits::most`] customers, and O(n k d).
pub fn fitness(
    model: &Clustered,
    table: &FeatureTable,
    limits: &Limits,
) -> Result<Fitness, Problems<TableFault>> {
    let survey = Survey::of(model, table, limits)?;
    Ok(survey.fitness(model, limits))
}

/// As [`fitness`], and whether the recipe gives the same segments again when customers are drawn
/// anew, [`Limits::refits`] times; it is fitted on the coordinates of the model.
///
/// # Errors
/// All columns that the table does not have.
///
/// # Complexity
/// As [`fitness`], and so many fits of at most [`Limits::most`] customers.
pub fn fitness_refitted(
    model: &Clustered,
    recipe: &Clusters,
    table: &FeatureTable,
    limits: &Limits,
) -> Result<Fitness, Problems<TableFault>> {
    let mut survey = Survey::of(model, table, limits)?;
    survey.refit(model, recipe, limits);
    Ok(survey.fitness(model, limits))
}
