//! The analysis against brute force: rules over a few fields, asked of every mix of many values.

use chrono::Days;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use super::generate::{facts, sound, sound_test};
use super::{day, euro, schema};
use crate::rule::analysis::{Analyst, Claim, Cover, Regions, Study, Witness};
use crate::rule::{CheckedRule, Facts, Rule, Sheet, Slot, Value, all, any, at_least, missing, not};

/// More mixes of values than these are not tried.
const MOST_MIXES: usize = 8_000;

/// Three rules that are made of the same few conditions.
fn related() -> BoxedStrategy<[Rule; 3]> {
    let name = select(&["email", "orders", "birthday", "interests", "active", "spend(90d)"][..]);
    let leaf = prop_oneof![5 => sound_test(), 1 => name.prop_map(missing)];
    vec(leaf, 2..5)
        .prop_flat_map(|leaves| [tree(leaves.clone()), tree(leaves.clone()), tree(leaves)])
        .boxed()
}

fn tree(leaves: Vec<Rule>) -> BoxedStrategy<Rule> {
    let tree = select(leaves).prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(all),
            vec(inner.clone(), 1..4).prop_map(any),
            inner.clone().prop_map(not),
            (vec(inner, 1..4), proptest::arbitrary::any::<Index>())
                .prop_map(|(of, count)| at_least(count.index(of.len()) as u32 + 1, of)),
        ]
    });
    tree.boxed()
}

/// Values of a field, chosen without looking at any rule.
fn grid(field: &str) -> Vec<Option<Value>> {
    let values: Vec<Value> = match field {
        "spend(90d)" | "balance" => (-1..7).map(|minor| euro(minor).into()).collect(),
        "orders" => (-4..8_i64).chain([i64::MIN, i64::MAX]).map(Value::from).collect(),
        "rate" => (-20..36).filter_map(|eighths| Value::number(f64::from(eighths) / 8.0)).collect(),
        "email" | "phone" => texts().iter().map(Value::text).collect(),
        "tier" => ["bronze", "silver", "gold", "platinum"].map(Value::from).into(),
        "active" => [true, false].map(Value::from).into(),
        "birthday" => {
            let near = (0..600).map(|days| day("2025-07-01") + Days::new(days));
            let far = (0..190).map(|steps| day("1971-01-01") + Days::new(steps * 107));
            let leap = [day("2000-02-29"), day("2020-02-29"), day("2028-02-29"), day("2000-02-28")];
            near.chain(far).chain(leap).map(Value::from).collect()
        }
        "interests" => {
            let members = ["coffee", "tea", "books"];
            let has = |set: usize, place: usize| set >> place & 1 == 1;
            let set =
                |set| (0..3).filter(move |place| has(set, *place)).map(|place| members[place]);
            (0..8).map(|number| Value::set(set(number))).collect()
        }
        field => panic!("{field}"),
    };
    values.into_iter().map(Some).chain([None]).collect()
}

/// Up to three of the pieces that rules look for, in a row.
fn texts() -> Vec<String> {
    let pieces = ["a", "@", "b", ".org", "?"];
    let mut texts = vec![String::new(), "a@b.org".to_owned(), "ba@b.org".to_owned()];
    let mut last = vec![String::new()];
    for _ in 0..3 {
        let longer = |text: &String| pieces.map(|piece| format!("{text}{piece}"));
        last = last.iter().flat_map(longer).collect();
        texts.extend(last.iter().cloned());
    }
    texts
}

/// Every mix of values of the fields that the rules look at; `None` if there are too many.
fn mixes(rules: &[CheckedRule]) -> Option<Vec<Sheet>> {
    let mut slots: Vec<Slot> = rules.iter().flat_map(CheckedRule::slots).copied().collect();
    slots.sort();
    slots.dedup();
    let mut sheets = vec![Sheet::new(day("2026-03-15"))];
    for slot in slots {
        let values = grid(schema().field(slot).unwrap().name.as_str());
        if sheets.len() * values.len() > MOST_MIXES {
            return None;
        }
        let with = |sheet: &Sheet| {
            let sheet = sheet.clone();
            values.clone().into_iter().map(move |value| {
                let mut sheet = sheet.clone();
                sheet.set(slot, value);
                sheet
            })
        };
        sheets = sheets.iter().flat_map(with).collect();
    }
    Some(sheets)
}

/// What is claimed is so for all of the facts, or refuted by facts for which it is not.
fn confirm(
    claim: &Claim,
    sheets: &[Sheet],
    refutes: impl Fn(&dyn Facts) -> bool,
) -> Result<(), TestCaseError> {
    match claim {
        Claim::Proven => prop_assert!(!sheets.iter().any(|sheet| refutes(sheet))),
        Claim::Refuted(witness) => prop_assert!(refutes(witness), "{}", witness),
    }
    Ok(())
}

/// A region covers just the facts for which `inside` says so, and only one does.
fn confirm_regions(
    regions: &Regions,
    sheets: &[Sheet],
    inside: impl Fn(&dyn Facts) -> bool,
) -> Result<(), TestCaseError> {
    for region in &regions.regions {
        prop_assert!(inside(&region.witness), "{}: {}", region, region.witness);
        prop_assert!(region.covers(schema(), &region.witness), "{}", region);
    }
    for sheet in sheets {
        let covered = regions.regions.iter().filter(|region| region.covers(schema(), sheet));
        let expected = usize::from(inside(sheet));
        let covered = covered.count();
        let right = covered == expected || (regions.more && covered == 0);
        prop_assert!(right, "{} cover {:?} in\n{}", covered, sheet, regions);
    }
    Ok(())
}

fn analyst() -> Analyst<'static> {
    Analyst::new(schema(), day("2026-03-15"))
}

fn study(rules: &[CheckedRule]) -> Study {
    analyst().study(&rules.iter().collect::<Vec<_>>()).unwrap()
}

fn is_lawful(witness: &Witness) -> bool {
    witness.facts.iter().all(|fact| {
        let field = schema().field(fact.slot).unwrap();
        let is_in = |domain: &std::collections::BTreeSet<_>| match &fact.value {
            Some(Value::Text(text)) => domain.contains(text),
            Some(Value::Set(set)) => set.is_subset(domain),
            _ => true,
        };
        let kinds = fact.value.as_ref().is_none_or(|value| value.kind() == field.kind);
        kinds && field.domain.as_ref().is_none_or(is_in)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_answer_is_that_of_brute_force(rules in related()) {
        let rules = rules.map(|rule| rule.check(schema()).unwrap());
        let Some(sheets) = mixes(&rules) else { return Ok(()) };
        let study = study(&rules);
        let holds = |rule: usize, facts: &dyn Facts| rules[rule].truth(facts).holds();
        let without = |one: usize, other: usize| {
            move |facts: &dyn Facts| holds(one, facts) && !holds(other, facts)
        };
        for (rule, other) in [(0, 1), (1, 2), (2, 0)] {
            confirm(&study.never_applies(rule).unwrap(), &sheets, |facts| holds(rule, facts))?;
            confirm(&study.always_applies(rule).unwrap(), &sheets, |facts| !holds(rule, facts))?;
            confirm(&study.implied_by(other, rule).unwrap(), &sheets, without(rule, other))?;
            confirm(&study.equivalent(rule, other).unwrap(), &sheets, |facts| {
                holds(rule, facts) != holds(other, facts)
            })?;
            let overlap = study.overlap(rule, other).unwrap();
            prop_assert!(overlap.iter().all(is_lawful));
            confirm(&Claim::from(overlap), &sheets, |facts| {
                holds(rule, facts) && holds(other, facts)
            })?;
            let difference = study.difference(rule, other).unwrap();
            confirm_regions(&difference.lost, &sheets, without(rule, other))?;
            confirm_regions(&difference.gained, &sheets, without(other, rule))?;
        }
    }

    #[test]
    fn a_union_covers_a_rule_as_brute_force_says(rules in related()) {
        let rules = rules.map(|rule| rule.check(schema()).unwrap());
        let Some(sheets) = mixes(&rules) else { return Ok(()) };
        let holds = |rule: usize, facts: &dyn Facts| rules[rule].truth(facts).holds();
        let open = |others: &[usize], facts: &dyn Facts| {
            holds(0, facts) && !others.iter().any(|other| holds(*other, facts))
        };
        let study = study(&rules);
        match study.covered_by(0, &[1, 2]).unwrap() {
            Cover::Open(witness) => prop_assert!(open(&[1, 2], &witness), "{}", witness),
            Cover::By(needed) => {
                let needed: Vec<usize> = needed.into_iter().map(|place| place + 1).collect();
                prop_assert!(!sheets.iter().any(|sheet| open(&needed, sheet)));
                for left_out in &needed {
                    let fewer: Vec<usize> =
                        needed.iter().copied().filter(|other| other != left_out).collect();
                    prop_assert!(matches!(study.covered_by(0, &fewer).unwrap(), Cover::Open(_)));
                }
            }
        }
    }

    #[test]
    fn bands_are_those_of_brute_force(
        rules in related(),
        name in select(&["orders", "interests", "tier", "spend(90d)", "birthday", "email"][..]),
    ) {
        let rules = rules.map(|rule| rule.check(schema()).unwrap());
        let Some(sheets) = mixes(&rules) else { return Ok(()) };
        let slot = schema().slot(name).unwrap();
        let [first, second, within] = &rules;
        let bands = analyst().bands(slot, &[first, second], Some(within)).unwrap();
        let count = |facts: &dyn Facts| {
            let holding = [first, second].into_iter().filter(|rule| rule.truth(facts).holds());
            within.truth(facts).holds().then(|| holding.count())
        };
        for (wanted, regions) in [
            (0, bands.gaps.iter().collect::<Vec<_>>()),
            (2, bands.overlaps.iter().map(|shared| &shared.region).collect()),
        ] {
            for region in &regions {
                prop_assert_eq!(count(&region.witness), Some(wanted), "{}", region);
                prop_assert!(region.covers(schema(), &region.witness), "{}", region);
            }
            for sheet in sheets.iter().filter(|sheet| count(*sheet) == Some(wanted)) {
                let told = regions.iter().any(|region| region.covers(schema(), sheet));
                prop_assert!(told || bands.more, "{:?} in {:?}", sheet, regions);
            }
        }
    }

    #[test]
    fn large_rules_are_answered_as_random_facts_say(
        rules in [sound(), sound()],
        sheets in vec(facts(), 40),
    ) {
        let rules = rules.map(|rule| rule.check(schema()).unwrap());
        let study = study(&rules);
        let holds = |rule: usize, facts: &dyn Facts| rules[rule].truth(facts).holds();
        confirm(&study.never_applies(0).unwrap(), &sheets, |facts| holds(0, facts))?;
        confirm(&study.always_applies(0).unwrap(), &sheets, |facts| !holds(0, facts))?;
        confirm(&study.implied_by(1, 0).unwrap(), &sheets, |facts| {
            holds(0, facts) && !holds(1, facts)
        })?;
        confirm_regions(&study.regions(0).unwrap(), &sheets, |facts| holds(0, facts))?;
    }

    #[test]
    fn the_same_question_has_the_same_answer(rules in [sound(), sound()]) {
        let [first, second] = rules.map(|rule| rule.check(schema()).unwrap());
        let answer = || analyst().difference(&first, &second).unwrap();
        let told = serde_json::to_string(&answer()).unwrap();
        prop_assert_eq!(&serde_json::to_string(&answer()).unwrap(), &told);
        let read: crate::rule::analysis::Difference = serde_json::from_str(&told).unwrap();
        prop_assert_eq!(read, answer());
    }

    #[test]
    fn a_rule_lies_within_all_that_it_is_one_of(
        leaves in vec(sound_test(), 4),
        kept in subsequence(vec![0_usize, 1, 2, 3], 1..4),
    ) {
        let few = any(kept.into_iter().map(|place| leaves[place].clone())).check(schema()).unwrap();
        let many = any(leaves).check(schema()).unwrap();
        prop_assert!(analyst().implied_by(&many, &few).unwrap().is_proven());
    }
}
