//! The cases that fix the meaning, as a table.
//!
//! A step is `cart <event> <time> <amount>`, `buy <event> <time>`, `view <event> <time>`,
//! `void <event> <time> <event that is void>` or `W <time>`, with times as minutes and seconds, and
//! what the machine tells after an arrow: `fires <time>`, `retracts <time>`, `late <reason>`.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::Event;
use loyalty::trigger::{Machine, Output};

use super::scene::{cart, machine, minute, purchase, view, void};

const CART: &str = r#""list": [{"id": "cart", "pattern": {"silence": {
    "after": {"event": "cart_updated", "when": {"field": "basket_total", "above": "100.00 EUR"}},
    "without": [{"event": "purchase"}], "lasting": "60min"}}}]"#;

/// Where only what is said moves the watermark.
const WAITS: &str = r#""lateness": "1000h""#;

fn instant(text: &str) -> DateTime<Utc> {
    let (minutes, seconds) = text.split_once(':').unwrap();
    minute(minutes.parse().unwrap()) + TimeDelta::seconds(seconds.parse().unwrap())
}

fn shown(at: DateTime<Utc>) -> String {
    let seconds = (at - minute(0)).num_seconds();
    format!("{:02}:{:02}", seconds / 60, seconds % 60)
}

fn told(outputs: &[Output]) -> String {
    let told = outputs.iter().map(|output| match output {
        Output::Fired(firing) => format!("fires {}", shown(firing.at)),
        Output::Retract(firing) => format!("retracts {}", shown(firing.at)),
        Output::Late(late) => {
            format!("late {}", serde_json::to_string(&late.reason).unwrap().trim_matches('"'))
        }
    });
    told.collect::<Vec<_>>().join(", ")
}

fn step(machine: &mut Machine, words: &[&str]) -> Vec<Output> {
    let kind = match *words {
        ["W", to] => return machine.advance(0, instant(to)),
        ["cart", _, _, amount] => cart(amount.replace('.', "").parse().unwrap()),
        ["buy", id, _] => purchase(id, 500),
        ["view", ..] => view("shoes"),
        ["void", _, _, target] => void(target),
        _ => panic!("no step: {words:?}"),
    };
    let (id, at) = (words[1].parse().unwrap(), instant(words[2]));
    machine.observe(0, &Event::new(id, "ann".parse().unwrap(), at, kind))
}

/// Plays a table on a fresh machine for every case; one begins with a line that ends with a colon.
#[track_caller]
fn check(json: &str, table: &str) {
    let (mut player, mut case) = (machine(json), "");
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_suffix(':') {
            (player, case) = (machine(json), name);
            continue;
        }
        let (words, expected) = line.split_once("->").unwrap_or((line, ""));
        let words: Vec<&str> = words.split_whitespace().collect();
        let found = told(&step(&mut player, &words));
        assert_eq!(found, expected.trim(), "{case}: {line}");
    }
}

#[test]
fn a_cart_is_abandoned_when_nothing_was_bought_for_an_hour() {
    check(
        &format!("{{{WAITS}, {CART}}}"),
        "
        it fires when the watermark is there, and once:
            cart a 00:00 120.00
            W 59:59
            W 60:00 -> fires 60:00
            W 90:00
        an update of less disarms it:
            cart a 00:00 120.00
            cart b 30:00 90.00
            W 200:00
        a purchase before the end:
            cart a 00:00 120.00
            buy p 45:00
            W 200:00
        a purchase exactly at the end that arrives before the watermark is there:
            cart a 00:00 120.00
            W 59:59
            buy p 60:00
            W 200:00
        a purchase right after the end:
            cart a 00:00 120.00
            buy p 60:01
            W 200:00 -> fires 60:00
        exactly 100.00 is not above 100.00:
            cart a 00:00 100.00
            W 200:00
        lowered right before the end:
            cart a 00:00 120.00
            W 58:00
            cart b 59:59 90.00
            W 200:00
        every update begins the hour anew:
            cart a 00:00 120.00
            cart b 30:00 110.00
            W 89:59
            W 90:00 -> fires 90:00
        an update exactly at the end, too:
            cart a 00:00 120.00
            cart b 60:00 110.00
            W 200:00 -> fires 120:00
        ",
    );
}

#[test]
fn what_comes_late_twice_or_at_once_is_told_as_if_it_had_come_in_order() {
    check(
        &format!("{{{WAITS}, {CART}}}"),
        "
        a purchase that is late, and not too late:
            cart a 00:00 120.00
            W 59:59
            buy p 50:00
            W 200:00
        the same event again:
            cart a 00:00 120.00
            W 30:00
            cart a 00:00 120.00
            W 59:59
            W 60:00 -> fires 60:00
            cart a 00:00 120.00
            W 61:00
            cart a 00:00 120.00 -> late forgotten
        a purchase at the instant of the update is no silence, whichever comes first:
            cart a 00:00 120.00
            buy b 00:00
            W 200:00
        and in the other order:
            buy a 00:00
            cart b 00:00 120.00
            W 200:00
        after a purchase another cart counts:
            cart a 00:00 120.00
            buy p 10:00
            cart b 20:00 150.00
            W 200:00 -> fires 80:00
        two carts that are further apart fire both:
            cart a 00:00 120.00
            cart b 70:00 150.00
            W 200:00 -> fires 60:00, fires 130:00
        ",
    );
}

#[test]
fn a_purchase_after_firing_takes_it_back_within_the_correction_and_counts_as_late_after_it() {
    check(
        &format!(r#"{{{WAITS}, "correction": "30min", {CART}}}"#),
        "
        within the correction:
            cart a 00:00 120.00
            W 60:00 -> fires 60:00
            W 90:00
            buy p 50:00 -> retracts 60:00
            buy p 50:00
            W 200:00
        after the correction:
            cart a 00:00 120.00
            W 90:01 -> fires 60:00
            buy p 50:00 -> late settled
            W 200:00
        long after it:
            cart a 00:00 120.00
            W 200:00 -> fires 60:00
            buy p 50:00 -> late forgotten
        an update that is late moves it, and it has another id:
            cart a 00:00 120.00
            W 70:00 -> fires 60:00
            cart b 20:00 130.00 -> retracts 60:00
            W 200:00 -> fires 80:00
        a cart that is late is made up for:
            W 80:00
            cart a 00:00 120.00 -> fires 60:00
            buy p 30:00 -> retracts 60:00
        without it the cart counts again, as long as that can be corrected:
            cart a 00:00 120.00
            buy p 50:00
            W 55:00
            void v 55:00 p
            W 60:00 -> fires 60:00
        a void after the firing changes nothing that was right when it was told:
            cart a 00:00 120.00
            buy p 50:00
            W 60:00
            void v 61:00 p
            W 200:00
        a void of the cart ends the silence:
            cart a 00:00 120.00
            void v 10:00 a
            W 200:00
        ",
    );
    check(
        &format!("{{{WAITS}, {CART}}}"),
        "
        without a correction it stands:
            cart a 00:00 120.00
            W 65:00 -> fires 60:00
            buy p 50:00 -> late settled
        ",
    );
}

#[test]
fn events_of_one_partition_move_the_watermark_less_what_may_be_late() {
    check(
        &format!(r#"{{"lateness": "10min", {CART}}}"#),
        "
        nothing is told before it is sure:
            cart a 00:00 120.00
            view x 69:59
            buy p 60:00
            view y 90:00
        but then it is:
            cart a 00:00 120.00
            view x 69:59
            view y 70:00 -> fires 60:00
            buy p 60:00 -> retracts 60:00
        ",
    );
}

#[test]
fn a_session_is_one_whenever_its_events_arrive() {
    let session = r#""list": [{"id": "s", "pattern": {"session":
        {"of": {"event": "view"}, "gap": "30min"}}}]"#;
    check(
        &format!("{{{WAITS}, {session}}}"),
        "
        the one in the middle is late:
            view a 00:00
            view b 10:00
            view c 50:00
            view d 25:00
            W 79:59
            W 80:00 -> fires 80:00
        without it there are two:
            view a 00:00
            view b 10:00
            view c 50:00
            W 200:00 -> fires 40:00, fires 80:00
        exactly the gap is no gap:
            view a 00:00
            view b 30:00
            W 200:00 -> fires 60:00
        ",
    );
    check(
        &format!(r#"{{{WAITS}, "correction": "1h", {session}}}"#),
        "
        what was told as two becomes one:
            view a 00:00
            view b 10:00
            view c 50:00
            W 60:00 -> fires 40:00
            view d 25:00 -> retracts 40:00
            W 200:00 -> fires 80:00
        ",
    );
}

#[test]
fn a_firing_is_settled_as_soon_as_nothing_can_take_it_back() {
    let json = format!(r#"{{{WAITS}, "correction": "30min", {CART}}}"#);
    for (to, settled, then) in [("90:00", false, "retracts 60:00"), ("90:01", true, "late settled")]
    {
        let mut player = machine(&json);
        assert_eq!(step(&mut player, &["cart", "a", "00:00", "120.00"]), []);
        let fired = player.advance(0, minute(60));
        let firing = fired[0].fired().unwrap();
        assert_eq!(step(&mut player, &["W", to]), []);
        assert_eq!(player.is_settled(firing), settled, "{to}");
        assert_eq!(told(&step(&mut player, &["buy", "p", "30:00"])), then);
        assert!(machine("{}").is_settled(firing), "nobody knows its trigger");
    }
}

#[test]
fn the_same_firing_has_the_same_id_in_every_order() {
    let steps = ["cart a 00:00 120.00", "cart b 20:00 150.00", "view v 30:00", "buy p 81:00"];
    let mut ids = std::collections::BTreeSet::new();
    for order in permutations(steps.len()) {
        let mut player = machine(&format!("{{{WAITS}, {CART}}}"));
        for place in order {
            let words: Vec<&str> = steps[place].split_whitespace().collect();
            assert_eq!(step(&mut player, &words), []);
        }
        let outputs = player.advance(0, minute(200));
        assert_eq!(told(&outputs), "fires 80:00");
        ids.extend(outputs.iter().map(|one| one.fired().unwrap().id()));
    }
    assert_eq!(ids.len(), 1);
}

fn permutations(length: usize) -> Vec<Vec<usize>> {
    if length == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(length - 1);
    let longer = |order: &Vec<usize>| {
        let order = order.clone();
        (0..length).map(move |place| {
            let mut longer = order.clone();
            longer.insert(place, length - 1);
            longer
        })
    };
    shorter.iter().flat_map(longer).collect()
}
