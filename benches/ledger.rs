//! Operations per second on one core for a member with 100 open lots, how long a balance takes now
//! and in the past and the replay of a history, and bytes per entry and per lot.
//!
//! `cargo bench --bench ledger`

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use loyalty::Event;
use loyalty::event::{EventKind, Operation};
use loyalty::points::{Entry, Ledger, Points};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const LOTS: i64 = 100;
const OPERATIONS: i64 = 1_000;

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

fn at(number: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::minutes(30_000_000 + number)
}

fn event(number: i64, operation: Operation) -> Event {
    let name = id(&format!("event-{number:06}"));
    Event::new(name, id("ann"), at(number), EventKind::Points(operation))
}

/// Ten points that last for about two years.
fn earn(number: i64) -> Event {
    let expires_at = Some(at(number + 1_000_000));
    let (points, operator) = (Points(10), id("eve"));
    event(
        number,
        Operation::Adjust { points, operator, reason: "sorry".into(), expires_at, purse: None },
    )
}

fn spend(number: i64, points: i64) -> Event {
    event(number, Operation::Spend { points: Points(points), reward: id("mug"), purse: None })
}

fn hold(number: i64) -> Event {
    let until = at(number + 60);
    event(number, Operation::Hold { points: Points(2), reward: id("mug"), until, purse: None })
}

fn capture(number: i64) -> Event {
    let hold = id(&format!("event-{:06}", number - 1));
    event(number, Operation::Capture { hold, points: Some(Points(1)), purse: None })
}

fn operate(ledger: &mut Ledger, events: &[Event]) {
    for event in events {
        let entries = ledger.operate(event).expect("it can be done");
        ledger.post(entries).expect("it continues the ledger");
    }
}

/// A ledger with open lots that has been asked for its balance.
fn with_lots() -> Ledger {
    let mut ledger = Ledger::default();
    operate(&mut ledger, &(0..LOTS).map(earn).collect::<Vec<_>>());
    ledger
}

fn events(kind: impl Fn(i64) -> Event) -> Vec<Event> {
    (LOTS..LOTS + OPERATIONS).map(kind).collect()
}

/// Earning and spending in turn: as many lots are opened as are used up.
fn earn_and_spend(number: i64) -> Event {
    if number % 2 == 0 { earn(number) } else { spend(number, 10) }
}

fn operations(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("operations with 100 open lots");
    group.throughput(Throughput::Elements(OPERATIONS.unsigned_abs()));
    let cases = [
        ("earn, spend", events(earn_and_spend)),
        ("spend", events(|number| spend(number, 1))),
        (
            "hold, capture",
            events(|number| if number % 2 == 0 { hold(number) } else { capture(number) }),
        ),
    ];
    let ledger = with_lots();
    for (name, events) in &cases {
        group.bench_function(*name, |bencher| {
            bencher.iter_batched_ref(
                || ledger.clone(),
                |ledger| operate(ledger, black_box(events)),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// The entries of a member of whom a thousand stand in the ledger.
fn history() -> Vec<Entry> {
    let mut ledger = with_lots();
    operate(&mut ledger, &events(earn_and_spend));
    ledger.entries().get(..1_000).expect("so many").to_vec()
}

fn replayed(entries: Vec<Entry>) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.post(entries).expect("they continue it");
    ledger
}

fn questions(criterion: &mut Criterion) {
    let entries = history();
    let ledger = replayed(entries.clone());
    let mut group = criterion.benchmark_group("a history of 1000 entries");
    let mut balance = |name: &str, as_of| {
        group.bench_function(name, |bencher| bencher.iter(|| ledger.balance(black_box(as_of))));
    };
    balance("balance now", at(5_000));
    balance("balance in a year", at(525_600));
    balance("balance at the 500th entry", at(500));
    group.bench_function("replay and balance", |bencher| {
        bencher.iter_batched(
            || entries.clone(),
            |entries| replayed(entries).balance(black_box(at(5_000))),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

/// What a ledger takes, with what it keeps to be fast, beside one without.
fn sizes(_: &mut Criterion) {
    let bytes = |entries: &[Entry], asked: bool| {
        let before = ALLOCATED.current_usage();
        // A clone has no room to spare.
        let ledger = replayed(entries.to_vec()).clone();
        if asked {
            let _ = ledger.balance(at(5_000));
        }
        let after = ALLOCATED.current_usage();
        drop(ledger);
        after.saturating_sub(before)
    };
    let lots: Vec<Entry> = with_lots().entries().to_vec();
    let all = history();
    let count = all.len();
    let opened = lots.len();
    let (kept, plain) = (bytes(&lots, true), bytes(&lots, false));
    println!("bytes per entry: {}", bytes(&all, false) / count);
    println!("bytes per open lot, beside its entry: {}", (kept - plain) / opened);
}

criterion_group!(benches, operations, questions, sizes);
criterion_main!(benches);
