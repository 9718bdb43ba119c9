//! The crate `zen-expression`: the expressions of the ZEN rules engine, as bytecode.
//!
//! Expressions are compiled once, and one machine evaluates all of them for a customer's scope.

use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Expression, Isolate, Scope, Variable};

use super::{Engine, Gaps};
use crate::workload::{Attribute, Clause, Condition, Kind, Offer, Profile, Test};

struct Zen {
    rules: Vec<Expression<Standard>>,
    customers: Vec<Scope>,
    machine: VM,
}

/// What is missing is null, and comparing it is an error; as an answer, an error does not hold.
/// Only "or", which an error ends, and "not in", which null passes, ask for it first.
pub fn build(offers: &[Offer], gaps: Gaps) -> Box<dyn Engine> {
    let mut isolate = Isolate::new();
    let rule = |offer: &Offer| {
        let clauses: Vec<String> = offer.clauses.iter().map(|told| clause(told, gaps)).collect();
        isolate.compile_standard(&clauses.join(" and ")).expect("an expression")
    };
    let rules = offers.iter().map(rule).collect();
    Box::new(Zen { rules, customers: Vec::new(), machine: VM::new() })
}

impl Engine for Zen {
    fn take_in(&mut self, profiles: &[Profile]) {
        let customer = |profile| Scope::new(Variable::from(super::json::object(profile)));
        self.customers = profiles.iter().map(customer).collect();
    }

    fn eligible(&mut self, profile: usize, into: &mut Vec<usize>) {
        let customer = &self.customers[profile];
        for (index, rule) in self.rules.iter().enumerate() {
            let answer = rule.evaluate_with_scope(customer, &mut self.machine);
            if answer.is_ok_and(|answer| answer.as_bool() == Some(true)) {
                into.push(index);
            }
        }
    }
}

fn clause(clause: &Clause, gaps: Gaps) -> String {
    match (clause, gaps) {
        (Clause::One(only), Gaps::Sometimes) if matches!(only.test, Test::NoneOf(_)) => {
            guarded(only)
        }
        (Clause::One(only), _) => condition(only),
        (Clause::Either(first, second), Gaps::Never) => {
            format!("({} or {})", condition(first), condition(second))
        }
        (Clause::Either(first, second), Gaps::Sometimes) => {
            format!("({} or {})", guarded(first), guarded(second))
        }
    }
}

fn guarded(told: &Condition) -> String {
    format!("({} != null and {})", told.attribute().name, condition(told))
}

fn condition(told: &Condition) -> String {
    let about = told.attribute();
    let (name, number) = (about.name, |number: &i64| literal(about, *number));
    match &told.test {
        Test::AtLeast(low) => format!("{name} >= {}", number(low)),
        Test::AtMost(high) => format!("{name} <= {}", number(high)),
        Test::Between(low, high) => {
            format!("{name} >= {} and {name} <= {}", number(low), number(high))
        }
        Test::Listed(numbers) => format!("{name} in {numbers:?}"),
        Test::Is(truth) => format!("{name} == {truth}"),
        Test::OneOf(texts) => match texts.as_slice() {
            [only] => format!("{name} == {only:?}"),
            _ => format!("{name} in {texts:?}"),
        },
        Test::NoneOf(texts) => match about.kind {
            Kind::Text { .. } => format!("{name} not in {texts:?}"),
            _ => format!("not ({})", members(texts, name, " or ")),
        },
        // Faster than the function `some`.
        Test::AnyOf(texts) => format!("({})", members(texts, name, " or ")),
        Test::AllOf(texts) => members(texts, name, " and "),
    }
}

fn members(texts: &[String], of: &str, joint: &str) -> String {
    let each: Vec<String> = texts.iter().map(|text| format!("{text:?} in {of}")).collect();
    each.join(joint)
}

fn literal(about: &Attribute, number: i64) -> String {
    match about.kind {
        Kind::Fraction { .. } => format!("{}.{:04}", number / 10_000, number % 10_000),
        _ => number.to_string(),
    }
}
