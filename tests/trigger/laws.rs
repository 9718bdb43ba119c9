//! The law of the machine: what fires follows from the set of events.

use loyalty::event::Event;
use loyalty::trigger::{Machine, Output};
use proptest::prelude::*;

use super::naive::{Denial, Fact, Kind, Rules};
use super::scene::{Net, cart, event, machine, minute, purchase, restored, view, void};

const CART: &str = r#"{"event": "cart_updated",
    "when": {"field": "basket_total", "above": "100.00 EUR"}}"#;
const BUY: &str = r#"{"event": "purchase"}"#;
const VIEW: &str = r#"{"event": "view"}"#;

/// The patterns in JSON, and what they mean.
fn patterns() -> Vec<(String, Kind)> {
    let silence = |after: &str, without: &str| {
        format!(
            r#"{{"silence": {{"after": {after}, "without": [{without}], "lasting": "60min"}}}}"#
        )
    };
    vec![
        (format!(r#"{{"happens": {{"of": {BUY}}}}}"#), Kind::Each),
        (format!(r#"{{"happens": {{"of": {VIEW}, "nth": 2}}}}"#), Kind::Nth(2)),
        (
            format!(r#"{{"follows": {{"first": {VIEW}, "then": {BUY}, "within": "30min"}}}}"#),
            Kind::Follows(30),
        ),
        (silence(CART, BUY), Kind::Silence(60)),
        (silence(BUY, BUY), Kind::Silence(60)),
        (
            format!(r#"{{"times": {{"of": {VIEW}, "count": 3, "within": "60min"}}}}"#),
            Kind::Times(3, 60),
        ),
        (
            format!(r#"{{"session": {{"of": {VIEW}, "gap": "30min", "at": "start"}}}}"#),
            Kind::SessionStart(30),
        ),
        (format!(r#"{{"session": {{"of": {VIEW}, "gap": "30min"}}}}"#), Kind::SessionEnd(30)),
    ]
}

/// How a trigger of a pattern sees an event.
fn fact(pattern: usize, made: &Made) -> Option<Fact> {
    let parts = match (pattern, made.what) {
        (0, What::Buy) | (1 | 5 | 6 | 7, What::View) => (true, false, false),
        (2, What::View) => (true, false, false),
        (2 | 3, What::Buy) => (false, true, false),
        (3, What::Cart(cents)) => (cents > 10_000, false, cents <= 10_000),
        (4, What::Buy) => (true, true, false),
        _ => return None,
    };
    let (first, then, no_longer) = parts;
    Some(Fact { at: made.at, id: made.id(), first, then, no_longer })
}

#[derive(Clone, Copy, Debug)]
enum What {
    Cart(i64),
    Buy,
    View,
    /// Of the event with this number.
    Void(usize),
}

#[derive(Clone, Copy, Debug)]
struct Made {
    number: usize,
    customer: u8,
    at: i64,
    what: What,
}

impl Made {
    fn id(&self) -> String {
        match self.is_long() {
            true => format!("e{:03} with a long name", self.number),
            false => format!("e{:03}", self.number),
        }
    }

    /// Some ids are longer than what fits into a key. At one instant they come in the order of
    /// their hashes, which is not said here: so no other event is at theirs.
    fn is_long(&self) -> bool {
        self.number < 12 && self.number.is_multiple_of(3)
    }

    fn event(&self, all: &[Self]) -> Event {
        let kind = match self.what {
            What::Cart(cents) => cart(cents),
            What::Buy => purchase(&format!("o{}", self.number), 500),
            What::View => view("shoes"),
            What::Void(number) => void(&all[number % all.len()].id()),
        };
        let customer = ["ann", "a customer with a long name", "cid"][usize::from(self.customer)];
        event(&self.id(), customer, self.at, kind)
    }
}

fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        4 => prop_oneof![Just(9_000_i64), Just(10_000), Just(12_000)].prop_map(What::Cart),
        3 => Just(What::Buy),
        4 => Just(What::View),
        1 => any::<usize>().prop_map(What::Void),
    ]
}

fn made() -> impl Strategy<Value = Vec<Made>> {
    let one = (0_u8..2, 0_i64..40, what());
    prop::collection::vec(one, 1..24).prop_map(|all| {
        let made = |(number, (customer, at, what))| {
            let one = Made { number, customer, at: at * 5, what };
            let apart = 1 + i64::try_from(number / 3).unwrap();
            if one.is_long() { Made { at: one.at + apart, ..one } } else { one }
        };
        all.into_iter().enumerate().map(made).collect()
    })
}

/// Far more than is kept at a time, in its order.
fn long() -> impl Strategy<Value = Vec<Made>> {
    let what = prop_oneof![
        prop_oneof![Just(9_000_i64), Just(12_000)].prop_map(What::Cart),
        Just(What::Buy),
        Just(What::View),
    ];
    prop::collection::vec((0_u8..2, 1_i64..20, what), 100..200).prop_map(|all| {
        let made = |at: &mut i64, (number, (customer, gap, what))| {
            *at += gap;
            Some(Made { number, customer, at: *at, what })
        };
        all.into_iter().enumerate().scan(0, made).collect()
    })
}

/// What is done with the machine beside feeding it.
#[derive(Clone, Copy, Debug)]
enum Beside {
    Nothing,
    /// The watermark goes as far as it may, by so many parts of sixteen.
    Advance(u8),
    Store,
    /// An earlier event arrives once more.
    Again(usize),
}

fn beside() -> impl Strategy<Value = Beside> {
    prop_oneof![
        3 => Just(Beside::Nothing),
        4 => (0_u8..=16).prop_map(Beside::Advance),
        1 => Just(Beside::Store),
        1 => any::<usize>().prop_map(Beside::Again),
    ]
}

/// The firings of the machine when events arrive in the order of `arrival`, each while the
/// watermark is no further than the correction after it.
fn played(
    json: &str,
    made: &[Made],
    arrival: &[usize],
    beside: &[Beside],
    correction: i64,
    end: i64,
) -> Net {
    let (mut machine, mut net) = (machine(json), Net::default());
    for (place, number) in arrival.iter().enumerate() {
        net.take(&machine.observe(0, &made[*number].event(made)));
        let rest = arrival[place + 1..].iter().map(|number| made[*number].at).min();
        match beside.get(place).copied().unwrap_or(Beside::Nothing) {
            Beside::Nothing => {}
            Beside::Advance(part) => {
                let most = rest.map_or(end, |at| at + correction).min(end);
                let to = most * i64::from(part) / 16;
                net.take(&machine.advance(0, minute(to)));
            }
            Beside::Store => machine = restored(&machine),
            Beside::Again(earlier) => {
                let again = &made[arrival[earlier % (place + 1)]];
                let outputs = machine.observe(0, &again.event(made));
                let news = outputs.iter().any(|output| !matches!(output, Output::Late(_)));
                assert!(!news, "the same event once more: {outputs:?}");
            }
        }
    }
    net.take(&machine.advance(0, minute(end)));
    net
}

fn meant(rules: &Rules, pattern: usize, made: &[Made], end: i64) -> Vec<(String, i64, i64, i64)> {
    let mut meant = Vec::new();
    for customer in 0..2 {
        let own: Vec<&Made> = made.iter().filter(|one| one.customer == customer).collect();
        let mut facts: Vec<Fact> = own.iter().filter_map(|one| fact(pattern, one)).collect();
        facts.sort();
        let denials: Vec<Denial> = own
            .iter()
            .filter_map(|one| match one.what {
                What::Void(number) => {
                    let target = made[number % made.len()].id();
                    Some(Denial { at: one.at, id: one.id(), target })
                }
                _ => None,
            })
            .collect();
        let name = ["ann", "a customer with a long name"][usize::from(customer)];
        let fires = rules.fires(&facts, &denials, end);
        meant.extend(fires.iter().map(|fire| (name.to_owned(), fire.at, fire.from, fire.until)));
    }
    meant.sort();
    meant
}

fn shuffled(length: usize) -> impl Strategy<Value = Vec<usize>> {
    Just((0..length).collect::<Vec<usize>>()).prop_shuffle()
}

fn arrivals() -> impl Strategy<Value = (Vec<Made>, Vec<usize>, Vec<usize>)> {
    made().prop_flat_map(|made| {
        let length = made.len();
        (Just(made), shuffled(length), shuffled(length))
    })
}

/// Enough of them; what they find becomes a plain test.
fn config() -> ProptestConfig {
    ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() }
}

fn cool_down() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0_i64), Just(45), Just(200)]
}

/// A trigger for each pattern, with these minutes of rest.
fn resting(cool_downs: &[i64]) -> Vec<String> {
    let of = |(number, ((pattern, _), rest)): (usize, (&(String, Kind), &i64))| {
        let rest = if *rest == 0 { "".into() } else { format!(r#", "cool_down": "{rest}min""#) };
        format!(r#"{{"id": "t{number}", "pattern": {pattern}{rest}}}"#)
    };
    patterns().iter().zip(cool_downs).enumerate().map(of).collect()
}

/// A document of one trigger, in which no event moves the watermark: all that does is said.
fn document(pattern: &str, cool_down: i64, correction: i64) -> String {
    let field = |name, minutes: i64| match minutes {
        0 => String::new(),
        _ => format!(r#", "{name}": "{minutes}min""#),
    };
    let (rest, correct) = (field("cool_down", cool_down), field("correction", correction));
    format!(
        r#"{{"lateness": "1000h"{correct}, "list": [{{"id": "t", "pattern": {pattern}{rest}}}]}}"#
    )
}

const fn reach(kind: Kind, correction: i64) -> i64 {
    match kind {
        Kind::Each => 0,
        Kind::Nth(_) => correction,
        Kind::Follows(span)
        | Kind::Silence(span)
        | Kind::Times(_, span)
        | Kind::SessionStart(span)
        | Kind::SessionEnd(span) => span,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_fires_follows_from_the_set_of_events(
        (made, one, other) in arrivals(),
        (pattern, cool_down) in (0_usize..8, cool_down()),
        correction in prop_oneof![Just(0_i64), Just(20), Just(90)],
        first in prop::collection::vec(beside(), 24),
        second in prop::collection::vec(beside(), 24),
        end in 0_i64..300,
    ) {
        let (json, kind) = &patterns()[pattern];
        let json = document(json, cool_down, correction);
        let rules = Rules { kind: *kind, cool_down, reach: reach(*kind, correction) };
        let meant = meant(&rules, pattern, &made, end);
        let one = played(&json, &made, &one, &first, correction, end);
        let row = |(_, customer, at, from, until)| (customer, at, from, until);
        let told: Vec<_> = one.rows().into_iter().map(row).collect();
        prop_assert_eq!(&told, &meant, "{}", json);
        let other = played(&json, &made, &other, &second, correction, end);
        prop_assert_eq!(one.0, other.0, "the ids of firings do not depend on the order");
    }

    #[test]
    fn several_triggers_fire_as_each_does_alone(
        (made, order, _) in arrivals(),
        steps in prop::collection::vec(beside(), 24),
        cool_downs in prop::collection::vec(cool_down(), 8),
        end in 0_i64..300,
    ) {
        let all = resting(&cool_downs);
        let document = |list: &str| {
            format!(r#"{{"lateness": "1000h", "correction": "20min", "list": [{list}]}}"#)
        };
        let together = played(&document(&all.join(", ")), &made, &order, &steps, 20, end);
        let mut alone = Vec::new();
        for one in &all {
            alone.extend(played(&document(one), &made, &order, &steps, 20, end).rows());
        }
        alone.sort();
        prop_assert_eq!(together.rows(), alone);
    }

    #[test]
    fn many_events_at_once_come_to_what_they_do_one_by_one(
        drawn in prop::collection::vec((0_u32..60, 0_i64..30, what()), 1..400),
        sizes in prop::collection::vec(1_usize..120, 1..20),
    ) {
        let all: Vec<String> = patterns().iter().enumerate()
            .map(|(number, (json, _))| format!(r#"{{"id": "t{number}", "pattern": {json}}}"#))
            .collect();
        let json = format!(
            r#"{{"lateness": "5min", "correction": "20min", "list": [{}]}}"#, all.join(", ")
        );
        let made: Vec<Made> = drawn.iter().enumerate().map(|(number, (_, jitter, what))| {
            let at = i64::try_from(number).unwrap() * 2 + jitter;
            Made { number, customer: 0, at, what: *what }
        }).collect();
        let events: Vec<Event> = made.iter().zip(&drawn).map(|(one, (customer, ..))| {
            let mut event = one.event(&made);
            event.customer = format!("c{customer}").parse().unwrap();
            event
        }).collect();
        let (mut single, mut together) = (machine(&json), machine(&json));
        let (mut one_by_one, mut at_once) = (Vec::new(), Vec::new());
        let mut rest = &events[..];
        for size in sizes.iter().cycle() {
            let (some, later) = rest.split_at(rest.len().min(*size));
            one_by_one.extend(some.iter().flat_map(|event| single.observe(0, event)));
            together.observe_all(0, some, &mut at_once);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(one_by_one, at_once);
        let stored = |machine| serde_json::to_string(machine).unwrap();
        prop_assert_eq!(stored(&single), stored(&together));
    }

    #[test]
    fn what_is_let_go_makes_no_difference(
        made in long(),
        (pattern, cool_down) in (0_usize..8, cool_down()),
        behind in 0_i64..150,
        every in 1_usize..50,
    ) {
        let (json, kind) = &patterns()[pattern];
        let rules = Rules { kind: *kind, cool_down, reach: reach(*kind, 0) };
        let end = made[made.len() - 1].at + 1_000;
        let (mut machine, mut net) = (machine(&document(json, cool_down, 0)), Net::default());
        for (place, one) in made.iter().enumerate() {
            net.take(&machine.observe(0, &one.event(&made)));
            net.take(&machine.advance(0, minute(one.at - behind)));
            if place % every == every - 1 {
                machine = restored(&machine);
            }
        }
        net.take(&machine.advance(0, minute(end)));
        let row = |(_, customer, at, from, until)| (customer, at, from, until);
        let told: Vec<_> = net.rows().into_iter().map(row).collect();
        prop_assert_eq!(told, meant(&rules, pattern, &made, end), "{}", json);
    }
    #[test]
    fn what_is_let_go_makes_no_difference_to_any_of_several(
        made in long(),
        cool_downs in prop::collection::vec(cool_down(), 8),
        behind in 0_i64..150,
        every in 1_usize..50,
    ) {
        let json = format!(
            r#"{{"lateness": "1000h", "list": [{}]}}"#, resting(&cool_downs).join(", ")
        );
        let end = made[made.len() - 1].at + 1_000;
        let (mut live, mut stored) = (machine(&json), machine(&json));
        let mut net = Net::default();
        for (place, one) in made.iter().enumerate() {
            for observed in [true, false] {
                let next = |machine: &mut Machine| match observed {
                    true => machine.observe(0, &one.event(&made)),
                    false => machine.advance(0, minute(one.at - behind)),
                };
                let outputs = next(&mut live);
                prop_assert_eq!(&next(&mut stored), &outputs);
                net.take(&outputs);
            }
            if place % every == every - 1 {
                stored = restored(&stored);
            }
        }
        net.take(&live.advance(0, minute(end)));
        let mut expected = Vec::new();
        for (pattern, ((_, kind), cool_down)) in patterns().iter().zip(cool_downs).enumerate() {
            let rules = Rules { kind: *kind, cool_down, reach: reach(*kind, 0) };
            let row = |(customer, at, from, until)| {
                (format!("t{pattern}"), customer, at, from, until)
            };
            expected.extend(meant(&rules, pattern, &made, end).into_iter().map(row));
        }
        expected.sort();
        prop_assert_eq!(net.rows(), expected);
    }
}
