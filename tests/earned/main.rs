//! What members earn, and what is taken back of it, as text tables that read like a statement.
//!
//! A line is an event as it arrives, on a day of March 2026 or on the day that it names; then the
//! entries that its decision has, added up for each movement; then what is held on the last day of
//! all:
//!
//! ```text
//! 1 a buys o 1:3x5.00@tea with CUP via app in gent  | +15 -100 | active 5
//! 2 r returns o 1:1                                 | -5       | active 0
//! 3 v voids r                                       | +5       | active 5
//! 4 c confirms o                                    |          | active 5
//! 5 d tells email=a birthday=1990-02-28             | +20      | active 25
//! ```
//!
//! Points of a purse are told with its name: `+15 +3:stars`, `active 15, stars active 3`. However
//! the events of a table arrive, the same stands in the ledger in the end.

mod bonuses;
mod claw_back;
mod confirmed;
mod laws;
mod multipliers;
mod purses;
mod terms;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::{Event, EventKind};
use loyalty::id::PurseId;
use loyalty::points::{Balance, Cause, Movement, Points};
use loyalty::profile::Customer;
use loyalty::program::{Applied, Decision, Member, Program, Spec};
use serde_json::{Map, Value, json};

/// A program in euros with these terms beside the name.
fn program(terms: &str) -> Program {
    let json = format!(r#"{{"loyalty": 1, "name": "Beans", "currency": "EUR", {terms}}}"#);
    let spec = Spec::from_json(&json).unwrap_or_else(|error| panic!("{error}"));
    // What is written is read again as it was.
    let again: Spec = serde_json::from_str(&serde_json::to_string(&spec).unwrap()).unwrap();
    assert_eq!(again, spec);
    spec.build().unwrap_or_else(|error| panic!("{error}"))
}

/// The problems of a program with these terms.
fn problems(terms: &str) -> Vec<String> {
    let json = format!(r#"{{"loyalty": 1, "name": "Beans", "currency": "EUR", {terms}}}"#);
    let error = Spec::from_json(&json).and_then(Spec::build).unwrap_err();
    error.to_string().lines().map(str::to_owned).collect()
}

/// A day of March, or the day that is named; at nine, or at the hour that is named.
fn day(text: &str) -> DateTime<Utc> {
    if text.contains('T') {
        return text.parse().unwrap();
    }
    if text.contains('-') {
        return format!("{text}T09:00:00Z").parse().unwrap();
    }
    let first: DateTime<Utc> = "2026-03-01T09:00:00Z".parse().unwrap();
    first + TimeDelta::days(text.parse::<i64>().unwrap() - 1)
}

fn event(happens: &str) -> Event {
    let mut words: Vec<&str> = happens.split_whitespace().collect();
    let mut said = |word: &str| {
        let place = words.iter().position(|found| *found == word)?;
        let value = words.get(place + 1).copied();
        words.drain(place..=place + 1);
        value
    };
    let (channel, store, code) = (said("via"), said("in"), said("with"));
    let (at, id) = (day(words[0]), words[1]);
    let kind = match words[2..] {
        ["buys", order, ref lines @ ..] => {
            let lines: Vec<Value> = lines.iter().map(|line| bought(line)).collect();
            let codes: Vec<&str> = code.into_iter().collect();
            json!({"purchase": {"order": order,
                "basket": {"lines": lines, "coupons": codes, "store": store}}})
        }
        ["returns", order, ref lines @ ..] => {
            let lines = lines.iter().map(|line| {
                let (line, units) = line.split_once(':').unwrap();
                json!({"line": line, "quantity": units.parse::<i64>().unwrap()})
            });
            json!({"return": {"order": order, "lines": lines.collect::<Vec<Value>>()}})
        }
        ["voids", event] => json!({"void": {"event": event}}),
        ["confirms", order] => json!({"order_confirmed": {"order": order}}),
        ["visits"] => json!({"visit": {"store": store.unwrap_or("gent")}}),
        ["reviews", product] => json!({"review": {"product": product, "rating": 5}}),
        ["opens"] => json!("app_opened"),
        ["tells", ref facts @ ..] => {
            let facts = facts.iter().map(|fact| {
                let (name, value) = fact.split_once('=').unwrap();
                let value = match (name, value) {
                    (_, "") => Value::Null,
                    ("birthday", _) => json!({"date": value}),
                    _ => json!(value),
                };
                (name.to_owned(), value)
            });
            json!({"attributes_changed": {"changes": facts.collect::<Map<String, Value>>()}})
        }
        _ => panic!("{happens}"),
    };
    let kind: EventKind = serde_json::from_value(kind).unwrap();
    let event = Event::new(id.parse().unwrap(), "ann".parse().unwrap(), at, kind);
    match channel {
        Some(channel) => event.through(channel.parse().unwrap()),
        None => event,
    }
}

/// `1:3x5.00@tea`: three units at 5.00 EUR of the category and product tea, in line 1.
fn bought(line: &str) -> Value {
    let (line, category) = line.split_once('@').unwrap_or((line, "goods"));
    let (line, units) = line.split_once(':').unwrap();
    let (units, price) = units.split_once('x').unwrap();
    json!({"id": line, "product": category, "category": category,
           "quantity": units.parse::<i64>().unwrap(), "unit_price": format!("{price} EUR")})
}

fn feed(program: &Program, member: &mut Member, event: &Event) -> Decision {
    let decision = program.decide(member, event);
    assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{decision:?}");
    decision
}

fn enroll(program: &Program) -> Member {
    program.enroll(Customer::new("ann".parse().unwrap()))
}

fn net(member: &Member) -> Vec<(Cause, Points)> {
    member.ledger().net().map(|(cause, points)| (cause.clone(), points)).collect()
}

/// What the entries come to: for the event itself by movement, and in all for what they correct.
fn entries(decision: &Decision) -> String {
    let mut sums: BTreeMap<(Option<&PurseId>, bool, u8), i64> = BTreeMap::new();
    for entry in &decision.entries {
        let corrects = entry.cause.event != decision.event.id;
        let movement = match entry.cause.movement {
            Movement::Spend => 0,
            Movement::ClawBack { .. } => 1,
            Movement::Restore { .. } => 2,
            _ => 3,
        };
        let movement = if corrects { 0 } else { movement };
        *sums.entry((entry.cause.purse.as_ref(), corrects, movement)).or_default() +=
            entry.points.0;
    }
    let told = sums.iter().filter(|(_, sum)| **sum != 0);
    let told = told.map(|((purse, ..), sum)| match purse {
        None => format!("{sum:+}"),
        Some(purse) => format!("{sum:+}:{purse}"),
    });
    told.collect::<Vec<_>>().join(" ")
}

fn held(member: &Member, as_of: DateTime<Utc>) -> String {
    let ledger = member.ledger();
    let purses = std::iter::once(None).chain(ledger.purses().map(Some));
    let held = purses.flat_map(|purse| {
        let Balance { active, pending, expired, deficit, .. } = ledger.purse(purse).balance(as_of);
        let amounts =
            [("active", active), ("pending", pending), ("expired", expired), ("deficit", deficit)];
        let held = amounts.into_iter().filter(|(_, points)| !points.is_zero());
        held.map(move |(name, points)| match purse {
            None => format!("{name} {points}"),
            Some(purse) => format!("{purse} {name} {points}"),
        })
    });
    held.collect::<Vec<_>>().join(", ")
}

/// Checks a table under these terms, and that the order in which its events arrive does not matter.
#[track_caller]
fn check(terms: &str, table: &str) {
    let program = program(terms);
    let lines = table.lines().map(str::trim).filter(|line| !line.is_empty());
    let lines: Vec<Vec<&str>> =
        lines.map(|line| line.split('|').map(str::trim).collect()).collect();
    let events: Vec<Event> = lines.iter().map(|cells| event(cells[0])).collect();
    let end = events.iter().map(|event| event.at).max().unwrap();
    let mut arriving = enroll(&program);
    for (event, cells) in events.iter().zip(&lines) {
        let decision = feed(&program, &mut arriving, event);
        assert_eq!(entries(&decision), cells[1], "entries of `{}` of{table}", cells[0]);
        assert_eq!(held(&arriving, end), cells[2], "after `{}` of{table}", cells[0]);
    }
    let arrives = |events: &[Event]| {
        let mut member = enroll(&program);
        events.iter().for_each(|event| drop(feed(&program, &mut member, event)));
        net(&member)
    };
    for turn in 0..events.len() {
        let mut other = events.clone();
        other.rotate_left(turn);
        assert_eq!(arrives(&other), net(&arriving), "from {turn} on:{table}");
        other.reverse();
        assert_eq!(arrives(&other), net(&arriving), "back from {turn}:{table}");
    }
}

/// The shares of a purchase's lines: `rule line points`, in the order of rules and lines.
#[track_caller]
fn shares(terms: &str, purchase: &str, expected: &[&str]) {
    let program = program(terms);
    let decision = feed(&program, &mut enroll(&program), &event(purchase));
    let told = decision.entries.iter().map(|entry| {
        let source = serde_json::to_value(&entry.cause.source).unwrap();
        let (_, name) = source.as_object().unwrap().iter().next().unwrap();
        let line = entry.cause.line.as_ref().map_or("-", |line| line.as_str());
        format!("{} {line} {}", name.as_str().unwrap(), entry.points)
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
}
