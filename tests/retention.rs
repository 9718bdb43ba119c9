//! Retention changes no feature: neither its value, nor when it changes next.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::event::Event;
use loyalty::feature::{Feature, Moment, Snapshot, USAGES};
use loyalty::game::Phase;
use loyalty::money::Currency;
use loyalty::profile::{Customer, Profile, Retention};
use loyalty::program::Spec;

/// Two years of a customer who buys, sends back, looks around and answers surveys.
fn events() -> Vec<Event> {
    let kind = |index: i64| match index % 7 {
        0 | 3 => format!(
            r#"{{"purchase":{{"order":"o{index}","basket":{{"store":"gent","lines":[
                {{"id":"1","product":"beans","category":"coffee","quantity":2,
                  "unit_price":"{}.35 EUR","discounts":[{{"amount":"0.70 EUR"}}]}},
                {{"id":"2","product":"pot","quantity":1,"unit_price":"9.99 EUR"}}]}}}}}}"#,
            5 + index % 11
        ),
        1 if index % 2 == 0 => format!(
            r#"{{"return":{{"order":"o{}","lines":[{{"line":"1","quantity":1}}]}}}}"#,
            index - 1
        ),
        1 => r#"{"visit":{"store":"gent"}}"#.to_owned(),
        2 => r#"{"review":{"product":"beans","rating":4}}"#.to_owned(),
        4 if index % 3 == 0 => format!(r#"{{"void":{{"event":"e{}"}}}}"#, index - 4),
        4 => r#""app_opened""#.to_owned(),
        5 => format!(r#"{{"survey_answered":{{"survey":"nps","score":{}}}}}"#, index % 11),
        _ if index == 6 => r#""enrolled""#.to_owned(),
        _ => r#"{"attributes_changed":{"changes":{"birthday":{"date":"1990-02-28"}}}}"#.to_owned(),
    };
    let event = |index: i64| {
        let at = start() + TimeDelta::hours(53 * index);
        let channel = if index % 4 == 0 { "web" } else { "store" };
        let json = format!(
            r#"{{"id":"e{index}","customer":"ann","at":"{at}","recorded_at":"{at}",
                 "channel":"{channel}","kind":{}}}"#,
            kind(index),
            at = at.to_rfc3339(),
        );
        let event: Event = serde_json::from_str(&json).unwrap();
        event.validate().unwrap();
        event
    };
    (0..330).map(event).collect()
}

fn start() -> DateTime<Utc> {
    "2024-01-01T09:00:00Z".parse().unwrap()
}

#[test]
fn every_feature_is_the_same_with_and_without_retention() {
    let profile = |retention: Retention| {
        let mut profile = Profile::new(Customer::new("ann".parse().unwrap()));
        profile.history.retain(retention);
        for event in events() {
            let _ = profile.history.record(event);
        }
        profile
    };
    let (forever, bounded) = (profile(Retention::Forever), profile(Retention::Days(20)));
    let end = start() + TimeDelta::days(730);
    assert!(bounded.history.events(end).count() < 20, "most events are folded");
    assert_eq!(bounded.history.len(), 330);
    let zone = Zone::from_name("Europe/Brussels").unwrap();
    for days in [100, 400, 729, 735] {
        let as_of = start() + TimeDelta::days(days);
        let moment = Moment { as_of, zone, currency: Currency::EUR };
        let (whole, folded) = (Snapshot::of(&forever, moment), Snapshot::of(&bounded, moment));
        for usage in USAGES {
            let feature: Feature = usage.parse().unwrap();
            assert_eq!(folded.value(&feature), whole.value(&feature), "{usage} as of {as_of}");
            let (next, expected) = (folded.next_change(&feature), whole.next_change(&feature));
            assert_eq!(next, expected, "{usage} as of {as_of}");
        }
    }
}

/// Who may take part is judged by what was before the start, not by what happened at that instant.
#[test]
fn a_purchase_at_the_start_of_a_challenge_lets_nobody_in_when_it_is_folded() {
    let phase = |retention: &str| {
        let terms = format!(
            r#"{{"loyalty": 1, "name": "Shop", "currency": "EUR", "zone": "Europe/Brussels",
                "retention": {retention},
                "games": {{"challenges": [{{"id": "spring", "measure": {{"spend": {{}}}},
                    "during": {{"between": {{"from": "{start}", "until": "2024-03-01T00:00:00Z"}}}},
                    "steps": [{{"at_least": "5.00 EUR"}}],
                    "when": {{"field": "orders(lifetime)", "at_least": 1}}}}]}}}}"#,
            start = (start() + TimeDelta::hours(53 * 6)).to_rfc3339(),
        );
        let program = Spec::from_json(&terms).unwrap().build().unwrap();
        let mut member = program.enroll(Customer::new("ann".parse().unwrap()));
        // Enrolled, then an order at the very start, and another a year later.
        for (index, number) in [(6, 5), (0, 6), (7, 175)] {
            let at = start() + TimeDelta::hours(53 * number);
            let event = Event { at, recorded_at: at, ..events().swap_remove(index) };
            let _ = member.apply(&program.decide(&member, &event));
        }
        let as_of = start() + TimeDelta::days(400);
        assert_eq!(member.profile().history.len(), 3);
        (member.profile().history.events(as_of).count(), program.view(&member, as_of).games)
    };
    let ((whole, expected), (bounded, found)) = (phase(r#""forever""#), phase(r#"{"days": 20}"#));
    assert!(bounded < whole, "the start is folded");
    assert_eq!(expected.challenges[0].phase, Phase::Excluded);
    assert_eq!(found, expected);
}
