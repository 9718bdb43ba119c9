//! Classifying everybody again: the same answer for the same question, and no moving to and fro.

use std::collections::BTreeMap;

use loyalty::cluster::KMeans;
use loyalty::feature::{FeatureTable, Preparation, Scale};
use loyalty::id::CustomerId;
use loyalty::rule::{Field, Kind, Schema, field};
use loyalty::segment::clustered::{Clustered, Clusters};
use loyalty::segment::rules::{RuleSegment, RuleSegments};
use loyalty::segment::standing::{Hold, Hysteresis, Kept, Reclassified, Standing, reclassify};
use loyalty::segment::{Fit, Segment, Segmenter};
use proptest::prelude::*;

use super::{customer, day, segment, table};

/// Centers at 1.5 and 20.5.
fn model() -> Clustered {
    let columns = Preparation::new([("orders", Scale::None)]);
    let data = table(["orders"], &[[1.0], [2.0], [20.0], [21.0]]);
    Clusters::new(KMeans::new(2), columns).fit_seeded(&data, 1).unwrap()
}

fn orders(numbers: &[f64]) -> FeatureTable {
    table(["orders"], &numbers.iter().map(|&number| [number]).collect::<Vec<_>>())
}

fn hysteresis(json: &str) -> Hysteresis {
    serde_json::from_str(json).unwrap()
}

fn asked(
    model: &dyn Segmenter,
    table: &FeatureTable,
    previous: &BTreeMap<CustomerId, Standing>,
    on: &str,
    hysteresis: &Hysteresis,
) -> Reclassified {
    reclassify(model, table, previous, day(on), hysteresis).unwrap()
}

#[test]
fn a_minimum_stay_ends_on_its_day() {
    let (model, rule) = (model(), hysteresis(r#"{"min_stay": "1mo"}"#));
    let first = asked(&model, &orders(&[1.0]), &BTreeMap::new(), "2026-01-31", &rule);
    let now = orders(&[20.0]);
    let early = asked(&model, &now, &first.standings, "2026-02-27", &rule);
    let told: Vec<String> = early.holds.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["c000 stays in cluster-1 and does not join cluster-2: \
          in it since 2026-01-31, at least until 2026-02-28"]
    );
    let named = [Segment::new(segment("cluster-1"), "Tasters")];
    let told = early.holds[0].told(&named);
    assert!(told.starts_with("c000 stays in Tasters and does not join cluster-2: in"), "{told}");
    assert_eq!(early.standings, first.standings);
    let late = asked(&model, &now, &early.standings, "2026-02-28", &rule);
    assert_eq!(late.moves.len(), 1);
    let since = &late.standings[&customer("c000")].since;
    assert_eq!(*since, BTreeMap::from([(segment("cluster-2"), day("2026-02-28"))]));
    let hours = hysteresis(r#"{"min_stay": "25h"}"#);
    let held = asked(&model, &now, &first.standings, "2026-02-01", &hours);
    let expected = Hold::Stay { since: day("2026-01-31"), until: day("2026-02-02") };
    assert_eq!(held.holds[0].stays[&segment("cluster-1")], [expected]);
}

#[test]
fn a_margin_is_reached_or_not() {
    let (model, rule) = (model(), hysteresis(r#"{"margin": 3.0}"#));
    let first = asked(&model, &orders(&[1.0, 1.0]), &BTreeMap::new(), "2026-01-01", &rule);
    // Of 12 the second center is nearer by (12 - 1.5) - (20.5 - 12) = 2, of 12.5 by 3.
    let next = asked(&model, &orders(&[12.0, 12.5]), &first.standings, "2026-01-02", &rule);
    let reasons = &next.holds[0].stays[&segment("cluster-1")];
    assert_eq!(*reasons, [Hold::Margin { found: 2.0, needed: 3.0 }]);
    assert_eq!((next.moves[0].customer.as_str(), next.moves[0].margin), ("c001", Some(3.0)));
}

#[test]
fn who_is_gone_or_in_a_dead_segment_is_not_kept() {
    let (model, rule) = (model(), hysteresis(r#"{"margin": 3.0, "min_stay": "1y"}"#));
    let standing =
        |id: &str| Standing { since: BTreeMap::from([(segment(id), day("2026-01-01"))]) };
    let previous = BTreeMap::from([
        (customer("c000"), standing("cluster-9")),
        (customer("zoe"), standing("cluster-1")),
    ]);
    let found = asked(&model, &orders(&[1.0]), &previous, "2026-01-02", &rule);
    assert_eq!(found.gone, [customer("zoe")]);
    assert_eq!(
        found.moves[0].to_string(),
        "c000 leaves cluster-9 (since 2026-01-01) for cluster-1"
    );
    let named = [Segment::new(segment("cluster-1"), "Tasters")];
    assert_eq!(found.moves[0].told(&named), "c000 leaves cluster-9 (since 2026-01-01) for Tasters");
    assert!(found.holds.is_empty() && found.standings.len() == 1);
}

fn rules() -> RuleSegments {
    let written = [("big", field("orders").above(10)), ("small", field("orders").below(10))];
    let written = written.map(|(id, when)| RuleSegment {
        id: segment(id),
        name: id.to_owned(),
        description: String::new(),
        when,
    });
    let schema = Schema::new([Field::new("orders", Kind::Number)]).unwrap();
    RuleSegments::check(&written, &schema).unwrap()
}

#[test]
fn by_rules_one_can_be_kept_and_join_besides() {
    let rules = rules();
    let rule = hysteresis(r#"{"min_stay": "30d", "kept": "besides"}"#);
    assert_eq!(rule.kept, Kept::Besides);
    let first = asked(&rules, &orders(&[20.0]), &BTreeMap::new(), "2026-01-01", &rule);
    let next = asked(&rules, &orders(&[5.0]), &first.standings, "2026-01-11", &rule);
    let since = &next.standings[&customer("c000")].since;
    let both = [(segment("big"), day("2026-01-01")), (segment("small"), day("2026-01-11"))];
    assert_eq!(*since, BTreeMap::from(both));
    assert_eq!(next.moves[0].to_string(), "c000 joins small");
    let last = asked(&rules, &orders(&[5.0]), &next.standings, "2026-01-31", &rule);
    assert_eq!(last.moves[0].to_string(), "c000 leaves big (since 2026-01-01)");
}

fn history() -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(0.0..25.0_f64, 3), 1..8)
}

fn rule() -> impl Strategy<Value = Hysteresis> {
    let span = prop::option::of((1..60_u32).prop_map(|days| format!("{days}d").parse().unwrap()));
    let kept = prop_oneof![Just(Kept::Instead), Just(Kept::Besides)];
    let margin = prop::option::of(0.0..8.0_f64);
    (margin, span, kept).prop_map(|(margin, min_stay, kept)| Hysteresis { margin, min_stay, kept })
}

proptest! {
    #[test]
    fn asked_again_nobody_moves(history in history(), rule in rule()) {
        let (clusters, rules) = (model(), rules());
        let models: [&dyn Segmenter; 2] = [&clusters, &rules];
        for model in models {
            let mut standings = BTreeMap::new();
            for (week, numbers) in history.iter().enumerate() {
                let on = day("2026-01-01") + chrono::Days::new(7 * week as u64);
                let table = orders(numbers);
                let found = reclassify(model, &table, &standings, on, &rule).unwrap();
                let again = reclassify(model, &table, &found.standings, on, &rule).unwrap();
                prop_assert!(again.moves.is_empty(), "{:?}", again.moves);
                prop_assert_eq!(&again.standings, &found.standings);
                prop_assert_eq!(&again.holds, &found.holds);
                let json = serde_json::to_string(&found).unwrap();
                let stored: Reclassified = serde_json::from_str(&json).unwrap();
                prop_assert_eq!(&stored, &found);
                standings = stored.standings;
            }
        }
    }

    #[test]
    fn without_hysteresis_everybody_is_where_the_model_says(history in history()) {
        let (clusters, rules) = (model(), rules());
        let models: [&dyn Segmenter; 2] = [&clusters, &rules];
        for model in models {
            let mut standings = BTreeMap::new();
            for (week, numbers) in history.iter().enumerate() {
                let on = day("2026-01-01") + chrono::Days::new(7 * week as u64);
                let table = orders(numbers);
                let nothing = Hysteresis::default();
                let found = reclassify(model, &table, &standings, on, &nothing).unwrap();
                let plain = model.assign_all(&table, on).unwrap();
                for (customer, membership) in table.customers().iter().zip(plain) {
                    let ids: Vec<_> = found.standings[customer].since.keys().collect();
                    prop_assert_eq!(ids.len(), membership.len());
                    prop_assert!(ids.iter().all(|id| membership.contains(id)));
                }
                prop_assert!(found.holds.is_empty());
                standings = found.standings;
            }
        }
    }

    /// Between two places on the two sides of a border, nobody moves once placed, if neither is
    /// farther from the border than the margin; the plain answer moves every time.
    #[test]
    fn nobody_goes_to_and_fro_at_a_border(away in 0.01..0.99_f64, more in 0.01..0.99_f64) {
        let (model, rule) = (model(), hysteresis(r#"{"margin": 2.0}"#));
        let (left, right) = (orders(&[11.0 - away]), orders(&[11.0 + more]));
        let (mut kept, mut plain) = (BTreeMap::new(), BTreeMap::new());
        let mut moves = [0, 0];
        for week in 0..10_u64 {
            let on = day("2026-01-01") + chrono::Days::new(7 * week);
            let table = if week % 2 == 0 { &left } else { &right };
            let found = reclassify(&model, table, &kept, on, &rule).unwrap();
            let free = reclassify(&model, table, &plain, on, &Hysteresis::default()).unwrap();
            moves = [moves[0] + found.moves.len(), moves[1] + free.moves.len()];
            (kept, plain) = (found.standings, free.standings);
        }
        prop_assert_eq!(moves, [1, 10]);
    }
}
