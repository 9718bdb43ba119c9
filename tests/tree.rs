//! Decision trees against scikit-learn, and their Shapley values against shap.

use loyalty::cluster::tree::{Cart, Criterion, Tree};
use ndarray::Array2;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Reference {
    data: BTreeMap<String, Data>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Data {
    points: Vec<Vec<f64>>,
    classes: Vec<usize>,
    weights: Option<Vec<f64>>,
}

#[derive(Deserialize)]
struct Case {
    data: String,
    criterion: Criterion,
    max_depth: usize,
    min_samples_leaf: usize,
    nodes: Vec<Node>,
    rows: Vec<usize>,
    base: Vec<f64>,
    shap: Vec<Vec<Vec<f64>>>,
}

#[derive(Deserialize)]
struct Node {
    column: i64,
    threshold: f64,
    low: i64,
    high: i64,
    size: usize,
    shares: Vec<f64>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("data/tree.json")).unwrap()
}

fn tree(case: &Case, data: &Data) -> Tree {
    let (rows, columns) = (data.points.len(), data.points[0].len());
    let points = Array2::from_shape_vec((rows, columns), data.points.concat()).unwrap();
    let recipe = Cart {
        criterion: case.criterion,
        max_depth: case.max_depth,
        min_leaf: case.min_samples_leaf,
        ..Cart::default()
    };
    recipe.fit(points.view(), &data.classes, data.weights.as_deref()).unwrap()
}

#[test]
fn trees_have_the_splits_of_scikit_learn() {
    let reference = reference();
    assert!(reference.cases.len() >= 6);
    for case in &reference.cases {
        let tree = tree(case, &reference.data[&case.data]);
        assert_eq!(tree.nodes().len(), case.nodes.len());
        for (found, expected) in tree.nodes().iter().zip(&case.nodes) {
            assert_eq!(found.size, expected.size);
            for (found, expected) in found.shares().iter().zip(&expected.shares) {
                assert!((found - expected).abs() < 1e-9);
            }
            let Some(split) = found.split else {
                assert_eq!(expected.low, -1);
                continue;
            };
            let sides = [split.column, split.low, split.high].map(|number| number as i64);
            assert_eq!(sides, [expected.column, expected.low, expected.high]);
            // It looks at coordinates as single-precision floats.
            assert!((split.threshold - expected.threshold).abs() < 1e-6);
        }
    }
}

#[test]
fn attributions_are_those_of_shap() {
    let reference = reference();
    for case in &reference.cases {
        let data = &reference.data[&case.data];
        let tree = tree(case, data);
        for (row, expected) in case.rows.iter().zip(&case.shap) {
            let found = tree.attributions(&data.points[*row]).unwrap();
            assert_eq!(found.len(), expected.len());
            for ((found, values), base) in found.iter().zip(expected).zip(&case.base) {
                assert!((found.base - base).abs() < 1e-6);
                for (found, expected) in found.values.iter().zip(values) {
                    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
                }
            }
        }
    }
}
