//! Where k-prototypes starts.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::super::Fault;
use super::super::points::is_coordinate;
use super::mixed::{Checked, MISSING, Mixed, Point, code};

/// Where k-prototypes starts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StartAt {
    /// At points of frequent categories that differ from each other: F. Cao, J. Liang and L. Bai,
    /// "A new initialization method for categorical data clustering", Expert Systems with
    /// Applications 36 (2009), 10223–10228. A first start takes the numbers of the same points, and
    /// others take numbers of points drawn at random; without numbers there is nothing to draw, and
    /// one start.
    #[default]
    Cao,
    /// At points like categories that are drawn as frequently as they are (Huang 1998).
    Huang,
    /// At points drawn at random.
    Random,
    /// At these prototypes, once: there are no restarts.
    Prototypes(Vec<Start>),
}

/// A prototype to start at.
///
/// ```
/// use loyalty::cluster::{KPrototypes, Mixed, Start, StartAt};
/// use ndarray::array;
///
/// let categories = array![[1, 2], [1, 3], [4, 5], [4, 6]];
/// let start = |categories: [u32; 2]| Start { numbers: vec![], categories: categories.to_vec() };
/// let init = StartAt::Prototypes(vec![start([1, 2]), start([4, 5])]);
/// let recipe = KPrototypes { init, ..KPrototypes::new(2) };
/// let found = recipe.fit_seeded(Mixed::of_categories(categories.view()), None, 0)?;
/// assert_eq!(found.assign(&[], &[4, 9]).map(|found| found.nearest.cluster), Some(1));
/// # Ok::<(), loyalty::path::Problems<loyalty::cluster::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Its numbers.
    pub numbers: Vec<f64>,
    /// Its categories.
    pub categories: Vec<u32>,
}

impl StartAt {
    pub(super) const fn restarts(&self, wanted: usize, columns: usize) -> usize {
        match self {
            Self::Prototypes(_) => 1,
            Self::Cao if columns == 0 => 1,
            Self::Cao | Self::Huang | Self::Random => wanted,
        }
    }

    pub(super) fn check(&self, clusters: usize, points: Mixed<'_>, problems: &mut Problems<Fault>) {
        let Self::Prototypes(starts) = self else { return };
        let path = Path::from("init").field("prototypes");
        if starts.len() != clusters {
            let (expected, found) = (clusters, starts.len());
            problems.add(path.clone(), Fault::Count { what: "prototypes", expected, found });
        }
        for (index, start) in starts.iter().enumerate() {
            let path = path.item(index);
            for (what, expected, found) in [
                ("numbers", points.numbers.ncols(), start.numbers.len()),
                ("categories", points.categories.ncols(), start.categories.len()),
            ] {
                if expected != found {
                    problems.add(path.field(what), Fault::Count { what, expected, found });
                }
            }
            for (column, &value) in start.numbers.iter().enumerate() {
                if !is_coordinate(value) {
                    problems.add(path.field("numbers").item(column), Fault::Coordinate { value });
                }
            }
        }
    }

    /// So many prototypes for the start of this number, their categories as positions.
    pub(super) fn prototypes(
        &self,
        points: &Checked,
        count: usize,
        number: usize,
        rng: &mut ChaCha8Rng,
    ) -> Vec<Start> {
        let rows = match self {
            Self::Prototypes(starts) => {
                let coded = |start: &Start| {
                    let names = start.categories.iter().zip(&points.names);
                    let categories = names.map(|(&name, names)| code(names, name)).collect();
                    Start { numbers: start.numbers.clone(), categories }
                };
                return starts.iter().map(coded).collect();
            }
            Self::Cao => cao(points, count),
            Self::Huang => huang(points, count, rng),
            Self::Random => drawn(points.len(), count, rng),
        };
        let numbers = match self {
            Self::Cao if number > 0 => drawn(points.len(), count, rng),
            _ => rows.clone(),
        };
        let start = |(row, numbers): (usize, usize)| Start {
            numbers: points.point(numbers).numbers.to_vec(),
            categories: points.point(row).codes.to_vec(),
        };
        rows.into_iter().zip(numbers).map(start).collect()
    }
}

/// Rows of frequent categories that differ from each other.
fn cao(points: &Checked, count: usize) -> Vec<usize> {
    let frequencies = frequencies(points);
    let density = |point: Point<'_>| {
        let known = point.codes.iter().zip(&frequencies);
        let masses = known.filter_map(|(&code, masses)| masses.get(code as usize));
        masses.sum::<f64>()
    };
    let densities: Vec<f64> = points.points().map(density).collect();
    let mut least: Vec<f64> = densities.clone();
    let mut rows = vec![first_greatest(&densities)];
    while rows.len() < count {
        let first = rows.len() == 1;
        let last = points.point(rows.last().copied().unwrap_or_default());
        for (least, (point, density)) in least.iter_mut().zip(points.points().zip(&densities)) {
            let different = point.codes.iter().zip(last.codes);
            let different = different.filter(|(own, other)| own != other || **own == MISSING);
            let worth = density * different.count() as f64;
            *least = if first { worth } else { least.min(worth) };
        }
        rows.push(first_greatest(&least));
    }
    rows
}

/// Rows that are like categories drawn in each attribute in proportion to their weights; each is
/// another point than those before, if there is one.
fn huang(points: &Checked, count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let frequencies = frequencies(points);
    let mut rows: Vec<usize> = Vec::new();
    for _ in 0..count {
        let codes: Vec<u32> = frequencies.iter().map(|masses| heavy(masses, rng)).collect();
        let wanted = Point { numbers: &[], codes: &codes };
        let mut best: Option<(f64, usize)> = None;
        for (row, point) in points.points().enumerate() {
            let mut taken = rows.iter().map(|&row| points.point(row));
            let different = wanted.dissimilarity(Point { numbers: &[], ..point }, 1.0);
            let nearer = best.is_none_or(|(least, _)| different < least);
            if nearer && !taken.any(|other| other.codes == point.codes) {
                best = Some((different, row));
            }
        }
        rows.push(best.map_or_else(|| below(points.len(), rng), |(_, row)| row));
    }
    rows
}

/// The weights of the categories of each attribute.
fn frequencies(points: &Checked) -> Vec<Vec<f64>> {
    let mut masses: Vec<Vec<f64>> =
        points.names.iter().map(|names| vec![0.0; names.len()]).collect();
    for (point, weight) in points.points().zip(&points.weights) {
        for (masses, &code) in masses.iter_mut().zip(point.codes) {
            masses.get_mut(code as usize).into_iter().for_each(|mass| *mass += weight);
        }
    }
    masses
}

/// A position drawn in proportion to its mass; [`MISSING`] if none has any.
fn heavy(masses: &[f64], rng: &mut ChaCha8Rng) -> u32 {
    let mut target = uniform(rng) * masses.iter().sum::<f64>();
    let mut last = MISSING;
    for (position, &mass) in (0..).zip(masses).filter(|(_, mass)| **mass > 0.0) {
        last = position;
        if target < mass {
            break;
        }
        target -= mass;
    }
    last
}

/// Different rows, drawn at random.
fn drawn(len: usize, count: usize, rng: &mut ChaCha8Rng) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..len).collect();
    for position in 0..count {
        let other = position + below(len - position, rng);
        rows.swap(position, other);
    }
    rows.truncate(count);
    rows
}

fn first_greatest(values: &[f64]) -> usize {
    let mut greatest = (0, f64::NEG_INFINITY);
    for (row, &value) in values.iter().enumerate() {
        if value > greatest.1 {
            greatest = (row, value);
        }
    }
    greatest.0
}

/// A number below `len`.
fn below(len: usize, rng: &mut ChaCha8Rng) -> usize {
    ((uniform(rng) * len as f64) as usize).min(len.saturating_sub(1))
}

/// A float from 0 up to but not including 1: the 53 highest bits of the next 64, over 2^53.
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}
