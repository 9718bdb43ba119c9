//! An id means the same people after another fit.

use std::collections::{BTreeMap, BTreeSet};

use loyalty::cluster::KMeans;
use loyalty::feature::{Preparation, Scale};
use loyalty::id::{CustomerId, SegmentId};
use loyalty::segment::clustered::{Clustered, Clusters};
use loyalty::segment::identity::{Before, Identified, Identity, Transition};
use loyalty::segment::{Fit, Segmenter, members};
use ndarray::Array2;
use proptest::prelude::*;

use super::{customer, day, segment, table};

/// Segments `cluster-1`, `cluster-2`… of the customers with these numbers.
fn before(groups: &[&[u32]]) -> Before {
    let id = |at: usize| segment(&format!("cluster-{}", at + 1));
    let numbered = groups.iter().enumerate();
    let pairs = numbered.flat_map(|(at, group)| group.iter().map(move |&it| (name(it), id(at))));
    let members: BTreeMap<CustomerId, SegmentId> = pairs.collect();
    Before { segments: (0..groups.len()).map(id).collect(), members, ..Before::default() }
}

fn name(number: u32) -> CustomerId {
    customer(format!("c{number:03}"))
}

fn clusters(groups: &[&[u32]]) -> Vec<Vec<CustomerId>> {
    groups.iter().map(|group| group.iter().map(|&it| name(it)).collect()).collect()
}

fn identified(then: &[&[u32]], now: &[&[u32]]) -> Identified {
    Identity::default().identify(&before(then), &clusters(now), None).unwrap()
}

/// The ids and the sentences.
fn check(then: &[&[u32]], now: &[&[u32]], ids: &str, told: &[&str]) {
    let found = identified(then, now);
    let names: Vec<&str> = found.ids.iter().map(SegmentId::as_str).collect();
    assert_eq!(names.join(" ").replace("cluster-", ""), ids);
    let sentences: Vec<String> = found.transitions.iter().map(ToString::to_string).collect();
    assert_eq!(sentences.iter().map(|it| it.replace("cluster-", "")).collect::<Vec<_>>(), told);
}

const FEW: [u32; 4] = [1, 2, 3, 4];
const MANY: [u32; 6] = [11, 12, 13, 14, 15, 16];

#[test]
fn another_numbering_is_no_other_segment() {
    check(
        &[&FEW, &MANY],
        &[&MANY, &FEW],
        "2 1",
        &[
            "1 is the same: 4 of its 4 customers stayed, and it has 4 now",
            "2 is the same: 6 of its 6 customers stayed, and it has 6 now",
        ],
    );
}

#[test]
fn a_split_keeps_the_id_with_the_larger_part() {
    check(
        &[&FEW, &MANY],
        &[&FEW, &[11, 12], &[13, 14, 15, 16]],
        "1 3 2",
        &[
            "1 is the same: 4 of its 4 customers stayed, and it has 4 now",
            "2 with 6 customers has split into 2 (4), 3 (2)",
        ],
    );
    // Of equal parts, the one with the smallest customer.
    check(
        &[&MANY],
        &[&[14, 15, 16], &[11, 12, 13]],
        "2 1",
        &["1 with 6 customers has split into 1 (3), 2 (3)"],
    );
}

#[test]
fn a_merger_keeps_the_id_of_the_larger_part() {
    check(
        &[&FEW, &MANY],
        &[&[1, 2, 3, 4, 11, 12, 13, 14, 15, 16]],
        "2",
        &["2 (6), 1 (4) have merged into 2, with 10 customers now"],
    );
}

#[test]
fn what_comes_and_goes_is_born_and_dies() {
    check(
        &[&FEW, &MANY],
        &[&MANY, &[21, 22, 23]],
        "2 3",
        &[
            "1 is no more; it had 4 customers: 4 are in none",
            "2 is the same: 6 of its 6 customers stayed, and it has 6 now",
            "3 is new, with 3 customers: 3 were in no segment",
        ],
    );
    // A new segment of a few from everywhere: 2 of 4, 2 of 6, and one who is new.
    check(
        &[&FEW, &MANY],
        &[&[3, 4], &[13, 14, 15, 16], &[1, 2, 11, 12, 21]],
        "1 2 3",
        &[
            "1 with 4 customers has split into 1 (2), 3 (2)",
            "2 with 6 customers has split into 2 (4), 3 (2)",
        ],
    );
}

#[test]
fn without_common_customers_close_centers_are_the_same_segment() {
    let now = clusters(&[&[21, 22], &[23, 24, 25]]);
    let closeness = ndarray::array![[0.1, 0.9], [0.8, 0.2]];
    let found = Identity::default().identify(&before(&[&FEW, &MANY]), &now, Some(&closeness));
    let found = found.unwrap();
    assert_eq!(found.ids, [segment("cluster-2"), segment("cluster-1")]);
    let [Transition::Kept { stayed: 0, similarity, .. }, ..] = found.transitions[..] else {
        panic!("{:?}", found.transitions);
    };
    assert_eq!(similarity, 0.9);
    // Half of the customers of both are known: (4 + 2) of (4 + 8).
    let half = clusters(&[&[1, 2, 31, 32, 33, 34, 35, 36]]);
    let then = Before { members: before(&[&FEW]).members, ..before(&[&FEW]) };
    let found = Identity::default().identify(&then, &half, Some(&ndarray::array![[1.0]])).unwrap();
    // left 2 of 4, known 2 of 8: p = 4/12; Jaccard 2/2.
    let Transition::Kept { similarity, .. } = found.transitions[0] else {
        panic!("{:?}", found.transitions)
    };
    assert!((similarity - (4.0 / 12.0 + 8.0 / 12.0)).abs() < 1e-12);
}

#[test]
fn an_id_that_died_never_comes_back() {
    let mut then = before(&[&FEW, &MANY]);
    let now = clusters(&[&MANY]);
    let found = Identity::default().identify(&then, &now, None).unwrap();
    assert_eq!(found.retired, BTreeSet::from([segment("cluster-1")]));
    then = Before {
        segments: found.ids,
        retired: found.retired,
        members: MANY.iter().map(|&it| (name(it), segment("cluster-2"))).collect(),
    };
    let again = clusters(&[&MANY, &FEW, &[31]]);
    let found = Identity::default().identify(&then, &again, None).unwrap();
    let names: Vec<&str> = found.ids.iter().map(SegmentId::as_str).collect();
    assert_eq!(names, ["cluster-2", "cluster-3", "cluster-4"]);
}

/// Groups of customers: each is in one of 4 segments (or none) before and one of 4 clusters now.
fn moves() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..5_usize, 0..5_usize), 1..60)
}

fn both(moves: &[(usize, usize)]) -> (Before, Vec<Vec<CustomerId>>) {
    let group = |of: &dyn Fn(&(usize, usize)) -> usize, which: usize| -> Vec<u32> {
        let all = moves.iter().enumerate().filter(|(_, it)| of(it) == which);
        all.map(|(at, _)| at as u32).collect()
    };
    let then: Vec<Vec<u32>> = (0..4).map(|which| group(&|it| it.0, which)).collect();
    let now: Vec<Vec<u32>> = (0..4).map(|which| group(&|it| it.1, which)).collect();
    let then: Vec<&[u32]> = then.iter().map(Vec::as_slice).collect();
    let now: Vec<&[u32]> = now.iter().map(Vec::as_slice).collect();
    (before(&then), clusters(&now))
}

/// Similarity by its definition, without closeness.
fn similarity(moves: &[(usize, usize)], segment: usize, cluster: usize) -> f64 {
    let count = |which: &dyn Fn(&(usize, usize)) -> bool| {
        moves.iter().filter(|it| which(it)).count() as f64
    };
    let both = count(&|it| it.0 == segment && it.1 == cluster);
    let either = count(&|it| it.0 < 4 && it.1 < 4 && (it.0 == segment || it.1 == cluster));
    let present =
        count(&|it| it.0 == segment && it.1 < 4) + count(&|it| it.1 == cluster && it.0 < 4);
    let all = count(&|it| it.0 == segment) + count(&|it| it.1 == cluster);
    let found = if both > 0.0 { both / either * present / all } else { 0.0 };
    if found >= 0.3 { found } else { 0.0 }
}

/// The greatest sum of similarities of all ways to pair segments and clusters.
fn best(moves: &[(usize, usize)], segment: usize, free: &mut Vec<usize>) -> f64 {
    if segment == 4 {
        return 0.0;
    }
    let mut greatest = best(moves, segment + 1, free);
    for at in 0..free.len() {
        let cluster = free.remove(at);
        let rest = best(moves, segment + 1, free);
        greatest = greatest.max(similarity(moves, segment, cluster) + rest);
        free.insert(at, cluster);
    }
    greatest
}

proptest! {
    #[test]
    fn no_other_matching_is_more_similar(moves in moves()) {
        let (then, now) = both(&moves);
        let found = Identity::default().identify(&then, &now, None).unwrap();
        let kept = found.ids.iter().enumerate().filter_map(|(cluster, id)| {
            let segment = then.segments.iter().position(|old| old == id)?;
            Some(similarity(&moves, segment, cluster))
        });
        let kept: Vec<f64> = kept.collect();
        prop_assert!(kept.iter().all(|similar| *similar >= 0.3), "{kept:?}");
        let expected = best(&moves, 0, &mut vec![0, 1, 2, 3]);
        prop_assert!((kept.iter().sum::<f64>() - expected).abs() < 1e-9, "{kept:?} {expected}");
    }

    #[test]
    fn the_numbering_of_the_clusters_does_not_matter(moves in moves(), turn in 1..4_usize) {
        let (then, mut now) = both(&moves);
        now.retain(|customers| !customers.is_empty());
        let found = Identity::default().identify(&then, &now, None).unwrap();
        let mut turned = now.clone();
        turned.rotate_left(turn % now.len().max(1));
        turned.iter_mut().for_each(|customers| customers.reverse());
        let again = Identity::default().identify(&then, &turned, None).unwrap();
        let whose = |groups: &[Vec<CustomerId>], ids: &[SegmentId]| {
            let pairs = groups.iter().zip(ids);
            let each = pairs.flat_map(|(all, id)| all.iter().map(|it| (it.clone(), id.clone())));
            each.collect::<BTreeMap<CustomerId, SegmentId>>()
        };
        prop_assert_eq!(whose(&now, &found.ids), whose(&turned, &again.ids));
        let sorted = |found: &Identified| {
            let mut told: Vec<String> = found.transitions.iter().map(ToString::to_string).collect();
            told.sort();
            told
        };
        prop_assert_eq!(sorted(&found), sorted(&again));
    }

    /// Every segment before and every cluster now is in a transition; customers are counted once.
    #[test]
    fn nothing_is_left_untold_and_sums_tie(moves in moves()) {
        let (then, now) = both(&moves);
        let found = Identity::default().identify(&then, &now, None).unwrap();
        let mut told = BTreeSet::new();
        for transition in &found.transitions {
            match transition {
                Transition::Kept { segment, .. } | Transition::Born { segment, .. }
                | Transition::Died { segment, .. } => drop(told.insert(segment.clone())),
                Transition::Split { segment: one, into: portions, .. }
                | Transition::Merged { into: one, from: portions, .. } => {
                    told.insert(one.clone());
                    told.extend(portions.iter().map(|portion| portion.segment.clone()));
                }
            }
        }
        let all: BTreeSet<SegmentId> = then.segments.iter().chain(&found.ids).cloned().collect();
        prop_assert_eq!(&told, &all);
        let ids: BTreeSet<&SegmentId> = found.ids.iter().collect();
        prop_assert_eq!(ids.len(), now.len(), "no id twice");
        let overlap = &found.overlap;
        for (at, id) in then.segments.iter().enumerate() {
            let size = then.members.values().filter(|segment| *segment == id).count() as u64;
            prop_assert_eq!(overlap.moved[at].iter().sum::<u64>() + overlap.gone[at], size);
        }
        for (at, customers) in now.iter().enumerate() {
            let moved: u64 = overlap.moved.iter().map(|row| row[at]).sum();
            prop_assert_eq!(moved + overlap.come[at], customers.len() as u64);
        }
    }
}

fn recipe(clusters: usize) -> Clusters {
    Clusters::new(KMeans::new(clusters), Preparation::new([("orders", Scale::None)]))
}

/// Customers around the given levels, one after the other.
fn around(levels: &[(f64, usize)]) -> Vec<[f64; 1]> {
    let each = levels
        .iter()
        .flat_map(|&(level, count)| (0..count).map(move |at| [level + at as f64 / 100.0]));
    each.collect()
}

fn names(model: &Clustered) -> Vec<(String, String)> {
    let pair = |it: &loyalty::segment::Segment| (it.id.to_string(), it.name.clone());
    model.segments().iter().map(pair).collect()
}

#[test]
fn a_refit_keeps_what_people_call_a_segment() {
    let first = table(["orders"], &around(&[(1.0, 10), (50.0, 6), (90.0, 4)]));
    let mut model = recipe(3).fit_seeded(&first, 1).unwrap();
    model.rename(&segment("cluster-2"), "Regulars", "Come every week.");
    let on = day("2026-03-01");
    let before = members(&model, &first, on).unwrap();
    // The first ten buy as the second six do now, and there is nobody at 90 any more.
    let second = table(["orders"], &around(&[(1.0, 4), (50.0, 12)]));
    let refit = model.refit(&recipe(2), &second, &before, 7).unwrap();
    let pair = |id: &str, name: &str| (id.to_owned(), name.to_owned());
    let expected = [pair("cluster-2", "Regulars"), pair("cluster-1", "Cluster 1")];
    assert_eq!(names(&refit.model), expected);
    assert_eq!(refit.model.segments()[0].description, "Come every week.");
    assert!(refit.model.segments()[1].description.starts_with("4 of 16 customers"));
    assert_eq!(
        refit.sentences(),
        [
            "Cluster 1 with 10 customers has split into Regulars (6), Cluster 1 (4)",
            "Cluster 3 is no more; it had 4 customers: 4 are in none",
            "Cluster 1 (6), Regulars (6) have merged into Regulars, with 12 customers now",
        ]
    );
    // Stored and read again, the id that died stays dead.
    let json = serde_json::to_string(&refit.model).unwrap();
    let stored: Clustered = serde_json::from_str(&json).unwrap();
    assert_eq!(stored, refit.model);
    let before = members(&stored, &second, on).unwrap();
    let third = table(["orders"], &around(&[(1.0, 4), (50.0, 12), (90.0, 4)]));
    let again = stored.refit(&recipe(3), &third, &before, 9).unwrap();
    let ids: Vec<String> = names(&again.model).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["cluster-2", "cluster-1", "cluster-4"]);
}

#[test]
fn the_same_data_and_another_seed_change_no_id() {
    let data = table(["orders"], &around(&[(1.0, 10), (50.0, 6), (90.0, 6)]));
    let model = recipe(3).fit_seeded(&data, 1).unwrap();
    let before = members(&model, &data, day("2026-03-01")).unwrap();
    for seed in 2..12 {
        let refit = model.refit(&recipe(3), &data, &before, seed).unwrap();
        assert!(
            refit
                .transitions
                .iter()
                .all(|transition| matches!(transition, Transition::Kept { .. }))
        );
        let now = members(&refit.model, &data, day("2026-03-01")).unwrap();
        assert_eq!(now, before, "seed {seed}");
        let again = model.refit(&recipe(3), &data, &before, seed).unwrap();
        assert_eq!(refit, again);
    }
}

/// Nobody is in both fits: the centers decide.
#[test]
fn other_customers_at_the_same_place_are_the_same_segment() {
    let first = table(["orders"], &around(&[(1.0, 10), (50.0, 6)]));
    let model = recipe(2).fit_seeded(&first, 1).unwrap();
    let refit = model.refit(
        &recipe(2),
        &table(["orders"], &around(&[(2.0, 3), (49.0, 8)])),
        &BTreeMap::new(),
        1,
    );
    let ids: Vec<String> = names(&refit.unwrap().model).into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["cluster-2", "cluster-1"], "the larger is the one at 50 now");
}

#[test]
fn a_matrix_of_another_shape_is_no_closeness() {
    let none = Array2::zeros((0, 0));
    let found = Identity::default().identify(&before(&[&FEW]), &clusters(&[&MANY]), Some(&none));
    assert_eq!(found.unwrap().ids, [segment("cluster-2")]);
}
