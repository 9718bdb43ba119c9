//! Many customers at once get what each of them gets alone.

use chrono::NaiveDate;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::draw::{Draw, SCHEMA};
use crate::money::Currency;
use crate::path::Problems;
use crate::rule::tests::{day, euro, schema, sheet};
use crate::rule::{
    Column, ColumnFault, Columns, Facts, Kind, Matches, Rule, RuleIndex, Schema, Sheet, Value,
    field,
};

/// Checks that columns of these facts are answered like the facts themselves.
fn check(schema: &Schema, rules: &[Rule], sheets: &[Sheet]) {
    let today = sheets.first().map_or(NaiveDate::default(), Facts::today);
    let facts = sheets.iter().map(|sheet| sheet as &dyn Facts);
    let columns = Columns::of(schema, today, facts).unwrap();
    let checked: Vec<_> = rules.iter().map(|rule| rule.check(schema).unwrap()).collect();
    let index = RuleIndex::new(schema, checked.iter().cloned());
    let (all, mut holding) = (index.holding_all(&columns), Matches::new());
    for (row, sheet) in sheets.iter().enumerate() {
        index.holding(sheet, &mut holding);
        assert_eq!(all.iter(row).collect::<Matches>(), holding, "{sheet:?}");
        for (position, rule) in checked.iter().enumerate() {
            assert_eq!(all.contains(row, position), rule.truth(sheet).holds(), "{rule:?}");
        }
    }
    assert_eq!(columns.len(), sheets.len());
    let width = rules.len().div_ceil(64);
    assert_eq!(all.words().len(), width * sheets.len());
}

#[test]
fn a_hundred_thousand_pairs_in_columns_agree_with_the_rules_themselves() {
    for seed in 0..50 {
        let mut draw = Draw { rng: ChaCha8Rng::seed_from_u64(seed) };
        let rules: Vec<Rule> = (0..20).map(|_| draw.rule(3)).collect();
        let today = draw.facts().today();
        let sheets: Vec<Sheet> = (0..100).map(|_| draw.facts_of(today)).collect();
        check(&SCHEMA, &rules, &sheets);
    }
}

#[test]
fn several_blocks_of_customers_and_words_of_rules_agree_with_the_rules_themselves() {
    let mut draw = Draw { rng: ChaCha8Rng::seed_from_u64(2) };
    let rules: Vec<Rule> = (0..130).map(|_| draw.rule(2)).collect();
    let sheets: Vec<Sheet> = (0..600).map(|_| draw.facts_of(day("2026-03-15"))).collect();
    check(&SCHEMA, &rules, &sheets);
    check(&SCHEMA, &[], &sheets);
    check(&SCHEMA, &rules, &[]);
}

#[test]
fn the_words_of_all_customers_are_the_same_bytes_on_any_number_of_threads() {
    for rules in [60, 90, 400] {
        let mut draw = Draw { rng: ChaCha8Rng::seed_from_u64(4) };
        let rules: Vec<Rule> = (0..rules).map(|_| draw.rule(2)).collect();
        let sheets: Vec<Sheet> = (0..1_000).map(|_| draw.facts_of(day("2026-03-15"))).collect();
        let facts = sheets.iter().map(|sheet| sheet as &dyn Facts);
        let columns = Columns::of(&SCHEMA, day("2026-03-15"), facts).unwrap();
        let index = RuleIndex::new(&SCHEMA, rules.iter().map(|rule| rule.check(&SCHEMA).unwrap()));
        let (mut holding, mut alone) = (Matches::new(), Vec::new());
        for sheet in &sheets {
            index.holding(sheet, &mut holding);
            alone.extend_from_slice(holding.words());
        }
        assert_eq!(index.holding_all(&columns).words(), alone);
        #[cfg(feature = "rayon")]
        for threads in [1, 3] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let all = pool.install(|| index.holding_all(&columns));
            assert_eq!(all.words(), alone, "on {threads} threads");
        }
    }
}

#[test]
fn a_row_is_the_facts_that_it_was_made_of() {
    let mut draw = Draw { rng: ChaCha8Rng::seed_from_u64(3) };
    let sheets: Vec<Sheet> = (0..100).map(|_| draw.facts_of(day("2026-03-15"))).collect();
    let facts = sheets.iter().map(|sheet| sheet as &dyn Facts);
    let columns = Columns::of(&SCHEMA, day("2026-03-15"), facts).unwrap();
    for (index, sheet) in sheets.iter().enumerate() {
        let row = columns.row(index);
        assert_eq!(row.today(), sheet.today());
        for field in SCHEMA.fields() {
            let slot = SCHEMA.slot(field.name.as_str()).unwrap();
            assert_eq!(row.value(slot), sheet.value(slot), "{}", field.name);
            assert_eq!(row.undecided(slot), sheet.undecided(slot), "{}", field.name);
        }
    }
}

#[test]
fn typed_columns_are_the_values_that_they_stand_for() {
    let columns = [
        ("spend(90d)", Column::money(Currency::EUR, [Some(1_250), None])),
        ("orders", Column::integers([Some(3), None])),
        ("rate", Column::numbers([Some(2.5), Some(f64::NAN)])),
        ("email", Column::texts([Some("a@b.org"), None])),
        ("tier", Column::coded_texts(["gold", "silver"], [Some(1), None])),
        ("birthday", Column::dates([Some(day("2000-02-29")), None])),
        ("interests", Column::sets([Some(["tea", "books"]), None])),
        ("active", Column::bools([Some(true), None])),
    ];
    let columns = Columns::new(schema(), day("2026-03-15"), columns).unwrap();
    let expected = sheet([
        ("spend(90d)", euro(1_250).into()),
        ("orders", 3.into()),
        ("rate", Value::number(2.5).unwrap()),
        ("email", "a@b.org".into()),
        ("tier", "silver".into()),
        ("birthday", day("2000-02-29").into()),
        ("interests", Value::set(["books", "tea"])),
        ("active", true.into()),
    ]);
    for field in schema().fields() {
        let slot = schema().slot(field.name.as_str()).unwrap();
        assert_eq!(columns.row(0).value(slot), expected.value(slot), "{}", field.name);
        assert_eq!(columns.row(1).value(slot), None, "{}", field.name);
        assert_eq!(columns.row(2).value(slot), None, "{}", field.name);
    }
}

#[test]
fn columns_that_do_not_fit_are_all_told() {
    let columns = [
        ("orders", Column::integers([Some(1), Some(2)])),
        ("ordrs", Column::integers([None, None])),
        ("rate", Column::integers([Some(1), None])),
        ("email", Column::texts([Some("a")])),
        ("tier", Column::coded_texts(["gold"], [Some(1), None])),
        ("orders", Column::integers([None, None])),
    ];
    let found = Columns::new(schema(), day("2026-03-15"), columns).unwrap_err();
    let field = |name: &str| name.into();
    let (expected, found_kind) = (Kind::Number, Kind::Integer);
    let faults = [
        ColumnFault::UnknownField { name: field("ordrs") },
        ColumnFault::WrongType { field: field("rate"), expected, found: found_kind },
        ColumnFault::WrongLength { field: field("email"), expected: 2, found: 1 },
        ColumnFault::UnknownCode { field: field("tier"), code: 1, texts: 1 },
        ColumnFault::Twice { field: field("orders") },
    ];
    assert_eq!(faults_of(&found), faults);
    let rows = [sheet([]), Sheet::new(day("2026-03-16"))];
    let rows = rows.each_ref().map(|sheet| sheet as &dyn Facts);
    let found = Columns::of(schema(), day("2026-03-15"), rows).unwrap_err();
    let (expected, found_day) = (day("2026-03-15"), day("2026-03-16"));
    assert_eq!(faults_of(&found), [ColumnFault::OtherDay { expected, found: found_day }]);
}

fn faults_of(problems: &Problems<ColumnFault>) -> Vec<ColumnFault> {
    problems.iter().map(|problem| problem.fault.clone()).collect()
}

#[test]
fn amounts_of_a_foreign_column_hold_for_no_rule_of_another_currency() {
    let rules = [field("balance").at_least(euro(1)), field("balance").is_not(euro(1))];
    let rules = rules.map(|rule| rule.check(schema()).unwrap());
    let columns = [("balance", Column::money(Currency::JPY, [Some(500)]))];
    let columns = Columns::new(schema(), day("2026-03-15"), columns).unwrap();
    let all = RuleIndex::new(schema(), rules).holding_all(&columns);
    assert_eq!(all.iter(0).count(), 0);
}
