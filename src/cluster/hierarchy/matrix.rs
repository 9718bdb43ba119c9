//! Clusters that are known by their distances from each other: average and complete linkage.
//!
//! Each has a row of its own, for whoever looks for the nearest asks for the distances of one from
//! all others. What was joined since is brought into a row when it is asked for, so that nobody
//! reads or writes down a column, which is slow. Each number stands twice so; but while most
//! clusters are single points, which can be measured again, their rows are not kept.

use std::collections::VecDeque;

use crate::parallel;

use super::super::wide::wide;
use super::Linkage;
use super::blocks::LANES;
use super::chain::Clusters;
use super::measured::Measured;
use super::places::Places;

/// The matrix is packed when no more than this share of its rows is left. All rows take no more
/// memory then than half a matrix of all points.
const SPARSE: f64 = 0.7;

/// How many rows of single points are kept before the matrix is packed.
const RECENT: usize = 32;

/// The distances of all clusters.
///
/// Its rows are those of slots in the same order. Rows that are empty are left out now and then, so
/// that what is left is near together.
pub(super) struct Matrix<'a> {
    linkage: Linkage,
    measured: Measured<'a>,
    /// Of each row, its slot.
    slots: Vec<usize>,
    /// Of each slot, its row.
    places: Vec<usize>,
    rows: Vec<Row>,
    /// How many rows are not empty.
    left: usize,
    /// All joins since the matrix was packed.
    joins: Vec<Join>,
    /// The single points whose rows were asked for last, before the matrix is packed.
    recent: VecDeque<usize>,
}

/// A cluster.
struct Row {
    weight: f64,
    holds: Holds,
    /// From all rows, infinite from empty ones and from itself; nothing if they are not kept.
    distances: Vec<f64>,
    /// How many of the joins are in the distances.
    seen: usize,
}

/// What stands in a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Nothing,
    /// A single point, which can be measured again.
    Point,
    Joined,
}

/// Two rows that were joined.
#[derive(Clone, Copy)]
struct Join {
    gone: usize,
    kept: usize,
    weights: (f64, f64),
}

impl Join {
    /// How far another cluster is from both as one.
    #[inline(always)]
    fn distance(self, linkage: Linkage, to_gone: f64, to_kept: f64) -> f64 {
        let (gone, kept) = self.weights;
        match linkage {
            Linkage::Complete if to_gone > to_kept => to_gone,
            Linkage::Complete => to_kept,
            _ => (gone * to_gone + kept * to_kept) / (gone + kept),
        }
    }

    /// Turns the distances of the one that is kept into those of both as one.
    #[inline(always)]
    fn merge(self, linkage: Linkage, of_gone: &[f64], of_kept: &mut [f64]) {
        for (to_kept, &to_gone) in of_kept.iter_mut().zip(of_gone) {
            *to_kept = self.distance(linkage, to_gone, *to_kept);
        }
    }
}

impl Row {
    /// Of a point, before anything is joined.
    const fn point(weight: f64, distances: Vec<f64>) -> Self {
        Self { weight, holds: Holds::Point, distances, seen: 0 }
    }

    /// A point whose distances are not kept.
    const fn is_left_out(&self) -> bool {
        matches!(self.holds, Holds::Point) && self.distances.is_empty()
    }

    /// Brings the joins that it has not seen into the distances.
    fn see(&mut self, linkage: Linkage, joins: &[Join]) {
        for join in joins.iter().skip(self.seen) {
            let gone = self.distances.get_mut(join.gone);
            let to_gone = gone.map_or(f64::INFINITY, |gone| std::mem::replace(gone, f64::INFINITY));
            if let Some(kept) = self.distances.get_mut(join.kept) {
                *kept = join.distance(linkage, to_gone, *kept);
            }
        }
        self.seen = joins.len();
    }

    fn distance(&self, other: usize) -> f64 {
        self.distances.get(other).copied().unwrap_or(f64::INFINITY)
    }
}

impl<'a> Matrix<'a> {
    pub(super) fn new(places: &'a Places, linkage: Linkage) -> Self {
        let numbers: Vec<usize> = (0..places.len()).collect();
        Self {
            linkage,
            measured: Measured::new(places),
            slots: numbers.clone(),
            places: numbers,
            rows: places.weights().iter().map(|&weight| Row::point(weight, Vec::new())).collect(),
            left: places.len(),
            joins: Vec::new(),
            recent: VecDeque::new(),
        }
    }

    /// A row with all joins in its distances.
    fn row(&mut self, row: usize) -> Option<&Row> {
        if self.rows.get(row)?.distances.is_empty() {
            self.keep(row);
        }
        let found = self.rows.get_mut(row)?;
        found.see(self.linkage, &self.joins);
        Some(found)
    }

    /// Measures and keeps the row of a point, and lets go of that of another.
    ///
    /// Only before the matrix is packed are there rows without distances: those of places.
    fn keep(&mut self, row: usize) {
        if let Some(point) = self.rows.get_mut(row) {
            (point.distances, point.seen) = (self.measured.distances(row), 0);
        }
        self.recent.push_back(row);
        if self.recent.len() <= RECENT {
            return;
        }
        let oldest = self.recent.pop_front().and_then(|oldest| self.rows.get_mut(oldest));
        if let Some(oldest) = oldest.filter(|oldest| oldest.holds == Holds::Point) {
            oldest.distances = Vec::new();
        }
    }

    fn nearest_row(&mut self, row: usize, before: Option<usize>) -> Option<(usize, f64)> {
        let row = self.row(row)?;
        let before = before.map(|before| (before, row.distance(before)));
        let least = minimum(&row.distances);
        if before.map_or(f64::INFINITY, |(_, distance)| distance) <= least {
            return before;
        }
        row.distances.iter().position(|distance| *distance == least).map(|row| (row, least))
    }

    fn join_rows(&mut self, gone: usize, kept: usize) -> Option<()> {
        // What both are now: then each knows all that was joined before.
        self.row(gone)?;
        self.row(kept)?;
        let of_gone = self.rows.get_mut(gone)?;
        let (gone_weight, gone_distances) =
            (of_gone.weight, std::mem::take(&mut of_gone.distances));
        of_gone.holds = Holds::Nothing;
        let of_kept = self.rows.get_mut(kept)?;
        let join = Join { gone, kept, weights: (gone_weight, of_kept.weight) };
        let (linkage, distances) = (self.linkage, of_kept.distances.as_mut_slice());
        wide(
            #[inline(always)]
            || join.merge(linkage, &gone_distances, distances),
        );
        for itself in [gone, kept] {
            distances.get_mut(itself).into_iter().for_each(|place| *place = f64::INFINITY);
        }
        self.joins.push(join);
        of_kept.weight += gone_weight;
        of_kept.holds = Holds::Joined;
        of_kept.seen = self.joins.len();
        self.left -= 1;
        Some(())
    }

    /// The numbers of all rows of this kind.
    fn rows_that(&self, condition: impl Fn(&Row) -> bool) -> Vec<usize> {
        let rows = self.rows.iter().enumerate();
        rows.filter(|(_, row)| condition(row)).map(|(row, _)| row).collect()
    }

    /// Leaves empty rows out, and keeps all others from now on.
    fn pack(&mut self) {
        let alive = self.rows_that(|row| row.holds != Holds::Nothing);
        let points = self.rows_that(Row::is_left_out);
        let (linkage, joins) = (self.linkage, std::mem::take(&mut self.joins));
        for row in self.rows.iter_mut().filter(|row| !row.distances.is_empty()) {
            row.see(linkage, &joins);
            row.distances = kept_of(&row.distances, &alive);
        }
        let measured = parallel::each(&points, |&point| {
            let mut row = Row::point(0.0, self.measured.distances(point));
            row.see(linkage, &joins);
            kept_of(&row.distances, &alive)
        });
        for (point, distances) in points.into_iter().zip(measured) {
            if let Some(row) = self.rows.get_mut(point) {
                row.distances = distances;
            }
        }
        self.rows.retain(|row| row.holds != Holds::Nothing);
        self.rows.iter_mut().for_each(|row| row.seen = 0);
        self.slots = kept_of(&self.slots, &alive);
        for (row, &slot) in self.slots.iter().enumerate() {
            self.places.get_mut(slot).into_iter().for_each(|place| *place = row);
        }
        self.recent.clear();
    }
}

impl Clusters for Matrix<'_> {
    fn count(&self) -> usize {
        self.places.len()
    }

    fn nearest(
        &mut self,
        slot: usize,
        before: Option<usize>,
        _likely: Option<usize>,
    ) -> Option<(usize, f64)> {
        let before = before.and_then(|before| self.places.get(before).copied());
        let row = self.places.get(slot).copied()?;
        let (nearest, distance) = self.nearest_row(row, before)?;
        Some((self.slots.get(nearest).copied()?, distance))
    }

    fn join(&mut self, gone: usize, kept: usize) {
        if let (Some(&gone), Some(&kept)) = (self.places.get(gone), self.places.get(kept)) {
            self.join_rows(gone, kept);
        }
        if (self.left as f64) < self.rows.len() as f64 * SPARSE {
            self.pack();
        }
    }
}

/// The least of many numbers, several at once.
fn minimum(numbers: &[f64]) -> f64 {
    let (blocks, rest) = numbers.as_chunks::<LANES>();
    let mut lanes = [f64::INFINITY; LANES];
    wide(
        #[inline(always)]
        || {
            for block in blocks {
                for (least, &number) in lanes.iter_mut().zip(block) {
                    *least = if number < *least { number } else { *least };
                }
            }
        },
    );
    lanes.iter().chain(rest).copied().fold(f64::INFINITY, f64::min)
}

/// Those of these rows.
fn kept_of<T: Copy + Default>(all: &[T], rows: &[usize]) -> Vec<T> {
    rows.iter().map(|&row| all.get(row).copied().unwrap_or_default()).collect()
}
