//! What holds for all histories.

use std::collections::BTreeMap;
use std::fmt::Debug;

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::calendar::{Interval, Zone};
use crate::event::{Channel, Line, Order, Orders};
use crate::id::{EventId, LineId, OrderId};

/// Events in a small world, so that they concern each other: their ids are e0, e1, …
fn events() -> impl Strategy<Value = Vec<Event>> {
    let when = (0_i64..12, prop::option::of(select(vec![Channel::Web, Channel::Store])));
    prop::collection::vec((when, what()), 0..16).prop_map(|events| {
        let events = events.into_iter().enumerate();
        events
            .map(|(index, ((at, channel), what))| Event {
                channel,
                ..event(&format!("e{index} {at} {what}"))
            })
            .collect()
    })
}

/// Events, and the same events in another order, some of them twice.
fn events_and_arrivals() -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    (events(), prop::collection::vec(any::<Index>(), 0..6)).prop_flat_map(|(events, again)| {
        let mut arrivals = events.clone();
        if !events.is_empty() {
            arrivals.extend(again.iter().map(|index| index.get(&events).clone()));
        }
        (Just(events), Just(arrivals).prop_shuffle())
    })
}

fn what() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => (0..3, 1..4, 0..3, 1..3).prop_map(|(order, a, off, b)| {
            format!("buy o{order} A:{a}@3.35-0.0{off}/tea B:{b}@0.99")
        }),
        3 => (0..3, select(vec!["A", "B"]), 1..4)
            .prop_map(|(order, line, units)| format!("return o{order} {line}:{units}")),
        3 => (0..16).prop_map(|event| format!("void e{event}")),
        1 => Just("view p".to_owned()),
        1 => Just("open".to_owned()),
        1 => (0..=10).prop_map(|score| format!("survey {score}")),
        1 => select(vec!["change city=Gent", "change city=Aalst", "change city="])
            .prop_map(str::to_owned),
        1 => Just("enroll".to_owned()),
    ]
}

fn retention() -> impl Strategy<Value = Retention> {
    prop_oneof![Just(Retention::Forever), (0_u32..9).prop_map(Retention::Days)]
}

fn recorded(events: &[Event], retention: Retention) -> History {
    let mut history = History::new(retention);
    for event in events {
        assert_ne!(history.record(event.clone()), Recorded::Conflicting);
    }
    history
}

fn rows(orders: Orders<'_>) -> (Vec<Order>, Vec<Line<'_>>) {
    (orders.iter().collect(), orders.lines().unwrap().collect())
}

/// All that can be asked of a history and does not name what retention loses.
fn answers(history: &History, as_of: i64, days: (i64, i64)) -> impl PartialEq + Debug + use<> {
    let as_of = day(as_of);
    let interval = Interval { first: day(days.0), last: day(days.1) };
    let profile = Profile { customer: Customer::new(ada()), history: history.clone() };
    let purchases = profile.purchases(Currency::EUR, as_of);
    let types = [EventType::View, EventType::Purchase, EventType::SurveyAnswered];
    let surveys: Vec<Event> = history
        .lasting(as_of)
        .filter(|event| event.kind.event_type() == EventType::SurveyAnswered)
        .cloned()
        .collect();
    (
        purchases,
        history.tally(&interval, as_of),
        types.map(|of| (history.last_at(of, as_of), history.instants(of, as_of))),
        history.first_at(as_of),
        surveys,
        profile.attributes(as_of).into_owned(),
        profile.anchor(as_of, &Zone::UTC),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_order_of_arrival_and_duplicates_do_not_matter(
        (events, arrivals) in events_and_arrivals(),
        retention in retention(),
    ) {
        prop_assert_eq!(recorded(&arrivals, retention), recorded(&events, retention));
    }

    #[test]
    fn what_is_recorded_in_a_copy_is_not_in_what_it_was_made_of(
        (_, arrivals) in events_and_arrivals(),
        retention in retention(),
        as_of in 0_i64..14,
        interval in (0_i64..14, 0_i64..14),
    ) {
        let mut copies = vec![History::new(retention)];
        for event in &arrivals {
            let before = copies.last().unwrap();
            // It has made its log, which the copy goes on with.
            let _asked = before.log(&ada(), Currency::EUR, day(20));
            let mut copy = before.clone();
            let _recorded = copy.record(event.clone());
            copies.push(copy);
        }
        for (count, copy) in copies.iter().enumerate() {
            let alone = recorded(&arrivals[..count], retention);
            prop_assert_eq!(copy, &alone);
            prop_assert_eq!(answers(copy, as_of, interval), answers(&alone, as_of, interval));
            let log = copy.log(&ada(), Currency::EUR, day(20));
            prop_assert_eq!(&*log, &alone.purchases(&ada(), Currency::EUR, day(20)));
            let json = |history: &History| serde_json::to_string(history).unwrap();
            prop_assert_eq!(json(copy), json(&alone));
        }
    }

    #[test]
    fn retention_changes_no_answer(
        events in events(),
        days in 0_u32..9,
        as_of in 0_i64..14,
        interval in (0_i64..14, 0_i64..14),
    ) {
        let (forever, bounded) =
            (recorded(&events, Retention::Forever), recorded(&events, Retention::Days(days)));
        prop_assert_eq!(answers(&bounded, as_of, interval), answers(&forever, as_of, interval));
        prop_assert_eq!(bounded.len(), forever.len());
    }

    #[test]
    fn whole_events_are_kept_for_as_long_as_stated(events in events(), days in 0_u32..9) {
        let history = recorded(&events, Retention::Days(days));
        let newest = events.iter().map(|event| event.at).max();
        for event in &events {
            let is_old = newest.unwrap() - event.at > TimeDelta::days(days.into());
            prop_assert_eq!(history.event(&event.id).is_none(), is_old);
        }
    }

    #[test]
    fn what_happens_later_changes_no_earlier_answer(
        events in events(),
        as_of in 0_i64..12,
        interval in (0_i64..14, 0_i64..14),
    ) {
        let earlier: Vec<Event> =
            events.iter().filter(|event| event.at <= day(as_of)).cloned().collect();
        prop_assert_eq!(
            answers(&recorded(&events, Retention::Forever), as_of, interval),
            answers(&recorded(&earlier, Retention::Forever), as_of, interval)
        );
    }

    #[test]
    fn one_history_and_the_log_of_many_tell_the_same(
        each in prop::collection::vec(events(), 3),
        as_of in 0_i64..14,
    ) {
        let customers = ["ada", "bob", "cy"].map(|id| CustomerId::new(id).unwrap());
        let events: Vec<Event> = each
            .iter()
            .zip(&customers)
            .flat_map(|(events, customer)| {
                events.iter().map(|event| Event { customer: customer.clone(), ..event.clone() })
            })
            .collect();
        let log = Purchases::from_events(Currency::EUR, events.iter().rev(), day(as_of));
        for customer in &customers {
            let own: Vec<Event> =
                events.iter().filter(|event| event.customer == *customer).cloned().collect();
            let alone = recorded(&own, Retention::Forever)
                .purchases(customer, Currency::EUR, day(as_of));
            match log.find(customer) {
                Some(orders) => prop_assert_eq!(rows(orders), rows(alone.orders(0))),
                None => prop_assert!(own.iter().all(|event| event.at > day(as_of))),
            }
        }
    }

    #[test]
    fn the_log_that_is_kept_up_is_the_one_made_anew(
        (_, arrivals) in events_and_arrivals(),
        retention in retention(),
        back in 0_i64..4,
    ) {
        let mut history = History::new(retention);
        for event in arrivals {
            let as_of = event.at - TimeDelta::days(back);
            let _recorded = history.record(event);
            for as_of in [as_of, day(20)] {
                let log = history.log(&ada(), Currency::EUR, as_of);
                prop_assert_eq!(&*log, &history.purchases(&ada(), Currency::EUR, as_of));
            }
        }
        let other = CustomerId::new("bob")?;
        let log = history.log(&other, Currency::EUR, day(20));
        prop_assert_eq!(log.customers(), [other]);
    }

    #[test]
    fn a_history_before_an_event_is_that_of_the_events_before_it(
        events in events(),
        index in any::<Index>(),
    ) {
        prop_assume!(!events.is_empty());
        let event = index.get(&events);
        let earlier: Vec<Event> = events
            .iter()
            .filter(|other| other.position() < event.position())
            .cloned()
            .collect();
        let history = recorded(&events, Retention::Forever);
        prop_assert_eq!(
            history.before(event.position()),
            recorded(&earlier, Retention::Forever)
        );
        prop_assert_eq!(history.since(event.position()).count(), events.len() - earlier.len());
    }

    #[test]
    fn a_naive_model_counts_the_same_orders(events in events(), as_of in 0_i64..14) {
        let history = recorded(&events, Retention::Forever);
        let purchases = history.purchases(&ada(), Currency::EUR, day(as_of));
        let orders = purchases.orders(0).iter();
        let counted: Vec<_> =
            orders.map(|order| (order.at, order.net_price.minor(), order.units)).collect();
        prop_assert_eq!(counted, naive(&events, day(as_of)));
    }

    #[test]
    fn a_naive_model_counts_the_same_events(
        events in events(),
        as_of in 0_i64..14,
        interval in (0_i64..14, 0_i64..14),
        retention in retention(),
    ) {
        let (as_of, first, last) = (day(as_of), day(interval.0), day(interval.1));
        let there: Vec<&Event> = events
            .iter()
            .filter(|event| event.at <= as_of && !is_void(event, &events, as_of))
            .collect();
        let inside = there.iter().filter(|event| first <= event.at && event.at <= last);
        let mut counts = BTreeMap::new();
        for event in inside {
            *counts.entry((event.kind.event_type(), event.channel)).or_default() += 1;
        }
        let history = recorded(&events, retention);
        prop_assert_eq!(&history.tally(&Interval { first, last }, as_of), &counts);
        prop_assert_eq!(history.first_at(as_of), there.iter().map(|event| event.at).min());
        for of in EventType::ALL {
            let ours = there.iter().filter(|event| event.kind.event_type() == *of);
            let last_at = ours.map(|event| event.at).max();
            prop_assert_eq!(history.last_at(*of, as_of), last_at);
            let count = history.count(*of, &Interval { first, last }, as_of);
            let counts = counts.iter().filter(|((found, _), _)| found == of);
            prop_assert_eq!(count, counts.map(|(_, count)| count).sum::<u64>());
        }
        let mut whole = recorded(&events, Retention::Forever);
        whole.retain(retention);
        prop_assert_eq!(whole, history);
    }

    #[test]
    fn a_history_survives_its_json(events in events(), retention in retention()) {
        let history = recorded(&events, retention);
        let json = serde_json::to_string(&history).unwrap();
        let read: History = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), json);
        prop_assert_eq!(read, history);
    }

    #[test]
    fn an_interval_has_the_orders_that_it_contains(
        events in events(),
        interval in (0_i64..14, 0_i64..14),
    ) {
        let history = recorded(&events, Retention::Forever);
        let purchases = history.purchases(&ada(), Currency::EUR, day(20));
        let interval = Interval { first: day(interval.0), last: day(interval.1) };
        let all = purchases.orders(0);
        let inside: Vec<Order> = all.iter().filter(|order| interval.contains(order.at)).collect();
        let found = all.within(&interval);
        prop_assert_eq!(found.iter().collect::<Vec<_>>(), inside);
        let net: i64 = found.iter().map(|order| order.net_price.minor()).sum();
        prop_assert_eq!(found.net_price().unwrap().minor(), net);
        let lines = found.lines().unwrap().map(|line| line.net_price.minor());
        prop_assert_eq!(lines.sum::<i64>(), net);
    }
}

/// The orders as of an instant by the definitions, event by event: instant, net amount in cents and
/// units bought, in the order of instants and order ids.
fn naive(events: &[Event], as_of: DateTime<Utc>) -> Vec<(DateTime<Utc>, i64, i64)> {
    let there = |event: &&Event| event.at <= as_of && !is_void(event, events, as_of);
    let mut first: BTreeMap<OrderId, &Event> = BTreeMap::new();
    for event in events.iter().filter(there) {
        let Some(purchase) = event.purchase() else { continue };
        let counted = first.entry(purchase.order.clone()).or_insert(event);
        if event.position() < counted.position() {
            *counted = event;
        }
    }
    let mut orders = Vec::new();
    for (order, event) in first {
        let lines = &event.purchase().unwrap().basket.lines;
        let (mut net, mut kept) = (0, 0);
        for line in lines {
            let came_back = |id: &LineId| -> i64 {
                let after = |back: &&Event| back.position() > event.position();
                let returns = events.iter().filter(there).filter(after);
                let returns = returns.filter_map(|event| match &event.kind {
                    EventKind::Return(returned) if returned.order == order => Some(returned),
                    _ => None,
                });
                let units = returns.flat_map(|returned| &returned.lines);
                units.filter(|back| back.line == *id).map(|back| back.quantity).sum()
            };
            let back = came_back(&line.id).min(line.quantity);
            let paid = line.net_price().unwrap().minor();
            // Half a cent goes to the customer: twice the share, plus one half, rounded down.
            net += paid - (2 * paid * back + line.quantity) / (2 * line.quantity);
            kept += line.quantity - back;
        }
        if kept > 0 {
            let units = lines.iter().map(|line| line.quantity).sum();
            orders.push((event.at, order, net, units));
        }
    }
    orders.sort();
    orders.into_iter().map(|(at, _, net, units)| (at, net, units)).collect()
}

fn is_void(event: &Event, events: &[Event], as_of: DateTime<Utc>) -> bool {
    let names = |void: &Event, id: &EventId| match &void.kind {
        EventKind::Void(void) => void.event == *id,
        _ => false,
    };
    let is_void_event = matches!(event.kind, EventKind::Void(_));
    events.iter().any(|void| {
        names(void, &event.id)
            && void.at <= as_of
            && (!is_void_event || void.position() > event.position())
            && !is_void(void, events, as_of)
    })
}
