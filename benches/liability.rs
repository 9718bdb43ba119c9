//! How long a roll-forward and a triangle of 100,000 lots take, in ledgers of 100 lots each.
//!
//! `cargo bench --bench liability`

use std::collections::BTreeSet;
use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use loyalty::calendar::{Period, Zone};
use loyalty::insight::liability::{Cohorts, Method, RollForward, Triangle};
use loyalty::points::{Cause, Ledger, Movement, Points, Posting, Source, Term};

const LEDGERS: i64 = 1_000;
const LOTS: i64 = 100;

fn day(day: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2024-01-01T12:00:00Z".parse().expect("an instant");
    start + TimeDelta::days(day)
}

/// A hundred lots in two years that expire after one, and a spend after every fourth.
fn ledger(number: i64) -> Ledger {
    let mut postings = Vec::new();
    let mut post = |id: String, at, movement, points| {
        let source = Source::Earning("base".parse().expect("an id"));
        let event = id.parse().expect("an id");
        let cause = Cause { at, event, movement, source, line: None, purse: None };
        postings.push(Posting::new(cause, Points(points)).expect("a posting"));
    };
    for lot in 0..LOTS {
        let at = day(lot * 7 + number % 7);
        let expires_at = Some(at + TimeDelta::days(365));
        let term = Term { expires_at, ..Term::from(at) };
        post(format!("e-{number}-{lot}"), at, Movement::Earn(term), 10 + (number + lot) % 90);
        if (number + lot) % 4 == 0 {
            let at = at + TimeDelta::hours(1);
            post(format!("s-{number}-{lot}"), at, Movement::Spend, 100);
        }
    }
    let events: BTreeSet<_> = postings.iter().map(|one| one.cause().event.clone()).collect();
    let mut ledger = Ledger::default();
    let entries = ledger.reconcile(&events, &postings, &"host".parse().expect("an id"));
    ledger.post(entries).expect("a ledger");
    ledger
}

fn liability(criterion: &mut Criterion) {
    let ledgers: Vec<Ledger> = (0..LEDGERS).map(ledger).collect();
    let cohorts = Cohorts {
        period: Period::Month,
        zone: Zone::from_name("Europe/Brussels").expect("a zone"),
    };
    let (from, to) = (day(500), day(730));
    let mut group = criterion.benchmark_group("100k_lots");
    group.throughput(Throughput::Elements(LEDGERS.unsigned_abs() * LOTS.unsigned_abs()));
    group.sample_size(10);
    group.bench_function("roll_forward", |bencher| {
        bencher.iter(|| {
            let mut whole = RollForward::new(cohorts, from, to).expect("a period");
            ledgers.iter().for_each(|ledger| whole.add(ledger).expect("a sum"));
            black_box(whole)
        });
    });
    let triangle = || {
        let mut whole = Triangle::new(cohorts, to);
        ledgers.iter().for_each(|ledger| whole.add(ledger).expect("a sum"));
        whole
    };
    group.bench_function("triangle", |bencher| bencher.iter(|| black_box(triangle())));
    group.finish();
    let triangle = triangle();
    criterion.bench_function("estimates/24_months", |bencher| {
        bencher.iter(|| black_box(triangle.estimates(&Method::default()).expect("a method")));
    });
}

criterion_group!(benches, liability);
criterion_main!(benches);
