//! The text form: every rule has one, and a mistake is told with its place.

use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::generate::wild;
use super::{euro, schema, sheet};
use crate::rule::{
    MAX_DEPTH, MAX_NODES, NoRule, Rule, Truth, Value, all, any, at_least, coalesce, field, missing,
    not,
};

fn parse(text: &str) -> Rule {
    text.parse().unwrap_or_else(|mistake| panic!("{text}: {mistake}"))
}

fn mistake(text: &str) -> NoRule {
    text.parse::<Rule>().unwrap_err()
}

/// The text is that of the rule with this JSON, and means it.
fn check_text(text: &str, json: &str) {
    let rule: Rule = serde_json::from_str(json).unwrap();
    assert_eq!(rule.to_string(), text);
    assert_eq!(parse(text), rule, "{text}");
}

#[test]
fn every_test_has_one_text() {
    for (text, json) in [
        ("orders > 5", r#"{"field":"orders","above":5}"#),
        ("orders >= -5", r#"{"field":"orders","at_least":-5}"#),
        ("rate < 3.0", r#"{"field":"rate","below":3.0}"#),
        ("rate <= 1e300", r#"{"field":"rate","at_most":1e300}"#),
        ("active = true", r#"{"field":"active","is":true}"#),
        ("tier != gold", r#"{"field":"tier","is_not":"gold"}"#),
        ("tier = \"true\"", r#"{"field":"tier","is":"true"}"#),
        ("tier = \"very gold\"", r#"{"field":"tier","is":"very gold"}"#),
        ("tier = \"5\"", r#"{"field":"tier","is":"5"}"#),
        ("tier = \"\"", r#"{"field":"tier","is":""}"#),
        ("tier = \"14d\"", r#"{"field":"tier","is":"14d"}"#),
        ("tier = \"5 AND\"", r#"{"field":"tier","is":"5 AND"}"#),
        (
            r#"tier = "say \"gold\" \\ \n\u{1b}""#,
            r#"{"field":"tier","is":"say \"gold\" \\ \n\u001b"}"#,
        ),
        ("spend(90d) >= 500.00 EUR", r#"{"field":"spend(90d)","at_least":"500.00 EUR"}"#),
        (
            "category_units(iced coffee, lifetime) = 1",
            r#"{"field":"category_units(iced coffee, lifetime)","is":1}"#,
        ),
        ("`spend( 90d)` = 1", r#"{"field":"spend( 90d)","is":1}"#),
        ("`and` = 1", r#"{"field":"and","is":1}"#),
        ("`all(a)` = 1", r#"{"field":"all(a)","is":1}"#),
        ("`a\\`b\"` = 1", r#"{"field":"a`b\"","is":1}"#),
        ("`` = 1", r#"{"field":"","is":1}"#),
        ("größe = mäßig", r#"{"field":"größe","is":"mäßig"}"#),
        ("birthday < 1990-01-31", r#"{"field":"birthday","below":"1990-01-31"}"#),
        ("orders between 1 and 5", r#"{"field":"orders","between":[1,5]}"#),
        ("tier in {gold, platinum}", r#"{"field":"tier","one_of":["gold","platinum"]}"#),
        ("tier in {}", r#"{"field":"tier","one_of":[]}"#),
        ("a in {{b}, 2, false, {}}", r#"{"field":"a","one_of":[["b"],2,false,[]]}"#),
        ("tier not in {gold}", r#"{"field":"tier","none_of":["gold"]}"#),
        ("interests has any of {tea}", r#"{"field":"interests","any_of":["tea"]}"#),
        ("interests has all of {tea, books}", r#"{"field":"interests","all_of":["tea","books"]}"#),
        ("interests = {tea, \"a b\"}", r#"{"field":"interests","is":["tea","a b"]}"#),
        ("email starts with \"a\"", r#"{"field":"email","starts_with":"a"}"#),
        ("email ends with \".org\"", r#"{"field":"email","ends_with":".org"}"#),
        ("email contains \"@\"", r#"{"field":"email","contains":"@"}"#),
        ("birthday within last 14d", r#"{"field":"birthday","within_last":"14d"}"#),
        ("birthday within next 2w", r#"{"field":"birthday","within_next":"2w"}"#),
        (
            "birthday anniversary within next 6mo",
            r#"{"field":"birthday","anniversary_within_next":"6mo"}"#,
        ),
        ("first of (a, b) = 1", r#"{"coalesce":["a","b"],"is":1}"#),
        ("first of (a, b) else 0 = 1", r#"{"coalesce":["a","b"],"default":0,"is":1}"#),
        ("a else 0 = 1", r#"{"coalesce":["a"],"default":0,"is":1}"#),
        ("first of (a) = 1", r#"{"coalesce":["a"],"is":1}"#),
        ("first of () else {a} = 1", r#"{"coalesce":[],"default":["a"],"is":1}"#),
    ] {
        check_text(text, json);
    }
}

#[test]
fn every_way_to_join_conditions_has_one_text() {
    for (text, json) in [
        ("true", "true"),
        ("false", "false"),
        ("missing(spend(90d))", r#"{"missing":"spend(90d)"}"#),
        ("not missing(email)", r#"{"not":{"missing":"email"}}"#),
        ("not not true", r#"{"not":{"not":true}}"#),
        ("not (a = 1)", r#"{"not":{"field":"a","is":1}}"#),
        ("not (true and false)", r#"{"not":{"all":[true,false]}}"#),
        ("true and false and true", r#"{"all":[true,false,true]}"#),
        ("(true and false) and true", r#"{"all":[{"all":[true,false]},true]}"#),
        ("true or (false and true)", r#"{"any":[true,{"all":[false,true]}]}"#),
        ("(true or false) and true", r#"{"all":[{"any":[true,false]},true]}"#),
        (
            "all() or all(true) or any(false)",
            r#"{"any":[{"all":[]},{"all":[true]},{"any":[false]}]}"#,
        ),
        (
            "at least 2 of (true, a > 1 or false, not true)",
            r#"{"at_least":2,"of":[true,{"any":[{"field":"a","above":1},false]},{"not":true}]}"#,
        ),
        ("at least 0 of ()", r#"{"at_least":0,"of":[]}"#),
    ] {
        check_text(text, json);
    }
}

#[test]
fn a_rule_may_be_written_in_other_ways_than_its_own() {
    let [a, b, c] = ["a", "b", "c"].map(missing);
    for (text, rule) in [
        ("missing(a) or missing(b) and missing(c)", any([a.clone(), all([b.clone(), c])])),
        ("((missing(a)))", a.clone()),
        ("all(missing(a), missing(b))", all([a.clone(), b.clone()])),
        ("not missing(a) and missing(b)", all([not(a), b])),
        ("not orders = 5", not(field("orders").is(5))),
        ("orders>=5", field("orders").at_least(5)),
        (
            " category_units( coffee,lifetime )\n\t> 1 ",
            field("category_units(coffee, lifetime)").above(1),
        ),
        ("interests has none of {tea}", field("interests").none_of(["tea"])),
        ("email contains at-example.org", field("email").contains("at-example.org")),
        ("spend = 500  EUR", field("spend").is("500 EUR")),
        ("`tier` = \"gold\"", field("tier").is("gold")),
        ("rate = 25e-1", field("rate").is(2.5)),
        ("at = 1 or first = 2", field("at").is(1).or(field("first").is(2))),
        ("first of (all, missing) = any", coalesce(["all", "missing"]).is("any")),
        ("at least 1 of(not(true))", at_least(1, [not(Rule::Always)])),
    ] {
        assert_eq!(parse(text), rule, "{text}");
    }
}

#[test]
fn a_mistake_is_told_with_its_place() {
    for (text, line, column, message) in [
        ("", 1, 1, "expected a condition such as `orders(30d) >= 5`, found the end"),
        ("orders", 1, 7, "expected a test such as `>= 5`, found the end"),
        ("orders at 5", 1, 8, "expected a test such as `>= 5`, found `at`"),
        ("orders == 5", 1, 9, "expected a value, found `=`"),
        ("orders > 5 AND true", 1, 12, "expected `and`, `or` or the end, found `AND`"),
        ("orders > and", 1, 10, "expected a value, found `and`"),
        ("tier = very gold", 1, 13, "expected `and`, `or` or the end, found `gold`"),
        ("tier in gold", 1, 9, "expected `{`, found `gold`"),
        ("tier in {gold platinum}", 1, 15, "expected `,` or `}`, found `platinum`"),
        ("tags = {5}", 1, 9, "expected a text, with quotes around it, found `5`"),
        (
            "tier = 14d",
            1,
            8,
            "expected a value, with double quotes around it if it is a text, found `14d`",
        ),
        ("a between 1 or 2", 1, 13, "expected `and`, found `or`"),
        ("a within 14d", 1, 10, "expected `last` or `next`, found `14d`"),
        ("a within last 14", 1, 15, "expected a span such as `14d`, `2w` or `6mo`, found `14`"),
        ("a has tea", 1, 7, "expected `any of`, `all of` or `none of`, found `tea`"),
        ("a starts \"x\"", 1, 10, "expected `with`, found `\"x\"`"),
        ("a = \"x", 1, 5, "expected a closing `\"`"),
        (
            "a = \"\\x\"",
            1,
            5,
            "expected one of the escapes `\\\"`, `\\``, `\\\\`, `\\n`, `\\r`, `\\t`, `\\u{2029}`",
        ),
        ("a = 5.", 1, 5, "expected a number such as `2.5`"),
        (
            "a = 9223372036854775808",
            1,
            5,
            "expected a number in range, found `9223372036854775808`",
        ),
        ("a = 1e999", 1, 5, "expected a number in range, found `1e999`"),
        ("(true", 1, 6, "expected `)`, found the end"),
        ("true)", 1, 5, "expected `and`, `or` or the end, found `)`"),
        ("at least two of (true)", 1, 10, "expected a number of conditions, found `two`"),
        ("at least 1 (true)", 1, 12, "expected `of`, found `(`"),
        ("spend(90d = 5", 1, 1, "expected arguments such as `(90d)`"),
        ("true and\n  größe > ; and x", 2, 11, "expected a field, a value or a sign such as `>=`"),
    ] {
        let mistake = mistake(text);
        assert_eq!((mistake.line, mistake.column), (line, column), "{text}");
        assert_eq!(mistake.reason, message, "{text}");
    }
    let found = mistake("true and\n  größe > ; and x");
    assert_eq!(found.offset, "true and\n  größe > ".len());
    assert_eq!(found.around, "  größe > ▸; and x");
    let long = format!("{} ; {}", "true and ".repeat(20), "x ".repeat(50));
    assert_eq!(mistake(&long).around, "… and true and true and  ▸; x x x x x x x x x x x …");
}

#[test]
fn depth_and_size_are_bounded() {
    let deepest = format!("{}true", "not ".repeat(MAX_DEPTH));
    assert!(parse(&deepest).check(schema()).is_ok());
    let too_deep = "conditions are nested more than 32 deep";
    assert_eq!(mistake(&format!("not {deepest}")).reason, too_deep);
    for open in ["(", "not ", "all(", "at least 1 of (", "not("] {
        assert_eq!(mistake(&open.repeat(1_000_000)).reason, too_deep, "{open}");
    }
    let wide = "true and ".repeat(MAX_NODES) + "true";
    assert!(parse(&wide.replacen("true and ", "", 1)).check(schema()).is_err());
    let too_large = "the rule has more than 65536 conditions, fields and values";
    assert_eq!(mistake(&format!("true and {wide}")).reason, too_large);
    let long = format!("a in {{{}1}}", "1, ".repeat(MAX_NODES));
    assert_eq!(mistake(&long).reason, too_large);
}

#[test]
fn a_text_may_stand_in_a_document_wherever_a_rule_may() {
    let json = r#"{"all": ["orders >= 1", {"not": "missing(email) or tier = \"gold\""}]}"#;
    let rule: Rule = serde_json::from_str(json).unwrap();
    let gold = field("tier").is("gold");
    assert_eq!(rule, field("orders").at_least(1).and(!missing("email").or(gold)));
    assert_eq!(toml::from_str::<Rule>("not = \"a > 1\"").unwrap(), not(field("a").above(1)));

    let json = r#"{"all": [true, {"not": "orders >= and true"}]}"#;
    let read = &mut serde_json::Deserializer::from_str(json);
    let error = serde_path_to_error::deserialize::<_, Rule>(read).unwrap_err();
    assert_eq!(error.path().to_string(), "all[1].not");
    let message = "expected a value, found `and` (line 1, column 11: `orders >= ▸and true`)";
    assert!(error.inner().to_string().starts_with(message), "{error}");

    let around = |text: String| format!("{}\"{text}\"{}", "{\"not\":".repeat(30), "}".repeat(30));
    assert!(serde_json::from_str::<Rule>(&around("not not true".into())).is_ok());
    let error = serde_json::from_str::<Rule>(&around("not not not true".into())).unwrap_err();
    assert!(error.to_string().contains("conditions are nested more than 32 deep"), "{error}");
}

#[test]
fn a_rule_has_one_version_however_it_is_written() {
    // python3: hashlib.sha256(canonical JSON).hexdigest()
    let version = "1ec621e4288390aca2e8f5b8f621c4c656a0ccb37336aedf69e47baf013518fd";
    let canonical = concat!(
        r#"{"all":[{"field":"spend(90d)","at_least":500},"#,
        r#"{"field":"tier","one_of":["gold","platinum"]},{"not":{"missing":"email"}}]}"#
    );
    let text = "spend(90d) >= 500 and tier in {gold, platinum} and not missing(email)";
    let mixed = r#"{ "all": [ {"at_least": 500, "field": "spend(90d)"},
        "tier in {gold, \"platinum\"}", {"not": "missing(email)"} ] }"#;
    for rule in [
        parse(text),
        serde_json::from_str(canonical).unwrap(),
        serde_json::from_str(mixed).unwrap(),
        serde_json::from_str(&serde_json::to_string(text).unwrap()).unwrap(),
    ] {
        assert_eq!(serde_json::to_string(&rule).unwrap(), canonical);
        assert_eq!(rule.version().to_string(), version);
        assert_eq!(rule.check(schema()).unwrap().version(), rule.version());
    }
    let other = "84c69a0bcbdd2051d4486dffa5d39e76266160ba731536fdcb7803657f20b071";
    assert_eq!(parse("orders else 0 > 2.5").version().to_string(), other);
}

#[test]
fn a_bare_number_is_an_amount_in_the_currency_of_the_field() {
    for (text, below, holds) in [
        ("spend(90d) >= 500", 49_999, 50_000),
        ("spend(90d) >= 12.4", 1_239, 1_240),
        ("spend(90d) >= 0.1", 9, 10),
        ("spend(90d) >= -3", -301, -300),
        ("spend(90d) in {1, 2.5}", 249, 250),
        ("first of (balance, spend(90d)) >= 5", 499, 500),
    ] {
        let rule = parse(text).check(schema()).unwrap();
        let truth = |minor| rule.truth(&sheet([("spend(90d)", Value::from(euro(minor)))]));
        assert_eq!([truth(below), truth(holds)], [Truth::Fail, Truth::Hold], "{text}");
    }
    for (text, message) in [
        (
            "spend(90d) >= 12.345",
            "`at_least`: `spend(90d)` is money: `12.345 EUR` has more than the 2 decimals of EUR",
        ),
        (
            "spend(90d) >= 9223372036854775807",
            "`at_least`: `spend(90d)` is money: `9223372036854775807 EUR` is no amount of money: \
             write it like `12.40 EUR`",
        ),
        (
            "balance >= 500",
            "`at_least`: `balance` has no fixed currency: write the amount with one, \
             like `\"500.00 EUR\"`, not `500`",
        ),
    ] {
        assert_eq!(parse(text).check(schema()).unwrap_err().to_string(), message);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_text_gives_back_every_rule(rule in wild()) {
        let text = rule.to_string();
        prop_assert_eq!(&parse(&text), &rule, "{}", text);
        prop_assert_eq!(parse(&text).to_string(), text);
    }

    #[test]
    fn a_damaged_text_is_read_or_refused_but_never_panics(
        rule in wild(),
        at: Index,
        put in select(&["", "(", ")", "\"", "`", "\\", "{", ",", " ", "-", "not ", "é", "5"][..]),
        cut: bool,
    ) {
        let text = rule.to_string();
        let letters: Vec<char> = text.chars().collect();
        let (start, end) = letters.split_at(at.index(letters.len()));
        let end = if cut { &[] } else { end.split_first().map_or(end, |(_, end)| end) };
        let damaged = start.iter().collect::<String>() + put + &end.iter().collect::<String>();
        match damaged.parse::<Rule>() {
            Ok(rule) => prop_assert_eq!(parse(&rule.to_string()), rule),
            Err(mistake) => {
                prop_assert!(damaged.is_char_boundary(mistake.offset));
                let before = &damaged[..mistake.offset];
                prop_assert_eq!(mistake.line, before.split('\n').count());
            }
        }
    }

    #[test]
    fn arbitrary_texts_are_read_or_refused_but_never_panic(text: String, bytes: Vec<u8>) {
        for text in [text, String::from_utf8_lossy(&bytes).into_owned()] {
            if let Ok(rule) = text.parse::<Rule>() {
                prop_assert_eq!(parse(&rule.to_string()), rule);
            }
        }
    }

    #[test]
    fn words_in_any_order_are_read_or_refused_but_never_panic(
        words in prop::collection::vec(
            select(&[
                "and", "or", "not", "(", ")", "{", "}", ",", "a", "orders(30d)", "=", ">=", "5",
                "5.5", "EUR", "in", "has", "any", "all", "of", "between", "missing", "first",
                "else", "at", "least", "within", "last", "14d", "\"x\"", "`f`", "true",
            ][..]),
            0..12,
        ),
    ) {
        if let Ok(rule) = words.join(" ").parse::<Rule>() {
            prop_assert_eq!(parse(&rule.to_string()), rule);
        }
    }
}
