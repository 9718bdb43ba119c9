//! The default: largest remainders.

use super::{Allocation, Allocator, Open, Share, fill, share_of, worth};
use crate::money::Money;

/// Proportional to worth, rounded down; the cents left over go one each to the largest remainders
/// (Hamilton's method), ties to the line of larger worth, then to the smaller line id.
///
/// Lines without room take no part. Lines that would exceed their room get their room, and the rest
/// is split again in the same way over the others.
///
/// # Complexity
/// O(n log n) for each time that lines exceed their room, which is at most n times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LargestRemainder;

impl Allocator for LargestRemainder {
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation {
        fill(amount, shares, split)
    }
}

/// Splits `amount` over lines in proportion to their weights, as [`LargestRemainder`] does; neither
/// is negative, and no product of both exceeds 127 bits. Without any weight nobody gets anything.
pub(crate) fn apportion<K: Ord>(amount: i128, weights: &[(&K, i128)]) -> Vec<i128> {
    let open = |(index, &(line, worth)): (usize, &(_, i128))| Open::new(index, line, worth, amount);
    let mut open: Vec<Open<'_, K>> = weights.iter().enumerate().map(open).collect();
    split(amount, &mut open);
    open.sort_unstable_by_key(|line| line.index);
    open.into_iter().map(|line| line.part).collect()
}

fn split<K: Ord>(amount: i128, open: &mut [Open<'_, K>]) {
    let total = worth(open);
    let mut left = amount;
    for line in open.iter_mut() {
        (line.part, line.remainder) = share_of(amount, line.worth, total);
        left -= line.part;
    }
    open.sort_by(|a, b| (b.remainder, b.worth, a.line).cmp(&(a.remainder, a.worth, b.line)));
    let cents = usize::try_from(left).unwrap_or(0);
    for line in open.iter_mut().take(cents).filter(|line| line.remainder > 0) {
        line.part += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_within};
    use super::*;

    #[test]
    fn largest_remainder_gives_the_worked_splits() {
        check(&LargestRemainder, 1_000, &[3_333, 3_333, 3_334], &[333, 333, 334]);
        check(&LargestRemainder, 5, &[100; 7], &[1, 1, 1, 1, 1, 0, 0]);
        check(&LargestRemainder, 500, &[1, 999], &[0, 500]);
        check(&LargestRemainder, 299, &[4_300, 1_400, 2_300], &[161, 52, 86]);
    }

    #[test]
    fn it_splits_as_the_tests_of_vendure_do() {
        // Vendure 2, `packages/core/src/service/helpers/order-calculator/prorate.spec.ts`.
        check(&LargestRemainder, 300, &[4_000, 2_000, 2_000], &[150, 75, 75]);
        check(&LargestRemainder, 299, &[1_000, 1_000, 1_000], &[100, 100, 99]);
        let weights = [10, 20, 10, 30, 50, 20, 10, 40];
        check(&LargestRemainder, 95, &weights, &[5, 10, 5, 15, 25, 10, 5, 20]);
        check(&LargestRemainder, 93, &weights, &[5, 10, 5, 15, 24, 10, 5, 19]);
    }

    #[test]
    fn more_than_the_lines_are_worth_is_reported_unused() {
        let all = |worths: &[i64]| worths.iter().map(|&worth| (worth, worth)).collect::<Vec<_>>();
        check_within(&LargestRemainder, 2_000, &all(&[500, 300]), &[500, 300], 1_200);
        check_within(&LargestRemainder, 10, &[], &[], 10);
        check_within(&LargestRemainder, 10, &all(&[0, 0]), &[0, 0], 10);
    }

    #[test]
    fn a_line_worth_nothing_gets_nothing_and_takes_no_cent_from_others() {
        check(&LargestRemainder, 7, &[0, 10, -5, 10], &[0, 4, 0, 3]);
        check_within(&LargestRemainder, -7, &[(10, 10)], &[0], -7);
    }

    #[test]
    fn the_greatest_amounts_do_not_overflow() {
        let half = i64::MAX / 2;
        check(&LargestRemainder, i64::MAX, &[i64::MAX, i64::MAX], &[half + 1, half]);
    }

    #[test]
    fn a_line_that_exceeds_its_room_by_the_cent_left_over_gets_its_room() {
        // 10 over 35, 34 and 31: rounded down 3 each, and the cent that is left over would be the
        // first line's, which has room for 3. Then 7 over 34 and 31 are 3.66 and 3.34.
        check_within(&LargestRemainder, 10, &[(35, 3), (34, 34), (31, 31)], &[3, 4, 3], 0);
    }
}
