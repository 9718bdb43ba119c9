//! What the strategies make is what they say: valid, consistent and varied.
#![cfg(feature = "proptest")]

use std::collections::{BTreeMap, BTreeSet};

use loyalty::event::{Event, EventKind, EventType};
use loyalty::feature::{Column, Measure};
use loyalty::id::{EventId, LineId, OrderId};
use loyalty::laws;
use loyalty::money::Currency;
use loyalty::offer::Catalog;
use loyalty::profile::{History, Recorded, Retention};
use loyalty::program::Applied;
use loyalty::rule::{Rule, Schema, Truth};
use loyalty::strategy::{self, Plot, Story};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

fn with_schema<S: Strategy>(
    made: impl Fn(&Schema) -> S,
) -> impl Strategy<Value = (Schema, S::Value)>
where
    S::Value: Clone,
{
    strategy::schema(6).prop_flat_map(move |schema| {
        let made = made(&schema);
        (Just(schema), made)
    })
}

proptest! {
    #![proptest_config(Config::with_cases(64))]

    #[test]
    fn events_customers_and_their_parts_are_valid(
        event in strategy::currency().prop_flat_map(strategy::event),
        customer in strategy::customer(),
        basket in strategy::basket(Currency::KWD),
        window in strategy::window(),
    ) {
        event.validate()?;
        customer.validate()?;
        basket.validate()?;
        prop_assert_eq!(window.to_string().parse(), Ok(window));
        let stored = serde_json::to_string(&event)?;
        prop_assert_eq!(serde_json::from_str::<Event>(&stored)?, event);
    }

    #[test]
    fn rules_and_facts_fit_their_schema(
        (schema, (rule, sheet)) in with_schema(|schema| {
            (strategy::rule(schema), strategy::sheet(schema, 0.3))
        }),
    ) {
        rule.check(&schema)?;
        laws::facts(&sheet, &schema)?;
        let stored = serde_json::to_string(&rule)?;
        prop_assert_eq!(serde_json::from_str::<Rule>(&stored)?, rule);
    }

    #[test]
    fn offers_and_lanes_make_a_catalog(
        (schema, (offers, lanes)) in with_schema(|schema| {
            strategy::offers(schema, Currency::JPY, 12)
        }),
    ) {
        Catalog::check(offers, lanes, &schema, Currency::JPY)?;
    }

    #[test]
    fn documents_make_programs_that_take_in_stories(
        spec in strategy::spec(Currency::EUR),
        story in strategy::story(Plot { most_events: 6, ..Plot::default() }),
    ) {
        let program = spec.build()?;
        let mut member = program.enroll(story.customer.clone());
        for event in &story.events {
            let decision = program.decide(&member, event);
            prop_assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{decision:?}");
        }
        prop_assert_eq!(member.profile(), &story.profile());
    }

    #[test]
    fn a_return_is_of_what_was_bought(
        (purchase, returned) in strategy::purchase(Currency::EUR).prop_flat_map(|purchase| {
            let returned = strategy::return_of(&purchase);
            (Just(purchase), returned)
        }),
    ) {
        prop_assert_eq!(&returned.order, &purchase.order);
        prop_assert!(!returned.lines.is_empty());
        for line in &returned.lines {
            let bought = purchase.basket.line(&line.line).map_or(0, |line| line.quantity);
            prop_assert!((1..=bought).contains(&line.quantity), "{:?} of {}", line, bought);
        }
    }

    #[test]
    fn stories_make_sense(stories in strategy::stories(Plot::default(), 1..=3)) {
        let mut ids = BTreeSet::new();
        for story in &stories {
            story.customer.validate()?;
            let mut books = Books::default();
            let mut history = History::default();
            prop_assert!(story.events.is_sorted_by(|a, b| a.position() < b.position()));
            for event in &story.events {
                event.validate()?;
                history.check(event)?;
                prop_assert_eq!(history.record(event.clone()), Recorded::New);
                prop_assert_eq!(&event.customer, &story.customer.id);
                prop_assert_eq!(books.enter(event), Some(()), "{:?} of {:?}", event, story);
                prop_assert!(ids.insert(event.id.clone()), "{} is there twice", event.id);
            }
        }
    }

    #[test]
    fn a_shuffled_story_is_the_same_story(
        (story, arriving) in strategy::story(Plot::default()).prop_flat_map(|story| {
            let arriving = strategy::shuffled(story.events.clone());
            (Just(story), arriving)
        }),
    ) {
        let mut history = History::new(Retention::Forever);
        let mut new = 0;
        for event in arriving {
            match history.record(event) {
                Recorded::New => new += 1,
                other => prop_assert_eq!(other, Recorded::Duplicate),
            }
        }
        prop_assert_eq!(new, story.events.len());
        prop_assert_eq!(history, story.history(Retention::Forever));
    }

    #[test]
    fn a_table_has_the_columns_and_rows_that_are_asked_for(
        table in strategy::table(
            [
                Column::from("spread"),
                Column::new("orders", Measure::Integer),
                Column::new("spend", Measure::Money(Currency::KWD)),
                Column::new("app", Measure::Bool),
            ],
            2..=9,
            0.2,
        ),
    ) {
        prop_assert_eq!(table.columns().len(), 4);
        prop_assert!((2..=9).contains(&table.customers().len()));
    }
}

/// What a story has come to, without the crate's own history.
#[derive(Default)]
struct Books<'a> {
    left: BTreeMap<&'a OrderId, BTreeMap<&'a LineId, i64>>,
    before: BTreeMap<&'a EventId, &'a EventKind>,
}

impl<'a> Books<'a> {
    /// Enters an event, or nothing if it makes no sense after those before it.
    fn enter(&mut self, event: &'a Event) -> Option<()> {
        match &event.kind {
            EventKind::Purchase(purchase) => {
                let lines = purchase.basket.lines.iter().map(|line| (&line.id, line.quantity));
                let before = self.left.insert(&purchase.order, lines.collect());
                before.is_none().then_some(())?;
            }
            EventKind::Return(returned) => {
                for line in &returned.lines {
                    let units = self.left.get_mut(&returned.order)?.get_mut(&line.line)?;
                    *units -= line.quantity;
                    (*units >= 0).then_some(())?;
                }
            }
            EventKind::Void(void) => match self.before.remove(&void.event)? {
                EventKind::Void(_) | EventKind::Enrolled => return None,
                EventKind::Purchase(purchase) => {
                    let bought = |line: &LineId| purchase.basket.line(line).map(|l| l.quantity);
                    let left = self.left.remove(&purchase.order)?;
                    let whole = left.into_iter().all(|(line, units)| bought(line) == Some(units));
                    whole.then_some(())?;
                }
                EventKind::Return(returned) => {
                    for line in &returned.lines {
                        *self.left.get_mut(&returned.order)?.get_mut(&line.line)? += line.quantity;
                    }
                }
                _ => {}
            },
            _ => {}
        }
        self.before.insert(&event.id, &event.kind);
        Some(())
    }
}

#[test]
fn stories_have_everything_that_happens_to_customers() {
    let mut runner = TestRunner::deterministic();
    let plot = Plot { most_events: 30, ..Plot::default() };
    let mut seen: BTreeMap<EventType, u32> = BTreeMap::new();
    for _ in 0..60 {
        let story = strategy::story(plot).new_tree(&mut runner).unwrap().current();
        for event in &story.events {
            *seen.entry(event.kind.event_type()).or_default() += 1;
        }
    }
    // Which tiers can be granted depends on the program.
    let expected = EventType::ALL.iter().filter(|kind| **kind != EventType::TierGranted);
    let missing: Vec<_> = expected.filter(|kind| !seen.contains_key(kind)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert!(seen[&EventType::Return] > 20 && seen[&EventType::Void] > 5, "{seen:?}");
}

#[test]
fn rules_hold_and_fail_and_are_unknown_often_enough_to_matter() {
    let mut runner = TestRunner::deterministic();
    let both = with_schema(|schema| (strategy::rule(schema), strategy::sheet(schema, 0.3)));
    let mut seen: BTreeMap<Truth, u32> = BTreeMap::new();
    for _ in 0..300 {
        let (schema, (rule, sheet)) = both.new_tree(&mut runner).unwrap().current();
        *seen.entry(rule.check(&schema).unwrap().truth(&sheet)).or_default() += 1;
    }
    assert!([Truth::Fail, Truth::Unknown, Truth::Hold].iter().all(|t| seen[t] > 40), "{seen:?}");
}

#[test]
fn a_failing_story_shrinks_to_what_fails() {
    let mut runner = TestRunner::deterministic();
    let has_return = |story: &Story| {
        story.events.iter().any(|event| event.kind.event_type() == EventType::Return)
    };
    let failure = runner.run(&strategy::story(Plot::default()), |story| {
        prop_assert!(!has_return(&story));
        Ok(())
    });
    let Err(proptest::test_runner::TestError::Fail(_, least)) = failure else {
        panic!("no story with a return: {failure:?}");
    };
    assert_eq!(least.events.len(), 3, "enrolled, bought, brought back: {least:?}");
}
