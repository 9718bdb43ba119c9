//! Prototypes that were found, and which of them a point belongs to.

use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::super::points::{HEAVIEST, are_coordinates, is_coordinate};
use super::super::{Assignment, Fault, Nearest, Report};
use super::mixed::{Mixed, Point};

/// Points of a cluster are labeled in blocks of so many.
const BLOCK: usize = 4_096;

/// What the points of a cluster are like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prototype {
    /// The means of their numbers.
    pub numbers: Vec<f64>,
    /// Their heaviest categories.
    pub categories: Vec<u32>,
    /// The number of points.
    pub size: usize,
    /// The sum of their weights.
    pub weight: f64,
}

/// The prototypes that a recipe found among points: the model that assigns any other point.
///
/// They are numbered from the weightiest to the lightest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct Prototypes {
    prototypes: Vec<Prototype>,
    gamma: f64,
    report: Report,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    prototypes: Vec<Prototype>,
    gamma: f64,
    report: Report,
}

impl Prototypes {
    pub(super) const fn fitted(prototypes: Vec<Prototype>, gamma: f64, report: Report) -> Self {
        Self { prototypes, gamma, report }
    }

    /// The prototypes, by number.
    #[must_use]
    pub fn prototypes(&self) -> &[Prototype] {
        &self.prototypes
    }

    /// What a category that differs adds to a dissimilarity.
    #[must_use]
    pub const fn gamma(&self) -> f64 {
        self.gamma
    }

    /// How the fit went.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// How many numbers points have.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.prototypes.first().map_or(0, |prototype| prototype.numbers.len())
    }

    /// How many categories points have.
    #[must_use]
    pub fn attributes(&self) -> usize {
        self.prototypes.first().map_or(0, |prototype| prototype.categories.len())
    }

    /// Where a point belongs. Its distances are dissimilarities: the squared distance of the
    /// numbers and [`Prototypes::gamma`] for each category that differs.
    ///
    /// `None` if it has other numbers of numbers or categories, or a number that is not finite or
    /// beyond [`LARGEST`](crate::cluster::LARGEST).
    #[must_use]
    pub fn assign(&self, numbers: &[f64], categories: &[u32]) -> Option<Assignment> {
        let distances = self.distances(numbers, categories)?;
        let found = distances
            .into_iter()
            .enumerate()
            .map(|(cluster, distance)| Nearest { cluster, distance });
        let mut assignment: Option<Assignment> = None;
        for found in found {
            assignment = Some(match assignment {
                None => Assignment { nearest: found, next: None },
                Some(Assignment { nearest, .. }) if found.distance < nearest.distance => {
                    Assignment { nearest: found, next: Some(nearest) }
                }
                Some(Assignment { nearest, next }) => {
                    let nearer = next.is_none_or(|next| found.distance < next.distance);
                    Assignment { nearest, next: if nearer { Some(found) } else { next } }
                }
            });
        }
        assignment
    }

    /// The dissimilarity of a point from each of the prototypes; `None` as for
    /// [`Prototypes::assign`].
    #[must_use]
    pub fn distances(&self, numbers: &[f64], categories: &[u32]) -> Option<Vec<f64>> {
        let fits = numbers.len() == self.columns() && categories.len() == self.attributes();
        if !fits || !are_coordinates(numbers) {
            return None;
        }
        let point = Point { numbers, codes: categories };
        let distance = |prototype: &Prototype| {
            let prototype = Point { numbers: &prototype.numbers, codes: &prototype.categories };
            point.dissimilarity(prototype, self.gamma)
        };
        Some(self.prototypes.iter().map(distance).collect())
    }

    /// The cluster of each point; `None` as for [`Prototypes::assign`], and beyond the rows that
    /// one of the matrices has.
    #[must_use]
    pub fn labels(&self, points: Mixed<'_>) -> Vec<Option<usize>> {
        let Mixed { numbers, categories } = points;
        let rows = numbers.nrows().max(categories.nrows());
        let mut labels = vec![None; rows];
        parallel::fill_chunks(&mut labels, BLOCK, |number, labels| {
            let first = number * BLOCK;
            let rows = numbers.outer_iter().zip(categories.outer_iter()).skip(first);
            for (label, (numbers, categories)) in labels.iter_mut().zip(rows) {
                let numbers: Vec<f64> = numbers.iter().copied().collect();
                let categories: Vec<u32> = categories.iter().copied().collect();
                *label = self.assign(&numbers, &categories).map(|found| found.nearest.cluster);
            }
        });
        labels
    }
}

impl TryFrom<Written> for Prototypes {
    type Error = Problems<Fault>;

    fn try_from(written: Written) -> Result<Self, Self::Error> {
        let Written { prototypes, gamma, report } = written;
        let mut problems = Problems::none();
        let path = Path::from("prototypes");
        let Some(first) = prototypes.first() else {
            return Err(Problems::one(path, Fault::Zero));
        };
        if first.numbers.len() + first.categories.len() == 0 {
            problems.add(path.item(0), Fault::NoCoordinates);
        }
        for (index, prototype) in prototypes.iter().enumerate() {
            let path = path.item(index);
            for (field, what, expected, found) in [
                ("numbers", "numbers", first.numbers.len(), prototype.numbers.len()),
                ("categories", "categories", first.categories.len(), prototype.categories.len()),
            ] {
                if expected != found {
                    problems.add(path.field(field), Fault::Count { what, expected, found });
                }
            }
            for (column, &value) in prototype.numbers.iter().enumerate() {
                if !is_coordinate(value) {
                    problems.add(path.field("numbers").item(column), Fault::Coordinate { value });
                }
            }
            let value = prototype.weight;
            if !(value > 0.0 && value <= HEAVIEST * 1e20) {
                problems.add(path.field("weight"), Fault::OutOfRange { value });
            }
        }
        if !is_gamma(gamma) {
            problems.add(Path::from("gamma"), Fault::OutOfRange { value: gamma });
        }
        problems.into_result(Self { prototypes, gamma, report })
    }
}

impl From<Prototypes> for Written {
    fn from(model: Prototypes) -> Self {
        let Prototypes { prototypes, gamma, report } = model;
        Self { prototypes, gamma, report }
    }
}

/// Whether a value can weigh categories.
pub(super) fn is_gamma(value: f64) -> bool {
    value >= 0.0 && is_coordinate(value)
}
