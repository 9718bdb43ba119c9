//! Many rules at once say what each of them says alone.

mod columns;
mod draw;
mod laws;
mod tables;

use std::collections::BTreeSet;

use crate::rule::{
    CheckedRule, Facts, Matches, Obstacle, Obstacles, Rule, RuleIndex, Schema, Truth, not,
};

/// Checks that an index of these rules says of all facts what the rules themselves say.
#[track_caller]
fn check(schema: &Schema, rules: &[Rule], facts: &[&dyn Facts]) {
    let checked: Vec<CheckedRule> = rules.iter().map(|rule| rule.check(schema).unwrap()).collect();
    let expected = |facts| -> Vec<Truth> { checked.iter().map(|r| r.truth(facts)).collect() };
    let index = RuleIndex::new(schema, checked.iter().cloned());
    let groups: Vec<Vec<Group>> = rules.iter().map(|rule| groups(rule, schema)).collect();
    let (mut holding, mut obstacles) = (Matches::new(), Obstacles::new());
    for facts in facts {
        let expected = expected(*facts);
        index.holding(*facts, &mut holding);
        for (position, truth) in expected.iter().enumerate() {
            let told = || format!("{:?}\nof {:?}", rules[position], shown(schema, *facts));
            assert_eq!(holding.contains(position), truth.holds(), "{truth:?}: {}", told());
        }
        assert_eq!(holding.count(), expected.iter().filter(|truth| truth.holds()).count());
        index.obstacles(*facts, &mut obstacles);
        assert_eq!(obstacles.holding(), &holding);
        let mut listed: Vec<Option<Obstacle>> = vec![None; rules.len()];
        obstacles.iter().for_each(|(position, obstacle)| listed[position] = Some(obstacle));
        for (position, truth) in expected.iter().enumerate() {
            let told = || format!("{:?}\nof {:?}", rules[position], shown(schema, *facts));
            let found = obstacles.of(position);
            assert_eq!(found.map_or(Truth::Hold, |found| found.truth), *truth, "{}", told());
            assert_eq!(found, obstacle(&groups[position], *facts), "{}", told());
            assert_eq!(found, listed[position]);
        }
    }
}

fn shown(schema: &Schema, facts: &dyn Facts) -> Vec<String> {
    let slots = schema.fields().iter().map(|field| schema.slot(field.name.as_str()).unwrap());
    slots.map(|slot| format!("{:?} {:?}", facts.value(slot), facts.undecided(slot))).collect()
}

/// The conditions of a rule that look at one field, or at none or several (`None`).
struct Group {
    field: Option<usize>,
    rules: Vec<CheckedRule>,
}

/// The groups in the order of their fields, those of no field last.
fn groups(rule: &Rule, schema: &Schema) -> Vec<Group> {
    let conditions = apart(rule.clone());
    let field = |rule: &Rule| match Vec::from_iter(rule.fields())[..] {
        [name] => schema.slot(name).map(|slot| slot.index()),
        _ => None,
    };
    let fields: BTreeSet<Option<usize>> = conditions.iter().map(field).collect();
    let (none, some): (Vec<_>, Vec<_>) = fields.into_iter().partition(Option::is_none);
    let group = |wanted| {
        let rules = conditions.iter().filter(|rule| field(rule) == wanted);
        Group { field: wanted, rules: rules.map(|rule| rule.check(schema).unwrap()).collect() }
    };
    some.into_iter().chain(none).map(group).collect()
}

/// The conditions that must all hold.
fn apart(rule: Rule) -> Vec<Rule> {
    let each = |rules: Vec<Rule>| rules.into_iter().flat_map(apart).collect();
    let none = |rules: Vec<Rule>| each(rules.into_iter().map(not).collect());
    match rule {
        Rule::All(rules) => each(rules),
        Rule::Any(rules) if rules.len() == 1 => each(rules),
        Rule::AtLeast { count, of } if count as usize == of.len() => each(of),
        Rule::Not(rule) => match *rule {
            Rule::Not(rule) => apart(*rule),
            Rule::Any(rules) | Rule::AtLeast { count: 1, of: rules } => none(rules),
            Rule::All(rules) if rules.len() == 1 => none(rules),
            Rule::Always => vec![Rule::Never],
            Rule::Never => vec![],
            other => vec![not(other)],
        },
        Rule::Always => vec![],
        other => vec![other],
    }
}

fn obstacle(groups: &[Group], facts: &dyn Facts) -> Option<Obstacle> {
    let truth = |group: &Group| group.rules.iter().map(|rule| rule.truth(facts)).min().unwrap();
    let first = |wanted: Truth| {
        let group = groups.iter().find(|group| truth(group) == wanted)?;
        let slots = || group.rules.iter().flat_map(|rule| rule.slots().iter().copied());
        let slot = group.field.and_then(|index| slots().find(|slot| slot.index() == index));
        Some(Obstacle { truth: wanted, slot })
    };
    first(Truth::Fail).or_else(|| first(Truth::Unknown))
}
