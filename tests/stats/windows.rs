//! Windows over streams against river, and their laws.

use loyalty::stats::{Adwin, Confidence};
use proptest::prelude::*;

use super::{near, numbers, uniform};

/// The answers 0 and 1 of a stream whose share of 1 changes after 1,500 of them.
fn answers(seed: u64, before: f64, after: f64) -> impl Iterator<Item = f64> {
    let answer = move |(at, number): (usize, f64)| {
        f64::from(u8::from(number < if at < 1_500 { before } else { after }))
    };
    uniform(seed).take(4_000).enumerate().map(answer)
}

#[test]
fn a_change_is_told_when_river_tells_it() {
    for [seed, before, after, first, width, mean] in numbers("adwin") {
        let mut window = Adwin::default();
        let found = answers(seed as u64, before, after).position(|number| window.add(number));
        let what = format!("{before} to {after}, seed {seed}");
        let found = found.map_or(-1.0, |at| at as f64);
        assert_eq!((found, window.width() as f64), (first, width), "{what}");
        near(window.mean(), mean, 1e-12, &what);
    }
}

#[test]
fn what_is_no_number_is_passed_over() {
    let mut window = Adwin::new(Confidence::USUAL);
    for number in [1.0, f64::NAN, f64::INFINITY, 3.0, 1e300] {
        assert!(!window.add(number));
    }
    assert_eq!((window.width(), window.mean(), window.variance()), (2, 2.0, 1.0));
    let bucket = r#"{"count":9223372036854775808,"total":0.0,"squares":0.0}"#;
    let rows = format!("{}[{bucket},{bucket}]", "[],".repeat(63));
    let endless = format!(r#"{{"confidence":0.9,"seen":{},"rows":[{rows}]}}"#, u64::MAX);
    for broken in [
        r#"{"confidence":0.9,"seen":2,"rows":[[{"count":2,"total":1.0,"squares":0.0}]]}"#,
        r#"{"confidence":0.9,"seen":0,"rows":[[{"count":1,"total":1.0,"squares":0.0}]]}"#,
        r#"{"confidence":0.9,"seen":5,"rows":[[]]}"#,
        r#"{"confidence":0.9,"seen":5,"rows":[[{"count":1,"total":1.0,"squares":0.0}]],
            "window":{"count":2,"total":1.0,"squares":0.0}}"#,
        &endless,
    ] {
        let told = serde_json::from_str::<Adwin>(broken).unwrap_err().to_string();
        assert!(told.starts_with("the buckets are no window"), "{told}");
    }
}

#[test]
fn a_window_that_was_stored_without_its_sums_is_summed_up() {
    let mut window = Adwin::default();
    for number in uniform(7).take(5_000) {
        window.add(number);
    }
    let mut json = serde_json::to_value(&window).unwrap();
    json.as_object_mut().unwrap().remove("window").unwrap();
    let again: Adwin = serde_json::from_value(json).unwrap();
    assert_eq!(again.width(), window.width());
    near(again.mean(), window.mean(), 1e-12, "mean");
    near(again.variance(), window.variance(), 1e-9, "variance");
}

/// A million numbers take a few kilobytes.
#[test]
fn a_window_is_small() {
    let mut window = Adwin::default();
    let changes = uniform(3).take(1_000_000).filter(|number| window.add(*number)).count();
    assert_eq!((changes, window.width()), (0, 1_000_000));
    let json = serde_json::to_string(&window).unwrap();
    assert!(json.len() < 100 * 80, "at most 5 buckets for each of 20 sizes: {}", json.len());
}

proptest! {
    /// The window is the latest numbers, whatever was dropped; read again, it goes on alike.
    #[test]
    fn a_window_is_the_latest_numbers(
        levels in prop::collection::vec((-50.0..50.0_f64, 1..200_usize), 1..8),
        seed in 1..1_000_u64,
    ) {
        let mut stream = uniform(seed);
        let mut numbers = Vec::new();
        let mut window = Adwin::new(Confidence::USUAL);
        for (level, count) in levels {
            for noise in stream.by_ref().take(count) {
                numbers.push(level + noise);
                window.add(level + noise);
            }
            let json = serde_json::to_string(&window).unwrap();
            let again: Adwin = serde_json::from_str(&json).unwrap();
            prop_assert_eq!(&again, &window);
            window = again;
        }
        let kept = &numbers[numbers.len() - window.width() as usize..];
        let count = kept.len() as f64;
        let mean = kept.iter().sum::<f64>() / count;
        let variance = kept.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
        prop_assert!((window.mean() - mean).abs() < 1e-9, "{} {mean}", window.mean());
        prop_assert!((window.variance() - variance).abs() < 1e-6 * (1.0 + variance));
    }
}
