//! What customers and what rules say of two segments.

use loyalty::feature::{Column, FeatureTable, Measure};
use loyalty::id::SegmentId;
use loyalty::rule::{Field, Kind, Rule, Schema};
use loyalty::segment::Segmenter;
use loyalty::segment::overlap::{Overlaps, Pair, Relation, rule_overlaps};
use loyalty::segment::rules::{RuleSegment, RuleSegments};
use proptest::prelude::*;

use super::{id, today};

fn segment_id(name: &str) -> SegmentId {
    SegmentId::new(name.to_lowercase()).unwrap()
}

fn schema() -> Schema {
    Schema::new(["orders", "days"].map(|name| Field::new(name, Kind::Integer))).unwrap()
}

fn checked(rules: &[(&str, &str)]) -> RuleSegments {
    let written = |(name, text): &(&str, &str)| RuleSegment {
        id: segment_id(name),
        name: (*name).to_owned(),
        description: String::new(),
        when: text.parse::<Rule>().unwrap(),
    };
    RuleSegments::check(&rules.iter().map(written).collect::<Vec<_>>(), &schema()).unwrap()
}

fn table(rows: &[[Option<f64>; 2]]) -> FeatureTable {
    let columns = ["orders", "days"].map(|name| Column::new(name, Measure::Integer));
    let rows = rows.iter().enumerate().map(|(at, row)| (id(&format!("c{at:03}")), *row));
    FeatureTable::new(columns, rows).unwrap()
}

fn found(rules: &[(&str, &str)], rows: &[[i32; 2]]) -> Overlaps {
    let rows: Vec<[Option<f64>; 2]> =
        rows.iter().map(|row| row.map(|number| Some(f64::from(number)))).collect();
    rule_overlaps(&checked(rules), &schema(), &table(&rows), today()).unwrap()
}

fn pair<'a>(overlaps: &'a Overlaps, one: &str, other: &str) -> &'a Pair {
    overlaps.pair(&segment_id(one), &segment_id(other)).unwrap()
}

#[test]
fn shares_are_those_of_the_customers() {
    let rules = [("A", "orders >= 5"), ("B", "days <= 30")];
    let overlaps = found(&rules, &[[9, 10], [5, 40], [7, 90], [1, 20], [1, 60]]);
    let both = pair(&overlaps, "A", "B");
    assert_eq!((both.both, both.only_first, both.only_second), (1, 2, 1));
    assert_eq!((both.jaccard(), both.second_in_first()), (0.25, Some(0.5)));
    assert_eq!(both.first_in_second(), Some(1.0 / 3.0));
    assert_eq!((overlaps.outside(), &overlaps.by_count[..]), (1, &[1, 3, 1][..]));
    assert_eq!(
        overlaps.segments.iter().map(|part| (part.size, part.alone)).collect::<Vec<_>>(),
        [(3, 2), (2, 1)]
    );
    let told = "1 customer is in both A and B: 33 % of the one and 50 % of the other";
    assert_eq!(both.to_string(), told);
    let json = serde_json::to_string(&overlaps).unwrap();
    assert_eq!(serde_json::from_str::<Overlaps>(&json).unwrap(), overlaps);
}

#[test]
fn what_is_so_and_what_must_be_so_are_told_apart() {
    let rows = [[9, 10], [25, 5], [1, 100]];
    for (first, second, expected) in [
        (
            "orders >= 20",
            "orders >= 5",
            "all of A (1 customer) are in B, and by their rules always will be",
        ),
        (
            "orders >= 5",
            "orders >= 20",
            "all of B (1 customer) are in A, and by their rules always will be",
        ),
        (
            "orders >= 20",
            "days <= 30",
            "all of A (1 customer) are in B so far, but their rules do not say so",
        ),
        (
            "orders >= 5",
            "days <= 30",
            "A and B have the same 2 customers so far, but their rules do not say so",
        ),
        (
            "orders >= 5",
            "orders > 4",
            "A and B have the same 2 customers; their rules say the same",
        ),
        (
            "orders >= 5",
            "orders < 5",
            "nobody is in both A and B, and by their rules nobody can be",
        ),
        (
            "orders >= 20",
            "days >= 90",
            "nobody is in both A and B so far, but their rules allow it: orders 20, days 90",
        ),
        ("orders >= 20", "orders >= 9 and days < 8", "A and B have"),
        (
            "orders >= 40",
            "orders >= 30",
            "nobody is in both A and B; by their rules whoever is in A is in B, and not the other \
             way round: orders 30",
        ),
        (
            "orders >= 9",
            "orders >= 8",
            "A and B have the same 2 customers; by their rules whoever is in A is in B, and not \
             the other way round: orders 8",
        ),
    ] {
        let overlaps = found(&[("A", first), ("B", second)], &rows);
        let told = overlaps.pairs[0].to_string();
        assert!(told.starts_with(expected), "{first}, {second}: {told}");
    }
}

#[test]
fn a_witness_shows_what_the_rules_say() {
    let rules = checked(&[("A", "orders >= 20"), ("B", "orders >= 5 or days < 3")]);
    let overlaps = rule_overlaps(&rules, &schema(), &table(&[]), today()).unwrap();
    let Some(Relation::FirstInSecond(witness)) = &overlaps.pairs[0].by_rule else { panic!() };
    let membership = rules.membership(witness);
    assert_eq!(membership.to_string(), "b");
    assert_eq!(
        overlaps.to_string().lines().next(),
        Some("of 0 customers, 0 are in no segment, 0 are in one and 0 are in more")
    );
    assert_eq!(overlaps.pairs[0].first_in_second(), None);
}

#[test]
fn who_is_not_known_is_in_none() {
    let rules = checked(&[("A", "orders >= 5"), ("B", "orders < 5")]);
    let gaps = table(&[[None, None], [Some(6.0), None]]);
    let overlaps = rule_overlaps(&rules, &schema(), &gaps, today()).unwrap();
    assert_eq!((overlaps.outside(), &overlaps.by_count[..]), (1, &[1, 1, 0][..]));
}

#[test]
fn counts_that_nobody_can_have_are_told_all_the_same() {
    let pair = r#"{"first":"a","second":"b","names":["A","B"],
        "both":18446744073709551615,"only_first":18446744073709551615,"only_second":1}"#;
    let json = format!(
        r#"{{"customers":3,"by_count":[0,3,18446744073709551615,1],
            "segments":[],"pairs":[{pair}]}}"#
    );
    let found: Overlaps = serde_json::from_str(&json).unwrap();
    assert!(found.to_string().starts_with("of 3 customers, "));
    let pair = &found.pairs[0];
    let shares = [Some(pair.jaccard()), pair.first_in_second(), pair.second_in_first()];
    assert!(shares.iter().flatten().all(|share| (0.0..=1.0).contains(share)), "{shares:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn counts_are_those_of_sets(
        rows in prop::collection::vec(prop::array::uniform2(0..12_i32), 0..40),
    ) {
        let rules = [
            ("A", "orders >= 5"),
            ("B", "days <= 6"),
            ("C", "orders < 3 or days > 9"),
            ("D", "false"),
        ];
        let overlaps = found(&rules, &rows);
        let tests: [fn(&[i32; 2]) -> bool; 4] =
            [|r| r[0] >= 5, |r| r[1] <= 6, |r| r[0] < 3 || r[1] > 9, |_| false];
        let count = |test: &dyn Fn(&[i32; 2]) -> bool| rows.iter().filter(|row| test(row)).count();
        let mut pairs = overlaps.pairs.iter();
        for (one, first) in tests.iter().enumerate() {
            prop_assert_eq!(overlaps.segments[one].size, count(&|row| first(row)));
            let alone = |row: &[i32; 2]| {
                first(row) && tests.iter().filter(|test| test(row)).count() == 1
            };
            prop_assert_eq!(overlaps.segments[one].alone, count(&alone));
            for second in &tests[one + 1..] {
                let pair = pairs.next().unwrap();
                prop_assert_eq!(pair.both, count(&|row| first(row) && second(row)));
                prop_assert_eq!(pair.only_first, count(&|row| first(row) && !second(row)));
                prop_assert_eq!(pair.only_second, count(&|row| !first(row) && second(row)));
                // Rules never exclude or promise what customers contradict.
                match &pair.by_rule {
                    Some(Relation::Disjoint) => prop_assert_eq!(pair.both, 0),
                    Some(Relation::FirstInSecond(_)) => prop_assert_eq!(pair.only_first, 0),
                    Some(Relation::SecondInFirst(_)) => prop_assert_eq!(pair.only_second, 0),
                    Some(Relation::Overlapping(_)) => {}
                    other => prop_assert!(false, "{other:?}"),
                }
            }
        }
        prop_assert_eq!(overlaps.by_count.iter().sum::<usize>(), rows.len());
        prop_assert_eq!(checked(&rules).segments().len() + 1, overlaps.by_count.len());
    }
}
