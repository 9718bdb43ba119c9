//! What every word of the language means, case by case.

use super::{day, euro, schema, sheet};
use crate::money::{Currency, Money};
use crate::rule::Truth::{Fail, Hold, Unknown};
use crate::rule::{Rule, Sheet, Truth, Value};

fn truth<const N: usize>(rule: &str, values: [(&str, Value); N]) -> Truth {
    let rule: Rule = serde_json::from_str(rule).unwrap();
    rule.check(schema()).unwrap().truth(&sheet(values))
}

/// A condition on `orders` (of which there are 5) or `rate` (missing) with the given truth.
fn condition(truth: Truth) -> &'static str {
    match truth {
        Fail => r#"{"field":"orders","above":5}"#,
        Unknown => r#"{"field":"rate","above":0}"#,
        Hold => r#"{"field":"orders","at_least":5}"#,
    }
}

fn of(truths: &[Truth]) -> String {
    let conditions: Vec<&str> = truths.iter().map(|truth| condition(*truth)).collect();
    format!("[{}]", conditions.join(","))
}

fn five(rule: &str) -> Truth {
    truth(rule, [("orders", Value::Integer(5))])
}

#[test]
fn connectives_follow_kleenes_tables() {
    // Kleene, Introduction to Metamathematics, § 64.
    for (left, right, both, either) in [
        (Fail, Fail, Fail, Fail),
        (Fail, Unknown, Fail, Unknown),
        (Fail, Hold, Fail, Hold),
        (Unknown, Fail, Fail, Unknown),
        (Unknown, Unknown, Unknown, Unknown),
        (Unknown, Hold, Unknown, Hold),
        (Hold, Fail, Fail, Hold),
        (Hold, Unknown, Unknown, Hold),
        (Hold, Hold, Hold, Hold),
    ] {
        let of = of(&[left, right]);
        assert_eq!(five(&format!(r#"{{"all":{of}}}"#)), both, "{left:?} and {right:?}");
        assert_eq!(five(&format!(r#"{{"any":{of}}}"#)), either, "{left:?} or {right:?}");
    }
    for (truth, opposite) in [(Fail, Hold), (Unknown, Unknown), (Hold, Fail)] {
        assert_eq!(five(&format!(r#"{{"not":{}}}"#, condition(truth))), opposite);
    }
    assert_eq!((five("true"), five("false")), (Hold, Fail));
}

#[test]
fn at_least_counts_what_may_still_hold() {
    for (count, truths, expected) in [
        (3, vec![Fail, Hold, Unknown], Fail),
        (2, vec![Fail, Hold, Unknown], Unknown),
        (1, vec![Fail, Hold, Unknown], Hold),
        (2, vec![Unknown, Hold, Hold], Hold),
        (2, vec![Fail, Fail, Hold], Fail),
        (1, vec![Fail, Unknown], Unknown),
        (2, vec![Hold, Hold], Hold),
    ] {
        let rule = format!(r#"{{"at_least":{count},"of":{}}}"#, of(&truths));
        assert_eq!(five(&rule), expected, "{count} of {truths:?}");
    }
}

#[test]
fn a_missing_value_is_unknown_to_every_test_and_under_not() {
    for test in [
        r#""field":"orders","is":5"#,
        r#""field":"orders","is_not":5"#,
        r#""field":"orders","at_most":30"#,
        r#""field":"tier","none_of":["gold"]"#,
        r#""field":"interests","none_of":["tea"]"#,
        r#""field":"email","contains":"@""#,
        r#""coalesce":["email","phone"],"is":"x""#,
    ] {
        assert_eq!(truth(&format!("{{{test}}}"), []), Unknown, "{test}");
        assert_eq!(truth(&format!("{{\"not\":{{{test}}}}}"), []), Unknown, "not {test}");
    }
}

#[test]
fn missing_is_never_unknown() {
    assert_eq!(truth(r#"{"missing":"email"}"#, []), Hold);
    assert_eq!(truth(r#"{"missing":"email"}"#, [("email", "a@b.c".into())]), Fail);
    assert_eq!(truth(r#"{"not":{"missing":"email"}}"#, []), Fail);
}

#[test]
fn a_value_that_cannot_be_compared_is_unknown() {
    let yen = Value::Money(Money::from_minor(1, Currency::JPY));
    for (test, name, value) in [
        (r#""field":"spend(90d)","below":"500.00 EUR""#, "spend(90d)", yen.clone()),
        (r#""field":"spend(90d)","is_not":"500.00 EUR""#, "spend(90d)", yen.clone()),
        (r#""field":"balance","none_of":["1.00 EUR"]"#, "balance", yen),
        (r#""field":"orders","is_not":5"#, "orders", "5".into()),
        (r#""field":"orders","is_not":5"#, "orders", Value::number(4.0).unwrap()),
        (r#""field":"tier","none_of":["gold"]"#, "tier", Value::set(["silver"])),
        (r#""field":"interests","none_of":["tea"]"#, "interests", "coffee".into()),
    ] {
        assert_eq!(truth(&format!("{{{test}}}"), [(name, value)]), Unknown, "{test}");
    }
}

#[test]
fn order_tests_include_or_exclude_their_end() {
    for (test, below, same, above) in [
        (r#""above":5"#, Fail, Fail, Hold),
        (r#""at_least":5"#, Fail, Hold, Hold),
        (r#""below":5"#, Hold, Fail, Fail),
        (r#""at_most":5"#, Hold, Hold, Fail),
        (r#""is":5"#, Fail, Hold, Fail),
        (r#""is_not":5"#, Hold, Fail, Hold),
        (r#""between":[5,5]"#, Fail, Hold, Fail),
        (r#""between":[4,5]"#, Hold, Hold, Fail),
        (r#""one_of":[9,5,-1]"#, Fail, Hold, Fail),
        (r#""none_of":[9,5,-1]"#, Hold, Fail, Hold),
        (r#""above":4.5"#, Fail, Hold, Hold),
        (r#""is":4.5"#, Fail, Fail, Fail),
    ] {
        let rule = format!(r#"{{"field":"orders",{test}}}"#);
        let found = [4, 5, 6].map(|orders| truth(&rule, [("orders", Value::Integer(orders))]));
        assert_eq!(found, [below, same, above], "{test}");
    }
}

#[test]
fn money_dates_and_numbers_are_ordered_too() {
    let spend = |minor| [("spend(90d)", Value::from(euro(minor)))];
    let rule = r#"{"field":"spend(90d)","at_least":"500.00 EUR"}"#;
    assert_eq!((truth(rule, spend(49_999)), truth(rule, spend(50_000))), (Fail, Hold));

    let born = |text| [("birthday", Value::from(day(text)))];
    let rule = r#"{"field":"birthday","below":"1990-01-01"}"#;
    assert_eq!((truth(rule, born("1990-01-01")), truth(rule, born("1989-12-31"))), (Fail, Hold));

    let rate = |rate| [("rate", Value::number(rate).unwrap())];
    let rule = r#"{"field":"rate","between":[1,2.5]}"#;
    assert_eq!((truth(rule, rate(0.99)), truth(rule, rate(2.5))), (Fail, Hold));
    let whole = [("rate", Value::Integer(2))];
    assert_eq!(truth(rule, whole), Hold, "a whole number is a number");
}

#[test]
fn sets_and_single_values_have_their_own_words() {
    let likes = |members: &[&str]| [("interests", Value::set(members))];
    for (test, none, tea, both) in [
        (r#""any_of":["tea","coffee"]"#, Fail, Hold, Hold),
        (r#""all_of":["tea","coffee"]"#, Fail, Fail, Hold),
        (r#""none_of":["tea","coffee"]"#, Hold, Fail, Fail),
        (r#""is":["tea"]"#, Fail, Hold, Fail),
        (r#""is_not":["tea"]"#, Hold, Fail, Hold),
        (r#""is":[]"#, Hold, Fail, Fail),
    ] {
        let rule = format!(r#"{{"field":"interests",{test}}}"#);
        let found = [&[][..], &["tea"], &["coffee", "tea"]].map(|of| truth(&rule, likes(of)));
        assert_eq!(found, [none, tea, both], "{test}");
    }
    let rule = r#"{"field":"tier","one_of":["platinum","gold"]}"#;
    assert_eq!(truth(rule, [("tier", "gold".into())]), Hold);
    assert_eq!(truth(rule, [("tier", "silver".into())]), Fail);
}

#[test]
fn text_is_searched_with_its_capitals() {
    for (test, expected) in [
        (r#""starts_with":"Ada""#, Hold),
        (r#""starts_with":"ada""#, Fail),
        (r#""ends_with":".org""#, Hold),
        (r#""ends_with":".ORG""#, Fail),
        (r#""contains":"@Exa""#, Hold),
        (r#""contains":"@exa""#, Fail),
        (r#""is":"Ada@Example.org""#, Hold),
        (r#""is":"ada@example.org""#, Fail),
    ] {
        let email = [("email", "Ada@Example.org".into())];
        assert_eq!(truth(&format!(r#"{{"field":"email",{test}}}"#), email), expected, "{test}");
    }
}

#[test]
fn coalesce_takes_the_first_that_is_there() {
    let rule = r#"{"coalesce":["email","phone"],"contains":"1"}"#;
    assert_eq!(truth(rule, [("phone", "+321".into())]), Hold);
    assert_eq!(truth(rule, [("email", "a@b".into()), ("phone", "+321".into())]), Fail);
    let rule = r#"{"coalesce":["orders"],"default":0,"below":1}"#;
    assert_eq!(truth(rule, []), Hold);
    assert_eq!(truth(rule, [("orders", Value::Integer(1))]), Fail);
}

#[test]
fn dates_are_counted_from_today_with_both_ends() {
    // Today is 15 March 2026.
    for (test, holds, fails) in [
        (r#""within_last":"14d""#, ["2026-03-01", "2026-03-15"], ["2026-02-28", "2026-03-16"]),
        (r#""within_last":"2w""#, ["2026-03-01", "2026-03-15"], ["2026-02-28", "2026-03-16"]),
        (r#""within_last":"6mo""#, ["2025-09-15", "2026-03-15"], ["2025-09-14", "2026-03-16"]),
        (r#""within_next":"14d""#, ["2026-03-15", "2026-03-29"], ["2026-03-14", "2026-03-30"]),
        (r#""within_next":"1y""#, ["2026-03-15", "2027-03-15"], ["2026-03-14", "2027-03-16"]),
    ] {
        let rule = format!(r#"{{"field":"birthday",{test}}}"#);
        let found = |text| truth(&rule, [("birthday", Value::from(day(text)))]);
        assert_eq!(holds.map(found), [Hold, Hold], "{test}");
        assert_eq!(fails.map(found), [Fail, Fail], "{test}");
    }
}

#[test]
fn birthdays_come_round_every_year() {
    let rule: Rule =
        serde_json::from_str(r#"{"field":"birthday","anniversary_within_next":"7d"}"#).unwrap();
    let rule = rule.check(schema()).unwrap();
    let slot = schema().slot("birthday").unwrap();
    for (born, today, expected) in [
        ("1990-03-15", "2026-03-15", Hold),
        ("1990-03-22", "2026-03-15", Hold),
        ("1990-03-23", "2026-03-15", Fail),
        ("1990-03-14", "2026-03-15", Fail),
        ("1990-01-02", "2026-12-28", Hold),
        // 29 February is kept on the 28th in common years.
        ("2000-02-29", "2026-02-21", Hold),
        ("2000-02-29", "2026-02-20", Fail),
        ("2000-02-29", "2026-02-28", Hold),
        ("2000-02-29", "2026-03-01", Fail),
        ("2000-02-29", "2028-02-21", Fail),
        ("2000-02-29", "2028-02-29", Hold),
        // A day yet to come does not come round before it came.
        ("2027-03-16", "2026-03-15", Fail),
        ("2026-03-16", "2026-03-15", Hold),
    ] {
        let mut sheet = Sheet::new(day(today));
        sheet.set(slot, Some(day(born).into()));
        assert_eq!(rule.truth(&sheet), expected, "born {born}, asked {today}");
    }
}

#[test]
fn a_value_is_found_in_a_long_list_in_any_order() {
    let odd: Vec<String> = (0..200).rev().map(|n| (2 * n + 1).to_string()).collect();
    let rule = format!(r#"{{"field":"orders","one_of":[{}]}}"#, odd.join(","));
    for orders in 0..400 {
        let expected = if orders % 2 == 1 { Hold } else { Fail };
        assert_eq!(truth(&rule, [("orders", Value::Integer(orders))]), expected, "{orders}");
    }
}
