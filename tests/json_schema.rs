//! The JSON Schema of a program's document accepts what the crate reads, and refuses what it does
//! not read for its shape.

#![cfg(all(feature = "schemars", feature = "proptest"))]

use jsonschema::Validator;
use loyalty::program::Spec;
use loyalty::strategy;
use proptest::prelude::*;
use serde_json::{Value, json};

const QUICKSTART: &str = include_str!("../examples/quickstart/program.json");

fn schema() -> Validator {
    jsonschema::validator_for(&Spec::json_schema().to_value()).expect("a schema")
}

/// A program with one more key or another value.
fn with(key: &str, value: Value) -> Value {
    let mut document = json!({"loyalty": 1, "name": "Beans", "currency": "EUR"});
    document[key] = value;
    document
}

/// A program with one offer for those for whom `rule` holds.
fn when(rule: Value) -> Value {
    with("offers", json!([{"id": "a", "benefit": {"points": 1}, "when": rule}]))
}

#[track_caller]
fn agree(schema: &Validator, document: &Value, accepted: bool) {
    let read = Spec::from_json(&document.to_string());
    assert_eq!(read.is_ok(), accepted, "the crate: {document}: {read:?}");
    let errors: Vec<String> = schema.iter_errors(document).map(|e| e.to_string()).collect();
    assert_eq!(errors.is_empty(), accepted, "the schema: {document}: {errors:?}");
}

#[test]
fn documents_that_are_read_are_accepted() {
    let schema = schema();
    let quickstart: Value = serde_json::from_str(QUICKSTART).unwrap();
    agree(&schema, &quickstart, true);
    for document in [
        with("name", json!("Tea")),
        with("$schema", json!("./loyalty.schema.json")),
        with("zone", json!("Europe/Brussels")),
        with("retention", json!({"days": 730})),
        with("attributes", json!({"club": {"kind": "text", "one_of": ["a", "b"]}})),
        when(json!(true)),
        when(json!({"field": "orders(30d)", "at_least": 5})),
        when(json!({"field": "spend(30d)", "between": ["1.00 EUR", "2.00 EUR"]})),
        when(json!({"all": [{"missing": "email"}, {"not": {"field": "age_years", "is": 2}}]})),
        when(json!({"at_least": 1, "of": [{"field": "interests", "any_of": ["tea"]}]})),
        when(json!({"coalesce": ["points"], "default": 0, "above": 5})),
        when(json!({"field": "birthday", "anniversary_within_next": "14d"})),
    ] {
        agree(&schema, &document, true);
    }
}

#[test]
fn documents_of_another_shape_are_refused() {
    let schema = schema();
    for document in [
        json!({"loyalty": 1, "name": "Beans"}),
        with("currency", json!(5)),
        with("nmae", json!("Tea")),
        with("retention", json!({"for": 5})),
        with("offers", json!([{"id": "a"}])),
        with("offers", json!([{"id": "a", "benefit": {"pionts": 1}}])),
        with("lanes", json!([{"id": "a", "mode": "worst"}])),
        when(json!({"feild": "orders(30d)", "at_least": 5})),
        when(json!({"field": "orders(30d)"})),
        when(json!({"field": "orders(30d)", "at_least": 5, "above": 1})),
        when(json!({"field": "orders(30d)", "atleast": 5})),
        when(json!({"all": [], "any": []})),
        when(json!({"of": [true]})),
        when(json!({"missing": "email", "is": 1})),
        when(json!(5)),
    ] {
        agree(&schema, &document, false);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_program_that_is_written_is_accepted(spec in strategy::spec(loyalty::Currency::EUR)) {
        let document = serde_json::to_value(&spec).unwrap();
        let errors: Vec<String> =
            schema().iter_errors(&document).map(|error| error.to_string()).collect();
        prop_assert!(errors.is_empty(), "{}: {:?}", document, errors);
    }
}
