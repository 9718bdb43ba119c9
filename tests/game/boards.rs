//! Leaderboards: who is on them, in which order, and in which group.

use chrono::{DateTime, Utc};
use loyalty::event::{Event, EventKind};
use loyalty::game::{Leaderboard, Ranking};
use loyalty::profile::Customer;
use loyalty::program::{Applied, Member, Program, Spec};
use proptest::prelude::*;
use serde_json::{Value, json};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn program(by: Value) -> Program {
    let board = |id: &str, measure: Value, window: &str| -> Value {
        let opt_in = "seen";
        json!({"id": id, "measure": measure, "window": window, "opt_in": opt_in, "by": by})
    };
    let document = json!({"loyalty": 1, "name": "boards", "currency": "EUR",
        "attributes": {"seen": {"kind": "bool"}},
        "segments": [
            {"id": "be", "name": "BE", "when": {"field": "country", "is": "BE"}},
            {"id": "old", "name": "Old", "when": {"field": "orders(lifetime)", "at_least": 2}}],
        "games": {"boards": [
            board("walks", json!({"custom": "walk"}), "this_month"),
            board("spend", json!({"spend": {}}), "lifetime")]}});
    Spec::from_json(&document.to_string()).unwrap().build().unwrap()
}

/// A customer with attributes, who did these things at these instants.
fn member(program: &Program, id: &str, attributes: &Value, events: &[(&str, Value)]) -> Member {
    let attributes = serde_json::from_value(attributes.clone()).unwrap();
    let customer = Customer { id: id.parse().unwrap(), attributes };
    let mut member = program.enroll(customer);
    for (number, (when, kind)) in events.iter().enumerate() {
        let kind: EventKind = serde_json::from_value(kind.clone()).unwrap();
        let event_id = format!("{id}-{number}").parse().unwrap();
        let event = Event::new(event_id, member.id().clone(), at(when), kind);
        assert!(matches!(member.apply(&program.decide(&member, &event)), Applied::Now { .. }));
    }
    member
}

fn walk() -> Value {
    json!({"custom": {"name": "walk"}})
}

fn buys(order: &str, price: &str) -> Value {
    json!({"purchase": {"order": order, "basket": {"lines": [
        {"id": "1", "product": "p", "quantity": 1, "unit_price": price}]}}})
}

/// Who stands where: `1 ann 3`.
fn places(ranking: &Ranking) -> Vec<String> {
    let place =
        |place: &loyalty::game::Place| format!("{} {} {}", place.rank, place.customer, place.score);
    ranking.places.iter().map(place).collect()
}

fn walkers(program: &Program) -> Vec<Member> {
    let seen = json!({"seen": true});
    let walks = |id: &str, days: &[&str]| {
        let events: Vec<(&str, Value)> = days.iter().map(|day| (*day, walk())).collect();
        member(program, id, &seen, &events)
    };
    vec![
        walks("eve", &["2026-03-01T00:00:00Z", "2026-03-09T10:00:00Z"]),
        walks("dan", &["2026-03-02T10:00:00Z", "2026-03-08T10:00:00Z"]),
        walks("cat", &["2026-03-03T10:00:00Z", "2026-03-08T10:00:00Z"]),
        walks("bob", &["2026-02-28T23:59:59Z", "2026-03-02T10:00:00Z"]),
        walks("amy", &["2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-12T10:00:00Z"]),
        walks("zoe", &[]),
        member(program, "hid", &json!({"seen": false}), &[("2026-03-01T10:00:00Z", walk())]),
        member(program, "mum", &json!({}), &[("2026-03-01T10:00:00Z", walk())]),
    ]
}

#[test]
fn ties_share_a_rank_and_who_reached_the_score_first_stands_first() {
    let program = program(Value::Null);
    let members = walkers(&program);
    let board = program
        .leaderboard(&members, &"walks".parse().unwrap(), at("2026-03-10T00:00:00Z"))
        .unwrap();
    let ranking = board.group(None).unwrap();
    let expected = ["1 amy 2", "1 cat 2", "1 dan 2", "1 eve 2", "5 bob 1", "6 zoe 0"];
    assert_eq!(places(ranking), expected);
    assert_eq!(board.groups.len(), 1);
    assert_eq!(
        ranking.place(&"cat".parse().unwrap()).unwrap().reached_at,
        Some(at("2026-03-08T10:00:00Z"))
    );

    let later = at("2026-03-12T10:00:00Z");
    let board = program.leaderboard(&members, &"walks".parse().unwrap(), later).unwrap();
    let ranking = board.group(None).unwrap();
    let expected = ["1 amy 3", "2 cat 2", "2 dan 2", "2 eve 2", "5 bob 1", "6 zoe 0"];
    assert_eq!(places(ranking), expected);
    let names = |places: &[loyalty::game::Place]| {
        places.iter().map(|place| place.customer.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(names(ranking.top(2)), ["amy", "cat"]);
    assert_eq!(names(ranking.top(99)), ["amy", "cat", "dan", "eve", "bob", "zoe"]);
    assert_eq!(names(ranking.around(&"bob".parse().unwrap(), 1)), ["eve", "bob", "zoe"]);
    assert_eq!(names(ranking.around(&"amy".parse().unwrap(), 1)), ["amy", "cat"]);
    assert_eq!(names(ranking.around(&"hid".parse().unwrap(), 1)), [""; 0]);
    assert_eq!(program.leaderboard(&members, &"runs".parse().unwrap(), later), None);
}

#[test]
fn whoever_opts_out_is_gone_and_what_came_back_counts_nothing() {
    let program = program(Value::Null);
    let out = json!({"attributes_changed": {"changes": {"seen": false}}});
    let back = json!({"return": {"order": "o2", "lines": [{"line": "1", "quantity": 1}]}});
    let members = [
        member(
            &program,
            "a",
            &json!({"seen": true}),
            &[("2026-01-01T10:00:00Z", buys("o1", "9.00 EUR")), ("2026-02-01T10:00:00Z", out)],
        ),
        member(
            &program,
            "b",
            &json!({"seen": true}),
            &[
                ("2026-01-01T10:00:00Z", buys("o1", "3.00 EUR")),
                ("2026-01-02T10:00:00Z", buys("o2", "9.00 EUR")),
                ("2026-02-01T10:00:00Z", back),
            ],
        ),
    ];
    let board =
        |as_of| program.leaderboard(&members, &"spend".parse().unwrap(), at(as_of)).unwrap();
    let before = board("2026-01-31T00:00:00Z");
    assert_eq!(places(&before.groups[0]), ["1 b 12.00 EUR", "2 a 9.00 EUR"]);
    let after = board("2026-02-01T10:00:00Z");
    assert_eq!(places(&after.groups[0]), ["1 b 3.00 EUR"]);
    assert_eq!(after.groups[0].places[0].reached_at, Some(at("2026-01-01T10:00:00Z")));
}

#[test]
fn groups_are_the_segments_or_the_values_of_an_attribute() {
    let build = |program: &Program| {
        let who = |country: &str, region: Option<&str>| -> Value {
            let region = region.unwrap_or("south");
            json!({"seen": true, "country": country, "region": region})
        };
        let twice = [
            ("2026-01-01T10:00:00Z", buys("o1", "1.00 EUR")),
            ("2026-01-02T10:00:00Z", buys("o2", "1.00 EUR")),
        ];
        let once = [("2026-01-01T10:00:00Z", buys("o1", "5.00 EUR"))];
        vec![
            member(program, "a", &who("BE", Some("north")), &twice),
            member(program, "b", &who("BE", None), &once),
            member(program, "c", &who("NL", None), &twice),
            member(program, "d", &json!({"seen": true}), &once),
        ]
    };
    let told = |program: &Program| -> Vec<(Option<String>, Vec<String>)> {
        let members = build(program);
        let as_of = at("2026-02-01T10:00:00Z");
        let board = program.leaderboard(&members, &"spend".parse().unwrap(), as_of).unwrap();
        let group =
            |ranking: &Ranking| (ranking.group.as_ref().map(ToString::to_string), places(ranking));
        board.groups.iter().map(group).collect()
    };
    let group = |name: Option<&str>, places: &[&str]| {
        (name.map(str::to_owned), places.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(
        told(&program(json!("segments"))),
        [
            group(Some("be"), &["1 b 5.00 EUR", "2 a 2.00 EUR"]),
            group(Some("old"), &["1 a 2.00 EUR", "1 c 2.00 EUR"]),
        ]
    );
    assert_eq!(
        told(&program(json!({"attribute": "region"}))),
        [
            group(None, &["1 d 5.00 EUR"]),
            group(Some("north"), &["1 a 2.00 EUR"]),
            group(Some("south"), &["1 b 5.00 EUR", "2 c 2.00 EUR"]),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_order_of_members_does_not_matter(
        order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
        hour in 0..400_i64,
    ) {
        let program = program(Value::Null);
        let members = walkers(&program);
        let shuffled: Vec<Member> = order.iter().map(|index| members[*index].clone()).collect();
        let as_of = at("2026-03-01T00:00:00Z") + chrono::TimeDelta::hours(hour);
        let board = "walks".parse().unwrap();
        let told = program.leaderboard(&members, &board, as_of).unwrap();
        prop_assert_eq!(program.leaderboard(&shuffled, &board, as_of), Some(told.clone()));
        let json = serde_json::to_string(&told)?;
        prop_assert_eq!(serde_json::from_str::<Leaderboard>(&json)?, told.clone());
        // A rank is one more than there are higher scores.
        let places = &told.groups[0].places;
        for place in places {
            let higher = places.iter().filter(|other| other.score > place.score).count();
            prop_assert_eq!(place.rank, higher as u64 + 1);
        }
    }
}
