//! The crate `datalogic-rs`: JSONLogic, compiled.
//!
//! Rules are compiled once, customers are parsed once (`ParsedData`), and an arena is used again
//! and again: the fastest of its ways to evaluate.

use datalogic_rs::bumpalo::Bump;
use datalogic_rs::{Logic, ParsedData};
use serde_json::{Value, json};

use super::{Engine, Gaps};
use crate::workload::{Attribute, Clause, Condition, Kind, Offer, Profile, Test};

struct JsonLogic {
    engine: datalogic_rs::Engine,
    rules: Vec<Logic>,
    customers: Vec<ParsedData>,
    arena: Bump,
}

/// What is missing is null, which counts as zero in comparisons: where null would pass a test,
/// the variable gets a default that does not.
pub fn build(offers: &[Offer], gaps: Gaps) -> Box<dyn Engine> {
    let engine = datalogic_rs::Engine::new();
    let rule = |offer: &Offer| {
        let clauses: Vec<Value> = offer.clauses.iter().map(|told| clause(told, gaps)).collect();
        engine.compile(&json!({ "and": clauses }).to_string()).expect("a rule")
    };
    let rules = offers.iter().map(rule).collect();
    Box::new(JsonLogic { engine, rules, customers: Vec::new(), arena: Bump::new() })
}

impl Engine for JsonLogic {
    fn take_in(&mut self, profiles: &[Profile]) {
        let json = profiles.iter().map(|profile| super::json::object(profile).to_string());
        self.customers =
            json.map(|json| ParsedData::from_json(&json).expect("a customer")).collect();
    }

    fn eligible(&mut self, profile: usize, into: &mut Vec<usize>) {
        let customer = &self.customers[profile];
        for (index, rule) in self.rules.iter().enumerate() {
            let result = self.engine.evaluate(rule, customer, &self.arena).expect("an answer");
            if result.as_bool() == Some(true) {
                into.push(index);
            }
        }
        self.arena.reset();
    }
}

fn clause(clause: &Clause, gaps: Gaps) -> Value {
    match clause {
        Clause::One(only) => condition(only, gaps),
        Clause::Either(first, second) => {
            json!({ "or": [condition(first, gaps), condition(second, gaps)] })
        }
    }
}

/// A value that does not pass the test, for a test that null would pass. In the least unit it is
/// beyond the literal in any unit.
fn default(told: &Condition) -> Option<Value> {
    match &told.test {
        Test::AtLeast(low) | Test::Between(low, _) if *low <= 0 => Some(json!(low - 1)),
        Test::AtMost(high) => Some(json!(high + 1)),
        Test::NoneOf(texts) => match told.attribute().kind {
            Kind::Text { .. } => Some(json!(texts[0])),
            _ => Some(json!([texts[0]])),
        },
        _ => None,
    }
}

fn condition(told: &Condition, gaps: Gaps) -> Value {
    let about = told.attribute();
    let of = match default(told) {
        Some(default) if gaps == Gaps::Sometimes => json!({ "var": [about.name, default] }),
        _ => json!({ "var": about.name }),
    };
    match &told.test {
        Test::AtLeast(low) => json!({ ">=": [of, literal(about, *low)] }),
        Test::AtMost(high) => json!({ "<=": [of, literal(about, *high)] }),
        Test::Between(low, high) => {
            json!({ "<=": [literal(about, *low), of, literal(about, *high)] })
        }
        Test::Listed(numbers) => json!({ "in": [of, numbers] }),
        Test::Is(truth) => json!({ "===": [of, truth] }),
        Test::OneOf(texts) => match texts.as_slice() {
            [only] => json!({ "===": [of, only] }),
            _ => json!({ "in": [of, texts] }),
        },
        Test::NoneOf(texts) => match about.kind {
            Kind::Text { .. } => json!({ "!": { "in": [of, texts] } }),
            _ => json!({ "!": any_of(&of, texts) }),
        },
        Test::AnyOf(texts) => any_of(&of, texts),
        Test::AllOf(texts) => {
            let each: Vec<Value> = texts.iter().map(|text| json!({ "in": [text, of] })).collect();
            json!({ "and": each })
        }
    }
}

fn any_of(of: &Value, texts: &[String]) -> Value {
    json!({ "some": [of, { "in": [{ "var": "" }, texts] }] })
}

fn literal(about: &Attribute, number: i64) -> Value {
    match about.kind {
        Kind::Fraction { .. } => json!(number as f64 / 10_000.0),
        _ => json!(number),
    }
}
