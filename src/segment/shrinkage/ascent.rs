//! Going uphill in large steps, and what the slopes are made of.

use crate::stats::digamma;

/// The most steps; each is three evaluations of the plain one.
const STEPS: usize = 2000;

/// Repeats `step`, which never makes `height` less, until the place stands still; in between it
/// leaps ahead as far as the last two steps suggest.
///
/// R. Varadhan and C. Roland, "Simple and globally convergent methods for accelerating the
/// convergence of any EM algorithm", Scandinavian Journal of Statistics 35 (2008), 335–353: SQUAREM
/// with the third step length.
pub(super) fn climb(
    start: Vec<f64>,
    step: impl Fn(&[f64]) -> Vec<f64>,
    height: impl Fn(&[f64]) -> f64,
) -> Vec<f64> {
    let mut place = start;
    for _ in 0..STEPS {
        let one = step(&place);
        let two = step(&one);
        let (mut first, mut bend) = (0.0, 0.0);
        for ((place, one), two) in place.iter().zip(&one).zip(&two) {
            let (r, v) = (one - place, two - 2.0 * one + place);
            first += r * r;
            bend += v * v;
        }
        let size = two.iter().fold(1.0, |size: f64, x| size.max(x.abs()));
        if first.sqrt() <= 1e-13 * size || bend == 0.0 {
            return two;
        }
        let length = -(first / bend).sqrt().max(1.0);
        let leap = |((place, one), two): ((&f64, &f64), &f64)| {
            let (r, v) = (one - place, two - 2.0 * one + place);
            place - 2.0 * length * r + length * length * v
        };
        let leapt: Vec<f64> = place.iter().zip(&one).zip(&two).map(leap).collect();
        let leapt = step(&leapt);
        let good = leapt.iter().all(|x| x.is_finite()) && height(&leapt) >= height(&two);
        place = if good { leapt } else { two };
    }
    place
}

/// `digamma(x + n) - digamma(x)`, exact for the counts of people.
pub(super) fn rise(x: f64, n: f64) -> f64 {
    if n <= 50.0 && n.fract() == 0.0 {
        return (0..n as u32).map(|step| 1.0 / (x + f64::from(step))).sum();
    }
    digamma(x + n) - digamma(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_count_adds_is_the_difference_of_digammas() {
        assert!((rise(0.3, 7.0) - (digamma(7.3) - digamma(0.3))).abs() < 1e-13);
        assert!((rise(0.3, 70.0) - (digamma(70.3) - digamma(0.3))).abs() < 1e-13);
    }
}
