//! What happened after the fit.

use std::collections::BTreeMap;

use loyalty::id::CustomerId;
use loyalty::segment::outcome::{Outcomes, Validated, Validation};
use loyalty::segment::{Membership, Segment};
use loyalty::stats::{Proportion, Test};

use super::{customer, day, segment};

/// The samples of `stats.py`.
const A: [f64; 7] = [12.5, 30.0, 7.25, 19.0, 44.0, 3.5, 27.0];
const B: [f64; 5] = [9.0, 15.5, 11.0, 13.25, 12.0];
const C: [f64; 8] = [101.0, 80.5, 95.0, 12.0, 60.25, 30.0, 30.0, 7.25];

fn segments() -> [Segment; 3] {
    ["a", "b", "c"].map(|id| Segment::new(segment(id), id.to_uppercase()))
}

/// Members of the three segments with these outcomes.
fn members<T: Copy>(
    groups: [&[T]; 3],
) -> (BTreeMap<CustomerId, Membership>, BTreeMap<CustomerId, T>) {
    let (mut members, mut outcomes) = (BTreeMap::new(), BTreeMap::new());
    for (segment, group) in segments().iter().zip(groups) {
        for (at, &outcome) in group.iter().enumerate() {
            let id = customer(format!("{}{at}", segment.id));
            members.insert(id.clone(), Membership::of(segment.id.clone()));
            outcomes.insert(id, outcome);
        }
    }
    (members, outcomes)
}

fn period() -> Validation {
    Validation::new(day("2026-03-01"), day("2026-03-02"), day("2026-03-31"))
}

#[track_caller]
fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() < 1e-10 * expected.abs(), "{found} {expected}");
}

/// SciPy 1.18.1 (`kruskal`, `t.interval`) and statsmodels 0.15.0 (`anova_oneway`), as in
/// `stats.json`.
#[test]
fn amounts_are_tested_as_in_scipy_and_statsmodels() {
    let (members, spent) = members([&A, &B, &C]);
    let found = period().amounts(&segments(), &members, &spent).unwrap();
    let [ranks, means] = &found.tests[..] else { panic!("{:?}", found.tests) };
    assert!(matches!(ranks.test, Test::KruskalWallis { degrees: 2.0 }));
    near(ranks.statistic, 4.807_299_309_451_88);
    near(ranks.p, 0.090_387_467_528_759_87);
    near(means.statistic, 5.239_529_761_015_16);
    near(means.p, 0.030_879_495_722_536_565);
    let first = found.rows[0].estimate.unwrap();
    near(first.low, 7.300_502_213_789_747);
    near(first.high, 33.628_069_214_781_68);
    let told = found.sentences(&segments());
    assert!(
        told[0].starts_with("A: 20.46 on average of 7 (7.30 to 33.63), 0.56 times the others"),
        "{told:?}"
    );
    assert_eq!(
        told[3..],
        [
            "the segments do not show to differ in their ranks: \
             a chance of 0.090 without any difference",
            "the segments differ in their means: a chance of 0.031 without any difference",
        ]
    );
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Validated>(&json).unwrap(), found);
}

#[test]
fn who_is_in_several_segments_counts_in_each_row_and_once_in_the_test() {
    let yes = |count: usize, of: usize| (0..of).map(|at| at < count).collect::<Vec<bool>>();
    let (mut members, answers) = members([&yes(9, 10)[..], &yes(2, 10), &yes(0, 0)]);
    // Nine of the first are in the third as well.
    for membership in members.values_mut().take(9) {
        *membership = [segment("a"), segment("c")].into_iter().collect();
    }
    let found = period().answers(&segments(), &members, &answers).unwrap();
    let counts = |hits, of| Outcomes::Answers(Proportion { hits, of });
    let rows: Vec<Outcomes> = found.rows.iter().map(|row| row.outcomes).collect();
    assert_eq!(rows, [counts(9, 10), counts(2, 10), counts(9, 9)]);
    assert_eq!(found.all, counts(11, 20));
    // 9, 1 and 2, 8, of each of which 5.5 and 4.5 are expected: 4 · 3.5² / … by hand.
    near(found.tests[0].statistic, 2.0 * (12.25 / 5.5 + 12.25 / 4.5));
    assert!(matches!(found.tests[0].test, Test::ChiSquared { degrees: 1.0, least_expected: 4.5 }));
}

#[test]
fn what_cannot_validate_is_refused() {
    let (members, spent) = members([&A, &B, &C]);
    let told = |period: Validation, spent: &BTreeMap<CustomerId, f64>| {
        period.amounts(&segments(), &members, spent).unwrap_err().to_string()
    };
    let same = Validation { from: day("2026-03-01"), until: day("2026-02-28"), ..period() };
    assert_eq!(
        told(same, &spent),
        "`from`: what happened from 2026-03-01 on is not after the fit on data up to 2026-03-01\n\
         `until`: the period ends on 2026-02-28, before it begins on 2026-03-01"
    );
    let nobody = "`outcomes`: no customer who is in a segment has an outcome";
    assert_eq!(told(period(), &BTreeMap::new()), nobody);
    let stranger = BTreeMap::from([(customer("zoe"), 1.0)]);
    assert_eq!(told(period(), &stranger), nobody);
    let mut broken = spent.clone();
    broken.insert(customer("a0"), f64::NAN);
    assert_eq!(
        told(period(), &broken),
        "`outcomes`: the outcome of customer `a0` is no finite number"
    );
    let some: BTreeMap<CustomerId, f64> = spent.clone().into_iter().skip(3).collect();
    assert_eq!(period().amounts(&segments(), &members, &some).unwrap().without, 3);
}
