//! Nothing is half applied: what is refused leaves everything as it was.

use loyalty::event::Event;
use loyalty::money::Currency;
use loyalty::points::Entry;
use loyalty::profile::Recorded;
use loyalty::program::{Applied, Decision, Status};
use loyalty::strategy;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;
use serde_json::Value;

use crate::documents::valid;
use crate::doors::{Door, HOST};
use crate::leaves::{at, places};

/// The document with some part in place of another: mostly of the right type.
fn spoiled(mut document: Value, from: Index, to: Index) -> Value {
    let places = places(&document);
    let part = at(&mut document, &places[from.index(places.len())]).clone();
    *at(&mut document, &places[to.index(places.len())]) = part;
    document
}

/// A number in the document is another one.
fn renumbered(mut document: Value, which: Index, number: i64) -> Value {
    let mut places = places(&document);
    places.retain(|place| at(&mut document, place).is_number());
    if !places.is_empty() {
        *at(&mut document, &places[which.index(places.len())]) = Value::from(number);
    }
    document
}

fn spoil(valid: BoxedStrategy<Value>) -> impl Strategy<Value = Value> {
    let number = select(vec![0, 1, -1, 2, 1_000_000_000_000, i64::MAX, i64::MIN]);
    let indices = (any::<Index>(), any::<Index>(), any::<bool>());
    (valid, indices, number).prop_map(|(document, (from, to, parts), number)| {
        if parts { spoiled(document, from, to) } else { renumbered(document, from, number) }
    })
}

proptest! {
    #![proptest_config(Config::with_cases(256))]

    #[test]
    fn a_ledger_takes_all_entries_or_none(document in spoil(valid(Door::Ledger)), skip: Index) {
        let Ok(entries) = serde_json::from_value::<Vec<Entry>>(document["entries"].clone()) else {
            return Ok(());
        };
        let (mut ledger, before) = (HOST.member.ledger().clone(), HOST.member.ledger());
        let next = before.entries().len() as u64 + 1;
        let skip = skip.index(entries.len() + 1);
        let entries: Vec<Entry> = (next..)
            .zip(entries)
            .map(|(id, entry)| if skip == 0 { entry } else { Entry { id, ..entry } })
            .collect();
        match ledger.post(entries.clone()) {
            Ok(()) => {
                prop_assert_eq!(ledger.entries(), [before.entries(), &entries].concat());
                let stored = serde_json::to_string(&ledger)?;
                prop_assert_eq!(serde_json::from_str::<loyalty::points::Ledger>(&stored)?, ledger);
            }
            Err(problems) => {
                prop_assert_eq!(&ledger, before);
                prop_assert!(problems.to_string().starts_with("`["), "{}", problems);
            }
        }
    }

    #[test]
    fn a_member_takes_a_whole_decision_or_nothing(document in spoil(valid(Door::Decision))) {
        let Ok(decision) = serde_json::from_value::<Decision>(document) else { return Ok(()) };
        let mut member = HOST.member.clone();
        match member.apply(&decision) {
            Applied::Now { revision } => {
                prop_assert_eq!(revision, HOST.member.revision() + 1);
                let events = HOST.member.profile().history.len() + 1;
                prop_assert_eq!(member.profile().history.len(), events);
                let entries = HOST.member.ledger().entries().len() + decision.entries.len();
                prop_assert_eq!(member.ledger().entries().len(), entries);
                let again = member.clone().apply(&decision);
                prop_assert_eq!(again, Applied::Before);
            }
            _ => prop_assert_eq!(&member, &HOST.member),
        }
    }

    #[test]
    fn an_event_is_taken_in_whole_or_refused_with_its_place(
        document in spoil(valid(Door::Event)),
        own in any::<bool>(),
    ) {
        let Ok(mut event) = serde_json::from_value::<Event>(document) else { return Ok(()) };
        if own {
            event.customer = HOST.member.id().clone();
        }
        let decision = HOST.program.decide(&HOST.member, &event);
        let mut member = HOST.member.clone();
        let applied = member.apply(&decision);
        match &decision.status {
            Status::Accepted => {
                prop_assert!(event.validate().is_ok());
                prop_assert!(matches!(applied, Applied::Now { .. }), "{:?}", applied);
            }
            Status::Refused(complaints) => {
                prop_assert_eq!(&member, &HOST.member);
                prop_assert!(!complaints.is_empty());
                prop_assert!(complaints.iter().all(|complaint| !complaint.reason.is_empty()));
            }
            Status::Declined(_) | Status::Duplicate => prop_assert_eq!(&member, &HOST.member),
        }
    }

    #[test]
    fn an_event_with_the_id_of_another_changes_nothing(
        event in strategy::event(Currency::EUR),
    ) {
        let mut history = HOST.member.profile().history.clone();
        let event = Event { id: "e2".parse()?, ..event };
        prop_assert_eq!(history.record(event), Recorded::Conflicting);
        prop_assert_eq!(&history, &HOST.member.profile().history);
    }
}

#[test]
fn returns_that_contradict_the_purchase_are_told_and_never_give_back_more() {
    let returned = |id: &str, at: &str, order: &str, lines: &str| -> Event {
        let kind = format!(r#"{{"return":{{"order":"{order}","lines":{lines}}}}}"#);
        serde_json::from_str(&format!(
            r#"{{"id":"{id}","customer":"ann","at":"{at}","recorded_at":"{at}","kind":{kind}}}"#
        ))
        .unwrap()
    };
    let one = r#"[{"line":"1","quantity":1}]"#;
    for (event, told) in [
        (
            returned("r1", "2024-03-12T00:00:00Z", "o1", r#"[{"line":"1","quantity":3}]"#),
            "kind.return.lines[0].quantity",
        ),
        (
            returned("r2", "2024-03-12T00:00:00Z", "o1", r#"[{"line":"9","quantity":1}]"#),
            "kind.return.lines[0].line",
        ),
        (returned("r3", "2024-03-12T00:00:00Z", "nowhere", one), "kind.return.order"),
        (returned("r4", "2024-02-01T00:00:00Z", "o1", one), "at"),
    ] {
        let mut member = HOST.member.clone();
        let decision = HOST.program.decide(&member, &event);
        let places: Vec<&str> = decision.warnings.iter().map(|it| it.path.as_str()).collect();
        assert!(places.contains(&told), "{told} is not among {places:?}");
        let _ = member.apply(&decision);
        let orders = member.profile().purchases(Currency::EUR, HOST.as_of);
        assert!(orders.orders(0).iter().all(|order| !order.net_price.is_negative()));
        assert!(member.ledger().balance(HOST.as_of).earned.0 >= 0);
    }
}
