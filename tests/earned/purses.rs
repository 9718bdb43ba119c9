//! Several currencies of points in one program.

use loyalty::event::{Basket, Event, EventKind, LineItem};
use loyalty::id::PurseId;
use loyalty::offer::{Answer, DeclineCode};
use loyalty::points::{Points, Refusal};
use loyalty::program::{Applied, Member, Program, Status};
use proptest::prelude::*;
use serde_json::json;

use super::laws::{happenings, member};
use super::{check, day, enroll, event, feed, net, problems, program};

/// A point and a credit for every EUR, and a star for every 5.00 EUR; gold doubles some of them.
/// Stars last for 20 days, and are taken back only as far as there are any.
const TERMS: &str = r#"
    "purses": [
      {"id": "stars", "name": "Stars", "expiry": {"after": "20d"}, "claw_back": "within_balance"},
      {"id": "tier", "name": "Tier credits", "spendable": false, "multiplied": false}],
    "earning": [
      {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
      {"id": "stars", "purse": "stars", "award": {"per_amount": {"points": 1, "per": "5.00 EUR"}}},
      {"id": "tier", "purse": "tier",
       "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
      {"id": "review", "purse": "stars", "award": {"per_event": {"event": "review", "points": 2}},
       "caps": [{"points": 3, "per": "month"}]}],
    "ladders": [{"measure": "points_earned", "purse": "tier", "window": "lifetime", "tiers": [
      {"id": "basic", "name": "Basic", "at_least": 0},
      {"id": "gold", "name": "Gold", "at_least": 100, "multiplier": "2x"}]}],
    "offers": [
      {"id": "mug", "code": "MUG", "cost": {"points": 10, "purse": "stars"},
       "benefit": {"gift": {"product": "mug"}}},
      {"id": "cup", "code": "CUP", "cost": 50, "benefit": {"gift": {"product": "cup"}}},
      {"id": "bonus", "code": "BONUS", "benefit": {"points": {"points": 4, "purse": "stars"}}},
      {"id": "insider", "when": {"field": "points(stars)", "at_least": 20},
       "benefit": {"access": {"name": "the back room", "kind": "invitation"}}}]"#;

fn purse(name: &str) -> PurseId {
    name.parse().unwrap()
}

#[test]
fn an_order_earns_in_several_purses_and_each_takes_back_its_own() {
    check(
        TERMS,
        "
    1 a buys o 1:2x30.00 | +60 +12:stars +60:tier | active 60, stars active 12, tier active 60
    2 b buys p 1:1x0.00 with MUG | -10:stars | active 60, stars active 2, tier active 60
    3 r returns o 1:1 | -30 -2:stars -30:tier | active 30, tier active 30
    4 v voids r | +30 +2:stars +30:tier | active 60, stars active 2, tier active 60
        ",
    );
}

#[test]
fn what_is_spent_of_points_leaves_stars_alone_and_is_owed_in_points_alone() {
    check(
        TERMS,
        "
    1 a buys o 1:2x30.00 | +60 +12:stars +60:tier | active 60, stars active 12, tier active 60
    2 b buys p 1:1x0.00 with CUP | -50 | active 10, stars active 12, tier active 60
    3 r returns o 1:2 | -60 -12:stars -60:tier | deficit 50
    4 c reviews tea | +2:stars | deficit 50, stars active 2
        ",
    );
}

#[test]
fn caps_offers_and_expiry_are_of_the_purse() {
    check(
        TERMS,
        "
    1 a reviews tea | +2:stars | stars expired 2
    2 b reviews cup | +1:stars | stars expired 3
    3 c buys o 1:1x5.00 with BONUS | +5 +5:stars +5:tier | active 5, stars expired 8, tier active 5
    30 d opens | | active 5, stars expired 8, tier active 5
        ",
    );
}

#[test]
fn a_ladder_counts_what_was_earned_in_its_purse_and_multiplies_where_it_may() {
    // 100 credits make gold, which doubles points and stars, but no credits.
    check(
        TERMS,
        "
    1 a buys o 1:1x100.00 | +100 +20:stars +100:tier | active 100, stars active 20, tier active 100
    2 b buys p 1:1x10.00 | +20 +4:stars +10:tier | active 120, stars active 24, tier active 110
    3 r returns o 1:1 | -100 -20:stars -100:tier | active 20, stars active 4, tier active 10
    4 c buys q 1:1x10.00 | +10 +2:stars +10:tier | active 30, stars active 6, tier active 20
        ",
    );
}

#[test]
fn rules_name_the_balance_of_a_purse_and_answers_tell_each() {
    let program = program(TERMS);
    let mut ann = enroll(&program);
    let granted = |member: &Member, on: &str| {
        let found = program.quote(member, &Basket::default(), day(on)).evaluation.unwrap();
        matches!(found.outcome(&"insider".parse().unwrap()).unwrap().answer, Answer::Granted(_))
    };
    assert!(!granted(&ann, "1"));
    let decision = feed(&program, &mut ann, &event("1 a buys o 1:1x100.00"));
    let told = |balances: &std::collections::BTreeMap<PurseId, loyalty::points::Balance>| {
        let told = balances.iter().map(|(id, balance)| {
            assert_eq!(balance.purse.as_ref(), Some(id));
            format!("{id} {}", balance.active)
        });
        told.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(told(&decision.purses), "stars 20, tier 100");
    assert_eq!((decision.balance.active, &decision.balance.purse), (Points(100), &None));
    assert!(granted(&ann, "2"));
    // The stars are 20 days old then; nothing else changes before.
    let view = program.view(&ann, day("2"));
    assert_eq!(told(&view.purses), "stars 20, tier 100");
    assert_eq!(view.next_change, Some(day("21")));
    let expiring: Vec<_> =
        view.expiring.iter().map(|one| (one.purse.clone(), one.at, one.points)).collect();
    assert_eq!(expiring, [(Some(purse("stars")), day("21"), Points(20))]);
    assert!(!granted(&ann, "21"));
    assert_eq!(told(&program.view(&ann, day("21")).purses), "stars 0, tier 100");
}

#[test]
fn a_reward_in_stars_is_declined_to_who_has_points_only() {
    let program = program(TERMS);
    let mut ann = enroll(&program);
    drop(feed(&program, &mut ann, &event("1 a buys o 1:1x40.00")));
    let price = "1.00 EUR".parse().unwrap();
    let mut basket =
        Basket::of([LineItem::new("1".parse().unwrap(), "tea".parse().unwrap(), 1, price)]);
    basket.coupons = vec!["MUG".parse().unwrap()];
    let found = program.quote(&ann, &basket, day("2")).evaluation.unwrap();
    let declined = found.outcome(&"mug".parse().unwrap()).unwrap().answer.declined().unwrap();
    assert_eq!(declined.code(), DeclineCode::NotEnoughPoints);
    assert_eq!(declined.to_string(), "it costs 10 stars, of which 8 are available");
}

#[test]
fn an_operation_in_a_purse_that_is_not_there_or_not_for_spending_changes_nothing() {
    let program = program(TERMS);
    let mut ann = enroll(&program);
    drop(feed(&program, &mut ann, &event("1 a buys o 1:1x100.00")));
    let mut refused = |operation: serde_json::Value| {
        let kind: EventKind = serde_json::from_value(json!({"points": operation})).unwrap();
        let event = Event::new("x".parse().unwrap(), "ann".parse().unwrap(), day("2"), kind);
        let decision = program.decide(&ann, &event);
        assert_eq!(ann.apply(&decision), Applied::Refused);
        match decision.status {
            Status::Declined(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    };
    let spend = |points: i64, purse: &str| {
        let spend = json!({"points": points, "reward": "mug", "purse": purse});
        json!({"spend": spend})
    };
    assert_eq!(refused(spend(1, "sters")), Refusal::UnknownPurse);
    assert_eq!(refused(spend(1, "tier")), Refusal::NotSpendable);
    let too_few = Refusal::TooFew { wanted: Points(21), found: Points(20) };
    assert_eq!(refused(spend(21, "stars")), too_few);
}

#[test]
fn a_document_that_names_a_purse_wrongly_is_told_all_places() {
    let found = problems(
        r#""purses": [{"id": "stars"}, {"id": "credits", "spendable": false}, {"id": "stars"}],
           "earning": [
             {"id": "base", "purse": "sters",
              "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}],
           "ladders": [{"measure": "points_earned", "purse": "credit", "window": "lifetime",
             "tiers": [{"id": "all", "name": "All", "at_least": 0}]}],
           "games": {"streaks": [{"id": "weekly", "measure": {"orders": {}}, "every": "week",
             "goals": [{"length": 2, "prize": {"points": 5, "purse": "nonsense"}}]}]},
           "offers": [
             {"id": "a", "cost": {"points": 5, "purse": "credits"},
              "benefit": {"points": {"points": 1, "purse": "star"}}},
             {"id": "b", "when": {"field": "points(sters)", "at_least": 1},
              "benefit": {"points_per": {"points": 1, "per": "1.00 EUR", "purse": "stars"}}}]"#,
    );
    assert_eq!(
        found,
        [
            "`purses[2].id`: purse `stars` is there twice: also at purses[0]",
            "`ladders[0].purse`: there is no purse `credit`: did you mean `credits`?",
            "`games.streaks[0].goals[0].prize.purse`: there is no purse `nonsense`: declare it \
             under `purses`",
            "`offers[0].benefit`: there is no purse `star`: did you mean `stars`?",
            "`offers[0].cost`: points of purse `credits` cannot be spent",
            "`earning[0].purse`: there is no purse `sters`: did you mean `stars`?",
            "`offers[1].when.field`: `points(sters)` is no known field: did you mean \
             `points(stars)`?",
        ]
    );
}

/// The rules and offers of these purses alone.
fn only(wanted: &[&str]) -> Program {
    let mut terms: serde_json::Value = serde_json::from_str(&format!("{{{TERMS}}}")).unwrap();
    let of = |purse: &serde_json::Value| wanted.contains(&purse.as_str().unwrap_or("main"));
    terms["earning"].as_array_mut().unwrap().retain(|rule| of(&rule["purse"]));
    terms["offers"].as_array_mut().unwrap().retain(|offer| {
        let (cost, benefit) = (&offer["cost"]["purse"], &offer["benefit"]["points"]["purse"]);
        offer["id"] != "insider" && of(if benefit.is_null() { cost } else { benefit })
    });
    // No purse has anything to do with another, unless a ladder leads from one to another.
    terms.as_object_mut().unwrap().remove("ladders");
    let terms = terms.to_string();
    program(&terms[1..terms.len() - 1])
}

/// Events of orders in which who spends points on a cup spends stars on a mug, too.
fn spending() -> impl Strategy<Value = Vec<Event>> {
    happenings().prop_map(|mut events| {
        for event in &mut events {
            if let EventKind::Purchase(purchase) = &mut event.kind {
                let mug = (!purchase.basket.coupons.is_empty()).then(|| "MUG".parse().unwrap());
                purchase.basket.coupons.extend(mug);
            }
        }
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_arrival_matters_in_no_purse(
        (events, other) in spending().prop_flat_map(|events| {
            (Just(events.clone()), Just(events).prop_shuffle())
        }),
    ) {
        let program = program(TERMS);
        prop_assert_eq!(net(&member(&program, &events)), net(&member(&program, &other)));
    }

    #[test]
    fn a_purse_moves_in_the_same_way_whatever_is_said_of_others(events in spending()) {
        let all = member(&only(&["main", "stars", "tier"]), &events);
        for purse in ["main", "stars", "tier"] {
            let alone = member(&only(&[purse]), &events);
            let id = (purse != "main").then(|| self::purse(purse));
            let (own, found) = (alone.ledger().purse(id.as_ref()), all.ledger().purse(id.as_ref()));
            prop_assert!(own.net().eq(found.net()), "{}", purse);
            prop_assert!(alone.ledger().net().eq(own.net()), "{}", purse);
            let end = day("2026-05-01");
            prop_assert_eq!(own.balance(end), found.balance(end));
        }
    }
}
