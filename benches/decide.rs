//! Decisions per second for 1, 100 and 1,000 offers, how long single decisions take for members of
//! 10, 50 and 500 orders, with games and without, and bytes per member.
//!
//! `cargo bench --bench decide`

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use loyalty::event::{Basket, EventKind, LineItem, Purchase};
use loyalty::money::Percent;
use loyalty::offer::{Benefit, Offer, PercentOff};
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::rule::{Rule, all, field};
use loyalty::{Applied, Currency, Event, Member, Money, Program};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const ORDERS: u32 = 50;
const CATEGORIES: [&str; 8] = ["coffee", "tea", "cake", "ware", "book", "music", "game", "toy"];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const TIERS: [&str; 3] = ["basic", "silver", "gold"];

const TERMS: &str = r#"{
  "loyalty": 1, "name": "Bench", "currency": "EUR", "zone": "Europe/Brussels",
  "segments": [
    {"id": "frequent", "name": "Frequent", "when": {"field": "orders(30d)", "above": 5}},
    {"id": "lapsed", "name": "Lapsed", "when": {"field": "recency_days", "above": 90}}
  ],
  "ladders": [{"measure": "spend", "window": "12mo", "tiers": [
    {"id": "basic", "name": "Basic", "at_least": "0.00 EUR"},
    {"id": "silver", "name": "Silver", "at_least": "200.00 EUR", "multiplier": "1.5x"},
    {"id": "gold", "name": "Gold", "at_least": "1000.00 EUR", "multiplier": "2x"}
  ]}],
  "earning": [{"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}],
  "lanes": [{"id": "best", "mode": "best"}]
}"#;

fn euro(minor: u32) -> Money {
    Money::from_minor(i64::from(minor), Currency::EUR)
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("an id")
}

/// A program of so many offers with six conditions each, of which about one in forty hold.
fn program(offers: u32) -> Program {
    let mut spec = Spec::from_json(TERMS).expect("terms");
    let of = |names: &[&'static str], index: u32| names[index as usize % names.len()];
    spec.offers = (0..offers)
        .map(|index| {
            let percent = Percent::from_basis_points(100 + index % 30 * 100);
            Offer::new(id(&format!("offer-{index:04}")), Benefit::Percent(PercentOff::new(percent)))
                .when(all([
                    field("spend(90d)").at_least(euro(index * 100 % 60_000)),
                    field("tier").one_of([of(&TIERS, index / 3)]),
                    field("basket_categories").any_of([of(&CATEGORIES, index)]),
                    field("recency_days").at_most(i64::from(index % 60)),
                    field("basket_total").at_least(euro(index * 37 % 6_000)),
                    field("weekday")
                        .one_of(WEEKDAYS.iter().skip(index as usize % 5).take(3).copied()),
                ]))
                .in_lane(id("best"))
        })
        .collect();
    spec.build().expect("a program")
}

/// The purchase of three lines with this number.
fn purchase(number: u32) -> Event {
    let start: DateTime<Utc> = "2026-01-01T09:00:00Z".parse().expect("an instant");
    let lines = (0..3).map(|line| {
        let category = CATEGORIES[(number + line) as usize % CATEGORIES.len()];
        let price = euro(250 + 137 * ((number * 7 + line) % 11));
        LineItem::new(id(&line.to_string()), id("product"), 1, price).of(id(category))
    });
    let purchase = Purchase::new(id(&format!("o-{number}")), Basket::of(lines));
    let at = start + TimeDelta::hours(31 * i64::from(number));
    Event::new(id(&format!("e-{number}")), id("ann"), at, EventKind::Purchase(purchase))
}

/// A member with so many orders.
fn member(program: &Program, orders: u32) -> Member {
    let mut member = program.enroll(Customer::new(id("ann")));
    for number in 0..orders {
        let decision = program.decide(&member, &purchase(number));
        assert!(matches!(member.apply(&decision), Applied::Now { .. }));
    }
    member
}

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
            let mut took: Vec<Duration> = (0..times)
                .map(|_| {
                    let start = Instant::now();
                    let _ = black_box(program.decide(black_box(&member), black_box(&event)));
                    start.elapsed()
                })
                .collect();
            took.sort_unstable();
            let of = |share: f64| quantile(&took, share);
            println!(
                "{orders:>5} orders, {offers:>5} offers, {told:>3} eligible: \
                 p50 {:>6.1}  p99 {:>6.1}  max {:>7.1}",
                of(0.5),
                of(0.99),
                of(1.0)
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
        let took = (0..9).map(|_| {
            let start = Instant::now();
            let _ = black_box(program.decide(black_box(member), black_box(&event)));
            start.elapsed()
        });
        took.min().unwrap_or_default()
    };
    // Categories repeat after 8 purchases, prices after 11; these have ids of their own.
    let mut took: Vec<Duration> = (10_000..10_088).map(fastest).collect();
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
            let mut took: Vec<Duration> = (0..times)
                .map(|_| {
                    let start = Instant::now();
                    let _ = black_box(program.decide(black_box(&member), black_box(&event)));
                    start.elapsed()
                })
                .collect();
            took.sort_unstable();
            took[took.len() / 2].as_secs_f64() * 1e6
        });
        println!("{orders:>5} orders: {:>6.1} {:>6.1}", took[0], took[1]);
    }
}

fn bytes_per_member(_: &mut Criterion) {
    let json = serde_json::to_string(&member(&program(1), ORDERS)).expect("JSON");
    let before = ALLOCATED.current_usage();
    let copies: Vec<Member> =
        (0..100).map(|_| serde_json::from_str(&json).expect("a member")).collect();
    let used = (ALLOCATED.current_usage() - before) / copies.len();
    let text = json.len();
    println!("member of {ORDERS} orders of 3 lines: {used} bytes in memory, {text} as JSON");
}

criterion_group!(benches, decide, single_decisions, decisions_with_games, bytes_per_member);
criterion_main!(benches);
