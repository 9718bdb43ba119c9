//! The crate `a-tree`: an index for boolean expressions that shares their common parts.

use a_tree::{ATree, AttributeDefinition, Event};

use super::{Engine, Gaps};
use crate::workload::{ATTRIBUTES, Attribute, Clause, Condition, Fact, Kind, Offer, Profile, Test};

struct Tree {
    rules: ATree<usize>,
    events: Vec<Event>,
}

/// What is missing is undefined, and a test of it is neither true nor false: as in loyalty.
pub fn build(offers: &[Offer], _: Gaps) -> Box<dyn Engine> {
    let mut rules = ATree::new(&ATTRIBUTES.each_ref().map(definition)).expect("attributes");
    for (index, offer) in offers.iter().enumerate() {
        let clauses: Vec<String> = offer.clauses.iter().map(clause).collect();
        rules.insert(&index, &clauses.join(" and ")).expect("an expression");
    }
    Box::new(Tree { rules, events: Vec::new() })
}

impl Engine for Tree {
    fn take_in(&mut self, profiles: &[Profile]) {
        self.events = profiles.iter().map(|profile| event(&self.rules, profile)).collect();
    }

    fn eligible(&mut self, profile: usize, into: &mut Vec<usize>) {
        let report = self.rules.search(&self.events[profile]).expect("a report");
        into.extend(report.matches().iter().copied());
    }
}

fn definition(attribute: &Attribute) -> AttributeDefinition {
    let define = match attribute.kind {
        Kind::Integer { .. } | Kind::Money { .. } | Kind::Month => AttributeDefinition::integer,
        Kind::Fraction { .. } => AttributeDefinition::float,
        Kind::Bool => AttributeDefinition::boolean,
        Kind::Text { .. } => AttributeDefinition::string,
        Kind::Set { .. } => AttributeDefinition::string_list,
    };
    define(attribute.name)
}

fn event(rules: &ATree<usize>, profile: &Profile) -> Event {
    let mut event = rules.make_event();
    for (attribute, fact) in ATTRIBUTES.iter().zip(&profile.facts) {
        let name = attribute.name;
        let added = match (fact, attribute.kind) {
            (None, _) => Ok(()),
            (Some(Fact::Number(number)), Kind::Fraction { .. }) => {
                event.with_float(name, *number, 4)
            }
            (Some(Fact::Number(number)), _) => event.with_integer(name, *number),
            (Some(Fact::Bool(truth)), _) => event.with_boolean(name, *truth),
            (Some(Fact::Text(text)), _) => event.with_string(name, text),
            (Some(Fact::Set(texts)), _) => {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                event.with_string_list(name, &texts)
            }
        };
        added.expect("a value of the attribute's type");
    }
    event.build().expect("an event")
}

fn clause(clause: &Clause) -> String {
    match clause {
        Clause::One(only) => condition(only),
        Clause::Either(first, second) => {
            format!("({} or {})", condition(first), condition(second))
        }
    }
}

fn condition(told: &Condition) -> String {
    let about = told.attribute();
    let (name, number) = (about.name, |number: &i64| literal(about, *number));
    match &told.test {
        Test::AtLeast(low) => format!("{name} >= {}", number(low)),
        Test::AtMost(high) => format!("{name} <= {}", number(high)),
        Test::Between(low, high) => {
            format!("({name} >= {} and {name} <= {})", number(low), number(high))
        }
        Test::Listed(numbers) => {
            format!("{name} in [{}]", numbers.iter().map(number).collect::<Vec<_>>().join(", "))
        }
        Test::Is(true) => name.to_owned(),
        Test::Is(false) => format!("(not {name})"),
        Test::OneOf(texts) => match texts.as_slice() {
            [only] => format!("{name} = \"{only}\""),
            _ => format!("{name} in {texts:?}"),
        },
        Test::NoneOf(texts) => match about.kind {
            Kind::Text { .. } => format!("{name} not in {texts:?}"),
            _ => format!("{name} none of {texts:?}"),
        },
        Test::AnyOf(texts) => format!("{name} one of {texts:?}"),
        // Its "all of" asks whether the set has nothing but these.
        Test::AllOf(texts) => {
            let each: Vec<String> =
                texts.iter().map(|text| format!("{name} one of [{text:?}]")).collect();
            each.join(" and ")
        }
    }
}

fn literal(about: &Attribute, number: i64) -> String {
    match about.kind {
        Kind::Fraction { .. } => format!("{}.{:04}", number / 10_000, number % 10_000),
        _ => number.to_string(),
    }
}
