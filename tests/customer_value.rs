//! What customers are worth, in rules, offers and tables.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Unit;
use loyalty::clv::{
    AttritionModel, Discount, GammaGammaModel, Length, Parameters, Repeat, Spent, Tempo, Valuation,
};
use loyalty::event::{Basket, Event, EventKind, LineItem, Purchase, Purchases};
use loyalty::feature::{
    Feature, FeatureTable, Moment, RepeatBuying, Snapshot, Spending, ValueModel,
};
use loyalty::id::{CustomerId, OrderId};
use loyalty::profile::{Customer, Profile};
use loyalty::program::{Program, Spec};
use loyalty::rule::Value;
use loyalty::{Currency, Money};
use proptest::prelude::*;

const USD: Currency = Currency::USD;

const FEATURES: [&str; 8] = [
    "p_alive",
    "expected_orders(90d)",
    "expected_orders(36h)",
    "expected_orders(1y)",
    "expected_spend",
    "clv(1y)",
    "clv(2mo)",
    "clv(lifetime)",
];

/// The parameters of the CDNOW sample, as published, for weeks and dollars.
fn buying() -> AttritionModel {
    let (r, alpha, a, b) = (0.242_595, 4.413_602, 0.792_922, 2.425_907);
    AttritionModel::new(Parameters::BgNbd { k: 1, r, alpha, a, b }, Unit::Week).unwrap()
}

fn spending() -> GammaGammaModel {
    GammaGammaModel::new(6.249_572, 3.744_225, 15.443_521).unwrap()
}

fn model() -> ValueModel {
    ValueModel {
        spending: Some(Spending { currency: USD, model: spending() }),
        margin: 0.5,
        discount: Discount::yearly(0.15),
        ..ValueModel::new(buying())
    }
}

fn moment(as_of: &str) -> Moment {
    let zone = "America/New_York".parse().unwrap();
    Moment { as_of: as_of.parse().unwrap(), zone, currency: USD }
}

fn bought(number: usize, at: DateTime<Utc>, minor: i64) -> EventKind {
    let price = Money::from_minor(minor, USD);
    let line = LineItem::new("1".parse().unwrap(), "cd".parse().unwrap(), 1, price);
    let order: OrderId = format!("o{number}-{}", at.timestamp()).parse().unwrap();
    EventKind::Purchase(Purchase::new(order, Basket::of([line])))
}

fn profile(orders: &[(&str, i64)]) -> Profile {
    let ann: CustomerId = "ann".parse().unwrap();
    let mut profile = Profile::new(Customer::new(ann.clone()));
    for (number, (at, minor)) in orders.iter().enumerate() {
        let at = at.parse().unwrap();
        let id = format!("e{number}").parse().unwrap();
        let event = Event::new(id, ann.clone(), at, bought(number, at, *minor));
        let _ = profile.history.record(event);
    }
    profile
}

fn told(profile: &Profile, moment: Moment, model: Option<&ValueModel>) -> Vec<Option<Value>> {
    let snapshot = Snapshot::of(profile, moment).valued_by(model);
    FEATURES.iter().map(|name| snapshot.value(&name.parse().unwrap())).collect()
}

/// Days on the wall of New York: 1, 1, 15 and 29 January, asked on 5 March 2026.
const ORDERS: [(&str, i64); 4] = [
    ("2026-01-01T15:00:00Z", 1_000),
    ("2026-01-02T04:00:00Z", 5_000),
    ("2026-01-15T15:00:00Z", 2_000),
    ("2026-01-29T15:00:00Z", 4_000),
];

#[test]
fn features_are_what_the_models_say_of_days_with_orders() {
    let customer = Repeat::new(2, 28.0, 63.0, Unit::Day);
    let spent = Spent { purchases: 2, mean: 30.0 };
    let buying = buying();
    let orders = |count, unit| {
        buying.expected_purchases(&customer, Length::new(count, unit)).and_then(Value::number)
    };
    let money =
        |amount: f64| Some(Value::Money(Money::from_minor((amount * 100.0).round() as i64, USD)));
    let worth = |days: Option<f64>| {
        let within = days.map(|days| Length::new(days, Unit::Day));
        let all = Valuation { within, discount: Discount::yearly(0.15), margin: 0.5 };
        money(all.value(&buying, &spending(), &customer, &spent).unwrap())
    };
    let expected = vec![
        buying.p_alive(&customer).and_then(Value::number),
        orders(90.0, Unit::Day),
        orders(1.5, Unit::Day),
        // From 5 March 2026 until 5 March 2027, and until 5 May 2026.
        orders(365.0, Unit::Day),
        money(spending().expected_spend(&spent).unwrap()),
        worth(Some(365.0)),
        worth(Some(61.0)),
        worth(None),
    ];
    let profile = profile(&ORDERS);
    assert_eq!(told(&profile, moment("2026-03-05T20:00:00Z"), Some(&model())), expected);
    assert_eq!(told(&profile, moment("2026-03-06T04:59:00Z"), Some(&model())), expected);
    let tomorrow = told(&profile, moment("2026-03-06T05:00:00Z"), Some(&model()));
    assert_ne!(tomorrow[0], expected[0]);
    let next = Snapshot::of(&profile, moment("2026-03-05T20:00:00Z"));
    let next = next.valued_by(Some(&model())).next_change(&Feature::PAlive);
    assert_eq!(next, Some("2026-03-06T05:00:00Z".parse().unwrap()));
}

#[test]
fn a_tempo_tells_the_features_by_its_own_clock() {
    // January and February count twice what the other months do.
    let mut months = [1.0; 12];
    months[..2].fill(2.0);
    let tempo = Tempo::new(months, None).unwrap();
    // The mean of a year is 1: two months of 31 and of 28.2425 days are 59.2425 of 365.2425.
    let slow = 365.2425 / (365.2425 + 59.2425);
    // 1, 15 and 29 January; asked on 5 March, after four days of it.
    let customer = Repeat::new(2, 28.0 * 2.0 * slow, (59.0 * 2.0 + 4.0) * slow, Unit::Day);
    let buying = buying();
    let orders = |days: f64| {
        let within = Length::new(days * slow, Unit::Day);
        Value::number(buying.expected_purchases(&customer, within).unwrap()).unwrap()
    };
    let model = ValueModel { tempo: Some(tempo), ..model() };
    let found = told(&profile(&ORDERS), moment("2026-03-05T20:00:00Z"), Some(&model));
    let near = |found: &Option<Value>, expected: Value| match (found, expected) {
        (Some(Value::Number(found)), Value::Number(expected)) => {
            (found.as_f64() / expected.as_f64() - 1.0).abs() < 1e-12
        }
        _ => false,
    };
    assert!(near(&found[0], Value::number(buying.p_alive(&customer).unwrap()).unwrap()));
    // 90 days later it is June; the year has January and February once more.
    assert!(near(&found[1], orders(90.0)) && near(&found[2], orders(1.5)));
    assert!(near(&found[3], orders(365.0 + 59.0)));
    // Until 5 May nothing but the pace is another: a discount of so much more in its time.
    let discount = Discount::yearly(f64::powf(1.15, 1.0 / slow) - 1.0);
    let within = Some(Length::new(61.0 * slow, Unit::Day));
    let purchases = buying.discounted_purchases(&customer, within, &discount).unwrap();
    let spent = spending().expected_spend(&Spent { purchases: 2, mean: 30.0 }).unwrap();
    let minor = (purchases * spent * 0.5 * 100.0).round() as i64;
    assert_eq!(found[6], Some(Value::Money(Money::from_minor(minor, USD))));
    // In a document it is written under `value`.
    let written = DOCUMENT.replace(
        r#""margin": 0.5,"#,
        r#""margin": 0.5, "tempo": {"months": [2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]},"#,
    );
    let read = Spec::from_json(&written).unwrap();
    assert_eq!(read.value, Some(model));
    assert!(Spec::from_json(&written.replace("[2, 2,", "[2, -2,")).is_err());
}

#[test]
fn of_who_bought_nothing_or_without_a_model_nothing_is_told() {
    let nothing = vec![None; FEATURES.len()];
    let asked = moment("2026-03-05T20:00:00Z");
    assert_eq!(told(&profile(&[]), asked, Some(&model())), nothing);
    assert_eq!(told(&profile(&ORDERS), asked, None), nothing);
    // Before the first purchase, too.
    assert_eq!(told(&profile(&ORDERS), moment("2025-12-31T20:00:00Z"), Some(&model())), nothing);
    // Who bought once is expected to spend what all do.
    let once = told(&profile(&ORDERS[..2]), asked, Some(&model()));
    let mean = (spending().mean().unwrap() * 100.0).round() as i64;
    assert_eq!(once[4], Some(Value::Money(Money::from_minor(mean, USD))));
    assert_eq!(once[0], Some(Value::number(1.0).unwrap()));
}

#[test]
fn a_table_needs_a_model_for_features_of_value() {
    let features = ["p_alive", "clv(1y)", "orders"].map(|name| name.parse().unwrap());
    let asked = moment("2026-03-05T20:00:00Z");
    let log = Purchases::from_events(USD, &[], asked.as_of);
    let told = FeatureTable::of_purchases(&log, &features, &asked).unwrap_err().to_string();
    assert_eq!(
        told,
        "`[0]`: `p_alive` needs a value model\n\
         `[1]`: `clv(1y)` needs a value model with a model of spending"
    );
    let half = ValueModel::new(buying());
    let told = FeatureTable::of_valued_purchases(&log, &features, &asked, Some(&half));
    assert_eq!(
        told.unwrap_err().to_string(),
        "`[1]`: `clv(1y)` needs a value model with a model of spending"
    );
}

fn any_orders() -> impl Strategy<Value = Vec<(u8, u32, i64)>> {
    proptest::collection::vec((0..4_u8, 0..1_000_u32, 0..20_000_i64), 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_log_of_all_customers_tells_what_each_profile_tells(
        orders in any_orders(),
        hours in 0..12_000_u32,
    ) {
        let start: DateTime<Utc> = "2025-01-01T00:00:00Z".parse().unwrap();
        let mut asked = moment("2025-01-01T00:00:00Z");
        asked.as_of = start + TimeDelta::hours(hours.into());
        let events: Vec<Event> = orders.iter().enumerate().map(|(number, (who, after, minor))| {
            let at = start + TimeDelta::hours((after * 7).into());
            let customer = format!("c{who}").parse().unwrap();
            let id = format!("e{number}").parse().unwrap();
            Event::new(id, customer, at, bought(number, at, *minor))
        }).collect();
        let log = Purchases::from_events(USD, &events, asked.as_of);
        let mut profiles: BTreeMap<CustomerId, Profile> = BTreeMap::new();
        for event in events.iter().filter(|event| event.at <= asked.as_of) {
            let profile = profiles
                .entry(event.customer.clone())
                .or_insert_with(|| Profile::new(Customer::new(event.customer.clone())));
            let _ = profile.history.record(event.clone());
        }
        let features: Vec<Feature> = FEATURES.iter().map(|name| name.parse().unwrap()).collect();
        let (model, all) = (model(), profiles.values());
        let of_log = FeatureTable::of_valued_purchases(&log, &features, &asked, Some(&model));
        let of_all = FeatureTable::of_valued_profiles(all, &features, &asked, Some(&model));
        prop_assert_eq!(
            serde_json::to_string(&of_log.unwrap()).unwrap(),
            serde_json::to_string(&of_all.unwrap()).unwrap()
        );
        // And what models are fitted on is what they are asked with.
        let each = RepeatBuying::of_each(&log, &asked);
        for (customer, bought) in log.customers().iter().zip(each) {
            let snapshot = Snapshot::of(&profiles[customer], asked);
            let own = snapshot.valued_by(Some(&model));
            let expected = bought.and_then(|bought| model.buying.p_alive(&bought.repeat));
            prop_assert_eq!(own.value(&Feature::PAlive), expected.and_then(Value::number));
        }
    }
}

const DOCUMENT: &str = r#"{
  "loyalty": 1, "name": "shop", "currency": "USD", "zone": "America/New_York",
  "value": {
    "buying": {
      "parameters": {"bg_nbd": {"r": 0.242595, "alpha": 4.413602, "a": 0.792922, "b": 2.425907}},
      "unit": "week"
    },
    "spending": {
      "currency": "USD", "model": {"p": 6.249572, "q": 3.744225, "gamma": 15.443521}
    },
    "margin": 0.5, "discount": {"rate": 0.15}
  },
  "segments": [
    {"id": "slipping", "name": "Slipping away", "when": "clv(1y) > 20 and p_alive < 0.9"},
    {"id": "same", "name": "The same", "when": {"all": [
      {"field": "clv(1y)", "above": "20.00 USD"}, {"field": "p_alive", "below": 0.9}]}}
  ],
  "offers": [
    {"id": "come-back", "name": "Come back", "when": "clv(1y) > 20 and p_alive < 0.9",
     "benefit": {"percent": {"percent": "10%"}}, "lane": "main"}
  ],
  "lanes": [{"id": "main", "mode": "best"}]
}"#;

fn problems(document: &str) -> String {
    Spec::from_json(document).unwrap().build().unwrap_err().to_string()
}

/// In ORDERS' weeks with the third one on, worth less from day to day.
fn asked(program: &Program, day: i64) -> (bool, bool, bool) {
    let mut member = program.enroll(Customer::new("ann".parse().unwrap()));
    for (number, (at, minor)) in ORDERS.iter().enumerate() {
        let at: DateTime<Utc> = at.parse().unwrap();
        let id = format!("e{number}").parse().unwrap();
        let event = Event::new(id, member.id().clone(), at, bought(number, at, *minor));
        let decision = program.decide(&member, &event);
        let _ = member.apply(&decision);
    }
    let as_of = "2026-01-30T17:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(day);
    let view = program.view(&member, as_of);
    let is_in = |id: &str| view.segments.iter().any(|share| share.segment.as_str() == id);
    let line = LineItem::new(
        "1".parse().unwrap(),
        "cd".parse().unwrap(),
        1,
        Money::from_minor(1_000, USD),
    );
    let quote = program.quote(&member, &Basket::of([line]), as_of);
    let offered = quote.eligible().any(|offer| offer.as_str() == "come-back");
    (is_in("slipping"), is_in("same"), offered)
}

#[test]
fn a_rule_on_value_decides_segments_and_an_offer_as_text_and_as_json() {
    let program = Spec::from_json(DOCUMENT).unwrap().build().unwrap();
    let mut seen = [0; 2];
    for day in [0, 7, 14, 21, 35, 70, 140, 280, 500] {
        let now = Repeat::new(2, 28.0, 29.0 + day as f64, Unit::Day);
        let days = Length::new(365.0, Unit::Day);
        let all = Valuation { within: Some(days), discount: Discount::yearly(0.15), margin: 0.5 };
        let spent = Spent { purchases: 2, mean: 30.0 };
        let value = all.value(&buying(), &spending(), &now, &spent).unwrap();
        let expected = value > 20.0 && buying().p_alive(&now).unwrap() < 0.9;
        assert_eq!(asked(&program, day), (expected, expected, expected), "{day}: {value}");
        seen[usize::from(expected)] += 1;
    }
    assert!(seen[0] > 1 && seen[1] > 1, "{seen:?}");
}

#[test]
fn without_the_models_a_rule_is_told_what_it_needs() {
    let mut spec: serde_json::Value = serde_json::from_str(DOCUMENT).unwrap();
    spec["value"].as_object_mut().unwrap().remove("spending");
    let needs = "`clv(1y)` needs a model of what customers spend: give its parameters under \
                 `value.spending`";
    assert_eq!(
        problems(&spec.to_string()),
        ["segments[0]", "segments[1]", "offers[0]"]
            .map(|rule| format!("`{rule}.when.all[0].field`: {needs}"))
            .join("\n")
    );
    spec.as_object_mut().unwrap().remove("value");
    let told = problems(&spec.to_string());
    let needs = "`p_alive` needs a value model: give its parameters under `value`";
    assert!(told.contains(needs), "{told}");
    assert_eq!(told.lines().count(), 6, "{told}");
    // With them, what is misspelled is answered with what was meant.
    let told = problems(&DOCUMENT.replace(r#""field": "p_alive""#, r#""field": "p_alife""#));
    assert!(told.contains("`p_alife` is no known field: did you mean `p_alive`?"), "{told}");
}

#[test]
fn a_model_that_does_not_fit_the_program_is_told_with_its_places() {
    let document = DOCUMENT
        .replace(r#""unit": "week""#, r#""unit": "month""#)
        .replace(
            r#""spending": {
      "currency": "USD""#,
            r#""spending": {"currency": "EUR""#,
        )
        .replace(r#"{"rate": 0.15}"#, r#"{"rate": -0.15}"#);
    assert_eq!(
        problems(&document),
        "`value.buying.unit`: months and years have no fixed number of days: fit the model in \
         weeks or days\n\
         `value.spending.currency`: the model is of amounts in EUR, not in USD\n\
         `value.discount.rate`: `-0.15` is out of range"
    );
}

#[test]
fn the_builder_takes_the_models_and_the_document_then_has_none() {
    let mut spec = Spec::from_json(DOCUMENT).unwrap();
    let written = spec.clone().build().unwrap();
    let value = spec.value.take().unwrap();
    assert_eq!(value, model());
    let given = spec.clone().builder().value_model(value.clone()).build().unwrap();
    assert_eq!(given.version(), written.version());
    assert_eq!(asked(&given, 35), asked(&written, 35));
    let twice = Spec { value: Some(value.clone()), ..spec }.builder().value_model(value);
    assert_eq!(twice.build().unwrap_err().to_string(), "`value`: the document has one already");
}
