use std::collections::{BTreeMap, BTreeSet};

use chrono::{NaiveDate, NaiveTime};
use proptest::prelude::*;
use serde::Deserialize;

use std::sync::{Arc, LazyLock};

use super::*;
use crate::money::{Currency, Money};
use crate::rule::Number;

/// What ECMAScript's Intl (ICU 78.2) says; see `tests/data/template/intl.mjs`.
const INTL: &str = include_str!("../../../tests/data/template/intl.json");

#[derive(Deserialize)]
struct Intl {
    asked: Asked,
    told: BTreeMap<String, Told>,
}

#[derive(Deserialize)]
struct Asked {
    minors: Vec<String>,
    numbers: Vec<f64>,
    days: Vec<NaiveDate>,
    times: Vec<String>,
}

#[derive(Deserialize)]
struct Told {
    money: BTreeMap<String, Vec<String>>,
    numbers: Vec<String>,
    two_decimals: Vec<String>,
    whole: Vec<String>,
    percent: Vec<String>,
    short_dates: Vec<String>,
    long_dates: Vec<String>,
    full_dates: Vec<String>,
    times: Vec<String>,
}

fn formats(tag: &str) -> Arc<Formats> {
    static KNOWN: LazyLock<Locales> = LazyLock::new(Locales::known);
    Arc::clone(KNOWN.find(&Locale::new(tag).unwrap()).unwrap())
}

fn written(write: impl FnOnce(&mut String) -> fmt::Result) -> String {
    let mut text = String::new();
    write(&mut text).unwrap();
    text
}

/// Each of Intl's answers for all locales, with what was asked and what we say; in Switzerland's
/// French, numbers are grouped since CLDR 48.2 as money is in German, which that ICU does not know
/// yet (Babel 2.19 does), and Korean has its own words for AM and PM (Babel agrees). V8 writes a
/// plain space for U+202F in dates.
#[track_caller]
fn hold<T>(of: impl Fn(&Told) -> &[String], asked: &[T], ours: impl Fn(&Formats, &T) -> String) {
    let intl: Intl = serde_json::from_str(INTL).unwrap();
    let mut wrong = Vec::new();
    for (tag, told) in &intl.told {
        let formats = formats(tag);
        assert_eq!(of(told).len(), asked.len());
        for (index, (expected, asked)) in of(told).iter().zip(asked).enumerate() {
            let ours = ours(&formats, asked);
            let later = [("fr-CH", '\''), ("ko", '오')];
            let later = later.iter().any(|(locale, mark)| tag == locale && ours.contains(*mark));
            if ours != *expected && !later {
                wrong.push(format!("{tag} {index}: {ours:?}, not {expected:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn asked() -> Asked {
    serde_json::from_str::<Intl>(INTL).unwrap().asked
}

#[test]
fn the_formats_of_all_locales_are_read() {
    let locales = Locales::known();
    let intl: Intl = serde_json::from_str(INTL).unwrap();
    let told = intl.told.keys().map(String::as_str).chain(["en-BE", "en-DE", "en-NL"]);
    let told: BTreeSet<_> = told.collect();
    assert_eq!(locales.tags().collect::<BTreeSet<_>>(), told);
    assert_eq!(told.len(), 57);
}

#[test]
fn money_is_written_as_icu_writes_it() {
    let minors: Vec<i64> = asked().minors.iter().map(|minor| minor.parse().unwrap()).collect();
    for code in ["EUR", "USD", "GBP", "CHF", "PLN", "JPY", "KWD"] {
        let currency = Currency::from_code(code).unwrap();
        let ours = |formats: &Formats, minor: &i64| {
            let amount = Money::from_minor(*minor, currency);
            written(|to| formats.money(amount, MoneyStyle::Full, to))
        };
        hold(|told| &told.money[code], &minors, ours);
    }
}

/// `babel.numbers.format_currency` and `babel.dates.format_date` of Babel 2.19.
#[test]
fn english_on_the_continent_is_written_as_babel_writes_it() {
    for (tag, amount, day) in [
        ("en-BE", "-1.234.567,89\u{a0}€", "5 January 2026"),
        ("en-DE", "-1.234.567,89\u{a0}€", "5 January 2026"),
        ("en-NL", "€\u{a0}-1.234.567,89", "5 January 2026"),
    ] {
        let money = Money::from_minor(-123_456_789, Currency::EUR);
        let formats = formats(tag);
        assert_eq!(written(|to| formats.money(money, MoneyStyle::Full, to)), amount);
        let date = "2026-01-05".parse().unwrap();
        assert_eq!(written(|to| formats.date(date, DateStyle::Long, to)), day);
    }
}

#[test]
fn numbers_and_shares_are_written_as_icu_writes_them() {
    let numbers: Vec<Number> =
        asked().numbers.iter().map(|number| Number::new(*number).unwrap()).collect();
    let with = |decimals: Option<usize>| {
        move |formats: &Formats, number: &Number| {
            written(|to| formats.number(*number, decimals, to))
        }
    };
    hold(|told| &told.numbers, &numbers, with(None));
    hold(|told| &told.two_decimals, &numbers, with(Some(2)));
    hold(|told| &told.whole, &numbers, with(Some(0)));
    let percent = |formats: &Formats, number: &Number| written(|to| formats.percent(*number, to));
    hold(|told| &told.percent, &numbers, percent);
}

#[test]
fn dates_and_times_are_written_as_icu_writes_them() {
    let Asked { days, times, .. } = asked();
    let with = |style: DateStyle| {
        move |formats: &Formats, day: &NaiveDate| {
            written(|to| formats.date(*day, style, to)).replace('\u{202f}', " ")
        }
    };
    hold(|told| &told.short_dates, &days, with(DateStyle::Short));
    hold(|told| &told.long_dates, &days, with(DateStyle::Long));
    hold(|told| &told.full_dates, &days, with(DateStyle::Full));
    let times: Vec<NaiveTime> =
        times.iter().map(|time| NaiveTime::parse_from_str(time, "%H:%M").unwrap()).collect();
    let time = |formats: &Formats, time: &NaiveTime| {
        written(|to| formats.time(*time, to)).replace('\u{202f}', " ")
    };
    hold(|told| &told.times, &times, time);
}

#[test]
fn a_short_amount_has_no_decimals_that_are_zero() {
    let short = |tag: &str, text: &str| {
        written(|to| formats(tag).money(text.parse().unwrap(), MoneyStyle::Short, to))
    };
    assert_eq!(short("en-IE", "10.00 EUR"), "€10");
    assert_eq!(short("en-IE", "10.50 EUR"), "€10.50");
    assert_eq!(short("de-DE", "1234.00 EUR"), "1.234\u{a0}€");
    assert_eq!(short("ja", "500 JPY"), "￥500");
}

#[test]
fn a_tag_is_put_into_its_usual_form() {
    for (tag, usual) in
        [("nl", "nl"), ("NL_be", "nl-BE"), ("zh-hans-cn", "zh-Hans-CN"), ("es-419", "es-419")]
    {
        assert_eq!(Locale::new(tag).unwrap().as_str(), usual);
    }
    for tag in ["", "n", "dutch", "nl-", "nl-B", "nl-BEL", "nl-BE-x", "n1", "é1", "nl BE", "-BE"] {
        assert!(Locale::new(tag).is_err(), "{tag}");
    }
    let wide = Locale::new("zh-hans-cn").unwrap();
    assert_eq!(wide.chain().collect::<Vec<_>>(), ["zh-Hans-CN", "zh-Hans", "zh"]);
}

proptest! {
    /// The digits of an amount are those of its minor units, whatever stands between them.
    #[test]
    fn an_amount_keeps_its_digits(minor: i64, which in 0_usize..3) {
        let currency = [Currency::EUR, Currency::JPY, Currency::KWD][which];
        for tag in ["bg", "de-CH", "en-IN", "es", "nl-BE", "sv"] {
            let amount = Money::from_minor(minor, currency);
            let text = written(|to| formats(tag).money(amount, MoneyStyle::Full, to));
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            prop_assert_eq!(digits.parse::<u64>().unwrap(), minor.unsigned_abs(), "{}", text);
            prop_assert_eq!(text.contains(['-', '\u{2212}']), minor < 0, "{}", text);
        }
    }

    /// Rounding to so many decimals gives what exact decimal arithmetic gives.
    #[test]
    fn a_number_is_rounded_half_away_from_zero(thousandths in -10_000_000_i64..10_000_000) {
        let number = Number::new(thousandths as f64 / 1000.0).unwrap();
        let english = formats("en");
        let text = written(|to| english.number(number, Some(2), to)).replace(',', "");
        let cents = (thousandths.abs() + 5) / 10 * thousandths.signum();
        let sign = if cents < 0 { "-" } else { "" };
        prop_assert_eq!(text, format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100));
    }
}
