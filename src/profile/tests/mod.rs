//! Histories written as text, one event a line: `id day what…`.

mod laws;
mod recording;
mod stored;
mod tables;

use chrono::{DateTime, TimeDelta, Utc};

use super::*;
use crate::event::{
    AttributesChanged, Basket, Discount, Event, LineItem, Purchase, Return, ReturnedLine,
    SurveyAnswered, View, Void,
};
use crate::id::{AttributeName, CustomerId};
use crate::money::Money;
use crate::rule::Value;

fn ada() -> CustomerId {
    CustomerId::new("ada").unwrap()
}

/// Noon of a day counted from 1 January 2026.
fn day(days: i64) -> DateTime<Utc> {
    "2025-12-31T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(days)
}

fn euros(text: &str) -> Money {
    format!("{text} EUR").parse().unwrap()
}

fn history(events: &str) -> History {
    let mut history = History::default();
    for event in written(events) {
        assert_eq!(history.record(event), Recorded::New);
    }
    history
}

fn written(events: &str) -> impl Iterator<Item = Event> {
    events.lines().map(str::trim).filter(|line| !line.is_empty()).map(event)
}

fn event(line: &str) -> Event {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [id, at, what, rest @ ..] = &words[..] else { panic!("{line}") };
    let at = day(at.parse().unwrap());
    let kind = match (*what, rest) {
        ("buy", [order, lines @ ..]) => EventKind::Purchase(Purchase::new(
            order.parse().unwrap(),
            Basket::of(lines.iter().map(|line| bought(line))),
        )),
        ("return", [order, lines @ ..]) => EventKind::Return(Return {
            order: order.parse().unwrap(),
            lines: lines.iter().map(|line| came_back(line)).collect(),
        }),
        ("void", [event]) => EventKind::Void(Void { event: event.parse().unwrap() }),
        ("view", [product]) => {
            EventKind::View(View { product: product.parse().unwrap(), category: None })
        }
        ("open", []) => EventKind::AppOpened,
        ("enroll", []) => EventKind::Enrolled,
        ("survey", [score]) => EventKind::SurveyAnswered(SurveyAnswered {
            survey: "nps".parse().unwrap(),
            score: score.parse().unwrap(),
            highest: 10,
        }),
        ("change", changes) => EventKind::AttributesChanged(AttributesChanged {
            changes: changes.iter().map(|change| changed(change)).collect(),
        }),
        _ => panic!("{line}"),
    };
    Event::new(id.parse().unwrap(), ada(), at, kind)
}

/// `A:2@5.00-1.00/coffee`: two units of line and product A at 5.00 each, less 1.00, in a category.
fn bought(line: &str) -> LineItem {
    let (line, category) = line.split_once('/').map_or((line, None), |(l, c)| (l, Some(c)));
    let (line, discount) = line.split_once('-').map_or((line, None), |(l, d)| (l, Some(d)));
    let (id, rest) = line.split_once(':').unwrap();
    let (quantity, price) = rest.split_once('@').unwrap();
    let mut item = LineItem::new(
        id.parse().unwrap(),
        id.parse().unwrap(),
        quantity.parse().unwrap(),
        euros(price),
    );
    item.category = category.map(|category| category.parse().unwrap());
    item.discounts = discount
        .map(|amount| Discount { amount: euros(amount), offer: None })
        .into_iter()
        .collect();
    item
}

fn came_back(line: &str) -> ReturnedLine {
    let (line, quantity) = line.split_once(':').unwrap();
    ReturnedLine { line: line.parse().unwrap(), quantity: quantity.parse().unwrap() }
}

fn changed(change: &str) -> (AttributeName, Option<Value>) {
    let (name, value) = change.split_once('=').unwrap();
    (name.parse().unwrap(), (!value.is_empty()).then(|| Value::text(value)))
}

/// The orders as `list - discount - returned = net (kept/bought)`.
fn told(purchases: &Purchases) -> String {
    let orders = purchases.orders(0);
    let amount = |money: Money| money.to_string().replace(" EUR", "");
    let told: Vec<String> = orders
        .iter()
        .map(|order| {
            format!(
                "{} - {} - {} = {} ({}/{})",
                amount(order.list_price),
                amount(order.discount),
                amount(order.returned),
                amount(order.net_price),
                order.units - order.returned_units,
                order.units,
            )
        })
        .collect();
    told.join("; ")
}
