//! The tree's answers against looking at every point.

use proptest::prelude::*;

use super::{KdTree, Neighbor};

/// A few coordinates on a coarse grid, so that points coincide and distances tie, and some between.
fn coordinate() -> impl Strategy<Value = f64> {
    prop_oneof![(-3_i8..=3).prop_map(f64::from), -3.0..3.0, Just(1e120), Just(-0.0)]
}

fn points() -> impl Strategy<Value = (usize, Vec<f64>, Vec<f64>)> {
    (1_usize..=6, 0_usize..=90).prop_flat_map(|(columns, count)| {
        let coordinates = prop::collection::vec(coordinate(), columns * count);
        (Just(columns), coordinates, prop::collection::vec(coordinate(), columns))
    })
}

/// All points from the nearest to the farthest, equally near ones by row.
fn sorted(columns: usize, coordinates: &[f64], point: &[f64]) -> Vec<Neighbor> {
    let squared = |other: &[f64]| other.iter().zip(point).map(|(y, x)| (y - x) * (y - x)).sum();
    let rows = coordinates.chunks_exact(columns).enumerate();
    let mut all: Vec<_> =
        rows.map(|(row, other)| Neighbor { row, squared: squared(other) }).collect();
    all.sort_by(|left, right| left.squared.total_cmp(&right.squared));
    all
}

proptest! {
    #[test]
    fn answers_are_those_of_looking_at_every_point(
        (columns, coordinates, point) in points(), count in 0_usize..30, radius in 0.0..4.0,
    ) {
        let tree = KdTree::new(columns, &coordinates);
        let all = sorted(columns, &coordinates, &point);
        prop_assert_eq!(tree.len(), all.len());

        let few: Vec<_> = all.iter().copied().take(count).collect();
        prop_assert_eq!(tree.nearest_few(&point, count), few);

        let square: f64 = radius * radius;
        let mut near: Vec<_> = all.iter().copied().filter(|n| n.squared <= square).collect();
        prop_assert_eq!(tree.nearest(&point, square), near.first().copied());
        near.sort_by_key(|neighbor| neighbor.row);
        prop_assert_eq!(tree.within(&point, square), near);
    }

    #[test]
    fn a_node_holds_the_points_of_its_children_and_only_the_last_leaf_is_short(
        (columns, coordinates, _) in points(),
    ) {
        let tree = KdTree::new(columns, &coordinates);
        let mut rows = tree.rows().to_vec();
        rows.sort_unstable();
        prop_assert!(rows.into_iter().eq(0..tree.len()));
        for (number, node) in tree.nodes().iter().enumerate() {
            let Some(right) = node.right else {
                let is_last = node.first + node.size == tree.len();
                prop_assert!(node.size == super::LANES || is_last);
                continue;
            };
            let (left, right) = (tree.nodes()[number + 1], tree.nodes()[right]);
            prop_assert_eq!(left.first, node.first);
            prop_assert_eq!(right.first, left.first + left.size);
            prop_assert_eq!(left.size + right.size, node.size);
        }
    }
}

#[test]
fn nothing_is_near_where_there_are_no_points() {
    let tree = KdTree::new(2, &[]);
    assert_eq!(tree.nearest(&[0.0, 0.0], f64::INFINITY), None);
    assert_eq!(tree.nearest_few(&[0.0, 0.0], 3), []);
}
