//! Documents in which nothing is wrong, to be spoiled.

use chrono::TimeDelta;
use loyalty::feature::{Column, Measure};
use loyalty::id::ReservationId;
use loyalty::money::{Currency, Money};
use loyalty::offer::{
    Allowance, BudgetClaim, BudgetKey, BudgetState, BudgetStore, MemoryBudgets, ReserveRequest,
    Spent,
};
use loyalty::profile::Retention;
use loyalty::program::{Applied, Member};
use loyalty::rule::Rule;
use loyalty::segment::grid::StandardGrid;
use loyalty::segment::rules::RuleSegment;
use loyalty::strategy::{self, Plot};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Serialize;
use serde_json::Value;

use crate::doors::{Door, HOST, SCHEMA};

const EURO: Currency = Currency::EUR;

/// A valid document for any of the doors.
pub fn document() -> BoxedStrategy<(Door, Value)> {
    let of = |door: Door| valid(door).prop_map(move |document| (door, document));
    proptest::strategy::Union::new(Door::ALL.map(of)).boxed()
}

/// A valid document for this door.
pub fn valid(door: Door) -> BoxedStrategy<Value> {
    let rule = || strategy::rule(&SCHEMA);
    match door {
        Door::Event => json(strategy::event(EURO)),
        Door::Basket => json(strategy::basket(EURO)),
        Door::Customer => json(strategy::customer()),
        Door::History => {
            let retention = select(vec![Retention::Forever, Retention::Days(60)]);
            let history = (strategy::story(plot()), retention);
            json(history.prop_map(|(story, retention)| story.history(retention)))
        }
        Door::Ledger => json(member().prop_map(|member| member.ledger().clone())),
        Door::Member => json(member()),
        Door::Decision => {
            let event = strategy::event(EURO).prop_map(|mut event| {
                event.customer = HOST.member.id().clone();
                HOST.program.decide(&HOST.member, &event)
            });
            json(event)
        }
        Door::Rule => json(rule()),
        Door::Segments => json(proptest::collection::vec(rule(), 0..=3).prop_map(segments)),
        Door::Grid => {
            let grid = select(vec![StandardGrid::Standard125, StandardGrid::RecencyFrequency]);
            json(grid.prop_map(StandardGrid::grid))
        }
        Door::Earning => json(strategy::earning(&SCHEMA, EURO, 3)),
        Door::Ladder => json(strategy::ladder(EURO)),
        Door::Offers => {
            let offers = strategy::offers(&SCHEMA, EURO, 4);
            let written = |(offers, lanes)| serde_json::json!({"offers": offers, "lanes": lanes});
            json(offers.prop_map(written))
        }
        Door::Spec => json(strategy::spec(EURO)),
        Door::Table => {
            let spend = Column::new("spend", Measure::Money(EURO));
            json(strategy::table([Column::new("orders", Measure::Integer), spend], 0..6, 0.2))
        }
        Door::Budgets => json(vec(0..4_u8, 0..6).prop_map(budgets)),
        Door::Clustered => json(Just(HOST.clustered.clone())),
    }
}

/// A store that was asked to reserve one after the other, and then to commit, to give back or to
/// hand out.
fn budgets(calls: Vec<u8>) -> BudgetState {
    let (store, now) = (MemoryBudgets::new(), HOST.as_of);
    let (key, limit): (BudgetKey, _) = ("a:global:lifetime".parse().unwrap(), Allowance::uses(9));
    for (number, call) in calls.into_iter().enumerate() {
        let claim = BudgetClaim::once(key.clone(), limit, Money::from_minor(5, EURO));
        let id: ReservationId = number.to_string().parse().unwrap();
        let expires_at = now + TimeDelta::seconds(60);
        let request = ReserveRequest { id, claims: vec![claim], expires_at };
        let _ = store.reserve(&request, now);
        match call {
            0 => drop(store.commit(&request.id, &Spent::All, now)),
            1 => drop(store.void(&request.id, now)),
            2 => drop(store.hand_out(&key, &Allowance::uses(1), 1, now)),
            _ => {}
        }
    }
    store.state()
}

fn segments(rules: Vec<Rule>) -> Vec<RuleSegment> {
    let segment = |(index, when): (usize, Rule)| RuleSegment {
        id: format!("segment-{index}").parse().unwrap(),
        name: "Segment".to_owned(),
        description: String::new(),
        when,
    };
    rules.into_iter().enumerate().map(segment).collect()
}

fn plot() -> Plot {
    Plot { most_events: 6, ..Plot::default() }
}

/// A customer to whom something has happened in the program of the host.
fn member() -> impl Strategy<Value = Member> {
    strategy::story(plot()).prop_map(|story| {
        let mut member = HOST.program.enroll(story.customer.clone());
        for event in &story.events {
            let decision = HOST.program.decide(&member, event);
            assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{decision:?}");
        }
        member
    })
}

fn json<T: Serialize + std::fmt::Debug>(
    made: impl Strategy<Value = T> + 'static,
) -> BoxedStrategy<Value> {
    made.prop_map(|value| serde_json::to_value(value).unwrap()).boxed()
}
