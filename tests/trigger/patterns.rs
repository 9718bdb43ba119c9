//! Patterns beside the cart, each with what it means.

use loyalty::event::{Channel, Coordinates, Custom, Event, EventKind, Review, Visit};
use loyalty::trigger::{Machine, Output};

use super::scene::{cart, event, machine, minute, minutes, purchase, restored, view};

/// The minutes at which triggers fire when these events happen and all time passes.
fn fired(json: &str, events: &[(i64, EventKind)]) -> Vec<i64> {
    let mut machine = machine(json);
    let mut outputs = Vec::new();
    for (number, (at, kind)) in events.iter().enumerate() {
        outputs.extend(machine.observe(0, &event(&format!("e{number}"), "ann", *at, kind.clone())));
    }
    outputs.extend(restored(&machine).advance(0, minute(100_000)));
    at(&outputs)
}

fn at(outputs: &[Output]) -> Vec<i64> {
    outputs.iter().map(|output| minutes(output.fired().expect("a firing").at)).collect()
}

fn one(pattern: &str) -> String {
    format!(r#"{{"lateness": "1000h", "list": [{{"id": "t", "pattern": {pattern}}}]}}"#)
}

fn reviewed(rating: u8) -> EventKind {
    EventKind::Review(Review { product: "shoes".parse().unwrap(), rating })
}

#[test]
fn the_second_view_of_one_product_is_a_second_view() {
    let json =
        one(r#"{"times": {"of": {"event": "view", "when": {"field": "product", "is": "boots"}},
            "count": 2, "within": "1d"}}"#);
    assert_eq!(fired(&json, &[(0, view("boots")), (5, view("shoes")), (9, view("boots"))]), [9]);
    assert_eq!(fired(&json, &[(0, view("boots")), (1_440, view("boots"))]), [1_440]);
    assert_eq!(fired(&json, &[(0, view("boots")), (1_441, view("boots"))]), [0; 0]);
    let four = [0, 1, 2, 3].map(|at| (at, view("boots")));
    assert_eq!(fired(&json, &four), [1, 3], "counting begins anew");
}

#[test]
fn forty_triggers_on_one_type_of_event_fire_as_each_does_alone() {
    let above = |cents: i64| {
        let (units, cents) = (cents / 100, cents % 100);
        format!(
            r#"{{"id": "above-{units}", "pattern": {{"happens": {{"of": {{"event": "cart_updated",
                "when": {{"field": "basket_total", "above": "{units}.{cents:02} EUR"}}}}}}}}}}"#
        )
    };
    for count in [20, 40] {
        let list: Vec<String> = (0..count).map(|number| above(number * 100)).collect();
        let json = format!(r#"{{"list": [{}]}}"#, list.join(", "));
        let carts: Vec<Event> = (0..60)
            .map(|number| event(&format!("e{number}"), "ann", number, cart(number * 37 % 50 * 100)))
            .collect();
        let (mut machine, mut outputs) = (machine(&json), Vec::new());
        machine.observe_all(0, &carts, &mut outputs);
        let mut fired: Vec<(i64, String)> = outputs
            .iter()
            .filter_map(Output::fired)
            .map(|fired| (minutes(fired.at), fired.trigger.to_string()))
            .collect();
        let worth = |number: i64| number * 37 % 50;
        let mut meant: Vec<(i64, String)> = (0..60)
            .flat_map(|at| {
                (0..count.min(worth(at))).map(move |above| (at, format!("above-{above}")))
            })
            .collect();
        fired.sort();
        meant.sort();
        assert_eq!(fired, meant);
    }
}

#[test]
fn the_nth_is_counted_over_all_time() {
    let json = one(r#"{"happens": {"of": {"event": "purchase"}, "nth": 3}}"#);
    let bought = [0, 10_000, 50_000, 90_000].map(|at| (at, purchase(&format!("o{at}"), 500)));
    assert_eq!(fired(&json, &bought), [50_000]);
    let first = one(r#"{"happens": {"of": {"event": "purchase"}, "nth": 1}}"#);
    assert_eq!(fired(&first, &bought), [0]);
}

#[test]
fn rules_see_what_is_known_of_the_event_itself() {
    let json = one(r#"{"happens": {"of": {"event": "review",
            "when": {"all": [{"field": "rating", "at_most": 2},
                {"field": "channel", "is": "app"}]}}}}"#);
    let mut machine = machine(&json);
    for (id, rating, channel) in [("a", 2, Channel::App), ("b", 3, Channel::App)] {
        let one = event(id, "ann", 1, reviewed(rating)).through(channel);
        assert_eq!(machine.observe(0, &one), []);
    }
    assert_eq!(machine.observe(0, &event("c", "ann", 1, reviewed(1))), [], "no channel is known");
    assert_eq!(machine.advance(0, minute(9)).len(), 1);
}

#[test]
fn the_hosts_own_events_have_a_name_and_values() {
    let json = one(
        r#"{"happens": {"of": {"event": "custom", "name": "wheel", "values": {"turns": "integer"},
            "when": {"field": "value(turns)", "at_least": 3}}}}"#,
    );
    let custom = |name: &str, turns: i64| {
        let values = [("turns".parse().unwrap(), turns.into())].into();
        EventKind::Custom(Custom { name: name.into(), values })
    };
    let events = [(1, custom("wheel", 2)), (2, custom("wheel", 3)), (3, custom("dice", 9))];
    assert_eq!(fired(&json, &events), [2]);
}

#[test]
fn one_who_stays_near_a_place_long_enough_is_found_once_a_stay() {
    let near = |dwell: &str| {
        one(&format!(
            r#"{{"near": {{"center": {{"latitude": 51.0543, "longitude": 3.7174}},
                "radius_meters": 200{dwell}, "gap": "20min"}}}}"#
        ))
    };
    let here = |north: f64| {
        let coordinates = Some(Coordinates::new(51.0543 + north, 3.7174).unwrap());
        EventKind::Visit(Visit { store: "gent".parse().unwrap(), coordinates })
    };
    // A degree of latitude is 111,195 m: 0.0017° are 189 m, 0.0019° are 211 m.
    let stay = [(0, here(0.0017)), (6, here(0.0)), (12, here(-0.0017)), (18, here(0.0))];
    assert_eq!(fired(&near(r#", "dwell": "10min""#), &stay), [12]);
    assert_eq!(fired(&near(""), &stay), [0]);
    let away = [(0, here(0.0)), (6, here(0.0019)), (12, here(0.0)), (18, here(0.0))];
    assert_eq!(fired(&near(r#", "dwell": "10min""#), &away), [0; 0]);
    let back = [(0, here(0.0)), (60, here(0.0)), (71, here(0.0))];
    assert_eq!(fired(&near(r#", "dwell": "10min""#), &back), [71]);
    let unknown = EventKind::Visit(Visit { store: "gent".parse().unwrap(), coordinates: None });
    assert_eq!(fired(&near(""), &[(0, unknown)]), [0; 0]);
}

#[test]
fn days_are_days_on_the_wall_of_the_zone() {
    use loyalty::calendar::Zone;
    use loyalty::money::Currency;
    let json = r#"{"lateness": "1000h", "list": [{"id": "t", "pattern": {"silence": {
        "after": {"event": "purchase"}, "without": [{"event": "purchase"}], "lasting": "1d"}}}]}"#;
    let fires = |zone: &str, bought: &str| {
        let zone = Zone::from_name(zone).unwrap();
        let checked = super::scene::triggers(json).check_alone(zone, Currency::EUR).unwrap();
        let mut machine = Machine::new(&checked);
        let at = bought.parse().unwrap();
        let one = Event::new("e".parse().unwrap(), "ann".parse().unwrap(), at, purchase("o", 1));
        assert_eq!(machine.observe(0, &one), []);
        let told = machine.advance(0, "2027-01-01T00:00:00Z".parse().unwrap());
        told[0].fired().unwrap().at.to_rfc3339()
    };
    // The clock is set forward on 2026-03-29 at 01:00 UTC, and back on 2026-10-25 at 01:00 UTC.
    assert_eq!(fires("Europe/Brussels", "2026-03-28T11:00:00Z"), "2026-03-29T10:00:00+00:00");
    assert_eq!(fires("Europe/Brussels", "2026-10-24T10:00:00Z"), "2026-10-25T11:00:00+00:00");
    assert_eq!(fires("Europe/Brussels", "2026-03-28T01:30:00Z"), "2026-03-29T01:00:00+00:00");
    assert_eq!(fires("UTC", "2026-03-28T11:00:00Z"), "2026-03-29T11:00:00+00:00");
}
