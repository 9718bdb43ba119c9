//! Levels of categories in an order in which a tree can part them into sets.
//!
//! A split of a tree asks on which side of a threshold a position is. Where levels stand in the
//! order of their shares of a class, the best of all sets is on one side of a threshold (L. Breiman
//! et al., "Classification and Regression Trees", 1984, theorem 4.5); of more classes it is nearly
//! so in the order along the first principal component of the shares (D. Coppersmith, S. Hong and
//! J. Hosking, "Partitioning nominal attributes in decision trees", Data Mining and Knowledge
//! Discovery 3, 1999).

use std::cmp::Ordering;

use ndarray::Array2;

use crate::feature::{Column, Measure};

/// More steps turn no axis any more that could be told from the others.
const STEPS: usize = 100;

/// The same columns with levels in such an order, whose positions are put into the points.
pub(super) fn ordered(
    columns: &[Column],
    points: &mut Array2<f64>,
    classes: &[usize],
    count: usize,
) -> Vec<Column> {
    let column = |(at, column): (usize, &Column)| {
        if column.measure != Measure::Category || at >= points.ncols() {
            return column.clone();
        }
        let order = order(&shares(column, points, at, classes, count));
        let places: Vec<f64> = (0..order.len())
            .map(|level| order.iter().position(|other| *other == level).unwrap_or(level) as f64)
            .collect();
        let own = points.column_mut(at).into_iter();
        own.for_each(|code| *code = places.get(*code as usize).copied().unwrap_or(*code));
        let levels = order.iter().filter_map(|level| column.levels.get(*level)).cloned();
        Column { levels: levels.collect(), ..column.clone() }
    };
    columns.iter().enumerate().map(column).collect()
}

/// How many points each level has, and the share of each class among them.
fn shares(
    column: &Column,
    points: &Array2<f64>,
    at: usize,
    classes: &[usize],
    count: usize,
) -> Vec<(f64, Vec<f64>)> {
    let mut found = vec![(0.0_f64, vec![0.0; count]); column.levels.len()];
    for (code, class) in points.column(at).iter().zip(classes) {
        let Some((all, shares)) = found.get_mut(*code as usize) else { continue };
        *all += 1.0;
        shares.get_mut(*class).into_iter().for_each(|share| *share += 1.0);
    }
    for (all, shares) in &mut found {
        let known = all.max(1.0);
        shares.iter_mut().for_each(|share| *share /= known);
    }
    found
}

/// The levels along the first principal component of their shares; those that no point has stand
/// in the middle, and equal ones as they were.
fn order(levels: &[(f64, Vec<f64>)]) -> Vec<usize> {
    let total = levels.iter().map(|(weight, _)| weight).sum::<f64>().max(1.0);
    let classes = levels.first().map_or(0, |(_, shares)| shares.len());
    let mut mean = vec![0.0; classes];
    for (weight, shares) in levels {
        mean.iter_mut().zip(shares).for_each(|(mean, share)| *mean += weight * share / total);
    }
    let off = |(weight, shares): &(f64, Vec<f64>)| -> Vec<f64> {
        let there = f64::from(u8::from(*weight > 0.0));
        shares.iter().zip(&mean).map(|(share, mean)| there * (share - mean)).collect()
    };
    let offs: Vec<(f64, Vec<f64>)> = levels.iter().map(|level| (level.0, off(level))).collect();
    let dot = |one: &[f64], other: &[f64]| -> f64 {
        one.iter().zip(other).map(|(one, other)| one * other).sum()
    };
    // From the level that is farthest off, the power method turns to the first component.
    let size = |(weight, off): &(f64, Vec<f64>)| weight * dot(off, off);
    let farthest = offs.iter().max_by(|one, other| size(one).total_cmp(&size(other)));
    let mut axis = farthest.map_or_else(Vec::new, |(_, off)| off.clone());
    for _ in 0..STEPS {
        let mut turned = vec![0.0; classes];
        for (weight, off) in &offs {
            let along = weight * dot(off, &axis);
            turned.iter_mut().zip(off).for_each(|(sum, off)| *sum += along * off);
        }
        let length = dot(&turned, &turned).sqrt();
        if length <= 0.0 {
            break;
        }
        axis = turned.iter().map(|x| x / length).collect();
    }
    let along: Vec<f64> = offs.iter().map(|(_, off)| dot(off, &axis)).collect();
    let mut order: Vec<usize> = (0..levels.len()).collect();
    order.sort_by(|one, other| match (along.get(*one), along.get(*other)) {
        (Some(one), Some(other)) => one.total_cmp(other),
        _ => Ordering::Equal,
    });
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_stand_by_their_share_of_a_class() {
        // Shares of the first class: 0.9, 0.1, 0.8, unknown, 0.5.
        let rows = [(10.0, 0.9), (10.0, 0.1), (10.0, 0.8), (0.0, 0.0), (10.0, 0.5)];
        let levels = rows.map(|(weight, share)| (weight, vec![share, 1.0 - share]));
        let mut found = order(&levels);
        if found.first() == Some(&0) {
            found.reverse();
        }
        // The mean share is 0.575.
        assert_eq!(found, [1, 4, 3, 2, 0]);
        assert_eq!(order(&[]), [0; 0]);
        assert_eq!(order(&[(3.0, vec![1.0]), (2.0, vec![1.0])]), [0, 1], "as they were");
    }

    #[test]
    fn points_and_levels_are_renumbered_together() {
        let columns = [Column::category("tier", ["a", "b", "c"]), Column::from("orders")];
        let mut points = ndarray::array![[0.0, 5.0], [1.0, 6.0], [2.0, 7.0], [0.0, 1.0]];
        let before = points.clone();
        let found = ordered(&columns, &mut points, &[0, 1, 0, 0], 2);
        for (row, old) in before.rows().into_iter().enumerate() {
            assert_eq!(found[0].value(points[[row, 0]]), columns[0].value(old[0]));
            assert_eq!(points[[row, 1]], old[1]);
        }
        // Of b all are of the second class: it stands at an end.
        assert_ne!(found[0].levels[1].as_str(), "b");
    }
}
