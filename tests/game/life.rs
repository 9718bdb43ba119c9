//! Short random lives: what a customer does, takes back, and where they live meanwhile.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Event, EventKind};
use loyalty::program::{Applied, Member, Program, Spec};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// Zones whose clocks differ by whole hours, and are not set back past midnight.
pub const ZONES: [&str; 7] = [
    "UTC",
    "Europe/Brussels",
    "Asia/Tokyo",
    "America/Los_Angeles",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
];

/// Something that happens so many hours after the beginning.
#[derive(Clone, Debug)]
pub struct Deed {
    pub hour: i64,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    /// So many units are bought, of which so many are free.
    Buy(i64, i64),
    /// The reward of the card is used.
    Redeem,
    /// Units of one of the orders come back.
    Return(Index, i64),
    Review,
    Move(usize),
    /// One of the others, a void perhaps, is void.
    Void(Index),
}

/// A week before Samoa skipped a day.
pub fn beginning() -> DateTime<Utc> {
    "2011-12-23T00:00:00Z".parse().unwrap()
}

pub fn hour(hour: i64) -> DateTime<Utc> {
    beginning() + TimeDelta::hours(hour)
}

pub fn zone(index: usize) -> Zone {
    Zone::from_name(ZONES[index % ZONES.len()]).unwrap()
}

/// Up to so many deeds in two weeks.
pub fn deeds(most: usize) -> impl Strategy<Value = Vec<Deed>> {
    let what = prop_oneof![
        4 => (1..=5_i64, 0..=2_i64).prop_map(|(units, free)| What::Buy(units, free.min(units))),
        2 => Just(What::Redeem),
        2 => (any::<Index>(), 1..=3_i64).prop_map(|(order, units)| What::Return(order, units)),
        6 => Just(What::Review),
        1 => (0..ZONES.len()).prop_map(What::Move),
        2 => any::<Index>().prop_map(What::Void),
    ];
    let midnights = select((0..14 * 24_i64).step_by(24).collect::<Vec<_>>());
    let hours = prop_oneof![1 => 0..14 * 24_i64, 1 => midnights];
    let deed = (hours, what).prop_map(|(hour, what)| Deed { hour, what });
    proptest::collection::vec(deed, 1..=most)
}

/// The deeds as events, in chronological order; deeds that refer to nothing are left out.
pub fn events(deeds: &[Deed]) -> Vec<Event> {
    let mut deeds: Vec<(usize, &Deed)> = deeds.iter().enumerate().collect();
    deeds.sort_by_key(|(number, deed)| (deed.hour, *number));
    let mut events: Vec<Event> = Vec::new();
    for (number, deed) in deeds {
        let kind: Option<Value> = match &deed.what {
            What::Buy(units, free) => Some(buys(number, *units, *free, "other")),
            What::Redeem => Some(buys(number, 1, 1, "reward")),
            What::Return(order, units) => {
                let orders: Vec<&Event> =
                    events.iter().filter(|event| event.purchase().is_some()).collect();
                (!orders.is_empty()).then(|| {
                    let order = &order.get(&orders).purchase().unwrap().order;
                    json!({"return": {"order": order, "lines": [{"line": "1", "quantity": units}]}})
                })
            }
            What::Review => Some(json!({"review": {"product": "p", "rating": 5}})),
            What::Move(zone) => {
                Some(json!({"attributes_changed": {"changes": {"time_zone": ZONES[*zone]}}}))
            }
            What::Void(event) if events.is_empty() => {
                let _nothing_to_void = event;
                None
            }
            What::Void(event) => Some(json!({"void": {"event": event.get(&events).id}})),
        };
        if let Some(kind) = kind {
            let kind: EventKind = serde_json::from_value(kind).unwrap();
            let id = format!("e{number:02}").parse().unwrap();
            events.push(Event::new(id, "c".parse().unwrap(), hour(deed.hour), kind));
        }
    }
    events.sort_by(|one, other| one.position().cmp(&other.position()));
    events
}

fn buys(number: usize, units: i64, free: i64, offer: &str) -> Value {
    let discounts = match free {
        0 => json!([]),
        free => json!([{"amount": format!("{free}.00 EUR"), "offer": offer}]),
    };
    json!({"purchase": {"order": format!("o{number}"), "basket": {"lines": [
        {"id": "1", "product": "p", "quantity": units, "unit_price": "1.00 EUR",
         "discounts": discounts}]}}})
}

pub fn program(zone: usize, games: &Value) -> Program {
    let document = json!({"loyalty": 1, "name": "life", "currency": "EUR",
        "zone": ZONES[zone % ZONES.len()], "games": games,
        "offers": [{"id": "reward", "benefit": {"points": 1}, "code": "nobody has it"}]});
    Spec::from_json(&document.to_string()).unwrap().build().unwrap()
}

pub fn member(program: &Program, arriving: &[Event]) -> Member {
    let mut member = program.enroll(loyalty::profile::Customer::new("c".parse().unwrap()));
    for event in arriving {
        let decision = program.decide(&member, event);
        let applied = member.apply(&decision);
        assert!(matches!(applied, Applied::Now { .. } | Applied::Before), "{applied:?}");
    }
    member
}

/// The events that are not void as of an instant, by the words of the documentation: a void counts
/// unless a later one that counts names it.
pub fn effective(events: &[Event], as_of: DateTime<Utc>) -> Vec<&Event> {
    let known: Vec<&Event> = events.iter().filter(|event| event.at <= as_of).collect();
    let counts = |event: &Event| {
        fn is_void(known: &[&Event], event: &Event) -> bool {
            known.iter().any(|other| match &other.kind {
                EventKind::Void(void) if void.event == event.id => {
                    let must_follow = matches!(event.kind, EventKind::Void(_));
                    (!must_follow || event.position() < other.position()) && !is_void(known, other)
                }
                _ => false,
            })
        }
        !is_void(&known, event)
    };
    known.iter().copied().filter(|event| counts(event)).collect()
}
