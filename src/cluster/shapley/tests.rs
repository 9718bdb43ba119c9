use proptest::prelude::*;

use super::*;

/// By the definition: the mean over all orders of what a coordinate changes when it comes in.
fn by_orders(point: &[f64], background: &[Vec<f64>], worth: &dyn Fn(&[f64]) -> f64) -> Vec<f64> {
    let mean = |present: &[usize]| {
        let mixed = |row: &Vec<f64>| {
            let pick = |at: usize| if present.contains(&at) { point[at] } else { row[at] };
            worth(&(0..point.len()).map(pick).collect::<Vec<_>>())
        };
        background.iter().map(mixed).sum::<f64>() / background.len() as f64
    };
    let mut orders = vec![vec![]];
    for coordinate in 0..point.len() {
        let with = |order: Vec<usize>| {
            (0..=order.len()).map(move |at| {
                let mut longer = order.clone();
                longer.insert(at, coordinate);
                longer
            })
        };
        orders = orders.into_iter().flat_map(with).collect();
    }
    let mut values = vec![0.0; point.len()];
    for order in &orders {
        for (at, &coordinate) in order.iter().enumerate() {
            values[coordinate] += mean(&order[..=at]) - mean(&order[..at]);
        }
    }
    values.iter().map(|value| value / orders.len() as f64).collect()
}

fn bumpy(at: &[f64]) -> f64 {
    at.iter().enumerate().map(|(index, x)| x * (index as f64 + 1.0)).product::<f64>().sin()
        + at.iter().copied().fold(f64::MIN, f64::max)
}

fn rows(count: usize, columns: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(-2.0..2.0, columns), count)
}

#[test]
fn the_glove_game_is_shared_as_in_the_textbooks() {
    // Two left gloves and one right: a pair is worth 1. Shapley: 1/6, 1/6 and 4/6.
    let worth = |at: &[f64]| (at[0] + at[1]).min(at[2]);
    let values = attribute(&[1.0; 3], &[vec![0.0; 3]], &Sampling::default(), worth).unwrap().values;
    for (value, expected) in values.iter().zip([1.0 / 6.0, 1.0 / 6.0, 4.0 / 6.0]) {
        assert!((value - expected).abs() < 1e-15, "{value} is not {expected}");
    }
}

#[test]
fn what_is_no_question_has_no_answer() {
    let sampling = Sampling::default();
    assert_eq!(attribute(&[1.0], &[], &sampling, bumpy), None);
    assert_eq!(attribute(&[1.0], &[vec![0.0; 2]], &sampling, bumpy), None);
    assert_eq!(attribute(&[1.0], &[vec![0.0]], &sampling, |_| f64::NAN), None);
    let one = attribute(&[], &[vec![]], &sampling, |_| 7.0).unwrap();
    assert_eq!((one.base, one.values.len()), (7.0, 0));
}

#[test]
fn sampled_values_are_within_their_stated_error_as_often_as_stated() {
    let background = vec![vec![0.3, -1.0, 0.5, 1.1], vec![-0.7, 0.2, 0.9, -0.4]];
    let point = [1.0, 0.5, -1.2, 0.8];
    let exact = by_orders(&point, &background, &bumpy);
    let within = (0..200).filter(|&seed| {
        let sampling = Sampling { orders: 200, confidence: 0.9, seed };
        let found = sampling.attribute(&point, &background, bumpy);
        let Precision::Sampled { orders: 200, error, .. } = found.precision else { panic!() };
        found.values.iter().zip(&exact).all(|(value, exact)| (value - exact).abs() <= error)
    });
    // Of 200 at 90 % or more, fewer than 165 would be beyond four standard deviations.
    assert!(within.count() >= 165);
}

proptest! {
    #[test]
    fn subsets_say_what_orders_say(point in prop::collection::vec(-2.0..2.0, 4),
                                   background in rows(3, 4)) {
        let found = attribute(&point, &background, &Sampling::default(), bumpy).unwrap();
        for (value, expected) in found.values.iter().zip(by_orders(&point, &background, &bumpy)) {
            prop_assert!((value - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn values_sum_to_the_worth_above_the_base(columns in 1_usize..16, seed: u64,
                                              all in rows(6, 16)) {
        let cut = |row: &Vec<f64>| row[..columns].to_vec();
        let rows: Vec<_> = all.iter().map(cut).collect();
        let (point, background) = rows.split_first().unwrap();
        let sampling = Sampling { orders: 10, seed, ..Sampling::default() };
        let found = attribute(point, background, &sampling, bumpy).unwrap();
        let base = background.iter().map(|row| bumpy(row)).sum::<f64>() / 5.0;
        let sum = found.values.iter().sum::<f64>();
        prop_assert!((found.base - base).abs() < 1e-12);
        prop_assert!((sum - (bumpy(point) - base)).abs() < 1e-9);
    }
}
