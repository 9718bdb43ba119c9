//! Random numbers of the distributions that the models are made of.

use rand::Rng;

/// A number between 0 and 1, neither of them.
pub(super) fn uniform(rng: &mut (impl Rng + ?Sized)) -> f64 {
    const STEP: f64 = 1.0 / 9_007_199_254_740_992.0;
    ((rng.next_u64() >> 11) as f64 + 0.5) * STEP
}

/// The time until something happens at this rate.
pub(super) fn exponential(rng: &mut (impl Rng + ?Sized), rate: f64) -> f64 {
    -libm::log(uniform(rng)) / rate
}

/// A gamma distributed number.
///
/// G. Marsaglia and W. W. Tsang, "A simple method for generating gamma variables", ACM Transactions
/// on Mathematical Software 26 (2000), 363–372.
pub(super) fn gamma(rng: &mut (impl Rng + ?Sized), shape: f64, rate: f64) -> f64 {
    if shape < 1.0 {
        let power = libm::pow(uniform(rng), 1.0 / shape);
        return gamma(rng, shape + 1.0, rate) * power;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = normal(rng);
        let v = 1.0 + c * x;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        if libm::log(uniform(rng)) < 0.5 * x * x + d - d * v + d * libm::log(v) {
            return d * v / rate;
        }
    }
}

/// A beta distributed number.
pub(super) fn beta(rng: &mut (impl Rng + ?Sized), a: f64, b: f64) -> f64 {
    let (one, two) = (gamma(rng, a, 1.0), gamma(rng, b, 1.0));
    let share = one / (one + two);
    // Both so small that they are 0: one of the two ends, by their weights.
    if share.is_nan() { f64::from(u8::from(uniform(rng) * (a + b) < a)) } else { share }
}

/// A standard normal number (G. Box and M. Muller, 1958).
fn normal(rng: &mut (impl Rng + ?Sized)) -> f64 {
    let radius = (-2.0 * libm::log(uniform(rng))).sqrt();
    radius * libm::cos(std::f64::consts::TAU * uniform(rng))
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn means_and_variances_are_those_of_the_distributions() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut check = |draw: fn(&mut ChaCha8Rng) -> f64, mean: f64, variance: f64| {
            let numbers: Vec<f64> = (0..100_000).map(|_| draw(&mut rng)).collect();
            let found = numbers.iter().sum::<f64>() / 1e5;
            let spread = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 1e5;
            assert!((found - mean).abs() < 5.0 * (variance / 1e5).sqrt(), "{found}, not {mean}");
            assert!((spread / variance - 1.0).abs() < 0.08, "{spread}, not {variance}");
        };
        check(|rng| gamma(rng, 0.3, 2.0), 0.15, 0.075);
        check(|rng| gamma(rng, 7.0, 0.5), 14.0, 28.0);
        check(|rng| beta(rng, 0.8, 2.4), 0.25, 0.1875 / 4.2);
        check(|rng| exponential(rng, 4.0), 0.25, 0.0625);
    }
}
