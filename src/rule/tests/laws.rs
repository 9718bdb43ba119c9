//! What holds for every rule and all facts.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::generate::{facts, sound, sound_test, wild};
use super::{day, naive, schema};
use crate::rule::{
    Because, CheckedRule, Facts, Finding, Gap, Rule, Sheet, Truth, Value, Verdict, Wanted, field,
    not,
};

fn checked(rule: &Rule) -> CheckedRule {
    rule.check(schema()).unwrap()
}

/// Every finding of a verdict.
fn findings(verdict: &Verdict) -> Vec<&Finding> {
    match &verdict.because {
        Because::Constant => vec![],
        Because::Finding(finding) => vec![finding],
        Because::Not(part) => findings(part),
        Because::All(parts) | Because::Any(parts) | Because::AtLeast { of: parts, .. } => {
            parts.iter().flat_map(findings).collect()
        }
    }
}

/// The facts after the gap of a finding was closed as it says; `None` if it says not how.
fn closed(mut facts: Sheet, finding: &Finding) -> Option<Sheet> {
    let slot = schema().slot(finding.field.as_str()).unwrap();
    let found = finding.found.as_ref().or(finding.default.as_ref());
    let value = match (finding.gap.as_ref()?, found) {
        (Gap::Other | Gap::Known, _) => return None,
        (Gap::Missing, Some(_)) => {
            facts.set(slot, None);
            return Some(facts);
        }
        (Gap::Wait(days), Some(value)) => {
            let mut later = Sheet::new(facts.today() + TimeDelta::days(*days));
            later.set(slot, Some(value.clone()));
            return Some(later);
        }
        (Gap::Integer(more), Some(Value::Integer(value))) => (value + more).into(),
        (Gap::Number(more), Some(Value::Number(value))) => {
            Value::number(value.as_f64() + more.as_f64()).unwrap()
        }
        (Gap::Money(more), Some(Value::Money(value))) => value.checked_add(*more).unwrap().into(),
        (Gap::Days(days), Some(Value::Date(day))) => (*day + TimeDelta::days(*days)).into(),
        (Gap::Members { add, remove }, Some(Value::Set(set))) => Value::Set(&(set | add) - remove),
        (Gap::AddOneOf(texts), Some(Value::Set(set))) => {
            Value::Set(set | &texts.iter().take(1).cloned().collect())
        }
        (Gap::RemoveOneOf(texts), Some(Value::Set(set))) => {
            Value::Set(set - &texts.iter().take(1).cloned().collect())
        }
        (gap, found) => panic!("{gap:?} for {found:?}"),
    };
    facts.set(slot, Some(value));
    Some(facts)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn evaluation_agrees_with_the_naive_interpreter(rule in sound(), facts in facts()) {
        prop_assert_eq!(checked(&rule).truth(&facts), naive::truth(&rule, &facts));
    }

    #[test]
    fn a_verdict_says_what_evaluation_says(rule in sound(), facts in facts()) {
        let rule = checked(&rule);
        let verdict = rule.explain(&facts);
        prop_assert_eq!(verdict.truth, rule.truth(&facts));
        for finding in findings(&verdict) {
            prop_assert!(finding.gap.is_none() || finding.truth != finding.aim.truth());
        }
        let json = serde_json::to_string(&verdict).unwrap();
        prop_assert_eq!(serde_json::from_str::<Verdict>(&json).unwrap(), verdict);
    }

    #[test]
    fn the_decisive_findings_alone_decide(rule in sound(), facts in facts()) {
        let rule = checked(&rule);
        let verdict = rule.explain(&facts);
        let decisive: BTreeSet<_> = verdict.decisive().iter().map(|found| &found.field).collect();
        // What is forgotten must not be noticed: no "missing", and no coalesce.
        let plain = findings(&verdict).iter().all(|found| found.wanted != Wanted::Missing);
        prop_assume!(plain && !serde_json::to_string(&rule).unwrap().contains("coalesce"));
        prop_assume!(verdict.truth != Truth::Unknown);
        let mut fewer = Sheet::new(facts.today());
        for field in decisive {
            let slot = schema().slot(field.as_str()).unwrap();
            fewer.set(slot, facts.value(slot).cloned());
        }
        prop_assert_eq!(rule.truth(&fewer), verdict.truth);
    }

    #[test]
    fn closing_the_gap_of_a_condition_makes_it_hold(
        condition in sound_test(),
        opposite in prop_oneof![Just(true), Just(false)],
        facts in facts(),
    ) {
        let rule = checked(&if opposite { not(condition) } else { condition });
        let verdict = rule.explain(&facts);
        let turn = verdict.turn().unwrap_or_default();
        prop_assert!(turn.len() <= 1);
        if let Some(closed) = turn.first().and_then(|finding| closed(facts, finding)) {
            prop_assert_eq!(rule.truth(&closed), Truth::Hold, "{} then {:?}", verdict, closed);
        }
    }

    #[test]
    fn no_smaller_gap_would_do(found in -20_i64..20, wanted in -20_i64..20, which in 0..5) {
        let operand = field("orders");
        let rule = checked(&match which {
            0 => operand.above(wanted),
            1 => operand.at_least(wanted),
            2 => operand.below(wanted),
            3 => operand.between(wanted, wanted + 3),
            _ => not(operand.between(wanted, wanted + 3)),
        });
        let facts = |value: i64| {
            let mut facts = Sheet::new(day("2026-03-15"));
            facts.set(schema().slot("orders").unwrap(), Some(value.into()));
            facts
        };
        let holds = |value| rule.truth(&facts(value)).holds();
        let least = (0..100_i64).find(|step| holds(found + step) || holds(found - step)).unwrap();
        let verdict = rule.explain(&facts(found));
        let gap = match verdict.turn().unwrap().first().map(|finding| &finding.gap) {
            None => 0,
            Some(Some(Gap::Integer(gap))) => gap.abs(),
            Some(other) => panic!("{other:?}"),
        };
        prop_assert_eq!(gap, least);
    }

    #[test]
    fn a_turn_makes_a_rule_of_independent_conditions_hold(rule in sound(), facts in facts()) {
        let rule = checked(&rule);
        let verdict = rule.explain(&facts);
        let all = findings(&verdict);
        let fields: BTreeSet<_> = all.iter().map(|finding| &finding.field).collect();
        prop_assume!(fields.len() == all.len());
        let Some(turn) = verdict.turn() else { return Ok(()) };
        prop_assume!(!turn.iter().any(|finding| matches!(finding.gap, Some(Gap::Wait(_)))));
        if let Some(turned) = turn.into_iter().try_fold(facts, closed) {
            prop_assert_eq!(rule.truth(&turned), Truth::Hold, "{}", verdict);
        }
    }

    #[test]
    fn json_gives_back_every_rule(rule in wild()) {
        let json = serde_json::to_string(&rule).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Rule>(&json).unwrap(), &rule);
        let value = serde_json::to_value(&rule).unwrap();
        prop_assert_eq!(serde_json::from_value::<Rule>(value).unwrap(), rule);
    }

    #[test]
    fn a_rule_is_checked_or_refused_but_never_panics(rule in wild(), facts in facts()) {
        match rule.check(schema()) {
            Ok(checked) => prop_assert_eq!(checked.explain(&facts).truth, checked.truth(&facts)),
            Err(problems) => prop_assert!(!problems.to_string().is_empty()),
        }
    }

    #[test]
    fn a_damaged_document_is_read_or_refused_but_never_panics(
        rule in sound(),
        facts in facts(),
        at: prop::sample::Index,
        byte: u8,
        cut: bool,
    ) {
        let mut json = serde_json::to_vec(&rule).unwrap();
        let at = at.index(json.len());
        if cut {
            json.truncate(at);
        } else {
            json[at] = byte;
        }
        if let Ok(rule) = serde_json::from_slice::<Rule>(&json)
            && let Ok(checked) = rule.check(schema())
        {
            prop_assert_eq!(checked.explain(&facts).truth, checked.truth(&facts));
        }
    }

    #[test]
    fn arbitrary_bytes_are_read_or_refused_but_never_panic(bytes: Vec<u8>) {
        let _ = serde_json::from_slice::<Rule>(&bytes);
    }
}
