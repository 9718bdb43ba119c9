//! A text that passes several tests at once.

use std::collections::BTreeSet;

use super::demand::{Ask, fits};
use crate::rule::checked::{CheckedRule, Condition};
use crate::rule::{Aim, Facts, Field, Slot, Test, Text, Value};

/// The first text that passes everything: one of those that are known to occur or that a test
/// names, or else one that is made up.
pub(super) fn nearest(asks: &[Ask<'_>], field: &Field, facts: &dyn Facts) -> Option<Value> {
    match allowed(asks, field, facts) {
        Some(texts) => texts.into_iter().next(),
        None => Some(made_up(asks)).filter(|text| fits(asks, field, text, facts)),
    }
}

/// The only texts with which a rule holds, in ascending order, if they are known and few; `asks`
/// alone make it hold.
pub(super) fn few(
    (slot, asks): (Slot, &[Ask<'_>]),
    field: &Field,
    rule: &CheckedRule,
    facts: &dyn Facts,
    holds: &dyn Fn(Value) -> bool,
) -> Option<Vec<Value>> {
    const FEW: usize = 12;
    const MAX_TRIED: usize = 200;
    let is_on_field = |it: &&Condition| it.slots().any(|other| other == slot);
    let on_field = rule.conditions.iter().filter(is_on_field);
    let tests: Vec<Ask<'_>> = on_field.map(|it| Ask::Test(&it.test, Aim::Fail)).collect();
    let candidates: BTreeSet<Text> = match &field.domain {
        Some(domain) => domain.clone(),
        None if tests.iter().any(|test| listed(*test).is_none()) => {
            allowed(asks, field, facts)?.iter().filter_map(text_of).cloned().collect()
        }
        // All texts that no test names are alike.
        None if holds(made_up(&tests)) => return None,
        None => tests.into_iter().filter_map(listed).flatten().cloned().collect(),
    };
    if candidates.len() > MAX_TRIED {
        return None;
    }
    let values = candidates.into_iter().map(Value::Text);
    let few: Vec<Value> = values.filter(|value| holds(value.clone())).collect();
    (1..=FEW).contains(&few.len()).then_some(few)
}

/// The only texts that pass everything, in ascending order; `None` if others do as well.
fn allowed(asks: &[Ask<'_>], field: &Field, facts: &dyn Facts) -> Option<Vec<Value>> {
    let candidates: BTreeSet<Text> = match &field.domain {
        Some(domain) => domain.clone(),
        None => asks.iter().find_map(|ask| only(*ask))?.into_iter().cloned().collect(),
    };
    let values = candidates.into_iter().map(Value::Text);
    Some(values.filter(|value| fits(asks, field, value, facts)).collect())
}

/// The only texts with which the test comes to what it should, if they are listed.
fn only(ask: Ask<'_>) -> Option<Vec<&Text>> {
    match ask {
        Ask::Test(Test::Is(_) | Test::OneOf(_), Aim::Hold)
        | Ask::Test(Test::IsNot(_) | Test::NoneOf(_), Aim::Fail) => listed(ask),
        _ => None,
    }
}

/// The texts that a test lists, if it lists any.
fn listed(ask: Ask<'_>) -> Option<Vec<&Text>> {
    let values = match ask.test()?.0 {
        Test::Is(value) | Test::IsNot(value) => std::slice::from_ref(value),
        Test::OneOf(values) | Test::NoneOf(values) => values,
        _ => return None,
    };
    Some(values.iter().filter_map(text_of).collect())
}

fn text_of(value: &Value) -> Option<&Text> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

/// The wanted start, parts and end, with a letter between them that no test has: so nothing arises
/// that no test asks for.
fn made_up(asks: &[Ask<'_>]) -> Value {
    let (mut start, mut end, mut parts, mut letters) = ("", "", vec![], BTreeSet::new());
    for (test, aim) in asks.iter().filter_map(|ask| ask.test()) {
        match test {
            Test::StartsWith(text) | Test::EndsWith(text) | Test::Contains(text) => {
                letters.extend(text.as_str().chars());
            }
            test => {
                let texts = listed(Ask::Test(test, aim)).into_iter().flatten();
                letters.extend(texts.flat_map(|text| text.as_str().chars()));
            }
        }
        match test {
            _ if aim == Aim::Fail => {}
            Test::StartsWith(text) if text.as_str().len() > start.len() => start = text.as_str(),
            Test::EndsWith(text) if text.as_str().len() > end.len() => end = text.as_str(),
            Test::Contains(text) => parts.push(text.as_str()),
            _ => {}
        }
    }
    let fresh = ('a'..='z').chain('0'..='9').chain('\u{100}'..).find(|it| !letters.contains(it));
    let fresh = fresh.map(String::from).unwrap_or_default();
    let middle = parts.into_iter().map(|part| format!("{part}{fresh}")).collect::<String>();
    Value::text(format!("{start}{fresh}{middle}{end}"))
}
