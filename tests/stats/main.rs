//! Distributions, intervals and tests against SciPy and statsmodels, and their laws.

mod distributions;
mod intervals;

use std::collections::BTreeMap;

use serde_json::Value;

/// The figures of `tests/data/stats.py` under one name, a row each.
fn figures(name: &str) -> Vec<Vec<Value>> {
    let json = include_str!("../data/stats.json");
    let all: BTreeMap<String, Vec<Vec<Value>>> = serde_json::from_str(json).unwrap();
    all[name].clone()
}

/// The rows of figures that are numbers only.
fn numbers<const N: usize>(name: &str) -> Vec<[f64; N]> {
    let number = |row: Vec<Value>| {
        let numbers: Vec<f64> = row.iter().map(|value| value.as_f64().unwrap()).collect();
        <[f64; N]>::try_from(numbers).unwrap()
    };
    figures(name).into_iter().map(number).collect()
}

/// Whether a number is the expected one up to this part of it.
#[track_caller]
fn near(found: f64, expected: f64, relative: f64, what: &str) {
    let error = (found - expected).abs();
    let allowed = relative * expected.abs();
    assert!(error <= allowed, "{what}: {found:e}, not {expected:e} (off by {error:e})");
}
