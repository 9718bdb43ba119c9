//! A plan is the best of all that pass the gates, found by trying every one of them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::digest::Digest;
use loyalty::event::{Channel, DeliveryOutcome, Event, EventKind};
use loyalty::message::{
    Agenda, ContactPolicy, Course, Cue, Message, Messages, Omission, Recipient, SendPlan, SendTime,
    Sendable, Sending, Setting,
};
use loyalty::offer::NoBudgets;
use loyalty::profile::{Customer, Profile};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use crate::scenario::delivery;

/// What is planned: a policy, messages, and customers with what was sent and what could be.
#[derive(Clone, Debug)]
struct Case {
    policy: Value,
    messages: Vec<Value>,
    customers: Vec<Person>,
}

#[derive(Clone, Debug)]
struct Person {
    consents: [bool; 2],
    /// Which message was sent how many hours before, and what became of it.
    sent: Vec<(usize, i64, DeliveryOutcome)>,
    candidates: Vec<(usize, Vec<(i64, u32)>)>,
}

const CHANNELS: [Channel; 2] = [Channel::Email, Channel::Sms];

/// It is planned at 08:00 in Brussels.
fn at(minutes: i64) -> DateTime<Utc> {
    "2026-03-14T07:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

fn cap() -> impl Strategy<Value = Value> {
    let within = select(vec!["today", "2h", "6h", "24h", "2d"]);
    let channel = prop_oneof![3 => Just(Value::Null), 1 => Just(json!("email"))];
    let exempt = prop_oneof![2 => Just(Value::Null), 1 => Just(json!(2))];
    (1..=2_u32, within, channel, exempt).prop_map(|(at_most, within, channel, exempt)| {
        json!({"at_most": at_most, "within": within, "channel": channel, "exempt_from": exempt})
    })
}

fn policy(budgets: bool) -> impl Strategy<Value = Value> {
    let quiet =
        proptest::option::of(Just(json!({"from": "20:00", "until": "09:30", "channels": ["sms"]})));
    let budget = (1..=3_u32, select(vec![Value::Null, json!("sms")]))
        .prop_map(|(at_most, channel)| json!({"at_most": at_most, "channel": channel}));
    let budgets = proptest::collection::vec(budget, if budgets { 1..=2 } else { 0..=0 });
    let caps = proptest::collection::vec(cap(), 0..=2);
    let repeat = proptest::option::weighted(0.3, Just("1d"));
    (caps, quiet, repeat, budgets).prop_map(|(caps, quiet, repeat, mut budgets)| {
        for (index, budget) in budgets.iter_mut().enumerate() {
            budget["name"] = json!(format!("b{index}"));
            budget["within"] = json!("today");
        }
        json!({
            "purposes": [{"id": "marketing"}], "caps": caps, "budgets": budgets,
            "quiet_hours": quiet.into_iter().collect::<Vec<_>>(), "no_repeat": repeat,
        })
    })
}

fn message(index: usize) -> impl Strategy<Value = Value> {
    let channels = select(vec![json!(["email"]), json!(["sms", "email"]), json!(["email", "sms"])]);
    let cool_down = proptest::option::weighted(0.3, select(vec!["3h", "2d"]));
    let valid_for = proptest::option::weighted(0.2, Just("4h"));
    (channels, 0..=3_u8, cool_down, valid_for).prop_map(
        move |(channels, priority, cool_down, valid_for)| {
            json!({
                "id": format!("m{index}"), "trigger": "t", "template": "t",
                "purpose": "marketing", "channels": channels, "priority": priority,
                "cool_down": cool_down, "valid_for": valid_for,
            })
        },
    )
}

fn person(most: usize, slots: usize) -> impl Strategy<Value = Person> {
    let slot = (select(vec![0_i64, 60, 150, 240, 600, 960, 1_200]), 0..=9_u32);
    let slots = proptest::collection::vec(slot, 1..=slots);
    let candidates = proptest::collection::vec((0..3_usize, slots), 1..=most);
    let outcome =
        prop_oneof![4 => Just(DeliveryOutcome::Sent), 1 => Just(DeliveryOutcome::Bounced)];
    let sent = proptest::collection::vec((0..3_usize, 0..=30_i64, outcome), 0..=2);
    let consents = [proptest::bool::weighted(0.9), proptest::bool::weighted(0.8)];
    (consents, sent, candidates).prop_map(|(consents, sent, candidates)| Person {
        consents,
        sent,
        candidates,
    })
}

fn case(budgets: bool, people: usize, most: usize, slots: usize) -> impl Strategy<Value = Case> {
    let messages = (message(0), message(1), message(2)).prop_map(|(a, b, c)| vec![a, b, c]);
    let customers = proptest::collection::vec(person(most, slots), people);
    (policy(budgets), messages, customers).prop_map(|(policy, messages, customers)| Case {
        policy,
        messages,
        customers,
    })
}

impl Case {
    fn messages(&self) -> Messages {
        let read = |message: &Value| serde_json::from_value(message.clone()).unwrap();
        let messages: Vec<Message> = self.messages.iter().map(read).collect();
        let policy: ContactPolicy = serde_json::from_value(self.policy.clone()).unwrap();
        let setting = Setting { zone: zone(), ..Setting::new("EUR".parse().unwrap()) };
        Messages::check(messages, policy, setting).unwrap()
    }

    fn profiles(&self, messages: &Messages) -> Vec<Profile> {
        let people = self.customers.iter().enumerate();
        people.map(|(index, person)| person.profile(index, messages)).collect()
    }

    fn candidates(&self, index: usize) -> Vec<Sendable> {
        let mut candidates = Vec::new();
        for (place, (message, slots)) in self.customers[index].candidates.iter().enumerate() {
            let id = Digest::of(&(index, place));
            let cue = Cue::new(id, format!("m{message}").parse().unwrap(), at(-30));
            let slot = |(minutes, value): &(i64, u32)| SendTime { at: at(*minutes), value: *value };
            // The first two messages say the same.
            let cue = cue.saying(message.max(&1));
            candidates.push(Sendable { cue, slots: slots.iter().map(slot).collect() });
        }
        candidates
    }

    fn plan(&self, messages: &Messages, reversed: bool) -> SendPlan {
        let profiles = self.profiles(messages);
        let mut agendas: Vec<_> = profiles
            .iter()
            .enumerate()
            .map(|(index, profile)| Agenda {
                recipient: Recipient::of(profile, at(0), &zone()),
                candidates: self.candidates(index),
            })
            .collect();
        if reversed {
            agendas.reverse();
            for agenda in &mut agendas {
                agenda.candidates.reverse();
                agenda.candidates.iter_mut().for_each(|candidate| candidate.slots.reverse());
            }
        }
        messages.plan(&agendas, &NoBudgets)
    }
}

fn zone() -> Zone {
    Zone::from_name("Europe/Brussels").unwrap()
}

impl Person {
    fn profile(&self, index: usize, messages: &Messages) -> Profile {
        let mut profile = Profile::new(Customer::new(format!("c{index}").parse().unwrap()));
        for (channel, agreed) in CHANNELS.iter().zip(self.consents) {
            let choice = if agreed { "granted" } else { "withdrawn" };
            let change = json!({"consent": {
                "purpose": "marketing", "channel": channel.name(), "choice": choice,
            }});
            record(
                &mut profile,
                channel.name(),
                at(-100_000),
                serde_json::from_value(change).unwrap(),
            );
        }
        for (place, (message, hours, outcome)) in self.sent.iter().enumerate() {
            let id = Digest::of(&(index, "sent", place));
            let cue = Cue::new(id, format!("m{message}").parse().unwrap(), at(0));
            let cue = cue.saying(&message.max(&1));
            let channel = messages.get(&cue.message).unwrap().channels[0];
            send(&mut profile, messages, &cue, (channel, *outcome), at(-60 * hours));
        }
        profile
    }
}

fn record(profile: &mut Profile, id: &str, at: DateTime<Utc>, kind: EventKind) {
    let event = Event::new(id.parse().unwrap(), profile.customer.id.clone(), at, kind);
    let _ = profile.history.record(event);
}

fn send(
    profile: &mut Profile,
    messages: &Messages,
    cue: &Cue,
    (channel, outcome): (Channel, DeliveryOutcome),
    at: DateTime<Utc>,
) {
    let message = messages.get(&cue.message).unwrap();
    let delivery = delivery(cue, message, channel, outcome);
    record(profile, &cue.id.to_string()[..40], at, EventKind::Delivery(delivery));
}

/// A way to send everything to one customer: for each candidate a time, a channel and a value.
#[derive(Clone, Debug)]
struct Way(Vec<Option<(DateTime<Utc>, Channel, u32)>>);

impl Way {
    fn value(&self) -> u64 {
        self.0.iter().flatten().map(|(_, _, value)| u64::from(*value)).sum()
    }

    /// On which days messages are sent on this channel, or on any.
    fn days(&self, channel: Option<Channel>) -> impl Iterator<Item = NaiveDate> {
        let sent = self.0.iter().flatten();
        let sent = sent.filter(move |(_, on, _)| channel.is_none_or(|channel| channel == *on));
        sent.map(|(at, _, _)| zone().date(*at))
    }
}

/// Whether no day is there more often than that.
fn within(days: impl Iterator<Item = NaiveDate>, at_most: u64) -> bool {
    let mut counts: BTreeMap<NaiveDate, u64> = BTreeMap::new();
    days.for_each(|day| *counts.entry(day).or_default() += 1);
    counts.values().all(|count| *count <= at_most)
}

/// All ways for a customer that pass the gates, which are asked for each message at its time, when
/// all others up to then have been sent.
fn ways(case: &Case, index: usize, messages: &Messages) -> Vec<Way> {
    let candidates = case.candidates(index);
    let profile = case.customers[index].profile(index, messages);
    let mut all = vec![Way(Vec::new())];
    for candidate in &candidates {
        let channels = &messages.get(&candidate.cue.message).unwrap().channels;
        let mut longer = Vec::new();
        for way in &all {
            let mut choices = vec![None];
            for slot in candidate.slots.iter().filter(|slot| slot.value > 0) {
                choices.extend(channels.iter().map(|on| Some((slot.at, *on, slot.value))));
            }
            longer.extend(choices.into_iter().map(|choice| {
                let mut way = way.clone();
                way.0.push(choice);
                way
            }));
        }
        all = longer;
    }
    // On one channel each, so that the gates answer for that one alone.
    let alone: BTreeMap<(usize, Channel), Messages> = (0..3)
        .flat_map(|message| CHANNELS.map(|channel| (message, channel)))
        .map(|(message, channel)| {
            let mut case = case.clone();
            case.messages[message]["channels"] = json!([channel.name()]);
            ((message, channel), case.messages())
        })
        .collect();
    all.retain(|way| {
        let sent = || candidates.iter().zip(&way.0).filter_map(|(one, way)| Some((one, (*way)?)));
        sent().all(|(candidate, (at, channel, _))| {
            let mut profile = profile.clone();
            for (other, (sent_at, on, _)) in sent() {
                if other.cue.id != candidate.cue.id && sent_at <= at {
                    send(&mut profile, messages, &other.cue, (on, DeliveryOutcome::Sent), sent_at);
                }
            }
            let number = candidate.cue.message.as_str()[1..].parse().unwrap();
            let recipient = Recipient::of(&profile, at, &zone());
            let found = alone[&(number, channel)].dispatch(&candidate.cue, &recipient, &NoBudgets);
            matches!(found.course, Course::Send(_))
        })
    });
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_plan_of_a_customer_is_the_best_of_all_that_pass_the_gates(case in case(false, 1, 3, 3)) {
        let messages = case.messages();
        let plan = case.plan(&messages, false);
        let ways = ways(&case, 0, &messages);
        let best = ways.iter().map(Way::value).max().unwrap();
        prop_assert!(plan.is_optimal());
        prop_assert_eq!(plan.value, best);
        // What is planned is one of them.
        let planned = case.candidates(0).into_iter().map(|candidate| {
            let sent = plan.sendings.iter().find(|sent| sent.id == candidate.cue.id);
            sent.map(|sent| (sent.at, sent.channel))
        });
        let planned: Vec<_> = planned.collect();
        let same = |way: &Way| {
            way.0.iter().map(|one| one.map(|(at, on, _)| (at, on))).eq(planned.iter().copied())
        };
        prop_assert!(ways.iter().any(same), "{planned:?}");
        // What is said to be refused is in no way that passes.
        for (place, candidate) in case.candidates(0).iter().enumerate() {
            let left = plan.left_out.iter().find(|left| left.id == candidate.cue.id);
            let never = ways.iter().all(|way| way.0[place].is_none());
            let told = left.is_some_and(|left| left.why != Omission::WorthLess);
            prop_assert_eq!(told, never);
        }
    }

    #[test]
    fn a_plan_for_all_is_within_the_budgets_and_as_far_from_the_best_as_it_says(
        case in case(true, 2, 2, 2),
    ) {
        let messages = case.messages();
        let plan = case.plan(&messages, false);
        let (one, other) = (ways(&case, 0, &messages), ways(&case, 1, &messages));
        let budgets = &messages.policy().budgets;
        let fits = |one: &Way, other: &Way| budgets.iter().all(|budget| {
            within(one.days(budget.channel).chain(other.days(budget.channel)), budget.at_most)
        });
        let pairs = one.iter().flat_map(|one| other.iter().map(move |other| (one, other)));
        let fitting = pairs.filter(|(one, other)| fits(one, other));
        let best = fitting.map(|(one, other)| one.value() + other.value()).max().unwrap();
        let told = (plan.value, best, plan.bound);
        prop_assert!(plan.value <= best && best <= plan.bound, "{told:?}");
        for budget in budgets {
            let of = |sending: &&Sending| {
                budget.channel.is_none_or(|channel| channel == sending.channel)
            };
            let days = plan.sendings.iter().filter(of).map(|sending| zone().date(sending.at));
            prop_assert!(within(days, budget.at_most));
        }
        // Each customer's part passes the gates.
        for (index, ways) in [&one, &other].into_iter().enumerate() {
            let planned = case.candidates(index).into_iter().map(|candidate| {
                let sent = plan.sendings.iter().find(|sent| sent.id == candidate.cue.id);
                sent.map(|sent| (sent.at, sent.channel))
            });
            let planned: Vec<_> = planned.collect();
            let same = |way: &Way| {
                way.0.iter().map(|one| one.map(|(at, on, _)| (at, on))).eq(planned.iter().copied())
            };
            prop_assert!(ways.iter().any(same), "{planned:?}");
        }
    }

    #[test]
    fn a_plan_does_not_depend_on_any_order(case in case(true, 3, 3, 3)) {
        let messages = case.messages();
        prop_assert_eq!(case.plan(&messages, false), case.plan(&messages, true));
    }

    #[test]
    fn what_is_planned_is_sent_as_planned(case in case(false, 2, 4, 3)) {
        let messages = case.messages();
        let mut profiles = case.profiles(&messages);
        for sending in case.plan(&messages, false).sendings {
            let index: usize = sending.customer.as_str()[1..].parse().unwrap();
            let candidates = case.candidates(index).into_iter();
            let mut cues = candidates.map(|candidate| candidate.cue);
            let cue = cues.find(|cue| cue.id == sending.id).unwrap().planned_on(sending.channel);
            let profile = &mut profiles[index];
            let recipient = Recipient::of(profile, sending.at, &zone());
            let dispatch = messages.dispatch(&cue, &recipient, &NoBudgets);
            prop_assert_eq!(dispatch.sent().map(|send| send.channel), Some(sending.channel));
            send(profile, &messages, &cue, (sending.channel, DeliveryOutcome::Sent), sending.at);
        }
    }

    #[test]
    fn one_more_candidate_never_makes_a_plan_worth_less(case in case(false, 2, 4, 3)) {
        let messages = case.messages();
        let whole = case.plan(&messages, false);
        prop_assert!(whole.is_optimal());
        let mut fewer = case.clone();
        fewer.customers[0].candidates.pop();
        prop_assert!(fewer.plan(&messages, false).value <= whole.value);
    }
}

#[test]
fn very_many_candidates_for_one_customer_are_cut_and_the_bound_says_so() {
    let case = Case {
        policy: json!({
            "purposes": [{"id": "marketing"}],
            "caps": [{"at_most": 3, "within": "today"}, {"at_most": 1, "within": "2h"}],
        }),
        messages: (0..3)
            .map(|index| {
                json!({"id": format!("m{index}"), "trigger": "t", "template": "t",
                       "purpose": "marketing", "channels": ["email"]})
            })
            .collect(),
        customers: vec![Person {
            consents: [true, true],
            sent: vec![],
            candidates: (0..5_000)
                .map(|index| (0, vec![(0, 1 + index % 7), (150, 9), (600, 1 + index % 5)]))
                .collect(),
        }],
    };
    let plan = case.plan(&case.messages(), false);
    // Three times of the day, each at most once: 7, 9 and 5.
    assert_eq!(plan.value, 21);
    assert_eq!(plan.sendings.len(), 3);
    assert!(plan.bound >= 21 && !plan.is_optimal());
    let cut = plan.left_out.iter().filter(|left| left.why == Omission::TooMany).count();
    assert_eq!(cut, 5_000 - loyalty::message::MAX_CANDIDATES);
}

#[test]
fn what_is_there_twice_is_planned_once_in_whichever_order() {
    let message = |id: &str| {
        json!({"id": id, "trigger": "t", "template": "t", "purpose": "p",
               "channels": ["email"]})
    };
    let case = Case {
        policy: json!({"purposes": [{"id": "p", "consent": "not_needed"}]}),
        messages: vec![message("m0"), message("m1")],
        customers: Vec::new(),
    };
    let (messages, ann) = (case.messages(), Profile::new(Customer::new("ann".parse().unwrap())));
    let sendable = |message: &str, valid_until| Sendable {
        cue: Cue { valid_until, ..Cue::new(Digest::of(&1), message.parse().unwrap(), at(0)) },
        slots: vec![SendTime { at: at(60), value: 5 }],
    };
    let plan = |agendas: &[(i64, &[&Sendable])]| {
        let agenda = |(minutes, candidates): &(i64, &[&Sendable])| Agenda {
            recipient: Recipient::of(&ann, at(*minutes), &zone()),
            candidates: candidates.iter().map(|one| (*one).clone()).collect(),
        };
        let agendas: Vec<_> = agendas.iter().map(agenda).collect();
        messages.plan(&agendas, &NoBudgets)
    };
    let (one, other) = (sendable("m0", None), sendable("m1", None));
    assert_eq!(plan(&[(0, &[&one, &other])]), plan(&[(0, &[&other, &one])]));
    let over = sendable("m0", Some(at(30)));
    assert_eq!(plan(&[(0, &[&one, &over])]), plan(&[(0, &[&over, &one])]));
    // As of the later instant it is too late for what was to be sent before.
    let early = plan(&[(0, &[&one]), (90, &[])]);
    assert_eq!((early.value, early), (0, plan(&[(90, &[]), (0, &[&one])])));
}

#[test]
fn at_the_end_of_the_calendar_no_night_ends() {
    let last = DateTime::<Utc>::MAX_UTC;
    let hours = [
        json!([{"from": "21:00", "until": "08:00"}]),
        json!([{"from": "08:00", "until": "21:00"}]),
        json!([{"from": "21:00", "until": "08:00"}, {"from": "08:00", "until": "21:00"}]),
    ];
    for (hours, zone) in hours
        .iter()
        .flat_map(|hours| ["America/New_York", "UTC", "Pacific/Apia"].map(|zone| (hours, zone)))
    {
        let case = Case {
            policy: json!({"purposes": [{"id": "p", "consent": "not_needed"}],
                           "quiet_hours": hours}),
            messages: vec![json!({"id": "m0", "trigger": "t", "template": "t", "purpose": "p",
                                  "channels": ["email"]})],
            customers: Vec::new(),
        };
        let messages = case.messages();
        let ann = Customer::new("ann".parse().unwrap()).with("time_zone", zone).unwrap();
        let ann = Profile::new(ann);
        for before in [0, 1, 24, 72, 200].map(TimeDelta::hours) {
            let as_of = last - before;
            let cue = Cue::new(Digest::of(&1), "m0".parse().unwrap(), as_of);
            let recipient = Recipient::of(&ann, as_of, &Zone::UTC);
            let dispatch = messages.dispatch(&cue, &recipient, &NoBudgets);
            assert!(dispatch.next_change().is_none_or(|next| next > as_of));
            let slots = vec![SendTime { at: as_of, value: 1 }];
            let candidates = vec![Sendable { cue, slots }];
            let plan = messages.plan(&[Agenda { recipient, candidates }], &NoBudgets);
            assert!(plan.value <= 1);
        }
    }
}
