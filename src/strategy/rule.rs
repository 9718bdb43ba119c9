//! Rules that make sense for a schema.

use std::cmp::Ordering;

use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use proptest::strategy::Union;

use super::value::{text, value};
use crate::rule::{Field, Kind, Literal, Operand, Rule, Schema, Test, Text, Value};

/// A rule of up to four levels that passes [`Rule::check`] against `schema`.
///
/// It has every combination and test of the language, `coalesce` and `missing` among them. Its
/// values are like those of [`sheet`](super::sheet).
pub fn rule(schema: &Schema) -> BoxedStrategy<Rule> {
    let constants = [(1, Just(Rule::Always).boxed()), (1, Just(Rule::Never).boxed())];
    let conditions = schema.fields().iter().flat_map(|field| {
        let missing = Just(Rule::Missing(field.name.clone())).boxed();
        [(8, condition(schema, field)), (1, missing)]
    });
    let leaf = Union::new_weighted(constants.into_iter().chain(conditions).collect());
    let tree = leaf.prop_recursive(4, 24, 4, |rule| {
        let rules = || proptest::collection::vec(rule.clone(), 1..=4);
        prop_oneof![
            3 => rules().prop_map(Rule::All),
            3 => rules().prop_map(Rule::Any),
            2 => rule.clone().prop_map(|rule| Rule::Not(Box::new(rule))),
            1 => (rules(), any::<Index>()).prop_map(|(of, count)| at_least(count, of)),
        ]
    });
    tree.boxed()
}

fn at_least(count: Index, of: Vec<Rule>) -> Rule {
    let count = u32::try_from(count.index(of.len()) + 1).unwrap_or(1);
    Rule::AtLeast { count, of }
}

fn condition(schema: &Schema, field: &Field) -> BoxedStrategy<Rule> {
    let condition = (operand(schema, field), test(field));
    condition.prop_map(|(operand, test)| Rule::Test { operand, test }).boxed()
}

/// The field, or the first that is there of it and others like it.
fn operand(schema: &Schema, field: &Field) -> impl Strategy<Value = Operand> + use<> {
    let like = |other: &&Field| {
        (other.kind, other.currency) == (field.kind, field.currency) && other.name != field.name
    };
    let others: Vec<Text> =
        schema.fields().iter().filter(like).map(|other| other.name.clone()).collect();
    let name = field.name.clone();
    let count = 0..=others.len();
    let default = proptest::option::of(literal(field));
    let coalesce = (subsequence(others, count), default).prop_map(move |(mut fields, default)| {
        fields.insert(0, name.clone());
        Operand::Coalesce { fields, default }
    });
    prop_oneof![4 => Just(Operand::Field(field.name.clone())), 1 => coalesce]
}

fn test(field: &Field) -> BoxedStrategy<Test> {
    let one = || literal(field);
    let values = || proptest::collection::vec(literal(field), 1..=4);
    let same = prop_oneof![one().prop_map(Test::Is), one().prop_map(Test::IsNot)];
    match field.kind {
        Kind::Bool => same.boxed(),
        Kind::Text => prop_oneof![
            2 => same,
            2 => values().prop_map(Test::OneOf),
            1 => values().prop_map(Test::NoneOf),
            2 => affix(),
        ]
        .boxed(),
        Kind::Set => prop_oneof![
            1 => same,
            2 => members(field).prop_map(Test::AnyOf),
            2 => members(field).prop_map(Test::AllOf),
            1 => members(field).prop_map(Test::NoneOf),
        ]
        .boxed(),
        Kind::Integer | Kind::Number | Kind::Money | Kind::Date => prop_oneof![
            3 => one().prop_map(Test::AtLeast),
            2 => one().prop_map(Test::AtMost),
            1 => one().prop_map(Test::Above),
            1 => one().prop_map(Test::Below),
            2 => (value(field), value(field)).prop_map(|(one, other)| between(one, other)),
            1 => same,
            1 => values().prop_map(Test::OneOf),
            1 => values().prop_map(Test::NoneOf),
        ]
        .boxed(),
    }
}

fn between(one: Value, other: Value) -> Test {
    let swapped = one.order(&other) == Some(Ordering::Greater);
    let (low, high) = if swapped { (other, one) } else { (one, other) };
    Test::Between(written(low), written(high))
}

fn affix() -> impl Strategy<Value = Test> + Clone {
    let text = || text().prop_map(|text| if text.as_str().is_empty() { "g".into() } else { text });
    prop_oneof![
        text().prop_map(Test::StartsWith),
        text().prop_map(Test::EndsWith),
        text().prop_map(Test::Contains),
    ]
}

/// Texts that can be members of the field's sets.
fn members(field: &Field) -> impl Strategy<Value = Vec<Literal>> + use<> {
    let member = Field { kind: Kind::Text, ..field.clone() };
    proptest::collection::vec(literal(&member), 1..=4)
}

fn literal(field: &Field) -> impl Strategy<Value = Literal> + Clone + use<> {
    value(field).prop_map(written)
}

/// The value as an author writes it.
fn written(value: Value) -> Literal {
    match value {
        Value::Bool(value) => value.into(),
        Value::Integer(value) => value.into(),
        Value::Number(value) => value.into(),
        Value::Money(value) => value.into(),
        Value::Text(value) => value.into(),
        Value::Date(value) => value.into(),
        Value::Set(values) => Literal::List(values.into_iter().collect()),
    }
}
