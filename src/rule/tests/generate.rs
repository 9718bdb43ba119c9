//! Random rules and facts.

use chrono::{Days, NaiveDate};
use proptest::collection::{btree_set, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use super::{day, euro, naive};
use crate::calendar::{Span, Unit};
use crate::rule::{
    Literal, Number, Operand, Rule, Sheet, Test, Text, Value, all, any, at_least, coalesce, field,
    missing, not,
};

const TIERS: [&str; 4] = ["bronze", "gold", "platinum", "silver"];
const INTERESTS: [&str; 3] = ["books", "coffee", "tea"];

/// Names and texts that look like something else.
const ODD: [&str; 20] = [
    "and",
    "all",
    "all(a)",
    "spend(90d)",
    "a( b)",
    "units(a, b)",
    "at",
    "first",
    "missing",
    "true",
    "5",
    "-5",
    "5 EUR",
    "5.50 EUR",
    "5  EUR",
    "5 AND",
    "2026-01-31",
    "14d",
    "a-",
    "a\u{200b}b",
];
const MAILS: [&str; 4] = ["", "a@b.org", "ada@b.com", "b"];

/// Rules that check against the schema of these tests, over values that are often found.
pub(super) fn sound() -> BoxedStrategy<Rule> {
    let leaf = prop_oneof![
        8 => sound_test(),
        1 => select(&["email", "orders", "birthday"][..]).prop_map(missing),
        1 => prop_oneof![Just(Rule::Always), Just(Rule::Never)],
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 1..4).prop_map(all),
            vec(inner.clone(), 1..4).prop_map(any),
            inner.clone().prop_map(not),
            (vec(inner, 1..5), proptest::arbitrary::any::<Index>())
                .prop_map(|(of, count)| at_least(count.index(of.len()) as u32 + 1, of)),
        ]
    })
    .boxed()
}

/// A single condition that checks.
pub(super) fn sound_test() -> BoxedStrategy<Rule> {
    let quarter = (-8_i32..16).prop_map(|quarters| Literal::from(f64::from(quarters) / 4.0));
    let numeric = prop_oneof![(-2_i64..6).prop_map(Literal::from), quarter].boxed();
    let amount = (0_i64..5).prop_map(|minor| Literal::from(euro(minor))).boxed();
    let tiers = subsequence(&TIERS[..], 1..4);
    let interests = subsequence(&INTERESTS[..], 1..3);
    let active = prop_oneof![Just(true), Just(false)];
    prop_oneof![
        ordered(field("orders"), numeric.clone()),
        ordered(coalesce(["rate"]).or_default(1), numeric.clone()),
        ordered(field("rate"), numeric),
        ordered(field("spend(90d)"), amount.clone()),
        ordered(coalesce(["spend(90d)", "balance"]), amount),
        ordered(field("birthday"), near_today().prop_map(Literal::from).boxed()),
        relative(),
        texts(),
        select(&TIERS[..]).prop_map(|tier| field("tier").is(tier)),
        tiers.clone().prop_map(|tiers| field("tier").one_of(tiers)),
        tiers.prop_map(|tiers| field("tier").none_of(tiers)),
        interests.clone().prop_map(|set| field("interests").any_of(set)),
        interests.clone().prop_map(|set| field("interests").all_of(set)),
        interests.clone().prop_map(|set| field("interests").none_of(set)),
        interests.clone().prop_map(|set| field("interests").is(set)),
        interests.prop_map(|set| field("interests").is_not(set)),
        active.clone().prop_map(|active| field("active").is(active)),
        active.prop_map(|active| field("active").is_not(active)),
    ]
    .boxed()
}

fn ordered(operand: Operand, literal: BoxedStrategy<Literal>) -> BoxedStrategy<Rule> {
    let test = |(which, values): (usize, Vec<Literal>)| {
        let (first, second) = (values[0].clone(), values[1].clone());
        match which {
            0 => Test::Is(first),
            1 => Test::IsNot(first),
            2 => Test::Above(first),
            3 => Test::AtLeast(first),
            4 => Test::Below(first),
            5 => Test::AtMost(first),
            6 => Test::OneOf(values),
            7 => Test::NoneOf(values),
            _ if naive::literal(&first) <= naive::literal(&second) => Test::Between(first, second),
            _ => Test::Between(second, first),
        }
    };
    (0_usize..9, vec(literal, 2..4))
        .prop_map(move |drawn| operand.clone().passes(test(drawn)))
        .boxed()
}

fn relative() -> BoxedStrategy<Rule> {
    let unit = select(&[Unit::Day, Unit::Week, Unit::Month][..]);
    (0..3, 1_u32..60, unit)
        .prop_map(|(which, count, unit)| {
            let span = Span::new(count, unit).unwrap();
            match which {
                0 => field("birthday").within_last(span),
                1 => field("birthday").within_next(span),
                _ => field("birthday").anniversary_within_next(span),
            }
        })
        .boxed()
}

fn texts() -> BoxedStrategy<Rule> {
    let operand = prop_oneof![Just(field("email")), Just(coalesce(["phone", "email"]))];
    (operand, 0..4, select(&["a", "@", "b", ".org", "a@b.org"][..]))
        .prop_map(|(operand, which, text)| match which {
            0 => operand.starts_with(text),
            1 => operand.ends_with(text),
            2 => operand.contains(text),
            _ => operand.is(text),
        })
        .boxed()
}

fn near_today() -> BoxedStrategy<NaiveDate> {
    let near = (0_u64..80).prop_map(|days| day("2026-02-01") + Days::new(days));
    let ago = (0_u64..20_000).prop_map(|days| day("2026-06-30") - Days::new(days));
    prop_oneof![near, ago, Just(day("2000-02-29"))].boxed()
}

/// Facts for the schema of these tests, of which one in five is missing.
pub(super) fn facts() -> BoxedStrategy<Sheet> {
    let rate = |quarters| Value::number(f64::from(quarters) / 4.0).unwrap();
    let amount = (0_i64..5).prop_map(|minor| Value::from(euro(minor)));
    let mail = select(&MAILS[..]).prop_map(Value::from);
    let members = subsequence(&INTERESTS[..], 0..=3).prop_map(Value::set);
    let values = (
        weighted(0.8, amount.clone()),
        weighted(0.8, (-2_i64..6).prop_map(Value::from)),
        weighted(0.8, (-8_i32..16).prop_map(rate)),
        weighted(0.8, mail.clone()),
        weighted(0.8, select(&TIERS[..]).prop_map(Value::from)),
        weighted(0.8, near_today().prop_map(Value::from)),
        weighted(0.8, members),
        weighted(0.8, prop_oneof![Just(true), Just(false)].prop_map(Value::from)),
        weighted(0.8, amount),
        weighted(0.8, mail),
    );
    values
        .prop_map(|(a, b, c, d, e, f, g, h, i, j)| {
            Sheet::of(vec![a, b, c, d, e, f, g, h, i, j], day("2026-03-15"))
        })
        .boxed()
}

/// Rules of any names and literals, most of which do not check.
pub(super) fn wild() -> BoxedStrategy<Rule> {
    let odd = || select(&ODD[..]).prop_map(str::to_owned);
    let name = || prop_oneof![Just("orders".to_owned()), Just("email".to_owned()), odd(), ".{0,8}"];
    let operand = prop_oneof![
        name().prop_map(field),
        (vec(name().prop_map(Text::from), 0..3), weighted(0.5, literal()))
            .prop_map(|(fields, default)| Operand::Coalesce { fields, default }),
    ];
    let leaf = prop_oneof![
        6 => (operand, wild_test()).prop_map(|(operand, test)| operand.passes(test)),
        1 => name().prop_map(missing),
        1 => prop_oneof![Just(Rule::Always), Just(Rule::Never)],
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(all),
            vec(inner.clone(), 0..4).prop_map(any),
            inner.clone().prop_map(not),
            (0_u32..5, vec(inner, 0..4)).prop_map(|(count, of)| at_least(count, of)),
        ]
    })
    .boxed()
}

fn wild_test() -> BoxedStrategy<Test> {
    use Unit::{Day, Hour, Minute, Month, Week, Year};
    let unit = select(&[Minute, Hour, Day, Week, Month, Year][..]);
    let span = (1..=Span::MAX_COUNT, unit).prop_map(|(count, unit)| Span::new(count, unit));
    (0_usize..17, vec(literal(), 2..4), ".{0,4}", span)
        .prop_map(|(which, values, text, span)| {
            let (first, second, text) = (values[0].clone(), values[1].clone(), Text::from(text));
            let span = span.unwrap();
            match which {
                0 => Test::Is(first),
                1 => Test::IsNot(first),
                2 => Test::Above(first),
                3 => Test::AtLeast(first),
                4 => Test::Below(first),
                5 => Test::AtMost(first),
                6 => Test::Between(first, second),
                7 => Test::OneOf(values),
                8 => Test::NoneOf(values),
                9 => Test::AnyOf(values),
                10 => Test::AllOf(values),
                11 => Test::StartsWith(text),
                12 => Test::EndsWith(text),
                13 => Test::Contains(text),
                14 => Test::WithinLast(span),
                15 => Test::WithinNext(span),
                _ => Test::AnniversaryWithinNext(span),
            }
        })
        .boxed()
}

fn literal() -> BoxedStrategy<Literal> {
    let float = proptest::arbitrary::any::<f64>();
    let finite = float.prop_filter_map("finite", |value| Number::new(value).ok());
    prop_oneof![
        prop_oneof![Just(true), Just(false)].prop_map(Literal::from),
        proptest::arbitrary::any::<i64>().prop_map(Literal::from),
        finite.prop_map(Literal::from),
        ".{0,8}".prop_map(Literal::from),
        select(&ODD[..]).prop_map(Literal::from),
        btree_set(".{0,3}", 0..3).prop_map(|set| Literal::from(Vec::from_iter(set))),
    ]
    .boxed()
}
