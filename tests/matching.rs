//! The matching of the least cost against all matchings.

use loyalty::cluster::{Fault, matching};
use ndarray::{Array2, array};
use proptest::prelude::*;

/// The least sum over all ways to give the rows from `row` on different columns of `free`; rows
/// may go without one only if there are more rows than columns.
fn least(costs: &Array2<f64>, row: usize, free: &mut Vec<usize>, spare: usize) -> f64 {
    if row == costs.nrows() {
        return 0.0;
    }
    let mut best = f64::INFINITY;
    if spare > 0 {
        best = least(costs, row + 1, free, spare - 1);
    }
    for at in 0..free.len() {
        let column = free.remove(at);
        best = best.min(costs[(row, column)] + least(costs, row + 1, free, spare));
        free.insert(at, column);
    }
    best
}

fn cost(costs: &Array2<f64>, found: &[Option<usize>]) -> f64 {
    let pairs = found.iter().enumerate();
    pairs.filter_map(|(row, column)| Some(costs[(row, (*column)?)])).sum()
}

fn matrix() -> impl Strategy<Value = Array2<f64>> {
    (0..6_usize, 0..6_usize).prop_flat_map(|(rows, columns)| {
        let cell = prop_oneof![-20.0..20.0_f64, (-3..3_i32).prop_map(f64::from)];
        let cells = prop::collection::vec(cell, rows * columns);
        cells.prop_map(move |cells| Array2::from_shape_vec((rows, columns), cells).unwrap())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_matching_costs_less(costs in matrix()) {
        let found = matching(costs.view()).unwrap();
        let (rows, columns) = costs.dim();
        let mut given: Vec<usize> = found.iter().copied().flatten().collect();
        prop_assert_eq!(given.len(), rows.min(columns));
        given.sort_unstable();
        given.dedup();
        prop_assert_eq!(given.len(), rows.min(columns), "no column twice");
        let mut free = (0..columns).collect();
        let expected = least(&costs, 0, &mut free, rows.saturating_sub(columns));
        prop_assert!((cost(&costs, &found) - expected).abs() < 1e-9, "{found:?} {expected}");
    }

    /// With costs that are all different there is one best matching, whatever the order.
    #[test]
    fn the_order_of_rows_does_not_matter(
        costs in prop::collection::vec(0.0..1.0_f64, 20), shift in 0..4_usize,
    ) {
        let costs = Array2::from_shape_vec((4, 5), costs).unwrap();
        let order: Vec<usize> = (0..4).map(|row| (row + shift) % 4).collect();
        let turned = costs.select(ndarray::Axis(0), &order);
        let (found, again) = (matching(costs.view()).unwrap(), matching(turned.view()).unwrap());
        let expected: Vec<_> = order.iter().map(|&row| found[row]).collect();
        prop_assert_eq!(again, expected);
        let sideways = matching(costs.t()).unwrap();
        let back = (0..4).map(|row| sideways.iter().position(|owner| *owner == Some(row)));
        prop_assert_eq!(back.collect::<Vec<_>>(), found);
    }
}

/// By hand: 8 + 7 + 9 + 3 is the most that four different columns give.
#[test]
fn gains_are_negative_costs() {
    let costs =
        array![[8., 7., 9., 9.], [5., 2., 7., 8.], [6., 1., 4., 9.], [2., 3., 2., 6.]] * -1.0;
    assert_eq!(cost(&costs, &matching(costs.view()).unwrap()), -27.0);
}

#[test]
fn many_are_matched() {
    let costs = Array2::from_shape_fn((200, 300), |(row, column)| {
        ((row * 7_919 + column * 104_729) % 1_009) as f64
            + if column == 299 - row { -2_000.0 } else { 0.0 }
    });
    let found = matching(costs.view()).unwrap();
    let expected: Vec<_> = (0..200).map(|row| Some(299 - row)).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_is_no_cost_is_told_with_its_place() {
    let told = matching(array![[0.0, f64::NAN], [1.0, 1e300]].view()).unwrap_err();
    let places: Vec<_> = told.iter().map(|problem| problem.path.as_str().to_owned()).collect();
    assert_eq!(places, ["costs[0][1]", "costs[1][1]"]);
    assert!(told.iter().all(|problem| matches!(problem.fault, Fault::Coordinate { .. })));
    let none = Array2::<f64>::zeros((0, 3));
    assert_eq!(matching(none.view()).unwrap(), []);
    assert_eq!(matching(none.t()).unwrap(), [None, None, None]);
}
