//! Who is leaving: what is looked at, what must not be, and what is made of it.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::churn::{Churn, ChurnModel, Dates, Reason, Rule, Sign};
use loyalty::clv::Kind;
use loyalty::event::{Columns, Purchases};
use loyalty::logistic::Logistic;
use loyalty::money::Currency;
use proptest::prelude::*;

fn day(number: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    start + TimeDelta::days(number)
}

/// Orders at noon of these days of customers 0, 1, …
fn log(customers: &[Vec<i64>]) -> Purchases {
    let mut columns = Columns::default();
    for (number, days) in customers.iter().enumerate() {
        for at in days {
            columns.customers.push(format!("c-{number:04}").parse().unwrap());
            columns.at.push(day(*at) + TimeDelta::hours(12));
            columns.list_minor.push(1000);
            columns.units.push(1);
        }
    }
    Purchases::from_columns(Currency::EUR, &columns).unwrap()
}

fn recipe(rule: Rule) -> Churn {
    Churn { lapse: "28d".parse().unwrap(), least_orders: 1, rule }
}

fn trained(dates: Dates) -> Churn {
    recipe(Rule::Trained { regression: Logistic::default(), dates })
}

fn fit(recipe: &Churn, log: &Purchases, at: i64) -> ChurnModel {
    recipe.fit(log, day(at), &Zone::UTC).unwrap()
}

/// Half of the customers buy every few days to the end, the others stop at some day.
fn stoppers() -> Vec<Vec<i64>> {
    let customer = |number: i64| {
        let gap = 3 + number % 11;
        let end = if number % 2 == 0 { 400 } else { 40 + number * 7 % 300 };
        (0..).map(|at| number % 5 + at * gap).take_while(|at| *at < end).collect()
    };
    (0..120).map(customer).collect()
}

#[test]
fn the_line_of_inactivity_is_crossed_on_the_day() {
    let log = log(&[vec![0, 10]]);
    let model = fit(&recipe(Rule::Inactivity("20d".parse().unwrap())), &log, 30);
    let score = |at: i64| model.score(log.orders(0), day(at)).unwrap();
    // The last order was at noon of day 10.
    assert_eq!(score(30).risk, 19.5 / 20.0);
    assert!(!score(30).is_leaving && score(31).is_leaving);
    let told = score(31).reason.to_string();
    assert_eq!(told, "no order for 20.5 days, where 20 are the limit");
    assert!(model.score(log.orders(0), day(0)).is_none(), "there was no order yet");
}

#[test]
fn the_personal_gap_is_the_customers_own_or_the_programs() {
    // Gaps of 4 and 10 days; the last customer has none, and 7 is usual.
    let log = log(&[vec![0, 4, 8], vec![0, 10, 20], vec![20]]);
    let model = fit(&recipe(Rule::PersonalGap { multiple: 2.0 }), &log, 30);
    let risk = |index: usize| model.score(log.orders(index), day(30)).unwrap().risk;
    assert_eq!(risk(0), 21.5 / 4.0 / 2.0);
    assert_eq!(risk(1), 9.5 / 10.0 / 2.0);
    assert_eq!(risk(2), 9.5 / 7.0 / 2.0);
    let all = model.score_all(&log, day(30));
    let order: Vec<&str> = all.iter().map(|it| it.customer.as_str()).collect();
    assert_eq!(order, ["c-0000", "c-0002", "c-0001"]);
    assert!(matches!(all[1].score.reason, Reason::PersonalGap { is_own: false, .. }));
}

#[test]
fn p_alive_is_that_of_the_fitted_model() {
    let log = log(&stoppers());
    let model = fit(&recipe(Rule::PAlive(Kind::MbgNbd)), &log, 300);
    let found = model.evaluate(&log, day(300), day(400)).unwrap();
    assert!(found.auc.unwrap() > 0.9 && found.log_loss.is_none());
    let Reason::PAlive { chance, .. } = model.score(log.orders(0), day(300)).unwrap().reason else {
        panic!("another reason");
    };
    assert!(chance > 0.9);
}

#[test]
fn the_trained_rule_tells_who_stopped_from_who_did_not() {
    let log = log(&stoppers());
    let model = fit(&trained(Dates::Last(6)), &log, 250);
    assert_eq!(model.dates().len(), 6);
    assert_eq!(*model.dates().last().unwrap(), day(250 - 28));
    let found = model.evaluate(&log, day(250), day(278)).unwrap();
    assert!(found.auc.unwrap() > 0.95 && found.log_loss.unwrap() < 0.3, "{found:?}");
    let score = model.score(log.orders(0), day(250)).unwrap();
    let Reason::Trained { contributions, chance, .. } = &score.reason else { panic!("{score:?}") };
    assert_eq!(score.chance, Some(*chance));
    assert_eq!(contributions.len(), Sign::ALL.len());
    assert!(contributions.windows(2).all(|pair| pair[0].adds.abs() >= pair[1].adds.abs()));
    assert!(score.reason.to_string().starts_with("a chance of "));
}

#[test]
fn a_date_whose_outcome_is_open_is_refused() {
    let log = log(&stoppers());
    let recipe = trained(Dates::At(vec![day(200), day(223), day(222), day(200)]));
    let told = recipe.fit(&log, day(250), &Zone::UTC).unwrap_err().to_string();
    assert!(told.contains("`rule.trained.dates.at[1]`: who lapses at"), "{told}");
    assert!(!told.contains("at[2]`") && told.contains("at[3]`"), "{told}");
}

#[test]
fn a_model_is_not_judged_at_what_it_knows_or_nobody_knows() {
    let log = log(&stoppers());
    let model = fit(&trained(Dates::Last(2)), &log, 250);
    let told = |date, until| model.evaluate(&log, day(date), day(until)).map(|_| ());
    assert!(told(249, 400).unwrap_err().to_string().contains("the model knows"));
    assert!(told(250, 277).unwrap_err().to_string().contains("is only known at"));
    assert_eq!(told(250, 278), Ok(()));
}

#[test]
fn the_outcome_begins_with_the_date_and_ends_before_the_spans_end() {
    // Noon of day 128 is after the span from day 100 to the start of day 128.
    for (at, lapsed) in [(99, 1), (100, 0), (127, 0), (128, 1)] {
        let log = log(&[vec![50, at], vec![50, 110]]);
        let model = fit(&recipe(Rule::Inactivity("20d".parse().unwrap())), &log, 100);
        assert_eq!(model.evaluate(&log, day(100), day(200)).unwrap().lapsed, lapsed, "{at}");
    }
}

#[test]
fn a_model_is_read_as_it_was_written() {
    let log = log(&stoppers());
    for recipe in [trained(Dates::Last(3)), recipe(Rule::PersonalGap { multiple: 2.0 })] {
        let model = fit(&recipe, &log, 250);
        let text = serde_json::to_string(&model).unwrap();
        assert_eq!(serde_json::from_str::<ChurnModel>(&text).unwrap(), model);
    }
    let text = serde_json::to_string(&recipe(Rule::PersonalGap { multiple: -1.0 })).unwrap();
    let wrong: Churn = serde_json::from_str(&text).unwrap();
    let told = wrong.fit(&log, day(250), &Zone::UTC).unwrap_err().to_string();
    assert!(told.contains("`rule.personal_gap.multiple`"), "{told}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever happens at the instant of knowledge or later changes no model and no score.
    #[test]
    fn nothing_leaks_from_what_happened_later(
        later in prop::collection::vec(prop::collection::vec(250..400_i64, 0..5), 120)
    ) {
        let known: Vec<Vec<i64>> = stoppers()
            .into_iter()
            .map(|days| days.into_iter().filter(|at| *at < 250).collect())
            .collect();
        let more: Vec<Vec<i64>> = known
            .iter()
            .zip(&later)
            .map(|(days, later)| days.iter().chain(later).copied().collect())
            .collect();
        let (one, two) = (log(&known), log(&more));
        for rule in [
            Rule::PersonalGap { multiple: 2.0 },
            Rule::PAlive(Kind::MbgNbd),
            Rule::Trained { regression: Logistic::default(), dates: Dates::Last(3) },
        ] {
            let models = [&one, &two].map(|log| fit(&recipe(rule.clone()), log, 250));
            prop_assert_eq!(&models[0], &models[1]);
            let scores = [&one, &two].map(|log| models[0].score_all(log, day(250)));
            prop_assert_eq!(&scores[0], &scores[1]);
        }
    }
}
