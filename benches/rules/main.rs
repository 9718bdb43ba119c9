//! Many rules at once, against the same rules one by one and against a typed loop by hand.
//!
//! `cargo bench --bench rules`

mod ast;
mod workload;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use loyalty::rule::{CheckedRule, Matches, Obstacles, RuleIndex};
use peak_alloc::PeakAlloc;
use workload::{FINE, Grain, ROUND, Workload};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// The customers are asked for in turn, so that no branch is learned by heart.
const CUSTOMERS: usize = 256;

/// So many times the same customers, that no cache holds them.
const TIMES: usize = 10;

fn checked(workload: &Workload) -> Vec<CheckedRule> {
    let rules = workload.rules.iter();
    rules.map(|rule| rule.check(&workload.schema).expect("a rule")).collect()
}

/// One customer and all offers; the figures are the time for one customer.
fn one_customer(criterion: &mut Criterion) {
    for offers in [100, 1_000, 10_000] {
        one_of(criterion, &format!("one_customer/{offers}_offers"), offers, ROUND);
    }
    // So many that fields have 5,000 thresholds and more, and many of them share a cell.
    for offers in [10_000, 20_000] {
        one_of(criterion, &format!("one_customer/{offers}_fine_offers"), offers, FINE);
    }
}

fn one_of(criterion: &mut Criterion, name: &str, offers: usize, grain: Grain) {
    let workload = Workload::new(offers, CUSTOMERS, grain);
    let rules = checked(&workload);
    let before = ALLOCATED.current_usage();
    let index = RuleIndex::new(&workload.schema, rules.iter().cloned());
    let bytes = ALLOCATED.current_usage() - before;
    agree(&workload, &rules, &index);
    println!("{offers} offers: the index with its rules takes {} kB", bytes / 1_000);

    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements(offers as u64));
    let mut turn = (0..CUSTOMERS).cycle();
    let mut next = move || turn.next().unwrap_or_default();
    let mut holding = Matches::new();
    group.bench_function("index", |bencher| {
        bencher.iter(|| {
            index.holding(black_box(&workload.sheets[next()]), &mut holding);
            black_box(holding.count())
        });
    });
    let mut obstacles = Obstacles::new();
    group.bench_function("obstacles", |bencher| {
        bencher.iter(|| {
            index.obstacles(black_box(&workload.sheets[next()]), &mut obstacles);
            black_box(obstacles.holding().count())
        });
    });
    group.bench_function("obstacles_and_reading_all", |bencher| {
        bencher.iter(|| {
            index.obstacles(black_box(&workload.sheets[next()]), &mut obstacles);
            let slots = obstacles.iter().filter_map(|(_, obstacle)| obstacle.slot);
            black_box(slots.map(|slot| slot.index()).sum::<usize>())
        });
    });
    group.bench_function("typed_loop_by_hand", |bencher| {
        bencher.iter(|| {
            let customer = black_box(&workload.customers[next()]);
            workload.offers.iter().filter(|offer| offer.holds(customer)).count()
        });
    });
    group.bench_function("rules_one_by_one", |bencher| {
        bencher.iter(|| {
            let facts = black_box(&workload.sheets[next()]);
            rules.iter().filter(|rule| rule.truth(facts).holds()).count()
        });
    });
    group.finish();
}

/// What is measured gives the same answers, and the index allocates nothing.
fn agree(workload: &Workload, rules: &[CheckedRule], index: &RuleIndex) {
    let (mut holding, mut obstacles) = (Matches::new(), Obstacles::new());
    let mut found = 0;
    for (sheet, customer) in workload.sheets.iter().zip(&workload.customers) {
        index.holding(sheet, &mut holding);
        index.obstacles(sheet, &mut obstacles);
        for (position, (rule, offer)) in rules.iter().zip(&workload.offers).enumerate() {
            let truth = rule.truth(sheet);
            let expected = [truth.holds(); 2];
            assert_eq!([holding.contains(position), offer.holds(customer)], expected);
            assert_eq!(obstacles.of(position).is_none(), truth.holds());
        }
        found += holding.count();
    }
    let pairs = rules.len() * workload.sheets.len();
    println!("{:.1} % of offers hold", 100.0 * found as f64 / pairs as f64);
    ALLOCATED.reset_peak_usage();
    let before = ALLOCATED.current_usage();
    for sheet in &workload.sheets {
        index.holding(sheet, &mut holding);
        index.obstacles(sheet, &mut obstacles);
    }
    assert_eq!(ALLOCATED.peak_usage(), before, "nothing is allocated");
}

/// Many customers in columns and 100 offers; the throughput counts pairs of both.
fn many_customers(criterion: &mut Criterion) {
    const OFFERS: usize = 100;
    const MANY: usize = 100_000;
    let workload = Workload::new(OFFERS, MANY, ROUND);
    let rules = checked(&workload);
    let index = RuleIndex::new(&workload.schema, rules.iter().cloned());
    let columns = workload.columns(1);
    let all = index.holding_all(&columns);
    let mut holding = Matches::new();
    for (row, sheet) in workload.sheets.iter().enumerate() {
        index.holding(sheet, &mut holding);
        assert_eq!(all.row(row), holding.words());
    }
    let mut group = criterion.benchmark_group(format!("{MANY}_customers/{OFFERS}_offers"));
    group.throughput(Throughput::Elements((OFFERS * MANY) as u64));
    group.sample_size(10);
    group.bench_function("columns", |bencher| {
        bencher.iter(|| black_box(index.holding_all(black_box(&columns))));
    });
    group.bench_function("index_row_by_row", |bencher| {
        bencher.iter(|| {
            let rows = black_box(&workload.sheets).iter();
            let counts = rows.map(|sheet| {
                index.holding(sheet, &mut holding);
                holding.count()
            });
            counts.sum::<usize>()
        });
    });
    group.bench_function("typed_loop_by_hand", |bencher| {
        bencher.iter(|| {
            let rows = black_box(&workload.customers).iter();
            let counts = rows.map(|customer| {
                workload.offers.iter().filter(|offer| offer.holds(customer)).count()
            });
            counts.sum::<usize>()
        });
    });
    group.finish();

    let columns = workload.columns(TIMES);
    let name = format!("{}_customers/{OFFERS}_offers", MANY * TIMES);
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Elements((OFFERS * MANY * TIMES) as u64));
    group.sample_size(10);
    group.bench_function("columns", |bencher| {
        bencher.iter(|| black_box(index.holding_all(black_box(&columns))));
    });
    group.finish();
}

criterion_group!(benches, one_customer, many_customers);
criterion_main!(benches);
