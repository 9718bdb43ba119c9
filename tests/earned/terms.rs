//! When points expire: as the rule says, or the tier, or the program; and mistakes in terms.

use chrono::{DateTime, Utc};
use loyalty::event::{Event, EventKind, Operation};
use loyalty::points::Points;

use super::{day, enroll, event, feed, problems, program};

/// When the points of each event expire, in the order of the events.
fn expiries(terms: &str, events: &[&str]) -> Vec<String> {
    let program = program(terms);
    let mut member = enroll(&program);
    events.iter().for_each(|one| drop(feed(&program, &mut member, &event(one))));
    let told = member.ledger().expiring(day("9"), DateTime::<Utc>::MAX_UTC);
    told.iter().map(|one| format!("{} {}", one.at.format("%F"), one.points)).collect()
}

#[test]
fn the_rule_says_when_points_expire_or_else_the_tier_or_else_the_program() {
    let terms = r#"
        "points_expiry": {"after": "1y"},
        "ladders": [{"measure": "spend", "window": "lifetime", "tiers": [
          {"id": "basic", "name": "Basic", "at_least": "0.00 EUR"},
          {"id": "gold", "name": "Gold", "at_least": "50.00 EUR",
           "points_expiry": {"after": "2y"}},
          {"id": "black", "name": "Black", "at_least": "100.00 EUR",
           "points_expiry": "never"}]}],
        "earning": [
          {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
          {"id": "promo", "award": {"per_event": {"event": "purchase", "points": 5}},
           "expiry": {"after": "10d"}}],
        "offers": [{"id": "gift", "benefit": {"points": 7}}]"#;
    assert_eq!(
        expiries(terms, &["1 a buys o 1:1x50.00", "2 b buys p 1:1x50.00", "3 c buys q 1:1x10.00"]),
        [
            "2026-03-11 5",
            "2026-03-12 5",
            "2026-03-13 5",
            // The base and the offer of the first order by the program, of the second by gold;
            // those of the third do not expire.
            "2027-03-01 57",
            "2028-03-02 57",
        ]
    );
}

#[test]
fn a_rule_can_make_its_points_last_in_a_program_whose_points_expire() {
    let terms = r#"
        "points_expiry": {"end_of": {"period": "month", "after": "12mo"}},
        "earning": [
          {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
          {"id": "order", "award": {"per_event": {"event": "purchase", "points": 5}},
           "expiry": "never"}]"#;
    assert_eq!(expiries(terms, &["6 a buys o 1:1x50.00"]), ["2027-04-01 50"]);
}

#[test]
fn mistakes_in_bonuses_are_told_with_their_place() {
    let terms = r#""earning": [
        {"id": "a", "award": {"nth_order": {"points": 5}}},
        {"id": "b", "award": {"nth_order": {"nth": 0, "every": 2, "points": 0}}},
        {"id": "c", "award": {"birthday": {"points": 5, "event": "return"}}},
        {"id": "d", "award": {"profile_completed": {"points": 5, "attributes": []}}},
        {"id": "e", "award": {"profile_completed": {"points": 5, "attributes": ["e-mail"]}}},
        {"id": "f", "award": {"per_amount": {"points": 5, "per": "1.00 EUR",
                                             "at_least": "0.00 USD"}}}]"#;
    assert_eq!(
        problems(terms),
        [
            "`earning[4].award.profile_completed.attributes[0]`: there is no attribute `e-mail`: \
             declare it under `attributes`",
            "`earning[0].award.nth_order`: which order is it: either the `nth`, or `every` so many",
            "`earning[1].award.nth_order.points`: 0 points: a rule gives 1 to 1000000000 at a time",
            "`earning[1].award.nth_order`: which order is it: either the `nth`, or `every` so many",
            "`earning[1].award.nth_order.nth`: it is 0: orders are counted from 1",
            "`earning[2].award.birthday.event`: `return` moves points itself and earns none",
            "`earning[3].award.profile_completed.attributes`: there are no attributes: name those \
             that must be known",
            "`earning[5].award.per_amount.at_least`: 0.00 USD is not in EUR, the currency of the \
             program",
            "`earning[5].award.per_amount.at_least`: points are given per 0.00 USD: it must be \
             more than nothing",
        ]
    );
}

/// What is left to expire when ten points are spent of ten of tea, and then of ten of coffee that
/// expire sooner.
fn left_after_spending(order: &str) -> Vec<String> {
    let program = program(&format!(
        r#"{order} "earning": [
          {{"id": "tea", "award": {{"per_amount": {{"points": 1, "per": "1.00 EUR",
             "categories": ["tea"]}}}}, "expiry": {{"after": "30d"}}}},
          {{"id": "coffee", "award": {{"per_amount": {{"points": 1, "per": "1.00 EUR",
             "categories": ["coffee"]}}}}, "expiry": {{"after": "10d"}}}}]"#
    ));
    let mut member = enroll(&program);
    for one in ["1 a buys o 1:1x10.00@tea", "2 b buys p 1:1x10.00@coffee"] {
        drop(feed(&program, &mut member, &event(one)));
    }
    let spend =
        Operation::Spend { points: Points(10), reward: "mug".parse().unwrap(), purse: None };
    let kind = EventKind::Points(spend);
    let spend = Event::new("c".parse().unwrap(), member.id().clone(), day("3"), kind);
    drop(feed(&program, &mut member, &spend));
    let told = member.ledger().expiring(day("3"), DateTime::<Utc>::MAX_UTC);
    told.iter().map(|one| format!("{} {}", one.at.format("%F"), one.points)).collect()
}

#[test]
fn the_terms_say_which_points_are_spent_first() {
    assert_eq!(left_after_spending(""), ["2026-03-31 10"]);
    assert_eq!(left_after_spending(r#""spend_order": "oldest_first","#), ["2026-03-12 10"]);
    assert_eq!(left_after_spending(r#""spend_order": "newest_first","#), ["2026-03-31 10"]);
}

#[test]
fn activity_puts_off_an_expiry_that_slides() {
    let terms = r#""points_expiry": {"sliding": "20d"},
        "earning": [{"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}]"#;
    assert_eq!(expiries(terms, &["1 a buys o 1:1x10.00"]), ["2026-03-21 10"]);
    assert_eq!(
        expiries(terms, &["1 a buys o 1:1x10.00", "8 b buys p 1:1x5.00"]),
        ["2026-03-28 15"]
    );
}
