//! What a model of purchases at any time must say: how likely a history is, with derivatives.

use crate::parallel;

use super::jet::Jet;
use super::repeat::{History, Repeats};
use super::search::Slope;

/// So many histories are summed up at once; the sums are added in their order.
const BLOCK: usize = 4_096;

/// A model with N parameters above 0, which it takes by their logarithms.
pub(super) trait Family<const N: usize>: Copy + Sync {
    /// The model with these logarithms of its parameters.
    fn at(&self, logarithms: [f64; N]) -> impl Likelihood<N>;
}

/// A model at some parameters: the log-likelihood of a history is the sum of two parts.
pub(super) trait Likelihood<const N: usize>: Sync {
    /// What only the number of purchases tells.
    fn counted(&self, frequency: f64) -> Jet<N>;

    /// What the times tell.
    fn timed(&self, history: &History) -> Jet<N>;
}

/// The log-likelihood of all histories, with its derivatives by the logarithms of the parameters.
pub(super) fn log_likelihood<const N: usize>(
    family: &impl Family<N>,
    repeats: &Repeats,
    frequencies: &[(f64, f64)],
    logarithms: [f64; N],
) -> Jet<N> {
    let model = family.at(logarithms);
    let mut sum = Jet::ZERO;
    for (frequency, weight) in frequencies {
        sum.add_times(*weight, &model.counted(*frequency));
    }
    let rows = repeats.rows();
    let block = |number: usize| {
        let mut own = Jet::ZERO;
        for (history, weight) in rows.iter().skip(number * BLOCK).take(BLOCK) {
            own.add_times(*weight, &model.timed(history));
        }
        own
    };
    for own in parallel::each_number(rows.len().div_ceil(BLOCK), block) {
        sum.add_times(1.0, &own);
    }
    sum
}

impl<const N: usize> From<Jet<N>> for Slope {
    fn from(jet: Jet<N>) -> Self {
        let Jet { value, gradient, hessian } = jet;
        Self { value, gradient: gradient.to_vec(), hessian: hessian.concat() }
    }
}
