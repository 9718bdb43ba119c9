//! Distributions, intervals and tests against SciPy and statsmodels, and their laws.

mod differences;
mod distributions;
mod intervals;
mod windows;

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

fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

/// The stream of `stats.py`: the generator of ANSI C, as parts of 1.
fn uniform(seed: u64) -> impl Iterator<Item = f64> {
    let next = |state: &u64| Some((1_103_515_245 * state + 12_345) % (1 << 31));
    std::iter::successors(next(&seed), next).map(|state| state as f64 / f64::from(1_u32 << 31))
}
