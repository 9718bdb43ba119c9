//! How rates differ between customers: the gamma prior of Poisson counts.

use super::ascent::climb;
use crate::stats::digamma;

/// Shape and rate under which these counts, each in its exposure, are likeliest; by expectation and
/// maximization, accelerated. None without any exposure.
///
/// Where the customers differ no more than chance makes them, all of them together are taken as
/// what is known of the segment: their events and a half, in their exposure. So it is if there is
/// no event at all.
pub(super) fn fit(customers: &[(f64, f64)]) -> Option<(f64, f64)> {
    let events: f64 = customers.iter().map(|(events, _)| events).sum();
    let exposure: f64 = customers.iter().map(|(_, exposure)| exposure).sum();
    if exposure <= 0.0 {
        return None;
    }
    let mean = events / exposure;
    let off = |(events, exposure): &(f64, f64)| {
        let off = events - mean * exposure;
        off * off - events
    };
    // The slope of the likelihood where all are alike: C. Dean, "Testing for overdispersion in
    // Poisson and binomial regression models", JASA 87 (1992), 451–457.
    if events <= 0.0 || customers.iter().map(off).sum::<f64>() <= 0.0 {
        return Some((events + 0.5, exposure));
    }
    let start = vec![0.0, -libm::log(mean)];
    let found = climb(start, |place| step(customers, place), |place| height(customers, place));
    let [shape, rate] = found.as_slice() else { return None };
    Some((libm::exp(*shape), libm::exp(*rate)))
}

/// Logarithms of shape and rate that make the counts likelier.
fn step(customers: &[(f64, f64)], place: &[f64]) -> Vec<f64> {
    let [shape, rate] = place else { return place.to_vec() };
    let (shape, rate) = (libm::exp(*shape), libm::exp(*rate));
    let count = customers.len() as f64;
    let (mut mean, mut mean_log) = (0.0, 0.0);
    for (events, exposure) in customers {
        let (own_shape, own_rate) = (shape + events, rate + exposure);
        mean += own_shape / own_rate / count;
        mean_log += (digamma(own_shape) - libm::log(own_rate)) / count;
    }
    let log_shape = log_shape(libm::log(mean) - mean_log);
    vec![log_shape, log_shape - libm::log(mean)]
}

/// The logarithm of the shape of which the logarithm exceeds its digamma by `gap`, by bisection.
fn log_shape(gap: f64) -> f64 {
    let (mut low, mut high) = (-20.0, 20.0);
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if middle - digamma(libm::exp(middle)) > gap { low = middle } else { high = middle }
    }
    high
}

/// The logarithm of the likelihood, but for what does not depend on the place.
fn height(customers: &[(f64, f64)], place: &[f64]) -> f64 {
    let [log_shape, log_rate] = place else { return f64::NEG_INFINITY };
    let (shape, rate) = (libm::exp(*log_shape), libm::exp(*log_rate));
    let of = |(events, exposure): &(f64, f64)| {
        libm::lgamma(shape + events) - libm::lgamma(shape) + shape * log_rate
            - (shape + events) * libm::log(rate + exposure)
    };
    customers.iter().map(of).sum()
}
