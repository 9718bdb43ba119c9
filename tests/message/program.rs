//! Messages in a program: what is checked with the rest of it, and what events change.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::digest::Digest;
use loyalty::event::Basket;
use loyalty::message::{Cause, Course, Cue};
use loyalty::offer::{BudgetStore, BudgetsAt, MemoryBudgets, NoBudgets, Spent};
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::{Event, Member, Program};
use serde_json::{Value, json};

fn spec(change: impl FnOnce(&mut Value)) -> Spec {
    let mut spec = json!({
        "loyalty": 1, "name": "Beans", "currency": "EUR", "zone": "Europe/Brussels",
        "contact": {
            "purposes": [{"id": "marketing", "consent": {"version": 2}}],
            "caps": [{"at_most": 1, "within": "today"}],
        },
        "messages": [{"id": "news", "trigger": "t", "template": "t", "purpose": "marketing",
                      "channels": ["email", "sms"], "grants": ["gift"]}],
        "offers": [{"id": "gift", "benefit": {"points": 10},
                    "when": {"field": "consent(marketing, email)", "is": true}}],
    });
    change(&mut spec);
    Spec::from_json(&spec.to_string()).unwrap()
}

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-03-14T09:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

fn member(program: &Program) -> Member {
    program.enroll(Customer::new("ann".parse().unwrap()))
}

fn happen(program: &Program, member: &mut Member, id: &str, minutes: i64, kind: Value) {
    let kind = serde_json::from_value(kind).unwrap();
    let event = Event::new(id.parse().unwrap(), member.id().clone(), at(minutes), kind);
    let _ = member.apply(&program.decide(member, &event));
}

fn cue(number: u8) -> Cue {
    Cue::new(Digest::of(&number), "news".parse().unwrap(), at(0))
}

#[track_caller]
fn refused(change: impl FnOnce(&mut Value), expected: &[&str]) {
    let error = spec(change).build().unwrap_err();
    let told: Vec<String> = error.problems().iter().map(ToString::to_string).collect();
    assert_eq!(told, expected);
}

fn consent(choice: &str, version: u32) -> Value {
    json!({"consent": {"purpose": "marketing", "choice": choice, "version": version}})
}

#[test]
fn rules_can_ask_for_consent_and_nothing_said_is_no() {
    let program = spec(|_| {}).build().unwrap();
    let mut ann = member(&program);
    let eligible = |member: &Member, minutes: i64| {
        let quote = program.quote(member, &Basket::default(), at(minutes));
        quote.evaluation.unwrap().outcomes[0].is_eligible()
    };
    assert!(!eligible(&ann, 0));
    happen(&program, &mut ann, "c-1", 1, consent("granted", 1));
    assert!(!eligible(&ann, 1), "the text is too old");
    happen(&program, &mut ann, "c-2", 2, consent("granted", 2));
    assert!(eligible(&ann, 2) && !eligible(&ann, 1));
    happen(&program, &mut ann, "c-3", 3, consent("withdrawn", 0));
    assert!(!eligible(&ann, 3));
    happen(&program, &mut ann, "v-1", 4, json!({"void": {"event": "c-3"}}));
    assert!(eligible(&ann, 4));
    let view = program.view(&ann, at(4));
    assert_eq!(view.next_change, None, "no time changes it");
}

#[test]
fn what_is_sent_is_an_event_of_the_member_and_counts() {
    let program = spec(|_| {}).build().unwrap();
    let mut ann = member(&program);
    let consent = json!({"consent": {"purpose": "marketing", "choice": "granted", "version": 2}});
    happen(&program, &mut ann, "c-1", -10, consent);
    let dispatch = program.dispatch(&ann, &cue(1), at(0), &NoBudgets);
    assert!(dispatch.sent().is_some());
    let event = program.messages().event(&cue(1), &dispatch).unwrap();
    let _ = ann.apply(&program.decide(&ann, &event));
    let dispatch = program.dispatch(&ann, &cue(2), at(1), &NoBudgets);
    assert_eq!(dispatch.course, Course::Drop);
    // Midnight in Brussels.
    assert_eq!(dispatch.next_change(), Some(at(14 * 60)));
    let json = serde_json::to_string(&ann).unwrap();
    let read: Member = serde_json::from_str(&json).unwrap();
    assert_eq!(program.dispatch(&read, &cue(2), at(1), &NoBudgets), dispatch);
}

#[test]
fn a_budget_that_all_share_is_held_and_then_used_up_until_the_next_day() {
    let budget = json!([{"name": "mails", "channel": "email", "at_most": 1, "within": "today"}]);
    let program = spec(|spec| spec["contact"]["budgets"] = budget).build().unwrap();
    let (store, now) = (MemoryBudgets::new(), at(0));
    let consent = json!({"consent": {"purpose": "marketing", "choice": "granted", "version": 2}});
    let mut ann = member(&program);
    happen(&program, &mut ann, "c-1", -10, consent.clone());
    let mut ben = program.enroll(Customer::new("ben".parse().unwrap()));
    happen(&program, &mut ben, "c-1", -10, consent);

    let first = program.dispatch(&ann, &cue(1), now, &BudgetsAt::new(&store, now));
    let request = first.reservation(now + TimeDelta::hours(1)).unwrap();
    assert!(store.reserve(&request, now).held().is_some());
    assert!(store.commit(&request.id, &Spent::All, now).receipt().is_some());
    let second = program.dispatch(&ben, &cue(2), now, &BudgetsAt::new(&store, now));
    assert_eq!(second.sent().unwrap().channel.name(), "sms");
    assert!(second.reservation(now).is_none(), "text messages have no budget");
    let refusal = &second.refusals[0];
    assert!(matches!(refusal.cause, Cause::OverBudget { at_most: 1, .. }));
    assert_eq!(refusal.next_change, Some(at(14 * 60)));
    let later = at(14 * 60);
    let third = program.dispatch(&ben, &cue(2), later, &BudgetsAt::new(&store, later));
    assert_eq!(third.sent().unwrap().channel.name(), "email");
}

#[test]
fn messages_are_checked_with_the_program() {
    refused(
        |spec| {
            spec["messages"][0]["grants"] = json!(["gift", "gold"]);
            spec["contact"]["budgets"] = json!([{"name": "gift", "at_most": 5}]);
            spec["contact"]["addresses"] = json!({"email": "email", "push": "token"});
        },
        &[
            "`messages[0].grants`: `gold` is no offer of the program",
            "`contact.budgets[0].name`: \
             the budget `gift` is there twice, or is named like an offer",
            "`contact.addresses.push`: \
             there is no attribute `token`: declare it under `attributes`",
        ],
    );
    refused(
        |spec| {
            spec["offers"][0]["when"] = json!({"field": "consent(marketting, email)", "is": true})
        },
        &["`offers[0].when.field`: `consent(marketting, email)` is no known field: \
           did you mean `consent(marketing, email)`?"],
    );
    refused(
        |spec| spec["attributes"] = json!({"consent(marketing, email)": {"kind": "bool"}}),
        &["`attributes.consent(marketing, email)`: the name `consent(marketing, email)` is taken"],
    );
}
