//! Cards and streaks against models that count one by one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Event, EventKind};
use loyalty::rule::Value as Fact;
use proptest::prelude::*;
use serde_json::json;

use super::life::{beginning, deeds, effective, events, hour, member, program, zone};

/// How many units of an order are paid for and kept, and whether it uses the reward.
struct Order {
    at: DateTime<Utc>,
    punches: i64,
    redeems: bool,
}

fn orders(events: &[Event], as_of: DateTime<Utc>) -> Vec<Order> {
    let effective = effective(events, as_of);
    let came_back = |purchase: &loyalty::event::Purchase| -> i64 {
        let returns = effective.iter().filter_map(|event| match &event.kind {
            EventKind::Return(returned) if returned.order == purchase.order => Some(returned),
            _ => None,
        });
        returns.map(|returned| returned.lines[0].quantity).sum()
    };
    let purchases = effective.iter().filter_map(|event| Some((event.at, event.purchase()?)));
    let orders = purchases.map(|(at, purchase)| {
        let line = &purchase.basket.lines[0];
        let back = came_back(purchase).min(line.quantity);
        let paid = line.net_price().unwrap().minor() / 100;
        let redeems = back < line.quantity && purchase.offers().any(|o| o.as_str() == "reward");
        Order { at, punches: paid - paid * back / line.quantity, redeems }
    });
    orders.collect()
}

/// A card, punch by punch.
#[derive(Debug, Default, PartialEq)]
struct Card {
    punches: u64,
    completed: u64,
    available: u64,
    used: u64,
    owed: u64,
}

fn card(
    events: &[Event],
    as_of: DateTime<Utc>,
    (size, start): (usize, usize),
    (punch_days, reward_days): (Option<u64>, Option<u64>),
) -> Card {
    let after = |at: DateTime<Utc>, days: Option<u64>| {
        days.map_or(DateTime::<Utc>::MAX_UTC, |days| at + Days::new(days))
    };
    let Some(joined) = effective(events, as_of).first().map(|event| event.at) else {
        return Card::default();
    };
    let mut punches: Vec<DateTime<Utc>> = vec![after(joined, punch_days); start];
    let mut rewards: Vec<DateTime<Utc>> = Vec::new();
    let (mut owed, mut used, mut completed) = (Vec::new(), 0, 0);
    for order in orders(events, as_of) {
        punches.retain(|expires| order.at < *expires);
        rewards.retain(|expires| order.at < *expires);
        if order.redeems {
            used += 1;
            if rewards.is_empty() {
                let paid = punches.len();
                punches.clear();
                owed.push(size - paid);
            } else {
                rewards.remove(0);
            }
        }
        for _ in 0..order.punches {
            if let Some(first) = owed.first_mut() {
                *first -= 1;
                if *first == 0 {
                    owed.remove(0);
                    completed += 1;
                }
                continue;
            }
            punches.push(after(order.at, punch_days));
            if punches.len() == size {
                punches.clear();
                completed += 1;
                rewards.push(after(order.at, reward_days));
            }
        }
    }
    punches.retain(|expires| as_of < *expires);
    rewards.retain(|expires| as_of < *expires);
    let (punches, available) = (punches.len() as u64, rewards.len() as u64);
    Card { punches, completed, available, used, owed: owed.iter().sum::<usize>() as u64 }
}

/// Where the customer lives at an instant.
fn zone_at(events: &[&Event], program: Zone, at: DateTime<Utc>) -> Zone {
    let mut moves =
        events.iter().filter(|event| event.at <= at).filter_map(|event| match &event.kind {
            EventKind::AttributesChanged(changed) => changed.changes.get("time_zone")?.clone(),
            _ => None,
        });
    moves.next_back().map_or(program, |name| match name {
        Fact::Text(name) => Zone::from_name(name.as_str()).unwrap(),
        _ => program,
    })
}

/// Every streak of days: how long each was, and whether the last goes on.
pub struct Streaks {
    pub lengths: Vec<u32>,
    pub alive: bool,
}

/// Streaks of days with at least so many reviews, of which each forgives some misses.
pub fn streaks(
    events: &[Event],
    as_of: DateTime<Utc>,
    program: Zone,
    (at_least, misses): (usize, u32),
) -> Streaks {
    let effective = effective(events, as_of);
    let date = |at| zone_at(&effective, program, at).date(at);
    let mut reviews: BTreeMap<NaiveDate, usize> = BTreeMap::new();
    for event in effective.iter().filter(|event| matches!(event.kind, EventKind::Review(_))) {
        *reviews.entry(date(event.at)).or_default() += 1;
    }
    let counted: BTreeSet<NaiveDate> =
        reviews.into_iter().filter(|(_, count)| *count >= at_least).map(|(day, _)| day).collect();
    // Every date that the clock showed, or will.
    let mut shown: BTreeSet<NaiveDate> = BTreeSet::new();
    let mut at = beginning() - TimeDelta::hours(30);
    while at <= as_of + TimeDelta::hours(48) {
        shown.insert(date(at));
        at += TimeDelta::hours(1);
    }
    let (today, last) = (date(as_of), counted.last().copied());
    let (mut lengths, mut length, mut left) = (Vec::new(), 0, misses);
    for day in shown {
        if counted.contains(&day) {
            length += 1;
        } else if length > 0 && (Some(day) < last || day < today) {
            if left == 0 {
                lengths.push(length);
                (length, left) = (0, misses);
            } else {
                left -= 1;
            }
        }
    }
    let alive = length > 0;
    lengths.extend(alive.then_some(length));
    Streaks { lengths, alive }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_card_is_what_counting_every_punch_gives(
        deeds in deeds(14),
        (size, start) in (1..=4_usize).prop_flat_map(|size| (Just(size), 0..size)),
        days in (proptest::option::of(1..8_u64), proptest::option::of(1..8_u64)),
        questions in proptest::collection::vec(0..24 * 24_i64, 2),
    ) {
        let expiry = |days: Option<u64>| match days {
            None => json!("never"),
            Some(days) => json!({"after": format!("{days}d")}),
        };
        let program = program(0, &json!({"cards": [
            {"id": "card", "size": size, "start": start, "reward": "reward",
             "punches_expire": expiry(days.0), "rewards_expire": expiry(days.1)}]}));
        let events = events(&deeds);
        let member = member(&program, &events);
        for as_of in questions.into_iter().map(hour) {
            let state = &program.view(&member, as_of).games.cards[0];
            let found = Card {
                punches: state.punches,
                completed: state.completed,
                available: state.available,
                used: state.used,
                owed: state.owed,
            };
            prop_assert_eq!(&found, &card(&events, as_of, (size, start), days), "{}", as_of);
            if days == (None, None) && !effective(&events, as_of).is_empty() {
                // What is punched pays for what was used, whatever came first.
                let punched: i64 = orders(&events, as_of).iter().map(|order| order.punches).sum();
                let size = size as i64;
                let rest = punched + start as i64 - size * found.used as i64;
                let [punches, available, owed] =
                    [found.punches, found.available, found.owed].map(|count| count as i64);
                prop_assert_eq!(punches + size * available - owed, rest);
                prop_assert!(owed == 0 || (punches == 0 && available == 0));
            }
            if let Some(next) = state.next_change {
                let at = |at| program.view(&member, at).games.cards[0].clone();
                if events.iter().all(|event| event.at <= as_of || next < event.at) {
                    prop_assert_eq!(&at(next - TimeDelta::nanoseconds(1)), state);
                    prop_assert_ne!(&at(next), state);
                }
            }
        }
    }

    #[test]
    fn a_streak_is_what_walking_from_day_to_day_gives(
        deeds in deeds(24),
        home in 0..7_usize,
        (at_least, misses) in (1..=2_usize, 0..=2_u32),
        question in 0..20 * 24_i64,
    ) {
        let program = program(home, &json!({"streaks": [
            {"id": "daily", "measure": {"events": "review"}, "every": "day",
             "at_least": at_least, "misses": misses}]}));
        let events = events(&deeds);
        let member = member(&program, &events);
        let as_of = hour(question);
        let state = program.view(&member, as_of).games.streaks[0].clone();
        let model = |as_of| streaks(&events, as_of, zone(home), (at_least, misses));
        let now = model(as_of);
        let length = now.lengths.last().copied().filter(|_| now.alive).unwrap_or(0);
        prop_assert_eq!(state.length, length);
        prop_assert_eq!(state.longest, now.lengths.iter().copied().max().unwrap_or(0));
        prop_assert_eq!(state.alive_until.is_some(), now.alive);
        if let Some(until) = state.alive_until
            && events.iter().all(|event| event.at <= as_of || until < event.at)
        {
            prop_assert!(as_of < until);
            prop_assert!(model(until - TimeDelta::hours(1)).alive);
            prop_assert!(!model(until).alive);
        }
    }
}
