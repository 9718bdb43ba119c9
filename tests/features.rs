//! What every feature means, on a customer whose numbers can be checked by hand, and that both ways
//! of computing them agree.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::event::{
    Basket, Event, EventKind, LineItem, Purchase, Purchases, Return, ReturnedLine,
};
use loyalty::feature::{Column, Feature, FeatureTable, Measure, Moment, Snapshot};
use loyalty::id::{CustomerId, OrderId};
use loyalty::money::{Currency, Money};
use loyalty::profile::{Customer, Profile};
use loyalty::rule::{Text, Value};
use proptest::prelude::*;

const EUR: Currency = Currency::EUR;

/// Three orders (two in winter), a return of half of the second, visits, a mail, a review, surveys.
const EVENTS: &str = include_str!("data/features.txt");

fn customer() -> Customer {
    Customer::new("ann".parse().unwrap())
        .with("birthday", "1990-03-16".parse::<NaiveDate>().unwrap())
        .unwrap()
}

fn event(index: usize, line: &str) -> Event {
    let mut parts = line.split_whitespace();
    let (at, channel) = (parts.next().unwrap(), parts.next().unwrap());
    let kind = parts.collect::<Vec<_>>().join(" ");
    let channel = if channel == "-" { "null".to_owned() } else { format!("\"{channel}\"") };
    serde_json::from_str(&format!(
        r#"{{"id":"e{index}","customer":"ann","at":"{at}","recorded_at":"{at}",
            "channel":{channel},"kind":{kind}}}"#
    ))
    .unwrap()
}

fn moment(as_of: &str) -> Moment {
    let zone = "Europe/Brussels".parse().unwrap();
    Moment { as_of: as_of.parse().unwrap(), zone, currency: EUR }
}

fn check(as_of: &str, expected: &[(&str, &str)]) {
    let mut profile = Profile::new(customer());
    for (index, line) in EVENTS.lines().filter(|line| !line.is_empty()).enumerate() {
        let _ = profile.history.record(event(index, line));
    }
    let snapshot = Snapshot::of(&profile, moment(as_of));
    for (name, value) in expected {
        let feature: Feature = name.parse().unwrap();
        let found =
            snapshot.value(&feature).map_or("missing".to_owned(), |value| value.to_string());
        assert_eq!(found, *value, "{name} as of {as_of}");
    }
}

#[test]
fn every_feature_has_the_value_that_its_definition_gives_by_hand() {
    check(
        "2026-03-15T12:00:00Z",
        &[
            ("recency_days", "4"),
            ("tenure_days", "64"),
            ("length_days", "60"),
            ("days_since(review)", "40"),
            ("days_since(share)", "missing"),
            ("age_years", "35"),
            ("orders(lifetime)", "3"),
            ("orders(30d)", "1"),
            ("orders(this_month)", "1"),
            ("orders(last_month)", "0"),
            ("repeat_orders", "2"),
            ("units(lifetime)", "5"),
            ("category_units(coffee)", "3"),
            // 18 + 13 − 6 + 10
            ("spend(lifetime)", "35.00 EUR"),
            ("spend(30d)", "10.00 EUR"),
            // 35 / 3 = 11.666…
            ("average_order_value", "11.67 EUR"),
            ("average_order_value(last_month)", "missing"),
            // 3 orders in 64 days
            ("usage_rate", "1.40625"),
            ("visits(60d)", "1"),
            ("events(email_opened, 90d)", "1"),
            ("engagement(lifetime)", "5"),
            // (9/10 + 3/5) / 2
            ("satisfaction", "0.75"),
            // 60 days between first and last order, two gaps
            ("gap_mean_days", "30"),
            ("favorite_category", "coffee"),
            ("favorite_category_share", "0.8235294117647058"),
            ("categories", "{coffee, ware}"),
            ("distinct_categories(30d)", "1"),
            // 2 of 43 list
            ("discount_share", "0.046511627906976744"),
            // 6 of 41 paid
            ("return_rate", "0.14634146341463414"),
            ("month_share(1)", "0.6666666666666666"),
            ("quarter_share(1)", "1"),
            ("weekday_share(sat)", "0.3333333333333333"),
            // 21:30 in UTC is 22 o'clock in Brussels in winter
            ("hour_share(22)", "0.3333333333333333"),
            ("channel_share(web)", "0.3333333333333333"),
        ],
    );
    check("2026-03-16T00:00:00Z", &[("age_years", "36")]);
}

#[test]
fn tenure_begins_on_a_first_day_that_is_still_to_come() {
    let joins = "2026-12-28".parse::<NaiveDate>().unwrap();
    let profile = Profile::new(customer().with("enrolled_on", joins).unwrap());
    let next = |as_of| Snapshot::of(&profile, moment(as_of)).next_change(&Feature::TenureDays);
    // Midnight in Brussels.
    assert_eq!(next("2026-09-04T07:23:48Z"), "2026-12-27T23:00:00Z".parse().ok());
    assert_eq!(next("2026-12-27T23:00:00Z"), "2026-12-28T23:00:00Z".parse().ok());
}

#[test]
fn the_spread_of_gaps_is_the_sample_standard_deviation() {
    // statistics.stdev([10 + 12.5/24, 49 + 11.5/24]) of Python 3.11
    let expected = 27.547_701_683_725_91;
    let mut profile = Profile::new(customer());
    for (index, line) in EVENTS.lines().filter(|line| !line.is_empty()).enumerate() {
        let _ = profile.history.record(event(index, line));
    }
    let snapshot = Snapshot::of(&profile, moment("2026-03-15T12:00:00Z"));
    let Some(loyalty::rule::Value::Number(found)) = snapshot.value(&Feature::GapSpreadDays) else {
        panic!("missing");
    };
    assert!((found.as_f64() - expected).abs() < 1e-12, "{found}");
}

#[test]
fn nothing_that_happened_later_is_seen() {
    check(
        "2026-01-22T00:00:00Z",
        &[
            ("orders", "2"),
            ("spend", "31.00 EUR"),
            ("return_rate", "0"),
            ("visits", "0"),
            ("satisfaction", "missing"),
            ("gap_spread_days", "missing"),
        ],
    );
    check(
        "2026-01-01T00:00:00Z",
        &[
            ("orders", "0"),
            ("recency_days", "missing"),
            ("gap_mean_days", "missing"),
            ("length_days", "missing"),
            ("spend", "0.00 EUR"),
        ],
    );
}

const BOTH: [&str; 20] = [
    "recency_days",
    "tenure_days",
    "orders(30d)",
    "orders(this_month)",
    "repeat_orders",
    "units(1y)",
    "category_units(c1)",
    "spend(90d)",
    "spend",
    "average_order_value",
    "usage_rate(6mo)",
    "length_days",
    "gap_mean_days",
    "gap_spread_days",
    "favorite_category_share",
    "distinct_categories",
    "discount_share",
    "return_rate",
    "weekday_share(mon)",
    "hour_share(3)",
];

/// Orders and partial returns of up to three customers over two years.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let order = (0..3_u8, 0..63_072_000_i64, 2..5_i64, 0..3_u8, 1..9_999_i64, any::<bool>());
    prop::collection::vec(order, 0..40).prop_map(|orders| {
        let start: DateTime<Utc> = "2024-06-01T00:00:00Z".parse().unwrap();
        let mut events = Vec::new();
        for (index, (who, second, quantity, category, price, returns)) in
            orders.into_iter().enumerate()
        {
            let at = start + chrono::TimeDelta::seconds(second);
            let order = OrderId::new(format!("o{index}")).unwrap();
            let line = LineItem::new(id("1"), id("p"), quantity, Money::from_minor(price, EUR))
                .of(id(&format!("c{category}")));
            let bought = Purchase::new(order.clone(), Basket::of([line]));
            let event = |prefix: &str, at, kind| {
                Event::new(id(&format!("{prefix}{index}")), id(&format!("c{who}")), at, kind)
            };
            events.push(event("p", at, EventKind::Purchase(bought)));
            if returns {
                let lines = vec![ReturnedLine { line: id("1"), quantity: 1 }];
                let at = at + chrono::TimeDelta::days(9);
                events.push(event("r", at, EventKind::Return(Return { order, lines })));
            }
        }
        events
    })
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_log_of_all_customers_tells_what_each_profile_tells(
        events in events(),
        day in 0..800_i64,
    ) {
        let mut moment = moment("2024-06-01T00:00:00Z");
        moment.as_of += chrono::TimeDelta::days(day);
        let features: Vec<Feature> = BOTH.map(id).to_vec();
        let log = Purchases::from_events(EUR, &events, moment.as_of);
        let from_log = FeatureTable::of_purchases(&log, &features, &moment).unwrap();
        let mut profiles: BTreeMap<CustomerId, Profile> = BTreeMap::new();
        for event in events.iter().filter(|event| event.at <= moment.as_of) {
            let profile = profiles
                .entry(event.customer.clone())
                .or_insert_with(|| Profile::new(Customer::new(event.customer.clone())));
            let _ = profile.history.record(event.clone());
        }
        let one_by_one = FeatureTable::of_profiles(profiles.values(), &features, &moment);
        prop_assert_eq!(
            serde_json::to_string(&from_log).unwrap(),
            serde_json::to_string(&one_by_one.unwrap()).unwrap()
        );
    }
}

#[test]
fn a_table_refuses_what_it_cannot_hold() {
    let moment = moment("2026-01-01T00:00:00Z");
    let features = ["favorite_category", "visits", "spend"].map(|name| name.parse().unwrap());
    let log = Purchases::from_events(EUR, &[], moment.as_of);
    let told = FeatureTable::of_purchases(&log, &features, &moment).unwrap_err().to_string();
    assert_eq!(
        told,
        "`[0]`: the values of `favorite_category(lifetime)` are no numbers\n\
         `[1]`: orders alone do not tell `visits(lifetime)`"
    );
}

#[test]
fn the_values_of_a_row_are_told_in_the_order_in_which_they_are_asked() {
    let columns = ["recency_days", "orders"].map(|name| Column::new(name, Measure::Integer));
    let columns = columns.into_iter().chain([Column::new("age", Measure::Number)]);
    let rows = [("bob", [None, Some(1.0), Some(40.5)]), ("ann", [Some(3.0), Some(9.0), None])];
    let rows = rows.map(|(id, row)| (CustomerId::new(id).unwrap(), row));
    let table = FeatureTable::new(columns, rows).unwrap();
    let (orders, age, recency) = (Text::from("orders"), Text::from("age"), "recency_days".into());
    let (nine, one, three) = (Value::from(9), Value::from(1), Value::from(3));
    let names = [orders.clone(), recency, orders];
    assert_eq!(table.values(0, &names).unwrap(), [Some(nine.clone()), Some(three), Some(nine)]);
    assert_eq!(table.values(1, &names).unwrap(), [Some(one.clone()), None, Some(one.clone())]);
    assert_eq!(table.values(1, &[]).unwrap(), []);
    assert_eq!(table.values(2, &[age]).unwrap(), [None], "there is no such row");
    assert_eq!(table.values_at(1, &[1, 7]), [Some(one), None], "nor such a column");
    let wrong = ["order", "age", "height"].map(Text::from);
    assert_eq!(
        table.values(0, &wrong).unwrap_err().to_string(),
        "`columns[0]`: there is no column `order`: do you mean `orders`?\n\
         `columns[2]`: there is no column `height`",
    );
}
