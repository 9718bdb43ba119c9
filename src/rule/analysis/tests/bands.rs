//! Bands with gaps and overlaps.

use super::{analyst, checked, schema};
use crate::rule::analysis::Bands;
use crate::rule::{Rule, field, missing, not};

fn bands(name: &str, rules: &[Rule], within: Option<Rule>) -> Bands {
    let schema = schema();
    let rules: Vec<_> = rules.iter().cloned().map(checked).collect();
    let within = within.map(checked);
    let slot = schema.slot(name).unwrap();
    let rules: Vec<_> = rules.iter().collect();
    analyst(&schema).bands(slot, &rules, within.as_ref()).unwrap()
}

fn gaps(bands: &Bands) -> Vec<String> {
    bands.gaps.iter().map(|gap| format!("{gap}: {}", gap.witness)).collect()
}

fn overlaps(bands: &Bands) -> Vec<String> {
    let told = bands.overlaps.iter().map(|shared| {
        let (first, second, region) = (shared.first, shared.second, &shared.region);
        format!("{first} and {second}, {region}: {}", region.witness)
    });
    told.collect()
}

#[test]
fn gaps_and_overlaps_are_told_with_a_witness_each() {
    let spend = || field("spend");
    let rules = [
        spend().below("50.00 EUR"),
        spend().between("50.00 EUR", "100.00 EUR"),
        spend().between("100.00 EUR", "149.99 EUR"),
        spend().above("150.00 EUR"),
    ];
    let bands = bands("spend", &rules, None);
    assert_eq!(
        gaps(&bands),
        ["spend 150.00 EUR: spend 150.00 EUR", "spend missing: spend missing"]
    );
    assert_eq!(overlaps(&bands), ["1 and 2, spend 100.00 EUR: spend 100.00 EUR"]);
    assert!(!bands.is_partition());
}

#[test]
fn bands_that_fit_are_a_partition_of_known_values() {
    let spend = || field("spend");
    let rules = [
        spend().below("50.00 EUR"),
        spend().between("50.00 EUR", "99.99 EUR"),
        spend().at_least("100.00 EUR"),
    ];
    assert!(bands("spend", &rules, Some(not(missing("spend")))).is_partition());
    assert_eq!(gaps(&bands("spend", &rules, None)), ["spend missing: spend missing"]);
}

#[test]
fn a_gap_may_need_another_field_to_be_seen() {
    let rules =
        [field("orders").below(3), field("orders").at_least(3).and(field("active").is(true))];
    let known = not(missing("orders"));
    let seen = bands("orders", &rules, Some(known.clone()));
    assert_eq!(gaps(&seen), ["orders at least 3: orders 3, active no"]);
    let within = known.and(field("active").is(true));
    assert!(bands("orders", &rules, Some(within)).is_partition());
}

#[test]
fn each_stretch_is_a_gap_of_its_own() {
    let rules = [field("orders").between(1, 3), field("orders").between(6, 9)];
    let within = field("orders").between(0, 12);
    assert_eq!(
        gaps(&bands("orders", &rules, Some(within))),
        ["orders 0: orders 0", "orders 4 to 5: orders 4", "orders 10 to 12: orders 10"]
    );
}

#[test]
fn choices_and_sets_have_gaps_too() {
    let tiers = [field("tier").is("gold"), field("tier").one_of(["gold", "silver"])];
    let known = not(missing("tier"));
    let seen = bands("tier", &tiers, Some(known));
    assert_eq!(gaps(&seen), ["tier bronze or platinum: tier bronze"]);
    assert_eq!(overlaps(&seen), ["0 and 1, tier gold: tier gold"]);
    let channels = [field("channels").any_of(["sms"]), field("channels").none_of(["sms"])];
    assert_eq!(gaps(&bands("channels", &channels, None)), ["channels missing: channels missing"]);
    assert_eq!(
        gaps(&bands("orders", &[], None)),
        ["orders known: orders 0", "orders missing: orders missing"]
    );
}
