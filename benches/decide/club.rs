//! A program of many offers, and members with orders.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::{Basket, EventKind, LineItem, Purchase};
use loyalty::money::Percent;
use loyalty::offer::{Benefit, Offer, PercentOff};
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::rule::{all, field};
use loyalty::{Applied, Currency, Event, Member, Money, Program};

/// The orders of a usual member.
pub const ORDERS: u32 = 50;
const CATEGORIES: [&str; 8] = ["coffee", "tea", "cake", "ware", "book", "music", "game", "toy"];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const TIERS: [&str; 3] = ["basic", "silver", "gold"];

/// The terms without offers.
pub const TERMS: &str = r#"{
  "loyalty": 1, "name": "Bench", "currency": "EUR", "zone": "Europe/Brussels",
  "segments": [
    {"id": "frequent", "name": "Frequent", "when": {"field": "orders(30d)", "above": 5}},
    {"id": "lapsed", "name": "Lapsed", "when": {"field": "recency_days", "above": 90}}
  ],
  "ladders": [{"measure": "spend", "window": "12mo", "tiers": [
    {"id": "basic", "name": "Basic", "at_least": "0.00 EUR"},
    {"id": "silver", "name": "Silver", "at_least": "200.00 EUR", "multiplier": "1.5x"},
    {"id": "gold", "name": "Gold", "at_least": "1000.00 EUR", "multiplier": "2x"}
  ]}],
  "earning": [{"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}],
  "lanes": [{"id": "best", "mode": "best"}]
}"#;

fn euro(minor: u32) -> Money {
    Money::from_minor(i64::from(minor), Currency::EUR)
}

/// An id of any kind.
pub fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

/// A program of so many offers with six conditions each, of which about one in forty hold.
pub fn program(offers: u32) -> Program {
    spec(offers).build().expect("a program")
}

/// The terms of such a program.
pub fn spec(offers: u32) -> Spec {
    let mut spec = Spec::from_json(TERMS).expect("terms");
    let of = |names: &[&'static str], index: u32| names[index as usize % names.len()];
    spec.offers = (0..offers)
        .map(|index| {
            let percent = Percent::from_basis_points(100 + index % 30 * 100);
            Offer::new(id(&format!("offer-{index:04}")), Benefit::Percent(PercentOff::new(percent)))
                .when(all([
                    field("spend(90d)").at_least(euro(index * 100 % 60_000)),
                    field("tier").one_of([of(&TIERS, index / 3)]),
                    field("basket_categories").any_of([of(&CATEGORIES, index)]),
                    field("recency_days").at_most(i64::from(index % 60)),
                    field("basket_total").at_least(euro(index * 37 % 6_000)),
                    field("weekday")
                        .one_of(WEEKDAYS.iter().skip(index as usize % 5).take(3).copied()),
                ]))
                .in_lane(id("best"))
        })
        .collect();
    spec
}

/// The purchase of three lines with this number.
pub fn purchase(number: u32) -> Event {
    let start: DateTime<Utc> = "2026-01-01T09:00:00Z".parse().expect("an instant");
    let lines = (0..3).map(|line| {
        let category = CATEGORIES[(number + line) as usize % CATEGORIES.len()];
        let price = euro(250 + 137 * ((number * 7 + line) % 11));
        LineItem::new(id(&line.to_string()), id("product"), 1, price).of(id(category))
    });
    let purchase = Purchase::new(id(&format!("o-{number}")), Basket::of(lines));
    let at = start + TimeDelta::hours(31 * i64::from(number));
    Event::new(id(&format!("e-{number}")), id("ann"), at, EventKind::Purchase(purchase))
}

/// A member with so many orders.
pub fn member(program: &Program, orders: u32) -> Member {
    let mut member = program.enroll(Customer::new(id("ann")));
    for number in 0..orders {
        let decision = program.decide(&member, &purchase(number));
        assert!(matches!(member.apply(&decision), Applied::Now { .. }));
    }
    member
}
