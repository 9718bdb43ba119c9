//! How shares differ between customers: the Dirichlet prior of multinomial counts, and with two
//! categories the beta prior of binomial ones.

use super::ascent::{climb, rise};

/// Weights below this stand for a category that nobody takes.
const LEAST: f64 = 1e-6;

/// The weights of the categories under which the counts of these customers are likeliest, by the
/// fixed point of T. Minka, "Estimating a Dirichlet distribution" (2000, revised 2012), equation
/// (55), accelerated. None without any count.
///
/// Where the customers differ no more than chance makes them, no weights are likeliest: the more
/// the better. Then all of them together are taken as what is known of the segment: their counts,
/// and a half for each category.
pub(super) fn fit(customers: &[Vec<f64>]) -> Option<Vec<f64>> {
    let categories = customers.first()?.len();
    let mut sums = vec![0.0; categories];
    for counts in customers {
        sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
    }
    let total: f64 = sums.iter().sum();
    if total <= 0.0 {
        return None;
    }
    if excess(customers, &sums, total) <= 0.0 {
        return Some(sums.iter().map(|sum| sum + 0.5).collect());
    }
    let start = sums.iter().map(|sum| libm::log((sum / total).max(LEAST))).collect();
    let found = climb(start, |place| step(customers, place), |place| height(customers, place));
    Some(found.iter().map(|log| libm::exp(*log)).collect())
}

/// How much more customers differ than chance makes them: the slope of the likelihood where all are
/// alike.
fn excess(customers: &[Vec<f64>], sums: &[f64], total: f64) -> f64 {
    let of = |counts: &Vec<f64>| {
        let all: f64 = counts.iter().sum();
        let pairs = counts.iter().zip(sums).filter(|(_, sum)| **sum > 0.0);
        pairs.map(|(count, sum)| count * (count - 1.0) * total / sum).sum::<f64>()
            - all * (all - 1.0)
    };
    customers.iter().map(of).sum()
}

/// Logarithms of weights that make the counts likelier.
fn step(customers: &[Vec<f64>], place: &[f64]) -> Vec<f64> {
    let weights: Vec<f64> = place.iter().map(|log| libm::exp(*log)).collect();
    let total: f64 = weights.iter().sum();
    let below: f64 = customers.iter().map(|counts| rise(total, counts.iter().sum())).sum();
    let next = |(category, weight): (usize, &f64)| {
        let counts = customers.iter().filter_map(|counts| counts.get(category));
        let above: f64 = counts.map(|count| rise(*weight, *count)).sum();
        libm::log((weight * above / below).max(LEAST * 1e-3))
    };
    weights.iter().enumerate().map(next).collect()
}

/// The logarithm of the likelihood, but for what does not depend on the weights.
fn height(customers: &[Vec<f64>], place: &[f64]) -> f64 {
    let weights: Vec<f64> = place.iter().map(|log| libm::exp(*log)).collect();
    let total: f64 = weights.iter().sum();
    let of = |counts: &Vec<f64>| {
        let all: f64 = counts.iter().sum();
        let parts = counts.iter().zip(&weights);
        let parts = parts.map(|(count, w)| libm::lgamma(w + count) - libm::lgamma(*w));
        parts.sum::<f64>() - (libm::lgamma(total + all) - libm::lgamma(total))
    };
    customers.iter().map(of).sum()
}
