//! Reasons are Shapley values of the margin.

use loyalty::cluster::shapley::{Precision, Sampling, attribute};
use loyalty::feature::FeatureTable;
use loyalty::segment::reason::{Explainer, Metric, Reasons};
use loyalty::segment::{Segmenter, clustered::Clustered};
use proptest::prelude::*;

use super::{at_centers, id, model, row, table, values};

fn contribution(reasons: &Reasons, feature: &str) -> f64 {
    let mut found = reasons.contributions.iter();
    found.find(|found| found.feature.as_str() == feature).unwrap().contribution
}

#[test]
fn reasons_are_what_the_formula_says() {
    // Centers (0, 0) and (4, 2) and a customer at (3, 0): 1 + 4 from the second, 9 from the first.
    let model = at_centers(&[vec![0.0, 0.0], vec![4.0, 2.0]]);
    let reasons = Explainer::new(&model).why(&values(&[3.0, 0.0])).unwrap();
    assert_eq!((reasons.margin, reasons.metric), (4.0, Metric::SquaredDistance));
    // The mean of both is (2, 1), on the border: 2 (4 - 0)(3 - 2) and 2 (2 - 0)(0 - 1).
    assert_eq!(reasons.base, 0.0);
    assert_eq!((contribution(&reasons, "a"), contribution(&reasons, "b")), (8.0, -4.0));
    assert_eq!(
        reasons.to_string(),
        "in Cluster 2 and not in Cluster 1, because a 3 (typical here 4; next best 0), \
         although b 0 (typical here 2; next best 0)"
    );
}

#[test]
fn reasons_are_told_in_the_units_of_the_features() {
    let told = Explainer::new(&model()).why(&row("ida")).unwrap();
    assert_eq!((told.segment.as_str(), told.other.as_str()), ("cluster-3", "cluster-2"));
    assert_eq!(
        told.to_string(),
        "in Cluster 3 and not in Cluster 2, because 300 days since the last order (typical here \
         320; next best 5.67)"
    );
    let other = model().segments()[0].id.clone();
    let told = Explainer::new(&model()).why_not(&row("ida"), &other).unwrap();
    assert!(!told.next_best);
    assert!(
        told.to_string().contains("300 days since the last order (typical here 320; there 35)")
    );
    assert!(
        told.to_string()
            .contains("1,100.00 EUR spent in the last year (typical here 1,175.00 EUR; there")
    );
}

#[test]
fn who_is_in_no_segment_or_in_the_only_one_has_no_reasons() {
    let model = model();
    let explainer = Explainer::new(&model);
    assert_eq!(explainer.why(&[None, None, None]), None);
    assert_eq!(explainer.why(&[]), None);
    assert_eq!(explainer.why_not(&row("ann"), &model.segments()[0].id), None);
    let only = at_centers(&[vec![1.0]]);
    assert_eq!(Explainer::new(&only).why(&values(&[1.0])), None);
}

#[test]
fn an_average_customer_is_told_so() {
    let model = at_centers(&[vec![0.0], vec![1.0], vec![50.0]]);
    let reasons = Explainer::new(&model).why(&values(&[17.0])).unwrap();
    assert_eq!(reasons.contributions[0].contribution, 0.0);
    let told = "in Cluster 2 and not in Cluster 1, because that is where an average customer is";
    assert_eq!(reasons.to_string(), told);
}

/// The margin of a customer between two segments, from what the model itself says.
fn margin(model: &Clustered, at: &[f64], own: usize, other: usize) -> f64 {
    let distances = model.model().distances(at).unwrap();
    distances[other].powi(2) - distances[own].powi(2)
}

fn sets(columns: usize) -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(-5.0..5.0, columns), 8)
}

fn check(all: &[Vec<f64>]) -> Result<(), TestCaseError> {
    let model = at_centers(&all[..3]);
    let columns = model.inputs().iter().map(|name| name.as_str());
    let rows = all[3..7].iter().enumerate();
    let rows = rows.map(|(at, row)| (id(&format!("b{at}")), row.iter().copied().map(Some)));
    let background = FeatureTable::new(columns, rows).unwrap();
    let explainer = Explainer::new(&model).against(&background, 100).unwrap();
    let reasons = explainer.why(&values(&all[7])).unwrap();
    prop_assert_eq!(reasons.precision, Precision::Exact);
    let own = model.segments().iter().position(|found| found.id == reasons.segment).unwrap();
    let other = model.segments().iter().position(|found| found.id == reasons.other).unwrap();
    let worth = |at: &[f64]| margin(&model, at, own, other);
    let sampling = Sampling { orders: 40, ..Sampling::default() };
    let slow = attribute(&all[7], &all[3..7], &sampling, worth).unwrap();
    prop_assert!((slow.base - reasons.base).abs() < 1e-8);
    for (name, expected) in model.inputs().iter().zip(&slow.values) {
        prop_assert!((contribution(&reasons, name.as_str()) - expected).abs() < 1e-8);
    }
    let sum: f64 = reasons.contributions.iter().map(|found| found.contribution).sum();
    prop_assert!((reasons.base + sum - reasons.margin).abs() < 1e-8);
    prop_assert!(reasons.margin >= 0.0);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_closed_form_says_what_all_subsets_say(all in sets(5)) {
        check(&all)?;
    }

    #[test]
    fn the_closed_form_says_what_samples_say(all in sets(15)) {
        check(&all)?;
    }
}

#[test]
fn a_background_of_fewer_rows_is_spread_over_the_table() {
    let model = model();
    let whole = Explainer::new(&model).against(&table(), 10).unwrap().why(&row("fay")).unwrap();
    let mean = Explainer::new(&model).why(&row("fay")).unwrap();
    // Of all rows the mean counts; that of squares as well, but in the base only.
    for (left, right) in whole.contributions.iter().zip(&mean.contributions) {
        assert!((left.contribution - right.contribution).abs() < 1e-9);
    }
    let five = Explainer::new(&model).against(&table(), 5).unwrap().why(&row("fay")).unwrap();
    assert_ne!(five.base, whole.base);
}
