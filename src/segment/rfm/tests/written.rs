//! Documents: what authors write, what fits find, and what is told to people.

use serde_json::json;

use super::*;
use crate::money::Currency;
use crate::rule::{Field, Kind, Schema, Value};
use crate::segment::Segmenter;

fn schema() -> Schema {
    Schema::new([
        Field::new("recency_days", Kind::Integer),
        Field::new("orders(1y)", Kind::Integer),
        Field::money("spend(1y)", Currency::EUR),
        Field::new("region", Kind::Text),
    ])
    .unwrap()
}

fn spec(grid: serde_json::Value) -> serde_json::Value {
    json!({
        "scoring": {
            "recency": {"feature": "recency_days", "cuts": {"thresholds": [30, 60, 120, 360]}},
            "frequency": {"feature": "orders(1y)", "cuts": {"thresholds": [2, 3, 5, 10]}},
            "monetary": {"feature": "spend(1y)", "cuts": {"thresholds":
                ["25.00 EUR", "50.00 EUR", "100.00 EUR", "500.00 EUR"]}}
        },
        "grid": grid
    })
}

fn read(json: serde_json::Value) -> RfmSpec {
    serde_json::from_value(json).unwrap()
}

fn row(recency: i64, orders: i64, spend: &str) -> [Option<Value>; 3] {
    let spend: crate::money::Money = spend.parse().unwrap();
    [Some(recency.into()), Some(orders.into()), Some(spend.into())]
}

#[test]
fn a_document_with_thresholds_and_a_standard_grid_makes_segments() {
    let spec = read(spec(json!("standard_125")));
    let segments = spec.check(&schema()).unwrap();
    assert_eq!(spec.features().collect::<Vec<_>>(), ["recency_days", "orders(1y)", "spend(1y)"]);
    let today = "2026-01-31".parse().unwrap();
    let membership = segments.assign(&row(12, 12, "400.00 EUR"), today);
    assert_eq!(membership.primary().unwrap().as_str(), "champions");
}

#[test]
fn segments_survive_json_in_the_form_that_authors_write() {
    let segments = read(spec(json!("recency_frequency"))).check(&schema()).unwrap();
    let json = serde_json::to_string(&segments).unwrap();
    assert_eq!(serde_json::from_str::<RfmSegments>(&json).unwrap(), segments);
    let again: RfmSpec = serde_json::from_str(&json).unwrap();
    assert_eq!(again.check(&schema()).unwrap(), segments);
}

#[test]
fn an_explanation_tells_scores_and_what_the_next_better_ones_take() {
    let segments = read(spec(json!("standard_125"))).check(&schema()).unwrap();
    assert_eq!(
        segments.explain(&row(75, 12, "49.99 EUR")).to_string(),
        "Potential Loyalists, scored 352\n\
         75 days since the last order: 3 of 5 (60 or less for 4)\n\
         12 orders in the last year: 5 of 5\n\
         49.99 EUR spent in the last year: 2 of 5 (50.00 EUR or more for 3)"
    );
    let mut row = row(75, 12, "49.99 USD");
    row[0] = None;
    assert_eq!(
        segments.explain(&row).to_string(),
        "not scored\n\
         days since the last order: not known\n\
         12 orders in the last year: 5 of 5\n\
         49.99 USD spent in the last year: no score"
    );
}

#[test]
fn an_explanation_skips_scores_that_ties_leave_unused() {
    let customers = [1, 1, 1, 2, 3].map(|orders| [0, orders, orders]);
    let model = fit(&quantiles([2, 5, 5]), &customers).model;
    let explanation = model.explain_row(&[Some(0.into()), Some(1.into()), Some(2.into())]);
    assert_eq!(
        explanation.to_string(),
        "scored 214\n\
         0 days since the last order: 2 of 2\n\
         1 order: 1 of 5 (more than 1 for 4)\n\
         spend 2: 4 of 5 (more than 2 for 5)"
    );
}

#[test]
fn every_problem_of_a_document_is_told_with_its_place() {
    let scale = |feature: &str, cuts| json!({"feature": feature, "cuts": cuts});
    let spec = json!({
        "scoring": {
            "recency": scale("recency_day", json!({"nested": [[1, 2]]})),
            "frequency": scale("region", json!({"thresholds": [5, 2, "5.00 EUR"]})),
            "monetary": scale("spend(1y)", json!({"nested": [["5.00 EUR"], ["9.00 USD", 3]]}))
        },
        "grid": {"bins": {"r": 3, "f": 4}, "segments": []}
    });
    assert_eq!(
        read(spec).check(&schema()).unwrap_err().to_string(),
        "`scoring.recency.feature`: `recency_day` is no known field: did you mean `recency_days`?\n\
         `scoring.frequency.feature`: `region` is a text: only numbers and money are scored\n\
         `scoring.monetary.cuts.nested[1][0]`: `9.00 USD` cannot be compared with `spend(1y)`, \
         which is money in EUR\n\
         `scoring.monetary.cuts.nested[1][1]`: `3` cannot be compared with `spend(1y)`, \
         which is money in EUR\n\
         `scoring.recency.cuts.nested`: recency is not scored within another dimension\n\
         `scoring.frequency.cuts.thresholds[1]`: `2` comes after `5`: write cuts from the least to \
         the greatest\n\
         `scoring.frequency.cuts.thresholds[2]`: `2` and `5.00 EUR` cannot be compared\n\
         `scoring.monetary.cuts.nested`: 2 lists of cuts: there are 12 groups of customers\n\
         `scoring.monetary.cuts.nested[1]`: 2 cuts: the first group has 1\n\
         `scoring.monetary.cuts.nested[1][0]`: `5.00 EUR` and `9.00 USD` cannot be compared\n\
         `scoring.monetary.cuts.nested[1][1]`: `9.00 USD` and `3` cannot be compared\n\
         `grid.segments`: `11`, `12`, `13`, `14`, `21`, `22`, `23`, `24`, `31`, `32`, `33`, `34` \
         are in no segment"
    );
}

#[test]
fn documents_with_too_many_or_no_scores_are_refused() {
    let mut document = spec(json!("recency_frequency"));
    document["scoring"]["recency"]["cuts"] = json!({"quantiles": []});
    document["scoring"]["frequency"]["cuts"] = json!({"quantiles": [1, 1, 1, 1, 1, 1, 1, 1, 1]});
    let told = serde_json::from_value::<RfmSegments>(document).unwrap_err().to_string();
    assert_eq!(
        told,
        "`scoring.recency.cuts.quantiles`: 1 scores: a dimension has 2 to 9\n\
         `scoring.frequency.cuts.quantiles`: 10 scores: a dimension has 2 to 9"
    );
}

#[test]
fn json_that_is_no_document_is_refused_with_what_was_expected() {
    for (grid, told) in [
        (json!("standard_124"), "unknown variant `standard_124`, expected `standard_125` or"),
        (json!(125), "expected the name of a standard grid, or a grid"),
        (json!({"bins": {"r": 5}}), "missing field `f`"),
        (json!({"cells": []}), "unknown field `cells`, expected one of"),
    ] {
        let error = serde_json::from_value::<RfmSpec>(spec(grid)).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}
