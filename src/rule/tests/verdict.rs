//! What verdicts tell, and what they say would turn a rule.

use chrono::TimeDelta;

use super::{day, euro, schema, sheet};
use crate::calendar::Span;
use crate::money::{Currency, Money};
use crate::rule::{
    Aim, Because, Field, Finding, Gap, Number, Rule, Schema, Sheet, Truth, Value, Verdict, all,
    any, at_least, coalesce, field, missing, not,
};

fn verdict(rule: &Rule, sheet: &Sheet) -> Verdict {
    rule.check(schema()).unwrap().explain(sheet)
}

fn span(text: &str) -> Span {
    text.parse().unwrap()
}

fn turn(verdict: &Verdict) -> Option<Vec<String>> {
    let gap = |gap: &Option<Gap>| gap.as_ref().map(Gap::to_string).unwrap_or_default();
    let findings = verdict.turn()?;
    Some(findings.iter().map(|found| format!("{}: {}", found.field, gap(&found.gap))).collect())
}

/// What the verdict on a rule says that fails for one value.
fn check_sentence(rule: &Rule, name: &str, value: Value, sentence: &str) {
    let verdict = verdict(rule, &sheet([(name, value)]));
    assert_eq!((verdict.truth, verdict.to_string().as_str()), (Truth::Fail, sentence));
}

#[test]
fn sentences_say_what_was_found_and_how_far_it_is() {
    for (rule, name, value, sentence) in [
        (
            field("spend(90d)").at_least("400.00 EUR"),
            "spend(90d)",
            euro(38_760).into(),
            "spend(90d) is 387.60 EUR, 12.40 EUR short of 400.00 EUR",
        ),
        (
            field("spend(90d)").above("400.00 EUR"),
            "spend(90d)",
            euro(40_000).into(),
            "spend(90d) is 400.00 EUR, wanted above 400.00 EUR (0.01 EUR more)",
        ),
        (
            field("spend(90d)").at_most("400.00 EUR"),
            "spend(90d)",
            euro(40_001).into(),
            "spend(90d) is 400.01 EUR, 0.01 EUR over 400.00 EUR",
        ),
        (field("orders").above(5), "orders", 5.into(), "orders is 5, wanted above 5 (1 more)"),
        (field("orders").below(5), "orders", 7.into(), "orders is 7, wanted below 5 (3 less)"),
        (field("orders").between(3, 5), "orders", 1.into(), "orders is 1, 2 short of 3"),
        (field("orders").between(3, 5), "orders", 9.into(), "orders is 9, 4 over 5"),
        (field("orders").is(5), "orders", 3.into(), "orders is 3, wanted 5 (2 more)"),
        (field("orders").is_not(5), "orders", 5.into(), "orders is 5, wanted other than 5"),
        (
            field("orders").one_of([1, 4]),
            "orders",
            2.into(),
            "orders is 2, wanted one of 1, 4 (1 less)",
        ),
        (field("orders").is(2.5), "orders", 3.into(), "orders is 3, wanted 2.5"),
        (
            field("rate").at_least(5),
            "rate",
            Value::number(3.2).unwrap(),
            "rate is 3.2, 1.8 short of 5",
        ),
    ] {
        check_sentence(&rule, name, value, sentence);
    }
}

#[test]
fn sentences_name_the_texts_that_are_wanted() {
    for (rule, name, value, sentence) in [
        (
            field("tier").one_of(["platinum", "gold"]),
            "tier",
            "silver".into(),
            "tier is silver, wanted one of gold, platinum",
        ),
        (missing("email"), "email", "a@b.com".into(), "email is a@b.com, wanted none"),
        (field("active").is(true), "active", false.into(), "active is no, wanted yes"),
        (
            field("email").ends_with(".org"),
            "email",
            "a@b.com".into(),
            "email is a@b.com, wanted ending with `.org`",
        ),
        (
            field("interests").all_of(["tea", "coffee"]),
            "interests",
            Value::set(["tea", "books"]),
            "interests is books, tea, wanted all of coffee, tea (coffee to be added)",
        ),
        (
            field("interests").none_of(["tea"]),
            "interests",
            Value::set(["tea", "books"]),
            "interests is books, tea, wanted none of tea (tea to be removed)",
        ),
        (
            field("interests").any_of(["tea"]),
            "interests",
            Value::set::<&str>([]),
            "interests is empty, wanted any of tea",
        ),
    ] {
        check_sentence(&rule, name, value, sentence);
    }
}

#[test]
fn sentences_count_the_days() {
    for (rule, name, value, sentence) in [
        (
            field("birthday").within_last(span("2w")),
            "birthday",
            day("2026-02-28").into(),
            "birthday is 2026-02-28, wanted within the last 2 weeks (1 day later)",
        ),
        (
            field("birthday").anniversary_within_next(span("7d")),
            "birthday",
            day("1990-04-24").into(),
            "birthday is 1990-04-24, wanted coming round within the next 7 days (in 33 days)",
        ),
        (
            field("birthday").at_least("2026-03-01"),
            "birthday",
            day("2026-02-27").into(),
            "birthday is 2026-02-27, 2 days before 2026-03-01",
        ),
        (
            field("birthday").at_most("2026-03-01"),
            "birthday",
            day("2026-03-02").into(),
            "birthday is 2026-03-02, 1 day after 2026-03-01",
        ),
    ] {
        check_sentence(&rule, name, value, sentence);
    }
}

#[test]
fn under_not_the_opposite_is_wanted() {
    for (rule, name, value, sentence) in [
        (
            field("orders").at_most(30),
            "orders",
            12.into(),
            "orders is 12, wanted above 30 (19 more)",
        ),
        (field("orders").below(30), "orders", 12.into(), "orders is 12, 18 short of 30"),
        (field("orders").above(3), "orders", 12.into(), "orders is 12, 9 over 3"),
        (
            field("orders").between(3, 20),
            "orders",
            12.into(),
            "orders is 12, wanted not between 3 and 20 (9 more)",
        ),
        (field("tier").is("gold"), "tier", "gold".into(), "tier is gold, wanted other than gold"),
        (field("tier").is_not("gold"), "tier", "silver".into(), "tier is silver, wanted gold"),
        (
            field("interests").any_of(["tea"]),
            "interests",
            Value::set(["tea"]),
            "interests is tea, wanted none of tea (tea to be removed)",
        ),
    ] {
        check_sentence(&not(rule), name, value, sentence);
    }
    let verdict = verdict(&not(missing("email")), &sheet([]));
    assert_eq!(verdict.to_string(), "email is missing");
}

#[test]
fn what_holds_and_what_is_unknown_is_told_too() {
    let yen = Value::Money(Money::from_minor(5, Currency::JPY));
    for (rule, facts, truth, sentence) in [
        (
            field("orders").at_least(3),
            sheet([("orders", 4.into())]),
            Truth::Hold,
            "orders is 4, at least 3",
        ),
        (
            not(field("tier").is("gold")),
            sheet([("tier", "silver".into())]),
            Truth::Hold,
            "tier is silver, other than gold",
        ),
        (missing("email"), sheet([]), Truth::Hold, "email is missing"),
        (not(missing("email")), sheet([("email", "a@b".into())]), Truth::Hold, "email is a@b"),
        (field("email").contains("@"), sheet([]), Truth::Unknown, "email is not known"),
        (
            field("spend(90d)").below("4.00 EUR"),
            sheet([("spend(90d)", yen)]),
            Truth::Unknown,
            "spend(90d) is 5 JPY, which does not compare: wanted below 4.00 EUR",
        ),
        (
            coalesce(["email", "phone"]).contains("@"),
            sheet([("phone", "+32".into())]),
            Truth::Fail,
            "phone is +32, wanted containing `@`",
        ),
        (
            coalesce(["orders"]).or_default(0).at_least(3),
            sheet([]),
            Truth::Fail,
            "orders is not known and taken as 0, 3 short of 3",
        ),
        (Rule::Always, sheet([]), Truth::Hold, "it always holds"),
        (not(Rule::Always), sheet([]), Truth::Fail, "it never holds"),
    ] {
        let verdict = verdict(&rule, &facts);
        assert_eq!((verdict.truth, verdict.to_string().as_str()), (truth, sentence));
    }
}

#[test]
fn only_the_findings_that_decided_are_decisive() {
    let facts = sheet([("orders", 5.into()), ("tier", "silver".into())]);
    let (holds, fails) = (field("orders").at_least(5), field("tier").is("gold"));
    let unknown = field("email").contains("@");
    let three = [holds.clone(), fails.clone(), unknown.clone()];
    for (rule, truth, fields) in [
        (all(three.clone()), Truth::Fail, vec!["tier"]),
        (any(three.clone()), Truth::Hold, vec!["orders"]),
        (at_least(2, three.clone()), Truth::Unknown, vec!["email"]),
        (at_least(3, three), Truth::Fail, vec!["tier"]),
        (all([holds.clone(), unknown.clone()]), Truth::Unknown, vec!["email"]),
        (all([holds.clone(), not(fails.clone())]), Truth::Hold, vec!["orders", "tier"]),
        (not(any([holds, unknown])), Truth::Fail, vec!["orders"]),
        (any([fails, Rule::Never]), Truth::Fail, vec!["tier"]),
    ] {
        let verdict = verdict(&rule, &facts);
        let decisive: Vec<&str> =
            verdict.decisive().iter().map(|finding| finding.field.as_str()).collect();
        assert_eq!((verdict.truth, decisive), (truth, fields), "{rule:?}");
    }
}

#[test]
fn a_turn_is_the_fewest_changes_that_make_the_rule_hold() {
    let facts = sheet([
        ("orders", 3.into()),
        ("tier", "silver".into()),
        ("spend(90d)", euro(38_760).into()),
        ("interests", Value::set(["tea"])),
    ]);
    let spend = field("spend(90d)").at_least("400.00 EUR");
    let orders = field("orders").at_least(5);
    let tier = field("tier").is("gold");
    let (s, o, t) = ("spend(90d): 12.40 EUR more", "orders: 2 more", "tier: another value");
    for (rule, expected) in [
        (field("orders").is(3), Some(vec![])),
        (all([spend.clone(), orders.clone(), field("orders").above(1)]), Some(vec![s, o])),
        (any([all([spend.clone(), orders.clone()]), tier.clone()]), Some(vec![t])),
        (any([spend.clone(), orders.clone()]), Some(vec![s])),
        (
            at_least(2, [all([spend.clone(), tier.clone()]), orders.clone(), tier.clone()]),
            Some(vec![o, t]),
        ),
        (at_least(2, [field("orders").is(3), orders.clone(), tier.clone()]), Some(vec![o])),
        (not(field("interests").any_of(["tea"])), Some(vec!["interests: tea to be removed"])),
        (
            not(all([field("orders").below(9), field("tier").is("silver")])),
            Some(vec!["orders: 6 more"]),
        ),
        (
            not(any([field("orders").below(9), field("tier").is("silver")])),
            Some(vec!["orders: 6 more", t]),
        ),
        (not(at_least(2, [Rule::Always, field("orders").is(3), Rule::Always])), None),
        (
            not(at_least(2, [Rule::Always, field("orders").is(3), Rule::Never])),
            Some(vec!["orders: another value"]),
        ),
        (field("email").contains("@").or(Rule::Never), Some(vec!["email: a value"])),
        (missing("tier"), Some(vec!["tier: no value"])),
        (tier.and(Rule::Never), None),
        (field("orders").between(2.2, 2.8), None),
        (field("orders").above(i64::MAX), None),
    ] {
        let verdict = verdict(&rule, &facts);
        let expected = expected.map(|turn| turn.into_iter().map(String::from).collect());
        assert_eq!(turn(&verdict), expected, "{rule:?}");
    }
}

#[test]
fn nothing_turns_what_no_value_of_the_field_does() {
    let schema = Schema::new([Field::choice("tier", ["silver", "gold"])]).unwrap();
    for (rule, tier, expected) in [
        ("tier not in {silver, gold}", Some("gold"), None),
        ("tier not in {silver, gold}", None, None),
        ("not (tier in {silver, gold})", None, None),
        ("tier not in {gold}", Some("gold"), Some("tier: another value")),
        ("tier = silver", Some("gold"), Some("tier: another value")),
        ("not (tier in {gold})", None, Some("tier: a value")),
    ] {
        let checked = rule.parse::<Rule>().unwrap().check(&schema).unwrap();
        let sheet = Sheet::of(vec![tier.map(Value::text)], day("2026-01-01"));
        let expected = expected.map(|told| vec![told.to_owned()]);
        assert_eq!(turn(&checked.explain(&sheet)), expected, "{rule} {tier:?}");
    }
}

#[test]
fn a_gap_too_wide_for_its_type_is_not_measured() {
    let rule = field("orders").at_least(i64::MAX);
    let verdict = verdict(&rule, &sheet([("orders", Value::Integer(i64::MIN))]));
    assert_eq!(verdict.decisive()[0].gap, Some(Gap::Other));
}

#[test]
fn the_nearest_value_is_wanted_and_the_higher_of_two() {
    for (values, more) in [([1, 4], 1), ([1, 5], 2), ([9, 5], 2), ([-90, 90], 87)] {
        let rule = field("orders").one_of(values);
        let verdict = verdict(&rule, &sheet([("orders", 3.into())]));
        assert_eq!(verdict.decisive()[0].gap, Some(Gap::Integer(more)), "{values:?}");
    }
}

#[test]
fn a_float_gap_is_wide_enough_to_hold() {
    let number = |value| Value::number(value).unwrap();
    for (found, wanted) in (0..50).flat_map(|x| (0..50).map(move |y| (x, y))) {
        let (found, wanted) = (f64::from(found) / 10.0, f64::from(wanted) * 0.7);
        for rule in [field("rate").above(wanted), field("rate").below(wanted)] {
            let rule = rule.check(schema()).unwrap();
            let verdict = rule.explain(&sheet([("rate", number(found))]));
            let gap = match verdict.turn().unwrap().first().map(|finding| &finding.gap) {
                Some(Some(Gap::Number(gap))) => gap.as_f64(),
                None => continue,
                other => panic!("{other:?}"),
            };
            let closed = sheet([("rate", number(found + gap))]);
            assert_eq!(rule.truth(&closed), Truth::Hold, "{found} + {gap}: {verdict}");
        }
    }
}

#[test]
fn a_float_gap_reaches_integers_that_no_float_is() {
    let wanted = (1_i64 << 53) + 1;
    let rule = field("rate").at_least(wanted).check(schema()).unwrap();
    let two_to_the_53 = 9_007_199_254_740_992.0;
    let facts = sheet([("rate", Value::number(two_to_the_53).unwrap())]);
    assert_eq!(rule.truth(&facts), Truth::Fail);
    let gap = Number::new(2.0).unwrap();
    assert_eq!(rule.explain(&facts).decisive()[0].gap, Some(Gap::Number(gap)));
}

#[test]
fn a_float_gap_is_told_with_four_digits() {
    for (value, text) in [
        (0.199_999_999_999_999_98, "0.2 more"),
        (1_234_567.0, "1234567 more"),
        (0.000_123_456, "0.0001235 more"),
        (-5e-20, "5.000e-20 less"),
        (1e300, "1.000e300 more"),
    ] {
        assert_eq!(Gap::Number(Number::new(value).unwrap()).to_string(), text);
    }
}

#[test]
fn a_birthday_comes_near_when_its_time_has_come() {
    // A month before 31 March is 28 February, but a month after that is only 28 March.
    for (born, today, span_ahead, days) in [
        ("1990-03-31", "2026-02-20", "1mo", 9),
        ("1990-04-24", "2026-03-15", "7d", 33),
        ("1990-03-14", "2026-03-15", "1mo", 336),
    ] {
        let rule = field("birthday").anniversary_within_next(span(span_ahead));
        let rule = rule.check(schema()).unwrap();
        let facts = |today| {
            let mut facts = Sheet::new(today);
            facts.set(schema().slot("birthday").unwrap(), Some(day(born).into()));
            facts
        };
        let verdict = rule.explain(&facts(day(today)));
        assert_eq!(verdict.decisive()[0].gap, Some(Gap::Wait(days)), "{born}, {today}");
        let then = day(today) + TimeDelta::days(days);
        assert_eq!(rule.truth(&facts(then)), Truth::Hold);
        assert_eq!(rule.truth(&facts(then.pred_opt().unwrap())), Truth::Fail);
    }
}

#[test]
fn a_verdict_is_a_record() {
    let rule = all([not(field("orders").at_most(3)), missing("email")]);
    let verdict = verdict(&rule, &sheet([("orders", 3.into())]));
    let json = serde_json::json!({
        "truth": "fail",
        "because": {"all": [
            {"truth": "fail", "because": {"not": {"truth": "hold", "because": {"finding": {
                "field": "orders", "wanted": {"test": {"at_most": 3}}, "found": 3,
                "truth": "hold", "aim": "fail", "gap": {"integer": 1},
            }}}}},
            {"truth": "hold", "because": {"finding": {
                "field": "email", "wanted": "missing", "found": null,
                "truth": "hold", "aim": "hold",
            }}},
        ]},
    });
    assert_eq!(serde_json::to_value(&verdict).unwrap(), json);
    assert_eq!(serde_json::from_value::<Verdict>(json).unwrap(), verdict);
    assert_eq!(verdict.decisive()[0].aim, Aim::Fail);
}

#[test]
fn a_demand_is_the_same_whatever_was_found() {
    let rule = all([
        field("spend(90d)").at_least("400.00 EUR"),
        not(field("orders").above(5)),
        not(missing("orders")),
    ]);
    for orders in [3, 9] {
        let verdict = verdict(&rule, &sheet([("orders", orders.into())]));
        let Because::All(parts) = &verdict.because else { panic!("{verdict:?}") };
        let demands: Vec<String> =
            parts.iter().flat_map(|part| part.decisive()).map(Finding::demand).collect();
        assert_eq!(demands, ["spend(90d) at least 400.00 EUR", "orders at most 5", "orders known"]);
    }
}
