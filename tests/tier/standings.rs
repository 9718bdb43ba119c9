//! Standings as text tables.
//!
//! A table begins with its ladder; a line says what happens on a day, which tier that leads to, and
//! what else can be said of the standing then:
//!
//! ```text
//! == A title.
//! {"measure": "spend", "window": "12mo", "tiers": {"basic": "0 EUR", "gold": "500 EUR"}}
//! 2026-01-05  e1 buys 2 x 100.00 EUR   | basic | credits 200.00 EUR, gap 300.00 EUR to gold
//! 2026-01-06  e2 returns 1 of e1       | basic | credits 100.00 EUR, counts until 2027-01-05
//! 2026-01-07  e3 visits                | basic |
//! 2026-01-08  e4 earns 50              | basic |
//! 2026-01-08  e5 spends 20             | basic |
//! 2026-01-09  e6 takes back 50 of e4   | basic |
//! 2026-01-10  e7 voids e1              | basic | since never, until never, next never
//! 2026-01-11  e8 grants gold until 2026-03-01 | gold | forecast basic on 2026-03-01
//! 2026-01-12  e9 challenges gold 2 orders in 60d | gold | keep 480.00 EUR by 2026-03-12
//! => 2026-01-11 from basic to gold: granted by `e8`: it is a present
//! ```
//!
//! Lines with an arrow are the whole history as of the line above them. Everything happens at
//! midnight in Brussels, and days are told there. A day that is before the last one arrives late;
//! the standing is then asked for the latest day.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Event, EventKind};
use loyalty::feature::{Moment, Snapshot};
use loyalty::id::EventId;
use loyalty::money::Currency;
use loyalty::points::{Cause, Ledger, Movement, Points, Posting, Source, Term};
use loyalty::profile::{Customer, Profile, Recorded};
use loyalty::tier::{CheckedLadder, Ladder, Standing, TierPolicy};
use serde_json::{Value, json};

struct Book {
    ladder: CheckedLadder,
    profile: Profile,
    ledger: Ledger,
    latest: DateTime<Utc>,
}

fn brussels() -> Zone {
    Zone::from_name("Europe/Brussels").unwrap()
}

fn day(text: &str) -> DateTime<Utc> {
    brussels().start_of_day(text.parse::<NaiveDate>().unwrap())
}

fn check(tables: &str) {
    let mut book = None;
    let mut history = Vec::new();
    let lines = tables.lines().map(str::trim).filter(|line| !line.is_empty());
    for line in lines.chain(["== The end."]) {
        println!("{line}");
        if let Some(step) = line.strip_prefix("=> ") {
            history.push(step);
            continue;
        }
        if !history.is_empty() {
            let book: &Book = book.as_ref().expect("a ladder");
            assert_eq!(book.history(), history);
            history.clear();
        }
        if line.starts_with('{') {
            book = Some(Book::new(ladder(line)));
        } else if !line.starts_with("==") {
            book.as_mut().expect("a ladder").check_line(line);
        }
    }
}

/// A ladder whose tiers are written as an object of ids, in alphabetical order, and thresholds; so
/// is what keeps them for life.
fn ladder(text: &str) -> CheckedLadder {
    let mut written: Value = serde_json::from_str(text).unwrap();
    let tiers: Vec<Value> = written["tiers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, at_least)| {
            let for_life = &written["for_life"][id];
            json!({"id": id, "name": id, "at_least": at_least, "for_life": for_life})
        })
        .collect();
    written.as_object_mut().unwrap().remove("for_life");
    written["tiers"] = tiers.into();
    let written: Ladder = serde_json::from_value(written).unwrap();
    written.check(Currency::EUR).unwrap()
}

impl Book {
    fn new(ladder: CheckedLadder) -> Self {
        let profile = Profile::new(Customer::new("c".parse().unwrap()));
        Self { ladder, profile, ledger: Ledger::default(), latest: DateTime::<Utc>::MIN_UTC }
    }

    fn check_line(&mut self, line: &str) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [happens, tier, facts] = cells[..] else { panic!("three cells") };
        let (date, words) = happens.split_once(' ').unwrap_or((happens, ""));
        let at = day(date);
        self.latest = self.latest.max(at);
        let words: Vec<&str> = words.split_whitespace().collect();
        if !words.is_empty() {
            self.happen(at, &words);
        }
        let standing = self.ladder.standing(&self.snapshot(), &self.ledger);
        assert_eq!(standing.tier.as_str(), tier);
        assert_eq!(self.ladder.tiers()[standing.rank].id, standing.tier);
        for fact in facts.split(',').map(str::trim).filter(|fact| !fact.is_empty()) {
            match fact.strip_prefix("forecast ").and_then(|fact| fact.split_once(" on ")) {
                Some((tier, date)) => assert_eq!(self.forecast(day(date)), tier, "{fact}"),
                None => check_fact(&standing, fact),
            }
        }
    }

    fn snapshot(&self) -> Snapshot<'_> {
        let moment = Moment { as_of: self.latest, zone: brussels(), currency: Currency::EUR };
        Snapshot::of(&self.profile, moment)
    }

    fn forecast(&self, at: DateTime<Utc>) -> String {
        let forecast = self.ladder.forecast(&self.snapshot(), &self.ledger, at).unwrap();
        let told = forecast.steps.last().map_or(&forecast.tier, |step| &step.to);
        assert_eq!(told, &forecast.tier);
        forecast.tier.to_string()
    }

    fn history(&self) -> Vec<String> {
        let steps = self.ladder.history(&self.snapshot(), &self.ledger);
        steps.iter().map(|step| format!("{} {step}", brussels().date(step.at))).collect()
    }

    fn happen(&mut self, at: DateTime<Utc>, words: &[&str]) {
        let id: EventId = words[0].parse().unwrap();
        let kind = match &words[1..] {
            ["buys", quantity, "x", amount, currency] => {
                json!({"purchase": {"order": id, "basket": {"lines": [
                    {"id": "1", "product": "p", "quantity": quantity.parse::<i64>().unwrap(),
                     "unit_price": format!("{amount} {currency}")}]}}})
            }
            ["returns", quantity, "of", order] => json!({"return": {"order": order, "lines": [
                {"line": "1", "quantity": quantity.parse::<i64>().unwrap()}]}}),
            ["visits"] => json!({"visit": {"store": "gent"}}),
            ["voids", event] => json!({"void": {"event": event}}),
            ["opens", "mail"] => json!({"email_opened": {"campaign": "news"}}),
            ["matches", tier] => json!({"tier_granted": {"tier": tier, "reason": "match"}}),
            ["grants", tier, "until", date] => {
                json!({"tier_granted": {"tier": tier, "reason": "gift", "until": day(date)}})
            }
            ["challenges", tier, count, "orders", "in", span] => {
                let orders: i64 = count.parse().unwrap();
                json!({"tier_granted": {"tier": tier, "reason": "challenge",
                                        "challenge": {"within": span, "orders": orders}}})
            }
            ["earns", points] => return self.post(at, id, Movement::Earn(Term::from(at)), points),
            ["spends", points] => return self.post(at, id, Movement::Spend, points),
            ["takes", "back", points, "of", of] => {
                let of = of.parse().unwrap();
                return self.post(at, id, Movement::ClawBack { of }, points);
            }
            _ => panic!("{words:?}"),
        };
        let kind: EventKind = serde_json::from_value(kind).unwrap();
        let event = Event::new(id, "c".parse().unwrap(), at, kind);
        event.validate().unwrap();
        assert_eq!(self.profile.history.record(event), Recorded::New);
    }

    fn post(&mut self, at: DateTime<Utc>, event: EventId, movement: Movement, points: &str) {
        let source = Source::Earning("base".parse().unwrap());
        let cause = Cause { at, event: event.clone(), movement, source, line: None, purse: None };
        let posting = Posting::new(cause, Points(points.parse().unwrap())).unwrap();
        self.ledger.post(self.ledger.reconcile(&BTreeSet::new(), &[posting], &event)).unwrap();
    }
}

fn check_fact(standing: &Standing, fact: &str) {
    let told = |at: Option<DateTime<Utc>>| {
        at.map_or("never".to_owned(), |at| brussels().date(at).to_string())
    };
    let progress = standing.progress.as_ref();
    let (name, value) = fact.split_once(' ').unwrap();
    let found = match name {
        "credits" => standing.credits.to_string(),
        "since" => told(standing.since),
        "until" => told(standing.until),
        "next" => told(standing.next_change),
        "gap" => progress.map_or("none".to_owned(), |one| format!("{} to {}", one.gap, one.next)),
        "keep" => standing.keep.as_ref().map_or("none".to_owned(), |keep| {
            let from = keep.from.map(|from| format!(" from {}", brussels().date(from)));
            let (from, by) = (from.unwrap_or_default(), brussels().date(keep.by));
            let gap = if keep.gap.0.is_empty() { "any".to_owned() } else { keep.gap.to_string() };
            format!("{gap}{from} by {by}")
        }),
        "counts" => format!("until {}", told(progress.and_then(|progress| progress.counts_until))),
        _ => panic!("{name}"),
    };
    assert_eq!(found, value, "{name}");
}

#[test]
fn credits_lead_up_and_their_end_leads_down() {
    check(include_str!("standings/windows.txt"));
}

#[test]
fn a_tier_lasts_for_its_validity_after_every_credit_that_sufficed() {
    check(include_str!("standings/validity.txt"));
}

#[test]
fn what_comes_after_a_tier_is_a_choice_of_its_own() {
    check(include_str!("standings/downgrade.txt"));
}

#[test]
fn years_may_begin_with_the_tier_or_a_date_of_the_customer() {
    check(include_str!("standings/years.txt"));
}

#[test]
fn surplus_credits_are_carried_into_the_next_window() {
    check(include_str!("standings/carry_over.txt"));
}

#[test]
fn a_tier_can_be_granted_and_kept_by_a_challenge() {
    check(include_str!("standings/grants.txt"));
}

#[test]
fn several_measures_are_combined() {
    check(include_str!("standings/combined.txt"));
}

#[test]
fn a_return_after_an_upgrade_follows_the_rule() {
    check(include_str!("standings/returns.txt"));
}

#[test]
fn credits_are_what_was_kept_and_no_balance() {
    check(include_str!("standings/measures.txt"));
}
