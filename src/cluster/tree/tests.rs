use ndarray::{Array2, array};
use proptest::prelude::*;

use super::*;

/// The mean share of a class over the ways that fit the present coordinates (algorithm 1 of
/// Lundberg et al.).
fn expected(tree: &Tree, number: usize, point: &[f64], present: u32, class: usize) -> f64 {
    let node = &tree.nodes()[number];
    let Some(branch) = &node.split else { return node.weights[class] / node.weight() };
    let follow = |next| expected(tree, next, point, present, class);
    if present >> branch.column & 1 == 1 {
        let low = point[branch.column] <= branch.threshold;
        return follow(if low { branch.low } else { branch.high });
    }
    let weight = |next: usize| tree.nodes()[next].weight() / node.weight();
    follow(branch.low) * weight(branch.low) + follow(branch.high) * weight(branch.high)
}

fn by_subsets(tree: &Tree, point: &[f64], class: usize) -> Vec<f64> {
    let columns = point.len() as u32;
    let factorial = |n: u32| (1..=n).map(f64::from).product::<f64>();
    let value = |column: u32| {
        let without = (0..1_u32 << columns).filter(|present| present >> column & 1 == 0);
        without
            .map(|present| {
                let size = present.count_ones();
                let share = factorial(size) * factorial(columns - size - 1) / factorial(columns);
                let worth = |present| expected(tree, 0, point, present, class);
                share * (worth(present | 1 << column) - worth(present))
            })
            .sum()
    };
    (0..columns).map(value).collect()
}

fn cases() -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<usize>)> {
    let row = (prop::collection::vec((-4..4).prop_map(f64::from), 4), 0_usize..3);
    prop::collection::vec(row, 3..40).prop_map(|rows| rows.into_iter().unzip())
}

fn matrix(rows: &[Vec<f64>]) -> Array2<f64> {
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

#[test]
fn what_cannot_be_grown_is_told() {
    let points = array![[1.0], [2.0]];
    let recipe = Cart { min_leaf: 0, min_gain: -1.0, ..Cart::default() };
    let told = recipe.fit(points.view(), &[0, 5], None).unwrap_err().to_string();
    let expected = "`min_leaf`: at least 1 is needed\n`min_gain`: `-1` is out of range\n\
                    `classes[1]`: `5` is out of range";
    assert_eq!(told, expected);
    let told = Cart::default().fit(array![[f64::NAN]].view(), &[], None).unwrap_err().to_string();
    assert!(told.starts_with("`classes`: there are 0 classes: 1 are needed\n`points[0][0]`"));
}

#[test]
fn equally_good_splits_go_to_the_first_column_and_the_least_threshold() {
    // Both columns tell the classes apart, and two thresholds of the first are equally good.
    let points = array![[0.0, 9.0], [1.0, 5.0], [2.0, 5.0], [3.0, 9.0]];
    let tree =
        Cart { max_depth: 1, ..Cart::default() }.fit(points.view(), &[0, 1, 1, 0], None).unwrap();
    assert_eq!(tree.nodes()[0].split.unwrap().column, 1);
    let tree =
        Cart { max_depth: 1, ..Cart::default() }.fit(points.view(), &[0, 1, 0, 1], None).unwrap();
    let root = tree.nodes()[0].split.unwrap();
    assert_eq!((root.column, root.threshold), (0, 0.5));
}

#[test]
fn a_tree_that_no_recipe_gives_is_not_read() {
    let points = array![[0.0, 9.0], [1.0, 5.0], [2.0, 5.0], [3.0, 9.0]];
    let tree = Cart::default().fit(points.view(), &[0, 1, 1, 0], None).unwrap();
    let json = serde_json::to_string(&tree).unwrap();
    assert_eq!(serde_json::from_str::<Tree>(&json).unwrap(), tree);
    for (from, to) in [
        ("\"high\":2", "\"high\":0"),
        ("\"high\":2", "\"high\":9"),
        ("\"low\":1", "\"low\":2"),
        ("\"column\":1", "\"column\":2"),
        ("\"weights\":[2.0,0.0]", "\"weights\":[2.0]"),
        ("\"weights\":[2.0,0.0]", "\"weights\":[0.0,0.0]"),
        ("\"columns\":2", "\"columns\":1"),
    ] {
        assert!(json.contains(from), "{from} is in {json}");
        assert!(serde_json::from_str::<Tree>(&json.replacen(from, to, 1)).is_err(), "{to}");
    }
    assert!(serde_json::from_str::<Tree>("{\"columns\":1,\"nodes\":[]}").is_err());
}

proptest! {
    #[test]
    fn values_of_ways_are_those_of_all_subsets((rows, classes) in cases(), entropy: bool) {
        let criterion = if entropy { Criterion::Entropy } else { Criterion::Gini };
        let recipe = Cart { max_depth: 5, criterion, ..Cart::default() };
        let points = matrix(&rows);
        if classes.iter().any(|class| *class >= rows.len()) { return Ok(()); }
        let tree = recipe.fit(points.view(), &classes, None).unwrap();
        for row in rows.iter().take(3) {
            for (class, found) in tree.attributions(row).unwrap().iter().enumerate() {
                for (value, expected) in found.values.iter().zip(by_subsets(&tree, row, class)) {
                    prop_assert!((value - expected).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn a_deep_tree_tells_all_points_apart_that_differ((rows, classes) in cases()) {
        let points = matrix(&rows);
        let recipe = Cart { max_depth: MAX_DEPTH, ..Cart::default() };
        let tree = recipe.fit(points.view(), &classes, None).unwrap();
        for (row, class) in rows.iter().zip(&classes) {
            let same = rows.iter().zip(&classes).filter(|(other, _)| *other == row);
            let alike = same.clone().all(|(_, other)| other == class);
            let found = tree.assign(row).unwrap();
            prop_assert!(!alike || found == *class);
            // Of equal points, the class is one that is among them.
            prop_assert!(same.into_iter().any(|(_, other)| *other == found));
        }
    }

    #[test]
    fn weights_are_as_good_as_copies((rows, classes) in cases(), depth in 1_usize..4) {
        let recipe = Cart { max_depth: depth, ..Cart::default() };
        let weights: Vec<f64> = (0..rows.len()).map(|row| (row % 3) as f64 + 1.0).collect();
        let times = |row: usize| std::iter::repeat_n(row, row % 3 + 1);
        let order: Vec<usize> = (0..rows.len()).flat_map(times).collect();
        let copies: Vec<Vec<f64>> = order.iter().map(|row| rows[*row].clone()).collect();
        let copied: Vec<usize> = order.iter().map(|row| classes[*row]).collect();
        let left = recipe.fit(matrix(&rows).view(), &classes, Some(&weights)).unwrap();
        let right = recipe.fit(matrix(&copies).view(), &copied, None).unwrap();
        for row in &rows {
            prop_assert_eq!(&left.leaf(row).unwrap().weights, &right.leaf(row).unwrap().weights);
        }
    }
}
