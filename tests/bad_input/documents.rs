//! Documents in which nothing is wrong, to be spoiled.

use loyalty::feature::{Column, Measure};
use loyalty::money::Currency;
use loyalty::profile::Retention;
use loyalty::program::{Applied, Member};
use loyalty::rule::Rule;
use loyalty::segment::grid::StandardGrid;
use loyalty::segment::rules::RuleSegment;
use loyalty::strategy::{self, Plot};
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
        Door::Clustered => json(Just(HOST.clustered.clone())),
    }
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
