//! How long it takes to look through a catalog before it is used: 200 rules of 5 conditions, in
//! lanes of 20, each against each other of its lane.

use std::hint::black_box;

use chrono::NaiveDate;
use criterion::{Criterion, criterion_group, criterion_main};
use loyalty::Currency;
use loyalty::rule::analysis::{Analyst, Study};
use loyalty::rule::{CheckedRule, Field, Kind, Rule, Schema, all, any, field};

const RULES: usize = 200;
const LANE: usize = 20;

fn schema() -> Schema {
    Schema::new([
        Field::money("spend", Currency::EUR),
        Field::new("orders", Kind::Integer),
        Field::new("recency_days", Kind::Integer),
        Field::choice("tier", ["bronze", "silver", "gold", "platinum"]),
        Field::new("email", Kind::Text),
        Field::new("birthday", Kind::Date),
        Field::new("interests", Kind::Set),
        Field::new("rate", Kind::Number),
    ])
    .expect("the fields are fine")
}

/// Rules that resemble each other, as those of a catalog do.
fn rules(schema: &Schema) -> Vec<CheckedRule> {
    let tiers = ["bronze", "silver", "gold", "platinum"];
    let themes = ["tea", "coffee", "books", "garden", "music"];
    let near = serde_json::from_str(r#"{"field":"birthday","anniversary_within_next":"14d"}"#);
    let near: Rule = near.expect("it is a rule");
    let rule = |number: usize| {
        let step = i64::try_from(number % 17).expect("it is small");
        let theme = [themes[number % 5], themes[(number / 5) % 5]];
        let last = match number % 4 {
            0 => near.clone(),
            1 => field("email").ends_with([".org", ".com", ".be"][number % 3]),
            2 => field("interests").any_of(theme),
            _ => field("rate").above(0.1 * step as f64),
        };
        let rule = all([
            field("spend").at_least(format!("{}.00 EUR", 10 * step)),
            field("orders").between(step % 5, 5 + step),
            any([field("recency_days").at_most(30 + step), field("tier").is(tiers[number % 4])]),
            last,
        ]);
        rule.check(schema).expect("it fits the schema")
    };
    (0..RULES).map(rule).collect()
}

/// How many rules of a lane are implied by another, and how many pairs overlap.
fn lane(study: &Study) -> (usize, usize) {
    let pairs = || (0..LANE).flat_map(|one| (0..LANE).map(move |other| (one, other)));
    let apart = || pairs().filter(|(one, other)| one != other);
    let implied = apart()
        .filter(|(one, other)| study.implied_by(*other, *one).is_ok_and(|claim| claim.is_proven()));
    let overlap =
        apart().filter(|(one, other)| study.overlap(*one, *other).is_ok_and(|both| both.is_some()));
    (implied.count(), overlap.count())
}

fn review(criterion: &mut Criterion) {
    let schema = schema();
    let rules = rules(&schema);
    let today = NaiveDate::from_ymd_opt(2026, 3, 15).expect("it is a day");
    let analyst = Analyst::new(&schema, today);
    let mut group = criterion.benchmark_group("analysis");
    group.sample_size(10);
    group.bench_function("200 rules by lanes, laid out together", |bencher| {
        bencher.iter(|| {
            let lanes = rules.chunks(LANE).map(|rules| {
                let rules: Vec<&CheckedRule> = rules.iter().collect();
                lane(&analyst.study(&rules).expect("it is no large lane"))
            });
            black_box(lanes.fold((0, 0), |sum, found| (sum.0 + found.0, sum.1 + found.1)))
        });
    });
    group.bench_function("200 rules by lanes, pair by pair", |bencher| {
        bencher.iter(|| {
            let mut implied = 0;
            for lane in rules.chunks(LANE) {
                for (one, rule) in lane.iter().enumerate() {
                    for (_, other) in lane.iter().enumerate().filter(|(other, _)| *other != one) {
                        let claim =
                            analyst.implied_by(other, rule).expect("they are no large rules");
                        implied += usize::from(claim.is_proven());
                    }
                }
            }
            black_box(implied)
        });
    });
    group.bench_function("200 rules, each against the union of its lane", |bencher| {
        bencher.iter(|| {
            let covers = rules.chunks(LANE).flat_map(|rules| {
                let rules: Vec<&CheckedRule> = rules.iter().collect();
                let study = analyst.study(&rules).expect("it is no large lane");
                (0..LANE).map(move |rule| {
                    let others: Vec<usize> = (0..LANE).filter(|other| *other != rule).collect();
                    study.covered_by(rule, &others).is_ok()
                })
            });
            black_box(covers.filter(|answered| *answered).count())
        });
    });
    group.finish();
}

criterion_group!(benches, review);
criterion_main!(benches);
