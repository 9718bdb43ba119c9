//! Scores of any features: LRFM's kin on the sample of CDNOW, held against pandas.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Columns, Purchases};
use loyalty::feature::totals::{Rows, Totals};
use loyalty::feature::{Feature, FeatureTable, Moment};
use loyalty::id::CustomerId;
use loyalty::money::Currency;
use loyalty::segment::rfm::{Better, Method, Rated, Rfm, Scorecard, ScorecardModel, Ties};

/// Customer, day and amount of each order.
fn cdnow() -> Vec<(u64, DateTime<Utc>, i64)> {
    let lines = include_str!("../examples/data/cdnow_sample.csv").lines().skip(1);
    let order = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let day = format!("{}T00:00:00Z", cells[2]).parse().unwrap();
        (cells[1].parse().unwrap(), day, cells[4].replace('.', "").parse().unwrap())
    };
    lines.map(order).collect()
}

fn moment() -> Moment {
    let as_of = "1998-07-01T00:00:00Z".parse().unwrap();
    Moment { as_of, zone: Zone::UTC, currency: Currency::USD }
}

fn table(card: &Scorecard) -> FeatureTable {
    let orders = cdnow();
    let customer = |number: u64| CustomerId::new(format!("{number:05}")).unwrap();
    let columns = Columns {
        customers: orders.iter().map(|order| customer(order.0)).collect(),
        at: orders.iter().map(|order| order.1).collect(),
        list_minor: orders.iter().map(|order| order.2).collect(),
        units: vec![1; orders.len()],
        ..Columns::default()
    };
    let log = Purchases::from_columns(Currency::USD, &columns).unwrap();
    let features: Vec<Feature> =
        card.features().map(|name| name.as_str().parse().unwrap()).collect();
    FeatureTable::of_purchases(&log, &features, &moment()).unwrap()
}

fn totals() -> Totals {
    let orders = cdnow();
    let customers: Vec<u64> = orders.iter().map(|order| order.0).collect();
    let at: Vec<i64> = orders.iter().map(|one| one.1.timestamp_nanos_opt().unwrap()).collect();
    let net: Vec<i64> = orders.iter().map(|order| order.2).collect();
    Totals::of(Rows::new(&customers, &at, &net).unwrap())
}

/// The three features of RFM.
fn of_rfm(ties: Ties) -> Scorecard {
    let mut card = Scorecard::lrfm(5);
    card.dimensions.remove(0);
    Scorecard { ties, ..card }
}

#[test]
fn lrfmp_of_cdnow_is_scored_as_by_pandas() {
    // tests/data/lrfmp_cdnow.py
    let expected = [
        [1218, 0, 199, 470, 470],
        [459, 478, 475, 471, 474],
        [1205, 0, 406, 358, 388],
        [481, 462, 472, 471, 471],
        [149, 149, 149, 149, 150],
    ];
    let sums = [1, 1, 11, 24, 70, 117, 99, 115, 103, 104, 64, 37];
    let card = Scorecard::lrfmp(5);
    let fit = card.fit_table(&table(&card)).unwrap();
    for (place, expected) in expected.into_iter().enumerate() {
        let count = |score| fit.scores.iter().filter(|row| row[place] == Some(score)).count();
        assert_eq!([1, 2, 3, 4, 5].map(count), expected, "{}", card.dimensions[place].feature);
    }
    let mut found: BTreeMap<u64, usize> = BTreeMap::new();
    for sum in fit.scores.iter().filter_map(|row| fit.model.weighted(row)) {
        *found.entry(sum).or_default() += 1;
    }
    assert_eq!(found, (14..).zip(sums).collect());
}

#[test]
fn a_card_of_the_features_of_rfm_scores_as_rfm_does() {
    for ties in [Ties::Share, Ties::Spread] {
        let card = of_rfm(ties);
        let rfm = Rfm { ties, ..Rfm::default() };
        let as_scores = |fit: loyalty::segment::rfm::RfmFit| -> Vec<Vec<Option<u8>>> {
            let row = |score: &Option<_>| {
                let score: loyalty::segment::rfm::RfmScore = score.unwrap();
                vec![Some(score.r), Some(score.f), Some(score.m)]
            };
            fit.scores.iter().map(row).collect()
        };
        let table = table(&card);
        let expected = as_scores(rfm.fit_table(&table).unwrap());
        assert_eq!(card.fit_table(&table).unwrap().scores, expected);
        let expected = as_scores(rfm.fit_totals(&totals(), &moment()).unwrap());
        assert_eq!(card.fit_totals(&totals(), &moment()).unwrap().scores, expected);
    }
}

#[test]
fn a_model_scores_the_customers_of_its_fit_alike_and_is_data() {
    let card = Scorecard::lrfmp(4);
    let table = table(&card);
    let fit = card.fit_table(&table).unwrap();
    assert_eq!(fit.model.score_all(&table).unwrap(), fit.scores);
    let json = serde_json::to_string(&fit.model).unwrap();
    assert_eq!(serde_json::from_str::<ScorecardModel>(&json).unwrap(), fit.model);
}

#[test]
fn thresholds_and_weights_are_as_they_are_written() {
    let card: Scorecard = serde_json::from_str(
        r#"{"dimensions": [
            {"feature": "length_days", "method": {"thresholds": [30, 365]}, "weight": 3},
            {"feature": "recency_days", "method": {"thresholds": [30, 90]}, "better": "less"}]}"#,
    )
    .unwrap();
    let customer = |name: &str, length, recency| {
        (CustomerId::new(name).unwrap(), [Some(length), Some(recency)])
    };
    let rows = [customer("ann", 365.0, 90.0), customer("bob", 29.0, 30.0)];
    let table = FeatureTable::new(["length_days", "recency_days"], rows).unwrap();
    let fit = card.fit_table(&table).unwrap();
    assert_eq!(fit.scores, [[Some(3), Some(2)], [Some(1), Some(3)]]);
    let ranked: Vec<Option<u64>> = fit.scores.iter().map(|row| fit.model.weighted(row)).collect();
    assert_eq!(ranked, [Some(11), Some(6)]);
}

#[test]
fn all_that_is_wrong_is_told_with_its_place() {
    let mut card = Scorecard::rfe(5);
    card.dimensions[0].method = Method::Quantiles(1);
    card.dimensions.push(Rated::quantiles("birthday", 5, Better::More));
    let told = card.fit_totals(&totals(), &moment()).unwrap_err().to_string();
    let told: Vec<&str> = told.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(
        told,
        ["`dimensions[0].method.quantiles`", "`dimensions[2].feature`", "`dimensions[3].feature`"]
    );
    let falling = r#"[{"scale": {"feature": "orders", "cuts": {"quantiles": [3, 2]}},
                       "better": "more", "weight": 1}]"#;
    let told = serde_json::from_str::<ScorecardModel>(falling).unwrap_err().to_string();
    assert!(told.contains("write cuts from the least to the greatest"), "{told}");
}
