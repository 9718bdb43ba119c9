//! Histories and customers as they are stored, also by a hostile hand.

use proptest::prelude::*;

use super::*;

/// An event of each way of keeping it; the fingerprint is how `sha256sum` of `e2` begins.
const FOLDED: &str = concat!(
    r#"{"retention":{"days":3},"events":[{"id":"e9","customer":"ada","#,
    r#""at":"2026-01-09T12:00:00Z","recorded_at":"2026-01-09T12:00:00Z","kind":"app_opened"}],"#,
    r#""summary":{"horizon":"2026-01-06T12:00:00Z","lasting":[{"id":"e1","customer":"ada","#,
    r#""at":"2026-01-01T12:00:00Z","recorded_at":"2026-01-01T12:00:00Z","#,
    r#""kind":{"purchase":{"order":"o1","basket":{"lines":["#,
    r#"{"id":"A","product":"A","quantity":1,"unit_price":"5.00 EUR"}]}}}}],"#,
    r#""traces":[{"kind":"view","#,
    r#""events":[["2026-01-02T12:00:00Z","ac0f09c0f8bf5e7a4b063d863255f16d"]]}]}}"#,
);

#[test]
fn the_stored_form_is_this() {
    let mut history = history("e1 1 buy o1 A:1@5.00\n e2 2 view p\n e9 9 open");
    history.retain(Retention::Days(3));
    let json = serde_json::to_string(&history).unwrap();
    assert_eq!(json, FOLDED);
    assert_eq!(serde_json::from_str::<History>(FOLDED).unwrap(), history);
    assert_eq!(serde_json::from_str::<History>("{}").unwrap(), History::default());
    assert_eq!(serde_json::to_string(&History::default()).unwrap(), r#"{"events":[]}"#);
}

/// What is told of the stored form with `from` replaced by `to`.
fn check(from: &str, to: &str, expected: &str) {
    assert!(FOLDED.contains(from), "{from}");
    let error = serde_json::from_str::<History>(&FOLDED.replacen(from, to, 1)).unwrap_err();
    let error = error.to_string();
    let told = error.rsplit_once(" at line").map_or(error.as_str(), |(told, _)| told);
    assert_eq!(told, expected, "{from} → {to}");
}

#[test]
fn a_hostile_record_is_refused_with_the_place() {
    check(r#""id":"e9""#, r#""id":"e1""#, "`events[0].id`: event `e1` is there twice");
    check(r#""id":"e9""#, r#""id":"e2""#, "`events[0].id`: event `e2` is there twice");
    check(
        "2026-01-09T12:00:00Z",
        "2026-01-05T12:00:00Z",
        "`events[0]`: it happened before the summary's horizon",
    );
    check(
        "2026-01-01T12:00:00Z",
        "2026-01-06T12:00:00Z",
        "`summary.lasting[0]`: it did not happen before the summary's horizon",
    );
    check(
        "2026-01-02T12:00:00Z",
        "2027-01-02T12:00:00Z",
        "`summary.traces[0].events[0]`: it did not happen before the summary's horizon",
    );
    check(
        r#""horizon":"2026-01-06T12:00:00Z","#,
        "",
        "`summary.lasting[0]`: it did not happen before the summary's horizon\n\
         `summary.traces[0].events[0]`: it did not happen before the summary's horizon",
    );
    check(
        r#""kind":"view""#,
        r#""kind":"return""#,
        "`summary.traces[0].kind`: events of type return are not kept in this list",
    );
    check(
        "ac0f09c0f8bf5e7a4b063d863255f16d",
        "+c0f09c0f8bf5e7a4b063d863255f16d",
        "a fingerprint is 32 hexadecimal digits",
    );
    check(
        r#""retention":{"days":3}"#,
        r#""retention":{"days":-3}"#,
        "invalid value: integer `-3`, expected u32",
    );
    check(
        r#""retention""#,
        r#""Retention""#,
        "unknown field `Retention`, expected one of `retention`, `events`, `summary`",
    );
}

#[test]
fn events_that_are_out_of_order_or_in_the_wrong_list_are_all_told() {
    let event = |id: &str, day: u8| {
        format!(
            r#"{{"id":"{id}","customer":"ada","at":"2026-01-0{day}T12:00:00Z",
                 "recorded_at":"2026-01-09T12:00:00Z","kind":"app_opened"}}"#
        )
    };
    let json = format!(
        r#"{{"events":[{},{},{}],
             "summary":{{"horizon":"2026-01-01T12:00:00Z","lasting":[{}]}}}}"#,
        event("e3", 3),
        event("e2", 2),
        event("e2", 2),
        event("e0", 0).replace("2026-01-00", "2025-12-30"),
    );
    let told = serde_json::from_str::<History>(&json).unwrap_err().to_string();
    assert_eq!(
        told,
        "`summary.lasting[0].kind`: events of type app_opened are not kept in this list\n\
         `events[1]`: it happened before the one in front of it\n\
         `events[2].id`: event `e2` is there twice"
    );
}

#[test]
fn nested_lists_without_end_are_refused() {
    let deep = format!(r#"{{"events":{}"#, "[".repeat(1_000_000));
    assert!(serde_json::from_str::<History>(&deep).is_err());
}

#[test]
fn all_problems_of_a_customer_are_told() {
    let customer: Customer = serde_json::from_str(
        r#"{"id":"ada","attributes":{"birthday":"1990-02-28","country":"BE","household_size":0,
            "interests":["a"],"latitude":90.5,"longitude":1,"preferred_channel":"pigeon"}}"#,
    )
    .unwrap();
    assert_eq!(
        customer.validate().unwrap_err().to_string(),
        "`attributes.birthday`: it is a date, not a text\n\
         `attributes.household_size`: the household has 0 members: the customer is one\n\
         `attributes.latitude`: 90.5 degrees are outside ±90\n\
         `attributes.longitude`: it is a number, not a whole number\n\
         `attributes.preferred_channel`: `pigeon` is no channel: \
         one of web, app, store, email, sms, push, phone, mail, social, partner"
    );
}

#[test]
fn every_well_known_attribute_is_a_name_and_is_read_by_its_method() {
    for (name, ..) in WELL_KNOWN {
        assert_eq!(AttributeName::new(name).unwrap().as_str(), *name);
    }
    let born = NaiveDate::from_ymd_opt(1992, 2, 29).unwrap();
    let ada = Customer::new(ada()).born(born).valuing(["craft"]).with("household_size", 3).unwrap();
    ada.validate().unwrap();
    let on = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
    assert_eq!(ada.attributes.birthday(), Some(born));
    assert_eq!(ada.attributes.age_years(on(2026, 2, 28)), Some(33));
    assert_eq!(ada.attributes.age_years(on(2026, 3, 1)), Some(34));
    assert_eq!(ada.attributes.age_years(on(1992, 2, 28)), None);
    assert_eq!(ada.attributes.household_size(), Some(3));
    assert_eq!(ada.attributes.values().map(|values| values.len()), Some(1));
    assert_eq!(ada.attributes.city(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_mutated_record_is_read_or_refused_but_never_panics(
        place in 0..FOLDED.len(),
        length in 0_usize..8,
        with in "[\\PC]{0,3}|[0-9\"\\[\\]{},:]{0,4}",
    ) {
        let end = (place + length).min(FOLDED.len());
        let mutated = format!("{}{with}{}", &FOLDED[..place], &FOLDED[end..]);
        if let Ok(history) = serde_json::from_str::<History>(&mutated) {
            let purchases = history.purchases(&ada(), Currency::EUR, day(20));
            prop_assert!(purchases.order_count() <= 1);
            let again = serde_json::to_string(&history).unwrap();
            prop_assert_eq!(serde_json::from_str::<History>(&again).unwrap(), history);
        }
    }
}
