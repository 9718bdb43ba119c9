//! Lloyd's iterations: assign every point to its nearest center, move centers to their means.
//!
//! S. Lloyd, "Least squares quantization in PCM", IEEE Transactions on Information Theory 28
//! (1982), 129–137; with the tests of convergence of scikit-learn's `_kmeans_single_lloyd`.

use crate::parallel;

use super::super::points::{Points, squared_distance};
use super::block::{Block, Step};
use super::bounds::Drift;
use super::screen::Screen;
use super::sums::Sums;

/// Sums are taken over blocks of at least so many points, and then over the blocks in order:
/// whoever computes a block, the result is the same.
const BLOCK: usize = 2_048;

/// Bounds are kept when no more than one of so many points went to another center: before, most
/// points must be measured anyway.
const SETTLED: usize = 32;

/// When to stop.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    /// The most iterations.
    pub(super) iterations: usize,
    /// The sum of squared moves of all centers that counts as standing still.
    pub(super) still: f64,
}

/// How the nearest centers are found; the result is the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Search {
    /// All are measured.
    Plain,
    /// Only those of points whose nearest center could have changed.
    Bounded,
}

/// Centers in motion, with everything that an iteration needs.
pub(super) struct Lloyd<'a> {
    points: &'a Points<'a>,
    /// Row-major.
    pub(super) centers: Vec<f64>,
    pub(super) iterations: usize,
    pub(super) converged: bool,
    /// What belongs to the centers since the last assignment.
    pub(super) sums: Sums,
    /// The weighted sum of all squared distances.
    pub(super) inertia: f64,
    blocks: Vec<Block>,
    size: usize,
    search: Search,
    /// Whether most points keep their centers.
    settled: bool,
    drift: Drift,
}

/// What an assignment of all points did.
#[derive(PartialEq, Eq)]
enum Labels {
    Same,
    Changed,
}

impl<'a> Lloyd<'a> {
    /// Runs from the given centers, of which there is at least one, until they stand still.
    pub(super) fn run(
        points: &'a Points<'a>,
        centers: Vec<f64>,
        search: Search,
        limits: Limits,
    ) -> Self {
        let columns = points.columns();
        let count = centers.len() / columns;
        // Their sums then take less room than the points.
        let size = BLOCK.max(count.saturating_mul(4));
        let block = |number: usize| {
            let rows = size.min(points.len() - number * size);
            Block::new(rows, count, columns)
        };
        let mut lloyd = Self {
            points,
            iterations: 0,
            converged: false,
            sums: Sums::new(count, columns),
            inertia: 0.0,
            blocks: (0..points.len().div_ceil(size)).map(block).collect(),
            size,
            search,
            settled: false,
            drift: Drift::new(columns),
            centers,
        };
        lloyd.iterate(limits);
        lloyd.inertia = lloyd.measure();
        lloyd
    }

    fn iterate(&mut self, limits: Limits) {
        while self.iterations < limits.iterations && !self.converged {
            self.iterations += 1;
            let labels = self.assign();
            if self.repair() {
                self.sum();
                self.move_centers();
                continue;
            }
            let moved = self.move_centers();
            if labels == Labels::Same {
                // The centers were the means of these very labels already.
                self.converged = true;
                return;
            }
            self.converged = moved <= limits.still;
        }
        self.assign();
    }

    /// Assigns all points to their nearest centers, and sums them up.
    fn assign(&mut self) -> Labels {
        self.each_block(Block::assign);
        let changed: usize = self.blocks.iter().map(|block| block.moves.len()).sum();
        self.settled |= changed <= self.points.len() / SETTLED;
        if changed > 0 { Labels::Changed } else { Labels::Same }
    }

    /// Sums up all points by the labels they have.
    fn sum(&mut self) {
        self.each_block(Block::sum);
    }

    fn each_block(&mut self, work: impl Fn(&mut Block, usize, &Step<'_>) + Sync) {
        let mut blocks = std::mem::take(&mut self.blocks);
        let screen = Screen::new(&self.centers, self.points.columns());
        let step = Step { screen: screen.as_ref(), ..self.step() };
        parallel::fill_chunks(&mut blocks, 1, |number, blocks| {
            blocks.iter_mut().for_each(|block| work(block, number, &step));
        });
        self.blocks = blocks;
        self.sums.clear();
        self.blocks.iter().for_each(|block| self.sums.add(&block.tally.sums));
    }

    fn step(&self) -> Step<'_> {
        Step {
            points: self.points,
            size: self.size,
            centers: &self.centers,
            screen: None,
            drift: (self.settled && self.search == Search::Bounded).then_some(&self.drift),
        }
    }

    /// Moves every center that has points to their mean; the sum of the squared moves.
    fn move_centers(&mut self) -> f64 {
        let moved = self.sums.move_centers(&mut self.centers);
        self.drift.add(&moved);
        moved.iter().sum()
    }

    /// The weighted sum of the squared distances of all points from their centers.
    fn measure(&self) -> f64 {
        let step = self.step();
        let inertias = parallel::each_number(self.blocks.len(), |number| {
            self.blocks.get(number).map_or(0.0, |block| block.inertia(number, &step))
        });
        inertias.into_iter().sum()
    }

    /// The squared distances of a block's points from their centers.
    fn squares(&self, number: usize) -> impl Iterator<Item = f64> + '_ {
        let columns = self.points.columns();
        let (rows, _) = self.points.span(number * self.size, self.size);
        let labels = self.blocks.get(number).into_iter().flat_map(|block| &block.labels);
        rows.chunks_exact(columns).zip(labels).map(move |(row, &label)| {
            let center = self.centers.get(label as usize * columns..).unwrap_or_default();
            squared_distance(row, center)
        })
    }

    /// Gives each center without points the point that is farthest from its own, as long as there
    /// is one that is not alone and not at it; whether any was given.
    fn repair(&mut self) -> bool {
        if self.sums.weights.iter().all(|&weight| weight > 0.0) {
            return false;
        }
        let numbers = 0..self.blocks.len();
        let mut distances: Vec<f64> = numbers.flat_map(|number| self.squares(number)).collect();
        let mut repaired = false;
        for empty in 0..self.sums.weights.len() {
            if self.sums.weights.get(empty).is_none_or(|&weight| weight > 0.0) {
                continue;
            }
            let Some(row) = self.farthest(&distances) else { break };
            let weight = self.points.weights().get(row).copied().unwrap_or_default();
            let block = self.blocks.get_mut(row / self.size);
            let label = block.and_then(|block| block.labels.get_mut(row % self.size));
            let Some((label, distance)) = label.zip(distances.get_mut(row)) else { break };
            for (center, change) in [(*label as usize, -weight), (empty, weight)] {
                self.sums.weights.get_mut(center).into_iter().for_each(|sum| *sum += change);
            }
            (*label, *distance) = (empty as u32, 0.0);
            repaired = true;
        }
        repaired
    }

    /// The first of the points that are farthest from their centers and not alone there.
    fn farthest(&self, distances: &[f64]) -> Option<usize> {
        let labels = self.blocks.iter().flat_map(|block| &block.labels);
        let rows = labels.zip(distances).zip(self.points.weights());
        let mut farthest = (None, 0.0);
        for (row, ((&label, &distance), &weight)) in rows.enumerate() {
            let shared = self.sums.weights.get(label as usize).is_some_and(|&sum| sum > weight);
            if weight > 0.0 && shared && distance > farthest.1 {
                farthest = (Some(row), distance);
            }
        }
        farthest.0
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use proptest::prelude::*;

    use super::*;

    /// Points around few places, of which some are hostile, so that most settle and some tie.
    fn rows() -> impl Strategy<Value = (usize, Vec<f64>)> {
        (1_usize..11).prop_flat_map(|columns| {
            let place = prop::sample::select(vec![0.0, 3.0, -7.0, 10.0]);
            let noise = prop_oneof![3 => -1.0..1.0_f64, 1 => (-2_i32..3).prop_map(f64::from)];
            let usual = (place, noise).prop_map(|(place, noise)| place + noise);
            let hostile = prop::sample::select(vec![1e-170, -3e-163, 5e-324, 1e9, -1e120, 0.0]);
            let number = prop_oneof![60 => usual, 1 => hostile];
            (Just(columns), prop::collection::vec(number, 40 * columns..220 * columns))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        #[test]
        fn bounds_change_nothing_to_the_bit((columns, numbers) in rows(), count in 2_usize..24) {
            let rows = numbers.len() / columns;
            let numbers = numbers[..rows * columns].to_vec();
            let centers = numbers[..count * columns].to_vec();
            let matrix = Array2::from_shape_vec((rows, columns), numbers).unwrap();
            let points = Points::check(matrix.view(), None).unwrap();
            let limits = Limits { iterations: 40, still: 0.0 };
            let run = |search| Lloyd::run(&points, centers.clone(), search, limits);
            let (plain, bounded) = (run(Search::Plain), run(Search::Bounded));
            let bits = |lloyd: &Lloyd<'_>| {
                let centers: Vec<u64> = lloyd.centers.iter().map(|x| x.to_bits()).collect();
                (centers, lloyd.inertia.to_bits(), lloyd.sums.sizes.clone(), lloyd.iterations)
            };
            prop_assert_eq!(bits(&plain), bits(&bounded));
            prop_assert_eq!(plain.converged, bounded.converged);
        }
    }
}
