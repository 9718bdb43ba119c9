//! What happens to some hundred customers, as it arrives.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::{Basket, Event, EventKind, LineItem, Purchase, View, Void};
use loyalty::money::{Currency, Money};
use loyalty_nats::Incoming;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

pub const TRIGGERS: &str = r#"{"lateness": "10min", "correction": "3h", "list": [
  {"id": "cart", "cool_down": "4h", "pattern": {"silence": {
    "after": {"event": "cart_updated", "when": {"field": "basket_total", "above": "100.00 EUR"}},
    "without": [{"event": "purchase"}], "lasting": "60min"}}},
  {"id": "looking", "pattern": {"times":
    {"of": {"event": "view"}, "count": 3, "within": "2h"}}},
  {"id": "second", "pattern": {"happens": {"of": {"event": "purchase"}, "nth": 2}}},
  {"id": "bought", "pattern": {"follows":
    {"first": {"event": "view"}, "then": {"event": "purchase"}, "within": "1h"}}}]}"#;

const CUSTOMERS: u32 = 300;

/// So many minutes after the start.
fn minute(minutes: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().expect("an instant");
    start + TimeDelta::minutes(minutes)
}

fn event(id: &str, customer: &str, at: DateTime<Utc>, kind: EventKind) -> Incoming {
    let (id, customer) = (id.parse().expect("an id"), customer.parse().expect("an id"));
    Incoming::Event(Box::new(Event::new(id, customer, at, kind)))
}

fn basket(cents: i64) -> Basket {
    let (id, product) = ("1".parse().expect("an id"), "shoes".parse().expect("an id"));
    Basket::of([LineItem::new(id, product, 1, Money::from_minor(cents, Currency::EUR))])
}

fn purchase(order: &str) -> EventKind {
    Purchase::new(order.parse().expect("an id"), basket(12_000)).into()
}

fn void(event: &str) -> EventKind {
    EventKind::Void(Void { event: event.parse().expect("an id") })
}

fn kind(random: &mut ChaCha8Rng, id: &str, before: Option<&str>) -> EventKind {
    match random.random_range(0..10) {
        0..4 => EventKind::CartUpdated(basket(random.random_range(80..140) * 100)),
        4..7 => {
            let product = "shoes".parse().expect("an id");
            EventKind::View(View { product, category: None })
        }
        7..9 => purchase(id),
        _ => before.map_or_else(|| purchase(id), void),
    }
}

/// How many minutes after it happened an event arrives: mostly within the lateness, some within the
/// correction, few even later.
fn delay(random: &mut ChaCha8Rng) -> i64 {
    match random.random_range(0..100) {
        0..85 => random.random_range(0..10),
        85..98 => random.random_range(10..180),
        _ => random.random_range(180..1_500),
    }
}

/// Events of two days in the order of their arrival, out of order, some twice, with ticks; and one
/// cart that is abandoned, bought after all, not bought, and bought.
pub fn incoming(random: &mut ChaCha8Rng, events: usize) -> Vec<Incoming> {
    let mut arriving = Vec::new();
    let mut latest = vec![None; CUSTOMERS as usize];
    for number in 0..events {
        let at = i64::try_from(number * 2_880 / events).expect("minutes of two days");
        let (id, whose) = (format!("e{number}"), random.random_range(0..CUSTOMERS));
        let before = latest[whose as usize].replace(id.clone());
        let one =
            event(&id, &format!("c{whose}"), minute(at), kind(random, &id, before.as_deref()));
        let arrival = at + delay(random);
        if random.random_range(0..100) < 4 {
            arriving.push((arrival + delay(random), number, one.clone()));
        }
        arriving.push((arrival, number, one));
    }
    for hour in 1..50 {
        arriving.push((hour * 60, events, Incoming::Tick(minute(hour * 60 - 10))));
    }
    let story = [
        (600, "s1", 600, EventKind::CartUpdated(basket(12_000))),
        (700, "s2", 610, purchase("s2")),
        (710, "s3", 611, void("s2")),
        (720, "s4", 620, purchase("s4")),
    ];
    for (arrival, id, at, kind) in story {
        arriving.push((arrival, events, event(id, "story", minute(at), kind)));
    }
    arriving.sort_by_key(|(arrival, number, _)| (*arrival, *number));
    let last = Incoming::Tick(minute(10_000));
    arriving.into_iter().map(|(.., one)| one).chain([last]).collect()
}
