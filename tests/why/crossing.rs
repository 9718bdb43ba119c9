//! The smallest change that moves a customer moves them, and a smaller one does not.

use loyalty::feature::{Measure, Missing};
use loyalty::rule::Value;
use loyalty::segment::crossing::{Crossing, Guide};
use loyalty::segment::{Fit, Segmenter};
use proptest::prelude::*;

use super::{at_centers, model, row, table, today, values};

fn told(crossings: &[Crossing]) -> Vec<String> {
    crossings.iter().map(ToString::to_string).collect()
}

#[test]
fn the_nearest_border_is_half_way_between_two_centers() {
    let model = at_centers(&[vec![0.0, 0.0], vec![6.0, 8.0]]);
    let crossings = Guide::new(&model).crossings(&values(&[0.0, 0.0]));
    // The border 6a + 8b = 50 is 5 away, at (3, 4); along a at 8.33, and along b at 6.25.
    let by = |features: &[&str]| {
        let has = |found: &&Crossing| {
            found.shifts.iter().map(|shift| shift.feature.as_str()).eq(features.iter().copied())
        };
        crossings.iter().find(has).unwrap()
    };
    for (features, distance) in [(&["a", "b"][..], 5.0), (&["b"], 6.25), (&["a"], 25.0 / 3.0)] {
        let found = by(features).distance;
        assert!(found >= distance && found < 1.06 * distance, "{found} is not {distance}");
    }
    assert_eq!(crossings[0].shifts.len(), 2);
    let only_a = Guide::new(&model).fixed(["b"]).crossings(&values(&[0.0, 0.0]));
    assert_eq!(told(&only_a), ["into Cluster 2: a from 0 to 8.50"]);
    let near = Guide::new(&model).within("a", 0.0, 8.0).fixed(["b"]);
    assert_eq!(near.crossings(&values(&[0.0, 0.0])), []);
    let all_fixed = Guide::new(&model).fixed(["a", "b"]);
    assert_eq!(all_fixed.crossings(&values(&[0.0, 0.0])), []);
}

#[test]
fn whole_numbers_and_money_go_to_the_side_that_crosses() {
    let model = model();
    let guide = Guide::new(&model).fixed(["spend(1y)", "orders(1y)"]);
    let to = model.segments()[1].id.clone();
    let crossings = guide.crossings_into(&row("ida"), &to);
    let [only] = crossings.as_slice() else { panic!("{crossings:?}") };
    let shift = &only.shifts[0];
    assert_eq!(
        (shift.feature.as_str(), shift.from, shift.to.fract()),
        ("recency_days", 300.0, 0.0)
    );
    // That day moves, and a day more does not.
    let place = |days: f64| {
        let mut values = row("ida");
        values[2] = Measure::Integer.value(days);
        model.assign(&values, today())
    };
    assert!(place(shift.to).contains(&to) && !place(shift.to + 1.0).contains(&to));
    assert!(!place(0.0).is_empty());
    // Who bought little a day ago would have to spend: cents count.
    let guide = Guide::new(&model).fixed(["recency_days", "orders(1y)"]);
    for found in guide.crossings_into(&row("dan"), &to) {
        let cents = found.shifts[0].to * 100.0;
        assert!((cents - cents.round()).abs() < 1e-6);
    }
    assert_eq!(guide.crossings_into(&row("fay"), &to), []);
    assert_eq!(guide.crossings(&[None, None, None]), []);
}

#[test]
fn nothing_goes_below_zero_or_beyond_what_customers_have() {
    let model = model();
    let observed = Guide::new(&model).observed(&table()).unwrap();
    for name in ["ann", "dan", "fay", "hal", "ida"] {
        for found in observed.crossings(&row(name)) {
            for shift in &found.shifts {
                let most = match shift.feature.as_str() {
                    "orders(1y)" => 25.0,
                    "spend(1y)" => 1450.25,
                    _ => 340.0,
                };
                assert!((0.0..=most).contains(&shift.to), "{found}");
            }
        }
    }
}

#[test]
fn a_missing_value_starts_from_what_replaced_it() {
    let mut recipe = super::recipe();
    recipe.preparation.missing = Missing::Fill(loyalty::feature::Filling::Median);
    let model = recipe.fit_seeded(&table(), 1).unwrap();
    let mut values = row("ann");
    values[2] = None;
    let crossings = Guide::new(&model).crossings(&values);
    let days = crossings.iter().flat_map(|found| &found.shifts);
    let mut days = days.filter(|shift| shift.feature.as_str() == "recency_days");
    // The middle of 30 and 35.
    assert!(days.all(|shift| (shift.from - 32.5).abs() < 1e-9));
}

fn points() -> impl Strategy<Value = (Vec<Vec<f64>>, Vec<f64>)> {
    let point = || prop::collection::vec(-5.0..5.0_f64, 3);
    (prop::collection::vec(point(), 2..6), point())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn every_move_moves_and_none_is_shorter_than_the_joint_one((centers, start) in points(),
                                                                seed in 0_u64..1000) {
        let model = at_centers(&centers);
        let own = model.place(&values(&start)).unwrap().nearest.cluster;
        let crossings = Guide::new(&model).crossings(&values(&start));
        for found in &crossings {
            let mut moved: Vec<Option<Value>> = values(&start);
            for shift in &found.shifts {
                let column = model.inputs().iter().position(|name| *name == shift.feature).unwrap();
                prop_assert_eq!(shift.from, start[column]);
                moved[column] = Value::number(shift.to);
            }
            prop_assert!(model.assign(&moved, today()).contains(&found.segment));
        }
        // Random ways to other segments are no shorter than the shortest told, but for rounding.
        let shortest = crossings.first().map_or(f64::INFINITY, |found| found.distance);
        for number in 0..300_u64 {
            let mixed = |column: u64| {
                let bits = (seed * 1_000_003 + number * 7919 + column * 104_729)
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11;
                bits as f64 / (1_u64 << 53) as f64 * 8.0 - 4.0
            };
            let point: Vec<f64> =
                start.iter().zip(0..).map(|(x, column)| x + mixed(column)).collect();
            let there = model.place(&values(&point)).unwrap().nearest.cluster;
            let squares = point.iter().zip(&start).map(|(to, from)| (to - from).powi(2));
            let distance = squares.sum::<f64>().sqrt();
            prop_assert!(there == own || distance * 1.06 + 1e-6 >= shortest);
        }
    }
}
