//! Points that wait for the confirmation of their order.

use chrono::{DateTime, Utc};
use loyalty::program::Program;

use super::{check, day, enroll, event, feed, problems, program};

/// A point for every EUR, active once the order is confirmed, and for a year from then on.
fn terms(activation: &str) -> String {
    format!(
        r#""earning": [{{"id": "base", "activation": {{"on_confirmation": {activation}}},
             "expiry": {{"after": "1y"}},
             "award": {{"per_amount": {{"points": 1, "per": "1.00 EUR"}}}}}}],
           "offers": [{{"id": "cup", "benefit": {{"gift": {{"product": "cup"}}}}, "cost": 100,
             "code": "CUP"}}]"#
    )
}

#[test]
fn points_are_pending_until_the_order_is_confirmed_whenever_that_arrives() {
    check(
        &terms("{}"),
        "
        1 a buys o 1:1x50.00  | +50 | pending 50
        2 b buys p 1:1x20.00  | +20 | pending 70
        5 c confirms o        |     | active 50, pending 20
        6 r returns o 1:1     | -50 | pending 20
        ",
    );
    // A confirmation from before the purchase makes its points active with it.
    check(
        &terms("{}"),
        "
        1 c confirms o        |     |
        2 a buys o 1:1x50.00  | +50 | active 50
        ",
    );
}

#[test]
fn what_is_not_confirmed_is_active_at_the_latest_when_the_terms_say() {
    let terms = terms(r#"{"at_latest": "30d"}"#);
    check(
        &terms,
        "
        1          a buys o 1:1x50.00  | +50 | active 50
        2026-04-02 c confirms o        |     | active 50
        ",
    );
    let program = program(&terms);
    let mut member = enroll(&program);
    let mut pending = |happens| {
        drop(feed(&program, &mut member, &event(happens)));
        let days = ["8", "9", "30", "31"];
        let held = days.map(|as_of| member.ledger().balance(day(as_of)).pending.0);
        (held, program.view(&member, day("2")).next_change)
    };
    let bought = pending("1 a buys o 1:1x50.00");
    assert_eq!(bought, ([50, 50, 50, 0], Some(day("31"))));
    assert_eq!(pending("9 c confirms o"), ([50, 0, 0, 0], Some(day("9"))));
}

#[test]
fn before_a_confirmation_nobody_knows_of_it() {
    let program = program(&terms(r#"{"at_latest": "30d"}"#));
    let mut member = enroll(&program);
    let mut told = |happens| {
        drop(feed(&program, &mut member, &event(happens)));
        let ends =
            |as_of| program.view(&member, day(as_of)).expiring[0].at.date_naive().to_string();
        let lot = |as_of| member.ledger().lots(day(as_of))[0].term.active_at;
        ["8", "9"].map(|as_of| (lot(as_of), ends(as_of)))
    };
    let at_latest = (day("31"), "2027-03-31".to_owned());
    assert_eq!(told("1 a buys o 1:1x50.00"), [at_latest.clone(), at_latest.clone()]);
    assert_eq!(told("9 c confirms o"), [at_latest, (day("9"), "2027-03-09".to_owned())]);
}

#[test]
fn a_reward_is_only_had_for_points_that_were_confirmed_by_then() {
    check(
        &terms("{}"),
        "
        1 a buys o 1:1x150.00         | +150 | pending 150
        3 b buys p 1:1x0.00 with CUP  |      | pending 150
        4 c confirms o                |      | active 150
        2 d confirms o                | -100 | active 50
        ",
    );
}

#[test]
fn a_void_confirmation_is_as_if_it_had_never_been() {
    check(
        &terms("{}"),
        "
        1 a buys o 1:1x50.00  | +50 | pending 50
        2 c confirms o        |     | active 50
        3 v voids c           |     | pending 50
        4 w voids v           |     | active 50
        5 x voids w           |     | pending 50
        6 d confirms o        |     | active 50
        ",
    );
}

fn expires(program: &Program, events: &[&str]) -> Vec<(DateTime<Utc>, i64)> {
    let mut member = enroll(program);
    events.iter().for_each(|one| drop(feed(program, &mut member, &event(one))));
    let (from, ever) = (day("9"), DateTime::<Utc>::MAX_UTC);
    let told = member.ledger().expiring(from, ever);
    told.into_iter().map(|one| (one.at, one.points.0)).collect()
}

#[test]
fn the_expiry_counts_from_the_confirmation() {
    let program = program(&terms("{}"));
    let bought = "1 a buys o 1:1x50.00";
    assert_eq!(expires(&program, &[bought]), []);
    assert_eq!(expires(&program, &[bought, "9 c confirms o"]), [(day("2027-03-09"), 50)]);
    assert_eq!(expires(&program, &["9 c confirms o", bought]), [(day("2027-03-09"), 50)]);
}

#[test]
fn nothing_changes_by_itself_while_points_wait() {
    let program = program(&terms("{}"));
    let mut member = enroll(&program);
    drop(feed(&program, &mut member, &event("1 a buys o 1:1x50.00")));
    assert_eq!(program.view(&member, day("2")).next_change, None);
    // What waits has no activation in JSON, and is read as it was written.
    let json = serde_json::to_string(&member).unwrap();
    assert!(json.contains(r#""movement":{"earn":{}}"#), "{json}");
    assert_eq!(serde_json::from_str::<loyalty::Member>(&json).unwrap(), member);
}

#[test]
fn an_order_from_before_the_present_terms_is_confirmed_all_the_same() {
    let before = program(&terms("{}"));
    let mut member = enroll(&before);
    drop(feed(&before, &mut member, &event("1 a buys o 1:1x50.00")));
    let later = format!(r#"{}, "effective_from": "2026-03-05T00:00:00Z""#, terms("{}"));
    let later = program(&later);
    drop(feed(&later, &mut member, &event("9 c confirms o")));
    assert_eq!(super::held(&member, day("9")), "active 50");
    assert_eq!(super::held(&member, day("8")), "pending 50");
}

#[test]
fn an_order_that_was_folded_is_confirmed_all_the_same() {
    let program = program(&format!(r#"{}, "retention": {{"days": 3}}"#, terms("{}")));
    let mut member = enroll(&program);
    for happens in ["1 a buys o 1:1x50.00", "9 d opens", "10 c confirms o"] {
        drop(feed(&program, &mut member, &event(happens)));
    }
    assert_eq!(super::held(&member, day("10")), "active 50");
}

#[test]
fn a_confirmation_of_an_order_that_is_not_known_yet_is_odd() {
    let program = program(&terms("{}"));
    let member = enroll(&program);
    let warnings = program.decide(&member, &event("1 c confirms o")).warnings;
    assert_eq!(warnings[0].path.to_string(), "kind.order_confirmed.order");
}

#[test]
fn only_points_of_orders_can_wait_for_a_confirmation() {
    let terms = r#""earning": [{"id": "visits", "activation": {"on_confirmation": {}},
        "award": {"per_event": {"event": "visit", "points": 5}}}]"#;
    assert_eq!(
        problems(terms),
        ["`earning[0].activation`: only an order can be confirmed, and it is not only orders \
             that earn these points"]
    );
}
