//! Priors and balanced numbers against scipy, and what they mean.

use std::collections::BTreeMap;
use std::sync::Arc;

use loyalty::calendar::Zone;
use loyalty::feature::{Extractor, FeatureTable, Moment, Snapshot};
use loyalty::id::{CustomerId, SegmentId};
use loyalty::money::Currency;
use loyalty::rule::{Schema, Text, Value};
use loyalty::segment::rules::RuleSegments;
use loyalty::segment::shrinkage::{Prior, Quantity, Shrinkage, Shrinker};
use loyalty::segment::{Membership, memberships};
use proptest::prelude::*;
use serde::Deserialize;

use super::id;

#[derive(Deserialize)]
struct Reference {
    rate: Case,
    count: Case,
    mean: Case,
    affinity: Case,
}

#[derive(Deserialize)]
struct Case {
    numbers: Vec<Vec<Option<f64>>>,
    prior: Vec<f64>,
    balanced: Vec<Vec<f64>>,
}

fn reference() -> Reference {
    serde_json::from_str(include_str!("../data/shrinkage.json")).unwrap()
}

fn rate() -> Shrinkage {
    Shrinkage::new("rate", Quantity::Rate { hits: "a".into(), of: "b".into() })
}

fn count() -> Shrinkage {
    Shrinkage::new("count", Quantity::Count { events: "a".into(), exposure: Some("b".into()) })
}

fn mean() -> Shrinkage {
    let (mean, count, deviation) = ("a".into(), "b".into(), "c".into());
    Shrinkage::new("mean", Quantity::Mean { mean, count, deviation })
}

fn affinity() -> Shrinkage {
    let counts = ["a", "b", "c"].map(Text::from).to_vec();
    Shrinkage::new("affinity", Quantity::Affinity { counts })
}

fn table(rows: &[Vec<Option<f64>>]) -> FeatureTable {
    let names = ["a", "b", "c"];
    let rows = rows.iter().enumerate();
    let rows = rows.map(|(at, row)| (id(&format!("c{at:04}")), row.clone()));
    let rows: Vec<_> = rows.collect();
    let width = rows.first().map_or(2, |(_, row)| row.len());
    FeatureTable::new(names[..width].iter().copied(), rows).unwrap()
}

fn of(segment: &str) -> Membership {
    Membership::of(SegmentId::new(segment).unwrap())
}

/// All customers of so many rows in one segment.
fn together(count: usize) -> BTreeMap<CustomerId, Membership> {
    (0..count).map(|at| (id(&format!("c{at:04}")), of("all"))).collect()
}

fn fitted(recipe: &Shrinkage, rows: &[Vec<Option<f64>>]) -> Shrinker {
    recipe.fit(&table(rows), &together(rows.len())).unwrap()
}

fn near(found: f64, expected: f64, tolerance: f64) {
    let off = (found - expected).abs();
    assert!(off <= tolerance * expected.abs().max(1e-3), "{found} is not {expected}");
}

/// Checks prior, balanced numbers and the ends of their intervals.
fn check(recipe: &Shrinkage, case: &Case, prior: impl Fn(&Prior) -> Vec<f64>) {
    let balanced = fitted(recipe, &case.numbers);
    for (found, expected) in prior(&balanced.overall).iter().zip(&case.prior) {
        near(*found, *expected, 2e-6);
    }
    let all = together(case.numbers.len());
    let estimates = balanced.estimates(&table(&case.numbers), &all).unwrap();
    for (found, expected) in estimates.iter().zip(&case.balanced) {
        if found.len() > 1 {
            for (found, expected) in found.iter().zip(expected) {
                near(found.estimate.value, *expected, 1e-6);
            }
            continue;
        }
        let estimate = found[0].estimate;
        for (found, expected) in [estimate.value, estimate.low, estimate.high].iter().zip(expected)
        {
            near(*found, *expected, 1e-6);
        }
    }
}

#[test]
fn rates_are_balanced_as_scipy_does() {
    check(&rate(), &reference().rate, |prior| match prior {
        Prior::Beta { hits, misses } => vec![*hits, *misses],
        _ => vec![],
    });
}

#[test]
fn counts_are_balanced_as_scipy_does() {
    check(&count(), &reference().count, |prior| match prior {
        Prior::Gamma { events, exposure } => vec![*events, *exposure],
        _ => vec![],
    });
}

#[test]
fn means_are_balanced_as_scipy_does() {
    check(&mean(), &reference().mean, |prior| match prior {
        Prior::Normal { mean, between, within } => vec![*mean, *between, *within],
        _ => vec![],
    });
}

#[test]
fn affinities_are_balanced_as_scipy_does() {
    check(&affinity(), &reference().affinity, |prior| match prior {
        Prior::Dirichlet { counts } => counts.clone(),
        _ => vec![],
    });
}

#[test]
fn a_newcomer_gets_the_answer_of_the_segment_and_a_regular_their_own() {
    let balanced = fitted(&rate(), &reference().rate.numbers);
    let shown = |hits: Option<i64>, of: Option<i64>| {
        let values = [hits.map(Value::Integer), of.map(Value::Integer)];
        balanced.estimate(&Membership::none(), &values).unwrap()[0]
    };
    let Prior::Beta { hits, misses } = balanced.overall else { panic!() };
    for nothing in [shown(None, None), shown(Some(0), Some(0)), shown(Some(5), Some(2))] {
        assert_eq!(nothing.estimate.value, hits / (hits + misses));
        assert_eq!((nothing.own, nothing.weight), (None, 0.0));
    }
    let known = shown(Some(9_000), Some(10_000));
    assert!((known.estimate.value - 0.9).abs() < 0.001 && known.weight > 0.999);
    assert!(known.estimate.high - known.estimate.low < 0.013);
    assert_eq!(balanced.estimate(&Membership::none(), &[]), None);
}

#[test]
fn each_segment_has_its_own_prior_if_enough_of_it_is_known() {
    let rows: Vec<Vec<Option<f64>>> = [(1, 10), (2, 10), (0, 9), (8, 10), (10, 11), (5, 7), (1, 1)]
        .map(|(hits, of): (i32, i32)| vec![Some(hits.into()), Some(of.into())])
        .to_vec();
    let of_row = |row: usize| {
        if row < 3 {
            of("low")
        } else if row < 6 {
            of("high")
        } else {
            of("new")
        }
    };
    let member = |row: usize| (id(&format!("c{row:04}")), of_row(row));
    let memberships: BTreeMap<CustomerId, Membership> = (0..7).map(member).collect();
    let balanced = rate().fit(&table(&rows), &memberships).unwrap();
    assert_eq!(balanced.segments.len(), 2);
    let newcomer =
        |membership: &Membership| balanced.estimate(membership, &[None, None]).unwrap()[0].segment;
    assert!(newcomer(&of("low")) < 0.2 && newcomer(&of("high")) > 0.7);
    assert_eq!(newcomer(&of("new")), newcomer(&Membership::none()));
    // Those of one segment differ no more than chance makes them: together, 3 of 29 and a half.
    let Prior::Beta { hits, misses } = balanced.segments[&SegmentId::new("low").unwrap()] else {
        panic!()
    };
    assert_eq!((hits, misses), (3.5, 26.5));
    let json = serde_json::to_string(&balanced).unwrap();
    assert_eq!(serde_json::from_str::<Shrinker>(&json).unwrap(), balanced);
    let with = balanced.table(&table(&rows), &memberships).unwrap();
    assert_eq!(with.columns()[2].name.as_str(), "rate");
    assert_eq!(with.number(0, 0), Some(1.0));
    let first = balanced.estimates(&table(&rows), &memberships).unwrap()[0][0].estimate.value;
    assert_eq!(with.number(0, 2), Some(first));
}

#[test]
fn who_is_not_among_the_members_is_balanced_as_one_of_no_segment() {
    let counts = [(0, 20), (1, 20), (2, 20), (18, 20), (19, 20), (20, 20), (1, 2)];
    let rows: Vec<Vec<Option<f64>>> =
        counts.map(|(hits, of)| vec![Some(f64::from(hits)), Some(f64::from(of))]).to_vec();
    let segment = |row: usize| if row < 3 { of("low") } else { of("high") };
    let mut members: BTreeMap<CustomerId, Membership> =
        (0..6).map(|row| (id(&format!("c{row:04}")), segment(row))).collect();
    // Of whom the table knows nothing tells nothing.
    members.insert(id("stranger"), of("low"));
    let left_out = rate().fit(&table(&rows), &members).unwrap();
    let estimates = left_out.estimates(&table(&rows), &members).unwrap();
    assert_eq!(estimates.len(), 7);
    members.insert(id("c0006"), Membership::none());
    assert_eq!(rate().fit(&table(&rows), &members).unwrap(), left_out);
    assert_eq!(left_out.estimates(&table(&rows), &members).unwrap(), estimates);
    let values = [Value::Integer(1), Value::Integer(2)].map(Some);
    assert_eq!(left_out.estimate(&Membership::none(), &values).unwrap(), estimates[6]);
    assert_ne!(left_out.estimate(&of("low"), &values).unwrap(), estimates[6]);
}

#[test]
fn memberships_of_a_table_are_those_of_its_rows() {
    let found = memberships(&super::model(), &super::table(), super::today()).unwrap();
    let little = ["ann", "bob", "cat", "dan", "eve"].map(|name| (id(name), of("cluster-1")));
    let much = ["fay", "gil", "hal"].map(|name| (id(name), of("cluster-2")));
    let left = ["ida", "joe"].map(|name| (id(name), of("cluster-3")));
    assert_eq!(found, little.into_iter().chain(much).chain(left).collect());
}

#[test]
fn what_cannot_be_balanced_is_told() {
    let rows = [vec![Some(0.0), Some(0.0)], vec![None, Some(3.0)]];
    let all = together(2);
    let told = |recipe: Shrinkage| recipe.fit(&table(&rows), &all).unwrap_err().to_string();
    assert_eq!(told(rate()), "`quantity`: no customer shows anything of `rate`");
    let none = Shrinkage::new("x", Quantity::Affinity { counts: vec!["a".into()] });
    assert_eq!(told(none), "`quantity.counts`: at least 2 categories are needed");
    assert!(told(mean()).contains("there is no column `c`"));
    let segments = Arc::new(RuleSegments::check(&[], &Schema::default()).unwrap());
    let balanced = Shrinker {
        recipe: rate(),
        segments: BTreeMap::new(),
        overall: Prior::Beta { hits: 1.0, misses: 1.0 },
    };
    let told = balanced.features(segments).err().unwrap().to_string();
    let expected = "`quantity[0]`: `a` is no feature that can be told of a customer alone";
    assert_eq!(told.lines().next(), Some(expected));
}

#[test]
fn a_balanced_number_is_a_feature_of_a_snapshot() {
    let exposure = Some("tenure_days".into());
    let recipe = Shrinkage::new("per_day", Quantity::Count { events: "orders".into(), exposure });
    let overall = Prior::Gamma { events: 2.0, exposure: 60.0 };
    let balanced = Shrinker { recipe, segments: BTreeMap::new(), overall };
    let segments = Arc::new(RuleSegments::check(&[], &Schema::default()).unwrap());
    let feature = balanced.features(segments).unwrap().remove(0);
    let profile = loyalty::profile::Profile::new(loyalty::profile::Customer::new(id("ann")));
    let moment = Moment {
        as_of: "2026-03-11T12:00:00Z".parse().unwrap(),
        zone: Zone::UTC,
        currency: Currency::EUR,
    };
    let snapshot = Snapshot::of(&profile, moment);
    // Nothing is known of a newcomer: 2 in 60 days.
    assert_eq!(feature.extract(&snapshot), Value::number(2.0 / 60.0));
    assert!(feature.next_change(&snapshot).is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_balanced_number_is_between_ones_own_and_that_of_the_segment(
        rows in prop::collection::vec((0_u32..30, 0_u32..30), 3..40),
    ) {
        let row = |(hits, misses): &(u32, u32)| {
            vec![Some(f64::from(*hits)), Some(f64::from(hits + misses))]
        };
        let rows: Vec<Vec<Option<f64>>> = rows.iter().map(row).collect();
        prop_assume!(rows.iter().any(|row| row[1] > Some(0.0)));
        for recipe in [rate(), count()] {
            let balanced = fitted(&recipe, &rows);
            for found in balanced.estimates(&table(&rows), &together(rows.len())).unwrap() {
                let found = found[0];
                let own = found.own.unwrap_or(found.segment);
                let (low, high) = (own.min(found.segment), own.max(found.segment));
                let value = found.estimate.value;
                prop_assert!(low - 1e-9 <= value && value <= high + 1e-9);
                prop_assert!(found.estimate.low <= value && value <= found.estimate.high);
                let mixed = found.weight * own + (1.0 - found.weight) * found.segment;
                prop_assert!((mixed - value).abs() < 1e-9 * (1.0 + value));
            }
        }
    }
}
