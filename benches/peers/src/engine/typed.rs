//! What a good developer writes in an afternoon: an enum of conditions over a struct of typed
//! values. Texts are numbered once, so that asking compares integers and hashes nothing.

use std::collections::HashMap;

use super::{Engine, Gaps};
use crate::workload::{
    ATTRIBUTES, Clause as Told, Condition as ToldCondition, Fact, Kind, Offer, Profile, Test,
};

/// A customer: the values of each type in the order of the attributes that have it.
#[derive(Default)]
struct Customer {
    integers: [Option<i64>; 10],
    fractions: [Option<f64>; 2],
    texts: [Option<u32>; 5],
    sets: [Option<Vec<u32>>; 3],
    email_known: Option<bool>,
}

/// Where a value stands among those of its type, and what it must pass.
enum Condition {
    IntegerAtLeast(usize, i64),
    IntegerAtMost(usize, i64),
    IntegerBetween(usize, i64, i64),
    IntegerOneOf(usize, Vec<i64>),
    FractionAtLeast(usize, f64),
    FractionAtMost(usize, f64),
    FractionBetween(usize, f64, f64),
    EmailKnown(bool),
    TextOneOf(usize, Vec<u32>),
    TextNoneOf(usize, Vec<u32>),
    SetAnyOf(usize, Vec<u32>),
    SetAllOf(usize, Vec<u32>),
    SetNoneOf(usize, Vec<u32>),
}

enum Clause {
    One(Condition),
    Either(Condition, Condition),
}

/// The number of each text.
#[derive(Default)]
struct Numbers(HashMap<String, u32>);

struct Typed {
    rules: Vec<Vec<Clause>>,
    numbers: Numbers,
    customers: Vec<Customer>,
}

pub fn build(offers: &[Offer], _: Gaps) -> Box<dyn Engine> {
    let mut numbers = Numbers::default();
    let rule =
        |offer: &Offer| offer.clauses.iter().map(|told| clause(told, &mut numbers)).collect();
    let rules = offers.iter().map(rule).collect();
    Box::new(Typed { rules, numbers, customers: Vec::new() })
}

impl Engine for Typed {
    fn take_in(&mut self, profiles: &[Profile]) {
        let Self { numbers, customers, .. } = self;
        *customers = profiles.iter().map(|profile| customer(profile, numbers)).collect();
    }

    fn eligible(&mut self, profile: usize, into: &mut Vec<usize>) {
        let customer = &self.customers[profile];
        for (index, rule) in self.rules.iter().enumerate() {
            if rule.iter().all(|clause| clause.holds(customer)) {
                into.push(index);
            }
        }
    }
}

impl Clause {
    fn holds(&self, customer: &Customer) -> bool {
        match self {
            Self::One(condition) => condition.holds(customer),
            Self::Either(first, second) => first.holds(customer) || second.holds(customer),
        }
    }
}

impl Condition {
    /// What is missing passes nothing.
    fn holds(&self, of: &Customer) -> bool {
        match self {
            Self::IntegerAtLeast(at, low) => of.integers[*at].is_some_and(|value| value >= *low),
            Self::IntegerAtMost(at, high) => of.integers[*at].is_some_and(|value| value <= *high),
            Self::IntegerBetween(at, low, high) => {
                of.integers[*at].is_some_and(|value| *low <= value && value <= *high)
            }
            Self::IntegerOneOf(at, values) => {
                of.integers[*at].is_some_and(|value| values.contains(&value))
            }
            Self::FractionAtLeast(at, low) => of.fractions[*at].is_some_and(|value| value >= *low),
            Self::FractionAtMost(at, high) => of.fractions[*at].is_some_and(|value| value <= *high),
            Self::FractionBetween(at, low, high) => {
                of.fractions[*at].is_some_and(|value| *low <= value && value <= *high)
            }
            Self::EmailKnown(truth) => of.email_known == Some(*truth),
            Self::TextOneOf(at, texts) => of.texts[*at].is_some_and(|text| texts.contains(&text)),
            Self::TextNoneOf(at, texts) => of.texts[*at].is_some_and(|text| !texts.contains(&text)),
            Self::SetAnyOf(at, texts) => {
                of.sets[*at].as_ref().is_some_and(|set| set.iter().any(|text| texts.contains(text)))
            }
            Self::SetAllOf(at, texts) => {
                of.sets[*at].as_ref().is_some_and(|set| texts.iter().all(|text| set.contains(text)))
            }
            Self::SetNoneOf(at, texts) => of.sets[*at]
                .as_ref()
                .is_some_and(|set| !set.iter().any(|text| texts.contains(text))),
        }
    }
}

impl Numbers {
    fn of(&mut self, text: &str) -> u32 {
        let next = u32::try_from(self.0.len()).expect("few texts");
        match self.0.get(text) {
            Some(number) => *number,
            None => *self.0.entry(text.to_owned()).or_insert(next),
        }
    }

    fn of_all(&mut self, texts: &[String]) -> Vec<u32> {
        texts.iter().map(|text| self.of(text)).collect()
    }
}

/// What decides in which array a value stands.
fn sort(kind: Kind) -> usize {
    match kind {
        Kind::Integer { .. } | Kind::Money { .. } | Kind::Month => 0,
        Kind::Fraction { .. } => 1,
        Kind::Text { .. } => 2,
        Kind::Set { .. } => 3,
        Kind::Bool => 4,
    }
}

/// Where the values of an attribute stand among those of its type.
fn place(attribute: usize) -> usize {
    let own = sort(ATTRIBUTES[attribute].kind);
    ATTRIBUTES[..attribute].iter().filter(|before| sort(before.kind) == own).count()
}

fn fraction(ten_thousandths: i64) -> f64 {
    ten_thousandths as f64 / 10_000.0
}

fn customer(profile: &Profile, numbers: &mut Numbers) -> Customer {
    let mut customer = Customer::default();
    let (mut integer, mut fractional, mut text, mut set) = (0, 0, 0, 0);
    for (attribute, fact) in ATTRIBUTES.iter().zip(&profile.facts) {
        match (attribute.kind, fact) {
            (Kind::Fraction { .. }, fact) => {
                if let Some(Fact::Number(number)) = fact {
                    customer.fractions[fractional] = Some(fraction(*number));
                }
                fractional += 1;
            }
            (Kind::Text { .. }, fact) => {
                if let Some(Fact::Text(known)) = fact {
                    customer.texts[text] = Some(numbers.of(known));
                }
                text += 1;
            }
            (Kind::Set { .. }, fact) => {
                if let Some(Fact::Set(members)) = fact {
                    customer.sets[set] = Some(numbers.of_all(members));
                }
                set += 1;
            }
            (Kind::Bool, fact) => {
                if let Some(Fact::Bool(truth)) = fact {
                    customer.email_known = Some(*truth);
                }
            }
            (_, fact) => {
                if let Some(Fact::Number(number)) = fact {
                    customer.integers[integer] = Some(*number);
                }
                integer += 1;
            }
        }
    }
    customer
}

fn clause(told: &Told, numbers: &mut Numbers) -> Clause {
    match told {
        Told::One(only) => Clause::One(condition(only, numbers)),
        Told::Either(first, second) => {
            Clause::Either(condition(first, numbers), condition(second, numbers))
        }
    }
}

fn condition(told: &ToldCondition, numbers: &mut Numbers) -> Condition {
    let at = place(told.attribute);
    let kind = told.attribute().kind;
    let is_fraction = matches!(kind, Kind::Fraction { .. });
    match &told.test {
        Test::AtLeast(low) if is_fraction => Condition::FractionAtLeast(at, fraction(*low)),
        Test::AtMost(high) if is_fraction => Condition::FractionAtMost(at, fraction(*high)),
        Test::Between(low, high) if is_fraction => {
            Condition::FractionBetween(at, fraction(*low), fraction(*high))
        }
        Test::AtLeast(low) => Condition::IntegerAtLeast(at, *low),
        Test::AtMost(high) => Condition::IntegerAtMost(at, *high),
        Test::Between(low, high) => Condition::IntegerBetween(at, *low, *high),
        Test::Listed(values) => Condition::IntegerOneOf(at, values.clone()),
        Test::Is(truth) => Condition::EmailKnown(*truth),
        Test::OneOf(texts) => Condition::TextOneOf(at, numbers.of_all(texts)),
        Test::NoneOf(texts) if matches!(kind, Kind::Text { .. }) => {
            Condition::TextNoneOf(at, numbers.of_all(texts))
        }
        Test::NoneOf(texts) => Condition::SetNoneOf(at, numbers.of_all(texts)),
        Test::AnyOf(texts) => Condition::SetAnyOf(at, numbers.of_all(texts)),
        Test::AllOf(texts) => Condition::SetAllOf(at, numbers.of_all(texts)),
    }
}
