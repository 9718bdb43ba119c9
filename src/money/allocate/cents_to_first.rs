//! Rounded to the nearest, and what is missing one cent each from the first line on.

use super::{Allocation, Allocator, Open, Share, fill, worth};
use crate::money::{Money, Rounding};

/// Proportional to worth, each line rounded to the nearest cent with halves down; the cents that
/// are missing then go one each to the first lines by id, and cents too many are taken one each
/// from the first lines that have any.
///
/// Sylius does so (`ProportionalIntegerDistributor`), except that where every line rounds to
/// nothing it gives nothing, while here the first lines get the cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CentsToFirst;

impl Allocator for CentsToFirst {
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation {
        fill(amount, shares, split)
    }
}

fn split(amount: i128, open: &mut [Open<'_>]) {
    let total = worth(open);
    let mut missing = amount;
    for line in open.iter_mut() {
        let part = Rounding::HalfDown.divide(amount * line.worth, total);
        line.part = part.map_or(0, i128::from);
        missing -= line.part;
    }
    // Each line is off by half a cent at most, so that there are more lines than cents.
    for line in open {
        if missing > 0 {
            line.part += 1;
            missing -= 1;
        } else if missing < 0 && line.part > 0 {
            line.part -= 1;
            missing += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_weights};
    use super::*;

    #[test]
    fn the_first_lines_get_what_is_missing() {
        // Sylius 1.12, `ProportionalIntegerDistributorSpec`.
        check(&CentsToFirst, 300, &[4_000, 2_000, 2_000], &[150, 75, 75]);
        check(&CentsToFirst, 300, &[4_300, 1_400, 2_300], &[162, 52, 86]);
        check(&CentsToFirst, 299, &[4_300, 1_400, 2_300], &[161, 52, 86]);
        // Equal weights, as in its `TaxesDistributorSpec`.
        check(&CentsToFirst, 1_000, &[1_000; 4], &[250; 4]);
        check(&CentsToFirst, 1_000, &[1_000; 3], &[334, 333, 333]);
    }

    #[test]
    fn the_first_lines_give_what_is_too_much() {
        // 5 over 17, 17 and 16: 1.7, 1.7 and 1.6, rounded 2 each.
        check(&CentsToFirst, 5, &[17, 17, 16], &[1, 2, 2]);
        // 2 over 1, 26, 26 and 27: 0.025, 0.65, 0.65 and 0.675, rounded 0, 1, 1 and 1.
        check(&CentsToFirst, 2, &[1, 26, 26, 27], &[0, 0, 1, 1]);
        // 1 over four equal lines: all round to nothing.
        check_weights(&CentsToFirst, 1, &[10; 4], &[1, 0, 0, 0]);
    }
}
