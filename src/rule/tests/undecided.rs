//! Sets of which not everything is known.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::rule::{Field, Kind, Rule, Schema, Sheet, Text, Truth, Value, field, not};

#[test]
fn an_answer_that_hangs_on_an_undecided_text_is_unknown() {
    let schema = Schema::new([Field::new("segments", Kind::Set)]).unwrap();
    let slot = schema.slot("segments").unwrap();
    let mut sheet = Sheet::new(NaiveDate::default());
    sheet.set(slot, Some(Value::set(["in"])));
    sheet.leave_undecided(slot, BTreeSet::from([Text::from("open")]));
    let segments = || field("segments");
    let cases: [(Rule, Truth); 11] = [
        (segments().any_of(["in"]), Truth::Hold),
        (segments().any_of(["in", "open"]), Truth::Hold),
        (segments().any_of(["open"]), Truth::Unknown),
        (segments().any_of(["out"]), Truth::Fail),
        (segments().none_of(["open", "out"]), Truth::Unknown),
        (segments().none_of(["in", "open"]), Truth::Fail),
        (segments().none_of(["out"]), Truth::Hold),
        (segments().all_of(["in", "open"]), Truth::Unknown),
        (segments().all_of(["open", "out"]), Truth::Fail),
        (not(segments().any_of(["open"])), Truth::Unknown),
        (not(segments().any_of(["out"])), Truth::Hold),
    ];
    for (rule, expected) in cases {
        let checked = rule.check(&schema).unwrap();
        assert_eq!(checked.truth(&sheet), expected, "{rule:?}");
        assert_eq!(checked.explain(&sheet).truth, expected, "{rule:?}");
    }
}

#[test]
fn a_turn_decides_what_is_undecided() {
    let schema = Schema::new([Field::new("segments", Kind::Set)]).unwrap();
    let slot = schema.slot("segments").unwrap();
    let mut sheet = Sheet::new(NaiveDate::default());
    sheet.set(slot, Some(Value::set(["in"])));
    sheet.leave_undecided(slot, BTreeSet::from([Text::from("open")]));
    for (rule, told) in [
        (field("segments").any_of(["open"]), "segments with open added"),
        (field("segments").none_of(["open"]), "segments known (none of open)"),
        (field("segments").any_of(["in"]), "it holds already"),
    ] {
        assert_eq!(rule.check(&schema).unwrap().turns(&sheet).to_string(), told);
    }
}
