//! Examples whose answers anyone can work out.

use super::{always, analyst, checked, day, implied, never, overlap, schema};
use crate::rule::analysis::{Analyst, Cover, Witness};
use crate::rule::{Rule, all, any, at_least, coalesce, field, missing, not};

fn span(text: &str) -> crate::calendar::Span {
    serde_json::from_str(&format!("\"{text}\"")).unwrap()
}

#[test]
fn a_missing_value_passes_no_test_and_no_opposite() {
    let spend = || field("spend");
    let either = spend().at_least("100.00 EUR").or(spend().below("100.00 EUR"));
    assert_eq!(always(either.clone()), "spend missing");
    assert_eq!(always(either.or(missing("spend"))), "always applies");
    let recent = || field("recency_days").at_most(30);
    assert_eq!(always(not(recent()).or(recent())), "recency_days missing");
    assert_eq!(overlap(not(recent()), missing("recency_days")), "apart");
    assert_eq!(implied(!missing("recency_days"), not(recent())), "recency_days 0");
    assert_eq!(never(missing("email").and(field("email").is("a"))), "never applies");
    assert_eq!(never(missing("email")), "email missing");
    assert_eq!(never(Rule::Never), "never applies");
    assert_eq!(never(Rule::Always), "whatever the facts");
}

#[test]
fn nothing_lies_between_two_whole_numbers_or_two_cents() {
    let between = |name: &str, low, high| field(name).above(low).and(field(name).below(high));
    assert_eq!(never(between("orders", 3, 4)), "never applies");
    assert_eq!(never(between("orders", 3, 5)), "orders 4");
    assert_eq!(never(between("rate", 3, 4)), "rate 3.1");
    let spend = |low, high| field("spend").above(low).and(field("spend").below(high));
    assert_eq!(never(spend("1.00 EUR", "1.01 EUR")), "never applies");
    assert_eq!(never(spend("1.00 EUR", "1.02 EUR")), "spend 1.01 EUR");
    assert_eq!(never(field("orders").is(2.5)), "never applies");
    assert_eq!(implied(field("orders").above(2.5), field("orders").at_least(3)), "implied");
    assert_eq!(implied(field("rate").above(2.5), field("rate").at_least(3)), "rate 2.6");
}

#[test]
fn numbers_end_where_floats_end() {
    let above = |value: f64| field("rate").above(value);
    let next = 1.0_f64.next_up();
    assert_eq!(never(above(1.0).and(field("rate").below(next))), "never applies");
    assert_ne!(never(above(1.0).and(field("rate").below(next.next_up()))), "never applies");
    assert_eq!(never(above(f64::MAX)), "never applies");
    assert_eq!(never(field("orders").above(i64::MAX)), "never applies");
    // Whole numbers stand for numbers, also those that are no floats.
    assert_eq!(never(field("rate").is(9_007_199_254_740_993_i64)), "rate 9007199254740993");
}

#[test]
fn a_closed_domain_can_be_exhausted() {
    let four = ["bronze", "silver", "gold", "platinum"];
    assert_eq!(always(field("tier").one_of(four)), "tier missing");
    assert_eq!(always(field("tier").one_of(four).or(missing("tier"))), "always applies");
    assert_eq!(never(field("tier").none_of(four)), "never applies");
    let three = field("tier").none_of(["bronze", "silver", "gold"]);
    assert_eq!(implied(three, field("tier").is("platinum")), "implied");
    assert_eq!(implied(field("email").none_of(["a", "b"]), field("email").is("c")), "email x");
    let both = any([field("active").is(true), field("active").is(false)]);
    assert_eq!(always(both), "active missing");
}

#[test]
fn sets_are_equal_only_with_all_their_members() {
    let interests = || field("interests");
    let both = interests().is(["books", "tea"]);
    assert_eq!(implied(both.clone(), interests().all_of(["tea", "books"])), "implied");
    assert_eq!(
        implied(interests().all_of(["tea", "books"]), both.clone()),
        "interests books, other and tea"
    );
    assert_eq!(overlap(both.clone(), interests().is(["tea"])), "apart");
    assert_eq!(overlap(both, interests().any_of(["coffee"])), "apart");
    let channels = || field("channels");
    let all_members = channels().all_of(["email", "sms"]);
    assert_eq!(implied(all_members.clone(), channels().is(["email", "sms"])), "implied");
    assert_eq!(implied(channels().is(["sms", "email"]), all_members), "implied");
    let some = any([channels().any_of(["email", "sms"]), channels().is(Vec::<&str>::new())]);
    assert_eq!(always(some), "channels missing");
    assert_eq!(
        implied(interests().any_of(["a", "b", "c"]), interests().all_of(["a", "b", "c"])),
        "interests a"
    );
}

#[test]
fn amounts_of_other_currencies_pass_no_test() {
    let balance = || field("balance");
    let any_euro = any([balance().at_least("0.00 EUR"), balance().below("0.00 EUR")]);
    assert_eq!(implied(!missing("balance"), any_euro.clone()), "balance 0.00 USD");
    let both = [any_euro, balance().above("0.00 USD"), balance().at_most("0.00 USD")];
    assert_eq!(implied(!missing("balance"), any(both)), "balance 0.00 GBP");
    let between = balance().between("0.03 EUR", "0.05 EUR");
    assert_eq!(never(between.clone()), "balance 0.03 EUR");
    assert_eq!(implied(balance().one_of(["0.02 EUR", "0.05 EUR"]), between), "balance 0.02 EUR");
    let two = balance().at_least("1.00 EUR").and(balance().at_least("1.00 USD"));
    assert_eq!(never(two), "never applies");
}

#[test]
fn dates_are_seen_from_today() {
    let birthday = || field("birthday");
    assert_eq!(
        implied(birthday().within_last(span("14d")), birthday().within_last(span("1mo"))),
        "implied"
    );
    let within = implied(birthday().within_last(span("1mo")), birthday().within_last(span("14d")));
    assert_eq!(within, "birthday 2026-02-15");
    let today = overlap(birthday().within_last(span("7d")), birthday().within_next(span("7d")));
    assert_eq!(today, "birthday 2026-03-15");
    let fixed = birthday().between("2026-03-01", "2026-03-15");
    assert_eq!(implied(birthday().within_last(span("14d")), fixed), "implied");
}

#[test]
fn anniversaries_are_of_the_day_of_the_year() {
    let near = |text| field("birthday").anniversary_within_next(span(text));
    assert_eq!(implied(near("7d"), near("14d")), "implied");
    assert_eq!(implied(near("14d"), near("7d")), "birthday 2025-03-29");
    // A day still to come comes round in its own year first.
    assert_eq!(overlap(near("14d"), field("birthday").at_least("2026-03-30")), "apart");
    assert_eq!(overlap(near("14d"), field("birthday").above("2026-03-15")), "birthday 2026-03-16");
    // No day of February comes round within two weeks of the middle of March.
    let february = field("birthday").between("2000-02-01", "2000-02-29");
    assert_eq!(overlap(near("14d"), february), "apart");
}

#[test]
fn whoever_was_born_on_29_february_has_a_birthday_every_year() {
    let schema = schema();
    let leap_day = checked(field("birthday").is("2000-02-29"));
    let near = |text| checked(field("birthday").anniversary_within_next(span(text)));
    // In 2027 it is on 28 February, and in 2028 on 29 February.
    for (today, length, expected) in [
        ("2027-02-27", "1d", true),
        ("2027-03-01", "1d", false),
        ("2028-02-27", "1d", false),
        ("2028-02-27", "2d", true),
        ("2028-02-29", "1d", true),
    ] {
        let analyst = Analyst::new(&schema, day(today));
        let claim = analyst.implied_by(&near(length), &leap_day).unwrap();
        assert_eq!(claim.is_proven(), expected, "{today} {length}");
    }
    // From 1900 on there was no such day until 1904.
    let early = checked(field("birthday").between("1896-03-01", "1904-02-28"));
    let analyst = Analyst::new(&schema, day("2028-02-29"));
    let only_leap = checked(all([
        field("birthday").anniversary_within_next(span("1d")),
        not(field("birthday").between("1896-03-01", "1904-02-28").and(Rule::Always)),
    ]));
    assert!(analyst.overlap(&early, &only_leap).unwrap().is_none());
}

#[test]
fn two_rules_shadow_a_third_only_together() {
    let schema = schema();
    let low = checked(field("orders").below(5));
    let high = checked(field("orders").at_least(5));
    let other = checked(field("spend").at_least("50.00 EUR"));
    let third = checked(field("orders").at_least(1).and(field("active").is(true)));
    let analyst = analyst(&schema);
    for alone in [&low, &high, &other] {
        assert!(!analyst.implied_by(alone, &third).unwrap().is_proven());
    }
    let cover = analyst.covered_by(&third, &[&other, &low, &high]).unwrap();
    assert_eq!(cover, Cover::By(vec![1, 2]));
    let Cover::Open(witness) = analyst.covered_by(&third, &[&other, &low]).unwrap() else {
        panic!("covered");
    };
    assert_eq!(witness.to_string(), "spend 0.00 EUR, orders 5, active yes");
    assert!(third.truth(&witness).holds());
    let never = checked(Rule::Never);
    assert_eq!(analyst.covered_by(&never, &[&low]).unwrap(), Cover::By(vec![]));
    // Of two that do the same, the first is kept.
    assert_eq!(analyst.covered_by(&low, &[&low, &low]).unwrap(), Cover::By(vec![0]));
}

#[test]
fn rules_are_equivalent_if_they_hold_for_the_same_facts() {
    let schema = schema();
    let equivalent = |first: Rule, second: Rule| {
        let claim = analyst(&schema).equivalent(&checked(first), &checked(second)).unwrap();
        claim.witness().map_or_else(|| "equivalent".to_owned(), ToString::to_string)
    };
    let (a, b, c) = (
        || field("orders").at_least(3),
        || field("email").contains("@"),
        || field("active").is(true),
    );
    let two = any([all([a(), b()]), all([a(), c()]), all([b(), c()])]);
    assert_eq!(equivalent(at_least(2, [a(), b(), c()]), two), "equivalent");
    assert_eq!(equivalent(not(all([a(), b()])), any([not(a()), not(b())])), "equivalent");
    assert_eq!(equivalent(a(), field("orders").above(2)), "equivalent");
    assert_eq!(equivalent(a(), field("orders").above(3)), "orders 3");
    assert_eq!(equivalent(a().and(not(a())), Rule::Never), "equivalent");
}

#[test]
fn a_coalesce_asks_the_next_field_only_where_the_first_is_missing() {
    let first = || coalesce(["orders", "recency_days"]);
    let known = first().at_least(5);
    assert_eq!(implied(field("orders").at_least(5), known.clone()), "implied");
    assert_eq!(
        implied(field("recency_days").at_least(5), known.clone()),
        "orders 0, recency_days 5"
    );
    let missing_first = missing("orders").and(field("recency_days").at_least(5));
    assert_eq!(implied(missing_first, known), "implied");
    let default = first().or_default(7).at_least(5);
    assert_eq!(implied(missing("orders").and(missing("recency_days")), default), "implied");
    assert_eq!(
        always(any([first().or_default(0).below(5), first().or_default(0).at_least(5)])),
        "always applies"
    );
}

#[test]
fn a_witness_is_data() {
    let schema = schema();
    let rule = checked(field("orders").at_least(3).and(missing("email")));
    let claim = analyst(&schema).never_applies(&rule).unwrap();
    let witness = claim.witness().unwrap();
    let json = [
        r#"{"facts":[{"slot":1,"field":"orders","value":3},"#,
        r#"{"slot":4,"field":"email","value":null}],"today":"2026-03-15"}"#,
    ]
    .concat();
    assert_eq!(serde_json::to_string(witness).unwrap(), json);
    let read: Witness = serde_json::from_str(&json).unwrap();
    assert_eq!(&read, witness);
    assert!(rule.truth(&read).holds());
    assert_eq!(read.to_string(), "orders 3, email missing");
}
