//! What holds of gates whatever the policy, the history and the order in which it arrived.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::digest::Digest;
use loyalty::event::{Channel, Delivery, DeliveryOutcome, Event, EventKind};
use loyalty::message::{
    Cause, ContactPolicy, Contacts, Cue, Messages, Recipient, Refusal, RefusalCode, Setting,
};
use loyalty::offer::NoBudgets;
use loyalty::profile::{Profile, Retention};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::scenario::customer;

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-03-28T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

/// A message by mail under a policy of all kinds of limits; it may be held out.
fn messages() -> impl Strategy<Value = Messages> {
    let within = select(vec!["today", "24h", "2d", "90min", "this_week"]);
    let cap =
        (1..=3_u32, within).prop_map(|(most, within)| json!({"at_most": most, "within": within}));
    let hours = select(vec!["00:00", "02:30", "08:00", "13:15", "21:00"]);
    let quiet = (hours.clone(), hours)
        .prop_filter("hours", |(from, until)| from != until)
        .prop_map(|(from, until)| json!({"from": from, "until": until}));
    let (caps, quiet) =
        (proptest::collection::vec(cap, 0..=2), proptest::collection::vec(quiet, 0..=2));
    let spans = proptest::option::of(select(vec!["90min", "1d", "4d"]));
    let valid_for = proptest::option::of(select(vec!["3h", "2d"]));
    let holdout = proptest::option::weighted(0.3, Just(json!({"share": "50%"})));
    (caps, quiet, spans.clone(), spans, valid_for, holdout).prop_map(
        |(caps, quiet, no_repeat, cool_down, valid_for, holdout)| {
            let policy = json!({
                "purposes": [{"id": "p"}], "caps": caps, "quiet_hours": quiet,
                "no_repeat": no_repeat,
            });
            let message = json!({
                "id": "m0", "trigger": "t", "template": "t", "purpose": "p",
                "channels": ["email"], "cool_down": cool_down, "valid_for": valid_for,
                "holdout": holdout, "overtaken_by": ["app_opened"],
            });
            checked(&policy, &message)
        },
    )
}

fn checked(policy: &Value, message: &Value) -> Messages {
    let policy: ContactPolicy = serde_json::from_value(policy.clone()).unwrap();
    let message = serde_json::from_value(message.clone()).unwrap();
    let zone = "Europe/Brussels".parse().unwrap();
    let setting = Setting { zone, ..Setting::new("EUR".parse().unwrap()) };
    Messages::check(vec![message], policy, setting).unwrap()
}

fn delivery() -> impl Strategy<Value = EventKind> {
    let outcome = select(DeliveryOutcome::ALL.to_vec());
    let channel = select(vec![Channel::Email, Channel::Sms]);
    (0..6_u8, 0..2_u8, channel, outcome).prop_map(|(sending, message, channel, outcome)| {
        EventKind::Delivery(Delivery {
            sending: Digest::of(&sending),
            message: format!("m{message}").parse().unwrap(),
            purpose: "p".parse().unwrap(),
            channel,
            priority: 0,
            content: Some(Digest::of(&(message / 2))),
            outcome,
        })
    })
}

fn consent() -> impl Strategy<Value = EventKind> {
    let choice = select(vec!["granted", "granted", "withdrawn"]);
    let channel = select(vec![Value::Null, json!("email"), json!("sms")]);
    (choice, channel, 0..3_u32).prop_map(|(choice, channel, version)| {
        let change = json!({
            "purpose": "p", "choice": choice, "channel": channel, "version": version,
        });
        serde_json::from_value(json!({ "consent": change })).unwrap()
    })
}

/// Up to ten events of the five days before, of which some may be void.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let kind = prop_oneof![
        8 => delivery(),
        3 => consent(),
        1 => Just(EventKind::AppOpened),
        1 => (0..10_usize).prop_map(|index| {
            serde_json::from_value(json!({"void": {"event": format!("e-{index}")}})).unwrap()
        }),
    ];
    proptest::collection::vec((kind, 0..(5 * 24 * 4_i64)), 0..=10).prop_map(|events| {
        let numbered = events.into_iter().enumerate();
        let event = |(index, (kind, quarters)): (usize, (EventKind, i64))| {
            let id = format!("e-{index}").parse().unwrap();
            Event::new(id, customer().customer.id, at(-15 * quarters), kind)
        };
        let granted = json!({"consent": {"purpose": "p", "choice": "granted"}});
        let granted = serde_json::from_value(granted).unwrap();
        let first = Event::new("g".parse().unwrap(), customer().customer.id, at(-9_000), granted);
        let events = numbered.map(event).filter(|event| match &event.kind {
            EventKind::Void(void) => void.event != event.id,
            _ => true,
        });
        std::iter::once(first).chain(events).collect()
    })
}

fn profile(events: &[Event]) -> Profile {
    let mut profile = customer();
    for event in events {
        let _ = profile.history.record(event.clone());
    }
    profile
}

fn cue() -> Cue {
    Cue::new(Digest::of(&"now"), "m0".parse().unwrap(), at(-60)).saying(&0_u8)
}

fn refusals(messages: &Messages, profile: &Profile, as_of: DateTime<Utc>) -> Vec<Refusal> {
    let recipient = Recipient::of(profile, as_of, &messages.zone());
    messages.dispatch(&cue(), &recipient, &NoBudgets).refusals
}

/// Whether two refusals are of the same gate for the same reason.
fn same(one: &Refusal, other: &Refusal) -> bool {
    let which = |refusal: &Refusal| match &refusal.cause {
        Cause::Capped { cap, .. } => Some(cap.clone()),
        _ => None,
    };
    one.code() == other.code() && one.channel == other.channel && which(one) == which(other)
}

proptest! {
    #[test]
    fn the_next_change_is_the_first_instant_at_which_a_gate_no_longer_refuses(
        messages in messages(),
        events in events(),
        asked in 0..(3 * 24 * 4_i64),
    ) {
        let (profile, as_of) = (profile(&events), at(15 * asked));
        for refusal in refusals(&messages, &profile, as_of) {
            let refused_at =
                |at| refusals(&messages, &profile, at).iter().any(|found| same(found, &refusal));
            // Once the message is not valid any more, only that is told of its validity.
            let too_late = |at| refusals(&messages, &profile, at).iter().any(|found| {
                matches!(found.code(), RefusalCode::Expired | RefusalCode::QuietTooLong)
            });
            match refusal.next_change {
                Some(next) => {
                    prop_assert!(next > as_of, "{refusal}");
                    let just_before = next - TimeDelta::nanoseconds(1);
                    prop_assert!(refused_at(just_before) || too_late(just_before), "{refusal}");
                    prop_assert!(!refused_at(next), "{refusal}");
                }
                None => {
                    let later = as_of + TimeDelta::days(4_000);
                    prop_assert!(refused_at(later) || too_late(later), "{refusal}");
                }
            }
        }
    }

    #[test]
    fn the_same_events_in_any_order_lead_to_the_same_answer(
        messages in messages(),
        (events, again) in events().prop_flat_map(|events| {
            let many = events.len();
            let twice = subsequence(events.clone(), 0..=many);
            (Just(events.clone()), (Just(events).prop_shuffle(), twice))
        }),
    ) {
        let (shuffled, twice) = again;
        let one = profile(&events);
        let other = profile(&[shuffled, twice].concat());
        prop_assert_eq!(
            Contacts::of(one.history.events(at(0))),
            Contacts::of(other.history.events(at(0)))
        );
        prop_assert_eq!(one.consents(at(0)), other.consents(at(0)));
        prop_assert_eq!(refusals(&messages, &one, at(0)), refusals(&messages, &other, at(0)));
        // Nothing looks back further than eight days, so no more has to be kept.
        let mut short = customer();
        short.history.retain(Retention::Days(9));
        for event in &events {
            let _ = short.history.record(event.clone());
        }
        prop_assert_eq!(refusals(&messages, &one, at(0)), refusals(&messages, &short, at(0)));
    }

    #[test]
    fn a_refusal_has_a_sentence_and_is_read_as_it_was_written(
        messages in messages(),
        events in events(),
    ) {
        for refusal in refusals(&messages, &profile(&events), at(0)) {
            let json = serde_json::to_string(&refusal).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Refusal>(&json).unwrap(), &refusal);
            prop_assert!(!refusal.to_string().is_empty());
            prop_assert!(RefusalCode::ALL.contains(&refusal.code()));
        }
    }
}
