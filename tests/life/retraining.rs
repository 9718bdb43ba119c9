//! When a model is due.

use std::collections::BTreeMap;

use loyalty::rule::Text;
use loyalty::segment::drift::{Drift, Watch};
use loyalty::segment::retraining::{Found, Observed, Retraining};

use super::day;

fn drift(name: &str, now: [u64; 2]) -> Drift {
    let counts = |[a, b]: [u64; 2]| BTreeMap::from([(Text::from("a"), a), (Text::from("b"), b)]);
    let [a, b] = now;
    let half = (a + b) / 2;
    Watch::default().categories(name, &counts([half, half]), &counts([a, b])).unwrap()
}

fn rule(json: &str) -> Retraining {
    serde_json::from_str(json).unwrap()
}

#[test]
fn age_makes_it_due_on_its_day() {
    let rule = rule(r#"{"max_age": "6mo"}"#);
    let observed = Observed::new(day("2025-08-31"));
    let before = rule.review(&observed, day("2026-02-27"));
    assert_eq!((before.due, before.next_change), (false, Some(day("2026-02-28"))));
    let after = rule.review(&observed, day("2026-02-28"));
    assert_eq!((after.due, after.next_change), (true, None));
    assert_eq!(after.to_string(), "due: fitted on 2025-08-31, 6 months old on 2026-02-28");
}

#[test]
fn drift_counts_only_beyond_chance() {
    let rule = rule(r#"{"max_drift": 0.05}"#);
    // An index of 0.093 is chance for 40 customers, and not for 4,000.
    let few = Observed { drift: vec![drift("few", [26, 14])], ..Observed::new(day("2026-01-01")) };
    let review = rule.review(&few, day("2026-02-01"));
    assert!(!review.due);
    let many = drift("many", [2_600, 1_400]);
    let both = Observed { drift: vec![drift("few", [28, 12]), many], ..few };
    let review = rule.review(&both, day("2026-02-01"));
    assert!(review.due);
    let told = "due: the drift of many has an index of 0.093, at most 0.050 should be \
                (0.002 is explained by chance)";
    assert_eq!(review.to_string(), told);
}

#[test]
fn what_was_not_measured_is_told_and_makes_nothing_due() {
    let rule = rule(r#"{"max_drift": 0.25, "max_share_moved": 0.2, "new_customers": 10}"#);
    let review = rule.review(&Observed::new(day("2026-01-01")), day("2030-01-01"));
    assert_eq!((review.due, review.next_change), (false, None));
    assert!(review.checks.iter().all(|it| matches!(it.found, Found::NotMeasured { .. })));
    assert_eq!(
        review.to_string(),
        "not due: `max_drift` was not measured\nnot due: `max_share_moved` was not measured\n\
         not due: `new_customers` was not measured"
    );
    let none = Retraining::default().review(&Observed::new(day("2026-01-01")), day("2030-01-01"));
    assert_eq!((none.due, none.to_string().as_str()), (false, "not due: there is no limit"));
}

#[test]
fn limits_are_reached_where_they_say() {
    let rule = rule(r#"{"max_share_moved": 0.2, "new_customers": 10}"#);
    for (share, customers, due) in [(0.2, 9, [false, false]), (0.21, 10, [true, true])] {
        let observed = Observed {
            share_moved: Some(share),
            new_customers: Some(customers),
            ..Observed::new(day("2026-01-01"))
        };
        let review = rule.review(&observed, day("2026-01-08"));
        let found: Vec<bool> = review.checks.iter().map(|check| check.due).collect();
        assert_eq!((found, review.due), (due.to_vec(), due[0]));
        let json = serde_json::to_string(&(&review, &observed)).unwrap();
        assert_eq!(serde_json::from_str::<(_, Observed)>(&json).unwrap(), (review, observed));
    }
}
