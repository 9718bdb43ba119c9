//! Customers who buy at rates of their own and never leave.
//!
//! A. Ehrenberg, "The pattern of consumer purchases", Applied Statistics 8 (1959), 26–41: purchases
//! at rate λ, and λ gamma distributed with shape r and rate α, over the population.

use super::family::{Family, Likelihood};
use super::jet::Jet;
use super::repeat::History;

/// By r and α.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nbd;

/// The model at some parameters.
struct At {
    r: Jet<2>,
    alpha: Jet<2>,
}

impl Family<2> for Nbd {
    fn at(&self, logarithms: [f64; 2]) -> impl Likelihood<2> {
        let [r, alpha] = Jet::exponentials(logarithms);
        At { r, alpha }
    }
}

impl Likelihood<2> for At {
    fn counted(&self, frequency: f64) -> Jet<2> {
        self.r.log_rising(frequency) + self.r * self.alpha.ln()
    }

    #[inline]
    fn timed(&self, history: &History) -> Jet<2> {
        let (r, alpha) = (self.r.value, self.alpha.value);
        let whole = alpha + history.age;
        let (logarithm, share) = (libm::log(whole), alpha / whole);
        let shape = r + history.frequency;
        let (by_r, by_both, by_alpha) = (-r * logarithm, -r * share, -shape * share);
        Jet {
            value: -shape * logarithm,
            gradient: [by_r, by_alpha],
            hessian: [[by_r, by_both], [by_both, by_alpha * (1.0 - share)]],
        }
    }
}
