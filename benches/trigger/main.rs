//! Events and timers a second, and bytes a customer, of the machine that follows triggers.
//!
//! `cargo bench --bench trigger`. Beside each million of mixed events stands what the least takes
//! for the same events (`bare`), which must come to as many firings. Counting allocations costs a
//! little time, in both directions. As hosts do, the benchmark takes what is told after every
//! thousand events.

mod bare;

use std::hint::black_box;
use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Basket, Event, EventKind, LineItem, Purchase, View};
use loyalty::money::{Currency, Money};
use loyalty::trigger::{Machine, Triggers};
use peak_alloc::PeakAlloc;

use bare::Bare;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const CUSTOMERS: usize = 1_000_000;

fn start() -> DateTime<Utc> {
    "2026-03-01T00:00:00Z".parse().expect("an instant")
}

fn at(seconds: f64) -> DateTime<Utc> {
    start() + TimeDelta::microseconds((seconds * 1e6) as i64)
}

fn cart(number: usize, customer: usize, seconds: f64) -> Event {
    let price = Money::from_minor(12_000, Currency::EUR);
    let line = LineItem::new("1".parse().expect("id"), "shoes".parse().expect("id"), 1, price);
    made(number, customer, seconds, EventKind::CartUpdated(Basket::of([line])))
}

fn purchase(number: usize, customer: usize, seconds: f64) -> Event {
    let price = Money::from_minor(12_000, Currency::EUR);
    let line = LineItem::new("1".parse().expect("id"), "shoes".parse().expect("id"), 1, price);
    let order = format!("o{number}").parse().expect("id");
    made(number, customer, seconds, Purchase::new(order, Basket::of([line])).into())
}

fn view(number: usize, customer: usize, seconds: f64) -> Event {
    let product = format!("p{}", number % 1_000).parse().expect("id");
    made(number, customer, seconds, EventKind::View(View { product, category: None }))
}

fn made(number: usize, customer: usize, seconds: f64, kind: EventKind) -> Event {
    let (id, customer) = (format!("e-{number}"), format!("c-{customer}"));
    Event::new(id.parse().expect("id"), customer.parse().expect("id"), at(seconds), kind)
}

fn machine(json: &str) -> Machine {
    let triggers: Triggers = serde_json::from_str(json).expect("triggers");
    Machine::new(&triggers.check_alone(Zone::UTC, Currency::EUR).expect("checked"))
}

/// A number that looks drawn at random (SplitMix64).
fn drawn(number: usize) -> usize {
    let mut word = (number as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (word ^ (word >> 31)) as usize
}

const CART: &str = r#"{"list": [{"id": "cart", "pattern": {"silence": {
    "after": {"event": "cart_updated", "when": {"field": "basket_total", "above": "100.00 EUR"}},
    "without": [{"event": "purchase"}], "lasting": "60min"}}}]}"#;

/// Ten triggers, of which each type of event touches two.
fn ten() -> String {
    let silence = |id: &str, event: &str, lasting: &str| {
        format!(
            r#"{{"id": "{id}", "pattern": {{"silence": {{"after": {{"event": "{event}"}},
                "without": [{{"event": "app_opened"}}], "lasting": "{lasting}"}}}}}}"#
        )
    };
    let session = |id: &str, event: &str| {
        format!(
            r#"{{"id": "{id}", "pattern": {{"session": {{"of": {{"event": "{event}"}},
                "gap": "30min"}}}}}}"#
        )
    };
    let pairs = ["cart_updated", "view", "review", "share", "visit"];
    let all = pairs.iter().enumerate().flat_map(|(number, event)| {
        [silence(&format!("a{number}"), event, "60min"), session(&format!("b{number}"), event)]
    });
    format!(r#"{{"list": [{}]}}"#, all.collect::<Vec<_>>().join(", "))
}

fn timed<T>(what: &str, count: usize, run: impl FnOnce() -> T) -> T {
    let (begun, busy) = (Instant::now(), busy_nanoseconds());
    let result = run();
    let seconds = begun.elapsed().as_secs_f64();
    let busy = match (busy, busy_nanoseconds()) {
        (Some(before), Some(after)) => (after - before) as f64,
        _ => seconds * 1e9,
    };
    let each = busy / count as f64;
    println!("{what}: {each:.0} ns each, {:.2} M/s ({seconds:.2} s on the wall)", 1e3 / each);
    result
}

/// How long this process has had a processor, where the system tells it: what others do on the same
/// machine must not count.
fn busy_nanoseconds() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok()
}

/// Lets a machine follow events, and says how much it told.
fn follow(machine: &mut Machine, events: &[Event]) -> usize {
    let (mut outputs, mut told) = (Vec::new(), 0);
    for some in events.chunks(1_000) {
        machine.observe_all(0, some, &mut outputs);
        told += outputs.len();
        outputs.clear();
    }
    told
}

fn follow_barely(bare: &mut Bare, events: &[Event]) -> usize {
    let (mut outputs, mut told) = (Vec::new(), 0);
    for some in events.chunks(1_000) {
        bare.observe_all(some, &mut outputs);
        told += outputs.len();
        black_box(&outputs);
        outputs.clear();
    }
    told
}

/// All customers are armed by one event each, and all time passes.
fn arm_and_expire() {
    let events: Vec<Event> =
        (0..CUSTOMERS).map(|number| cart(number, number, number as f64 * 3e-3)).collect();
    let before = ALLOCATED.current_usage();
    let mut machine = machine(CART);
    let told = timed("arm a new customer, by a rule", CUSTOMERS, || follow(&mut machine, &events));
    let bytes = ALLOCATED.current_usage() - before;
    let mut bare = Bare::new(CUSTOMERS, start()).of_carts();
    timed("  the least for it", CUSTOMERS, || follow_barely(&mut bare, &events));
    println!("state: {:.1} bytes a customer", bytes as f64 / CUSTOMERS as f64);
    let json = timed("store a customer", CUSTOMERS, || serde_json::to_vec(&machine).expect("JSON"));
    println!("stored: {} bytes a customer", json.len() / CUSTOMERS);
    let read: Machine =
        timed("read a customer", CUSTOMERS, || serde_json::from_slice(&json).expect("a machine"));
    assert_eq!(read.len(), machine.len());
    drop((json, read));
    let mut at_once = machine.clone();
    let fired = timed("expire a timer, a second at a time", CUSTOMERS, || {
        (0..6_601).map(|second| machine.advance(0, at(f64::from(second))).len()).sum::<usize>()
    });
    assert_eq!((fired + told, machine.len()), (CUSTOMERS, CUSTOMERS));
    let bare = timed("  the least for it", CUSTOMERS, || {
        let mut outputs = Vec::new();
        let second = |second| {
            outputs.clear();
            bare.pass(at(f64::from(second)), &mut outputs);
            black_box(&outputs).len()
        };
        (0..6_601).map(second).sum::<usize>()
    });
    assert_eq!(bare, fired);
    let fired = timed("expire a timer, all in one step", CUSTOMERS, || {
        at_once.advance(0, at(3_600.0 + 3_001.0))
    });
    assert_eq!(fired.len() + told, CUSTOMERS);
    drop(at_once);
    timed("let a customer go", CUSTOMERS, || black_box(machine.advance(0, at(30_000.0))));
    assert!(machine.is_empty());
    let later: Vec<Event> = (0..CUSTOMERS)
        .map(|number| cart(CUSTOMERS + number, number, 30_001.0 + number as f64 * 3e-3))
        .collect();
    timed("arm a customer when there is room already", CUSTOMERS, || follow(&mut machine, &later));
    timed("name a firing", CUSTOMERS, || {
        for firing in fired.iter().filter_map(|one| one.fired()) {
            black_box(firing.id());
        }
    });
}

/// Ten times as many timers at one instant.
fn one_instant() {
    let many = 4 * CUSTOMERS;
    let mut machine = machine(CART);
    let mut outputs = Vec::new();
    for number in 0..many {
        machine.observe_all(0, &[cart(number, number, 0.0)], &mut outputs);
    }
    assert!(outputs.is_empty());
    let fired = timed("expire one of very many timers of one instant", many, || {
        machine.advance(0, at(3_600.0))
    });
    assert_eq!(fired.len(), many);
}

/// Events that follow each other evenly, half of them carts and half views.
struct Traffic {
    what: &'static str,
    /// Whose an event is.
    customer: fn(usize) -> usize,
    seconds_apart: f64,
    millions: usize,
}

/// All customers in a mixed order: nobody is near in memory. Each has an event every 1,000 seconds,
/// so that more than half of all events lead to a firing.
const AT_RANDOM: Traffic = Traffic {
    what: "of anybody",
    customer: |number| drawn(number) % CUSTOMERS,
    seconds_apart: 1e-3,
    millions: 7,
};

/// The same ten times as fast, so that very little fires.
const FAST: Traffic =
    Traffic { what: "of anybody, fast", seconds_apart: 1e-4, millions: 5, ..AT_RANDOM };

/// In visits of ten events, 10,000 at a time: most customers have been heard of, and few are here.
const VISITS: Traffic = Traffic {
    what: "of visitors",
    customer: |number| {
        const AT_ONCE: usize = 10_000;
        let visit = number / AT_ONCE / 10 * AT_ONCE + number % AT_ONCE;
        drawn(visit) % CUSTOMERS
    },
    seconds_apart: 1e-3,
    millions: 7,
};

impl Traffic {
    /// With ten triggers, of which each event touches two, in machines that follow all customers or
    /// so few that all they know is near.
    fn run(&self) {
        for customers in [CUSTOMERS, CUSTOMERS / 500] {
            let (mut machine, mut bare) = (machine(&ten()), Bare::new(customers, start()));
            let apart = self.seconds_apart * CUSTOMERS as f64 / customers as f64;
            let event = |number: usize| {
                let (customer, seconds) = ((self.customer)(number), number as f64 * apart);
                match drawn(number) >> 40 & 1 {
                    0 => cart(number, customer % customers, seconds),
                    _ => view(number, customer % customers, seconds),
                }
            };
            for million in 0..self.millions {
                let from = million * CUSTOMERS;
                let events: Vec<Event> = (from..from + CUSTOMERS).map(event).collect();
                let what = format!("event {}, million {}", self.what, million + 1);
                let told = timed(&what, CUSTOMERS, || follow(&mut machine, &events));
                let bare =
                    timed("  the least for it", CUSTOMERS, || follow_barely(&mut bare, &events));
                assert_eq!(told, bare);
                let share = told as f64 / CUSTOMERS as f64;
                println!("  {share:.2} firings an event; customers: {}", machine.len());
            }
        }
    }
}

/// Events that no trigger looks at.
fn of_none() {
    let mut machine = machine(&ten());
    let bought: Vec<Event> =
        (0..CUSTOMERS).map(|number| purchase(number, drawn(number) % CUSTOMERS, 0.0)).collect();
    timed("event that touches no trigger", CUSTOMERS, || follow(&mut machine, &bought));
}

fn main() {
    arm_and_expire();
    one_instant();
    AT_RANDOM.run();
    FAST.run();
    VISITS.run();
    of_none();
}
