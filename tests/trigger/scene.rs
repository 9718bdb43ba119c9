//! Small events at minutes after a midnight, and a machine that is fed with them.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Basket, Event, EventKind, LineItem, Purchase, View, Void};
use loyalty::money::{Currency, Money};
use loyalty::trigger::{Firing, Machine, Output, TriggerId, Triggers};

/// The instant so many minutes after the start.
pub fn minute(minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().unwrap();
    start + TimeDelta::minutes(minutes)
}

/// How many minutes after the start an instant is.
pub fn minutes(at: DateTime<Utc>) -> i64 {
    (at - minute(0)).num_minutes()
}

pub fn event(id: &str, customer: &str, at: i64, kind: EventKind) -> Event {
    Event::new(id.parse().unwrap(), customer.parse().unwrap(), minute(at), kind)
}

/// A cart of this many cents.
pub fn cart(cents: i64) -> EventKind {
    EventKind::CartUpdated(basket(cents))
}

pub fn purchase(order: &str, cents: i64) -> EventKind {
    Purchase::new(order.parse().unwrap(), basket(cents)).into()
}

fn basket(cents: i64) -> Basket {
    let price = Money::from_minor(cents, Currency::EUR);
    Basket::of([LineItem::new("1".parse().unwrap(), "shoes".parse().unwrap(), 1, price)])
}

pub fn view(product: &str) -> EventKind {
    EventKind::View(View { product: product.parse().unwrap(), category: None })
}

pub fn void(event: &str) -> EventKind {
    EventKind::Void(Void { event: event.parse().unwrap() })
}

pub fn triggers(json: &str) -> Triggers {
    serde_json::from_str(json).unwrap()
}

/// A machine for triggers as JSON, in UTC and euros.
pub fn machine(json: &str) -> Machine {
    Machine::new(&triggers(json).check_alone(Zone::UTC, Currency::EUR).unwrap())
}

/// A machine that was stored and read again.
pub fn restored(machine: &Machine) -> Machine {
    let json = serde_json::to_string(machine).unwrap();
    let read: Machine = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), json, "what is read is what was stored");
    read
}

/// What is told, in words.
pub fn told(outputs: &[Output]) -> Vec<String> {
    let row = |firing: &Firing, what: &str| {
        format!("{what} {} of {} at {}", firing.trigger, firing.customer, minutes(firing.at))
    };
    let told = outputs.iter().map(|output| match output {
        Output::Fired(firing) => row(firing, "fires"),
        Output::Retract(firing) => row(firing, "retracts"),
        Output::Late(late) => format!("late {:?}", late.reason),
    });
    told.collect()
}

/// What was fired and not taken back.
#[derive(Default)]
pub struct Net(pub BTreeSet<(TriggerId, String, String, i64, i64, i64)>);

impl Net {
    /// Takes outputs in, each of which must be news.
    pub fn take(&mut self, outputs: &[Output]) {
        for output in outputs {
            match output {
                Output::Fired(firing) => assert!(self.0.insert(row(firing)), "fired twice"),
                Output::Retract(firing) => assert!(self.0.remove(&row(firing)), "never fired"),
                Output::Late(_) => {}
            }
        }
    }

    /// Trigger, customer, and the minutes of the firing and of both ends of its stretch.
    pub fn rows(&self) -> Vec<(String, String, i64, i64, i64)> {
        let rows = self.0.iter().map(|(_, trigger, customer, at, from, until)| {
            (trigger.clone(), customer.clone(), *at, *from, *until)
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort();
        rows
    }
}

fn row(firing: &Firing) -> (TriggerId, String, String, i64, i64, i64) {
    let (trigger, customer) = (firing.trigger.to_string(), firing.customer.to_string());
    let (from, until) = (minutes(firing.from), minutes(firing.until));
    (firing.id(), trigger, customer, minutes(firing.at), from, until)
}
