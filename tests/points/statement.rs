//! Ledgers as text tables.
//!
//! A line says what happens on a day, which entries that leads to, and what is held then:
//!
//! ```text
//! 2026-01-05  e1 earns 50 for 1 from 2026-01-19 until 2027-01-01  | +50  | pending 50
//! 2026-01-06  e2 spends 80                                        | -80  | pending 50, deficit 80
//! 2026-01-07  e3 takes back 50 of e1 for 1                        | -50  | deficit 80
//! 2026-01-07  e4 gives back 10 of e2                              | +10  | pending 50, deficit 70
//! 2026-01-08  e2 now spends 20                                    | +60  | deficit 20
//! 2026-01-09  e2 is void                                          | +20  |
//! 2026-01-09  e5 holds 30 until 2026-01-16                        | -30  | reserved 30
//! 2026-01-10  e6 captures 20 of e5                                | -20  | reserved 10, spent 20
//! 2026-01-10  e6 releases 10 of e5                                | +10  | active 10, spent 20
//! 2026-01-11  e7 sends 5                                          | -5   | active 5, sent 5
//! 2026-01-11  e8 forfeits 5                                       | -5   | forfeited 5
//! 2026-03-01  e9 reinstates 5 since 2026-02-01 until 2026-04-01   | +5   | active 5
//! 2026-01-10                                                      |      | next never
//! ```
//!
//! A day on which something happens may be before the last one: it arrives late, and what is held
//! is asked for the latest day. Of the balance, what is not named is zero, but for what was ever
//! earned, spent, given away and taken back. `lots e1 20/50` are the lots with points that can be
//! spent now or later. `order newest_first` after a title says in which order lots are spent;
//! `earns 50 until 2026-04-01 sliding 3mo` says how activity puts the expiry off. `earns 50 from
//! 2026-01-19 waiting 2026-02-01 ending 2026-05-01` are confirmed on 19 January, and until then
//! nobody knew; `waiting on` is for good.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use loyalty::calendar::Zone;
use loyalty::id::EventId;
use loyalty::points::{
    Cause, Entry, Ledger, LotState, Movement, Points, Posting, Sliding, Source, Term, Unconfirmed,
};

#[derive(Default)]
struct Book {
    ledger: Ledger,
    targets: BTreeMap<EventId, Vec<Posting>>,
    latest: DateTime<Utc>,
}

fn check(table: &str) {
    let mut book = Book::default();
    for line in table.lines().map(str::trim) {
        if let Some(title) = line.strip_prefix("==") {
            println!("{title}");
            book = Book::default();
        } else if let Some(order) = line.strip_prefix("order ") {
            let order = serde_json::from_value(order.into()).unwrap();
            book.ledger = Ledger::in_order(order);
        } else if !line.is_empty() && !line.starts_with('#') {
            println!("  {line}");
            book.check_line(line);
        }
    }
}

impl Book {
    fn check_line(&mut self, line: &str) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [happens, entries, held] = cells[..] else { panic!("three cells") };
        let (date, words) = happens.split_once(' ').unwrap_or((happens, ""));
        let at = day(date);
        self.latest = self.latest.max(at);
        let words: Vec<&str> = words.split_whitespace().collect();
        let posted = if words.is_empty() { Vec::new() } else { self.happen(at, &words) };
        let amounts: Vec<String> =
            posted.iter().map(|entry| format!("{:+}", entry.points.0)).collect();
        assert_eq!(amounts.join(" "), entries, "entries");
        self.check_held(held);
    }

    fn happen(&mut self, at: DateTime<Utc>, words: &[&str]) -> Vec<Entry> {
        let event: EventId = words[0].parse().unwrap();
        let targets = self.targets.entry(event.clone()).or_default();
        let words = &words[1..];
        let words = match words {
            ["is", "void"] | ["now", ..] => {
                targets.clear();
                &words[1..]
            }
            _ => words,
        };
        if words != ["void"] {
            targets.push(posting(at, &event, words));
        }
        let events = BTreeSet::from([event.clone()]);
        let entries = self.ledger.reconcile(&events, targets, &event);
        self.ledger.post(entries.clone()).unwrap();
        assert!(
            self.ledger.reconcile(&events, targets, &event).is_empty(),
            "nothing is left to do"
        );
        entries
    }

    fn check_held(&self, held: &str) {
        let balance = self.ledger.balance(self.latest);
        let mut expected = BTreeMap::from([
            ("active", balance.active.0),
            ("pending", balance.pending.0),
            ("reserved", balance.reserved.0),
            ("expired", balance.expired.0),
            ("deficit", balance.deficit.0),
        ]);
        let found = expected.clone();
        expected.values_mut().for_each(|points| *points = 0);
        for fact in held.split(',').map(str::trim).filter(|fact| !fact.is_empty()) {
            let (name, value) = fact.split_once(' ').unwrap_or((fact, ""));
            match name {
                "lots" => assert_eq!(self.open_lots(), value, "lots"),
                "next" => assert_eq!(self.next_change(), value, "next change"),
                "expiring" => assert_eq!(self.expiring(), value, "expiring"),
                "earned" => assert_eq!(balance.earned.to_string(), value, "earned"),
                "spent" => assert_eq!(balance.spent.to_string(), value, "spent"),
                "sent" => assert_eq!(balance.sent.to_string(), value, "sent"),
                "forfeited" => assert_eq!(balance.forfeited.to_string(), value, "forfeited"),
                "clawed-back" => assert_eq!(balance.clawed_back.to_string(), value, "clawed back"),
                _ => {
                    let points = expected.get_mut(name).unwrap_or_else(|| panic!("{name}"));
                    *points = value.parse().unwrap();
                }
            }
        }
        assert_eq!(found, expected, "the balance");
    }

    fn open_lots(&self) -> String {
        let lots = self.ledger.lots(self.latest);
        let open =
            lots.iter().filter(|lot| matches!(lot.state, LotState::Active | LotState::Pending));
        let open = open.map(|lot| format!("{} {}/{}", lot.cause.event, lot.left, lot.earned));
        open.collect::<Vec<_>>().join(" ")
    }

    fn next_change(&self) -> String {
        let next = self.ledger.next_change(self.latest);
        next.map_or("never".to_owned(), |at| at.format("%F").to_string())
    }

    fn expiring(&self) -> String {
        let expiring = self.ledger.expiring(self.latest, DateTime::<Utc>::MAX_UTC);
        let expiring = expiring.iter().map(|one| format!("{} {}", one.at.format("%F"), one.points));
        expiring.collect::<Vec<_>>().join(" ")
    }
}

fn day(text: &str) -> DateTime<Utc> {
    text.parse::<NaiveDate>().unwrap().and_time(NaiveTime::MIN).and_utc()
}

fn posting(at: DateTime<Utc>, event: &EventId, words: &[&str]) -> Posting {
    let words = words.strip_prefix(&["now"]).unwrap_or(words);
    let (movement, points, mut rest) = match words {
        ["earns", points, rest @ ..] => (Movement::Earn(Term::from(at)), points, rest),
        ["spends", points, rest @ ..] => (Movement::Spend, points, rest),
        ["takes", "back", points, "of", of, rest @ ..] => {
            (Movement::ClawBack { of: of.parse().unwrap() }, points, rest)
        }
        ["gives", "back", points, "of", of, rest @ ..] => {
            (Movement::Restore { of: of.parse().unwrap() }, points, rest)
        }
        ["holds", points, rest @ ..] => (Movement::Hold { until: at }, points, rest),
        ["captures", points, "of", of, rest @ ..] => {
            (Movement::Capture { of: of.parse().unwrap() }, points, rest)
        }
        ["releases", points, "of", of, rest @ ..] => {
            (Movement::Release { of: of.parse().unwrap() }, points, rest)
        }
        ["sends", points, rest @ ..] => (Movement::Send, points, rest),
        ["forfeits", points, rest @ ..] => (Movement::Forfeit, points, rest),
        ["reinstates", points, "since", since, rest @ ..] => {
            (Movement::Reinstate { expired_since: day(since), expires_at: None }, points, rest)
        }
        _ => panic!("{words:?}"),
    };
    let source = Source::Earning("base".parse().unwrap());
    let mut cause = Cause { at, event: event.clone(), movement, source, line: None, purse: None };
    while let [word, value, others @ ..] = rest {
        match (*word, &mut cause.movement) {
            ("for", _) => cause.line = Some(value.parse().unwrap()),
            ("from", Movement::Earn(term)) => term.active_at = day(value),
            ("until", Movement::Earn(term)) => term.expires_at = Some(day(value)),
            ("until", Movement::Hold { until }) => *until = day(value),
            ("until", Movement::Reinstate { expires_at, .. }) => *expires_at = Some(day(value)),
            ("waiting", Movement::Earn(term)) => {
                let active_at = if *value == "on" { Term::WAITING.active_at } else { day(value) };
                term.unconfirmed = Some(Unconfirmed { active_at, expires_at: None });
            }
            ("ending", Movement::Earn(Term { unconfirmed: Some(unconfirmed), .. })) => {
                unconfirmed.expires_at = Some(day(value));
            }
            ("sliding", Movement::Earn(term)) => {
                term.sliding = Some(Sliding { span: value.parse().unwrap(), zone: Zone::UTC });
            }
            _ => panic!("{word}"),
        }
        rest = others;
    }
    Posting::new(cause, Points(points.parse().unwrap())).unwrap()
}

#[test]
fn spending_takes_what_expires_first_and_a_shortfall_is_owed() {
    check(include_str!("ledger/spending.txt"));
}

#[test]
fn points_come_and_go_in_time_by_themselves() {
    check(include_str!("ledger/time.txt"));
}

#[test]
fn what_is_returned_takes_back_its_own_points_first() {
    check(include_str!("ledger/claw_back.txt"));
}

#[test]
fn what_is_given_back_goes_where_it_came_from() {
    check(include_str!("ledger/restore.txt"));
}

#[test]
fn corrections_leave_what_would_have_been_without_the_mistake() {
    check(include_str!("ledger/corrections.txt"));
}

#[test]
fn what_is_given_away_is_what_was_known_to_be_there() {
    check(include_str!("ledger/confirmed.txt"));
}

#[test]
fn what_is_held_waits_for_its_capture_its_release_or_its_end() {
    check(include_str!("ledger/holds.txt"));
}

#[test]
fn lots_are_spent_in_the_order_of_the_ledger() {
    check(include_str!("ledger/orders.txt"));
}

#[test]
fn activity_puts_off_the_expiry_of_what_slides() {
    check(include_str!("ledger/sliding.txt"));
}

#[test]
fn points_are_given_away_taken_away_and_reinstated() {
    check(include_str!("ledger/by_hand.txt"));
}
