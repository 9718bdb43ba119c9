//! A block of points, which is assigned to centers apart from all others.

use super::super::points::{Points, squared_distance};
use super::super::wide::wide;
use super::bounds::{Bounds, Drift};
use super::lloyd::Search;
use super::screen::{Screen, WIDTH};
use super::sums::Sums;
use super::tile::{LANES, for_columns, nearest, nearest_two, turn, turn_whole};

/// What an assignment does with all blocks.
pub(super) struct Step<'a> {
    pub(super) points: &'a Points<'a>,
    /// How many points are in a block.
    pub(super) size: usize,
    /// Row-major.
    pub(super) centers: &'a [f64],
    /// How nearest centers are found.
    pub(super) search: Search,
    /// The centers in short floats, where these are of use.
    pub(super) screen: Option<&'a Screen>,
    /// How far centers have moved since the last assignment, if that one kept bounds.
    pub(super) drift: Option<&'a Drift>,
}

/// Points with the centers that they belong to since the last assignment.
pub(super) struct Block {
    pub(super) labels: Vec<u32>,
    /// How many the last assignment changed.
    pub(super) changed: usize,
    pub(super) sums: Sums,
    /// What is known of distances, if the last assignment kept it.
    pub(super) bounds: Bounds,
}

/// The rows of a block.
#[derive(Clone, Copy)]
struct Rows<'a> {
    columns: usize,
    coordinates: &'a [f64],
    weights: Option<&'a [f64]>,
}

impl Block {
    pub(super) fn new(points: usize, centers: usize, columns: usize) -> Self {
        Self {
            labels: vec![u32::MAX; points],
            changed: points,
            sums: Sums::new(centers, columns),
            bounds: Bounds::new(columns),
        }
    }

    /// Assigns its points to their nearest centers, and sums them up.
    pub(super) fn assign(&mut self, number: usize, step: &Step<'_>) {
        let rows = step.rows(number);
        self.changed = 0;
        wide(
            #[inline(always)]
            || for_columns!(rows.columns, columns => self.search(Rows { columns, ..rows }, step)),
        );
    }

    /// Sums its points up by the labels they have.
    pub(super) fn sum(&mut self, number: usize, step: &Step<'_>) {
        let rows = step.rows(number);
        self.sums.clear();
        self.sums.count(rows.columns, rows.coordinates, rows.weights, &self.labels);
        if rows.weights.is_none() {
            self.sums.weigh_by_size();
        }
    }

    /// The weighted sum of the squared distances of its points from their centers.
    pub(super) fn inertia(&self, number: usize, step: &Step<'_>) -> f64 {
        let rows = step.rows(number);
        wide(
            #[inline(always)]
            || for_columns!(rows.columns, columns => self.measure(Rows { columns, ..rows }, step)),
        )
    }

    #[inline(always)]
    fn measure(&self, rows: Rows<'_>, step: &Step<'_>) -> f64 {
        let columns = rows.columns;
        let mut weights = rows.weights.map(<[f64]>::iter);
        let mut inertia = 0.0;
        for (row, &label) in rows.coordinates.chunks_exact(columns).zip(&self.labels) {
            let center = step.centers.get(label as usize * columns..);
            let center = center.and_then(|center| center.get(..columns)).unwrap_or_default();
            let weight = weights.as_mut().and_then(Iterator::next).copied().unwrap_or(1.0);
            inertia += weight * squared_distance(row, center);
        }
        inertia
    }

    #[inline(always)]
    fn search(&mut self, rows: Rows<'_>, step: &Step<'_>) {
        let Self { labels, sums, bounds, .. } = self;
        sums.clear();
        let centers = step.centers;
        self.changed = match step.search {
            Search::Plain => match step.screen {
                Some(screen) => search_screened(rows, labels, sums, screen, &mut Plain { centers }),
                None => search_all(rows, labels, sums, &mut Plain { centers }),
            },
            Search::Bounded => {
                let known = match step.drift {
                    Some(drift) => bounds.drift(drift, labels),
                    None => false,
                };
                if known {
                    let changed = search_open(rows, step, labels, bounds);
                    sums.count(rows.columns, rows.coordinates, rows.weights, labels);
                    changed
                } else {
                    bounds.resize(labels.len());
                    search_all(rows, labels, sums, &mut Bounding { centers, bounds })
                }
            }
        };
        if rows.weights.is_none() {
            self.sums.weigh_by_size();
        }
    }
}

impl Step<'_> {
    fn rows(&self, number: usize) -> Rows<'_> {
        let (coordinates, weights) = self.points.span(number * self.size, self.size);
        Rows { columns: self.points.columns(), coordinates, weights }
    }
}

/// A way to find the nearest centers of a tile: not a closure, which could not be told to be
/// inlined.
trait Measure {
    fn nearest(&mut self, tile: &[[f64; LANES]], columns: usize, first: usize) -> [u32; LANES];
}

/// Only the nearest centers.
struct Plain<'a> {
    centers: &'a [f64],
}

impl Measure for Plain<'_> {
    #[inline(always)]
    fn nearest(&mut self, tile: &[[f64; LANES]], columns: usize, _first: usize) -> [u32; LANES] {
        nearest(tile, self.centers, columns).labels.map(|label| label as u32)
    }
}

/// The nearest centers, with bounds of the distances from the row `first` on.
struct Bounding<'a> {
    centers: &'a [f64],
    bounds: &'a mut Bounds,
}

impl Measure for Bounding<'_> {
    #[inline(always)]
    fn nearest(&mut self, tile: &[[f64; LANES]], columns: usize, first: usize) -> [u32; LANES] {
        let (found, next) = nearest_two(tile, self.centers, columns);
        self.bounds.learn_run(first, &found.squares, &next);
        found.labels.map(|label| label as u32)
    }
}

/// Measures all points and sums them up; how many labels changed.
#[inline(always)]
fn search_all(
    rows: Rows<'_>,
    labels: &mut [u32],
    sums: &mut Sums,
    measure: &mut impl Measure,
) -> usize {
    let mut few = [[0.0; LANES]; 8];
    let mut many = Vec::new();
    let tile = tile_of(rows.columns, &mut few, &mut many);
    let (mut changed, mut first) = (0, 0);
    // Whole eights have loops of known length.
    let mut eights = rows.coordinates.chunks_exact(LANES * rows.columns);
    let (whole, rest) = labels.as_chunks_mut::<LANES>();
    let mut weights = rows.weights.map(|weights| weights.chunks(LANES));
    for (eight, labels) in eights.by_ref().zip(whole) {
        turn_whole(eight, rows.columns, tile);
        changed += relabel(labels, &measure.nearest(tile, rows.columns, first));
        sums.count(rows.columns, eight, weights.as_mut().and_then(Iterator::next), labels);
        first += LANES;
    }
    let few = eights.remainder();
    turn(few.chunks_exact(rows.columns), tile);
    changed += relabel(rest, &measure.nearest(tile, rows.columns, first));
    sums.count(rows.columns, few, weights.as_mut().and_then(Iterator::next), rest);
    changed
}

/// The same with points told from short floats where these are sure.
#[inline(always)]
fn search_screened(
    rows: Rows<'_>,
    labels: &mut [u32],
    sums: &mut Sums,
    screen: &Screen,
    plain: &mut Plain<'_>,
) -> usize {
    let columns = rows.columns;
    let (mut few, mut many) = ([[0.0; WIDTH]; 8], Vec::new());
    let tile = tile_of(columns, &mut few, &mut many);
    let mut changed = 0;
    let mut wholes = rows.coordinates.chunks_exact(WIDTH * columns);
    let (whole, rest) = labels.as_chunks_mut::<WIDTH>();
    let mut weights = rows.weights.map(|weights| weights.chunks(WIDTH));
    for (coordinates, labels) in wholes.by_ref().zip(whole) {
        let weights = weights.as_mut().and_then(Iterator::next);
        match screen.nearest(coordinates, columns, tile) {
            Some(found) => {
                changed += relabel(labels, &found);
                sums.count(columns, coordinates, weights, labels);
            }
            None => {
                let unsure = Rows { columns, coordinates, weights };
                changed += search_all(unsure, labels, sums, plain);
            }
        }
    }
    let coordinates = wholes.remainder();
    let weights = weights.as_mut().and_then(Iterator::next);
    changed + search_all(Rows { columns, coordinates, weights }, rest, sums, plain)
}

/// Takes new labels over; how many change.
#[inline(always)]
fn relabel(labels: &mut [u32], found: &[u32]) -> usize {
    let mut changed = 0;
    for (label, &found) in labels.iter_mut().zip(found) {
        changed += u32::from(*label != found);
        *label = found;
    }
    changed as usize
}

/// Measures the points whose nearest center could have changed; how many did.
#[inline(always)]
fn search_open(rows: Rows<'_>, step: &Step<'_>, labels: &mut [u32], bounds: &mut Bounds) -> usize {
    let mut few = [[0.0; LANES]; 8];
    let mut many = Vec::new();
    let tile = tile_of(rows.columns, &mut few, &mut many);
    let mut changed = 0;
    let open = std::mem::take(&mut bounds.open);
    for eight in open.chunks(LANES) {
        turn(eight.iter().map(|&row| rows.row(row)), tile);
        let (found, next) = nearest_two(tile, step.centers, rows.columns);
        for (&row, &nearest) in eight.iter().zip(&found.labels) {
            let Some(label) = labels.get_mut(row as usize) else { continue };
            changed += usize::from(*label != nearest as u32);
            *label = nearest as u32;
        }
        bounds.learn(eight, &found.squares, &next);
    }
    bounds.open = open;
    changed
}

/// A tile of so many columns, on the stack if they are few.
#[inline(always)]
pub(super) fn tile_of<'t, F: Copy + Default, const LANES: usize>(
    columns: usize,
    few: &'t mut [[F; LANES]; 8],
    many: &'t mut Vec<[F; LANES]>,
) -> &'t mut [[F; LANES]] {
    if columns > few.len() {
        many.resize(columns, [F::default(); LANES]);
    }
    match few.get_mut(..columns) {
        Some(tile) => tile,
        None => many,
    }
}

impl<'a> Rows<'a> {
    #[inline(always)]
    fn row(&self, row: u32) -> &'a [f64] {
        let rest = self.coordinates.get(row as usize * self.columns..);
        rest.and_then(|rest| rest.get(..self.columns)).unwrap_or_default()
    }
}
