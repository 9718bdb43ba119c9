//! From a purchase to what is decided about it and the message that it calls for.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::{Basket, LineItem, Purchase};
use loyalty::offer::NoBudgets;
use loyalty::template::Item;
use loyalty::trigger::{Machine, Output};
use loyalty::{Currency, Event, Money};
use serde_json::{Value, json};

use super::club::{id, member, purchase, spec};

/// A message to whoever buys much.
fn terms() -> [Value; 4] {
    let bought = json!({"event": "purchase", "when": "basket_total > 100.00 EUR"});
    let trigger = json!({"list": [
        {"id": "thanks", "when": "orders(1y) >= 5", "pattern": {"happens": {"of": bought}}}]});
    let contact = json!({
        "purposes": [{"id": "marketing", "consent": "not_needed"}],
        "quiet_hours": [{"from": "21:00", "until": "08:00"}],
        "caps": [{"at_most": 2, "within": "24h"}], "no_repeat": "7d"});
    let template = json!([{"id": "thanks", "default": "en", "texts": {"en": {"push": {
        "title": "Thank you",
        "body": "Dear {{ tier|default('new')|title }} customer, \
                 {% if fact('spend(90d)') is defined %}\
                 {{ fact('spend(90d)')|money }} in 90 days; {% endif %}\
                 {% for item in items %}{{ item.name }}{% if not loop.last %}, {% endif %}\
                 {% endfor %} would go with it."}}}}]);
    let message = json!([{"id": "thanks", "trigger": "thanks", "template": "thanks",
        "purpose": "marketing", "channels": ["push"], "valid_for": "1d"}]);
    [trigger, contact, template, message]
}

fn bought(number: usize, at: DateTime<Utc>) -> Event {
    let price = Money::from_minor(10_100 + number as i64 % 977, Currency::EUR);
    let line = LineItem::new(id("1"), id("shoes"), 1, price).of(id("tea"));
    let purchase = Purchase::new(id(&format!("m-{number}")), Basket::of([line]));
    Event::new(id(&format!("b-{number}")), id("ann"), at, purchase.into())
}

/// How long each of so many took, from the shortest to the longest.
pub fn took(offers: u32, orders: u32, times: usize) -> Vec<Duration> {
    let mut spec = spec(offers);
    let [trigger, contact, template, message] = terms();
    spec.triggers = serde_json::from_value(trigger).expect("triggers");
    spec.contact = serde_json::from_value(contact).expect("a policy");
    spec.templates = serde_json::from_value(template).expect("templates");
    spec.messages = serde_json::from_value(message).expect("messages");
    let program = spec.build().expect("a program");
    let member = member(&program, orders);
    let mut machine = Machine::new(program.triggers());
    let items = ["House blend", "A cup"].map(|name| Item::new().with("name", name));
    // Not in quiet hours.
    let noon = purchase(orders).at.date_naive().and_hms_opt(12, 0, 0).expect("noon").and_utc();
    let timed = |number| {
        let event = bought(number, noon + TimeDelta::milliseconds(number as i64));
        let start = Instant::now();
        let decision = program.decide(black_box(&member), &event);
        let fired = machine.observe(0, &event);
        let Some(Output::Fired(firing)) = fired.first() else { panic!("{fired:?}") };
        let response = program.respond(&member, firing, event.at, &NoBudgets, &items);
        let took = start.elapsed();
        let record = response.and_then(|response| response.record).expect("a message");
        drop(black_box((decision, record)));
        took
    };
    let mut took: Vec<Duration> = (0..times).map(timed).collect();
    took.sort_unstable();
    took
}
