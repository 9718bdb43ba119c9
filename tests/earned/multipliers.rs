//! How multipliers go together, and how a purchase earns that leads to another tier.

use super::{check, enroll, event, feed, problems, program};

/// Gold from 100.00 on and platinum from 300.00 on.
fn ladder(crossing: &str) -> String {
    format!(
        r#""ladders": [{{"measure": "spend", "window": "lifetime", "crossing": "{crossing}",
             "tiers": [
             {{"id": "basic", "name": "Basic", "at_least": "0.00 EUR"}},
             {{"id": "gold", "name": "Gold", "at_least": "100.00 EUR", "multiplier": "1.5x"}},
             {{"id": "platinum", "name": "Platinum", "at_least": "300.00 EUR",
               "multiplier": "2x"}}]}}]"#
    )
}

const BASE: &str =
    r#""earning": [{"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}]"#;

#[test]
fn a_tier_and_a_campaign_multiply_add_or_the_highest_counts() {
    // 10 March 2026 is a Tuesday. A gold customer on a double day: 3x, 2.5x or 2x.
    let run = |combine: &str, points: i64| {
        let ladder = ladder("before");
        let terms = format!(
            r#"{ladder}, {BASE}, "multipliers": {{{combine} "campaigns": [
                 {{"id": "double", "by": "2x", "when": "weekday = tue and tier = gold"}}]}}"#
        );
        let more = points - 100;
        check(
            &terms,
            &format!(
                "
                1  a buys o 1:1x100.00  | +100 | active 100
                10 b buys p 1:1x100.00  | +{points} | active {}
                11 r returns p 1:1      | -{points} | active 100
                12 c buys q 1:1x10.00   | +15 | active 115
                ",
                100 + 100 + more
            ),
        );
    };
    run("", 300);
    run(r#""combine": "multiply","#, 300);
    run(r#""combine": "add","#, 250);
    run(r#""combine": "highest","#, 200);
}

#[test]
fn everything_is_rounded_once() {
    // 3.33 at 1.25 x 1.25 x 1.5 are 7.80; rounded at each step they would be 3, 3, 4.
    let terms = format!(
        r#"{BASE}, "multipliers": {{"campaigns": [
             {{"id": "a", "by": "1.25x"}}, {{"id": "b", "by": "1.25x"}},
             {{"id": "c", "by": "1.5x"}}]}}"#
    );
    check(&terms, "1 a buys o 1:1x3.33 | +7 | active 7");
}

#[test]
fn a_campaign_is_for_its_rules_its_time_and_its_segment() {
    let terms = r#"
        "segments": [{"id": "regular", "name": "Regular", "when": "orders(lifetime) >= 1"}],
        "earning": [
          {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
          {"id": "order", "award": {"per_event": {"event": "purchase", "points": 7}}}],
        "multipliers": {"campaigns": [
          {"id": "week", "by": "3x", "rules": ["order"],
           "from": "2026-03-02T00:00:00Z", "until": "2026-03-09T00:00:00Z"},
          {"id": "regulars", "by": "2x", "rules": ["base"],
           "when": {"field": "segments", "any_of": ["regular"]}}]}"#;
    check(
        terms,
        "
        1 a buys o 1:1x10.00  | +17 | active 17
        2 b buys p 1:1x10.00  | +41 | active 58
        8 c buys q 1:1x10.00  | +41 | active 99
        9 d buys k 1:1x10.00  | +27 | active 126
        ",
    );
}

#[test]
fn of_several_offers_the_best_counts_or_all() {
    let run = |multipliers: &str, points: i64| {
        let terms = format!(
            r#"{BASE}{multipliers}, "lanes": [{{"id": "l", "mode": "stack"}}], "offers": [
                 {{"id": "two", "lane": "l", "benefit": {{"points_multiplier": "2x"}}}},
                 {{"id": "three", "lane": "l", "benefit": {{"points_multiplier": "3x"}}}}]"#
        );
        check(&terms, &format!("1 a buys o 1:1x10.00 | +{points} | active {points}"));
    };
    run("", 30);
    run(r#", "multipliers": {"offers": "all"}"#, 60);
    run(r#", "multipliers": {"offers": "all", "combine": "add"}"#, 40);
    run(r#", "multipliers": {"combine": "add", "campaigns": [{"id": "c", "by": "1.5x"}]}"#, 35);
}

#[test]
fn a_rule_that_ignores_the_tier_is_still_multiplied_by_campaigns() {
    let ladder = ladder("after");
    let terms = format!(
        r#"{ladder}, "multipliers": {{"campaigns": [{{"id": "double", "by": "2x"}}]}},
           "earning": [{{"id": "base", "tier_multiplier": "ignored",
                         "award": {{"per_amount": {{"points": 1, "per": "1.00 EUR"}}}}}}]"#
    );
    check(&terms, "1 a buys o 1:1x100.00 | +200 | active 200");
}

#[test]
fn the_crossing_purchase_earns_as_before_as_after_or_split() {
    let run = |crossing: &str, points: [i64; 3]| {
        let ladder = ladder(crossing);
        let [first, second, third] = points;
        check(
            &format!("{ladder}, {BASE}"),
            &format!(
                "
                1 a buys o 1:1x80.00   | +{first}  | active {first}
                2 b buys p 1:1x300.00  | +{second} | active {}
                3 c buys q 1:1x10.00   | +{third}  | active {}
                ",
                first + second,
                first + second + third
            ),
        );
    };
    run("before", [80, 300, 20]);
    run("after", [80, 600, 20]);
    // 20.00 at 1x, 200.00 at 1.5x and 80.00 at 2x.
    run("split", [80, 20 + 300 + 160, 20]);
}

#[test]
fn a_split_purchase_rounds_once_and_takes_back_shares_of_all_of_it() {
    let ladder = ladder("split");
    let terms = format!("{ladder}, {BASE}");
    // 0.99 at 1x and 1.01 at 1.5x are 2.505; rounded by parts they would be 0 and 1.
    check(
        &terms,
        "
        1 a buys o 1:1x99.01         | +99 | active 99
        2 b buys p 1:1x1.00 2:1x1.00 | +2  | active 101
        3 r returns p 1:1            | -1  | active 100
        ",
    );
    // What reaches the threshold exactly earns as before.
    check(
        &terms,
        "
        1 a buys o 1:1x100.00  | +100 | active 100
        2 b buys p 1:1x100.00  | +150 | active 250
        ",
    );
}

#[test]
fn a_split_applies_to_what_a_campaign_adds() {
    // 50.00 at 1 + 1 = 2x and 50.00 at 1.5 + 1 = 2.5x less 1x for the first half: added, 2x and
    // 2.5x; multiplied, 2x and 3x; the highest, 2x and 2x.
    let run = |combine: &str, points: i64| {
        let ladder = ladder("split");
        let terms = format!(
            r#"{ladder}, {BASE}, "multipliers": {{"combine": "{combine}",
                 "campaigns": [{{"id": "double", "by": "2x"}}]}}"#
        );
        check(
            &terms,
            &format!(
                "
                1 a buys o 1:1x50.00   | +100 | active 100
                2 b buys p 1:1x100.00  | +{points} | active {}
                ",
                100 + points
            ),
        );
    };
    run("add", 100 + 125);
    run("multiply", 100 + 150);
    run("highest", 200);
}

#[test]
fn a_decision_tells_the_multipliers() {
    let (ladder, split) = (ladder("split"), r#"[{"id": "double", "by": "2x", "rules": ["base"]}]"#);
    let terms = format!(r#"{ladder}, {BASE}, "multipliers": {{"campaigns": {split}}}"#);
    let program = program(&terms);
    let mut member = enroll(&program);
    drop(feed(&program, &mut member, &event("1 a buys o 1:1x80.00")));
    let decision = feed(&program, &mut member, &event("2 b buys p 1:1x50.00"));
    let told = serde_json::to_value(&decision.multipliers).unwrap();
    assert_eq!(
        told,
        serde_json::json!([
            {"source": {"tier": "gold"}, "by": "1.5x", "part": "30.00 EUR"},
            {"source": {"campaign": "double"}, "by": "2x", "rules": ["base"]}
        ])
    );
}

#[test]
fn mistakes_in_multipliers_are_told_with_their_place() {
    let ladder = ladder("split").replace(r#""measure": "spend""#, r#""measure": "visits""#);
    let terms = format!(
        r#"{ladder}, {BASE}, "multipliers": {{"campaigns": [
             {{"id": "a", "by": "1x", "when": "teir = gold"}},
             {{"id": "a", "by": "2x", "rules": ["bass"],
               "from": "2026-03-02T00:00:00Z", "until": "2026-03-02T00:00:00Z"}}]}}"#
    );
    let told = problems(&terms);
    for expected in [
        "`ladders[0].crossing`: the ladder counts visits: only spend can be split where a tier \
         begins",
        "`multipliers.campaigns[0].by`: 1x multiplies nothing: leave the campaign out, or say how \
         many times",
        "`multipliers.campaigns[0].when.field`: `teir` is no known field: did you mean `tier`?",
        "`multipliers.campaigns[1].id`: campaign `a` is there twice: also at campaigns[0]",
        "`multipliers.campaigns[1].rules[0]`: there is no earning rule `bass`",
        "`multipliers.campaigns[1].until`: it ends before it begins",
    ] {
        assert!(told.iter().any(|problem| problem == expected), "{expected}: {told:#?}");
    }
}
