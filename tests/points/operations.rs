//! Operations as text tables: what they post, or why they are refused.
//!
//! ```text
//! 2026-01-01  e1 gives 300 by ann                        | +300       | active 300
//! 2026-01-02  e2 holds 200 for mug until 2026-01-09      | -200       | active 100, reserved 200
//! 2026-01-03  e3 captures 150 of e2                      | -150 +50   | active 150, spent 150
//! 2026-01-03  e4 captures all of e2                      | captured   | active 150, spent 150
//! 2026-01-04  e5 releases e2                             | captured   | active 150, spent 150
//! 2026-01-05  e6 spends 200 for mug                      | too_few    | active 150, spent 150
//! 2026-01-06  e7 takes 50 by ann                         | -50        | active 100, forfeited 50
//! 2026-01-07  e8 sends 10 to bob                         | -10        | active 90, sent 10
//! 2026-01-08  e9 receives 10 from bob until 2026-02-01   | +10        | active 100
//! 2026-03-01  f1 reinstates 10 since 2026-02-01 by ann   | +10        | active 100
//! ```
//!
//! The second cell has the entries or the code of the refusal, after which the ledger is what it
//! was. Of the balance, what is not named is zero, but for what was ever earned. What happens on a
//! day before the last one arrives late.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use loyalty::event::{Event, EventKind};
use loyalty::points::{
    Cause, Entry, Ledger, MAX_ENTRIES, Movement, Points, Posting, Refusal, Source, Term,
};
use serde_json::{Value, json};

fn day(text: &str) -> DateTime<Utc> {
    text.parse::<NaiveDate>().unwrap().and_time(NaiveTime::MIN).and_utc()
}

/// What happens to Ann's account, from a line such as `2026-01-02 e2 holds 200 for mug until …`.
fn event(line: &str) -> Event {
    let words: Vec<&str> = line.split_whitespace().collect();
    let kind: EventKind =
        serde_json::from_value(json!({"points": operation(&words[2..])})).unwrap();
    let event = Event::new(words[1].parse().unwrap(), "ann".parse().unwrap(), day(words[0]), kind);
    event.validate().unwrap();
    event
}

fn operation(words: &[&str]) -> Value {
    let points = |text: &str| text.parse::<i64>().unwrap();
    let at = |text: &str| day(text);
    match *words {
        ["spends", many, "for", reward] => {
            json!({"spend": {"points": points(many), "reward": reward}})
        }
        ["holds", many, "for", reward, "until", until] => {
            json!({"hold": {"points": points(many), "reward": reward, "until": at(until)}})
        }
        ["captures", "all", "of", hold] => json!({"capture": {"hold": hold}}),
        ["captures", many, "of", hold] => {
            json!({"capture": {"hold": hold, "points": points(many)}})
        }
        ["releases", hold] => json!({"release": {"hold": hold}}),
        ["gives", many, "by", operator, ref rest @ ..] => {
            let mut given =
                json!({"points": points(many), "operator": operator, "reason": "sorry"});
            if let ["until", until] = rest {
                given["expires_at"] = json!(at(until));
            }
            json!({"adjust": given})
        }
        ["takes", many, "by", operator] => json!({"adjust": {
            "points": -points(many), "operator": operator, "reason": "a mistake"}}),
        ["reinstates", many, "since", since, "by", operator] => json!({"reinstate": {
            "points": points(many), "expired_since": at(since), "operator": operator,
            "reason": "was ill"}}),
        ["sends", many, "to", to] => json!({"send": {"points": points(many), "to": to}}),
        ["merges", many, "into", to] => {
            json!({"send": {"points": points(many), "to": to, "why": "merge"}})
        }
        ["receives", many, "from", from, ref rest @ ..] => {
            let mut parcel = json!({"points": points(many)});
            if let ["until", until] = rest {
                parcel["expires_at"] = json!(at(until));
            }
            json!({"receive": {"parcels": [parcel], "from": from}})
        }
        _ => panic!("{words:?}"),
    }
}

fn told(done: &Result<Vec<Entry>, Refusal>) -> String {
    match done {
        Ok(entries) => {
            let entries = entries.iter().map(|entry| format!("{:+}", entry.points.0));
            entries.collect::<Vec<_>>().join(" ")
        }
        Err(refusal) => refusal.code().to_owned(),
    }
}

fn check(tables: &str) {
    let (mut ledger, mut latest) = (Ledger::default(), DateTime::<Utc>::MIN_UTC);
    for line in tables.lines().map(str::trim).filter(|line| !line.is_empty()) {
        println!("{line}");
        if line.starts_with("==") {
            (ledger, latest) = (Ledger::default(), DateTime::<Utc>::MIN_UTC);
            continue;
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [happens, outcome, held] = cells[..] else { panic!("three cells") };
        latest = latest.max(day(happens.split_whitespace().next().unwrap()));
        if happens.contains(' ') {
            let event = event(happens);
            let done = ledger.operate(&event);
            assert_eq!(told(&done), outcome);
            assert_eq!(ledger.refusal(&event), done.as_ref().err().copied());
            ledger.post(done.unwrap_or_default()).unwrap();
        }
        check_held(&ledger, latest, held);
    }
}

fn check_held(ledger: &Ledger, as_of: DateTime<Utc>, held: &str) {
    let found = serde_json::to_value(ledger.balance(as_of)).unwrap();
    let found: BTreeMap<String, i64> = serde_json::from_value(found).unwrap();
    let named = held.split(',').map(str::trim).filter(|fact| !fact.is_empty());
    let named = named.map(|fact| fact.split_once(' ').unwrap());
    let named: BTreeMap<&str, i64> =
        named.map(|(name, points)| (name, points.parse().unwrap())).collect();
    assert!(named.keys().all(|name| found.contains_key(*name)), "{held}");
    for (name, points) in found.iter().filter(|(name, _)| *name != "earned") {
        assert_eq!(Some(points), named.get(name.as_str()).or(Some(&0)), "{name}");
    }
}

#[test]
fn what_is_done_is_posted_and_what_cannot_be_done_changes_nothing() {
    check(include_str!("operations/statement.txt"));
}

#[test]
fn what_is_held_is_captured_or_released_once() {
    check(include_str!("operations/holds.txt"));
}

#[test]
fn of_two_reasons_the_first_in_the_list_is_told() {
    check(include_str!("operations/precedence.txt"));
}

#[test]
fn what_arrives_late_spends_nothing_that_was_spent_since() {
    check(include_str!("operations/late.txt"));
}

/// A ledger with so many entries, which come to 1 point or none.
fn filled(entries: usize) -> Ledger {
    let at = day("2026-01-01");
    let movement = Movement::Earn(Term::from(at));
    let source = Source::Operator("ann".parse().unwrap());
    let cause =
        Cause { at, event: "e0".parse().unwrap(), movement, source, line: None, purse: None };
    let mut ledger = Ledger::default();
    let posting = Posting::new(cause, Points(1)).unwrap();
    let entry = ledger.reconcile(&[].into(), &[posting], &"e0".parse().unwrap()).remove(0);
    let turns = (0..entries).map(|index| {
        let points = Points(if index % 2 == 0 { 1 } else { -1 });
        Entry { id: u64::try_from(index).unwrap() + 1, points, ..entry.clone() }
    });
    ledger.post(turns.collect()).unwrap();
    ledger
}

#[test]
fn a_full_ledger_takes_no_more_whatever_else_is_wrong() {
    let mut ledger = filled(MAX_ENTRIES - 2);
    let hold = event("2026-01-02 e1 gives 9 by ann");
    ledger.post(ledger.operate(&hold).unwrap()).unwrap();
    let refusal = |ledger: &Ledger, line| ledger.refusal(&event(line)).map(|one| one.code());
    // A capture may need two entries, of which one is left.
    assert_eq!(refusal(&ledger, "2026-01-03 e2 holds 5 for mug until 2026-02-01"), None);
    assert_eq!(refusal(&ledger, "2026-01-03 e2 captures 5 of e9"), Some("full"));
    let last = event("2026-01-03 e2 holds 5 for mug until 2026-02-01");
    ledger.post(ledger.operate(&last).unwrap()).unwrap();
    for line in [
        "2026-01-04 e3 spends 1 for mug",
        "2026-01-04 e3 spends 99 for mug",
        "2026-01-04 e3 captures all of e9",
        "2026-02-04 e3 captures 99 of e2",
        "2026-01-04 e3 releases e2",
        "2026-01-04 e3 reinstates 9 since 2026-01-01 by ann",
        "2026-01-04 e3 gives 1 by ann",
        "2026-01-04 e3 receives 1 from bob",
    ] {
        assert_eq!(refusal(&ledger, line), Some("full"), "{line}");
    }
    assert_eq!(refusal(&ledger, "2026-01-04 e2 spends 1 for mug"), Some("done_before"));
    assert_eq!(refusal(&ledger, "2026-01-04 e3 sends 99 to ann"), Some("to_itself"));
}

#[test]
fn refusals_tell_their_numbers_in_a_sentence_and_are_ordered_as_listed() {
    let since = NaiveDate::from_ymd_opt(2026, 1, 2).unwrap();
    let (wanted, held, found) = (Points(300), Points(250), Points(-20));
    let refusals = [
        (Refusal::DoneBefore, "it was done before"),
        (
            Refusal::BeforeMembership { since },
            "the customer has been a member since 2026-01-02 only",
        ),
        (Refusal::ToItself, "an account gives no points to itself"),
        (Refusal::Full, "the ledger is full"),
        (Refusal::UnknownHold, "no points are held under this name"),
        (Refusal::Captured, "what was held has been captured"),
        (Refusal::Released, "what was held has been released"),
        (
            Refusal::HoldOver { until: day("2026-01-02") },
            "the points were held until 2026-01-02 00:00:00 UTC",
        ),
        (Refusal::MoreThanHeld { wanted, held }, "300 points are wanted, and 250 are held"),
        (Refusal::StillHeld { held }, "250 points are held"),
        (
            Refusal::MoreThanExpired { wanted, found: held },
            "300 points are wanted, and 250 have expired since then",
        ),
        (Refusal::TooFew { wanted, found }, "300 points are wanted, and there are -20"),
    ];
    assert!(refusals.is_sorted());
    for (refusal, sentence) in refusals {
        assert_eq!(refusal.to_string(), sentence);
        let written = serde_json::to_value(refusal).unwrap();
        let code = written.as_str().or_else(|| Some(written.as_object()?.keys().next()?));
        assert_eq!(code, Some(refusal.code()));
    }
}
