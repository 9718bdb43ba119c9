//! Sums of a block that follow the points which go from one center to another.

use super::sums::{Rows, Sums};

/// Sums are taken anew when more than one of so many points went to another center.
const MANY: usize = 8;

/// As long as what left a sum is no more than this share of what came, rounding did to it no more
/// than some 16 times what it does to a sum taken anew.
const MOST_LEFT: f64 = 7.0 / 8.0;

/// A point that went to another center, and from which.
#[derive(Clone, Copy)]
pub(super) struct Move {
    pub(super) row: u32,
    pub(super) from: u32,
}

/// What belongs to each center, step by step.
pub(super) struct Tally {
    pub(super) sums: Sums,
    /// The same of absolute values, of all points that came; nothing if sums were taken without.
    came: Option<Sums>,
    /// The same of all that left.
    left: Sums,
    /// How many points went to other centers since sums were taken anew.
    moves: usize,
}

impl Tally {
    pub(super) fn new(centers: usize, columns: usize) -> Self {
        let sums = Sums::new(centers, columns);
        Self { left: sums.clone(), sums, came: None, moves: 0 }
    }

    /// Sums up all points by the labels they have.
    #[inline(always)]
    pub(super) fn count(&mut self, rows: Rows<'_>, labels: &[u32]) {
        self.came = None;
        self.sums.clear();
        self.sums.count(rows, labels);
    }

    /// Takes over that points went to the centers of their labels.
    #[inline(always)]
    pub(super) fn follow(&mut self, rows: Rows<'_>, labels: &[u32], moves: &[Move]) {
        if moves.is_empty() {
            return;
        }
        self.moves += moves.len();
        if moves.len() > labels.len() / MANY {
            self.count(rows, labels);
        } else if self.moves > labels.len() || !self.shift(rows, labels, moves) {
            self.count(rows, labels);
            self.left.clear();
            let came = self.came.insert(self.left.clone());
            came.count_absolute(rows, labels);
            self.moves = 0;
        }
    }

    /// Takes points from the centers that they left and adds them where they are; whether all sums
    /// are still as good as new.
    #[inline(always)]
    fn shift(&mut self, rows: Rows<'_>, labels: &[u32], moves: &[Move]) -> bool {
        let Some(came) = &mut self.came else { return false };
        for &Move { row, from } in moves {
            let Some((&to, (row, weight))) = labels.get(row as usize).zip(rows.get(row as usize))
            else {
                continue;
            };
            self.sums.take_out(from, row, weight);
            self.sums.put_in(to, row, weight);
            self.left.put_in_absolute(from, row, weight);
            came.put_in_absolute(to, row, weight);
        }
        self.left.is_within(MOST_LEFT, came)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const COLUMNS: usize = 2;
    const CENTERS: u32 = 3;

    /// Points of which some are great next to others, weights, and labels one after the other of
    /// which each time few are others.
    fn steps() -> impl Strategy<Value = (Vec<f64>, Option<Vec<f64>>, Vec<Vec<u32>>)> {
        (40_usize..90).prop_flat_map(|count| {
            let great = prop::sample::select(vec![1e12, -1e40, 1e120, 0.0]);
            let number = prop_oneof![20 => -3.0..3.0_f64, 1 => great];
            let weight = prop_oneof![10 => 0.5..2.0_f64, 1 => Just(0.0), 1 => Just(1e12)];
            let weights = prop::option::of(prop::collection::vec(weight, count));
            let labels = prop::collection::vec(0..CENTERS, count);
            let changes = prop::collection::vec((0..count, 0..CENTERS), 0..8);
            let steps =
                (labels, prop::collection::vec(changes, 1..30)).prop_map(|(first, steps)| {
                    let mut all = vec![first];
                    for changes in steps {
                        let mut next = all[all.len() - 1].clone();
                        changes.into_iter().for_each(|(row, label)| next[row] = label);
                        all.push(next);
                    }
                    all
                });
            (prop::collection::vec(number, count * COLUMNS), weights, steps)
        })
    }

    /// The weighted sums of both coordinates of a center's points, the same of their absolute
    /// values, and the sum of the weights.
    fn summed(rows: Rows<'_>, labels: &[u32], center: u32) -> ([f64; 2], [f64; 2], f64) {
        let mut sums = ([0.0; 2], [0.0; 2], 0.0);
        for row in (0..labels.len()).filter(|&row| labels[row] == center) {
            let (point, weight) = rows.get(row).unwrap();
            for (column, number) in point.iter().enumerate() {
                sums.0[column] += weight * number;
                sums.1[column] += weight * number.abs();
            }
            sums.2 += weight;
        }
        sums
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn sums_that_follow_are_as_good_as_new((points, weights, steps) in steps()) {
            let weights = weights.as_deref();
            let rows = Rows { columns: COLUMNS, coordinates: &points, weights };
            let mut tally = Tally::new(CENTERS as usize, COLUMNS);
            let mut before = vec![u32::MAX; points.len() / COLUMNS];
            for labels in steps {
                let all = (0..).zip(before.iter().zip(&labels));
                let moved = all.filter(|(_, (from, to))| from != to);
                let moves: Vec<Move> =
                    moved.map(|(row, (&from, _))| Move { row, from }).collect();
                tally.follow(rows, &labels, &moves);
                for center in 0..CENTERS {
                    let (sums, sizes, weight) = summed(rows, &labels, center);
                    let at = center as usize;
                    let count = labels.iter().filter(|&&label| label == center).count();
                    prop_assert_eq!(tally.sums.sizes[at], count);
                    // Nothing is nothing, which a center without points is known by.
                    prop_assert_eq!(tally.sums.weights[at] == 0.0, weight == 0.0);
                    let rounding = 32.0 * labels.len() as f64 * f64::EPSILON;
                    prop_assert!((tally.sums.weights[at] - weight).abs() <= rounding * weight);
                    for column in 0..COLUMNS {
                        let off = tally.sums.coordinates[at * COLUMNS + column] - sums[column];
                        prop_assert!(off.abs() <= rounding * sizes[column]);
                    }
                }
                before = labels;
            }
        }
    }
}
