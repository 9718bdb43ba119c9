//! Games as text tables.
//!
//! A table begins with what its program says of games (and offers); a line says what happens at an
//! instant (UTC), and what is so right afterwards, or as of the latest instant if it arrives late:
//!
//! ```text
//! == A title.
//! {"zone": "Europe/Brussels", "games": {"cards": […], "streaks": […]}, "offers": […]}
//! 2026-01-05T10:00 e1 buys 2 coffee for 3.00 EUR    | punches 2; points 0
//! 2026-01-05T11:00 e2 buys 1 coffee free            | used 1
//! 2026-01-06T10:00 e3 returns 1 of e1               | punches 1; says 1 of 9 punches
//! 2026-01-07T10:00 e4 reviews                       | length 1; until 2026-01-08T23:00
//! 2026-01-08T10:00 e5 sets time_zone Asia/Tokyo     |
//! 2026-01-09T10:00 e6 visits gent                   | progress 1
//! 2026-01-10T10:00 e7 voids e1                      | badges regular, critic
//! 2026-01-11T10:00 e8 walks                         | next 2026-02-01T00:00
//! 2026-02-01T00:00                                  | next never
//! ```
//!
//! A fact is of the only card, streak or challenge of the table.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use loyalty::event::{Event, EventKind};
use loyalty::game::Play;
use loyalty::program::{Applied, Member, Program, Spec, View};
use serde_json::{Value, json};

struct Book {
    program: Program,
    member: Member,
    latest: DateTime<Utc>,
}

fn at(text: &str) -> DateTime<Utc> {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").unwrap().and_utc()
}

fn told(at: Option<DateTime<Utc>>) -> String {
    at.map_or("never".to_owned(), |at| at.format("%Y-%m-%dT%H:%M").to_string())
}

fn check(tables: &str) {
    let mut book = None;
    for line in tables.lines().map(str::trim).filter(|line| !line.is_empty()) {
        println!("{line}");
        if line.starts_with('{') {
            book = Some(Book::new(line));
        } else if !line.starts_with("==") {
            book.as_mut().expect("a program").check_line(line);
        }
    }
}

impl Book {
    fn new(games: &str) -> Self {
        let mut document = json!({"loyalty": 1, "name": "table", "currency": "EUR",
            "attributes": {"joined": {"kind": "bool"}, "seen": {"kind": "bool"}}});
        let told: Value = serde_json::from_str(games).unwrap();
        document.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        let program = Spec::from_json(&document.to_string()).unwrap().build().unwrap();
        let member = program.enroll(loyalty::profile::Customer::new("c".parse().unwrap()));
        Self { program, member, latest: DateTime::<Utc>::MIN_UTC }
    }

    fn check_line(&mut self, line: &str) {
        let (happens, facts) = line.split_once('|').unwrap();
        let words: Vec<&str> = happens.split_whitespace().collect();
        let happens_at = at(words[0]);
        self.latest = self.latest.max(happens_at);
        if words.len() > 1 {
            let kind: EventKind = serde_json::from_value(kind(words[1], &words[2..])).unwrap();
            let id = words[1].parse().unwrap();
            let event = Event::new(id, self.member.id().clone(), happens_at, kind);
            let decision = self.program.decide(&self.member, &event);
            assert!(matches!(self.member.apply(&decision), Applied::Now { .. }), "{decision:?}");
        }
        let view = self.program.view(&self.member, self.latest);
        // A sentence is the last of the facts, and may have the sign that parts them.
        let (facts, sentence) = facts.split_once("; says ").unzip();
        let facts = facts.unwrap_or(line.split_once('|').unwrap().1);
        if let Some(sentence) = sentence {
            assert_eq!(found(&view, "says"), sentence.trim());
        }
        for fact in facts.split(';').map(str::trim).filter(|fact| !fact.is_empty()) {
            let (name, wanted) = fact.split_once(' ').unwrap();
            assert_eq!(found(&view, name), wanted, "{name}");
        }
    }
}

fn kind(id: &str, words: &[&str]) -> Value {
    let buys = |count: &str, what: &str, price: &str, discounts: Value| {
        let count: i64 = count.parse().unwrap();
        json!({"purchase": {"order": id, "basket": {"store": what, "lines": [
            {"id": "1", "product": what, "category": what, "quantity": count,
             "unit_price": price, "discounts": discounts}]}}})
    };
    match words {
        ["buys", count, what, "for", amount, currency] => {
            buys(count, what, &format!("{amount} {currency}"), json!([]))
        }
        ["buys", "1", what, "free"] => {
            buys("1", what, "3.00 EUR", json!([{"amount": "3.00 EUR", "offer": "reward"}]))
        }
        ["returns", count, "of", order] => json!({"return": {"order": order, "lines": [
            {"line": "1", "quantity": count.parse::<i64>().unwrap()}]}}),
        ["voids", event] => json!({"void": {"event": event}}),
        ["visits", store] => json!({"visit": {"store": store}}),
        ["reviews"] => json!({"review": {"product": "p", "rating": 5}}),
        ["walks"] => json!({"custom": {"name": "walk"}}),
        ["enrolls"] => json!("enrolled"),
        ["sets", name, value] => {
            let value = match *value {
                "yes" => json!(true),
                "no" => json!(false),
                text => json!(text),
            };
            json!({"attributes_changed": {"changes": {*name: value}}})
        }
        _ => panic!("{words:?}"),
    }
}

fn found(view: &View, name: &str) -> String {
    let Play { cards, streaks, challenges, .. } = &view.games;
    let steps = || challenges[0].steps.iter().map(|step| told(step.reached_at));
    match name {
        "punches" => cards[0].punches.to_string(),
        "completed" => cards[0].completed.to_string(),
        "available" => cards[0].available.to_string(),
        "used" => cards[0].used.to_string(),
        "owed" => cards[0].owed.to_string(),
        "length" => streaks[0].length.to_string(),
        "longest" => streaks[0].longest.to_string(),
        "done" => streaks[0].done.to_string(),
        "misses" => streaks[0].misses_left.to_string(),
        "last" => streaks[0].last_period.map_or("never".to_owned(), |day| day.to_string()),
        "until" => told(streaks[0].alive_until),
        "phase" => challenges[0].phase.to_string(),
        "progress" => challenges[0].progress.to_string(),
        "gap" => challenges[0].gap.map_or("none".to_owned(), |gap| gap.to_string()),
        "ends" => told(challenges[0].until),
        "steps" => steps().collect::<Vec<_>>().join(", "),
        "says" => {
            let cards = cards.iter().map(ToString::to_string);
            let streaks = streaks.iter().map(ToString::to_string);
            let challenges = challenges.iter().map(ToString::to_string);
            cards.chain(streaks).chain(challenges).next().unwrap()
        }
        "points" => view.balance.active.to_string(),
        "badges" => {
            let held: BTreeSet<&str> = view.games.held().map(|badge| badge.as_str()).collect();
            if held.is_empty() {
                "none".into()
            } else {
                held.into_iter().collect::<Vec<_>>().join(", ")
            }
        }
        "since" => match view.games.badges[0].holding {
            loyalty::game::Holding::Held { since } => told(since),
            loyalty::game::Holding::NotHeld => "not held".to_owned(),
        },
        "next" => told(view.games.next_change()),
        _ => panic!("{name}"),
    }
}

#[test]
fn a_card_is_punched_for_what_is_paid_and_kept() {
    check(include_str!("tables/cards.txt"));
}

#[test]
fn punches_and_rewards_expire_as_declared() {
    check(include_str!("tables/expiry.txt"));
}

#[test]
fn a_streak_counts_the_dates_on_the_customers_own_wall() {
    check(include_str!("tables/streaks.txt"));
}

#[test]
fn goals_of_streaks_earn_points_that_follow_the_facts() {
    check(include_str!("tables/goals.txt"));
}

#[test]
fn a_challenge_counts_in_its_time_for_those_who_take_part() {
    check(include_str!("tables/challenges.txt"));
}

#[test]
fn a_badge_is_held_while_it_is_earned_or_for_good() {
    check(include_str!("tables/badges.txt"));
}
