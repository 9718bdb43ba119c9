//! Intervals against statsmodels and SciPy, and what they cover.

use loyalty::stats::{ChiSquared, Confidence, Estimate, Moments, Proportion};
use proptest::prelude::*;
use serde_json::Value;

use super::{figures, near, numbers};

fn ends(found: Option<Estimate>, low: f64, high: f64, what: &str) {
    let found = found.unwrap();
    for (found, expected) in [(found.low, low), (found.high, high)] {
        assert!((found - expected).abs() <= 1e-11 * (1.0 + expected.abs()), "{what}: {found:?}");
    }
    assert!(found.covers(found.value), "{what}: {found:?}");
}

fn proportion(hits: f64, of: f64) -> Proportion {
    Proportion { hits: hits as u64, of: of as u64 }
}

#[test]
fn shares_have_the_score_interval_of_statsmodels() {
    for [hits, of, confidence, low, high] in numbers("wilson") {
        let found = proportion(hits, of).wilson(Confidence::new(confidence).unwrap());
        ends(found, low, high, &format!("{hits} of {of} at {confidence}"));
    }
}

#[test]
fn two_shares_differ_as_in_statsmodels() {
    for [a, n, b, m, low, high] in numbers("newcombe") {
        let found = proportion(a, n).difference(&proportion(b, m), Confidence::USUAL);
        ends(found, low, high, &format!("{a} of {n} less {b} of {m}"));
    }
    for [a, n, b, m, low, high] in numbers("ratio") {
        let found = proportion(a, n).ratio(&proportion(b, m), Confidence::USUAL);
        let what = format!("{a} of {n} by {b} of {m}");
        if let Some(found) = found {
            near(found.low, low.min(found.value), 1e-11, &what);
            near(found.high, high.max(found.value), 1e-11, &what);
        } else {
            assert_eq!(b, 0.0, "{what}");
        }
    }
}

fn sample(value: &Value) -> Moments {
    Moments::of(value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()))
}

#[test]
fn means_have_the_intervals_of_scipy() {
    for row in figures("welch") {
        let [a, b, confidence, low, high] = row.as_slice() else { panic!("{row:?}") };
        let [confidence, low, high] = [confidence, low, high].map(|it| it.as_f64().unwrap());
        let confidence = Confidence::new(confidence).unwrap();
        let what = format!("{a} less {b}");
        ends(sample(a).difference(&sample(b), confidence), low, high, &what);
    }
    for row in figures("mean") {
        let [a, low, high] = row.as_slice() else { panic!("{row:?}") };
        let (low, high) = (low.as_f64().unwrap(), high.as_f64().unwrap());
        ends(sample(a).interval(Confidence::USUAL), low, high, &a.to_string());
    }
}

#[test]
fn too_little_has_no_interval() {
    let (none, one) = (Moments::default(), Moments::of([3.0]));
    let two = Moments::of([3.0, 3.0]);
    for confidence in [0.5, 0.999].map(|share| Confidence::new(share).unwrap()) {
        assert_eq!(none.interval(confidence).or_else(|| one.interval(confidence)), None);
        assert_eq!(one.difference(&two, confidence), None);
        // Without any spread nothing is left open.
        let same = Estimate { value: 0.0, low: 0.0, high: 0.0 };
        assert_eq!(two.difference(&two, confidence), Some(same));
        assert_eq!(Proportion { hits: 0, of: 0 }.wilson(confidence), None);
        assert_eq!(Proportion { hits: 2, of: 1 }.wilson(confidence), None);
    }
    let huge = Moments::of([1e200, -1e200, 1e307]);
    assert_eq!(huge.interval(Confidence::USUAL), None);
}

/// Everything that 40 tosses can show, with its probability: how often the interval covers the
/// share they were made with (the score interval is near its confidence for every share).
#[test]
fn score_intervals_cover_about_as_often_as_they_say() {
    for share in [0.1, 0.25, 0.5, 0.8] {
        let mut chance = (1.0_f64 - share).powi(40);
        let mut covered = 0.0;
        for hits in 0..=40_u64 {
            let estimate = Proportion { hits, of: 40 }.wilson(Confidence::USUAL).unwrap();
            covered += if estimate.covers(share) { chance } else { 0.0 };
            chance *= (40 - hits) as f64 / (hits + 1) as f64 * share / (1.0 - share);
        }
        assert!((0.92..0.98).contains(&covered), "{share}: {covered}");
    }
}

proptest! {
    #[test]
    fn intervals_turn_around_with_the_question(
        (a, b) in (0..50_u64, 0..50_u64), (n, m) in (50..90_u64, 50..90_u64),
    ) {
        let (one, two) = (Proportion { hits: a, of: n }, Proportion { hits: b, of: m });
        let there = one.difference(&two, Confidence::USUAL).unwrap();
        let back = two.difference(&one, Confidence::USUAL).unwrap();
        prop_assert_eq!((there.value, there.low, there.high), (-back.value, -back.high, -back.low));
        prop_assert!(there.covers(there.value) && there.low >= -1.0 && there.high <= 1.0);
        let certain = Confidence::new(0.999).unwrap();
        let wider = one.wilson(certain).unwrap();
        let narrower = one.wilson(Confidence::USUAL).unwrap();
        prop_assert!(wider.low <= narrower.low && narrower.high <= wider.high);
    }

    #[test]
    fn summaries_do_not_depend_on_where_zero_is(
        numbers in prop::collection::vec(-1e3..1e3_f64, 2..40),
    ) {
        let here = Moments::of(numbers.iter().copied());
        let there = Moments::of(numbers.iter().map(|number| number + 1e6));
        prop_assert!((there.mean - here.mean - 1e6).abs() < 1e-8);
        let difference = there.variance().unwrap() - here.variance().unwrap();
        prop_assert!(difference.abs() <= 1e-6 * (1.0 + here.variance().unwrap()));
    }
}

#[test]
fn a_normal_interval_is_the_square_root_of_a_chi_squared_one() {
    let chi = ChiSquared::new(1.0).unwrap();
    for share in [0.5, 0.95, 0.999] {
        let confidence = Confidence::new(share).unwrap();
        near(confidence.errors().powi(2), chi.quantile(share).unwrap(), 1e-12, "errors");
    }
}
