//! Customers who may leave at any time.
//!
//! D. Schmittlein, D. Morrison and R. Colombo, "Counting your customers: who are they and what will
//! they do next?", Management Science 33 (1987), 1–24: purchases at rate λ until the customer
//! leaves at rate μ; λ is gamma distributed with r and α, and μ with s and β.
//!
//! The likelihood is that of P. Fader and B. Hardie, "A note on deriving the Pareto/NBD model and
//! related expressions" (2005), before its integral is written as hypergeometric functions: what is
//! integrated is positive, so that nothing cancels or overflows.

use super::family::{Family, Likelihood};
use super::gauss::panel;
use super::jet::Jet;
use super::repeat::History;

/// By r, α, s and β.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pareto;

/// The model at some parameters.
pub(super) struct At {
    r: Jet<4>,
    alpha: Jet<4>,
    s: Jet<4>,
    beta: Jet<4>,
}

impl Family<4> for Pareto {
    fn at(&self, logarithms: [f64; 4]) -> impl Likelihood<4> {
        At::new(logarithms)
    }
}

impl Likelihood<4> for At {
    fn counted(&self, frequency: f64) -> Jet<4> {
        self.r.log_rising(frequency) + self.r * self.alpha.ln() + self.s * self.beta.ln()
    }

    fn timed(&self, history: &History) -> Jet<4> {
        // Still there after T: (α+T)^-(r+x) (β+T)^-s.
        let there = self.weight(history.frequency, history.age, self.s.value);
        match self.left(history) {
            Some(left) => there + (left - there).softplus(),
            None => there,
        }
    }
}

impl At {
    pub(super) fn new(logarithms: [f64; 4]) -> Self {
        let [r, alpha, s, beta] = Jet::exponentials(logarithms);
        Self { r, alpha, s, beta }
    }

    /// The logarithm of the odds of having left.
    pub(super) fn odds(&self, history: &History) -> f64 {
        let there = self.weight(history.frequency, history.age, self.s.value);
        self.left(history).map_or(f64::NEG_INFINITY, |left| left.value - there.value)
    }

    /// ln ((α+τ)^-(r+x) (β+τ)^-power), where the power is s or s + 1.
    #[inline]
    fn weight(&self, frequency: f64, time: f64, power: f64) -> Jet<4> {
        let (r, alpha) = (self.r.value, self.alpha.value);
        let (s, beta) = (self.s.value, self.beta.value);
        let (one, two) = (alpha + time, beta + time);
        let (log_one, log_two) = (libm::log(one), libm::log(two));
        let (share, other) = (alpha / one, beta / two);
        let shape = r + frequency;
        let (by_r, r_alpha) = (-r * log_one, -r * share);
        let (by_s, s_beta) = (-s * log_two, -s * other);
        Jet {
            value: -shape * log_one - power * log_two,
            gradient: [by_r, -shape * share, by_s, -power * other],
            hessian: [
                [by_r, r_alpha, 0.0, 0.0],
                [r_alpha, -shape * share * (1.0 - share), 0.0, 0.0],
                [0.0, 0.0, by_s, s_beta],
                [0.0, 0.0, s_beta, -power * other * (1.0 - other)],
            ],
        }
    }

    /// Left between t_x and T: ln ∫ s (α+τ)^-(r+x) (β+τ)^-(s+1) dτ; `None` if there is no time in
    /// between.
    ///
    /// By y = ln ((m+τ)/(m+t_x)), with the lesser m of α and β, what is integrated is smooth
    /// however small they are.
    fn left(&self, history: &History) -> Option<Jet<4>> {
        let History { frequency, recency, age } = *history;
        let (alpha, beta, s) = (self.alpha.value, self.beta.value, self.s.value);
        let low = alpha.min(beta);
        let start = low + recency;
        let length = libm::log((low + age) / start);
        if length <= 0.0 {
            return None;
        }
        // How fast the logarithm of what is integrated falls at most: (m+τ)/(α+τ) and (m+τ)/(β+τ)
        // are 1 or grow with τ.
        let end = low + age;
        let steepness =
            (self.r.value + frequency) * end / (alpha + age) + (s + 1.0) * end / (beta + age);
        let panels = (length * (steepness / 9.0).max(0.7)).ceil().max(1.0);
        let width = length / panels;
        let base = self.weight(frequency, recency, s + 1.0).value;
        let mut sum = Jet::<4>::ZERO;
        let mut number = 0.0;
        while number < panels {
            let before = sum.value;
            panel(number * width, (number + 1.0) * width, |y, weight| {
                let reached = start * libm::exp(y);
                let log = self.weight(frequency, reached - low, s + 1.0);
                let density = weight * reached * libm::exp(log.value - base);
                sum.add_times(1.0, &log.through(density, density, density));
            });
            number += 1.0;
            if sum.value - before < 1e-17 * sum.value {
                break;
            }
        }
        let mut jet = sum.ln().plus(base);
        // The factor s.
        jet.value += libm::log(s);
        let [_, _, by_s, _] = &mut jet.gradient;
        *by_s += 1.0;
        Some(jet)
    }
}
