//! What a program promises, whatever its terms and whatever happens to a member.
#![cfg(feature = "proptest")]

mod apply;
mod life;
mod next_change;
mod questions;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::{Event, EventKind};
use loyalty::id::EventId;
use loyalty::points::{Cause, Points};
use loyalty::program::{Decision, Member, Program, Status, View};
use loyalty::strategy;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use life::{Life, feed, life, terms};

fn bytes(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap()
}

/// The value read back from its JSON, which is the same.
fn read_back<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(
    value: &T,
) -> Result<T, TestCaseError> {
    let back: T = serde_json::from_str(&bytes(value))
        .map_err(|error| TestCaseError::fail(format!("{error}: {value:?}")))?;
    prop_assert_eq!(&back, value);
    prop_assert_eq!(bytes(&back), bytes(value));
    Ok(back)
}

fn net(member: &Member) -> Vec<(Cause, Points)> {
    member.ledger().net().map(|(cause, points)| (cause.clone(), points)).collect()
}

/// What a view says, apart from the path that led there.
fn said(program: &Program, member: &Member, as_of: DateTime<Utc>) -> View {
    let inputs = program.version();
    View { inputs, ..program.view(member, as_of) }
}

/// What a view says of the past and the present.
fn said_so_far(program: &Program, member: &Member, as_of: DateTime<Utc>) -> View {
    View { next_change: None, ..said(program, member, as_of) }
}

/// The life, how its events arrive, and instants of questions.
fn arriving(most: usize) -> impl Strategy<Value = (Life, Vec<Event>)> {
    life(most).prop_flat_map(|life| {
        let arriving = strategy::shuffled(life.events.clone());
        (Just(life), arriving)
    })
}

fn instants(life: &Life, at: &[(Index, i64)]) -> Vec<DateTime<Utc>> {
    at.iter().map(|(near, after)| near.get(&life.events).at + TimeDelta::hours(*after)).collect()
}

fn questions() -> impl Strategy<Value = Vec<(Index, i64)>> {
    let hours = prop_oneof![Just(0), -40..=200_i64, 0..=9_000_i64];
    proptest::collection::vec((any::<Index>(), hours), 3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn deciding_is_pure_and_decisions_replay(terms in terms(), life in life(14)) {
        let program = &terms.program;
        let first = program.enroll(life.customer.clone());
        let (mut member, mut replayed) = (first.clone(), first);
        for event in &life.events {
            let before = member.clone();
            let decision = program.decide(&member, event);
            prop_assert_eq!(bytes(&decision), bytes(&program.decide(&member, event)));
            prop_assert_eq!(&member, &before);
            let stored: Member = read_back(&member)?;
            prop_assert_eq!(bytes(&program.decide(&stored, event)), bytes(&decision));
            let stored: Decision = read_back(&decision)?;
            prop_assert_eq!(member.apply(&decision), replayed.apply(&stored));
        }
        prop_assert_eq!(bytes(&member), bytes(&replayed));
        let _ = read_back(&program.view(&member, life.end()))?;
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        terms in terms(),
        (life, arriving) in arriving(14),
        questions in questions(),
    ) {
        let program = &terms.program;
        let tidy = life.member(program, &life.events);
        let mut member = program.enroll(life.customer.clone());
        for event in &arriving {
            let before = member.ledger().entries().to_vec();
            let decision = feed(program, &mut member, event);
            let entries = member.ledger().entries();
            prop_assert_eq!(&entries[..before.len()], &before[..]);
            let posted: &[_] = match decision.status {
                Status::Accepted => &decision.entries,
                _ => &[],
            };
            prop_assert_eq!(&entries[before.len()..], posted);
        }
        prop_assert_eq!(member.profile(), tidy.profile());
        prop_assert_eq!(net(&member), net(&tidy));
        for as_of in instants(&life, &questions) {
            prop_assert_eq!(said(program, &member, as_of), said(program, &tidy, as_of));
        }
    }

    #[test]
    fn what_happens_later_changes_no_earlier_answer(
        terms in terms(),
        (life, arriving) in arriving(14),
        questions in questions(),
    ) {
        // A confirmation that is void is as if it had never been, and that is told of the past,
        // too.
        let confirms = |id: &EventId| {
            let named = life.events.iter().find(|event| event.id == *id);
            named.is_some_and(|event| matches!(event.kind, EventKind::OrderConfirmed(_)))
        };
        prop_assume!(!life.events.iter().any(|event| {
            matches!(&event.kind, EventKind::Void(void) if confirms(&void.event))
        }));
        let program = &terms.program;
        let member = life.member(program, &arriving);
        for as_of in instants(&life, &questions) {
            let earlier: Vec<Event> =
                life.events.iter().filter(|event| event.at <= as_of).cloned().collect();
            let then = life.member(program, &earlier);
            let (now, then) =
                (said_so_far(program, &member, as_of), said_so_far(program, &then, as_of));
            prop_assert_eq!(now, then);
        }
    }
}
