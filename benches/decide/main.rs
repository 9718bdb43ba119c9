//! Decisions per second for 1, 100 and 1,000 offers, how long single decisions take for members of
//! 10, 50 and 500 orders, with games and without, and how long it takes to the message that an
//! event calls for.
//!
//! `cargo bench --bench decide`

mod club;
mod outreach;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use loyalty::money::Percent;
use loyalty::offer::{Benefit, Offer, PercentOff};
use loyalty::program::Spec;
use loyalty::rule::{Rule, field};
use loyalty::{Event, Member, Program};

use club::{ORDERS, TERMS, id, member, program, purchase};

fn decide(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("member_of_50_orders");
    group.throughput(Throughput::Elements(1));
    for offers in [1, 100, 1_000] {
        let program = program(offers);
        let member = member(&program, ORDERS);
        let event = purchase(ORDERS);
        group.bench_function(BenchmarkId::new("decide/offers", offers), |bencher| {
            bencher.iter(|| black_box(program.decide(black_box(&member), black_box(&event))));
        });
        let basket = &event.purchase().expect("a purchase").basket;
        group.bench_function(BenchmarkId::new("quote/offers", offers), |bencher| {
            bencher.iter(|| black_box(program.quote(&member, black_box(basket), event.at)));
        });
    }
    let program = program(1);
    let member = member(&program, ORDERS);
    let as_of = purchase(ORDERS).at;
    group.bench_function("view", |bencher| {
        bencher.iter(|| black_box(program.view(black_box(&member), as_of)));
    });
    group.finish();
}

/// How long each of many decisions takes, which a mean does not tell.
fn single_decisions(_: &mut Criterion) {
    println!("single decisions, in microseconds:");
    for (orders, times) in [(10, 20_000), (50, 20_000), (500, 5_000)] {
        for offers in [1, 1_000] {
            let program = program(offers);
            let (member, event) = (member(&program, orders), purchase(orders));
            let told = program.decide(&member, &event).outcomes.len();
            let took = each_of(times, || program.decide(black_box(&member), black_box(&event)));
            let of = |share: f64| quantile(&took, share);
            println!(
                "{orders:>5} orders, {offers:>5} offers, {told:>3} eligible: \
                 p50 {:>6.1}  p99 {:>6.1}  max {:>7.1}",
                of(0.5),
                of(0.99),
                of(1.0)
            );
            let took = of_a_loop(times, of(0.5));
            println!(
                "      a loop that touches no memory, as long:  \
                 p50 {:>6.1}  p99 {:>6.1}  max {:>7.1}",
                quantile(&took, 0.5),
                quantile(&took, 0.99),
                quantile(&took, 1.0)
            );
            let took = of_other_baskets(&program, &member, &event);
            println!(
                "      88 other baskets then, the fastest of 9 times: \
                 p50 {:>6.1}  p99 {:>6.1}  max {:>7.1}",
                quantile(&took, 0.5),
                quantile(&took, 0.99),
                quantile(&took, 1.0)
            );
        }
    }
}

/// How long decisions take on other baskets at the same instant, without what else the machine
/// does: of each the fastest of nine times.
fn of_other_baskets(program: &Program, member: &Member, then: &Event) -> Vec<Duration> {
    let fastest = |number| {
        let event = Event { at: then.at, recorded_at: then.at, ..purchase(number) };
        each_of(9, || program.decide(black_box(member), black_box(&event))).swap_remove(0)
    };
    // Categories repeat after 8 purchases, prices after 11; these have ids of their own.
    let mut took: Vec<Duration> = (10_000..10_088).map(fastest).collect();
    took.sort_unstable();
    took
}

/// How long a loop of so many microseconds takes, which tells what else the machine does.
fn of_a_loop(times: usize, microseconds: f64) -> Vec<Duration> {
    let turns =
        |count: u64| (0..count).fold(1_u64, |one, turn| black_box(one.wrapping_mul(turn | 1)));
    let a_million = quantile(&each_of(9, || turns(black_box(1_000_000))), 0.0);
    let count = (microseconds / a_million * 1e6) as u64;
    each_of(times, || turns(black_box(count)))
}

/// How long each of so many answers took, from the shortest to the longest.
fn each_of<T>(times: usize, mut answer: impl FnMut() -> T) -> Vec<Duration> {
    let timed = |_| {
        let start = Instant::now();
        let _ = black_box(answer());
        start.elapsed()
    };
    let mut took: Vec<Duration> = (0..times).map(timed).collect();
    took.sort_unstable();
    took
}

/// The quantile of sorted times, in microseconds.
fn quantile(took: &[Duration], share: f64) -> f64 {
    took[(share * (took.len() - 1) as f64) as usize].as_secs_f64() * 1e6
}

/// A card, a streak and a challenge with prizes, and an offer that asks for the card's reward.
const GAMES: &str = r#"{
  "cards": [{"id": "card", "of": {"categories": ["coffee"]}, "size": 9, "reward": "cup"}],
  "streaks": [{"id": "weekly", "measure": {"orders": {}}, "every": "week",
               "goals": [{"length": 4, "prize": {"points": 50}}]}],
  "challenges": [{"id": "spend", "measure": {"spend": {}}, "during": {"every": "month"},
                  "steps": [{"at_least": "100.00 EUR", "prize": {"points": 100}}]}]
}"#;

/// How long single decisions take with games and without.
fn decisions_with_games(_: &mut Criterion) {
    let with = |games: &str| {
        let cup = Offer::new(id("cup"), Benefit::Percent(PercentOff::new(Percent::new(100))));
        let mut spec = Spec::from_json(TERMS).expect("terms");
        spec.games = serde_json::from_str(games).expect("games");
        let is_asked = !spec.games.is_empty();
        let when = if is_asked { field("rewards(card)").at_least(1) } else { Rule::Never };
        spec.offers = vec![cup.when(when).in_lane(id("best"))];
        spec.build().expect("a program")
    };
    println!("single decisions without and with three games, in microseconds (p50):");
    for (orders, times) in [(10, 20_000), (50, 20_000), (500, 5_000)] {
        let took = ["{}", GAMES].map(|games| {
            let program = with(games);
            let (member, event) = (member(&program, orders), purchase(orders));
            let took = each_of(times, || program.decide(black_box(&member), black_box(&event)));
            quantile(&took, 0.5)
        });
        println!("{orders:>5} orders: {:>6.1} {:>6.1}", took[0], took[1]);
    }
}

/// How long it takes from a purchase to what is decided about it and the message that it calls for.
fn messages(_: &mut Criterion) {
    println!("from a purchase to the decision and the rendered message, in microseconds:");
    for (orders, times) in [(10, 20_000), (50, 20_000), (500, 5_000)] {
        for offers in [1, 1_000] {
            let took = outreach::took(offers, orders, times);
            let looped = of_a_loop(times, quantile(&took, 0.5));
            println!(
                "{orders:>5} orders, {offers:>5} offers: p50 {:>6.1}  p99 {:>6.1}  max {:>7.1}   \
                 (a loop as long: p99 {:>6.1})",
                quantile(&took, 0.5),
                quantile(&took, 0.99),
                quantile(&took, 1.0),
                quantile(&looped, 0.99),
            );
        }
    }
}

criterion_group!(benches, decide, single_decisions, decisions_with_games, messages);
criterion_main!(benches);
