//! Turns and unlocks against a search through all facts.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use super::generate::{facts, sound};
use super::{euro, naive, schema};
use crate::rule::{
    CheckedRule, Facts, Gap, Literal, Operand, Rule, Sheet, Test, Truth, Turn, Value, all, any,
    at_least, coalesce, field, missing, not, unlocks,
};

const TIERS: [&str; 4] = ["bronze", "gold", "platinum", "silver"];
const INTERESTS: [&str; 3] = ["books", "coffee", "tea"];

/// So many facts are looked at for one rule.
const MOST: usize = 6_000;

fn checked(rule: &Rule) -> CheckedRule {
    rule.check(schema()).unwrap()
}

/// Every value that a field can have, and that it is missing; beside all values that rules name.
fn domain(name: &str) -> Vec<Option<Value>> {
    let values: Vec<Value> = match name {
        "orders" => (-3..=6).map(Value::Integer).collect(),
        "spend(90d)" | "balance" => (-1..=5).map(|minor| euro(minor).into()).collect(),
        "tier" => TIERS.map(Value::from).into(),
        "active" => [true, false].map(Value::from).into(),
        "interests" => (0..8_usize)
            .map(|bits| {
                let is_in = |at: &usize| bits >> at & 1 == 1;
                Value::set((0..3).filter(is_in).map(|at| INTERESTS[at]))
            })
            .collect(),
        other => panic!("{other}"),
    };
    values.into_iter().map(Some).chain([None]).collect()
}

fn ordered(operand: Operand, literal: BoxedStrategy<Literal>) -> BoxedStrategy<Rule> {
    (0..8, literal.clone(), literal)
        .prop_map(move |(which, first, second)| {
            operand.clone().passes(match which {
                0 => Test::Is(first),
                1 => Test::IsNot(first),
                2 => Test::Above(first),
                3 => Test::AtLeast(first),
                4 => Test::Below(first),
                5 => Test::AtMost(first),
                6 => Test::OneOf(vec![first, second]),
                _ => Test::NoneOf(vec![first, second]),
            })
        })
        .boxed()
}

/// Rules over fields of few values.
fn small() -> BoxedStrategy<Rule> {
    let number = (-2_i64..6).prop_map(Literal::from).boxed();
    let amount = (0_i64..5).prop_map(|minor| Literal::from(euro(minor))).boxed();
    let tiers = subsequence(&TIERS[..], 1..4);
    let interests = (0..5, subsequence(&INTERESTS[..], 1..3)).prop_map(|(which, set)| {
        let interests = field("interests");
        match which {
            0 => interests.any_of(set),
            1 => interests.all_of(set),
            2 => interests.none_of(set),
            3 => interests.is(set),
            _ => interests.is_not(set),
        }
    });
    let leaf = prop_oneof![
        4 => ordered(field("orders"), number.clone()),
        1 => ordered(coalesce(["orders"]).or_default(1), number),
        2 => ordered(coalesce(["spend(90d)", "balance"]), amount.clone()),
        1 => ordered(coalesce(["balance"]).or_default(euro(2)), amount),
        2 => tiers.prop_map(|tiers| field("tier").one_of(tiers)),
        4 => interests,
        1 => prop_oneof![Just(true), Just(false)].prop_map(|it| field("active").is(it)),
        1 => select(&["tier", "orders", "balance", "active"][..]).prop_map(missing),
        1 => prop_oneof![Just(Rule::Always), Just(Rule::Never)],
    ];
    leaf.prop_recursive(3, 10, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(all),
            vec(inner.clone(), 1..4).prop_map(any),
            inner.clone().prop_map(not),
            (vec(inner, 1..4), proptest::arbitrary::any::<Index>())
                .prop_map(|(of, count)| at_least(count.index(of.len()) as u32 + 1, of)),
        ]
    })
    .boxed()
}

/// The fields in the order in which the rule names them.
fn order(rule: &Rule) -> Vec<String> {
    fn walk(rule: &Rule, order: &mut Vec<String>) {
        let names: Vec<String> = match rule {
            Rule::Always | Rule::Never => vec![],
            Rule::All(of) | Rule::Any(of) | Rule::AtLeast { of, .. } => {
                return of.iter().for_each(|rule| walk(rule, order));
            }
            Rule::Not(rule) => return walk(rule, order),
            Rule::Test { operand, .. } => operand.fields().map(ToString::to_string).collect(),
            Rule::Missing(name) => vec![name.to_string()],
        };
        for name in names {
            if !order.contains(&name) {
                order.push(name);
            }
        }
    }
    let mut order = Vec::new();
    walk(rule, &mut order);
    order
}

/// Every way to give these fields values.
fn assignments(names: &[String]) -> Vec<Vec<Option<Value>>> {
    names.iter().fold(vec![vec![]], |ways, name| {
        let domain = domain(name);
        let longer = |way: Vec<Option<Value>>| {
            domain
                .iter()
                .map(move |value| way.iter().cloned().chain([value.clone()]).collect())
                .collect::<Vec<_>>()
        };
        ways.into_iter().flat_map(longer).collect()
    })
}

/// The sets of fields that must at least change for the rule to hold, as positions in `names`:
/// from all facts with which it holds.
fn smallest(rule: &Rule, names: &[String], facts: &Sheet) -> Vec<Vec<usize>> {
    let slots: Vec<_> = names.iter().map(|name| schema().slot(name).unwrap()).collect();
    let mut sets = BTreeSet::new();
    for values in assignments(names) {
        let mut changed = facts.clone();
        let mut set = Vec::new();
        for (position, (slot, value)) in slots.iter().zip(values).enumerate() {
            if facts.value(*slot) != value.as_ref() {
                set.push(position);
            }
            changed.set(*slot, value);
        }
        if naive::truth(rule, &changed) == Truth::Hold {
            sets.insert(set);
        }
    }
    let is_smallest = |set: &&Vec<usize>| {
        let part = |other: &&Vec<usize>| other != set && other.iter().all(|it| set.contains(it));
        !sets.iter().any(|other| part(&other))
    };
    let mut smallest: Vec<Vec<usize>> = sets.iter().filter(is_smallest).cloned().collect();
    smallest.sort_by_key(|set| (set.len(), set.clone()));
    smallest
}

fn turned(facts: &Sheet, turn: &Turn) -> Sheet {
    let mut facts = facts.clone();
    for change in &turn.changes {
        facts.set(schema().slot(change.field.as_str()).unwrap(), change.to.clone());
    }
    facts
}

/// How far apart two values are: on their line, or by members.
fn distance(from: &Value, to: &Value) -> i64 {
    match (from, to) {
        (Value::Integer(from), Value::Integer(to)) => (to - from).abs(),
        (Value::Money(from), Value::Money(to)) => (to.minor() - from.minor()).abs(),
        (Value::Set(from), Value::Set(to)) => from.symmetric_difference(to).count() as i64,
        _ => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn turns_are_the_smallest_sets_of_changes_among_all_facts(rule in small(), facts in facts()) {
        let names = order(&rule);
        let total: usize = names.iter().map(|name| domain(name).len()).product();
        prop_assume!(total <= MOST);
        let turns = checked(&rule).turns(&facts);
        let position = |name: &str| names.iter().position(|other| other == name).unwrap();
        let found: Vec<Vec<usize>> = turns
            .sets
            .iter()
            .map(|turn| turn.changes.iter().map(|it| position(it.field.as_str())).collect())
            .collect();
        prop_assert!(turns.complete);
        prop_assert_eq!(found, smallest(&rule, &names, &facts), "{}: {}", rule, turns);
    }

    #[test]
    fn every_turn_holds_when_it_is_tried_out_and_a_single_change_is_the_nearest(
        rule in small(),
        facts in facts(),
    ) {
        for turn in checked(&rule).turns(&facts).sets {
            prop_assert_eq!(naive::truth(&rule, &turned(&facts, &turn)), Truth::Hold, "{}", turn);
            let [change] = &turn.changes[..] else { continue };
            let (Some(from), Some(to)) = (&change.from, &change.to) else { continue };
            let slot = schema().slot(change.field.as_str()).unwrap();
            let nearest = domain(change.field.as_str()).into_iter().flatten().filter(|value| {
                let mut changed = facts.clone();
                changed.set(slot, Some(value.clone()));
                naive::truth(&rule, &changed) == Truth::Hold
            });
            let nearest = nearest.map(|value| distance(from, &value)).min();
            prop_assert_eq!(Some(distance(from, to)), nearest, "{}: {}", rule, turn);
        }
    }

    #[test]
    fn each_of_several_values_would_do(rule in small(), facts in facts()) {
        for turn in checked(&rule).turns(&facts).sets {
            let facts = turned(&facts, &turn);
            for change in &turn.changes {
                let set = match &change.from {
                    Some(Value::Set(set)) => set.clone(),
                    _ => BTreeSet::new(),
                };
                let values: Vec<Value> = match &change.gap {
                    Gap::OneOf(values) => values.clone(),
                    Gap::AddOneOf(texts) => {
                        texts.iter().map(|it| Value::Set(&set | &[it.clone()].into())).collect()
                    }
                    Gap::RemoveOneOf(texts) => {
                        texts.iter().map(|it| Value::Set(&set - &[it.clone()].into())).collect()
                    }
                    _ => continue,
                };
                prop_assert!(values.len() > 1 || matches!(change.gap, Gap::OneOf(_)));
                for value in values {
                    let mut other = facts.clone();
                    other.set(schema().slot(change.field.as_str()).unwrap(), Some(value));
                    prop_assert_eq!(naive::truth(&rule, &other), Truth::Hold, "{}: {}", rule, turn);
                }
            }
        }
    }

    #[test]
    fn any_turn_of_any_rule_makes_it_hold(rule in sound(), facts in facts()) {
        let rule = checked(&rule);
        let turns = rule.turns(&facts);
        prop_assert_eq!(
            rule.truth(&facts).holds(),
            turns.sets.first().is_some_and(|turn| turn.changes.is_empty())
        );
        for turn in turns.sets {
            let days: i64 = turn
                .changes
                .iter()
                .map(|change| if let Gap::Wait(days) = change.gap { days } else { 0 })
                .sum();
            let today = facts.today() + chrono::TimeDelta::days(days);
            let fields = schema().fields().iter();
            let slots = fields.map(|field| schema().slot(field.name.as_str()).unwrap());
            let values = slots.map(|slot| facts.value(slot).cloned());
            let later = Sheet::of(values.collect(), today);
            prop_assert_eq!(rule.truth(&turned(&later, &turn)), Truth::Hold, "{}", turn);
        }
    }

    #[test]
    fn unlocks_count_the_rules_that_some_value_makes_hold(
        rules in vec(small(), 1..6),
        facts in facts(),
    ) {
        let mut expected: Vec<(String, Vec<usize>)> = Vec::new();
        for name in ["active", "balance", "interests", "orders", "spend(90d)", "tier"] {
            let slot = schema().slot(name).unwrap();
            let holds = |rule: &Rule| {
                domain(name).into_iter().flatten().any(|value| {
                    let mut known = facts.clone();
                    known.set(slot, Some(value));
                    naive::truth(rule, &known) == Truth::Hold
                })
            };
            let unlocked = rules.iter().enumerate().filter(|(_, rule)| {
                facts.value(slot).is_none()
                    && naive::truth(rule, &facts) == Truth::Unknown
                    && holds(rule)
            });
            let unlocked: Vec<usize> = unlocked.map(|(position, _)| position).collect();
            if !unlocked.is_empty() {
                expected.push((name.to_owned(), unlocked));
            }
        }
        expected.sort_by_key(|(_, rules)| std::cmp::Reverse(rules.len()));
        let checked: Vec<CheckedRule> = rules.iter().map(checked).collect();
        let found: Vec<(String, Vec<usize>)> = unlocks(&checked, &facts)
            .into_iter()
            .map(|unlock| (unlock.field.to_string(), unlock.rules))
            .collect();
        prop_assert_eq!(found, expected);
    }
}
