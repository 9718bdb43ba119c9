//! The CDNOW sample; `tests/data/rfm_cdnow.py` makes the expected values with pandas 3.1.1 and
//! numpy 2.4.6.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::*;
use crate::feature::{Column, FeatureTable, Measure};
use crate::money::{Currency, Money};
use crate::segment::grid::{Cell, StandardGrid};
use crate::segment::{Fit, Segmenter};

/// The cells that pandas counts, summed over each segment of the grid.
const SIZES: [(&str, usize); 11] = [
    ("about_to_sleep", 200),
    ("at_risk", 56),
    ("cant_lose_them", 167),
    ("champions", 538),
    ("hibernating", 343),
    ("lost", 304),
    ("loyal_customers", 158),
    ("need_attention", 167),
    ("new_customers", 150),
    ("potential_loyalists", 177),
    ("promising", 97),
];

#[derive(Deserialize)]
struct Reference {
    as_of: NaiveDate,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    recipe: Rfm,
    cuts: BTreeMap<String, BTreeMap<String, Vec<i64>>>,
    scores: BTreeMap<String, Vec<usize>>,
    cells: BTreeMap<Cell, usize>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../../../../tests/data/rfm_cdnow.json")).unwrap()
}

fn table(as_of: NaiveDate) -> FeatureTable {
    let log = include_str!("../../../../examples/data/cdnow_sample.csv");
    let mut customers: BTreeMap<&str, (NaiveDate, f64, i64)> = BTreeMap::new();
    for line in log.lines().skip(1) {
        let [_, customer, date, _, amount] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("{line}");
        };
        let (date, amount) = (date.parse().unwrap(), format!("{amount} USD"));
        let amount: Money = amount.parse().unwrap();
        let entry = customers.entry(customer).or_insert((date, 0.0, 0));
        *entry = (date.max(entry.0), entry.1 + 1.0, entry.2 + amount.minor());
    }
    let row = |(customer, (last, orders, cents)): (&str, (NaiveDate, f64, i64))| {
        let recency = (as_of - last).num_days() as f64;
        (id(customer), [Some(recency), Some(orders), Some(cents as f64 / 100.0)])
    };
    let columns = [
        Column::new("recency_days", Measure::Integer),
        Column::new("orders(lifetime)", Measure::Integer),
        Column::new("spend(lifetime)", Measure::Money(Currency::USD)),
    ];
    FeatureTable::new(columns, customers.into_iter().map(row)).unwrap()
}

/// The cuts of a fit, by the scores in which they are nested; cents for money.
fn cuts_of(cuts: &Cuts, groups: &[String]) -> BTreeMap<String, Vec<i64>> {
    let plain = |cuts: &Vec<Figure>| -> Vec<i64> {
        let plain = |cut: &Figure| match cut {
            Figure::Integer(whole) => *whole,
            Figure::Money(money) => money.minor(),
            Figure::Number(number) => panic!("{number}"),
        };
        cuts.iter().map(plain).collect()
    };
    match cuts {
        Cuts::Thresholds(_) => BTreeMap::new(),
        Cuts::Quantiles(cuts) => BTreeMap::from([(String::new(), plain(cuts))]),
        Cuts::Nested(nested) => groups.iter().cloned().zip(nested.iter().map(plain)).collect(),
    }
}

#[test]
fn scores_and_cuts_are_those_of_pandas_and_numpy() {
    let Reference { as_of, cases } = reference();
    let table = table(as_of);
    for case in cases {
        let fit = case.recipe.fit_table(&table).unwrap();
        let scoring = fit.model.scoring();
        let report = scoring.report.as_ref().unwrap();
        assert_eq!((report.customers, report.left_out), (2357, 0));
        assert_eq!(report.cells, case.cells, "{}", case.name);
        let populations = [&report.recency, &report.frequency, &report.monetary];
        for (name, population) in ["r", "f", "m"].into_iter().zip(populations) {
            assert_eq!(population.customers, case.scores[name], "{}: {name}", case.name);
        }

        let bins = fit.model.bins();
        let by_r: Vec<String> = (1..=bins.r).map(|r| r.to_string()).collect();
        let by_rf: Vec<String> =
            by_r.iter().flat_map(|r| (1..=bins.f).map(move |f| format!("{r}{f}"))).collect();
        let scales = [(&scoring.recency, "r", &by_r), (&scoring.frequency, "f", &by_r)];
        for (scale, name, groups) in scales.into_iter().chain([(&scoring.monetary, "m", &by_rf)]) {
            let found = cuts_of(&scale.cuts, groups);
            for (group, cuts) in case.cuts.get(name).into_iter().flatten() {
                assert_eq!(found.get(group), Some(cuts), "{}: {name} of {group}", case.name);
            }
        }
    }
}

#[test]
fn half_of_the_customers_bought_once_so_that_nobody_has_frequency_2() {
    let Reference { as_of, .. } = reference();
    let fit = Rfm::default().fit_table(&table(as_of)).unwrap();
    let report = fit.model.scoring().report.as_ref().unwrap();
    assert_eq!(
        report.to_string(),
        "2357 customers scored, 0 left out\n\
         `recency_days`: 5: 474, 4: 471, 3: 475, 2: 478, 1: 459\n\
         `orders(lifetime)`: 5: 388, 4: 358, 3: 406, 2: 0, 1: 1205; \
         nobody has 2: 1205 customers have the same value 1\n\
         `spend(lifetime)`: 5: 471, 4: 471, 3: 472, 2: 462, 1: 481"
    );
    let cell = |code: &str| report.cells.get(&code.parse().unwrap()).copied();
    let found = ["111", "255", "355", "455", "555", "515"].map(cell);
    assert_eq!(found, [Some(167), Some(2), Some(3), Some(80), Some(234), None]);
}

#[test]
fn the_standard_segments_of_cdnow_have_known_sizes() {
    let Reference { as_of, .. } = reference();
    let table = table(as_of);
    let grid = StandardGrid::Standard125.grid().check().unwrap();
    let recipe = RfmSegmentation { rfm: Rfm::default(), grid };
    let segments = recipe.fit_seeded(&table, 7).unwrap();
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for membership in segments.assign_all(&table, as_of).unwrap() {
        *sizes.entry(membership.primary().unwrap().to_string()).or_default() += 1;
    }
    let sizes: Vec<(&str, usize)> = sizes.iter().map(|(id, size)| (id.as_str(), *size)).collect();
    assert_eq!(sizes, SIZES);
}
