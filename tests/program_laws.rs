//! What a program promises, for programs and customers of every kind.
#![cfg(feature = "proptest")]

use chrono::{DateTime, Utc};
use loyalty::event::Event;
use loyalty::money::Currency;
use loyalty::points::{Balance, Expiring};
use loyalty::program::{Applied, Decision, Member, Program, Quote, Spec};
use loyalty::rule::{Text, Value};
use loyalty::segment::Membership;
use loyalty::strategy::{self, Plot, Story};
use loyalty::tier::Standing;
use proptest::prelude::*;
use proptest::test_runner::Config;

const EURO: Currency = Currency::EUR;

/// A member to whom these events have happened, in this order.
fn lived(program: &Program, story: &Story, events: &[Event]) -> Member {
    let mut member = program.enroll(story.customer.clone());
    for event in events {
        let decision = program.decide(&member, event);
        let applied = member.apply(&decision);
        assert!(matches!(applied, Applied::Now { .. } | Applied::Before), "{decision:?}");
    }
    member
}

/// How a member stands, without what names the question and the record.
#[derive(Debug, PartialEq)]
struct State {
    features: Vec<(Text, Option<Value>)>,
    segments: Membership,
    standing: Option<Standing>,
    balance: Balance,
    expiring: Vec<Expiring>,
}

fn state(program: &Program, member: &Member, as_of: DateTime<Utc>) -> State {
    let view = program.view(member, as_of);
    State {
        features: view.features,
        segments: view.segments,
        standing: view.standing,
        balance: view.balance,
        expiring: view.expiring,
    }
}

/// A story, an order in which its events may arrive, and an instant of interest.
fn arriving() -> impl Strategy<Value = (Story, Vec<Event>, DateTime<Utc>)> {
    strategy::story(Plot { most_events: 10, ..Plot::default() }).prop_flat_map(|story| {
        let (events, as_of) = (strategy::shuffled(story.events.clone()), story.instant());
        (Just(story), events, as_of)
    })
}

proptest! {
    #![proptest_config(Config::with_cases(48))]

    #[test]
    fn the_order_of_arrival_does_not_matter(
        spec in strategy::spec(EURO),
        (story, events, as_of) in arriving(),
    ) {
        let program = spec.build()?;
        let tidy = lived(&program, &story, &story.events);
        let untidy = lived(&program, &story, &events);
        prop_assert_eq!(state(&program, &tidy, as_of), state(&program, &untidy, as_of));
        prop_assert!(tidy.ledger().net().eq(untidy.ledger().net()), "{:?}", untidy.ledger());
    }

    #[test]
    fn a_view_stays_the_same_until_its_next_change(
        spec in strategy::spec(EURO),
        (story, _, as_of) in arriving(),
        percent in 1..100_i32,
    ) {
        let program = spec.build()?;
        let known: Vec<Event> =
            story.events.iter().filter(|event| event.at <= as_of).cloned().collect();
        let member = lived(&program, &story, &known);
        let next = program.view(&member, as_of).next_change;
        prop_assert!(next.is_none_or(|next| next > as_of));
        let end = next.unwrap_or(as_of + chrono::TimeDelta::days(2_000));
        let between = as_of + (end - as_of) * percent / 100;
        prop_assert_eq!(state(&program, &member, between), state(&program, &member, as_of));
    }

    #[test]
    fn answers_are_the_same_bytes_again_and_survive_storage(
        spec in strategy::spec(EURO),
        (story, events, as_of) in arriving(),
        basket in strategy::basket(EURO),
    ) {
        let written = serde_json::to_string(&spec)?;
        let (program, again) = (spec.build()?, Spec::from_json(&written)?.build()?);
        prop_assert_eq!(program.version(), again.version());
        let (event, before) = events.split_last().ok_or(TestCaseError::reject("no event"))?;
        let member = lived(&program, &story, before);
        let stored = serde_json::to_string(&member)?;
        let loaded: Member = serde_json::from_str(&stored)?;
        prop_assert_eq!(&loaded, &member);

        let decision = serde_json::to_string(&program.decide(&member, event))?;
        prop_assert_eq!(&serde_json::to_string(&again.decide(&loaded, event))?, &decision);
        let batch = program.decide_all(&[(&member, event), (&member, event)]);
        for one in &batch {
            prop_assert_eq!(&serde_json::to_string(one)?, &decision);
        }
        let read: Decision = serde_json::from_str(&decision)?;
        prop_assert_eq!(serde_json::to_string(&read)?, decision);

        let quote = program.quote(&member, &basket, as_of);
        prop_assert_eq!(&again.quote(&loaded, &basket, as_of), &quote);
        prop_assert_eq!(serde_json::from_str::<Quote>(&serde_json::to_string(&quote)?)?, quote);
        prop_assert_eq!(serde_json::to_string(&member)?, stored);
    }
}
