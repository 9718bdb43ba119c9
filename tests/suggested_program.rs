//! What explains segments works in a program: suggested rules as its segments, balanced numbers as
//! fields of its rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use loyalty::Program;
use loyalty::cluster::KMeans;
use loyalty::feature::{Column, FeatureTable, Measure, Preparation, Scale};
use loyalty::id::CustomerId;
use loyalty::money::Currency;
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::rule::Schema;
use loyalty::segment::Fit;
use loyalty::segment::clustered::Clusters;
use loyalty::segment::rules::RuleSegments;
use loyalty::segment::shrinkage::{Prior, Quantity, Shrinkage, Shrinker};
use loyalty::segment::suggestion::Surrogate;

fn id(text: &str) -> CustomerId {
    CustomerId::new(text).unwrap()
}

#[test]
fn suggested_rules_are_segments_of_a_program() {
    let euro = Measure::Money(Currency::EUR);
    let columns = [
        Column::new("orders(1y)", Measure::Integer),
        Column::new("spend(1y)", euro),
        Column::new("discount_share(1y)", Measure::Number),
    ];
    let row = |at: usize| match at % 3 {
        0 => [1.0, 20.5, 0.0],
        1 => [12.0, 900.25, 0.05],
        _ => [11.0, 150.0, 0.6],
    };
    let rows = (0..30).map(|at| (id(&format!("c{at:02}")), row(at).map(Some)));
    let table = FeatureTable::new(columns, rows).unwrap();
    let scales = ["orders(1y)", "spend(1y)", "discount_share(1y)"];
    let scales = scales.map(|name| (name, Scale::Standard));
    let recipe = Clusters::new(KMeans::new(3), Preparation::new(scales));
    let model = recipe.fit_seeded(&table, 1).unwrap();
    let today = "2026-03-01".parse().unwrap();
    let found = Surrogate::default().suggest(&model, &table, today).unwrap();
    assert_eq!((found.fidelity, found.suggestions.len()), (1.0, 3));

    let spec = r#"{"loyalty": 1, "name": "Shop", "currency": "EUR"}"#;
    let mut spec = Spec::from_json(spec).unwrap();
    spec.segments = found.rules();
    let program: Program = spec.build().unwrap();
    let member = program.enroll(Customer::new(id("new")));
    // Who never bought has ordered and spent nothing.
    let view = program.view(&member, "2026-03-14T09:00:00Z".parse().unwrap());
    let least = found.tree.assign(&[0.0, 0.0, 0.0]).unwrap();
    let told = view.segments.primary() == Some(&found.segments[least]);
    let unknown = found.suggestions.iter().any(|suggestion| {
        suggestion.segment == found.segments[least]
            && suggestion.rule.fields().contains("discount_share(1y)")
    });
    assert!(told || unknown, "{}", view.segments);
}

#[test]
fn a_balanced_number_is_a_field_of_a_program() {
    let exposure = Some("tenure_days".into());
    let orders = Quantity::Count { events: "orders".into(), exposure };
    let shrinker = Shrinker {
        recipe: Shrinkage::new("orders_per_day", orders),
        segments: BTreeMap::new(),
        overall: Prior::Gamma { events: 2.0, exposure: 50.0 },
    };
    let segments = Arc::new(RuleSegments::check(&[], &Schema::default()).unwrap());
    let feature = shrinker.features(segments).unwrap().remove(0);
    let spec = r#"{"loyalty": 1, "name": "Shop", "currency": "EUR", "segments": [
        {"id": "often", "name": "Often", "when": "orders_per_day > 0.03"},
        {"id": "seldom", "name": "Seldom", "when": "orders_per_day <= 0.03"}]}"#;
    let builder = Spec::from_json(spec).unwrap().builder();
    let program = builder.extractor("orders per day", feature).build().unwrap();
    let member = program.enroll(Customer::new(id("new")));
    // A newcomer is taken for one of all: 2 orders in 50 days.
    let view = program.view(&member, "2026-03-14T09:00:00Z".parse().unwrap());
    assert_eq!(view.segments.to_string(), "often");
}
