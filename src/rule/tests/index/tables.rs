//! Cases that are easily got wrong.

use super::check;
use crate::money::{Currency, Money};
use crate::rule::tests::{day, euro, schema, sheet};
use crate::rule::{
    Facts, Field, Kind, Matches, Obstacle, Obstacles, Rule, RuleIndex, Schema, Sheet, Truth, Value,
    all, any, field, missing,
};

fn index(rules: &[Rule]) -> RuleIndex {
    RuleIndex::new(schema(), rules.iter().map(|rule| rule.check(schema()).unwrap()))
}

#[test]
fn more_thresholds_than_cells_are_told_apart() {
    let rules: Vec<Rule> = (0..3_000)
        .map(|number| match number % 4 {
            0 => field("orders").at_least(number),
            1 => field("orders").below(number),
            2 => field("orders").is(number),
            _ => field("orders").between(number, number + 50),
        })
        .collect();
    let sheets = [-1, 0, 1, 7, 1_499, 1_500, 1_501, 2_999, 3_000, i64::MAX]
        .map(|orders| sheet([("orders", orders.into())]));
    check(schema(), &rules, &sheets.each_ref().map(|sheet| sheet as &dyn Facts));
    check(schema(), &rules, &[&sheet([])]);
}

#[test]
fn more_texts_than_cells_are_told_apart() {
    let city = |number: u32| format!("city {number}");
    let rules: Vec<Rule> = (0..1_000)
        .map(|number| match number % 4 {
            0 => field("email").is(city(number)),
            1 => field("email").is_not(city(number)),
            2 => field("email").one_of((number..number + 9).map(city)),
            _ => any([field("email").is(city(number)), field("email").ends_with("5")]),
        })
        .collect();
    let sheets = ["", "city 5", "city 500", "city 503", "city 999", "city 1000", "city 1005"]
        .map(|city| sheet([("email", city.into())]));
    check(schema(), &rules, &sheets.each_ref().map(|sheet| sheet as &dyn Facts));
}

#[test]
fn hundreds_of_texts_in_sets_are_told_apart() {
    let schema = Schema::new([Field::new("tags", Kind::Set)]).unwrap();
    let tag = |number: u32| format!("tag {}", number % 400);
    let tags = |count: u32, number: u32| (0..count).map(move |step| tag(number + step * 7));
    let rules: Vec<Rule> = (0..800)
        .map(|number| match number % 4 {
            0 => field("tags").any_of(tags(30, number)),
            1 => field("tags").all_of(tags(number % 3 + 1, number)),
            2 => field("tags").none_of(tags(9, number)),
            _ => all([
                field("tags").any_of(tags(60, number)),
                field("tags").all_of(tags(2, number)),
                field("tags").none_of(tags(3, number + 1)),
            ]),
        })
        .collect();
    let slot = schema.slot("tags").unwrap();
    let sheets: Vec<Sheet> = (0..20_u32)
        .map(|number| {
            let mut sheet = Sheet::new(day("2026-03-15"));
            let own = (0..number * number).map(|step| tag(number + step * 7));
            sheet.set(slot, Some(Value::set(own)));
            if number % 2 == 1 {
                let open = tags(number, number + 3).map(|tag| tag.as_str().into()).collect();
                sheet.leave_undecided(slot, open);
            }
            sheet
        })
        .collect();
    let facts: Vec<&dyn Facts> = sheets.iter().map(|sheet| sheet as &dyn Facts).collect();
    check(&schema, &rules, &facts);
}

#[test]
fn what_cannot_be_compared_holds_for_no_rule() {
    let yen = Money::from_minor(500, Currency::JPY);
    let rules = [
        field("balance").at_least(euro(1)),
        field("balance").below(euro(1)),
        field("balance").at_least(yen),
        field("balance").is_not(euro(1)),
        missing("balance"),
    ];
    let holding = |value: Value| -> Vec<usize> {
        let mut holding = Matches::new();
        index(&rules).holding(&sheet([("balance", value)]), &mut holding);
        holding.iter().collect()
    };
    assert_eq!(holding(euro(7).into()), [0, 3]);
    assert_eq!(holding(yen.into()), [2]);
    assert_eq!(holding(Money::from_minor(7, Currency::USD).into()), [0; 0]);
    assert_eq!(holding(7.into()), [0; 0]);
}

#[test]
fn only_the_rules_asked_for_are_answered() {
    let rules: Vec<Rule> = (0..200).map(|number| field("orders").at_least(number)).collect();
    let (index, facts) = (index(&rules), sheet([("orders", 150.into())]));
    let among: Matches = [3, 70, 149, 151, 199, 5_000].into_iter().collect();
    let (mut holding, mut obstacles) = (Matches::new(), Obstacles::new());
    index.holding_among(&among, &facts, &mut holding);
    assert_eq!(holding.iter().collect::<Vec<_>>(), [3, 70, 149]);
    index.obstacles_among(&among, &facts, &mut obstacles);
    let fails = Obstacle { truth: Truth::Fail, slot: schema().slot("orders") };
    assert_eq!(obstacles.iter().collect::<Vec<_>>(), [(151, fails), (199, fails)]);
    assert_eq!(obstacles.holding(), &holding);
    assert_eq!([3, 150, 151, 5_000].map(|at| obstacles.of(at)), [None, None, Some(fails), None]);
    index.holding_among(&Matches::new(), &facts, &mut holding);
    assert_eq!(holding.count(), 0);
}

#[test]
fn what_fails_stands_in_the_way_before_what_is_unknown() {
    let rules = [
        all([field("orders").at_least(1), field("tier").is("gold"), field("active").is(true)]),
        all([field("orders").at_least(1), field("active").is(true)]),
        any([field("orders").at_least(1), field("active").is(true)]),
    ];
    let mut obstacles = Obstacles::new();
    index(&rules).obstacles(&sheet([("tier", "silver".into())]), &mut obstacles);
    let slot = |name| schema().slot(name);
    let expected = [
        (0, Obstacle { truth: Truth::Fail, slot: slot("tier") }),
        (1, Obstacle { truth: Truth::Unknown, slot: slot("orders") }),
        (2, Obstacle { truth: Truth::Unknown, slot: None }),
    ];
    assert_eq!(obstacles.iter().collect::<Vec<_>>(), expected);
}

#[test]
fn the_first_of_hundreds_of_fields_is_told() {
    let name = |number: usize| format!("field {}", number % 300);
    let fields = (0..300).map(|number| Field::new(name(number), Kind::Integer));
    let schema = Schema::new(fields).unwrap();
    let rules: Vec<Rule> = (0..700)
        .map(|number| {
            let at_least = |step: usize| field(name(number * 7 + step)).at_least(step as i64 % 3);
            all([0, 1, 50, 131].map(at_least))
        })
        .collect();
    let sheets: Vec<Sheet> = (0..12)
        .map(|customer: usize| {
            let mut sheet = Sheet::new(day("2026-03-15"));
            for number in (0..300).filter(|number| !(number + customer).is_multiple_of(5)) {
                let value = (number * customer + number / 7) as i64 % 4;
                sheet.set(schema.slot(&name(number)).unwrap(), Some(value.into()));
            }
            sheet
        })
        .collect();
    let facts: Vec<&dyn Facts> = sheets.iter().map(|sheet| sheet as &dyn Facts).collect();
    check(&schema, &rules, &facts);
}

#[test]
fn an_index_of_no_rules_finds_none() {
    let mut holding: Matches = [1, 2].into_iter().collect();
    let mut obstacles = Obstacles::new();
    let index = index(&[]);
    index.holding(&sheet([]), &mut holding);
    index.obstacles(&sheet([]), &mut obstacles);
    assert_eq!((index.len(), index.is_empty(), holding.count()), (0, true, 0));
    assert_eq!((obstacles.iter().count(), obstacles.of(0)), (0, None));
}

#[test]
fn sets_of_positions_are_equal_when_they_have_the_same_positions() {
    let long: Matches = [1, 500].into_iter().collect();
    let mut short: Matches = [1].into_iter().collect();
    assert_ne!(long, short);
    short.insert(500);
    assert_eq!(long, short);
    short.clear();
    assert_eq!(short, Matches::new());
    assert!(!short.contains(1));
}
