//! What would turn a rule, told literally.

use chrono::TimeDelta;

use super::{day, euro, schema, sheet};
use crate::money::{Currency, Money};
use crate::rule::{
    CheckedRule, Field, Gap, Kind, MAX_TURNS, Number, Rule, Schema, Sheet, Truth, Turns, Value,
    Wanted, unlocks,
};

fn checked(text: &str) -> CheckedRule {
    text.parse::<Rule>().unwrap().check(schema()).unwrap()
}

fn turns(text: &str, facts: &Sheet) -> Turns {
    checked(text).turns(facts)
}

fn silver() -> Sheet {
    sheet([
        ("orders", 3.into()),
        ("tier", "silver".into()),
        ("spend(90d)", euro(38_760).into()),
        ("interests", Value::set(["tea"])),
        ("active", false.into()),
        ("birthday", day("1990-04-24").into()),
        ("email", "ada@b.com".into()),
    ])
}

#[test]
fn the_smallest_sets_come_first_and_then_in_the_order_of_the_rule() {
    for (rule, told) in [
        ("orders >= 3", "it holds already"),
        ("false", "no change does"),
        ("spend(90d) >= 400 or orders >= 4", "spend(90d) 12.40 EUR more, or orders 1 more"),
        ("orders >= 4 or spend(90d) >= 400", "orders 1 more, or spend(90d) 12.40 EUR more"),
        ("spend(90d) >= 400 and orders >= 4", "spend(90d) 12.40 EUR more and orders 1 more"),
        (
            "(spend(90d) >= 400 and orders >= 4) or tier = gold",
            "tier gold, or spend(90d) 12.40 EUR more and orders 1 more",
        ),
        (
            "at least 2 of (spend(90d) >= 400, orders >= 4, tier = gold)",
            "spend(90d) 12.40 EUR more and orders 1 more, \
             or spend(90d) 12.40 EUR more and tier gold, or orders 1 more and tier gold",
        ),
        (
            "at least 2 of (spend(90d) >= 400, orders >= 3, tier = gold)",
            "spend(90d) 12.40 EUR more, or tier gold",
        ),
        ("not (orders < 9 and tier = silver)", "orders 6 more, or tier bronze or gold or platinum"),
        ("not (orders < 9 or tier = silver)", "orders 6 more and tier bronze or gold or platinum"),
    ] {
        assert_eq!(turns(rule, &silver()).to_string(), told, "{rule}");
    }
}

#[test]
fn conditions_on_one_field_are_taken_together() {
    for (rule, told) in [
        ("orders > 5 and orders < 9", "orders 3 more"),
        ("orders > 5 and orders < 6", "no change does"),
        ("orders > 5 and orders != 6 and orders not in {7, 8}", "orders 6 more"),
        ("orders > 5 or orders < 2", "orders 2 less"),
        (
            "orders >= 2 and (orders >= 9 or orders <= 1 or tier = gold)",
            "orders 6 more, or tier gold",
        ),
        ("at least 2 of (orders = 7, orders = 8, orders >= 8)", "orders 5 more"),
        ("tier in {gold, silver} and tier != silver", "tier gold"),
        ("tier != silver and tier != bronze", "tier gold or platinum"),
        ("tier != silver and tier != platinum", "tier bronze or gold"),
        ("tier = gold or tier = platinum", "tier gold or platinum"),
        ("email = a or email = b", "email a or b"),
        ("tier != silver and tier not in {bronze, gold, platinum}", "no change does"),
        ("orders != 3", "orders other than 3"),
        ("active = true and active != false", "active yes"),
        (
            "email ends with \".org\" and email contains \"x\"",
            "email ending with `.org` and containing `x`",
        ),
        ("email starts with \"b\" and not (email contains \"b\")", "no change does"),
        ("email = x and not (email contains \"x\")", "no change does"),
        ("email != \"ada@b.com\"", "email other than ada@b.com"),
        ("missing(tier) and not missing(tier)", "no change does"),
        ("missing(tier) and orders = 3", "tier missing"),
        ("missing(tier) and tier = gold", "no change does"),
        ("spend(90d) > 400 and spend(90d) < 400.02", "spend(90d) 12.41 EUR more"),
        ("birthday < 1980-01-01 and birthday > 1979-12-30", "birthday 3767 days earlier"),
        ("orders between 2.2 and 2.8", "no change does"),
    ] {
        assert_eq!(turns(rule, &silver()).to_string(), told, "{rule}");
    }
}

#[test]
fn sets_change_by_as_few_members_as_do() {
    for (rule, told) in [
        ("interests has any of {books, coffee}", "interests with one of books, coffee added"),
        ("interests has any of {books}", "interests with books added"),
        ("interests has all of {books, coffee}", "interests with books, coffee added"),
        ("interests = {books}", "interests with books added and tea removed"),
        ("interests not in {tea}", "interests with tea removed"),
        ("interests != {tea}", "interests other than tea"),
        (
            "interests has any of {books, coffee} and interests not in {books, tea}",
            "interests with coffee added and tea removed",
        ),
        (
            "interests has any of {books, coffee} and interests has any of {coffee}",
            "interests with coffee added",
        ),
        ("interests has all of {books} and interests not in {books}", "no change does"),
        ("not (interests has all of {tea})", "interests with tea removed"),
    ] {
        assert_eq!(turns(rule, &silver()).to_string(), told, "{rule}");
    }
    let facts = sheet([("interests", Value::set(["tea", "books"]))]);
    let told = turns("not (interests has all of {tea, books})", &facts).to_string();
    assert_eq!(told, "interests with one of books, tea removed");
}

#[test]
fn what_is_missing_must_become_known() {
    let nothing = sheet([]);
    for (rule, told) in [
        ("not missing(email)", "email known"),
        ("email contains \"@\"", "email known (containing `@`)"),
        ("orders > 5 and orders < 9", "orders known (above 5 and below 9)"),
        ("orders > 5 or orders < 2", "orders known (above 5)"),
        ("not (tier = gold)", "tier known (other than gold)"),
        ("orders else 0 > 5", "orders known (above 5)"),
        ("first of (orders) else 9 > 5", "it holds already"),
        (
            "first of (email, phone) contains \"@\"",
            "email known (containing `@`), or phone known (containing `@`)",
        ),
        ("missing(email) and orders > 5", "orders known (above 5)"),
    ] {
        assert_eq!(turns(rule, &nothing).to_string(), told, "{rule}");
    }
    let facts = sheet([("email", "x".into()), ("phone", "y@z".into())]);
    let told = turns("first of (email, phone) contains \"@\"", &facts).to_string();
    assert_eq!(told, "email containing `@`");
    let yen = sheet([("spend(90d)", Money::from_minor(1, Currency::JPY).into())]);
    let told = turns("spend(90d) >= 1", &yen).to_string();
    assert_eq!(told, "spend(90d) known (at least 1.00 EUR)");
}

#[test]
fn an_anniversary_is_waited_for_while_all_else_stays() {
    // The birthday is 24 April and today is 15 March.
    for (rule, told) in [
        ("birthday anniversary within next 7d", "birthday in 33 days"),
        (
            "birthday anniversary within next 7d and orders > 3",
            "birthday in 33 days and orders 1 more",
        ),
        (
            "birthday anniversary within next 7d or orders > 3",
            "birthday in 33 days, or orders 1 more",
        ),
        ("not (birthday anniversary within next 60d)", "birthday in 41 days"),
        // 1991-03-15 comes round today.
        (
            "birthday anniversary within next 7d and birthday > 1990-04-24",
            "birthday 325 days later",
        ),
    ] {
        let rule = checked(rule);
        let turns = rule.turns(&silver());
        if let Gap::Wait(days) = turns.sets[0].changes[0].gap {
            let later = |days| {
                let mut facts = Sheet::new(day("2026-03-15") + TimeDelta::days(days));
                let [birthday, orders] =
                    ["birthday", "orders"].map(|it| schema().slot(it).unwrap());
                facts.set(birthday, Some(day("1990-04-24").into()));
                facts.set(
                    orders,
                    Some(
                        turns.sets[0]
                            .changes
                            .get(1)
                            .and_then(|it| it.to.clone())
                            .unwrap_or(3.into()),
                    ),
                );
                facts
            };
            assert_eq!(rule.truth(&later(days)), Truth::Hold);
            assert_eq!(rule.truth(&later(days - 1)), Truth::Fail);
        }
        assert_eq!(turns.to_string(), told);
    }
}

#[test]
fn a_turn_is_a_record_with_a_value_that_does() {
    let found = turns("not (spend(90d) < 400)", &silver());
    let json = serde_json::json!({
        "sets": [{"changes": [{
            "field": "spend(90d)",
            "from": {"money": "387.60 EUR"}, "to": {"money": "400.00 EUR"},
            "gap": {"money": "12.40 EUR"},
            "wanted": [{"wanted": {"test": {"below": {"money": "400.00 EUR"}}}, "aim": "fail"}],
        }]}],
        "complete": true,
    });
    assert_eq!(serde_json::to_value(&found).unwrap(), json);
    assert_eq!(serde_json::from_value::<Turns>(json).unwrap(), found);
    let missing = turns("missing(email)", &silver()).sets.remove(0).changes.remove(0);
    assert_eq!((missing.to, missing.gap), (None, Gap::Missing));
    assert_eq!(missing.wanted[0].wanted, Wanted::Missing);
}

#[test]
fn floats_go_to_the_very_next_that_does() {
    let rate = |rate| sheet([("rate", Value::number(rate).unwrap())]);
    let change = |rule: &str, from| turns(rule, &rate(from)).sets.remove(0).changes.remove(0);
    let above = change("rate > 2.5", 2.0);
    assert_eq!(above.to, Value::number(2.5_f64.next_up()));
    assert_eq!(change("rate >= 2.5", 2.0).gap, Gap::Number(Number::new(0.5).unwrap()));
    assert_eq!(change("rate < 2.5 and rate > 2.4", 9.0).to, Value::number(2.5_f64.next_down()));
}

#[test]
fn a_rule_with_too_many_ways_is_told_in_part() {
    let names: Vec<String> = (0..16).map(|number| format!("f{number}")).collect();
    let schema = Schema::new(names.iter().map(|name| Field::new(name, Kind::Integer))).unwrap();
    let facts = Sheet::of(vec![Some(0.into()); 16], day("2026-03-15"));
    let of = names.iter().map(|name| format!("{name} > 0")).collect::<Vec<_>>().join(", ");
    let turns = |rule: String| rule.parse::<Rule>().unwrap().check(&schema).unwrap().turns(&facts);
    let some = turns(format!("at least 8 of ({of})"));
    assert_eq!((some.sets.len(), some.complete), (MAX_TURNS, false));
    assert!(some.sets.iter().all(|set| set.changes.len() == 8));
    assert!(some.to_string().ends_with(", or in another way"));
    let all = turns(format!("all({of})"));
    assert_eq!((all.sets.len(), all.sets[0].changes.len(), all.complete), (1, 16, true));
    let most = turns(format!("at least 15 of ({of})"));
    assert_eq!((most.sets.len(), most.complete), (16, true));
    let any = turns(format!("any({of})"));
    assert_eq!((any.sets.len(), any.complete), (16, true));
}

#[test]
fn a_rule_as_large_as_may_be_is_answered() {
    let values: Vec<String> = (0..30_000).map(|number| (2 * number).to_string()).collect();
    let rule = format!("orders in {{{}}} and orders > 3", values.join(", "));
    assert_eq!(turns(&rule, &silver()).to_string(), "orders 1 more");
    let wide = "(orders > 9 or tier = gold) and ".repeat(5_000) + "active = true";
    let found = turns(&wide, &silver());
    assert_eq!(found.to_string(), "orders 7 more and active yes, or tier gold and active yes");
}

#[test]
fn the_field_that_unlocks_most_rules_comes_first() {
    let rules = [
        "email contains \"@\"",
        "orders > 3 and email ends with \".org\"",
        "orders > 3 and phone starts with \"+\"",
        "birthday within last 1y and rate > 1",
        "birthday within last 1y or tier = gold",
        "email contains \"@\" and false",
        "first of (phone, email) contains \"@\"",
        "orders > 4",
    ];
    let checked = rules.map(checked);
    let facts = sheet([("orders", 4.into())]);
    let found: Vec<(String, Vec<usize>)> = unlocks(&checked, &facts)
        .into_iter()
        .map(|unlock| (unlock.field.to_string(), unlock.rules))
        .collect();
    let expected =
        [("email", vec![0, 1, 6]), ("phone", vec![2, 6]), ("birthday", vec![4]), ("tier", vec![4])];
    assert_eq!(found, expected.map(|(field, rules)| (field.to_owned(), rules)));
}
