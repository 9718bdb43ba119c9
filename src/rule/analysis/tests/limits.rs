//! Over a limit there is no answer, and never a wrong one.

use chrono::NaiveDate;

use super::{analyst, checked, schema};
use crate::calendar::{Span, Unit};
use crate::rule::analysis::{Analyst, Inconclusive, MAX_VARIABLES};
use crate::rule::{Field, Kind, Rule, Schema, all, any, field, missing};

#[test]
fn an_answer_that_takes_more_steps_is_given_up() {
    let schema = schema();
    let rule = checked(field("orders").at_least(3).and(field("spend").at_least("1.00 EUR")));
    let few = analyst(&schema).with_steps(5);
    assert_eq!(few.never_applies(&rule), Err(Inconclusive::Steps { limit: 5 }));
    assert!(analyst(&schema).never_applies(&rule).is_ok());
    let told = few.never_applies(&rule).unwrap_err().to_string();
    assert_eq!(told, "the answer takes more than 5 steps");
    for steps in 0..400 {
        let claim = analyst(&schema).with_steps(steps).never_applies(&rule);
        assert!(claim.is_err() || claim.is_ok_and(|claim| !claim.is_proven()));
    }
}

#[test]
fn parts_whose_mixes_are_too_many_are_given_up() {
    let schema = schema();
    let parts = |count: u32| {
        let part = |at| format!("{}{}", char::from_u32(0x4e00 + at).unwrap(), at % 7);
        checked(all((0..count).map(|at| field("email").contains(part(at)))))
    };
    let limit = Err(Inconclusive::Steps { limit: 200_000 });
    assert_eq!(analyst(&schema).with_steps(200_000).never_applies(&parts(60)), limit);
    let limit = Err(Inconclusive::Parts { found: 129 });
    assert_eq!(analyst(&schema).never_applies(&parts(129)), limit);
    assert!(analyst(&schema).never_applies(&parts(6)).is_ok_and(|claim| !claim.is_proven()));
}

#[test]
fn fields_that_are_too_many_are_given_up() {
    let names: Vec<String> = (0..=MAX_VARIABLES).map(|number| format!("f{number}")).collect();
    let schema =
        Schema::new(names.iter().map(|name| Field::new(name.as_str(), Kind::Bool))).unwrap();
    let rule = |count| {
        let names = names.iter().take(count);
        any(names.map(|name| missing(name.as_str()))).check(&schema).unwrap()
    };
    let most = analyst(&schema).always_applies(&rule(MAX_VARIABLES)).unwrap();
    assert_eq!(most.witness().map(|witness| witness.facts.len()), Some(MAX_VARIABLES));
    let found = MAX_VARIABLES + 1;
    let limit = Err(Inconclusive::Variables { found });
    assert_eq!(analyst(&schema).always_applies(&rule(found)), limit);
}

#[test]
fn long_lists_and_deep_rules_are_no_trouble() {
    let schema = schema();
    let texts = |from: u32| (from..from + 20_000).map(|number| format!("customer{number}"));
    let (first, second) = (field("email").one_of(texts(0)), field("email").one_of(texts(20_000)));
    let (first, second) = (checked(first), checked(second));
    assert_eq!(analyst(&schema).overlap(&first, &second), Ok(None));
    let members = |from| checked(field("interests").any_of(texts(from)));
    assert!(
        analyst(&schema).overlap(&members(0), &members(10_000)).is_ok_and(|both| both.is_some())
    );
    let deep = (0..15).fold(field("orders").at_least(3), |rule, _| all([!rule, Rule::Always]));
    assert!(analyst(&schema).never_applies(&checked(deep)).is_ok());
}

#[test]
fn the_ends_of_the_calendar_are_days_like_others() {
    let schema = schema();
    let span = |days| Span::new(days, Unit::Day).unwrap();
    for today in [NaiveDate::MIN, NaiveDate::MIN.succ_opt().unwrap(), NaiveDate::MAX] {
        let analyst = Analyst::new(&schema, today);
        for days in [1, 40, 100_000] {
            let birthday = || field("birthday");
            let tests = [
                birthday().within_last(span(days)),
                birthday().within_next(span(days)),
                birthday().anniversary_within_next(span(days)),
                birthday().at_least("9999-12-31"),
            ];
            let rules = [all(tests.clone()), any(tests)].map(checked);
            for rule in &rules {
                let held = analyst.never_applies(rule).unwrap();
                assert!(held.witness().is_none_or(|witness| rule.truth(witness).holds()));
                let open = analyst.always_applies(rule).unwrap();
                assert!(open.witness().is_some_and(|witness| !rule.truth(witness).holds()));
            }
            assert!(analyst.overlap(&rules[1], &checked(birthday().is("2000-02-29"))).is_ok());
        }
    }
}
