//! How far all points are from the nearest center so far.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::parallel;

use super::super::super::points::Points;
use super::super::super::wide::wide;
use super::super::block::tile_of;
use super::super::tile::{LANES, for_columns, squares, turn};

/// Points are worked on in blocks of so many, whose sums are added in order.
const BLOCK: usize = 2_048;

/// Points, each with its squared distance from the nearest center so far.
pub(super) struct Field<'a> {
    points: &'a Points<'a>,
    blocks: Vec<Near>,
    /// How many centers there are.
    centers: u32,
}

/// A block of points.
struct Near {
    squares: Vec<f64>,
    /// The number of the nearest center.
    labels: Vec<u32>,
    /// The sum of weighted squares.
    mass: f64,
}

impl<'a> Field<'a> {
    /// Without a center, all points are as if at distance 1.
    pub(super) fn new(points: &'a Points<'a>) -> Self {
        let blocks = points.weights().chunks(BLOCK).map(|weights| Near {
            squares: vec![1.0; weights.len()],
            labels: vec![0; weights.len()],
            mass: weights.iter().sum(),
        });
        Self { points, blocks: blocks.collect(), centers: 0 }
    }

    /// Adds row-major centers.
    pub(super) fn approach(&mut self, centers: &[f64]) {
        let (points, first) = (self.points, self.centers);
        let columns = points.columns();
        parallel::fill_chunks(&mut self.blocks, 1, |number, blocks| {
            let (rows, weights) = points.span(number * BLOCK, BLOCK);
            for block in blocks {
                wide(
                    #[inline(always)]
                    || {
                        for_columns!(columns, columns => {
                            block.approach(rows, weights, columns, centers, first);
                        });
                    },
                );
            }
        });
        self.centers += u32::try_from(centers.len() / columns).unwrap_or(u32::MAX);
    }

    /// What the sum of weighted squares would be with each one of row-major centers more.
    pub(super) fn potentials(&self, centers: &[f64]) -> Vec<f64> {
        let columns = self.points.columns();
        let parts = parallel::each_number(self.blocks.len(), |number| {
            let (rows, weights) = self.points.span(number * BLOCK, BLOCK);
            let squares = self.blocks.get(number).map(|block| block.squares.as_slice());
            let squares = squares.unwrap_or_default();
            wide(
                #[inline(always)]
                || {
                    for_columns!(columns, columns => {
                        potentials(rows, weights, columns, centers, squares)
                    })
                },
            )
        });
        let mut sums = vec![0.0; centers.len() / columns];
        for part in parts {
            sums.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
        sums
    }

    /// A point drawn in proportion to its weighted square, if any is more than 0.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> Option<usize> {
        let total: f64 = self.blocks.iter().map(|block| block.mass).sum();
        if total <= 0.0 {
            return None;
        }
        let mut target = uniform(rng) * total;
        let mut last = None;
        for (number, block) in self.blocks.iter().enumerate().filter(|(_, near)| near.mass > 0.0) {
            last = Some(number);
            if target < block.mass {
                break;
            }
            target -= block.mass;
        }
        // If rounding took the target to the very end, it is the last point that has mass.
        let mut row = None;
        for (position, mass) in self.masses(last?) {
            if mass > 0.0 {
                row = Some(position);
                if target < mass {
                    break;
                }
                target -= mass;
            }
        }
        row
    }

    /// About `count` points, each drawn on its own in proportion to its weighted square.
    pub(super) fn draw_many(&self, count: f64, seed: u64) -> Vec<usize> {
        let total: f64 = self.blocks.iter().map(|block| block.mass).sum();
        let drawn = parallel::each_number(self.blocks.len(), |number| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(number as u64);
            let is_drawn = |&(_, mass): &(usize, f64)| uniform(&mut rng) * total < count * mass;
            self.masses(number).filter(is_drawn).map(|(row, _)| row).collect::<Vec<_>>()
        });
        drawn.into_iter().flatten().collect()
    }

    /// The weights of all points that are nearest to each of so many centers.
    pub(super) fn weights(&self, centers: usize) -> Vec<f64> {
        let mut sums = vec![0.0; centers];
        let labels = self.blocks.iter().flat_map(|block| &block.labels);
        for (&label, weight) in labels.zip(self.points.weights()) {
            sums.get_mut(label as usize).into_iter().for_each(|sum| *sum += weight);
        }
        sums
    }

    /// The rows of a block with their weighted squares.
    fn masses(&self, number: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let first = number * BLOCK;
        let weights = self.points.weights().iter().skip(first);
        let squares = self.blocks.get(number).into_iter().flat_map(|block| &block.squares);
        (first..).zip(squares.zip(weights).map(|(square, weight)| square * weight))
    }
}

impl Near {
    #[inline(always)]
    fn approach(
        &mut self,
        rows: &[f64],
        weights: Option<&[f64]>,
        columns: usize,
        centers: &[f64],
        first: u32,
    ) {
        let mut few = [[0.0; LANES]; 8];
        let mut many = Vec::new();
        let tile = tile_of(columns, &mut few, &mut many);
        let mut weights = weights.map(|weights| weights.chunks(LANES));
        let mut masses = [0.0; LANES];
        let near = self.squares.chunks_mut(LANES).zip(self.labels.chunks_mut(LANES));
        for (eight, (nearest, labels)) in rows.chunks(LANES * columns).zip(near) {
            turn(eight.chunks_exact(columns), tile);
            for (label, center) in (first..).zip(centers.chunks_exact(columns)) {
                let places = nearest.iter_mut().zip(labels.iter_mut());
                for ((near, own), square) in places.zip(squares(tile, center)) {
                    // The first center replaces the distances there were without any.
                    let nearer = square < *near || label == 0;
                    *near = if nearer { square } else { *near };
                    *own = if nearer { label } else { *own };
                }
            }
            let weights = weights_of(weights.as_mut().and_then(Iterator::next));
            for ((mass, near), weight) in masses.iter_mut().zip(nearest).zip(weights) {
                *mass += weight * *near;
            }
        }
        self.mass = masses.iter().sum();
    }
}

#[inline(always)]
fn potentials(
    rows: &[f64],
    weights: Option<&[f64]>,
    columns: usize,
    centers: &[f64],
    nearest: &[f64],
) -> Vec<f64> {
    let mut few = [[0.0; LANES]; 8];
    let mut many = Vec::new();
    let tile = tile_of(columns, &mut few, &mut many);
    let mut weights = weights.map(|weights| weights.chunks(LANES));
    let mut sums = vec![[0.0; LANES]; centers.len() / columns];
    for (eight, nearest) in rows.chunks(LANES * columns).zip(nearest.chunks(LANES)) {
        turn(eight.chunks_exact(columns), tile);
        // Lanes without a point are as if at a center, and add nothing.
        let mut near = [0.0; LANES];
        near.iter_mut().zip(nearest).for_each(|(near, nearest)| *near = *nearest);
        let weights = weights_of(weights.as_mut().and_then(Iterator::next));
        for (sum, center) in sums.iter_mut().zip(centers.chunks_exact(columns)) {
            let squares = squares(tile, center).into_iter().zip(near).zip(weights);
            for (sum, ((square, near), weight)) in sum.iter_mut().zip(squares) {
                *sum += weight * if square < near { square } else { near };
            }
        }
    }
    sums.iter().map(|lanes| lanes.iter().sum()).collect()
}

/// The weights of a tile, all 1 unless told.
#[inline(always)]
fn weights_of(told: Option<&[f64]>) -> [f64; LANES] {
    let mut weights = [1.0; LANES];
    let told = told.unwrap_or_default();
    weights.iter_mut().zip(told).for_each(|(weight, told)| *weight = *told);
    weights
}

/// A float from 0 up to but not including 1: the 53 highest bits of the next 64, over 2^53.
fn uniform(rng: &mut ChaCha8Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 / 9_007_199_254_740_992.0
}
