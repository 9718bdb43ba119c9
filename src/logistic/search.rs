//! The least of the penalized loss, by Newton's steps.

use crate::parallel;

use super::matrix::{Root, dot};

/// So many points are summed up at once, in the same blocks for any number of threads.
const BLOCK: usize = 4_096;

/// How much the loss may still promise to fall, as a share of it.
const PROMISE: f64 = 1e-15;

/// How often a step is halved.
const HALVINGS: u32 = 40;

/// Points with their coordinates, a 1 behind each, and whether it was true of them.
pub(super) struct Rows {
    /// How many numbers a row has, with the 1.
    pub(super) width: usize,
    pub(super) points: Vec<f64>,
    pub(super) labels: Vec<bool>,
    pub(super) weights: Vec<f64>,
}

/// Where the search ended.
pub(super) struct Found {
    /// A coefficient for each column, and the constant.
    pub(super) place: Vec<f64>,
    /// The second derivatives there.
    pub(super) curvature: Vec<Vec<f64>>,
    /// Minus the log-likelihood, without the penalty.
    pub(super) loss: f64,
    pub(super) iterations: usize,
    pub(super) converged: bool,
}

/// The loss with its derivatives.
struct Slope {
    loss: f64,
    gradient: Vec<f64>,
    curvature: Vec<Vec<f64>>,
}

/// Searches from a place: the sum of losses and of ½ ridge × coefficient², the constant free.
pub(super) fn descend(rows: &Rows, start: Vec<f64>, ridges: &[f64], most: usize) -> Found {
    let mut place = start;
    let mut slope = rows.slope(&place);
    let (mut iterations, mut converged) = (0, false);
    while iterations < most && !converged {
        iterations += 1;
        let gradient: Vec<f64> =
            slope.gradient.iter().zip(&place).zip(ridges).map(|((g, x), r)| g + r * x).collect();
        let Some(root) = Root::of(&ridged(&slope.curvature, ridges)) else { break };
        let step = root.solve(&gradient);
        let (now, promise) = (penalized(slope.loss, &place, ridges), dot(&step, &gradient));
        let mut length = 1.0;
        let mut taken = false;
        for _ in 0..HALVINGS {
            let next: Vec<f64> = place.iter().zip(&step).map(|(x, s)| x - length * s).collect();
            let there = rows.slope(&next);
            let then = penalized(there.loss, &next, ridges);
            if then <= now {
                (place, slope, taken) = (next, there, true);
                break;
            }
            length /= 2.0;
        }
        // Where no step falls any more, rounding is all that is left.
        converged = promise <= PROMISE * now.abs().max(f64::MIN_POSITIVE) || !taken;
    }
    let curvature = ridged(&slope.curvature, ridges);
    Found { place, curvature, loss: slope.loss, iterations, converged }
}

fn penalized(loss: f64, place: &[f64], ridges: &[f64]) -> f64 {
    loss + place.iter().zip(ridges).map(|(x, ridge)| 0.5 * ridge * x * x).sum::<f64>()
}

fn ridged(curvature: &[Vec<f64>], ridges: &[f64]) -> Vec<Vec<f64>> {
    let mut matrix = curvature.to_vec();
    for (at, (row, ridge)) in matrix.iter_mut().zip(ridges).enumerate() {
        if let Some(own) = row.get_mut(at) {
            *own += ridge;
        }
    }
    matrix
}

impl Rows {
    fn slope(&self, place: &[f64]) -> Slope {
        let blocks = parallel::each_number(self.labels.len().div_ceil(BLOCK), |block| {
            self.slope_of(block * BLOCK, place)
        });
        let zero = Slope::zero(self.width);
        blocks.into_iter().fold(zero, |sum, block| sum.and(&block))
    }

    fn slope_of(&self, first: usize, place: &[f64]) -> Slope {
        let mut sum = Slope::zero(self.width);
        let points = self.points.chunks_exact(self.width).skip(first);
        let told = self.labels.iter().zip(&self.weights).skip(first).take(BLOCK);
        for (point, (&label, &weight)) in points.zip(told) {
            let odds = dot(point, place);
            let signed = if label { odds } else { -odds };
            sum.loss += weight * log_one_and_exp(-signed);
            let (likely, unlikely) = (logistic(odds), logistic(-odds));
            let error = weight * if label { -unlikely } else { likely };
            let bend = weight * likely * unlikely;
            for ((x, place), row) in point.iter().zip(&mut sum.gradient).zip(&mut sum.curvature) {
                *place += error * x;
                let bend = bend * x;
                for (place, other) in row.iter_mut().zip(point) {
                    *place += bend * other;
                }
            }
        }
        sum
    }
}

impl Slope {
    fn zero(width: usize) -> Self {
        // Only the lower part is read: row by row one more.
        let curvature = (1..=width).map(|length| vec![0.0; length]).collect();
        Self { loss: 0.0, gradient: vec![0.0; width], curvature }
    }

    fn and(mut self, other: &Self) -> Self {
        self.loss += other.loss;
        for (own, more) in self.gradient.iter_mut().zip(&other.gradient) {
            *own += more;
        }
        for (own, more) in self.curvature.iter_mut().flatten().zip(other.curvature.iter().flatten())
        {
            *own += more;
        }
        self
    }
}

/// 1 / (1 + e^-x).
pub(super) fn logistic(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let small = libm::exp(x);
        small / (1.0 + small)
    }
}

/// ln (1 + e^x).
fn log_one_and_exp(x: f64) -> f64 {
    x.max(0.0) + libm::log1p(libm::exp(-x.abs()))
}
