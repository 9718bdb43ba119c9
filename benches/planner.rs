//! How long the gates take for a message, and the best plan for a day's messages to very many
//! customers: with caps of their own, and with budgets that all of them share.
//!
//! `cargo bench --bench planner`; with `--features rayon` on all cores.

use std::hint::black_box;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use loyalty::calendar::Zone;
use loyalty::digest::Digest;
use loyalty::event::{
    Channel, ConsentChange, ConsentChoice, Delivery, DeliveryOutcome, Event, EventKind,
};
use loyalty::message::{Agenda, Cue, Messages, Recipient, SendTime, Sendable, Setting};
use loyalty::offer::NoBudgets;
use loyalty::profile::{Customer, Profile};

/// How many messages could be sent to each customer.
const CANDIDATES: u64 = 3;

const POLICY: &str = r#"{
  "purposes": [{"id": "marketing", "consent": {"version": 1}}],
  "holdout": {"share": "2%"},
  "quiet_hours": [{"from": "21:00", "until": "09:00"}],
  "caps": [{"at_most": 2, "within": "today"}, {"at_most": 1, "within": "4h"},
           {"at_most": 3, "within": "7d", "channel": "email"}],
  "no_repeat": "30d"
}"#;

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn morning() -> DateTime<Utc> {
    id("2026-03-14T07:00:00Z")
}

fn messages(budgets: &str) -> Messages {
    let message = |number: u64| {
        let json = format!(
            r#"{{"id": "message-{number}", "trigger": "t", "template": "t",
                "purpose": "marketing", "channels": ["push", "email"], "priority": {number},
                "cool_down": "7d", "valid_for": "1d"}}"#
        );
        serde_json::from_str(&json).expect("a message")
    };
    let mut policy: serde_json::Value = serde_json::from_str(POLICY).expect("a policy");
    policy["budgets"] = serde_json::from_str(budgets).expect("budgets");
    let policy = serde_json::from_value(policy).expect("a policy");
    let zone = Zone::from_name("Europe/Brussels").expect("a zone");
    let setting = Setting { zone, ..Setting::new(id("EUR")) };
    Messages::check((0..6).map(message).collect(), policy, setting).expect("messages")
}

/// A customer who agreed to everything and was written to three times in the last days.
fn profile(number: u64) -> Profile {
    let customer: loyalty::id::CustomerId = id(&format!("customer-{number:07}"));
    let mut profile = Profile::new(Customer::new(customer.clone()));
    let consent = ConsentChange {
        purpose: id("marketing"),
        channel: None,
        choice: ConsentChoice::Granted,
        version: 1,
    };
    let long_ago = morning() - TimeDelta::days(200);
    let consent =
        Event::new(id("consent"), customer.clone(), long_ago, EventKind::Consent(consent));
    let _ = profile.history.record(consent);
    for days in 1..=3_u64 {
        let sent = (number + days) % 6;
        let delivery = Delivery {
            sending: Digest::of(&(number, days)),
            message: id(&format!("message-{sent}")),
            purpose: id("marketing"),
            channel: if (number + days).is_multiple_of(2) { Channel::Email } else { Channel::Push },
            priority: 0,
            content: None,
            outcome: DeliveryOutcome::Sent,
        };
        let at = morning() - TimeDelta::hours(20 * i64::try_from(days).expect("few"));
        let kind = EventKind::Delivery(delivery);
        let event = Event::new(id(&format!("sent-{days}")), customer.clone(), at, kind);
        let _ = profile.history.record(event);
    }
    profile
}

/// Messages that could be sent at any of six hours, each the best for another part of customers.
fn candidates(number: u64) -> Vec<Sendable> {
    (0..CANDIDATES)
        .map(|place| {
            let message = id(&format!("message-{}", (number + 2 * place) % 6));
            let firing = Digest::of(&(number, place, "firing"));
            let cue = Cue::new(firing, message, morning() - TimeDelta::hours(1));
            let slots = (0..6_u32).map(|slot| {
                let at = morning() + TimeDelta::hours(2 + 2 * i64::from(slot));
                let mix = (number * 7 + place * 13 + u64::from(slot) * 29) % 100;
                SendTime { at, value: 100 + u32::try_from(mix).expect("below 100") }
            });
            Sendable { cue: cue.saying(&(number, place)), slots: slots.collect() }
        })
        .collect()
}

fn agendas<'a>(profiles: &'a [Profile], messages: &Messages) -> Vec<Agenda<'a>> {
    let numbered = (0..).zip(profiles);
    numbered
        .map(|(number, profile)| Agenda {
            recipient: Recipient::of(profile, morning(), &messages.zone()),
            candidates: candidates(number),
        })
        .collect()
}

fn gates(criterion: &mut Criterion) {
    let messages = messages("[]");
    let profile = profile(1);
    let cue = candidates(1).remove(0).cue;
    let noon = morning() + TimeDelta::hours(4);
    criterion.bench_function("gates/one message, recipient included", |bencher| {
        bencher.iter(|| {
            let recipient = Recipient::of(black_box(&profile), noon, &messages.zone());
            messages.dispatch(&cue, &recipient, &NoBudgets)
        });
    });
    let recipient = Recipient::of(&profile, noon, &messages.zone());
    criterion.bench_function("gates/one message", |bencher| {
        bencher.iter(|| messages.dispatch(black_box(&cue), &recipient, &NoBudgets));
    });
}

fn plans(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(10);
    let budget =
        |at_most: u64| format!(r#"[{{"name": "all", "within": "today", "at_most": {at_most}}}]"#);
    for (name, budgets) in [("caps", "[]".to_owned()), ("caps and a budget", budget(10_000))] {
        let messages = messages(&budgets);
        let profiles: Vec<_> = (0..10_000).map(profile).collect();
        let agendas = agendas(&profiles, &messages);
        group.throughput(Throughput::Elements(CANDIDATES * 10_000));
        group.bench_function(format!("30,000 candidates, {name}"), |bencher| {
            bencher.iter(|| messages.plan(black_box(&agendas), &NoBudgets));
        });
    }
    group.finish();
    for (name, budgets) in [("caps", "[]".to_owned()), ("caps and a budget", budget(333_000))] {
        let messages = messages(&budgets);
        let profiles: Vec<_> = (0..333_334).map(profile).collect();
        let agendas = agendas(&profiles, &messages);
        let start = Instant::now();
        let plan = messages.plan(&agendas, &NoBudgets);
        println!(
            "1,000,002 candidates, {name}: {:.2} s, {} sent, worth {} of at most {}, {} nodes",
            start.elapsed().as_secs_f64(),
            plan.sendings.len(),
            plan.value,
            plan.bound,
            plan.nodes,
        );
    }
}

criterion_group!(benches, gates, plans);
criterion_main!(benches);
