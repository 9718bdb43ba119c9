//! Terms that change while something is armed, customers who merge, and occasions that are planned:
//! nothing is hidden, doubled or taken back that was never told.

use loyalty::calendar::Zone;
use loyalty::event::EventKind;
use loyalty::money::Currency;
use loyalty::trigger::{Machine, Outlook, Planned};

use super::scene::{
    cart, event, machine, minute, minutes, purchase, restored, told, triggers, view, void,
};

fn silence(id: &str, minutes: u32) -> String {
    format!(
        r#"{{"id": "{id}", "pattern": {{"silence": {{"after": {{"event": "cart_updated"}},
        "without": [{{"event": "purchase"}}], "lasting": "{minutes}min"}}}}}}"#
    )
}

fn list(correction: &str, triggers: &str) -> String {
    format!(r#"{{"lateness": "1000h", "correction": "{correction}", "list": [{triggers}]}}"#)
}

fn replace(machine: &mut Machine, json: &str) {
    machine.replace(&triggers(json).check_alone(Zone::UTC, Currency::EUR).unwrap());
}

/// What an event of a customer leads to, by its id and minute.
fn happens(machine: &mut Machine, whose: &str, id: &str, at: i64, kind: EventKind) -> Vec<String> {
    told(&machine.observe(0, &event(id, whose, at, kind)))
}

fn buy() -> EventKind {
    purchase("o", 500)
}

#[test]
fn what_an_old_version_fired_is_taken_back_by_what_comes_late() {
    for new in [silence("cart", 90), String::new()] {
        let mut machine = machine(&list("30min", &silence("cart", 60)));
        assert!(happens(&mut machine, "ann", "a", 0, cart(500)).is_empty());
        assert_eq!(told(&machine.advance(0, minute(70))), ["fires cart of ann at 60"]);
        replace(&mut machine, &list("30min", &new));
        let mut machine = restored(&machine);
        let late = happens(&mut machine, "ann", "b", 50, buy());
        assert_eq!(late, ["retracts cart of ann at 60"]);
        assert_eq!(machine.advance(0, minute(1_000)), []);
    }
}

#[test]
fn what_happens_after_an_old_version_is_over_is_for_the_new_one() {
    let mut machine = machine(&list("30min", &silence("cart", 60)));
    assert!(happens(&mut machine, "ann", "a", 0, cart(500)).is_empty());
    replace(&mut machine, &list("30min", &silence("cart", 90)));
    // The watermark has not reached the end of the old one yet.
    assert!(happens(&mut machine, "ann", "b", 70, cart(500)).is_empty());
    let fired = told(&restored(&machine).advance(0, minute(1_000)));
    assert_eq!(fired, ["fires cart of ann at 60", "fires cart of ann at 160"]);
}

#[test]
fn what_is_armed_ahead_of_the_watermark_is_armed() {
    let follows = |minutes: u32| {
        list(
            "30min",
            &format!(
                r#"{{"id": "f", "pattern": {{"follows": {{"first": {{"event": "view"}},
            "then": {{"event": "purchase"}}, "within": "{minutes}min"}}}}}}"#
            ),
        )
    };
    let mut machine = machine(&follows(60));
    assert!(happens(&mut machine, "ann", "a", 10, view("x")).is_empty());
    replace(&mut machine, &follows(90));
    assert!(happens(&mut machine, "ann", "b", 20, buy()).is_empty());
    assert_eq!(told(&machine.advance(0, minute(1_000))), ["fires f of ann at 20"]);
}

#[test]
fn versions_tell_the_same_whatever_order_events_arrive_in() {
    let events = [("b", 5, cart(500)), ("c", 10, buy())];
    for order in [[0, 1], [1, 0]] {
        let mut machine = machine(&list("30min", &silence("cart", 60)));
        assert!(happens(&mut machine, "ann", "a", 0, cart(500)).is_empty());
        replace(&mut machine, &list("30min", &silence("cart", 90)));
        for (id, at, kind) in order.map(|place| events[place].clone()) {
            assert!(happens(&mut machine, "ann", id, at, kind).is_empty());
        }
        assert_eq!(machine.advance(0, minute(1_000)), [], "it was bought");
    }
}

#[test]
fn what_both_versions_are_armed_for_ends_for_both() {
    let mut machine = machine(&list("30min", &silence("cart", 60)));
    assert!(happens(&mut machine, "ann", "a", 0, cart(500)).is_empty());
    replace(&mut machine, &list("30min", &silence("cart", 90)));
    assert!(happens(&mut machine, "cid", "b", 1, cart(500)).is_empty());
    machine.merge(&"cid".parse().unwrap(), &"ann".parse().unwrap());
    assert!(happens(&mut machine, "ann", "c", 30, buy()).is_empty());
    assert_eq!(machine.advance(0, minute(1_000)), []);
}

#[test]
fn what_fired_before_two_merge_stands() {
    let merged = |events: &[(&str, &str, i64, EventKind)]| {
        let mut machine = machine(&list("30min", &silence("cart", 60)));
        for (whose, id, at, kind) in events {
            assert!(happens(&mut machine, whose, id, *at, kind.clone()).is_empty());
        }
        assert_eq!(told(&machine.advance(0, minute(70))), ["fires cart of ann at 60"]);
        machine.merge(&"ann".parse().unwrap(), &"cid".parse().unwrap());
        restored(&machine)
    };
    // Nobody was told of a firing of `cid`: so none is taken back, and none is told again.
    let mut machine = merged(&[("ann", "a", 0, cart(500))]);
    assert_eq!(happens(&mut machine, "cid", "b", 50, buy()), ["late Settled"]);
    let mut machine = merged(&[("ann", "a", 0, cart(500)), ("cid", "b", 30, buy())]);
    assert_eq!(happens(&mut machine, "cid", "v", 40, void("b")), ["late Settled"]);
    // What comes after that goes on.
    assert!(happens(&mut machine, "cid", "c", 80, cart(500)).is_empty());
    assert_eq!(told(&machine.advance(0, minute(200))), ["fires cart of cid at 140"]);
    assert!(machine.is_empty() || machine.advance(0, minute(2_000)).is_empty());
    assert!(machine.is_empty());
}

const PLANNED: &str = r#"{"id": "news", "pattern": {"news": {"of": ["back_in_stock"],
    "interest": {"by": ["viewed"], "of": "product", "within": "30d"}}}},
    {"id": "birthday", "pattern": {"date": {"of": {"anniversary": "birthday"}, "at": "09:00:00"}}},
    {"id": "joined", "pattern": {"date": {"of": "joined", "at": "09:00:00"}}}"#;

fn outlook(customer: &str, planned: &[(&str, i64, &str)]) -> Outlook {
    let planned = planned.iter().map(|(trigger, at, mark)| Planned {
        at: minute(*at),
        trigger: trigger.parse().unwrap(),
        mark: (*mark).into(),
    });
    Outlook {
        customer: customer.parse().unwrap(),
        from: minute(0),
        until: minute(2_000),
        planned: planned.collect(),
    }
}

#[test]
fn the_same_news_twice_are_the_same_news() {
    let mut machine = machine(&list("30min", PLANNED));
    let news = outlook("ann", &[("news", 200, "m2")]);
    assert_eq!(machine.plan(&news), []);
    assert_eq!(machine.plan(&news), []);
    assert_eq!(restored(&machine).plan(&news), []);
    assert_eq!(told(&machine.advance(0, minute(500))), ["fires news of ann at 200"]);
    assert_eq!(machine.plan(&news), []);
}

#[test]
fn an_occasion_is_no_event_and_none_of_another_trigger() {
    let mut machine = machine(&list("30min", &format!("{PLANNED}, {}", silence("cart", 60))));
    assert!(happens(&mut machine, "ann", "a", 0, cart(500)).is_empty());
    assert_eq!(machine.plan(&outlook("ann", &[("news", 100, "e-2")])), []);
    // A purchase of the same name counts, and so does the void of another one.
    assert!(happens(&mut machine, "ann", "e-2", 10, buy()).is_empty());
    assert!(happens(&mut machine, "ann", "v", 100, void("e-2")).is_empty());
    assert_eq!(told(&machine.advance(0, minute(500))), ["fires news of ann at 100"]);
    // Two occasions of one day stay two when customers merge.
    assert_eq!(machine.plan(&outlook("ann", &[("birthday", 1_000, "2026-05-01")])), []);
    assert_eq!(machine.plan(&outlook("cid", &[("joined", 1_100, "2026-05-01")])), []);
    machine.merge(&"ann".parse().unwrap(), &"cid".parse().unwrap());
    let fired = told(&restored(&machine).advance(0, minute(2_000)));
    assert_eq!(fired, ["fires birthday of cid at 1000", "fires joined of cid at 1100"]);
    assert_eq!(machine.plan(&outlook("cid", &[])), []);
    let _ = machine.advance(0, minute(600));
    assert!(restored(&machine).is_empty(), "nothing is planned any more");
}

#[test]
fn a_void_is_void_no_further_away_than_the_window() {
    let session = r#"{"id": "s", "pattern": {"session": {"of": {"event": "view"},
        "gap": "30min"}}}"#;
    let events: Vec<(String, i64, EventKind)> = (0..=30)
        .map(|number| (format!("e{number}"), 20 * number, view("x")))
        .chain([("v1".into(), 10, void("e0")), ("v2".into(), 595, void("v1"))])
        .collect();
    for follows in [false, true] {
        let mut machine = machine(&list("1min", session));
        let mut events = events.clone();
        events.sort_by_key(|(_, at, _)| *at);
        for (id, at, kind) in events {
            assert!(happens(&mut machine, "ann", &id, at, kind).is_empty());
            if follows {
                assert_eq!(machine.advance(0, minute(at)), []);
                machine = restored(&machine);
            }
        }
        let outputs = machine.advance(0, minute(1_000));
        let firing = outputs[0].fired().unwrap();
        assert_eq!((outputs.len(), minutes(firing.from)), (1, 20));
    }
}

#[test]
fn a_void_that_comes_too_late_is_told() {
    for (watermark, expected) in [
        (150, "retracts cart of ann at 60"),
        (151, "late Settled"),
        (210, "late Settled"),
        (211, "late Forgotten"),
        (250, "late Forgotten"),
        (300, "late Forgotten"),
    ] {
        let mut machine = machine(&list("90min", &silence("cart", 60)));
        assert!(happens(&mut machine, "ann", "a", 0, cart(500)).is_empty());
        let _ = machine.advance(0, minute(watermark));
        let known = machine.len();
        let late = happens(&mut machine, "ann", "v", 15, void("a"));
        assert_eq!(late, [expected], "at {watermark}");
        assert!(machine.len() <= known, "nothing is kept of what is too late");
    }
}

#[test]
fn too_many_at_one_instant_are_told_and_none_counts_twice() {
    let crowded = |trigger: &str, kind: EventKind| {
        let mut machine = machine(&list("30min", trigger));
        for number in 0..4_096 {
            let id = format!("e{number}");
            assert!(happens(&mut machine, "ann", &id, 10, kind.clone()).is_empty());
        }
        let _ = machine.advance(0, minute(10));
        machine
    };
    let mut carts = crowded(&silence("cart", 60), cart(500));
    assert_eq!(happens(&mut carts, "ann", "b", 10, buy()), ["late Crowded"]);
    let each = r#"{"id": "each", "pattern": {"happens": {"of": {"event": "purchase"}}}}"#;
    let mut purchases = crowded(each, buy());
    assert_eq!(happens(&mut purchases, "ann", "b", 10, buy()), ["late Crowded"]);
    assert_eq!(happens(&mut purchases, "ann", "e0", 10, buy()), ["late Crowded"]);
}
