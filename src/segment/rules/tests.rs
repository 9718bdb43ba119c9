//! The segments that programs start from, on customers of each kind.

use proptest::prelude::*;

use super::*;
use crate::feature::{Column, FeatureTable, Measure};
use crate::id::CustomerId;
use crate::money::Currency;
use crate::rule::{Field, Kind, Sheet, field};

const SEGMENTS: &str = r#"[
  {"id": "frequent", "name": "Frequent buyers", "when": {"field": "orders(30d)", "above": 5}},
  {"id": "lapsed", "name": "Lapsed", "description": "Bought, but not in the last 180 days.",
   "when": {"field": "recency_days", "above": 180}},
  {"id": "vip", "name": "VIP", "when": {"all": [
     {"field": "spend(1y)", "at_least": "1000.00 EUR"},
     {"field": "orders(1y)", "at_least": 4}]}},
  {"id": "christmas", "name": "Christmas shoppers",
   "when": {"field": "month_share(12)", "at_least": 0.5}},
  {"id": "quiet", "name": "Low engagement", "when": {"all": [
     {"field": "engagement(90d)", "at_most": 1},
     {"field": "recency_days", "at_most": 180}]}},
  {"id": "flanders", "name": "Flanders",
   "when": {"field": "region", "one_of": ["Gent", "Brugge"]}},
  {"id": "outdoors", "name": "Outdoors",
   "when": {"field": "interests", "any_of": ["hiking", "camping"]}}
]"#;

fn schema() -> Schema {
    Schema::new([
        Field::new("email", Kind::Text),
        Field::new("interests", Kind::Set),
        Field::new("region", Kind::Text),
        Field::new("orders(30d)", Kind::Integer),
        Field::new("orders(1y)", Kind::Integer),
        Field::new("recency_days", Kind::Integer),
        Field::new("engagement(90d)", Kind::Integer),
        Field::money("spend(1y)", Currency::EUR),
        Field::new("month_share(12)", Kind::Number),
    ])
    .unwrap()
}

fn written() -> Vec<RuleSegment> {
    serde_json::from_str(SEGMENTS).unwrap()
}

fn today() -> NaiveDate {
    "2026-01-31".parse().unwrap()
}

fn euro(text: &str) -> Value {
    Value::Money(text.parse().unwrap())
}

/// Checks which segments a customer of whom only `known` is known is in, by facts and by row.
#[track_caller]
fn check(known: &[(&str, Value)], expected: &[&str]) {
    let schema = schema();
    let segments = RuleSegments::check(&written(), &schema).unwrap();
    let mut sheet = Sheet::new(today());
    for (name, value) in known {
        sheet.set(schema.slot(name).unwrap(), Some(value.clone()));
    }
    let membership = segments.membership(&sheet);
    let ids: Vec<&str> = membership.iter().map(|share| share.segment.as_str()).collect();
    assert_eq!(ids, expected);

    let value = |name: &Text| known.iter().find(|(known, _)| *known == name.as_str());
    let row: Vec<Option<Value>> =
        segments.inputs().iter().map(|name| value(name).map(|(_, value)| value.clone())).collect();
    assert_eq!(segments.assign(&row, today()), membership);
}

#[test]
fn frequent_buyers_have_more_than_5_orders_in_30_days() {
    check(&[("orders(30d)", 5.into())], &[]);
    check(&[("orders(30d)", 6.into())], &["frequent"]);
}

#[test]
fn who_never_bought_has_not_lapsed() {
    check(&[("recency_days", 181.into())], &["lapsed"]);
    check(&[("recency_days", 180.into())], &[]);
    check(&[], &[]);
}

#[test]
fn a_vip_spends_much_and_comes_back() {
    check(&[("spend(1y)", euro("1000.00 EUR")), ("orders(1y)", 4.into())], &["vip"]);
    check(&[("spend(1y)", euro("999.99 EUR")), ("orders(1y)", 9.into())], &[]);
    check(&[("spend(1y)", euro("5000.00 EUR"))], &[]);
}

#[test]
fn seasonal_buyers_place_half_of_their_orders_in_one_month() {
    check(&[("month_share(12)", Value::number(0.5).unwrap())], &["christmas"]);
    check(&[("month_share(12)", Value::number(0.49).unwrap())], &[]);
}

#[test]
fn low_engagement_is_of_customers_who_have_not_lapsed() {
    check(&[("engagement(90d)", 1.into()), ("recency_days", 20.into())], &["quiet"]);
    check(&[("engagement(90d)", 0.into()), ("recency_days", 200.into())], &["lapsed"]);
}

#[test]
fn region_and_interests_make_segments_as_well_as_purchases() {
    check(&[("region", "Gent".into())], &["flanders"]);
    check(&[("region", "Liège".into()), ("interests", Value::set(["chess"]))], &[]);
    check(
        &[
            ("orders(30d)", 7.into()),
            ("region", "Brugge".into()),
            ("interests", Value::set(["chess", "camping"])),
        ],
        &["flanders", "frequent", "outdoors"],
    );
}

#[test]
fn the_inputs_are_the_fields_that_the_rules_use() {
    let segments = RuleSegments::check(&written(), &schema()).unwrap();
    let inputs: Vec<&str> = segments.inputs().iter().map(Text::as_str).collect();
    let written = written();
    let of_rules: BTreeSet<&str> =
        written.iter().flat_map(|segment| segment.when.fields()).collect();
    assert_eq!(BTreeSet::from_iter(inputs.iter().copied()), of_rules);
    assert_eq!((inputs.len(), inputs.contains(&"email")), (8, false));
}

#[test]
fn every_segment_tells_why_a_customer_is_in_it_or_not() {
    let segments = RuleSegments::check(&written()[..3], &schema()).unwrap();
    let inputs = ["orders(30d)", "orders(1y)", "recency_days", "spend(1y)"];
    assert!(segments.inputs().iter().map(Text::as_str).eq(inputs));
    let row = [Some(4.into()), None, Some(200.into()), Some(euro("1200.00 EUR"))];
    let facts = segments.facts(&row, today());
    let told: Vec<String> = segments
        .explain(&facts)
        .map(|(segment, verdict)| format!("{} {}: {verdict}", segment.name, verdict.truth))
        .collect();
    assert_eq!(
        told,
        [
            "Frequent buyers does not hold: orders(30d) is 4, wanted above 5 (2 more)",
            "Lapsed holds: recency_days is 200, above 180",
            "VIP is unknown: orders(1y) is not known",
        ]
    );
}

#[test]
fn every_problem_of_a_list_is_told_with_its_place() {
    let mut written = written();
    written[1].id = written[0].id.clone();
    written[2].name = String::new();
    written[3].when = field("orders(30d)").at_least("often").and(field("regoin").is("Gent"));
    assert_eq!(
        RuleSegments::check(&written, &schema()).unwrap_err().to_string(),
        "`[1].id`: the segment `frequent` is there twice: also at [0]\n\
         `[2].name`: the segment has no name\n\
         `[3].when.all[0].at_least`: `orders(30d)` takes a whole number, written like `5`, \
         not `\"often\"`\n\
         `[3].when.all[1].field`: `regoin` is no known field: did you mean `region`?"
    );
    let error = serde_json::from_str::<Vec<RuleSegment>>(r#"[{"id": "a", "name": "A"}]"#);
    assert!(error.unwrap_err().to_string().starts_with("missing field `when`"));
}

#[test]
fn a_list_without_segments_puts_nobody_anywhere() {
    let segments = RuleSegments::check(&[], &schema()).unwrap();
    assert!(segments.inputs().is_empty() && segments.assign(&[], today()).is_empty());
}

#[test]
fn a_table_is_assigned_like_its_rows() {
    let kept = |segment: &RuleSegment| !["flanders", "outdoors"].contains(&segment.id.as_str());
    let written: Vec<RuleSegment> = written().into_iter().filter(kept).collect();
    let segments = RuleSegments::check(&written, &schema()).unwrap();
    let columns = ["orders(30d)", "recency_days", "orders(1y)", "engagement(90d)"]
        .map(|name| Column::new(name, Measure::Integer))
        .into_iter()
        .chain([
            Column::new("spend(1y)", Measure::Money(Currency::EUR)),
            Column::new("month_share(12)", Measure::Number),
        ]);
    let id = |text: &str| CustomerId::new(text).unwrap();
    let rows = [
        (id("ann"), [Some(6.0), Some(3.0), Some(8.0), Some(0.0), Some(1000.0), Some(0.25)]),
        (id("bob"), [Some(0.0), Some(190.0), Some(1.0), None, Some(20.0), Some(1.0)]),
        (id("cat"), [None; 6]),
    ];
    let table = FeatureTable::new(columns, rows).unwrap();
    let all = segments.assign_all(&table, today()).unwrap();
    let ids: Vec<Vec<&str>> =
        all.iter().map(|m| m.iter().map(|share| share.segment.as_str()).collect()).collect();
    assert_eq!(ids, [vec!["frequent", "quiet", "vip"], vec!["christmas", "lapsed"], vec![]]);
}

proptest! {
    #[test]
    fn any_row_is_assigned_and_a_missing_value_never_adds_a_segment(
        row in prop::collection::vec(prop::option::of(-10_i64..400), 0..12),
        gap in 0_usize..12,
    ) {
        let segments = RuleSegments::check(&written(), &schema()).unwrap();
        let row: Vec<Option<Value>> = row.into_iter().map(|n| n.map(Value::Integer)).collect();
        let full = segments.assign(&row, today());
        let mut less = row;
        if let Some(value) = less.get_mut(gap) {
            *value = None;
        }
        for share in &segments.assign(&less, today()) {
            prop_assert!(full.contains(&share.segment));
        }
    }
}
