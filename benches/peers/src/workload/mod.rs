//! Rules of many offers and what is known of customers: made up, and the same in every run.
//!
//! They are told without the words of any engine, so that each is asked in its own.

mod attribute;
mod random;
pub mod rules;

pub use attribute::{ATTRIBUTES, Attribute, Kind};
use random::Random;

/// Where the numbers begin; another seed makes other rules and customers of the same sort.
const SEED: u64 = 20_260_131;

/// What a customer has to meet for an offer: every clause.
pub struct Offer {
    pub clauses: Vec<Clause>,
}

/// What a clause is.
pub enum Clause {
    One(Condition),
    /// At least one of two.
    Either(Condition, Condition),
}

/// A test of one attribute.
pub struct Condition {
    /// Its position in [`ATTRIBUTES`].
    pub attribute: usize,
    pub test: Test,
}

/// What the value of an attribute must pass. Numbers are in its least unit.
pub enum Test {
    AtLeast(i64),
    AtMost(i64),
    Between(i64, i64),
    /// A number that is one of these.
    Listed(Vec<i64>),
    Is(bool),
    /// A text that is one of these.
    OneOf(Vec<String>),
    /// A text that is not one of these, or a set that has none of them.
    NoneOf(Vec<String>),
    /// A set that has at least one of these.
    AnyOf(Vec<String>),
    /// A set that has all of these.
    AllOf(Vec<String>),
}

/// What is known of a customer.
pub enum Fact {
    /// In the least unit of the attribute.
    Number(i64),
    Bool(bool),
    Text(String),
    Set(Vec<String>),
}

/// A customer: a fact for each of [`ATTRIBUTES`], or `None` where it is missing.
pub struct Profile {
    pub facts: Vec<Option<Fact>>,
}

/// So many offers. The first of more offers are the same.
pub fn offers(count: usize) -> Vec<Offer> {
    let mut random = Random::new(SEED);
    (0..count).map(|_| offer(&mut random)).collect()
}

/// So many customers, of whose facts so many of a hundred are missing.
pub fn profiles(count: usize, missing_percent: usize) -> Vec<Profile> {
    let (mut random, mut gaps) = (Random::new(!SEED), Random::new(SEED / 2));
    let mut profile = || {
        let facts = ATTRIBUTES.iter().map(|attribute| {
            let fact = fact(attribute, &mut random);
            (!gaps.percent(missing_percent)).then_some(fact)
        });
        Profile { facts: facts.collect() }
    };
    (0..count).map(|_| profile()).collect()
}

impl Condition {
    pub const fn attribute(&self) -> &'static Attribute {
        &ATTRIBUTES[self.attribute]
    }
}

/// Three to six clauses about different attributes; with every tenth offer one is an "or".
fn offer(random: &mut Random) -> Offer {
    let (count, either) = (random.between(3, 6), random.percent(10));
    let mut attributes: Vec<usize> = Vec::new();
    while attributes.len() < count + usize::from(either) {
        let attribute = some_attribute(random);
        if !attributes.contains(&attribute) {
            attributes.push(attribute);
        }
    }
    let mut conditions: Vec<Condition> =
        attributes.into_iter().map(|attribute| condition(attribute, random)).collect();
    let pair = if either { conditions.pop().zip(conditions.pop()) } else { None };
    let mut clauses: Vec<Clause> = conditions.into_iter().map(Clause::One).collect();
    if let Some((first, second)) = pair {
        clauses.insert(random.below(clauses.len() + 1), Clause::Either(first, second));
    }
    Offer { clauses }
}

fn some_attribute(random: &mut Random) -> usize {
    let all: usize = ATTRIBUTES.iter().map(|attribute| attribute.weight).sum();
    let mut place = random.below(all);
    for (position, attribute) in ATTRIBUTES.iter().enumerate() {
        match place.checked_sub(attribute.weight) {
            Some(rest) => place = rest,
            None => return position,
        }
    }
    0
}

fn condition(attribute: usize, random: &mut Random) -> Condition {
    let about = &ATTRIBUTES[attribute];
    let test = match about.kind {
        Kind::Bool => Test::Is(random.percent(80)),
        Kind::Month => {
            let first = random.between(1, 10) as i64;
            Test::Listed((first..=first + random.between(0, 2) as i64).collect())
        }
        Kind::Integer { .. } | Kind::Money { .. } | Kind::Fraction { .. } => {
            number_test(about, random)
        }
        Kind::Text { listed, .. } => {
            let texts = about.texts(random.between(1, listed), random);
            if random.percent(10) { Test::NoneOf(texts) } else { Test::OneOf(texts) }
        }
        Kind::Set { listed, .. } => match random.below(10) {
            0 => Test::AllOf(about.texts(2, random)),
            1 => Test::NoneOf(about.texts(random.between(1, listed), random)),
            _ => Test::AnyOf(about.texts(random.between(1, listed), random)),
        },
    };
    Condition { attribute, test }
}

fn number_test(about: &Attribute, random: &mut Random) -> Test {
    let (one, other) = (about.round_number(random), about.round_number(random));
    match random.below(3) {
        0 => Test::Between(one.min(other), one.max(other)),
        1 => Test::AtMost(one),
        _ => Test::AtLeast(one),
    }
}

fn fact(attribute: &Attribute, random: &mut Random) -> Fact {
    match attribute.kind {
        Kind::Bool => Fact::Bool(random.percent(70)),
        Kind::Text { .. } => Fact::Text(attribute.texts(1, random).concat()),
        Kind::Set { has, .. } => Fact::Set(attribute.texts(has, random)),
        _ => Fact::Number(attribute.number(random)),
    }
}
