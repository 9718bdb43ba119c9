//! The JSON form: canonical when written, strict and helpful when read.

use crate::rule::{
    Literal, MAX_DEPTH, MAX_NODES, Operand, Rule, Test, all, any, at_least, coalesce, field,
    missing, not,
};

use super::euro;

#[test]
fn every_form_reads_and_writes_the_same() {
    let days = "14d".parse().unwrap();
    for (rule, json) in [
        (Rule::Always, "true"),
        (Rule::Never, "false"),
        (field("orders").above(5), r#"{"field":"orders","above":5}"#),
        (field("rate").is(3.0), r#"{"field":"rate","is":3.0}"#),
        (field("active").is_not(true), r#"{"field":"active","is_not":true}"#),
        (field("s").at_least(euro(50_000)), r#"{"field":"s","at_least":"500.00 EUR"}"#),
        (field("orders").between(1, 2), r#"{"field":"orders","between":[1,2]}"#),
        (field("tier").one_of(["gold", "b"]), r#"{"field":"tier","one_of":["gold","b"]}"#),
        (field("set").is(["tea"]), r#"{"field":"set","is":["tea"]}"#),
        (field("set").any_of(["tea"]), r#"{"field":"set","any_of":["tea"]}"#),
        (field("set").all_of(["tea"]), r#"{"field":"set","all_of":["tea"]}"#),
        (field("set").none_of(["tea"]), r#"{"field":"set","none_of":["tea"]}"#),
        (field("e").starts_with("a"), r#"{"field":"e","starts_with":"a"}"#),
        (field("e").ends_with("a"), r#"{"field":"e","ends_with":"a"}"#),
        (field("e").contains("a"), r#"{"field":"e","contains":"a"}"#),
        (field("d").within_last(days), r#"{"field":"d","within_last":"14d"}"#),
        (field("d").within_next(days), r#"{"field":"d","within_next":"14d"}"#),
        (
            field("d").anniversary_within_next("6mo".parse().unwrap()),
            r#"{"field":"d","anniversary_within_next":"6mo"}"#,
        ),
        (coalesce(["a", "b"]).below(1), r#"{"coalesce":["a","b"],"below":1}"#),
        (
            coalesce(["a", "b"]).or_default(0).at_most(1),
            r#"{"coalesce":["a","b"],"default":0,"at_most":1}"#,
        ),
        (not(missing("email")), r#"{"not":{"missing":"email"}}"#),
        (
            at_least(1, [Rule::Always, Rule::Never]).and(any([Rule::Always])),
            r#"{"all":[{"at_least":1,"of":[true,false]},{"any":[true]}]}"#,
        ),
    ] {
        assert_eq!(serde_json::to_string(&rule).unwrap(), json);
        assert_eq!(serde_json::from_str::<Rule>(json).unwrap(), rule);
    }
}

#[test]
fn keys_may_stand_in_any_order() {
    let rule = coalesce(["a"]).or_default(0).at_least(5);
    let json = r#"{"at_least":5,"default":0,"coalesce":["a"]}"#;
    assert_eq!(serde_json::from_str::<Rule>(json).unwrap(), rule);
    let json = r#"{"of":[true],"at_least":1}"#;
    assert_eq!(serde_json::from_str::<Rule>(json).unwrap(), at_least(1, [Rule::Always]));
}

#[test]
fn and_and_or_do_not_nest_what_they_need_not() {
    let [a, b, c] = ["a", "b", "c"].map(missing);
    let chain = a.clone().and(b.clone()).and(c.clone());
    assert_eq!(chain, all([a.clone(), b.clone(), c.clone()]));
    assert_eq!(a.clone().or(b.clone()).or(c.clone()), any([a.clone(), b.clone(), c.clone()]));
    assert_eq!(a.clone().or(b.clone()).and(c.clone()), all([any([a, b]), c]));
}

const KEYS: &str = "(the keys are `all`, `any`, `not`, `of`, `missing`, `field`, `coalesce`, \
     `default`, `is`, `is_not`, `above`, `at_least`, `below`, `at_most`, `between`, `one_of`, \
     `any_of`, `all_of`, `none_of`, `starts_with`, `ends_with`, `contains`, `within_last`, \
     `within_next`, `anniversary_within_next`)";

#[test]
fn a_condition_that_makes_no_sense_is_refused_with_a_hint() {
    let condition = "a condition such as {\"field\": \"orders\", \"at_least\": 5}, a text such \
        as \"orders >= 5\", true or false";
    let heads = "`all`, `any`, `not`, `of`, `missing`, `field`, `coalesce`";
    let tests = KEYS.split_once("`default`, ").unwrap().1.trim_end_matches(')');
    for (json, message) in [
        ("3", format!("invalid type: integer `3`, expected {condition}")),
        ("[]", format!("invalid type: sequence, expected {condition}")),
        ("{}", format!("the condition is empty: it needs one of {heads}")),
        (r#"{"feild":"a"}"#, format!("unknown key `feild`: did you mean `field`? {KEYS}")),
        (r#"{"frobnicate":1}"#, format!("unknown key `frobnicate` {KEYS}")),
        (r#"{"field":"a"}"#, format!("`field` needs a test: one of {tests}")),
        (r#"{"above":5}"#, "`above` needs a `field` to test".into()),
        (
            r#"{"at_least":5}"#,
            "`at_least` needs a `field` to test, or a list `of` conditions".into(),
        ),
        (
            r#"{"field":"a","above":1,"below":5}"#,
            "`above` and `below` are two tests: give each its own condition under `all`".into(),
        ),
        (r#"{"field":"a","above":1,"above":5}"#, "`above` is written twice".into()),
        (r#"{"field":"a","field":"b","is":5}"#, "`field` is written twice".into()),
        (
            r#"{"all":[true],"any":[true]}"#,
            "`all` and `any` cannot stand side by side: give each its own condition".into(),
        ),
        (
            r#"{"all":[true],"above":3}"#,
            "`all` and `above` cannot stand side by side: give each its own condition".into(),
        ),
        (r#"{"field":"a","default":1,"is":2}"#, "`default` goes with `coalesce` only".into()),
        (r#"{"of":[true]}"#, "`of` needs `at_least`, the number that must hold".into()),
        (
            r#"{"of":[true],"at_least":"1.00 EUR"}"#,
            "`at_least` with `of` is a whole number of conditions".into(),
        ),
        (
            r#"{"of":[true],"at_least":-1}"#,
            "`at_least` with `of` is a whole number of conditions".into(),
        ),
        (
            r#"{"field":"a","between":[1]}"#,
            "`between` takes two values, the low end and the high end".into(),
        ),
        (
            r#"{"field":"a","is":null}"#,
            "invalid type: null, expected true or false, a number, a text or a list of texts"
                .into(),
        ),
        (r#"{"field":"a","is":18446744073709551615}"#, "the whole number is out of range".into()),
        (r#"{"field":"a","is":1e999}"#, "number out of range".into()),
        (
            r#"{"field":"a","within_last":"14"}"#,
            "`14` is no span of time: write it like `30min`, `12h`, `90d`, `2w`, `6mo` or `1y`"
                .into(),
        ),
        (
            r#"{"field":"a","one_of":5}"#,
            "invalid type: integer `5`, expected a list of values".into(),
        ),
    ] {
        let error = serde_json::from_str::<Rule>(json).unwrap_err().to_string();
        assert_eq!(error.split(" at line").next(), Some(message.as_str()), "{json}");
    }
}

#[test]
fn an_error_names_its_place() {
    let json = r#"{"all":[true,{"not":{"field":"a","one_of":[1,{}]}}]}"#;
    let read = &mut serde_json::Deserializer::from_str(json);
    let error = serde_path_to_error::deserialize::<_, Rule>(read).unwrap_err();
    assert_eq!(error.path().to_string(), "all[1].not.one_of[1]");
}

#[test]
fn depth_and_size_are_bounded_in_formats_that_bound_neither() {
    let mut deep = serde_json::Value::Bool(true);
    for _ in 0..200 {
        deep = serde_json::Value::Object([("not".to_owned(), deep)].into_iter().collect());
    }
    let error = serde_json::from_value::<Rule>(deep).unwrap_err().to_string();
    assert_eq!(error, "conditions are nested more than 32 deep");

    let deep = format!("{}true{}", "{\"not\":".repeat(1_000_000), "}".repeat(1_000_000));
    assert!(serde_json::from_str::<Rule>(&deep).is_err());
    let deepest = format!("{}true{}", "{\"not\":".repeat(MAX_DEPTH), "}".repeat(MAX_DEPTH));
    assert!(serde_json::from_str::<Rule>(&deepest).is_ok());

    let long = format!("{{\"any\":[{}true]}}", "true,".repeat(MAX_NODES));
    let error = serde_json::from_str::<Rule>(&long).unwrap_err().to_string();
    assert!(error.starts_with("the rule has more than 65536 conditions, fields and values"));
}

#[test]
fn toml_reads_the_same_rules() {
    let text = "[[all]]\nfield = \"rate\"\nabove = 2.5\n[[all]]\nmissing = \"email\"\n";
    let rule = field("rate").above(2.5).and(missing("email"));
    assert_eq!(toml::from_str::<Rule>(text).unwrap(), rule);
    let error = toml::from_str::<Rule>("field = \"rate\"\nabove = nan\n").unwrap_err();
    assert!(error.to_string().contains("the number is not finite"), "{error}");
}

#[test]
fn nan_in_the_builder_is_no_number() {
    let test = Test::Is(Literal::Text("NaN".into()));
    let operand = Operand::Field("rate".into());
    assert_eq!(field("rate").is(f64::NAN), Rule::Test { operand, test });
}
