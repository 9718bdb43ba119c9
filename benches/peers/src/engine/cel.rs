//! The crate `cel`: the Common Expression Language.
//!
//! Programs are compiled once, and variables are borrowed from a resolver that has them in the
//! interpreter's own form.

use std::sync::Arc;

use ::cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelString};
use ::cel::common::value::{CowVal, Val};
use ::cel::context::VariableResolver;
use ::cel::{Context, Env, Program, Value};

use super::{Engine, Gaps};
use crate::workload::{ATTRIBUTES, Attribute, Clause, Condition, Fact, Kind, Offer, Profile, Test};

struct Cel {
    env: Arc<Env>,
    rules: Vec<Program>,
    customers: Vec<Customer>,
}

/// The values in the order of the attributes.
struct Customer(Vec<Option<Box<dyn Val>>>);

/// What is missing is an undeclared variable: an error, which "or" absorbs where the other part
/// holds, and which does not hold as an answer. That is how loyalty treats what is unknown.
pub fn build(offers: &[Offer], _: Gaps) -> Box<dyn Engine> {
    let env = Arc::new(Env::stdlib());
    let rule = |offer: &Offer| {
        let clauses: Vec<String> = offer.clauses.iter().map(clause).collect();
        env.compile(&clauses.join(" && ")).expect("an expression")
    };
    let rules = offers.iter().map(rule).collect();
    Box::new(Cel { env, rules, customers: Vec::new() })
}

impl Engine for Cel {
    fn take_in(&mut self, profiles: &[Profile]) {
        let customer = |profile: &Profile| {
            let facts = ATTRIBUTES.iter().zip(&profile.facts);
            let values = facts.map(|(about, fact)| fact.as_ref().map(|fact| value(about, fact)));
            Customer(values.collect())
        };
        self.customers = profiles.iter().map(customer).collect();
    }

    fn eligible(&mut self, profile: usize, into: &mut Vec<usize>) {
        let mut context = Context::with_env(Arc::clone(&self.env));
        context.set_variable_resolver(&self.customers[profile]);
        for (index, rule) in self.rules.iter().enumerate() {
            let answer = Value::resolve_val(rule.expression(), &context);
            let holds = answer.is_ok_and(|answer| {
                answer.downcast_ref::<CelBool>().is_some_and(|truth| *truth.inner())
            });
            if holds {
                into.push(index);
            }
        }
    }
}

impl VariableResolver for Customer {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        let position = ATTRIBUTES.iter().position(|attribute| attribute.name == variable)?;
        self.0[position].as_deref().map(CowVal::Borrowed)
    }
}

fn value(about: &Attribute, fact: &Fact) -> Box<dyn Val> {
    match fact {
        Fact::Number(number) => match about.kind {
            Kind::Fraction { .. } => Box::new(CelDouble::from(*number as f64 / 10_000.0)),
            _ => Box::new(CelInt::from(*number)),
        },
        Fact::Bool(truth) => Box::new(CelBool::from(*truth)),
        Fact::Text(text) => Box::new(CelString::from(text.clone())),
        Fact::Set(texts) => {
            let texts = texts.iter().map(|text| {
                let text: Box<dyn Val> = Box::new(CelString::from(text.clone()));
                text
            });
            Box::new(CelList::from(texts.collect::<Vec<_>>()))
        }
    }
}

fn clause(clause: &Clause) -> String {
    match clause {
        Clause::One(only) => condition(only),
        Clause::Either(first, second) => {
            format!("({} || {})", condition(first), condition(second))
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
            format!("{name} >= {} && {name} <= {}", number(low), number(high))
        }
        Test::Listed(numbers) => format!("{name} in {numbers:?}"),
        Test::Is(true) => name.to_owned(),
        Test::Is(false) => format!("!{name}"),
        Test::OneOf(texts) => match texts.as_slice() {
            [only] => format!("{name} == {only:?}"),
            _ => format!("{name} in {texts:?}"),
        },
        Test::NoneOf(texts) => match about.kind {
            Kind::Text { .. } => format!("!({name} in {texts:?})"),
            _ => format!("!({})", members(texts, name, " || ")),
        },
        // Faster than the macro `exists`.
        Test::AnyOf(texts) => format!("({})", members(texts, name, " || ")),
        Test::AllOf(texts) => members(texts, name, " && "),
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
