//! Logistic regression against scikit-learn, and what any fit keeps to.

use loyalty::logistic::{Fault, Logistic, LogisticModel, Note};
use loyalty::stats::Classified;
use ndarray::{Array2, array};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    points: Vec<Vec<f64>>,
    labels: Vec<bool>,
    weights: Vec<f64>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    ridge: f64,
    weighted: bool,
    coefficients: Vec<f64>,
    constant: f64,
    errors: Vec<f64>,
    first_chances: Vec<f64>,
    auc: f64,
    log_loss: f64,
    brier: f64,
}

fn reference() -> (Reference, Array2<f64>) {
    let read: Reference = serde_json::from_str(include_str!("data/logistic.json")).unwrap();
    let flat: Vec<f64> = read.points.iter().flatten().copied().collect();
    let points = Array2::from_shape_vec((read.points.len(), 4), flat).unwrap();
    (read, points)
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-8, "{found} instead of {expected}");
}

#[test]
fn coefficients_errors_and_measures_are_scikit_learns() {
    let (read, points) = reference();
    for case in &read.cases {
        let recipe = Logistic { ridge: case.ridge, ..Logistic::default() };
        let weights = case.weighted.then_some(read.weights.as_slice());
        let model = recipe.fit(points.view(), &read.labels, weights).unwrap();
        let report = model.report().unwrap();
        assert!(report.converged && report.notes.is_empty());
        near(model.constant(), case.constant);
        near(report.error, case.errors[4]);
        for (at, found) in model.coefficients().iter().enumerate() {
            near(found.standardized, case.coefficients[at]);
            near(found.error.unwrap(), case.errors[at]);
        }
        let chance = |point: &Vec<f64>| model.chance(point).unwrap();
        let chances: Vec<f64> = read.points.iter().map(chance).collect();
        for (found, expected) in chances.iter().zip(&case.first_chances) {
            near(*found, *expected);
        }
        let told = Classified::new(chances, read.labels.clone()).unwrap();
        near(told.auc().unwrap(), case.auc);
        near(told.log_loss().unwrap(), case.log_loss);
        near(told.brier().unwrap(), case.brier);
        let count: usize = told.calibration(7).iter().map(|bin| bin.count).sum();
        assert_eq!(count, read.labels.len());
    }
}

#[test]
fn what_is_told_apart_without_a_mistake_is_held_by_the_ridge_and_told() {
    let points = array![[1.0, 5.0], [2.0, 5.0], [8.0, 5.0], [9.0, 5.0]];
    let labels = [false, false, true, true];
    let recipe = Logistic { ridge: 1e-9, ..Logistic::default() };
    let model = recipe.fit(points.view(), &labels, None).unwrap();
    let report = model.report().unwrap();
    assert!(report.notes.contains(&Note::Separable), "{report:?}");
    assert!(report.notes.contains(&Note::Constant { column: 1 }));
    assert_eq!(model.coefficients()[1].standardized, 0.0);
    assert!(model.chance(&[5.0, 7.0]).unwrap().is_finite());
}

#[test]
fn all_that_is_wrong_is_told_with_its_place() {
    let recipe = Logistic { ridge: 0.0, max_iterations: 0 };
    let points = array![[f64::NAN], [1e200]];
    let found = recipe.fit(points.view(), &[true], Some(&[-1.0, 1.0])).unwrap_err();
    let told = found.to_string();
    for place in ["ridge", "max_iterations", "points[0][0]", "points[1][0]", "labels", "weights[0]"]
    {
        assert!(told.contains(&format!("`{place}`")), "{place} in {told}");
    }
    let alike = Logistic::default().fit(array![[1.0], [2.0]].view(), &[true, true], None);
    assert!(alike.unwrap_err().to_string().contains(&Fault::OneKind.to_string()));
}

#[test]
fn a_model_is_read_as_it_was_written() {
    let (read, points) = reference();
    let model = Logistic::default().fit(points.view(), &read.labels, None).unwrap();
    let text = serde_json::to_string(&model).unwrap();
    assert_eq!(serde_json::from_str::<LogisticModel>(&text).unwrap(), model);
    let wrong = text.replacen("\"constant\":", "\"constant\":1e200,\"x\":", 1);
    assert!(serde_json::from_str::<LogisticModel>(&wrong).is_err());
}

proptest! {
    /// The free constant makes the sum of chances the number of those of which it was true, and
    /// weights are as good as repeated points.
    #[test]
    fn chances_sum_to_what_happened_and_weights_are_repetitions(
        rows in prop::collection::vec(
            (-1e3..1e3_f64, -1.0..1.0_f64, any::<bool>(), 1..4_usize), 2..40
        )
    ) {
        let labels: Vec<bool> = rows.iter().map(|row| row.2).collect();
        prop_assume!(labels.contains(&true) && labels.contains(&false));
        let points = Array2::from_shape_fn((rows.len(), 2), |(at, column)| {
            if column == 0 { rows[at].0 } else { rows[at].1 }
        });
        let model = Logistic::default().fit(points.view(), &labels, None).unwrap();
        let chances = points.rows().into_iter().map(|row| model.chance(&row.to_vec()).unwrap());
        let hits = labels.iter().filter(|label| **label).count() as f64;
        prop_assert!((chances.sum::<f64>() - hits).abs() < 1e-6);

        let weights: Vec<f64> = rows.iter().map(|row| row.3 as f64).collect();
        let weighted = Logistic::default().fit(points.view(), &labels, Some(&weights)).unwrap();
        let often: Vec<_> = rows.iter().flat_map(|row| vec![*row; row.3]).collect();
        let points = Array2::from_shape_fn((often.len(), 2), |(at, column)| {
            if column == 0 { often[at].0 } else { often[at].1 }
        });
        let labels: Vec<bool> = often.iter().map(|row| row.2).collect();
        let repeated = Logistic::default().fit(points.view(), &labels, None).unwrap();
        for (one, two) in weighted.coefficients().iter().zip(repeated.coefficients()) {
            prop_assert!((one.standardized - two.standardized).abs() < 1e-6);
        }
    }
}
