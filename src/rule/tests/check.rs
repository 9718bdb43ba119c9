//! What a check finds, told literally.

use super::schema;
use crate::money::Currency;
use crate::rule::{
    Field, Kind, MAX_DEPTH, MAX_NODES, Rule, Schema, all, at_least, coalesce, field, missing, not,
};

fn problems(rule: &Rule) -> String {
    rule.check(schema()).unwrap_err().to_string()
}

#[test]
fn all_problems_are_found_at_once_with_their_places() {
    let rule = all([
        field("spnd(90d)").above(1),
        field("orders").between(9, 3),
        not(field("tier").is("glod")),
        at_least(3, [missing("emial"), field("spend(90d)").at_least("5 USD")]),
    ]);
    assert_eq!(
        problems(&rule),
        "`all[0].field`: `spnd(90d)` is no known field: did you mean `spend(90d)`?\n\
         `all[1].between`: the low end `9` is above the high end `3`\n\
         `all[2].not.is`: `glod` never occurs in `tier`: did you mean `gold`?\n\
         `all[3].at_least`: the count is 3, but must be from 1 to 2, the number of conditions\n\
         `all[3].of[0].missing`: `emial` is no known field: did you mean `email`?\n\
         `all[3].of[1].at_least`: `spend(90d)` is in EUR, not in USD"
    );
}

#[test]
fn a_misspelled_field_is_answered_with_the_name_that_was_meant() {
    for (written, meant) in [
        ("order", Some("orders")),
        ("Tier", Some("tier")),
        ("bithrday", Some("birthday")),
        ("spent(90d)", Some("spend(90d)")),
        ("spent(7d)", Some("spend(7d)")),
        ("vists(90d)", Some("visits(90d)")),
        ("spend", Some("spend(30d)")),
        ("recencydays", Some("recency_days")),
        ("shoe_size", None),
        ("", None),
    ] {
        let meant = meant.map(|meant| format!(": did you mean `{meant}`?")).unwrap_or_default();
        let message = format!("`missing`: `{written}` is no known field{meant}");
        assert_eq!(problems(&missing(written)), message);
    }
    let endless = "x".repeat(1_000_000);
    let message = format!("`missing`: `{}…` is no known field", "x".repeat(60));
    assert_eq!(problems(&missing(endless)), message);
}

#[test]
fn a_literal_of_a_wrong_type_is_answered_with_how_to_write_it() {
    for (rule, message) in [
        (
            field("orders").is("5"),
            r#"`is`: `orders` takes a whole number, written like `5`, not `"5"`"#,
        ),
        (
            field("rate").above("x"),
            r#"`above`: `rate` takes a number, written like `2.5`, not `"x"`"#,
        ),
        (
            field("rate").above(f64::NAN),
            r#"`above`: `rate` takes a number, written like `2.5`, not `"NaN"`"#,
        ),
        (
            field("spend(90d)").at_least(true),
            r#"`at_least`: `spend(90d)` takes money, written like `"500.00 EUR"`, not `true`"#,
        ),
        (
            field("spend(90d)").at_least("12.345 EUR"),
            "`at_least`: `spend(90d)` is money: `12.345 EUR` has more than the 2 decimals of EUR",
        ),
        (
            field("birthday").above("31.01.2026"),
            r#"`above`: `birthday` takes a date, written like `"2026-01-31"`, not `"31.01.2026"`"#,
        ),
        (
            field("birthday").above("2026-1-31"),
            r#"`above`: `birthday` takes a date, written like `"2026-01-31"`, not `"2026-1-31"`"#,
        ),
        (
            field("active").is("yes"),
            r#"`is`: `active` takes yes or no, written like `true`, not `"yes"`"#,
        ),
        (field("email").is(5), r#"`is`: `email` takes a text, written like `"text"`, not `5`"#),
        (
            field("interests").is("tea"),
            r#"`is`: `interests` takes a set of texts, written like `["one", "two"]`, not `"tea"`"#,
        ),
        (
            field("interests").any_of([1]),
            r#"`any_of[0]`: `interests` takes a text, written like `"text"`, not `1`"#,
        ),
        (
            field("tier").one_of(["gold", "tin"]),
            "`one_of[1]`: `tin` never occurs in `tier`, only `bronze`, `gold`, `platinum`, \
             `silver`",
        ),
        (
            field("interests").is(["tea", "boks"]),
            "`is`: `boks` never occurs in `interests`: did you mean `books`?",
        ),
        (
            coalesce(["orders"]).or_default("none").is(0),
            r#"`default`: `orders` takes a whole number, written like `5`, not `"none"`"#,
        ),
    ] {
        assert_eq!(problems(&rule), message);
    }
}

#[test]
fn a_test_that_does_not_go_with_the_type_is_answered_with_those_that_do() {
    for (rule, message) in [
        (
            field("email").above("a"),
            "`above`: `above` does not go with `email`, which is a text: \
             use `is`, `is_not`, `one_of`, `none_of`, `starts_with`, `ends_with`, `contains`",
        ),
        (
            field("interests").one_of(["tea"]),
            "`one_of`: `one_of` does not go with `interests`, which is a set of texts: \
             use `is`, `is_not`, `any_of`, `all_of`, `none_of`",
        ),
        (
            field("active").one_of([true]),
            "`one_of`: `one_of` does not go with `active`, which is yes or no: use `is`, `is_not`",
        ),
    ] {
        assert_eq!(problems(&rule), message);
    }
}

#[test]
fn lists_and_counts_that_make_no_sense_are_refused() {
    for (rule, message) in [
        (all([]), "`all`: there are no conditions: write `true` or `false` where that is meant"),
        (
            at_least(0, []),
            "`of`: there are no conditions: write `true` or `false` where that is meant",
        ),
        (
            at_least(0, [Rule::Always]),
            "`at_least`: the count is 0, but must be from 1 to 1, the number of conditions",
        ),
        (field("tier").one_of::<&str>([]), "`one_of`: the list is empty"),
        (field("email").contains(""), "`contains`: the text is empty"),
        (
            field("birthday").within_next("12h".parse().unwrap()),
            "`within_next`: `12h` is finer than a date: write days, weeks, months or years, \
             like `14d`",
        ),
        (coalesce::<&str>([]).is(1), "`coalesce`: the list is empty"),
        (
            coalesce(["email", "orders"]).is("a"),
            "`coalesce[1]`: `orders` is a whole number and `email` is a text: all fields \
             of `coalesce` are of one type",
        ),
        (
            coalesce(["balance", "spend(90d)"]).above("1 USD"),
            "`above`: `balance` is in EUR, not in USD",
        ),
        (field("balance").between("1 EUR", "2 USD"), "`between`: `balance` is in EUR, not in USD"),
        (field("balance").one_of(["1 EUR", "2 USD"]), "`one_of`: `balance` is in EUR, not in USD"),
    ] {
        assert_eq!(problems(&rule), message);
    }
}

#[test]
fn a_rule_too_deep_or_too_large_is_refused() {
    let nested = |depth: usize| (0..depth).fold(Rule::Always, |rule, _| not(rule));
    assert!(nested(MAX_DEPTH).check(schema()).is_ok());
    let place = "not.".repeat(MAX_DEPTH) + "not";
    let message = format!("`{place}`: conditions are nested more than 32 deep");
    assert_eq!(problems(&nested(MAX_DEPTH + 1)), message);

    let wide = all(std::iter::repeat_n(Rule::Always, MAX_NODES - 1));
    assert!(wide.check(schema()).is_ok());
    let wider = wide.and(Rule::Always);
    let message = "`all[65535]`: the rule has more than 65536 conditions, fields and values";
    assert_eq!(problems(&wider), message);
    let long = field("orders").one_of(vec![0; MAX_NODES]);
    let message = "`one_of`: the rule has more than 65536 conditions, fields and values";
    assert_eq!(problems(&long), message);
}

#[test]
fn a_schema_is_checked_as_well() {
    let odd = Field { currency: Some(Currency::EUR), ..Field::new("a", Kind::Integer) };
    let closed = Field { domain: Some([].into()), ..Field::new("d", Kind::Text) };
    let fields = [
        odd,
        Field { kind: Kind::Date, ..Field::choice("b", ["x"]) },
        Field::new("", Kind::Bool),
        closed,
        Field::new("a", Kind::Bool),
    ];
    assert_eq!(
        Schema::new(fields).unwrap_err().to_string(),
        "`[0].currency`: `a` is not money and has no currency\n\
         `[1].domain`: `b` is neither a text nor a set and has no domain\n\
         `[2].name`: the name of the field is empty\n\
         `[3].domain`: the list is empty\n\
         `[4].name`: there are two fields `a`"
    );
}

#[test]
fn a_checked_rule_knows_its_fields_and_keeps_what_was_written() {
    let rule =
        all([coalesce(["phone", "email"]).is("x"), missing("orders"), field("email").is("y")]);
    let checked = rule.check(schema()).unwrap();
    let slots: Vec<usize> = checked.slots().iter().map(|slot| slot.index()).collect();
    assert_eq!(slots, [1, 3, 9]);
    assert_eq!(rule.fields().into_iter().collect::<Vec<_>>(), ["email", "orders", "phone"]);
    assert_eq!(checked.written(), &rule);
    let [written, kept] = [serde_json::to_string(&rule), serde_json::to_string(&checked)];
    assert_eq!(written.unwrap(), kept.unwrap());
}

#[test]
fn fields_that_stand_in_for_each_other_may_have_the_texts_of_either() {
    let fields = [Field::choice("tier", ["gold"]), Field::choice("rank", ["high"])];
    let schema = Schema::new(fields).unwrap();
    let check = |text| coalesce(["tier", "rank"]).is(text).check(&schema);
    assert!(check("gold").is_ok() && check("high").is_ok());
    let message = "`is`: `low` never occurs in `tier`, only `gold`, `high`";
    assert_eq!(check("low").unwrap_err().to_string(), message);
}
