//! Many questions at once, prices, and what retention leaves of a member.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::Event;
use loyalty::game::Measure;
use loyalty::id::OfferId;
use loyalty::message::ContactPolicy;
use loyalty::money::{Currency, Money};
use loyalty::offer::Evaluation;
use loyalty::profile::Retention;
use loyalty::program::{Decision, Member, Program, Quote, Spec, View};
use loyalty::strategy;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;

use super::life::{Life, Terms, life, terms};
use super::{bytes, instants, net, questions, read_back, said};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn many_are_answered_as_each_alone(
        terms in terms(),
        lives in proptest::collection::vec(life(6), 1..=4),
        cut in any::<Index>(),
        questions in questions(),
    ) {
        let program = &terms.program;
        let known = |life: &Life| {
            let known = cut.index(life.events.len());
            life.member(program, &life.events[..known])
        };
        let members: Vec<Member> = lives.iter().map(known).collect();
        let cases: Vec<(&Member, &Event)> = members
            .iter()
            .zip(&lives)
            .flat_map(|(member, life)| life.events.iter().map(move |event| (member, event)))
            .collect();
        let each: Vec<Decision> =
            cases.iter().map(|(member, event)| program.decide(member, event)).collect();
        prop_assert_eq!(bytes(&program.decide_all(&cases)), bytes(&each));
        for as_of in instants(&lives[0], &questions) {
            let each: Vec<View> =
                members.iter().map(|member| program.view(member, as_of)).collect();
            prop_assert_eq!(bytes(&program.view_all(&members, as_of)), bytes(&each));
        }
    }

    #[test]
    fn a_quote_answers_every_offer_and_adds_up(
        terms in terms(),
        life in life(8),
        basket in strategy::basket(Currency::EUR),
        questions in questions(),
    ) {
        let program = &terms.program;
        let member = life.member(program, &life.events);
        for as_of in instants(&life, &questions) {
            let quote = program.quote(&member, &basket, as_of);
            prop_assert_eq!(bytes(&quote), bytes(&program.quote(&member, &basket, as_of)));
            let quote: Quote = read_back(&quote)?;
            prop_assert!(quote.refused.is_empty());
            adds_up(&terms, &quote.evaluation.unwrap())?;
            for offer in &terms.spec.offers {
                let verdict = program.explain(&member, &basket, as_of, &offer.id);
                prop_assert!(verdict.is_some());
            }
        }
    }

    #[test]
    fn retention_takes_nothing_from_whoever_tells_in_time(
        terms in terms(),
        life in life(14),
        days in 1..200_u32,
        delays in proptest::collection::vec(0.0..1.0_f64, 20),
        questions in questions(),
    ) {
        let retention = Retention::Days(days);
        // The stores of what was folded are lost.
        let mut spec = terms.spec.clone();
        spec.games.challenges.iter_mut().for_each(|one| without_stores(&mut one.measure));
        spec.games.streaks.iter_mut().for_each(|one| without_stores(&mut one.measure));
        // What messages look back on must be kept, so that not all retention will do.
        (spec.contact, spec.messages) = (ContactPolicy::default(), Vec::new());
        let terms = Terms { program: spec.clone().build()?, spec };
        let bounded = Spec { retention, ..terms.spec.clone() }.build()?;
        let arriving = in_time(&life.events, days, &delays);
        let member = life.member(&bounded, &arriving);
        let whole = life.member(&terms.program, &life.events);
        prop_assert_eq!(net(&member), net(&whole));
        for as_of in instants(&life, &questions) {
            let policy = terms.program.version();
            let told = |program: &Program, member| {
                View { policy, inputs: policy, ..said(program, member, as_of) }
            };
            prop_assert_eq!(told(&bounded, &member), told(&terms.program, &whole));
        }
    }
}

fn without_stores(measure: &mut Measure) {
    if *measure == Measure::Stores {
        *measure = Measure::Visits;
    }
}

/// Every offer once, and discounts whose sum is told, none of them more than there was to pay.
fn adds_up(terms: &Terms, evaluation: &Evaluation) -> Result<(), TestCaseError> {
    let offers: BTreeSet<&OfferId> = terms.spec.offers.iter().map(|offer| &offer.id).collect();
    let answered: Vec<&OfferId> = evaluation.outcomes.iter().map(|one| &one.offer).collect();
    prop_assert!(answered.iter().copied().eq(offers.iter().copied()), "{:?}", answered);
    let granted = evaluation.grants().filter_map(|(_, grant)| grant.discount());
    prop_assert_eq!(Money::sum(Currency::EUR, granted)?, evaluation.discount);
    let mut own = Money::zero(Currency::EUR);
    for line in &evaluation.lines {
        let amounts = line.discounts.iter().map(|discount| discount.amount);
        let taken = Money::sum(Currency::EUR, amounts)?;
        prop_assert_eq!(line.list.checked_sub(taken)?, line.net);
        prop_assert!(!line.net.is_negative() && !taken.is_negative());
        let ours = line
            .discounts
            .iter()
            .filter(|discount| discount.offer.as_ref().is_some_and(|offer| offers.contains(offer)));
        let ours = Money::sum(Currency::EUR, ours.map(|discount| discount.amount))?;
        own = own.checked_add(ours)?;
    }
    if let Some(shipping) = &evaluation.shipping {
        prop_assert!(!shipping.net.is_negative());
        own = own.checked_add(shipping.list.checked_sub(shipping.net)?)?;
    }
    prop_assert_eq!(own, evaluation.discount);
    Ok(())
}

/// The events as they arrive if each is told within so many days, so that none is too old.
fn in_time(events: &[Event], days: u32, delays: &[f64]) -> Vec<Event> {
    let longest = TimeDelta::days(days.into());
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "any will do")]
    let told = |(event, delay): (&Event, &f64)| -> (DateTime<Utc>, Event) {
        let delay = TimeDelta::seconds((longest.num_seconds() as f64 * delay) as i64);
        (event.at + delay, event.clone())
    };
    let mut told: Vec<(DateTime<Utc>, Event)> =
        events.iter().zip(delays.iter().cycle()).map(told).collect();
    told.sort_by_key(|(at, _)| *at);
    told.into_iter().map(|(_, event)| event).collect()
}

#[test]
fn threads_can_share_a_program() {
    fn shared<T: Send + Sync>() {}
    shared::<Program>();
    shared::<Member>();
}
