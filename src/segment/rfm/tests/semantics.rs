//! Ties, nesting, thresholds, what is missing, and what cannot be fitted.

use chrono::NaiveDate;

use super::*;
use crate::feature::{Column, FeatureTable, Measure};
use crate::money::{Currency, Money};
use crate::rule::{Number, Value};
use crate::segment::grid::{Grid, StandardGrid};
use crate::segment::{Fit, Segmenter};

fn euro(minor: i64) -> Figure {
    Money::from_minor(minor, Currency::EUR).into()
}

#[test]
fn the_latest_purchase_has_the_greatest_recency_score() {
    let customers = [[10, 1, 1], [20, 2, 2], [30, 3, 3], [40, 4, 4]];
    assert_eq!(codes(&fit(&quantiles([2; 3]), &customers)), ["211", "211", "122", "122"]);
    assert_eq!(codes(&fit(&quantiles([4; 3]), &customers)), ["411", "322", "233", "144"]);
}

#[test]
fn equal_values_share_the_lowest_score_that_they_span() {
    // By hand: of 6 values, the cuts after thirds are the 2nd and the 4th smallest.
    let customers = [1, 1, 1, 2, 2, 3].map(|orders| [0, orders, 0]);
    let shared = fit(&quantiles([2, 3, 2]), &customers);
    assert_eq!(shared.model.scoring().frequency.cuts, Cuts::Quantiles(vec![1.into(), 2.into()]));
    assert_eq!(codes(&shared), ["211", "211", "211", "221", "221", "231"]);
}

#[test]
fn spread_ties_go_by_id_and_later_customers_share_again() {
    let customers = [1, 1, 1, 2, 2, 3].map(|orders| [0, orders, 0]);
    let recipe = Rfm { ties: Ties::Spread, ..quantiles([2, 3, 2]) };
    let spread = fit(&recipe, &customers);
    // Recency and spend are equal for all: the smaller id counts as the smaller value.
    assert_eq!(codes(&spread), ["211", "211", "221", "122", "132", "132"]);
    let later = spread.model.score(0.into(), 1.into(), 0.into());
    assert_eq!(later, Some(RfmScore { r: 2, f: 1, m: 1 }));
}

#[test]
fn nested_frequency_is_compared_with_customers_of_the_same_recency() {
    let customers = [[1, 10, 0], [1, 20, 0], [90, 1, 0], [90, 2, 0]];
    let nested = Rfm { nesting: Nesting::Nested, ..quantiles([2; 3]) };
    assert_eq!(codes(&fit(&quantiles([2; 3]), &customers)), ["221", "221", "111", "111"]);
    let nested = fit(&nested, &customers);
    assert_eq!(codes(&nested), ["211", "221", "111", "121"]);
    let groups = vec![vec![1.into()], vec![10.into()]];
    assert_eq!(nested.model.scoring().frequency.cuts, Cuts::Nested(groups));
}

#[test]
fn a_cell_without_customers_takes_the_cuts_of_the_next_wider_group() {
    // All have one order, so that nobody has frequency 2.
    let customers = [[1, 1, 50], [1, 1, 60], [90, 1, 5], [90, 1, 6]];
    let nested = fit(&Rfm { nesting: Nesting::Nested, ..quantiles([2; 3]) }, &customers);
    let groups = [5, 5, 50, 50].map(|cut| vec![cut.into()]).to_vec();
    assert_eq!(nested.model.scoring().monetary.cuts, Cuts::Nested(groups));
    // All came on the same day: nobody has recency 1, and those who will are compared with all.
    let customers = [[1, 1, 50], [1, 2, 60]];
    let nested = fit(&Rfm { nesting: Nesting::Nested, ..quantiles([2; 3]) }, &customers);
    assert_eq!(
        nested.model.score(9.into(), 2.into(), 50.into()),
        Some(RfmScore { r: 1, f: 2, m: 1 })
    );
}

#[test]
fn thresholds_must_be_reached_and_need_no_customers() {
    let recipe = Rfm {
        recency: Dimension::thresholds("recency_days", [30, 90]),
        frequency: Dimension::thresholds("orders(1y)", [2]),
        monetary: Dimension::thresholds("spend(1y)", [euro(1_000), euro(5_000), euro(10_000)]),
        nesting: Nesting::Nested,
        ..Rfm::default()
    };
    let fit = recipe.fit_columns(&[], &[], &[], &[]).unwrap();
    for (recency, orders, cents, code) in [
        (30, 2, 1_000, "322"),
        (31, 1, 999, "211"),
        (90, 3, 4_999, "222"),
        (91, 2, 5_000, "123"),
        (0, 0, 10_000, "314"),
    ] {
        let score = fit.model.score(recency.into(), orders.into(), euro(cents)).unwrap();
        assert_eq!(score.to_string(), code);
    }
}

#[test]
fn cents_are_scored_exactly_where_floats_would_not_tell_them_apart() {
    let great = 1_i64 << 60;
    let customers = [[1, 1, great], [1, 1, great + 1]];
    assert_eq!(codes(&fit(&quantiles([2; 3]), &customers)), ["211", "212"]);
}

#[test]
fn who_misses_a_value_has_no_score_and_is_left_out_of_the_quantiles() {
    let ids = ["a", "b", "c"].map(id);
    let [r, f, mut m] = columns(&[[1, 1, 1], [2, 2, 2], [3, 3, 3]]);
    m[2] = None;
    let fit = quantiles([2; 3]).fit_columns(&ids, &r, &f, &m).unwrap();
    assert_eq!(codes(&fit), ["211", "122", "-"]);
    let report = fit.model.scoring().report.as_ref().unwrap();
    assert_eq!((report.customers, report.left_out), (2, 1));

    let row = |m: Option<Value>| [Some(Value::Integer(1)), Some(Value::Integer(2)), m];
    assert_eq!(fit.model.score_row(&row(Some(2.into()))).unwrap().number(), 222);
    assert_eq!(fit.model.score_row(&row(None)), None);
    assert_eq!(fit.model.score_row(&row(Some(true.into()))), None);
    assert_eq!(fit.model.score_row(&row(Some(euro(2).into()))), None);
    assert_eq!(fit.model.score_row(&[]), None);
}

#[test]
fn one_customer_is_fitted_with_a_report_of_what_is_unused() {
    let fit = fit(&quantiles([5; 3]), &[[3, 1, 20]]);
    assert_eq!(codes(&fit), ["511"]);
    let report = fit.model.scoring().report.clone().unwrap();
    let unused = |population: &Population| population.unused().collect::<Vec<_>>();
    assert_eq!(unused(&report.recency), [1, 2, 3, 4]);
    assert_eq!(unused(&report.monetary), [2, 3, 4, 5]);
}

#[test]
fn of_values_that_are_as_common_the_least_is_reported() {
    let fit = fit(&quantiles([2; 3]), &[3, 2, 9, 2, 3].map(|days| [days, 1, 1]));
    let recency = fit.model.scoring().report.clone().unwrap().recency;
    assert_eq!((recency.commonest, recency.commonest_customers), (Some(2.into()), 2));
}

#[test]
fn whole_numbers_are_compared_with_cuts_that_are_numbers() {
    let half = |number: f64| Figure::Number(Number::new(number).unwrap());
    let scoring = Scoring {
        recency: Scale { feature: "a".into(), cuts: Cuts::Thresholds(vec![half(1.5)]) },
        frequency: Scale { feature: "b".into(), cuts: Cuts::Quantiles(vec![half(2.0)]) },
        monetary: Scale { feature: "c".into(), cuts: Cuts::Thresholds(vec![half(2.0)]) },
        report: None,
    };
    let model = scoring.check().unwrap();
    assert_eq!(model.score(1.into(), 2.into(), 2.into()).unwrap().to_string(), "212");
    assert_eq!(model.score(2.into(), half(2.5), half(1.5)).unwrap().to_string(), "121");
}

#[test]
fn a_model_of_plain_numbers_scores_money_in_major_units() {
    let rows = [12.39, 12.4, 12.41].map(|spend| [Some(3.0), Some(1.0), Some(spend)]);
    let rows = ["a", "b", "c"].map(id).into_iter().zip(rows);
    let names = ["recency_days", "orders(lifetime)", "spend(lifetime)"];
    let table = FeatureTable::new(names, rows).unwrap();
    let model = quantiles([2, 2, 3]).fit_table(&table).unwrap().model;
    for (cents, score) in [(1_239, 1), (1_240, 2), (1_241, 3)] {
        let found = model.score(3.into(), 1.into(), euro(cents)).unwrap();
        assert_eq!(found.m, score, "{cents}");
    }
}

#[test]
fn a_table_is_scored_like_its_rows() {
    let columns = [
        Column::new("spend(lifetime)", Measure::Money(Currency::EUR)),
        Column::new("recency_days", Measure::Integer),
        Column::new("orders(lifetime)", Measure::Integer),
    ];
    let rows = [
        (id("ann"), [Some(12.5), Some(3.0), Some(2.0)]),
        (id("bob"), [Some(0.1), Some(4.0), Some(1.0)]),
        (id("cat"), [Some(0.0), None, Some(0.0)]),
    ];
    let table = FeatureTable::new(columns, rows).unwrap();
    let fit = quantiles([2; 3]).fit_table(&table).unwrap();
    assert_eq!(codes(&fit), ["222", "111", "-"]);
    assert_eq!(fit.model.score_all(&table).unwrap(), fit.scores);
    assert_eq!(fit.model.scoring().monetary.cuts, Cuts::Quantiles(vec![euro(10)]));
}

#[test]
fn every_problem_of_a_fit_is_told_with_its_place() {
    let recipe = Rfm {
        recency: Dimension::quantiles("recency", 10),
        frequency: Dimension::quantiles("subscribed", 1),
        monetary: Dimension::thresholds("orders(lifetime)", [5, 5]),
        ..Rfm::default()
    };
    let columns = [
        Column::new("recency_days", Measure::Integer),
        Column::new("subscribed", Measure::Bool),
        Column::new("orders(lifetime)", Measure::Integer),
    ];
    let rows = [(id("ann"), [Some(1.0), Some(1.0), Some(2.0)])];
    let table = FeatureTable::new(columns, rows).unwrap();
    assert_eq!(
        recipe.fit_table(&table).unwrap_err().to_string(),
        "`recency.method.quantiles`: 10 scores: a dimension has 2 to 9\n\
         `frequency.method.quantiles`: 1 scores: a dimension has 2 to 9\n\
         `monetary.method.thresholds[1]`: `5` comes after `5`: write cuts from the least to the \
         greatest\n\
         `recency.feature`: there is no column `recency`\n\
         `frequency.feature`: `subscribed` is yes or no: only numbers and money are scored"
    );
}

#[test]
fn customers_and_columns_that_do_not_fit_are_refused() {
    let told = |recipe: &Rfm, ids: &[&str], columns: &[Vec<Option<Figure>>; 3]| {
        let ids: Vec<CustomerId> = ids.iter().map(id).collect();
        let [r, f, m] = columns;
        recipe.fit_columns(&ids, r, f, m).unwrap_err().to_string()
    };
    let recipe = quantiles([2; 3]);
    let two = columns(&[[1, 1, 1], [2, 2, 2]]);
    assert_eq!(
        told(&recipe, &["a", "b", "a"], &two),
        "`recency`: 2 cells for 3 customers\n`frequency`: 2 cells for 3 customers\n\
         `monetary`: 2 cells for 3 customers\n`customers[2]`: the customer `a` is there twice"
    );
    assert_eq!(
        told(&recipe, &[], &columns(&[])),
        "`customers`: no customer has what is scored: quantiles need at least one"
    );

    let mut mixed = two;
    mixed[2][1] = Some(euro(2));
    assert_eq!(
        told(&recipe, &["a", "b"], &mixed),
        "`monetary.feature`: `spend(lifetime)` has `1` and `0.02 EUR`, which cannot be compared"
    );
    let euros = Rfm { monetary: Dimension::thresholds("spend(lifetime)", [euro(500)]), ..recipe };
    assert_eq!(
        told(&euros, &["a"], &columns(&[[1, 1, 1]])),
        "`monetary.method.thresholds[0]`: `5.00 EUR` cannot be compared with `spend(lifetime)`, \
         which is a whole number"
    );
}

fn thirds() -> Grid {
    serde_json::from_str(
        r#"{"bins": {"r": 3, "f": 3}, "segments": [
            {"id": "best", "name": "Best", "cells": ["33"]},
            {"id": "others", "name": "Others"}], "else": "others"}"#,
    )
    .unwrap()
}

#[test]
fn a_grid_of_two_dimensions_does_not_look_at_spend() {
    let rows = [1, 2, 3].map(|n| {
        (id(n.to_string()), [Some(f64::from(4 - n)), Some(f64::from(n)), Some(f64::from(9 - n))])
    });
    let names = ["recency_days", "orders(lifetime)", "spend(lifetime)"];
    let table = FeatureTable::new(names, rows).unwrap();
    let recipe = RfmSegmentation { rfm: quantiles([3, 3, 2]), grid: thirds().check().unwrap() };
    let segments = recipe.fit_seeded(&table, 0).unwrap();
    let memberships = segments.assign_all(&table, NaiveDate::default()).unwrap();
    let ids: Vec<&str> = memberships.iter().map(|m| m.primary().unwrap().as_str()).collect();
    assert_eq!(ids, ["others", "others", "best"]);
    assert!(segments.assign(&[None, None, None], NaiveDate::default()).is_empty());
}

#[test]
fn a_grid_of_other_scores_is_refused() {
    let grid = StandardGrid::Standard125.grid().check().unwrap();
    let model = fit(&quantiles([5, 4, 5]), &[[1, 1, 1]]).model;
    assert_eq!(
        RfmSegments::new(model, grid).unwrap_err().to_string(),
        "`grid.bins`: the grid has 5 × 5 × 5 scores, the customers have 5 × 4 × 5"
    );
}
