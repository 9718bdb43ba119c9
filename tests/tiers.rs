//! Tiers through a program: several ladders, what became of them and what will, and what another
//! ladder or a benefit would come to.

use chrono::{DateTime, Utc};
use loyalty::calendar::Interval;
use loyalty::event::{Event, EventKind};
use loyalty::id::LadderId;
use loyalty::money::{Currency, Money};
use loyalty::points::Points;
use loyalty::profile::Customer;
use loyalty::program::{Applied, Decision, Member, PointCost, Program, Spec, Status};
use loyalty::tier::Ladder;
use serde_json::{Value, json};

const TERMS: &str = r#"{
  "loyalty": 1, "name": "Club", "currency": "EUR",
  "ladders": [
    {"measure": "spend", "window": "12mo", "validity": {"for": "12mo"}, "tiers": [
      {"id": "basic", "name": "Basic", "at_least": "0.00 EUR"},
      {"id": "gold", "name": "Gold", "at_least": "100.00 EUR", "multiplier": "2x",
       "benefits": ["a smile", {"offer": "mug"}, {"birthday_gift": "cake"}]}]},
    {"id": "reader", "measure": "visits", "window": "lifetime", "tiers": [
      {"id": "new", "name": "New", "at_least": 0},
      {"id": "known", "name": "Known", "at_least": 2, "benefits": [{"invitation": "reading"}]}]}
  ],
  "earning": [{"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}],
  "offers": [
    {"id": "mug", "when": {"field": "tier", "is": "gold"},
     "benefit": {"fixed": {"amount": "3.00 EUR"}}},
    {"id": "cake", "when": "tier(reader) = \"known\" and tier_rank(reader) >= 1",
     "benefit": {"fixed": {"amount": "1.00 EUR"}}}
  ]
}"#;

fn program() -> Program {
    Spec::from_json(TERMS).unwrap().build().unwrap()
}

fn at(day: &str) -> DateTime<Utc> {
    format!("{day}T12:00:00Z").parse().unwrap()
}

fn main_ladder() -> LadderId {
    LadderId::default()
}

fn buys(amount: &str) -> Value {
    json!({"lines": [{"id": "1", "product": "p", "quantity": 1, "unit_price": amount}]})
}

fn happens(program: &Program, member: &mut Member, id: &str, day: &str, kind: Value) -> Decision {
    let kind: EventKind = serde_json::from_value(kind).unwrap();
    let event = Event::new(id.parse().unwrap(), member.id().clone(), at(day), kind);
    let decision = program.decide(member, &event);
    if decision.status == Status::Accepted {
        assert!(matches!(member.apply(&decision), Applied::Now { .. }));
    }
    decision
}

fn purchase(id: &str, amount: &str) -> Value {
    json!({"purchase": {"order": id, "basket": buys(amount)}})
}

fn member(program: &Program, id: &str) -> Member {
    program.enroll(Customer::new(id.parse().unwrap()))
}

#[test]
fn several_ladders_stand_side_by_side_and_rules_name_them() {
    let program = program();
    let ladders: Vec<&str> = program.ladders().map(|ladder| ladder.as_str()).collect();
    assert_eq!(ladders, ["main", "reader"]);
    let mut ann = member(&program, "ann");
    let visit = json!({"visit": {"store": "gent"}});
    let first = happens(&program, &mut ann, "v1", "2026-01-01", visit.clone());
    assert!(first.other_tiers.is_empty() && first.tier.is_none());
    let second = happens(&program, &mut ann, "v2", "2026-01-02", visit);
    let reader: LadderId = "reader".parse().unwrap();
    assert_eq!(second.other_tiers[&reader].to.as_str(), "known");
    assert_eq!(second.tier, None);
    let view = program.view(&ann, at("2026-01-03"));
    assert_eq!(view.standing.unwrap().tier.as_str(), "basic");
    assert_eq!(view.other_standings[&reader].tier.as_str(), "known");
    let basket = serde_json::from_value(buys("20.00 EUR")).unwrap();
    let quote = program.quote(&ann, &basket, at("2026-01-03"));
    let granted: Vec<&str> = quote.eligible().map(|offer| offer.as_str()).collect();
    assert_eq!(granted, ["cake"]);
}

#[test]
fn what_a_ladder_names_must_be_there() {
    let mut spec = Spec::from_json(TERMS).unwrap();
    let mut second = spec.ladders[1].clone();
    second.window = serde_json::from_value(json!({"year_from": "wedding"})).unwrap();
    second.tiers[1].multiplier = "2x".parse().unwrap();
    second.tiers[1].benefits = vec![serde_json::from_value(json!({"offer": "none"})).unwrap()];
    spec.ladders.push(second);
    spec.offers[0].when = "tier(readers) = \"known\"".parse().unwrap();
    let error = spec.build().unwrap_err();
    let told: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "`ladders[2].id`: ladder `reader` is there twice: also at ladders[1]",
            "`ladders[2].window`: `wedding` is no attribute with a date",
            "`ladders[2].tiers[1].multiplier`: only tiers of the first ladder multiply points",
            "`ladders[2].tiers[1].benefits[0]`: there is no offer `none`",
            "`offers[0].when.field`: `tier(readers)` is no known field: did you mean \
             `tier(reader)`?",
        ]
    );
}

#[test]
fn what_became_of_a_tier_and_what_will_is_told_with_reasons() {
    let program = program();
    let mut ann = member(&program, "ann");
    let _ = happens(&program, &mut ann, "o1", "2024-04-15", purchase("o1", "100.00 EUR"));
    let _ = happens(&program, &mut ann, "o2", "2024-10-25", purchase("o2", "100.00 EUR"));
    let now = at("2025-01-01");
    let history = program.tier_history(&ann, &main_ladder(), now).unwrap();
    let told: Vec<String> = history.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["from basic to gold: credits of 100.00 EUR suffice"]);
    let json = serde_json::to_value(&history[0].reason).unwrap();
    assert_eq!(json, json!({"code": "earned", "credits": {"spend": "100.00 EUR"}}));
    assert_eq!(history[0].reason.code(), "earned");

    let forecast = |day| program.tier_forecast(&ann, &main_ladder(), now, at(day)).unwrap();
    assert_eq!(forecast("2025-10-24").tier.as_str(), "gold");
    let later = forecast("2025-10-25");
    assert_eq!((later.tier.as_str(), later.steps[0].at), ("basic", at("2025-10-25")));
    let none = "none".parse().unwrap();
    assert_eq!(program.tier_history(&ann, &none, now), None);
    assert_eq!(program.tier_forecast(&ann, &none, now, now), None);
}

#[test]
fn a_grant_of_what_does_not_exist_is_refused_and_one_without_end_is_doubted() {
    let program = program();
    let mut ann = member(&program, "ann");
    let grant = |kind: Value| json!({"tier_granted": kind});
    let mut refused = |id: &str, kind: Value| {
        let decision = happens(&program, &mut ann, id, "2026-01-01", grant(kind));
        let Status::Refused(reasons) = decision.status else { panic!("{:?}", decision.status) };
        reasons.iter().map(|it| format!("{}: {}", it.path, it.reason)).collect::<Vec<_>>()
    };
    assert_eq!(
        refused("g1", json!({"tier": "jade", "reason": "match"})),
        ["kind.tier_granted.tier: the ladder `main` has no tier `jade`"]
    );
    assert_eq!(
        refused("g2", json!({"tier": "gold", "ladder": "x", "reason": "gift"})),
        ["kind.tier_granted.ladder: there is no ladder `x`"]
    );
    assert_eq!(
        refused(
            "g3",
            json!({"tier": "gold", "reason": "gift", "until": "2025-01-01T00:00:00Z",
                   "challenge": {"within": "30d", "orders": 0}})
        ),
        [
            "kind.tier_granted.until: it ends before it begins",
            "kind.tier_granted.challenge.orders: a challenge takes more than none",
        ]
    );
    assert_eq!(
        refused(
            "g4",
            json!({"tier": "gold", "reason": "gift",
                   "challenge": {"within": "30d", "spend": "5.00 USD"}})
        ),
        ["kind.tier_granted.challenge.spend: USD is not the program's EUR"]
    );
    let known = json!({"tier": "known", "ladder": "reader", "reason": "gift"});
    let doubted = happens(&program, &mut ann, "g5", "2026-01-01", grant(known));
    assert_eq!(doubted.warnings[0].path.to_string(), "kind.tier_granted.until");
    assert!(doubted.other_tiers.is_empty());
    let gold = json!({"tier": "gold", "reason": "match"});
    let granted = happens(&program, &mut ann, "g6", "2026-01-01", grant(gold));
    assert_eq!(granted.tier.unwrap().to.as_str(), "gold");
    // It multiplies points, and lasts as long as if it had been earned.
    let bought = happens(&program, &mut ann, "o1", "2026-02-01", purchase("o1", "10.00 EUR"));
    assert_eq!(bought.balance.active, Points(20));
    let until = program.view(&ann, at("2026-02-01")).standing.unwrap().until;
    assert_eq!(until, Some(at("2027-01-01")));
}

/// Ann spends 150 and uses the mug twice, Bob spends 60 twice, Cid 10.
fn population(program: &Program) -> Vec<Member> {
    let with_mug = |id: &str| {
        json!({"purchase": {"order": id, "basket": {"lines": [
            {"id": "1", "product": "p", "quantity": 1, "unit_price": "10.00 EUR",
             "discounts": [{"amount": "3.00 EUR", "offer": "mug"}]}]}}})
    };
    let mut ann = member(program, "ann");
    let _ = happens(program, &mut ann, "a1", "2026-01-01", purchase("a1", "150.00 EUR"));
    let _ = happens(program, &mut ann, "a2", "2026-02-01", with_mug("a2"));
    let _ = happens(program, &mut ann, "a3", "2026-03-01", with_mug("a3"));
    let mut bob = member(program, "bob");
    let _ = happens(program, &mut bob, "b1", "2026-01-01", purchase("b1", "60.00 EUR"));
    let _ = happens(program, &mut bob, "b2", "2026-02-01", purchase("b2", "60.00 EUR"));
    let mut cid = member(program, "cid");
    let _ = happens(program, &mut cid, "c1", "2026-01-01", purchase("c1", "10.00 EUR"));
    vec![ann, bob, cid]
}

fn half_a_year() -> Interval {
    Interval { first: at("2026-01-01"), last: at("2026-06-30") }
}

#[test]
fn benefits_that_nobody_uses_are_seen() {
    let program = program();
    let told = program.benefit_use(&population(&program), half_a_year());
    let row = |it: &loyalty::program::BenefitUse| {
        let benefit = serde_json::to_value(&it.benefit).unwrap().to_string();
        let unused = it.unused().map_or("-".to_owned(), |unused| unused.to_string());
        format!("{} {} {} {unused} {} {}", it.tier, benefit, it.entitled, it.uses, it.cost)
    };
    assert_eq!(
        told.iter().map(row).collect::<Vec<_>>(),
        [
            "gold \"a smile\" 2 - 0 0.00 EUR",
            "gold {\"offer\":\"mug\"} 2 1 2 6.00 EUR",
            "gold {\"birthday_gift\":\"cake\"} 2 2 0 0.00 EUR",
            "known {\"invitation\":\"reading\"} 0 - 0 0.00 EUR",
        ]
    );
}

#[test]
fn another_ladder_is_tried_out_before_a_threshold_changes() {
    let program = program();
    let members = population(&program);
    let mut ladder: Ladder = Spec::from_json(TERMS).unwrap().ladders[0].clone();
    ladder.tiers[1].at_least = serde_json::from_value(json!("50.00 EUR")).unwrap();
    let cost = PointCost { points: Points(100), cost: Money::from_minor(100, Currency::EUR) };
    let found = program.simulate_ladder(&members, &ladder, half_a_year(), cost).unwrap();
    // Bob would have been gold from his first order on: his second one would earn twice.
    assert_eq!((found.members, found.up, found.down), (3, 0, 0));
    assert_eq!(found.points_now, Points(150 + 2 * 7 + 2 * 7 + 60 + 60 + 10));
    assert_eq!(found.points_then, Points(150 + 2 * 7 + 2 * 7 + 60 + 120 + 10));
    assert_eq!(found.cost, Some(Money::from_minor(60, Currency::EUR)));

    ladder.tiers[1].at_least = serde_json::from_value(json!("150.00 EUR")).unwrap();
    let found = program.simulate_ladder(&members, &ladder, half_a_year(), cost).unwrap();
    assert_eq!((found.up, found.down), (0, 1));
    let moves = found.moves.iter().map(|it| format!("{} {} {}", it.from, it.to, it.members));
    assert_eq!(moves.collect::<Vec<_>>(), ["basic basic 1", "gold basic 1", "gold gold 1"]);
    assert_eq!(found.points_now, found.points_then);

    ladder.tiers.clear();
    let error = program.simulate_ladder(&members, &ladder, half_a_year(), cost).unwrap_err();
    assert_eq!(error.problems().iter().next().unwrap().path.to_string(), "tiers");
}
