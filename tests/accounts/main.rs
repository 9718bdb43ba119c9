//! Several accounts: transfers, mergers and their end, and households, as text tables.
//!
//! ```text
//! 2026-01-01  ann gives 100 until 2026-06-30   | ann 100         | an operator gives points
//! 2026-01-02  ann transfers 30 to bob          | ann 70, bob 30  |
//! 2026-01-03  bob merges into ann              | ann 100, bob 0  |
//! 2026-01-04  ann spends 40 on bob             | ann 60          | on Bob's card
//! 2026-01-05  bob leaves ann                   | ann 70, bob -10 |
//! 2026-01-06  ann transfers 71 to bob          | too_few         |
//! ```
//!
//! The second cell has what the named accounts can spend, or owe, on the latest day, or why it
//! cannot be done; the third is a remark. `carl pending 20 expired 10` names more. `5:stars` are
//! points of a purse, and `ann:stars` is what is in it.

mod households;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use loyalty::event::{Event, EventKind, Operation};
use loyalty::id::{EventId, PurseId};
use loyalty::points::{Amount, Balance, Movement, Points, Refusal, Source};
use loyalty::profile::Customer;
use loyalty::program::{Applied, Handover, Member, Program, Spec, Status};
use serde_json::json;

const TERMS: &str = r#"{"loyalty": 1, "name": "Accounts", "currency": "EUR",
    "purses": [{"id": "stars"}, {"id": "credits", "spendable": false}]}"#;

/// The purses that it has.
const PURSES: [Option<&str>; 3] = [None, Some("stars"), Some("credits")];

fn day(text: &str) -> DateTime<Utc> {
    text.parse::<NaiveDate>().unwrap().and_time(NaiveTime::MIN).and_utc()
}

fn program() -> Program {
    Spec::from_json(TERMS).and_then(Spec::build).unwrap_or_else(|error| panic!("{error}"))
}

/// The members, and how many events have happened.
struct Books {
    program: Program,
    members: BTreeMap<String, Member>,
    latest: DateTime<Utc>,
    events: usize,
}

impl Books {
    fn new() -> Self {
        let program = program();
        let member = |name: &str| program.enroll(Customer::new(name.parse().unwrap()));
        let members = ["ann", "bob", "carl"].map(|name| (name.to_owned(), member(name)));
        Self { members: members.into(), latest: DateTime::<Utc>::MIN_UTC, events: 0, program }
    }

    fn id(&mut self) -> EventId {
        self.events += 1;
        format!("e{}", self.events).parse().unwrap()
    }

    /// Lets something happen to a member.
    fn feed(&mut self, event: &Event) -> Result<(), Refusal> {
        let member = self.members.get_mut(event.customer.as_str()).unwrap();
        let decision = self.program.decide(member, event);
        if let Status::Declined(refusal) = decision.status {
            return Err(refusal);
        }
        assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{decision:?}");
        Ok(())
    }

    fn carry_out(&mut self, Handover { sent, received }: &Handover) {
        for event in [sent, received] {
            self.feed(event).unwrap();
            // Whoever was interrupted does it again.
            let member = self.members.get_mut(event.customer.as_str()).unwrap();
            let again = self.program.decide(member, event);
            assert_eq!(
                (&again.status, member.apply(&again)),
                (&Status::Duplicate, Applied::Before)
            );
        }
    }

    fn happen(&mut self, at: DateTime<Utc>, words: &[&str]) -> Result<(), Refusal> {
        let amount = words.iter().find_map(|word| amount(word)).unwrap_or_default();
        let Amount { points, purse } = amount.clone();
        let ids = [self.id(), self.id()];
        let named = |purse: Option<&PurseId>| {
            let of_purse = |id: &EventId| format!("{id}{}", purse.map_or("", PurseId::as_str));
            ids.each_ref().map(|id| of_purse(id).parse().unwrap())
        };
        let member = |name: &str| &self.members[name];
        let operation = match *words {
            [from, "transfers", _, "to", to] => {
                let (from, to) = (member(from), member(to));
                let handover = self.program.transfer(from, to, amount, at, ids.clone())?;
                self.carry_out(&handover);
                return Ok(());
            }
            [other, "merges", "into", into] => {
                let handover = self.program.merge(member(into), member(other), at, named)?;
                handover.iter().for_each(|handover| self.carry_out(handover));
                return Ok(());
            }
            [other, "leaves", account] => {
                let handover = self.program.unmerge(member(account), member(other), at, named)?;
                handover.iter().for_each(|handover| self.carry_out(handover));
                return Ok(());
            }
            [_, "gives", _, "until", until, ..] => json!({"adjust": {"points": points,
                "operator": "eve", "reason": "sorry", "expires_at": day(until), "purse": purse}}),
            [_, "gives", ..] => json!({"adjust": {"points": points,
                "operator": "eve", "reason": "sorry", "purse": purse}}),
            [_, "takes", ..] => json!({"adjust": {"points": -points.0,
                "operator": "eve", "reason": "a mistake", "purse": purse}}),
            [_, "receives", _, "from", from, "on", active_at] => json!({"receive": {
                "parcels": [{"points": points, "active_at": day(active_at)}],
                "from": from, "purse": purse}}),
            [_, "spends", ..] => {
                json!({"spend": {"points": points, "reward": "mug", "purse": purse}})
            }
            [_, "holds", _, "until", until] => json!({"hold": {"points": points,
                "reward": "mug", "until": day(until), "purse": purse}}),
            [_, "captures", _, "of", hold] => {
                json!({"capture": {"hold": hold, "points": points, "purse": purse}})
            }
            [_, "enrolls"] => json!("enrolled"),
            _ => panic!("{words:?}"),
        };
        let kind = if operation.is_string() { operation } else { json!({"points": operation}) };
        let kind: EventKind = serde_json::from_value(kind).unwrap();
        let [id, _] = ids;
        let event = Event::new(id, words[0].parse().unwrap(), at, kind);
        let on_card = match words {
            [.., "on", card] if card.parse::<NaiveDate>().is_err() => {
                event.on_card(card.parse().unwrap())
            }
            _ => event,
        };
        self.feed(&on_card)
    }

    fn check_line(&mut self, line: &str) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [happens, outcome, _] = cells[..] else { panic!("three cells") };
        let (date, words) = happens.split_once(' ').unwrap_or((happens, ""));
        let at = day(date);
        self.latest = self.latest.max(at);
        let words: Vec<&str> = words.split_whitespace().collect();
        let before = self.members.clone();
        if !words.is_empty()
            && let Err(refusal) = self.happen(at, &words)
        {
            assert_eq!(refusal.code(), outcome);
            assert_eq!(self.members, before, "nothing has changed");
            return;
        }
        for account in outcome.split(',').map(str::trim).filter(|account| !account.is_empty()) {
            let words: Vec<&str> = account.split_whitespace().collect();
            let (name, purse) = match words[0].split_once(':') {
                Some((name, purse)) => (name, Some(purse.parse().unwrap())),
                None => (words[0], None),
            };
            let ledger = self.members[name].ledger();
            let balance = ledger.purse(purse.as_ref()).balance(self.latest);
            assert_eq!(told(&balance, &words[2..]), words[1..].join(" "), "{}", words[0]);
        }
        self.check_sums();
    }

    /// What accounts give each other is neither lost nor invented.
    fn check_sums(&self) {
        PURSES.into_iter().for_each(|purse| self.check_sum(purse));
    }

    fn check_sum(&self, purse: Option<&str>) {
        let moved = |member: &Member| -> i64 {
            let purse = purse.map(|purse| purse.parse().unwrap());
            let net = member.ledger().purse(purse.as_ref()).net();
            let passed = net.filter(|(cause, _)| {
                let peer = matches!(
                    cause.source,
                    Source::Account(_) | Source::Merge(_) | Source::Unmerge(_)
                );
                peer && matches!(cause.movement, Movement::Earn(_) | Movement::Send)
            });
            passed.map(|(_, points)| points.0).sum()
        };
        assert_eq!(self.members.values().map(moved).sum::<i64>(), self.outside(purse));
    }

    /// What came from accounts that are not among the members.
    fn outside(&self, purse: Option<&str>) -> i64 {
        let histories = self.members.values().map(|member| &member.profile().history);
        let events = histories.flat_map(|history| history.events(DateTime::<Utc>::MAX_UTC));
        let outside = events.filter_map(|event| match &event.kind {
            EventKind::Points(Operation::Receive { parcels, from, purse: into, .. })
                if !self.members.contains_key(from.as_str())
                    && into.as_ref().map(PurseId::as_str) == purse =>
            {
                Some(parcels.iter().map(|parcel| parcel.points.0).sum::<i64>())
            }
            _ => None,
        });
        outside.sum()
    }
}

/// Points such as `5`, or those of a purse such as `5:stars`.
fn amount(word: &str) -> Option<Amount> {
    let (points, purse) = match word.split_once(':') {
        Some((points, purse)) => (points, Some(purse.parse().ok()?)),
        None => (word, None),
    };
    Some(Amount { points: Points(points.parse().ok()?), purse })
}

/// What can be spent, and the parts of the balance that `named` names.
fn told(balance: &Balance, named: &[&str]) -> String {
    let all = serde_json::to_value(balance).unwrap();
    let mut told = vec![balance.spendable().to_string()];
    for part in named.iter().step_by(2) {
        told.push(format!("{part} {}", all[*part]));
    }
    told.join(" ")
}

fn check(tables: &str) {
    let mut books = Books::new();
    for line in tables.lines().map(str::trim).filter(|line| !line.is_empty()) {
        println!("{line}");
        if line.starts_with("==") {
            books = Books::new();
        } else {
            books.check_line(line);
        }
    }
}

#[test]
fn points_go_over_with_the_terms_that_they_have() {
    check(include_str!("transfers.txt"));
}

#[test]
fn accounts_that_become_one_and_two_again_share_out_what_is_left() {
    check(include_str!("mergers.txt"));
}

#[test]
fn points_of_one_purse_never_become_those_of_another() {
    check(include_str!("purses.txt"));
}

#[test]
fn the_end_of_a_merger_stands_in_both_ledgers_under_its_name() {
    let mut books = Books::new();
    let table = "
        2026-01-01  ann gives 100         | ann 100          |
        2026-01-01  bob gives 40          | bob 40           |
        2026-01-02  bob merges into ann   | ann 140, bob 0   |
        2026-01-03  ann spends 120 on bob | ann 20           |
        2026-01-04  bob leaves ann        | ann 100, bob -80 |";
    table.lines().filter(|line| !line.trim().is_empty()).for_each(|line| books.check_line(line));
    let last = |name: &str| {
        let (cause, points) = books.members[name].ledger().net().next_back().unwrap();
        (cause.source.clone(), cause.movement == Movement::Send, points)
    };
    let unmerged = |peer: &str| Source::Unmerge(peer.parse().unwrap());
    assert_eq!(last("bob"), (unmerged("ann"), true, Points(-80)));
    assert_eq!(last("ann"), (unmerged("bob"), false, Points(80)));
}

#[test]
fn a_handover_that_one_of_the_two_cannot_do_is_refused_as_a_whole() {
    let mut books = Books::new();
    let at = day("2026-01-05");
    books.happen(day("2026-01-01"), &["ann", "gives", "100"]).unwrap();
    books.happen(day("2026-01-09"), &["bob", "enrolls"]).unwrap();
    let [ann, bob] = ["ann", "bob"].map(|name| &books.members[name]);
    let ids = || ["s1", "s2"].map(|id| id.parse().unwrap());
    let since = NaiveDate::from_ymd_opt(2026, 1, 9).unwrap();
    let early = Refusal::BeforeMembership { since };
    let program = &books.program;
    assert_eq!(program.transfer(ann, bob, Points(1), at, ids()), Err(early));
    assert_eq!(program.merge(bob, ann, at, |_| ids()), Err(early));
    assert_eq!(program.merge(ann, bob, at, |_| ids()), Ok(Vec::new()));
    // Of several reasons the first in their list is told.
    assert_eq!(program.transfer(ann, bob, Points(101), at, ids()), Err(early));
    assert_eq!(program.transfer(bob, bob, Points(1), at, ids()), Err(early));
    let at = day("2026-01-10");
    assert_eq!(program.transfer(bob, bob, Points(1), at, ids()), Err(Refusal::ToItself));
    assert_eq!(program.merge(bob, bob, at, |_| ids()), Err(Refusal::ToItself));
    assert_eq!(program.unmerge(bob, bob, at, |_| ids()), Err(Refusal::ToItself));
    let used = || ["e1", "s2"].map(|id| id.parse().unwrap());
    assert_eq!(program.transfer(ann, bob, Points(1), at, used()), Err(Refusal::DoneBefore));
}

#[test]
fn a_transfer_of_nothing_or_less_is_no_valid_event() {
    let books = Books::new();
    let [ann, bob] = ["ann", "bob"].map(|name| &books.members[name]);
    for points in [Points(0), Points(-5)] {
        let ids = ["s1", "s2"].map(|id| id.parse().unwrap());
        let at = day("2026-01-05");
        let Ok(handover) = books.program.transfer(ann, bob, points, at, ids) else { continue };
        for (member, event) in [(ann, &handover.sent), (bob, &handover.received)] {
            let mut member = member.clone();
            let decision = books.program.decide(&member, event);
            assert!(matches!(decision.status, Status::Refused(_)));
            assert_eq!(member.apply(&decision), Applied::Refused);
        }
    }
}

#[test]
fn what_is_void_on_a_card_is_no_part_of_the_account_that_leaves() {
    let mut books = Books::new();
    let table = "
        2026-01-01  ann gives 100         | ann 100          |
        2026-01-02  bob gives 10          | bob 10           |
        2026-01-03  bob merges into ann   | ann 110, bob 0   |
        2026-01-04  ann gives 25 on bob   | ann 135          |";
    table.lines().filter(|line| !line.trim().is_empty()).for_each(|line| books.check_line(line));
    let given = books.members["ann"].ledger().net().next_back().unwrap().0.event.clone();
    let kind: EventKind = serde_json::from_value(json!({"void": {"event": given}})).unwrap();
    let id = books.id();
    let void = Event::new(id, "ann".parse().unwrap(), day("2026-01-05"), kind);
    books.feed(&void.on_card("bob".parse().unwrap())).unwrap();
    books.check_line("2026-01-06  bob leaves ann | ann 100, bob 10 |");
}
