//! Earning rules and what returns take back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Event, EventKind};
use loyalty::feature::Moment;
use loyalty::id::{EventId, LineId};
use loyalty::money::Currency;
use loyalty::points::{
    Boost, BoostSource, Boosts, CheckedEarning, Combine, Earlier, Earning, EarningPolicy, Expiry,
    Ledger, Movement, Multiplier, Occasion, Points, Posting, Purses, Returned, Source,
};
use loyalty::profile::{Customer, Profile};
use loyalty::rule::{Field, Kind, Schema, Sheet, Value};
use proptest::prelude::*;
use serde_json::json;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn schema() -> Schema {
    Schema::new([Field::new("tier", Kind::Text)]).unwrap()
}

fn rules(json: serde_json::Value) -> CheckedEarning {
    let written: Earning = serde_json::from_value(json).unwrap();
    written.check(&schema(), Currency::EUR, &Purses::default()).unwrap()
}

fn event(id: &str, at: DateTime<Utc>, kind: serde_json::Value) -> Event {
    let kind: EventKind = serde_json::from_value(kind).unwrap();
    let event = Event::new(id.parse().unwrap(), "c".parse().unwrap(), at, kind);
    event.validate().unwrap();
    event
}

/// An order of single units: line id, category and price.
fn order(lines: &[(&str, &str, &str)]) -> serde_json::Value {
    let lines: Vec<serde_json::Value> = lines
        .iter()
        .map(|(id, category, price)| {
            json!({"id": id, "product": format!("p{id}"), "category": category, "quantity": 1,
                   "unit_price": price})
        })
        .collect();
    json!({"purchase": {"order": "o", "basket": {"lines": lines}}})
}

/// What an event earns for a gold customer whose tier earns `multiplier`.
fn earn(
    rules: &CheckedEarning,
    event: &Event,
    multiplier: &str,
    earlier: Earlier<'_>,
) -> Vec<Posting> {
    let facts = Sheet::of(vec![Some(Value::text("gold"))], NaiveDate::MIN);
    let by = multiplier.parse::<Multiplier>().unwrap();
    let source = BoostSource::Tier("gold".parse().unwrap());
    let boost = Boost { source, by, rules: BTreeSet::new(), part: None };
    let zone = Zone::from_name("Europe/Brussels").unwrap();
    rules.earn(&Occasion {
        event,
        profile: &Profile::new(Customer::new(event.customer.clone())),
        moment: Moment { as_of: event.at, zone, currency: Currency::EUR },
        facts: &facts,
        boosts: &Boosts::new(Combine::Multiply, vec![boost]),
        expiry: Expiry::Never,
        confirmed_at: None,
        earlier,
    })
}

fn told(postings: &[Posting]) -> Vec<String> {
    let line = |posting: &Posting| {
        let Source::Earning(rule) = &posting.cause().source else { panic!("an earning rule") };
        let line = posting.cause().line.as_ref().map_or("-", LineId::as_str);
        format!("{rule} {line} {}", posting.points())
    };
    postings.iter().map(line).collect()
}

fn check(rule: serde_json::Value, kind: serde_json::Value, multiplier: &str, expected: &[&str]) {
    let ledger = Ledger::default();
    let event = event("e1", at("2026-03-14T09:30:00Z"), kind);
    let found = earn(&rules(json!([rule])), &event, multiplier, Earlier::of(&ledger));
    assert_eq!(told(&found), expected);
    for posting in &found {
        assert_eq!((posting.cause().at, &posting.cause().event), (event.at, &event.id));
        assert!(matches!(posting.cause().movement, Movement::Earn(_)));
    }
}

fn per_amount(points: i64, per: &str) -> serde_json::Value {
    json!({"id": "base", "award": {"per_amount": {"points": points, "per": per}}})
}

#[test]
fn a_fraction_of_a_point_is_dropped_once_for_the_whole_order() {
    let two = order(&[("1", "coffee", "5.90 EUR"), ("2", "tea", "4.90 EUR")]);
    check(per_amount(1, "1.00 EUR"), two.clone(), "1x", &["base 1 5", "base 2 5"]);
    // 10.80 x 1.5 = 16.2; were the points multiplied after rounding, it would be 15.
    check(per_amount(1, "1.00 EUR"), two.clone(), "1.5x", &["base 1 9", "base 2 7"]);
    check(per_amount(3, "2.00 EUR"), two, "1x", &["base 1 9", "base 2 7"]);
}

#[test]
fn rounding_is_what_the_rule_says() {
    let one = order(&[("1", "coffee", "1.50 EUR")]);
    let rule = |rounding: &str| {
        json!({"id": "base",
               "award": {"per_amount": {"points": 1, "per": "1.00 EUR", "rounding": rounding}}})
    };
    check(rule("down"), one.clone(), "1x", &["base 1 1"]);
    check(rule("half_up"), one, "1x", &["base 1 2"]);
}

#[test]
fn the_lines_shares_come_to_the_orders_points() {
    // Hamilton's method: 10 points over 3.33, 3.33 and 3.34 leave remainders .33, .33 and .34.
    let thirds =
        order(&[("1", "coffee", "3.33 EUR"), ("2", "tea", "3.33 EUR"), ("3", "tea", "3.34 EUR")]);
    check(per_amount(1, "1.00 EUR"), thirds, "1x", &["base 1 3", "base 2 3", "base 3 4"]);
    let lines: Vec<(String, &str, &str)> =
        (1..=7).map(|line| (line.to_string(), "tea", "0.72 EUR")).collect();
    let lines: Vec<(&str, &str, &str)> =
        lines.iter().map(|(id, category, price)| (id.as_str(), *category, *price)).collect();
    check(
        per_amount(1, "1.00 EUR"),
        order(&lines),
        "1x",
        &["base 1 1", "base 2 1", "base 3 1", "base 4 1", "base 5 1"],
    );
}

#[test]
fn many_points_for_little_money_are_all_given() {
    let one = order(&[("1", "coffee", "0.02 EUR")]);
    check(per_amount(500, "0.01 EUR"), one, "1x", &["base 1 1000"]);
}

#[test]
fn the_greatest_order_earns_the_most_that_one_posting_can_have() {
    let one = order(&[("1", "coffee", "92233720368547758.07 EUR")]);
    check(per_amount(1_000_000_000, "0.01 EUR"), one, "1000x", &["base 1 1000000000000"]);
}

#[test]
fn only_what_is_paid_for_named_categories_and_products_earns() {
    let two =
        order(&[("1", "coffee", "5.00 EUR"), ("2", "tea", "4.00 EUR"), ("3", "cake", "2.00 EUR")]);
    let rule = json!({"id": "base", "award": {"per_amount": {
        "points": 1, "per": "1.00 EUR", "categories": ["coffee"], "products": ["p3"]}}});
    check(rule, two, "1x", &["base 1 5", "base 3 2"]);
    let discounted = json!({"purchase": {"order": "o", "basket": {"lines": [
        {"id": "1", "product": "p", "quantity": 2, "unit_price": "5.00 EUR",
         "discounts": [{"amount": "2.50 EUR"}]}]}}});
    check(per_amount(1, "1.00 EUR"), discounted, "1x", &["base 1 7"]);
}

fn per_unit(points: i64) -> serde_json::Value {
    json!({"id": "card", "award": {"per_unit": {"points": points, "categories": ["coffee"]}}})
}

/// A line of cups at 3.00 EUR with an amount off.
fn cups(quantity: i64, off: &str) -> serde_json::Value {
    json!({"purchase": {"order": "o", "basket": {"lines": [
        {"id": "1", "product": "flat white", "category": "coffee", "quantity": quantity,
         "unit_price": "3.00 EUR", "discounts": [{"amount": off}]}]}}})
}

#[test]
fn every_unit_that_is_paid_for_earns() {
    check(per_unit(1), cups(3, "0.00 EUR"), "1x", &["card 1 3"]);
    check(per_unit(5), cups(3, "0.00 EUR"), "1x", &["card 1 15"]);
    check(per_unit(1), cups(3, "3.00 EUR"), "1x", &["card 1 2"]);
    check(per_unit(1), cups(1, "3.00 EUR"), "1x", &[]);
    check(per_unit(1), cups(1, "2.99 EUR"), "1x", &["card 1 1"]);
    check(per_unit(1), cups(2, "3.60 EUR"), "1x", &["card 1 1"]);
    let sample = json!({"purchase": {"order": "o", "basket": {"lines": [
        {"id": "1", "product": "p", "category": "coffee", "quantity": 4,
         "unit_price": "0.00 EUR"}]}}});
    check(per_unit(1), sample, "1x", &[]);
}

#[test]
fn units_of_other_categories_earn_nothing_and_multiplied_points_are_rounded_once() {
    let lines = order(&[("1", "coffee", "3.00 EUR"), ("2", "tea", "2.00 EUR")]);
    check(per_unit(1), lines, "1x", &["card 1 1"]);
    // 3 x 1.5 = 4.5, of which each line has 4/3: the largest remainder goes to the smallest id.
    let three = order(&[
        ("1", "coffee", "3.00 EUR"),
        ("2", "coffee", "2.00 EUR"),
        ("3", "coffee", "9.00 EUR"),
    ]);
    check(per_unit(1), three, "1.5x", &["card 1 2", "card 2 1", "card 3 1"]);
    let most = json!({"purchase": {"order": "o", "basket": {"lines": [
        {"id": "1", "product": "p", "category": "coffee", "quantity": 1_000_000,
         "unit_price": "0.01 EUR"}]}}});
    check(per_unit(1_000_000_000), most, "1000x", &["card 1 1000000000000"]);
}

#[test]
fn a_condition_that_does_not_hold_earns_nothing() {
    let rule = |tier: &str| {
        json!({"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}},
               "when": {"field": "tier", "is": tier}})
    };
    let one = order(&[("1", "coffee", "5.00 EUR")]);
    check(rule("gold"), one.clone(), "1x", &["base 1 5"]);
    check(rule("silver"), one, "1x", &[]);
}

#[test]
fn an_event_earns_by_its_kind_and_every_rule_by_itself() {
    let review = json!({"review": {"product": "p", "rating": 5}});
    let rule = |multiplier: &str| {
        json!({"id": "reviews", "award": {"per_event": {"event": "review", "points": 5}},
               "tier_multiplier": multiplier})
    };
    check(rule("applies"), review.clone(), "1.5x", &["reviews - 7"]);
    check(rule("ignored"), review.clone(), "1.5x", &["reviews - 5"]);
    check(rule("ignored"), json!("enrolled"), "1x", &[]);
    check(per_amount(1, "1.00 EUR"), review, "1x", &[]);

    let ledger = Ledger::default();
    let both = rules(json!([
        per_amount(1, "1.00 EUR"),
        {"id": "orders", "award": {"per_event": {"event": "purchase", "points": 20}}}
    ]));
    let bought = event("e1", at("2026-03-14T09:30:00Z"), order(&[("1", "tea", "5.00 EUR")]));
    let found = earn(&both, &bought, "1x", Earlier::of(&ledger));
    assert_eq!(told(&found), ["base 1 5", "orders 1 20"]);
}

#[test]
fn a_cap_counts_what_earned_before_in_the_programs_month() {
    let capped = rules(json!([{"id": "reviews", "award": {"per_event": {
        "event": "review", "points": 5}}, "caps": [{"times": 2, "per": "month"}]}]));
    let mut ledger = Ledger::default();
    let mut review = |id: &str, text: &str| {
        let kind = json!({"review": {"product": "p", "rating": 5}});
        let event = event(id, at(text), kind);
        let found = earn(&capped, &event, "1x", Earlier::of(&ledger));
        let entries = ledger.reconcile(&BTreeSet::from([event.id.clone()]), &found, &event.id);
        ledger.post(entries).unwrap();
        let again = earn(&capped, &event, "1x", Earlier::of(&ledger));
        assert_eq!(again, found, "what it earned itself does not count");
        found.len()
    };
    // In Brussels, February ends at 23:00 UTC.
    assert_eq!(review("e1", "2026-02-28T22:59:59Z"), 1);
    assert_eq!(review("e2", "2026-02-28T23:00:00Z"), 1);
    assert_eq!(review("e3", "2026-03-14T09:00:00Z"), 1);
    assert_eq!(review("e4", "2026-03-15T09:00:00Z"), 0);
    assert_eq!(review("e0", "2026-02-28T23:00:00Z"), 1, "a late one that stands before e2");
    assert_eq!(review("e5", "2026-02-01T09:00:00Z"), 1);
    assert_eq!(review("e6", "2026-02-28T22:59:59.5Z"), 0);
}

#[test]
fn what_was_taken_back_does_not_use_up_a_cap() {
    let capped = rules(json!([{"id": "reviews", "award": {"per_event": {
        "event": "review", "points": 5}}, "caps": [{"times": 1, "per": "day"}]}]));
    let review = |id: &str, text: &str| {
        event(id, at(text), json!({"review": {"product": "p", "rating": 5}}))
    };
    let first = review("e1", "2026-03-14T09:00:00Z");
    let mut ledger = Ledger::default();
    let mut targets = earn(&capped, &first, "1x", Earlier::of(&ledger));
    let mut taken = targets[0].cause().clone();
    taken.at = at("2026-03-14T10:00:00Z");
    taken.event = "e2".parse().unwrap();
    taken.movement = Movement::ClawBack { of: first.id.clone() };
    targets.push(Posting::new(taken, targets[0].points()).unwrap());
    ledger.post(ledger.reconcile(&BTreeSet::new(), &targets, &first.id)).unwrap();

    let earned = |review: Event| earn(&capped, &review, "1x", Earlier::of(&ledger)).len();
    assert_eq!(earned(review("e3", "2026-03-14T09:59:59Z")), 0, "before it was taken back");
    assert_eq!(earned(review("e3", "2026-03-14T10:00:00Z")), 1);
}

#[test]
fn points_become_active_and_expire_when_the_rule_says() {
    let ledger = Ledger::default();
    let term = |at_: &str, timing: serde_json::Value| {
        let mut rule = json!({"id": "base",
            "award": {"per_event": {"event": "app_opened", "points": 1}}});
        rule.as_object_mut().unwrap().extend(timing.as_object().unwrap().clone());
        let opened = event("e1", at(at_), json!("app_opened"));
        let found = earn(&rules(json!([rule])), &opened, "1x", Earlier::of(&ledger));
        let Movement::Earn(term) = found[0].cause().movement else { panic!("it earns") };
        (term.active_at, term.expires_at)
    };
    let summer = "2020-07-06T10:00:00Z";
    assert_eq!(term(summer, json!({})), (at(summer), None));
    // Twelve months to the end of the month: until 1 August 2021, 0:00 in Brussels.
    assert_eq!(
        term(summer, json!({"expiry": {"end_of": {"period": "month", "after": "12mo"}}})),
        (at(summer), Some(at("2021-07-31T22:00:00Z"))),
    );
    assert_eq!(
        term(summer, json!({"expiry": {"end_of": {"period": "year"}}})),
        (at(summer), Some(at("2020-12-31T23:00:00Z"))),
    );
    // A fortnight over the end of summer time, then a year from there.
    assert_eq!(
        term(
            "2020-10-20T10:00:00Z",
            json!({"activation": {"after": "14d"}, "expiry": {"after": "1y"}})
        ),
        (at("2020-11-03T11:00:00Z"), Some(at("2021-11-03T11:00:00Z"))),
    );
}

#[test]
fn every_problem_of_earning_rules_is_told_with_its_place() {
    let written: Earning = serde_json::from_value(json!([
        {"id": "a", "award": {"per_amount": {"points": 0, "per": "0.00 USD"}}},
        {"id": "a", "award": {"per_event": {"event": "void", "points": 1_000_000_001}},
         "caps": [{"times": 0, "points": 0, "per": "day"}, {"per": "week"}],
         "activation": {"on_confirmation": {}},
         "when": {"field": "teir", "is": "gold"}},
        {"id": "b", "award": {"per_unit": {"points": 0}}}
    ]))
    .unwrap();
    let found = written.check(&schema(), Currency::EUR, &Purses::default()).unwrap_err();
    assert_eq!(
        found.to_string(),
        "`[0].award.per_amount.points`: 0 points: a rule gives 1 to 1000000000 at a time\n\
         `[0].award.per_amount.per`: 0.00 USD is not in EUR, the currency of the program\n\
         `[0].award.per_amount.per`: points are given per 0.00 USD: it must be more than nothing\n\
         `[1].id`: earning rule `a` is there twice: also at [0]\n\
         `[1].award.per_event.points`: 1000000001 points: a rule gives 1 to 1000000000 at a time\n\
         `[1].award.per_event.event`: `void` moves points itself and earns none\n\
         `[1].caps[0].times`: the cap is 0: leave the rule out if it is never to give points\n\
         `[1].caps[0].points`: the cap is 0: leave the rule out if it is never to give points\n\
         `[1].caps[1]`: the cap caps nothing: say how many `times` or `points` at most\n\
         `[1].activation`: only an order can be confirmed, and it is not only orders that earn \
         these points\n\
         `[1].when.field`: `teir` is no known field: did you mean `tier`?\n\
         `[2].award.per_unit.points`: 0 points: a rule gives 1 to 1000000000 at a time",
    );
}

/// Lines of a quantity and the points that they earned, and the quantities of each return.
fn returns() -> impl Strategy<Value = (Vec<(i64, i64)>, Vec<Vec<i64>>)> {
    proptest::collection::vec((1..6_i64, 1..40_i64), 1..4).prop_flat_map(|lines| {
        let one = proptest::collection::vec(0..3_i64, lines.len());
        (Just(lines), proptest::collection::vec(one, 0..8))
    })
}

proptest! {
    #[test]
    fn returns_take_back_what_their_units_earned_and_all_in_the_end((lines, returns) in returns()) {
        let items: Vec<serde_json::Value> = lines.iter().enumerate().map(|(line, (quantity, _))| {
            json!({"id": line.to_string(), "product": "p", "quantity": quantity,
                   "unit_price": "1.00 EUR"})
        }).collect();
        let kind = json!({"purchase": {"order": "o", "basket": {"lines": items}}});
        let bought = event("e", at("2026-03-14T09:30:00Z"), kind);
        let earned = earned(&bought, lines.iter().map(|(_, points)| *points));
        let mut before: BTreeMap<LineId, i64> = BTreeMap::new();
        let mut taken: BTreeMap<Option<LineId>, i64> = BTreeMap::new();
        for (number, quantities) in returns.iter().enumerate() {
            let back: Vec<serde_json::Value> = quantities.iter().enumerate()
                .map(|(line, quantity)| json!({"line": line.to_string(), "quantity": quantity}))
                .collect();
            let kind = json!({"return": {"order": "o", "lines": back}});
            let Ok(EventKind::Return(returned)) = serde_json::from_value(kind) else {
                panic!("a return")
            };
            let id: EventId = format!("r{number}").parse().unwrap();
            let found = Returned {
                event: &id, at: bought.at, returned: &returned,
                purchase: bought.purchase().unwrap(), before: &before,
            }.claw_back(&earned);
            for posting in &found {
                *taken.entry(posting.cause().line.clone()).or_default() += posting.points().0;
            }
            for line in &returned.lines {
                *before.entry(line.line.clone()).or_default() += line.quantity;
            }
            let mut all_back = true;
            for (line, (quantity, points)) in lines.iter().enumerate() {
                let line: LineId = line.to_string().parse().unwrap();
                let units = before[&line].min(*quantity);
                all_back &= units == *quantity;
                prop_assert_eq!(
                    taken.get(&Some(line)).copied().unwrap_or(0),
                    points * units / quantity,
                );
            }
            let whole = taken.get(&None).copied().unwrap_or(0);
            prop_assert_eq!(whole, if all_back { 25 } else { 0 });
        }
    }
}

/// The points of every line, and 25 for the order.
fn earned(bought: &Event, lines: impl Iterator<Item = i64>) -> Vec<Posting> {
    use loyalty::points::{Cause, Term};
    let posting = |line: Option<LineId>, points| {
        let movement = Movement::Earn(Term::from(bought.at));
        let source = Source::Earning("base".parse().unwrap());
        let cause =
            Cause { at: bought.at, event: bought.id.clone(), movement, source, line, purse: None };
        Posting::new(cause, Points(points)).unwrap()
    };
    let lines = lines
        .enumerate()
        .map(|(line, points)| posting(Some(line.to_string().parse().unwrap()), points));
    lines.chain([posting(None, 25)]).collect()
}
