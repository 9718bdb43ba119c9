//! Clocks that run backwards, ages of silence, very many timers at once, hostile names: bounded,
//! with a reason, and nothing lost.

use chrono::{DateTime, Utc};
use loyalty::event::Event;
use loyalty::trigger::{MAX_KEPT, Machine, Output, Reason};

use super::scene::{cart, event, machine, minute, restored, view};

const CART: &str = r#"{"list": [{"id": "cart", "pattern": {"silence": {
    "after": {"event": "cart_updated"}, "without": [{"event": "purchase"}],
    "lasting": "60min"}}}]}"#;

fn reasons(outputs: &[Output]) -> Vec<Reason> {
    let late = outputs.iter().filter_map(|output| match output {
        Output::Late(late) => Some(late.reason),
        _ => None,
    });
    late.collect()
}

#[test]
fn a_clock_that_runs_backwards_moves_no_watermark_and_is_told_as_late() {
    let mut machine = machine(CART);
    assert_eq!(machine.observe(0, &event("a", "ann", 1_000, cart(500))), []);
    assert_eq!(
        reasons(&machine.observe(0, &event("b", "ben", 10, cart(500)))),
        [Reason::Forgotten]
    );
    assert_eq!(machine.watermark(), Some(minute(1_000)));
    assert_eq!(machine.late().get(&Reason::Forgotten), Some(&1));
}

#[test]
fn a_clock_that_is_ahead_makes_nobody_else_late() {
    let mut machine = machine(CART);
    let ahead = Event { recorded_at: minute(5), ..event("a", "ann", 600, cart(500)) };
    assert_eq!(machine.observe(0, &ahead), []);
    assert_eq!(machine.watermark(), Some(minute(5)));
    let far = Event { recorded_at: minute(5), ..event("b", "ann", 5 + 1_441, cart(500)) };
    assert_eq!(reasons(&machine.observe(0, &far)), [Reason::Unbelievable]);
    let ages = |at: &str| {
        let at: DateTime<Utc> = at.parse().unwrap();
        Event { at, recorded_at: at, ..event("c", "ann", 0, cart(500)) }
    };
    assert_eq!(reasons(&machine.observe(0, &ages("1899-12-31T23:59:59Z"))), [Reason::Unbelievable]);
    assert_eq!(reasons(&machine.observe(0, &ages("2200-01-01T00:00:00Z"))), [Reason::Unbelievable]);
    assert_eq!(machine.watermark(), Some(minute(5)));
}

#[test]
fn ages_of_silence_pass_in_one_step() {
    let lasting = CART.replace("60min", "150y");
    let mut machine = machine(&lasting);
    let ancient: DateTime<Utc> = "1900-01-01T00:00:00Z".parse().unwrap();
    let first = Event { at: ancient, recorded_at: ancient, ..event("a", "ann", 0, cart(500)) };
    assert_eq!(machine.observe(0, &first), []);
    let mut machine = restored(&machine);
    assert_eq!(machine.advance(0, "2049-12-31T23:59:59Z".parse().unwrap()), []);
    let told = machine.advance(0, DateTime::<Utc>::MAX_UTC);
    assert_eq!(told[0].fired().unwrap().at.to_rfc3339(), "2050-01-01T00:00:00+00:00");
    assert!(machine.is_empty());
    // A silence that ends after the last instant never fires, and nothing waits for it in vain.
    let mut machine = super::scene::machine(&CART.replace("60min", "100000y"));
    assert_eq!(machine.observe(0, &event("a", "ann", 0, cart(500))), []);
    assert_eq!(machine.advance(0, DateTime::<Utc>::MAX_UTC), []);
}

#[test]
fn very_many_timers_of_one_instant_all_fire_in_order() {
    let mut machine = machine(CART);
    let many = 50_000;
    for number in 0..many {
        let one = event(&format!("e{number}"), &format!("c{number:06}"), 0, cart(500));
        assert_eq!(machine.observe(0, &one), []);
    }
    assert_eq!(machine.advance(0, minute(59)), []);
    let told = machine.advance(0, minute(60));
    let customers: Vec<&str> =
        told.iter().map(|output| output.fired().unwrap().customer.as_str()).collect();
    assert_eq!(customers.len(), many);
    assert!(customers.is_sorted());
    assert_eq!(machine.advance(0, minute(500)), []);
    assert!(machine.is_empty(), "what is over takes no memory");
}

#[test]
fn a_customer_who_never_stops_takes_bounded_memory_and_is_still_followed() {
    let session = r#"{"list": [{"id": "s", "pattern": {"session":
        {"of": {"event": "view"}, "gap": "30min"}}}]}"#;
    let mut machine = machine(session);
    let stored = |machine: &Machine| serde_json::to_string(machine).unwrap().len();
    let mut most = 0;
    for number in 0..3 * MAX_KEPT {
        let at = i64::try_from(number / 1_000).unwrap();
        let one = event(&format!("e{number}"), "ann", at, view("x"));
        assert_eq!(machine.observe(0, &one), []);
        if number % 1_000 == 999 {
            most = most.max(stored(&machine));
        }
    }
    assert!(most < 60 * MAX_KEPT, "{most} bytes");
    let told = machine.advance(0, minute(1_000));
    let firing = told[0].fired().unwrap();
    assert_eq!((told.len(), firing.from, firing.until), (1, minute(0), minute(12)));
    // Ahead of the watermark nothing can be put together: what is too much is told.
    let mut machine =
        super::scene::machine(&session.replace(r#"{"list""#, r#"{"lateness": "9h", "list""#));
    let mut told = Vec::new();
    for number in 0..MAX_KEPT + 5 {
        told.extend(machine.observe(0, &event(&format!("e{number}"), "ann", 9, view("x"))));
    }
    assert_eq!(reasons(&told), [Reason::Crowded; 5]);
}

#[test]
fn hostile_names_are_names_like_others() {
    let mut machine = machine(CART);
    let names =
        ["\u{202e}nna", "{{7*7}}", "'; drop table", "\u{1f600}\u{1f600}\u{1f600}\u{1f600}", "0"];
    for name in names {
        assert_eq!(machine.observe(0, &event(name, name, 0, cart(500))), []);
    }
    let told = restored(&machine).advance(0, minute(60));
    let mut told: Vec<&str> =
        told.iter().map(|output| output.fired().unwrap().customer.as_str()).collect();
    let mut names = names.to_vec();
    names.sort_unstable();
    told.sort_unstable();
    assert_eq!(told, names);
}

#[test]
fn a_damaged_machine_is_refused() {
    let mut machine = machine(CART);
    assert_eq!(machine.observe(0, &event("a", "ann", 0, cart(500))), []);
    let json = serde_json::to_string(&machine).unwrap();
    for (part, other, reason) in [
        ("\"machine\":1", "\"machine\":2", "form 2"),
        ("\"a\",0]", "\"a\",7]", "touches what is not there"),
        ("[[[0,1]]]", "[[[3,1]]]", "triggers that are not there"),
        ("\"60min\"", "\"60sec\"", "60sec"),
    ] {
        assert!(json.contains(part), "{part}: {json}");
        let read = serde_json::from_str::<Machine>(&json.replace(part, other));
        let complaint = read.map(|_| ()).unwrap_err().to_string();
        assert!(complaint.contains(reason), "{complaint}");
    }
}
