//! A whole program: what it answers, and that the order of arrival does not matter.

use chrono::{DateTime, Utc};
use loyalty::event::{Basket, Event};
use loyalty::points::Points;
use loyalty::profile::Customer;
use loyalty::program::{Applied, Member, Program, Spec, Status};

const COFFEE: &str = r#"{
  "loyalty": 1, "name": "Beans", "currency": "EUR", "zone": "Europe/Brussels",
  "segments": [
    {"id": "regulars", "name": "Regulars", "when": {"field": "orders(30d)", "at_least": 3}}
  ],
  "ladders": [{
    "measure": "spend", "window": "12mo",
    "tiers": [
      {"id": "basic", "name": "Basic", "at_least": "0.00 EUR"},
      {"id": "gold", "name": "Gold", "at_least": "20.00 EUR", "multiplier": "2x"}
    ]
  }],
  "earning": [
    {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
    {"id": "review", "award": {"per_event": {"event": "review", "points": 10}},
     "tier_multiplier": "ignored"}
  ],
  "offers": [
    {"id": "gold-week", "when": {"field": "tier", "is": "gold"},
     "benefit": {"percent": {"percent": "10%", "target": "order"}}},
    {"id": "mug", "benefit": {"gift": {"product": "mug"}}, "cost": 15, "code": "MUG"}
  ]
}"#;

fn program() -> Program {
    match Spec::from_json(COFFEE).and_then(Spec::build) {
        Ok(program) => program,
        Err(error) => panic!("{error}"),
    }
}

fn member(program: &Program) -> Member {
    program.enroll(Customer::new("ann".parse().unwrap()))
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn event(id: &str, at: &str, kind: &str) -> Event {
    serde_json::from_str(&format!(
        r#"{{"id":"{id}","customer":"ann","at":"{at}","recorded_at":"{at}","kind":{kind}}}"#
    ))
    .unwrap()
}

fn bought(id: &str, at: &str, price: &str) -> Event {
    let line = format!(
        r#"{{"id":"1","product":"beans","category":"coffee","quantity":1,"unit_price":"{price}"}}"#
    );
    let kind = format!(r#"{{"purchase":{{"order":"o-{id}","basket":{{"lines":[{line}]}}}}}}"#);
    event(id, at, &kind)
}

fn feed(program: &Program, member: &mut Member, event: &Event) -> loyalty::program::Decision {
    let decision = program.decide(member, event);
    assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{decision:?}");
    decision
}

#[test]
fn a_purchase_earns_and_lifts_into_the_next_tier() {
    let program = program();
    let mut ann = member(&program);
    let first = feed(&program, &mut ann, &bought("a", "2026-03-01T09:00:00Z", "12.50 EUR"));
    assert_eq!((first.balance.active, first.tier), (Points(12), None));
    let second = feed(&program, &mut ann, &bought("b", "2026-03-02T09:00:00Z", "8.00 EUR"));
    assert_eq!(second.balance.active, Points(20));
    assert_eq!(second.tier.unwrap().to.as_str(), "gold");
    let third = feed(&program, &mut ann, &bought("c", "2026-03-03T09:00:00Z", "3.00 EUR"));
    assert_eq!(third.balance.active, Points(26));
    assert_eq!(third.entered.len(), 1);
}

#[test]
fn a_late_purchase_corrects_what_came_after_it() {
    let program = program();
    let (a, b) = (
        bought("a", "2026-03-01T09:00:00Z", "25.00 EUR"),
        bought("b", "2026-03-02T09:00:00Z", "10.00 EUR"),
    );
    let mut tidy = member(&program);
    let _ = feed(&program, &mut tidy, &a);
    let _ = feed(&program, &mut tidy, &b);
    let mut late = member(&program);
    let _ = feed(&program, &mut late, &b);
    let decision = feed(&program, &mut late, &a);
    assert!(decision.entries.iter().any(|entry| entry.cause.event == b.id), "b is corrected");
    assert_eq!(tidy.ledger().net().collect::<Vec<_>>(), late.ledger().net().collect::<Vec<_>>());
    assert_eq!(tidy.profile(), late.profile());
    assert_eq!(late.ledger().balance(at("2026-03-03T00:00:00Z")).active, Points(45));
}

#[test]
fn a_void_takes_back_what_was_earned_and_gives_back_what_was_spent() {
    let program = program();
    let mut ann = member(&program);
    let _ = feed(&program, &mut ann, &bought("a", "2026-03-01T09:00:00Z", "16.00 EUR"));
    let mug = event(
        "b",
        "2026-03-02T09:00:00Z",
        r#"{"purchase":{"order":"o-b","basket":{"chosen":["mug"],"coupons":["MUG"],"lines":[
            {"id":"1","product":"beans","quantity":1,"unit_price":"3.00 EUR"}]}}}"#,
    );
    assert_eq!(feed(&program, &mut ann, &mug).balance.active, Points(4));
    let void = event("v", "2026-03-03T09:00:00Z", r#"{"void":{"event":"b"}}"#);
    assert_eq!(feed(&program, &mut ann, &void).balance.active, Points(16));
    assert_eq!(ann.ledger().balance(at("2026-03-02T12:00:00Z")).active, Points(4));
    let again = event("w", "2026-03-04T09:00:00Z", r#"{"void":{"event":"v"}}"#);
    assert_eq!(feed(&program, &mut ann, &again).balance.active, Points(4));
}

#[test]
fn a_duplicate_changes_nothing_and_a_stale_decision_is_told() {
    let program = program();
    let mut ann = member(&program);
    let (a, b) = (
        bought("a", "2026-03-01T09:00:00Z", "16.00 EUR"),
        bought("b", "2026-03-02T09:00:00Z", "3.00 EUR"),
    );
    let (one, other) = (program.decide(&ann, &a), program.decide(&ann, &b));
    assert_eq!(ann.apply(&one), Applied::Now { revision: 1 });
    assert_eq!(ann.apply(&one), Applied::Before);
    assert_eq!(ann.apply(&other), Applied::Stale { decided: 0, found: 1 });
    assert_eq!(program.decide(&ann, &a).status, Status::Duplicate);
    let text = serde_json::to_string(&ann).unwrap();
    assert_eq!(serde_json::from_str::<Member>(&text).unwrap(), ann);
    assert_eq!(program.decide(&ann, &b), program.decide(&ann, &b));
}

#[test]
fn a_quote_prices_every_line_and_answers_every_offer() {
    let program = program();
    let mut ann = member(&program);
    let _ = feed(&program, &mut ann, &bought("a", "2026-03-01T09:00:00Z", "25.00 EUR"));
    let basket: Basket = serde_json::from_str(
        r#"{"lines":[{"id":"1","product":"beans","quantity":2,"unit_price":"5.05 EUR"}]}"#,
    )
    .unwrap();
    let quote = program.quote(&ann, &basket, at("2026-03-02T09:00:00Z"));
    let evaluation = quote.evaluation.unwrap();
    assert_eq!(evaluation.discount.to_string(), "1.01 EUR");
    assert_eq!(evaluation.outcomes.len(), 2);
}

#[test]
fn every_problem_of_a_document_is_told() {
    let broken = COFFEE
        .replace("orders(30d)", "order(30d)")
        .replace("\"is\": \"gold\"", "\"is\": \"golden\"")
        .replace("\"20.00 EUR\"", "\"20.00 USD\"");
    let error = Spec::from_json(&broken).and_then(Spec::build).unwrap_err();
    let told: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`segments[0].when.field`: `order(30d)` is no known field: did you mean `orders(30d)`?",
            "`ladders[0].tiers[1].at_least`: 20.00 USD is not in EUR, the currency of the program",
            "`offers[0].when.is`: `golden` never occurs in `tier`: did you mean `gold`?",
        ]
    );
}

#[test]
fn what_is_odd_is_told_and_what_cannot_be_is_refused() {
    let declared = COFFEE.replace(
        "\"segments\"",
        r#""attributes": {"club": {"kind": "bool"}}, "retention": {"days": 30}, "segments""#,
    );
    let program = Spec::from_json(&declared).and_then(Spec::build).unwrap();
    let mut ann = member(&program);
    let _ = feed(&program, &mut ann, &bought("a", "2026-03-01T09:00:00Z", "16.00 EUR"));
    let told = |event: &Event| {
        let decision = program.decide(&ann, event);
        let complaints = match decision.status {
            Status::Refused(complaints) => complaints,
            _ => decision.warnings,
        };
        complaints.iter().map(|told| format!("{}: {}", told.path, told.reason)).collect::<Vec<_>>()
    };
    let changed = r#"{"attributes_changed":{"changes":{"club":"yes","birthday":"1990"}}}"#;
    assert_eq!(
        told(&event("b", "2026-03-02T09:00:00Z", changed)),
        [
            "kind.attributes_changed.changes.birthday: it is a date, not a text",
            "kind.attributes_changed.changes.club: it is a text, and rules expect yes or no",
        ]
    );
    assert_eq!(
        told(&bought("c", "2026-01-02T09:00:00Z", "1.00 EUR")),
        ["at: it is older than events are kept: it counts, but moves no points"]
    );
    assert_eq!(
        told(&bought("d", "2026-03-02T09:00:00Z", "1.00 USD")),
        ["kind.purchase.basket: USD is not the program's EUR"]
    );
    let mut other = bought("a", "2026-03-01T09:00:00Z", "17.00 EUR");
    assert_eq!(told(&other), ["id: another event `a` was recorded before"]);
    other.customer = "bob".parse().unwrap();
    assert_eq!(told(&other), ["customer: `bob` is not the member `ann`"]);
}

#[test]
fn a_segment_that_cannot_be_told_grants_nothing() {
    let document = r#"{"loyalty": 1, "name": "Beans", "currency": "EUR",
      "segments": [
        {"id": "lapsed", "name": "Lapsed", "when": {"field": "recency_days", "above": 30}},
        {"id": "athletes", "name": "Athletes", "when": {"field": "interests", "any_of": ["sport"]}}
      ],
      "offers": [
        {"id": "a", "benefit": {"points": 5},
         "when": {"not": {"field": "segments", "any_of": ["lapsed"]}}},
        {"id": "b", "benefit": {"points": 5},
         "when": {"field": "segments", "none_of": ["athletes"]}}
      ]}"#;
    let program = Spec::from_json(document).and_then(Spec::build).unwrap();
    let mut ann = member(&program);
    let as_of = at("2026-03-02T00:00:00Z");
    let codes = |ann: &Member| {
        let evaluation = program.quote(ann, &Basket::default(), as_of).evaluation.unwrap();
        let codes =
            evaluation.outcomes.into_iter().map(|outcome| match outcome.answer.declined() {
                Some(decline) => decline.code().to_string(),
                None => "granted".to_owned(),
            });
        codes.collect::<Vec<_>>()
    };
    assert_eq!(codes(&ann), ["fact_unknown", "fact_unknown"]);
    let told = program.explain(&ann, &Basket::default(), as_of, &"b".parse().unwrap()).unwrap();
    assert_eq!(told.to_string(), "segments is not known");
    let explained = program.quote_explained(&ann, &Basket::default(), as_of).evaluation.unwrap();
    let verdict = explained.outcomes[1].answer.declined().unwrap().verdict.clone();
    assert_eq!(*verdict.unwrap(), told);
    let _ = feed(&program, &mut ann, &bought("a", "2026-03-01T09:00:00Z", "1.00 EUR"));
    assert_eq!(codes(&ann), ["granted", "fact_unknown"]);
}

#[test]
fn a_document_has_floors_and_gives_points_for_what_is_left_to_pay() {
    let spec = r#"{
      "loyalty": 1, "name": "Beans", "currency": "EUR",
      "floors": {"beans": "9.00 EUR"},
      "lanes": [{"id": "discounts"}, {"id": "points"}],
      "offers": [
        {"id": "half", "lane": "discounts", "benefit": {"percent": {"percent": "50%"}}},
        {"id": "five", "lane": "points",
         "benefit": {"points_per": {"points": 5, "per": "1.00 EUR"}}}
      ]
    }"#;
    let program = Spec::from_json(spec).and_then(Spec::build).unwrap();
    let mut ann = member(&program);
    let purchase = bought("a", "2026-03-01T09:00:00Z", "10.00 EUR");
    let basket = &purchase.purchase().unwrap().basket;
    let quote = program.quote(&ann, basket, purchase.at).evaluation.unwrap();
    assert_eq!(quote.lines[0].net.to_string(), "9.00 EUR");
    assert_eq!(quote.points, Points(45));
    assert_eq!(feed(&program, &mut ann, &purchase).balance.active, Points(45));
}
