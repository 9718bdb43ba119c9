//! What is told of segments calls features as people call them, and as the host does.

use loyalty::cluster::shapley::Precision;
use loyalty::feature::{Label, Labels, Measure};
use loyalty::id::SegmentId;
use loyalty::money::Currency;
use loyalty::segment::alike::{Likeness, LookAlike};
use loyalty::segment::clustered::Trait;
use loyalty::segment::crossing::{Crossing, Shift};
use loyalty::segment::drift::Watch;
use loyalty::segment::fitness::{Concern, Defect, Gravity};
use loyalty::segment::persona::{Contrast, Persona, Topic};
use loyalty::segment::reason::{Contribution, Metric, Reasons};
use loyalty::segment::retraining::{Observed, Retraining};

use super::{id, today};

const EURO: Measure = Measure::Money(Currency::EUR);
const NUMBER: Measure = Measure::Number;

fn segment(text: &str) -> SegmentId {
    SegmentId::new(text).unwrap()
}

/// The words of a host that sells coffee.
fn own() -> Labels {
    Labels::default()
        .with("orders(1y)", Label::new("cups in the last year").counted("cup", "cups"))
        .with("p_alive", "loyalty")
        .with("stamps", Label::new("stamps on the card").counted("stamp", "stamps"))
}

fn reasons() -> Reasons {
    let rows = [
        ("p_alive", NUMBER, [0.621_345_678_901, 0.7, 0.004], 3.0),
        ("spend(1y)", EURO, [103.94, 90.0, 1240.0], 2.0),
        ("orders(1y)", Measure::Integer, [1.0, 1.2, 9.0], 1.0),
        ("stamps", Measure::Integer, [7.0, 8.0, 1.0], -1.0),
    ];
    let contribution = |(feature, stands_for, numbers, contribution): (&str, _, [f64; 3], _)| {
        let [number, typical, other_typical] = numbers;
        Contribution {
            feature: feature.into(),
            stands_for,
            number,
            missing: false,
            typical,
            other_typical,
            contribution,
        }
    };
    Reasons {
        segment: segment("guests"),
        name: "Guests".into(),
        other: segment("regulars"),
        other_name: "Regulars".into(),
        next_best: true,
        metric: Metric::SquaredDistance,
        margin: 5.0,
        base: 0.0,
        contributions: rows.map(contribution).to_vec(),
        precision: Precision::Exact,
    }
}

#[test]
fn reasons_are_told_in_words_with_currency_percent_and_one_order() {
    assert_eq!(
        reasons().to_string(),
        "in Guests and not in Regulars, because 62 % chance to still be a customer (typical here \
         70 %; next best 0.4 %), 103.94 EUR spent in the last year (typical here 90.00 EUR; next \
         best 1,240.00 EUR) and 1 order in the last year (typical here 1.20; next best 9), \
         although stamps 7 (typical here 8; next best 1)"
    );
    let told = reasons().told(&own());
    assert!(told.contains("because loyalty 0.62 (typical here 0.70; next best 0.0040)"), "{told}");
    assert!(told.contains("and 1 cup (typical here 1.20; next best 9)"), "{told}");
    assert!(told.ends_with("although 7 stamps (typical here 8; next best 1)"), "{told}");
}

#[test]
fn a_crossing_is_never_told_from_a_number_to_the_same() {
    let shift = |feature: &str, stands_for, from, to| Shift {
        feature: feature.into(),
        stands_for,
        from,
        to,
    };
    let crossing = Crossing {
        segment: segment("regulars"),
        name: "Regulars".into(),
        shifts: vec![
            shift("p_alive", NUMBER, 0.398, 0.401),
            shift("spend(90d)", EURO, 10.0, 250.5),
            shift("orders(1y)", Measure::Integer, 1.0, 3.0),
        ],
        distance: 1.0,
    };
    assert_eq!(
        crossing.to_string(),
        "into Regulars: chance to still be a customer from 39.8 % to 40.1 %, spend in the last 90 \
         days from 10.00 EUR to 250.50 EUR and orders in the last year from 1 to 3"
    );
    let told = crossing.told(&own());
    assert!(told.ends_with("and cups in the last year from 1 to 3"), "{told}");
}

#[test]
fn look_alikes_are_told_in_words() {
    let alike = LookAlike {
        customer: id("dan"),
        distance: 0.5,
        score: 0.5,
        seeds: vec![id("ann")],
        reasons: vec![Likeness {
            feature: "orders(1y)".into(),
            stands_for: Measure::Integer,
            number: 1.0,
            seeds: 2.0,
            all: 9.5,
            nearer: 1.0,
        }],
    };
    assert_eq!(alike.to_string(), "dan: 1 order in the last year (seeds 2; all 9.50)");
    assert_eq!(alike.told(&own()), "dan: 1 cup (seeds 2; all 9.50)");
}

#[test]
fn personas_and_portraits_are_told_in_words() {
    let contrast = Contrast {
        feature: "discount_share(1y)".into(),
        topic: Topic::Answers,
        stands_for: NUMBER,
        known: 20,
        lower: 0.3,
        median: 0.401,
        upper: 0.5,
        overall: 0.1,
        superiority: 0.9,
    };
    let persona = Persona {
        segment: segment("hunters"),
        name: "Bargain hunters".into(),
        size: 1,
        customers: 20,
        contrasts: vec![contrast],
        hallmarks: Vec::new(),
    };
    let told = "40 % of list prices taken off as discounts in the last year (half between 30 % and \
        50 %; all 10 %), far above the others";
    assert_eq!(persona.about(Topic::Answers, &Labels::default()).as_deref(), Some(told));
    assert_eq!(
        persona.told(&Labels::default()),
        format!("Bargain hunters: 1 of 20 customers (5 %)\nWhat they answer to: {told}")
    );
    let labels = Labels::default().with("discount_share(1y)", Label::new("off").in_percent());
    let told = persona.about(Topic::Answers, &labels).unwrap();
    assert!(told.starts_with("off 40 % (half"), "{told}");
    let found =
        Trait { feature: "spend(1y)".into(), stands_for: EURO, typical: 103.94, difference: 1.0 };
    assert_eq!(found.to_string(), "103.94 EUR spent in the last year, far above average");
}

#[test]
fn findings_drift_and_reviews_are_told_in_words() {
    let defect = Defect {
        gravity: Gravity::Warning,
        concern: Concern::Dominated("recency_days".into()),
        found: 0.97,
        limit: 0.8,
    };
    let told = "97 % of the differences between segments are made by days since the last order, \
        more than 80 %: ";
    assert!(defect.to_string().starts_with(told), "{defect}");
    let labels = Labels::default().with("recency_days", "silence");
    assert!(defect.told(&[], &labels).contains("are made by silence, more than"));

    let counts = |a: u64, b: u64| [("a".into(), a), ("b".into(), b)].into();
    let drift = Watch::default()
        .categories("recency_days", &counts(2_000, 2_000), &counts(2_600, 1_400))
        .unwrap();
    let told = "days since the last order: a little drift, with an index of 0.093, where 0.002 is \
        explained by chance";
    assert_eq!(drift.to_string(), told);
    let observed = Observed { drift: vec![drift], ..Observed::new(today()) };
    let review = Retraining { max_drift: Some(0.05), ..Retraining::default() };
    let review = review.review(&observed, today());
    assert_eq!(
        review.to_string(),
        "due: the drift of days since the last order has an index of 0.093, at most 0.050 should \
         be (0.002 is explained by chance)"
    );
    assert!(review.told(&labels).contains("the drift of silence has"));
}
