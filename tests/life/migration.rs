//! Moves between two dates, and what drove them.

use std::collections::BTreeSet;

use loyalty::cluster::{Cut, Dbscan, Hdbscan, Hierarchy, KMeans, Method, Mixture};
use loyalty::feature::{Column, FeatureTable, Labels, Measure, Preparation, Scale};
use loyalty::rule::{Field, Kind, Schema, Text, Value, field};
use loyalty::segment::clustered::{Clustered, Clusters};
use loyalty::segment::grid::StandardGrid;
use loyalty::segment::migration::{Driver, Migration, Move, Place, Turn};
use loyalty::segment::rfm::{Rfm, RfmSegmentation};
use loyalty::segment::rules::{RuleSegment, RuleSegments};
use loyalty::segment::{Fit, Segmenter};
use proptest::prelude::*;

use super::{customer, day, segment, table};

const FEATURES: [&str; 3] = ["orders", "visits", "spend"];

fn model() -> Clustered {
    let rows: Vec<[f64; 3]> = (0..12)
        .map(|at| {
            let (level, noise) = (f64::from(at % 3), f64::from(at * 5 % 7));
            [1.0 + 20.0 * level + noise, 3.0 + level * noise, 100.0 * level + 7.0 * noise]
        })
        .collect();
    let scales = [Scale::Log1p, Scale::Standard, Scale::MinMax];
    let columns = Preparation::new(FEATURES.into_iter().zip(scales));
    Clusters::new(KMeans::new(3), columns).fit_seeded(&table(FEATURES, &rows), 1).unwrap()
}

fn values(row: [f64; 3]) -> Vec<Option<Value>> {
    row.into_iter().map(Value::number).collect()
}

/// How much nearer the cluster `to` is than the cluster `from`.
fn margin(model: &Clustered, row: [f64; 3], from: usize, to: usize) -> f64 {
    let distances = model.distances(&values(row), day("2026-03-01")).unwrap();
    distances[from] - distances[to]
}

fn row() -> impl Strategy<Value = [f64; 3]> {
    [0.0..60.0_f64, 0.0..15.0, 0.0..250.0]
}

proptest! {
    /// The parts are the mean over all six orders in which three features could have changed, and
    /// sum to the change of the margin.
    #[test]
    fn the_parts_of_a_margin_are_the_mean_over_all_orders(then in row(), now in row()) {
        let (model, on) = (model(), day("2026-03-01"));
        let place = |row| model.place(&values(row)).unwrap().nearest.cluster;
        let (from, to) = (place(then), place(now));
        let causes = model.causes((&values(then), on), (&values(now), on));
        let parts = FEATURES.map(|name| {
            let found = causes.iter().find(|cause| cause.feature.as_str() == name);
            found.map_or(0.0, |cause| cause.weight)
        });
        let change = margin(&model, now, from, to) - margin(&model, then, from, to);
        prop_assert!((parts.iter().sum::<f64>() - change).abs() < 1e-9, "{parts:?} {change}");
        let mut expected = [0.0; 3];
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            let mut row = then;
            for feature in order {
                let before = margin(&model, row, from, to);
                row[feature] = now[feature];
                expected[feature] += (margin(&model, row, from, to) - before) / 6.0;
            }
        }
        let near = parts.iter().zip(expected).all(|(part, other)| (part - other).abs() < 1e-9);
        prop_assert!(near, "{parts:?} {expected:?}");
    }
}

#[test]
fn many_features_sum_to_the_change_as_well() {
    const NAMES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
    let row = |level: f64| -> [f64; 12] { std::array::from_fn(|at| level * (1.0 + at as f64)) };
    let data = table(NAMES, &[row(0.0), row(0.1), row(1.0), row(1.1)]);
    let columns = Preparation::new(NAMES.map(|name| (name, Scale::Standard)));
    let model = Clusters::new(KMeans::new(2), columns).fit_seeded(&data, 1).unwrap();
    let on = day("2026-03-01");
    let [then, now] = [row(0.05), row(0.9)].map(|row| row.map(Value::number));
    let gap = |row: &[Option<Value>]| {
        let (distances, here) = (model.distances(row, on).unwrap(), model.place(&then).unwrap());
        let from = here.nearest.cluster;
        distances[from] - distances[1 - from]
    };
    let causes = model.causes((&then, on), (&now, on));
    let sum: f64 = causes.iter().map(|cause| cause.weight).sum();
    assert_eq!(causes.len(), 12);
    assert!((sum - (gap(&now) - gap(&then))).abs() < 1e-9);
}

/// Every method has a measure that its assignments go by, and parts that sum to its change.
#[test]
fn every_method_measures_and_tells_its_parts() {
    let rows: Vec<[f64; 3]> = (0..60)
        .map(|at| {
            let (level, noise) = (f64::from(at % 2), f64::from(at * 7 % 11) / 10.0);
            [level * 30.0 + noise, level * 10.0 + noise * noise, level * 50.0 - noise]
        })
        .collect();
    let (data, on) = (table(FEATURES, &rows), day("2026-03-01"));
    let methods: [Method; 5] = [
        KMeans::new(2).into(),
        Method::Mixture(Mixture::new(2)),
        Method::Dbscan(Dbscan::new(1.0)),
        Method::Hdbscan(Hdbscan::new(8)),
        Method::Hierarchy(Hierarchy::new(Cut::Clusters(2))),
    ];
    for method in methods {
        let name = method.name();
        let columns = Preparation::new(FEATURES.map(|feature| (feature, Scale::Standard)));
        let model = Clusters::new(method, columns).fit_seeded(&data, 1).unwrap();
        assert_eq!(loyalty::laws::segmenter(&model, &data, on), Ok(()), "{name}");
        let [then, now] = [0, 1].map(|row| values(rows[row]));
        let place = |row: &[Option<Value>]| model.place(row).unwrap().nearest.cluster;
        let (from, to) = (place(&then), place(&now));
        assert_ne!(from, to, "{name}");
        let margin = |row: &[Option<Value>]| {
            let distances = model.distances(row, on).unwrap();
            distances[from] - distances[to]
        };
        let causes = model.causes((&then, on), (&now, on));
        let sum: f64 = causes.iter().map(|cause| cause.weight).sum();
        let change = margin(&now) - margin(&then);
        assert!((sum - change).abs() < 1e-9 * change.abs(), "{name}: {sum} {change}");
        assert!(causes.iter().all(|cause| cause.turn == Turn::Margin), "{name}");
    }
}

fn rules() -> RuleSegments {
    let fields = [Field::new("orders", Kind::Number), Field::new("spend", Kind::Number)];
    let segment = |id: &str, name: &str, when| RuleSegment {
        id: segment(id),
        name: name.to_owned(),
        description: String::new(),
        when,
    };
    let big = field("spend").at_least(100).and(!field("orders").below(2));
    let written = [segment("big", "Big", big), segment("often", "Often", field("orders").above(5))];
    RuleSegments::check(&written, &Schema::new(fields).unwrap()).unwrap()
}

#[test]
fn rules_tell_which_conditions_turned() {
    let then = table(["orders", "spend"], &[[6.0, 150.0], [6.0, 20.0], [1.0, 150.0]]);
    let now = table(["orders", "spend"], &[[6.0, 50.0], [3.0, 20.0], [2.0, 150.0]]);
    let rules = rules();
    let (on, later) = (day("2026-03-01"), day("2026-06-01"));
    let found = Migration::between(&rules, &then, on, &now, later).unwrap();
    assert_eq!(
        found.sentences(rules.segments(), &Labels::default()),
        [
            "1 customer went from no segment to Big: orders at least 2 holds now for 1 of 1",
            "1 customer went from Big and Often to Often: \
             spend at least 100 does not hold now for 1 of 1",
            "1 customer went from Often to no segment: orders above 5 does not hold now for 1 of 1",
        ]
    );
    let both = Place::In(BTreeSet::from([segment("big"), segment("often")]));
    let often = Place::In(BTreeSet::from([segment("often")]));
    assert_eq!((found.customers(&both, &often), found.were(&often), found.are(&often)), (1, 1, 1));
    let [big, often] = &found.balances[..] else { panic!() };
    assert_eq!((big.then, big.stayed, big.left, big.joined, big.now), (1, 0, 1, 1, 1));
    assert_eq!((often.then, often.stayed, often.left, often.joined, often.now), (2, 1, 1, 0, 1));
    assert_eq!(found.share_moved(), Some(1.0));
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Migration>(&json).unwrap(), found);
}

#[test]
fn scores_tell_which_of_them_changed() {
    let columns = || {
        [
            Column::new("recency_days", Measure::Integer),
            Column::new("orders(lifetime)", Measure::Integer),
            Column::new("spend(lifetime)", Measure::Number),
        ]
    };
    let table = |recent: f64| {
        let row = |at: u32| {
            let size = f64::from(at);
            let recency = if at == 9 { recent } else { 100.0 - 10.0 * size };
            (customer(format!("c{at}")), [Some(recency), Some(size + 1.0), Some(50.0 * size)])
        };
        FeatureTable::new(columns(), (0..10).map(row)).unwrap()
    };
    let recipe = RfmSegmentation {
        rfm: Rfm::default(),
        grid: StandardGrid::Standard125.grid().check().unwrap(),
    };
    let model = recipe.fit_seeded(&table(10.0), 0).unwrap();
    let (on, later) = (day("2026-03-01"), day("2026-06-01"));
    let found = Migration::between(&model, &table(10.0), on, &table(500.0), later).unwrap();
    let moved: Vec<_> = found.moves.iter().filter(|step| step.from != step.to).collect();
    let [step] = moved.as_slice() else { panic!("{moved:?}") };
    let [driver] = step.drivers.as_slice() else { panic!("{step:?}") };
    assert_eq!((driver.feature.as_str(), &driver.turn), ("recency_days", &Turn::Score));
    assert_eq!((driver.customers, driver.weight), (1, -4.0), "from the best of five to the worst");
    let told = found.sentences(model.segments(), &Labels::default()).join("\n");
    assert!(
        told.contains("the score of days since the last order fell by 4.0 on average"),
        "{told}"
    );
}

#[test]
fn who_is_not_known_any_more_is_told_so() {
    let columns = Preparation::new([("orders", Scale::None)]);
    let columns = columns.missing(loyalty::feature::Missing::DropRows);
    let then = table(["orders"], &[[1.0], [2.0], [20.0], [21.0]]);
    let model = Clusters::new(KMeans::new(2), columns).fit_seeded(&then, 1).unwrap();
    let rows = [None, Some(2.0), Some(20.0), Some(21.0)].into_iter().enumerate();
    let rows = rows.map(|(at, orders)| (customer(format!("c{at:03}")), [orders]));
    let now = FeatureTable::new(["orders"], rows).unwrap();
    let (on, later) = (day("2026-03-01"), day("2026-06-01"));
    let found = Migration::between(&model, &then, on, &now, later).unwrap();
    let told = found.sentences(model.segments(), &Labels::default());
    let expected =
        "1 customer went from Cluster 1 to no segment: orders no longer known for 1 of 1";
    assert!(told.iter().any(|sentence| sentence == expected), "{told:?}");
    let other = table(["visits"], &[[1.0]]);
    let told = Migration::between(&model, &then, on, &other, later).unwrap_err().to_string();
    assert_eq!(told, "`now.columns[0]`: there is no column `orders`");
}

proptest! {
    /// Every customer counts once; rows, columns and balances tie with a plain count.
    #[test]
    fn sums_tie(
        rows in prop::collection::vec(
            (0..10_u32, 0..200_u32, 0..10_u32, 0..200_u32, 0..4_u32), 0..40,
        ),
    ) {
        let rules = rules();
        let side = |here: &dyn Fn(u32) -> bool, later: bool| {
            let here = rows.iter().enumerate().filter(|(_, row)| here(row.4));
            let row = here.map(|(at, row)| {
                let numbers = if later { [row.2, row.3] } else { [row.0, row.1] };
                (customer(format!("c{at:03}")), numbers.map(|number| Some(f64::from(number))))
            });
            FeatureTable::new(["orders", "spend"], row).unwrap()
        };
        // Of four, one is new and one is gone.
        let then = side(&|kind| kind != 0, false);
        let now = side(&|kind| kind != 1, true);
        let (on, later) = (day("2026-03-01"), day("2026-06-01"));
        let found = Migration::between(&rules, &then, on, &now, later).unwrap();
        let all: u64 = found.moves.iter().map(|step| step.customers).sum();
        prop_assert_eq!(all, rows.len() as u64);
        for (table, date, is_then) in [(&then, on, true), (&now, later, false)] {
            let memberships = rules.assign_all(table, date).unwrap();
            for place in found.moves.iter().flat_map(|step| [&step.from, &step.to]) {
                let Place::In(ids) = place else { continue };
                let same = |it: &&loyalty::segment::Membership| {
                    it.len() == ids.len() && ids.iter().all(|id| it.contains(id))
                };
                let count = memberships.iter().filter(same).count() as u64;
                let told = if is_then { found.were(place) } else { found.are(place) };
                prop_assert_eq!(told, count);
            }
            for balance in &found.balances {
                let count = memberships.iter().filter(|it| it.contains(&balance.segment)).count();
                let told = if is_then { balance.then } else { balance.now };
                prop_assert_eq!(told, count as u64);
            }
        }
        for it in &found.balances {
            prop_assert_eq!(it.then, it.stayed + it.left + it.gone);
            prop_assert_eq!(it.now, it.stayed + it.joined + it.come);
        }
        prop_assert_eq!(found.new_customers(), rows.iter().filter(|row| row.4 == 0).count() as u64);
        let inputs: Vec<&str> = rules.inputs().iter().map(Text::as_str).collect();
        prop_assert_eq!(inputs, ["orders", "spend"]);
    }
}

#[test]
fn what_made_next_to_nothing_of_a_move_is_not_told() {
    let driver = |feature: &str, weight| Driver {
        feature: feature.into(),
        turn: Turn::Margin,
        customers: 1_200,
        weight,
    };
    let place = |id| Place::In([segment(id)].into());
    let drivers = vec![driver("orders", 1.996), driver("spend", 0.004)];
    let step = Move { from: place("a"), to: place("b"), customers: 1_200, drivers };
    let (then, now) = (day("2026-01-01"), day("2026-04-01"));
    let found = Migration { then, now, moves: vec![step], balances: Vec::new() };
    let told = ["1,200 customers went from a to b: orders made 100 % of it"];
    assert_eq!(found.sentences(&[], &Labels::default()), told);
}
