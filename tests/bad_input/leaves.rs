//! Documents in which one part is hostile, missing, superfluous or there too often.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;
use serde_json::Value;

use crate::bytes::assert_clear;
use crate::documents::{document, valid};
use crate::doors::{Answer, Door};

/// The place of a part: keys and positions from the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Item(usize),
}

/// The places of all parts, the root first.
pub fn places(document: &Value) -> Vec<Vec<Step>> {
    let mut places = vec![Vec::new()];
    let below: Vec<(Step, &Value)> = match document {
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| (Step::Key(key.clone()), value)).collect()
        }
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, value)| (Step::Item(index), value)).collect()
        }
        _ => Vec::new(),
    };
    for (step, value) in below {
        places.extend(places_under(&step, value));
    }
    places
}

fn places_under(step: &Step, value: &Value) -> Vec<Vec<Step>> {
    let under = |rest: Vec<Step>| [vec![step.clone()], rest].concat();
    places(value).into_iter().map(under).collect()
}

pub fn at<'a>(document: &'a mut Value, place: &[Step]) -> &'a mut Value {
    place.iter().fold(document, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::Item(index) => &mut value[*index],
    })
}

/// The place as problems name it.
fn written(place: &[Step]) -> String {
    place.iter().fold(String::new(), |path, step| match step {
        Step::Key(key) if path.is_empty() => key.clone(),
        Step::Key(key) => format!("{path}.{key}"),
        Step::Item(index) => format!("{path}[{index}]"),
    })
}

/// The document with `text` in place of a part, whether that is JSON or not.
fn with(document: &Value, place: &[Step], text: &str) -> String {
    const MARK: &str = "@@hostile@@";
    let mut document = document.clone();
    *at(&mut document, place) = Value::from(MARK);
    document.to_string().replace(&format!("\"{MARK}\""), text)
}

/// Values that break what was not written with care.
fn hostile() -> impl Strategy<Value = String> {
    let fixed = [
        "null",
        "true",
        "0",
        "-1",
        "0.5",
        "-0.0",
        "1e308",
        "1e999",
        "-1e999",
        "5e-324",
        "NaN",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551616",
        "4294967296",
        "[]",
        "{}",
        "[[]]",
        "[null]",
        "{\"\":null}",
        "{\"all\":[]}",
        "\"\"",
        "\" \"",
        "\"\\u0000\"",
        "\"\\ud800\"",
        "\"NaN\"",
        "\"e1\"",
        "\"92233720368547758.07 EUR\"",
        "\"-92233720368547758.08 EUR\"",
        "\"92233720368547758.08 EUR\"",
        "\"1.00 USD\"",
        "\"9223372036854775807 JPY\"",
        "\"1 XXX\"",
        "\"100%\"",
        "\"42949672.95%\"",
        "\"1000x\"",
        "\"0x\"",
        "\"0d\"",
        "\"10000y\"",
        "\"4294967295min\"",
        "\"1900-01-01T00:00:00Z\"",
        "\"2199-12-31T23:59:59.999999999Z\"",
        "\"-262143-01-01T00:00:00Z\"",
        "\"+262142-12-31T23:59:59Z\"",
        "\"2024-06-30T23:59:60Z\"",
        "{\"date\":\"-262143-01-01\"}",
        "{\"date\":\"+262142-12-31\"}",
        "{\"money\":\"92233720368547758.07 EUR\"}",
    ];
    let deep = Just(["[".repeat(200), "]".repeat(200)].concat());
    let long = Just(format!("\"{}\"", "x".repeat(5_000)));
    let digits = Just("9".repeat(2_000));
    prop_oneof![
        12 => select(fixed.to_vec()).prop_map(str::to_owned),
        1 => deep,
        1 => long,
        1 => digits,
    ]
}

/// Objects whose keys are the user's own.
fn is_map(place: &[Step]) -> bool {
    let own = ["attributes", "changes", "floors", "values", "any", "all"];
    matches!(place.last(), Some(Step::Key(key)) if own.contains(&key.as_str()))
}

fn part() -> impl Strategy<Value = (Door, Value, Vec<Step>)> {
    (document(), any::<Index>()).prop_map(|((door, document), index)| {
        let place = index.get(&places(&document)).clone();
        (door, document, place)
    })
}

/// An object in a document that has something in it.
fn object() -> impl Strategy<Value = (Door, Value, Vec<Step>)> {
    (document(), any::<Index>()).prop_filter_map("an object", |((door, document), index)| {
        let mut copy = document.clone();
        let mut objects = places(&document);
        let fields = |value: &Value| value.as_object().is_some_and(|fields| !fields.is_empty());
        objects.retain(|place| fields(at(&mut copy, place)));
        let place = (!objects.is_empty()).then(|| index.get(&objects).clone())?;
        Some((door, document, place))
    })
}

#[test]
fn a_key_of_the_users_own_that_is_there_twice_is_refused_as_well() {
    let refused_by = |door: Door, document: &str| match door.hand_in(document) {
        Answer::Unreadable(told) => told,
        _ => panic!("read: {document}"),
    };
    let refused = |document: &str| refused_by(Door::Spec, document);
    let addresses = r#"{"zone": "UTC", "currency": "EUR",
        "contact": {"addresses": {"sms": "phone", "sms": "mobile"}}}"#;
    assert!(refused(addresses).contains("`sms` is there twice"));
    let attributes = r#"{"zone": "UTC", "currency": "EUR",
        "attributes": {"vip": {"kind": "bool"}, "vip": {"kind": "integer"}}}"#;
    assert!(refused(attributes).contains("`vip` is there twice"));
    let floors = r#"{"zone": "UTC", "currency": "EUR",
        "floors": {"mug": "5.00 EUR", "mug": "1.00 EUR"}}"#;
    assert!(refused(floors).contains("`mug` is there twice"));
    let customer = r#"{"id": "ann", "attributes": {"country": "BE", "country": "NL"}}"#;
    assert!(refused_by(Door::Customer, customer).contains("`country` is there twice"));
    let ledger = r#"{"orders": {"stars": "oldest_first", "stars": "newest_first"}, "entries": []}"#;
    assert!(refused_by(Door::Ledger, ledger).contains("`stars` is there twice"));
    for kind in [
        r#"{"attributes_changed": {"changes": {"city": "Gent", "city": null}}}"#,
        r#"{"custom": {"name": "quiz", "values": {"city": 1, "city": 2}}}"#,
    ] {
        let event = format!(
            r#"{{"id": "e", "customer": "ann", "at": "2026-01-01T00:00:00Z",
                "recorded_at": "2026-01-01T00:00:00Z", "kind": {kind}}}"#
        );
        assert!(refused_by(Door::Event, &event).contains("`city` is there twice"));
    }
}

proptest! {
    #![proptest_config(Config::with_cases(512))]

    #[test]
    fn a_hostile_part_is_named_or_does_no_harm(
        (door, document, place) in part(),
        hostile in hostile(),
    ) {
        let answer = door.hand_in(&with(&document, &place, &hostile));
        assert_clear(&answer)?;
        if let Answer::Unreadable(told) = &answer {
            let (named, place) = (told.split('`').nth(1).unwrap_or_default(), written(&place));
            let near = place.starts_with(named) || named.starts_with(&place);
            let near = near || named == "the document";
            prop_assert!(near, "{hostile} at {place}: {told}");
        }
    }

    #[test]
    fn a_key_that_is_not_known_is_refused((door, mut document, place) in object()) {
        at(&mut document, &place)["zz_unknown"] = Value::from(1);
        let answer = door.hand_in(&document.to_string());
        assert_clear(&answer)?;
        let refused = matches!(answer, Answer::Unreadable(_));
        prop_assert!(refused || is_map(&place), "{document}");
    }

    #[test]
    fn a_key_that_is_there_twice_is_refused(
        (door, mut document, place) in object(),
        which: Index,
    ) {
        let object = at(&mut document, &place).as_object_mut().unwrap();
        let key = which.get(&object.keys().cloned().collect::<Vec<_>>()).clone();
        let value = object[&key].clone();
        object.insert("zz_twice".to_owned(), value);
        let text = document.to_string().replace("\"zz_twice\"", &format!("{key:?}"));
        let answer = door.hand_in(&text);
        assert_clear(&answer)?;
        let refused = matches!(answer, Answer::Unreadable(_));
        prop_assert!(refused || is_map(&place), "{text}");
    }

    #[test]
    fn a_part_that_is_missing_is_named_or_not_needed((door, mut document, place) in part()) {
        let Some((last, parent)) = place.split_last() else { return Ok(()) };
        match (last, at(&mut document, parent)) {
            (Step::Key(key), Value::Object(fields)) => {
                fields.remove(key);
            }
            (Step::Item(index), Value::Array(items)) => {
                items.remove(*index);
            }
            _ => {}
        }
        assert_clear(&door.hand_in(&document.to_string()))?;
    }

    #[test]
    fn an_item_that_is_there_twice_does_no_harm((door, mut document, place) in part()) {
        if let Some((Step::Item(index), list)) = place.split_last()
            && let Value::Array(items) = at(&mut document, list)
        {
            items.push(items[*index].clone());
        }
        assert_clear(&door.hand_in(&document.to_string()))?;
    }

    #[test]
    fn parts_that_changed_places_do_no_harm(
        (door, mut document, one) in part(),
        other: Index,
    ) {
        let other = other.get(&places(&document)).clone();
        let value = at(&mut document, &one).clone();
        *at(&mut document, &other) = value;
        assert_clear(&door.hand_in(&document.to_string()))?;
    }
}

proptest! {
    #![proptest_config(Config::with_cases(48))]

    #[test]
    fn a_huge_list_or_text_is_told_in_a_line_or_does_no_harm(
        (door, mut document, place) in part(),
    ) {
        let value = at(&mut document, &place);
        match value {
            Value::Array(items) if !items.is_empty() => {
                *items = items.iter().cycle().take(10_001).cloned().collect();
            }
            value => *value = Value::from("x".repeat(1_000_000)),
        }
        assert_clear(&door.hand_in(&document.to_string()))?;
    }
}

#[test]
fn ids_that_are_there_twice_are_told_with_their_place() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for (door, list, told) in [
        (Door::Spec, "offers", "`offers[1].id`: offer `"),
        (Door::Spec, "segments", "`segments[1].id`: the segment `"),
        (Door::Spec, "earning", "`earning[1].id`: earning rule `"),
        (Door::Event, "kind.purchase.basket.lines", "`kind.purchase.basket.lines[1].id`: line `"),
        (Door::Ledger, "entries", "`entries[1].id`: the entry is number"),
        (Door::History, "events", "`events[1].id`: event `"),
        (Door::Table, "rows", "`rows[1]`: there are two rows of the customer"),
    ] {
        let mut found = false;
        for _ in 0..400 {
            let mut document =
                valid(door).new_tree(&mut runner).map(|tree| tree.current()).unwrap();
            let place = format!("/{}", list.replace('.', "/"));
            let Some(Value::Array(items)) = document.pointer_mut(&place) else { continue };
            let Some(first) = items.first().cloned() else { continue };
            items.insert(1, first);
            let answer = door.hand_in(&document.to_string());
            assert!(answer.told().contains(told), "{answer:?}");
            found = true;
            break;
        }
        assert!(found, "{door:?} with {list}");
    }
}
