//! What models say of customers, against the papers' formulas with 40 digits (`data/clv.py`).

use loyalty::calendar::Unit;
use loyalty::clv::{AttritionModel, Discount, Length, Parameters, Repeat};
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    delta: f64,
    bg_nbd: Cases,
    mbg_nbd: Cases,
    pareto_nbd: Cases,
    regular: Vec<Vec<f64>>,
}

/// Customers, with what is expected of them and of a new one.
#[derive(Deserialize)]
struct Cases {
    rows: Vec<Vec<f64>>,
    new: Vec<f64>,
}

const TIMES: [f64; 3] = [1.0, 39.0, 520.0];

fn reference() -> Reference {
    serde_json::from_str(include_str!("../data/clv.json")).unwrap()
}

fn weeks(count: f64) -> Length {
    Length::new(count, Unit::Week)
}

#[track_caller]
fn near(found: Option<f64>, expected: f64, tolerance: f64, what: &str) {
    let found = found.unwrap();
    let error = (found - expected).abs() / expected.abs().max(1e-12);
    assert!(error < tolerance, "{what}: {found} instead of {expected}");
}

fn check(parameters: Parameters, cases: &Cases, delta: f64) {
    let model = AttritionModel::new(parameters, Unit::Week).unwrap();
    // A rate per year that comes to e^-δ a week.
    let discount = Discount::yearly((delta * 365.2425 / 7.0).exp() - 1.0);
    for row in &cases.rows {
        let customer = Repeat::new(row[0] as u32, row[1], row[2], Unit::Week);
        let what = |kind: &str| format!("{kind} of {customer:?} by {parameters:?}");
        near(model.p_alive(&customer), row[3], 1e-11, &what("p_alive"));
        for (time, expected) in TIMES.iter().zip(&row[4..7]) {
            let found = model.expected_purchases(&customer, weeks(*time));
            near(found, *expected, 1e-10, &what(&format!("{time} weeks")));
        }
        let year = model.discounted_purchases(&customer, Some(weeks(52.0)), &discount);
        near(year, row[7], 1e-9, &what("discounted within 52 weeks"));
        let always = model.discounted_purchases(&customer, None, &discount);
        near(always, row[8], 1e-9, &what("discounted"));
    }
    for (time, expected) in TIMES.iter().zip(&cases.new) {
        near(model.expected_of_new(weeks(*time)), *expected, 1e-11, "a new customer");
    }
}

#[test]
fn what_is_said_of_customers_is_what_the_papers_formulas_say() {
    let Reference { delta, bg_nbd, mbg_nbd, pareto_nbd, .. } = reference();
    let (r, alpha, a, b) = (0.242595, 4.413602, 0.792922, 2.425907);
    check(Parameters::BgNbd { k: 1, r, alpha, a, b }, &bg_nbd, delta);
    let (r, alpha, a, b) = (0.524843, 6.183085, 0.891359, 1.614002);
    check(Parameters::MbgNbd { k: 1, r, alpha, a, b }, &mbg_nbd, delta);
    let (r, alpha, s, beta) = (0.553277, 10.577683, 0.606240, 11.668735);
    check(Parameters::ParetoNbd { r, alpha, s, beta }, &pareto_nbd, delta);
}

#[test]
fn regular_buyers_are_expected_to_buy_as_the_chain_of_their_waits_says() {
    let (r, alpha, a, b) = (0.8, 6.0, 1.3, 2.4);
    for row in reference().regular {
        let k = row[0] as u32;
        let parameters = if row[1] == 1.0 {
            Parameters::MbgNbd { k, r, alpha, a, b }
        } else {
            Parameters::BgNbd { k, r, alpha, a, b }
        };
        let model = AttritionModel::new(parameters, Unit::Week).unwrap();
        let customer = Repeat::new(row[2] as u32, row[3], row[4], Unit::Week);
        let what = format!("{customer:?} by {parameters:?}");
        near(model.p_alive(&customer), row[6], 1e-11, &what);
        near(model.expected_purchases(&customer, weeks(row[5])), row[7], 1e-8, &what);
    }
}
