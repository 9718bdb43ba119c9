//! Tests of differences against SciPy and statsmodels, and against brute force.

use loyalty::stats::{
    ChiSquared, Confidence, Evidence, Method, Moments, Samples, Stability, Test, chi_squared,
    kruskal_wallis, welch,
};
use proptest::prelude::*;
use serde_json::Value;

use super::{figures, list, near, number, numbers, uniform};

#[test]
fn tables_are_tested_as_in_scipy() {
    for row in figures("chi_table") {
        let [table, statistic, degrees, p, least] = row.as_slice() else { panic!("{row:?}") };
        let table: Vec<Vec<u64>> = serde_json::from_value(table.clone()).unwrap();
        let found = chi_squared(&table).unwrap();
        let Test::ChiSquared { degrees: free, least_expected } = found.test else { panic!() };
        assert_eq!(free, number(degrees));
        near(least_expected, number(least), 1e-14, "least");
        near(found.statistic, number(statistic), 1e-12, "statistic");
        near(found.p, number(p), 1e-12, "p");
    }
    assert_eq!(chi_squared(&[vec![1, 2], vec![3]]), None);
    assert_eq!(chi_squared(&[vec![1, 2], vec![0, 0]]), None);
    assert_eq!(chi_squared(&[]), None);
}

fn groups(value: &Value) -> Vec<Vec<f64>> {
    value.as_array().unwrap().iter().map(list).collect()
}

#[test]
fn ranks_and_means_of_several_samples_are_tested_as_in_scipy_and_statsmodels() {
    for row in figures("kruskal") {
        let [samples, statistic, p] = row.as_slice() else { panic!("{row:?}") };
        let found = kruskal_wallis(&groups(samples)).unwrap();
        near(found.statistic, number(statistic), 1e-12, "statistic");
        near(found.p, number(p), 1e-12, "p");
    }
    for row in figures("welch_anova") {
        let [samples, statistic, df1, df2, p] = row.as_slice() else { panic!("{row:?}") };
        let samples: Vec<Moments> = groups(samples).into_iter().map(Moments::of).collect();
        let found = welch(&samples).unwrap();
        let Test::Welch { above, below } = found.test else { panic!() };
        assert_eq!(above, number(df1));
        near(below, number(df2), 1e-12, "degrees");
        near(found.statistic, number(statistic), 1e-12, "statistic");
        near(found.p, number(p), 1e-12, "p");
    }
    assert_eq!(kruskal_wallis(&[vec![1.0, 1.0], vec![1.0]]), None);
    assert_eq!(welch(&[Moments::of([1.0, 1.0]), Moments::of([2.0, 3.0])]), None);
}

#[test]
fn two_samples_are_as_far_apart_as_in_scipy() {
    for row in figures("samples") {
        let [one, two, statistic, p, moved] = row.as_slice() else { panic!("{row:?}") };
        let samples = Samples::new(list(one), list(two)).unwrap();
        let Evidence { test, statistic: found, p: chance } = samples.kolmogorov_smirnov();
        assert_eq!(test, Test::KolmogorovSmirnov { method: Method::Exact });
        near(found, number(statistic), 1e-14, "statistic");
        near(chance, number(p), 1e-12, "p");
        near(samples.wasserstein(), number(moved), 1e-13, "moved");
    }
}

#[test]
fn large_samples_have_the_chance_of_the_limit() {
    for [n, m, shift, statistic, p] in numbers("kolmogorov") {
        let one = uniform(1).take(n as usize).collect();
        let two = uniform(2).take(m as usize).map(|number| number + shift).collect();
        let found = Samples::new(one, two).unwrap().kolmogorov_smirnov();
        assert_eq!(found.test, Test::KolmogorovSmirnov { method: Method::Limit });
        near(found.statistic, statistic, 1e-12, "statistic");
        near(found.p, p, 1e-9, "p");
    }
}

/// The chance of a statistic at least as great, by all ways to say which of the numbers are whose.
fn by_all_orders(one: usize, two: usize, statistic: f64) -> f64 {
    let (mut extreme, mut all) = (0.0, 0.0);
    for owners in 0..1_u32 << (one + two) {
        if owners.count_ones() as usize == one {
            let (mut i, mut j, mut farthest) = (0.0, 0.0, 0.0_f64);
            for at in 0..one + two {
                if owners >> at & 1 == 1 {
                    i += 1.0
                } else {
                    j += 1.0
                }
                farthest = farthest.max((i / one as f64 - j / two as f64).abs());
            }
            all += 1.0;
            extreme += f64::from(u8::from(farthest >= statistic - 1e-9));
        }
    }
    extreme / all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_exact_chance_counts_all_orders(
        one in prop::collection::vec(0..40_i32, 1..7),
        two in prop::collection::vec(0..40_i32, 1..7),
    ) {
        let floats = |numbers: &[i32]| numbers.iter().map(|&number| f64::from(number)).collect();
        let found = Samples::new(floats(&one), floats(&two)).unwrap().kolmogorov_smirnov();
        let expected = by_all_orders(one.len(), two.len(), found.statistic);
        prop_assert!((found.p - expected).abs() < 1e-12, "{} {expected}", found.p);
    }

    /// Of equally many numbers, the least movement pairs the sorted ones.
    #[test]
    fn numbers_are_moved_to_their_pairs(
        pairs in prop::collection::vec((-1e3..1e3_f64, -1e3..1e3_f64), 1..30),
    ) {
        let (one, two): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let samples = Samples::new(one.clone(), two.clone()).unwrap();
        let back = Samples::new(two.clone(), one.clone()).unwrap();
        let sorted = |mut numbers: Vec<f64>| { numbers.sort_by(f64::total_cmp); numbers };
        let count = one.len() as f64;
        let pairs = sorted(one.clone()).into_iter().zip(sorted(two));
        let expected = pairs.map(|(left, right)| (left - right).abs()).sum::<f64>() / count;
        prop_assert!((samples.wasserstein() - expected).abs() <= 1e-9 * (1.0 + expected));
        prop_assert_eq!(samples.wasserstein(), back.wasserstein());
        prop_assert_eq!(samples.kolmogorov_smirnov(), back.kolmogorov_smirnov());
        let same = Samples::new(one.clone(), one).unwrap();
        prop_assert_eq!((same.wasserstein(), same.kolmogorov_smirnov().p), (0.0, 1.0));
    }

    #[test]
    fn an_index_is_symmetric_and_zero_only_without_change(
        counts in prop::collection::vec((0..500_u64, 0..500_u64), 2..12),
    ) {
        let (before, now): (Vec<u64>, Vec<u64>) = counts.into_iter().unzip();
        if let Some(found) = Stability::of(&before, &now) {
            let back = Stability::of(&now, &before).unwrap();
            prop_assert!((found.index - back.index).abs() < 1e-12 && found.index >= 0.0);
            prop_assert!((0.0..=1.0).contains(&found.p));
            let (sure, usual) = (Confidence::new(0.999).unwrap(), Confidence::USUAL);
            prop_assert!(found.threshold(sure) >= found.threshold(usual));
            let beyond = found.index > found.threshold(usual);
            prop_assert!(beyond == (found.p < 0.05) || (found.p - 0.05).abs() < 1e-9);
        }
        let twice: Vec<u64> = before.iter().map(|count| 2 * count).collect();
        if let Some(same) = Stability::of(&before, &twice) {
            let empty = before.iter().all(|&count| count == 0);
            prop_assert!(empty || same.index.abs() < 1e-12);
        }
    }
}

#[test]
fn nothing_is_no_sample() {
    assert_eq!(Samples::new(vec![], vec![1.0]), None);
    assert_eq!(Samples::new(vec![1.0], vec![f64::NAN]), None);
    assert_eq!(Stability::of(&[0, 0], &[1, 2]), None);
    assert_eq!(Stability::of(&[1, 2], &[1]), None);
    assert_eq!(Stability::of(&[u64::MAX, 1], &[1, 2]), None);
    let single = Stability::of(&[3], &[9]).unwrap();
    assert_eq!((single.index, single.p, single.threshold(Confidence::USUAL)), (0.0, 1.0, 0.0));
}

/// Without any change, 1 index in 20 is above the threshold of 95 %: 2,000 pairs of samples from
/// fixed streams (standard error 0.5 %; counts make the chance a little rough).
#[test]
fn the_threshold_is_exceeded_by_chance_as_often_as_it_says() {
    let mut stream = uniform(7);
    let mut counts = |of: usize| {
        let mut counts = [0_u64; 10];
        stream.by_ref().take(of).for_each(|number| counts[(number * 10.0) as usize] += 1);
        counts
    };
    let exceeded = (0..2_000).filter(|_| {
        let found = Stability::of(&counts(800), &counts(300)).unwrap();
        found.index > found.threshold(Confidence::USUAL)
    });
    let share = exceeded.count() as f64 / 2_000.0;
    assert!((0.035..0.07).contains(&share), "{share}");
    let nine = ChiSquared::new(9.0).unwrap().quantile(0.95).unwrap();
    let found = Stability::of(&[80; 10], &[30; 10]).unwrap();
    near(found.threshold(Confidence::USUAL), nine * (1.0 / 800.0 + 1.0 / 300.0), 1e-12, "limit");
}
