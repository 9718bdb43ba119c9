//! What is written to customers, and what that respects.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveTime, TimeDelta};
use proptest::collection::{btree_set, vec};
use proptest::option::{of, weighted};
use proptest::prelude::*;
use proptest::sample::select;

use super::calendar::{instant, span, years};
use super::customer::channel;
use super::id::numbered;
use super::money::percent;
use crate::calendar::{Period, Window};
use crate::event::{Channel, EventType};
use crate::id::{AttributeName, MessageId, OfferId, PurposeId, TemplateId, TriggerName};
use crate::message::{
    Cap, ConsentNeed, ContactPolicy, Holdout, Message, Purpose, QuietHours, SendBudget,
};

/// Messages that promise some of these offers, and what they respect, which pass
/// [`Messages::check`](crate::message::Messages::check); the host renders them.
pub fn contact(
    offers: &[OfferId],
) -> impl Strategy<Value = (ContactPolicy, Vec<Message>)> + Clone + use<> {
    let offers = offers.to_vec();
    vec(need(), 1..=3).prop_flat_map(move |needs| {
        let purposes: Vec<Purpose> = needs
            .into_iter()
            .enumerate()
            .filter_map(|(index, consent)| {
                let id = PurposeId::new(numbered("purpose-", index)).ok()?;
                Some(Purpose { id, consent })
            })
            .collect();
        let ids: Vec<PurposeId> = purposes.iter().map(|purpose| purpose.id.clone()).collect();
        let messages = vec(message(&ids, &offers), 0..=4).prop_map(numbered_messages);
        (policy(purposes, &ids), messages)
    })
}

fn need() -> impl Strategy<Value = ConsentNeed> + Clone {
    prop_oneof![
        3 => (0..=3_u32).prop_map(ConsentNeed::Version),
        1 => Just(ConsentNeed::NotNeeded),
    ]
}

fn policy(
    purposes: Vec<Purpose>,
    ids: &[PurposeId],
) -> impl Strategy<Value = ContactPolicy> + Clone + use<> {
    let limits = (vec(hours(), 0..=2), vec(cap(ids), 0..=3), vec(budget(), 0..=2));
    let addresses = of(Just(address())).prop_map(|address| address.into_iter().flatten().collect());
    (of(holdout()), limits, weighted(0.3, span()), addresses).prop_map(
        move |(holdout, (quiet_hours, caps, budgets), no_repeat, addresses)| {
            let numbered = budgets.into_iter().enumerate().filter_map(|(index, budget)| {
                let name = OfferId::new(numbered("budget-", index)).ok()?;
                Some(SendBudget { name, ..budget })
            });
            ContactPolicy {
                purposes: purposes.clone(),
                holdout,
                quiet_hours,
                caps,
                no_repeat,
                budgets: numbered.collect(),
                addresses,
            }
        },
    )
}

fn address() -> Option<(Channel, AttributeName)> {
    Some((Channel::Sms, AttributeName::new("phone").ok()?))
}

fn holdout() -> impl Strategy<Value = Holdout> + Clone {
    (percent(), of(Just("spring"))).prop_map(|(share, salt)| match salt {
        Some(salt) => Holdout::of(share).salted(salt),
        None => Holdout::of(share),
    })
}

/// Hours from one quarter of an hour to another.
fn hours() -> impl Strategy<Value = QuietHours> + Clone {
    let quarters = (0..96_i64, 1..96_i64);
    (quarters, btree_set(channel(), 0..=2), of(0..=9_u8)).prop_map(
        |((from, lasting), channels, exempt_from)| {
            let time = |quarters: i64| NaiveTime::MIN + TimeDelta::minutes(15 * quarters);
            let (from, until) = (time(from), time(from + lasting));
            QuietHours { from, until, channels, exempt_from }
        },
    )
}

fn cap(ids: &[PurposeId]) -> impl Strategy<Value = Cap> + Clone + use<> {
    let within = prop_oneof![
        span().prop_map(Window::Rolling),
        select(vec![Period::Day, Period::Week, Period::Month]).prop_map(Window::Calendar),
        Just(Window::Lifetime),
    ];
    (1..=5_u32, within, of(channel()), of(select(ids.to_vec())), of(0..=9_u8)).prop_map(
        |(at_most, within, channel, purpose, exempt_from)| Cap {
            at_most,
            within,
            channel,
            purpose,
            exempt_from,
        },
    )
}

fn budget() -> impl Strategy<Value = SendBudget> + Clone {
    let within = select(vec![Window::Calendar(Period::Day), Window::Lifetime]);
    let name = Just(()).prop_filter_map("a name", |()| OfferId::new("budget").ok());
    (name, 1..=1_000_u64, within, of(channel()))
        .prop_map(|(name, at_most, within, channel)| SendBudget { name, at_most, within, channel })
}

/// A message, which has no id and no trigger of its own yet.
fn message(
    ids: &[PurposeId],
    offers: &[OfferId],
) -> impl Strategy<Value = Message> + Clone + use<> {
    let names = Just(()).prop_filter_map("names", |()| {
        Some((
            MessageId::new("m").ok()?,
            TriggerName::new("t").ok()?,
            TemplateId::new("template").ok()?,
        ))
    });
    let channels = btree_set(channel(), 1..=3).prop_map(|channels| channels.into_iter().collect());
    let granted = proptest::sample::subsequence(offers.to_vec(), 0..=offers.len().min(2));
    let validity = (of(span()), weighted(0.2, instant(years())));
    let overtaken = btree_set(select(vec![EventType::Purchase, EventType::AppOpened]), 0..=2);
    let whom = (select(ids.to_vec()), channels, 0..=9_u8, granted);
    let when = (validity, overtaken, of(holdout()), weighted(0.3, span()), 1..=500_u32);
    (names, whom, when).prop_map(|((id, trigger, template), whom, when)| {
        let (purpose, channels, priority, granted) = whom;
        let ((valid_for, valid_until), overtaken_by, holdout, cool_down, value) = when;
        let grants: BTreeSet<OfferId> = granted.into_iter().collect();
        Message {
            id,
            trigger,
            template,
            purpose,
            channels,
            priority,
            valid_for,
            valid_until,
            overtaken_by,
            grants,
            holdout,
            cool_down,
            value,
        }
    })
}

/// The messages with ids and triggers of their own.
fn numbered_messages(messages: Vec<Message>) -> Vec<Message> {
    let numbered = messages.into_iter().enumerate().filter_map(|(index, message)| {
        let id = MessageId::new(numbered("message-", index)).ok()?;
        let trigger = TriggerName::new(numbered("trigger-", index)).ok()?;
        Some((id.clone(), Message { id, trigger, ..message }))
    });
    numbered.collect::<BTreeMap<_, _>>().into_values().collect()
}
