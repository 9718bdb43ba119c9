//! Offers of 3 to 6 conditions over 20 attributes, and customers of whom some things are missing.

use chrono::{Days, NaiveDate};
use loyalty::Money;
use loyalty::calendar::{Span, Unit};
use loyalty::money::Currency;
use loyalty::rule::{
    Column, Columns, Field, Kind, Rule, Schema, Sheet, Test, Value, all, any, field,
};
use rand::seq::{IndexedRandom, IteratorRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::ast::{Condition, Customer, Offer};

/// One in so many facts is missing.
const MISSING: u32 = 12;

/// How finely numbers are told apart.
#[derive(Clone, Copy)]
pub struct Grain {
    /// They are drawn from 0 up to this.
    scale: i64,
    /// Offers name multiples of this.
    step: i64,
}

/// Offers share most of their thresholds, as people write them.
pub const ROUND: Grain = Grain { scale: 1_000, step: 5 };

/// Hardly two offers share a threshold.
pub const FINE: Grain = Grain { scale: 100_000, step: 1 };

pub const NUMBERS: [(&str, Kind); 12] = [
    ("spend(90d)", Kind::Money),
    ("spend(365d)", Kind::Money),
    ("cart_total", Kind::Money),
    ("lifetime_value", Kind::Money),
    ("orders", Kind::Integer),
    ("recency_days", Kind::Integer),
    ("age", Kind::Integer),
    ("points", Kind::Integer),
    ("visits(30d)", Kind::Integer),
    ("return_rate", Kind::Number),
    ("engagement", Kind::Number),
    ("joined", Kind::Date),
];

/// The texts with the number of their values, and how many of them an offer names.
pub const TEXTS: [(&str, u32, usize); 4] =
    [("tier", 5, 2), ("country", 30, 13), ("channel", 7, 3), ("language", 12, 5)];

/// The sets with the number of texts, how many a customer has, and how many an offer names.
pub const SETS: [(&str, u32, usize, usize); 3] =
    [("segments", 40, 5, 4), ("tags", 200, 10, 10), ("cart_categories", 60, 3, 10)];

/// What is measured.
pub struct Workload {
    grain: Grain,
    pub schema: Schema,
    pub rules: Vec<Rule>,
    pub sheets: Vec<Sheet>,
    /// The same offers and customers for the typed loop.
    pub offers: Vec<Offer>,
    pub customers: Vec<Customer>,
}

impl Workload {
    /// So many offers and customers, the same for every run.
    pub fn new(offers: usize, customers: usize, grain: Grain) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let kinds = TEXTS.map(|(name, ..)| (name, Kind::Text));
        let sets = SETS.map(|(name, ..)| (name, Kind::Set));
        let fields = NUMBERS.into_iter().chain(kinds).chain(sets).chain([("consent", Kind::Bool)]);
        let schema = Schema::new(fields.map(|(name, kind)| match kind {
            Kind::Money => Field::money(name, Currency::EUR),
            _ => Field::new(name, kind),
        }))
        .expect("a schema");
        let (rules, offers) = (0..offers).map(|_| offer(grain, &mut rng)).unzip();
        let (sheets, customers) =
            (0..customers).map(|_| customer(&schema, grain, &mut rng)).unzip();
        Self { grain, schema, rules, sheets, offers, customers }
    }

    /// The customers so many times, in typed columns.
    pub fn columns(&self, times: usize) -> Columns {
        let all = || (0..times).flat_map(|_| &self.customers);
        let numbers = NUMBERS.into_iter().enumerate().map(|(at, (name, kind))| {
            let values = all().map(move |customer| customer.numbers[at]);
            let column = match kind {
                Kind::Money => Column::money(Currency::EUR, values.map(|value| Some(value? * 100))),
                Kind::Number => Column::numbers(values.map(|value| Some(value? as f64))),
                Kind::Date => Column::dates(values.map(|value| {
                    let greatest = self.grain.scale;
                    Some(today() - Days::new((greatest - value?).unsigned_abs()))
                })),
                _ => Column::integers(values),
            };
            (name, column)
        });
        let texts = TEXTS.into_iter().enumerate().map(|(at, (name, of, _))| {
            let dictionary = (0..of).map(move |number| word(name, number));
            (name, Column::coded_texts(dictionary, all().map(move |one| one.texts[at])))
        });
        let sets = SETS.into_iter().enumerate().map(|(at, (name, ..))| {
            let words = move |number: &u32| word(name, *number);
            let sets = all().map(move |one| Some(one.sets[at].as_ref()?.iter().map(words)));
            (name, Column::sets(sets))
        });
        let consent = ("consent", Column::bools(all().map(|one| one.consent)));
        let columns = numbers.chain(texts).chain(sets).chain([consent]);
        Columns::new(&self.schema, today(), columns).expect("columns")
    }
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 15).expect("a day")
}

fn word(name: &str, number: u32) -> String {
    format!("{name}-{number}")
}

fn offer(grain: Grain, rng: &mut ChaCha8Rng) -> (Rule, Offer) {
    let count = rng.random_range(3..=6);
    let chosen = (0..20).sample(rng, count);
    let (mut rules, mut conditions) = (Vec::new(), Vec::new());
    for attribute in chosen {
        let (mut rule, mut typed) = condition(attribute, grain, rng);
        if rng.random_ratio(1, 40) {
            let (other, more) = condition(rng.random_range(0..20), grain, rng);
            rule = any([rule, other]);
            typed = Condition::Either(vec![typed, more]);
        }
        rules.push(rule);
        conditions.push(typed);
    }
    (all(rules), Offer { conditions })
}

/// A condition that about 45 % of customers meet.
fn condition(attribute: usize, grain: Grain, rng: &mut ChaCha8Rng) -> (Rule, Condition) {
    if let Some((name, kind)) = NUMBERS.get(attribute) {
        return ordered(attribute, name, *kind, grain, rng);
    }
    let words = |name: &str, numbers: &[u32]| -> Vec<String> {
        numbers.iter().map(|number| word(name, *number)).collect()
    };
    let at = attribute - NUMBERS.len();
    if let Some((name, of, count)) = TEXTS.get(at) {
        let named = (0..*of).sample(rng, *count);
        return (field(*name).one_of(words(name, &named)), Condition::OneOf(at, named));
    }
    let at = at - TEXTS.len();
    if let Some((name, of, _, count)) = SETS.get(at) {
        let named = (0..*of).sample(rng, *count);
        return match rng.random_range(0..3) {
            0 => (field(*name).none_of(words(name, &named)), Condition::NoneOf(at, named)),
            _ => (field(*name).any_of(words(name, &named)), Condition::AnyOf(at, named)),
        };
    }
    (field("consent").is(true), Condition::Consent)
}

fn ordered(
    at: usize,
    name: &str,
    kind: Kind,
    Grain { scale, step }: Grain,
    rng: &mut ChaCha8Rng,
) -> (Rule, Condition) {
    let low = rng.random_range(scale * 2 / 5..scale * 7 / 10) / (2 * step) * (2 * step);
    let high = scale - low;
    let literal = |value: i64| -> loyalty::rule::Literal {
        match kind {
            Kind::Money => Money::from_minor(value * 100, Currency::EUR).into(),
            Kind::Number => (value as f64).into(),
            Kind::Date => (today() - Days::new((scale - value).unsigned_abs())).into(),
            _ => value.into(),
        }
    };
    let name = field(name);
    if kind == Kind::Date && rng.random_ratio(1, 2) {
        let span = Span::new(u32::try_from(high).expect("a count"), Unit::Day).expect("a span");
        return (name.passes(Test::WithinLast(span)), Condition::AtLeast(at, low));
    }
    match (rng.random_range(0..3), kind) {
        (0, _) => (name.at_most(literal(high)), Condition::AtMost(at, high)),
        (1, Kind::Number) => {
            (name.at_least(literal(low)), Condition::NumberAtLeast(at, low as f64))
        }
        (1, _) => (name.at_least(literal(low)), Condition::AtLeast(at, low)),
        _ => {
            let start = rng.random_range(0..scale / 2) / step * step;
            let end = start + scale * 45 / 100;
            (name.between(literal(start), literal(end)), Condition::Between(at, start, end))
        }
    }
}

fn customer(
    schema: &Schema,
    Grain { scale, .. }: Grain,
    rng: &mut ChaCha8Rng,
) -> (Sheet, Customer) {
    let mut sheet = Sheet::new(today());
    let mut typed = Customer::default();
    let mut set = |name: &str, value: Value| {
        sheet.set(schema.slot(name).expect("a slot"), Some(value));
    };
    for (at, (name, kind)) in NUMBERS.into_iter().enumerate() {
        let value = rng.random_range(0..=scale);
        if rng.random_ratio(1, MISSING) {
            continue;
        }
        typed.numbers[at] = Some(value);
        set(
            name,
            match kind {
                Kind::Money => Money::from_minor(value * 100, Currency::EUR).into(),
                Kind::Number => Value::number(value as f64).expect("a number"),
                Kind::Date => (today() - Days::new((scale - value).unsigned_abs())).into(),
                _ => value.into(),
            },
        );
    }
    for (at, (name, of, _)) in TEXTS.into_iter().enumerate() {
        let number = rng.random_range(0..of);
        if !rng.random_ratio(1, MISSING) {
            set(name, Value::text(word(name, number)));
            typed.texts[at] = Some(number);
        }
    }
    for (at, (name, of, count, _)) in SETS.into_iter().enumerate() {
        let numbers = (0..of).sample(rng, count);
        if !rng.random_ratio(1, MISSING) {
            set(name, Value::set(numbers.iter().map(|number| word(name, *number))));
            typed.sets[at] = Some(numbers);
        }
    }
    typed.consent = [Some(true), Some(false), None].choose(rng).copied().flatten();
    if let Some(consent) = typed.consent {
        set("consent", consent.into());
    }
    (sheet, typed)
}
