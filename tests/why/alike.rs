//! Look-alikes are the nearest to the seeds.

use std::collections::BTreeSet;

use loyalty::feature::{FeatureTable, Missing, Preparation, Prepared, Scale};
use loyalty::id::CustomerId;
use loyalty::segment::alike::{LookAlike, LookAlikes};
use proptest::prelude::*;

use super::id;

fn name(row: usize) -> CustomerId {
    id(&format!("c{row:03}"))
}

fn table(rows: &[[Option<f64>; 2]]) -> (FeatureTable, Prepared) {
    let rows = rows.iter().enumerate().map(|(at, row)| (name(at), *row));
    let table = FeatureTable::new(["orders", "spend"], rows).unwrap();
    let columns = [("orders", Scale::None), ("spend", Scale::None)];
    let columns = Preparation::new(columns).missing(Missing::DropRows);
    let prepared = columns.fit(&table).unwrap();
    (table, prepared)
}

fn seeds(rows: &[usize]) -> BTreeSet<CustomerId> {
    rows.iter().map(|row| name(*row)).collect()
}

fn find(rows: &[[f64; 2]], of: &[usize], neighbors: usize, most: usize) -> Vec<LookAlike> {
    let rows: Vec<_> = rows.iter().map(|row| row.map(Some)).collect();
    let (table, prepared) = table(&rows);
    LookAlikes { neighbors, most }.find(&prepared, &table, &seeds(of)).unwrap()
}

#[test]
fn the_nearest_come_first_with_score_and_reasons() {
    let rows = [[0.0, 0.0], [3.0, 4.0], [0.0, 1.0], [30.0, 0.0], [3.0, 3.0]];
    let found = find(&rows, &[0, 1], 1, 2);
    let order: Vec<&str> = found.iter().map(|found| found.customer.as_str()).collect();
    assert_eq!(order, ["c002", "c004"]);
    // Both are 1 from a seed, and the seeds are 5 from each other.
    assert_eq!((found[0].distance, found[0].score), (1.0, 5.0 / 6.0));
    assert_eq!((&found[0].seeds[..], &found[1].seeds[..]), (&[name(0)][..], &[name(1)][..]));
    let both = find(&rows, &[0, 1], 2, 9);
    // The mean of 1 and √18, and of 1 and √18 again: the smaller id comes first.
    assert!((both[0].distance - (1.0 + 18_f64.sqrt()) / 2.0).abs() < 1e-15);
    assert_eq!((both[0].customer.clone(), both[2].customer.clone()), (name(2), name(3)));
    assert_eq!(both[0].seeds, [name(0), name(1)]);
    // Orders: seeds at 1.5, all at 7.2 with variance 131.76; (0 - 1.5)² is 2.25.
    let reason = &both[0].reasons[0];
    assert_eq!((reason.feature.as_str(), reason.number, reason.seeds), ("orders", 0.0, 1.5));
    assert!((reason.nearer - (131.76 + 5.7 * 5.7 - 2.25)).abs() < 1e-9);
    let expected = "c002: 0 orders (seeds 1.50; all 7.20) and spend 1 (seeds 2; all 1.60)";
    assert_eq!(both[0].to_string(), expected);
}

#[test]
fn seeds_that_are_not_known_do_not_count_and_without_any_there_is_an_error() {
    let (table, prepared) =
        table(&[[Some(1.0), Some(1.0)], [None, Some(1.0)], [Some(2.0), Some(2.0)]]);
    let recipe = LookAlikes::default();
    let found = recipe.find(&prepared, &table, &seeds(&[0, 1, 77])).unwrap();
    assert_eq!(found.iter().map(|found| &found.customer).collect::<Vec<_>>(), [&name(2)]);
    // One seed has no other: the distance counts as it is.
    let score = 1.0 / (1.0 + 2_f64.sqrt());
    assert!((found[0].score - score).abs() < 1e-15);
    let told = recipe.find(&prepared, &table, &seeds(&[1, 77])).unwrap_err().to_string();
    assert_eq!(told, "`seeds`: none of the 2 seeds is in the table and known well enough");
    let recipe = LookAlikes { neighbors: 0, most: 0 };
    let told = recipe.find(&prepared, &table, &seeds(&[0])).unwrap_err().to_string();
    assert_eq!(told, "`neighbors`: at least 1 is needed\n`most`: at least 1 is needed");
}

/// Numbers on a grid, so that customers are equally near, and some between.
fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![4 => (-6_i8..6).prop_map(f64::from), 1 => -6.0..6.0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn the_ranking_and_its_seeds_are_those_of_all_distances(
        rows in prop::collection::vec(prop::array::uniform2(coordinate()), 6..250),
        share in 0.02..0.9, neighbors in 1_usize..20, most in 1_usize..300,
    ) {
        let count = ((share * rows.len() as f64) as usize).max(1);
        let of: Vec<usize> = (0..count).map(|at| at * rows.len() / count).collect();
        let found = find(&rows, &of, neighbors, most);
        let nearest = |row: usize| {
            let distance = |seed: &usize| {
                let squares = rows[row].iter().zip(&rows[*seed]).map(|(x, y)| (x - y).powi(2));
                (squares.sum::<f64>().sqrt(), *seed)
            };
            let mut all: Vec<(f64, usize)> = of.iter().map(distance).collect();
            all.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
            all.truncate(neighbors);
            all
        };
        let mean = |row: usize| {
            let all = nearest(row);
            all.iter().map(|(distance, _)| distance).sum::<f64>() / all.len() as f64
        };
        let mut expected: Vec<(f64, usize)> =
            (0..rows.len()).filter(|row| !of.contains(row)).map(|row| (mean(row), row)).collect();
        expected.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
        expected.truncate(most);
        prop_assert_eq!(found.len(), expected.len());
        for (found, (distance, row)) in found.iter().zip(expected) {
            prop_assert_eq!((&found.customer, found.distance), (&name(row), distance));
            prop_assert!(found.score > 0.0 && found.score <= 1.0);
            let seeds: Vec<_> = nearest(row).iter().map(|(_, seed)| name(*seed)).collect();
            prop_assert_eq!(&found.seeds, &seeds);
        }
    }
}
