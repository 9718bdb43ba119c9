//! Distributions against SciPy and mpmath.

use loyalty::stats::{Beta, ChiSquared, FisherF, StudentT, normal};
use proptest::prelude::*;

use super::{near, numbers};

#[test]
fn chi_squared_is_as_in_scipy() {
    for [degrees, x, cdf, survival] in numbers("chi2") {
        let chi = ChiSquared::new(degrees).unwrap();
        let what = format!("{degrees} degrees at {x}");
        near(chi.cdf(x), cdf, 1e-12, &what);
        near(chi.survival(x), survival, 1e-12, &what);
    }
    for [degrees, x, log] in numbers("chi2_log") {
        let chi = ChiSquared::new(degrees).unwrap();
        near(chi.log_survival(x), log, 1e-13, &format!("{degrees} degrees at {x}"));
    }
    for [degrees, p, quantile] in numbers("chi2_quantile") {
        let found = ChiSquared::new(degrees).unwrap().quantile(p).unwrap();
        near(found, quantile, 1e-12, &format!("{degrees} degrees, {p}"));
    }
}

#[test]
fn the_normal_distribution_is_as_in_scipy_far_into_its_tails() {
    for [x, cdf, log_survival] in numbers("normal") {
        near(normal::cdf(x), cdf, 1e-13, &format!("below {x}"));
        near(normal::survival(-x), cdf, 1e-13, &format!("above {x}"));
        near(normal::log_survival(x), log_survival, 1e-13, &format!("logarithm at {x}"));
    }
    for [p, quantile] in numbers("normal_quantile") {
        near(normal::quantile(p).unwrap(), quantile, 1e-14, &format!("quantile of {p}"));
    }
}

#[test]
fn students_distribution_is_as_in_scipy() {
    for [degrees, t, survival] in numbers("student") {
        let student = StudentT::new(degrees).unwrap();
        near(student.survival(t), survival, 1e-12, &format!("{degrees} degrees at {t}"));
        near(student.cdf(-t), survival, 1e-12, &format!("{degrees} degrees below -{t}"));
    }
    for [degrees, p, quantile] in numbers("student_quantile") {
        let found = StudentT::new(degrees).unwrap().quantile(p).unwrap();
        near(found, quantile, 1e-12, &format!("{degrees} degrees, {p}"));
    }
}

#[test]
fn ratios_of_variances_and_shares_are_as_in_scipy() {
    for [above, below, f, survival] in numbers("fisher") {
        let found = FisherF::new(above, below).unwrap().survival(f);
        near(found, survival, 1e-12, &format!("{above} and {below} degrees at {f}"));
    }
    for [a, b, x, cdf, survival] in numbers("beta") {
        let beta = Beta::new(a, b).unwrap();
        near(beta.cdf(x), cdf, 1e-12, &format!("{a} and {b} at {x}"));
        near(beta.survival(x), survival, 1e-12, &format!("{a} and {b} above {x}"));
        let back = beta.quantile(0.3).unwrap();
        near(beta.cdf(back), 0.3, 1e-12, &format!("{a} and {b} back at {back}"));
    }
}

#[test]
fn what_is_no_distribution_is_none() {
    for number in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(ChiSquared::new(number).is_none() && StudentT::new(number).is_none());
        assert!(FisherF::new(number, 1.0).is_none() && Beta::new(1.0, number).is_none());
    }
    let chi = ChiSquared::new(2.0).unwrap();
    for p in [0.0, 1.0, -0.5, f64::NAN] {
        assert!(chi.quantile(p).is_none() && normal::quantile(p).is_none());
    }
    assert!(chi.survival(f64::NAN).is_nan());
    assert_eq!((chi.survival(-1.0), chi.survival(f64::INFINITY)), (1.0, 0.0));
}

proptest! {
    /// Two degrees of freedom are an exponential distribution; one is a square of a normal value;
    /// Student's with one degree is Cauchy's; Fisher's with one above is Student's squared.
    #[test]
    fn distributions_agree_where_they_are_the_same(x in 1e-6..700.0_f64, degrees in 0.5..1e4_f64) {
        let chi = |degrees| ChiSquared::new(degrees).unwrap();
        near(chi(2.0).survival(x), (-x / 2.0).exp(), 1e-12, "exponential");
        near(chi(1.0).survival(x), 2.0 * normal::survival(x.sqrt()), 1e-12, "normal");
        let cauchy = (1.0 / x).atan() / std::f64::consts::PI;
        near(StudentT::new(1.0).unwrap().survival(x), cauchy, 1e-12, "Cauchy");
        let student = StudentT::new(degrees).unwrap().survival(x.sqrt());
        let fisher = FisherF::new(1.0, degrees).unwrap().survival(x);
        near(fisher, 2.0 * student, 1e-9, "Fisher");
    }

    #[test]
    fn quantiles_turn_the_distribution_around(p in 1e-9..0.999_999_f64, degrees in 0.1..1e5_f64) {
        let chi = ChiSquared::new(degrees).unwrap();
        let student = StudentT::new(degrees).unwrap();
        near(chi.cdf(chi.quantile(p).unwrap()), p, 1e-10, "chi squared");
        near(student.cdf(student.quantile(p).unwrap()), p, 1e-10, "student");
        near(normal::cdf(normal::quantile(p).unwrap()), p, 1e-13, "normal");
    }
}
