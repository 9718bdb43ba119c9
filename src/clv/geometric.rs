//! Customers who may leave after any purchase.
//!
//! P. Fader, B. Hardie and K. L. Lee, "Counting your customers the easy way: an alternative to the
//! Pareto/NBD model", Marketing Science 24 (2005), 275–284 (BG/NBD); E. Batislam, M. Denizel and
//! A. Filiztekin, "Empirical validation and comparison of models for customer base analysis",
//! International Journal of Research in Marketing 24 (2007), 201–209 (MBG/NBD, where they may leave
//! after the first purchase too); M. Platzer and T. Reutterer, "Ticking away the moments: timing
//! regularity helps to better predict customer activity", Marketing Science 35 (2016), 779–799, and
//! "Incorporating regularity into models of noncontractual customer-firm relationships" (2017)
//! ((M)BG/CNBD-k, where each gap is the sum of k waits).

use super::family::{Family, Likelihood};
use super::jet::Jet;
use super::repeat::History;
use super::special::{logistic, softplus};

/// By r, α, a and b.
#[derive(Clone, Copy, Debug)]
pub(super) struct Geometric {
    /// How many waits make a gap.
    pub(super) k: u32,
    /// How often the first purchase gives a chance to leave: 0 or 1.
    pub(super) at_first: f64,
}

/// The model at some parameters.
struct At {
    family: Geometric,
    r: Jet<4>,
    alpha: Jet<4>,
    a: Jet<4>,
    b: Jet<4>,
    /// The sum of a and b.
    both: Jet<4>,
    log_alpha: f64,
    log_a: f64,
}

impl Family<4> for Geometric {
    fn at(&self, logarithms: [f64; 4]) -> impl Likelihood<4> {
        let [r, alpha, a, b] = Jet::exponentials(logarithms);
        let [_, log_alpha, log_a, _] = logarithms;
        At { family: *self, r, alpha, a, b, both: a + b, log_alpha, log_a }
    }
}

impl Likelihood<4> for At {
    fn counted(&self, frequency: f64) -> Jet<4> {
        let chances = frequency + self.family.at_first;
        let mut log_alpha = Jet::constant(self.log_alpha);
        log_alpha.gradient = [0.0, 1.0, 0.0, 0.0];
        self.r.log_rising(frequency * f64::from(self.family.k))
            + self.r * log_alpha
            + self.b.log_rising(chances)
            - self.both.log_rising(chances)
    }

    #[inline]
    fn timed(&self, history: &History) -> Jet<4> {
        if self.family.k == 1 { self.exponential(history) } else { self.erlang(history) }
    }
}

impl At {
    /// ln ((α+T)^-(r+x) + a/(b+x-1) (α+t_x)^-(r+x)), or with b + x in the modified model.
    #[inline]
    fn exponential(&self, history: &History) -> Jet<4> {
        let History { frequency, recency, age } = *history;
        let (r, alpha, b) = (self.r.value, self.alpha.value, self.b.value);
        let shape = r + frequency;
        let whole = alpha + age;
        let logarithm = libm::log(whole);
        let share = alpha / whole;
        let mut jet = Jet::constant(-shape * logarithm);
        let (r_log, r_share, curve) = (r * logarithm, r * share, share * (1.0 - share));
        if frequency + self.family.at_first == 0.0 {
            jet.gradient = [-r_log, -shape * share, 0.0, 0.0];
            let first = [-r_log, -r_share, 0.0, 0.0];
            jet.hessian = [first, [-r_share, -shape * curve, 0.0, 0.0], [0.0; 4], [0.0; 4]];
            return jet;
        }
        // The odds of having left, e^u, and the derivatives of u.
        let early = alpha + recency;
        let early_share = alpha / early;
        let stayed = b + frequency + self.family.at_first - 1.0;
        let b_share = b / stayed;
        let ratio = libm::log(whole / early);
        let u = self.log_a - libm::log(stayed) + shape * ratio;
        let p = logistic(u);
        let q = p * (1.0 - p);
        let (u_r, u_a) = (r * ratio, shape * (share - early_share));
        let u_r_alpha = r * (share - early_share);
        let u_alpha_alpha = shape * (curve - early_share * (1.0 - early_share));
        jet.value += softplus(u);
        jet.gradient = [p * u_r - r_log, p * u_a - shape * share, p, -p * b_share];
        let r_alpha = p * u_r_alpha + q * u_r * u_a - r_share;
        let (r_a, r_b) = (q * u_r, -q * u_r * b_share);
        let (alpha_a, alpha_b, a_b) = (q * u_a, -q * u_a * b_share, -q * b_share);
        jet.hessian = [
            [p * u_r + q * u_r * u_r - r_log, r_alpha, r_a, r_b],
            [r_alpha, p * u_alpha_alpha + q * u_a * u_a - shape * curve, alpha_a, alpha_b],
            [r_a, alpha_a, q, a_b],
            [r_b, alpha_b, a_b, q * b_share * b_share - p * b_share * (1.0 - b_share)],
        ];
        jet
    }

    /// The same where a gap is k waits: up to k - 1 of them may have passed since the last
    /// purchase.
    fn erlang(&self, history: &History) -> Jet<4> {
        let History { frequency, recency, age } = *history;
        let shape = self.r.plus(frequency * f64::from(self.family.k));
        let whole = self.alpha.plus(age).ln();
        let waited = {
            let share = whole.times(-1.0).exp().times(age - recency);
            let (mut sum, mut term) = (Jet::constant(1.0), Jet::constant(1.0));
            for step in 1..self.family.k {
                let step = f64::from(step);
                term = (term * shape.plus(step - 1.0) * share).times(1.0 / step);
                sum = sum + term;
            }
            sum.ln()
        };
        let alive = waited - shape * whole;
        let chances = frequency + self.family.at_first;
        if chances == 0.0 {
            return alive;
        }
        let odds = self.a.ln() - self.b.plus(chances - 1.0).ln();
        let left = odds - shape * self.alpha.plus(recency).ln();
        alive + (left - alive).softplus()
    }
}

impl Geometric {
    /// The logarithm of the odds of having left, and the chances of 0 to k - 1 waits since the last
    /// purchase if not.
    pub(super) fn odds(&self, [r, alpha, a, b]: [f64; 4], history: &History) -> Odds {
        let History { frequency, recency, age } = *history;
        let shape = r + frequency * f64::from(self.k);
        let share = (age - recency) / (alpha + age);
        let (mut sum, mut term, mut waits) = (1.0, 1.0, vec![1.0]);
        for step in 1..self.k {
            let step = f64::from(step);
            term *= (shape + step - 1.0) * share / step;
            sum += term;
            waits.push(term);
        }
        waits.iter_mut().for_each(|wait| *wait /= sum);
        let chances = frequency + self.at_first;
        let left = if chances == 0.0 {
            f64::NEG_INFINITY
        } else {
            let ratio = libm::log((alpha + age) / (alpha + recency));
            libm::log(a / (b + chances - 1.0)) + shape * ratio - libm::log(sum)
        };
        Odds { left, waits }
    }
}

/// Whether a customer left.
pub(super) struct Odds {
    pub(super) left: f64,
    pub(super) waits: Vec<f64>,
}
