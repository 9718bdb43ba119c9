//! A day's messages: who gets which, when and on which channel, and why the others do not.
//!
//! A firing of a trigger calls for a message; gates let it through, defer it or drop it, with
//! reasons; what could be sent on one day is planned; what is sent goes through an outbox, and what
//! became of it comes back as events.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::digest::Digest;
use loyalty::message::{
    Agenda, Course, Cue, Dispatch, Handed, MemoryOutbox, Outbox, Outgoing, SendTime, Sendable,
    Sender, deliver,
};
use loyalty::offer::NoBudgets;
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::{Event, Member, Program};

const PROGRAM: &str = r#"{
  "loyalty": 1, "name": "Beans", "currency": "EUR", "zone": "Europe/Brussels",
  "contact": {
    "purposes": [{"id": "marketing", "consent": {"version": 2}},
                 {"id": "service", "consent": "not_needed"}],
    "quiet_hours": [{"from": "21:00", "until": "08:00"}],
    "caps": [{"at_most": 1, "within": "24h", "purpose": "marketing", "exempt_from": 9}],
    "addresses": {"sms": "phone", "email": "email"},
    "budgets": [{"name": "texts-a-day", "channel": "sms", "at_most": 1, "within": "today"}]
  },
  "messages": [
    {"id": "cart", "trigger": "cart_abandoned", "template": "cart", "purpose": "marketing",
     "channels": ["email", "sms"], "priority": 5, "valid_for": "24h", "value": 250,
     "overtaken_by": ["purchase"]},
    {"id": "points", "trigger": "points_expire", "template": "points", "purpose": "marketing",
     "channels": ["sms", "email"], "cool_down": "14d", "value": 90},
    {"id": "news", "trigger": "new_roast", "template": "news", "purpose": "marketing",
     "channels": ["email"], "holdout": {"share": "40%"}, "value": 40}
  ]
}"#;

/// What happened before.
const EVENTS: [(&str, &str, &str); 8] = [
    ("ann", "2026-01-05T10:00:00Z", GRANTED),
    ("ben", "2026-01-05T10:00:00Z", GRANTED),
    ("ben", "2026-02-01T10:00:00Z", WITHDRAWN),
    ("cleo", "2024-06-01T10:00:00Z", OLD),
    ("eve", "2026-01-05T10:00:00Z", GRANTED),
    ("fay", "2026-01-05T10:00:00Z", GRANTED),
    ("ann", "2026-03-01T10:00:00Z", r#"{"attributes_changed": {"changes": {"email": "a@b.be"}}}"#),
    ("ben", "2026-03-14T06:10:00Z", BOUGHT),
];
const GRANTED: &str = r#"{"consent": {"purpose": "marketing", "choice": "granted", "version": 2}}"#;
const OLD: &str = r#"{"consent": {"purpose": "marketing", "choice": "granted", "version": 1}}"#;
const WITHDRAWN: &str =
    r#"{"consent": {"purpose": "marketing", "channel": "email", "choice": "withdrawn"}}"#;
const BOUGHT: &str = r#"{"purchase": {"order": "o-1", "basket": {"lines": [
    {"id": "1", "product": "beans", "quantity": 1, "unit_price": "12.00 EUR"}]}}}"#;

/// Prints what it sends.
struct Printer;

impl Sender for Printer {
    fn send(&mut self, record: &Outgoing) -> Handed {
        let text = record.parts.values().next().map_or("", String::as_str);
        println!("  to {} on {}: {text}", record.customer, record.channel);
        Handed::Accepted
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let program = Spec::from_json(PROGRAM)?.build()?;
    let mut members = members(&program)?;
    let night: DateTime<Utc> = "2026-03-13T21:30:00Z".parse()?;
    let morning: DateTime<Utc> = "2026-03-14T07:00:00Z".parse()?;

    println!("Carts are left, and it is late");
    for name in ["ann", "ben", "cleo", "dirk"] {
        let dispatch = asked(&program, &members[name], "cart", night, night)?;
        tell(name, &dispatch);
    }

    println!("\nIn the morning it is asked again");
    let mut outbox = MemoryOutbox::new();
    for name in ["ann", "ben"] {
        let cue = cue(name, "cart", night)?;
        let dispatch = program.dispatch(&members[name], &cue, morning, &NoBudgets);
        tell(name, &dispatch);
        let member = members.get_mut(name).ok_or("no member")?;
        queue(&program, member, &cue, &dispatch, &mut outbox)?;
    }

    println!("\nThe best plan for what else could be sent on that day");
    let mut agendas = Vec::new();
    for member in members.values() {
        let name = member.id().as_str();
        let mut candidates = Vec::new();
        for (message, worth) in [("points", 90), ("news", 40)] {
            let slots = [(9, worth), (13, worth / 2), (18, worth + 10)];
            let slot = |(hour, value): (i64, u32)| SendTime {
                at: night + TimeDelta::hours(hour + 2),
                value,
            };
            let slots = slots.map(slot).to_vec();
            candidates.push(Sendable { cue: cue(name, message, night)?, slots });
        }
        agendas.push(Agenda { recipient: program.recipient(member, morning), candidates });
    }
    let plan = program.messages().plan(&agendas, &NoBudgets);
    plan.sendings.iter().for_each(|sending| println!("  {sending}"));
    plan.left_out.iter().for_each(|left| println!("  {left}"));
    println!("  it is worth {}, and no plan is worth more than {}", plan.value, plan.bound);

    println!("\nWhat was decided goes out");
    for event in deliver(&mut outbox, &mut Printer, morning, 100).events {
        let member = members.get_mut(event.customer.as_str()).ok_or("no member")?;
        let _ = member.apply(&program.decide(member, &event));
    }
    println!("\nand counts for what comes next");
    let noon = morning + TimeDelta::hours(4);
    tell("ann", &asked(&program, &members["ann"], "news", noon, noon)?);
    Ok(())
}

fn members(program: &Program) -> Result<BTreeMap<String, Member>, Box<dyn Error>> {
    let mut members = BTreeMap::new();
    for name in ["ann", "ben", "cleo", "dirk", "eve", "fay"] {
        let customer = Customer::new(name.parse()?);
        let customer = match name {
            "ann" => customer,
            "ben" | "cleo" => customer.with("phone", "+32471")?,
            _ => customer.with("phone", "+32471")?.with("email", "me@home.be")?,
        };
        members.insert(name.to_owned(), program.enroll(customer));
    }
    for (number, (name, at, kind)) in EVENTS.into_iter().enumerate() {
        let id = format!("e-{number}").parse()?;
        let event = Event::new(id, name.parse()?, at.parse()?, serde_json::from_str(kind)?);
        let member = members.get_mut(name).ok_or("no member")?;
        let _ = member.apply(&program.decide(member, &event));
    }
    Ok(members)
}

/// That a trigger fired for a customer; the host has the id from the trigger.
fn cue(name: &str, message: &str, at: DateTime<Utc>) -> Result<Cue, Box<dyn Error>> {
    Ok(Cue::new(Digest::of(&(name, message, at)), message.parse()?, at))
}

fn asked(
    program: &Program,
    member: &Member,
    message: &str,
    fired: DateTime<Utc>,
    as_of: DateTime<Utc>,
) -> Result<Dispatch, Box<dyn Error>> {
    let cue = cue(member.id().as_str(), message, fired)?;
    Ok(program.dispatch(member, &cue, as_of, &NoBudgets))
}

fn tell(name: &str, dispatch: &Dispatch) {
    let course = match &dispatch.course {
        Course::Send(send) => format!("is sent on {}", send.channel),
        Course::Defer { until } => format!("waits until {until}"),
        Course::HeldOut { .. } => "is held out".to_owned(),
        _ => "is not sent".to_owned(),
    };
    println!("  {name}: `{}` {course}", dispatch.message);
    for refusal in &dispatch.refusals {
        println!("    {} ({})", refusal, refusal.code());
    }
}

/// Puts what is sent into the outbox, and the event that tells of it into the member.
fn queue(
    program: &Program,
    member: &mut Member,
    cue: &Cue,
    dispatch: &Dispatch,
    outbox: &mut MemoryOutbox,
) -> Result<(), Box<dyn Error>> {
    let messages = program.messages();
    let message = messages.get(&cue.message).ok_or("no such message")?;
    let parts = BTreeMap::from([("text".into(), "Your coffee is waiting in the cart.".into())]);
    if let Some(record) = Outgoing::of(message, cue, dispatch, parts) {
        let _ = outbox.put(record);
    }
    if let Some(event) = messages.event(cue, dispatch) {
        let _ = member.apply(&program.decide(member, &event));
    }
    Ok(())
}
