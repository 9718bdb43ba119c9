//! Drift, by hand and by chance.

use std::collections::BTreeMap;

use loyalty::feature::{Column, FeatureTable};
use loyalty::rule::{Text, Value};
use loyalty::segment::Membership;
use loyalty::segment::drift::{Baseline, Level, Watch};

use super::{customer, segment, table};

fn column(numbers: impl IntoIterator<Item = f64>) -> FeatureTable {
    table(["spend"], &numbers.into_iter().map(|number| [number]).collect::<Vec<_>>())
}

#[test]
fn bins_have_equally_many_and_ties_stay_together() {
    let watch = Watch { bins: 4, ..Watch::default() };
    let cuts = |numbers: &[f64]| {
        let baseline = watch.baseline(&column(numbers.iter().copied())).unwrap();
        let binned = &baseline.columns()[0];
        (binned.cuts().to_vec(), binned.counts().to_vec())
    };
    let eight = [8.0, 1.0, 7.0, 2.0, 6.0, 3.0, 5.0, 4.0];
    assert_eq!(cuts(&eight), (vec![2.0, 4.0, 6.0], vec![2, 2, 2, 2, 0]));
    // Most spend nothing: they are one bin.
    let zeros = [0.0, 0.0, 0.0, 0.0, 0.0, 3.0, 5.0, 9.0];
    assert_eq!(cuts(&zeros), (vec![0.0, 3.0], vec![5, 1, 2, 0]));
    assert_eq!(cuts(&[4.0; 5]), (vec![], vec![5, 0]));
}

#[test]
fn what_is_missing_is_a_bin() {
    let row = |at: usize, spend| (customer(format!("c{at:03}")), [spend]);
    let gaps = |missing: usize| {
        let rows = (0..100).map(|at| row(at, (at >= missing).then_some((at % 10) as f64)));
        FeatureTable::new(["spend"], rows).unwrap()
    };
    let watch = Watch { bins: 2, ..Watch::default() };
    let found = watch.compare(&gaps(10), &gaps(40)).unwrap();
    // Shares: 0.45, 0.45, 0.1 and 0.3, 0.3, 0.4.
    let index = 2.0 * (0.15 * (0.45_f64 / 0.3).ln()) + 0.3 * 4.0_f64.ln();
    assert!((found[0].stability.index - index).abs() < 1e-12);
    assert_eq!((found[0].level, found[0].stability.bins), (Level::Large, 3));
    // The numbers themselves are the same.
    assert_eq!(found[0].numbers.unwrap().test.p, 1.0);
}

#[test]
fn the_same_index_is_noise_in_a_small_sample_only() {
    let counts = |a, b| BTreeMap::from([(Text::from("a"), a), (Text::from("b"), b)]);
    let watch = Watch::default();
    let small = watch.categories("channel", &counts(20, 20), &counts(26, 14)).unwrap();
    let large = watch.categories("channel", &counts(2_000, 2_000), &counts(2_600, 1_400)).unwrap();
    assert!((small.stability.index - large.stability.index).abs() < 1e-12);
    assert_eq!((small.level, large.level), (Level::Noise, Level::Small));
    // χ² with one degree of freedom is exceeded by 3.841 in 5 % of all cases.
    assert!((small.threshold - 3.841_458_820_694_124 * (2.0 / 40.0)).abs() < 1e-12);
    let told = "channel: no drift, with an index of 0.093, where 0.192 is explained by chance";
    assert_eq!(small.to_string(), told);
    // Pearson's statistic of 20, 20 and 26, 14 by hand: 2 (3² / 23 + 3² / 17).
    let evidence = small.counts.unwrap();
    assert!((evidence.statistic - 2.0 * (9.0 / 23.0 + 9.0 / 17.0)).abs() < 1e-12);
}

#[test]
fn nothing_to_compare_is_an_error() {
    let (some, none) = (column([1.0, 2.0, 3.0]), column([]));
    let watch = Watch::default();
    let told = |result: Result<_, loyalty::path::Problems<_>>| {
        result.map(|_: Vec<_>| ()).unwrap_err().to_string()
    };
    assert_eq!(told(watch.compare(&none, &some)), "`reference`: there are no customers");
    assert_eq!(told(watch.compare(&some, &none)), "`now`: there are no customers");
    let blank = FeatureTable::new(["spend"], [(customer("ann"), [None])]).unwrap();
    let expected = "`now.columns[0]`: column `spend` has no value";
    assert_eq!(told(watch.compare(&some, &blank)), expected);
    let other = table(["orders"], &[[1.0]]);
    assert!(told(watch.compare(&some, &other)).starts_with("`now.columns[0]`: there is no column"));
    let one = Watch { bins: 1, ..watch };
    assert_eq!(told(one.compare(&some, &some)), "`reference.bins`: 1 bins: at least 2 are needed");
    let empty = BTreeMap::new();
    let told = watch.categories("channel", &empty, &empty).unwrap_err().to_string();
    assert_eq!(told, "`reference`: there are no customers\n`now`: there are no customers");
    assert!(watch.segments(&[Membership::none()], &[]).is_err());
}

#[test]
fn a_baseline_is_kept_without_its_customers() {
    let watch = Watch::default();
    let reference = column((0..500).map(|at| f64::from(at * 37 % 211)));
    let now = column((0..300).map(|at| f64::from(at * 41 % 211) + 30.0));
    let baseline = watch.baseline(&reference).unwrap();
    let json = serde_json::to_string(&baseline).unwrap();
    let stored: Baseline = serde_json::from_str(&json).unwrap();
    let [kept] = &watch.since(&stored, &now).unwrap()[..] else { panic!() };
    let [full] = &watch.compare(&reference, &now).unwrap()[..] else { panic!() };
    assert_eq!((kept.stability, kept.level), (full.stability, full.level));
    let broken = json.replacen("\"counts\":[", "\"counts\":[1,", 1);
    let told = serde_json::from_str::<Baseline>(&broken).unwrap_err().to_string();
    assert!(told.starts_with("`[0]`: the bins and counts of column `spend`"), "{told}");
}

#[test]
fn members_of_segments_drift_like_categories() {
    let a = Membership::of(segment("a"));
    let then = vec![a.clone(); 50];
    let now = [vec![a; 40], vec![Membership::none(); 10]].concat();
    let drift = Watch::default().segments(&then, &now).unwrap();
    // Of nobody in no segment, half a customer is counted.
    let index = 0.2 * (1.0_f64 / 0.8).ln() + (0.2 - 0.01) * (0.2_f64 / 0.01).ln();
    assert!((drift.stability.index - index).abs() < 1e-12);
}

/// So many customers of each channel, whose levels stand in the order given.
fn channels(counts: &[(&str, usize)]) -> FeatureTable {
    let texts = counts.iter().flat_map(|&(channel, count)| vec![channel; count]);
    let row = |(at, text)| (customer(format!("c{at:03}")), [Some(Value::text(text))]);
    let column = Column::category("channel", counts.iter().map(|(channel, _)| channel));
    FeatureTable::from_values([column], texts.enumerate().map(row)).unwrap()
}

#[test]
fn columns_of_categories_drift_level_by_level_and_not_by_their_positions() {
    let watch = Watch::default();
    let then = channels(&[("app", 60), ("shop", 40)]);
    // The same shares in another order are no drift.
    let same = watch.compare(&then, &channels(&[("shop", 40), ("app", 60)])).unwrap();
    assert_eq!((same[0].stability.index, same[0].level), (0.0, Level::Noise));
    let now = channels(&[("shop", 50), ("fax", 20), ("app", 30)]);
    let found = watch.compare(&then, &now).unwrap().remove(0);
    // The fax is new: half a customer in the reference.
    let index = 0.3 * (0.6_f64 / 0.3).ln() + 0.1 * (0.5_f64 / 0.4).ln() + 0.195 * 40_f64.ln();
    assert!((found.stability.index - index).abs() < 1e-12, "{found}");
    assert_eq!((found.stability.bins, found.level, found.numbers), (3, Level::Large, None));
    // The same as by counts, χ² included.
    let counts = |of: &[(&str, u64)]| -> BTreeMap<Text, u64> {
        of.iter().map(|&(channel, count)| (Text::from(channel), count)).collect()
    };
    let then_counts = counts(&[("app", 60), ("shop", 40)]);
    let now_counts = counts(&[("app", 30), ("fax", 20), ("shop", 50)]);
    let counted = watch.categories("channel", &then_counts, &now_counts).unwrap();
    let (p, expected) = (found.counts.unwrap().p, counted.counts.unwrap().p);
    assert!((p - expected).abs() < 1e-12 * expected, "{p} {expected}");

    let baseline = watch.baseline(&then).unwrap();
    let json = serde_json::to_string(&baseline).unwrap();
    let read: Baseline = serde_json::from_str(&json).unwrap();
    assert_eq!(watch.since(&read, &now).unwrap()[0], found);
    let twice = json.replace("shop", "app");
    assert!(serde_json::from_str::<Baseline>(&twice).is_err(), "{twice}");
    let numbers = table(["channel"], &[[1.0], [0.0]]);
    let told = watch.compare(&then, &numbers).unwrap_err().to_string();
    let expected = "`now.columns[0]`: column `channel` was of categories and is of numbers, or the \
                    other way round";
    assert_eq!(told, expected);
    assert!(watch.compare(&numbers, &then).is_err());
}
