//! What returns, voids and voids of voids make of points, as text tables.
//!
//! A line is an event as it arrives, on the day on which it happened; then what is held on the last
//! day of all:
//!
//! ```text
//! 1 a buys o1 1:3x5.00 with MUG  | active 5
//! 2 r returns o1 1:1             | active 0
//! 3 v voids r                    | active 5
//! 4 e reviews                    | active 15
//! ```
//!
//! `1:3x5.00` are three units at 5.00 EUR in line 1. An order earns a point for every EUR of a
//! line, and 2 as a whole, which are split over its lines; a review earns 10, once a month. `MUG`
//! costs 15 points; `BONUS` gives 7, once in a lifetime. Of the balance, what is not named is zero,
//! but for what was ever earned, spent and taken back; `kept` is what counts for the tier, if it is
//! not the sum of the others.
//!
//! However the events of a table arrive, the same stands in the ledger in the end.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::Event;
use loyalty::points::{Balance, Cause, Points};
use loyalty::profile::Customer;
use loyalty::program::{Applied, Member, Program, Spec};
use loyalty::tier::{Credits, Measure};

const TERMS: &str = r#"{
  "loyalty": 1, "name": "Beans", "currency": "EUR",
  "ladders": [{"measure": "points_earned", "window": "lifetime",
               "tiers": [{"id": "all", "name": "All", "at_least": 0}]}],
  "earning": [
    {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}},
     "expiry": {"after": "60d"}},
    {"id": "order", "award": {"per_event": {"event": "purchase", "points": 2}}},
    {"id": "review", "award": {"per_event": {"event": "review", "points": 10}},
     "caps": [{"times": 1, "per": "month"}]}
  ],
  "offers": [
    {"id": "mug", "benefit": {"gift": {"product": "mug"}}, "cost": 15, "code": "MUG"},
    {"id": "bonus", "benefit": {"points": 7}, "limits": {"uses": [{"at_most": 1}]},
     "code": "BONUS"}
  ]
}"#;

fn program(terms: &str) -> Program {
    match Spec::from_json(terms).and_then(Spec::build) {
        Ok(program) => program,
        Err(error) => panic!("{error}"),
    }
}

/// The first days of March.
fn day(day: &str) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-01T09:00:00Z".parse().unwrap();
    first + TimeDelta::days(day.parse::<i64>().unwrap() - 1)
}

fn event(happens: &str) -> Event {
    let words: Vec<&str> = happens.split_whitespace().collect();
    let (at, id) = (day(words[0]).to_rfc3339(), words[1]);
    let kind = match words[2..] {
        ["buys", order, ref rest @ ..] => {
            let (lines, codes) = match rest.iter().position(|word| *word == "with") {
                Some(with) => (&rest[..with], &rest[with + 1..]),
                None => (rest, &rest[rest.len()..]),
            };
            let lines: Vec<String> = lines.iter().map(|line| bought(line)).collect();
            let codes: Vec<String> = codes.iter().map(|code| format!("{code:?}")).collect();
            format!(
                r#"{{"purchase":{{"order":"{order}",
                     "basket":{{"lines":[{}],"coupons":[{}]}}}}}}"#,
                lines.join(","),
                codes.join(",")
            )
        }
        ["returns", order, ref lines @ ..] => {
            let lines = lines.iter().map(|line| {
                let (line, units) = line.split_once(':').unwrap();
                format!(r#"{{"line":"{line}","quantity":{units}}}"#)
            });
            let lines: Vec<String> = lines.collect();
            format!(r#"{{"return":{{"order":"{order}","lines":[{}]}}}}"#, lines.join(","))
        }
        ["voids", event] => format!(r#"{{"void":{{"event":"{event}"}}}}"#),
        ["spends", points] => {
            format!(r#"{{"points":{{"spend":{{"points":{points},"reward":"mug"}}}}}}"#)
        }
        ["gives", points] => format!(
            r#"{{"points":{{"adjust":{{"points":{points},"operator":"eve","reason":"sorry"}}}}}}"#
        ),
        ["sends", points] => {
            format!(r#"{{"points":{{"send":{{"points":{points},"to":"bob"}}}}}}"#)
        }
        ["holds", points, "until", until] => format!(
            r#"{{"points":{{"hold":{{"points":{points},"reward":"mug","until":"{}"}}}}}}"#,
            day(until).to_rfc3339()
        ),
        ["captures", points, "of", hold] => {
            format!(r#"{{"points":{{"capture":{{"hold":"{hold}","points":{points}}}}}}}"#)
        }
        ["reinstates", points, "since", since] => format!(
            r#"{{"points":{{"reinstate":{{"points":{points},"operator":"eve","reason":"was ill",
                "expired_since":"{}"}}}}}}"#,
            day(since).to_rfc3339()
        ),
        ["reviews"] => r#"{"review":{"product":"beans","rating":5}}"#.to_owned(),
        _ => panic!("{happens}"),
    };
    serde_json::from_str(&format!(
        r#"{{"id":"{id}","customer":"ann","at":"{at}","recorded_at":"{at}","kind":{kind}}}"#
    ))
    .unwrap()
}

fn bought(line: &str) -> String {
    let (line, units) = line.split_once(':').unwrap();
    let (units, price) = units.split_once('x').unwrap();
    format!(r#"{{"id":"{line}","product":"p","quantity":{units},"unit_price":"{price} EUR"}}"#)
}

fn feed(program: &Program, member: &mut Member, event: &Event) {
    let decision = program.decide(member, event);
    assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{decision:?}");
}

fn member(program: &Program, events: &[Event]) -> Member {
    let mut member = program.enroll(Customer::new("ann".parse().unwrap()));
    events.iter().for_each(|event| feed(program, &mut member, event));
    member
}

fn net(member: &Member) -> Vec<(Cause, Points)> {
    member.ledger().net().map(|(cause, points)| (cause.clone(), points)).collect()
}

fn told(program: &Program, member: &Member, as_of: DateTime<Utc>) -> String {
    let view = program.view(member, as_of);
    let Balance { active, pending, reserved, expired, spent, deficit, .. } = view.balance;
    let mut told = Vec::new();
    let amounts = [
        ("active", active),
        ("pending", pending),
        ("reserved", reserved),
        ("expired", expired),
        ("deficit", deficit),
    ];
    for (name, points) in amounts.into_iter().filter(|(_, points)| !points.is_zero()) {
        told.push(format!("{name} {points}"));
    }
    let kept = view.standing.and_then(|standing| standing.credits.of(Measure::PointsEarned));
    let usual = [active, pending, expired, spent].iter().map(|points| points.0).sum::<i64>();
    match kept {
        Some(Credits::Count(kept)) if kept != usual - deficit.0 => {
            told.push(format!("kept {kept}"))
        }
        _ => {}
    }
    told.join(", ")
}

fn check(table: &str) {
    check_under(TERMS, table);
}

fn check_under(terms: &str, table: &str) {
    let program = program(terms);
    let (events, arriving) = check_arriving(&program, table);
    for turn in 0..events.len() {
        let mut other = events.clone();
        other.rotate_left(turn);
        assert_eq!(net(&member(&program, &other)), net(&arriving), "from {turn} on:{table}");
        other.reverse();
        assert_eq!(net(&member(&program, &other)), net(&arriving), "back from {turn}:{table}");
    }
}

/// Checks what is held after each line, if the events arrive in the order of the table.
fn check_arriving(program: &Program, table: &str) -> (Vec<Event>, Member) {
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<(&str, &str)> = lines.map(|line| line.split_once('|').unwrap()).collect();
    let events: Vec<Event> = lines.iter().map(|(happens, _)| event(happens)).collect();
    let end = events.iter().map(|event| event.at).max().unwrap();
    let mut arriving = member(program, &[]);
    for (event, (line, held)) in events.iter().zip(&lines) {
        feed(program, &mut arriving, event);
        let found = told(program, &arriving, end);
        assert_eq!(found, held.trim(), "after `{}` of{table}", line.trim());
    }
    (events, arriving)
}

/// Operations are judged by what has arrived, so that another order could be refused.
fn check_operations(table: &str) {
    check_arriving(&program(r#"{"loyalty": 1, "name": "Beans", "currency": "EUR"}"#), table);
}

#[test]
fn units_that_come_back_twice_are_taken_back_once() {
    check(
        "
        1 a buys o 1:3x3.35  | active 12
        2 r returns o 1:1    | active 9
        3 s returns o 1:1    | active 5
        4 t returns o 1:1    |
        5 v voids r          | active 5
        6 u returns o 1:1    |
        ",
    );
}

#[test]
fn a_void_return_of_a_void_purchase_gives_nothing_back() {
    check(
        "
        1 a buys o 1:1x4.00 2:1x3.00  | active 9
        2 r returns o 1:1             | active 4
        3 v voids a                   |
        4 w voids r                   |
        5 x voids v                   | active 9
        ",
    );
}

#[test]
fn what_came_back_of_a_void_purchase_is_not_given_back_with_it() {
    check(
        "
        1 a buys o 1:2x5.00  | active 12
        2 v voids a          |
        3 r returns o 1:1    |
        4 w voids v          | active 6
        5 s returns o 1:1    |
        ",
    );
}

#[test]
fn a_chain_of_voids_takes_from_and_gives_to_the_same_lots() {
    // The points for what was paid expire; those for the order and the review do not.
    check(
        "
        99 n buys p 1:1x1.00  | active 3
        1 a buys o 1:1x8.00   | active 5, expired 8
        2 e reviews           | active 15, expired 8
        3 v voids e           | active 5, expired 8
        4 w voids v           | active 15, expired 8
        5 x voids w           | active 5, expired 8
        6 y voids x           | active 15, expired 8
        7 z voids y           | active 5, expired 8
        ",
    );
}

#[test]
fn points_that_were_spent_are_given_back_and_spent_again() {
    check(
        "
        1 a buys o 1:1x20.00          | active 22
        2 b buys p 1:1x3.00 with MUG  | active 12
        3 v voids b                   | active 22
        4 w voids v                   | active 12
        5 x voids w                   | active 22
        6 y voids x                   | active 12
        ",
    );
}

#[test]
fn points_that_were_spent_come_back_with_the_last_unit() {
    check(
        "
        1 a buys o 1:1x20.00          | active 22
        2 b buys p 1:2x3.00 with MUG  | active 15
        3 r returns p 1:1             | active 11
        4 s returns p 1:1             | active 22
        5 v voids r                   | active 11
        6 w voids b                   | active 22
        7 x voids w                   | active 11
        ",
    );
}

#[test]
fn an_order_that_was_replaced_counts_once() {
    check(
        "
        1 a buys o 1:1x20.00  | active 22
        2 v voids a           |
        3 b buys o 1:1x30.00  | active 32
        4 w voids v           | active 22
        5 x voids w           | active 32
        ",
    );
}

#[test]
fn what_a_void_purchase_used_can_be_used_again() {
    check(
        "
        1 a buys o 1:1x5.00 with BONUS  | active 14
        2 v voids a                     |
        3 b buys p 1:1x5.00 with BONUS  | active 14
        4 c buys q 1:1x5.00 with BONUS  | active 21
        ",
    );
}

#[test]
fn a_cap_counts_what_stood_when_it_happened() {
    check(
        "
        1 a reviews   | active 10
        2 b reviews   | active 10
        3 v voids a   |
        4 c reviews   | active 10
        5 w voids v   | active 20
        6 d reviews   | active 20
        ",
    );
}

#[test]
fn a_late_void_arrives_before_what_it_names() {
    check(
        "
        3 v voids a                   |
        4 b buys p 1:1x3.00 with MUG  | active 5
        1 a buys o 1:1x20.00          | active 5
        ",
    );
}

#[test]
fn a_purchase_and_its_return_of_one_instant_are_taken_by_their_ids() {
    check(
        "
        1 b buys o 1:2x5.00  | active 12
        1 a returns o 1:1    | active 12
        1 c returns o 1:1    | active 6
        ",
    );
}

#[test]
fn an_operation_that_is_void_is_undone_and_done_again_if_its_void_is() {
    check_operations(
        "
        1 a gives 20         | active 20
        2 b spends 15        | active 5
        3 v voids b          | active 20
        4 w voids v          | active 5
        5 c gives -5         |
        6 x voids c          | active 5
        7 d sends 5          |
        8 y voids d          | active 5
        9 z voids a          | deficit 15
        ",
    );
}

#[test]
fn a_void_hold_lets_go_and_a_void_capture_gives_back() {
    check_operations(
        "
        1 a gives 20                | active 20
        2 h holds 15 until 30       | active 5, reserved 15
        3 v voids h                 | active 20
        4 i holds 15 until 30       | active 5, reserved 15
        5 c captures 10 of i        | active 10
        6 w voids c                 | active 20
        7 x voids i                 | active 20
        ",
    );
}

#[test]
fn what_was_reinstated_by_mistake_is_taken_back() {
    check_arriving(
        &program(TERMS),
        "
        1 a buys o 1:1x8.00         | active 2, expired 8
        70 r reinstates 5 since 50  | active 7, expired 3
        71 v voids r                | active 2, expired 3, kept 10
        ",
    );
}
